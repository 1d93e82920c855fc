"""Document -> findings: the room's one door. A pure function of the document, the rule set and where it came from."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Sequence
from urllib.parse import quote as percent

import numpy as np

from scanner.detect import context, sayings, second
from scanner.detect import page as pages
from scanner.detect.match import Candidate
from scanner.detect.rules import RuleSet
from scanner.detect.sayings import Says
from scanner.detect.survey import Survey, Trace, survey
from scanner.detect.told import Told
from scanner.detect.weigh import Weighed, weigh
from scanner.model import (
    QUOTE_CONTEXT,
    Answered,
    Cue,
    Document,
    Finding,
    Heard,
    PageRole,
    Provenance,
    Severity,
    Stance,
)

__all__ = ["Survey", "Trace", "answers", "covered", "detect", "fragment_url", "hear", "order", "survey"]

NOTICE_STRETCHES = 32
"""Stretches of a privacy notice that the encoder reads: 8,000 tokens, longer than most notices."""
LEAST_HEARD = 0.2
"""Probability below which nothing is said of a sentence of a notice."""
DENIED_BY_RULE = 0.6
"""Probability, at least, where a rule hit was turned into a denial by a cue."""
LONGEST_NUMBER = 24
"""Characters of a number that a quotation is widened by."""
_NUMBER = re.compile(r"[0-9０-９]+(?:[.,．，][0-9０-９]+)*|[零〇一二两三四五六七八九十百千万亿兩萬億]+")
LONGEST_LIST = 60
"""Characters that a quotation is widened by to take in the rest of an enumeration."""
_BETWEEN = "、，,。；;：:！？!?（）()“”《》\\s"
LONGEST_REST = 14
"""Characters of a clause on either side of a finding's words that its quote takes in."""
_IN_CLAUSE = r"(?:[\u3400-\u9fff\w]|(?<=\d)[.,](?=\d))+"  # 3.2亿张人脸
_CLAUSE_BEFORE = re.compile(rf"(?<![\u3400-\u9fff\w])(?<!\d[.,]){_IN_CLAUSE}$")
_CLAUSE_AFTER = re.compile(rf"{_IN_CLAUSE}(?![\u3400-\u9fff\w])")
LONGEST_PHRASE = 160
"""Characters of a quotation that takes in its whole clause, in scripts with letters."""
_CLAUSE_BORDER = re.compile(
    r"(?:,(?!\d)|;|:(?!\d)|[.!?](?=[\s\"'”’)\]]|$)|[。！？；]|[—–|•·]|(?<=\s)-(?=\s)|\n)[\"'”’)\]]*"
)
_LETTER = re.compile(r"\w")
_RUN = re.compile(r"[\u3400-\u9fff\w]{2}")
_LISTED_BEFORE = re.compile(rf"(?<![^{_BETWEEN}])(?:[^{_BETWEEN}]{{1,8}}、)+$")
_LISTED_AFTER = re.compile(rf"(?:、[^{_BETWEEN}]{{1,8}}(?=[{_BETWEEN}]|$))+")
_WEIGHT = {severity: index for index, severity in enumerate(Severity)}


def covered(document: Document, rules: RuleSet) -> tuple[bool, str]:
    """Whether a language pack exists for this document, and the language found (BCP 47)."""
    languages = pages.build(document, rules).languages
    return languages.covered, languages.tag


def detect(
    document: Document,
    rules: RuleSet,
    provenance: Provenance,
    trace: Trace | None = None,
    *,
    rules_only: bool = False,
) -> tuple[Finding, ...]:
    """All claims of a document with their stance, in text order. Never raises on text that has a UTF-8 form.

    `rules_only`: without the second reader, as the examples inside the rules are run.
    """
    seen = survey(document, rules, provenance, trace)
    if seen is None:
        return ()
    reader = None if rules_only else second.reader()
    claims = [Weighed(c, cue, _confidence(c, cue, seen)) for c, cue in seen.judged]
    if reader is not None:
        claims = weigh(seen, rules, reader)
    if trace:
        trace.kept.extend((one.candidate, one.cue) for one in claims)
    if rules_only:
        return tuple(_finding(seen, provenance, one) for one in claims)
    return _once(_finding(seen, provenance, one, rounded=True) for one in claims)


