"""Privacy notices, and what they say to the claims of an advert."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from .kinds import UnreadReason
from .text import TEXT_DERIVATION

_LAST_DAY = re.compile(r"\buntil\b|有效期限?(?:至|到|截至)", re.IGNORECASE)
NOTICE_LANGUAGES = frozenset({"zh", "en"})
"""In which notices are read. Of one in another language nothing is said."""


class NoticeKind(StrEnum):
    """For whom a privacy notice is written; the people whose data it is about."""

    SITE_VISITORS = "site_visitors"
    """Who reads the vendor's web site, writes to it or applies for a job there."""
    PRODUCT_USERS = "product_users"
    """Who holds an account: staff of the vendor's customers, users of its app."""
    PEOPLE_FILMED = "people_filmed"
    """Who stands before the camera or carries a phone past it, without being a customer of the vendor."""
    UNKNOWN = "unknown"
    """The text does not say, or is for everybody."""


class ItemStatus(StrEnum):
    """What the text read says on one disclosure item."""

    FOUND = "found"
    VAGUE = "vague"
    """Touched upon, without what the item asks for: no period, no name, no purpose."""
    NOT_FOUND = "not_found"
    """Not found in the text read. Never "absent"."""
    NOT_CHECKABLE = "not_checkable"
    """Stands on a sign or in a register: no text on a web page can show it."""


class Saying(StrEnum):
    """How a notice speaks of a matter."""

    DISCLOSED = "disclosed"
    DENIED = "denied"
    CONDITIONAL = "conditional"
    """Denied, but for an exception; or laid upon somebody else ("our customers must ...")."""
    SILENT = "silent"
    """Not found in the text read."""


class DatedAs(StrEnum):
    """What a date in a notice is, as the notice says; also the topic of the `NoticeFact` that quotes it."""

    IN_FORCE = "in_force"
    CHANGED = "changed"
    """Last changed or published: says nothing of when it holds."""
    ENDS = "ends"
    """From when it holds no longer."""


class Stated(StrEnum):
    """Does a notice say anything on a matter?"""

    YES = "yes"
    """It does, if only vaguely or with a condition."""
    NO = "no"
    """Not found in the text read."""
    DENIED = "denied"
    """All that it says on the matter is that it does not happen."""


class Verdict(StrEnum):
    """A claim set against the vendor's own notice."""

    CONTRADICTS = "contradicts"
    ADMITS = "admits"
    SILENT = "silent"
    CANNOT_TELL = "cannot_tell"


class VerdictReason(StrEnum):
    """Why a verdict is what it is."""

    DENIES = "denies"
    DISCLOSES = "discloses"
    NOT_MENTIONED = "not_mentioned"
    SAME_DOCUMENT = "same_document"
    """Claim and denial stand in one document."""
    NO_NOTICE = "no_notice"
    NOT_READ = "not_read"
    OTHER_PRODUCT = "other_product"
    OTHER_PEOPLE = "other_people"
    CONDITIONAL = "conditional"
    VAGUE = "vague"
    """It touches upon the matter and leaves it open."""
    TAKEN_BACK = "taken_back"
    """It says so, and its next sentence takes that back: "This function is switched off"."""
    CONFLICTING = "conflicting"
    """The text read says both."""
    LANGUAGE = "language"
    """It is in a language in which notices are not read."""
    SUPERSEDED = "superseded"
    """No notice that was read holds on the day of the advert: it says itself that it is no longer in force."""
    NOT_YET_IN_FORCE = "not_yet_in_force"
    """The same: it says that it is in force from a later day."""
    NO_COUNTERPART = "no_counterpart"
    """A kind of claim that a privacy notice has nothing to say on."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a quotation stands: `text[start:end]` of one document of one capture."""

    source: str
    start: int
    end: int
    captured_at: datetime | None = None
    capture_sha256: str = ""
    warc_record: str = ""
    derivation: str = TEXT_DERIVATION


@dataclass(frozen=True, slots=True)
class Heard:
    """What the models that find claims make of one sentence of a notice: `text[start:end]` of its document."""

    category: str
    start: int
    end: int
    denied: float
    """The probability that it denies a claim of this category."""
    claimed: float
    """The probability that it makes one."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What a reader of a claim and a notice together makes of one sentence of the notice: probabilities."""

    denied: float
    """It denies the claim."""
    said: float
    """It says the same."""
    weakened: float = 0.0
    """It says either on a condition, of other people or of another product."""


class Shown(StrEnum):
    """Why the items of a body of rules are looked at in a notice. An aid to reading: no statement on what applies."""

    ASKED = "asked"
    """Somebody named it."""
    PLACE = "place"
    """It is of a place that somebody named as the vendor's."""
    WORDS = "words"
    """The notice holds words of it."""
    LANGUAGE = "language"
    """It goes with the language of the notice."""


