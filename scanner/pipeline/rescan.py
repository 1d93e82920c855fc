"""`rescan`: everything kept, judged once more with the rules of today. Never meets the network."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import StoreError
from ..model import CoverageRow, Report, UnreadReason
from .closing import close_interrupted
from .correcting import Corrections, corrections
from .crawl import begin_run, close_run, locked
from .fault import spared
from .keeping import Watcher
from .kept import judge_capture
from .pictures import VIA, Pictures
from .reporting import build_report
from .sealing import seal_finished
from .speaking import by_option
from .stamping import can_stamp
from .views import view_of

if TYPE_CHECKING:
    from ..collect.targets import TargetsFile
    from ..config import Settings
    from ..detect.rules import RuleSet
    from ..model import Capture, FrontierItem, Judgement, Said
    from ..store.look import Look, NeverRead
    from ..store.store import Store


MAY_BE_READ_NOW = frozenset(
    {
        UnreadReason.LANGUAGE, UnreadReason.BLOCKED, UnreadReason.EMPTY_SHELL, UnreadReason.IMAGE_ONLY,
        UnreadReason.PARKED, UnreadReason.EMPTY, UnreadReason.NOT_TEXT, UnreadReason.CONTENT_TYPE,
        UnreadReason.FAULT,
    }
)  # fmt: skip
"""Reasons that lie in how we read, not in what was received: a new word list or reader may lift them."""


def rescan(
    settings: Settings,
    rules: RuleSet,
    watcher: Watcher,
    *,
    speaker: str | None = None,
    targets: TargetsFile | None = None,
) -> Report:
    """Judges the last capture of every URL that was ever read, from its WARC, and reports it as a run of its own.

    What was wanted and never read is accounted for too, judged again where the reason lay in how we read.

    Who speaks on a page is what `speaker` says (a word of `SPEAKERS`), else `targets`, else what a person said when the
    page was last judged, else the settings. `targets` also says anew which pages are notices, where vendors are, whom
    they address and what they do; what of it needs a crawl is told as not done.

    What is new only because the rules learned to see it comes out as `learned`, dated by the capture.
    Raises EvidenceError where kept bytes do not match, StoreError where nothing was kept yet, TargetsError where
    nothing is kept of any vendor in `targets` (before anything is changed), MissingExtraError.
    """
    from ..store import open_store

    can_stamp(settings.evidence)
    with locked(Path(settings.out_dir)), open_store(settings.database_url()) as store:
        close_interrupted(store, settings, watcher)
        looks = store.rescannable()
        first = next(looks, None)
        if first is None:
            raise StoreError("nothing is kept here yet", "crawl first, or name the folder with --out")
        told = Corrections() if targets is None else corrections(targets, store.accounted_for(), settings)
        run = begin_run(store, "rescan", settings, rules, datetime.now(UTC), told.note)
        store.describe_vendors(told.vendors)
        for line in told.lines:
            watcher.note(line)
        again = _Again(store, run.id, settings, rules, Pictures(store, settings), told, speaker)
        for count, look in enumerate(chain((first,), looks), 1):
            judgement = again.judge(look.item, look.capture, look.said)
            watcher.done(_row(look, judgement), count, count)
        for unread in store.never_read():
            again.account_for(unread)
        close_run(store, run.id, rules)
        seal_finished(store, settings, watcher)
        return build_report(store, rules, run.id, settings)


@dataclass(frozen=True, slots=True)
class _Again:
    """What every page of a rescan is judged with."""

    store: Store
    run: str
    settings: Settings
    rules: RuleSet
    pictures: Pictures
    told: Corrections
    speaker: str | None

    def judge(self, item: FrontierItem, capture: Capture, kept: Said | None) -> Judgement:
        """A kept page judged and recorded; `kept`: who speaks there, as it was said before."""
        item = self.told.item(item)
        found = self.pictures.lookup(item, of=capture.record_id)
        view = view_of(self.store, self.settings, item, capture)
        judgement = spared(
            item.url, judge_capture,
            capture, item, self.run, self.settings, self.rules, found, view, self.store.vendor_places,
            self._said(item, kept),
        )  # fmt: skip
        self.store.record_judgement(self.run, item, capture, judgement)
        return judgement

    def account_for(self, unread: NeverRead) -> None:
        """A URL that was never read: judged where today's code may read what was kept, else unread as before."""
        picture = unread.item.via == VIA  # read with its page, or not at all
        if unread.capture is not None and unread.reason in MAY_BE_READ_NOW and not picture:
            self.judge(unread.item, unread.capture, unread.said)
            return
        self.store.record_unread(
            self.run, self.told.item(unread.item), unread.reason, unread.detail,
            status=unread.status, robots_rule=unread.robots_rule, at=unread.at,
        )  # fmt: skip

    def _said(self, item: FrontierItem, kept: Said | None) -> Said | None:
        if self.speaker is not None:
            return by_option(self.speaker, self.settings)
        return self.told.said(item, kept, self.settings)


def _row(look: Look, judgement: Judgement) -> CoverageRow:
    return CoverageRow(
        url=look.item.url, vendor=look.item.vendor, outcome=judgement.outcome, reason=judgement.unread,
        detail=judgement.detail, status=look.capture.status, captured_at=look.capture.captured_at,
        capture_sha256=look.capture.payload_sha256, findings=len(judgement.findings),
    )  # fmt: skip