def _once(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Of findings of one category and stance with the same quote only the surest: one sentence, told once."""
    kept: dict[tuple[str, Stance, int, int], Finding] = {}
    for one in findings:
        key = (one.category, one.stance, one.start, one.end)
        if key not in kept or one.confidence > kept[key].confidence:
            kept[key] = one
    return tuple(sorted(kept.values(), key=lambda one: (one.start, one.end, one.rule)))


def hear(document: Document, rules: RuleSet) -> tuple[Heard, ...]:
    """What the models make of a privacy notice, sentence by sentence: which claims it denies or makes. In text order.

    Less is left out than in findings, for here a denial matters as much as a claim, and words of both are plain.
    """
    seen, reader = survey(document, rules, Provenance("")), second.reader()
    if seen is None or reader is None:
        return ()
    views = seen.views()
    reading = reader.read(views, NOTICE_STRETCHES)
    out = []
    for index, column in zip(*np.nonzero(reading.chances >= LEAST_HEARD), strict=True):
        category, chance = reader.claims.classes[column], float(reading.chances[index, column])
        stances = reader.stances_of(views[index], category, reading.stances.get(int(index)))
        denied, claimed = (chance * stances.get(stance, 0.0) for stance in (Stance.NEGATED, Stance.ASSERTED))
        if views[index].hits.get(category, ("", "", ""))[1] == Stance.NEGATED:
            denied = max(denied, DENIED_BY_RULE)
        unit = seen.page.units[index]
        out.append(Heard(category, *seen.page.normal.span(unit.start, unit.end), denied, claimed))
    return tuple(out)


def answers(
    claim: str, sentences: Sequence[str], first: Collection[int] = (), says: Says = (), weight: float = sayings.WEIGHT
) -> tuple[Answered, ...]:
    """What each sentence of a privacy notice says to a claim, as the encoder reads the two together. All normalised.
    Empty where the model is missing. `first`: which sentences of a long notice must be read; `says`, `weight`: what
    another model makes of the same sentences, and how much that counts."""
    read = context.asked()
    if read is None:
        return ()
    told = (
        Answered(float(row[context.DENIED]), float(row[context.SAID]), float(row[context.WEAKENED]))
        for row in read.answers(claim, sentences, first)
    )
    return sayings.together(tuple(told), says, weight)


def answers_on(topic: str, question: str, sentences: Sequence[Told]) -> tuple[Answered, ...]:
    """What each sentence of a privacy notice says to a matter that is put as a sentence. `topic`: its name."""
    texts = [sentence.text.strip() for sentence in sentences]
    return answers(question, texts, (), sayings.sayings(sentences).get(topic, ()), sayings.WEIGHT_ON)


def _confidence(candidate: Candidate, cue: Cue, seen: Survey) -> float:
    """The rule's own score; used only where the second reader is missing or switched off."""
    page, scene = seen.page, seen.scene
    boosts = 0
    if candidate.rule.boost:
        around = range(
            max(0, page.block_at(candidate.start) - 1), min(len(page.borders), page.block_at(candidate.end - 1) + 2)
        )
        boosts = min(3, len(scene.places(candidate.rule.boost, around)))
    value = candidate.claim.score + 0.04 * boosts
    if cue.stance is Stance.ASSERTED:
        role = seen.speaker.at(page.block_at(candidate.start))
        value += {PageRole.VENDOR: 0.05, PageRole.UNKNOWN: -0.08, PageRole.NOTICE: -0.1}.get(role, 0.0)
    return round(min(0.99, max(0.05, value)), 2)


def _finding(seen: Survey, where: Provenance, one: Weighed, *, rounded: bool = False) -> Finding:
    """`rounded`: the quote takes in the short clause that it stands in; without, it is what the rule's words span."""
    page, candidate, cue = seen.page, one.candidate, one.cue
    document, rule = page.document, candidate.rule
    span = listed(page.normal.text, candidate.start, candidate.end)
    if rounded:
        limits = page.borders[page.block_at(span[0])][0], page.borders[page.block_at(span[1] - 1)][1]
        span = clause(page.normal.text, *span) if candidate.lang == "zh" else phrase(page.normal.text, *span, *limits)
    whole = page.normal.span(*span)
    start, end = unbroken(document.text, *whole)
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
        # A file may have a name that is no UTF-8.
        fingerprint=hashlib.sha256(same.encode("utf-8", "surrogatepass")).hexdigest(),
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
        confidence=one.confidence,
        lang=lang,
        quote=quote,
        prefix=document.text[max(0, start - QUOTE_CONTEXT) : start],
        suffix=document.text[end : end + QUOTE_CONTEXT],
        start=start,
        end=end,
        derivation=document.derivation,
        block_kind=block.kind,
        block_path=block.path,
        heading=block.heading,
        hidden=block.hidden,
        page_role=seen.speaker.at(index),
        capture_sha256=where.capture_sha256,
        warc_record=where.warc_record,
        fragment_url=fragment_url(where.source, document.text, start, end),
        page_role_by=where.said.by if where.said else None,
    )


