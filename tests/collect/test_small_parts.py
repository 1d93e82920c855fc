"""robots, sitemaps, decompression and scope: hostile and broken input, and who decided."""

from __future__ import annotations

import gzip
import random
import time
import zlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protego import Protego

from scanner.collect import scope as scoping
from scanner.collect import sitemaps
from scanner.collect.decompress import ACCEPT_ENCODING, decode_body
from scanner.collect.robots import Robots, unread_reason
from scanner.collect.scope import Scope, select
from scanner.collect.urls import canonical, sent_form
from scanner.model import Exchange, FrontierItem, Link, Target, UnreadReason

AT = "http://a.example/robots.txt"


def rules(text: str) -> Robots:
    return Robots.from_response(AT, 200, text.encode())


# --- robots


@pytest.mark.parametrize(
    ("path", "allowed", "rule"),
    [
        ("/", True, "no rule matches: allowed"),
        ("/admin/1", False, "Disallow: /admin # staff"),
        ("/admin/public", True, "allow: /admin/public"),
        ("/x.php", False, "Disallow: /*.php$"),
        ("/x.php?q", True, "no rule matches: allowed"),
        ("/%E4%BA%BA", False, "Disallow: /人"),
    ],
)
def test_the_line_that_decided(path: str, allowed: bool, rule: str) -> None:
    robots = rules(
        "User-agent: other\nDisallow: /\n\nUser-Agent: *\nDisallow: /admin # staff\nallow: /admin/public\n"
        "Disallow: /*.php$\nDisallow: /人\nDisallow:\n"
    )
    decision = robots.decide(f"http://a.example{path}")
    assert (decision.allowed, decision.rule) == (allowed, rule)
    assert decision.robots_sha256 == robots.sha256 != ""


def test_our_own_group_wins_over_the_star() -> None:
    robots = rules("User-agent: *\nDisallow: /\nCrawl-delay: 9\n\nUser-agent: NoticeScan\nCrawl-delay: 3\nDisallow: /x")
    assert robots.decide("http://a.example/y").allowed
    assert robots.decide("http://a.example/x").rule == "Disallow: /x"
    assert robots.crawl_delay == 3


def test_request_rate_and_mad_delays() -> None:
    assert rules("User-agent: *\nRequest-rate: 1/10").crawl_delay == 10
    assert rules("User-agent: *\nCrawl-delay: 999999").crawl_delay == 600
    assert rules("User-agent: *\nCrawl-delay: nan").crawl_delay is None


def test_5xx_and_429_forbid_4xx_allow() -> None:
    for status, allowed in ((404, True), (403, True), (401, True), (500, False), (503, False), (429, False)):
        decision = Robots.from_response(AT, status, b"User-agent: *\nDisallow: /").decide("http://a.example/")
        assert decision.allowed is allowed
        assert str(status) in decision.rule
        if not allowed:
            assert unread_reason(decision) is UnreadReason.ROBOTS_UNAVAILABLE


@given(st.text(st.sampled_from("DAadilow: */$\n\r#人%2fS\ufeff"), max_size=300), st.text(max_size=20))
def test_any_rules_give_the_verdict_of_protego(text: str, path: str) -> None:
    text = "User-agent: noticescan\n" + text
    url = f"http://a.example/{path}"
    decision = rules(text).decide(url)
    assert decision.allowed == Protego.parse("\n".join(text.splitlines())).can_fetch(sent_form(url), "noticescan")
    assert decision.rule


@given(st.lists(st.sampled_from(["User-agent", "noticescan", "*", ":", "\n", "/", "Disallow", " ", "#"]), max_size=60))
def test_any_robots_gives_a_decision(pieces: list[str]) -> None:
    assert rules("".join(pieces)).decide("http://a.example/").rule


RFC_EXAMPLE = """User-Agent: *
Disallow: *.gif$
Disallow: /example/
Allow: /publications/

User-Agent: foobot
Disallow:/
Allow:/example/page.html
Allow:/example/allowed.gif

User-Agent: barbot
User-Agent: bazbot
Disallow: /example/page.html

User-Agent: quxbot

"""
"""RFC 9309, 5.1."""


