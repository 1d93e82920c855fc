"""Pages shown by a browser: read, framed, reproducible, and with no way to the network but ours."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scanner.collect.render import Rendered, Renderer
from scanner.collect.targets import from_urls
from scanner.config import RenderSettings, Settings
from scanner.detect.rules import RuleSet, load
from scanner.model import Exchange, FetchFailed, Outcome, Report, UnreadReason
from scanner.pipeline.crawl import crawl
from scanner.pipeline.rescan import rescan
from scanner.store import open_store
from tests.drawing import needs_browser
from tests.loopback import CLAIM, FILLER, Page, Vendor, vendor
from tests.test_pictures import Silent

pytestmark = needs_browser
HOST, ELSEWHERE = "127.0.4.41", "127.0.4.42"
SHELL = '<html lang="zh-CN"><head><title>x</title></head><body><div id="app"></div><script src="/app.js"></script>'
SCRIPT = """
fetch('/api.json').then(a => a.json()).then(data => {
  const app = document.getElementById('app');
  for (const text of data) { const p = document.createElement('p'); p.textContent = text; app.append(p); }
});
"""


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    return load()


@pytest.fixture
def shop() -> Iterator[Vendor]:
    with vendor(HOST) as served:
        served.pages["/"] = Page(SHELL.encode())
        served.pages["/app.js"] = Page(SCRIPT.encode(), kind="text/javascript")
        served.pages["/api.json"] = Page(f'["全国联保两年，上门安装。", "{CLAIM}"]'.encode(), kind="application/json")
        yield served


def look(shop: Vendor, folder: Path, rules: RuleSet, **render: object) -> tuple[Report, Settings]:
    limits = {"allow_networks": [f"{HOST}/32"], "delay": 0}
    chosen = Settings(out_dir=str(folder / "out"), crawl=limits, render=render, ocr={"pictures": "never"})  # type: ignore[arg-type]
    report = crawl(chosen, from_urls([shop.url()]), rules, Silent())
    assert report is not None
    return report, chosen


def test_a_shell_is_read_and_its_claim_framed_and_kept(shop: Vendor, rules: RuleSet, tmp_path: Path) -> None:
    report, chosen = look(shop, tmp_path, rules)
    (page,) = [row for row in report.coverage if row.url == shop.url()]
    assert page.outcome is Outcome.FINDINGS
    finding = report.findings[0].finding
    assert finding.image_box is not None
    x, y, width, height = finding.image_box
    assert (0 <= x < 1280, y > 20, 50 < width <= 1280, 10 < height < 60) == (True,) * 4
    assert report.crops[finding.id].png.startswith(b"\x89PNG")
    assert report.origins[finding.warc_record] == "urn:dom"
    with open_store(chosen.database_url()) as store:
        kept = {capture.url: capture for capture in store.captures(report.run.id)}
    names = {name.replace(shop.url(), "/") for name in kept}
    assert {"urn:dom:/", "urn:view:/", "urn:text:/", "urn:boxes:/"} <= names
    assert kept[shop.url("/api.json")].peer_ip == HOST
    again = rescan(chosen, rules, Silent())
    assert [replace(t.finding, run="") for t in again.findings] == [replace(t.finding, run="") for t in report.findings]
    warcs = sorted(str(path) for path in (Path(chosen.out_dir) / "warc").iterdir())
    checked = subprocess.run(
        [sys.executable, "-c", "from warcio.cli import main; main()", "check", *warcs], capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stdout


def test_the_browser_reaches_nothing_that_we_do_not_fetch_for_it(shop: Vendor, rules: RuleSet, tmp_path: Path) -> None:
    with vendor(ELSEWHERE) as other:
        other.pages["/p.png"] = Page(b"x", kind="image/png")
        shop.pages["/robots.txt"] = Page(b"User-agent: *\nDisallow: /secret\n", kind="text/plain")
        shop.pages["/hop"] = Page(b"", 302, {"Location": other.url("/p.png")})
        shop.pages["/app.js"] = Page(
            (
                SCRIPT
                + f"""
