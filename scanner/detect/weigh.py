"""What the second reader makes of a survey: rule hits kept or dropped, claims proposed, stances weighed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from scanner.detect.match import Candidate, Part
from scanner.detect.page import Unit
from scanner.detect.roles import STANCE_OF_ROLE, weight_of
from scanner.detect.rules import Claim, Reach, Rule, RuleSet, Status
from scanner.detect.second import SHORTEST, Reading, SecondReader, View
from scanner.detect.survey import Survey
from scanner.model import BlockKind, Cue, Severity, Stance

PREFIX = "reader."
"""Rule ids of proposed claims: `reader.<category>`."""
PLAIN = 0.9
"""Score of a claim in a rule from which its hits are never dropped: all of it stands there in so many words."""
SELDOM = frozenset({"defeats-concealment", "everyone-does-it", "liability-shift"})
"""Categories that only the first authors labelled: the models took many such claims for nothing, and lean that way."""
LEAN = 0.25
"""Share of the bar that holds for a rule hit of these, for one that accuses nobody, for one of a rule that has earned
trust, and for one that repeats what the page claims elsewhere: kept whatever the models said, such hits were right in
one of four on pages that none had learnt from, and repetitions in one of seven."""
_WHOSE = (Stance.ASSERTED, Stance.REPORTED, Stance.LEGAL)
"""Stances that say whose words they are; the others say what the words do."""
BESIDE, SURE_BESIDE = 3, 0.8
"""Within so many sentences of a surer claim of the same category, a proposed one must be so probable: what makes its
neighbour a claim weighs on it as well."""
LONGEST_NAME, SHORTEST_SENTENCE = 14, 5
"""Han characters (or three times as many letters) of a heading that may only name a matter; a longer one is a sentence,
and so is one in which a rule joined two things, unless it is as short as 情绪识别."""
SLOGAN, SLOGAN_OF_RULE = 0.75, 0.85
"""So sure the models must be of a heading that no rule, or that one rule's words filled, to take it for a slogan."""
LONG = 60
"""Han characters (or three times as many letters) above which a proposed quote is narrowed to a clause."""
TELLING = 20
"""The same of a clause that is quoted by itself: a shorter one is joined with a neighbour ("and mail addresses" tells
nobody what is done with them)."""
OVERTURNED_FROM = 0.6
"""So sure the models must be that a hit which its rule took for no claim is another kind of none: who says "only with
consent" may be the seller or the law. On eight sets that no model learnt from 168 of 194 such stances are right, 151 by
the rules alone."""
_CLAUSE = re.compile(r"[,，、;；:：|｜•▪►\u3000]+\s*|\s{2,}| - | – ")


@dataclass(frozen=True, slots=True)
class Weighed:
    """A claim that is told, with its stance and how sure we are of both."""

    candidate: Candidate
    cue: Cue
    confidence: float


def weigh(
    seen: Survey,
    rules: RuleSet,
    reader: SecondReader,
    views: Sequence[View] | None = None,
    reading: Reading | None = None,
) -> list[Weighed]:
    """All claims of a page, in text order; of one category at most one a sentence, or what the rules tell apart.

    `views`, `reading`: where they are known already.
    """
    views = seen.views() if views is None else views
    reading = reader.read(views) if reading is None else reading
    if seen.speaker.given is not None:  # a person has said whose page it is: the stretch must not overrule that
        reading = Reading(reading.chances, {})
    chances = reading.chances
    categories = {name: column for column, name in enumerate(reader.claims.classes)}
    out: list[Weighed] = []
    told: set[tuple[int, str]] = set()
    made: dict[tuple[str, bool], bool] = {}
    for candidate, cue in seen.judged:
        units = seen.units_of(candidate)
        column = categories.get(candidate.rule.category)
        at = units[0] if column is None else max(units, key=lambda u: float(chances[u, column]))
        firm = seen.firmly(candidate.rule.category, at, candidate.start, candidate.end)
        heard = reading.stances.get(at)
        weighed, sure = _stance(seen, views[at], at, candidate.rule.category, cue, reader, heard, firm)
        if refusal := seen.refusal(candidate.start, candidate.end):
            weighed, sure = refusal, 0.9
        chance = 1.0
        if column is not None:
            accused = weighed.stance is Stance.ASSERTED
            if (asked := (candidate.rule.category, accused)) not in made:
                made[asked] = _made(seen, reader, views, reading, *asked)
            chance = _chance(candidate, reader, float(chances[at, column]), accused=accused, made=made[asked])
        if chance == 0.0:
            continue
        told.update((u, candidate.rule.category) for u in units)
        out.append(Weighed(candidate, weighed, _confidence(chance, sure)))
    out.extend(_proposals(seen, rules, reader, views, reading, told))
    out = [one for one in out if not _bare_heading(seen, reader, views, reading, one, out)]
    return sorted(out, key=lambda one: (one.candidate.start, one.candidate.end, one.candidate.rule.id))


