"""Everything that is seen on a page before it is decided: rule hits with their stance, and each sentence as a view."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from scanner.detect import answers, firm, roles, stance, subjects, voice
from scanner.detect import page as pages
from scanner.detect.firm import Settled
from scanner.detect.gate import Sighting, anchor_slot, gate_for
from scanner.detect.match import OVERLAP, Candidate, Scene, join, matcher_for
from scanner.detect.page import Page
from scanner.detect.rules import Need, RuleSet, Within
from scanner.detect.second import View, log_shares
from scanner.model import Cue, Document, Provenance, Stance

Judged = tuple[Candidate, Cue]


@dataclass(slots=True)
class Trace:
    """What `rules explain` shows: filled as detection goes, never read by it."""

    role: roles.RoleVerdict | None = None
    languages: str = ""
    kept: list[Judged] = field(default_factory=list)
    dropped: list[tuple[Candidate, str]] = field(default_factory=list)
    scene: Scene | None = None


@dataclass(frozen=True, slots=True)
class Survey:
    """One page, looked at once."""

    page: Page
    seen: Sighting
    scene: Scene
    speaker: roles.Speaker
    judged: Sequence[Judged]
    """Rule hits with their stance after the cues; some may overlap."""
    barred: frozenset[tuple[int, str]] = frozenset()
    """(unit, category): a firm exception stopped a hit there, or the sentence is about no person; nobody else may
    propose one."""
    unspoken: frozenset[str] = frozenset()
    """Categories that nothing on the page speaks of: the second reader may not propose them as the page's own claim."""
    quiet: frozenset[str] = frozenset()
    """Atoms that the models do not see."""
    settled: Mapping[int, Settled] = field(default_factory=dict)
    """Unit -> what a firm cue makes of it, or of a part of it."""
    refused: Mapping[int, Cue] = field(default_factory=dict)
    """Block -> the plain no that its row of a table answers it with."""

    def firmly(self, category: str, index: int, start: int, end: int) -> Cue | None:
        """What a firm cue makes of a normalised stretch of a sentence, if it governs all that lies in the sentence."""
        one, unit = self.settled.get(index), self.page.units[index]
        if one is None or (one.others and category in firm.EXEMPT):
            return None
        return one.cue if one.over(max(start, unit.start), min(end, unit.end)) else None

    def refusal(self, start: int, end: int) -> Cue | None:
        """The no that answers a normalised stretch, if all of it stands in the row's label."""
        block = self.page.block_at(start)
        return self.refused.get(block) if end <= self.page.borders[block][1] else None

    def units_of(self, candidate: Candidate) -> range:
        """Indices of the units that a candidate touches."""
        return self.page.units_of(candidate.start, candidate.end)

    def cue_word(self, index: int, stance: Stance) -> str:
        """The first cue of this stance in a unit, as it stands on the page; empty where there is none."""
        unit = self.page.units[index]
        for cue, start, end in self.scene.words(unit.block).cues:
            if self.scene.matcher.cues[cue].stance is stance and unit.start <= start < unit.end:
                first, last = self.page.normal.span(start, end)
                return self.page.document.text[first:last]
        return ""

    def views(self) -> list[View]:
        """Every unit of the page as the second reader sees it."""
        page, seen = self.page, self.seen
        hits: list[dict[str, tuple[str, str, str]]] = [{} for _ in page.units]
        for candidate, cue in self.judged:
            for index in self.units_of(candidate):
                told = (candidate.rule.id, cue.stance.value, cue.scope)
                hits[index].setdefault(candidate.rule.category, told)
        whole = log_shares(self.speaker.verdict().scores)
        own = [atoms - self.quiet for atoms in seen.unit_atoms]
        leads: dict[int, tuple[frozenset[str], frozenset[str]]] = {}
        first_of = {unit.block: index for index, unit in reversed(list(enumerate(page.units)))}
        out = []
        for index, unit in enumerate(page.units):
            if unit.block not in leads:
                leads[unit.block] = self._leads(unit.block, first_of, own)
            atoms, cues = leads[unit.block]
            out.append(
                View(
                    text=page.normal.text[unit.start : unit.end],
                    atoms=own[index],
                    cues=seen.unit_cues[index],
                    around=atoms.union(*own[max(0, index - 1) : index], *own[index + 1 : index + 2]),
                    cues_before=cues | (seen.unit_cues[index - 1] if index else frozenset()),
                    kind=page.document.blocks[unit.block].kind.value,
                    hits=hits[index],
                    page_roles=whole,
                    stretch=partial(_heard_near, self.speaker, unit.block),
                    settled=self.settled[index].cue if index in self.settled else None,
                )
            )
        return out

    def _leads(
        self, block: int, first_of: Mapping[int, int], own: Sequence[frozenset[str]]
    ) -> tuple[frozenset[str], frozenset[str]]:
        """Atoms (`own`: of each unit) and cues of the heading and lead-in of a block."""
        indices = [first_of[lead] for lead in self.page.leads(block) if lead in first_of]
        nothing: frozenset[str] = frozenset()
        return nothing.union(*(own[i] for i in indices)), nothing.union(*(self.seen.unit_cues[i] for i in indices))


def _heard_near(speaker: roles.Speaker, block: int) -> list[float]:
    return log_shares(speaker.near(block).scores)


