"""Privacy notices on the way of a page: rules, links, documents; and the vendor's verdicts at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import unquote

from ..detect import language
from ..detect.detector import answers, answers_on, hear
from ..detect.disclosure import disclosures
from ..detect.loader import expand
from ..detect.normalise import literal, normalise
from ..detect.sayings import Says, sayings
from ..errors import UsageError
from ..law import covers
from ..model import (
    NOTICE_LANGUAGES,
    Answered,
    Block,
    BlockKind,
    Contradiction,
    CoverageRow,
    Cue,
    Document,
    Finding,
    FrontierItem,
    Judgement,
    Link,
    Notice,
    Outcome,
    PageRole,
    Provenance,
    Severity,
    Stance,
    UnreadReason,
)
from ..notice.claim import Claim
from ..notice.compare import Ask, compare, within
from ..notice.find import app_stores, is_notice_link
from ..notice.hearing import FEWEST_SENTENCES, Reply, reply
from ..notice.load import FACTS, NOTICES, Language, load
from ..notice.reader import could_contradict, is_notice, lawful_claims, read_notice, title_of
from ..notice.text import NoticeText
from ..stated import split_url

if TYPE_CHECKING:
    from ..detect.rules import RuleSet
    from ..notice.rules import NoticeRules

UNREAD_LANGUAGE = "notices are read in Chinese and English only"
FEWEST_SIGNS = 6
"""A shorter claim, a card's title, is not read together with a notice: two words do not say whom they are about."""
APP_STORES = "app_stores"
"""Key of `Document.facts`: links to app stores, one a line. Noted, not followed."""


@lru_cache(maxsize=4)
def notice_rules(rules: RuleSet) -> NoticeRules | None:
    """What the patterns folder of a rule set knows of notices; None where it holds neither file. Raises RulesError."""
    if not (rules.path / NOTICES).is_file() and not (rules.path / FACTS).is_file():
        return None
    fold = rules.fold
    language = Language(expand, lambda text: literal(text, fold), lambda text: normalise(text, fold))
    return load(rules.path, language, tuple(rules.categories))


def needed_notice_rules(rules: RuleSet) -> NoticeRules:
    """The same where a command is nothing without them. Raises UsageError."""
    found = notice_rules(rules)
    if found is None:
        raise UsageError(f"no {NOTICES} in {rules.path}", "name a patterns folder that holds it, or leave out --rules")
    return found


def is_privacy(rules: RuleSet) -> Callable[[Link], bool]:
    """Which links lead to a privacy notice, by their words or their address."""
    found = notice_rules(rules)
    return (lambda _link: False) if found is None else lambda link: is_notice_link(link, found)


def with_notice(
    judgement: Judgement, item: FrontierItem, where: Provenance, rules: RuleSet, places: Callable[[], Sequence[str]]
) -> Judgement:
    """The judgement with what follows from its being a notice, and with links to app stores noted. `places`: the
    vendor's.

    A page is a notice where the targets file says so, or where it calls itself one.
    """
    known, document = notice_rules(rules), judgement.document
    if known is None or document is None:
        return judgement
    if stores := app_stores(judgement.links, known):
        document = replace(document, facts={**document.facts, APP_STORES: "\n".join(stores)})
        judgement = replace(judgement, document=document)
    if judgement.unread is not None:
        return judgement
    named = item.via == "notice" and item.depth == 0
    if named or is_notice(document, known):
        return replace(judgement, notice=notice_in(document, where, rules, places=tuple(places())))
    return judgement


def regimes_in(known: NoticeRules, places: Sequence[str]) -> tuple[str, ...]:
    """The regimes of these jurisdictions; empty where none was named, or no rules are known there."""
    return tuple(r.id for r in known.regimes.values() if any(covers(one, p) for one in places for p in r.places))


def notice_in(
    document: Document,
    where: Provenance,
    rules: RuleSet,
    regimes: tuple[str, ...] = (),
    places: tuple[str, ...] = (),
) -> Notice:
    """The notice of a page; one in a language in which notices are not read is known and unread.

    Its items are those of `regimes`, else of the vendor's `places`, else of its own words and language.
    """
    known = needed_notice_rules(rules)
    normal = normalise(document.text, rules.fold).text
    found = language.of_text(normal, document.text, document.lang, rules.stopwords, rules.fold.table)
    if found.main in NOTICE_LANGUAGES:
        by_place = bool(places) and not regimes
        asked = regimes or regimes_in(known, places)
        heard = hear(document, rules)
        return read_notice(document, known, where, asked, heard, answers_on, disclosures, by_place=by_place)
    return Notice(
        where.source, where.vendor, title=title_of(document), lang=found.main or found.tag,
        captured_at=where.captured_at, capture_sha256=where.capture_sha256, warc_record=where.warc_record,
        derivation=document.derivation, unread=UnreadReason.LANGUAGE, detail=UNREAD_LANGUAGE,
    )  # fmt: skip


def unread_notices(rows: Iterable[CoverageRow], read: Iterable[Notice]) -> tuple[Notice, ...]:
    """Notices that are known to be there (the targets file or a link names them) and were not read."""
    have = {(notice.vendor, notice.source) for notice in read}
    return tuple(
        Notice(row.url, row.vendor, unread=row.reason, detail=row.detail, captured_at=row.captured_at)
        for row in rows
        if row.via == "notice" and row.outcome is Outcome.UNREAD and row.reason and (row.vendor, row.url) not in have
    )


