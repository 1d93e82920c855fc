"""How long something is kept, in days, as a notice words it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from scanner.model import NoticeFact
from scanner.notice.sentence import Sentence

FOREVER, VAGUE, EVENT = "forever", "vague", "event"
YEAR = 365
SHORT_DAYS = 3 * YEAR
"""A period up to this contradicts a boast of keeping for ever, up to a year one of keeping long; a longer one bears it
out."""
NEARLY = 0.9
"""Share of a claim's own period from which a notice's is as long: 45 days are a month and a half."""
_UNITS = {
    "秒": 1 / 86400, "分钟": 1 / 1440, "小时": 1 / 24, "日": 1, "天": 1, "工作日": 1, "自然日": 1, "周": 7, "星期": 7,
    "月": 365 / 12, "季度": 365 / 4, "年": 365,
    "second": 1 / 86400, "minute": 1 / 1440, "hour": 1 / 24, "day": 1, "week": 7, "month": 365 / 12, "year": 365,
}  # fmt: skip
_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2}
_TIMES = {"十": 10, "百": 100, "千": 1000}
_ONES = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_WORD = f"(?:{'|'.join([*sorted((*_ONES, *_TENS), key=len, reverse=True), 'hundred', 'thousand'])})"
_HAN = "零〇○一二两三四五六七八九十百千万"
_N = (
    r"(?<!\d)(?<!\d[.,/⁄])\d+(?:[.,/⁄]\d+)*(?!\d)"
    rf"|(?<![\d{_HAN}点半数几])(?:[{_HAN}][{_HAN}点]*|半)"
    rf"|\b(?:half(?: an?)?|(?:an? (?=hundred|thousand))?{_WORD}(?:[ -](?:and )?{_WORD})*(?: and a half)?|an?)\b"
)
_U = "工作日|自然日|秒|分钟|小时|日|天|周|星期|月|季度|年(?![龄级代])|second|minute|hour|day|week|month|year"
_SPAN = re.compile(
    rf"(?P<n>{_N})(?: ?\((?:[\d.,]{{1,9}}|[a-z -]{{1,40}})\))?[ ]?(?:个(?P<more>半)?)?"
    rf"(?:calendar |business |working )?(?P<u>{_U})s?(?![a-z])(?P<half>半(?![年个天月日周小])| and a half\b)?"
)
_JOINED = re.compile(r"(?: | and |零|又)?")
_DIGIT_BLANK = re.compile(r"\d ")
_DATE = re.compile(
    r"\d{4}\s?年(?:\s?\d{1,2}\s?月(?:\s?\d{1,2}\s?日)?)?|\d{1,2}\s?月\s?\d{1,2}\s?日"
    r"|[零〇○一二三四五六七八九]{4}年(?:[一二三四五六七八九十]{1,2}月(?:[一二三四五六七八九十]{1,3}日)?)?"
    r"|[一二三四五六七八九十]{1,2}月[一二三四五六七八九十]{1,3}日"
)
_AT_LEAST = re.compile(
    r"(?:不少于|不低于|不短于|不得少于|至少|最少|(?:at|for) least|(?:no|not) less than|minimum of)(?:为|保存|保留)?\s?$"
)
_RATE = re.compile(r"(?:\b(?:once|twice|times|per|every|each)|[每])\s?$")
"""Before a period that says how often: `twice a year`, `每三个月`."""
_AT_ONCE = frozenset({"immediately", "at once", "instantly", "立即", "随即", "即时", "当天", "当日", "次日"})


@dataclass(frozen=True, slots=True)
class _Span:
    """A period in a sentence. `days` None: its number cannot be read whole."""

    start: int
    end: int
    days: float | None
    unit: float


def days_of(sentence: Sentence) -> tuple[str, float | None]:
    """(words, days) of the longest period in a sentence, the days None of one that is only the least or whose number
    cannot be read; without a period: `forever`, `event`, `vague` or ``."""
    spans = _spans(sentence.text)
    if spans:
        # Where one cannot be read nobody knows which is the longest.
        best = next((s for s in spans if s.days is None), None) or max(spans, key=lambda s: s.days or 0)
        low, high = sentence.place(best.start, best.end)
        words = sentence.block.text[low - sentence.block.start : high - sentence.block.start]
        return words, None if _AT_LEAST.search(sentence.text[: best.start]) else best.days
    groups = sentence.groups
    if "not_kept" in groups:
        return EVENT, 0.0
    if "forever" in groups:
        return FOREVER, None
    if any(sentence.text[h.start : h.end] in _AT_ONCE for h in sentence.hits if "at_once" in h.groups):
        return EVENT, 0.0
    open_ended = groups & {"necessary_time", "vague_keep", "bio_schedule_vague"}
    return (EVENT if "keep_event" in groups and not open_ended else VAGUE), None


def dated_only(text: str) -> bool:
    """Is what looks like periods in a normalised text (2026年2月1日) the parts of dates?"""
    return _DATE.search(text) is not None and not _spans(text)


def claimed_days(text: str) -> float | None:
    """The longest period of more than a day in a normalised advert's clause, in days; None without one, or where one
    cannot be read. A day is left out: round the clock is no period, nor is how often something is done."""
    spans = [span for span in _spans(text) if not _RATE.search(text[: span.start])]
    if any(span.days is None for span in spans):
        return None
    return max((span.days for span in spans if span.days and span.days > 1), default=None)


def period_fits(wanted: str, fact: NoticeFact, claimed: float | None = None, *, forever: bool = False) -> bool:
    """Is a fact's period what an answer wants: `short`, `long`, `vague`, or empty for any?

    `claimed`: days that the claim names; `forever`: it says so. Where the advert says five years, two in the notice are
    short, and 45 days are not where it says a month and a half. Without a number `short` is what people call so.
    """
    if wanted == "short":
        if fact.days is not None and claimed is not None and not forever:
            return fact.days < claimed * NEARLY
        return (fact.days is not None and fact.days <= (SHORT_DAYS if forever else YEAR)) or fact.value == EVENT
    if wanted == "long":
        return (fact.days is not None and fact.days > SHORT_DAYS) or fact.value == FOREVER
    return not wanted or wanted == VAGUE == fact.value


def _spans(text: str) -> list[_Span]:
    """The periods of a normalised text in order; `1年6个月` is one."""
    found: list[_Span] = []
    dates = [m.span() for m in _DATE.finditer(text)]
    for match in _SPAN.finditer(text):
        start, end = match.span()
        if any(low <= start < high for low, high in dates):
            continue
        count, unit = number(match["n"]), _UNITS[match["u"]]
        if match["n"].isdigit() and len(match["n"]) == 3 and _DIGIT_BLANK.fullmatch(text[max(0, start - 2) : start]):
            count = None  # `1 095 days`
        half = 0.5 * (bool(match["half"]) + bool(match["more"]))
        days = None if count is None else round((count + half) * unit, 4)
        last = found[-1] if found else None
        if last and unit < last.unit and _JOINED.fullmatch(text[last.end : start]):
            both = None if last.days is None or days is None else last.days + days
            found[-1] = _Span(last.start, end, both, unit)
        else:
            found.append(_Span(start, end, days, unit))
    return found


def number(text: str) -> float | None:
    """`30`, `1,095`, `1.5`, `十五`, `半`, `thirty-six`, `one and a half`; None where it cannot be read whole.

    Of several (`7/15/30`) the largest.
    """
    if text[0].isdigit():
        return _figures(text)
    if text == "半" or text.startswith("half"):
        return 0.5
    return _han(text) if text[0] in _HAN else _words(text)


def _figures(text: str) -> float | None:
    if re.fullmatch(r"\d+(?:\.\d+)?", text):
        return float(text)
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", text):
        return float(text.replace(",", ""))
    several = re.split("[/,]", text)
    if all(part.isdigit() for part in several) and (len(several) > 2 or ("/" in text and int(several[0]) >= 7)):
        return float(max(map(int, several)))
    return None  # `1,5`, `1/2`, `1.2.3`


def _han(text: str) -> float | None:
    whole, point, rest = text.partition("点")
    if point and not (rest and set(rest) <= _DIGITS.keys()):
        return None
    count = _in_row(whole) if _DIGITS.keys() >= set(whole) else _with_tens(whole)
    if count is None or not point:
        return count
    return count + float("0." + "".join(str(_DIGITS[char]) for char in rest))


def _in_row(text: str) -> float | None:
    """`五`, `四五` (four or five: at most five), `一〇五`; longer rows are years and other names."""
    values = [_DIGITS[char] for char in text]
    if len(values) == 1 or (len(values) == 2 and 0 not in values):
        return max(values)
    return int("".join(map(str, values))) if len(values) <= 3 and 0 in values else None


def _with_tens(text: str) -> float | None:
    """`三百六十五`, `一千零九十五`. None for `一百八`, which people say for 180, and for ten thousands."""
    total, current, room = 0, 0, 10_000
    for n, char in enumerate(text):
        if char in _TIMES:
            if _TIMES[char] >= room:
                return None
            room = _TIMES[char]
            total, current = total + (current or 1) * room, 0
        elif char not in _DIGITS or (current and n + 1 < len(text)):
            return None
        else:
            current = _DIGITS[char]
    short = room >= 100 and current and text[-2] not in "零〇○"
    return None if short else total + current


def _words(text: str) -> float | None:
    """English, as it is said: `two hundred and ten`. None for what is no number (`six thirty`)."""
    half = 0.5 if text.endswith(" and a half") else 0.0
    total, group, room = 0, 0, 100  # what is added next must be below `room`
    for word in re.split(" and |[ -]", text.removesuffix(" and a half")):
        if word in ("hundred", "thousand"):
            if not 0 < group < (100 if word == "hundred" else 1000):
                return None
            group *= 100 if word == "hundred" else 1000
            room = 100
            if word == "thousand":
                total, group, room = total + group, 0, 1000
            continue
        value = 1 if word in ("a", "an") else _ONES.get(word, _TENS.get(word, 0))
        if value >= room:
            return None
        group, room = group + value, 10 if word in _TENS else 0
    return total + group + half
