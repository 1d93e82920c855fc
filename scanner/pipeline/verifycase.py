"""Checks of a case file."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..collect.records import safe_uri
from ..collect.urls import BadUrl, canonical, without_fragment
from ..errors import MissingExtraError
from ..evidence import casefile, custody, picture, places, sign, wacz
from ..evidence.stamp import StampState
from ..evidence.verdict import Seal, Verdict
from ..warcfile import BrokenWarc, Member
from . import custodian
from .pictures import DOM
from .proofs import case_proofs, judge_proofs, proofs_in
from .recompute import LaidOut, compare, laid_out, moment, same_reader, same_rules
from .verify import check_digest, check_wacz, guarded, judge_stamps

if TYPE_CHECKING:
    from .verify import Means

_DAMAGED = (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError)
BLOCK_CLOCK = 2 * 60 * 60
"""Seconds by which the clock of whoever mined a block may be wrong."""
_KINDS_ON_PAGES = ("record", "url", "canonical", "vendor", "captured_at", "payload_sha256", "record_sha256", "text")


def verify_case(folder: Path, means: Means) -> Verdict:
    """Every link of a case file. Never raises for what lies in it."""
    verdict = Verdict(str(folder))
    try:
        _every_link(verdict, folder, means)
    except _DAMAGED as error:  # somebody's own values in place of ours; told closed, whatever they are
        verdict.fail("manifest", f"something in it is not what it should be ({type(error).__name__}: {error})")
    return verdict


def _every_link(verdict: Verdict, folder: Path, means: Means) -> None:
    verdict.settle("files", guarded(casefile.file_problems(folder)), "all files are those of SHA256SUMS")
    manifest, problems = casefile.read_manifest(folder)
    verdict.settle("manifest", guarded(problems), "all files match manifest.json")
    if not manifest:
        return
    digest = wacz.sha256_of(folder / casefile.MANIFEST)
    check_digest(verdict, {"manifest.json": digest}, means)
    if not (folder / casefile.PAGES).is_file():
        verdict.fail("WARC", f"{casefile.PAGES} is missing")
        return
    check_wacz(verdict, folder / casefile.PAGES)
    records = _records(folder)
    told = _custody(verdict, folder, records, manifest.get("custody"))
    case = _read_findings(folder)
    _consistent(verdict, manifest, case, records, told)
    _stamps(verdict, folder, told, digest, case, means)
    _signature(verdict, folder, means)
    _quotes(verdict, folder, case)
    _recompute(verdict, folder, case, means)
    _pictures(verdict, records, case)


def _records(folder: Path) -> dict[str, Member]:
    """Record id -> record of pages.wacz, as far as it can be read."""
    found: dict[str, Member] = {}
    try:
        for _, one in wacz.archive_members(folder / casefile.PAGES):
            found[one.record_id] = one
    except (BrokenWarc, zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError):
        return found
    return found


def _read_findings(folder: Path) -> dict[str, Any]:
    case = json.loads((folder / casefile.FINDINGS).read_bytes())
    if case["schema"] != casefile.FINDINGS_SCHEMA:
        raise ValueError("another schema")
    for page in case["pages"]:
        if not all(isinstance(page[key], str) for key in _KINDS_ON_PAGES):
            raise ValueError("a page is not described as it should be")
    for one in case["findings"]:
        if not isinstance(one["id"], str) or not isinstance(one["start"], int) or not isinstance(one["end"], int):
            raise ValueError("a finding is not described as it should be")
        _ = one["quote"], one["warc_record"], one["source"], one["vendor"]
    _ = case["complete"], int(case["max_body_bytes"]), case["rules_digest"] + case["made_by"] + case["run"]
    return dict(case)


def _custody(verdict: Verdict, folder: Path, records: Mapping[str, Member], stated: Any) -> custody.Read:
    """Does the chain hold, and is every record of the case told of in it?"""
    told = casefile.read_custody(folder)
    problems = list(told.problems)
    noted = {sha256 for one in told.details.values() for sha256 in one.get("records", ())}
    if not told.links:
        problems.append("it is missing")
    elif told.head != stated["head_sha256"]:
        problems.append(f"the last event is not that of {casefile.MANIFEST}")
    problems += [
        f"the record {one.record_id} ({one.kind}) is not told of in the custody chain"
        for one in records.values()
        if one.sha256 not in noted
    ]
    expected = casefile.conditions_of(told.details.values(), (custodian.CONDITIONS, custodian.HOST))
    path = folder / places.CONDITIONS
    if not path.is_file() or path.read_bytes() != expected:
        problems.append(f"{places.CONDITIONS} does not say what the custody chain says")
    good = f"every link holds; events: {len(told.links)}, shown here: {len(told.details)}"
    verdict.settle("custody chain", guarded(problems), f"{good}; it tells of each record: {len(records)}")
    return told


def _consistent(
    verdict: Verdict,
    manifest: Mapping[str, Any],
    case: Mapping[str, Any],
    records: Mapping[str, Member],
    told: custody.Read,
) -> None:
    """Do manifest, findings, records and chain speak of the same things?"""
    problems = []
    if manifest.get("findings") != len(case["findings"]) or manifest.get("run") != case["run"]:
        problems.append(f"{casefile.MANIFEST} and {casefile.FINDINGS} speak of different things")
    facts = {one["record"]: one for one in told.details.values() if one["event"] == custodian.KEPT}
    pages = {}
    for page in case["pages"]:
        pages[page["record"], page["url"], page["vendor"]] = page
        one = records.get(page["record"])
        if one is None:
            problems.append(f"the page {page['url']} is not among the kept records")
            continue
        at = moment(page["captured_at"])
        if page["record_sha256"] != one.sha256 or at != one.date:
            problems.append(f"the page {page['url']} is described otherwise than its record")
        problems += _misnamed(page, one)
        fact = facts.get(page["record"])
        if fact and (fact["payload_sha256"] != page["payload_sha256"] or moment(fact["captured_at"]) != at):
            problems.append(f"the page {page['url']} is described otherwise than in the custody chain")
    problems += [
        f"finding {one['id'][:12]} is on no page of this case file"
        for one in case["findings"]
        if (one["warc_record"], one["source"], one["vendor"]) not in pages
    ]
    verdict.settle(
        "records", guarded(problems), f"described as the records and the chain have them; pages: {len(pages)}"
    )


def _misnamed(page: Mapping[str, Any], one: Member) -> list[str]:
    """Is the page called by the address for which its record was kept?

    Other spellings of one address may share a record: a 304, and a redirect to the same page, keep the earlier one.
    """
    kept = one.field("WARC-Target-URI").removeprefix(DOM)
    if safe_uri(page["url"]) not in (kept, without_fragment(kept)) and _normal(page["url"]) != _normal(kept):
        return [f"the page {page['url']} is described otherwise than its record, which is of {kept}"]
    # The query of the normal form is cut in ways that differ between versions.
    if _normal(page["canonical"]).partition("?")[0] != _normal(page["url"]).partition("?")[0]:
        return [f"the page {page['url']} is known by another address ({page['canonical']})"]
    return []


def _normal(url: str) -> str:
    try:
        return canonical(url)
    except BadUrl:
        return url


def _stamps(
    verdict: Verdict, folder: Path, told: custody.Read, digest: str, case: Mapping[str, Any], means: Means
) -> None:
    """Stamps over the custody chain (they seal the records) and over the manifest (they seal everything)."""
    links = {link.n: link for link in told.links}
    sealed_up_to = 0
    for n, one in sorted(told.details.items()):
        if one["event"] != custodian.STAMPED or one["target"] != custodian.HEAD:
            continue
        head = links.get(one["head"])
        run = re.sub(r"[^\w.-]", "", str(one["run"])).lstrip(".")
        path = folder / places.STAMPS / run / places.authority_name(one["authority"]) / f"{custodian.HEAD}.tsr"
        if head is None or head.sha256 != one["sha256"]:
            verdict.fail("timestamp", f"event {n} speaks of a stamp over another custody chain")
        elif not path.is_file():
            verdict.fail("timestamp", f"the stamp of event {n} ({one['authority']}) is missing")
        else:
            over = f"the custody chain up to event {head.n}"
            for judged_one in judge_stamps(verdict, [path], head.sha256, means, Seal.NOTHING, over):
                if judged_one.state is StampState.VERIFIED:
                    sealed_up_to = max(sealed_up_to, head.n)
                    _clock(verdict, judged_one.time, case)
    for n, proof in case_proofs(verdict, told, folder, means):
        if proof.state is StampState.VERIFIED:
            sealed_up_to = max(sealed_up_to, n)
            _clock(verdict, proof.time, case, BLOCK_CLOCK)
    last = max((n for n, one in told.details.items() if one.get("records")), default=0)
    if sealed_up_to and last <= sealed_up_to and verdict.seal is Seal.NOTHING:
        verdict.seal = Seal.RECORDS
    whole = folder / casefile.CASE_STAMPS
    if whole.is_dir():
        judge_stamps(verdict, whole.glob("*/manifest.tsr"), digest, means, Seal.WHOLE, "this case file")
        judge_proofs(verdict, proofs_in(whole, "manifest"), digest, means, Seal.WHOLE, "this case file")
    if not any(one.link == "timestamp" for one in verdict.checks):
        verdict.note("timestamp", "none")


def _clock(verdict: Verdict, at: Any, case: Mapping[str, Any], tolerance: float = 60) -> None:
    latest = max((when for page in case["pages"] if (when := moment(page["captured_at"]))), default=None)
    if at and latest and at < latest:
        ahead = (latest - at).total_seconds()
        if ahead > tolerance:
            verdict.note(
                "timestamp", f"it is {ahead:.0f} s older than the last page: the clock of the machine was ahead"
            )


def _signature(verdict: Verdict, folder: Path, means: Means) -> None:
    signature, signer = folder / casefile.SIGNATURE, folder / casefile.SIGNER
    if not signature.is_file() and not signer.is_file():
        verdict.note("signature", "none")
        return
    try:
        data = (folder / casefile.MANIFEST).read_bytes()
        public = signer.read_bytes()
        if not sign.holds(data, signature.read_bytes(), public):
            verdict.fail("signature", "it does not hold over manifest.json")
        elif any(sign.same_key(public, key.read_bytes()) for key in means.keys):
            verdict.ok("signature", "it holds, by a trusted key")
            verdict.vouched(Seal.WHOLE, "signed by a trusted key")
        else:
            verdict.note("signature", "it holds, by a key that is not among the trusted ones (--key)")
    except MissingExtraError as error:
        verdict.note("signature", f"signed, not verified: {error.tip}")
    except OSError as error:
        verdict.fail("signature", f"cannot be read: {error.strerror}")


def _quotes(verdict: Verdict, folder: Path, case: Mapping[str, Any]) -> None:
    """Does each quote stand at its offset in the text?"""
    problems = []
    texts: dict[str, str] = {}
    files = {(p["record"], p["url"], p["vendor"]): p["text"] for p in case["pages"]}
    for one in case["findings"]:
        name = files.get((one["warc_record"], one["source"], one["vendor"]), "")
        if name not in texts:
            texts[name] = _text(folder, name)
        if not one["quote"] or texts[name][one["start"] : one["end"]] != one["quote"]:
            problems.append(f"finding {one['id'][:12]}: the quote does not stand at its offset in {name or 'a text'}")
    verdict.settle("quote", guarded(problems), f"each stands at its offset; quotes: {len(case['findings'])}")


def _text(folder: Path, name: str) -> str:
    path = folder / name
    try:
        if not name or not path.resolve().is_relative_to(folder.resolve()):
            return ""
        return path.read_bytes().decode("utf-8", "surrogatepass")
    except (OSError, ValueError):
        return ""


def _recompute(verdict: Verdict, folder: Path, case: Mapping[str, Any], means: Means) -> None:
    """The findings and the texts, made again from the records."""
    if not same_rules(verdict, case["rules_digest"], means.rules):
        return
    readers = {reader for page in case["pages"] if (reader := page.get("pictures_read_by", ""))}
    if not same_reader(verdict, readers):
        return
    cap = int(case["max_body_bytes"])
    with laid_out(folder / casefile.PAGES, case["pages"], means.settings, cap) as kept:
        good = [_page_again(verdict, folder, case, page, kept, means) for page in case["pages"]]
    if all(good):
        verdict.ok("findings", f"made again from the bytes, the same come out; findings: {len(case['findings'])}")


def _page_again(
    verdict: Verdict, folder: Path, case: Mapping[str, Any], page: Mapping[str, Any], kept: LaidOut, means: Means
) -> bool:
    again = kept.judged(page, case["run"], means.rules)
    if again is None:
        verdict.fail("findings", f"{page['url']}: the kept page cannot be read back")
        return False
    key = page["record"], page["url"], page["vendor"]
    stated = [one for one in case["findings"] if (one["warc_record"], one["source"], one["vendor"]) == key]
    actual = [json.loads(json.dumps(one.as_json())) for one in again.findings]
    good = compare(verdict, stated, actual, complete=bool(case["complete"]), where=page["url"], made_by=case["made_by"])
    if again.document is not None and page["text"] and again.document.text != _text(folder, page["text"]):
        verdict.fail("quote", f"{page['text']} is not the text of {page['url']}")
        return False
    return good


def _pictures(verdict: Verdict, records: Mapping[str, Member], case: Mapping[str, Any]) -> None:
    """Pictures among the records are whole, and the box of a finding lies in the picture that it names."""
    pictures = [one for one in records.values() if picture.is_picture(one)]
    problems = [f"{one.field('WARC-Target-URI')} is no whole picture" for one in pictures if not picture.size(one)]
    sizes = {hashlib.sha256(one.payload).hexdigest(): picture.size(one) for one in pictures}
    for one in case["findings"]:
        box, size = one.get("image_box"), sizes.get(one.get("image_sha256") or "")
        if box and size and (box[0] + box[2] > size[0] or box[1] + box[3] > size[1] or min(box) < 0):
            problems.append(f"finding {one['id'][:12]}: its box does not lie in its picture")
    if pictures or problems:
        verdict.settle("screenshot", problems, f"whole; pictures: {len(pictures)}")
