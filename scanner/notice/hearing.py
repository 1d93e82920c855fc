"""What the models make of a notice: the claims that they hear made or denied in it, and their answer to one claim."""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter, mul

from scanner.model import Answered, Heard, NoticeFact, NoticeKind, Saying
from scanner.notice.facts import (
    denied_above,
    exception_behind,
    fact_in,
    first,
    opens_exception,
    says_nothing,
)
from scanner.notice.items import HEARSAY
from scanner.notice.rules import FactRule
from scanner.notice.sentence import Sentence
from scanner.notice.text import MOST_SENTENCES, NoticeText
from scanner.notice.twice import denies_nothing
from scanner.notice.words import Hit

HEARD = 0.5
"""Probability from which what the models heard counts."""
FEWEST_SENTENCES = 4
"""A shorter notice is not read together with a claim: the encoder learnt from notices of five sentences and more. It is
asked for a matter nevertheless where its words say nothing."""
_HARDLY = 0.02
"""Probability below which it does not matter whether a denial is one."""
Asks = Callable[[str, str, Sequence[Sentence]], Sequence[Answered]]
"""A matter's name, the matter put as a sentence, and all sentences of a notice -> what each says to it; empty where it
could not be read."""
_SAYS: Mapping[Saying, tuple[float, ...]] = {
    Saying.DENIED: (0.50, -0.13, 0.06, 0.36, 0.31, -0.06, 0.17),
    Saying.DISCLOSED: (-0.47, 0.57, 0.08, 0.10, -0.05, 0.32, -0.15),
    Saying.SILENT: (-0.03, -0.44, -0.13, -0.46, -0.26, -0.26, -0.02),
}
"""What a notice as a whole says of a matter that it is asked for: a bias, then weights of what `weighed` gives. A
regression on seven labelled sets that the reader had not learnt from (`python -m tests.evaluation.train_overall`)."""
_LEAD = 2.0
"""By how much a notice of fewer sentences than `FEWEST_SENTENCES` must rather disclose than be silent where no words
do: of 229 titles with any one sentence of notices without biometrics 2 do then (10 without), of 37 that disclose 29
(31)."""
_SUREST = 7.0
"""Log-odds beyond which a sentence is no surer."""
_ONLY = re.compile(r"only (?:if|when|in)\b|(?:仅|只)(?:有|在)$")
"""What bounds a thing, and so denies the rest of it: of 35 such sentences 32 were labelled plain denials."""
_WEAKENS = ("condition", "exception", "hedge", "can_enable", "others_duty")


@dataclass(frozen=True, slots=True)
class Reply:
    """What a reader of claim and notice together takes from the notice."""

    denied: float
    """The probability that a sentence of the notice denies the claim."""
    said: float
    """That one says the same."""
    weakened: float
    """That one speaks of the matter on a condition, of other people or of another product."""
    denial: NoticeFact
    """The sentence that denies it most; topic `claim:<category>`, conditional where a word leaves room in the sentence
    or just after it."""
    same: NoticeFact
    """The sentence that says the same most."""
    near: NoticeFact
    """The sentence that speaks of the matter with a reserve most."""
    denied_at: Mapping[int, float]
    """Start of each sentence -> the probability that it denies the claim."""
    weakened_at: Mapping[int, float]
    """Start of each sentence -> the probability that it speaks of the matter with a reserve."""


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
        doubted = _doubtful(sentences[at])
        if not _tells(sentences[at], doubted=True) or max(one.denied, one.claimed) < HEARD:
            continue
        no = denied_above(sentences[at].read) or sentences[at].answered_no
        if (one.denied >= one.claimed and not doubted) or no:
            out.append(_denial(sentences, at, kind, one.category, lawful=one.category in lawful))
        else:
            room = Saying.CONDITIONAL if doubted or sentences[at].read.cut else Saying.DISCLOSED
            out.append(fact_in(_topic(one.category), sentences[at].read, kind, room, None))
    return out


def asked_again(
    text: NoticeText, kind: NoticeKind, rule: FactRule, facts: Sequence[NoticeFact], question: str, ask: Asks
) -> tuple[NoticeFact, ...]:
    """The facts, once the notice was read together with the matter of one rule put as a sentence.

    What the words make of it and what the reader makes of its sentences is weighed: a fact may be added that no word
    group knows, and a disclosure doubted that only the words make.
    """
    sentences = text.sentences[:MOST_SENTENCES]
    mine = {fact.saying for fact in facts if fact.topic == rule.id}
    short = len(sentences) < FEWEST_SENTENCES
    told = {} if mine and short else asked_of(text, rule, question, ask)  # of so little the words know most
    if not told:
        return tuple(facts)
    seen = weighed(mine, told.values())
    scores = {saying: bias + sum(map(mul, weights, seen)) for saying, (bias, *weights) in _SAYS.items()}
    says = max(scores, key=lambda saying: scores[saying])
    if short and says is Saying.DISCLOSED and scores[says] - scores[Saying.SILENT] < _LEAD:
        return tuple(facts)
    if says is Saying.SILENT and mine == {Saying.CONDITIONAL}:
        return tuple(facts)  # an exception in so many words, which a reader hears least
    at_denied, at_said, _ = _most(list(told), told)
    if says is Saying.DENIED and _on_condition(rule.id, facts, sentences[at_denied].read):
        return tuple(facts)
    kept = tuple(  # what the words deny stays, beside a disclosure too: it may deny one kind
        fact for fact in facts if fact.topic != rule.id or fact.saying is Saying.DENIED or says is Saying.DISCLOSED
    )
    if says is Saying.DISCLOSED and not mine & {Saying.DISCLOSED, Saying.CONDITIONAL}:
        return (*kept, fact_in(rule, sentences[at_said].read, kind, says, None))
    if says is Saying.DENIED and says not in mine:
        return (*kept, fact_in(rule, sentences[at_denied].read, kind, says, None))
    return kept


