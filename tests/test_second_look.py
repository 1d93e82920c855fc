"""`--compare-as`: what one way of looking was shown and the other was not, and no word about what was not read."""

from __future__ import annotations

import gzip
import http.server
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scanner.cli.finishing import outcome_code
from scanner.collect.targets import from_urls
from scanner.config import Settings
from scanner.detect.rules import RuleSet, load
from scanner.errors import ExitCode, UsageError
from scanner.model import Change, Comparison, Report
from scanner.pipeline.crawl import crawl
from scanner.pipeline.reporting import stored_report
from scanner.report.html import write_html
from tests.crawled_examples import serve
from tests.drawing import needs_browser
from tests.loopback import CLAIM, Page, Vendor, html, vendor
from tests.test_pictures import Silent

HOST = "127.0.4.61"
PLAIN = html("宽电压供电")


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    return load()


@pytest.fixture
def shop() -> Iterator[Vendor]:
    with vendor(HOST) as served:
        served.pages["/"] = Page(html("首页", links=("/offer", "/branch")))
        served.pages["/offer"] = Page(PLAIN)
        served.pages["/branch"] = Page(html(CLAIM))
        yield served


def settings(folder: Path, **more: object) -> Settings:
    limits = {"allow_networks": [f"{HOST}/32"], "delay": 0}
    plain = {"crawl": limits, "ocr": {"pictures": "never"}, "render": {"when": "never"}}
    return Settings(out_dir=str(folder / "out"), **(plain | more))  # type: ignore[arg-type]


def look(shop: Vendor, chosen: Settings, rules: RuleSet, *names: str) -> Report:
    report = crawl(chosen, from_urls([shop.url()]), rules, Silent(), compare_as=names)
    assert report is not None
    return report


def only(report: Report) -> Comparison:
    (comparison,) = report.comparisons
    return comparison


@contextmanager
def cloaked(shop: Vendor, mobile: dict[str, Page]) -> Iterator[None]:
    """Telephones get the pages in `mobile`."""
    handler = shop.RequestHandlerClass
    plain = shop.pages

    class Handler(handler):  # type: ignore[misc, valid-type]
        def do_GET(self) -> None:
            telephone = "Mobile" in self.headers.get("User-Agent", "")
            searching = "search" in self.headers.get("Referer", "")
            shop.pages = plain | mobile if telephone or searching else plain
            super().do_GET()
            shop.pages = plain

    shop.RequestHandlerClass = Handler
    yield
    shop.RequestHandlerClass = handler


def test_a_claim_for_telephones_only_is_found_with_both_records(shop: Vendor, rules: RuleSet, tmp_path: Path) -> None:
    chosen = settings(tmp_path)
    with cloaked(shop, {"/offer": Page(html("宽电压供电", CLAIM))}):
        report = look(shop, chosen, rules, "mobile")
    found = only(report)
    assert found.compared == 3
    assert {(one.url, one.shown_to) for one in found.differences} == {(shop.url("/offer"), "second")}
    one = found.differences[0]
    assert one.finding.quote in CLAIM
    assert one.other_record != one.finding.warc_record
    assert all(f.finding.source != shop.url("/offer") for f in report.findings)
    assert only(stored_report(chosen, rules, report.run.id)) == found
    page = (write_html(report, tmp_path / "r", "en").parent / "compare.html").read_text(encoding="utf-8")
    assert one.finding.quote in page
    assert "shown to the second look only" in page


BLOCK = Page(
    "<html><head><title>安全验证</title></head><body><h2>安全验证</h2><p>请完成验证后继续访问</p><p>拖动滑块</p></body></html>".encode(),
    403,
)


@pytest.mark.parametrize(
    "answer",
    [BLOCK, Page(b""), Page(b"", 500), Page("<html><body><p>系统维护中，请稍后再来。</p></body></html>".encode())],
    ids=["block page", "empty", "error", "nearly empty"],
)
def test_an_answer_that_is_no_page_takes_no_claim_away(
    shop: Vendor, rules: RuleSet, tmp_path: Path, answer: Page
) -> None:
    with cloaked(shop, {"/branch": answer}):
        found = only(look(shop, settings(tmp_path), rules, "mobile"))
    assert found.differences == ()
    assert [one.url for one in found.not_compared] == [shop.url("/branch")]


def test_a_site_of_their_own_for_telephones_is_followed(shop: Vendor, rules: RuleSet, tmp_path: Path) -> None:
    away = Page(b"", 302, {"Location": "/m/branch"})
    with cloaked(shop, {"/branch": away, "/m/branch": Page(html("手机版门禁"))}):
        found = only(look(shop, settings(tmp_path), rules, "mobile"))
    assert {(one.url, one.shown_to) for one in found.differences} == {(shop.url("/branch"), "first")}