def unbroken(text: str, start: int, end: int) -> tuple[int, int]:
    """The slice widened to whole numbers: 六十日后删除, not 十日后删除; 3,000 faces, not 000 faces."""
    before = _NUMBER.finditer(text, max(0, start - LONGEST_NUMBER), start + 1)
    first = next((number.start() for number in before if number.end() > start), start)
    last = _NUMBER.match(text, end - 1, end + LONGEST_NUMBER)
    return min(start, first), max(end, last.end() if last else end)


def listed(text: str, start: int, end: int) -> tuple[int, int]:
    """The slice widened to all of the enumeration that it stands in (年龄、性别、民族): the last may be the gravest."""
    before = _LISTED_BEFORE.search(text, max(0, start - LONGEST_LIST), start)
    after = _LISTED_AFTER.match(text, end, end + LONGEST_LIST)
    return before.start() if before else start, after.end() if after else end


def clause(text: str, start: int, end: int) -> tuple[int, int]:
    """The slice widened to the ends of its Han clause where they are near, and to whole words of other scripts.

    离职销售也带不走 says something, 离职销售也 nothing; 不采集人脸 of 不采集人脸以外的声音 says the opposite.
    """
    before = _CLAUSE_BEFORE.search(text, max(0, start - LONGEST_REST - 1), start)
    after = _CLAUSE_AFTER.match(text, end, end + LONGEST_REST + 1)
    first = before.start() if before and _runs_on(text, start) else start
    near = after is not None and after.end() - end <= LONGEST_REST
    last = after.end() if after and near and _runs_on(text, end) else end
    return first, last


def phrase(text: str, start: int, end: int, low: int, high: int) -> tuple[int, int]:
    """The slice widened to its clause between `low` and `high`, where that is short, else to whole words.

    "Data are wiped so that no evidence remains" says something, "wiped so that no evidence" little.
    """
    first = max((m.end() for m in _CLAUSE_BORDER.finditer(text, low, start) if m.end() <= start), default=low)
    border = _CLAUSE_BORDER.search(text, max(start, end - 1), high)
    last = border.start() if border else high
    while first < start and (text[first].isspace() or text[first] in "\"'“”‘’([*"):
        first += 1
    last = max(end, first + len(text[first:last].rstrip()))
    if last - first <= LONGEST_PHRASE:
        return first, last
    while start > low and _LETTER.match(text[start]) and _LETTER.match(text[start - 1]):
        start -= 1
    while end < high and _LETTER.match(text[end - 1]) and _LETTER.match(text[end]):
        end += 1
    return start, end


def _runs_on(text: str, at: int) -> bool:
    """Is there no border of any word of clause at this place?"""
    return 0 < at < len(text) and bool(_RUN.match(text, at - 1, at + 1))


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
