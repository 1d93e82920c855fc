"""What the models make of a notice: the claims that they hear made or denied in it, and their answer to one claim."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scanner.model import Answered, Heard, NoticeFact, NoticeKind, Saying
from scanner.notice.facts import MOST_SENTENCES, exception_behind, fact_in, first, says_nothing, takes_back
from scanner.notice.rules import FactRule
from scanner.notice.text import NoticeText, Sentence
from scanner.notice.words import Hit

HEARD = 0.5
"""Probability from which what the models heard counts."""
_WEAKENS = ("condition", "exception", "hedge", "can_enable", "others_duty")


@dataclass(frozen=True, slots=True)
class Reply:
    """What a reader of claim and notice together takes from the notice: the sentence that denies the claim most."""

    denied: float
    """The probability that it does."""
    said: float
    """The probability that a sentence of the notice says the same."""
    weakened: float
    """The probability that one speaks of the matter on a condition, of other people or of another product."""
    fact: NoticeFact
    """Topic `claim:<category>`; conditional where a word leaves room in the sentence or just after it."""


def heard_facts(text: NoticeText, kind: NoticeKind, heard: Iterable[Heard], lawful: frozenset[str]) -> list[NoticeFact]:
    """Facts `claim:<category>` from what the models that find claims heard.

    A condition, exception or hedge in the sentence, or just after it, makes a denial conditional. `lawful`: categories
    that an exception for courts and police leaves as denied as before.
    """
    sentences = text.sentences[:MOST_SENTENCES]
    places = [sentence.whole() for sentence in sentences]
    out = []
    for one in heard:
        at = bisect_left(places, one.start, key=lambda place: place[1] - 1)
        if at == len(places) or one.end <= places[at][0]:
            continue  # in a button or a link, which say nothing here
        if says_nothing(sentences[at]) or max(one.denied, one.claimed) < HEARD:
            continue
        if one.denied >= one.claimed:
            out.append(_denial(sentences, at, kind, one.category, lawful=one.category in lawful))
        else:
            out.append(fact_in(_topic(one.category), sentences[at], kind, Saying.DISCLOSED, None))
    return out


def reply(
    text: NoticeText, kind: NoticeKind, category: str, answers: Sequence[Answered], *, lawful: bool
) -> Reply | None:
    """The sentence that denies a claim most clearly. `answers`: one for each sentence, in order; `lawful` as in
    `heard_facts`."""
    telling = [n for n, sentence in enumerate(text.sentences) if not says_nothing(sentence)]
    if not telling:
        return None
    at = max(telling, key=lambda n: answers[n].denied)
    said, weakened = max(answers[n].said for n in telling), max(answers[n].weakened for n in telling)
    return Reply(answers[at].denied, said, weakened, _denial(text.sentences, at, kind, category, lawful=lawful))


def _denial(sentences: Sequence[Sentence], at: int, kind: NoticeKind, category: str, *, lawful: bool) -> NoticeFact:
    """A sentence that denies a claim; conditional where a word of it, or the next sentence, leaves room."""
    cue = _weakened(sentences[at], lawful)
    following = sentences[at + 1] if at + 1 < len(sentences) else None
    open_ = cue is not None or (following is not None and takes_back(following))
    return fact_in(_topic(category), sentences[at], kind, Saying.CONDITIONAL if open_ else Saying.DENIED, cue)


def _topic(category: str) -> FactRule:
    return FactRule(f"claim:{category}", (), (), (), "", {})


def _weakened(sentence: Sentence, lawful: bool) -> Hit | None:
    """A word of the sentence that leaves room in a denial."""
    whole = len(sentence.text)
    weak = (h for group in _WEAKENS if (h := first(sentence, group, 0, whole, lawful)))
    denial = next((h for h in sentence.hits if "not" in h.groups), None)
    return next(weak, None) or (exception_behind(sentence, denial) if denial else None)
