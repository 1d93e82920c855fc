"""For whom a notice is written, from when it is in force, and to which products it says that it is limited."""

from __future__ import annotations

import re
from collections import Counter

from scanner.model import NoticeKind
from scanner.notice.text import NoticeText, Sentence

_BESIDE_DATE = 6
"""Characters beside a date that stands in a line of its own."""
TITLE_WEIGHT = 4
SCOPE_WEIGHT = 6
CLEAR = 1.4
"""How much more than the next one a kind must weigh."""
_EVIDENCE = {
    NoticeKind.SITE_VISITORS: "site_evidence",
    NoticeKind.PRODUCT_USERS: "user_evidence",
    NoticeKind.PEOPLE_FILMED: "filmed_evidence",
}
_ELSEWHERE = {
    NoticeKind.PEOPLE_FILMED: frozenset({"face", "image", "lens"}),
    NoticeKind.PRODUCT_USERS: frozenset({"account_holders"}),
}
"""Groups by which one sees that people are not just those of a site named in the same breath."""
_MONTHS = {
    name: n
    for n, names in enumerate(
        ("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
         "sep sept september", "oct october", "nov november", "dec december"), 1)
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
    re.compile(rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th)? (?P<name>{_NAME})\.?,? (?P<y>\d{{4}})"),
    re.compile(rf"(?P<name>{_NAME})\.? (?P<d>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<y>\d{{4}})"),
    re.compile(r"(?P<y>\d{4})\s?年\s?(?P<m>\d{1,2})\s?月(?!\s?\d)"),
    re.compile(rf"(?P<name>{_NAME})\.? (?P<y>\d{{4}})"),
)
_EFFECTIVE = re.compile(
    r"生效|施行|实施|试行|启用|起适用|起执行|执行|适用|effective|in force|as of|applies from|takes effect|^from "
)
_UPDATED = re.compile(r"更新|修订|发布|公示|公布|updated|revised|version|last change|published|reviewed|posted")
_VERSION = re.compile(r"(?:版本(?:号)?[:\s]*|version[:\s]+|\bv)(\d+(?:\.\d+){0,3})\b")
_LIMITED = re.compile(
    r"(?:仅|只)(?:适用于|适用|针对|涉及)|(?:applies|is|extends|relates|covers) only (?:to|for) "
    r"|only (?:applies|covers) "
    r"|(?:this (?:page|notice|policy|note|statement)) (?:is about|covers|applies to) the "
)
_MODEL = re.compile(r"(?<![A-Za-z0-9])[A-Z][A-Za-z]{0,7}[- ]?\d[A-Za-z0-9-]{0,8}(?![A-Za-z0-9@])")
_QUOTED = re.compile(r"[“「『\"《]([^”」』\"》]{1,30})[”」』\"》]")


def kind_of(text: NoticeText) -> NoticeKind:
    """Whose data the notice is about: the kind of people that it names most, its title and its scope counting for
    more."""
    score: Counter[NoticeKind] = Counter()
    for kind, group in _EVIDENCE.items():
        score[kind] += TITLE_WEIGHT * (group in text.title_groups and not _of_the_site(kind, text.title_groups))
        for sentence in text.sentences:
            if group in sentence.groups and not _of_the_site(kind, sentence.groups):
                scope = "applies" in sentence.groups and not _excluded(sentence, group)
                score[kind] += SCOPE_WEIGHT if scope else 0 if _excluded(sentence, group) else 1
    (best, weight), (_, second), *_ = score.most_common(2) + [(NoticeKind.UNKNOWN, 0)] * 2
    if not weight or (second and weight < CLEAR * second):
        return _tie(score, weight, _EVIDENCE[NoticeKind.PRODUCT_USERS] in text.title_groups)
    return best


def _tie(score: Counter[NoticeKind], weight: int, titled: bool) -> NoticeKind:
    """Of two that weigh about the same: who has the product, if the title says so; else who stands before a camera, for
    a notice on cameras also tells how to write in."""
    filmed, users = score[NoticeKind.PEOPLE_FILMED], score[NoticeKind.PRODUCT_USERS]
    if titled and users * CLEAR >= weight:
        return NoticeKind.PRODUCT_USERS
    return NoticeKind.PEOPLE_FILMED if weight and filmed * CLEAR >= weight else NoticeKind.UNKNOWN


