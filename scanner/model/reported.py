"""What a report is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .found import CoverageRow, Finding, RunFacts, Tracked
from .law import RelevantLaw
from .notices import Contradiction, Notice

REPORT_SCHEMA = "noticescan/report/1"
TARGETS_NOTE = (
    "targets_file", "targets_sha256", "targets_not_kept", "targets_excluded", "targets_other_name", "targets_unclear",
)  # fmt: skip
"""Keys of `Report.settings_note` that tell by which targets file a run judged, and what of it needs a crawl."""


@dataclass(frozen=True, slots=True)
class Crop:
    """The piece of a kept picture in which a quote stands, made for showing."""

    png: bytes
    """Empty where it cannot be shown."""
    why_not: str = ""
    blurred: bool = False
    """Faces and number plates were looked for, and blurred where they were found."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A claim that one way of looking at a page was shown, and the other was not, on the days named."""

    url: str
    vendor: str
    profile: str
    """The second way: mobile | search-referrer | rendered | proxy:NAME"""
    shown_to: str
    """first | second"""
    finding: Finding
    other_at: datetime | None
    """When the look that was not shown it was made."""
    other_record: str
    """WARC-Record-ID of that look."""
    new: bool = False
    """Shown to the second look only, and in no earlier run or look of this database."""


@dataclass(frozen=True, slots=True)
class NotCompared:
    """A page of which one of two looks could not be read: nothing is said about what it shows to whom."""

    url: str
    vendor: str
    profile: str
    why: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a second look at the pages of a run gave."""

    profile: str
    run: str
    compared: int
    """Pages read both times."""
    differences: tuple[Difference, ...] = ()
    not_compared: tuple[NotCompared, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """All that a report format needs. Findings are ordered: asserted first, then by severity and confidence."""

    run: RunFacts
    findings: tuple[Tracked, ...]
    coverage: tuple[CoverageRow, ...]
    categories: Mapping[str, Mapping[str, Any]]
    """category id -> title_en, title_zh, why_en, why_zh, severity, questions_en, questions_zh"""
    contexts: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """finding id -> (text before, text after) of the quote in its block, for showing."""
    passages: Mapping[str, tuple[str, str, str]] = field(default_factory=dict)
    """finding id -> (before, quote, after) with a line feed where a line of a picture begins; of what stands in one."""
    settings_note: Mapping[str, str] = field(default_factory=dict)
    """Facts on how the run was made: user agent, pace, allowed networks, robots overrides; `TARGETS_NOTE`."""
    law: Mapping[tuple[str, str, str], RelevantLaw] = field(default_factory=dict)
    """(vendor, source, finding id) -> law at the day of its capture; only for what a page says in its own voice."""
    warc_files: Mapping[str, str] = field(default_factory=dict)
    """WARC record id -> the file that holds it, relative to the output folder."""
    notices: tuple[Notice, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    notice_items: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """item id -> regime, article, title_en, title_zh, summary_en, summary_zh, required, condition_en ..."""
    notice_topics: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """topic -> title_en, title_zh"""
    notice_regimes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """regime -> title_en, title_zh"""
    app_stores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """vendor -> links to app stores seen on its pages; noted, not followed"""
    crops: Mapping[str, Crop] = field(default_factory=dict)
    """finding id -> the piece of the picture, for findings that stand in one."""
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    """sha256 of a picture -> a copy of the whole of it for showing (JPEG), blurred like the crops."""
    origins: Mapping[str, str] = field(default_factory=dict)
    """WARC-Record-ID -> `Capture.origin`, where it has one."""
    comparisons: tuple[Comparison, ...] = ()
    """Second looks at the pages of this run (`crawl --compare-as`)."""
    chosen: str = ""
    """Why this run is shown, where nobody named one."""
    letter: str = "press"
    """press | regulator: who writes the letters to the vendors."""

    def law_of(self, finding: Finding) -> RelevantLaw | None:
        """The law beside one finding; None where it is not asserted, or no law was looked at."""
        return self.law.get((finding.vendor, finding.source, finding.id))
