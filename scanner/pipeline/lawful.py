"""Findings + the law of the day on which each page was captured -> findings that name provisions.

Only what a page says in its own voice engages anything: a denial, a report or a court's words are never a claim.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from ..law import LawBook, load, provisions_for
from ..model import Contradiction, Finding, RelevantLaw, Report, Stance

if TYPE_CHECKING:
    from ..config import LawSettings, Settings
    from ..detect.rules import RuleSet

Place = tuple[tuple[str, ...], str]
"""(jurisdictions, audience) of a vendor"""


@dataclass(frozen=True, slots=True)
class Counsel:
    """The law book with the settings that decide whose law is looked at."""

    book: LawBook
    settings: LawSettings
    places: Mapping[str, Place]
    """vendor -> what its target says of it"""
    only: tuple[str, ...] = ()
    """Jurisdictions that were asked for by hand: they come before the target's own and the settings'."""
    when: date | None = None
    """The day of captures that have no date of their own; None: it is not known."""
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """vendor -> whose duties its target says that it has"""

    def on(self, finding: Finding) -> RelevantLaw | None:
        """The law for one finding at the day of its capture; None for whatever is not said in the page's own voice."""
        asserted = finding.stance is Stance.ASSERTED
        return self.for_claim(finding.vendor, finding.category, finding.captured_at) if asserted else None

    def for_claim(self, vendor: str, category: str, captured_at: datetime | None) -> RelevantLaw:
        """The law for an asserted claim of a vendor."""
        stated, audience = self.places.get(vendor, ((), ""))
        own = self.roles.get(vendor, ())
        found = provisions_for(
            self.book,
            category,
            captured_at or self.when,
            jurisdictions=self.only or stated or self.settings.jurisdictions,
            roles=_with_its_adverts(own, self.settings.role),
            audience=audience or self.settings.audience,
        )
        return replace(found, roles=own)


def _with_its_adverts(own: tuple[str, ...], settings: tuple[str, ...]) -> tuple[str, ...]:
    """The roles of a vendor, else those of the settings. Whatever else it does, it advertises on its pages."""
    advertises = tuple(role for role in settings if role == "advertiser")
    return tuple(dict.fromkeys((*own, *advertises))) if own else settings


def counsel(
    settings: Settings,
    rules: RuleSet,
    places: Mapping[str, Place] | None = None,
    only: Sequence[str] = (),
    when: date | None = None,
    roles: Mapping[str, tuple[str, ...]] | None = None,
) -> Counsel:
    """Reads the law of the rule set's folder. Raises RulesError."""
    return Counsel(load(rules.path), settings.law, places or {}, tuple(only), when, roles or {})


def with_ids(finding: Finding, law: RelevantLaw | None) -> Finding:
    """The finding with the ids of the duties shown."""
    return replace(finding, provisions=tuple(one.id for one in law.shown) if law else ())


def with_law(report: Report, advice: Counsel) -> Report:
    """The report with the law of each finding's day."""
    law: dict[tuple[str, str, str], RelevantLaw] = {}
    findings = []
    for tracked in report.findings:
        f, found = tracked.finding, advice.on(tracked.finding)
        if found is not None:
            law[f.vendor, f.source, f.id] = found
        findings.append(replace(tracked, finding=with_ids(f, found)))
    verdicts = tuple(verdict_with_ids(one, advice) for one in report.contradictions)
    return replace(report, findings=tuple(findings), law=law, contradictions=verdicts)


def verdict_with_ids(verdict: Contradiction, advice: Counsel) -> Contradiction:
    """The verdict with the ids of the duties that its claim may engage on the day of its capture."""
    law = advice.for_claim(verdict.vendor, verdict.category, verdict.claim_at.captured_at)
    return replace(verdict, provisions=tuple(one.id for one in law.shown))
