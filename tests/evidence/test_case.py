"""Case files and runs: what verify says of whole ones, and of those that nobody vouches for."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from scanner.detect.rules import RuleSet
from scanner.errors import ExitCode, UsageError
from scanner.evidence import casefile, custody, places
from scanner.evidence.verdict import CheckState, Seal, Verdict
from scanner.pipeline.export import export
from scanner.pipeline.material import Wanted
from scanner.pipeline.recompute import laid_out
from scanner.pipeline.rescan import rescan
from scanner.pipeline.verify import Means, verify

from .conftest import Quiet, Sealed
from .shop import NAME, OTHER, Looked


def states(verdict: Verdict) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one in verdict.checks:
        found.setdefault(one.link, set()).add(one.state.value)
    return found


def test_a_sealed_case_file_is_whole(sealed: Sealed) -> None:
    verdict = verify(str(sealed.case.folder), sealed.means(require_seal=True, digest=sealed.case.manifest_sha256))
    assert verdict.failures == []
    assert verdict.exit_code is ExitCode.OK
    assert verdict.seal is Seal.WHOLE
    assert verdict.words.startswith("intact, sealed")
    links = {
        "files", "manifest", "digest", "WARC", "index", "custody", "records", "timestamp", "signature", "quote",
        "findings", "screenshot",
    }  # fmt: skip
    assert {one.link.split()[0] for one in verdict.checks if one.state is CheckState.OK} >= links
    stamps = [one.detail for one in verdict.checks if one.link == "timestamp"]
    assert any("custody chain up to event" in one for one in stamps)
    assert any("this case file" in one for one in stamps)


def test_tools_that_are_not_ours_agree(sealed: Sealed) -> None:
    """The commands that the page of the case file names."""
    shown = (sealed.case.folder / "index.html").read_text(encoding="utf-8")
    for command in (
        "sha256sum -c --quiet SHA256SUMS",
        "openssl ts -verify -data manifest.json -in stamps/manifest/*/manifest.tsr -CAfile ROOTS.pem",
        "openssl pkeyutl -verify -pubin -inkey signer.pem -rawin -in manifest.json -sigfile manifest.sig",
    ):
        assert command.replace("--quiet ", "") in shown
        command = command.replace("ROOTS.pem", str(sealed.authority.root))
        done = subprocess.run(
            ["sh", "-c", command], cwd=sealed.case.folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (command, done.stderr)
    head = shown.partition("openssl ts -verify -digest ")[2].split()[0]
    (stamp,) = (sealed.case.folder / "stamps" / sealed.looked.run).glob("*/custody-head.tsr")
    command = f"openssl ts -verify -digest {head} -in {stamp} -CAfile {sealed.authority.root}"
    assert subprocess.run(command.split(), capture_output=True, check=False).returncode == 0


def test_a_case_file_tells_nothing_of_other_vendors(sealed: Sealed) -> None:
    for path in sealed.case.folder.rglob("*"):
        if path.is_file():
            assert OTHER.encode() not in path.read_bytes(), path.name
            assert b"127.0.4.2" not in path.read_bytes(), path.name


def test_a_case_file_marks_what_is_uncertain(sealed: Sealed) -> None:
    told = json.loads((sealed.case.folder / "findings.json").read_text(encoding="utf-8"))["findings"]
    page = (sealed.case.folder / "index.html").read_text(encoding="utf-8")
    assert page.count('class="doubt"') == sum(1 for one in told if one["confidence"] < 0.6)
    for one in told:
        assert f"{one['confidence']:.2f}</span>" in page
        assert one["stance_before"] is None
    assert "<span>new</span>" not in page  # in a first run nothing is
    assert page.count('class="sev-') == sum(1 for one in told if one["stance"] == "asserted")


def test_without_the_right_key_and_root_it_is_not_sealed(sealed: Sealed) -> None:
    verdict = verify(str(sealed.case.folder), sealed.means(roots=(), keys=()))
    assert verdict.exit_code is ExitCode.OK
    assert verdict.seal is Seal.NOTHING
    assert "UNSEALED" in verdict.words
    assert states(verdict)["timestamp"] == {"note"}
    assert states(verdict)["signature"] == {"note"}
    demanded = verify(str(sealed.case.folder), sealed.means(roots=(), keys=(), require_seal=True))
    assert demanded.exit_code is ExitCode.EVIDENCE


def test_a_stamp_over_the_chain_alone_seals_the_records(sealed: Sealed, tmp_path: Path) -> None:
    """What was kept is stamped, what was exported later is not: said apart."""
    later = sealed.looked.settings.model_copy(
        update={"evidence": sealed.looked.settings.evidence.model_copy(update={"timestamp_urls": (), "key_file": ""})}
    )
    case = export(later, sealed.looked.rules, Wanted(vendor=NAME), Quiet(), tmp_path / "case", pdf=False)
    verdict = verify(str(case.folder), sealed.means())
    assert verdict.exit_code is ExitCode.OK
    assert verdict.seal is Seal.RECORDS
    assert verify(str(case.folder), sealed.means(require_seal=True)).exit_code is ExitCode.EVIDENCE
    pinned = verify(str(case.folder), sealed.means(require_seal=True, digest=case.manifest_sha256))
    assert (pinned.exit_code, pinned.seal) == (ExitCode.OK, Seal.WHOLE)


def test_other_rules_are_no_success_and_no_failure(sealed: Sealed, rules: RuleSet) -> None:
    verdict = verify(str(sealed.case.folder), sealed.means(rules=replace(rules, digest="0" * 64)))
    assert verdict.exit_code is ExitCode.NOT_ALL_READ
    assert [one.detail[:29] for one in verdict.checks if one.link == "findings"] == ["cannot recompute: other rules"]
    assert "intact as far as checked" in verdict.words


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_one_finding_in_both_languages(plain: Looked, tmp_path: Path, lang: str) -> None:
    found = plain.report.findings[0].finding
    settings = plain.settings.model_copy(update={"report": plain.settings.report.model_copy(update={"lang": lang})})
    done = export(settings, plain.rules, Wanted(finding=found.id[:16]), Quiet(), tmp_path / "case", pdf=False)
    assert done.findings == 1
    shown = (done.folder / "index.html").read_text(encoding="utf-8")
    assert found.quote in shown
    assert found.capture_sha256 in shown
    assert ("怎样" in shown or "如何核验" in shown) is (lang == "zh")
    verdict = verify(str(done.folder), Means(plain.settings, plain.rules))
    assert (verdict.exit_code, verdict.seal) == (ExitCode.OK, Seal.NOTHING)


def test_what_holds_for_a_whole_page_is_told_with_its_first_quotation(plain: Looked, tmp_path: Path) -> None:
    done = export(plain.settings, plain.rules, Wanted(vendor=NAME), Quiet(), tmp_path / "case", pdf=False)
    manifest = json.loads((done.folder / "findings.json").read_text(encoding="utf-8"))
    findings = manifest["findings"] if isinstance(manifest, dict) else manifest
    pages = {one["warc_record"] for one in findings}
    shown = (done.folder / "index.html").read_text(encoding="utf-8")
    assert len(findings) > len(pages)
    for record in pages:
        assert shown.count(f"<code>{record}</code>") == 1
    for one in findings:
        assert shown.count(f"<code>{one['id']}</code>") == 1
    assert shown.count("what was received stands there") == len(findings) - len(pages)
    assert shown.count("<h3>Questions to ask</h3>") == len({one["category"] for one in findings})


def test_a_pdf_is_written_where_the_extra_is_there(plain: Looked, tmp_path: Path) -> None:
    pytest.importorskip("weasyprint", reason="pip install weasyprint")
    from scanner.report.pdf import has_chinese_font

    watcher = Quiet()
    done = export(plain.settings, plain.rules, Wanted(vendor=NAME), watcher, tmp_path / "case")
    if not has_chinese_font():
        assert any("fonts-noto-cjk" in note for note in watcher.notes)
        return
    assert (done.folder / "case.pdf").read_bytes().startswith(b"%PDF-")
    assert verify(str(done.folder), Means(plain.settings, plain.rules)).failures == []
    if shutil.which("pdftotext"):
        text = subprocess.run(
            ["pdftotext", str(done.folder / "case.pdf"), "-"], capture_output=True, text=True, check=True
        )
        assert "".join(plain.report.findings[0].finding.quote.split()) in "".join(text.stdout.split())


def test_a_run_is_whole_and_its_head_can_be_pinned(sealed: Sealed) -> None:
    verdict = verify(sealed.looked.run, sealed.means(require_seal=True))
    assert verdict.failures == []
    assert verdict.seal is Seal.WHOLE
    chain = custody.read_folder(sealed.looked.out)
    end = next(n for n, one in chain.details.items() if one["event"] == "run finished")
    head = next(link.sha256 for link in chain.links if link.n == end)
    assert verify(sealed.looked.run, sealed.means(roots=(), digest=head, require_seal=True)).exit_code is ExitCode.OK
    assert verify(sealed.looked.run, sealed.means(digest="0" * 64)).exit_code is ExitCode.EVIDENCE


def test_a_run_that_was_touched_is_broken(plain: Looked, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(plain.out, out)
    means = Means(plain.settings.model_copy(update={"out_dir": str(out)}), plain.rules)
    assert verify(plain.run, means).exit_code is ExitCode.OK
    for name, link in (("custody.jsonl", "custody chain"), ("custody-details.jsonl", "custody chain")):
        kept = (out / name).read_bytes()
        (out / name).write_bytes(kept[:300] + bytes([kept[300] ^ 1]) + kept[301:])
        verdict = verify(plain.run, means)
        assert verdict.exit_code is ExitCode.EVIDENCE
        assert link in {one.link for one in verdict.failures}
        (out / name).write_bytes(kept)
    (warc,) = out.glob("warc/*-00000.warc.gz")
    kept = warc.read_bytes()
    warc.write_bytes(kept[:-40] + bytes([kept[-40] ^ 1]) + kept[-39:])
    assert {"WARC", "records"} <= {one.link for one in verify(plain.run, means).failures}
    warc.write_bytes(kept)
    import sqlite3

    base = sqlite3.connect(out / "noticescan.sqlite")
    with base:
        base.execute("UPDATE findings SET stance = 'negated' WHERE id = (SELECT min(id) FROM findings)")
    base.close()
    assert {one.link for one in verify(plain.run, means).failures} == {"findings"}


def test_a_rescan_is_a_run_of_its_own_in_the_chain(plain: Looked, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(plain.out, out)
    settings = plain.settings.model_copy(update={"out_dir": str(out)})
    report = rescan(settings, plain.rules, Quiet())
    assert verify(report.run.id, Means(settings, plain.rules)).exit_code is ExitCode.OK
    case = export(settings, plain.rules, Wanted(run=report.run.id), Quiet(), tmp_path / "case", pdf=False)
    verdict = verify(str(case.folder), Means(settings, plain.rules))
    assert verdict.failures == []
    told = json.loads((case.folder / "conditions.json").read_bytes())
    assert told["runs"][report.run.id]["egress"] == "no network was used"
    answers = {one["dns_answers"][0] for one in told["runs"][plain.run]["hosts"].values()}
    assert answers == {"127.0.4.1", "127.0.4.2"}


def test_what_there_is_not_is_said(plain: Looked, tmp_path: Path) -> None:
    for wanted in (
        Wanted(finding="ffff"),
        Wanted(vendor="没有这一家"),
        Wanted(vendor="有限公司"),
        Wanted(run="no-such-run"),
    ):
        with pytest.raises(Exception) as caught:
            export(plain.settings, plain.rules, wanted, Quiet(), tmp_path / "case")
        assert getattr(caught.value, "message", ""), caught.value
    with pytest.raises(UsageError):
        verify("no-such-run", Means(plain.settings, plain.rules))
    with pytest.raises(UsageError):
        verify(str(tmp_path / "no.wacz"), Means(plain.settings, plain.rules))
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="none of the parts"):
        verify(str(tmp_path / "empty"), Means(plain.settings, plain.rules))


def test_an_authority_that_does_not_answer_is_noted_and_stops_nothing(rules: RuleSet, tmp_path: Path) -> None:
    from .shop import look

    looked = look(tmp_path / "out", rules, timestamp_urls=["http://127.0.0.1:9/"])
    assert any("not stamped" in note for note in looked.notes)
    verdict = verify(looked.run, Means(looked.settings, rules))
    assert verdict.exit_code is ExitCode.OK
    assert verdict.seal is Seal.NOTHING
    assert any("not stamped" in one.detail for one in verdict.checks)


def test_a_later_stamp_covers_earlier_runs(sealed: Sealed, rules: RuleSet, tmp_path: Path) -> None:
    """Kept without a stamp; the next run of the folder was stamped, and its stamp is over the whole chain."""
    from .shop import look, settings_for

    first = look(tmp_path / "out", rules)
    stamped = settings_for(tmp_path / "out", timestamp_urls=[sealed.authority.url])
    second = rescan(stamped, rules, Quiet())
    assert second.run.id != first.run
    means = sealed.means(settings=stamped)
    verdict = verify(first.run, means)
    assert (verdict.failures, verdict.seal) == ([], Seal.WHOLE)
    case = export(first.settings, rules, Wanted(run=first.run, vendor=NAME), Quiet(), tmp_path / "case", pdf=False)
    verdict = verify(str(case.folder), means)
    assert (verdict.failures, verdict.seal) == ([], Seal.RECORDS)


@pytest.mark.parametrize("keys", [("url", "canonical"), ("canonical",), ("url", "canonical", "vendor")])
def test_a_page_is_called_as_its_record_is(plain: Looked, tmp_path: Path, keys: tuple[str, ...]) -> None:
    """Another's address over the kept page, with findings, manifest and sums made to fit."""
    done = export(plain.settings, plain.rules, Wanted(vendor=NAME), Quiet(), tmp_path / "case", pdf=False)
    told = json.loads((done.folder / "findings.json").read_bytes())
    other = {"url": "https://honest.example/", "canonical": "https://honest.example/", "vendor": "Honest Ltd"}
    for page in told["pages"]:
        page.update({key: other[key] for key in keys})
    cap = told["max_body_bytes"]
    with laid_out(done.folder / "pages.wacz", told["pages"], plain.settings, cap) as kept:
        again = [kept.judged(page, told["run"], plain.rules) for page in told["pages"]]
    told["findings"] = [one.as_json() for judged in again if judged is not None for one in judged.findings]
    (done.folder / "findings.json").write_bytes(places.pretty(told))
    manifest = json.loads((done.folder / "manifest.json").read_bytes())
    casefile.write_manifest(done.folder, {k: v for k, v in manifest.items() if k not in ("schema", "files")})
    casefile.write_sums(done.folder)
    verdict = verify(str(done.folder), Means(plain.settings, plain.rules))
    assert {one.link for one in verdict.failures} == {"records"}
    assert "https://honest.example/" in verdict.words
