"""Pages that were kept and read, and wait for their pictures before they are judged.

Held in memory only: in the database such a page is "captured", and a run that was interrupted takes it up from there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from ..model import Capture, FrontierItem, Judgement, Outcome, Reading

Key = tuple[str, str]
"""Vendor and canonical URL: pictures of two vendors may lie at one place, and are asked for in both names."""
GUESS = "notice_guess"
"""`FrontierItem.via` of an address that is only tried: a notice often stands there."""


def key_of(item: FrontierItem) -> Key:
    """How a picture or page is known here."""
    return item.vendor, item.canonical


@dataclass(frozen=True, slots=True)
class Page:
    """A page between reading and judgement. `unchanged`: the server said 304, and `capture` is the earlier one."""

    item: FrontierItem
    capture: Capture
    reading: Reading
    unchanged: bool = False
    note: str = ""
    """What a reader of the coverage statement should know of how it was looked at."""

    def finished(self, judgement: Judgement) -> Judgement:
        """The judgement as it is recorded: that of an earlier capture is called so."""
        if self.unchanged and judgement.unread is None:
            return replace(judgement, outcome=Outcome.UNCHANGED, detail="304 Not Modified")
        return replace(judgement, detail="; ".join(filter(None, (judgement.detail, self.note))))


@dataclass(slots=True)
class _Waiting:
    page: Page
    missing: set[Key]


@dataclass(slots=True)
class Held:
    """Which pages wait for which pictures."""

    asked: int = 0
    """Pictures put into the frontier in this run, as far as this process knows."""
    open: set[Key] = field(default_factory=set)
    """Pictures in the frontier that are not here yet."""
    here: set[Key] = field(default_factory=set)
    """What a browser asked for, and got, to show a page: a picture among it is not asked for again."""
    _pages: list[_Waiting] = field(default_factory=list)

    def __init__(self, open_pictures: Iterable[Key] = ()) -> None:
        self.open = set(open_pictures)
        self.asked = len(self.open)
        self.here = set()
        self._pages = []

    def hold(self, page: Page, missing: Iterable[Key]) -> None:
        """The page waits for these pictures."""
        wanted = set(missing)
        self.open |= wanted
        self._pages.append(_Waiting(page, wanted))

    def move(self, old: Key, new: Key) -> None:
        """What waits for `old` now waits for `new`: the picture is somewhere else."""
        self.open = (self.open - {old}) | {new}
        for waiting in self._pages:
            if old in waiting.missing:
                waiting.missing = (waiting.missing - {old}) | {new}

    def release(self, picture: Key) -> Iterator[Page]:
        """The picture is here, or will not come: gives the pages that wait for nothing else."""
        self.open.discard(picture)
        for waiting in list(self._pages):
            waiting.missing.discard(picture)
            if not waiting.missing:
                self._pages.remove(waiting)
                yield waiting.page

    def rest(self) -> Iterator[Page]:
        """Every page that still waits, and none after that."""
        while self._pages:
            yield self._pages.pop(0).page

    def waits(self, item: FrontierItem) -> bool:
        """Is this page held?"""
        return any(key_of(waiting.page.item) == key_of(item) for waiting in self._pages)
