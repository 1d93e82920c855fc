"""The law of a vendor's claims, said once: claims of one category that meet the same law share one list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from scanner.model import RelevantLaw, Report, Tracked


@dataclass(frozen=True, slots=True)
class LawGroup:
    """One list of provisions and the claims that it stands for."""

    law: RelevantLaw
    findings: tuple[Tracked, ...]
    first: datetime | None
    """Earliest capture among them; None where no day is known."""
    last: datetime | None


def law_groups(report: Report, findings: Sequence[Tracked]) -> list[LawGroup]:
    """The claims by the law that stands beside them, in the order of the first claim of each. Pages captured before and
    after a law came into force are told apart."""
    groups: dict[RelevantLaw, list[Tracked]] = {}
    for tracked in findings:
        law = report.law_of(tracked.finding)
        if law is not None:
            groups.setdefault(law, []).append(tracked)
    return [_group(law, members) for law, members in groups.items()]


def _group(law: RelevantLaw, members: Sequence[Tracked]) -> LawGroup:
    days = [t.finding.captured_at for t in members if t.finding.captured_at]
    return LawGroup(law, tuple(members), min(days, default=None), max(days, default=None))