def _bare_heading(
    seen: Survey, reader: SecondReader, views: Sequence[View], reading: Reading, one: Weighed, told: Sequence[Weighed]
) -> bool:
    """Is it a heading that only names a matter (应对检查, Facial recognition), with text below that does not claim it?

    A slogan (检查来了一键断网) says something by itself: the models are sure of it, or a rule joined two things in it.
    """
    page, category = seen.page, one.candidate.rule.category
    index = page.block_at(one.candidate.start)
    text = page.normal.text[slice(*page.borders[index])]
    if one.cue.stance is not Stance.ASSERTED or page.document.blocks[index].kind is not BlockKind.HEADING:
        return False
    enough = SLOGAN if one.candidate.rule.id.startswith(PREFIX) else SLOGAN_OF_RULE
    long = SHORTEST_SENTENCE if len(one.candidate.parts) > 1 else LONGEST_NAME
    if one.confidence >= enough or weight_of(text) > long or _CLAUSE.search(text):
        return False
    below = {i for i in page.section(index) if i > index and page.document.blocks[i].kind is not BlockKind.HEADING}
    if any(o.candidate.rule.category == category and page.block_at(o.candidate.start) in below for o in told):
        return False
    units = [i for i, unit in enumerate(page.units) if unit.block in below and (i, category) not in seen.barred]
    if category in reader.claims.classes:
        column = reader.claims.classes.index(category)
        units = [i for i in units if reading.chances[i, column] >= reader.bars.propose]
        heard = (_heard(seen, views[i], category, None, reader, reading.stances.get(i), None)[0] for i in units)
        return bool(below) and Stance.ASSERTED not in heard
    return bool(below)


def _proposals(
    seen: Survey, rules: RuleSet, reader: SecondReader, views: Sequence[View], reading: Reading,
    told: Set[tuple[int, str]],
) -> Iterator[Weighed]:  # fmt: skip
    """Claims that no rule found. `told`: sentence and category of those that one did."""
    chances, bars = reading.chances, reader.bars
    for column, category in enumerate(reader.claims.classes):
        for index in (int(i) for i in np.flatnonzero(chances[:, column] >= bars.propose)):
            if (index, category) in told or (index, category) in seen.barred or _leant(chances[:, column], index):
                continue
            chance = float(chances[index, column])
            one = _proposed(seen, rules, reader, views[index], reading, index, category)
            asserted = one.cue.stance is Stance.ASSERTED
            if asserted and category in seen.unspoken:
                continue
            enough = max(bars.own_claims, SURE_BESIDE) if category in SELDOM else bars.own_claims
            if (asserted and one.confidence >= enough) or (not asserted and chance >= bars.other_stances):
                yield one


def _made(
    seen: Survey, reader: SecondReader, views: Sequence[View], reading: Reading, category: str, accused: bool
) -> bool:
    """Does some sentence of the page make a claim of this category: in the page's own voice, where it would accuse?"""
    column = reader.claims.classes.index(category)
    likely = (int(i) for i in np.flatnonzero(reading.chances[:, column] >= reader.bars.propose))
    settled = {i: one.cue for i, one in seen.settled.items()}
    return any(
        not accused
        or _heard(seen, views[i], category, None, reader, reading.stances.get(i), settled.get(i))[0] is Stance.ASSERTED
        for i in likely
    )


