"""Two rule sets over the same pages: what a change of rules would change in reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..model import Finding
from .check import check

if TYPE_CHECKING:
    from ..detect.rules import RuleSet


@dataclass(frozen=True, slots=True)
class Difference:
    """One place that is judged otherwise. `sign`: `-` gone, `+` come, `~` another stance."""

    sign: str
    source: str
    category: str
    stance: str
    quote: str

    def __str__(self) -> str:
        return f"{self.sign} {self.source}: {self.category} {self.stance}: {self.quote}"


def compare(paths: Sequence[Path], old: RuleSet, new: RuleSet) -> list[Difference]:
    """Differences in page order. A finding is the same where page, category and an overlapping place agree."""
    before, after = _found(paths, old), _found(paths, new)
    out: list[Difference] = []
    for finding in before:
        twin = next((other for other in after if _same_place(finding, other)), None)
        if twin is None:
            out.append(_difference("-", finding, finding.stance.value))
        elif twin.stance is not finding.stance:
            out.append(_difference("~", twin, f"{finding.stance.value} -> {twin.stance.value}"))
    gone = [finding for finding in after if not any(_same_place(finding, other) for other in before)]
    out.extend(_difference("+", finding, finding.stance.value) for finding in gone)
    return sorted(out, key=lambda d: (d.source, d.category, d.quote))


def _found(paths: Sequence[Path], rules: RuleSet) -> list[Finding]:
    return [finding for checked in check(paths, rules) for finding in checked.judgement.findings]


def _same_place(a: Finding, b: Finding) -> bool:
    return a.source == b.source and a.category == b.category and a.start < b.end and b.start < a.end


def _difference(sign: str, finding: Finding, stance: str) -> Difference:
    return Difference(sign, finding.source, finding.category, stance, finding.quote)