@pytest.mark.parametrize(
    ("token", "allowed", "forbidden"),
    [
        ("foobot", ["/example/page.html", "/example/allowed.gif"], ["/", "/publications/", "/example/other"]),
        ("barbot", ["/", "/example/other.html", "/a.gif"], ["/example/page.html"]),
        ("BazBot", ["/", "/example/other.html", "/a.gif"], ["/example/page.html"]),
        ("quxbot", ["/", "/example/page.html", "/a.gif"], []),
        ("otherbot", ["/", "/publications/x", "/a.gif?b"], ["/example/page.html", "/a.gif"]),
    ],
)
def test_the_example_of_rfc_9309(token: str, allowed: list[str], forbidden: list[str]) -> None:
    robots = Robots.from_response(AT, 200, RFC_EXAMPLE.encode(), token=token)
    assert [path for path in (*allowed, *forbidden) if robots.decide(f"http://a.example{path}").allowed] == allowed


@pytest.mark.parametrize(
    "text",
    [
        "User-agent: noticescan\nAllow: /example/page/\nDisallow: /example/page/disallowed.gif",  # 5.2
        "User-agent: NOTICEscan\nDisallow: /foo\n\nuser-agent: x\nDisallow: /\n\n"
        "user-agent: noticescan\nDisallow: /example/page/disallowed.gif",  # 2.2.1: two groups are one
        "User-agent: other\nCrawl-delay: 5\nUser-agent: noticescan\nDisallow: /example/page/disallowed.gif",  # 2.2.4
        "User-agent: noticescan\nCrawl-delay: 5\nUser-agent: other\nDisallow: /example/page/disallowed.gif",
        "User-agent: noticescan\nSitemap: http://a.example/s.xml\n\nDisallow: /example/page/disallowed.gif",
        "User-agent: noticescan/1.0\nDisallow: /example/page/disallowed.gif\n\nUser-agent: *\nDisallow: /",
        "User-agent: noticescan*\nDisallow: /example/page/disallowed.gif\n\nUser-agent: *\nDisallow: /",
        "User-agent: notice\nDisallow: /\n\nUser-agent: *\nDisallow: /example/page/disallowed.gif",
        "User-agent: scan\nDisallow: /\n\nUser-agent: noticescan-news\nDisallow: /\n\n"
        "User-agent: *\nDisallow: /example/page/disallowed.gif",
        "Disallow: /\nUser-agent: *\nDisallow: /example/page/disallowed.gif",  # a rule before any group
    ],
)
def test_whose_group_it_is_by_rfc_9309(text: str) -> None:
    robots = rules(text)
    assert robots.decide("http://a.example/example/page/").allowed
    assert robots.decide("http://a.example/foot").allowed == ("/foo\n" not in text)
    decision = robots.decide("http://a.example/example/page/disallowed.gif")
    assert (decision.allowed, decision.rule) == (False, "Disallow: /example/page/disallowed.gif")


def test_our_group_without_rules_allows_what_the_star_forbids() -> None:
    assert rules("User-agent: noticescan\nDisallow:\n\nUser-agent: *\nDisallow: /").decide("http://a.example/").allowed


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        ("/foo/bar?baz=quz", "/foo/bar?baz=quz"),
        ("/foo/bar/ツ", "/foo/bar/%E3%83%84"),
        ("/foo/bar/%E3%83%84", "/foo/bar/ツ"),
        ("/foo/bar/%62%61%7A", "/foo/bar/baz"),
        ("/foo/bar/baz", "/foo/bar/%62%61%7A"),
        ("/path/file-with-a-%2A.html", "/path/file-with-a-*.html"),
        ("/path/foo-%24", "/path/foo-$"),
        ("/this/path/exactly$", "/this/path/exactly"),
        ("/this/*/exactly", "/this/path/exactly"),
    ],
)
def test_paths_that_match_by_rfc_9309(rule: str, path: str) -> None:
    assert rules(f"User-agent: *\nDisallow: {rule}").decide(f"http://a.example{path}").rule == f"Disallow: {rule}"


