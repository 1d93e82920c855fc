"""What stands round a finding in its block, for showing and for quoting."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scanner.model import Block, BlockKind, Document, Finding

from . import rows
from .tables import captures, documents

ROW = 300
"""Characters of its row that are shown before and after a cell at most."""


def contexts(connection: Connection, found: Iterable[Finding]) -> dict[str, tuple[str, str]]:
    """finding id -> (text before, text after) in its block; of a quote over several blocks, in the first and last.

    A cell of a table stands in its row, and a term of a list with its answer: alone, `Covert installation` hides that
    the next cell says `no`.
    """
    out = {}
    for document, finding, blocks in _placed(connection, found):
        before = document.text[blocks[0].start : finding.start]
        out[finding.id] = (before, document.text[finding.end : blocks[-1].end])
    return out


def passages(connection: Connection, found: Iterable[Finding]) -> dict[str, tuple[str, str, str]]:
    """finding id -> (before, quote, after) of what was read in a picture, with a line feed wherever a line of the
    picture begins: in the text itself, lines that seem to run on are one."""
    out = {}
    for document, finding, blocks in _placed(connection, (f for f in found if f.block_kind is BlockKind.OCR)):
        lines = {spot.start for block in blocks for spot in block.spots[1:]}
        marks = (blocks[0].start, finding.start, finding.end, blocks[-1].end)
        before, quote, after = (_lined(document.text, a, b, lines) for a, b in pairwise(marks))
        out[finding.id] = (before, quote, after)
    return out


def _placed(connection: Connection, found: Iterable[Finding]) -> Iterator[tuple[Document, Finding, Sequence[Block]]]:
    """Findings with their document and the blocks that they stand in; left out is what lies in no block."""
    by_record: dict[tuple[str, str], list[Finding]] = {}
    for finding in found:
        by_record.setdefault((finding.warc_record, finding.derivation), []).append(finding)
    for (record, derivation), members in by_record.items():
        statement = (
            sa.select(documents)
            .join(captures, captures.c.id == documents.c.capture_id)
            .where(captures.c.record_id == record, documents.c.derivation == derivation)
        )
        row = connection.execute(statement).mappings().first()
        if row is None:
            continue
        document = rows.document_of(row)
        for finding in members:
            at = [n for n, b in enumerate(document.blocks) if b.start < finding.end and finding.start < b.end]
            if not at:
                continue
            blocks = _row(document.blocks, at[0], at[-1])
            if blocks[0].start <= finding.start and finding.end <= blocks[-1].end:
                yield document, finding, blocks


def _row(blocks: Sequence[Block], first: int, last: int) -> Sequence[Block]:
    """Blocks `first` to `last` with the rest of their row, as far as a row is short: whole pages stand in tables."""
    start, end = blocks[first].start, blocks[last].end
    while first and _in_one_row(blocks[first - 1], blocks[first]) and start - blocks[first - 1].start < ROW:
        first -= 1
    while last + 1 < len(blocks) and _in_one_row(blocks[last], blocks[last + 1]) and blocks[last + 1].end - end < ROW:
        last += 1
    return blocks[first : last + 1]


def _in_one_row(one: Block, after: Block) -> bool:
    """Cells of a table's row, or a term with what is said of it: the next term begins another."""
    first, second = one.cell, after.cell
    return first is not None and second is not None and first[0] == second[0] and second[1] != "dt"


def _lined(text: str, start: int, end: int, lines: set[int]) -> str:
    """A piece of a text with a line feed before each of `lines` in it."""
    cuts = [start, *sorted(at for at in lines if start < at < end), end]
    pieces = "\n".join(text[a:b] for a, b in pairwise(cuts))
    return "\n" + pieces if start in lines else pieces
