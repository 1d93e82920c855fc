"""What is denied twice over is so: "no entry without face recognition", 不刷脸不得入内.

A notice that keeps out who will not have the thing done speaks of the thing with two denials, and denies it with
neither. So does a denial of a denial (不得不, "cannot do without"). Closed forms, and so no lexicon; what stands in
none of them is read as before.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from scanner.notice.sentence import Sentence
from scanner.notice.words import Hit

_NO = r"\b(?:no|not|never|nobody|none|nothing|cannot|can't|won't|don't|doesn't|isn't|aren't|neither)\b"
_KEPT_OUT = (
    r"\b(?:enter|entry|entrance|admi(?:t|ssion)|let (?:in|through)|pass\b|access|(?:get|come) (?:in|through)|go in|"
    r"board|log in|sign in|clock in|open|unlock|start|pay|move|be served|proceed|join|use the|walk|work|leave|shop\b|"
    r"run|goes? ahead|take place|begin|sit|stay|serve|paid|entitled)"
)
_ON = r"(?:(?!\b(?:and|but|or)\b)[^,;:.])"
"""A sign that goes on in one clause and begins no other."""
_MATTER = r"(?P<matter>[^,;:.]{1,90})"
_ENGLISH = (
    rf"{_NO}{_ON}{{0,40}}?{_KEPT_OUT}{_ON}{{0,50}}?\b(?:without|unless|until|before)\b{_MATTER}",
    rf"\bwithout\b(?P<matter>{_ON}{{1,60}}?(?:, {_ON}{{0,40}}?)?){_NO}{_ON}{{0,20}}?{_KEPT_OUT}",
    rf"{_NO}{_ON}{{0,40}}?{_KEPT_OUT}{_ON}{{0,40}}?\b(?:who|whose|that)\b(?P<matter>{_ON}{{1,60}}?)"
    rf"\b(?:has|have|had|is|are|was|were) not\b",
    rf"^\W*no (?P<matter>[^,;:.]{{1,40}}), no {_KEPT_OUT}",
    rf"\b(?:who|that|which|you) (?:have|has|had|did|do|does) not\b(?P<matter>{_ON}{{1,60}}?(?:, {_ON}{{0,40}}?)?)"
    rf"{_NO}{_ON}{{0,20}}?{_KEPT_OUT}",
    rf"\b(?:cannot|can't|can not|could not) (?:do without|but|avoid|help)\b{_MATTER}",
    rf"\bnot (?:true|the case|correct|so) that\b[^,;:.]{{0,30}}?{_NO}{_MATTER}",
    rf"\b(?:lying|wrong|untrue|a lie|don't think|do not think)\b(?:(?!\bbut\b)[^,;:.]){{0,50}}?{_NO}{_MATTER}",
    r"\b(?:can't|cannot) not\b(?P<matter>[^,;:.]{1,90})",
    r"\bby no means (?:free of|without)\b(?P<matter>[^,;:.]{1,60})",
    rf"\b(?:no|not a single|not one) (?:[\w-]+ ){{1,3}}(?:that|which|who) (?:do|does|is|are|have|has) not\b{_MATTER}",
    rf"\b(?:never|not) (?:fail|fails|neglect|neglects|forget|forgets) to\b{_MATTER}",
)
_KEPT_OUT_HAN = (
    r"(?:(?:不得|不能|无法|不予|禁止|不让|不许|不可|不准|谢绝|未能)[^,。;]{0,4}?"
    r"(?:进|入(?!库|侵)|出(?:入|门|园|场|校|行)|通行|通过|乘|放行|开(?!展|放)|打卡|办理|登录|登陆|上车|上岗|就餐|消费|"
    r"借|付款|支付|签到|参加|报名|受理|考试|领取)"
    r"|不会(?:自动|)(?:开|打开|抬|放行|解锁)|不(?:放行|开门|给|让进|算|计|发)|(?:进|出|开|过|用|上|打)不(?:了|开|去|来|成)|别想)"
)
_NOT_HAN = r"(?:不|未|没有|没|无|非|拒绝|拒)"
_HERE = r"[^,。;:]"
_CHINESE = (
    rf"{_NOT_HAN}(?P<matter>{_HERE}{{1,18}}?){_KEPT_OUT_HAN}",
    rf"{_NOT_HAN}(?P<matter>{_HERE}{{1,14}}?)(?:者|的|的话|的人员?|的人士),{_HERE}{{0,8}}{_KEPT_OUT_HAN}",
    rf"(?:如|若|如果|倘若|凡|只要){_HERE}{{0,4}}{_NOT_HAN}(?P<matter>{_HERE}{{1,16}}),{_HERE}{{0,8}}{_KEPT_OUT_HAN}",
    rf"非经?(?P<matter>{_HERE}{{1,14}},?{_HERE}{{0,6}}?)(?:{_KEPT_OUT_HAN}|不可|莫入|不得)",
    rf"(?:不得不|不能不|不可不|不会不|无不|无一不|并非不|并不是不|不是不|绝非不)(?P<matter>{_HERE}{{1,40}})",
    rf"不(?:会|能|得||予)(?:让|准|许|给|对){_HERE}{{0,4}}?(?:没有|未|没){_HERE}{{0,2}}?(?P<matter>{_HERE}{{1,14}})",
    rf"(?:不能|不可|不敢)说(?:我们|本店|我司|)(?:没有|没|未|不)(?P<matter>{_HERE}{{1,20}})",
    rf"没有(?:一|哪|任何){_HERE}{{1,10}}?(?:不|没有|未)(?P<matter>{_HERE}{{1,10}})(?:就|便|即)(?:能|可)",
    rf"没有(?:一|哪|任何){_HERE}{{1,10}}?(?:不|没有|未)(?P<matter>(?:用|使用|装|带|采|设|有|做|经){_HERE}{{1,30}})",
)
_ON_LEAVE = re.compile(
    r"\b(?:consent|permission|agree|approv|authori|tell|told|ask|inform|warn|notice|sign\b|know|warrant|order|reason|cause|"
    r"delay|need)|同意|授权|许可|允许|告知|批准|通知|知情|法律|法院"
)
"""`Never without your consent` bounds the deed and denies it without: a condition, read elsewhere."""
_FORMS = tuple(re.compile(form) for form in (*_ENGLISH, *_CHINESE))
_DENIES = frozenset({"not", "not_joined", "not_after"})


@dataclass(frozen=True, slots=True)
class Twice:
    """Two denials that undo each other, as offsets in the sentence."""

    start: int
    end: int
    first: int
    last: int
    """[first:last] is what they speak of."""


def twice(sentence: Sentence) -> tuple[Twice, ...]:
    """All of a sentence."""
    return _in(sentence.text) if "not" in sentence.groups else ()


@lru_cache(maxsize=256)
def _in(text: str) -> tuple[Twice, ...]:
    """Kept: every fact of a sentence asks for them."""
    found = (found for form in _FORMS for found in form.finditer(text))
    return tuple(Twice(*one.span(), *one.span("matter")) for one in found if not _ON_LEAVE.search(one["matter"]))


def undone(sentence: Sentence, hit: Hit, *, denies: bool = False) -> bool:
    """Is a word denied twice over? `denies`: it holds the first of the two denials itself."""
    return any((one.start if denies else one.first) <= hit.start and hit.end <= one.last for one in twice(sentence))


def denies_nothing(sentence: Sentence) -> bool:
    """Does each denial in the sentence belong to two that undo each other?"""
    pairs = twice(sentence)
    return bool(pairs) and not any(
        hit.groups & _DENIES and not any(hit.start < one.end and one.start < hit.end for one in pairs)
        for hit in sentence.hits
    )
