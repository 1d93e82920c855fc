"""Rows that answer themselves: a label ("covert installation") whose only answers are a plain no."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set

from scanner.detect.page import Page
from scanner.model import Block, Cue, Stance, table_of

LONGEST_LABEL = 80
"""Characters of a label; what is longer explains, and a "no" beside it may answer anything."""
_END = re.compile(r"[,.;:!?()\[\]\n]|\s-\s|\s{2,}")
"""Ends the first words of an answer."""
_REMARKS = re.compile(r"(?:note|remark|comment|explanation|detail|reason)s?|(?:补充|具体|)说明|备注|注释|解释|理由")
"""Heads of columns that explain the answer beside them and give none."""


def refused(page: Page, words: Set[str]) -> dict[int, Cue]:
    """Block -> the denial that its row is answered with. `words`: what a plain no looks like, normalised.

    A comparison in which one product has the thing and another has not is no denial: all answers must be one.
    """
    out: dict[int, Cue] = {}
    rows = _rows(page.document.blocks)
    remarks = _remarks(page, rows)
    for row in rows:
        label, answers = row[0], [cell for cell in row[1:] if _column(page, cell) not in remarks]
        said = [_refusal(page, cell, words) for cell in answers]
        if not said or not all(said) or sum(len(page.document.blocks[at].text) for at in label) > LONGEST_LABEL:
            continue
        for at in label:
            out[at] = Cue(Stance.NEGATED, said[0], "row")
    return out


def _rows(blocks: Sequence[Block]) -> list[list[list[int]]]:
    """Rows of tables, and terms with what is said of them, as numbers of blocks cell by cell; those with an answer."""
    rows: list[list[list[int]]] = []
    last = None
    for at, block in enumerate(blocks):
        cell = block.cell
        if cell is not None:
            begins = last is None or cell[0] != last[0] or (cell[1] == "dt" and last[1] != "dt")
            if begins:
                rows.append([])
            if begins or cell != last:
                rows[-1].append([])
            rows[-1][-1].append(at)
        last = cell
    return [cells for cells in rows if len(cells) > 1]


def _remarks(page: Page, rows: Sequence[Sequence[Sequence[int]]]) -> set[tuple[str, str]]:
    """The columns, each with its table, whose head says that remarks stand below it."""
    heads: dict[str, Sequence[Sequence[int]]] = {}
    for row in rows:
        heads.setdefault(_column(page, row[0])[0], row)
    return {_column(page, cell) for row in heads.values() for cell in row[1:] if _REMARKS.fullmatch(_text(page, cell))}


def _column(page: Page, cell: Sequence[int]) -> tuple[str, str]:
    """The table of a cell, and which cell of its row it is."""
    place = page.document.blocks[cell[0]].cell
    assert place is not None
    return table_of(place[0]), place[2]


def _text(page: Page, cell: Sequence[int]) -> str:
    """Normalised."""
    return page.normal.text[page.borders[cell[0]][0] : page.borders[cell[-1]][1]].strip()


def _refusal(page: Page, cell: Sequence[int], words: Set[str]) -> str:
    """The cell's text where it begins with a plain no and goes no further, or stops there; else empty."""
    first = _END.split(_text(page, cell), maxsplit=1)[0].strip()
    return page.document.blocks[cell[0]].text.strip() if first in words else ""
