"""A question, or the label of a row, and its answer as one sentence: `do you sell data?`, no -> `we do not sell data`.

Only where it is certain what the answer answers. A question on a right, on consent, on a part of the people, on two
things at once, or one that denies itself, is left open.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from scanner.notice.word import Answer, Word
from scanner.notice.words import Lexicon

_HAN = re.compile(r"[\u3400-\u9fff]")
_ANOTHER = re.compile(
    r"\b(?:i|need(?:ed|s)?|have to|must|may|should|requir(?:e|es|ed)|mandatory|opt(?:ing|ional)?|opt-\w+"
    r"|object(?:ion|ing)?|refus\w*|declin\w*|consent\w*|agree\w*|permission|delet\w*|eras\w*|access|copy|correct|withdraw\w*|complain\w*|stop\w*"
    r"|disabl\w*|off|tell|told|inform(?:ed|s)?|notif\w*|announc\w*|ask(?:ed|s)?|abroad|overseas|outside|automat\w*|solely"
    r"|child(?:ren)?|minors?|under|aged|years?|instead|which|who|whose|what|when|where|why|how"
    r"|without|unless|except|only|no|not|never|non|exclu\w*|free)\b"
    r"|同意|授权|拒绝|可以|可否|能否|能不能|可不可|必须|需要|须|必填|强制|删除|撤回|撤销|查看|查询|查阅|调阅|更正|投诉|退出"
    r"|关闭|停用|停止|禁用|告知|通知|单独|由|境外|跨境|海外|出境|儿童|未成年|岁|以外|仅|只|谁|(?<!任)何|哪|怎|如何|多久"
    r"|多少|为什么|除|不|未|没有(?!没)|无"
)
"""Words of matters that a `no` would turn into something else, of part of the people, or that deny by themselves."""
OF_RIGHTS = re.compile(
    r"\b(?:must|mandatory|required|opt(?:ing|ional)?|opt-\w+|object\w*|refus\w*|consent\w*|agree\w*|permission|delet\w*|eras\w*"
    r"|withdraw\w*|choices?|rights?|child(?:ren)?|minors?|abroad|overseas|off|(?:can|may|must) (?:you|i))\b"
    r"|同意|授权|拒绝|可以|可否|能否|必须|需要|必填|删除|撤回|权利|选择|关闭|停用|单独|境外|跨境|儿童|未成年|不|未|除"
)
"""Words of a heading below which a row may answer something else than whether its thing is done."""
_TURNED = frozenset({"not", "not_after", "not_joined", "stop", "condition", "exception", "can_enable", "hedge"})
_DEEDS = frozenset({"collect", "store", "give", "share", "sell", "money", "listen", "guess", "process", "for_use"})
_JOINED = re.compile(r"\band\b|并|且|和|与|及")
_ASKS = re.compile(r"(?:do|does|did|will|would|can|could|is|are|was|were|has|have)\b")
_NUMBER = re.compile(
    r"^\s*(?:[(]?(?:\d{1,2}|[a-z]|[一二三四五六七八九十]{1,3})[.)、]\s*|(?:q|question|问|问题)\s*\d{0,3}\s*[:.、]\s*|[-•·*]\s*)+"
)
_SUBJECT = (
    r"(?:you|we|they|(?:your|our|the|these|those) (?:[a-z]+ )?(?:cameras?|systems?|devices?|sensors?|shops?|stores?"
    r"|apps?|software|company|staff|guards|recorders?|microphones?|terminals?|equipment|readers?|screens?|doorbells?))"
)
_DO = re.compile(rf"(?P<aux>do|does|did|will|can|could) (?P<who>{_SUBJECT}) (?:ever |also |)(?P<rest>.+)")
_THERE = re.compile(r"(?P<aux>is|are) there (?:any |a |an |)(?P<rest>.+)")
_BE = re.compile(r"(?P<aux>is|are|was|were) (?P<rest>.+)")
_PARTICIPLE = re.compile(
    r"(?<!^)(?<!\bthe )(?<!\bmy )(?<!\byour )(?<!\bour )(?<!\bany )(?<!\ba )(?!feeds?\b|seeds?\b|speeds?\b|need)"
    r"(?:[a-z]{2,}ed|sold|kept|held|taken|made|given|sent|shown|seen|put|built"
    r"|bought|in use|in operation|active)\b"
)
_BASE = re.compile(
    r"(?:sell|share|use|collect|record|store|keep|film|identify|recogni[sz]e|track|read|guess|estimate|analy[sz]e|scan|build|enrol"
    r"|match|send|give|pass|disclose|listen|compare|create|make|take)\b(?! of\b)"
)
_DONE = re.compile(
    r"(?!feed|speed|seed)(?:[a-z]{2,}ed|sold|kept|shown|given|sent|taken|made|held|put)\b"
    r"(?= (?:to|with|for|by|in|on|at|as|from)\b|$)"
)
_NO_NOUN = re.compile(r"(?:the|your|our|my|all|each|every|this|these|it|there|they|you)\b")
_MINE: Mapping[str, str] = MappingProxyType(
    {"my": "your", "me": "you", "your": "our", "you": "we", "mine": "yours", "we": "we", "our": "our"}
)
_PRONOUN = re.compile(rf"\b(?:{'|'.join(_MINE)})\b")
_HAN_ASKS = re.compile(r"是否|会不会|有没有|是不是|吗$|么$")
_HAN_PAIRS = (
    (re.compile(r"是否会|会不会"), "不会", "会"),
    (re.compile(r"是否有|有没有"), "没有", "有"),
    (re.compile(r"是否已经?"), "未", "已"),
    (re.compile(r"是否为|是不是"), "不是", "是"),
    (re.compile(r"是否"), "不", ""),
)
_WILL = re.compile(r"(?<![社开协])(?<![^影像相手]机)会(?![员议场计话])")
_HAN_WHO = re.compile(r"(?:我们|本店|门店|商场|本公司|公司|系统|设备|摄像头|摄像机|摄影机|相机)?(?:也|还)?")
_FROM_ME = ((re.compile(r"[你您]们|贵[店司]"), "我们"), (re.compile(r"我(?!们)"), "您"))
_HEAD = re.compile(r" (?:of|at|in|on|from|by|with|for)\b|[,(]")
_GIVEN = re.compile(
    r"sold|shared|disclosed|passed|shown|given|sent|(?:对外|向第三方)?(?:出售|共享|分享|提供|披露|公开)"
)
_MOST = 160


def asks(text: str) -> bool:
    """Can what it asks be answered with yes or no?"""
    plain = _NUMBER.sub("", text.strip()).rstrip("? ")
    return _ASKS.match(plain) is not None or _HAN_ASKS.search(plain) is not None


def tied(text: str, lexicon: Lexicon) -> bool:
    """Is it certain what a yes or no to this question, or beside this label, answers?"""
    plain = _without_asking(_NUMBER.sub("", text.strip()))
    if not plain or len(plain) > _MOST or _ANOTHER.search(plain):
        return False
    hits = lexicon.find(plain)
    if any(hit.groups & _TURNED for hit in hits):
        return False
    deeds = [hit for hit in hits if hit.groups & _DEEDS]
    return not any(
        any(hit.end <= joint.start() for hit in deeds) and any(hit.start >= joint.end() for hit in deeds)
        for joint in _JOINED.finditer(plain)
    )


def of_question(text: str, word: Word) -> str:
    """The sentence that a question and its answer make. The question is `tied`."""
    plain = _NUMBER.sub("", text.strip()).rstrip("? ")
    no = word.answer is Answer.NO
    said = _han_question(plain, no) if _HAN.search(plain) else _english_question(plain, no)
    if not said:
        said = f"{plain}: {'否' if _HAN.search(plain) else 'no'}" if no else plain
    return _with_rest(said, word)


def of_label(text: str, word: Word, deed: str = "") -> str:
    """The sentence that the label of a row and its answer make; `deed`: what the head of the column, or the answer
    itself, says is done with it (`sold`)."""
    plain = _NUMBER.sub("", text.strip()).rstrip("?.:。 ")
    no, deed = word.answer is Answer.NO, deed or word.verb
    said = _han_label(plain, no, deed) if _HAN.search(plain) else _english_label(plain, no, deed)
    return _with_rest(said, word) if said else ""


def _with_rest(said: str, word: Word) -> str:
    comma = "," if _HAN.search(said) else ", "
    return f"{said}{comma}{word.rest}" if word.rest else said


def _without_asking(plain: str) -> str:
    for form, *_ in _HAN_PAIRS:
        plain = form.sub("", plain, count=1)
    return plain.rstrip("?吗么 ")


def _english_question(plain: str, no: bool) -> str:
    negation = " not" if no else ""
    if found := _DO.fullmatch(plain):
        aux = found["aux"] if no or found["aux"] not in ("do", "does", "did") else ""
        said = " ".join(part for part in (found["who"], f"{aux}{negation}".strip(), found["rest"]) if part)
        return _answered(said)
    if found := _THERE.fullmatch(plain):
        return f"there {found['aux']} {'no ' if no else ''}{found['rest']}"
    if (found := _BE.fullmatch(plain)) and (done := _PARTICIPLE.search(found["rest"])):
        rest = found["rest"]
        return _answered(f"{rest[: done.start()]}{found['aux']}{negation} {rest[done.start() :]}")
    return ""


def _answered(text: str) -> str:
    """`your` of who asks is `our` of who answers."""
    return _PRONOUN.sub(lambda m: _MINE[m.group()], text)


def _han_question(plain: str, no: bool) -> str:
    for form, other in _FROM_ME:
        plain = form.sub(other, plain)
    bare = plain.rstrip("吗么")
    for form, denied, said in _HAN_PAIRS:
        if form.search(bare):
            return form.sub(denied if no else said, bare, count=1)
    if will := _WILL.search(bare):
        return bare[: will.start()] + ("不会" if no else "会") + bare[will.end() :]
    who = _HAN_WHO.match(bare)
    at = who.end() if who else 0
    if bare.startswith("有", at):
        return bare[:at] + ("没有" if no else "有") + bare[at + 1 :]
    return bare[:at] + ("不会" if no else "会") + bare[at:] if bare != plain else ""


def _english_label(plain: str, no: bool, deed: str) -> str:
    if plain.startswith("we "):
        return f"we {'do not ' if no else ''}{plain[3:]}"
    if _DONE.match(plain):
        return f"{'your data' if _GIVEN.match(plain) else 'it'} is {'not ' if no else ''}{plain}"
    if _NO_NOUN.match(plain):
        return ""
    if deed and _GIVEN.match(deed):
        return f"{plain} {_be(plain)} not {deed}" if no else f"{plain}: this data is {deed}"
    if deed and deed not in ("done", "made"):
        return f"{'no ' if no else ''}{plain} {_be(plain)} {deed}"
    if _BASE.match(plain):
        return f"we {'do not ' if no else ''}{plain}"
    return f"no {plain}" if no else f"we use {plain}"


def _be(label: str) -> str:
    head = _HEAD.split(label, maxsplit=1)[0]
    return "are" if head.endswith("s") and not head.endswith("ss") else "is"


def _han_label(plain: str, no: bool, deed: str) -> str:
    if plain.startswith("我们"):
        return f"我们{'不会' if no else '会'}{plain[2:]}"
    if deed and _GIVEN.match(deed):
        return f"{plain}不{deed}" if no else f"{plain}:该信息会{deed}"
    if deed and deed not in ("进行", "设", "设置"):
        return f"我们{'不' if no else ''}{deed}{plain}"
    verb = _HAN_BASE.match(plain)
    return f"我们{'不会' if no else '会'}{plain}" if verb else f"我们{'不使用' if no else '使用'}{plain}"


_HAN_BASE = re.compile(
    r"(?:采集|收集|搜集|录|记录|存储|保存|识别|辨识|分析|推断|判断|估算|出售|共享|分享|提供|披露|建立|跟踪|追踪|统计|向|将|把|给|为|对(?!话))"
)
