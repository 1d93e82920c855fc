"""Checks of a stored run: what the database and the folder hold, against the records and what the chain tells."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..collect.archive import read_payload
from ..collect.records import as_told, origin_field, robots_facts, robots_told
from ..errors import EvidenceError
from ..evidence import places, wacz
from ..evidence.verdict import Verdict
from ..model import Capture, RobotsDecision
from ..warcfile import Member
from . import custodian
from .importing import file_of
from .recompute import capture_of
from .verify import guarded

if TYPE_CHECKING:
    from ..store import Store

Events = Mapping[int, Mapping[str, Any]]
_MADE_HERE = "made on this machine"
"""How the origin of a record that a browser made was worded before it was named `urn:dom`."""
_TABLES = {
    "run": "what the database says of the run itself", "captures": "the captures in the database",
    "coverage": "the list of pages (coverage) in the database", "notices": "the notices in the database",
    "verdicts": "the verdicts in the database",
}  # fmt: skip


class Described:
    """What the records of a run say of themselves, collected while its files are read once."""

    def __init__(self) -> None:
        self._captures: dict[tuple[str, int], Capture] = {}
        self._robots: dict[str, dict[str, str]] = {}

    def take(self, one: Member, file: str) -> None:
        """One record of one of the WARC files. A damaged one is told of elsewhere."""
        if one.kind == "metadata":
            self._robots[one.field("WARC-Refers-To").strip("<>")] = robots_told(one.block)
        elif one.kind in ("response", "resource"):
            try:
                self._captures[file, one.offset] = capture_of(one, file)
            except (ValueError, OverflowError):
                return

    def problems(self, out: Path, capture: Capture, robots: RobotsDecision | None, imported: set[str]) -> list[str]:
        """What the database says of a capture otherwise than its record does."""
        try:
            read_payload(out, capture)
        except EvidenceError as error:
            return [error.message]
        record = self._captures.get((capture.warc_file, capture.warc_offset))
        if record is None:
            return [f"{capture.warc_file} at byte {capture.warc_offset}: no record of this run begins there"]
        names = (field.name for field in dataclasses.fields(Capture) if field.name != "origin")
        wrong = [name for name in names if getattr(capture, name) != getattr(record, name)]
        if not _same_origin(capture, record, imported):
            wrong.append("origin")
        if robots is not None and as_told(robots_facts(robots)) != self._robots.get(capture.record_id):
            wrong.append("robots")
        where = f"{capture.warc_file} at byte {capture.warc_offset}"
        return [f"{where}: the capture is described otherwise than its record ({', '.join(wrong)})"] if wrong else []


def _same_origin(capture: Capture, record: Capture, imported: set[str]) -> bool:
    """Where it comes from. An imported resource does not say so itself: its origin has to name an imported file."""
    if record.origin:
        return origin_field(capture.origin) == record.origin
    made_here = "".join(re.findall(r"^urn:[a-z]+", record.url))
    named = re.search(r"\(SHA-256 ([0-9a-f]{64})\)", capture.origin)
    if imported:
        return named is not None and named.group(1) in imported
    return capture.origin == made_here or bool(made_here and capture.origin.startswith(_MADE_HERE))


def check_captures(verdict: Verdict, store: Store, out: Path, run: str, described: Described, events: Events) -> None:
    """What the database says about each capture is what lies in the file."""
    imported = {one["sha256"] for one in events.values() if one["event"] == custodian.IMPORTED}
    captures, robots = store.captures(run), store.decisions(run)
    problems = [
        what for one in captures for what in described.problems(out, one, robots.get(one.record_id), imported)
    ]  # fmt: skip
    good = f"they lie where the database says, and are what it says; captures: {len(captures)}"
    verdict.settle("records", guarded(problems), good)


def check_tables(verdict: Verdict, store: Store, run: str, events: Events, end: Mapping[str, Any] | None) -> None:
    """What the database says of the run is what the chain recorded when it began and when it finished."""
    facts = next(one for one in store.runs() if one.id == run)
    problems = []
    actual = {
        "kind": facts.kind, "started_at": facts.started_at.isoformat(), "tool": facts.tool_version,
        "rules": facts.rules_digest, "config": facts.config_digest, "ok": facts.ok,
    }  # fmt: skip
    begun = [one for one in events.values() if one["event"] == custodian.RUN_BEGUN]
    for one in (*begun, *([end] if end else [])):
        wrong = [key for key in actual if key in one and one[key] != actual[key]]
        problems += [f"the database says otherwise of the run than the chain: {', '.join(wrong)}"] if wrong else []
    stated = end.get("tables_sha256") if end else None
    if stated is not None:
        found = store.digests(run)
        changed = [name for name in stated if found.get(name, "") != stated[name]]
        if "coverage" in changed:  # it is part of the digests of these
            changed = [name for name in changed if name not in ("notices", "verdicts")]
        what = "not what was recorded when the run finished"
        problems += [f"{_TABLES.get(name, name)}: {what}" for name in changed]
    if problems or stated is not None:
        verdict.settle("database", problems, f"as it was when the run finished; tables: {len(stated or ())}")
    elif end:
        verdict.note("database", "not told then: the chain of this run has no digests of its pages, notices, verdicts")


def check_imported(verdict: Verdict, out: Path, events: Events) -> None:
    """The files that were imported lie there untouched."""
    told = [one for one in events.values() if one["event"] == custodian.IMPORTED]
    problems = []
    for one in told:
        path = file_of(out, one)
        if path is None:
            problems.append(f"the chain tells of an imported file by no name of ours: {one['name']}")
        elif not path.is_file():
            problems.append(f"{path.name} is gone")
        elif wacz.sha256_of(path) != one["sha256"]:
            problems.append(f"{path.name} is not the file that was imported")
    if told:
        verdict.settle("imported file", guarded(problems), f"as they were taken in; files: {len(told)}")


def outlives_chain(out: Path, run: str, *, told: bool) -> str:
    """What shows that the chain once told of a run of which it tells no more; empty where nothing does."""
    folder = places.run_folder(out, run)
    if told:
        return "the database"
    there = (places.wacz_of(out, run), folder / places.CONDITIONS, folder / places.STAMPS)
    return next((f"{path.relative_to(out)}" for path in there if path.exists()), "")
