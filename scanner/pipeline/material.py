"""What belongs to a finding, a vendor or a run: captures, records, events of the custody chain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import EvidenceError, UsageError
from ..evidence import custody
from ..model import CURRENT, Capture, Judgement, Report, Tracked
from ..stated import host_of
from .kept import read_capture
from .picking import Part, events, pick
from .pictures import chain
from .reporting import build_report

if TYPE_CHECKING:
    from ..config import Settings
    from ..detect.rules import RuleSet
    from ..store import Store
    from ..store.look import Look


@dataclass(frozen=True, slots=True)
class Wanted:
    """What goes into a case file: one finding (id or the beginning of one), or all of a vendor, or all of the run."""

    finding: str = ""
    vendor: str = ""
    run: str = ""
    """Which run; empty: the last one."""


@dataclass(frozen=True, slots=True)
class Material:
    """What a case file is made of."""

    report: Report
    chosen: tuple[Tracked, ...]
    looks: Mapping[str, Look]
    """Record id -> the capture that a finding was made from."""
    parts: tuple[Part, ...]
    chain: custody.Read
    shown: Mapping[int, Mapping[str, Any]]
    title: str
    selection: Mapping[str, str]
    created: datetime


def gather(store: Store, settings: Settings, rules: RuleSet, wanted: Wanted) -> Material:
    """Everything that belongs to what is wanted. Raises UsageError, EvidenceError, StoreError."""
    out = Path(settings.out_dir)
    chain = custody.read_folder(out)
    if chain.problems:
        raise EvidenceError(f"custody chain: {chain.problems[0]}", "keep the folder as it is, and a copy")
    report = build_report(store, rules, wanted.run or None, settings)
    chosen, title, selection = choose(report, wanted)
    looks: dict[str, Look] = {}
    for record, derivation in {one.finding.warc_record: one.finding.derivation for one in chosen}.items():
        look = store.looked_at(record, derivation)
        if look is None:
            raise EvidenceError(f"the record {record} of a finding is not in the database")
        looks[record] = look
    captures = [look.capture for look in looks.values()]
    pictures = [one for look in looks.values() for one in _pictures(store, look, settings)]
    parts = pick(out, [*captures, *_robots(store, looks.values()), *pictures])
    runs = dict.fromkeys([*(look.run for look in looks.values()), report.run.id])
    shown = events(chain, parts, runs, {host_of(look.item.url) for look in looks.values()})
    return Material(
        report, chosen, looks, parts, chain, shown, title, selection, datetime.now(UTC).replace(microsecond=0)
    )


def choose(report: Report, wanted: Wanted) -> tuple[tuple[Tracked, ...], str, dict[str, str]]:
    """(findings, title, what was asked for)."""
    if wanted.finding:
        found = [one for one in report.findings if one.finding.id.startswith(wanted.finding.lower())]
        if len({one.finding.id for one in found}) != 1:
            what = "more than one finding begins" if found else "no finding begins"
            tip = (
                "give more of it"
                if found
                else "`noticescan findings --format jsonl` lists ids; --run names another run"
            )
            raise UsageError(f"--finding {wanted.finding}: {what} like this in run {report.run.id}", tip)
        return tuple(found[:1]), found[0].finding.quote, {"kind": "finding", "value": found[0].finding.id}
    current = [one for one in report.findings if one.change in CURRENT]
    if not wanted.vendor:
        return _some(current, report), report.run.id, {"kind": "run", "value": report.run.id}
    names = sorted({one.finding.vendor for one in current})
    matching = [name for name in names if wanted.vendor == name] or [
        name for name in names if wanted.vendor.casefold() in name.casefold()
    ]
    if len(matching) != 1:
        what = "fits several vendors" if matching else "no vendor like this"
        raise UsageError(
            f"--vendor {wanted.vendor}: {what} with findings in run {report.run.id}",
            f"one of: {'; '.join(matching or names)}",
        )
    of_vendor = [one for one in current if one.finding.vendor == matching[0]]
    return _some(of_vendor, report), matching[0], {"kind": "vendor", "value": matching[0]}


def _some(found: Sequence[Tracked], report: Report) -> tuple[Tracked, ...]:
    if not found:
        raise UsageError(f"run {report.run.id} has no findings", "--run names another run")
    return tuple(found)


def _pictures(store: Store, look: Look, settings: Settings) -> list[Capture]:
    """The captures of all pictures of a page, where words in one belong to its text: what it is made again from."""
    if look.document is None or not any(block.picture for block in look.document.blocks):
        return []
    reading = read_capture(look.capture, look.item, settings)
    if isinstance(reading, Judgement):
        return []
    of = look.capture.record_id
    return [kept for url in reading.images for kept in chain(store, url, look.item.vendor, of=of)]


def _robots(store: Store, looks: Iterable[Look]) -> list[Capture]:
    """The captures of the robots.txt files that decided, where they were kept in the same run."""
    wanted = {(look.run, look.robots.robots_url) for look in looks if look.robots and look.robots.robots_sha256}
    found: dict[tuple[str, str], Capture] = {}
    for run in {run for run, _ in wanted}:
        for capture in store.captures(run):
            if (run, capture.url) in wanted:
                found.setdefault((run, capture.url), capture)
    return list(found.values())
