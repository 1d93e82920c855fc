"""From when a notice is in force and when it was last changed, as its text says itself.

A date counts for what the words before it say, else those just behind it. The date of another version, which this one
replaces or by which it is replaced, is not its own. Where day and month cannot be told apart, or the month has no such
day, there is no date, only the sentence.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass

from scanner.model import DatedAs, NoticeFact, NoticeKind, Saying
from scanner.notice.sentence import Sentence
from scanner.notice.text import NoticeText

_BESIDE_DATE = 6
"""Characters beside a date that stands in a line of its own."""
_BEFORE, _BEHIND = 48, 16
"""Characters beside a date in which words say what it is."""
_MONTHS = {
    name: n
    for n, names in enumerate(
        ("jan january januar", "feb february februar", "mar march marz maerz", "apr april", "may mai", "jun june juni",
         "jul july juli", "aug august", "sep sept september", "oct october okt oktober", "nov november",
         "dec december dez dezember"), 1)
    for name in names.split()
}  # fmt: skip
_NAME = "|".join(sorted(_MONTHS, key=len, reverse=True))
_HAN_DIGIT = {c: str(n) for n, c in enumerate("〇一二三四五六七八九")} | {"零": "0", "○": "0", "0": "0"}
_DATES = (
    re.compile(r"(?P<y>\d{4})\s?(?:年|[-/. ])\s?(?P<m>\d{1,2})\s?(?:月|[-/. ])\s?(?P<d>\d{1,2})(?!\d)"),
    re.compile(r"民国\s?(?P<roc>\d{2,3})\s?年\s?(?P<m>\d{1,2})\s?月\s?(?P<d>\d{1,2})\s?日"),
    re.compile(
        r"(?P<hy>[〇零○一二三四五六七八九]{4})年(?P<hm>[一二三四五六七八九十]{1,2})月(?P<hd>[一二三四五六七八九十]{1,3})日"
    ),
    re.compile(rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th|\.)?(?: day of)? (?P<name>{_NAME})\.?,? (?P<y>\d{{4}})"),
    re.compile(rf"(?P<name>{_NAME})\.? (?P<d>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<y>\d{{4}})"),
    re.compile(r"(?<![\d.])(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})\.\s?(?P<y>\d{4})(?!\d)"),
    re.compile(r"(?<![\d/-])(?P<one>\d{1,2})(?P<sep>[/-])(?P<two>\d{1,2})(?P=sep)(?P<y>\d{4})(?!\d)"),
    re.compile(r"(?P<y>\d{4})\s?年\s?(?P<m>\d{1,2})\s?月(?!\s?\d)"),
    re.compile(rf"(?P<name>{_NAME})\.? (?P<y>\d{{4}})"),
)
_SAYS = re.compile(
    r"(?P<in_force>(?<!失)(?:生效|施行|实施|试行|启用|起适用|起执行|执行|适用)"
    r"|\b(?:(?:effective|in force|valid|applies|apply|applicable|takes effect|comes into force|in effect)"
    r"(?: (?:date|as (?:of|from)|since|from|on))*|(?:^|with effect )from)\b)"
    r"|(?P<changed>更新|修订|修改|发布|公示|公布|制定|版本(?:日期|时间)"
    r"|\b(?:(?:updated|revised|version|last change|published|issued|reviewed|posted|amended|changed|as of|stand)"
    r"(?: (?:date|as of|on|of|from))*)\b)"
    r"|(?P<ends>失效|废止|终止|到期|有效期(?:至|到)|截止|\b(?:expire[sd]?|until|valid to|ended|ceased)\b)"
)
_OTHER = re.compile(
    r"取代|替代|代替|替换|(?:上|前|旧|原|历史|以往|此前|先前)(?:一|个|的|份)?(?:版|政策|声明|告知)"
    r"|\b(?:replac(?:es|ed|ing)|supersed(?:es|ed|ing)|previous|earlier|former|prior|predecessor|next|archived|old)\b"
)
_CLAUSE = re.compile(r"[,。;|]|\.\s")


@dataclass(frozen=True, slots=True)
class Dated:
    """A date and what the text says that it is. `when` is empty where day and month cannot be told apart."""

    sentence: Sentence
    start: int
    end: int
    when: str
    what: DatedAs | None


def dates_of(text: NoticeText) -> tuple[str, str]:
    """(in force from, last changed) as ISO dates, each empty where the text says none. A date alone in its line, or in
    the first one, is that of the text: last changed."""
    found: dict[DatedAs, str] = {}
    bare = ""
    for one in dated(text):
        if one.what is not None and one.when:
            found.setdefault(one.what, one.when)
        elif one.what is None and one.when and _alone(one, text):
            bare = bare or one.when
    return found.get(DatedAs.IN_FORCE, ""), found.get(DatedAs.CHANGED, "") or bare


def date_facts(text: NoticeText, kind: NoticeKind) -> list[NoticeFact]:
    """The sentences that say from when the notice is in force and when it was changed, the first of each. `value`: the
    date, empty where it cannot be read for certain."""
    seen: dict[DatedAs, NoticeFact] = {}
    for one in dated(text):
        if one.what not in (DatedAs.IN_FORCE, DatedAs.CHANGED) or (one.what in seen and seen[one.what].value):
            continue
        start, end = one.sentence.whole()
        quote = text.document.text[start:end]
        if one.what not in seen or one.when:
            seen[one.what] = NoticeFact(one.what.value, Saying.DISCLOSED, kind, quote, start, end, one.when)
    return list(seen.values())


def dated(text: NoticeText) -> Iterator[Dated]:
    """Every date of the text that belongs to this version of it, in order."""
    for sentence in text.sentences:
        last, places = 0, dates_in(sentence.text)
        for n, (start, end, when) in enumerate(places):
            until = places[n + 1][0] if n + 1 < len(places) else len(sentence.text)
            before = sentence.text[max(last, start - _BEFORE) : start]
            behind = sentence.text[end : min(until, end + _BEHIND)]
            last = end
            if not _OTHER.search(_CLAUSE.split(before)[-1]) and not _OTHER.search(_CLAUSE.split(behind)[0]):
                yield Dated(sentence, start, end, when, _said(before, behind))


def _said(before: str, behind: str) -> DatedAs | None:
    """What the words beside a date say that it is: the last before it, else the first behind it."""
    for clause in reversed(_CLAUSE.split(before)):
        if told := list(_SAYS.finditer(clause)):
            return DatedAs(str(told[-1].lastgroup))
        if clause.strip():
            break  # what stands further off is another matter
    first = _SAYS.search(_CLAUSE.split(behind)[0])
    return DatedAs(str(first.lastgroup)) if first else None


def _alone(one: Dated, text: NoticeText) -> bool:
    first = one.sentence is text.sentences[0]
    return first or len(one.sentence.text.strip()) - (one.end - one.start) <= _BESIDE_DATE


def dates_in(text: str) -> list[tuple[int, int, str]]:
    """(start, end, ISO date) of every date in normalised text, each place once; the date is empty where day and month
    cannot be told apart, and of a day that there is not."""
    found: list[tuple[int, int, str]] = []
    for pattern in _DATES:
        for match in pattern.finditer(text):
            iso = _iso(match.groupdict())
            if iso is not None and not any(match.start() < end and start < match.end() for start, end, _ in found):
                found.append((match.start(), match.end(), iso))
    return sorted(found)


def _iso(parts: dict[str, str | None]) -> str | None:
    """None: no date."""
    roc = int(parts.get("roc") or 0)  # years of the Republic, as Taiwan counts them
    year = int(parts.get("y") or 0) or (roc + 1911 if roc else 0)
    if hy := parts.get("hy"):
        year = int("".join(_HAN_DIGIT[c] for c in hy))
    if parts.get("one"):
        return _either(year, int(parts["one"] or 0), int(parts["two"] or 0))
    month = int(parts.get("m") or 0) or _MONTHS.get(parts.get("name") or "", 0) or _small(parts.get("hm") or "")
    day = int(parts.get("d") or 0) or _small(parts.get("hd") or "")
    if not (1990 <= year <= 2100 and 1 <= month <= 12 and 0 <= day <= 31):
        return None
    if day > monthrange(year, month)[1]:
        return ""  # 31 February
    return f"{year:04}-{month:02}-{day:02}" if day else f"{year:04}-{month:02}"


def _either(year: int, one: int, two: int) -> str | None:
    """`25/03/2026`: the one above twelve is the day. Where both could be, nobody guesses."""
    day, month = (one, two) if two <= 12 else (two, one)
    if not (1990 <= year <= 2100 and 1 <= month <= 12 and 1 <= day <= 31):
        return None
    if day > monthrange(year, month)[1]:
        return ""
    return f"{year:04}-{month:02}-{day:02}" if day > 12 or day == month else ""


def _small(text: str) -> int:
    """`十一` -> 11."""
    if not text:
        return 0
    tens, _, ones = text.rpartition("十")
    base = (int(_HAN_DIGIT.get(tens, "1")) if tens else 1) * 10 if "十" in text else 0
    return base + int(_HAN_DIGIT.get(ones, "0") if ones else "0")
