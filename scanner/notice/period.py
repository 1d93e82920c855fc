"""How long something is kept, in days, as a notice words it."""

from __future__ import annotations

import re

from scanner.notice.text import Sentence

FOREVER, VAGUE, EVENT = "forever", "vague", "event"
_UNITS = {
    "秒": 1 / 86400, "分钟": 1 / 1440, "小时": 1 / 24, "日": 1, "天": 1, "工作日": 1, "自然日": 1, "周": 7, "星期": 7,
    "月": 365 / 12, "季度": 365 / 4, "年": 365,
    "second": 1 / 86400, "minute": 1 / 1440, "hour": 1 / 24, "day": 1, "week": 7, "month": 365 / 12, "year": 365,
}  # fmt: skip
_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2, "半": 0.5}
_NAMES = {
    name: n
    for n, name in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
        ]
    )
} | {"twenty four": 24, "thirty": 30, "forty eight": 48, "sixty": 60, "seventy two": 72, "ninety": 90, "a": 1, "an": 1}
_SPAN = re.compile(
    r"(?P<n>\d{1,4}|[零一二两三四五六七八九十百半]{1,5}|\b(?:"
    + "|".join(sorted(_NAMES, key=len, reverse=True))
    + r")\b)"
    r"(?: ?\(\d{1,4}\))?[ ]?(?:个)?(?:calendar |business |working )?"
    r"(?P<u>工作日|自然日|秒|分钟|小时|日|天|周|星期|月|季度|年|second|minute|hour|day|week|month|year)s?(?![a-z])"
)  # fmt: skip
_DATE = re.compile(r"\d{4}\s?年|\d{1,2}\s?月\s?\d{1,2}\s?日")
_AT_LEAST = re.compile(
    r"(?:不少于|不低于|不短于|不得少于|至少|最少|(?:at|for) least|(?:no|not) less than|minimum of)(?:为|保存|保留)?\s?$"
)
_AT_ONCE = frozenset({"immediately", "at once", "instantly", "立即", "随即", "即时", "当天", "当日", "次日"})


def days_of(sentence: Sentence) -> tuple[str, float | None]:
    """(words, days) of the longest period in a sentence, the days None of one that is only the least; without a
    period: `forever`, `event`, `vague` or ``."""
    best: tuple[float, str, bool] | None = None
    dates = [m.span() for m in _DATE.finditer(sentence.text)]
    for match in _SPAN.finditer(sentence.text):
        if any(low <= match.start() < high for low, high in dates):
            continue
        days = round(number(match["n"]) * _UNITS[match["u"]], 4)
        if best is None or days > best[0]:
            low, high = sentence.place(match.start(), match.end())
            words = sentence.block.text[low - sentence.block.start : high - sentence.block.start]
            best = (days, words, bool(_AT_LEAST.search(sentence.text[: match.start()])))
    if best is not None:
        return best[1], None if best[2] else best[0]
    groups = sentence.groups
    if "not_kept" in groups:
        return EVENT, 0.0
    if "forever" in groups:
        return FOREVER, None
    if any(sentence.text[h.start : h.end] in _AT_ONCE for h in sentence.hits if "at_once" in h.groups):
        return EVENT, 0.0
    open_ended = groups & {"necessary_time", "vague_keep", "bio_schedule_vague"}
    return (EVENT if "keep_event" in groups and not open_ended else VAGUE), None


def number(text: str) -> float:
    """`30`, `十五`, `thirty`, `半`."""
    if text.isdigit():
        return int(text)
    if text in _NAMES:
        return _NAMES[text]
    total, current = 0.0, 0.0
    for char in text:
        if char == "百":
            total, current = total + (current or 1) * 100, 0
        elif char == "十":
            total, current = total + (current or 1) * 10, 0
        else:
            current = _DIGITS.get(char, 0)
    return total + current
