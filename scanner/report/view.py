"""What all formats show of a report: order, groups and counts. Plain values, no words and no markup."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass

from scanner.model import (
    CURRENT,
    READ,
    Change,
    CoverageRow,
    Finding,
    Outcome,
    PageRole,
    Report,
    Severity,
    Stance,
    Tracked,
    UnreadReason,
)
from scanner.report.text import slug

DOUBTFUL = 0.6
"""A finding that is less sure than this is marked: confidence is calibrated (docs/decisions/0008-context.md)."""

SEVERITIES = tuple(reversed(Severity))
"""Gravest first."""

_WEIGHT = {severity: n for n, severity in enumerate(Severity)}
_STANCE_ORDER = {stance: n for n, stance in enumerate(Stance)}

SortKey = tuple[bool, int, int, float, str, str, int, str]


@dataclass(frozen=True, slots=True)
class Coverage:
    """The coverage statement. `known == sum(outcomes) == sum over outcomes with UNREAD split by reason`."""

    known: int
    outcomes: Mapping[Outcome, int]
    """Every outcome, also those with zero."""
    unread: Mapping[UnreadReason | None, int]
    """Only reasons that occur, most frequent first; None: the reason was not recorded."""
    repeated: int
    """Rows beyond the first for the same vendor and URL; anything but zero is a fault of ours and is shown."""
    unchanged_holding: int = 0
    """Pages that have not changed and hold findings: unchanged is not the same as nothing flagged."""
    said: int = 0
    """Pages of which a person said who speaks on them."""

    @property
    def read(self) -> int:
        """Pages whose text was judged."""
        return sum(self.outcomes[outcome] for outcome in READ)

    @property
    def adds_up(self) -> bool:
        """True when every known URL has exactly one outcome and every unread one is under some reason."""
        parts = sum(self.outcomes.values()) == self.known
        return parts and sum(self.unread.values()) == self.outcomes[Outcome.UNREAD] and not self.repeated


@dataclass(frozen=True, slots=True)
class VendorView:
    """One vendor's share of a report."""

    name: str
    slug: str
    current: tuple[Tracked, ...]
    past: tuple[Tracked, ...]
    coverage: Coverage
    rows: tuple[CoverageRow, ...]
    in_notices: int
    """Of the asserted findings those that stand in a privacy notice: it discloses, it does not advertise."""

    @property
    def asserted(self) -> int:
        """Findings that the pages say in their own voice."""
        return sum(1 for tracked in self.current if tracked.finding.stance is Stance.ASSERTED)

    @property
    def passages(self) -> int:
        """Pieces of text that the asserted findings stand in: findings whose quotes overlap share one."""
        count, last = 0, ("", "", 0)
        own = (t.finding for t in self.current if t.finding.stance is Stance.ASSERTED)
        for source, derivation, start, end in sorted((f.source, f.derivation, f.start, f.end) for f in own):
            shared = (source, derivation) == last[:2] and start < last[2]
            count += not shared
            last = (source, derivation, max(end, last[2]) if shared else end)
        return count

    @property
    def new(self) -> int:
        """Findings not seen in any earlier successful run."""
        return sum(1 for tracked in self.current if tracked.change is Change.NEW)

    @property
    def worst(self) -> Severity | None:
        """The gravest severity among asserted findings."""
        found = {t.finding.severity for t in self.current if t.finding.stance is Stance.ASSERTED}
        return max(found, key=_WEIGHT.__getitem__) if found else None


@dataclass(frozen=True, slots=True)
class View:
    """The report in the order in which it is shown."""

    current: tuple[Tracked, ...]
    past: tuple[Tracked, ...]
    vendors: tuple[VendorView, ...]
    coverage: Coverage
    by_severity: Mapping[Severity, int]
    """Asserted current findings; every severity, gravest first."""
    doubtful: int
    """How many of them are marked uncertain."""
    in_notices: int
    """How many of them stand in a privacy notice."""
    by_stance: Mapping[Stance, int]
    changes: Mapping[Change, int]
    categories: tuple[str, ...]
    """Ids that occur in findings, by falling number of current findings."""


def doubtful(finding: Finding) -> bool:
    """Is it marked uncertain wherever it is shown?"""
    return finding.confidence < DOUBTFUL