def _chance(candidate: Candidate, reader: SecondReader, own: float, *, accused: bool, made: bool) -> float:
    """The probability of a rule hit, 0 where it is dropped. `own`: what the models gave it.

    Some hits are kept however unlikely the models hold them for. Where the page makes the same claim elsewhere (`made`)
    nearly all are, because authors label a claim once or twice a page, and the models learnt to take its repetition for
    nothing; but what it denies or reports elsewhere makes no hit an accusation, and what the models hold for as good as
    impossible repeats nothing: the name of a trade in a heading or a question ("What is staff monitoring?").
    """
    rule, score = candidate.rule, candidate.claim.score
    if score >= PLAIN or rule.spared:
        return max(own, score / 2)
    leant = made or rule.category in SELDOM or not accused or rule.id in reader.trusted
    if own < reader.bars.keep * (LEAN if leant else 1.0):
        return 0.0
    return max(own, score / 2) if made else own


def _leant(chances: np.ndarray, index: int) -> bool:
    """Does a sentence seem to claim something only because a neighbour does?"""
    near = chances[max(0, index - BESIDE) : index + BESIDE + 1]
    return bool(chances[index] < SURE_BESIDE and near.max() > chances[index])


def _confidence(chance: float, sure: float) -> float:
    return round(min(0.99, max(0.01, chance * sure)), 2)


def _stance(
    seen: Survey, view: View, at: int, category: str, cue: Cue, reader: SecondReader, context: np.ndarray | None,
    firm: Cue | None,
) -> tuple[Cue, float]:  # fmt: skip
    """The stance with the word that decided, and its probability. `at`: the sentence's number; `firm`: what a firm cue
    makes of it."""
    if cue.scope == "rule":
        return _turned(seen, view, at, category, cue, reader, context)
    stance, sure = _heard(seen, view, category, cue, reader, context, firm)
    return (cue if cue.stance is stance else _cue(seen, at, stance, firm)), sure


def _turned(
    seen: Survey, view: View, at: int, category: str, cue: Cue, reader: SecondReader, context: np.ndarray | None
) -> tuple[Cue, float]:
    """The same for a hit that its own rule turned. It is never a claim, and where a person has said whose page it is
    the rule has the last word."""
    stance, sure = reader.stance(view, category, None, context)
    if seen.speaker.given is not None or stance in (cue.stance, Stance.ASSERTED) or sure < OVERTURNED_FROM:
        return cue, 0.9
    return _cue(seen, at, stance, None), sure


def _heard(
    seen: Survey, view: View, category: str, cue: Cue | None, reader: SecondReader, context: np.ndarray | None,
    firm: Cue | None,
) -> tuple[Stance, float]:  # fmt: skip
    """The stance and its probability. Where a person has said whose page it is, it is nobody else's own voice, and what
    plain words ask or plan is nobody's."""
    stance, sure = reader.stance(view, category, cue, context)
    if stance is Stance.ASSERTED and firm:
        return firm.stance, sure
    if seen.speaker.given is None:
        return stance, sure
    return _as_told(stance, sure, STANCE_OF_ROLE.get(seen.speaker.given), cue), sure


def _as_told(stance: Stance, sure: float, given: Stance | None, cue: Cue | None) -> Stance:
    """The stance where a person has said whose page it is. `given`: of whoever speaks there, None for a seller and its
    notice.

    Whose words they are is then known: unless a word says so, law on a news page is reported, and what the models with
    little certainty take for another's is the seller's own.
    """
    by_word = cue is not None and cue.scope not in ("page", "default") and cue.stance is stance
    if by_word or stance not in _WHOSE:
        return stance
    if given is None:
        return Stance.ASSERTED if sure < OVERTURNED_FROM else stance
    return given


def _cue(seen: Survey, at: int, stance: Stance, firm: Cue | None) -> Cue:
    """What to name where the models decided: the kind of page, or a word of the sentence that says so to everybody."""
    role = seen.speaker.verdict().role
    if STANCE_OF_ROLE.get(role) is stance:
        return Cue(stance, f"page: {role.value}", "page")
    if firm and firm.stance is stance:
        return firm
    return Cue(stance, seen.cue_word(at, stance) if stance is not Stance.ASSERTED else "", "wording")


