"""What a page says, what became of each URL, and the run in which both came out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from .kinds import BlockKind, Change, Outcome, PageRole, SaidBy, Severity, Stance, UnreadReason
from .notices import Notice
from .text import Document, Link

FINDING_SCHEMA = "noticescan/finding/1"
QUOTE_CONTEXT = 32
"""Characters of prefix and suffix in a TextQuoteSelector (W3C Web Annotation; the length is ours)."""


@dataclass(frozen=True, slots=True)
class Said:
    """Who speaks on a page, as a person says: kept with each page, since another word makes other findings."""

    role: PageRole
    by: SaidBy


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a document comes from; copied into each finding."""

    source: str
    """URL, or path for `check`."""
    vendor: str = ""
    run: str = ""
    captured_at: datetime | None = None
    capture_sha256: str = ""
    """payload_sha256 of the capture (for a file given to `check`: of the file's bytes)."""
    warc_record: str = ""
    said: Said | None = None
    """Set where a person says who speaks on the page; None: decide from the page."""
    canonical: str = ""
    """Normal form of `source`, for the fingerprint: tracking parameters change from visit to visit. Empty: `source`."""


@dataclass(frozen=True, slots=True)
class Cue:
    """The word that turned a stance, for whoever wants to check the judgement."""

    stance: Stance
    text: str
    """As it stands on the page, or `page: news` when the page's role decided, or empty."""
    scope: str
    """clause | sentence | block | heading | page | default"""


@dataclass(frozen=True, slots=True)
class Finding:
    """One flagged claim. `text[start:end] == quote` over the named derivation, always."""

    id: str
    """sha256 over payload sha256, rule id, rule version, start, end."""
    fingerprint: str
    """sha256 over rule id, canonical URL, normalised quote: the same next month."""
    run: str
    vendor: str
    source: str
    captured_at: datetime | None
    rule: str
    rule_version: int
    category: str
    severity: Severity
    stance: Stance
    cue: Cue
    confidence: float
    lang: str
    quote: str
    prefix: str
    suffix: str
    start: int
    end: int
    derivation: str
    block_kind: BlockKind
    block_path: str
    heading: str
    hidden: bool
    page_role: PageRole
    capture_sha256: str
    warc_record: str
    fragment_url: str
    provisions: tuple[str, ...] = ()
    image_box: tuple[int, int, int, int] | None = None
    """Where the quote stands in a picture: x, y, width, height in pixels."""
    image_sha256: str = ""
    """Of that picture (of the page, or a screenshot of it) as kept; empty where there is none."""
    page_role_by: SaidBy | None = None
    """Where a person said `page_role`; None: it was decided from the page."""

    @property
    def said(self) -> Said | None:
        """What a person said of its page."""
        return None if self.page_role_by is None else Said(self.page_role, self.page_role_by)

    def as_json(self) -> dict[str, Any]:
        """The finding as the JSON object of the public contract (schema `noticescan/finding/1`)."""
        out: dict[str, Any] = {"schema": FINDING_SCHEMA}
        for name in self.__slots__:
            value = getattr(self, name)
            if isinstance(value, datetime):
                value = value.isoformat().replace("+00:00", "Z")
            elif isinstance(value, Cue):
                value = {"stance": value.stance.value, "text": value.text, "scope": value.scope}
            elif isinstance(value, StrEnum):
                value = value.value
            elif isinstance(value, tuple):
                value = list(value)
            out[name] = value
        return out


@dataclass(frozen=True, slots=True)
class Judgement:
    """Everything that follows from the bytes of one capture and a rule set; recomputable."""

    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    document: Document | None = None
    links: tuple[Link, ...] = ()
    unread: UnreadReason | None = None
    detail: str = ""
    canonical: str = ""
    nofollow: bool = False
    notice: Notice | None = None
    """Set where the document is a privacy notice."""
    said: Said | None = None
    """What a person said of the page, and it was judged by."""


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """What became of one known URL in a run."""

    url: str
    vendor: str
    outcome: Outcome
    reason: UnreadReason | None
    detail: str
    status: int | None
    captured_at: datetime | None
    capture_sha256: str
    findings: int
    robots_rule: str = ""
    depth: int = 0
    via: str = ""
    said: Said | None = None
    """Who speaks there, where a person said so."""


@dataclass(frozen=True, slots=True)
class Tracked:
    """A finding with its history."""

    finding: Finding
    change: Change
    first_seen: datetime | None
    """Of captures that we made ourselves; None where it stands in imported ones only."""
    last_seen: datetime | None
    first_run: str = ""
    last_run: str = ""
    was: Stance | None = None
    """With `Change.TURNED`: the stance with which the words were told when they were last read."""
    imported: datetime | None = None
    """The earliest date that an imported capture states in which it stands; whoever made that file can state any."""


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What is known about one run."""

    id: str
    kind: str
    """crawl | rescan | check | import | compare"""
    started_at: datetime
    finished_at: datetime | None
    ok: bool
    """Finished, and at least one page was read."""
    tool_version: str
    rules_digest: str
    config_digest: str
    previous_run: str = ""
    """The last successful run before this one, or empty."""
    previous_finished_at: datetime | None = None
