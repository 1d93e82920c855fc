"""A case file is somebody else's file: whatever stands in it, `verify` ends in a verdict."""

from __future__ import annotations

import json
import random
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

from scanner.errors import ExitCode
from scanner.evidence import casefile, wacz
from scanner.evidence.verdict import Seal
from scanner.pipeline.verify import Means, verify

from .conftest import Sealed
from .shop import Looked

ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    10**30,
    1.5,
    "",
    "../../etc/hostname",
    "\ud800",
    [],
    [[]],
    {},
    {"a": None},
    ["x", 1],
)


def twisted(value: Any, dice: random.Random) -> Any:
    """The value with something else in one place of it."""
    if isinstance(value, dict) and value and dice.random() < 0.85:
        key = dice.choice(sorted(value))
        if dice.random() < 0.15:
            return {k: v for k, v in value.items() if k != key}
        return value | {key: twisted(value[key], dice)}
    if isinstance(value, list) and value and dice.random() < 0.85:
        at = dice.randrange(len(value))
        return [*value[:at], twisted(value[at], dice), *value[at + 1 :]]
    return dice.choice(ODD)


@pytest.mark.parametrize("name", ["manifest.json", "findings.json", "custody.jsonl", "custody-details.jsonl"])
def test_values_of_other_kinds_end_in_a_verdict(sealed: Sealed, tmp_path: Path, name: str) -> None:
    dice = random.Random(name)
    whole = (sealed.case.folder / name).read_text(encoding="utf-8")
    for _ in range(12):
        case = tmp_path / "case"
        shutil.copytree(sealed.case.folder, case)
        if name.endswith("l"):
            lines = whole.splitlines()
            at = dice.randrange(len(lines))
            lines[at] = json.dumps(twisted(json.loads(lines[at]), dice), separators=(",", ":"))
            (case / name).write_text("\n".join(lines) + "\n")
        else:
            (case / name).write_text(json.dumps(twisted(json.loads(whole), dice)))
        casefile.write_sums(case)
        verdict = verify(str(case), sealed.means(require_seal=True))
        assert verdict.exit_code is ExitCode.EVIDENCE
        shutil.rmtree(case)


def test_odd_zip_files_end_in_a_verdict(plain: Looked, tmp_path: Path) -> None:
    means = Means(plain.settings, plain.rules)
    (kept,) = (plain.out / "evidence").glob("*/*.wacz")
    whole = kept.read_bytes()
    dice = random.Random(7)
    for number in range(60):
        path = tmp_path / f"{number}.wacz"
        at = dice.randrange(len(whole))
        kind = number % 3
        changed = whole[:at] if kind == 0 else whole[:at] + dice.randbytes(9) + whole[at + 9 * (kind - 1) :]
        path.write_bytes(changed)
        verdict = verify(str(path), means)
        assert verdict.exit_code is (ExitCode.EVIDENCE if changed != whole else ExitCode.OK), (number, at)
    path = tmp_path / "more.wacz"
    shutil.copy(kept, path)
    with zipfile.ZipFile(path, "a") as bundle:
        bundle.writestr("archive/../../../evil.warc.gz", b"")
    assert verify(str(path), means).exit_code is ExitCode.EVIDENCE
    assert not list(tmp_path.parent.glob("**/evil.warc*"))
    for name, data in (("empty.wacz", b""), ("text.wacz", b"hello"), ("zip.wacz", _zip({"datapackage.json": b"[]"})),
                       ("deep.wacz", _zip({"datapackage.json": b"[" * 10**5, "pages/pages.jsonl": b""}))):  # fmt: skip
        (tmp_path / name).write_bytes(data)
        assert verify(str(tmp_path / name), means).exit_code is ExitCode.EVIDENCE


def _zip(parts: dict[str, bytes]) -> bytes:
    import io

    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as bundle:
        for name, data in parts.items():
            bundle.writestr(name, data)
    return file.getvalue()


def test_a_file_put_into_a_case_file_is_told(sealed: Sealed, tmp_path: Path) -> None:
    case = tmp_path / "case"
    shutil.copytree(sealed.case.folder, case)
    (case / ".DS_Store").write_bytes(b"left by a file manager")
    assert verify(str(case), sealed.means()).exit_code is ExitCode.OK
    (case / "case.pdf").write_bytes(b"%PDF-1.7 of somebody else")
    verdict = verify(str(case), sealed.means())
    assert {one.link for one in verdict.failures} == {"files", "manifest"}
    (case / "case.pdf").unlink()
    (case / "text" / "001.txt").unlink()
    (case / "text" / "001.txt").symlink_to(sealed.case.folder / "text" / "001.txt")
    assert verify(str(case), sealed.means()).exit_code is ExitCode.EVIDENCE


def test_the_wacz_of_a_run_carries_its_stamp_beside_it(sealed: Sealed) -> None:
    (path,) = (sealed.looked.out / "evidence").glob("*/*.wacz")
    verdict = verify(str(path), sealed.means(require_seal=True))
    assert (verdict.exit_code, verdict.seal) == (ExitCode.OK, Seal.WHOLE)
    digest = wacz.inspect(path).datapackage_sha256
    assert verify(str(path), sealed.means(roots=(), digest=digest, require_seal=True)).exit_code is ExitCode.OK