def _proposed(
    seen: Survey, rules: RuleSet, reader: SecondReader, view: View, reading: Reading, index: int, category: str
) -> Weighed:
    unit = seen.page.units[index]
    chance = float(reading.chances[index, reader.claims.classes.index(category)])
    start, end = _narrowed(seen, unit, _side(seen, index, category, reader), category, reader)
    firm = seen.firmly(category, index, start, end)
    part = Part("sentence", start, end, (), ((start, end),))
    candidate = Candidate(proposing(rules, reader, category), _CLAIM, (part,), seen.page.langs[unit.block])
    stance, sure = _heard(seen, view, category, None, reader, reading.stances.get(index), firm)
    cue = seen.refusal(start, end) or _cue(seen, index, stance, firm)
    return Weighed(candidate, cue, _confidence(chance, sure))


def _side(seen: Survey, index: int, category: str, reader: SecondReader) -> tuple[int, int]:
    """The sentence whole; of one that speaks of another maker and of its own, the side that speaks for the category."""
    unit, one = seen.page.units[index], seen.settled.get(index)
    if one is None or not one.others:
        return unit.start, unit.end
    sides = [(unit.start, one.start), (one.start, one.end), (one.end, unit.end)]
    return _likeliest(seen, [side for side in sides if side[0] < side[1]], category, reader)


def _likeliest(seen: Survey, pieces: Sequence[tuple[int, int]], category: str, reader: SecondReader) -> tuple[int, int]:
    """The piece of the page whose words speak most for the category."""
    from scanner.detect.voice import features

    text, column = seen.page.normal.text, reader.claims.classes.index(category)
    return max(pieces, key=lambda ab: float(reader.claims.scores({"n": features(text[ab[0] : ab[1]])}, None)[column]))


def _joined(
    seen: Survey, pieces: Sequence[tuple[int, int]], one: tuple[int, int], category: str, reader: SecondReader
) -> tuple[int, int]:
    """A clause with as many of its neighbours as it takes to tell something, the likelier first."""
    text, (begin, stop) = seen.page.normal.text, one
    while weight_of(text[begin:stop]) < TELLING:
        wider = [(a, stop) for a, b in pieces if b <= begin][-1:] + [(begin, b) for a, b in pieces if a >= stop][:1]
        if not wider:
            break
        begin, stop = _likeliest(seen, wider, category, reader)
    return begin, stop


def _narrowed(seen: Survey, unit: Unit, side: tuple[int, int], category: str, reader: SecondReader) -> tuple[int, int]:
    """The clause of a long sentence that speaks most for the category; a short sentence whole. `side`: where."""
    text = seen.page.normal.text
    begin, stop = side
    if weight_of(text[begin:stop]) > LONG:
        cuts = [begin, *(m.end() for m in _CLAUSE.finditer(text, begin, stop)), stop]
        pieces = [(a, b) for a, b in pairwise(cuts) if text[a:b].strip()]
        telling = [(a, b) for a, b in pieces if weight_of(text[a:b]) >= SHORTEST]  # "and shoes" accuses nobody
        begin, stop = _joined(seen, pieces, _likeliest(seen, telling or pieces, category, reader), category, reader)
    elif side == (unit.start, unit.end):
        return side
    clause = text[begin:stop]
    begin += len(clause) - len(clause.lstrip())
    return begin, begin + len(clause.strip().rstrip(",，、;；:：|｜ "))


_CLAIM = Claim(all=("sentence",), ordered=False, window=Reach(0, 0), breaks=0, score=0.5, needs=())


def proposing(rules: RuleSet, reader: SecondReader, category: str) -> Rule:
    """The rule under whose name the second reader proposes claims of a category."""
    facts = rules.categories[category]
    titles = {"en": str(facts.get("title_en", category)), "zh": str(facts.get("title_zh", category))}
    return Rule(
        id=f"{PREFIX}{category}", revision=reader.revision, status=Status.TEST, category=category,
        severity=Severity(facts.get("severity", "medium")), title=titles, why={}, slots={}, claims=(), excepts=(),
        boost=frozenset(), negate="", tests=(),
    )  # fmt: skip
