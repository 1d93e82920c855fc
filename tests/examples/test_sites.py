"""The example sites serve what ground_truth.json says, faults included: recall is measured against it."""

from __future__ import annotations

import gzip
import html
import importlib.util
import json
import re
import socket
import sys
import tomllib
import urllib.error
import urllib.request
import zlib
from collections import defaultdict
from collections.abc import Iterator
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from scanner.model import Outcome, Stance, UnreadReason

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
REQUIRED = {
    "covert-capture", "disguised-device", "cross-site-tracking", "person-tagging", "biometric-database",
    "excessive-retention", "commission-control", "face-marketing", "inspection-evasion", "evidence-destruction",
    "weak-notice", "scale-boast", "everyone-does-it",
}  # fmt: skip
LANGUAGES = {
    "zh-Hans": {"lanxiu", "yanchuan", "zherong", "tingwan", "shaoting"},
    "zh-Hant": {"cuiling", "muyao"},
    "en": {"brindlecote", "pellwick", "mosswick"},
}


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("example_sites", EXAMPLES / "serve.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["example_sites"] = module
    spec.loader.exec_module(module)
    return module


serve = _load()
TRUTH: dict[str, Any] = serve.load_ground_truth()
SITES = {site.name: site for site in serve.load_sites()}
PAGES = [(name, path) for name, site in TRUTH["sites"].items() for path in site["pages"]]


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _Stay)


def get(url: str, timeout: float = 10, **headers: str) -> tuple[int, dict[str, str], bytes]:
    request = urllib.request.Request(url, headers={k.replace("_", "-"): v for k, v in headers.items()})
    try:
        answer: HTTPResponse | urllib.error.HTTPError = OPENER.open(request, timeout=timeout)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        return answer.status or 0, {k.lower(): v for k, v in answer.headers.items()}, answer.read(1 << 20)


@pytest.fixture(scope="module")
def served() -> Iterator[Any]:
    with serve.start(port=0, pace_scale=0.05) as running:
        yield running


def test_every_site_is_a_host_of_its_own_and_has_ground_truth(served: Any) -> None:
    assert len(SITES) >= 14
    assert set(SITES) == set(TRUTH["sites"])
    assert len({one.origin for one in served.sites}) == len(SITES)


def test_ground_truth_uses_the_words_of_the_model() -> None:
    outcomes, reasons, stances = {o.value for o in Outcome}, {r.value for r in UnreadReason}, {s.value for s in Stance}
    entries = [entry for site in TRUTH["sites"].values() for entry in [*site["pages"].values(), *site["globs"]]]
    for entry in [*entries, *TRUTH["globs"], *TRUTH["outside"]]:
        assert set(entry["outcomes"]) <= outcomes
        assert set(entry.get("reasons", [])) <= reasons
        assert bool(entry.get("reasons")) == ("unread" in entry["outcomes"])
        for claim in [*entry.get("findings", []), *entry.get("allowed", [])]:
            assert claim["stance"] in stances
        claims = [*entry.get("findings", []), *entry.get("allowed", [])]
        assert bool(claims) == ("findings" in entry["outcomes"])
        assert not (entry.get("findings") and "clean" in entry["outcomes"])


def test_each_reported_claim_stands_in_three_kinds_of_block_in_each_language() -> None:
    seen: dict[tuple[str, str], set[str]] = defaultdict(set)
    for language, names in LANGUAGES.items():
        for name in names:
            for entry in TRUTH["sites"][name]["pages"].values():
                for claim in entry["findings"]:
                    assert claim["stance"] == "asserted"
                    seen[claim["category"], language].add(claim["where"])
    thin = [(c, lang, seen[c, lang]) for c in sorted(REQUIRED) for lang in LANGUAGES if len(seen[c, lang]) < 3]
    assert thin == []


def test_ground_truth_is_complete() -> None:
    """Every file of a site, every link on its pages, and every behaviour with an exact path is known."""
    for name, site in SITES.items():
        behaviours = {page["path"] for page in site.behaviours}
        wanted = {path for path in behaviours if "*" not in path}
        served_by = {page.get("file") for page in site.behaviours} | {"404.html"}
        for file in site.folder.rglob("*"):
            path = "/" + file.relative_to(site.folder).as_posix().replace("index.html", "")
            if file.is_file() and file.name != "site.toml" and path[1:] not in served_by:
                wanted.add(path)
            if file.suffix == ".html":
                links = re.findall(r'href="(/[^"]*)"', _text(site, file.read_bytes()))
                wanted |= {html.unescape(link) for link in links}
        unknown = [path for path in sorted(wanted) if "{{" not in path and not _known(name, path)]
        assert unknown == [], name


@pytest.mark.parametrize("name", sorted(SITES))
def test_every_page_can_be_reached(served: Any, name: str) -> None:
    """From the seeds over links, redirects and sitemaps within four steps: else recall could not be complete."""
    origin, site = served.origin(name), TRUTH["sites"][name]["pages"]
    seen, edge = set(), {*SITES[name].seeds, "/robots.txt"}
    for _ in range(5):
        seen |= edge
        edge = {link for path in edge if path in site for link in _links(origin, path)} - seen
    wanted = {path for path, entry in site.items() if not entry.get("optional")}
    assert wanted - seen == set()


