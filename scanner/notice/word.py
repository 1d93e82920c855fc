"""Answers of one word: does a cell, or the first sentence below a question, say yes, no, or on a condition?

A closed list, for `No entry without it` is no answer, and `无感` (unnoticed) is none either.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from scanner.notice.words import Lexicon


class Answer(StrEnum):
    """What an answer comes to."""

    YES = "yes"
    NO = "no"
    ROOM = "room"
    """On a condition, in part, or not settled."""


@dataclass(frozen=True, slots=True)
class Word:
    """An answer."""

    answer: Answer
    verb: str = ""
    """The deed that it names, without its denial: `collected` of `not collected`."""
    rest: str = ""
    """What it adds: `at every door` of `yes, at every door`."""


_ROOM = frozenset({"hedge", "condition", "exception", "can_enable", "agree", "part_only", "upgrade"})
_VERBS = (
    "collected|captured|recorded|used|stored|kept|retained|processed|sold|shared|disclosed|passed on|done|made|built"
)
_HAN_VERBS = (
    "(?:采集|收集|搜集|录制|录音|记录|使用|启用|开启|开通|采用|存储|储存|保存|留存|处理|识别|分析|建立|进行|设置|设|"
    "出售|共享|分享|提供|对外提供|披露|公开)"
)
_NO_SIGN, _YES_SIGN = frozenset("✗✕✖✘×❌"), frozenset("✓✔√✅☑")
_NO = re.compile(
    rf"(?:(?:no|none|never|not at all|not done|we (?:do not|don't|never do)"
    r"|否|不|无|没有|不会|不是|没|未|从不|绝不|并不|并无)"
    rf"|not (?P<verb>{_VERBS}|in use|active|enabled)|(?:不会|从不|一律不|均不|不予|不|未|没有)(?P<han>{_HAN_VERBS}))"
)
_YES = re.compile(
    rf"(?:(?:yes|we do|always|in use|active|enabled|是|是的|会|有|会的|对)|(?P<verb>{_VERBS})"
    r"|(?:会|予以|已|均)?(?P<han>采集|收集|搜集|使用|启用|开启|开通|采用|进行|建立))"
)
_ONLY = re.compile(
    r"(?:only|sometimes|occasionally|part(?:ly|ial|ially)?|in (?:part|some|certain)|var(?:y|ies)"
    r"|depend(?:s|ing)?|some|selected|limited|optional|on request"
    r"|(?:with|after|upon|subject to) (?:[a-z]+ ){0,2}(?:consent|agreement|permission)"
    r"|where|unless|except|but|however|if)\b"
    r"|部分|视|仅[在于经限]|只[在有]|有时|可选|按需|个别|少数|如[果需有]?|除|但"
    r"|(?:须|需|经|征得|取得)[^,]{0,8}(?:同意|授权)|因店"
)
"""How an answer begins that leaves room."""
_VAGUE = re.compile(
    r"(?:sometimes|occasionally|part(?:ly|ially)?|in part|optional|on request|var(?:ies|y)(?: [a-z ]{1,20})?"
    r"|(?:it )?depends(?: [a-z ]{1,20})?|(?:some|selected) [a-z]+|(?:in|at) (?:some|certain|selected) [a-z]+)"
    r"|(?:视|依)[^,]{0,4}(?:情况|而定|情形|需要)|部分[^,]{0,6}|个别[^,]{0,6}|有时|可选|按需"
)
"""A whole answer that leaves it open."""
_ROOMY = re.compile(
    r"\b(?:only|sometimes|(?<!take )(?<!takes )(?<!taking )part(?:ly|ially)?|var(?:y|ies)|depend\w*|some|unless|except"
    r"|but|if)\b|部分|视|仅|只|有时|除|但|同意|例外"
)
"""What leaves room in what is added to a yes or no."""
_UNSETTLED = re.compile(
    r"n/a|not applicable|tbd|to be decided|unknown|not known|-+|\?|待定|未定|不详|不明|不适用|不确定"
)
_NAMED = re.compile(r"^\s*(?:a|answer|答|回答|答复)\s*\d{0,3}\s*[:.]\s*")
_REST = re.compile(r"\s*(?:[,(]|\s-\s)\s*")
_BOX = re.compile(r"([□☐○☑☒■✓√✔●])\s*([^□☐○☑☒■✓√✔●]+)")
_EMPTY = frozenset("□☐○")
_LONGEST, _SHORT = 120, 48
"""Characters of an answer, and of what it adds to a yes or no."""
MARKS: Mapping[str, Answer] = MappingProxyType(
    dict.fromkeys(_NO_SIGN, Answer.NO) | dict.fromkeys(_YES_SIGN, Answer.YES) | {"○": Answer.YES, "〇": Answer.YES}
)
"""Signs that stand for an answer by themselves. Not `☒` nor `□`: a crossed box is a ticked one on most forms."""


def read_word(text: str, lexicon: Lexicon) -> Word | None:
    """What an answer, normalised, says; None: it is none that we know."""
    plain = _NAMED.sub("", text.strip()).rstrip("。.! ;")
    if not plain or len(plain) > _LONGEST:
        return None
    if plain in MARKS:
        return Word(MARKS[plain])
    if _UNSETTLED.fullmatch(plain) or _VAGUE.fullmatch(plain):
        return Word(Answer.ROOM)
    head, rest = _parted(plain)
    answer, found = Answer.NO, _NO.fullmatch(head)
    if found is None:
        answer, found = Answer.YES, _YES.fullmatch(head)
    if found is None:
        short = len(plain) <= _SHORT and not any(sign in plain for sign in ",;:")
        return Word(Answer.ROOM, rest=plain) if short and _ONLY.match(plain) else None
    if len(rest) > _SHORT or ";" in rest:
        # what is told at length is told by its own words, but for an exception
        return Word(Answer.ROOM) if _ONLY.match(rest) and ";" not in rest else None
    if rest and _leaves_room(rest, lexicon):
        return Word(Answer.ROOM)
    return Word(answer, found["verb"] or found["han"] or "", rest)


def ticked(text: str, lexicon: Lexicon) -> Word | None:
    """`□ yes ☑ no`: the answer whose box is the only one that is ticked."""
    boxes = _BOX.findall(text.strip())
    chosen = [word for box, word in boxes if box not in _EMPTY]
    if len(boxes) < 2 or len(chosen) != 1 or text.strip()[:1] not in "□☐○☑☒■✓√✔●":
        return None
    word = read_word(chosen[0], lexicon)
    return word if word and word.answer is not Answer.ROOM else None


def bare(text: str) -> bool:
    """Is it but the word for yes or no, which says nothing by itself?"""
    plain = _NAMED.sub("", text.strip()).rstrip("。.! ;")
    return plain in MARKS or any(
        (m := form.fullmatch(plain)) and not m["han"] and not m["verb"] for form in (_NO, _YES)
    )


def _parted(plain: str) -> tuple[str, str]:
    found = _REST.search(plain)
    return (plain[: found.start()], plain[found.end() :].rstrip(")")) if found else (plain, "")


def _leaves_room(text: str, lexicon: Lexicon) -> bool:
    return _ROOMY.search(text) is not None or any(hit.groups & _ROOM for hit in lexicon.find(text))