def test_a_pace_counts_for_those_named_above_it() -> None:
    text = "User-agent: other\nCrawl-delay: 5\nUser-agent: noticescan\nDisallow: /x\nCrawl-delay: 2"
    assert rules(text).crawl_delay == 2


@pytest.mark.parametrize("path", ["/private", "/a/%2e%2e/private", "/a/../private", "\\private", "/a\\..\\private"])
def test_the_url_that_is_asked_for_is_decided_on(path: str) -> None:
    assert not rules("User-agent: *\nDisallow: /private").decide(f"http://a.example{path}").allowed


def test_a_huge_robots_is_quick() -> None:
    text = "User-agent: *\n" + "".join(f"Disallow: /*a*b*{n}\n" for n in range(9_000))
    started = time.process_time()
    rules(text).decide("http://a.example/" + "ab" * 500)
    assert time.process_time() - started < 3


def test_a_line_of_blanks_is_quick() -> None:
    text = "User-agent: *\nDisallow: /a" + " " * 100_000 + "x\nDisallow: /b" + " #" * 50_000 + "\n"
    started = time.process_time()
    assert rules(text).decide("http://a.example/b").rule.startswith("Disallow: /b #")
    assert time.process_time() - started < 5


# --- decompression


def test_a_body_of_empty_gzip_members_is_given_up_quickly() -> None:
    started = time.process_time()
    assert decode_body(gzip.compress(b"", mtime=0) * 400_000, "gzip", 10_000_000) is UnreadReason.BAD_ENCODING
    assert time.process_time() - started < 5


@given(st.lists(st.tuples(st.binary(max_size=50), st.integers(0, 3)), max_size=5), st.binary(max_size=5))
def test_gzip_members_padding_and_rubbish(members: list[tuple[bytes, int]], rubbish: bytes) -> None:
    body = b"".join(gzip.compress(part, mtime=0) + bytes(nuls) for part, nuls in members)
    rubbish = b"" if rubbish.lstrip(b"\0").startswith(b"\x1f\x8b") or not members else rubbish
    assert decode_body(body + rubbish, "gzip", 1000) == b"".join(part for part, _ in members)


def test_a_gzip_member_of_many_pieces() -> None:
    body = bytes(random.Random(1).choices(b"0123456789abcdef", k=300_000))
    packed = gzip.compress(body, mtime=0)
    assert decode_body(packed + packed, "gzip", 600_000) == body + body
    assert decode_body(packed + packed, "gzip", 599_999) is UnreadReason.TOO_LARGE
    assert decode_body(packed[:-1], "gzip", 600_000) is UnreadReason.BAD_ENCODING


def test_every_encoding_that_we_ask_for_can_be_undone() -> None:
    body = b"<p>hello" * 100
    packed = {"gzip": gzip.compress(body, mtime=0), "deflate": zlib.compress(body)}
    assert set(packed) <= set(ACCEPT_ENCODING.split(", "))
    for name, data in packed.items():
        assert decode_body(data, name, 10_000) == body
    raw = zlib.compressobj(wbits=-15)
    assert decode_body(raw.compress(body) + raw.flush(), "deflate", 10_000) == body
    assert decode_body(gzip.compress(zlib.compress(body), mtime=0), "deflate, gzip", 10_000) == body
    assert (
        decode_body(gzip.compress(body[:400], mtime=0) + gzip.compress(body[400:], mtime=0), "x-gzip", 10_000) == body
    )
    assert decode_body(body, "", 10_000) == body
    assert decode_body(body, "gzip", 10_000) == body, "declared, but plain HTML"


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (gzip.compress(b"x" * 100, mtime=0)[:-4], "gzip"),
        (gzip.compress(b"x" * 100, mtime=0)[:20], "gzip"),
        (b"\x1f\x8b\x08\x00garbage", "gzip"),
        (b"\x00\x01\x02", "deflate"),
        (b"x", "rot13"),
        (b"x", "gzip," * 9),
    ],
)
def test_broken_bodies(body: bytes, encoding: str) -> None:
    assert decode_body(body, encoding, 1000) is UnreadReason.BAD_ENCODING


