"""Calendars of OpenTimestamps on the way of a run: asked, kept, told of, completed, checked; changes are found."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from scanner.cli.main import run as cli
from scanner.detect.rules import RuleSet
from scanner.errors import EvidenceError, ExitCode, UsageError
from scanner.evidence import custody, ots
from scanner.evidence.blockheader import Header
from scanner.evidence.stamp import StampState
from scanner.evidence.verdict import Seal, Verdict
from scanner.pipeline import completing
from scanner.pipeline.completing import complete_stamps
from scanner.pipeline.export import Exported, export
from scanner.pipeline.material import Wanted
from scanner.pipeline.rescan import rescan
from scanner.pipeline.verify import Means, verify
from tests.test_pictures import without_extras

from . import shop
from .calendars import HEIGHT, Calendar, calendar, mined_header
from .conftest import Quiet, Sealed
from .shop import NAME, Looked
from .test_peers import PROGRAMS, needs

pytest.importorskip("opentimestamps", reason="pip install 'noticescan[ots]'")

NOBODY = "http://127.0.0.1:9"


@dataclass(frozen=True)
class Stamped:
    """A look that a calendar stamped (another did not answer), and a case file of it; nothing is in a block yet."""

    looked: Looked
    case: Exported
    calendar: Calendar
    case_notes: tuple[str, ...]

    def copy(self, folder: Path) -> Stamped:
        """The same to be changed. The calendar is shared: it keeps its promises."""
        out, case = folder / "out", folder / "case"
        shutil.copytree(self.looked.out, out)
        shutil.copytree(self.case.folder, case)
        looked = Looked(
            self.looked.settings.model_copy(update={"out_dir": str(out)}), self.looked.rules, self.looked.report, ()
        )
        return Stamped(looked, Exported(case, self.case.manifest_sha256, 1), self.calendar, ())

    def means(self, **values: Any) -> Means:
        return Means(**{"settings": self.looked.settings, "rules": self.looked.rules, **values})

    @property
    def stamps(self) -> Path:
        return self.looked.out / "evidence" / self.looked.run / "stamps"


@pytest.fixture(scope="module")
def promised(tmp_path_factory: pytest.TempPathFactory, rules: RuleSet) -> Iterator[Stamped]:
    folder = tmp_path_factory.mktemp("calendars")
    with calendar() as served:
        looked = shop.look(folder / "out", rules, ots_calendars=[served.url, NOBODY])
        watcher = Quiet()
        case = export(looked.settings, rules, Wanted(vendor=NAME), watcher, folder / "case", pdf=False)
        yield Stamped(looked, case, served, tuple(watcher.notes))


@pytest.fixture(scope="module")
def headers(promised: Stamped, tmp_path_factory: pytest.TempPathFactory) -> dict[int, Header]:
    """All that was promised up to here is in a block."""
    return promised.calendar.mine(tmp_path_factory.mktemp("block") / "headers")


@pytest.fixture(scope="module")
def completed(
    promised: Stamped, headers: dict[int, Header], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Stamped, dict[int, Header]]:
    """The same, upgraded; run and case file."""
    copied = promised.copy(tmp_path_factory.mktemp("completed"))
    for what in (copied.looked.run, str(copied.case.folder)):
        assert complete_stamps(what, copied.looked.settings, Quiet()).waiting == 0
    return copied, headers


def stamps_of(verdict: Verdict) -> list[str]:
    return [f"{one.state.value}: {one.detail}" for one in verdict.checks if one.link == "timestamp"]


def test_a_run_is_promised_and_nothing_is_verified_by_that(promised: Stamped) -> None:
    looked = promised.looked
    assert any(f"custody-head stamped, not verified by {promised.calendar.url}" in note for note in looked.notes)
    assert any(ots.PENDING in note for note in looked.notes)
    assert any(note.startswith(f"not stamped: {NOBODY}") for note in looked.notes)
    details = [one for one in custody.read_folder(looked.out).details.values() if one.get("run") == looked.run]
    told = [one for one in details if one["event"] == "promised by a calendar"]
    names = {one["target"] for one in told}
    assert {"custody-head", "datapackage"} < names
    assert all((one["state"], one["why"]) == ("stamped, not verified", ots.PENDING) for one in told)
    assert {path.name for path in promised.stamps.glob("*/*")} == {f"{name}.ots" for name in names}
    assert [one["authority"] for one in details if one["event"] == "not stamped"] == [NOBODY]
    verdict = verify(looked.run, promised.means())
    assert (verdict.failures, verdict.exit_code, verdict.seal) == ([], ExitCode.OK, Seal.NOTHING)
    assert any(line.startswith("note: stamped, not verified: over the custody chain") for line in stamps_of(verdict))
    assert verify(looked.run, promised.means(require_seal=True)).exit_code is ExitCode.EVIDENCE


def test_digests_of_what_was_kept_are_not_sent(promised: Stamped) -> None:
    details = custody.read_folder(promised.looked.out).details.values()
    real = {one["sha256"] for one in details if "sha256" in one} | {promised.case.manifest_sha256}
    assert promised.calendar.digests
    assert real.isdisjoint(digest.hex() for digest in promised.calendar.digests)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_case_file_says_that_it_is_only_promised(promised: Stamped, tmp_path: Path, lang: str) -> None:
    settings = promised.looked.settings
    settings = settings.model_copy(update={"report": settings.report.model_copy(update={"lang": lang})})
    case = export(settings, promised.looked.rules, Wanted(vendor=NAME), Quiet(), tmp_path / "case", pdf=False)
    shown = (case.folder / "index.html").read_text(encoding="utf-8")
    said = {"en": "stamped, not verified (pending: the calendar has promised", "zh": "已提交，未验证（等待中"}
    assert said[lang] in shown
    assert f"{promised.calendar.url} " in shown
    (proof,) = (case.folder / "stamps" / promised.looked.run).glob("*/custody-head.ots")
    assert f"{proof.relative_to(case.folder)}</pre>" in shown
    assert 'ots verify -f manifest.json "$proof"' in shown.replace("&#34;", '"')
    verdict = verify(str(case.folder), promised.means())
    assert (verdict.failures, verdict.exit_code, verdict.seal) == ([], ExitCode.OK, Seal.NOTHING)
    assert [line.partition(" by ")[0] for line in stamps_of(verdict)][-1] == (
        "note: stamped, not verified: over this case file"
    )
    assert len(stamps_of(verdict)) == 2
    assert verify(str(case.folder), promised.means(require_seal=True)).exit_code is ExitCode.EVIDENCE


def test_a_calendar_that_does_not_answer_stops_no_case_file(promised: Stamped) -> None:
    assert any(note.startswith(f"not stamped: {NOBODY}") for note in promised.case_notes)
    assert len(list(promised.case.folder.glob("stamps/manifest/*/*"))) == 1


def test_what_is_not_in_a_block_yet_stays_a_promise(promised: Stamped, tmp_path: Path, capsys: Any) -> None:
    copied = promised.copy(tmp_path)
    watcher = Quiet()
    in_a_block, promised.calendar.mined = promised.calendar.mined, False
    try:
        for what in (copied.looked.run, str(copied.case.folder)):
            done = complete_stamps(what, copied.looked.settings, watcher)
            assert (done.files, done.waiting > 0) == ((), True)
        code = cli(["stamp", copied.looked.run, "--upgrade", "--out", str(copied.looked.out), *flags(copied, tmp_path)])
    finally:
        promised.calendar.mined = in_a_block
    assert (code, capsys.readouterr().out) == (ExitCode.NOT_ALL_READ, "")
    assert all("not completed" in note and "not committed it to a block yet" in note for note in watcher.notes)
    assert verify(copied.looked.run, copied.means()).failures == []


def flags(stamped: Stamped, folder: Path) -> list[str]:
    """A settings file that names the calendar."""
    file = folder / "noticescan.toml"
    file.write_text(f'[evidence]\nots_calendars = ["{stamped.calendar.url}"]\n')
    return ["--config", str(file)]


def test_completed_and_with_its_header_a_proof_seals_a_run(completed: tuple[Stamped, dict[int, Header]]) -> None:
    stamped, headers = completed
    run = stamped.looked.run
    promises = {path.name for path in stamped.stamps.glob("*/*")} - {
        path.name for path in stamped.stamps.glob("*/*.complete.ots")
    }
    assert len(list(stamped.stamps.glob("*/*.complete.ots"))) == len(promises)
    chain = custody.read_folder(stamped.looked.out)
    assert chain.problems == ()
    told = [one for one in chain.details.values() if one["event"] == "promise completed"]
    assert {(one["block"], one["state"]) for one in told} == {(HEIGHT, "stamped, not verified")}
    without = verify(run, stamped.means())
    assert (without.failures, without.seal) == ([], Seal.NOTHING)
    assert all("needs the block header" in line or NOBODY in line for line in stamps_of(without)), stamps_of(without)
    with_header = verify(run, stamped.means(headers=headers, require_seal=True, asked_for=True))
    assert (with_header.failures, with_header.seal) == ([], Seal.WHOLE)
    assert f"Bitcoin block {HEIGHT}" in with_header.words
    lie = {HEIGHT: Header(b"\0" * 32, headers[HEIGHT].time)}
    assert {one.link for one in verify(run, stamped.means(headers=lie)).failures} == {"timestamp"}
    of_another = verify(run, stamped.means(headers={1: headers[HEIGHT]}, asked_for=True))
    assert "vouched for by the roots, keys or block headers" in of_another.words
    again = complete_stamps(run, stamped.looked.settings, Quiet())
    assert (again.files, again.waiting) == ((), 0)


def test_the_wacz_of_a_run_carries_its_proof_beside_it(completed: tuple[Stamped, dict[int, Header]]) -> None:
    stamped, headers = completed
    (path,) = stamped.stamps.parent.glob("*.wacz")
    assert verify(str(path), stamped.means()).seal is Seal.NOTHING
    verdict = verify(str(path), stamped.means(headers=headers, require_seal=True))
    assert (verdict.failures, verdict.seal) == ([], Seal.WHOLE)


def test_completed_and_with_its_header_a_proof_seals_a_case_file(completed: tuple[Stamped, dict[int, Header]]) -> None:
    stamped, headers = completed
    case = str(stamped.case.folder)
    assert [path.name for path in stamped.case.folder.glob("stamps/manifest/*/*.ots")] in (
        ["manifest.ots", "manifest.complete.ots"], ["manifest.complete.ots", "manifest.ots"]
    )  # fmt: skip
    verdict = verify(case, stamped.means(headers=headers, require_seal=True))
    assert (verdict.failures, verdict.seal, verdict.exit_code) == ([], Seal.WHOLE, ExitCode.OK)
    assert verify(case, stamped.means(require_seal=True)).exit_code is ExitCode.EVIDENCE


@pytest.mark.parametrize(("lang", "said"), [("en", f"in Bitcoin block {HEIGHT}"), ("zh", f"比特币区块 {HEIGHT}")])
def test_a_case_file_made_later_shows_the_block(
    completed: tuple[Stamped, dict[int, Header]], tmp_path: Path, lang: str, said: str
) -> None:
    """Records sealed by the proof over the chain; the case file itself was not stamped."""
    stamped, headers = completed
    settings = stamped.looked.settings.model_copy(
        update={
            "evidence": stamped.looked.settings.evidence.model_copy(update={"ots_calendars": ()}),
            "report": stamped.looked.settings.report.model_copy(update={"lang": lang}),
        }
    )
    case = export(settings, stamped.looked.rules, Wanted(vendor=NAME), Quiet(), tmp_path / "case", pdf=False)
    assert said in (case.folder / "index.html").read_text(encoding="utf-8")
    verdict = verify(str(case.folder), stamped.means(headers=headers))
    assert (verdict.failures, verdict.seal) == ([], Seal.RECORDS)
    assert verify(str(case.folder), stamped.means(headers=headers, require_seal=True)).exit_code is ExitCode.EVIDENCE


def test_a_later_proof_covers_earlier_runs(rules: RuleSet, tmp_path: Path) -> None:
    first = shop.look(tmp_path / "out", rules)
    with calendar() as served:
        settings = shop.settings_for(tmp_path / "out", ots_calendars=[served.url])
        second = rescan(settings, rules, Quiet())
        headers = served.mine(tmp_path / "headers")
        complete_stamps(second.run.id, settings, Quiet())
    means = Means(settings, rules, headers=headers)
    assert (verify(first.run, means).failures, verify(first.run, means).seal) == ([], Seal.WHOLE)
    case = export(first.settings, rules, Wanted(run=first.run, vendor=NAME), Quiet(), tmp_path / "case", pdf=False)
    verdict = verify(str(case.folder), means)
    assert (verdict.failures, verdict.seal) == ([], Seal.RECORDS)


def test_a_promise_takes_no_seal_from_an_authority_and_gives_none(
    sealed: Sealed, promised: Stamped, rules: RuleSet, tmp_path: Path
) -> None:
    both = {"timestamp_urls": [sealed.authority.url], "ots_calendars": [promised.calendar.url]}
    looked = shop.look(tmp_path / "out", rules, **both)
    by_root = verify(looked.run, sealed.means(settings=looked.settings, keys=(), require_seal=True))
    assert (by_root.failures, by_root.seal) == ([], Seal.WHOLE)
    assert any("pending" in line for line in stamps_of(by_root))
    without = verify(looked.run, sealed.means(settings=looked.settings, roots=(), keys=(), require_seal=True))
    assert without.exit_code is ExitCode.EVIDENCE
    assert without.seal is Seal.NOTHING


def test_a_changed_byte_of_a_proof_is_found_in_a_run(
    completed: tuple[Stamped, dict[int, Header]], tmp_path: Path
) -> None:
    stamped, headers = completed
    out = tmp_path / "out"
    shutil.copytree(stamped.looked.out, out)
    means = stamped.means(settings=stamped.looked.settings.model_copy(update={"out_dir": str(out)}), headers=headers)
    dice = random.Random("proofs")
    for name in ("custody-head.ots", "custody-head.complete.ots", "datapackage.complete.ots"):
        (path,) = (out / "evidence" / stamped.looked.run / "stamps").glob(f"*/{name}")
        whole = path.read_bytes()
        for _ in range(4):
            at = dice.randrange(len(whole))
            path.write_bytes(whole[:at] + bytes([whole[at] ^ dice.randrange(1, 256)]) + whole[at + 1 :])
            verdict = verify(stamped.looked.run, means)
            assert {one.link for one in verdict.failures} == {"timestamp"}, (name, at)
        path.write_bytes(whole)
    path.unlink()
    assert any("is missing" in one.detail for one in verify(stamped.looked.run, means).failures)


def test_a_changed_byte_of_a_proof_is_found_in_a_case_file(
    completed: tuple[Stamped, dict[int, Header]], tmp_path: Path
) -> None:
    stamped, headers = completed
    case = tmp_path / "case"
    shutil.copytree(stamped.case.folder, case)
    dice = random.Random("proofs of a case")
    for path in sorted(case.glob("stamps/**/*.ots")):
        whole = path.read_bytes()
        for _ in range(4):
            at = dice.randrange(len(whole))
            path.write_bytes(whole[:at] + bytes([whole[at] ^ dice.randrange(1, 256)]) + whole[at + 1 :])
            verdict = verify(str(case), stamped.means(headers=headers))
            assert verdict.exit_code is ExitCode.EVIDENCE, (path, at)
            with pytest.raises(EvidenceError, match=r"does not match its digest|was changed"):
                complete_stamps(str(case), stamped.looked.settings, Quiet())
        path.write_bytes(whole)
    assert verify(str(case), stamped.means(headers=headers, require_seal=True)).failures == []


def test_a_proof_of_other_bytes_is_no_proof_of_these(
    completed: tuple[Stamped, dict[int, Header]], tmp_path: Path
) -> None:
    """A verified proof put in the place of another one, in a case file whose sums were put right."""
    from scanner.evidence import casefile

    stamped, headers = completed
    case = tmp_path / "case"
    shutil.copytree(stamped.case.folder, case)
    (good,) = stamped.stamps.glob("*/datapackage.complete.ots")
    (path,) = case.glob("stamps/manifest/*/manifest.complete.ots")
    shutil.copy(good, path)
    casefile.write_sums(case)
    verdict = verify(str(case), stamped.means(headers=headers))
    assert [(one.link, "over other bytes" in one.detail) for one in verdict.failures] == [("timestamp", True)]
    assert verdict.seal is Seal.NOTHING


def test_upgrade_refuses_what_is_not_as_it_was(promised: Stamped, headers: dict[int, Header], tmp_path: Path) -> None:
    copied = promised.copy(tmp_path)
    (path,) = copied.stamps.glob("*/custody-head.ots")
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + b"\0")
    with pytest.raises(EvidenceError, match="not what the custody chain tells of"):
        complete_stamps(copied.looked.run, copied.looked.settings, Quiet())
    path.unlink()
    with pytest.raises(EvidenceError, match="No such file"):
        complete_stamps(copied.looked.run, copied.looked.settings, Quiet())
    path.write_bytes(whole)
    for what in ("no-such-run", "no.wacz", str(tmp_path / "nothing" / "here")):
        with pytest.raises(UsageError):
            complete_stamps(what, copied.looked.settings, Quiet())
    with pytest.raises(EvidenceError):
        complete_stamps(str(copied.looked.out), copied.looked.settings, Quiet())


def test_one_calendar_of_two_completes(rules: RuleSet, tmp_path: Path) -> None:
    """A calendar that is gone for good leaves its promise a promise, and the others go on."""
    with calendar() as served:
        with calendar() as gone:
            looked = shop.look(tmp_path / "out", rules, ots_calendars=[gone.url, served.url])
        own = served.mine(tmp_path / "headers")
        done = complete_stamps(looked.run, looked.settings, Quiet())
    assert done.files
    assert done.waiting == len(done.files)
    verdict = verify(looked.run, Means(looked.settings, rules, headers=own))
    assert (verdict.failures, verdict.seal) == ([], Seal.WHOLE)
    assert any("pending" in line for line in stamps_of(verdict))


def test_an_upgrade_that_is_cut_short_leaves_a_whole_case_file(
    rules: RuleSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two calendars have it in a block: ended between them, and killed between a proof and the sums."""
    with calendar() as one, calendar() as other:
        looked = shop.look(tmp_path / "out", rules, ots_calendars=[one.url, other.url])
        case = export(looked.settings, rules, Wanted(vendor=NAME), Quiet(), tmp_path / "case", pdf=False).folder
        one.mine(tmp_path / "headers")
        other.mine(tmp_path / "more-headers")
        complete, asked = completing.ots.complete, []

        def once(*given: Any) -> bytes:
            asked.append(given)
            if len(asked) == 2:
                raise KeyboardInterrupt
            return complete(*given)

        with monkeypatch.context() as patch:
            patch.setattr(completing.ots, "complete", once)
            with pytest.raises(KeyboardInterrupt):
                complete_stamps(str(case), looked.settings, Quiet())
        means = Means(looked.settings, rules)
        assert len(list(case.glob("stamps/manifest/*/manifest.complete.ots"))) == 1
        assert verify(str(case), means).failures == []
        with monkeypatch.context() as patch:
            patch.setattr(completing, "_write_sums", once)
            with pytest.raises(TypeError):
                complete_stamps(str(case), looked.settings, Quiet())
        (case / "SHA256SUMS.part").write_bytes(b"half")
        assert {check.link for check in verify(str(case), means).failures} == {"files", "manifest"}
        assert complete_stamps(str(case), looked.settings, Quiet()).waiting == 0
        assert verify(str(case), means).failures == []
        # What is no proof over this manifest is not taken in.
        odd = next(case.glob("stamps/manifest/*/manifest.complete.ots"))
        odd.write_bytes(odd.read_bytes()[:-1])
        with pytest.raises(EvidenceError):
            complete_stamps(str(case), looked.settings, Quiet())


