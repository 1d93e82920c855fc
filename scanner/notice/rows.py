"""Rows, pairs and questions that are answered with a word: label and answer are read as one sentence.

Rows of tables, terms with what is said of them, lines `label: no` or `label | no`, and a question with its answer in
the next block. What an answer says stands in `word.py`, what the two make in `statement.py`. An answer that cannot
be tied to its matter with certainty says nothing, and what a `no` beside it may deny is on a condition.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from scanner.model import BlockKind, Document, table_of
from scanner.notice.columns import Columns, columns
from scanner.notice.rules import Normalise
from scanner.notice.sentence import Above, Pair, Sentence
from scanner.notice.statement import OF_RIGHTS, asks, of_label, of_question, tied
from scanner.notice.word import Answer, Word, bare, read_word, ticked

_LINE = re.compile(r"(?P<label>[^:\n|]{2,120}?)\s*(?:[:：]|\s[-–—]\s|——|…{1,4}|\.{3,}|→)\s*(?P<answer>\S[^\n]*)")
_NAMES = re.compile(r"\s*(?:q|a|question|answer|note|问|答|问题|回答|注)\s*\d{0,3}\s*", re.I)
_GOES_ON = re.compile(r"\s*(?:only|except|unless|but|however|if|where|when|仅|只|除|但|不过|如)")
_RULE = re.compile(r"[\s|:+=-]*")
_MOST_QUOTE = 400
_MOST_LABEL = 160
_MOST_CELLS = 12


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a row, or what stands on one side of a colon."""

    sentences: tuple[Sentence, ...]
    text: str
    """Normalised."""
    start: int
    end: int
    """Offsets in `Document.text`."""
    column: int
    head: bool = False
    """It is marked as a head."""
    line: tuple[int, int] | None = None
    """Offsets of the line of plain text that it is part of."""


Row = tuple[Cell, ...]
Changes = dict[int, tuple[Sentence, ...]]
"""Sentence, by identity -> what is read instead of it."""


def with_answers(sentences: Sequence[Sentence], document: Document, normalise: Normalise) -> Iterator[Sentence]:
    """The sentences; what is answered with a word is read with its answer."""
    changes: Changes = {}
    for rows, heading in _tables(sentences):
        changes |= _of_table(rows, heading, document)
    for rows in _lines(sentences, document, normalise):
        changes |= _of_table(rows, rows[0][0].sentences[0].heading, document)
    for question, answer, following in _asked(sentences):
        if id(question) not in changes and id(answer) not in changes:
            changes |= _of_question(question, answer, following, document)
    for sentence in sentences:
        yield from changes.get(id(sentence), (sentence,))


# --- rows


def _tables(sentences: Sequence[Sentence]) -> Iterator[tuple[list[Row], str]]:
    """The rows of each table, and the terms of each list of terms, with what stands above them."""
    caption = ""
    found: dict[str, list[Sentence]] = {}
    above: dict[str, str] = {}
    for one in sentences:
        if one.block.kind is BlockKind.CAPTION:
            caption = one.text[:_MOST_LABEL]
        if (cell := one.block.cell) is None:
            continue
        table = table_of(cell[0])
        above.setdefault(table, f"{one.heading}\n{caption}")
        found.setdefault(table, []).append(one)
    for table, inside in found.items():
        yield list(_rows(inside)), above[table]


def _rows(inside: Iterable[Sentence]) -> Iterator[Row]:
    for _, group in groupby(_with_rows(inside), key=lambda pair: pair[0]):
        cells: list[Cell] = []
        heads = 0
        for cell, of_cell in groupby((one for _, one in group), key=lambda one: one.block.cell):
            assert cell is not None
            told, column = tuple(of_cell), int(cell[2].strip("[]") or 1) - 1
            head = cell[1] == "th"
            place = len(cells) if cell[1] in ("dt", "dd") else column + (0 if head else heads)
            heads += head
            text = " ".join(one.text.strip() for one in told)
            cells.append(Cell(told, text, told[0].whole()[0], told[-1].whole()[1], place, head))
        yield tuple(cells)


def _with_rows(inside: Iterable[Sentence]) -> Iterator[tuple[tuple[str, int], Sentence]]:
    """Each sentence with its row; in a list of terms a row begins at each term that follows on what is said."""
    number, last = 0, ""
    for one in inside:
        cell = one.block.cell
        assert cell is not None
        number += cell[1] == "dt" and last == "dd"
        last = cell[1]
        yield (cell[0], number), one


