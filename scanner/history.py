"""Findings of this run against earlier ones. Knows no database: `store.report` gives what it needs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from scanner.model import Change, Finding, Stance, Tracked

Seen = Mapping[str, tuple[datetime | None, str]]
"""fingerprint -> (time, run id)"""


def compare(
    previous: Sequence[Finding],
    current: Sequence[Finding],
    *,
    read: Collection[tuple[str, str]],
    first_seen: Seen,
    last_seen: Seen,
    had_before: Collection[str] = frozenset(),
    standing: Collection[str] = frozenset(),
    seen_now: Mapping[str, datetime] | None = None,
    imported: Mapping[str, datetime] | None = None,
    foreign: Collection[str] = frozenset(),
    run: str = "",
) -> tuple[Tracked, ...]:
    """Every finding of this run, in the order given, then each earlier one that is not among them.

    Args:
        previous: Per page, what stood there when it was last read in an earlier successful run.
        current: The findings of this run.
        read: (vendor, source) of the pages of `previous` that were read in this run.
        first_seen: Of earlier successful runs only; decides what is new.
        last_seen: Likewise.
        had_before: Fingerprints whose words stood in what was kept earlier, and were not flagged there.
        standing: Fingerprints of `previous` whose words stand in the text that this run read.
        seen_now: When this run looked at the page of a fingerprint; without: the capture time of the finding.
        imported: The earliest date that an imported capture states of a fingerprint. Told apart: whoever makes a file
            can state any date.
        foreign: Records of imported captures: findings on them date nothing.
        run: This run's id, for findings seen in it.

    Returns:
        `NEW`, `LEARNED`, `STILL` or `TURNED` for the current ones. For the rest, one a fingerprint: `COULD_NOT_LOOK`
        where the page was not read again, `UNFLAGGED` where its words stand in the text read, else `NOT_SEEN`.
    """
    before = _stances(previous)
    cut_otherwise = _cut_otherwise(previous, current, first_seen, had_before, standing)
    out = []
    for finding in current:
        old = cut_otherwise.get(finding.fingerprint)
        known = old.fingerprint if old else finding.fingerprint
        own = None if finding.warc_record in foreign else finding.captured_at
        seen = (seen_now or {}).get(finding.fingerprint) or own
        here = _Sighting(finding, own, seen, run or finding.run, before.get(known, frozenset()))
        out.append(_present(here, known, first_seen, last_seen, had_before))
    done = {finding.fingerprint for finding in current} | {old.fingerprint for old in cut_otherwise.values()}
    same_bytes = {finding.id for finding in current}  # read at another URL in this run, byte for byte
    for finding in previous:
        if finding.fingerprint in done or finding.id in same_bytes:
            continue
        done.add(finding.fingerprint)
        own = None if finding.warc_record in foreign else finding.captured_at
        out.append(_absent(finding, own, _gone(finding, read, standing), first_seen, last_seen))
    return tuple(_with_imports(one, cut_otherwise, imported or {}) for one in out)


def _with_imports(tracked: Tracked, cut_otherwise: Mapping[str, Finding], imported: Mapping[str, datetime]) -> Tracked:
    """With the earliest date that an imported capture states, under either fingerprint."""
    print_ = tracked.finding.fingerprint
    prints = [print_, cut_otherwise[print_].fingerprint] if print_ in cut_otherwise else [print_]
    dates = [imported[one] for one in prints if one in imported]
    return replace(tracked, imported=min(dates)) if dates else tracked


@dataclass(frozen=True, slots=True)
class _Sighting:
    """A finding of this run, when and in which run it was seen, and with which stances its words were seen before."""

    finding: Finding
    own: datetime | None
    """Of our own capture."""
    at: datetime | None
    run: str
    stances: frozenset[Stance]


def _stances(found: Sequence[Finding]) -> dict[str, frozenset[Stance]]:
    """fingerprint -> stances: words may stand twice on a page."""
    out: dict[str, frozenset[Stance]] = {}
    for finding in found:
        out[finding.fingerprint] = out.get(finding.fingerprint, frozenset()) | {finding.stance}
    return out


def _cut_otherwise(
    previous: Sequence[Finding],
    current: Sequence[Finding],
    first_seen: Seen,
    had_before: Collection[str],
    standing: Collection[str],
) -> dict[str, Finding]:
    """Fingerprint of this run -> the earlier finding that it goes on with: the same claim in words that all stood there
    before, quoted a little longer or shorter, or found by another rule."""
    now = {finding.fingerprint for finding in current}
    gone = [f for f in previous if f.fingerprint not in now and f.fingerprint in standing]
    out: dict[str, Finding] = {}
    for finding in current:
        if finding.fingerprint in first_seen or finding.fingerprint not in had_before:
            continue
        for old in gone:
            same = (old.vendor, old.source, old.category) == (finding.vendor, finding.source, finding.category)
            if same and (old.quote in finding.quote or finding.quote in old.quote):
                out.setdefault(finding.fingerprint, old)
    return out


def _present(here: _Sighting, known: str, first_seen: Seen, last_seen: Seen, had_before: Collection[str]) -> Tracked:
    """`known`: the fingerprint under which earlier runs had it."""
    finding = here.finding
    if known not in first_seen:
        change = Change.LEARNED if finding.fingerprint in had_before else Change.NEW
        return Tracked(finding, change, here.own, here.at, here.run, here.run)
    first, first_run = first_seen[known]
    last, last_run = last_seen.get(known, (None, ""))
    # Old captures are judged, and imported, after newer ones.
    if last is None or (here.at is not None and last <= here.at):
        last, last_run = here.at, here.run
    if here.own is not None and (first is None or here.own < first):
        first, first_run = here.own, here.run
    turned = here.stances and finding.stance not in here.stances
    was = min(here.stances, key=list(Stance).index) if turned else None
    return Tracked(finding, Change.TURNED if turned else Change.STILL, first, last, first_run, last_run, was)


def _gone(finding: Finding, read: Collection[tuple[str, str]], standing: Collection[str]) -> Change:
    if (finding.vendor, finding.source) not in read:
        return Change.COULD_NOT_LOOK
    return Change.UNFLAGGED if finding.fingerprint in standing else Change.NOT_SEEN


def _absent(finding: Finding, own: datetime | None, change: Change, first_seen: Seen, last_seen: Seen) -> Tracked:
    first, first_run = first_seen.get(finding.fingerprint, (own, finding.run))
    last, last_run = last_seen.get(finding.fingerprint, (own, finding.run))
    return Tracked(finding, change, first, last, first_run, last_run)