def test_the_command_line(promised: Stamped, headers: dict[int, Header], tmp_path: Path, capsys: Any) -> None:
    copied = promised.copy(tmp_path)
    out = ["--out", str(copied.looked.out), *flags(copied, tmp_path)]
    assert cli(["stamp", copied.looked.run, *out]) == ExitCode.USAGE
    assert "--upgrade" in capsys.readouterr().err
    assert cli(["stamp", copied.looked.run, "--upgrade", *out]) == ExitCode.OK
    shown = capsys.readouterr()
    assert sorted(map(Path, shown.out.split())) == sorted(copied.stamps.glob("*/*.complete.ots"))
    assert "0 still waiting" in shown.err
    assert cli(["stamp", str(copied.case.folder), "--upgrade", *out]) == ExitCode.OK
    assert "manifest.complete.ots" in capsys.readouterr().out
    easy = tmp_path / "headers"
    easy.write_text(f"{HEIGHT} {mined_header(headers[HEIGHT].merkle_root).hex()}\n")
    assert cli(["verify", copied.looked.run, "--ots-header", str(easy), *out]) == ExitCode.USAGE
    assert "states less work" in capsys.readouterr().err
    real = Path(__file__).parent / "bitcoin" / "881423.header"
    assert cli(["verify", copied.looked.run, "--ots-header", str(real), "-f", "json", *out]) == ExitCode.EVIDENCE
    checks = json.loads(capsys.readouterr().out)["checks"]
    assert [one["link"] for one in checks if one["state"] == "FAILED"] == ["seal"]