def _lines(sentences: Sequence[Sentence], document: Document, normalise: Normalise) -> Iterator[list[Row]]:
    """Lines of plain text that are rows: `label: no` each by itself, `label | no` with the lines above them."""
    rows: list[Row] = []
    key: tuple[int, str] | None = None
    for one in sentences:
        kind, row = _line(one, document, normalise)
        if row and kind != ":" and key == (id(one.block), kind):
            rows.append(row)
            continue
        if kind == "rule" and key is not None:
            continue
        if rows:
            yield rows
        rows, key = ([row], (id(one.block), kind)) if row else ([], None)
    if rows:
        yield rows


def _line(one: Sentence, document: Document, normalise: Normalise) -> tuple[str, Row]:
    """How a line is divided, and its cells; empty where it is no row."""
    if one.above is not None or one.is_heading or one.block.cell is not None:
        return "", ()
    start, end = one.whole()
    raw = document.text[start:end]
    for sign in "|\t":
        if sign in raw:
            if sign == "|" and _RULE.fullmatch(raw):
                return "rule", ()
            return sign, tuple(_split(raw, sign, one, start, normalise))
    found = _LINE.fullmatch(raw)
    if found is None or _NAMES.fullmatch(found["label"]) or "?" in found["label"] or "？" in found["label"]:
        return "", ()
    parts = (("label", 0), ("answer", 1))
    row = tuple(_piece(found[name], start + found.start(name), column, one, normalise) for name, column in parts)
    word = _word(row[1])
    if word is None or (word.answer is Answer.YES and word.verb):
        return "", ()
    # `retention: only as long as needed` is a sentence of its own
    states = word.answer is Answer.ROOM and word.rest and not asks(row[0].text)
    return ("", ()) if states else (":", row)


def _split(raw: str, sign: str, one: Sentence, start: int, normalise: Normalise) -> Iterator[Cell]:
    at = 0
    for column, part in enumerate(raw.strip(sign + " ").split(sign)[:_MOST_CELLS]):
        at = raw.index(part, at) if part else at
        if part.strip():
            yield _piece(part.strip(), start + at + len(part) - len(part.lstrip()), column, one, normalise)
        at += len(part)


def _piece(text: str, start: int, column: int, one: Sentence, normalise: Normalise) -> Cell:
    return Cell((one,), normalise(text).text.strip(), start, start + len(text), column, line=one.whole())


def _of_table(rows: Sequence[Row], heading: str, document: Document) -> Changes:
    """What is read instead of the sentences of a table's rows."""
    first = rows[0][0].sentences[0].block.cell
    terms = first is not None and first[1] in ("dt", "dd")
    heads = columns([] if terms else [[(cell.column, cell.text, cell.head) for cell in row] for row in rows])
    sure = not _elsewhere(heading)
    changes: Changes = {}
    for row in rows[1:] if heads.of_row else rows:
        changes |= _of_row(row, heads, sure, document)
    return changes


def _of_row(row: Row, heads: Columns, sure: bool, document: Document) -> Changes:
    """`sure`: nothing that stands above the table makes its answers those to another question."""
    cells = [cell for cell in row if not heads.numbers(cell.column, cell.text)]
    if len(cells) < 2 or any(one.above is not None for cell in cells for one in cell.sentences):
        return {}
    label, *rest = cells
    answers = [(cell, word) for cell in rest if (word := _word(cell)) is not None and heads.may_answer(cell.column)]
    if not answers or bare(label.text) or len(label.text) > _MOST_LABEL:
        return {}
    sure = sure and tied(label.text, label.sentences[0].lexicon)
    told = {
        cell.column: _pair(label, cell, said, word, document)
        for cell, word in answers
        if sure
        and heads.fits(row[-1].column, cell.column)
        and (said := _said(label.text, word, heads.deed(cell.column, len(cells))))
    }
    return _written_in(label, answers, told, len(answers) == len(rest))


def _said(label: str, word: Word, deed: str | None) -> str:
    """The sentence that they make; empty where the column asks something else."""
    if deed is None:
        return ""
    asked = not deed and (label.endswith("?") or asks(label))
    return of_question(label, word) if asked and asks(label) else of_label(label, word, deed)


def _written_in(label: Cell, answers: Sequence[tuple[Cell, Word]], told: Mapping[int, Pair], whole: bool) -> Changes:
    """Instead of label and answers: their pairs. What is not tied says nothing, and nor does the label, whose `no` or
    condition may be one to it or may not. `whole`: there is nothing but label and answers in the row."""
    left = [(cell, word) for cell, word in answers if cell.column not in told]
    if label.line is not None:
        return _in_line(label.sentences[0], label, answers, told, whole)
    changes: Changes = {}
    for cell, word in answers:
        first = cell.sentences[0]
        if cell.column in told:
            changes[id(first)] = _beside(told[cell.column], first, word)
        elif bare(cell.text):
            changes[id(first)] = (_open(first, label),)
    if told:
        changes |= {id(one): (replace(one, is_heading=True),) for one in label.sentences}
    elif any(word.answer is not Answer.YES for _, word in left):
        changes |= {id(one): (_open(one, label),) for one in label.sentences}
    return changes


