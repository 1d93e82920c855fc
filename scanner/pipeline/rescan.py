"""`rescan`: everything kept, judged once more with the rules of today. Never meets the network."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import StoreError
from ..model import CoverageRow, Report, Said, UnreadReason
from .closing import close_interrupted
from .crawl import begin_run, close_run, locked
from .fault import spared
from .keeping import Watcher
from .kept import judge_capture
from .pictures import VIA, Pictures
from .reporting import build_report
from .sealing import seal_finished
from .speaking import by_option, by_settings
from .stamping import can_stamp
from .views import view_of

if TYPE_CHECKING:
    from ..config import Settings
    from ..detect.rules import RuleSet
    from ..model import Judgement
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


def rescan(settings: Settings, rules: RuleSet, watcher: Watcher, *, speaker: str | None = None) -> Report:
    """Judges the last capture of every URL that was ever read, from its WARC, and reports it as a run of its own.

    What was wanted and never read is accounted for too, judged again where the reason lay in how we read.

    Who speaks on a page is taken as a person said it when the page was last read, else from the settings; `speaker`, a
    word of `SPEAKERS`, comes before both.

    What is new only because the rules learned to see it comes out as `learned`, dated by the capture.
    Raises EvidenceError where kept bytes do not match, StoreError where nothing was kept yet,
    MissingExtraError.
    """
    from ..store import open_store

    can_stamp(settings.evidence)
    with locked(Path(settings.out_dir)), open_store(settings.database_url()) as store:
        close_interrupted(store, settings, watcher)
        looks = store.rescannable()
        first = next(looks, None)
        if first is None:
            raise StoreError("nothing is kept here yet", "crawl first, or name the folder with --out")
        run = begin_run(store, "rescan", settings, rules, datetime.now(UTC))
        pictures = Pictures(store, settings)
        for count, look in enumerate(chain((first,), looks), 1):
            found = pictures.lookup(look.item, of=look.capture.record_id)
            view = view_of(store, settings, look.item, look.capture)
            judgement = spared(
                look.item.url,
                judge_capture,
                look.capture,
                look.item,
                run.id,
                settings,
                rules,
                found,
                view,
                store.vendor_places,
                _said(look.said, speaker, settings),
            )
            store.record_judgement(run.id, look.item, look.capture, judgement)
            watcher.done(_row(look, judgement), count, count)
        for unread in store.never_read():
            _account_for(unread, store, run.id, settings, rules, pictures, speaker)
        close_run(store, run.id, rules)
        seal_finished(store, settings, watcher)
        return build_report(store, rules, run.id, settings)


def _account_for(
    unread: NeverRead, store: Store, run: str, settings: Settings, rules: RuleSet, pictures: Pictures,
    speaker: str | None,
) -> None:  # fmt: skip
    """A URL that was never read: judged again where today's code may read what was kept, else unread as before."""
    picture = unread.item.via == VIA  # read with its page, or not at all
    if unread.capture is not None and unread.reason in MAY_BE_READ_NOW and not picture:
        found = pictures.lookup(unread.item, of=unread.capture.record_id)
        view = view_of(store, settings, unread.item, unread.capture)
        judgement = spared(
            unread.item.url,
            judge_capture,
            unread.capture,
            unread.item,
            run,
            settings,
            rules,
            found,
            view,
            store.vendor_places,
            _said(unread.said, speaker, settings),
        )
        store.record_judgement(run, unread.item, unread.capture, judgement)
        return
    store.record_unread(
        run, unread.item, unread.reason, unread.detail,
        status=unread.status, robots_rule=unread.robots_rule, at=unread.at,
    )  # fmt: skip


def _said(kept: Said | None, word: str | None, settings: Settings) -> Said | None:
    return by_option(word, settings) if word is not None else kept or by_settings(settings)


def _row(look: Look, judgement: Judgement) -> CoverageRow:
    return CoverageRow(
        url=look.item.url, vendor=look.item.vendor, outcome=judgement.outcome, reason=judgement.unread,
        detail=judgement.detail, status=look.capture.status, captured_at=look.capture.captured_at,
        capture_sha256=look.capture.payload_sha256, findings=len(judgement.findings),
    )  # fmt: skip
