"""Document -> findings: the room's one door. A pure function of the document, the rule set and where it came from."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote as percent

from scanner.detect import page as pages
from scanner.detect import roles, stance
from scanner.detect.gate import anchor_slot, gate_for
from scanner.detect.match import OVERLAP, Candidate, Scene, join, matcher_for
from scanner.detect.page import Page
from scanner.detect.rules import Need, RuleSet, Within
from scanner.model import Cue, Document, Finding, PageRole, Provenance, Severity, Stance

CONTEXT = 32
"""Characters of prefix and suffix in a TextQuoteSelector (W3C Web Annotation; the length is ours)."""
_WEIGHT = {severity: index for index, severity in enumerate(Severity)}


@dataclass(slots=True)
class Trace:
    """What `rules explain` shows: filled as detection goes, never read by it."""

    role: roles.RoleVerdict | None = None
    languages: str = ""
    considered: int = 0
    kept: list[tuple[Candidate, Cue]] = field(default_factory=list)
    dropped: list[tuple[Candidate, str]] = field(default_factory=list)
    scene: Scene | None = None


def covered(document: Document, rules: RuleSet) -> tuple[bool, str]:
    """Whether a language pack exists for this document, and the language found (BCP 47)."""
    languages = pages.build(document, rules).languages
    return languages.covered, languages.tag


def detect(
    document: Document, rules: RuleSet, provenance: Provenance, trace: Trace | None = None
) -> tuple[Finding, ...]:
    """All claims of a document with their stance, in text order. Never raises on any document."""
    if not document.blocks:
        return ()
    page = pages.build(document, rules)
    if trace:
        trace.languages = page.languages.tag
    if not page.languages.covered:
        return ()
    gate = gate_for(rules)
    seen = gate.look(page)
    candidates = gate.candidates(seen)
    if not candidates and trace is None:
        return ()
    speaker = roles.Speaker(page, rules, seen.roles, provenance.page_role)
    scene = Scene(page, matcher_for(rules), seen)
    if trace:
        trace.role, trace.scene = speaker.verdict(), scene
    judged: list[tuple[Candidate, Cue]] = []
    for block, rule, claim in candidates:
        for candidate in join(scene, rule, claim, block, anchor_slot(rule, claim)):
            keep, turned, why = _conditions(scene, candidate, block)
            if trace:
                trace.considered += 1
                if not keep:
                    trace.dropped.append((candidate, why))
            if keep:
                judged.append((candidate, stance.decide(scene, rules, candidate, speaker.at(block), turned)))
    kept = _best(judged)
    if trace:
        trace.kept.extend(kept)
    return tuple(_finding(page, provenance, speaker, candidate, cue, scene) for candidate, cue in kept)


def _conditions(scene: Scene, candidate: Candidate, block: int) -> tuple[bool, tuple[Stance, str] | None, str]:
    """Needs met and no exception? (keep, what an exception turns it to, why it was dropped)."""
    for need in candidate.claim.needs:
        if not _present(scene, need, candidate, block):
            return False, None, f"needs {'|'.join(sorted(need.atoms))} within {need.within.value}"
    for exception in candidate.rule.excepts:
        if _present(scene, exception, candidate, block):
            if exception.turn is None:
                return False, None, f"exception: {exception.because}"
            return True, (exception.turn, exception.because), ""
    return True, None, ""


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


def _best(judged: Iterable[tuple[Candidate, Cue]]) -> list[tuple[Candidate, Cue]]:
    """Of overlapping candidates of one category the most confident, then the shortest; in text order."""
    ranked = sorted(judged, key=lambda j: (-j[0].claim.score, j[0].end - j[0].start, j[0].start, j[0].rule.id))
    kept: list[tuple[Candidate, Cue]] = []
    taken: dict[str, list[tuple[int, int]]] = {}
    for candidate, cue in ranked:
        spans = taken.setdefault(candidate.rule.category, [])  # never overlapping, so sorted by start and by end
        at = bisect_left(spans, (candidate.start, 0))
        free_before = at == 0 or spans[at - 1][1] <= candidate.start
        if free_before and (at == len(spans) or candidate.end <= spans[at][0]):
            spans.insert(at, (candidate.start, candidate.end))
            kept.append((candidate, cue))
    return sorted(kept, key=lambda j: (j[0].start, j[0].end, j[0].rule.id))


def _confidence(candidate: Candidate, cue: Cue, role: PageRole, scene: Scene) -> float:
    boosts = 0
    if candidate.rule.boost:
        page = scene.page
        around = range(
            max(0, page.block_at(candidate.start) - 1), min(len(page.borders), page.block_at(candidate.end - 1) + 2)
        )
        boosts = min(3, len(scene.places(candidate.rule.boost, around)))
    value = candidate.claim.score + 0.04 * boosts
    if cue.stance is Stance.ASSERTED:
        value += {PageRole.VENDOR: 0.05, PageRole.UNKNOWN: -0.08, PageRole.NOTICE: -0.1}.get(role, 0.0)
    return round(min(0.99, max(0.05, value)), 2)


def _finding(
    page: Page, where: Provenance, speaker: roles.Speaker, candidate: Candidate, cue: Cue, scene: Scene
) -> Finding:
    document, rule = page.document, candidate.rule
    role = speaker.at(page.block_at(candidate.start))
    start, end = page.normal.span(candidate.start, candidate.end)
    quote = document.text[start:end]
    index = page.block_at(candidate.start)
    block = document.blocks[index]
    identity = "\n".join((where.capture_sha256, rule.id, str(rule.revision), str(start), str(end)))
    same = "\n".join((rule.id, where.canonical or where.source, page.normal.text[candidate.start : candidate.end]))
    lang = page.languages.tag if page.langs[index] == "zh" else page.langs[index]
    if lang not in ("zh-Hans", "zh-Hant") and page.langs[index] == "zh":
        lang = "zh-Hans"
    return Finding(
        id=hashlib.sha256(identity.encode()).hexdigest(),
        fingerprint=hashlib.sha256(same.encode()).hexdigest(),
        run=where.run,
        vendor=where.vendor,
        source=where.source,
        captured_at=where.captured_at,
        rule=rule.id,
        rule_version=rule.revision,
        category=rule.category,
        severity=rule.severity,
        stance=cue.stance,
        cue=cue,
        confidence=_confidence(candidate, cue, role, scene),
        lang=lang,
        quote=quote,
        prefix=document.text[max(0, start - CONTEXT) : start],
        suffix=document.text[end : end + CONTEXT],
        start=start,
        end=end,
        derivation=document.derivation,
        block_kind=block.kind,
        block_path=block.path,
        heading=block.heading,
        hidden=block.hidden,
        page_role=role,
        capture_sha256=where.capture_sha256,
        warc_record=where.warc_record,
        fragment_url=fragment_url(where.source, document.text, start, end),
    )


def fragment_url(url: str, text: str, start: int, end: int) -> str:
    """The URL with a `#:~:text=` directive for text[start:end] (WICG scroll-to-text-fragment), or empty for a file.

    A quote that crosses lines or is long is given by its first and last words, as the draft allows.
    """
    if not url.startswith(("http://", "https://")):
        return ""
    quote = text[start:end]
    lines = [line.strip() for line in quote.splitlines() if line.strip()]
    if len(lines) > 1 or len(quote) > 120:
        directive = f"{_escape(lines[0][:40])},{_escape(lines[-1][-40:])}"
    else:
        directive = _escape(quote)
    return f"{url.partition('#')[0]}#:~:text={directive}"


def _escape(text: str) -> str:
    return percent(text, safe="").replace("-", "%2D")


def order(findings: Sequence[Finding]) -> list[Finding]:
    """Asserted first, then the graver, then the surer: how reports list findings."""
    return sorted(
        findings,
        key=lambda f: (f.stance is not Stance.ASSERTED, -_WEIGHT[f.severity], -f.confidence, f.source, f.start),
    )
