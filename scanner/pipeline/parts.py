"""A page's parts: its pictures, for which it waits, and what a browser asks for to show it.

The half of `keeping` that deals with more than one answer to a page. Runs on the evidence thread like all of it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..collect.scope import REDIRECTS, Refused, Scope, Selection
from ..collect.urls import BadUrl, join
from ..model import (
    Capture,
    Exchange,
    FetchFailed,
    FrontierItem,
    Judgement,
    Outcome,
    RobotsDecision,
    Said,
    UnreadReason,
)
from . import views
from .fault import spared
from .holding import GUESS, Held, Page, key_of
from .kept import judge_reading, read_capture
from .pictures import Pictures, picture_item, picture_items

if TYPE_CHECKING:
    from ..collect.archive import Archive
    from ..collect.render import Rendered
    from ..config import Settings
    from ..detect.rules import RuleSet
    from ..store import Store


class Parts(ABC):
    """What `Keeper` is made of besides; it has the state and the records."""

    _store: Store
    _archive: Archive
    _run: str
    _scopes: Mapping[str, Scope]
    _settings: Settings
    _rules: RuleSet
    _known: dict[str, set[str]]
    _pictures: Pictures
    _held: Held

    @abstractmethod
    def _keep(self, exchange: Exchange, robots: RobotsDecision | None) -> Capture:
        """Into the archive."""

    @abstractmethod
    def _noted(self, last: Capture) -> None:
        """Records that were made of a page, up to this one, lie in the archive: told to the custody chain."""

    @abstractmethod
    def _select(self, item: FrontierItem, judgement: Judgement) -> Selection:
        """What to fetch because of a page."""

    @abstractmethod
    def _record(
        self, item: FrontierItem, capture: Capture, judgement: Judgement, found: Selection
    ) -> Sequence[FrontierItem]:
        """The page is done."""

    @abstractmethod
    def _record_unread(
        self,
        item: FrontierItem,
        reason: UnreadReason,
        detail: str,
        capture: Capture | None,
        robots: RobotsDecision | None,
    ) -> None:
        """The URL is done without having been judged."""

    @abstractmethod
    def _tell(
        self,
        item: FrontierItem,
        outcome: Outcome,
        reason: UnreadReason | None,
        detail: str,
        capture: Capture | None,
        findings: int,
    ) -> None:
        """Whoever watches."""

    @abstractmethod
    def _said(self, item: FrontierItem) -> Said | None:
        """Who speaks on a page, as a person says."""

    @abstractmethod
    def _same_page(self, item: FrontierItem, capture: Capture) -> str:
        """URL of another page with the same bytes, or empty."""

    @abstractmethod
    def _learn(self, new: Iterable[FrontierItem], refused: Iterable[Refused]) -> None:
        """What is known from now on."""

    def _conclude_reading(self, page: Page, pictured: Selection | None = None) -> Sequence[FrontierItem]:
        """A page that was read: judged now, or once its pictures are here as well. `pictured`: what `_picture_items`
        gave for it already; it counts them against the limit of a run, so it is asked once a page."""
        wanted = spared(page.item.url, self._wanted, page, pictured)
        if isinstance(wanted, Judgement):
            return self._record(page.item, page.capture, wanted, ((), ()))
        links, (pictures, refused) = wanted
        missing = [key_of(one) for one in pictures if self._is_missing(one)]
        if not missing:
            return self._record(page.item, page.capture, self._judge(page), (links[0], (*links[1], *refused)))
        new = [one for one in pictures if one.canonical not in self._known[page.item.vendor]]
        fresh = self._store.enqueue(self._run, [*links[0], *new])
        self._store.record_refused(self._run, plain((*links[1], *refused)))
        self._learn([*links[0], *new], (*links[1], *refused))
        self._held.hold(page, missing)
        return fresh

    def _wanted(self, page: Page, pictured: Selection | None) -> tuple[Selection, Selection]:
        """(what to fetch because of a page, its pictures)."""
        links = self._select(page.item, Judgement(
            Outcome.UNREAD, links=page.reading.links, unread=page.reading.unread,
            canonical=page.reading.canonical, nofollow=page.reading.nofollow,
        ))  # fmt: skip
        return links, self._picture_items(page) if pictured is None else pictured

    def _judge(self, page: Page) -> Judgement:
        found = self._pictures.lookup(page.item, run=self._run)
        view = views.view_of(self._store, self._settings, page.item, page.capture)
        judgement = spared(
            page.item.url, judge_reading,
            page.reading, page.capture, page.item, self._run, self._settings, self._rules, found, view,
            self._store.vendor_places, self._said(page.item),
        )  # fmt: skip
        return page.finished(judgement)

    def _picture_items(self, page: Page) -> Selection:
        """The pictures of a page to be fetched, and those past a limit. None for an address that was only tried."""
        scope = self._scopes.get(page.item.vendor)
        if not self._pictures.fetched or scope is None or page.item.via == GUESS:
            return (), ()
        wanted, refused = [], []
        limits, known = self._settings.ocr, self._known[page.item.vendor]
        for number, item in enumerate(picture_items(page.reading, page.item), 1):
            if excluded := scope.excludes(item.url):
                why = excluded
            elif number > limits.max_per_page:
                why = f"picture limit {limits.max_per_page} a page"
            elif item.canonical not in known and self._held.asked >= limits.max_per_run:
                why = f"picture limit {limits.max_per_run} a run"
            else:
                self._held.asked += item.canonical not in known
                wanted.append(item)
                continue
            refused.append(Refused(item, UnreadReason.OUT_OF_BUDGET, why))
        return tuple(wanted), tuple(refused)

    def _is_missing(self, item: FrontierItem) -> bool:
        if key_of(item) in self._held.here:
            return False
        return item.canonical not in self._known[item.vendor] or key_of(item) in self._held.open

    def _take_picture(
        self,
        item: FrontierItem,
        capture: Capture,
        robots: RobotsDecision | None,
        again: bool,
        failure: FetchFailed | None,
    ) -> Sequence[FrontierItem]:
        self._store.record_capture(self._run, item, capture, robots, retry=again)
        if again:
            return ()
        if failure is not None:
            self._record_unread(item, failure.reason, failure.detail, capture, robots)
            return self._release(item)
        return self._conclude_picture(item, capture)

    def _conclude_picture(self, item: FrontierItem, capture: Capture) -> Sequence[FrontierItem]:
        """A kept picture is read once; a page that waited for nothing else is judged now."""
        if capture.status in REDIRECTS and capture.location:
            return self._follow_picture(item, capture)
        whole = capture.status == 200 and not capture.truncated
        text = spared(item.url, self._pictures.of_capture, capture) if whole else None
        if isinstance(text, Judgement):
            self._record_unread(item, UnreadReason.FAULT, text.detail, capture, None)
        elif capture.status != 200:
            self._record_unread(item, UnreadReason.HTTP_STATUS, f"status {capture.status}", capture, None)
        elif text is None or text.unread is not None:
            reason = text.unread if text and text.unread else UnreadReason.IMAGE_ONLY
            self._record_unread(item, reason, text.skipped if text else "text in it was not read", capture, None)
        else:
            detail = text.skipped or f"picture, {len(text.lines)} lines of text"
            self._store.record_auxiliary(self._run, item, capture, detail=detail)
            self._tell(item, Outcome.AUXILIARY, None, detail, capture, 0)
        return self._release(item)

    def _follow_picture(self, item: FrontierItem, capture: Capture) -> Sequence[FrontierItem]:
        """A picture may lie anywhere: its page waits for where the redirect leads."""
        try:
            target = picture_item(join(item.url, capture.location), item.vendor, item.url, item.depth)
        except BadUrl:
            target = None
        self._record(item, capture, Judgement(Outcome.REDIRECT, detail=f"to {capture.location}"), ((), ()))
        if target is None or not self._is_missing(target) or self._held.asked >= self._settings.ocr.max_per_run:
            return self._release(item)
        self._held.move(key_of(item), key_of(target))
        self._held.asked += 1
        fresh = self._store.enqueue(self._run, [target])
        self._learn([target], ())
        return fresh

    def _release(self, item: FrontierItem) -> Sequence[FrontierItem]:
        for page in self._held.release(key_of(item)):
            self._finish(page)
        return ()

    def finish_held(self) -> None:
        """Judges the pages that still wait for pictures, with what there is."""
        for page in self._held.rest():
            self._finish(page)

    def _finish(self, page: Page) -> None:
        same = self._same_page(page.item, page.capture)
        judgement = Judgement(Outcome.DUPLICATE, detail=f"the same bytes as {same}") if same else self._judge(page)
        self._record(page.item, page.capture, judgement, ((), ()))

    def holds(self, item: FrontierItem) -> bool:
        """Does this page only wait for its pictures?"""
        return self._held.waits(item)

    def _keep_resource(self, item: FrontierItem, exchange: Exchange, robots: RobotsDecision | None) -> None:
        capture = self._keep(exchange, robots)
        self._store.keep_capture(self._run, item, capture, robots)
        if capture.status == 200 and not capture.truncated:
            self._held.here.add(key_of(item))

    def _take_shown(self, page: Page, shown: Rendered | FetchFailed) -> Sequence[FrontierItem]:
        """A page that the browser has shown is judged by what it showed; where it failed, by what was received."""
        if isinstance(shown, FetchFailed):
            detail = "; ".join(filter(None, (page.reading.detail, f"not shown: {shown.detail}")))
            return self._conclude_reading(replace(page, reading=replace(page.reading, detail=detail)))
        dom, others = views.keep(self._archive, page.capture.record_id, shown)
        for one in (dom, *others):
            self._store.keep_capture(self._run, page.item, one)
        self._noted(others[-1])
        reading = spared(page.item.url, read_capture, dom, page.item, self._settings)
        if isinstance(reading, Judgement):
            return self._record(page.item, dom, reading, ((), ()))
        reading = views.with_links(reading, shown)
        note = "; ".join(("shown by a browser", *shown.notes))
        return self._conclude_reading(Page(page.item, dom, reading, note=note))


def plain(refused: Iterable[Refused]) -> list[tuple[FrontierItem, UnreadReason, str]]:
    """Refusals as the store wants them."""
    return [(one.item, one.reason, one.detail) for one in refused]
