"""Which disclosure items the text read speaks of: found with a quotation, vague, or not found."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from math import inf

from scanner.model import ItemStatus, NoticeItem
from scanner.notice.rules import Combination, Item, NoticeRules, Topic
from scanner.notice.sentence import Pair, Sentence
from scanner.notice.text import NoticeText
from scanner.notice.word import bare

FACE = "face"
FACE_SHARE = 0.12
"""Share of sentences that must be on faces for the whole notice to count as one on faces."""
DENIAL = "not"
"""Word group of denials."""
HEARSAY = "hearsay"
"""What others say of somebody: discloses nothing."""
SHORT = 25
"""Sentences of a notice so short that what it says beside a disclosure on faces is about the same people and data."""
MOST_QUOTE = 240
_IMPRINT = re.compile(r"\W*(?:©|\(c\)|copyright\b|版权所有)")
"""How a line begins that says whose the page is, and nothing else."""
Odds = Mapping[str, Sequence[tuple[float, float]]]
"""Topic -> for each sentence the log-odds that it speaks of it, and that it does so in full."""
Discloses = Callable[[Sequence[Sentence]], Odds]
"""A reader of the sentences of a notice, which knows more than words."""
SPOKEN, SPOKEN_HIT = -1.25, -2.5
"""Log-odds of its best sentence from which an item is spoken of, and the same where words have found it: the best of a
hundred sentences needs less than one sentence by itself (chosen on authors that the model had not learnt from)."""
IN_FULL = 0.5
"""Log-odds from which it is found, not vague."""
AS_GOOD = 1.0
"""How much less than the best one the sentence that words found may have, and still be quoted."""
NEAR_BEST = 1.5
"""Sentences that say whether an item is found or vague: those with at most so much less than the best."""


def read_items(
    text: NoticeText,
    rules: NoticeRules,
    wanted: Iterable[Item],
    on_faces: bool,
    odds: Odds | None = None,
) -> tuple[NoticeItem, ...]:
    """One NoticeItem for each wanted item, in their order. `on_faces`: the notice discloses that faces are
    processed; `odds`: what a reader makes of its sentences."""
    found: dict[tuple[str, bool], NoticeItem] = {}
    whole = on_faces and about_faces(text)
    out = []
    for item in wanted:
        key = (item.topic, item.face)
        if key not in found:
            topic, face_only = rules.topics[item.topic], item.face and not whole
            found[key] = weighed(look(text, topic, face_only), text, topic, face_only, odds or {})
        seen = found[key]
        out.append(NoticeItem(item.id, item.regime, seen.status, seen.quote, seen.start, seen.end))
    return tuple(out)


def about_faces(text: NoticeText) -> bool:
    """Is the notice as a whole about faces: by its title, by how much of it is, or because it is short?"""
    sentences = text.sentences
    named = sum(1 for sentence in sentences if FACE in sentence.groups)
    return FACE in text.title_groups or len(sentences) <= SHORT or named >= FACE_SHARE * len(sentences)


def look(text: NoticeText, topic: Topic, face_only: bool) -> NoticeItem:
    """The sentence that has it best, else the last of those that have it together, else the best that touches upon it.

    A heading is taken only where no other sentence has it, and a denial ("we do not collect your face" names a kind of
    data) where nothing else does; of the rest that with the combination that the patterns name first.
    """
    telling = [s for s in text.sentences if _tells(s, face_only)]
    plain, denials, headings = _by_worth(telling)
    for status, combinations in ((ItemStatus.FOUND, topic.found), (ItemStatus.VAGUE, topic.vague)):
        if status is ItemStatus.VAGUE and (last := _apart(text, topic.apart)) is not None:
            return _item(ItemStatus.FOUND, last, text)
        from_above = any(part.context for combination in combinations for part in combination)
        for sentences in (plain, denials, headings if from_above else []):
            for combination in combinations:
                found = next((sentence for sentence in sentences if holds(combination, sentence, text)), None)
                if found is not None:
                    return _item(status, found, text)
    if (last := _apart(text, topic.vague_apart)) is not None:
        return _item(ItemStatus.VAGUE, last, text)
    return NoticeItem("", "", ItemStatus.NOT_FOUND if topic.checkable else ItemStatus.NOT_CHECKABLE)


def weighed(seen: NoticeItem, text: NoticeText, topic: Topic, face_only: bool, odds: Odds) -> NoticeItem:
    """What words found (`seen`), set right by the reader: its best sentence decides, and is quoted unless that which
    words found is as good."""
    of_topic = odds.get(topic.id, ())
    telling = [pair for pair in zip(of_topic, text.sentences, strict=False) if _tells(pair[1], face_only)]
    if seen.status is ItemStatus.NOT_CHECKABLE or not telling:
        return seen
    (best, _), first = max(telling, key=lambda pair: pair[0][0])
    hit = seen.status is not ItemStatus.NOT_FOUND
    if best < (SPOKEN_HIT if hit else SPOKEN):
        return NoticeItem("", "", ItemStatus.NOT_FOUND)
    full = max(full for (spoken, full), _ in telling if spoken >= best - NEAR_BEST)
    status = ItemStatus.FOUND if full >= IN_FULL else ItemStatus.VAGUE
    worth = (
        spoken for (spoken, _), sentence in telling if hit and seen.start in (sentence.whole()[0], sentence.shown()[0])
    )
    return replace(seen, status=status) if next(worth, -inf) >= best - AS_GOOD else _item(status, first, text)


def _tells(sentence: Sentence, face_only: bool) -> bool:
    """Could it disclose anything (`face_only`: of faces)?"""
    if not sentence.text.strip() or sentence.text.rstrip().endswith("?") or HEARSAY in sentence.groups:
        return False
    if bare(sentence.text) or _IMPRINT.match(sentence.text):  # "No." discloses nothing, whatever it answers
        return False
    return not face_only or FACE in sentence.groups | sentence.context


def _by_worth(sentences: Iterable[Sentence]) -> tuple[list[Sentence], list[Sentence], list[Sentence]]:
    """Sentences without a word of denial, with one, and headings."""
    plain: list[Sentence] = []
    denials: list[Sentence] = []
    headings: list[Sentence] = []
    for sentence in sentences:
        (headings if sentence.is_heading else denials if DENIAL in sentence.groups else plain).append(sentence)
    return plain, denials, headings


def _item(status: ItemStatus, sentence: Sentence, text: NoticeText) -> NoticeItem:
    start, end = sentence.shown() if isinstance(sentence, Pair) else sentence.whole()
    end = min(end, start + MOST_QUOTE)
    return NoticeItem("", "", status, text.document.text[start:end], start, end)


def _apart(text: NoticeText, combinations: Iterable[Combination]) -> Sentence | None:
    """The sentence of the last group, where every group stands somewhere in the notice."""
    for combination in combinations:
        unwanted = {part.group for part in combination if part.absent}
        last = None
        for group in (part.group for part in combination if not part.absent):
            here = (s for s in text.sentences if group in s.groups and not s.groups & unwanted)
            last = next(here, None)
            if last is None:
                break
        if last is not None:
            return last
    return None


def holds(combination: Combination, sentence: Sentence, text: NoticeText) -> bool:
    """Do all groups stand in the sentence (those marked so: in its heading or the title)?"""
    here = sentence.worded
    above = sentence.context | text.title_groups
    return all(
        part.group not in here if part.absent else part.group in here or (part.context and part.group in above)
        for part in combination
    )
