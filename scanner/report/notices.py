"""A vendor's notices as a report shows them: which verdicts, which items, in which words. No markup."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scanner.model import (
    QUOTE_CONTEXT,
    Contradiction,
    DatedAs,
    Finding,
    ItemStatus,
    Notice,
    NoticeFact,
    NoticeItem,
    NoticeKind,
    Report,
    Saying,
    Verdict,
    VerdictReason,
)
from scanner.report.text import from_a_word, one_line, quoted, utc
from scanner.report.words import Words, words

ORDER = (Verdict.CONTRADICTS, Verdict.ADMITS, Verdict.SILENT, Verdict.CANNOT_TELL)
"""In which order verdicts are shown."""
ANSWERED = frozenset({Verdict.CONTRADICTS, Verdict.ADMITS})
"""Verdicts that settle what a notice says to a sentence."""
_QUOTE = 160
_TAKEN_BACK = "taken_back"
_ENDS = re.compile(r"[。！？!?；;\n]+|\.(?=\s|$)")


@dataclass(frozen=True, slots=True)
class RegimeView:
    """The items of one regime in one notice."""

    id: str
    title: str
    items: tuple[tuple[NoticeItem, Mapping[str, Any]], ...]
    found: int
    """Items found; vague ones are not among them."""
    why: str = ""
    """A `Shown`: why they are looked at; empty where nobody wrote it down."""


@dataclass(frozen=True, slots=True)
class Row:
    """Claims of one kind that meet the same answer: shown together, for one sentence of a notice may answer twenty."""

    claims: tuple[Contradiction, ...]

    @property
    def answer(self) -> Contradiction:
        """What all of them share: category, verdict, reason, sentence of the notice, item."""
        return self.claims[0]


@dataclass(frozen=True, slots=True)
class NoticesView:
    """All that the report of one vendor says on its notices."""

    read: tuple[Notice, ...]
    unread: tuple[Notice, ...]
    verdicts: Mapping[Verdict, tuple[Contradiction, ...]]
    """Each kind of verdict, also an empty one. Left out: that a notice is silent where it need not speak, and what is
    unclear of a sentence that is answered already (two quotes of one sentence may be two findings)."""
    rows: Mapping[Verdict, tuple[Row, ...]]
    stores: tuple[str, ...]

    @property
    def any(self) -> bool:
        """Is there anything to show?"""
        return bool(self.read or self.unread or any(self.verdicts.values()) or self.stores)


def notices_of(report: Report, vendor: str) -> NoticesView:
    """The notices and verdicts of one vendor."""
    theirs = sorted((n for n in report.notices if n.vendor == vendor), key=_void)
    found = [one for one in report.contradictions if one.vendor == vendor]
    answerable = [one for one in found if one.reason is not VerdictReason.NO_COUNTERPART and _tells(one)]
    answered = {_sentence(one, report.contexts) for one in answerable if one.verdict in ANSWERED}
    clear = [one for one in answerable if one.verdict in ANSWERED or _sentence(one, report.contexts) not in answered]
    grouped = {verdict: tuple(one for one in clear if one.verdict is verdict) for verdict in ORDER}
    return NoticesView(
        tuple(n for n in theirs if n.unread is None), tuple(n for n in theirs if n.unread is not None), grouped,
        {verdict: rows_of(found) for verdict, found in grouped.items()}, tuple(report.app_stores.get(vendor, ())),
    )  # fmt: skip


def _void(notice: Notice) -> bool:
    """Does it say itself that it does not hold on the day of its capture? Such a version is listed last."""
    return notice.void_on(notice.captured_at.date() if notice.captured_at else None) is not None


def _tells(one: Contradiction) -> bool:
    """A notice need not say how many shops use a product: its silence on what has no item is not shown."""
    return one.verdict is not Verdict.SILENT or bool(one.item)


def in_sentence(finding: Finding) -> tuple[str, str, str]:
    """A claim in its sentence: what stands before it, the quote, what follows; safe to print, on one line. A finding
    keeps only so much of what is around it: an ellipsis says where the sentence goes on."""
    opened, begins = (
        _ENDS.split(finding.prefix)[-1],
        _ENDS.search(finding.prefix) or len(finding.prefix) < QUOTE_CONTEXT,
    )
    if not begins:  # so much of the sentence was kept, and it may begin inside a word
        opened = from_a_word(opened)
    end = _ENDS.search(finding.suffix)
    closed = finding.suffix[: end.end()] if end else finding.suffix
    before = ("" if begins else "…") + one_line(opened) + (" " if opened.strip() and opened[-1:].isspace() else "")
    after = (" " if closed[:1].isspace() else "") + one_line(closed)
    return before, one_line(finding.quote, _QUOTE), after + ("" if end or len(finding.suffix) < QUOTE_CONTEXT else "…")


def rows_of(found: Sequence[Contradiction]) -> tuple[Row, ...]:
    """Verdicts put together by category and answer, in the order of the first of each."""
    rows: dict[tuple[str, str, str, str], list[Contradiction]] = {}
    for one in found:
        place = f"{one.notice_at.source}:{one.notice_at.start}" if one.notice_at else ""
        rows.setdefault((one.category, one.reason.value, one.item, place), []).append(one)
    return tuple(Row(tuple(claims)) for claims in rows.values())


def distinct(claims: Sequence[Contradiction], contexts: Mapping[str, tuple[str, str]]) -> tuple[Contradiction, ...]:
    """Claims of different sentences: of those that stand in one only the first. `contexts`: finding -> what stands
    before and after it in its block."""
    out: dict[tuple[str, str, str, int], Contradiction] = {}
    for one in claims:
        out.setdefault(_sentence(one, contexts), one)
    return tuple(out.values())


def _sentence(one: Contradiction, contexts: Mapping[str, tuple[str, str]]) -> tuple[str, str, str, int]:
    """Category, and where the sentence of a claim begins: two quotes of one sentence are one claim to who reads it."""
    opened = _ENDS.split(contexts.get(one.finding, ("", ""))[0])[-1]
    return one.category, one.claim_at.source, one.claim_at.derivation, one.claim_at.start - len(opened)


def told_facts(notice: Notice) -> tuple[NoticeFact, ...]:
    """What a notice says, as a report lists it: not what the models only took for a claim made or denied in
    it, nor when it holds, which stands above, nor pairs of sentences that are there for verdicts only."""
    return tuple(
        f for f in notice.facts
        if f.saying is not Saying.SILENT and not f.topic.startswith("claim:")
        and f.topic not in {*DatedAs, _TAKEN_BACK}
    )  # fmt: skip


def written_for(notice: Notice, t: Words) -> str:
    """For whom a notice is; where it has sections for several kinds of people, all of them."""
    kinds = dict.fromkeys(fact.people for fact in notice.facts if fact.section)
    return t["comma"].join(t.label(kind) for kind in kinds) if kinds else t.label(notice.kind)


def quoted_for(one: Contradiction, notices: Sequence[Notice]) -> NoticeKind | None:
    """The people in whose section the quoted sentence of a notice stands; None where it has no such sections."""
    at = one.notice_at
    if at is None or not one.notice_quote:
        return None
    facts = (f for n in notices if (n.vendor, n.source) == (one.vendor, at.source) for f in n.facts)
    return next((f.people for f in facts if f.section and f.start == at.start), None)


def regimes_of(notice: Notice, report: Report, lang: str) -> tuple[RegimeView, ...]:
    """The items of a notice, regime by regime, as the patterns name them."""
    out = []
    for regime in dict.fromkeys(item.regime for item in notice.items):
        items = tuple((item, report.notice_items.get(item.id, {})) for item in notice.items if item.regime == regime)
        title = str(report.notice_regimes.get(regime, {}).get(f"title_{lang}") or regime)
        found = sum(1 for item, _ in items if item.status is ItemStatus.FOUND)
        out.append(RegimeView(regime, title, items, found, items[0][0].why))
    return tuple(out)


def why_shown(why: str, t: Words) -> str:
    """` (by its language)`: why the items of a body of rules are looked at; nothing where somebody asked for them."""
    return t.get(f"shown_{why}") or ""


def notice_lines(notice: Notice, lang: str) -> list[str]:
    """A notice in a few lines for a terminal."""
    t = words(lang)
    lines = [one_line(notice.title or notice.source, 120), one_line(notice.source, 200)]
    lines.append(t["notice_for"] + t["colon"] + written_for(notice, t))
    lines.extend(title + t["colon"] + value for title, value in date_rows(notice, t))
    if notice.version:
        lines.append(t["notice_version"] + t["colon"] + one_line(notice.version, 40))
    if notice.stated:
        said = (f"{t['stated_' + name]} {t.label(answer)}" for name, answer in notice.stated)
        lines.append(t["notice_stated"] + t["colon"] + t["comma"].join(said))
    if notice.captured_at:
        lines.append(t["captured"] + t["colon"] + utc(notice.captured_at))
    return lines


def date_rows(notice: Notice, t: Words) -> list[tuple[str, str]]:
    """(what it is, date) as the text says; a date of which day and month cannot be told apart in the text's words."""
    rows = []
    if notice.ends is not None:
        gone = not notice.ends.value or (notice.captured_at is not None and _void(notice))
        rows.append((t["notice_ends" if gone else "notice_until"], f"“{one_line(notice.ends.quote, 120)}”"))
    later = notice.captured_at and notice.void_on(notice.captured_at.date()) is VerdictReason.NOT_YET_IN_FORCE
    for what, when, title in (
        (DatedAs.IN_FORCE, notice.effective, "notice_effective"), (DatedAs.CHANGED, notice.updated, "notice_updated"),
    ):  # fmt: skip
        said = next((fact for fact in notice.facts if fact.topic == what.value and not fact.value), None)
        if when:
            waits = t["notice_not_yet"] if later and what is DatedAs.IN_FORCE else ""
            rows.append((t[title], one_line(when, 40) + waits))
        elif said is not None:
            rows.append((t[title], t.say("notice_unclear_date", said=one_line(said.quote, 120))))
    return rows


