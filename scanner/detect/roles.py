"""What kind of page is this? Decided from its own words and declared facts; recorded, and never from the domain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scanner.detect.page import Page
from scanner.detect.rules import RuleSet
from scanner.model import PageRole, Stance

THRESHOLD = 2.0
"""Weight below which words do not make a page anything but unknown."""

STANCE_OF_ROLE: Mapping[PageRole, Stance] = {
    PageRole.NEWS: Stance.REPORTED,
    PageRole.LEGAL: Stance.LEGAL,
    PageRole.GUIDE: Stance.HYPOTHETICAL,
    PageRole.DEFENCE: Stance.REPORTED,
    PageRole.RESEARCH: Stance.HYPOTHETICAL,
    PageRole.UNRELATED: Stance.HYPOTHETICAL,
}
"""The stance of a sentence that carries no cue of its own; roles not named leave it asserted."""

_SCHEMA: Mapping[str, tuple[PageRole, float]] = {
    "newsarticle": (PageRole.NEWS, 3.0),
    "reportagenewsarticle": (PageRole.NEWS, 4.0),
    "opinionnewsarticle": (PageRole.NEWS, 3.0),
    "product": (PageRole.VENDOR, 2.0),
    "offer": (PageRole.VENDOR, 1.5),
    "softwareapplication": (PageRole.VENDOR, 2.0),
    "organization": (PageRole.VENDOR, 0.3),
    "localbusiness": (PageRole.VENDOR, 1.5),
    "legislation": (PageRole.LEGAL, 4.0),
    "scholarlyarticle": (PageRole.RESEARCH, 4.0),
    "faqpage": (PageRole.VENDOR, 0.3),
    "book": (PageRole.UNRELATED, 2.0),
    "movie": (PageRole.UNRELATED, 3.0),
    "recipe": (PageRole.UNRELATED, 3.0),
    "howto": (PageRole.GUIDE, 2.0),
}


@dataclass(frozen=True, slots=True)
class RoleVerdict:
    """The role and the scores behind it, for `explain`."""

    role: PageRole
    scores: Mapping[PageRole, float]


def decide(page: Page, rules: RuleSet, counts: Mapping[int, int]) -> RoleVerdict:
    """Weigh role words (each counted three times at most) and declared facts."""
    scores: dict[PageRole, float] = {}
    for index, count in counts.items():
        rule = rules.roles[index]
        scores[rule.role] = scores.get(rule.role, 0.0) + rule.weight * min(count, 3) ** 0.5
    facts = page.document.facts
    for name in facts.get("schema_types", "").lower().split(","):
        if name.strip() in _SCHEMA:
            role, weight = _SCHEMA[name.strip()]
            scores[role] = scores.get(role, 0.0) + weight
    if facts.get("author") and facts.get("published_time"):
        scores[PageRole.NEWS] = scores.get(PageRole.NEWS, 0.0) + 1.0
    if facts.get("og:type", "").startswith("product"):
        scores[PageRole.VENDOR] = scores.get(PageRole.VENDOR, 0.0) + 2.0
    if not scores:
        return RoleVerdict(PageRole.UNKNOWN, scores)
    best = max(scores, key=lambda role: scores[role])
    return RoleVerdict(best if scores[best] >= THRESHOLD else PageRole.UNKNOWN, scores)
