"""What others captured: kept as it is, dated as it says, judged, reported, rescanned."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import uuid
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scanner.cli.main import run
from scanner.collect.archive import iter_captures
from scanner.collect.targets import from_urls
from scanner.config import Settings
from scanner.detect.rules import RuleSet, load
from scanner.errors import EvidenceError, ExitCode, UsageError
from scanner.model import Change, Outcome, Report, UnreadReason
from scanner.pipeline import importing
from scanner.pipeline.crawl import crawl
from scanner.pipeline.importing import Imported, import_files
from scanner.pipeline.rescan import rescan
from scanner.pipeline.verify import Means, verify
from scanner.read import saved
from scanner.store import open_store
from tests.loopback import CLAIM, Page, html, vendor
from tests.test_pictures import Silent

URL = "https://door.vendor.example/p/1"
WHEN = datetime(2024, 3, 2, 10, 20, 30, tzinfo=UTC)
HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    return load()


def record(kind: str, uri: str, content_type: str, block: bytes, date: str = "2024-03-02T10:20:30Z") -> bytes:
    """One gzip member, with the SHA-1 digest that most tools write."""
    digest = base64.b32encode(hashlib.sha1(block, usedforsecurity=False).digest()).decode()
    fields = [f"WARC-Type: {kind}", f"WARC-Record-ID: <urn:uuid:{uuid.uuid4()}>", f"WARC-Date: {date}"]
    fields += [f"WARC-Target-URI: {uri}", "WARC-IP-Address: 198.51.100.7"] if uri else []
    fields += [f"WARC-Block-Digest: sha1:{digest}", f"Content-Type: {content_type}", f"Content-Length: {len(block)}"]
    head = "WARC/1.1\r\n" + "\r\n".join(fields) + "\r\n\r\n"
    return gzip.compress(head.encode() + block + b"\r\n\r\n")


def warc(*pages: tuple[str, bytes, str]) -> bytes:
    """A WARC as Browsertrix writes one: chunked bodies as they came, and resources that are no pages."""
    out = record("warcinfo", "", "application/warc-fields", b"software: Browsertrix-Crawler 1.9.2\r\n")
    for url, body, date in pages:
        block = HTTP + b"%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n"
        out += record("response", url, "application/http; msgtype=response", block, date)
    return out + record("resource", "urn:pageinfo:https://door.vendor.example/", "application/json", b"{}")


SINGLE_FILE = f"""<!DOCTYPE html> <html lang=zh-CN><!--
 Page saved with SingleFile
 url: {URL}
 saved date: Sat Mar 02 2024 18:20:30 GMT+0800 (China Standard Time)
--><meta charset=utf-8><title>门禁</title><p>{CLAIM}</p><p>宽电压供电，安装简便，全国联保一年，欢迎来电咨询。</p>"""
MHTML = f"""From: <Saved by Blink>
Snapshot-Content-Location: {URL}
Subject: x
Date: Sat, 2 Mar 2024 10:20:30 -0000
MIME-Version: 1.0
Content-Type: multipart/related; type="text/html"; boundary="b"

--b
Content-Type: text/html
Content-Location: {URL}