def test_who_comes_from_a_search_engine(shop: Vendor, rules: RuleSet, tmp_path: Path) -> None:
    chosen = settings(tmp_path, compare={"search_referrer": "https://search.example/"})
    with cloaked(shop, {"/offer": Page(html(CLAIM))}):
        found = only(look(shop, chosen, rules, "search-referrer"))
    assert {one.url for one in found.differences} == {shop.url("/offer")}


def test_a_second_look_is_no_look_of_the_history(shop: Vendor, rules: RuleSet, tmp_path: Path) -> None:
    chosen = settings(tmp_path)
    with cloaked(shop, {"/offer": Page(html(CLAIM)), "/branch": Page(PLAIN)}):
        first = look(shop, chosen, rules, "mobile")
        second = look(shop, chosen, rules)
    assert {t.change for t in second.findings} == {Change.STILL}
    assert second.run.previous_run == first.run.id
    assert second.comparisons == ()
    assert stored_report(chosen, rules, "").run.id == second.run.id


def test_a_claim_that_only_the_second_look_was_shown_is_new_once(shop: Vendor, rules: RuleSet, tmp_path: Path) -> None:
    chosen = settings(tmp_path)
    look(shop, chosen, rules)
    with cloaked(shop, {"/offer": Page(html("宽电压供电", CLAIM))}):
        first = look(shop, chosen, rules, "mobile")
        again = look(shop, chosen, rules, "mobile")
    assert {one.new for one in only(first).differences} == {True}
    assert outcome_code(first, exit_code=True) == ExitCode.NEW_FINDINGS
    assert outcome_code(first, exit_code=False) == ExitCode.OK
    assert {one.new for one in only(again).differences} == {False}
    assert outcome_code(again, exit_code=True) == ExitCode.OK


def test_a_profile_that_nobody_knows(shop: Vendor, rules: RuleSet, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="proxy:nowhere"):
        look(shop, settings(tmp_path), rules, "proxy:nowhere")
    assert shop.asked == []


@needs_browser
def test_the_cloaked_claim_is_framed_when_pages_are_shown(shop: Vendor, rules: RuleSet, tmp_path: Path) -> None:
    shop.pages["/"] = Page(PLAIN)
    with cloaked(shop, {"/": Page(html(CLAIM))}):
        report = look(shop, settings(tmp_path, render={"when": "always"}), rules, "mobile")
    one = only(report).differences[0]
    assert one.finding.image_box is not None
    assert report.crops[one.finding.id].png.startswith(b"\x89PNG")


class _Proxy(http.server.BaseHTTPRequestHandler):
    """Relays what it is asked, and remembers it."""

    asked: list[tuple[str, str]]

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""

    def do_GET(self) -> None:
        self.asked.append((self.path, self.headers["Host"]))
        authority = self.path.split("/")[2]
        address, _, port = authority.partition(":")
        with socket.create_connection((address, int(port or 80))) as upstream:
            path = self.path.partition(authority)[2] or "/"
            head = f"GET {path} HTTP/1.1\r\nHost: {self.headers['Host']}\r\nConnection: close\r\n"
            head += f"User-Agent: {self.headers['User-Agent']}\r\n\r\n"
            upstream.sendall(head.encode())
            while data := upstream.recv(65536):
                self.wfile.write(data)
        self.close_connection = True


def test_a_proxy_is_told_the_address_that_was_checked(shop: Vendor, rules: RuleSet, tmp_path: Path) -> None:
    asked: list[tuple[str, str]] = []
    handler = type("Handler", (_Proxy,), {"asked": asked})
    server = http.server.ThreadingHTTPServer(("127.0.4.62", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    proxies = {"elsewhere": f"http://127.0.4.62:{server.server_address[1]}"}
    try:
        found = only(look(shop, settings(tmp_path, compare={"proxies": proxies}), rules, "proxy:elsewhere"))
    finally:
        server.shutdown()
        server.server_close()
    assert found.compared == 3
    assert found.differences == ()
    assert {url.split("/")[2].partition(":")[0] for url, _ in asked} == {HOST}
    kept = [gzip.decompress(warc.read_bytes()) for warc in (tmp_path / "out" / "warc").iterdir()]
    assert sorted(b"egress: proxy:elsewhere" in warc for warc in kept) == [False, True]


@needs_browser
def test_the_cloaked_page_of_the_example_sites(rules: RuleSet, tmp_path: Path) -> None:
    with serve().start(port=0) as served:
        url = f"{served.origin('qibao')}/offer.html"
        limits = {"allow_networks": ["127.0.1.0/24", "127.0.0.1/32"], "delay": 0, "max_depth": 0}
        chosen = settings(tmp_path, crawl=limits, render={"when": "always"})
        report = crawl(chosen, from_urls([url]), rules, Silent(), compare_as=["mobile"])
    assert report is not None
    found = {one.finding.category: one.finding for one in only(report).differences if one.shown_to == "second"}
    assert {"covert-capture", "disguised-device"} <= set(found)
    assert all(report.crops[finding.id].png for finding in found.values())
