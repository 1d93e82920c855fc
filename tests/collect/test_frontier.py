"""The loop against real servers: polite, patient, complete, and nothing lost when it is killed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from scanner.collect import frontier
from scanner.collect.decompress import decode_body
from scanner.collect.fetch import Fetcher
from scanner.collect.frontier import Crawler, Scope
from scanner.collect.guard import Guard
from scanner.collect.records import header
from scanner.collect.robots import unread_reason
from scanner.collect.scope import Selection, excluding
from scanner.collect.urls import join
from scanner.errors import StoreError
from scanner.model import Exchange, FetchFailed, FrontierItem, Link, RobotsDecision, Target, UnreadReason

from .server import LOOPBACK, Site, Step, page, serving, settings


@dataclass
class Notes:
    """A handler that remembers. `done`: canonical URL -> outcomes in words; each must come once."""

    scope: Scope
    known: set[str] = field(default_factory=set)
    done: dict[str, list[str]] = field(default_factory=dict)
    auxiliary: list[tuple[str, int]] = field(default_factory=list)
    decisions: dict[str, RobotsDecision | None] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    fail_at: str = ""

    async def on_exchange(
        self,
        item: FrontierItem,
        exchange: Exchange,
        robots: RobotsDecision | None,
        *,
        auxiliary: bool = False,
        failure: FetchFailed | None = None,
    ) -> Sequence[FrontierItem]:
        if self.fail_at and item.url.endswith(self.fail_at):
            raise StoreError("the database is gone")
        self.decisions[item.url] = robots
        if auxiliary:
            self.auxiliary.append((exchange.url, exchange.status))
            if item.via not in ("robots", "sitemap_file") or exchange.status != 200:
                if item.via == "robots":
                    return self._take(frontier.discover(item, b"", self.scope, self.known))
                return ()
            body = decode_body(exchange.body, header(exchange.response_headers, "content-encoding"), 10**6)
            assert isinstance(body, bytes)
            return self._take(frontier.discover(item, body, self.scope, self.known, pages=len(self.pages)))
        self._note(item, failure.reason.value if failure else str(exchange.status))
        if failure:
            return ()
        links = [Link(part.split(b"'")[0].decode(), "") for part in exchange.body.split(b"href='")[1:]]
        absolute = [Link(join(item.url, link.url), "") for link in links]
        selected = self._take(frontier.select(absolute, item, self.scope, self.known, pages=len(self.pages)))
        return (*selected, *self._take(frontier.follow(item, exchange, self.scope, self.known, pages=len(self.pages))))

    async def on_unread(self, item: FrontierItem, failure: FetchFailed, robots: RobotsDecision | None) -> None:
        if item.via == "robots":
            self.auxiliary.append((item.url, 0))
        else:
            self._note(item, failure.reason.value)

    async def on_robots_refused(self, item: FrontierItem, decision: RobotsDecision) -> None:
        self.decisions[item.url] = decision
        self._note(item, unread_reason(decision).value)

    @property
    def pages(self) -> set[str]:
        return {url for url in self.known if not url.endswith((".xml", ".txt", ".gz"))}

    def _take(self, selection: Selection) -> tuple[FrontierItem, ...]:
        items, refused = selection
        self.known |= {item.canonical for item in items}
        self.refused |= {each.item.url: f"{each.reason.value}: {each.detail}" for each in refused}
        return items

    def _note(self, item: FrontierItem, outcome: str) -> None:
        self.done.setdefault(item.canonical, []).append(outcome)

    def outcome(self, url: str) -> str:
        (only,) = self.done[url]
        return only


async def crawl(target: Target, guard: Guard | None = None, **given: object) -> Notes:
    options = settings(**given)
    scope = Scope(target, options.max_pages_per_target, options.max_depth)
    notes = Notes(scope)
    items = notes._take(frontier.seeds(scope))
    async with Fetcher(options, guard or Guard(options.allow_networks)) as fetcher:
        await Crawler(options, fetcher, notes).run(items)
    return notes


def site_answers(pages: Mapping[str, Iterable[Step]]) -> object:
    def answer(path: str, site: Site) -> Iterable[Step]:
        return pages.get(path, page(b"none", "404 Not Found"))

    return answer


def one_site(pages: Mapping[str, Iterable[Step]], *starts: str, **given: object) -> tuple[Notes, Site]:
    async def go() -> tuple[Notes, Site]:
        async with serving(site_answers(pages)) as site:  # type: ignore[arg-type]
            target = Target("Vendor", tuple(site.url(path) for path in starts or ("/",)))
            return await crawl(target, **given), site

    return asyncio.run(go())


def test_links_are_followed_once_and_robots_comes_first() -> None:
    notes, site = one_site(
        {
            "/": page(b"<a href='/a'><a href='/b?utm_source=x'><a href='/b'><a href='http://other.example/'>"),
            "/a": page(b"<a href='/'><a href='/c'>"),
            "/b?utm_source=x": page(),
            "/c": page(),
        }
    )
    assert site.paths[0] == "/robots.txt"
    assert sorted(site.paths) == ["/", "/a", "/b?utm_source=x", "/c", "/robots.txt", "/sitemap.xml"]
    assert {outcome for outcomes in notes.done.values() for outcome in outcomes} == {"200"}
    assert len(notes.done) == 4
    assert notes.decisions[site.url("/a")] is not None


def test_one_connection_a_host_and_the_pace_is_kept() -> None:
    links = b"".join(b"<a href='/%d'>" % n for n in range(4))
    pages: Mapping[str, Iterable[Step]] = {"/": page(links), **{f"/{n}": page() for n in range(4)}}
    _, site = one_site(pages, delay=0.1)
    gaps = [later - sooner for sooner, later in zip(site.times, site.times[1:], strict=False)]
    assert len(site.times) == 7
    assert min(gaps) >= 0.095
    assert site.open_most == 1


def test_crawl_delay_behind_a_byte_order_mark_is_kept() -> None:
    pages = {"/robots.txt": page(b"\xef\xbb\xbfUser-agent: *\nCrawl-delay: 0.3\nDisallow: /no\n"), "/": page()}
    pages["/"] = page(b"<a href='/no/1'><a href='/yes'>")
    notes, site = one_site(pages)
    gaps = [later - sooner for sooner, later in zip(site.times[1:], site.times[2:], strict=False)]
    assert min(gaps) >= 0.29
    assert notes.outcome(site.url("/no/1")) == "robots"
    decision = notes.decisions[site.url("/no/1")]
    assert decision
    assert decision.rule == "Disallow: /no"
    assert "/no/1" not in site.paths


def test_a_pace_of_zero_is_not_honoured_outside_allow_networks() -> None:
    class Open(Guard):
        """Lets loopback through without calling it an allowed network."""

        def check_ip(self, ip: str) -> str:
            return ""

    async def go() -> Site:
        async with serving(site_answers({"/": page()})) as site:  # type: ignore[arg-type]
            task = asyncio.create_task(crawl(Target("V", (site.url(),)), Open()))
            await asyncio.sleep(1.0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            return site

    assert asyncio.run(go()).paths == ["/robots.txt"]


def test_many_hosts_at_once() -> None:
    async def go() -> tuple[Notes, float]:
        slow: list[Step] = [0.3, *page()]
        hosts = [f"127.0.2.{n}" for n in range(1, 6)]
        contexts = [serving(lambda *_: slow, host=host) for host in hosts]
        sites = [await context.__aenter__() for context in contexts]
        started = asyncio.get_running_loop().time()
        notes = await crawl(Target("V", tuple(site.url() for site in sites)))
        taken = asyncio.get_running_loop().time() - started
        for context in contexts:
            await context.__aexit__(None, None, None)
        return notes, taken

    notes, taken = asyncio.run(go())
    assert len(notes.done) == 5
    assert taken < 5 * 3 * 0.3 * 0.7, "three requests of 0.3 s to five hosts, side by side"


@pytest.mark.parametrize(
    ("robots", "outcome"),
    [
        (page(b"", "404 Not Found"), "200"),
        (page(b"", "500 Oops"), "robots_unavailable"),
        (page(b"", "503 Busy"), "robots_unavailable"),
        ([5.0], "robots_unavailable"),
        ([b""], "robots_unavailable"),
        (page(b"User-agent: *\nDisallow: /"), "robots"),
        (page(b"User-agent: noticescan\nAllow: /\n\nUser-agent: *\nDisallow: /"), "200"),
        (page(b"#" * 600_000), "200"),
        (page(b"", "302 Found", b"Location: /elsewhere.txt"), "robots"),
        (page(b"", "302 Found", b"Location: /robots.txt"), "200"),
    ],
)
def test_robots_by_rfc_9309(robots: Iterable[Step], outcome: str) -> None:
    pages = {"/robots.txt": robots, "/": page(), "/elsewhere.txt": page(b"User-agent: *\nDisallow: /")}
    notes, site = one_site(pages, page_timeout=0.4)
    assert notes.outcome(site.url()) == outcome
    assert ("/" in site.paths) == (outcome == "200")


def test_an_override_needs_its_host_and_the_reason_is_kept() -> None:
    pages = {"/robots.txt": page(b"User-agent: *\nDisallow: /"), "/": page()}
    notes, site = one_site(pages, robots_overrides={"127.0.0.1": "public interest, approved by the legal desk"})
    decision = notes.decisions[site.url()]
    assert decision
    assert decision.allowed
    assert decision.rule == "Disallow: /"
    assert decision.overridden_because == "public interest, approved by the legal desk"
    assert notes.outcome(site.url()) == "200"


def test_what_is_excluded_is_asked_for_by_nobody() -> None:
    """Neither a redirected picture, nor an item of an earlier start, nor a browser, nor robots.txt leads there."""
    pages = {"/robots.txt": page(b"", "302 Found", b"Location: /out/robots.txt"), "/in": page(), "/out/x": page()}

    async def go() -> tuple[Notes, Site, Exchange | FetchFailed]:
        async with serving(site_answers(pages)) as site:  # type: ignore[arg-type]
            scope = Scope(Target("V", (site.url(),), exclude=(site.url("/out/"),)), 9, 9)
            notes, options = Notes(scope), settings()
            items = [FrontierItem(site.url(path), site.url(path), "V", 1, "picture") for path in ("/out/x", "/in")]
            async with Fetcher(options, Guard(options.allow_networks)) as fetcher:
                crawler = Crawler(options, fetcher, notes, excluded=excluding({"V": scope}))
                await crawler.run(items)
                return notes, site, await crawler.ask(items[1], site.url("/%6fut/y.js"))

    notes, site, asked = asyncio.run(go())
    assert notes.outcome(site.url("/out/x")) == "out_of_budget"
    assert notes.outcome(site.url("/in")) == "robots_unavailable"
    assert isinstance(asked, FetchFailed)
    assert asked.detail == f"excluded in the targets file: {site.url('/out/')}"
    assert site.paths == ["/robots.txt"]


def test_a_sitemap_index_is_read_to_its_pages() -> None:
    async def go() -> tuple[Notes, Site]:
        import gzip

        def answer(path: str, site: Site) -> Iterable[Step]:
            index = f"<sitemapindex><sitemap><loc>{site.url('/s1.xml.gz')}</loc></sitemap></sitemapindex>"
            urls = (
                f"<urlset><url><loc>{site.url('/hidden')}</loc></url><url><loc>http://o.example/</loc></url></urlset>"
            )
            return {
                "/robots.txt": page(b"Sitemap: /index.xml"),
                "/index.xml": page(index.encode()),
                "/s1.xml.gz": page(gzip.compress(urls.encode())),
                "/": page(),
                "/hidden": page(),
            }.get(path, page(b"", "404 Not Found"))

        async with serving(answer) as site:
            return await crawl(Target("V", (site.url(),))), site

    notes, site = asyncio.run(go())
    assert notes.outcome(site.url("/hidden")) == "200"
    assert (site.url("/s1.xml.gz"), 200) in notes.auxiliary
    assert set(notes.done) == {site.url(), site.url("/hidden")}


def test_429_is_waited_out_and_every_answer_is_kept() -> None:
    times: list[float] = []

    def answer(path: str, site: Site) -> Iterable[Step]:
        if path != "/":
            return page(b"", "404 Not Found")
        times.append(site.times[-1])
        return page() if len(times) > 1 else page(b"wait", "429 Too Many", b"Retry-After: 1")

    async def go() -> tuple[Notes, Site]:
        async with serving(answer) as site:
            return await crawl(Target("V", (site.url(),))), site

    notes, site = asyncio.run(go())
    assert notes.outcome(site.url()) == "200"
    assert (site.url(), 429) in notes.auxiliary
    assert times[1] - times[0] >= 1.0


def test_a_host_that_keeps_saying_429_is_given_up_after_three() -> None:
    busy = page(b"", "429 Too Many", b"Retry-After: 0")
    notes, site = one_site({"/1": busy, "/2": busy, "/3": page()}, "/1", "/2", "/3")
    assert site.paths.count("/1") == 3
    assert notes.outcome(site.url("/1")) == "rate_limited"
    assert notes.outcome(site.url("/2")) == notes.outcome(site.url("/3")) == "host_given_up"


def test_a_wait_that_is_too_long_gives_the_host_up_at_once() -> None:
    notes, site = one_site({"/": page(b"", "503 Busy", b"Retry-After: 86400")})
    assert notes.outcome(site.url()) == "rate_limited"
    assert site.paths.count("/") == 1


def test_a_plain_503_is_the_answer_of_that_page() -> None:
    notes, site = one_site({"/1": page(b"", "503 Busy"), "/2": page()}, "/1", "/2")
    assert notes.outcome(site.url("/1")) == "503"
    assert notes.outcome(site.url("/2")) == "200"


def redirect(location: str) -> list[Step]:
    return page(b"", "302 Found", b"Location: " + location.encode())


def test_redirects_good_looping_out_of_scope_and_private() -> None:
    pages = {
        "/good": redirect("/new"),
        "/new": page(),
        "/loop": redirect("/loop2"),
        "/loop2": redirect("/loop"),
        "/self": redirect("/self"),
        "/out": redirect("http://other.example/x"),
        "/in": redirect("http://10.0.0.1/admin"),
        "/meta": redirect("http://169.254.169.254/latest"),
        "/bad": redirect("http://[broken/"),
    }
    notes, site = one_site(pages, *(path for path in pages if path not in ("/new", "/loop2")))
    assert notes.outcome(site.url("/good")) == "302"
    assert notes.outcome(site.url("/new")) == "200"
    assert "too_many_redirects" in (notes.outcome(site.url("/loop")), notes.outcome(site.url("/loop2")))
    assert notes.outcome(site.url("/self")) == "too_many_redirects"
    assert notes.outcome(site.url("/bad")) == "bad_url"
    assert notes.refused["http://other.example/x"].startswith("redirect_out_of_scope")
    assert notes.refused["http://10.0.0.1/admin"].startswith("address_refused")
    assert notes.refused["http://169.254.169.254/latest"].startswith("address_refused")


def test_a_chain_of_redirects_ends() -> None:
    pages = {f"/{n}": redirect(f"/{n + 1}") for n in range(30)}
    notes, site = one_site(pages, "/0", max_redirects=5)
    assert notes.outcome(site.url("/5")) == "too_many_redirects"
    assert site.url("/6") not in notes.done


def test_a_redirect_to_another_spelling_of_the_same_page_is_followed() -> None:
    """`?utm_source=x` is dropped from the canonical URL: without care the target would count as known."""
    notes, site = one_site({"/?utm_source=x": redirect("/"), "/": page(b"read me")}, "/?utm_source=x")
    assert notes.outcome(site.url()) == "200"
    assert (site.url("/?utm_source=x"), 302) in notes.auxiliary


def test_a_calendar_does_not_eat_the_crawl() -> None:
    def answer(path: str, site: Site) -> Iterable[Step]:
        if path.startswith("/calendar"):
            month = int(path.partition("=")[2] or "0") + 1
            return page(b"<a href='/calendar?month=%d'>" % month)
        return page(b"<a href='/calendar?month=1'>") if path == "/" else page(b"", "404 Not Found")

    async def go() -> Notes:
        async with serving(answer) as site:
            return await crawl(Target("V", (site.url(),)), max_depth=100)

    notes = asyncio.run(go())
    assert 5 < len(notes.done) <= 14
    assert any("trap" in reason for reason in notes.refused.values())


def test_a_site_that_cannot_be_reached_says_so_and_not_robots() -> None:
    async def go() -> tuple[Notes, str]:
        async with serving(lambda *_: page()) as site:
            url = site.url()
        return await crawl(Target("V", (url, "http://10.0.0.1/"))), url

    notes, url = asyncio.run(go())
    assert notes.outcome(url) == UnreadReason.CONNECT.value
    assert notes.outcome("http://10.0.0.1/") == UnreadReason.ADDRESS_REFUSED.value


def test_an_error_of_the_handler_ends_the_run_as_itself() -> None:
    async def go() -> None:
        async with serving(site_answers({"/": page()})) as site:  # type: ignore[arg-type]
            options = settings()
            scope = Scope(Target("V", (site.url(),)), 10, 2)
            async with Fetcher(options, Guard([LOOPBACK])) as fetcher:
                notes = Notes(scope, fail_at="/")
                await Crawler(options, fetcher, notes).run(notes._take(frontier.seeds(scope)))

    with pytest.raises(StoreError, match="gone"):
        asyncio.run(go())
