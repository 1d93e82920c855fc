"""Other people's tools over what a crawl of example sites leaves: warcio, py-wacz, pywb, ReplayWeb.page.

pywb is under the GPL, ReplayWeb.page under the AGPL, and py-wacz needs a library under the AGPL: they are run here as
programs, out of a folder of their own that `make peers` fills, and are never imported.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

from scanner.collect.targets import load_targets
from scanner.config import Settings, load
from scanner.detect.rules import load as load_rules
from scanner.evidence import places
from scanner.model import BlockKind, Finding
from scanner.pipeline.crawl import crawl
from scanner.pipeline.export import export
from scanner.pipeline.material import Wanted
from tests.crawled_examples import EXAMPLES, serve

from .conftest import Quiet

PEERS = Path(os.environ.get("NOTICESCAN_TEST_PEERS") or Path.home() / ".cache" / "noticescan-peers")
PROGRAMS = PEERS / "venv" / "bin"
VIEWER = PEERS / "replaywebpage" / "package"
SITES = ("brindlecote", "muyao")


def needs(*paths: Path) -> pytest.MarkDecorator:
    missing = [path.name for path in paths if not path.exists()]
    return pytest.mark.skipif(bool(missing), reason=f"no {', '.join(missing)} in {PEERS.name}: make peers")


@dataclass(frozen=True)
class Kept:
    """What two example sites left: the WACZ of the run, and the case file of one finding each."""

    settings: Settings
    wacz: Path
    findings: tuple[Finding, ...]
    cases: tuple[Path, ...]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    folder = tmp_path_factory.mktemp("peers")
    with serve().start(SITES, port=0, pace_scale=0.2) as served:
        (folder / "targets.toml").write_text(served.targets(), encoding="utf-8")
        settings = load(EXAMPLES / "noticescan.toml", {"out_dir": str(folder / "out")})
        rules = load_rules()
        report = crawl(settings, load_targets(folder / "targets.toml"), rules, Quiet())
    assert report is not None
    one_a_site = {t.finding.vendor: t.finding for t in reversed(report.findings) if seen(t.finding)}
    assert len(one_a_site) == len(SITES)
    cases = []
    for number, finding in enumerate(one_a_site.values()):
        to = folder / f"case-{number}"
        export(settings, rules, Wanted(finding=finding.id), Quiet(), to, pdf=False)
        cases.append(to)
    out = Path(settings.out_dir)
    return Kept(settings, places.wacz_of(out, report.run.id), tuple(one_a_site.values()), tuple(cases))


def seen(finding: Finding) -> bool:
    """Does a person see the quote on the page?"""
    return not finding.hidden and finding.block_kind in (BlockKind.PARAGRAPH, BlockKind.CELL, BlockKind.LIST_ITEM)


def waczs(kept: Kept) -> list[Path]:
    return [kept.wacz, *(case / "pages.wacz" for case in kept.cases)]


def test_warcio_finds_nothing_wrong(kept: Kept, tmp_path: Path) -> None:
    files = list((Path(kept.settings.out_dir) / "warc").iterdir())
    for number, wacz in enumerate(waczs(kept)):
        shutil.unpack_archive(wacz, tmp_path / str(number), "zip")
        files += (tmp_path / str(number) / "archive").iterdir()
    warcio = Path(sys.executable).with_name("warcio")
    done = subprocess.run([warcio, "check", "-v", *files], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "digest pass" in done.stdout
    assert "fail" not in done.stdout


@needs(PROGRAMS / "wacz")
def test_wacz_is_valid_for_its_reference_tool(kept: Kept) -> None:
    for wacz in waczs(kept):
        done = subprocess.run([PROGRAMS / "wacz", "validate", "-f", wacz], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "is valid" in done.stdout


@needs(PROGRAMS / "python")
def test_index_keys_are_those_of_surt(kept: Kept) -> None:
    urls = [
        "https://www.shop.example/A/B/?b=2&a=1", "http://shop.example", "http://shop.example:8080/",
        "https://shop.example:443/x/", "http://shop.example/a?", "http://公司.中国/产品 页?x=1", "http://1.2.3.4/a",
        "http://u:p@Shop.example/a;x=1?Q=1&&b", "http://www2.shop.example/%E4%BA%A7?b&a=", "http://[::1]:80/a",
        *(one.source for one in kept.findings),
    ]  # fmt: skip
    code = "import sys; from surt import surt; print(*map(surt, sys.argv[1:]), sep='\\n')"
    done = subprocess.run([PROGRAMS / "python", "-c", code, *urls], capture_output=True, text=True, check=True)
    from scanner.evidence.cdx import key

    assert done.stdout.splitlines() == [key(url) for url in urls]


@needs(PROGRAMS / "wb-manager", PROGRAMS / "wayback")
def test_pywb_serves_the_page_with_the_quote(kept: Kept, tmp_path: Path) -> None:
    run = [PROGRAMS / "wb-manager"]
    for number, case in enumerate(kept.cases):
        subprocess.run([*run, "init", f"c{number}"], cwd=tmp_path, check=True, capture_output=True)
        add = [*run, "add", "--unpack-wacz", f"c{number}", case / "pages.wacz"]
        subprocess.run(add, cwd=tmp_path, check=True, capture_output=True)
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [PROGRAMS / "wayback", "-b", "127.0.0.1", "-p", str(port)], cwd=tmp_path,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for number, finding in enumerate(kept.findings):
            shown = fetched(f"http://127.0.0.1:{port}/c{number}/mp_/{quote(finding.source, safe=':/?&=%')}")
            assert first_words(finding) in "".join(shown.split())
    finally:
        server.terminate()
        server.wait(timeout=20)


def fetched(url: str) -> str:
    """The text at a URL of a server that is still starting."""
    deadline = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(url, timeout=20) as answer:
                return answer.read().decode("utf-8", "replace")
        except urllib.error.HTTPError:
            raise
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def first_words(finding: Finding) -> str:
    """The quote without white space: line breaks of HTML are not those of the text."""
    return "".join(finding.quote.split())


@needs(VIEWER / "ui.js", PROGRAMS / "playwright", Path(shutil.which("chromium") or "/usr/bin/chromium"))
def test_replayweb_page_shows_the_quote_in_a_real_browser(kept: Kept) -> None:
    for case, finding in zip(kept.cases, kept.findings, strict=True):
        script = Path(__file__).with_name("replay.py")
        command = [PROGRAMS / "python", script, VIEWER, case / "pages.wacz", finding.source, shutil.which("chromium")]
        done = subprocess.run(command, capture_output=True, check=False, timeout=120)
        assert done.returncode == 0, done.stderr.decode()
        assert first_words(finding) in "".join(done.stdout.decode().split())