for (const url of ['{other.url("/p.png")}', '/secret.png', '/hop']) {{ new Image().src = url; }}
fetch('{other.url("/fetched")}').catch(() => 0);
fetch('/post', {{method: 'POST', body: 'x'}}).catch(() => 0);
try {{ new WebSocket('ws://{ELSEWHERE}:{other.server_address[1]}/ws'); }} catch (e) {{}}
navigator.sendBeacon('{other.url("/beacon")}', 'x');
const frame = document.createElement('iframe'); frame.src = '{other.url("/frame")}'; document.body.append(frame);
open('{other.url("/popup")}');
"""
            ).encode(),
            kind="text/javascript",
        )
        report, _ = look(shop, tmp_path, rules)
        assert other.asked == []
    asked = [path for path, _ in shop.asked]
    assert "/secret.png" not in asked
    assert "/post" not in asked
    assert report.findings


def test_without_the_browser_the_page_is_unread_and_always_shows_every_page(
    shop: Vendor, rules: RuleSet, tmp_path: Path
) -> None:
    report, _ = look(shop, tmp_path / "never", rules, when="never")
    (page,) = [row for row in report.coverage if row.url == shop.url()]
    assert (page.outcome, page.reason) == (Outcome.UNREAD, UnreadReason.EMPTY_SHELL)
    assert "render.when is never" in page.detail
    shop.pages["/"] = Page(f'<html lang="zh-CN"><body><h1>门禁</h1><p>{CLAIM}</p>{FILLER}</body></html>'.encode())
    report, _ = look(shop, tmp_path / "always", rules, when="always")
    assert report.findings[0].finding.image_sha256


def test_a_script_that_leads_away_gives_a_link_and_a_browser_that_hangs_gives_a_reason(
    shop: Vendor, rules: RuleSet, tmp_path: Path
) -> None:
    shop.pages["/app.js"] = Page(b"location.href = '/real.html';", kind="text/javascript")
    shop.pages["/real.html"] = Page(f'<html lang="zh"><body><p>{CLAIM}</p>{FILLER}</body></html>'.encode())
    report, _ = look(shop, tmp_path, rules)
    by_path = {row.url.removeprefix(shop.url()): row for row in report.coverage}
    assert by_path["real.html"].outcome is Outcome.FINDINGS
    assert by_path[""].reason is UnreadReason.EMPTY_SHELL


RESTLESS = """<html><head><style>
@keyframes run { from { margin-left: 0 } to { margin-left: 600px } }
.a { width: 90px; height: 40px; background: #c33; animation: run 0.7s infinite alternate }
.b { transition: opacity 3s; opacity: 0.5 }
</style></head><body><h1>门禁系统</h1><div class="a"></div><p class="b">宽电压供电</p>
<input autofocus value="caret"><p style="height:2400px">高页面</p><p>页尾</p></body></html>"""


def exchange(url: str, body: bytes) -> Exchange:
    now = datetime.now(UTC)
    headers = ((b"Content-Type", b"text/html; charset=utf-8"),)
    return Exchange(url, "GET", "/", (), now, now, "HTTP/1.1", 200, "OK", headers, body, HOST)


async def shown_twice(body: bytes, settings: RenderSettings) -> list[Rendered | FetchFailed]:
    async def nothing(url: str) -> FetchFailed:
        return FetchFailed(url, UnreadReason.DNS, "no network in this test", datetime.now(UTC))

    out = []
    for _ in range(2):
        async with Renderer(settings) as renderer:
            out.append(await renderer.render(f"http://{HOST}/", exchange(f"http://{HOST}/", body), nothing))
    return out


def test_the_same_page_gives_the_same_picture_twice() -> None:
    first, second = asyncio.run(shown_twice(RESTLESS.encode(), RenderSettings()))
    assert isinstance(first, Rendered)
    assert isinstance(second, Rendered)
    assert first.png == second.png
    assert first.boxes == second.boxes
    assert first.dom == second.dom
    assert "页尾" in first.text


def test_a_page_whose_script_never_ends_is_given_up_in_time() -> None:
    endless = b"<html><body><div id=app></div><script>for(;;){}</script></body></html>"

    async def once() -> Rendered | FetchFailed:
        async def nothing(url: str) -> FetchFailed:
            return FetchFailed(url, UnreadReason.DNS, "no network in this test", datetime.now(UTC))

        async with Renderer(RenderSettings(timeout=2), patience=6.0) as renderer:
            return await renderer.render(f"http://{HOST}/", exchange(f"http://{HOST}/", endless), nothing)

    result = asyncio.run(once())
    assert isinstance(result, FetchFailed)
    assert result.reason is UnreadReason.TIMEOUT