def _of_the_site(kind: NoticeKind, groups: frozenset[str]) -> bool:
    """Are the visitors or users of whom the words speak those of a web site, and of nothing else?"""
    return kind in _ELSEWHERE and "site_evidence" in groups and not groups & _ELSEWHERE[kind]


def _excluded(sentence: Sentence, group: str) -> bool:
    """Does the sentence say that the notice is *not* about these people?"""
    out = next((hit for hit in sentence.hits if "excludes" in hit.groups), None)
    return out is not None and any(group in hit.groups and hit.start >= out.start for hit in sentence.hits)


def dates_of(text: NoticeText) -> tuple[str, str]:
    """(in force from, last changed) as ISO dates; a date that says neither counts as both where it is the only one."""
    effective = updated = bare = ""
    for sentence in text.sentences:
        for start, end, when in dates_in(sentence.text):
            before, after = sentence.text[max(0, start - 24) : start], sentence.text[end : end + 12]
            if _EFFECTIVE.search(before) or _EFFECTIVE.search(after):
                effective = effective or when
            elif _UPDATED.search(before) or _UPDATED.search(after):
                updated = updated or when
            elif sentence is text.sentences[0] or len(sentence.text.strip()) - (end - start) <= _BESIDE_DATE:
                bare = bare or when
    return effective or updated or bare, updated or ("" if effective else bare)


def dates_in(text: str) -> list[tuple[int, int, str]]:
    """(start, end, ISO date) of every date in normalised text, each place once."""
    found: list[tuple[int, int, str]] = []
    for pattern in _DATES:
        for match in pattern.finditer(text):
            iso = _iso(match.groupdict())
            if iso and not any(match.start() < end and start < match.end() for start, end, _ in found):
                found.append((match.start(), match.end(), iso))
    return sorted(found)


def _iso(parts: dict[str, str | None]) -> str:
    roc = int(parts.get("roc") or 0)  # years of the Republic, as Taiwan counts them
    year = int(parts.get("y") or 0) or (roc + 1911 if roc else 0)
    if hy := parts.get("hy"):
        year = int("".join(_HAN_DIGIT[c] for c in hy))
    month = int(parts.get("m") or 0) or _MONTHS.get(parts.get("name") or "", 0) or _small(parts.get("hm") or "")
    day = int(parts.get("d") or 0) or _small(parts.get("hd") or "")
    if not (1990 <= year <= 2100 and 1 <= month <= 12 and 0 <= day <= 31):
        return ""
    return f"{year:04}-{month:02}-{day:02}" if day else f"{year:04}-{month:02}"


def _small(text: str) -> int:
    """`十一` -> 11."""
    if not text:
        return 0
    tens, _, ones = text.rpartition("十")
    base = (int(_HAN_DIGIT.get(tens, "1")) if tens else 1) * 10 if "十" in text else 0
    return base + int(_HAN_DIGIT.get(ones, "0") if ones else "0")


def version_of(text: NoticeText) -> str:
    """The version that the notice gives itself, or empty."""
    return next((m.group(1) for s in text.sentences if (m := _VERSION.search(s.text))), "")


def products_of(text: NoticeText) -> tuple[str, ...]:
    """Names to which the notice says that it is limited; empty where it says no such thing."""
    names: dict[str, None] = {}
    for sentence in text.sentences:
        if _LIMITED.search(sentence.text):
            start, end = sentence.whole()
            said = text.document.text[start:end]
            names.update(dict.fromkeys(models_in(said)))
            names.update(dict.fromkeys(m.group(1) for m in _QUOTED.finditer(said)))
    return tuple(names)


def models_in(text: str) -> list[str]:
    """Names of models in a text as written: a capital, letters, digits (`ZR-200`), written without dash or blank."""
    return [re.sub(r"[- ]", "", m.group()) for m in _MODEL.finditer(text)]
