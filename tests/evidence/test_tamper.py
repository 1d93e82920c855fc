"""Whatever is changed in a sealed case file, `verify` says that it is broken; and never of the untouched one.

`make tamper` does 200 random bytes and 20 consistent rewrites of each part; the suite takes a sample.
"""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from scanner.errors import ExitCode
from scanner.evidence.verdict import Seal
from scanner.pipeline.verify import verify

from . import authority, tamper
from .conftest import Sealed

IN_RECORD = {"record digest", "WARC", "custody chain"}
NAMED = {
    "record header": IN_RECORD, "payload": IN_RECORD, "screenshot": IN_RECORD, "index": {"index", "manifest"},
    "page list": {"page list", "manifest"}, "datapackage": {"manifest"}, "packed file": {"manifest", "WARC"},
    "custody line": {"custody chain"}, "custody detail": {"custody chain"},
    "timestamp": {"timestamp", "manifest", "files"},
    "findings": {"findings", "quote", "records", "manifest"}, "text": {"quote", "manifest"},
    "manifest": {"manifest", "signature", "timestamp"}, "sums": {"files"}, "signature": {"signature"},
    "page": {"manifest"},
}  # fmt: skip
"""What the verdict must name, at least one of it."""
SEALS = ("keep", "own", "drop")


@pytest.fixture(scope="module")
def own_tsa(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("forger") / "tsa"
    authority.make(folder, "Forger")
    authority.run("genpkey", "-algorithm", "ed25519", "-out", str(folder.parent / "key.pem"))
    return folder


def flips(sealed: Sealed, tmp_path: Path, kind: str, rounds: int) -> None:
    dice = random.Random(f"flip {kind}")
    whole = tmp_path / "whole"
    shutil.copytree(sealed.case.folder, whole)
    for number in range(rounds):
        case = tmp_path / "case"
        shutil.copytree(whole, case)
        where = tamper.flip(case, kind, dice)
        verdict = verify(str(case), sealed.means())
        assert verdict.exit_code is ExitCode.EVIDENCE, f"{kind} {number}: {where}: {verdict.words}"
        assert NAMED[kind] & {one.link for one in verdict.failures}, f"{kind} {number}: {where}: {verdict.failures}"
        shutil.rmtree(case)
    assert verify(str(whole), sealed.means(require_seal=True)).exit_code is ExitCode.OK


def rewrites(sealed: Sealed, tmp_path: Path, own_tsa: Path, kind: str, rounds: int) -> None:
    dice = random.Random(f"rewrite {kind}")
    for number in range(rounds):
        case = tmp_path / "case"
        shutil.copytree(sealed.case.folder, case)
        seals = SEALS[number % len(SEALS)]
        tamper.Forger(case, sealed, dice, seals, own_tsa, own_tsa.parent / "key.pem").rewrite(kind)
        say = f"{kind} {number} ({seals})"
        for means in (
            sealed.means(require_seal=True),
            sealed.means(roots=(), keys=(), digest=sealed.case.manifest_sha256),
        ):
            verdict = verify(str(case), means)
            assert verdict.exit_code is ExitCode.EVIDENCE, f"{say}: {verdict.words}"
        careless = verify(str(case), sealed.means())
        assert careless.seal is not Seal.WHOLE, say
        if seals == "keep":
            assert careless.exit_code is ExitCode.EVIDENCE, say
        elif careless.exit_code is ExitCode.OK:
            # Nobody vouches for it any more, or for the records only: said, not swallowed.
            assert "UNSEALED" in careless.words or "lists and pages made of them are not" in careless.words, say
        shutil.rmtree(case)


@pytest.mark.parametrize("kind", tamper.FLIPS)
def test_a_changed_byte_is_found(sealed: Sealed, tmp_path: Path, kind: str) -> None:
    flips(sealed, tmp_path, kind, 4)


@pytest.mark.parametrize("kind", tamper.REWRITES)
def test_a_consistent_rewrite_is_found(sealed: Sealed, tmp_path: Path, own_tsa: Path, kind: str) -> None:
    rewrites(sealed, tmp_path, own_tsa, kind, 3)


def test_the_forger_is_good(sealed: Sealed, tmp_path: Path, own_tsa: Path) -> None:
    """The rewrites are consistent indeed: without seal, stamp and digest nothing is left to find but that."""
    for kind in ("record header", "payload", "screenshot", "datapackage", "custody line", "custody detail"):
        case = tmp_path / kind
        shutil.copytree(sealed.case.folder, case)
        tamper.Forger(case, sealed, random.Random(kind), "drop", own_tsa, own_tsa).rewrite(kind)
        verdict = verify(str(case), sealed.means())
        assert (verdict.failures, verdict.exit_code) == ([], ExitCode.OK), kind
        assert verdict.seal is Seal.NOTHING
        assert "UNSEALED" in verdict.words


@pytest.mark.soak
@pytest.mark.parametrize("kind", tamper.FLIPS)
def test_two_hundred_bytes(sealed: Sealed, tmp_path: Path, kind: str) -> None:
    flips(sealed, tmp_path, kind, 200)


@pytest.mark.soak
@pytest.mark.parametrize("kind", tamper.REWRITES)
def test_twenty_rewrites(sealed: Sealed, tmp_path: Path, own_tsa: Path, kind: str) -> None:
    rewrites(sealed, tmp_path, own_tsa, kind, 20)