def test_bombs_are_capped() -> None:
    bomb = gzip.compress(b"\0" * 50_000_000, mtime=0)
    started = time.process_time()
    assert decode_body(bomb, "gzip", 100_000) is UnreadReason.TOO_LARGE
    assert decode_body(gzip.compress(bomb, mtime=0), "gzip, gzip", 100_000) is UnreadReason.TOO_LARGE
    assert decode_body(gzip.compress(b"x" * 900, mtime=0) * 200, "gzip", 100_000) is UnreadReason.TOO_LARGE
    assert time.process_time() - started < 1


@given(st.binary(max_size=300), st.sampled_from(["gzip", "deflate", "br", "zstd", "gzip, deflate"]))
def test_any_bytes_give_bytes_or_a_reason(body: bytes, encoding: str) -> None:
    assert isinstance(decode_body(body, encoding, 1000), bytes | UnreadReason)


# --- sitemaps


def urls_of(body: bytes) -> tuple[str, ...]:
    found = sitemaps.parse(body)
    assert isinstance(found, sitemaps.Sitemap), found
    return found.urls or found.nested


@pytest.mark.parametrize(
    "body",
    [
        b'<?xml version="1.0"?><urlset xmlns="x"><url><loc> http://a.example/?a=1&amp;b=2 </loc></url></urlset>',
        b"<sm:urlset><sm:url><sm:loc><![CDATA[http://a.example/?a=1&b=2]]></sm:loc></sm:url></sm:urlset>",
        b"<sitemapindex><sitemap><loc>http://a.example/?a=1&amp;b=2</loc></sitemap></sitemapindex>",
        b"\xef\xbb\xbfhttp://a.example/?a=1&b=2\r\nnot a url\r\n",
        b"<rss><channel><item><link>http://a.example/?a=1&amp;b=2</link></item></channel></rss>",
        b'<feed><entry><link rel="x" href="http://a.example/?a=1&amp;b=2"/></entry></feed>',
        b"<urlset><!-- <loc>http://a.example/old</loc> --><url><loc>http://a.example/?a=1&amp;b=2</loc>",
        b"<urlset><url><image:loc>http://a.example/i.jpg</image:loc><loc>http://a.example/?a=1&amp;b=2</loc></url>",
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_kinds_of_sitemaps(body: bytes, packed: bool) -> None:
    assert urls_of(gzip.compress(body, mtime=0) if packed else body) == ("http://a.example/?a=1&b=2",)


def test_what_is_no_sitemap() -> None:
    assert sitemaps.parse(b"<html><body>404") is UnreadReason.CONTENT_TYPE
    assert sitemaps.parse(b"") is UnreadReason.CONTENT_TYPE
    assert sitemaps.parse(gzip.compress(b"\0" * 60_000_000, mtime=0)) is UnreadReason.TOO_LARGE
    assert sitemaps.parse(b"\x1f\x8bbroken") is UnreadReason.BAD_ENCODING


@pytest.mark.parametrize(
    "evil",
    [
        b"<loc>" + b" " * 2_000_000,
        b"<loc>" * 300_000,
        b"<!--" * 300_000,
        b"<link " + b"href=" * 300_000,
        b'<!ENTITY a "&b;&b;">' * 50_000 + b"<loc>&a;</loc>",
        b"<loc>http://a.example/&" + b"amp;" * 300_000,
    ],
)
def test_hostile_sitemaps_take_no_time(evil: bytes) -> None:
    started = time.process_time()
    sitemaps.parse(b"<urlset>" + evil)
    assert time.process_time() - started < 3


def test_a_sitemap_is_bounded() -> None:
    body = b"<urlset>" + b"".join(b"<loc>http://a.example/%d</loc>" % n for n in range(60_000))
    found = sitemaps.parse(body)
    assert isinstance(found, sitemaps.Sitemap)
    assert (len(found.urls), found.left_out) == (sitemaps.MAX_URLS, "http://a.example/50000")
    plain = b"\n".join(b"http://a.example/%d" % n for n in range(60_000))
    assert sitemaps.parse(plain) == found


# --- scope

TARGET = Target(
    "V",
    ("http://www.a.example/",),
    notice_urls=("http://group.example/privacy",),
    include=("b.example", "http://c.example/shop/"),
    exclude=("/blog/", "http://www.a.example/login"),
)
HOME = FrontierItem("http://www.a.example/", "http://www.a.example/", "V", 0, "seed")


def chosen(*urls: str, known: frozenset[str] = frozenset(), **given: int) -> tuple[list[str], dict[str, UnreadReason]]:
    scope = Scope(TARGET, **{"max_pages": 100, "max_depth": 4, **given})
    items, refused = select([Link(url, "") for url in urls], HOME, scope, known)
    return [item.url for item in items], {each.item.url: each.reason for each in refused}


def test_scope_is_the_registrable_domain_with_include_and_exclude() -> None:
    inside = ["http://a.example/1", "https://shop.a.example/2", "http://x.b.example/3", "http://c.example/shop/4",
              "http://group.example/privacy"]  # fmt: skip
    outside = ["http://nota.example/", "http://c.example/", "http://group.example/", "mailto:x@a.example", "http://[/"]
    excluded = ["http://www.a.example/login?x", "http://a.example/blog/1"]
    items, refused = chosen(*inside, *outside, *excluded)
    assert items == inside
    assert refused == {**dict.fromkeys(excluded, UnreadReason.OUT_OF_BUDGET), "http://[/": UnreadReason.BAD_URL}


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        ("https://v.example/forum/", "https://v.example/%66orum/x"),
        ("https://v.example/%66orum/", "https://v.example/forum/x"),
        ("https://v.example/forum/", "https://v.example./forum/x"),
        ("https://v.example/forum/", "http://v.example//forum/x"),
        ("https://v.example/forum/", "https://v.example/a/%2e%2e/forum/"),
        ("https://公司.example/", "https://xn--55qx5d.example/a"),
        ("公司.example", "https://shop.公司.example/a"),
        ("公司.example", "https://xn--55qx5d.example/a"),
        ("Shop.Example:8080", "http://shop.example:8080/"),
        ("v.example", "https://v.example./x"),
        ("*.v.example", "https://forum.v.example/x"),
        ("/博客/", "http://v.example/%E5%8D%9A%E5%AE%A2/1"),
        ("/blog/", "http://v.example/x/%2e%2e/blog/"),
    ],
)
def test_an_entry_matches_however_the_address_is_spelt(entry: str, url: str) -> None:
    assert Scope(Target("V", ("http://a.example/",), include=(entry,)), 9, 9).covers(url)
    assert Scope(Target("V", (url,), exclude=(entry,)), 9, 9).excludes(url) == f"excluded in the targets file: {entry}"


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        ("v.example:8080", "http://v.example/"),
        ("https://v.example/", "https://v.example.evil/"),
        ("https://v.example/forum/", "https://v.example:8443/forum/"),
        ("v.example", "http://xv.example/"),
    ],
)
def test_an_entry_matches_nothing_else(entry: str, url: str) -> None:
    assert not Scope(Target("V", (url,), exclude=(entry,)), 9, 9).excludes(url)


