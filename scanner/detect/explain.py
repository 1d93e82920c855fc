"""`noticescan rules explain TEXT`: which words, slots, cues and exceptions fired or stopped, for rule editors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scanner.detect import detector, second
from scanner.detect.match import Candidate, Scene
from scanner.detect.rules import RuleSet
from scanner.detect.selftest import plain_document
from scanner.detect.survey import Survey
from scanner.model import Cue, Finding, Provenance


def explain(text: str, rules: RuleSet, lang: str = "") -> str:
    """A plain-text account, one fact a line."""
    trace = detector.Trace()
    document = plain_document(text, lang)
    seen = detector.survey(document, rules, Provenance(source=""), trace)
    told = detector.detect(document, rules, Provenance(source=""))
    trace.kept.extend(seen.judged if seen else ())
    return "\n".join([*_lines(trace, rules), *_second(seen), *_told(told)])


def _second(seen: Survey | None) -> Iterator[str]:
    """What the second reader holds of each sentence: its three likeliest categories and the stance of the first."""
    reader = second.reader()
    if seen is None or reader is None:
        return
    views = seen.views()
    reading = reader.read(views)
    for index, (view, chances) in enumerate(zip(views, reading.chances, strict=True)):
        likely = sorted(zip(chances, reader.claims.classes, strict=True), reverse=True)[:3]
        shown = ", ".join(f"{name} {chance:.2f}" for chance, name in likely if chance >= 0.05)
        if shown:
            stances = reader.stances_of(view, likely[0][1], reading.stances.get(index))
            heard = ", ".join(f"{s.value} {p:.2f}" for s, p in sorted(stances.items(), key=lambda sp: -sp[1])[:2])
            firm = f"; {view.settled.stance.value} by the firm cue {view.settled.text!r}" if view.settled else ""
            yield f"sentence   {view.text[:60]!r}: {shown}; {heard}{firm}"


def _told(found: Sequence[Finding]) -> Iterator[str]:
    for finding in found:
        told = f"{finding.rule} [{finding.category}] {finding.stance.value}, confidence {finding.confidence:.2f}"
        yield f"told       {told}: {finding.quote!r}"
    if not found:
        yield "told       nothing"


def _lines(trace: detector.Trace, rules: RuleSet) -> Iterator[str]:
    yield f"language   {trace.languages or 'none'}"
    if trace.role is not None:
        scores = ", ".join(f"{role.value} {score:.2f}" for role, score in sorted(trace.role.scores.items()))
        yield f"page role  {trace.role.role.value} ({scores or 'no word of any role'})"
    if trace.scene is not None:
        yield from _words(trace.scene, rules)
    for candidate, cue in trace.kept:
        yield f"rule hit   {candidate.rule.id} [{candidate.rule.category}] {cue.stance.value}"
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
        atoms: dict[tuple[int, int], list[str]] = {}
        for atom, places in sorted(words.atoms.items()):
            for place in places:
                atoms.setdefault(place, []).append(atom)
        for (start, end), names in sorted(atoms.items()):
            yield f"word       {text[start:end]}: {', '.join(names)}"
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