def _in_line(
    one: Sentence, label: Cell, answers: Sequence[tuple[Cell, Word]], told: Mapping[int, Pair], whole: bool
) -> Changes:
    """The same for a line of plain text. One with more in it than answers is read as well, unless its thing is not
    taken at all."""
    if told:
        taken = all(not pair.answered_no for pair in told.values())
        return {id(one): (*told.values(), one) if taken and not whole else tuple(told.values())}
    left = len(answers) == 1 and whole and answers[0][1].answer is not Answer.YES
    return {id(one): (_open(one, label),)} if left else {}


def _elsewhere(heading: str) -> bool:
    """Does what stands above the table make its answer one to another question?"""
    lines = [line for line in heading.split("\n") if line.strip()]
    return any(line.rstrip().endswith("?") for line in lines[-2:]) or OF_RIGHTS.search(heading) is not None


def _word(cell: Cell) -> Word | None:
    """The answer of a cell; with more sentences that of its first one."""
    lexicon = cell.sentences[0].lexicon
    first = cell.text if len(cell.sentences) == 1 else cell.sentences[0].text
    word = ticked(first, lexicon) or read_word(first, lexicon)
    if word and len(cell.sentences) > 1 and _GOES_ON.match(cell.sentences[1].text):
        return Word(Answer.ROOM)
    return word


# --- questions


def _asked(sentences: Sequence[Sentence]) -> Iterator[tuple[Sentence, Sentence, Sentence | None]]:
    """Each question with the sentence that follows on it, and the one after that."""
    for at, question in enumerate(sentences[:-1]):
        answer = sentences[at + 1]
        if not question.text.rstrip().endswith("?") or answer.text.rstrip().endswith("?") or answer.is_heading:
            continue
        if answer.above is not None or (answer.block.cell or ("",))[0] != (question.block.cell or ("",))[0]:
            continue
        if at and sentences[at - 1].text.rstrip().endswith("?"):
            continue  # of several questions it is not certain which one is answered
        yield question, answer, sentences[at + 2] if at + 2 < len(sentences) else None


def _of_question(question: Sentence, answer: Sentence, following: Sentence | None, document: Document) -> Changes:
    word = read_word(answer.text, answer.lexicon)
    if word is None:
        return {}
    cell = Cell((answer,), answer.text.strip(), *answer.whole(), 1)
    asked = Cell((question,), question.text.strip(), *question.whole(), 0)
    if following is not None and following.block is answer.block and _GOES_ON.match(following.text):
        word = Word(Answer.ROOM)
    if asks(question.text) and tied(question.text, question.lexicon) and (said := of_question(question.text, word)):
        return {id(answer): _beside(_pair(asked, cell, said, word, document), answer, word)}
    return {id(answer): (_open(answer, asked),)} if bare(answer.text) else {}


# --- what is read


def _pair(label: Cell, cell: Cell, said: str, word: Word, document: Document) -> Pair:
    """The sentence that label and answer make, in the place of the answer; of a line with one answer in the line's."""
    own = cell.sentences[0]
    start, end = (cell.start, cell.end) if cell.line else own.whole()
    written = document.text[label.start : start] if 0 < start - label.start <= _MOST_QUOTE - (end - start) else ""
    no, room = word.answer is Answer.NO, word.answer is Answer.ROOM
    above = Above(label.sentences[0], label.text, ": ", 0, no, room, False, written)
    return Pair(
        said, own.start, own.block, own.normal, label.sentences[0].heading, own.lexicon, False, own.audience,
        above, 0, (start, end), own.groups if cell.line else frozenset(),
    )  # fmt: skip


def _beside(pair: Pair, answer: Sentence, word: Word) -> tuple[Sentence, ...]:
    """A condition says something itself, `only with your consent`, and is quoted with what it is a condition of."""
    if word.answer is not Answer.ROOM or pair.above is None:
        return (pair,)
    return pair, replace(pair, text=answer.text.strip(), above=replace(pair.above, doubtful=False), line=frozenset())


def _open(one: Sentence, label: Cell) -> Sentence:
    """A sentence that may be denied and may not: it says nothing."""
    return replace(one, above=Above(label.sentences[0], label.text, ": ", 0, True, True, False, ""))