{html(CLAIM).decode()}
--b--
"""


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    folder = tmp_path / "theirs"
    folder.mkdir()
    return folder


def settings(folder: Path) -> Settings:
    return Settings(out_dir=str(folder / "out"))


def take(folder: Path, rules: RuleSet, *paths: Path, **names: str) -> Imported:
    return import_files(settings(folder), paths, rules, Silent(), **names)


def kinds(folder: Path) -> dict[str, bytes]:
    bundle = io.BytesIO()
    with zipfile.ZipFile(bundle, "w") as file:
        file.writestr("datapackage.json", '{"software": "ArchiveWeb.page 0.14", "resources": []}')
        file.writestr("archive/data.warc.gz", warc((URL, html(CLAIM), "2024-03-02T10:20:30.5Z")))
    return {
        "browsertrix.warc.gz": warc((URL, html(CLAIM), "2024-03-02T10:20:30.5Z")),
        "archiveweb.wacz": bundle.getvalue(),
        "single.html": SINGLE_FILE.encode(),
        "chrome.mhtml": MHTML.encode(),
    }


@pytest.mark.parametrize(
    ("name", "maker"),
    [("browsertrix.warc.gz", "Browsertrix-Crawler 1.9.2"), ("archiveweb.wacz", "ArchiveWeb.page 0.14"),
     ("single.html", "SingleFile"), ("chrome.mhtml", "saved by Blink")],
)  # fmt: skip
def test_each_kind_is_judged_dated_and_attributed_as_it_says(
    theirs: Path, tmp_path: Path, rules: RuleSet, name: str, maker: str
) -> None:
    body = kinds(theirs)[name]
    (theirs / name).write_bytes(body)
    report = take(tmp_path, rules, theirs / name).report
    assert report.run.kind == "import"
    finding = report.findings[0].finding
    assert (finding.vendor, finding.source) == ("door.vendor.example", URL)
    assert finding.captured_at is not None
    assert finding.captured_at.replace(microsecond=0) == WHEN
    assert maker in report.origins[finding.warc_record]
    assert hashlib.sha256(body).hexdigest() in report.origins[finding.warc_record]
    (copy,) = (tmp_path / "out" / "imported").iterdir()
    assert copy.read_bytes() == body
    again = rescan(settings(tmp_path), rules, Silent())
    assert [(t.finding.id, t.change) for t in again.findings] == [(t.finding.id, Change.STILL) for t in report.findings]


def test_the_kept_record_has_their_bytes_and_date(theirs: Path, tmp_path: Path, rules: RuleSet) -> None:
    file = theirs / "a.warc.gz"
    file.write_bytes(kinds(theirs)["browsertrix.warc.gz"])
    take(tmp_path, rules, file)
    (ours,) = (tmp_path / "out" / "warc").iterdir()
    before, after = ([one for one in iter_captures(each) if one.block] for each in (file, ours))
    assert [one.block for one in after] == [one.block for one in before]
    assert after[0].digest_ok
    assert after[0].capture.captured_at == before[0].capture.captured_at
    assert after[0].capture.peer_ip == "198.51.100.7"


def test_of_several_captures_the_newest_is_judged_and_the_others_are_counted(
    theirs: Path, tmp_path: Path, rules: RuleSet
) -> None:
    old, new = (URL, html(CLAIM), "2023-01-01T00:00:00Z"), (URL, html("门禁"), "2024-01-01T00:00:00Z")
    (theirs / "two.warc.gz").write_bytes(warc(new, old))
    report = take(tmp_path, rules, theirs).report
    (row,) = report.coverage
    assert row.outcome is Outcome.CLEAN
    assert "newest of 2 captures" in row.detail


def test_a_damaged_file_is_told_and_ends_in_exit_code_5(
    theirs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    body = bytearray(kinds(theirs)["browsertrix.warc.gz"])
    body[len(body) // 2] ^= 0xFF
    (theirs / "bad.warc.gz").write_bytes(body)
    (theirs / "good.mhtml").write_bytes(MHTML.encode())
    code = run(["--quiet", "import", str(theirs), "--out", str(tmp_path / "out"), "--format", "json"])
    assert code == 5
    assert "bad.warc.gz" in capsys.readouterr().err


def test_a_page_without_an_address_is_unread_until_it_is_given(theirs: Path, tmp_path: Path, rules: RuleSet) -> None:
    file = theirs / "plain.html"
    file.write_bytes(html(CLAIM))
    (row,) = take(tmp_path, rules, file).report.coverage
    assert (row.outcome, row.reason) == (Outcome.UNREAD, UnreadReason.BAD_URL)
    assert "--url" in row.detail
    report = take(tmp_path / "named", rules, file, url=URL, vendor="示例").report
    assert report.findings[0].finding.vendor == "示例"
    assert "it states none" in report.origins[report.findings[0].finding.warc_record]


def test_a_saved_page_that_breaks_off_is_kept_and_not_read(theirs: Path, tmp_path: Path, rules: RuleSet) -> None:
    (theirs / "cut.mhtml").write_bytes(MHTML.encode()[:-20])
    (row,) = take(tmp_path, rules, theirs).report.coverage
    assert (row.outcome, row.reason) == (Outcome.UNREAD, UnreadReason.BAD_ENCODING)
    assert "breaks off" in row.detail
    assert len(list((tmp_path / "out/imported").iterdir())) == 1


def test_what_is_named_and_not_taken_in_is_unread(
    theirs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, other, bare = theirs / "good.mhtml", theirs / "policy.pdf", tmp_path / "bare"
    good.write_bytes(MHTML.encode())
    other.write_bytes(b"%PDF-")
    bare.mkdir()
    into = ["--out", str(tmp_path / "out"), "--format", "json"]
    assert run(["import", str(good), str(other), str(bare), *into]) == 4
    said = capsys.readouterr().err.splitlines()
    assert "not read: policy.pdf: not a kind of file that import takes in" in said
    assert "not read: bare: no page in this folder" in said
    assert run(["import", str(theirs), *into]) == 0
    said = capsys.readouterr().err.splitlines()
    assert "not taken in: files of other kinds in the folders: 1 (policy.pdf)" in said


def test_nothing_to_import_is_one_line(theirs: Path, tmp_path: Path, rules: RuleSet) -> None:
    (theirs / "x.pdf").write_bytes(b"%PDF-")
    with pytest.raises(UsageError, match="nothing to import"):
        take(tmp_path, rules, theirs)


def test_what_was_imported_says_nothing_about_what_is_gone(theirs: Path, tmp_path: Path, rules: RuleSet) -> None:
    """An old capture has a claim, the live page has another: neither look makes the other's claim vanish."""
    other = "客户一进门即无感抓拍人脸。"
    with vendor("127.0.4.51") as shop:
        shop.pages["/"] = Page(html(CLAIM))
        live = Settings(
            out_dir=str(tmp_path / "out"), crawl={"allow_networks": ["127.0.4.51/32"], "delay": 0}  # type: ignore[arg-type]
        )  # fmt: skip

        def look() -> Report:
            report = crawl(live, from_urls([shop.url()]), rules, Silent())
            assert report is not None
            return report

        first = look()
        (theirs / "old.warc.gz").write_bytes(warc((shop.url(), html(other), "2023-01-01T00:00:00Z")))
        name = first.findings[0].finding.vendor
        imported = import_files(live, [theirs], rules, Silent(), vendor=name).report
        assert {t.change for t in imported.findings} == {Change.NEW}
        assert {t.change for t in look().findings} == {Change.STILL}
        with open_store(live.database_url()) as store:
            (kept,) = [found for found in store.rescannable() if found.item.url == shop.url()]
        assert CLAIM[:6] in (kept.document.text if kept.document else "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Sat Mar 02 2024 18:20:30 GMT+0800 (China Standard Time)", WHEN), ("2024-03-02T10:20:30.000Z", WHEN),
     ("yesterday", None), ("2024-03-02", None)],
)  # fmt: skip
def test_dates_of_single_file(text: str, expected: datetime | None) -> None:
    page = f"<html><!-- \n Page saved with SingleFile \n url: {URL} \n saved date: {text}\n-->".encode()
    assert saved.of_html(page) == saved.Saved(URL, expected, "SingleFile")


