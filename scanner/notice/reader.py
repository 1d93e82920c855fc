"""The room's first door: a document in, a `Notice` out. Never raises on any document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from scanner.model import Document, Heard, ItemStatus, Notice, NoticeFact, NoticeKind, Provenance, Saying, Shown
from scanner.notice.admission import taken_back
from scanner.notice.dates import date_facts, dates_of
from scanner.notice.facts import denies_any, overall, read_facts
from scanner.notice.force import ending
from scanner.notice.hearing import Asks, asked_again, heard_facts
from scanner.notice.items import Discloses, look, read_items
from scanner.notice.kind import kind_of, products_of, version_of
from scanner.notice.rules import NoticeRules, Regime
from scanner.notice.stated import read_stated
from scanner.notice.text import MOST_SENTENCES, NoticeText

FACTS_FROM_TOPICS = ("purpose", "types", "basis", "rights", "identity", "children", "automated_decisions")
"""Topics of notices.toml that are facts as well: what the notice says there is disclosed, and no more."""
_HAN = re.compile(r"[\u3400-\u9fff]")
_SAMPLE = 20_000


def read_notice(
    document: Document,
    rules: NoticeRules,
    where: Provenance,
    regimes: tuple[str, ...] = (),
    heard: Iterable[Heard] = (),
    ask: Asks | None = None,
    discloses: Discloses | None = None,
    *,
    by_place: bool = False,
) -> Notice:
    """What the notice says, by the items of `regimes` (none named: those of its language and content; `by_place`: they
    are those of the vendor's place, and where no rules are known there, those of its own words).

    `heard`: what the models that find claims make of its sentences; `ask`: a reader of question and notice together;
    `discloses`: a reader of what its sentences disclose.
    """
    text = NoticeText(document, rules.normalise, rules.lexicon)
    kind, lang = kind_of(text), language(document)
    facts = read_facts(text, rules, kind)
    if ask is not None:
        for rule in (rule for rule in rules.facts.values() if lang in rule.question):
            facts = asked_again(text, kind, rule, facts, rules.normalise(rule.question[lang]).text, ask)
    told = heard_facts(text, kind, heard, lawful_claims(rules))
    faces = overall(facts) is Saying.DISCLOSED
    named: Mapping[str, Shown] = dict.fromkeys(regimes, Shown.PLACE if by_place else Shown.ASKED)
    shown = named or applicable(text, rules, lang, faces, by_language=not by_place)
    wanted = rules.of_regimes(tuple(shown)) if shown else ()
    odds = discloses(text.sentences[:MOST_SENTENCES]) if discloses else {}
    items = (replace(i, why=shown[i.regime].value) for i in read_items(text, rules, wanted, faces, odds))
    effective, updated = dates_of(text)
    ends = ending(text, kind)
    held = (*date_facts(text, kind), *((ends,) if ends else ()), *taken_back(text, kind))
    every = sorted((*facts, *told, *_from_topics(text, rules, kind), *held), key=lambda f: (f.start, f.topic))
    return Notice(
        source=where.source, vendor=where.vendor, kind=kind, title=title_of(document), lang=lang,
        effective=effective, updated=updated, version=version_of(text), products=products_of(text),
        items=tuple(items), facts=tuple(every), stated=read_stated(text, rules, facts, odds),
        captured_at=where.captured_at, capture_sha256=where.capture_sha256,
        warc_record=where.warc_record, derivation=document.derivation,
    )  # fmt: skip


def lawful_claims(rules: NoticeRules) -> frozenset[str]:
    """Categories whose denial an exception for courts and police does not weaken."""
    lawful = {topic for topic, fact in rules.facts.items() if fact.lawful}
    return frozenset(name for name, rule in rules.claims.items() if {a.topic for a in rule.contradicts} & lawful)


def could_contradict(document: Document, rules: NoticeRules, categories: Iterable[str]) -> bool:
    """Does a sentence of this document deny a matter that claims of these categories are about? A fraction of the cost
    of reading the document as a notice, which most adverts thus need not be."""
    claims = [rules.claims[category] for category in categories if category in rules.claims]
    topics = frozenset(a.topic for claim in claims for a in claim.contradicts if a.saying is Saying.DENIED)
    return denies_any(NoticeText(document, rules.normalise, rules.lexicon), rules, topics)


def language(document: Document) -> str:
    """`zh` or `en`: which words were looked for; by the script of the text."""
    sample = document.text[:_SAMPLE]
    return "zh" if len(_HAN.findall(sample)) * 8 > len(sample) else "en"


def applicable(
    text: NoticeText, rules: NoticeRules, lang: str, faces: bool, *, by_language: bool = True
) -> Mapping[str, Shown]:
    """The regimes whose items are looked at where nobody names one, and why. An aid to reading, no statement on what
    applies. `by_language`: also those that only go with its language."""
    groups = frozenset().union(text.title_groups, *(sentence.groups for sentence in text.sentences))
    return {
        regime.id: Shown.WORDS if regime.when else Shown.LANGUAGE
        for regime in rules.regimes.values()
        if lang in regime.langs and (faces or not regime.faces) and _wanted(regime, groups, by_language)
    }


def _wanted(regime: Regime, groups: frozenset[str], by_language: bool) -> bool:
    """Does the notice hold words of it; or, of one that goes by the language, no words of another place's law alone?"""
    if regime.when:
        return bool(groups & set(regime.when))
    return by_language and not (groups & set(regime.not_when) and not groups & set(regime.own))


def is_notice(document: Document, rules: NoticeRules) -> bool:
    """Does the document call itself a privacy notice, in its title or its first heading?"""
    return is_title(NoticeText(document, rules.normalise, rules.lexicon).title, rules)


def is_title(titles: str, rules: NoticeRules) -> bool:
    """Does a line of this text, which is normalised, name a privacy notice?"""
    finder = rules.finder
    return any(
        title in line and len(line) <= 120 and not any(word in line for word in finder.not_titles)
        for line in titles.split("\n")
        for title in finder.titles
    )


def _from_topics(text: NoticeText, rules: NoticeRules, kind: NoticeKind) -> list[NoticeFact]:
    out = []
    for topic in FACTS_FROM_TOPICS:
        if topic in rules.topics:
            seen = look(text, rules.topics[topic], False)
            if seen.status is ItemStatus.FOUND:
                out.append(NoticeFact(topic, Saying.DISCLOSED, kind, seen.quote, seen.start, seen.end))
    return out


def title_of(document: Document) -> str:
    """Its title, else its first line where that is short."""
    if document.title:
        return document.title
    first = document.text.split("\n", 1)[0].strip()
    return first if len(first) <= 120 else ""
