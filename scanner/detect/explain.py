"""`noticescan rules explain TEXT`: which words, slots, cues and exceptions fired or stopped, for rule editors."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.detect import detector
from scanner.detect.match import Candidate, Scene
from scanner.detect.rules import RuleSet
from scanner.detect.selftest import plain_document
from scanner.model import Cue, Provenance


def explain(text: str, rules: RuleSet, lang: str = "") -> str:
    """A plain-text account, one fact a line."""
    trace = detector.Trace()
    detector.detect(plain_document(text, lang), rules, Provenance(source=""), trace)
    return "\n".join(_lines(trace, rules))


def _lines(trace: detector.Trace, rules: RuleSet) -> Iterator[str]:
    yield f"language   {trace.languages or 'none'}"
    if trace.role is not None:
        scores = ", ".join(f"{role.value} {score:.2f}" for role, score in sorted(trace.role.scores.items()))
        yield f"page role  {trace.role.role.value} ({scores or 'no word of any role'})"
    if trace.scene is not None:
        yield from _words(trace.scene, rules)
    for candidate, cue in trace.kept:
        yield f"finding    {candidate.rule.id} [{candidate.rule.category}] {cue.stance.value}"
        yield from _candidate(candidate, trace.scene)
        yield f"  stance   {_cue(cue)}"
    for candidate, why in trace.dropped:
        yield f"dropped    {candidate.rule.id}: {why}"
        yield from _candidate(candidate, trace.scene)
    if not trace.kept and not trace.dropped:
        yield "no claim   no rule had all its slots filled within its window"


def _words(scene: Scene, rules: RuleSet) -> Iterator[str]:
    text = scene.page.normal.text
    for block in range(len(scene.page.borders)):
        words = scene.words(block)
        for atom, places in sorted(words.atoms.items()):
            yield f"atom       {atom}: {', '.join(text[s:e] for s, e in places)}"
        for cue_id, start, end in words.cues:
            cue = rules.cues[cue_id]
            yield f"cue        {cue_id} ({cue.stance.value}, {cue.direction}, {cue.scope}): {text[start:end]}"


def _candidate(candidate: Candidate, scene: Scene | None) -> Iterator[str]:
    text = scene.page.normal.text if scene is not None else ""
    for part in candidate.parts:
        yield f"  slot     {part.slot} = {text[part.start : part.end]!r} by {' > '.join(part.atoms)}"


def _cue(cue: Cue) -> str:
    return (
        f"{cue.stance.value}, by {cue.text!r} ({cue.scope})"
        if cue.text
        else f"{cue.stance.value}, no cue ({cue.scope})"
    )