def test_links_past_the_limit_of_a_page_are_told() -> None:
    urls = [f"http://a.example/{n}" for n in range(5_010)]
    urls[5_000:5_002] = ["http://a.example/1", "http://elsewhere.example/"]
    items, refused = select([Link(url, "") for url in urls], HOME, Scope(TARGET, 9_000, 4), ())
    assert len(items) + len(refused) == 5_001
    assert [(one.item.url, one.detail) for one in refused if "links" in one.detail] == [
        (
            "http://a.example/5002",
            "limit of 5000 links a page; 7 more of http://www.a.example/ were not looked at either",
        )
    ]


def test_what_a_sitemap_names_past_the_limit_is_told() -> None:
    item = FrontierItem("http://a.example/s.xml", "http://a.example/s.xml", "V", 0, "sitemap_file")
    index = "<sitemapindex>" + "".join(f"<loc>http://a.example/s{n}.xml</loc>" for n in range(501))
    _, refused = scoping.discover(item, index.encode(), Scope(TARGET, 9, 4), (), files=-900)
    assert [(one.item.url, one.item.via) for one in refused] == [("http://a.example/s500.xml", "sitemap_file")]
    assert refused[0].detail.startswith("limit of 500 addresses a sitemap; ")


def test_excluded_sitemaps_are_refused_and_there_is_a_limit() -> None:
    scope = Scope(TARGET, 100, 4)
    robots = FrontierItem("http://www.a.example/robots.txt", "http://www.a.example/robots.txt", "V", 0, "robots")
    listed = "".join(f"Sitemap: http://www.a.example/{path}\n" for path in ("blog/s.xml", "login.xml", "s.xml"))
    items, refused = scoping.discover(robots, listed.encode(), scope, ())
    assert [item.url for item in items] == ["http://www.a.example/s.xml"]
    assert [each.item.url[21:] for each in refused] == ["blog/s.xml", "login.xml"]

    index = FrontierItem("http://www.a.example/i.xml", "http://www.a.example/i.xml", "V", 0, "sitemap_file")
    body = "<sitemapindex>" + "".join(f"<loc>http://www.a.example/s{n}.xml</loc>" for n in range(200))
    items, (left,) = scoping.discover(index, body.encode(), scope, (), files=1)
    assert len(items) == scoping.MAX_SITEMAP_FILES - 1
    assert left.item.url == "http://www.a.example/s99.xml"
    assert left.detail == "limit of 100 sitemaps; 100 more of http://www.a.example/i.xml were not read either"
    deep = FrontierItem(index.url, index.canonical, "V", scoping.SITEMAP_NESTING, "sitemap_file")
    assert [len(part) for part in scoping.discover(deep, body.encode(), scope, ())] == [0, 1]