def sort_key(tracked: Tracked) -> SortKey:
    """Asserted first, then gravest, then surest; the rest keeps the order stable from run to run."""
    f = tracked.finding
    return (
        f.stance is not Stance.ASSERTED,
        -_WEIGHT[f.severity],
        _STANCE_ORDER[f.stance],
        -f.confidence,
        f.vendor,
        f.source,
        f.start,
        f.id,
    )


def coverage_of(rows: Iterable[CoverageRow]) -> Coverage:
    """The coverage statement over rows."""
    outcomes = dict.fromkeys(Outcome, 0)
    unread: Counter[UnreadReason | None] = Counter()
    seen: set[tuple[str, str]] = set()
    known = holding = said = 0
    for row in rows:
        known += 1
        holding += row.outcome is Outcome.UNCHANGED and row.findings > 0
        said += row.said is not None
        outcomes[row.outcome] += 1
        seen.add((row.vendor, row.url))
        if row.outcome is Outcome.UNREAD:
            unread[row.reason] += 1
    ordered = sorted(unread.items(), key=lambda item: (-item[1], item[0] or ""))
    return Coverage(known, outcomes, dict(ordered), known - len(seen), holding, said)


def view(report: Report) -> View:
    """Everything derived from a report, once."""
    ordered = sorted(report.findings, key=sort_key)
    current = tuple(tracked for tracked in ordered if tracked.change in CURRENT)
    past = tuple(tracked for tracked in ordered if tracked.change not in CURRENT)
    asserted = Counter(t.finding.severity for t in current if t.finding.stance is Stance.ASSERTED)
    stances = Counter(tracked.finding.stance for tracked in current)
    changes = Counter(tracked.change for tracked in ordered)
    of_notices = frozenset((notice.vendor, notice.source) for notice in report.notices)
    used = Counter(tracked.finding.category for tracked in current)
    used.update({tracked.finding.category: 0 for tracked in past})
    return View(
        current=current,
        past=past,
        vendors=_vendors(current, past, report.coverage, of_notices),
        coverage=coverage_of(report.coverage),
        by_severity={severity: asserted[severity] for severity in SEVERITIES},
        doubtful=sum(1 for t in current if t.finding.stance is Stance.ASSERTED and doubtful(t.finding)),
        in_notices=_own_in(current, of_notices),
        by_stance={stance: stances[stance] for stance in Stance},
        changes={change: changes[change] for change in Change},
        categories=tuple(sorted(used, key=lambda category: (-used[category], category))),
    )


def _own_in(found: Iterable[Tracked], notices: Set[tuple[str, str]]) -> int:
    """Asserted findings that stand in a privacy notice. `notices`: (vendor, source)."""
    own = (tracked.finding for tracked in found if tracked.finding.stance is Stance.ASSERTED)
    return sum(1 for f in own if f.page_role is PageRole.NOTICE or (f.vendor, f.source) in notices)


def _vendors(
    current: tuple[Tracked, ...],
    past: tuple[Tracked, ...],
    coverage: tuple[CoverageRow, ...],
    notices: Set[tuple[str, str]],
) -> tuple[VendorView, ...]:
    names = {t.finding.vendor for t in (*current, *past)} | {row.vendor for row in coverage}
    now: dict[str, list[Tracked]] = {name: [] for name in names}
    then: dict[str, list[Tracked]] = {name: [] for name in names}
    rows: dict[str, list[CoverageRow]] = {name: [] for name in names}
    for tracked in current:
        now[tracked.finding.vendor].append(tracked)
    for tracked in past:
        then[tracked.finding.vendor].append(tracked)
    for row in coverage:
        rows[row.vendor].append(row)
    views = [
        VendorView(
            name,
            slug(name),
            tuple(now[name]),
            tuple(then[name]),
            coverage_of(rows[name]),
            tuple(sorted(rows[name], key=lambda row: row.url)),
            _own_in(now[name], notices),
        )
        for name in names
    ]
    return tuple(sorted(views, key=lambda v: (-v.asserted, -len(v.current), v.name)))


def by_category(findings: Iterable[Tracked]) -> dict[str, list[Tracked]]:
    """Findings under their category, categories in the order of their first finding."""
    groups: dict[str, list[Tracked]] = {}
    for tracked in findings:
        groups.setdefault(tracked.finding.category, []).append(tracked)
    return groups
