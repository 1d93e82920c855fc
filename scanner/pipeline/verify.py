"""`verify`: everything that can be checked about kept evidence, from the bytes up, without network.

Fails closed: what cannot be read counts as broken, what cannot be checked is said and is no success, and every broken
link is named. The input may be anybody's: nothing in it is trusted, least of all keys and root certificates.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import UsageError
from ..evidence import casefile, custody, places, stamp, wacz
from ..evidence.blockheader import Header
from ..evidence.stamp import StampState
from ..evidence.verdict import Seal, Verdict
from .proofs import judge_proofs, proofs_in

if TYPE_CHECKING:
    from ..config import Settings
    from ..detect.rules import RuleSet

CASE_PARTS = (
    casefile.MANIFEST, casefile.SUMS, casefile.SIGNATURE, casefile.SIGNER, casefile.FINDINGS, casefile.PAGES,
    casefile.TEXTS, custody.LINKS, custody.DETAILS,
)  # fmt: skip
"""A folder with any of these is a case file, if a damaged one."""
NAME_ONE = "name a WACZ file, the folder of a case file, or a run id"
WACZ_LINKS = ("manifest", "WARC", "record digest", "index", "page list")


@dataclass(frozen=True, slots=True)
class Means:
    """What the checker brings along. Nothing of it comes out of what is checked."""

    settings: Settings
    rules: RuleSet
    digest: str = ""
    """SHA-256 that was given by another way, or empty."""
    roots: tuple[Path, ...] = ()
    keys: tuple[Path, ...] = ()
    headers: Mapping[int, Header] = field(default_factory=dict)
    """Headers of Bitcoin blocks by height, for proofs of OpenTimestamps."""
    asked_for: bool = False
    """Roots, keys or headers were named for this check: then one of them has to vouch."""
    require_seal: bool = False


def verify(what: str, means: Means) -> Verdict:
    """Check a WACZ file, a case file (folder) or a stored run. Raises UsageError where there is no such thing."""
    path = Path(what)
    if path.is_dir():
        from .verifycase import verify_case

        if not any((path / name).exists() for name in CASE_PARTS):
            raise UsageError(f"{path}: no case file: none of the parts of one lies in this folder", NAME_ONE)
        return _sealed(verify_case(path, means), means)
    if path.is_file():
        if path.suffix.lower() != ".wacz" and not _begins_like_zip(path):
            raise UsageError(f"{path}: no WACZ file", NAME_ONE)
        return _sealed(verify_wacz(path, means), means)
    from .verifyrun import verify_run

    if path.suffix or len(path.parts) != 1:
        raise UsageError(f"no such file or folder: {what}", NAME_ONE)
    return _sealed(verify_run(what, means), means)


def _begins_like_zip(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(2) == b"PK"
    except OSError:
        return True  # said as a broken link, with why


def verify_wacz(path: Path, means: Means) -> Verdict:
    """Check one WACZ file, with the stamps beside it where it lies as a run left it."""
    verdict = Verdict(str(path))
    found = check_wacz(verdict, path)
    sha256 = wacz.sha256_of(path)
    check_digest(verdict, {"the WACZ": sha256, "its datapackage.json": found.datapackage_sha256}, means)
    folder = path.parent / places.STAMPS
    if found.datapackage_sha256 and folder.is_dir():
        judge_stamps(
            verdict, folder.glob("*/datapackage.tsr"), found.datapackage_sha256, means, Seal.WHOLE, "this WACZ"
        )
        proofs = proofs_in(folder, "datapackage")
        judge_proofs(verdict, proofs, found.datapackage_sha256, means, Seal.WHOLE, "this WACZ")
    return verdict


def check_wacz(verdict: Verdict, path: Path) -> wacz.Inspected:
    """Every check that a WACZ carries in itself; one line a link."""
    found = wacz.inspect(path)
    problems: Mapping[str, list[str]] = defaultdict(list)
    for link, what in found.problems:
        problems[link].append(what)
    good = {
        "manifest": "datapackage.json and every part match their digests",
        "WARC": f"every record is whole; files: {len(found.warcs)}",
        "record digest": f"all digests hold; records: {found.records}",
        "index": "the index names each record",
        "page list": f"each page is among the records; pages: {len(found.pages)}",
    }
    whole = not found.problems
    for link in WACZ_LINKS:
        if problems[link]:
            verdict.settle(link, (f"{path.name}: {what}" for what in problems[link]), "")
        elif link in ("index", "page list") and not found.ours:
            verdict.note(link, f"not held against the records: made by {found.software or 'another tool'}")
        elif whole or found.records:
            verdict.ok(link, good[link])
    return found


def check_digest(verdict: Verdict, digests: Mapping[str, str], means: Means) -> None:
    """Is the digest that was given by another way that of one of these?"""
    if not means.digest:
        return
    for what, sha256 in digests.items():
        if sha256 == means.digest:
            verdict.ok("digest", f"the given digest is that of {what}")
            verdict.vouched(Seal.WHOLE, "the digest given by another way")
            return
    verdict.fail("digest", f"the given digest is not that of {' or '.join(digests)}")


def judge_stamps(
    verdict: Verdict, answers: Iterable[Path], digest: str, means: Means, seal: Seal, over: str
) -> list[stamp.Stamp]:
    """Judge the stamps over one digest; a broken one fails, an unverified one is said."""
    found = []
    for path in sorted(answers):
        request = path.with_suffix(".tsq")
        try:
            asked, answer = request.read_bytes() if request.is_file() else b"", path.read_bytes()
        except OSError as error:
            verdict.fail("timestamp", f"{path.name} over {over}: {error.strerror}")
            continue
        one = stamp.check(answer, asked, bytes.fromhex(digest), means.roots)
        at = f" at {one.time:%Y-%m-%d %H:%M:%S} UTC" if one.time else ""
        who = path.parent.name
        if one.state is StampState.VERIFIED:
            verdict.ok("timestamp", f"over {over} by {who}{at}{f' ({one.why})' if one.why else ''}")
            verdict.vouched(seal, f"{over} stamped{at} by {who}")
        elif one.state is StampState.UNVERIFIED:
            verdict.note("timestamp", f"stamped, not verified: over {over} by {who}{at}: {one.why}")
        else:
            verdict.fail("timestamp", f"over {over} by {who}: {one.why}")
        found.append(one)
    return found


def _sealed(verdict: Verdict, means: Means) -> Verdict:
    """Where a seal was demanded, its absence is a broken link."""
    if means.require_seal and verdict.seal is not Seal.WHOLE:
        verdict.fail("seal", "no stamp, signature or given digest vouches for the whole")
    elif means.asked_for and verdict.seal is Seal.NOTHING:
        verdict.fail("seal", "nothing here is vouched for by the roots, keys or block headers that were named")
    return verdict


def guarded(problems: Sequence[str], most: int = 20) -> list[str]:
    """At most so many lines about one link."""
    if len(problems) <= most:
        return list(problems)
    return [*problems[:most], f"and {len(problems) - most} more"]