def test_every_url_in_scope_is_selected_or_refused_with_a_reason() -> None:
    urls = [f"http://a.example/p{n}x" for n in "abcdefgh"]
    items, refused = chosen(*urls, max_pages=3)
    assert items == urls[:3]
    assert refused == dict.fromkeys(urls[3:], UnreadReason.OUT_OF_BUDGET)
    assert chosen(*urls, max_depth=0)[1] == dict.fromkeys(urls, UnreadReason.OUT_OF_BUDGET)
    assert chosen("http://a.example/x.JPG")[1] == {"http://a.example/x.JPG": UnreadReason.CONTENT_TYPE}


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example/a/b/a/b/a/b",
        "http://a.example/" + "/".join(f"s{chr(97 + n)}" for n in range(20)),
        "http://a.example/?" + "&".join(f"f{n}=1" for n in range(20)),
        "http://a.example/" + "x" * 1500,
    ],
)
def test_traps_by_shape(url: str) -> None:
    assert chosen(url) == ([], {url: UnreadReason.OUT_OF_BUDGET})


def test_a_pattern_may_take_half_of_the_pages_and_dates_only_a_dozen() -> None:
    items, _ = chosen(*(f"http://a.example/product/{n}.html" for n in range(90)))
    assert len(items) == 50
    items, _ = chosen(*(f"http://a.example/events?date=2026-{n:02}" for n in range(90)))
    assert len(items) == 12
    known = frozenset(f"http://a.example/events?date=2026-{n:02}" for n in range(12))
    assert chosen("http://a.example/events?date=2027-01", known=known)[0] == []


def test_a_redirect_takes_the_place_of_its_source_at_the_page_limit() -> None:
    now = datetime.now(UTC)
    answer = Exchange(HOME.url, "GET", "/", (), now, now, "HTTP/1.1", 301, "", ((b"Location", b"/home"),), b"", "")
    scope = Scope(TARGET, 1, 1)
    items, refused = scoping.follow(HOME, answer, scope, {HOME.canonical})
    assert [item.url for item in items] == ["http://www.a.example/home"]
    assert (items[0].via, items[0].depth, refused) == ("redirect", 0, ())


@given(st.lists(st.text(max_size=40), max_size=10))
def test_hostile_links_never_raise(links: list[str]) -> None:
    items, refused = chosen(*links, *(f"http://a.example/{link}" for link in links))
    keys = [canonical(url) for url in items]
    assert len(keys) == len(set(keys))
    assert not set(items) & set(refused)
