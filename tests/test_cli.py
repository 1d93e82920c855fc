"""The command line as its users and their timers meet it: streams, exit codes, one line for each mistake."""

from __future__ import annotations

import gzip
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from scanner import __version__
from scanner.cli.examples import SETTINGS, TARGETS
from scanner.cli.main import run
from scanner.config import Settings, load
from scanner.read import images
from tests.few_rules import few_rules
from tests.loopback import CLAIM, Page, Vendor, html, vendor

ROOT = Path(__file__).resolve().parent.parent
SHOP = ["--allow-network", "127.0.4.0/24", "--delay", "0"]


@pytest.fixture
def folder(tmp_path: Path, patterns: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "nobody"))
    monkeypatch.setenv("NOTICESCAN_RULES__PATH", str(patterns))
    return work


@pytest.fixture
def shop() -> Iterator[Vendor]:
    with vendor() as server:
        server.pages["/"] = Page(html(CLAIM))
        server.pages["/sitemap.xml"] = Page(b"<urlset/>", kind="application/xml")
        yield server


UNREAD_PHOTO = (
    "not read: pages/photo.png: not_text: not a picture that can be opened"
    if images.available()
    else f"not read: pages/photo.png: image_only: a picture; to read text in pictures: {images.INSTALL}"
)


def noticescan(*args: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR")}
    return subprocess.run(
        [sys.executable, "-m", "scanner", *args],
        cwd=cwd, env=clean | {"PYTHONPATH": str(ROOT)} | env, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def error_of(capsys: pytest.CaptureFixture[str]) -> tuple[str, list[str]]:
    """(stdout, lines of stderr)"""
    out, err = capsys.readouterr()
    assert "Traceback" not in err
    return out, err.splitlines()


# --- wrong use -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["chek"], "No such command"),
        (["check"], "Missing argument"),
        (["check", "--nope", "x"], "No such option"),
        (["check", "nowhere.html"], "no such file or folder"),
        (["check", "--format", "pdf", "."], "--format pdf: not known"),
        (["check", "."], "no page in the given files and folders"),
        (["--config", "none.toml", "crawl", "http://a.example/"], "no settings file"),
        (["crawl"], "nothing to look at"),
        (["crawl", "--targets", "none.csv"], "no such file"),
        (["crawl", "ftp://a.example/"], "ftp://a.example/"),
        (["crawl", "http://a.example/", "--delay", "0"], "delay is below"),
        (["crawl", "http://a.example/", "--allow-network", "10.0.0.1/8"], "is not a network"),
        (["crawl", "http://a.example/", "--format", "pdf"], "--format: pdf: not known; one of: html, json"),
        (["report", "--lang", "de"], "error: --lang: de: not known; one of: en, zh"),
        (["crawl", "http://a.example/", "--delay", "0.1"], "error: delay is below"),
        (["crawl", "http://a.example/", "--rules", "nowhere"], "nowhere"),
        (["rules", "show", "no-such-rule"], "no rule no-such-rule"),
        (["findings", "--stance", "angry"], "--stance angry: not known"),
        (["rules", "explain", " "], "no text to look at"),
        (["schedule"], "--systemd or --cron"),
        (["schedule", "--cron"], "no settings file"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(
    folder: Path, capsys: pytest.CaptureFixture[str], args: list[str], said: str
) -> None:
    assert run(args) == 2
    out, lines = error_of(capsys)
    assert out == ""
    assert lines[0].startswith("error: ")
    assert said in lines[0]
    assert all(line.startswith(("error: ", "tip: ", "  ")) for line in lines)


@pytest.mark.parametrize(
    ("args", "said", "tip"),
    [
        (["schedule", "--cron", "--write", "units"], "--write goes with --systemd", "crontab -e"),
        (["schedule", "--cron", "--user", "press"], "--user goes with --systemd", "crontab -e"),
        (["init", "page.html"], "page.html is, or lies in, a file and not a folder", "name a folder"),
        (["init", "page.html/case"], "page.html/case is, or lies in, a file and not a folder", "name a folder"),
        (
            ["import", "page.html", "--url", "javascript:alert(1)"],
            "scheme 'javascript' is not http or https",
            "https://",
        ),
        (["verify", "page.html"], "page.html: no WACZ file", "name a WACZ file"),
        (["verify", "bare"], "bare: no case file", "name a WACZ file"),
        (["verify", "x", "--trust", "page.html"], "page.html: a PEM certificate is not in it", "BEGIN CERTIFICATE"),
        (["verify", "x", "--key", "page.html"], "page.html: a PEM public key is not in it", "BEGIN PUBLIC KEY"),
        (["--config", "roots.toml", "verify", "x"], "page.html: a PEM certificate is not in it", "BEGIN CERTIFICATE"),
        (["--config", "b9.toml", "findings"], "b9: not known; one of: empty, b2b", ""),
        (["check", "page.html", "--at", "2026-13-45"], "2026-13-45: no day of the calendar; write it as 2026", ""),
        (["findings", "--since", "May"], "May: no day of the calendar; write it as 2026", ""),
        (["law", "list", "--at", "2026-02-30"], "2026-02-30: no day of the calendar; write it as 2026", ""),
    ],
)
def test_a_wrong_file_or_flag_is_told_as_what_it_is(
    folder: Path, capsys: pytest.CaptureFixture[str], args: list[str], said: str, tip: str
) -> None:
    Path("page.html").write_bytes(html("普通页面"))
    Path("bare").mkdir()
    Path("roots.toml").write_text('[evidence]\ntrusted_roots = ["page.html"]\n', encoding="utf-8")
    Path("b9.toml").write_text('[law]\naudience = "b9"\n', encoding="utf-8")
    Path("noticescan.toml").write_text(SETTINGS, encoding="utf-8")
    assert run(args) == 2
    out, lines = error_of(capsys)
    assert out == ""
    assert said in lines[0]
    assert not tip or tip in lines[1]
    assert not Path("units").exists()
    assert not Path("noticescan-out").exists()


@pytest.mark.parametrize("args", [[], ["rules"], ["law"]])
def test_without_a_command_the_help_is_shown_line_by_line(
    folder: Path, capsys: pytest.CaptureFixture[str], args: list[str]
) -> None:
    assert run(args) == 2
    out, lines = error_of(capsys)
    assert out == ""
    assert lines[0].startswith(" ".join(["Usage: noticescan", *args]))
    assert any(line.startswith(("  crawl ", "  list ")) for line in lines)
    assert max(map(len, lines)) <= 200


@pytest.mark.parametrize("command", ["report", "findings", "rescan"])
def test_nothing_crawled_yet_is_said_plainly(folder: Path, capsys: pytest.CaptureFixture[str], command: str) -> None:
    looks_only = command != "rescan"
    assert run([command]) == (2 if looks_only else 1)
    said = "error: no database at noticescan-out/noticescan.sqlite" if looks_only else "error: nothing is kept"
    assert error_of(capsys)[1][0].startswith(said)
    assert Path("noticescan-out/noticescan.sqlite").exists() is not looks_only


@pytest.mark.parametrize("text", ["not a database at all" * 100, ""])
def test_a_file_that_is_no_database(folder: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    Path("x.sqlite").write_text(text)
    assert run(["findings", "--db", "sqlite:///x.sqlite"]) == 1
    assert error_of(capsys)[1][0].startswith("error: ")


def test_a_folder_that_cannot_be_written(folder: Path, capsys: pytest.CaptureFixture[str], shop: Vendor) -> None:
    Path("file").write_text("in the way")
    assert run(["crawl", shop.url(), *SHOP, "--out", "file/out"]) == 1
    assert "file" in error_of(capsys)[1][0]


def test_all_problems_of_the_rules_are_listed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    few_rules(Path("patterns"))
    one, *_ = sorted(Path("patterns/rules").glob("*.toml"))
    one.write_text(one.read_text(encoding="utf-8").replace("schema = 1", "schema = 99\nnonsense = 3"), encoding="utf-8")
    Path("patterns/rules/second.toml").write_text("id = 'other'\n", encoding="utf-8")
    assert run(["rules", "check", "--rules", "patterns"]) == 2
    lines = error_of(capsys)[1]
    assert sum(one.name in line for line in lines) >= 1
    assert any("second.toml" in line for line in lines)
    assert run(["check", "--rules", "patterns", str(one)]) == 2


def test_without_the_list_of_claims_that_is_the_one_problem(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    few_rules(Path("patterns"))
    Path("patterns/claims.toml").unlink()
    assert run(["rules", "check", "--rules", "patterns"]) == 2
    lines = error_of(capsys)[1]
    assert lines[0] == "error: 1 problem in the patterns folder"
    assert lines[2:] == ["claims.toml: -: cannot be read: No such file or directory"]


# --- check -----------------------------------------------------------------------------------------------------------


def test_check_gives_json_lines_and_nothing_else_on_stdout(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("pages/deep").mkdir(parents=True)
    Path("pages/deep/claim.html").write_bytes(html(CLAIM))
    Path("pages/text.txt").write_text(CLAIM, encoding="utf-8")
    Path("pages/photo.png").write_bytes(b"\x89PNG")
    Path("pages/notes.bin").write_bytes(b"\0\1")
    assert run(["check", "--format", "jsonl", "--vendor", "示例", "pages"]) == 4
    out, lines = error_of(capsys)
    found = [json.loads(line) for line in out.splitlines()]
    assert {f["source"] for f in found} == {"pages/deep/claim.html", "pages/text.txt"}
    assert {(f["schema"], f["vendor"], f["stance"]) for f in found} == {("noticescan/finding/1", "示例", "asserted")}
    assert lines == [UNREAD_PHOTO, "not looked at: files of other kinds in the folders: 1 (notes.bin)"]


ACTS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


@pytest.mark.parametrize("command", ["check", "notice", "compare"])
def test_no_character_that_acts_in_a_terminal_is_written_as_json(
    folder: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    evil = "\x9b2J\u202e隐私政策\u2066"
    page = html(f"{CLAIM}{evil}", f"{evil}本政策说明我们如何收集人脸信息，{evil}联系邮箱 a@b.example。").replace(
        "示例".encode(), evil.encode()
    )
    Path("ad\x9b.html").write_bytes(page)
    Path("notice.html").write_bytes(page)
    files = ["--ad", "ad\x9b.html", "--notice", "notice.html"] if command == "compare" else ["ad\x9b.html"]
    run([command, *files, "--format", "jsonl", "--rules", str(ROOT / "patterns")])
    out, _ = error_of(capsys)
    assert out
    assert ACTS.findall(out) == []
    assert all("ad\x9b.html" in json.dumps(json.loads(line), ensure_ascii=False) for line in out.splitlines())


def test_a_file_name_that_is_no_utf_8_ends_no_check(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = os.fsdecode(b"\xff.html")
    try:
        Path(name).write_bytes(html(CLAIM))
    except OSError:
        pytest.skip("no such name in this file system")
    for form in ("jsonl", "table"):
        assert run(["check", "--format", form, name]) == 0
        assert "\\udcff" in capsys.readouterr().out or form == "table"


def test_check_knows_every_kind_of_saved_page(folder: Path, capsys: pytest.CaptureFixture[str], shop: Vendor) -> None:
    run(["--quiet", "crawl", shop.url(), *SHOP])
    capsys.readouterr()
    (warc,) = Path("noticescan-out/warc").iterdir()
    shutil.copy(warc, "kept.warc.gz")
    shutil.make_archive("archive", "zip")
    Path("archive").mkdir()
    shutil.copy(warc, "archive/data.warc.gz")
    shutil.make_archive("bundle", "zip", base_dir="archive")
    Path("bundle.zip").rename("kept.wacz")
    Path("saved.mhtml").write_bytes(
        b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=xx\r\n\r\n--xx\r\n"
        b"Content-Type: text/html; charset=utf-8\r\nContent-Location: https://shop.example/\r\n\r\n"
        + html(CLAIM) + b"\r\n--xx--\r\n"
    )  # fmt: skip
    for name, source in (("kept.warc.gz", shop.url()), ("kept.wacz", shop.url()), ("saved.mhtml", "saved.mhtml")):
        code = run(["--quiet", "check", "--format", "jsonl", name])
        found = [json.loads(line) for line in error_of(capsys)[0].splitlines()]
        assert {f["source"] for f in found} == {source}, name
        assert code in (0, 4)


def test_exit_codes_of_check(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("claim.html").write_bytes(html(CLAIM))
    Path("plain.html").write_bytes(html("普通页面"))
    Path("empty.html").write_bytes(b"")
    assert run(["check", "plain.html"]) == 0
    assert run(["check", "claim.html"]) == 0
    assert run(["check", "claim.html", "--exit-code"]) == 3
    assert run(["check", "plain.html", "--exit-code"]) == 0
    assert run(["check", "plain.html", "empty.html"]) == 4
    assert run(["check", "claim.html", "empty.html", "--exit-code"]) == 3


def test_a_file_that_takes_long_is_named_meanwhile(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("long.html").write_bytes(html(*(f"{n} 普通页面，介绍安装与售后。" for n in range(2_000))))
    monkeypatch.setattr("scanner.cli.judging.SLOW_SECONDS", 0.02)
    assert run(["check", "long.html"]) == 0
    assert error_of(capsys)[1] == []  # nobody watches
    monkeypatch.setattr("scanner.cli.judging._watched", lambda: True)
    assert run(["check", "long.html"]) == 0
    assert error_of(capsys)[1] == [f"still reading long.html ({Path('long.html').stat().st_size / 1e6:.1f} MB)"]
    assert run(["--quiet", "check", "long.html"]) == 0
    assert error_of(capsys)[1] == []


def test_a_warc_packed_as_one_stream_is_read_like_others(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    both = a_warc("https://door.vendor.example/1") + a_warc("https://door.vendor.example/2")
    Path("one.warc.gz").write_bytes(gzip.compress(both))
    assert run(["check", "-f", "jsonl", "one.warc.gz"]) == 0
    assert len(error_of(capsys)[0].splitlines()) == 2
    Path("mixed.warc.gz").write_bytes(gzip.compress(a_warc("https://door.vendor.example/0")) + gzip.compress(both))
    assert run(["check", "mixed.warc.gz"]) == 5
    assert "several share one" in error_of(capsys)[1][0]


def test_a_damaged_warc_is_exit_code_5(folder: Path, capsys: pytest.CaptureFixture[str], shop: Vendor) -> None:
    run(["--quiet", "crawl", shop.url(), *SHOP])
    (warc,) = Path("noticescan-out/warc").iterdir()
    Path("changed.warc").write_bytes(gzip.decompress(warc.read_bytes()).replace("抓拍".encode(), "抓柏".encode()))
    capsys.readouterr()
    assert run(["check", "changed.warc"]) == 5
    assert "digest" in error_of(capsys)[1][0]


def a_warc(uri: str) -> bytes:
    """One answer with a claim in it, at an address that may be none."""
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + html(CLAIM)
    head = "WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:6f3c2a1e-0000-4000-8000-000000000001>\r\n"
    head += "WARC-Date: 2026-03-01T08:00:00Z\r\nContent-Type: application/http; msgtype=response\r\n"
    head += (f"WARC-Target-URI: {uri}\r\n" if uri else "") + f"Content-Length: {len(block)}\r\n\r\n"
    return head.encode() + block + b"\r\n\r\n"


@pytest.mark.parametrize("command", ["check", "import"])
def test_answers_without_an_address_among_good_ones_are_counted(
    folder: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    dns = a_warc("dns:door.vendor.example").replace(b"application/http; msgtype=response", b"text/dns")
    pages = a_warc("https://door.vendor.example/") + dns
    Path("theirs.warc").write_bytes(pages)
    assert run([command, "theirs.warc"]) == 0
    error_of(capsys)
    Path("theirs.warc").write_bytes(pages + a_warc("javascript:alert(1)") + a_warc("") + a_warc("https://[/"))
    assert run([command, "theirs.warc"]) == 4
    told = [line for line in error_of(capsys)[1] if line.startswith("not read: theirs.warc: ")]
    assert len(told) == 1
    # `check` reads a page whatever host it names; what is kept needs an address that can be kept.
    assert f"{3 if command == 'import' else 2} answers without an http or https address left out" in told[0]


@pytest.mark.parametrize("command", ["check", "import"])
@pytest.mark.parametrize("name", ["empty.warc", "js.warc", "nourl.warc", "bare.wacz"])
def test_an_archive_from_which_nothing_was_read_is_said_to_be(
    folder: Path, capsys: pytest.CaptureFixture[str], command: str, name: str
) -> None:
    Path("good.warc").write_bytes(a_warc("https://door.vendor.example/"))
    Path("empty.warc").write_bytes(b"")
    Path("js.warc").write_bytes(a_warc("javascript:alert(1)"))
    Path("nourl.warc").write_bytes(a_warc(""))
    with zipfile.ZipFile("bare.wacz", "w") as bundle:
        bundle.writestr("datapackage.json", "{}")
    assert run([command, "good.warc"]) == 0
    error_of(capsys)
    for args in (["good.warc", name], [name]):
        assert run([command, *args]) == 4
        said = [line for line in error_of(capsys)[1] if line.startswith(f"not read: {name}: ")]
        assert len(said) == 1
        assert "no page in this archive" in said[0]


def test_a_folder_without_pages_beside_others_is_said_to_be_empty(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("claim.html").write_bytes(html(CLAIM))
    Path("bare").mkdir()
    assert run(["check", "claim.html", "bare"]) == 4
    assert "not read: bare: empty: no page in this folder" in error_of(capsys)[1]


@pytest.mark.parametrize("command", ["check", "import"])
def test_what_cannot_be_opened_in_a_folder_is_not_passed_over(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    Path("pages").mkdir()
    Path("pages/good.warc").write_bytes(a_warc("https://door.vendor.example/"))
    Path("pages/gone.html").symlink_to("nowhere.html")
    Path("pages/circle.html").symlink_to("circle.html")
    os.mkfifo("pages/pipe.html")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/claim.html").write_bytes(html(CLAIM))
    Path("pages/linked").symlink_to(tmp_path / "elsewhere")
    assert run([command, "pages"]) == 4
    said = [line for line in error_of(capsys)[1] if line.startswith("not read: ")]
    for name, why in (
        ("gone.html", "a link that leads nowhere"),
        ("circle.html", "a link that leads nowhere"),
        ("pipe.html", "not a regular file"),
        ("linked", "a link to another folder, not followed"),
    ):
        assert sum(name in line and why in line for line in said) == 1, name


def test_a_pipe_given_by_name_is_read_by_check_and_refused_by_import(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo("pipe.html")
    assert run(["import", "pipe.html"]) == 2
    assert error_of(capsys)[1][0] == "error: not a regular file: pipe.html"
    writer = threading.Thread(target=Path("pipe.html").write_bytes, args=(html(CLAIM),))
    writer.start()
    assert run(["check", "pipe.html", "--format", "jsonl"]) == 0
    writer.join()
    assert json.loads(error_of(capsys)[0])["source"] == "pipe.html"


def test_vendor_text_cannot_steer_the_terminal(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    evil = "\x1b[31m\x1b]0;owned\x07\u202e[bold red]"
    Path("evil.html").write_bytes(html(f"{evil} 人脸抓拍系统，案场防截客{evil}、防飞单，省下佣金。"))
    for args in (["check", "evil.html"], ["check", "--format", "table", "evil.html", "--lang", "zh"]):
        run(args)
        out, err = capsys.readouterr()
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202e]", (out + err).replace("\n", ""))


def test_markup_of_our_own_library_is_text(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("[b]x[.html").write_bytes(html("人脸抓拍系统，案场防截客、防飞单，省下佣金。[/link]"))
    assert run(["check", "[b]x[.html"]) == 0
    assert "[b]x[.html" in capsys.readouterr().out


# --- crawl, report, findings -----------------------------------------------------------------------------------------


def test_a_crawl_from_the_command_line(folder: Path, capsys: pytest.CaptureFixture[str], shop: Vendor) -> None:
    assert run(["crawl", shop.url(), *SHOP, "--vendor", "示例公司", "--exit-code"]) == 3
    out, lines = error_of(capsys)
    assert "示例公司" in out
    assert "URLs known in all" in out
    assert any(re.search(rf"findings \(\d+\) {re.escape(shop.url())}$", line) for line in lines)
    page = Path(re.findall(r"report \(html\): (.+)", out)[0])
    assert page.is_file()
    assert run(["crawl", shop.url(), *SHOP, "--vendor", "示例公司", "--exit-code"]) == 0
    assert "new: 0" in capsys.readouterr().out

    assert run(["findings", "--format", "jsonl", "--vendor", "示例"]) == 0
    found = [json.loads(line) for line in error_of(capsys)[0].splitlines()]
    assert {f["change"] for f in found} == {"still"}
    assert all(f["first_seen"].endswith("Z") for f in found)
    assert run(["findings", "--format", "jsonl", "--stance", "negated"]) == 0
    assert capsys.readouterr().out == ""
    assert run(["findings", "--new"]) == 0
    assert capsys.readouterr().out == ""

    assert run(["report", "--format", "json", "--format", "csv", "--lang", "zh"]) == 0
    paths = [Path(line) for line in capsys.readouterr().out.splitlines()]
    assert [path.name for path in paths] == ["report.json", "findings.csv"]
    report = json.loads(paths[0].read_text(encoding="utf-8"))
    assert report["coverage"]


def test_run_reads_targets_of_the_settings_and_only_what_is_due(
    folder: Path, capsys: pytest.CaptureFixture[str], shop: Vendor
) -> None:
    Path("conf").mkdir()
    Path("conf/noticescan.toml").write_text(
        "out_dir = 'out'\n[crawl]\ndelay = 0\nallow_networks = ['127.0.4.0/24']\n[run]\ntargets = 'shops.csv'\n"
        "[report]\nformats = ['json']\n",
        encoding="utf-8",
    )
    Path("conf/shops.csv").write_text(f"vendor,url\n示例,{shop.url()}\n", encoding="gbk")
    assert run(["--config", "conf/noticescan.toml", "run", "--exit-code"]) == 3
    assert Path("conf/out/reports").is_dir()
    capsys.readouterr()
    assert run(["run", "--config", "conf/noticescan.toml", "--exit-code"]) == 0
    assert "nothing is due" in capsys.readouterr().err


def test_looking_makes_no_database(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("findings", "report"):
        assert run([command, "--out", "mistyped"]) == 2
        assert "no database at mistyped" in capsys.readouterr().err
    assert not (folder / "mistyped").exists()


def test_what_could_not_be_read_is_exit_code_4(folder: Path, capsys: pytest.CaptureFixture[str], shop: Vendor) -> None:
    shop.pages["/"] = Page(html("普通页面", links=("/gone.html",)))
    assert run(["crawl", shop.url(), *SHOP, "--format", "json", "--exit-code"]) == 4


def test_a_vendor_of_private_address_is_refused_without_permission(
    folder: Path, capsys: pytest.CaptureFixture[str], shop: Vendor
) -> None:
    assert run(["crawl", shop.url(), "--format", "json"]) == 4
    err = capsys.readouterr().err
    assert "address_refused" in err
    assert f"--allow-network {urlsplit(shop.url()).hostname}/32" in err
    assert shop.asked == []


@pytest.mark.parametrize(
    ("sent", "code", "background"),
    [(signal.SIGINT, 130, False), (signal.SIGTERM, 143, True)],
)
def test_a_stop_says_how_to_go_on_and_the_next_call_does(
    folder: Path, shop: Vendor, sent: signal.Signals, code: int, background: bool
) -> None:
    """`background`: as a shell starts `noticescan crawl &`, with Ctrl-C ignored (as this test run itself may be)."""
    shop.pages["/"] = Page(html(links=tuple(f"/{n}.html" for n in range(40))))
    for n in range(40):
        shop.pages[f"/{n}.html"] = Page(html(f"第{n}页", CLAIM if n == 39 else ""))
    command = [sys.executable, "-m", "scanner", "crawl", shop.url(), "--allow-network", "127.0.4.0/24"]
    command += ["--format", "json", "--delay", "0.05"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    inherited = signal.signal(signal.SIGINT, signal.SIG_IGN if background else signal.default_int_handler)
    try:
        process = subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.PIPE, text=True)
    finally:
        signal.signal(signal.SIGINT, inherited)
    deadline = time.monotonic() + 60
    while len(shop.asked) < 12 and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(sent)
    errors = process.communicate(timeout=60)[1]
    assert process.returncode == code
    assert "Traceback" not in errors
    assert "the same command goes on from here" in errors
    done = noticescan(*command[3:], cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "going on with the interrupted run" in done.stderr
    asked = [path for path, _ in shop.asked if path.endswith(".html")]
    assert len(asked) - len(set(asked)) <= 1  # the one that was under way when the signal came
    assert "40 read, nothing flagged" in " ".join(done.stdout.split())


# --- the other commands ----------------------------------------------------------------------------------------------


def test_init_writes_files_that_work_and_overwrites_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", "new"]) == 0
    assert capsys.readouterr().out.splitlines() == ["new/noticescan.toml", "new/targets.csv"]
    assert load(Path("new/noticescan.toml")).crawl == Settings().crawl  # and loads at all
    Path("new/targets.csv").write_text("mine", encoding="utf-8")
    Path("new/noticescan.toml").unlink()
    assert run(["init", "new"]) == 2
    assert Path("new/targets.csv").read_text(encoding="utf-8") == "mine"
    assert not Path("new/noticescan.toml").exists()


@pytest.mark.parametrize("command", ["crawl", "run"])
def test_the_placeholder_of_init_is_no_vendor(folder: Path, capsys: pytest.CaptureFixture[str], command: str) -> None:
    run(["init"])
    capsys.readouterr()
    assert run([command]) == 2
    out, err = error_of(capsys)
    assert out == ""
    assert "https://vendor.example/ is an example address" in err[0]
    assert "targets file" in err[1]
    assert not Path("noticescan-out").exists()
    Path("targets.csv").write_text(TARGETS.replace("https://vendor.example/,", "http://127.0.4.1:9/,"))
    assert run([command]) == 2
    assert "https://vendor.example/privacy is an example" in error_of(capsys)[1][0], "its notice is one, too"


def test_the_example_settings_name_every_key_with_its_default(folder: Path) -> None:
    every_line_on = re.sub(r"^# (?=[a-z_]+ = |\[)", "", SETTINGS, flags=re.M)
    path = folder / "all.toml"
    path.write_text(re.sub(r'^"shop.example" = .*', "", every_line_on, flags=re.M).replace('# "shop', '"shop'))
    settings = load(path)
    expected = Settings().model_dump()
    got = settings.model_dump()
    assert got["crawl"] | {"robots_overrides": {}} == expected["crawl"]
    for section in ("ocr", "render", "compare", "report", "store", "law"):
        assert got[section] == expected[section]
    assert got["run"]["interval_hours"] == expected["run"]["interval_hours"]
    named = set(re.findall(r"^([a-z_]+) = ", every_line_on, flags=re.M)) | {"robots_overrides", "proxies"}
    sections = {name: set(type(getattr(settings, name)).model_fields) for name in Settings.model_fields
                if name != "out_dir"}  # fmt: skip
    assert named == {"out_dir"}.union(*sections.values())
    assert TARGETS.startswith("vendor,url,notice_url,note,jurisdiction,audience")


def test_schedule_prints_units_and_a_crontab_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["init"])
    capsys.readouterr()
    assert run(["schedule", "--cron", "--on", "15 3 * * tue"]) == 0
    line = capsys.readouterr().out.strip()
    assert line.startswith("15 3 * * tue ")
    assert str(folder / "noticescan.toml") in line
    assert run(["schedule", "--systemd", "--write", "units"]) == 0
    assert {path.name for path in Path("units").iterdir()} == {"noticescan.service", "noticescan.timer"}
    assert "run --exit-code" in Path("units/noticescan.service").read_text(encoding="utf-8")
    capsys.readouterr()
    for on, said in (("Tue 04:00", True), ("Tue 04:00", False)):
        run(["schedule", "--systemd", "--write", "units", "--on", on])
        assert ("replaced: units/noticescan.timer" in capsys.readouterr().err) is said, on


def test_rules_can_be_listed_shown_and_tested(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules", "list"]) == 0
    first = next(line for line in capsys.readouterr().out.splitlines()[1:] if line.strip()).split()[0]
    assert run(["rules", "show", first]) == 0
    assert first in capsys.readouterr().out
    assert run(["rules", "check"]) == 0
    assert "no problem" in capsys.readouterr().out
    assert run(["rules", "test"]) == 0
    assert "0 failed" in capsys.readouterr().err


def test_version_and_quiet(folder: Path, capsys: pytest.CaptureFixture[str], shop: Vendor) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"noticescan {__version__}\n"
    run(["--quiet", "crawl", shop.url(), *SHOP, "--format", "json"])
    assert capsys.readouterr().err == ""


def test_colour_only_on_a_terminal_and_never_with_no_color(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "claim.html").write_bytes(html(CLAIM))
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    assert run(["check", "claim.html"]) == 0
    assert "\x1b" not in capsys.readouterr().out
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.setenv(name, "1")
    assert run(["check", "claim.html"]) == 0
    forced = capsys.readouterr().out
    assert "claim.html" in forced
    assert not re.search("\x1b\\[[0-9;]*3[0-7]", forced)


def test_a_reader_that_goes_away_is_no_traceback(folder: Path) -> None:
    for n in range(6):  # each of them tells more than a pipe holds
        (folder / f"{n}.html").write_bytes(html(*[CLAIM] * 60))
    command = f"{sys.executable} -m scanner check -f jsonl . | head -1"
    done = subprocess.run(command, shell=True, cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT)},
                          capture_output=True, text=True, timeout=60)  # fmt: skip
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""


def shell(command: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """`ns` stands for the program; stderr comes as text."""
    begun = command.replace("ns ", f"{sys.executable} -m scanner ", 1)
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG", "PYTHON"))}
    return subprocess.run(begun, shell=True, cwd=cwd, env=clean | {"PYTHONPATH": str(ROOT)} | env,
                          capture_output=True, text=True, errors="replace", timeout=90)  # fmt: skip


def test_a_terminal_of_few_characters_gets_the_others_escaped(folder: Path) -> None:
    (folder / "claim.html").write_bytes(html(CLAIM))
    law = "ns --quiet law list --lang zh --jurisdiction CN"
    for command, env in (
        (law, {"PYTHONIOENCODING": "ascii"}),
        ("ns check claim.html", {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}),
    ):
        done = shell(command, folder, **env)
        assert (done.returncode, done.stderr) == (0, "")
        assert "\\u" in done.stdout
        assert done.stdout.isascii()
    listed = shell(f"{law} --format jsonl", folder, PYTHONIOENCODING="ascii")
    assert listed.returncode == 0
    assert all(json.loads(line)["jurisdiction"] == "CN" for line in listed.stdout.splitlines())


def test_a_closed_or_full_stream_is_told_or_changes_nothing(folder: Path) -> None:
    (folder / "claim.html").write_bytes(html(CLAIM))
    for command in ("ns law list >&-", "ns schedule --cron >&-"):
        done = shell(command, folder)
        assert done.returncode == 1
        assert done.stderr.splitlines()[0] == "error: the output (stdout) is closed; nothing was done"
    for command in ("ns law list > /dev/full", "ns law show cn.pipl.26 > /dev/full", "ns --version > /dev/full"):
        full = shell(command, folder)
        assert full.returncode == 1
        assert full.stderr.splitlines()[-1] == "error: the output cannot be written: No space left on device"
    for command, code in (
        ("ns check claim.html --at 2026-03-01 2>&-", 0),
        ("ns check claim.html --at 2026-03-01 2>/dev/full", 0),
        ("ns findings --run nosuch 2>/dev/full", 2),
    ):
        assert shell(command, folder).returncode == code, command


def test_ctrl_c_while_the_program_loads_is_no_traceback(folder: Path) -> None:
    (folder / "slow.py").write_text(
        "import sys\n"
        "class Slow:\n"
        "    def find_spec(self, name, *more):\n"
        "        if name == 'scanner.cli': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Slow())\n"
        "import scanner.__main__\n"
        "scanner.__main__.main()\n",
        encoding="utf-8",
    )
    done = subprocess.run([sys.executable, "slow.py"], cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT)},
                          capture_output=True, text=True, timeout=60)  # fmt: skip
    assert (done.returncode, done.stderr) == (130, "")


# --- what a first user met -------------------------------------------------------------------------------------------


@pytest.fixture
def kept(folder: Path, shop: Vendor, capsys: pytest.CaptureFixture[str]) -> Path:
    """The archive of a small crawl."""
    run(["--quiet", "crawl", shop.url(), *SHOP])
    capsys.readouterr()
    (warc,) = Path("noticescan-out/warc").iterdir()
    return warc


def test_a_broken_archive_is_one_line_without_its_bytes_and_exit_code_5(
    folder: Path, capsys: pytest.CaptureFixture[str], kept: Path
) -> None:
    whole = kept.read_bytes()
    middle = len(whole) // 2
    for name, body in (
        ("cut.warc.gz", whole[: len(whole) - 20]),
        ("flipped.warc.gz", whole[:middle] + bytes(byte ^ 0xFF for byte in whole[middle : middle + 9]) + whole[-99:]),
        ("head.warc.gz", b"\0" + whole[1:]),
        ("other.warc", b"hello\n" * 9),
        ("other.wacz", b"PK" + b"0" * 99),
    ):
        Path(name).write_bytes(body)
        assert run(["--quiet", "check", name]) == 5, name
        lines = error_of(capsys)[1]
        kind = "WACZ (zip)" if name.endswith(".wacz") else "WARC"
        assert lines[0] == f"error: {name}: damaged, cut off or not a {kind}; what comes before that was read"
        assert len(lines) == 2


def test_one_damaged_record_does_not_hide_the_other_files(
    folder: Path, capsys: pytest.CaptureFixture[str], kept: Path
) -> None:
    Path("pages").mkdir()
    Path("pages/a.warc.gz").write_bytes(kept.read_bytes()[:-20])
    Path("pages/b.html").write_bytes(html(CLAIM))
    assert run(["check", "--format", "jsonl", "--exit-code", "pages"]) == 5
    assert "pages/b.html" in error_of(capsys)[0]


def test_check_of_an_output_folder_leaves_our_own_reports_and_robots_out(
    folder: Path, capsys: pytest.CaptureFixture[str], kept: Path, shop: Vendor
) -> None:
    run(["check", "--format", "jsonl", "noticescan-out"])
    out, lines = error_of(capsys)
    assert out
    assert {json.loads(line)["source"] for line in out.splitlines()} == {shop.url()}
    assert not any("robots.txt" in line or "sitemap" in line for line in lines)


def test_noise_is_not_read_as_a_page_without_claims(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("noise.html").write_bytes(random.Random(3).randbytes(100_000))
    assert run(["check", "noise.html"]) == 4
    assert "not_text" in error_of(capsys)[1][0]


def test_settings_in_another_encoding(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("gbk.toml").write_bytes("# 设置\n".encode("gbk"))
    assert run(["--config", "gbk.toml", "findings"]) == 2
    assert error_of(capsys)[1] == ["error: gbk.toml is not UTF-8 text", "tip: save it as UTF-8"]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--db", "mysql://host/name"], "no support for a database of kind mysql"),
        (["--run", "none"], "there is no run 'none'"),
        (["--out", "elsewhere"], "no database at elsewhere/noticescan.sqlite"),
    ],
)
def test_a_wrong_database_or_run_is_wrong_use(
    folder: Path, capsys: pytest.CaptureFixture[str], kept: Path, args: list[str], said: str
) -> None:
    assert run(["findings", *args]) == 2
    assert said in error_of(capsys)[1][0]


def test_the_star_is_explained_only_where_there_is_one(
    folder: Path, capsys: pytest.CaptureFixture[str], shop: Vendor
) -> None:
    run(["--quiet", "crawl", shop.url(), *SHOP])
    out = error_of(capsys)[0]
    assert "* new" not in out
    assert "first run: nothing to compare with" in out
    shop.pages["/"] = Page(html(CLAIM + "全程无感抓拍顾客人脸。"))
    run(["--quiet", "crawl", shop.url(), *SHOP])
    assert "* new" in error_of(capsys)[0]
    run(["--quiet", "rescan"])
    assert "* new" not in error_of(capsys)[0]


def test_check_says_which_files_of_a_folder_it_did_not_look_at(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "a.html").write_text("<p>无感抓拍顾客人脸</p>", encoding="utf-8")
    (folder / "prices.xlsx").write_bytes(b"PK")
    assert run(["check", "."]) == 0
    out, err = error_of(capsys)
    assert any("of other kinds in the folders: 1 (prices.xlsx)" in line for line in err)
    assert "* new" not in out  # nothing was looked at before


def test_a_place_without_listed_law_is_not_said_to_have_none(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.html").write_text("<p>无感抓拍顾客人脸</p>", encoding="utf-8")
    for args in (["law", "list", "--jurisdiction", "XX"], ["check", "a.html", "--jurisdiction", "XX"]):
        assert run(args) == 0
        assert any("no provisions listed for XX" in line for line in error_of(capsys)[1]), args


def test_a_place_without_listed_law_is_told_by_every_command(
    folder: Path, capsys: pytest.CaptureFixture[str], shop: Vendor
) -> None:
    said = "no provisions listed for ZZ (which is not: no law); listed are CN, "
    Path("zz.toml").write_text('[law]\njurisdictions = ["ZZ"]\n', encoding="utf-8")
    Path("good.warc").write_bytes(a_warc("https://door.vendor.example/"))
    Path("targets.csv").write_text(f"vendor,url,jurisdiction\n示例,{shop.url()},ZZ\n", encoding="utf-8")
    json_only = ["--format", "json"]
    for args in (
        ["crawl", "--targets", "targets.csv", *SHOP, *json_only],
        ["--config", "zz.toml", "import", "good.warc", *json_only],
        ["report", "--jurisdiction", "ZZ", *json_only],
        ["--config", "zz.toml", "report", *json_only],
        ["findings", "--jurisdiction", "zz"],
        ["--config", "zz.toml", "findings"],
        ["--config", "zz.toml", "rescan", *json_only],
    ):
        run(args)
        assert sum(line.startswith(said) for line in error_of(capsys)[1]) == 1, args
    for args, count in (([], "2 findings of run "), (["--limit", "1"], "1 finding of run ")):
        run(["findings", "--jurisdiction", "CN", *args])
        why, line = error_of(capsys)[1]
        assert why.startswith("run ")
        assert line.startswith(count)


AD = """<title>云瞳 S3</title><p>遇到检查，一键断开云端识别。</p><p>无需顾客同意，进店即自动建档。</p>"""
NOTICE = """<title>隐私政策</title><h1>隐私政策</h1><p>本政策适用于云瞳设备所拍摄的到店顾客。</p>
<p>未经您的明确同意，我们不会采集您的人脸信息。</p><p>人脸信息保存不超过七天，到期自动删除。</p>
<p>我们会统计客流。</p><p>如需查阅、更正或删除，请联系 privacy@yuntong.example。</p>"""


def test_compare_gives_contradictions_first_and_names_the_item_that_is_silent(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "ad.html").write_text(AD, encoding="utf-8")
    (folder / "notice.html").write_text(NOTICE, encoding="utf-8")
    (folder / "empty.html").write_text("", encoding="utf-8")
    files = ["--ad", "ad.html", "--ad", "empty.html", "--notice", "notice.html"]
    assert run(["compare", *files, "--rules", str(ROOT / "patterns")]) == 4
    out, err = error_of(capsys)
    assert out.index("无需") < out.index("遇到")
    assert "under:" in out
    assert "1 contradicts, 1 not found, 1 cannot tell." in " ".join(out.split())
    assert any("empty.html" in line for line in err)


def test_a_page_that_is_no_notice_is_said_to_be_none(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "ad.html").write_text(AD, encoding="utf-8")
    (folder / "notice.html").write_text(NOTICE, encoding="utf-8")
    for name, told in (("ad.html", True), ("notice.html", False)):
        assert run(["notice", name]) == 0
        assert any("does not call itself" in line for line in error_of(capsys)[1]) is told


def test_whose_items_a_notice_is_read_by_is_said_and_by_whom_chosen(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "notice.html").write_text(NOTICE, encoding="utf-8")
    for flags in ([], ["--regime", "eu.gdpr"]):
        assert run(["notice", "notice.html", *flags]) == 0
        out = " ".join(error_of(capsys)[0].split())
        assert ("General Data Protection" in out) is bool(flags)
        assert ("by its language" in out) is not bool(flags)


def test_the_verdicts_of_a_chinese_table_are_chinese(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "ad.html").write_text(AD, encoding="utf-8")
    (folder / "notice.html").write_text(NOTICE, encoding="utf-8")
    files = ["--ad", "ad.html", "--notice", "notice.html"]
    assert run(["compare", *files, "--lang", "zh", "--rules", str(ROOT / "patterns")]) == 0
    out = "".join(error_of(capsys)[0].split())
    assert "1矛盾，" in out
    assert "consent-bypass" not in out


def test_adverts_without_a_page_of_their_own_are_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("ad.html").write_text(AD, encoding="utf-8")
    Path("bare").mkdir()
    for ads, notices, said in (
        (["--ad", "ad.html"], ["--notice", str(folder / "ad.html")], "each file given with --ad"),
        (["--ad", "bare"], ["--notice", "ad.html"], "no page in the folders given with --ad"),
        (["--ad", "ad.html"], ["--notice", "bare"], "no page in the folders given with --notice"),
        (["--ad", "ad.html", "b.html"], ["--notice", "ad.html"], "b.html: neither --ad nor --notice"),
    ):
        assert run(["compare", *ads, *notices, "--rules", str(ROOT / "patterns")]) == 2, said
        out, err = error_of(capsys)
        assert out == ""
        assert said in err[0]
        assert err[1].startswith("tip: ")


def test_a_notice_in_the_folder_of_the_adverts_is_no_advert_and_each_answer_names_its_notice(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("ad.html").write_text(AD, encoding="utf-8")
    for name in ("one.html", "two.html"):
        Path(name).write_text(NOTICE, encoding="utf-8")
    files = ["--ad", ".", "--notice", str(folder / "one.html"), "--notice", "two.html", "--jurisdiction", "ZZ"]
    assert run(["compare", *files, "--rules", str(ROOT / "patterns")]) == 0
    out, err = error_of(capsys)
    assert "Notice: two.html" in out
    assert out.count("one.html") + out.count("two.html") > 2, "above the table, and beside each answer"
    assert sum("given with --notice too" in line for line in err) == 2
    assert any("no provisions listed for ZZ" in line for line in err)


@pytest.mark.parametrize(("place", "law"), [("US-IL", "bipa."), ("UK", "gdpr."), ("DE", "gdpr."), ("CN", "frt.")])
def test_the_place_named_decides_under_whose_item_a_matter_belongs(
    folder: Path, capsys: pytest.CaptureFixture[str], place: str, law: str
) -> None:
    Path("ad.html").write_text(
        '<html lang="en"><title>Aisle camera</title><p>Order today: it stores the face of every shopper in a '
        "searchable library.</p></html>",
        encoding="utf-8",
    )
    Path("notice.html").write_text(
        '<html lang="en"><title>Privacy policy</title><h1>Privacy policy</h1><p>This policy is for visitors of our '
        "shops.</p><p>We use cameras.</p><p>You may complain to the regulator.</p></html>",
        encoding="utf-8",
    )
    files = ["--ad", "ad.html", "--notice", "notice.html", "--rules", str(ROOT / "patterns")]
    assert run(["compare", *files, "--format", "jsonl", "--jurisdiction", place]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["item"].startswith(law) for one in told if one["category"] == "biometric-database"] == [True]


def test_adverts_that_claim_nothing_are_said_to(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("ad.html").write_text("<title>Chairs</title><p>We sell good chairs of oak.</p>", encoding="utf-8")
    Path("notice.html").write_text(NOTICE, encoding="utf-8")
    assert run(["compare", "--ad", "ad.html", "--notice", "notice.html", "--rules", str(ROOT / "patterns")]) == 0
    out, err = error_of(capsys)
    assert out == ""
    assert any("no flagged claim" in line for line in err)


def test_a_reader_that_goes_away_ends_a_table_with_141(folder: Path) -> None:
    Path("notice.html").write_text(NOTICE, encoding="utf-8")
    command = [sys.executable, "-m", "scanner", "notice", "notice.html"]
    reader, writer = os.pipe()
    os.close(reader)
    ended = subprocess.run(
        command, env=os.environ | {"PYTHONPATH": str(ROOT)}, stdout=writer, stderr=subprocess.PIPE, timeout=120
    )
    os.close(writer)
    assert ended.returncode == 141
    assert ended.stderr.count(b"Traceback") == 0


LONG = "a-rather-long-folder-name-of-a-vendor/products/cameras-for-shops/model-s3-with-everything.html"
TWO = """<title>云瞳 S3</title><p>遇到检查，一键断开云端识别。</p><p>Our cameras do not recognise faces of shoppers.</p>
<p>Nobody will notice that the camera identifies every shopper by face.</p>"""


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("columns", ["80", "160"])
def test_a_finding_can_be_read_and_copied_from_a_terminal_of_any_width(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, columns: str, lang: str
) -> None:
    page = Path(LONG if columns == "80" else "product.html")
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(TWO, encoding="utf-8")
    run(["check", str(page), "--rules", str(ROOT / "patterns"), "--format", "jsonl"])
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(found) > 1
    monkeypatch.setenv("COLUMNS", columns)
    run(["check", str(page), "--rules", str(ROOT / "patterns"), "--lang", lang])
    lines = error_of(capsys)[0].splitlines()
    for one in found:
        assert any(one["id"][:12] in line for line in lines)
        assert any(str(page) in line for line in lines), "in one piece"
    shown = next(n for n, line in enumerate(lines) if "一键断开" in line)
    kind = "inspection-evasion" if lang == "en" else "遇到检查时隐藏"
    assert any(kind in line for line in lines[max(0, shown - 2) : shown + 1])


def test_what_is_denied_has_no_severity_in_a_terminal(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("a.html").write_text("<title>Shop cameras</title><p>We never sell face data.</p>", encoding="utf-8")
    monkeypatch.setenv("COLUMNS", "80")
    assert run(["check", "a.html", "--rules", str(ROOT / "patterns")]) == 0
    (line,) = (line for line in error_of(capsys)[0].splitlines() if "·" in line)
    assert line.split(" · ")[0].endswith(" denied")


@pytest.mark.parametrize("word", ["asserted", "Asserted", "自述", "says it itself", "自己说的"])
def test_a_stance_may_be_given_in_any_word_that_is_shown(
    folder: Path, capsys: pytest.CaptureFixture[str], kept: Path, word: str
) -> None:
    assert run(["--quiet", "findings", "--format", "jsonl", "--stance", word]) == 0
    assert '"stance": "asserted"' in error_of(capsys)[0]


def test_the_words_that_a_table_prints_are_taken_and_an_error_lists_them(
    folder: Path, capsys: pytest.CaptureFixture[str], kept: Path
) -> None:
    for flags in (["--stance", "denied"], ["--stance", "否认或限定"], ["--severity", "极高"]):
        assert run(["--quiet", "findings", *flags]) == 0, flags
        error_of(capsys)
    assert run(["findings", "--stance", "angry"]) == 2
    tip = error_of(capsys)[1][1]
    assert "negated, denied, denied or limited, 否认, 否认或限定" in tip


def test_a_report_in_another_language_stands_beside_the_first(
    folder: Path, capsys: pytest.CaptureFixture[str], kept: Path
) -> None:
    (run_folder,) = Path("noticescan-out/reports").iterdir()
    english = (run_folder / "html/index.html").read_text(encoding="utf-8")
    for _ in range(2):
        assert run(["report", "--lang", "zh", "--format", "html", "--format", "csv"]) == 0
        assert str(run_folder / "zh" / "html" / "index.html") in capsys.readouterr().out
    assert (run_folder / "html/index.html").read_text(encoding="utf-8") == english
    assert 'lang="zh' in (run_folder / "zh/html/index.html").read_text(encoding="utf-8")
    (run_folder / ".language").unlink()  # as an earlier version left it
    assert run(["report", "--lang", "zh", "--format", "csv"]) == 0
    assert str(run_folder / "zh" / "findings.csv") in capsys.readouterr().out
    assert run(["report", "--format", "csv"]) == 0
    assert str(run_folder / "findings.csv") in capsys.readouterr().out
