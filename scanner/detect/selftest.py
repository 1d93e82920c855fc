"""Runs the examples inside the rules, each rule alone in a whole set: what `noticescan rules test` shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from scanner.detect import detector
from scanner.detect.rules import Rule, RuleSet, RuleTest
from scanner.model import Block, BlockKind, Document, Finding, Provenance


@dataclass(frozen=True, slots=True)
class Failure:
    """An example that did not come out as it says."""

    rule: str
    number: int
    want: str
    got: str
    text: str

    def __str__(self) -> str:
        return f"{self.rule}: tests[{self.number}]: wanted {self.want}, got {self.got}: {self.text}"


def plain_document(text: str, lang: str = "", url: str = "") -> Document:
    """A document of one paragraph a line; a line that begins with `# ` is a heading."""
    blocks: list[Block] = []
    pieces: list[str] = []
    at, heading = 0, ""
    for number, line in enumerate(line for line in text.split("\n") if line.strip()):
        kind = (
            BlockKind.HEADING
            if line.startswith("# ")
            else BlockKind.LIST_ITEM
            if line.startswith("- ")
            else BlockKind.PARAGRAPH
        )
        words = line[2:] if kind is not BlockKind.PARAGRAPH else line
        at += 2 if pieces else 0
        blocks.append(
            Block(
                words, kind, f"body>p[{number + 1}]", "" if kind is BlockKind.HEADING else heading, at, at + len(words)
            )
        )
        heading = words if kind is BlockKind.HEADING else heading
        pieces.append(words)
        at += len(words)
    return Document("\n\n".join(pieces), tuple(blocks), lang, "", url)


def run_tests(rules: RuleSet, only: str = "") -> list[Failure]:
    """Every example that failed; `only` limits it to one rule id. Draft rules are tested as well."""
    failures: list[Failure] = []
    for rule in rules.rules:
        if only and rule.id != only:
            continue
        for number, test in enumerate(rule.tests, 1):
            got = _outcome(rules, rule, test)
            want = "none" if test.want == "todo" else test.want
            if want not in got and not (want == "none" and not got):
                failures.append(Failure(rule.id, number, _wanted(test), ", ".join(sorted(got)) or "none", test.text))
    return failures


def _wanted(test: RuleTest) -> str:
    return f"{test.want} {test.span!r}" if test.span else test.want


def _outcome(rules: RuleSet, rule: Rule, test: RuleTest) -> set[str]:
    """Stances that findings of the rule's category (by this rule or a sibling) give it; a wrong span is told."""
    document = plain_document(test.text, test.lang)
    found = detector.detect(document, rules, Provenance(source=""), rules_only=True)
    mine = [f for f in found if f.category == rule.category]
    if test.want in ("none", "todo"):
        mine = [f for f in mine if f.rule == rule.id]
    return {_told(f, test) for f in mine}


def _told(finding: Finding, test: RuleTest) -> str:
    if not test.span:
        return finding.stance.value
    at = finding.quote
    return finding.stance.value if test.span in at or at in test.span else f"{finding.stance.value} at {at!r}"


def examples(rules: RuleSet) -> Iterable[tuple[Rule, RuleTest]]:
    """Every example of every rule."""
    for rule in rules.rules:
        for test in rule.tests:
            yield rule, test
