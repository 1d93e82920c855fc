"""For whom a notice is written, which version it is, and to which products it says that it is limited."""

from __future__ import annotations

import re
from collections import Counter

from scanner.model import NoticeKind
from scanner.notice.sentence import Sentence
from scanner.notice.text import NoticeText

TITLE_WEIGHT = 4
SCOPE_WEIGHT = 6
MOSTLY = 0.5
"""Share of sentences in sections for several kinds of people from which the notice as a whole is for no one kind."""
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
    more. Of none where most of it stands in sections for several kinds."""
    in_sections = sum(1 for sentence in text.sentences if sentence.audience is not None)
    if in_sections and in_sections >= MOSTLY * len(text.sentences):
        return NoticeKind.UNKNOWN
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
