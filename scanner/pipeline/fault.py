"""What nobody foresaw while one page was read or judged: that page is not read, and says so; the run goes on.

A page is what a stranger wrote, and our readers have bugs. Without this a single page could end every run over its
folder, for what was kept is judged again whenever a run is taken up.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

from ..errors import NoticescanError
from ..model import Judgement, Outcome, UnreadReason
from ..report.text import one_line

P = ParamSpec("P")
R = TypeVar("R")

OURS = Path(__file__).resolve().parent.parent


def spared(where: str, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R | Judgement:
    """What `work` gives; an unread judgement with the kind of the exception where it raised one. `where`: the page.

    Passed on: what a command has to end with (evidence, archive and database errors), a full disk, a full memory.
    Only for work that writes nothing of the page: half of a record must not be left behind.
    """
    try:
        return work(*args, **kwargs)
    except (NoticescanError, OSError, MemoryError):
        raise
    except Exception as error:
        places = _places(error)
        detail = f"a fault of noticescan: {type(error).__name__} in {places[0]}"
        # What the exception says may be the page's own words: it goes nowhere.
        more = f" (called from {', '.join(places[1:])})" if places[1:] else ""
        logging.getLogger(__name__).error("%s: %s%s; please report it", one_line(where, 200), detail, more)
        return Judgement(Outcome.UNREAD, unread=UnreadReason.FAULT, detail=detail)


def _places(error: Exception) -> list[str]:
    """`file.py:12`, the innermost lines of ours, the last one first."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [Path(frame.filename) for frame in frames]
    found = [f"{path.name}:{frame.lineno}" for path, frame in zip(ours, frames, strict=True) if OURS in path.parents]
    return found[:-6:-1] or ["?"]