def verdicts(
    findings: Sequence[Finding],
    notices: Sequence[Notice],
    documents: Mapping[str, Document],
    rules: RuleSet,
    at: date | None = None,
) -> tuple[Contradiction, ...]:
    """Every asserted claim of every vendor's adverts set against that vendor's notices, and each advert against itself.
    What a notice says is no advert: it is a finding, and answers for nothing here.

    `documents`: source -> text of the pages that hold asserted claims, to look for a denial on the same page, and of
    the notices, to read claim and notice together. `at`: the day of pages that do not know their own.
    """
    known = notice_rules(rules)
    if known is None:
        return ()
    sources = {(notice.vendor, notice.source) for notice in notices}
    findings = [f for f in findings if (f.vendor, f.source) not in sources and f.page_role is not PageRole.NOTICE]
    out: list[Contradiction] = []
    for vendor in dict.fromkeys(finding.vendor for finding in findings):
        theirs = [n for n in notices if n.vendor == vendor]
        claims = [f for f in findings if f.vendor == vendor]
        out.extend(compare(claims, theirs, known, asking(documents, known), at))
        for source, document in documents.items():
            here = [f for f in findings if f.vendor == vendor and f.source == source]
            if here and could_contradict(document, known, {f.category for f in here}):
                out.extend(within(here, _as_notice(document, here[0], known), known))
    return tuple(out)


def asking(documents: Mapping[str, Document], known: NoticeRules) -> Ask:
    """How the verdicts ask the encoder, which reads claim and notice together. `documents`: source -> notice's text."""
    lawful = lawful_claims(known)

    @lru_cache(maxsize=64)
    def read(source: str) -> NoticeText | None:
        document = documents.get(source)
        return NoticeText(document, known.normalise, known.lexicon) if document else None

    @lru_cache(maxsize=64)
    def says(source: str) -> Mapping[str, Says]:
        text = read(source)
        return sayings([sentence.read for sentence in text.sentences]) if text else {}

    @lru_cache(maxsize=1024)
    def answered(claim: str, category: str, source: str, facts: frozenset[int]) -> tuple[Answered, ...]:
        text = read(source)
        if text is None or len(text.sentences) < FEWEST_SENTENCES:
            return ()
        told = [sentence.read for sentence in text.sentences]
        telling = {n for n, s in enumerate(told) if "not" in s.groups or s.whole()[0] in facts}
        return answers(claim, [s.text.strip() for s in told], telling, says(source).get(category, ()))

    def ask(claim: Claim, notice: Notice) -> Reply | None:
        text, category = read(notice.source), claim.finding.category
        if len(claim.text.strip()) < FEWEST_SIGNS:
            return None
        told = answered(claim.text, category, notice.source, frozenset(fact.start for fact in notice.facts))
        return reply(text, notice.kind, category, told, lawful=category in lawful) if text and told else None

    return ask


def _as_notice(document: Document, finding: Finding, known: NoticeRules) -> Notice:
    where = Provenance(
        finding.source, finding.vendor, finding.run, finding.captured_at, finding.capture_sha256, finding.warc_record
    )  # fmt: skip
    return read_notice(document, known, where)


def guesses(vendor_urls: Sequence[str], rules: RuleSet) -> tuple[str, ...]:
    """Addresses at which a notice often stands, on the hosts of a target's own URLs."""
    known = notice_rules(rules)
    if known is None:
        return ()
    roots = dict.fromkeys(f"{p.scheme}://{p.netloc}" for url in vendor_urls if (p := split_url(unquote(url))).netloc)
    return tuple(root + path for root in roots for path in known.finder.guesses)


def run_notice_tests(rules: RuleSet) -> list[str]:
    """Runs the tests inside `notice_facts.toml`: an advert's sentence, a notice's, and the verdict. Failures, a line
    each."""
    known = notice_rules(rules)
    if known is None:
        return []
    failures = []
    for claim in known.claims.values():
        for number, test in enumerate(claim.tests, 1):
            notice = read_notice(_text(str(test["notice"])), known, Provenance("test"))
            found = compare([_claimed(claim.category, str(test["ad"]))], [notice], known)[0]
            if found.verdict.value != test["want"]:
                said = f"{found.verdict.value} ({found.reason.value}), not {test['want']}"
                failures.append(f"claim.{claim.category}.tests[{number}]: {said}: {test['ad']!r}")
    return failures


def _text(text: str) -> Document:
    block = Block(text, BlockKind.TEXT, "text[1]", "", 0, len(text))
    return Document(text, (block,), "", "", "")


def _claimed(category: str, text: str) -> Finding:
    """The whole of a text as one asserted claim."""
    return Finding(
        id=text, fingerprint="", run="", vendor="", source="test", captured_at=None, rule="", rule_version=1,
        category=category, severity=Severity.HIGH, stance=Stance.ASSERTED, cue=Cue(Stance.ASSERTED, "", "default"),
        confidence=1.0, lang="", quote=text, prefix="", suffix="", start=0, end=len(text), derivation="", heading="",
        block_kind=BlockKind.TEXT, block_path="", hidden=False, page_role=PageRole.VENDOR, capture_sha256="",
        warc_record="", fragment_url="",
    )  # fmt: skip
