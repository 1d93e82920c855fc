"""Checks of a stored run: the chain, its WARC files, the database and the findings against each other."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import EvidenceError, UsageError
from ..evidence import custody, places, wacz
from ..evidence.stamp import StampState
from ..evidence.verdict import Seal, Verdict
from ..model import Outcome, RunFacts
from ..read import images
from ..warcfile import BrokenWarc, members, wrong_digests
from . import custodian
from .kept import judge_capture
from .pictures import DOM, Pictures
from .proofs import run_proofs
from .recompute import compare, same_rules
from .sealing import WARC_FOLDER, warcs_of
from .verify import check_digest, check_wacz, guarded, judge_stamps
from .verifykept import Described, Events, check_captures, check_imported, check_tables, outlives_chain
from .views import view_of

if TYPE_CHECKING:
    from ..store import Store
    from ..store.report import Parts
    from .verify import Means


def verify_run(run: str, means: Means) -> Verdict:
    """Every link of a run in the output folder. Raises UsageError where there is no such run, StoreError."""
    from ..store import open_to_read

    out = Path(means.settings.out_dir)
    verdict = Verdict(run)
    try:
        opened = open_to_read(means.settings.database_url())
    except UsageError:
        what = f"no such file or folder: {run}, and no run: no database in {out}"
        raise UsageError(what, "name the output folder with --out") from None
    with opened as store:
        if run not in {facts.id for facts in store.runs()}:
            raise UsageError(f"no such file, folder or run: {run}", "reports/ of the output folder names the runs")
        parts = store.report(run)
        told = custody.read_folder(out)
        events = {n: one for n, one in told.details.items() if one.get("run") == run}
        end = _chain(verdict, told, events, out, parts.run, told_once=store.was_told(run))
        described = _warcs(verdict, out, run, events, end)
        check_captures(verdict, store, out, run, described, events)
        check_tables(verdict, store, run, events, end)
        check_imported(verdict, out, events)
        _stamps(verdict, told, events, out, end, means)
        _packed(verdict, out, run, end)
        _findings(verdict, store, parts, end, means)
    return verdict


def _chain(
    verdict: Verdict, told: custody.Read, events: Events, out: Path, run: RunFacts, *, told_once: bool
) -> Mapping[str, Any] | None:
    """The chain as a whole; returns the event that closed the run."""
    if told.links or told.problems:
        good = f"every link holds; events: {len(told.links)}, of this run: {len(events)}"
        verdict.settle("custody chain", guarded(told.problems), good)
    ends = [one for one in events.values() if one["event"] == custodian.RUN_FINISHED]
    if ends:
        return ends[-1]
    stamps = places.run_folder(out, run.id) / places.STAMPS
    begun = any(one["event"] in custodian.BEGINNINGS for one in events.values())
    if stamps.exists() and not told.problems:
        verdict.fail(
            "custody chain", f"it does not tell that the run has finished, and {stamps.name}/ shows that it did"
        )
    elif begun:
        why = "the run has not finished" if run.finished_at is None else "the run is not closed in it yet"
        verdict.skip("custody chain", why)
    elif proof := outlives_chain(out, run.id, told=told_once):
        verdict.fail("custody chain", f"it does not tell of the run any more: {proof} shows that it did")
    elif not told.problems:
        verdict.skip("custody chain", "the run is older than the custody chain")
    return None


@dataclass
class _Seen:
    """What the records of a run show while its files are read once."""

    noted: frozenset[str]
    """Digests of which the chain tells."""
    described: Described
    problems: list[str]
    records: int = 0
    wrong: list[str] = field(default_factory=list)
    untold: list[str] = field(default_factory=list)
    """Records of which the chain does not tell, before one of which it does."""
    tails: list[str] = field(default_factory=list)
    """The same at the end of a file."""
    met: set[str] = field(default_factory=set)

    def read(self, path: Path) -> None:
        waiting: list[str] = []
        try:
            with path.open("rb") as stream:
                for one in members(stream):
                    where = f"{path.name} at byte {one.offset}"
                    self.records += 1
                    self.described.take(one, f"{WARC_FOLDER}/{path.name}")
                    self.wrong += [f"{where}: {which} does not hold" for which in wrong_digests(one)]
                    self.met.add(one.sha256)
                    if one.sha256 in self.noted:
                        self.untold, waiting = self.untold + waiting, []
                    else:
                        waiting.append(f"{where}: a record that is not told of in the custody chain")
        except BrokenWarc as error:
            self.problems.append(f"{path.name}: {error}")
        self.tails += waiting


def _warcs(verdict: Verdict, out: Path, run: str, events: Events, end: Mapping[str, Any] | None) -> Described:
    """Each file is the one that was recorded, each record whole, with digests that hold, and told of in the chain."""
    noted = frozenset(sha256 for one in events.values() for sha256 in one.get("records", ()))
    stated: Mapping[str, str] = end["warc"] if end else {}
    present = {path.name: path for path in warcs_of(out, run)}
    seen = _Seen(noted, Described(), [f"{name} is gone" for name in stated if name not in present])
    for name, path in present.items():
        if end and stated.get(name) != wacz.sha256_of(path):
            seen.problems.append(f"{name} is not the file that was recorded when the run finished")
        seen.read(path)
    untold = [*seen.untold, *(seen.tails if end else ())] if events else []
    if end and (gone := len(noted - seen.met)):
        untold.append(f"{gone} records that the custody chain tells of are gone")
    verdict.settle("WARC", guarded(seen.problems), f"every record is whole; files: {len(present)}")
    if seen.tails and events and not end and not seen.wrong + untold:
        # A kill leaves this behind, and so does a forger.
        what = "records at the end of a file that the custody chain does not tell of"
        verdict.skip("record digest", f"{what}: {len(seen.tails)}")
    else:
        verdict.settle("record digest", guarded(seen.wrong + untold), f"all digests hold; records: {seen.records}")
    return seen.described


def _stamps(
    verdict: Verdict, told: custody.Read, events: Mapping[int, Mapping[str, Any]], out: Path,
    end: Mapping[str, Any] | None, means: Means,
) -> None:  # fmt: skip
    links = {link.n: link for link in told.links}
    head = links.get(end["n"]) if end else None
    if head is not None:
        check_digest(verdict, {"the custody head of this run": head.sha256}, means)
    elif means.digest:
        verdict.fail("digest", "the run has no custody head")
    stamped = [one for one in events.values() if one["event"] == custodian.STAMPED]
    if head is not None and not stamped:  # a later stamp over the chain covers this run as well
        later = [one for one in told.details.values() if one["event"] == custodian.STAMPED and one["head"] >= head.n]
        stamped = [one for one in later if one["target"] == custodian.HEAD][:1]
    for one in stamped:
        name = places.authority_name(one["authority"])
        path = places.run_folder(out, one["run"]) / places.STAMPS / name / f"{one['target']}.tsr"
        if not path.is_file():
            verdict.fail("timestamp", f"the stamp over {one['target']} ({one['authority']}) is missing")
            continue
        link = links.get(one["head"]) if one["target"] == custodian.HEAD else None
        digest = link.sha256 if link else one["sha256"]
        over = "the custody chain" if link else one["target"]
        judge_stamps(verdict, [path], digest, means, Seal.WHOLE if link else Seal.NOTHING, over)
    proven = run_proofs(verdict, told, events, out, head, means)
    for one in (one for one in events.values() if one["event"] == custodian.NOT_STAMPED):
        verdict.note("timestamp", f"not stamped: {one['why']}")
    if not stamped and not proven:
        verdict.note("timestamp", StampState.NONE.value)


def _packed(verdict: Verdict, out: Path, run: str, end: Mapping[str, Any] | None) -> None:
    path = places.wacz_of(out, run)
    stated = end.get("wacz") if end else None
    if stated is None:
        return
    if not path.is_file():
        verdict.note("manifest", f"{path.name} is gone; the WARC files hold everything that it held")
    elif wacz.sha256_of(path) != stated["sha256"]:
        verdict.fail("manifest", f"{path.name} is not the file that was recorded when the run finished")
    else:
        check_wacz(verdict, path)


def _findings(verdict: Verdict, store: Store, parts: Parts, end: Mapping[str, Any] | None, means: Means) -> None:
    """The findings are those that the chain recorded, stand where they say, and follow from the kept bytes."""
    if end and places.findings_digest(parts.findings) != end["findings_sha256"]:
        verdict.fail("findings", "the findings in the database are not those that were recorded when the run finished")
    can = same_rules(verdict, parts.run.rules_digest, means.rules)
    by_record: dict[str, list[dict[str, Any]]] = {}
    for found in parts.findings:
        by_record.setdefault(found.warc_record, []).append(json.loads(json.dumps(found.as_json())))
    clean = {(row.url, row.capture_sha256) for row in parts.coverage if row.outcome is Outcome.CLEAN}
    for capture in store.captures(parts.run.id):
        if (capture.url.removeprefix(DOM), capture.payload_sha256) in clean and capture.status == 200:
            by_record.setdefault(capture.record_id, [])
    read_as = {(row.url, row.capture_sha256): row.said for row in parts.coverage}
    found_as = {found.warc_record: found.said for found in parts.findings}
    good, quotes, pictures = can, [], Pictures(store, means.settings, anew=True)
    for record, stated in by_record.items():
        look = store.looked_at(record, stated[0]["derivation"] if stated else "")
        if look is None:
            verdict.fail("records", f"the record {record} of a finding is not in the database")
            good = False
            continue
        text = look.document.text if look.document else ""
        quotes += [
            f"finding {one['id'][:12]}: the quote does not stand at its offset"
            for one in stated
            if text[one["start"] : one["end"]] != one["quote"]
        ]
        if not can:
            continue
        item = replace(look.item, url=stated[0]["source"]) if stated else look.item
        try:
            read = pictures.lookup(item, of=record)
            view = view_of(store, means.settings, item, look.capture)
            again = judge_capture(
                look.capture, item, parts.run.id, means.settings, means.rules, read, view,
                said=found_as.get(record, read_as.get((item.url, look.capture.payload_sha256))),
            )  # fmt: skip
        except EvidenceError:
            good = False  # told of under "records"
            continue
        actual = [json.loads(json.dumps(one.as_json())) for one in again.findings]
        made_by = f"noticescan {parts.run.tool_version}"
        good &= compare(verdict, stated, actual, complete=True, where=look.item.url, made_by=made_by)
    if pictures.believed:
        why = "by another reader" if images.available() else images.INSTALL
        verdict.skip("findings", f"{pictures.believed} pictures were not read again, the database was believed ({why})")
    verdict.settle("quote", guarded(quotes), f"each stands at its offset; quotes: {len(parts.findings)}")
    if good:
        verdict.ok("findings", f"made again from the bytes, the same come out; findings: {len(parts.findings)}")
