"""How a run looked: TLS with its chain, addresses, robots, clock; and that a page's words cannot act in a case file."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scanner.detect.rules import RuleSet
from scanner.evidence import custody
from scanner.model import Target
from scanner.pipeline.crawl import crawl
from scanner.pipeline.export import export
from scanner.pipeline.material import Wanted
from scanner.pipeline.verify import Means, verify
from tests.loopback import CLAIM, Page, Vendor, html, vendor

from . import authority
from .conftest import Quiet
from .shop import NAME, settings_for

HOSTILE = f"<img src=x onerror=alert(1)> </script><script>alert(2)</script> {CLAIM}"


@contextmanager
def over_tls(folder: Path) -> Iterator[tuple[Vendor, Path]]:
    """A shop behind a certificate that a root of its own has signed."""
    ca, key, cert, request = (str(folder / name) for name in ("ca.pem", "shop.key", "shop.pem", "shop.csr"))
    ca_key = str(folder / "ca.key")
    for path in (ca_key, key):
        authority.run("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", path)
    usage = ("-addext", "keyUsage=critical,keyCertSign")
    authority.run("req", "-x509", "-key", ca_key, "-subj", "/CN=root", "-days", "2", "-out", ca, *usage)
    authority.run("req", "-new", "-key", key, "-subj", "/CN=shop", "-out", request)
    (folder / "ext").write_text("subjectAltName=IP:127.0.4.1\nauthorityKeyIdentifier=keyid\n")
    signed = ("-CA", ca, "-CAkey", ca_key, "-CAcreateserial", "-days", "2", "-extfile", str(folder / "ext"))
    authority.run("x509", "-req", "-in", request, *signed, "-out", cert)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "shop.pem", folder / "shop.key")
    server = Vendor("127.0.4.1")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server, folder / "ca.pem"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.skipif(authority.OPENSSL is None, reason="makes its certificates with openssl: apt-get install openssl")
def test_the_tls_chain_is_kept_and_goes_into_the_case_file(
    tmp_path: Path, rules: RuleSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_for(tmp_path / "out")
    with over_tls(tmp_path) as (shop, root):
        monkeypatch.setenv("SSL_CERT_FILE", str(root))
        shop.pages["/"] = Page(html(CLAIM))
        url = shop.url().replace("http://", "https://")
        report = crawl(settings, (Target(NAME, (url,)),), rules, Quiet())
    assert report is not None
    der = [ssl.PEM_cert_to_DER_cert((tmp_path / name).read_text()) for name in ("shop.pem", "ca.pem")]
    digests = [hashlib.sha256(one).hexdigest() for one in der]
    done = export(settings, rules, Wanted(vendor=NAME), Quiet(), tmp_path / "case", pdf=False)
    told = json.loads((done.folder / "conditions.json").read_bytes())["runs"][report.run.id]
    (host,) = told["hosts"].values()
    (tls,) = host["tls"]
    assert (tls["certificate"], tls["chain"], tls["verdict"]) == (digests[0], digests, "verified")
    assert {path.read_bytes() for path in (done.folder / "certificates").iterdir()} == set(der)
    assert digests[0] in (done.folder / "index.html").read_text(encoding="utf-8")
    assert verify(str(done.folder), Means(settings, rules)).failures == []


def test_conditions_are_told_for_each_host(tmp_path: Path, rules: RuleSet) -> None:
    settings = settings_for(tmp_path / "out")
    with vendor("127.0.4.1") as shop:
        shop.pages["/"] = Page(html(CLAIM), etag=True)
        crawl(settings, (Target(NAME, (shop.url(),)),), rules, Quiet())
        report = crawl(settings, (Target(NAME, (shop.url(),)),), rules, Quiet())
    assert report is not None
    chain = custody.read_folder(tmp_path / "out")
    mine = [one for one in chain.details.values() if one["run"] == report.run.id]
    told = next(one for one in mine if one["event"] == "conditions")
    assert told["conditional_requests"] == 1
    assert told["rules_digest"] == rules.digest
    assert told["clock"]["compared_with_servers"] == told["captures"] > 0
    assert abs(told["clock"]["median_offset_seconds"]) < 3
    (host,) = (one for one in mine if one["event"] == "host")
    assert host["connected_to"] == host["dns_answers"] == ["127.0.4.1"]
    assert host["robots"][0]["rule"]
    assert [one["event"] for one in mine][:2] == ["run begun", "file begun"]
    assert mine[-1]["event"] == "run finished"


def test_words_of_a_vendor_do_not_act_in_a_case_file(tmp_path: Path, rules: RuleSet) -> None:
    settings = settings_for(tmp_path / "out")
    with vendor("127.0.4.1") as shop:
        shop.pages["/"] = Page(html(HOSTILE.replace("<", "&lt;")))
        crawl(settings, (Target(NAME, (shop.url(),)),), rules, Quiet())
    done = export(settings, rules, Wanted(vendor=NAME), Quiet(), tmp_path / "case", pdf=False)
    shown = (done.folder / "index.html").read_text(encoding="utf-8")
    assert "onerror=alert(1)" in shown
    assert "<img" not in shown
    assert "<script" not in shown
    assert "default-src &#39;none&#39;" in shown or "default-src 'none'" in shown


def test_pages_kept_before_there_was_a_chain_are_taken_into_it(tmp_path: Path, rules: RuleSet) -> None:
    """A folder of an earlier version: WARC files and database, no chain."""
    settings = settings_for(tmp_path / "out")
    with vendor("127.0.4.1") as shop:
        shop.pages["/"] = Page(html(CLAIM))
        report = crawl(settings, (Target(NAME, (shop.url(),)),), rules, Quiet())
    assert report is not None
    for name in (custody.LINKS, custody.DETAILS):
        (tmp_path / "out" / name).unlink()
    shutil.rmtree(tmp_path / "out" / "evidence")
    base = sqlite3.connect(tmp_path / "out" / "noticescan.sqlite")
    with base:
        base.execute("UPDATE runs SET told = 0")
    base.close()
    done = export(settings, rules, Wanted(run=report.run.id), Quiet(), tmp_path / "case", pdf=False)
    verdict = verify(str(done.folder), Means(settings, rules))
    assert verdict.failures == []
    assert "noted after an interruption" in (done.folder / "index.html").read_text(encoding="utf-8")
    assert verify(report.run.id, Means(settings, rules)).failures == []


def test_the_command_line_says_it_in_exit_codes(
    tmp_path: Path, rules: RuleSet, capsys: pytest.CaptureFixture[str]
) -> None:
    from scanner.cli.main import run
    from tests.few_rules import few_rules

    patterns = few_rules(tmp_path / "patterns")
    settings = settings_for(tmp_path / "out")
    with vendor("127.0.4.1") as shop:
        shop.pages["/"] = Page(html(CLAIM))
        crawl(settings, (Target(NAME, (shop.url(),)),), rules, Quiet())
    where = ["--out", str(tmp_path / "out")]
    assert run(["export", "--vendor", NAME, "--to", str(tmp_path / "case"), "--no-pdf", *where]) == 0
    shown = capsys.readouterr()
    assert shown.out.strip() == str(tmp_path / "case")
    digest = hashlib.sha256((tmp_path / "case" / "manifest.json").read_bytes()).hexdigest()
    assert digest in shown.err
    check = ["verify", str(tmp_path / "case"), "--rules", str(patterns)]
    assert run([*check, "--digest", digest, "--require-seal"]) == 0
    assert "intact, sealed" in capsys.readouterr().out
    assert run([*check, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["seal"] == "unsealed"
    assert run(["verify", str(tmp_path / "case")]) == 4, "other rules"
    assert run([*check, "--digest", "0" * 64]) == 5
    assert run([*check, "--digest", "abc"]) == 2
    assert run(["verify", "no-such-run", *where]) == 2
    assert run(["export", *where]) == 2
    assert run(["export", "--vendor", NAME, "--to", str(tmp_path / "case"), *where]) == 2, "it is there already"
    (tmp_path / "case" / "findings.json").write_text("{}")
    capsys.readouterr()
    assert run(check) == 5
    assert "BROKEN: files: findings.json was changed" in capsys.readouterr().out
