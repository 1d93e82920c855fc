"""One page, header or file that was made to stop a reader: it costs one outcome, never the run, never the folder."""

from __future__ import annotations

import gzip
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.collect.archive import iter_captures
from scanner.config import Settings
from scanner.detect.rules import RuleSet
from scanner.errors import ArchiveError, StoreError
from scanner.model import Outcome, Target, UnreadReason
from scanner.pipeline.check import check, is_auxiliary
from scanner.pipeline.crawl import crawl
from scanner.pipeline.importing import import_files
from scanner.pipeline.rescan import rescan
from scanner.read import saved
from scanner.stated import http_date, iso_date, split_url
from tests.drawing import needs_ocr
from tests.loopback import CLAIM, Page, html, vendor
from tests.test_import import URL, record, warc
from tests.test_pictures import Silent

NO_CLOCK = "Mon, 01 Jan 2020 00:00:00 +99999999999999999999"
BEFORE_THE_CALENDAR = "0001-01-01T00:00:00+14:00"
NAME = "示例智能有限公司"


def settings(folder: Path) -> Settings:
    crawling = {"delay": 0, "allow_networks": ["127.0.4.0/24"], "page_timeout": 5}
    return Settings.model_validate({"out_dir": str(folder / "out"), "crawl": crawling})


# --- dates and addresses


@given(
    st.one_of(st.text(max_size=60), st.sampled_from([NO_CLOCK, BEFORE_THE_CALENDAR, "http://[x", "//[", "http://℀"]))
)
def test_what_others_state_is_a_value_or_none(text: str) -> None:
    for moment in (http_date(text), iso_date(text), http_date(text, bare=None), iso_date(text, bare=None)):
        assert moment is None or moment.tzinfo is UTC
    assert isinstance(split_url(text).netloc, str)


def test_a_date_without_a_zone_is_utc_or_no_moment() -> None:
    noon = datetime(2024, 3, 2, 12, tzinfo=UTC)
    assert http_date("Sat, 02 Mar 2024 12:00:00") == http_date("Sat, 02 Mar 2024 13:00:00 +0100") == noon
    assert iso_date("2024-03-02T12:00:00") == noon
    assert http_date("Sat, 02 Mar 2024 12:00:00", bare=None) is None


@pytest.mark.parametrize("stated", [NO_CLOCK, BEFORE_THE_CALENDAR])
def test_a_saved_page_with_a_date_of_no_calendar_has_none(stated: str) -> None:
    page = f"<!--\n Page saved with SingleFile\n url: {URL}\n saved date: {stated}\n-->"
    assert saved.of_html(page.encode()) == saved.Saved(URL, None, "SingleFile")
    assert saved.of_mhtml(f"Snapshot-Content-Location: {URL}\nDate: {stated}\n\n".encode()).at is None


# --- a crawl


def test_hostile_pages_and_headers_do_not_close_the_folder(tmp_path: Path, rules: RuleSet) -> None:
    with vendor() as shop, vendor("127.0.4.2") as other:
        shop.pages["/"] = Page(html(CLAIM, links=("/blank.html", "/busy.html")), headers={"Date": NO_CLOCK})
        shop.pages["/blank.html"] = Page(html(CLAIM + '<img srcset=" "><img src="http://[x">'))
        shop.pages["/busy.html"] = Page(html("busy"), 503, {"Retry-After": NO_CLOCK})
        report = crawl(settings(tmp_path), (Target(NAME, (shop.url(),)),), rules, Silent())
        assert report is not None
        outcomes = {row.url.removeprefix(shop.url("")): row.outcome for row in report.coverage}
        assert (outcomes["/"], outcomes["/blank.html"], outcomes["/busy.html"]) == (
            Outcome.FINDINGS, Outcome.FINDINGS, Outcome.UNREAD,
        )  # fmt: skip
        other.pages["/"] = Page(html(CLAIM))
        again = crawl(settings(tmp_path), (Target(NAME, (other.url(),)),), rules, Silent())
        assert again is not None
        assert again.run.ok


# --- archives of others


def plain(data: bytes) -> bytes:
    """The records of a packed WARC, unpacked, so that a test can change a field."""
    return gzip.decompress(data)