def _on_condition(topic: str, facts: Sequence[NoticeFact], sentence: Sentence) -> bool:
    """Do the words of this very sentence put the matter on a condition: `not for the time being`?"""
    at = sentence.whole()[0]
    return any(f.topic == topic and f.start == at and f.saying is Saying.CONDITIONAL for f in facts)


def asked_of(text: NoticeText, rule: FactRule, question: str, ask: Asks) -> Mapping[int, Answered]:
    """Number of each sentence that says anything -> what it says to the matter of a rule, put as a sentence. Empty
    where the notice was not asked."""
    sentences = text.sentences[:MOST_SENTENCES]
    telling = [n for n, sentence in enumerate(sentences) if _tells(sentence) and HEARSAY not in sentence.groups]
    told = ask(rule.id, question, [sentence.read for sentence in sentences]) if telling else ()
    answers = _with_denials_undone(sentences, told) if told else ()
    return {n: answers[n] for n in telling} if answers else {}


def weighed(mine: Collection[Saying], told: Collection[Answered]) -> tuple[float, ...]:
    """What speaks for one answer or another: whether the words disclose, deny on a condition, deny, and the log-odds of
    the sentences that deny, say and weaken it most. `told`: of those sentences that say anything."""
    by_words = (float(one in mine) for one in (Saying.DISCLOSED, Saying.CONDITIONAL, Saying.DENIED))
    most = (max(map(attrgetter(name), told)) for name in ("denied", "said", "weakened"))
    return (*by_words, *map(_log_odds, most))


def _log_odds(chance: float) -> float:
    least = 1.0 / (1.0 + math.exp(_SUREST))
    chance = min(max(chance, least), 1.0 - least)
    return math.log(chance / (1.0 - chance))


def reply(
    text: NoticeText, kind: NoticeKind, category: str, answers: Sequence[Answered], *, lawful: bool
) -> Reply | None:
    """What the sentences say to a claim. `answers`: one for each sentence, in order; `lawful` as in `heard_facts`."""
    telling = [n for n, sentence in enumerate(text.sentences) if _tells(sentence)]
    if not telling:
        return None
    answers = _with_denials_undone(text.sentences, answers)
    denied, said, weakened = _most(telling, answers)
    topic, sentences = _topic(category), [sentence.read for sentence in text.sentences]
    starts = {n: sentences[n].whole()[0] for n in telling}
    return Reply(
        answers[denied].denied, answers[said].said, answers[weakened].weakened,
        _denial(sentences, denied, kind, category, lawful=lawful),
        fact_in(topic, sentences[said], kind, Saying.DISCLOSED, None),
        fact_in(topic, sentences[weakened], kind, Saying.CONDITIONAL, None),
        {start: answers[n].denied for n, start in starts.items()},
        {start: answers[n].weakened for n, start in starts.items()},
    )  # fmt: skip


def _with_denials_undone(sentences: Sequence[Sentence], answers: Sequence[Answered]) -> Sequence[Answered]:
    """`No entry without a face scan` denies no scans, though a reader that heard two words of denial may take it so."""
    return [
        Answered(0.0, own.said, max(own.weakened, own.denied))
        if own.denied > _HARDLY and denies_nothing(sentence.read)
        else own
        for sentence, own in zip(sentences, answers, strict=True)
    ]


def _most(telling: Sequence[int], answers: Sequence[Answered] | Mapping[int, Answered]) -> tuple[int, int, int]:
    """Which of these sentences denies the most, which says the same, which has a reserve."""
    return (
        max(telling, key=lambda n: answers[n].denied),
        max(telling, key=lambda n: answers[n].said),
        max(telling, key=lambda n: answers[n].weakened),
    )


def _tells(sentence: Sentence, *, doubted: bool = False) -> bool:
    """Is it of the notice? What stands in the foot of each page of a site is not: "No such company exists" was heard to
    deny what its adverts claim. Nor, but `doubted`, an item of a list that its lead-in may deny or may not."""
    return not sentence.block.landmark and not says_nothing(sentence) and (doubted or not _doubtful(sentence))


def _doubtful(sentence: Sentence) -> bool:
    return sentence.above is not None and sentence.above.doubtful


def _denial(sentences: Sequence[Sentence], at: int, kind: NoticeKind, category: str, *, lawful: bool) -> NoticeFact:
    """A sentence that denies a claim; conditional where a word of it, or the next sentence, leaves room."""
    sentence = sentences[at].read
    cue = _weakened(sentence, lawful)
    following = sentences[at + 1] if at + 1 < len(sentences) else None
    open_ = cue is not None or (following is not None and opens_exception(following, lawful=lawful))
    return fact_in(_topic(category), sentence, kind, Saying.CONDITIONAL if open_ else Saying.DENIED, cue)


def _topic(category: str) -> FactRule:
    return FactRule(f"claim:{category}", (), (), (), "", {})


def _weakened(sentence: Sentence, lawful: bool) -> Hit | None:
    """A word of the sentence that leaves room in a denial; `only when the button is held` leaves none."""
    whole = len(sentence.text)
    weak = (
        h
        for group in _WEAKENS
        if (h := first(sentence, group, 0, whole, lawful)) and not _ONLY.match(sentence.text[h.start : h.end])
    )
    denial = next((h for h in sentence.hits if "not" in h.groups), None)
    return next(weak, None) or (exception_behind(sentence, denial) if denial else None)
