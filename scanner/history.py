"""Findings of this run against earlier ones. Knows no database: `store.report` gives what it needs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from scanner.model import Change, Finding, Tracked

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
    run: str = "",
    run_at: datetime | None = None,
) -> tuple[Tracked, ...]:
    """Every finding of this run, in the order given, then each earlier one that is not among them.

    Args:
        previous: Per page, what stood there when it was last read in an earlier successful run.
        current: The findings of this run.
        read: (vendor, source) of the pages of `previous` that were read in this run.
        first_seen: Of earlier successful runs only; decides what is new.
        last_seen: Likewise.
        had_before: Fingerprints whose words lay in bytes kept earlier, under another rule set.
        run: This run's id, for findings seen in it.
        run_at: When this run looked; None: the capture time of each finding.

    Returns:
        `NEW`, `LEARNED` or `STILL` for the current ones; `NOT_SEEN` only where the page was read again, and
        `COULD_NOT_LOOK` where it was not, for the rest, one a fingerprint.
    """
    out = [_present(f, first_seen, had_before, run, run_at) for f in current]
    done = {finding.fingerprint for finding in current}
    same_bytes = {finding.id for finding in current}  # read at another URL in this run, byte for byte
    for finding in previous:
        if finding.fingerprint in done or finding.id in same_bytes:
            continue
        done.add(finding.fingerprint)
        looked = (finding.vendor, finding.source) in read
        out.append(_absent(finding, Change.NOT_SEEN if looked else Change.COULD_NOT_LOOK, first_seen, last_seen))
    return tuple(out)


def _present(
    finding: Finding, first_seen: Seen, had_before: Collection[str], run: str, run_at: datetime | None
) -> Tracked:
    seen = run_at or finding.captured_at
    if finding.fingerprint in first_seen:
        at, by = first_seen[finding.fingerprint]
        return Tracked(finding, Change.STILL, at, seen, by, run or finding.run)
    change = Change.LEARNED if finding.fingerprint in had_before else Change.NEW
    return Tracked(finding, change, finding.captured_at, seen, run or finding.run, run or finding.run)


def _absent(finding: Finding, change: Change, first_seen: Seen, last_seen: Seen) -> Tracked:
    first, first_run = first_seen.get(finding.fingerprint, (finding.captured_at, finding.run))
    last, last_run = last_seen.get(finding.fingerprint, (finding.captured_at, finding.run))
    return Tracked(finding, change, first, last, first_run, last_run)