@pytest.mark.parametrize("date", ["", BEFORE_THE_CALENDAR, "yesterday", "2024-03-02T10:20:30+99:99"])
def test_a_record_without_a_usable_date_ends_an_archive_not_the_program(
    tmp_path: Path, rules: RuleSet, date: str
) -> None:
    body = plain(warc((URL, html(CLAIM), "2024-03-02T10:20:30Z"), (URL + "/b", html(CLAIM), "2024-03-03T10:20:30Z")))
    field = f"WARC-Date: {date}\r\n".encode() if date else b""
    path = tmp_path / "theirs.warc"
    path.write_bytes(body.replace(b"WARC-Date: 2024-03-03T10:20:30Z\r\n", field))
    first, damaged = check([path], rules)
    assert (first.source, first.judgement.outcome) == (URL, Outcome.FINDINGS)
    assert damaged.damaged
    taken = import_files(settings(tmp_path), [path], rules, Silent())
    assert len(taken.damaged) == 1
    assert {row.url for row in taken.report.coverage} == {URL}


@pytest.fixture
def east(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine eight hours before UTC."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "CST-8")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("east")
def test_a_date_of_a_record_is_utc_whether_it_says_so_or_not(tmp_path: Path) -> None:
    path = tmp_path / "theirs.warc.gz"
    path.write_bytes(warc((URL, html(CLAIM), "2024-03-02T10:20:30")))
    assert next(iter_captures(path)).capture.captured_at == datetime(2024, 3, 2, 10, 20, 30, tzinfo=UTC)


def test_a_digest_without_a_length_does_not_hold(tmp_path: Path, rules: RuleSet) -> None:
    path = tmp_path / "theirs.warc"
    body = plain(record("response", URL, "application/http; msgtype=response", b"HTTP/1.1 200 OK\r\n\r\nx"))
    path.write_bytes(body.replace(b"Digest: sha1:", b"Digest: shake_128:"))
    (found,) = check([path], rules)
    assert found.damaged


def test_an_encrypted_archive_says_that_it_cannot_be_read(tmp_path: Path, rules: RuleSet) -> None:
    path = tmp_path / "theirs.wacz"
    with zipfile.ZipFile(path, "w") as bundle:
        bundle.writestr("archive/data.warc.gz", warc((URL, html(CLAIM), "2024-03-02T10:20:30Z")))
    raw = bytearray(path.read_bytes())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(mark) + flags] |= 1
    path.write_bytes(raw)
    with pytest.raises(ArchiveError):
        list(iter_captures(path))
    assert [one.damaged for one in check([path], rules)] == [True]
    assert len(import_files(settings(tmp_path), [path], rules, Silent()).damaged) == 1


@pytest.mark.parametrize("url", ["http://door.vendor.example\\[x", "https://door.vendor.example\\[x/robots.txt"])
def test_an_address_that_only_browsers_read_does_not_close_the_folder(tmp_path: Path, rules: RuleSet, url: str) -> None:
    path = tmp_path / "theirs.warc.gz"
    path.write_bytes(warc((url, html(CLAIM), "2024-03-02T10:20:30Z"), (URL, html(CLAIM), "2024-03-02T10:20:30Z")))
    assert Outcome.FINDINGS in [one.judgement.outcome for one in check([path], rules)]
    import_files(settings(tmp_path), [path], rules, Silent(), vendor=NAME)
    assert rescan(settings(tmp_path), rules, Silent()).run.ok


def test_the_head_of_a_record_is_looked_at_in_linear_time(tmp_path: Path) -> None:
    path = tmp_path / "theirs.warc"
    block = b"HTTP/1.1 200 OK\r\n\r\n" + b"<!---->" * 200 + b"x"
    path.write_bytes(plain(record("response", URL, "application/http; msgtype=response", block)))
    assert not is_auxiliary(next(iter_captures(path)))


# --- saved pages


def test_a_picture_at_no_address_does_not_end_a_check(tmp_path: Path, rules: RuleSet) -> None:
    page = tmp_path / "saved.html"
    page.write_bytes(html(CLAIM + '<img src="http://[x"><img src="&#9;//[x"><a href="http://[x">x</a>'))
    (found,) = check([page], rules)
    assert found.judgement.outcome is Outcome.FINDINGS


