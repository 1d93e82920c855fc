"""The frozen values that pass between the rooms. Imports nothing of ours.

A room takes one of these and returns another; nobody adds keys to a value in passing. All times are
timezone-aware UTC. All offsets count Unicode code points of the *original* text (`Document.text`), never of a
normalised form. "sha256" is always lower-case hex, and the docstring says of which bytes.
"""

from __future__ import annotations

from .collected import Capture, Exchange, FetchFailed, FrontierItem, RobotsDecision, Target
from .found import FINDING_SCHEMA, QUOTE_CONTEXT, CoverageRow, Cue, Finding, Judgement, Provenance, RunFacts, Tracked
from .kinds import CURRENT, READ, BlockKind, Change, Outcome, PageRole, Severity, Stance, UnreadReason
from .law import LawGap, Provision, ProvisionRole, RelevantLaw
from .notices import (
    NOTICE_LANGUAGES,
    Answered,
    Contradiction,
    DatedAs,
    Heard,
    ItemStatus,
    Notice,
    NoticeFact,
    NoticeItem,
    NoticeKind,
    Place,
    Saying,
    Shown,
    Stated,
    Verdict,
    VerdictReason,
)
from .reported import REPORT_SCHEMA, Comparison, Crop, Difference, NotCompared, Report
from .text import TEXT_DERIVATION, Block, Document, Link, PictureLine, PictureText, Reading, Spot

__all__ = [
    "CURRENT",
    "FINDING_SCHEMA",
    "NOTICE_LANGUAGES",
    "QUOTE_CONTEXT",
    "READ",
    "REPORT_SCHEMA",
    "TEXT_DERIVATION",
    "Answered",
    "Block",
    "BlockKind",
    "Capture",
    "Change",
    "Comparison",
    "Contradiction",
    "CoverageRow",
    "Crop",
    "Cue",
    "DatedAs",
    "Difference",
    "Document",
    "Exchange",
    "FetchFailed",
    "Finding",
    "FrontierItem",
    "Heard",
    "ItemStatus",
    "Judgement",
    "LawGap",
    "Link",
    "NotCompared",
    "Notice",
    "NoticeFact",
    "NoticeItem",
    "NoticeKind",
    "Outcome",
    "PageRole",
    "PictureLine",
    "PictureText",
    "Place",
    "Provenance",
    "Provision",
    "ProvisionRole",
    "Reading",
    "RelevantLaw",
    "Report",
    "RobotsDecision",
    "RunFacts",
    "Saying",
    "Severity",
    "Shown",
    "Spot",
    "Stance",
    "Stated",
    "Target",
    "Tracked",
    "UnreadReason",
    "Verdict",
    "VerdictReason",
]
