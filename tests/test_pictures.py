"""Pictures of pages: fetched like everything, read once, judged with their page, accounted for, and shown."""

from __future__ import annotations

import os
import signal
import site
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from scanner.collect.targets import from_urls
from scanner.config import Settings
from scanner.detect.rules import RuleSet, load
from scanner.model import CoverageRow, Outcome, Report, UnreadReason
from scanner.pipeline.crawl import crawl
from scanner.pipeline.material import Wanted, gather
from scanner.pipeline.rescan import rescan
from scanner.report.html import write_html
from scanner.store import open_store
from tests.drawing import OCR_CLAIM, drawn, needs_ocr
from tests.loopback import Page, Vendor, vendor

ROOT = Path(__file__).resolve().parents[1]
HOST = "127.0.4.31"
DETAIL = (
    b'<html lang="zh-CN"><head><title>detail</title></head><body><img src="/a.png"><img src="/b.png"></body></html>'
)
NEVER_INSTALLED = ("rapidocr", "onnxruntime", "PIL", "pillow", "cv2", "opencv", "playwright",
                   "opentimestamps", "bitcoin", "python_bitcoinlib", "cryptodome", "pycryptodomex")  # fmt: skip


class Silent:
    def done(self, row: CoverageRow, finished: int, known: int) -> None:
        """Nobody looks."""

    def note(self, text: str) -> None:
        """Nobody listens."""


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    return load()


@pytest.fixture
def shop() -> Iterator[Vendor]:
    with vendor(HOST) as served:
        served.pages["/"] = Page(DETAIL)
        yield served


def settings(folder: Path, **ocr: object) -> Settings:
    crawl_settings = {"allow_networks": [f"{HOST}/32"], "delay": 0}
    return Settings(out_dir=str(folder / "out"), crawl=crawl_settings, ocr=ocr)  # type: ignore[arg-type]


def look(shop: Vendor, chosen: Settings, rules: RuleSet) -> Report:
    report = crawl(chosen, from_urls([shop.url()]), rules, Silent())
    assert report is not None
    return report


def outcomes(report: Report, shop: Vendor) -> dict[str, tuple[Outcome, UnreadReason | None]]:
    return {row.url.removeprefix(shop.url()[:-1]): (row.outcome, row.reason) for row in report.coverage}


@needs_ocr
def test_a_page_of_pictures_is_read_kept_shown_and_rescanned(shop: Vendor, rules: RuleSet, tmp_path: Path) -> None:
    claim = drawn([OCR_CLAIM], width=520)
    shop.pages["/a.png"] = Page(claim, kind="image/png")
    shop.pages["/b.png"] = Page(claim, kind="image/png")
    chosen = settings(tmp_path)
    report = look(shop, chosen, rules)
    assert outcomes(report, shop)["/"] == (Outcome.FINDINGS, None)
    assert outcomes(report, shop)["/a.png"] == (Outcome.AUXILIARY, None)
    finding = report.findings[0].finding
    assert finding.source == shop.url()
    assert finding.quote in OCR_CLAIM
    assert finding.image_box is not None
    assert "img[1]" in finding.block_path
    x, y, width, height = finding.image_box
    assert (20 < x < 60, 40 < y < 80, 400 < width < 510, 25 < height < 70) == (True,) * 4
    with open_store(chosen.database_url()) as store:
        kept = store.captures_by_payload([finding.image_sha256])
        assert kept[finding.image_sha256].url.endswith(".png")
        document = store.last_look(next(iter(store.rescannable())).item)
        assert document is not None
        assert document.document is not None
        assert document.document.text[finding.start : finding.end] == finding.quote
    crop = report.crops[finding.id]
    assert crop.png.startswith(b"\x89PNG")
    write_html(report, tmp_path / "report", "zh")
    (shown,) = (tmp_path / "report" / "html" / "crop").glob(f"{finding.id[:12]}*.png")
    assert shown.read_bytes() == crop.png
    again = rescan(chosen, rules, Silent())
    assert [replace(t.finding, run="") for t in again.findings] == [replace(t.finding, run="") for t in report.findings]