@dataclass(frozen=True, slots=True)
class NoticeItem:
    """One disclosure item of one regime, as far as the text read shows it. Quote and offsets: empty where not found."""

    id: str
    regime: str
    status: ItemStatus
    quote: str = ""
    start: int = 0
    end: int = 0
    why: str = ""
    """A `Shown`; empty in what an earlier version wrote."""


@dataclass(frozen=True, slots=True)
class NoticeFact:
    """One thing that a notice says. Offsets count in the notice's `Document.text`."""

    topic: str
    """Key of `patterns/notice_facts.toml`: biometrics, retention, sale ..."""
    saying: Saying
    people: NoticeKind
    """Whose data the sentence is about, as it says itself, or as its heading or the notice says."""
    quote: str
    start: int
    end: int
    value: str = ""
    """The period of a retention fact, as written, or `forever`, `event`, `vague`; else empty."""
    cue: str = ""
    """The word that denied it or made it conditional, as written."""
    named: bool = False
    """The sentence or its heading itself names the people or the product."""
    days: float | None = None
    """The period in days, where it is one."""
    section: bool = False
    """It stands in a section for these people, of a notice that has sections for several."""
    lead: str = ""
    """Of an item in a list that was read with its lead-in ("We do not:"): the document's text from there to `start`;
    empty where it is too long to be quoted together."""

    @property
    def whole_quote(self) -> str:
        """What a reader is shown: with the lead-in."""
        return self.lead + self.quote

    @property
    def begins(self) -> int:
        """Where `whole_quote` begins."""
        return self.start - len(self.lead)


@dataclass(frozen=True, slots=True)
class Notice:
    """A vendor's privacy notice, read; or known and not read (`unread` says why, and there are no items and facts)."""

    source: str
    vendor: str
    kind: NoticeKind = NoticeKind.UNKNOWN
    title: str = ""
    lang: str = ""
    effective: str = ""
    """Date from which it says that it is in force, ISO 8601 (`2026-01-05`, `2026-01` where no day is given)."""
    updated: str = ""
    version: str = ""
    products: tuple[str, ...] = ()
    """Names to which it says that it is limited."""
    items: tuple[NoticeItem, ...] = ()
    facts: tuple[NoticeFact, ...] = ()
    stated: tuple[tuple[str, Stated], ...] = ()
    """Seven matters (biometrics, consent, purpose, retention, sharing, rights, contact) and whether it speaks of
    them; empty where it was not read, or read by a version that did not ask."""
    captured_at: datetime | None = None
    capture_sha256: str = ""
    warc_record: str = ""
    derivation: str = TEXT_DERIVATION
    unread: UnreadReason | None = None
    detail: str = ""

    @property
    def ends(self) -> NoticeFact | None:
        """The words in which it says itself that it is superseded or no longer in force."""
        return next((fact for fact in self.facts if fact.topic == DatedAs.ENDS.value), None)

    def void_on(self, day: date | None) -> VerdictReason | None:
        """Why it does not hold on a day, as it says itself; None where it holds, or says nothing of it. Of a day that
        is not known only what it says without a date counts."""
        iso = day.isoformat() if day else ""
        if (ends := self.ends) is not None and (not ends.value or not iso or _is_over(ends, iso[: len(ends.value)])):
            return VerdictReason.SUPERSEDED
        if iso and self.effective and iso[: len(self.effective)] < self.effective:
            return VerdictReason.NOT_YET_IN_FORCE
        return None

    def place(self, start: int, end: int) -> Place:
        """Where text[start:end] of this notice stands."""
        return Place(
            self.source, start, end, self.captured_at, self.capture_sha256, self.warc_record, self.derivation
        )  # fmt: skip


def _is_over(ends: NoticeFact, day: str) -> bool:
    """`until 1 March` names the last day on which it holds; `失效日期` or `replaced on`, the first without it."""
    return day > ends.value or (day == ends.value and not _LAST_DAY.search(ends.quote))


@dataclass(frozen=True, slots=True)
class Contradiction:
    """One asserted claim set against the vendor's notices: one verdict, both sentences, each with its own capture."""

    verdict: Verdict
    category: str
    vendor: str
    finding: str
    """`Finding.id`."""
    claim_quote: str
    claim_at: Place
    reason: VerdictReason
    notice_quote: str = ""
    notice_at: Place | None = None
    topic: str = ""
    """The notice fact that decided, or was looked for."""
    item: str = ""
    """The disclosure item under which it stands, or should stand."""
    provisions: tuple[str, ...] = ()
