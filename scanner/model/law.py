"""Provisions, and which of them the wording of a claim may engage."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class ProvisionRole(StrEnum):
    """What an article of law does in a report. Only a duty is ever named as something that wording may engage."""

    DUTY = "duty"
    SCOPE = "scope"
    DEFENCE = "defence"
    PENALTY = "penalty"
    RIGHT = "right"
    ORDER = "order"
    """A decision that binds the party it names and nobody else."""
    STANDARD = "standard"
    """Recommended or guidance; binds nobody."""


@dataclass(frozen=True, slots=True)
class Provision:
    """One entry of `patterns/provisions.toml`: a paraphrase of an article, with the dates between which it is law."""

    id: str
    jurisdiction: str
    """CN | EU | UK | US | US-IL ... : whose law it is."""
    instrument: str
    """Name of the law in its own language."""
    instrument_en: str
    instrument_zh: str
    article: str
    article_en: str
    article_zh: str
    in_force_from: date
    in_force_until: date | None
    """The last day, or None."""
    role: ProvisionRole
    applies_to: tuple[str, ...]
    """vendor | deployer | advertiser: who has the duty."""
    audience: str
    """b2b | b2c where it holds only towards businesses or consumers; empty: either."""
    engages: tuple[str, ...]
    """Claim categories whose wording may engage it."""
    direct: tuple[str, ...]
    """Those of them that it addresses by name; ranked first."""
    penal: bool
    """Punished by a court or the police. Ranked after other law of the same weight: an advertisement shows no guilt."""
    verified: bool
    """False: from memory, or the article number is not confirmed. Always told to the reader."""
    source_url: str
    summary_en: str
    summary_zh: str
    note_en: str = ""
    note_zh: str = ""
    bound_en: str = ""
    """Who is bound, in plain words; empty: not told beyond `applies_to`."""
    bound_zh: str = ""
    brief_en: str = ""
    """Short name of the law, for lists; empty: the whole name."""
    brief_zh: str = ""

    def cited(self, lang: str) -> str:
        """Instrument and article in the interface language, as a reader would look it up."""
        if lang == "zh":
            return f"{self.instrument_zh} {self.article_zh}"
        return f"{self.instrument_en}, {self.article_en}"

    def brief(self, lang: str) -> str:
        """As `cited`, with the short name of the law where it has one."""
        if lang == "zh":
            return f"{self.brief_zh or self.instrument_zh} {self.article_zh}"
        return f"{self.brief_en or self.instrument_en}, {self.article_en}"

    def bound(self, lang: str) -> str:
        """Who is bound, in plain words; may be empty."""
        return self.bound_zh if lang == "zh" else self.bound_en

    def summary(self, lang: str) -> str:
        """The paraphrase in the interface language."""
        return self.summary_zh if lang == "zh" else self.summary_en

    def note(self, lang: str) -> str:
        """What must be known before relying on it; may be empty."""
        return self.note_zh if lang == "zh" else self.note_en


class LawGap(StrEnum):
    """Why no duty is named at first sight for a claim. "None named" never means that none applies."""

    NO_DATE = "no_date"
    """The day of the capture is not known, so neither is the law of that day."""
    NO_JURISDICTION = "no_jurisdiction"
    """Nobody said where the vendor is or whom it addresses."""
    NOT_LISTED = "not_listed"
    """The list holds no duty for this kind of claim in these jurisdictions."""
    NONE_FITS = "none_fits"
    """The list holds some, all of them left out (`RelevantLaw.left_out`)."""
    ONLY_TOUCHED = "only_touched"
    """Some touch on this kind of claim (`RelevantLaw.more`); none addresses it by name, so none is named at first."""


@dataclass(frozen=True, slots=True)
class RelevantLaw:
    """What the wording of one claim may engage, and what stands beside it. `duties` are ranked, most specific first."""

    duties: tuple[Provision, ...] = ()
    defences: tuple[Provision, ...] = ()
    scope: tuple[Provision, ...] = ()
    rights: tuple[Provision, ...] = ()
    penalties: tuple[Provision, ...] = ()
    of_others: tuple[Provision, ...] = ()
    """Duties that address this kind of claim by name and nobody whose duties were asked for: mostly those of whoever
    uses a product. Shown apart, for no use follows from an advertisement."""
    not_binding: tuple[Provision, ...] = ()
    """Standards, guidance, and orders against one named party."""
    jurisdictions: tuple[str, ...] = ()
    left_out: tuple[tuple[str, int], ...] = ()
    """(not_in_force | role | audience | other_audience, how many duties of these jurisdictions were left out for it):
    the audience is not known, or is stated to be another."""
    gap: LawGap | None = None
    """Why `shown` is empty; None where it is not."""
    at_first: int = 0
    """How many of the duties a report names at first sight: those that address this kind of claim by name, at most
    five."""
    roles: tuple[str, ...] = ()
    """Whose duties were looked at, where the targets file says it of this vendor; empty: those of the settings."""

    @property
    def shown(self) -> tuple[Provision, ...]:
        """The duties that a report names at first sight."""
        return self.duties[: self.at_first]

    @property
    def more(self) -> tuple[Provision, ...]:
        """The rest, on request."""
        return self.duties[self.at_first :]

    @property
    def beside(self) -> tuple[Provision, ...]:
        """What always stands beside the duties: defences, then scope."""
        return (*self.defences, *self.scope)