def theirs_with_tag(url: str, body: bytes, tag: str) -> bytes:
    """A WARC of somebody's own making: a claim under the tag that the real page has."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nETag: {tag}\r\n\r\n"
    return record("response", url, "application/http; msgtype=response", head.encode() + body)


@pytest.mark.parametrize("rescanned", [False, True])
def test_no_304_of_the_server_vouches_for_an_imported_page(
    theirs: Path, tmp_path: Path, rules: RuleSet, rescanned: bool
) -> None:
    honest = html("自行车，送货上门，全国联保一年。")
    with vendor("127.0.4.52") as shop:
        shop.pages["/"] = Page(honest, etag=True)
        live = Settings(
            out_dir=str(tmp_path / "out"), crawl={"allow_networks": ["127.0.4.52/32"], "delay": 0}  # type: ignore[arg-type]
        )  # fmt: skip
        tag = f'"{hashlib.sha256(honest).hexdigest()[:12]}"'
        (theirs / "forged.warc.gz").write_bytes(theirs_with_tag(shop.url(), html(CLAIM), tag))
        (target,) = from_urls([shop.url()])
        assert import_files(live, [theirs], rules, Silent(), vendor=target.vendor).report.findings
        if rescanned:  # a run of another kind over the same strange bytes
            assert rescan(live, rules, Silent()).findings
        report = crawl(live, (target,), rules, Silent())
        assert report is not None
        assert ("/", tag) not in shop.asked
        assert [(row.url, row.outcome) for row in report.coverage if row.url == shop.url()] == [
            (shop.url(), Outcome.CLEAN)
        ]
        assert {t.change for t in report.findings} <= {Change.NOT_SEEN}


def test_a_304_to_a_tag_that_stands_for_another_capture_is_not_believed(tmp_path: Path, rules: RuleSet) -> None:
    """The server says "not modified" although it was asked about nothing."""
    with vendor("127.0.4.53") as shop:
        shop.pages["/"] = Page(html(CLAIM))
        live = Settings(
            out_dir=str(tmp_path / "out"), crawl={"allow_networks": ["127.0.4.53/32"], "delay": 0}  # type: ignore[arg-type]
        )  # fmt: skip
        targets = from_urls([shop.url()])
        first = crawl(live, targets, rules, Silent())
        assert first is not None
        assert first.findings
        shop.pages["/"] = Page(b"", 304)
        second = crawl(live, targets, rules, Silent())
    assert second is not None
    (row,) = [row for row in second.coverage if row.url == shop.url()]
    assert (row.outcome, row.reason) == (Outcome.UNREAD, UnreadReason.PROTOCOL)


def test_a_long_name_is_cut_and_the_file_is_kept(theirs: Path, tmp_path: Path, rules: RuleSet) -> None:
    file = theirs / ("门" * 83 + ".HTML")
    file.write_bytes(html(CLAIM))
    report = take(tmp_path, rules, file, url=URL).report
    assert report.findings
    (copy,) = (tmp_path / "out" / "imported").iterdir()
    assert copy.read_bytes() == file.read_bytes()
    assert copy.name.endswith("门.HTML")
    assert verify(report.run.id, Means(settings(tmp_path), rules)).exit_code is ExitCode.OK


def test_what_is_judged_is_the_copy_that_was_hashed(
    theirs: Path, tmp_path: Path, rules: RuleSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is changed while it is taken in."""
    file = theirs / "page.html"
    file.write_bytes(html(CLAIM))
    told = importing.file_imported

    def then_changed(*given: object) -> None:
        told(*given)  # type: ignore[arg-type]
        file.write_bytes(html("门禁"))

    monkeypatch.setattr(importing, "file_imported", then_changed)
    report = take(tmp_path, rules, file, url=URL).report
    assert report.findings
    (copy,) = (tmp_path / "out" / "imported").iterdir()
    assert hashlib.sha256(copy.read_bytes()).hexdigest() in report.origins[report.findings[0].finding.warc_record]


def test_a_copy_that_was_changed_is_told_when_its_file_comes_again(
    theirs: Path, tmp_path: Path, rules: RuleSet
) -> None:
    file = theirs / "page.html"
    file.write_bytes(html(CLAIM))
    take(tmp_path, rules, file, url=URL)
    (copy,) = (tmp_path / "out" / "imported").iterdir()
    copy.write_bytes(b"changed")
    with pytest.raises(EvidenceError, match="not the file that was imported"):
        take(tmp_path, rules, file, url=URL)
    assert copy.read_bytes() == b"changed"
