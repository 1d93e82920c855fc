"""Which language a text is in, as far as the packs need to know: by script first, then by function words.

Kept small on purpose: a detector library weighs 96 MB and says "Cantonese" or "Latin" to slogans of eight characters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_HAN = re.compile(r"[\u3400-\u9fff]+")
_KANA = re.compile(r"[\u3041-\u30ff]+")
_HANGUL = re.compile(r"[\uac00-\ud7a3\u1100-\u11ff]+")
_LATIN = re.compile(r"[a-z]+")
_OTHER = re.compile(r"[\u0370-\u052f\u0530-\u1fff]+")
_WORD = re.compile(r"[a-z']+")


@dataclass(frozen=True, slots=True)
class Languages:
    """`main`: the pack for Latin-script blocks and the document; `other`: script or language that no pack covers."""

    main: str
    tag: str
    """BCP 47 of the whole: zh-Hans, zh-Hant, en ... or the uncovered script's name."""
    covered: bool


def of_text(
    text: str, original: str, declared: str, stopwords: Mapping[str, frozenset[str]], fold: Mapping[int, str]
) -> Languages:
    """Languages of a document. `text` is normalised (lower case, Simplified), `original` as written."""
    sample = text[:200_000]
    han, kana, hangul = _count(_HAN, sample), _count(_KANA, sample), _count(_HANGUL, sample)
    latin, other = _count(_LATIN, sample), _count(_OTHER, sample)
    weight = han * 3 + latin  # a Han character carries about three Latin letters
    if kana * 3 > weight * 0.2 and kana > han * 0.15:
        return Languages("", "ja", False)
    if hangul * 3 > weight:
        return Languages("", "ko", False)
    if other > weight:
        return Languages("", "und", False)
    if han * 3 > latin * 0.25 and han >= 4:
        return Languages("zh", script_tag(original, fold), True)
    if han and not latin:
        return Languages("zh", script_tag(original, fold), True)
    return _latin(sample, declared, stopwords)


def _count(script: re.Pattern[str], sample: str) -> int:
    """Characters of a script, found run by run."""
    return sum(map(len, script.findall(sample)))


def _latin(sample: str, declared: str, stopwords: Mapping[str, frozenset[str]]) -> Languages:
    words = _WORD.findall(sample)
    base = declared.split("-")[0].lower()
    scores = {lang: sum(w in known for w in words) for lang, known in stopwords.items() if lang != "zh"}
    best = max(scores, key=lambda k: (scores[k], k == "en"), default="en")
    if base in scores and scores[base] * 1.3 >= scores.get(best, 0):
        best = base
    share = scores.get(best, 0) / max(1, len(words))
    foreign = base not in ("", "en", "zh", "x", "und") and base not in scores
    # Running prose of a language has 25-50 % function words; below 6 % in 40 words it is some other language.
    if len(words) >= 40 and share < 0.06 and (foreign or scores.get(best, 0) < 3):
        return Languages("", base or "und", False)
    if foreign and share < 0.12 and len(words) >= 8:
        return Languages("", base, False)
    return Languages(best if scores.get(best) else (base if base in scores else "en"), best, True)


def script_tag(original: str, fold: Mapping[int, str]) -> str:
    """zh-Hans or zh-Hant: Traditional where more than 3 % of the Han characters would be folded."""
    sample = original[:20_000]
    han = "".join(_HAN.findall(sample))
    changed = sum(1 for char in han if ord(char) in fold)
    return "zh-Hant" if han and changed / len(han) > 0.03 else "zh-Hans"


def of_block(text: str, main: str) -> str:
    """Pack for one block of a document whose main language is `main`."""
    if _HAN.search(text):
        return "zh"
    return "en" if main in ("zh", "") else main
