"""Can any rule fire here? One Aho-Corasick pass over the page says which words stand in which block.

Sound by construction: the same literals, the same normal form, no mask, no window: whatever spaCy's matcher would
find in a block, this has found too (property test). What it saves is spaCy: only blocks in which every slot of some
claim has a word nearby are tokenised. Measured (docs/benchmarks.md): a page without claims costs a tenth.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ahocorasick_rs import AhoCorasick, MatchKind

from scanner.detect.page import Page
from scanner.detect.rules import Claim, Kind, Rule, RuleSet

LATIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
MAX_BREAKS = 3


@dataclass(frozen=True, slots=True)
class Sighting:
    """What the pass saw, before any mask."""

    atoms: tuple[frozenset[str], ...]
    """Per block."""
    words: tuple[frozenset[str], ...]
    """Per block, every literal that stands there, of whatever kind."""
    page_atoms: frozenset[str]
    roles: Mapping[int, int]
    """RoleRule index -> number of places."""
    unit_atoms: tuple[frozenset[str], ...]
    """Per unit (sentence) of the page, before any mask."""
    unit_cues: tuple[frozenset[str], ...]


class Gate:
    """The automaton of one rule set, and the index from atoms to the claims that they could start."""

    def __init__(self, rules: RuleSet) -> None:
        self.literals = rules.literals
        self.by_text: dict[str, list[int]] = {}
        for index, lit in enumerate(rules.literals):
            self.by_text.setdefault(lit.text, []).append(index)
        texts = list(self.by_text)
        self.meaning = list(self.by_text.values())
        self.texts = texts
        self.automaton = AhoCorasick(texts, matchkind=MatchKind.Standard) if texts else None
        self.starts: dict[str, list[tuple[Rule, Claim]]] = {}
        for rule in rules.active:
            for claim in rule.claims:
                for atom in anchor_atoms(rule, claim):
                    self.starts.setdefault(atom, []).append((rule, claim))

    def look(self, page: Page) -> Sighting:
        """One pass over the page's text."""
        text = page.normal.text
        atoms: list[set[str]] = [set() for _ in page.borders]
        words: list[set[str]] = [set() for _ in page.borders]
        roles: dict[int, int] = {}
        unit_atoms: list[set[str]] = [set() for _ in page.units]
        unit_cues: list[set[str]] = [set() for _ in page.units]
        unit_starts = [unit.start for unit in page.units]
        block, end_of_block = -1, -1
        for pattern, start, end in (
            self.automaton.find_matches_as_indexes(text, overlapping=True) if self.automaton else ()
        ):
            if not bounded(text, start, end):
                continue
            if not (block >= 0 and page.borders[block][0] <= start < end_of_block):
                block = page.block_at(start)
                end_of_block = page.borders[block][1] if page.borders else -1
            if end > end_of_block:
                continue
            words[block].add(self.texts[pattern])
            unit = max(0, bisect_right(unit_starts, start) - 1)
            for index in self.meaning[pattern]:
                lit = self.literals[index]
                if not speaks(page.langs[block], lit.lang):
                    continue
                if lit.kind is Kind.ATOM:
                    atoms[block].add(lit.key)
                    unit_atoms[unit].add(lit.key)
                elif lit.kind is Kind.CUE:
                    unit_cues[unit].add(lit.key)
                elif lit.kind is Kind.ROLE:
                    roles[int(lit.key)] = roles.get(int(lit.key), 0) + 1
        frozen = tuple(frozenset(found) for found in atoms)
        return Sighting(
            atoms=frozen,
            words=tuple(map(frozenset, words)),
            page_atoms=frozenset().union(*frozen) if frozen else frozenset(),
            roles=roles,
            unit_atoms=tuple(map(frozenset, unit_atoms)),
            unit_cues=tuple(map(frozenset, unit_cues)),
        )

    def candidates(self, seen: Sighting) -> Sequence[tuple[int, Rule, Claim]]:
        """(block, rule, claim) wherever the claim's anchor slot has a word in the block and all else is in reach."""
        out: list[tuple[int, Rule, Claim]] = []
        likely = self._likely(seen.page_atoms)
        for index, atoms in enumerate(seen.atoms):
            tried: set[int] = set()
            reachable: dict[int, frozenset[str]] = {}
            for atom in atoms:
                for rule, claim in likely.get(atom, ()):
                    if id(claim) in tried:
                        continue
                    tried.add(id(claim))
                    near = reachable.get(claim.breaks)
                    if near is None:
                        near = reachable[claim.breaks] = _reachable(seen, index, claim.breaks)
                    if _filled(rule, claim, near):
                        out.append((index, rule, claim))
        return out

    def _likely(self, page: frozenset[str]) -> Mapping[str, Sequence[tuple[Rule, Claim]]]:
        """Of the claims that an atom of the page could start, those for which all words stand somewhere on it: few, and
        only these need be asked about block by block."""
        possible: dict[int, bool] = {}
        out: dict[str, list[tuple[Rule, Claim]]] = {}
        for atom in page:
            for rule, claim in self.starts.get(atom, ()):
                if id(claim) not in possible:
                    needed = not any(need.atoms.isdisjoint(page) for need in claim.needs)
                    possible[id(claim)] = needed and _filled(rule, claim, page)
                if possible[id(claim)]:
                    out.setdefault(atom, []).append((rule, claim))
        return out


def speaks(block_lang: str, literal_lang: str) -> bool:
    """A Chinese block also holds English words; a Latin-script block holds its own language only."""
    return literal_lang == block_lang or (block_lang == "zh" and literal_lang == "en")


def bounded(text: str, start: int, end: int) -> bool:
    """Latin letters and digits must not run on past the word (a face in "surface" is none)."""
    if start and text[start] in LATIN and text[start - 1] in LATIN:
        return False
    return not (end < len(text) and text[end - 1] in LATIN and text[end] in LATIN)


def anchor_atoms(rule: Rule, claim: Claim) -> frozenset[str]:
    """First atoms of the slot with the fewest: where a claim is looked for."""
    return frozenset().union(*(sequence[0] for sequence in rule.slots[anchor_slot(rule, claim)].any))


def anchor_slot(rule: Rule, claim: Claim) -> str:
    """The claim's slot that names the fewest atoms (ties: the first)."""
    return min(
        claim.all,
        key=lambda name: (len({a for s in rule.slots[name].any for part in s for a in part}), claim.all.index(name)),
    )


def _reachable(seen: Sighting, index: int, breaks: int) -> frozenset[str]:
    reach = min(breaks, MAX_BREAKS)
    low, high = max(0, index - reach - 1), min(len(seen.atoms), index + reach + 2)
    return frozenset().union(*seen.atoms[low:high])


def _filled(rule: Rule, claim: Claim, near: frozenset[str]) -> bool:
    """Has every slot of the claim a sequence with a word for each of its places among these atoms?"""
    return all(
        any(not any(part.isdisjoint(near) for part in sequence) for sequence in rule.slots[name].any)
        for name in claim.all
    )


@lru_cache(maxsize=4)
def gate_for(rules: RuleSet) -> Gate:
    """The gate of a rule set, compiled once."""
    return Gate(rules)
