"""Lists below a lead-in that denies or bounds them ("We do not:"): lead-in and item are read as one sentence.

By how they stand together, not by what they say: a line that ends in a colon, or a heading, and the marked lines right
below it. Where it is not certain that the denial governs the item, the item says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from scanner.model import BlockKind, Document
from scanner.notice.sentence import Above, Sentence
from scanner.notice.words import Hit

_NOT, _STOP = "not", "stop"
_ROOM = frozenset({"hedge", "condition", "exception", "can_enable"})
"""Word groups of a lead-in that leaves room in what it lists, as `may` does."""
_AGREED = frozenset({"agree", "consent", "consent_asked", "no_agree", "limit", "not_ours"})
"""What is denied is that one need ask, not what is listed."""
_DEEDS = frozenset(
    {"collect", "store", "run", "give", "share", "sell", "hands", "money", "process", "guess", "again", "capture",
     "mark_deed", "for_use"}
)  # fmt: skip
_HAN = re.compile(r"[\u3400-\u9fff]")
_COLON = re.compile(r":\s*$")
_MARK = re.compile(
    r"\s*(?:(?P<dash>[-–—*])\s|(?P<dot>[•·●○■□◆◇▪►➢✓✗])\s*|(?P<round>[(](?:\d{1,2}|[一二三四五六七八九十]{1,3}|[a-z])[)])"
    r"|(?P<number>\d{1,2}(?:[)、]|[.](?!\d)))|(?P<han>[一二三四五六七八九十]{1,3}、)|(?P<ring>[①-⑳])|(?P<letter>[a-z][.)])\s)\s*"
)
_OPEN = re.compile(
    r"\s*(?:(?:do|does|ever|any|anything|of|the|following|these|things|will|have|been|be|is|are|that|we|at all)\b\s*"
    r"|[做的事情项])*"
)
"""Words between a denial and what it denies that have no sense of their own."""
_PREPOSITION = re.compile(r"[将把向对以在为用因利]")
_JOINED = re.compile(r"[\s,、]*(?:and|or|nor|也|更|且|并|we|will|do|have|has)?[\s,]*(?:we|will|do|have|has)?\s*$")
_SEVERAL = re.compile(r"[与和及或]|\b(?:and|or)\b")
_SUBJECT = re.compile(
    r"(?:we|our|you|they|it|there|if|when|please|see|this|all|each|every)\b|我(?!们?的)|[您你](?![^,。]{0,8}的)|[如若但请本]"
)
"""How a sentence of its own begins, and an item seldom."""
_FINITE = re.compile(r"\b(?:is|are|was|were|will|does|do|has|have|can|may|must)\b")
_TAKES_SUBJECT = re.compile(r"(?:the|a|an|no|some)\b")
_OF_THINGS = frozenset({"no", "without"})
"""What denies a thing and no deed: `a card without a face` is about the card."""
_MOST_LEAD = 120
_MOST_QUOTE = 400
"""Characters from a lead-in to the end of an item that are still quoted together."""
_MOST_ITEMS = 40
_NEAR = 40
"""Characters before a sentence that are looked at: not all of a long block, for each of its sentences."""


@dataclass(frozen=True, slots=True)
class _Lead:
    sentence: Sentence
    text: str
    """Without its colon."""
    denies: bool
    sure: bool = True
    """False: it holds a denial, and whether it governs the items is not certain."""
    open: bool = False
    """Nothing stands behind its denial: the item ends the sentence."""
    deed: bool = False
    """It denies a deed, and the items say of what."""


def with_leads(sentences: Sequence[Sentence], document: Document) -> Iterator[Sentence]:
    """The sentences, each item of such a list with what stands above it."""
    lead: _Lead | None = None
    style, count, before = "", 0, None
    for sentence in sentences:
        body, mark = _body(sentence, before)
        if mark == "only":
            yield sentence
        elif lead and mark and (not style or mark == style) and count < _MOST_ITEMS and not sentence.is_heading:
            style, count = mark, count + 1
            above = _above(lead, sentence, body, document)
            yield replace(sentence, above=above) if above else sentence
            if _COLON.search(sentence.text):
                lead, style = _inner(lead), ""
        elif lead and style and not sentence.is_heading and _goes_on(sentence, before):
            yield sentence
        else:
            yield sentence
            lead, style, count = _lead_of(sentence) if before is not None else None, "", 0
            if (inline := _inline(sentence)) is not None:
                lead, style = inline
        before = sentence


def _inner(lead: _Lead) -> _Lead | None:
    """Below an item that lists things itself it is not certain what is denied."""
    return replace(lead, sure=False) if lead.denies else None


def _body(sentence: Sentence, before: Sentence | None) -> tuple[int, str]:
    """Where what an item says begins, and how it is marked: a list of a page, or the sign before it; empty where it is
    no item, `only` where a sign stands alone (`1.`, cut off at its stop)."""
    text = sentence.text
    found = _MARK.match(text) or _MARK.match(text + " ")
    at = found.end() if found else len(text) - len(text.lstrip())
    kind = str(found.lastgroup) if found else ""
    alone = found is not None and not text[found.end() :].strip()
    if sentence.block.kind is BlockKind.LIST_ITEM:
        return at, ("only" if alone else f"li {_list_of(sentence)}" if _first_of_block(sentence) else "")
    if alone:
        return at, "only" if _begins_line(sentence) or _after_semicolon(sentence) else ""
    if before is not None and before.block is sentence.block:
        cut = _MARK.match(before.text + " ")
        if cut and not before.text[cut.end() :].strip() and "\n" not in before.text.strip(" "):
            return at, str(cut.lastgroup)
    return at, kind if _begins_line(sentence) or _after_semicolon(sentence) else ""


def _list_of(sentence: Sentence) -> str:
    return sentence.block.path.rpartition(">li")[0]


def _first_of_block(sentence: Sentence) -> bool:
    if sentence.start > _NEAR:
        return False
    before = sentence.normal.text[: sentence.start]
    return not before.strip() or _MARK.fullmatch(before + " ") is not None


def _begins_line(sentence: Sentence) -> bool:
    before = _before(sentence)
    return not before.rpartition("\n")[2].strip() and ("\n" in before or sentence.start <= _NEAR)


def _after_semicolon(sentence: Sentence) -> bool:
    return _before(sentence).rstrip().endswith(";")


def _before(sentence: Sentence) -> str:
    return sentence.normal.text[max(0, sentence.start - _NEAR) : sentence.start]


def _goes_on(sentence: Sentence, before: Sentence | None) -> bool:
    """Does it stand in the same item as the sentence before it?"""
    return before is not None and before.block is sentence.block and not _begins_line(sentence)


def _inline(sentence: Sentence) -> tuple[_Lead, str] | None:
    """`We do not: 1. sell data; 2. ...`: the lead-in and how its items are marked."""
    head, colon, rest = sentence.text.partition(":")
    found = _MARK.match(rest) if colon and sentence.text.rstrip().endswith(";") else None
    lead = _reading(sentence, head.strip()) if found else None
    return (lead, str(found.lastgroup)) if lead and found else None


def _lead_of(sentence: Sentence) -> _Lead | None:
    text = sentence.text.strip()
    colon = _COLON.search(text) is not None
    if len(text) > _MOST_LEAD or not (colon or sentence.is_heading or text.endswith("?")):
        return None
    return _reading(sentence, _COLON.sub("", text))


def _reading(sentence: Sentence, text: str) -> _Lead | None:
    """What a lead-in makes of its list; None where it denies and bounds nothing."""
    hits = sentence.lexicon.find(text)
    denials = sorted((h for h in hits if _NOT in h.groups), key=lambda h: (h.end, -h.start))
    question = text.endswith("?")
    if not denials:
        room = not question and not sentence.is_heading and any(_ends_in(text, h) for h in hits if h.groups & _ROOM)
        return _Lead(sentence, text, denies=False) if room else None
    last = denials[-1]
    if text[last.start : last.end] in _OF_THINGS:
        return None
    after = text[last.end :]
    behind = [h for h in hits if h.start >= last.end]
    if any(h.groups & _ROOM for h in behind):
        return _Lead(sentence, text, denies=True, sure=False)  # `we do not, unless you agree:`
    if "," in after or any(_STOP in h.groups for h in behind):
        return None
    if any(h.groups & _AGREED and h.end > last.end for h in hits):
        return None
    sure = not question and _governs(last, text, hits) and _at_one(denials, text) and not _TOLD_TO_OTHERS.search(text)
    if sentence.is_heading and _SEVERAL.search(text):
        sure = False
    deed = any(h.groups & _DEEDS and h.end > last.start for h in hits) and not _for_what(last, text)
    return _Lead(sentence, text, True, sure, not sentence.is_heading and not after.strip() and not deed, deed)


def _ends_in(text: str, hit: Hit) -> bool:
    """Is it the last word that says anything: `we may:`?"""
    return _OPEN.fullmatch(text[hit.end :]) is not None


def _for_what(denial: Hit, text: str) -> re.Match[str] | None:
    """`我们不会将影像用于`: the items say for what."""
    return _PREPOSITION.match(text, denial.end - 1) or _PREPOSITION.match(text, denial.end)


def _governs(denial: Hit, text: str, hits: Sequence[Hit]) -> bool:
    """Is what is denied left open, or a deed without its thing, so that the list says what, or of what?"""
    deeds = [h for h in hits if h.groups & _DEEDS and h.start >= denial.start]
    closes = any(h.end >= len(text.rstrip()) for h in deeds)
    if for_what := _for_what(denial, text):
        return closes or for_what.group() != "对"
    inside = [h for h in deeds if h.start < denial.end]
    opened = _OPEN.match(text, denial.end)
    at = opened.end() if opened and not inside else denial.end
    rest = text[at:]
    if not rest.strip() or (not inside and _LATER.match(rest)):
        return True
    ends = [h.end for h in inside] or [h.end for h in deeds if h.start == at]
    behind = text[max(ends) :] if ends else ""
    if not ends or _CLAUSE.search(behind):
        return False
    return not _HAN.search(behind) or _DATA.fullmatch(behind) is not None


_LATER = re.compile(r"被|(?:in|on|at|with|to|by) (?:any|no)\b")
_CLAUSE = re.compile(r"\b(?:that|who|which|where|when|because|until|before|after|so|whose)\b")
_DATA = re.compile(r"(?:以下|下列|上述|如下|这些|您的|个人|的)*(?:信息|数据|内容|资料|事项|情形|活动|行为|用途|项目)?")
_TOLD_TO_OTHERS = re.compile(
    r"\b(?:you|guests|users|customers|visitors) (?:must|may|can|should|shall)\b"
    r"|[您你户客](?:均|也|绝)?不(?:得|能|可|应)"
)
"""Rules for the reader of a notice deny nothing of its writer."""


def _at_one(denials: Sequence[Hit], text: str) -> bool:
    """Do several words of denial make one denial: `do not and will not`, but not `will not stop`?"""
    between = [text[a.end : b.start] for a, b in pairwise(denials) if b.start >= a.end]
    return all(part.strip() and _JOINED.match(part) for part in between)


def _above(lead: _Lead, sentence: Sentence, body: int, document: Document) -> Above | None:
    """How an item is read below its lead-in; None: by its own words."""
    text = sentence.text[body:].strip()
    own = _own_sentence(text, lead)
    if lead.sentence.is_heading and own:
        return None
    denied_itself = lead.denies and any(_NOT in h.groups for h in sentence.lexicon.find(text))
    doubtful = lead.denies and (own or denied_itself or not lead.sure or len(text) < 2)
    if not lead.denies and own:
        return None
    start, end = sentence.whole()
    begin = lead.sentence.whole()[0]
    written = document.text[begin:start] if 0 < start - begin <= _MOST_QUOTE - (end - start) else ""
    gap = "" if _HAN.search(lead.text) and lead.open else " " if lead.open else ": "
    return Above(lead.sentence, lead.text, gap, body, lead.denies, doubtful, lead.deed, written)


def _own_sentence(text: str, lead: _Lead) -> bool:
    if _SUBJECT.match(text):
        return True
    if lead.open:
        return _TAKES_SUBJECT.match(text) is not None
    return _FINITE.search(text) is not None