def _links(origin: str, path: str) -> set[str]:
    try:
        _, headers, body = get(origin + path)
    except (HTTPException, OSError):
        return set()
    if path.endswith(".gz") or headers.get("content-encoding") == "gzip":
        try:
            body = gzip.decompress(body)
        except (OSError, EOFError, zlib.error):
            return set()
    text = body.decode("utf-8", "replace")
    found = re.findall(r'href="([^"]+)"|<loc>([^<]+)|Sitemap: (\S+)|url=([^"]+)"', text)
    links = {html.unescape("".join(groups)) for groups in found} | {headers.get("location", "")}
    return {link.removeprefix(origin) for link in links if link.removeprefix(origin).startswith("/")}


def _known(name: str, path: str) -> bool:
    site = TRUTH["sites"][name]
    globs = [glob["glob"] for glob in [*site["globs"], *TRUTH["globs"]]]
    return path in site["pages"] or any(serve.fnmatch.fnmatchcase(path, glob) for glob in globs)


def _text(site: Any, body: bytes) -> str:
    declared = re.search(rb'charset="?([a-z0-9-]+)', body[:2048])
    name = declared.group(1).decode() if declared else site.charset or "utf-8"
    return body.decode({"gb2312": "gb18030", "big5": "cp950"}.get(name, name))


@pytest.mark.parametrize(("name", "path"), [p for p in PAGES if TRUTH["sites"][p[0]]["pages"][p[1]].get("findings")])
def test_every_quote_is_on_its_page(served: Any, name: str, path: str) -> None:
    url = served.origin(name) + path
    status, headers, body = get(url)
    if status == 429:
        status, headers, body = get(url)
    assert status == 200
    body = gzip.decompress(body) if headers.get("content-encoding") == "gzip" else body
    text = _visible(_text(SITES[name], body))
    for claim in TRUTH["sites"][name]["pages"][path]["findings"]:
        assert _squeeze(claim["quote_contains"]) in text, claim


def _visible(page: str) -> str:
    """All text of a page, attributes and scripts included, tags and white space gone."""
    page = re.sub(r"\\u([0-9a-f]{4})", lambda m: chr(int(m.group(1), 16)), page)
    attributes = " ".join(re.findall(r'="([^"]*)"', page))
    return _squeeze(html.unescape(re.sub(r"<[^>]+>", "", page) + attributes))


def _squeeze(text: str) -> str:
    return re.sub(r"\s+", "", text).replace('\\"', '"')


def test_the_gb2312_page_is_really_gbk(served: Any) -> None:
    _, headers, body = get(served.origin("zherong") + "/")
    assert b"charset=gb2312" in body
    assert "charset" not in headers["content-type"]
    with pytest.raises(UnicodeDecodeError):
        body.decode("gb2312")
    assert "喆镕安電" in body.decode("gbk")


def test_the_big5_page_says_so(served: Any) -> None:
    _, headers, body = get(served.origin("cuiling") + "/legacy.html")
    assert headers["content-type"] == "text/html; charset=big5"
    assert "渾然不覺" in body.decode("big5")


@pytest.mark.parametrize("path", ["/", "/faq.html"])
def test_unchanged_pages_answer_304(served: Any, path: str) -> None:
    url = served.origin("lanxiu") + path
    _, headers, _ = get(url)
    assert get(url, If_None_Match=headers["etag"])[0] == 304
    assert get(url, If_Modified_Since=headers["last-modified"])[0] == 304
    assert get(url, If_None_Match='"other"')[0] == 200


def test_robots_files(served: Any) -> None:
    status, headers, body = get(served.origin("lanxiu") + "/robots.txt")
    assert (status, headers["content-type"]) == (200, "text/plain; charset=utf-8")
    assert body.startswith(b"\xef\xbb\xbfUser-agent")
    assert b"Crawl-delay: 0.3" in body
    assert b"Disallow: /admin/" in body
    assert get(served.origin("huaidu") + "/robots.txt")[0] == 503
    assert get(served.origin("zherong") + "/robots.txt")[0] == 404
    assert get(served.origin("tingwan") + "/robots.txt")[1]["location"] == "/robots-real.txt"


def test_the_sitemap_index_has_a_gzipped_child_with_real_addresses(served: Any) -> None:
    origin = served.origin("yanchuan")
    assert f"<loc>{origin}/sitemap-landing.xml.gz</loc>".encode() in get(origin + "/sitemap_index.xml")[2]
    _, headers, body = get(origin + "/sitemap-landing.xml.gz")
    assert headers["content-type"] == "application/gzip"
    assert "content-encoding" not in headers
    assert f"{origin}/landing/vip-greeting.html".encode() in gzip.decompress(body)