@needs_ocr
def test_the_same_picture_is_read_once(shop: Vendor, rules: RuleSet, tmp_path: Path) -> None:
    for path in ("/a.png", "/b.png"):
        shop.pages[path] = Page(drawn([OCR_CLAIM], width=520), kind="image/png")
    chosen = settings(tmp_path)
    look(shop, chosen, rules)
    look(shop, chosen, rules)
    assert sum(path == "/a.png" for path, _ in shop.asked) == 2
    import sqlite3

    with sqlite3.connect(Path(chosen.out_dir) / "noticescan.sqlite") as db:
        assert db.execute("SELECT COUNT(*) FROM pictures").fetchone() == (1,)


@needs_ocr
@pytest.mark.parametrize("case", ["missing", "forbidden", "broken", "past the cap", "too large"])
def test_a_page_with_a_picture_that_was_not_read_is_not_clean(
    shop: Vendor, rules: RuleSet, tmp_path: Path, case: str
) -> None:
    shop.pages["/a.png"] = Page(drawn(["宽电压供电"], width=300), kind="image/png")
    limits: dict[str, object] = {}
    reason = UnreadReason.HTTP_STATUS
    if case == "forbidden":
        shop.pages["/robots.txt"] = Page(b"User-agent: *\nDisallow: /b.png\n", kind="text/plain")
        reason = UnreadReason.ROBOTS
    elif case == "broken":
        shop.pages["/b.png"] = Page(b"\x89PNG\r\n\x1a\nnothing", kind="image/png")
        reason = UnreadReason.NOT_TEXT
    elif case == "past the cap":
        limits, reason = {"max_per_page": 1}, UnreadReason.OUT_OF_BUDGET
    elif case == "too large":
        limits, reason = {"max_bytes": 2048}, UnreadReason.TOO_LARGE
        shop.pages["/b.png"] = Page(drawn([OCR_CLAIM] * 3), kind="image/png")
        shop.pages["/a.png"] = Page(drawn(["宽"], width=120, size=20), kind="image/png")
    report = look(shop, settings(tmp_path, **limits), rules)
    assert outcomes(report, shop)["/"] == (Outcome.UNREAD, UnreadReason.IMAGE_ONLY)
    assert outcomes(report, shop)["/b.png"] == (Outcome.UNREAD, reason)
    (page,) = [row for row in report.coverage if row.url == shop.url()]
    assert "1 of 2 pictures read" in page.detail


@needs_ocr
def test_the_pictures_of_an_unchanged_page_count_once_against_the_limit(
    shop: Vendor, rules: RuleSet, tmp_path: Path
) -> None:
    shop.pages["/"] = Page(DETAIL + "宽电压供电。".encode(), etag=True)
    for path in ("/a.png", "/b.png"):
        shop.pages[path] = Page(drawn([OCR_CLAIM], width=520), kind="image/png")
    chosen = settings(tmp_path, max_per_run=2)
    look(shop, chosen, rules)
    report = look(shop, chosen, rules)
    assert outcomes(report, shop)["/"][0] is Outcome.UNCHANGED
    assert [outcomes(report, shop)[path] for path in ("/a.png", "/b.png")] == [(Outcome.AUXILIARY, None)] * 2


