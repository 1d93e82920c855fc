"""Claim category + day of capture + whose law -> provisions to show. Pure; decides no question of law.

A provision is shown only where its day has come (and its last day, if it has one, has not passed), where somebody has
said that the vendor or its audience is in its jurisdiction, where it addresses a role that is asked for, and where it
fits the audience (business or consumers) if it holds for one of them only. What is not known leaves a provision out:
to name a law that does not hold is worse than to leave one unnamed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from itertools import zip_longest
from pathlib import Path

from .errors import RulesError
from .lawfile import EU, FILE, read_provisions
from .model import LawGap, Provision, ProvisionRole, RelevantLaw

__all__ = ["LawBook", "RelevantLaw", "covers", "in_force", "load", "provisions_for"]

DEFAULT_ROLES = ("vendor", "advertiser")
"""Whose page a claim stands on. Duties of whoever uses a product are shown on request: no use follows from an ad."""
MOST = 5
"""Duties named at first sight; the rest is there on request."""
_ALSO = {"GB": "UK", "EL": "GR"}
_CLOCKS = {
    "CN": (8, 8), "HK": (8, 8), "TW": (8, 8), "EU": (-1, 3), "DE": (1, 2), "FR": (1, 2), "ES": (0, 2), "UK": (0, 1),
    "US": (-10, -4),
}  # fmt: skip
"""Clocks of each jurisdiction against UTC: the last to begin a day (Azores, Hawaii; no summer time), by which law comes
into force, and the first to end one (Finland, New York; summer time), by which it goes out. Overseas territories left
out."""
_ANYWHERE = (-12, 14)
_PARTS = {
    ProvisionRole.DUTY: "duties", ProvisionRole.DEFENCE: "defences", ProvisionRole.SCOPE: "scope",
    ProvisionRole.RIGHT: "rights", ProvisionRole.PENALTY: "penalties",
    ProvisionRole.ORDER: "not_binding", ProvisionRole.STANDARD: "not_binding",
}  # fmt: skip
_WHATEVER_ROLE = frozenset({ProvisionRole.DEFENCE, ProvisionRole.SCOPE})
"""Kinds that speak for the vendor or limit the law: shown whomever they address."""
_FOR_WHOMEVER = _WHATEVER_ROLE | {ProvisionRole.STANDARD}
"""And what binds nobody: whoever reads it may want to know how an office sees a matter."""


@dataclass(frozen=True, slots=True)
class LawBook:
    """All provisions of a patterns folder, in the order of the file."""

    provisions: Mapping[str, Provision]
    digest: str = ""
    """sha256 of the file."""
    categories: tuple[str, ...] = ()
    """Every claim category of the folder, also those that engage nothing."""

    @property
    def jurisdictions(self) -> tuple[str, ...]:
        """Jurisdictions of which the book holds anything."""
        return tuple(dict.fromkeys(one.jurisdiction for one in self.provisions.values()))

    def of(self, category: str) -> tuple[Provision, ...]:
        """What a claim category may engage, in the order of the file."""
        return tuple(one for one in self.provisions.values() if category in one.engages)


def load(folder: Path) -> LawBook:
    """Read `provisions.toml` of a patterns folder. Raises RulesError that lists every problem with its file and key."""
    read = read_provisions(folder)
    if read.problems:
        count = len(read.problems)
        raise RulesError(
            f"{count} problem{'s' if count > 1 else ''} in {folder / FILE}", read.problems, "mend the entries named"
        )
    return LawBook({one.id: one for one in read.provisions}, read.digest, read.categories)


def covers(stated: str, jurisdiction: str) -> bool:
    """Does whoever states `stated` (CN, DE, US-IL) come under the law of `jurisdiction` (CN, EU, US)?

    A state comes under the federal law, a member state under that of the EU; never the other way round.
    """
    here = _ALSO.get(stated, stated)
    return here == jurisdiction or here.startswith(jurisdiction + "-") or (here in EU and jurisdiction == "EU")


def in_force(provision: Provision, when: date) -> bool:
    """Was it law on that day? A moment (`datetime` with a time zone) is taken as the day it was in its jurisdiction;
    where that has several clocks, it must have been law by each of them."""
    first, last = _CLOCKS.get(provision.jurisdiction.partition("-")[0], _ANYWHERE)
    until = provision.in_force_until
    return provision.in_force_from <= _day(when, first) and (until is None or _day(when, last) <= until)


def _day(when: date, hours: int) -> date:
    if not isinstance(when, datetime):
        return when
    return (when.astimezone(timezone(timedelta(hours=hours))) if when.tzinfo else when).date()


def provisions_for(
    book: LawBook,
    category: str,
    when: date | None,
    *,
    jurisdictions: Sequence[str],
    roles: Sequence[str] = DEFAULT_ROLES,
    audience: str = "",
) -> RelevantLaw:
    """The law that the wording of an asserted claim may engage.

    Args:
        category: Claim category (`patterns/claims.toml`).
        when: Day (or moment) of the capture; None where it is not known, and then nothing is shown.
        jurisdictions: Where the vendor is and whom it addresses; nothing is shown where none is stated.
        roles: vendor | advertiser | deployer: whose duties.
        audience: b2b | b2c | both; empty where it is not known.
    """
    places = tuple(dict.fromkeys(jurisdictions))
    if not places:
        return RelevantLaw(gap=LawGap.NO_JURISDICTION)
    if when is None:
        return RelevantLaw(jurisdictions=places, gap=LawGap.NO_DATE)
    here = [one for one in book.provisions.values() if any(covers(place, one.jurisdiction) for place in places)]
    engaged = [one for one in here if category in one.engages]
    parts, left = _sieve(engaged, when, frozenset(roles), audience)
    duties, at_first = _first_and_rest(parts["duties"], category, places)
    others, others_at_first = _first_and_rest([one for one in left["role"] if category in one.direct], category, places)
    # Defences and scope of a law stand beside its duties, whatever categories they list themselves.
    laws = {one.instrument for one in (*duties, *others)}
    for one in here:
        part = parts[_PARTS[one.role]]
        if one.role in _WHATEVER_ROLE and one.instrument in laws and one not in part and in_force(one, when):
            part.append(one)
    named = bool(duties or others)
    return RelevantLaw(
        duties=duties,
        defences=tuple(parts["defences"]) if named else (),
        scope=tuple(parts["scope"]) if named else (),
        rights=tuple(parts["rights"]) if duties else (),
        penalties=tuple(parts["penalties"]) if duties else (),
        of_others=others[:others_at_first],
        not_binding=tuple(parts["not_binding"]) if named else (),
        jurisdictions=places,
        left_out=tuple(sorted((why, len(ones)) for why, ones in left.items() if ones)),
        gap=None if at_first else _why_none(duties, left),
        at_first=at_first,
    )


def _why_none(duties: Sequence[Provision], left: Mapping[str, Sequence[Provision]]) -> LawGap:
    if duties:
        return LawGap.ONLY_TOUCHED
    return LawGap.NONE_FITS if any(left.values()) else LawGap.NOT_LISTED


def ranked(provisions: Iterable[Provision], category: str) -> list[Provision]:
    """Most specific first: what addresses this kind of claim by name; among those what a source confirmed, and of
    these what reaches the fewest other kinds. Penal law comes after other law of the same standing."""
    return sorted(provisions, key=lambda p: (category not in p.direct, not p.verified, p.penal, len(p.engages)))


def _sieve(
    engaged: Sequence[Provision], when: date, roles: frozenset[str], audience: str
) -> tuple[dict[str, list[Provision]], dict[str, list[Provision]]]:
    """Provisions by the part of the answer that they belong to, and the duties that were left out, by why."""
    parts: dict[str, list[Provision]] = {name: [] for name in _PARTS.values()}
    left: dict[str, list[Provision]] = {"not_in_force": [], "audience": [], "other_audience": [], "role": []}
    for one in engaged:
        why = _unfit(one, when, roles, audience)
        if not why:
            parts[_PARTS[one.role]].append(one)
        elif one.role is ProvisionRole.DUTY:
            left[why].append(one)
    return parts, left


def _unfit(one: Provision, when: date, roles: frozenset[str], audience: str) -> str:
    """Why a provision of the right category and place is not shown; empty where it is."""
    if not in_force(one, when):
        return "not_in_force"
    if one.audience and audience not in (one.audience, "both"):
        return "other_audience" if audience else "audience"
    if one.role not in _FOR_WHOMEVER and roles.isdisjoint(one.applies_to):
        return "role"
    return ""


def _first_and_rest(
    duties: Sequence[Provision], category: str, places: Sequence[str]
) -> tuple[tuple[Provision, ...], int]:
    """All duties ranked, and how many are named at first sight: those that address this kind of claim by name, at most
    `MOST`. What only touches on it waits to be asked for: a ban of something else would read as an accusation."""
    order = ranked(duties, category)
    direct = _in_turn([one for one in order if category in one.direct], places)
    others = _in_turn([one for one in order if category not in one.direct], places)
    return (*direct, *others), min(MOST, len(direct))


def _in_turn(duties: Sequence[Provision], places: Sequence[str]) -> tuple[Provision, ...]:
    """The jurisdictions take turns, in the order in which they were stated: no law crowds out another's. What no source
    confirmed takes its turn after all that is confirmed."""
    out: list[Provision] = []
    for verified in (True, False):
        queues: list[list[Provision]] = [[] for _ in places]
        for one in duties:
            if one.verified is verified:
                queues[next(n for n, place in enumerate(places) if covers(place, one.jurisdiction))].append(one)
        out += (one for turn in zip_longest(*queues) for one in turn if one is not None)
    return tuple(out)