def test_redirects(served: Any) -> None:
    origin = served.origin("tingwan")
    expected = {
        "/old-home": (301, "/new-home.html"),
        "/chain/3": (308, f"{origin}/history.html"),
        "/loop/a": (302, "/loop/b"),
        "/loop/b": (302, "/loop/a"),
        "/to-private": (302, "http://10.0.0.1/admin"),
        "/to-metadata": (302, "http://169.254.169.254/latest/meta-data/"),
        "/to-news": (302, served.origin("yanbian") + "/"),
    }
    for path, wanted in expected.items():
        status, headers, _ = get(origin + path)
        assert (status, headers["location"]) == wanted


@pytest.mark.parametrize(
    ("path", "status"),
    [("/missing.html", 404), ("/gone.html", 410), ("/maintenance.html", 503), ("/server-error.html", 500)],
)
def test_error_statuses(served: Any, path: str, status: int) -> None:
    assert get(served.origin("mosswick") + path)[0] == status


def test_too_many_requests_once_and_for_ever() -> None:
    with serve.start(["mosswick", "ruojin"], port=0) as fresh:
        first = get(fresh.origin("mosswick") + "/busy.html")
        assert (first[0], first[1]["retry-after"]) == (429, "1")
        assert get(fresh.origin("mosswick") + "/busy.html")[0] == 200
        assert [get(fresh.origin("ruojin") + "/about.html")[0] for _ in range(4)] == [429] * 4
        assert get(fresh.origin("ruojin") + "/robots.txt")[0] == 200


@pytest.mark.parametrize("path", ["/broken-gzip.html", "/not-gzip.html", "/truncated-gzip.html"])
def test_broken_gzip_is_really_broken(served: Any, path: str) -> None:
    _, headers, body = get(served.origin("mosswick") + path)
    assert headers["content-encoding"] == "gzip"
    with pytest.raises((OSError, EOFError, zlib.error)):
        gzip.decompress(body)


def test_the_big_page_is_200_mb_and_the_bomb_is_small_on_the_wire(served: Any) -> None:
    _, headers, body = get(served.origin("mosswick") + "/catalogue-full.html")
    assert int(headers["content-length"]) == 200 * 1024 * 1024
    assert len(body) == 1 << 20
    _, headers, _ = get(served.origin("mosswick") + "/bomb.html")
    assert headers["content-encoding"] == "gzip"
    assert int(headers["content-length"]) < 1 << 20


def test_slow_pages_are_slower_than_the_page_timeout_of_the_demo() -> None:
    settings = tomllib.loads((EXAMPLES / "noticescan.toml").read_text(encoding="utf-8"))
    pages = {page["path"]: page for page in SITES["mosswick"].behaviours}
    for path, key in (("/slow.html", "delay"), ("/drip.html", "drip")):
        assert pages[path][key] > settings["crawl"]["page_timeout"] + 2


def test_what_is_not_http_is_not_http(served: Any) -> None:
    with pytest.raises((HTTPException, OSError)):
        get(served.origin("mosswick") + "/garbled.html")
    with pytest.raises((HTTPException, OSError)):
        get(served.origin("mosswick") + "/padded.html")


def test_the_calendar_never_ends(served: Any) -> None:
    url = served.origin("shaoting") + "/events/?year=2026&month=12"
    for month in ("2026 年 12 月", "2027 年 1 月", "2027 年 2 月"):
        page = get(url)[2].decode()
        assert f"<h1>{month}活动</h1>" in page
        url = served.origin("shaoting") + html.unescape(re.findall(r'rel="next" href="([^"]+)"', page)[0])


def test_the_site_cannot_be_left(served: Any) -> None:
    for path in ("/../lanxiu/site.toml", "/site.toml", "/%2e%2e/serve.py"):
        assert get(served.origin("juzixiang") + path)[0] == 404


def test_a_port_in_use_is_stepped_around() -> None:
    with socket.socket() as taken:
        taken.bind((SITES["juzixiang"].address, 0))
        taken.listen()
        with serve.start(["juzixiang"], port=taken.getsockname()[1]) as other:
            assert get(other.origin("juzixiang") + "/")[0] == 200


def test_the_targets_file_names_every_seed(served: Any) -> None:
    targets = tomllib.loads(served.targets())["target"]
    assert [t["vendor"] for t in targets] == [one.site.vendor for one in served.sites]
    assert all(url.startswith(one.origin) for one, t in zip(served.sites, targets, strict=True) for url in t["urls"])
    kept = tomllib.loads((EXAMPLES / "targets.toml").read_text(encoding="utf-8"))["target"]
    assert [t["vendor"] for t in kept] == [t["vendor"] for t in targets]


def test_expected_knows_pages_globs_and_the_outside(served: Any) -> None:
    assert served.expected(served.origin("lanxiu") + "/faq.html")["outcomes"] == ["findings"]
    assert "out_of_budget" in served.expected(served.origin("shaoting") + "/events/?year=2031&month=4")["reasons"]
    assert served.expected("http://10.0.0.1/admin")["outcomes"] == ["unread"]
    assert served.expected(served.origin("lanxiu") + "/nowhere") is None


def test_ground_truth_is_json_that_a_person_can_read() -> None:
    raw = (EXAMPLES / "ground_truth.json").read_text(encoding="utf-8")
    assert "无感" in raw
    assert json.loads(raw)["schema"] == "noticescan/ground-truth/1"