@needs_ocr
@pytest.mark.parametrize("location", ["/real.png", "\\real.png"])
def test_a_picture_may_lie_behind_a_redirect(shop: Vendor, rules: RuleSet, tmp_path: Path, location: str) -> None:
    """However it is spelt; and a case file holds the picture by which the page was judged."""
    shop.pages["/"] = Page(DETAIL.replace(b'<img src="/b.png">', b""))
    shop.pages["/a.png"] = Page(b"", 302, {"Location": location})
    shop.pages["/real.png"] = Page(drawn([OCR_CLAIM], width=520), kind="image/png")
    chosen = settings(tmp_path)
    report = look(shop, chosen, rules)
    assert outcomes(report, shop)["/"] == (Outcome.FINDINGS, None)
    assert outcomes(report, shop)["/a.png"] == (Outcome.REDIRECT, None)
    with open_store(chosen.database_url()) as store:
        (picture,) = [one for one in store.captures(report.run.id) if one.url.endswith("/real.png")]
        material = gather(store, chosen, rules, Wanted(run=report.run.id))
    assert picture.record_id in {one.record_id for part in material.parts for one in part.records}
    again = rescan(chosen, rules, Silent())
    assert len(again.findings) == len(report.findings)


def without_extras(folder: Path) -> dict[str, str]:
    """An environment in which everything is installed but the extras."""
    lent = folder / "packages"
    lent.mkdir()
    for packages in site.getsitepackages():
        for entry in Path(packages).iterdir():
            if not entry.name.lower().startswith(NEVER_INSTALLED) and not (lent / entry.name).exists():
                (lent / entry.name).symlink_to(entry)
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "NOTICESCAN_"))}
    return kept | {"PYTHONPATH": f"{lent}:{ROOT}"}


def test_a_machine_without_the_extras_says_what_it_could_not_read_and_how_to_change_that(
    shop: Vendor, tmp_path: Path
) -> None:
    shop.pages["/app"] = Page(b'<html><body><div id="app"></div><script src="/a.js"></script></body></html>')
    command = [sys.executable, "-S", "-m", "scanner", "crawl", shop.url(), shop.url("/app"), "--out", "out"]
    flags = ["--allow-network", f"{HOST}/32", "--delay", "0", "--format", "csv"]
    done = subprocess.run(
        [*command, *flags], cwd=tmp_path, env=without_extras(tmp_path), capture_output=True, text=True
    )
    assert done.returncode == 4, done.stderr
    (told,) = (tmp_path / "out" / "reports").glob("*/coverage.csv")
    table = told.read_text(encoding="utf-8-sig")
    assert "pip install 'noticescan[ocr]'" in table
    assert "pip install 'noticescan[browser]'" in table
    assert {path for path, _ in shop.asked} == {"/robots.txt", "/sitemap.xml", "/", "/app"}


@needs_ocr
def test_a_page_that_waits_for_its_pictures_survives_a_kill(shop: Vendor, rules: RuleSet, tmp_path: Path) -> None:
    """Killed between two pictures, the next crawl asks for the second one only, and judges the page."""
    shop.pages["/a.png"] = Page(drawn([OCR_CLAIM], width=520), kind="image/png")
    shop.pages["/b.png"] = Page(drawn(["宽电压供电"], width=300), kind="image/png")
    command = [
        sys.executable,
        "-m",
        "scanner",
        "--quiet",
        "crawl",
        shop.url(),
        "--vendor",
        "示例",
        "--out",
        str(tmp_path),
    ]
    flags = ["--allow-network", f"{HOST}/32", "--delay", "1.5", "--format", "json"]
    first = subprocess.Popen([*command, *flags], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    started = time.monotonic()
    while "/a.png" not in [path for path, _ in shop.asked] and time.monotonic() - started < 90:
        time.sleep(0.02)
    time.sleep(0.5)
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert "/b.png" not in [path for path, _ in shop.asked]
    done = subprocess.run([*command, *flags], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    asked = [path for path, _ in shop.asked]
    assert (asked.count("/"), asked.count("/b.png")) == (1, 1)
    with open_store(f"sqlite:///{tmp_path / 'noticescan.sqlite'}") as store:
        (run,) = store.runs()
        report = store.report(run.id)
    assert [(row.outcome, row.findings > 0) for row in report.coverage if row.url == shop.url()] == [
        (Outcome.FINDINGS, True)
    ]