def survey(
    document: Document,
    rules: RuleSet,
    provenance: Provenance,
    trace: Trace | None = None,
    model: voice.VoiceModel | None = None,
) -> Survey | None:
    """Looks at a document. None where it holds no text or no word list covers its language.

    `model`: another voice model than the shipped one, for training.
    """
    if not document.blocks:
        return None
    page = pages.build(document, rules)
    if trace:
        trace.languages = page.languages.tag
    if not page.languages.covered:
        return None
    gate = gate_for(rules)
    seen = gate.look(page)
    said = provenance.said
    speaker = roles.Speaker(page, rules, seen.roles, said.role if said else None, model)
    scene = Scene(page, matcher_for(rules), seen)
    if trace:
        trace.role, trace.scene = speaker.verdict(), scene
    judged: list[Judged] = []
    stopped: list[Candidate] = []
    for block, rule, claim in gate.candidates(seen):
        for candidate in join(scene, rule, claim, block, anchor_slot(rule, claim)):
            fate = _fate(scene, candidate, block)
            if fate.firm:
                stopped.append(candidate)
            if trace and fate.dropped:
                trace.dropped.append((candidate, fate.dropped))
            if not fate.dropped:
                judged.append((candidate, stance.decide(scene, rules, candidate, speaker.at(block), fate.turned)))
    looked = Survey(
        page, seen, scene, speaker, judged, quiet=rules.quiet,
        settled=_settled(scene, seen, rules), refused=answers.refused(page, rules.refusals),
    )  # fmt: skip
    barred = frozenset((unit, one.rule.category) for one in stopped for unit in looked.units_of(one))
    return _about_people(looked, rules, barred, trace)


def _about_people(looked: Survey, rules: RuleSet, barred: frozenset[tuple[int, str]], trace: Trace | None) -> Survey:
    """Without what is said of things; of what is left, the best of overlapping hits."""
    why = {(unit, category): because for unit, category, because in subjects.spared(looked.scene, rules.subjects)}
    kept = []
    for candidate, cue in looked.judged:
        units = looked.units_of(candidate)
        if units and all((unit, candidate.rule.category) in why for unit in units):
            if trace:
                trace.dropped.append((candidate, why[units[0], candidate.rule.category]))
        else:
            kept.append((candidate, cue))
    unspoken = subjects.unspoken(looked.scene, rules.subjects)
    return replace(looked, judged=best(kept), barred=barred | why.keys(), unspoken=unspoken)


def _settled(scene: Scene, seen: Sighting, rules: RuleSet) -> dict[int, Settled]:
    units = scene.page.units
    following = [*units[1:], None]
    made = map(partial(firm.settled, scene, rules), units, seen.unit_cues, following)
    return {index: one for index, one in enumerate(made) if one is not None}


def best(judged: Sequence[Judged]) -> list[Judged]:
    """Of overlapping candidates of one category the most confident, then the shortest; in text order."""
    ranked = sorted(judged, key=lambda j: (-j[0].claim.score, j[0].end - j[0].start, j[0].start, j[0].rule.id))
    kept: list[Judged] = []
    taken: dict[str, list[tuple[int, int]]] = {}
    for candidate, cue in ranked:
        spans = taken.setdefault(candidate.rule.category, [])  # never overlapping, so sorted by start and by end
        at = bisect_left(spans, (candidate.start, 0))
        free_before = at == 0 or spans[at - 1][1] <= candidate.start
        if free_before and (at == len(spans) or candidate.end <= spans[at][0]):
            spans.insert(at, (candidate.start, candidate.end))
            kept.append((candidate, cue))
    return sorted(kept, key=lambda j: (j[0].start, j[0].end, j[0].rule.id))


@dataclass(frozen=True, slots=True)
class _Fate:
    """What needs and exceptions make of a candidate."""

    dropped: str = ""
    """Why, or empty."""
    firm: bool = False
    """Dropped for the second reader, too."""
    turned: tuple[Stance, str] | None = None
    """The stance that an exception gives it, and why."""


def _fate(scene: Scene, candidate: Candidate, block: int) -> _Fate:
    """Needs met and no exception?"""
    for need in candidate.claim.needs:
        if not _present(scene, need, candidate, block):
            return _Fate(f"needs {'|'.join(sorted(need.atoms))} within {need.within.value}")
    for exception in candidate.rule.excepts:
        if _present(scene, exception, candidate, block):
            if exception.turn is None:
                kind = "firm exception" if exception.firm else "exception"
                return _Fate(f"{kind}: {exception.because}", exception.firm)
            return _Fate(turned=(exception.turn, exception.because))
    return _Fate()


def _present(scene: Scene, need: Need, candidate: Candidate, block: int) -> bool:
    page = scene.page
    start, end = candidate.start, candidate.end
    if need.within is Within.PAGE:
        return scene.anywhere(need.atoms)
    if need.within is Within.SECTION:
        return scene.within(need.atoms, page.section(block)) or scene.within(need.atoms, page.leads(block))
    if need.within is Within.BLOCK:
        return scene.within(need.atoms, {block, page.block_at(end - 1)})
    if need.within is Within.SENTENCE:
        low, high = page.sentence(start, end)
    else:
        reach = need.near.of(candidate.lang)
        low, high = start - reach, end + reach
    around = range(max(0, block - 2), min(len(page.borders), block + 3))
    places = scene.places(need.atoms, around)
    at = bisect_left(places, (low - OVERLAP, 0))
    while at < len(places) and places[at][0] < high:
        if places[at][1] > low:
            return True
        at += 1
    return False