def item_rows(notice: Notice, items: Mapping[str, Mapping[str, Any]], lang: str) -> list[tuple[str, str, str]]:
    """(item, status, quote) of every item, safe to print."""
    t = words(lang)
    return [
        (f"{item.id}  {items.get(item.id, {}).get(f'title_{lang}', '')}", t.label(item.status),
         quoted(item.quote, _QUOTE) or "–")
        for item in notice.items
    ]  # fmt: skip


def fact_rows(notice: Notice, topics: Mapping[str, Mapping[str, str]], lang: str) -> list[tuple[str, str, str, str]]:
    """(topic, how it speaks of it, about whom, quote) of every fact, safe to print."""
    t = words(lang)
    return [
        (
            topic_title(fact.topic, topics, t),
            t.label(fact.saying),
            t.label(fact.people),
            quoted(fact.whole_quote, _QUOTE),
        )
        for fact in told_facts(notice)
    ]


def topic_title(topic: str, topics: Mapping[str, Mapping[str, str]], t: Words) -> str:
    """A matter's name in the interface language; matters that are items as well have their words here."""
    named = topics.get(topic, {}).get(f"title_{t.lang}")
    return str(named or t.get(f"topic_{topic}") or topic)


def item_title(item: str, items: Mapping[str, Mapping[str, Any]], lang: str) -> str:
    """`retention period (CN PIPL art 17(2))`, or the id."""
    facts = items.get(item, {})
    title, article = facts.get(f"title_{lang}"), article_of(facts, lang)
    return f"{title} ({article})" if title else item


def article_of(facts: Mapping[str, Any], lang: str) -> str:
    """Where an item is asked for, as it is cited in the interface language."""
    return str(facts.get("article_zh" if lang == "zh" else "article", ""))


def counts_line(found: Sequence[Contradiction], t: Words) -> str:
    """`2 contradicts, 1 silent`, kinds without any left out."""
    counts = Counter(one.verdict for one in found)
    return t["comma"].join(f"{counts[verdict]} {t.label(verdict)}" for verdict in ORDER if counts[verdict])