@needs(PROGRAMS / "ots")
def test_the_standard_client_reads_what_was_kept(completed: tuple[Stamped, dict[int, Header]], tmp_path: Path) -> None:
    """The commands of docs/evidence.md. Without a node it says which merkle root the block must have: that of ours."""
    stamped, headers = completed
    root = headers[HEIGHT].merkle_root[::-1].hex()

    def client(*args: str) -> str:
        home = os.environ | {"HOME": str(tmp_path)}
        command = [str(PROGRAMS / "ots"), "--no-cache", "--no-bitcoin", *args]
        done = subprocess.run(command, cwd=stamped.case.folder, env=home, capture_output=True, text=True)
        return done.stdout + done.stderr

    (whole,) = stamped.case.folder.glob("stamps/manifest/*/manifest.complete.ots")
    (head,) = stamped.stamps.glob("*/custody-head.complete.ots")
    (promise,) = stamped.stamps.glob("*/custody-head.ots")
    digest = promise.read_bytes()[len(ots.HEAD) :][:32].hex()
    for args in (["-f", "manifest.json", str(whole)], ["-d", digest, str(head)]):
        assert f"Bitcoin block {HEIGHT} has merkleroot {root}" in client("verify", *args)
    assert "does not match" in client("verify", "-f", "findings.json", str(whole))
    assert f"PendingAttestation('{stamped.calendar.url}')" in client("info", str(promise))
    copied = tmp_path / "copy.ots"
    shutil.copy(promise, copied)
    assert "Timestamp complete" in client("-l", stamped.calendar.url, "upgrade", str(copied))
    found = ots.check(copied.read_bytes(), bytes.fromhex(digest), headers)
    assert found.height == HEIGHT
    assert found.state is StampState.VERIFIED


def test_without_the_extra_nothing_begins_and_nothing_is_taken_for_broken(promised: Stamped, tmp_path: Path) -> None:
    environment = without_extras(tmp_path)
    base = [sys.executable, "-S", "-m", "scanner"]

    def run(*args: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*base, *args], cwd=tmp_path, env=environment, capture_output=True, text=True)

    crawl = ["crawl", "http://127.0.4.1/", "--allow-network", "127.0.4.1/32", "--delay", "0", "--out", "new"]
    done = run(*crawl, *flags(promised, tmp_path))
    assert done.returncode == ExitCode.USAGE, done.stderr
    assert "pip install 'noticescan[ots]'" in done.stderr
    assert len(done.stderr.splitlines()) == 2, done.stderr
    assert not (tmp_path / "new").exists()
    told = run("verify", promised.looked.run, "--out", str(promised.looked.out))
    assert told.returncode in (ExitCode.OK, ExitCode.NOT_ALL_READ), told.stdout
    assert "stamped, not verified" in told.stdout
    assert "pip install 'noticescan[ots]' to verify it" in told.stdout