@needs_ocr
def test_a_picture_of_no_file_does_not_cost_its_page(tmp_path: Path, rules: RuleSet) -> None:
    (tmp_path / "circle.png").symlink_to("circle.png")
    page = tmp_path / "saved.html"
    page.write_bytes(html(CLAIM + '<img src="%00.png"><img src="circle.png">'))
    (found,) = check([page], rules)
    assert found.judgement.outcome is Outcome.FINDINGS


# --- what nobody foresaw


class Unforeseen(Exception):
    """A bug that nobody has found yet."""


SIGN = "龘"
HOSTILE = f"这一页让程序出错{SIGN}"


class Trap(dict[int, str]):
    """A table of characters with a bug that one sign brings out."""

    error: Exception

    def __getitem__(self, key: int) -> str:
        if key == ord(SIGN):
            raise self.error
        return super().__getitem__(key)


def with_bug(rules: RuleSet, error: Exception) -> RuleSet:
    """Rules whose reading of a page fails where the sign stands on it."""
    table = Trap(rules.fold.table)
    table.error = error
    return replace(rules, fold=replace(rules.fold, table=table))


def test_a_bug_on_one_page_is_one_unread_page(tmp_path: Path, rules: RuleSet, caplog: pytest.LogCaptureFixture) -> None:
    buggy = with_bug(rules, Unforeseen(f"\x1b]0;{HOSTILE}"))
    with vendor() as shop:
        shop.pages["/"] = Page(html("普通页面", links=("/hostile.html", "/claim.html")))
        shop.pages["/hostile.html"] = Page(html(HOSTILE, CLAIM), etag=True)
        shop.pages["/claim.html"] = Page(html(CLAIM))
        for _ in range(2):
            report = crawl(settings(tmp_path), (Target(NAME, (shop.url(),)),), buggy, Silent())
            assert report is not None
            assert report.run.ok
            rows = {row.url.removeprefix(shop.url("")): row for row in report.coverage}
            hostile = rows["/hostile.html"]
            assert (hostile.outcome, hostile.reason) == (Outcome.UNREAD, UnreadReason.FAULT)
            assert hostile.detail.startswith("a fault of noticescan: Unforeseen in ")
            assert rows["/claim.html"].outcome is Outcome.FINDINGS
        assert "Unforeseen" in caplog.text
        assert HOSTILE not in caplog.text, "an exception may hold the page's own words"
        # The bug is mended: what was kept is read now.
        mended = rescan(settings(tmp_path), rules, Silent())
        outcomes = {row.url.removeprefix(shop.url("")): row.outcome for row in mended.coverage}
        assert outcomes["/hostile.html"] is Outcome.FINDINGS


def test_a_bug_on_one_page_ends_no_check_import_or_rescan(tmp_path: Path, rules: RuleSet) -> None:
    buggy = with_bug(rules, Unforeseen(HOSTILE))
    path = tmp_path / "theirs.warc.gz"
    dated = "2024-03-02T10:20:30Z"
    path.write_bytes(warc((URL + "/a", html(HOSTILE, CLAIM), dated), (URL + "/b", html(CLAIM), dated)))
    page = tmp_path / "saved.html"
    page.write_bytes(html(HOSTILE, CLAIM))
    whole = import_files(settings(tmp_path / "whole"), [path], rules, Silent()).report
    assert [row.outcome for row in whole.coverage] == [Outcome.FINDINGS] * 2
    wanted = [(Outcome.UNREAD, UnreadReason.FAULT), (Outcome.FINDINGS, None)]
    checked = [(one.judgement.outcome, one.judgement.unread) for one in check([path, page], buggy)]
    assert checked == [*wanted, wanted[0]]
    taken = import_files(settings(tmp_path), [path], buggy, Silent()).report
    assert [(row.outcome, row.reason) for row in taken.coverage] == wanted
    again = rescan(settings(tmp_path / "whole"), buggy, Silent())
    assert [(row.outcome, row.reason) for row in again.coverage] == wanted


@pytest.mark.parametrize("error", [MemoryError(), OSError(28, "No space left on device"), StoreError("the database")])
def test_what_is_no_fault_of_a_page_ends_the_command(tmp_path: Path, rules: RuleSet, error: Exception) -> None:
    page = tmp_path / "saved.html"
    page.write_bytes(html(HOSTILE, CLAIM))
    with pytest.raises(type(error)):
        list(check([page], with_bug(rules, error)))
