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
    Finding,
    ItemStatus,
    Notice,
    NoticeItem,
    Report,
    Saying,
    Verdict,
    VerdictReason,
)
from scanner.report.text import from_a_word, one_line, utc
from scanner.report.words import Words, words

ORDER = (Verdict.CONTRADICTS, Verdict.ADMITS, Verdict.SILENT, Verdict.CANNOT_TELL)
"""In which order verdicts are shown."""
_QUOTE = 160
_ENDS = re.compile(r"[。！？!?；;\n]+|\.(?=\s|$)")


@dataclass(frozen=True, slots=True)
class RegimeView:
    """The items of one regime in one notice."""

    id: str
    title: str
    items: tuple[tuple[NoticeItem, Mapping[str, Any]], ...]
    found: int
    """Items found; vague ones are not among them."""


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
    """Every verdict but those without a counterpart in any notice; each kind, also an empty one."""
    rows: Mapping[Verdict, tuple[Row, ...]]
    stores: tuple[str, ...]

    @property
    def any(self) -> bool:
        """Is there anything to show?"""
        return bool(self.read or self.unread or any(self.verdicts.values()) or self.stores)


def notices_of(report: Report, vendor: str) -> NoticesView:
    """The notices and verdicts of one vendor."""
    theirs = [notice for notice in report.notices if notice.vendor == vendor]
    found = [one for one in report.contradictions if one.vendor == vendor]
    answerable = [one for one in found if one.reason is not VerdictReason.NO_COUNTERPART]
    grouped = {verdict: tuple(one for one in answerable if one.verdict is verdict) for verdict in ORDER}
    return NoticesView(
        tuple(n for n in theirs if n.unread is None), tuple(n for n in theirs if n.unread is not None), grouped,
        {verdict: rows_of(found) for verdict, found in grouped.items()}, tuple(report.app_stores.get(vendor, ())),
    )  # fmt: skip


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
    before = ("" if begins else "…") + one_line(opened) + (" " if opened[-1:].isspace() else "")
    after = (" " if closed[:1].isspace() else "") + one_line(closed)
    return before, one_line(finding.quote, _QUOTE), after + ("" if end or len(finding.suffix) < QUOTE_CONTEXT else "…")


def rows_of(found: Sequence[Contradiction]) -> tuple[Row, ...]:
    """Verdicts put together by category and answer, in the order of the first of each."""
    rows: dict[tuple[str, str, str, str], list[Contradiction]] = {}
    for one in found:
        place = f"{one.notice_at.source}:{one.notice_at.start}" if one.notice_at else ""
        rows.setdefault((one.category, one.reason.value, one.item, place), []).append(one)
    return tuple(Row(tuple(claims)) for claims in rows.values())


def regimes_of(notice: Notice, report: Report, lang: str) -> tuple[RegimeView, ...]:
    """The items of a notice, regime by regime, as the patterns name them."""
    out = []
    for regime in dict.fromkeys(item.regime for item in notice.items):
        items = tuple((item, report.notice_items.get(item.id, {})) for item in notice.items if item.regime == regime)
        title = str(report.notice_regimes.get(regime, {}).get(f"title_{lang}") or regime)
        out.append(RegimeView(regime, title, items, sum(1 for i, _ in items if i.status is ItemStatus.FOUND)))
    return tuple(out)


def notice_lines(notice: Notice, lang: str) -> list[str]:
    """A notice in a few lines for a terminal."""
    t = words(lang)
    lines = [one_line(notice.title or notice.source, 120), one_line(notice.source, 200)]
    lines.append(t["notice_for"] + t["colon"] + t.label(notice.kind))
    for key, value in (("effective", notice.effective), ("updated", notice.updated), ("version", notice.version)):
        if value:
            lines.append(t["notice_" + key] + t["colon"] + one_line(value, 40))
    if notice.stated:
        said = (f"{t['stated_' + name]} {t.label(answer)}" for name, answer in notice.stated)
        lines.append(t["notice_stated"] + t["colon"] + t["comma"].join(said))
    if notice.captured_at:
        lines.append(t["captured"] + t["colon"] + utc(notice.captured_at))
    return lines


def item_rows(notice: Notice, items: Mapping[str, Mapping[str, Any]], lang: str) -> list[tuple[str, str, str]]:
    """(item, status, quote) of every item, safe to print."""
    t = words(lang)
    return [
        (f"{item.id}  {items.get(item.id, {}).get(f'title_{lang}', '')}", t.label(item.status),
         one_line(item.quote, _QUOTE) or "–")
        for item in notice.items
    ]  # fmt: skip


def fact_rows(notice: Notice, topics: Mapping[str, Mapping[str, str]], lang: str) -> list[tuple[str, str, str, str]]:
    """(topic, how it speaks of it, about whom, quote) of every fact, safe to print."""
    t = words(lang)
    return [
        (topic_title(fact.topic, topics, t), t.label(fact.saying), t.label(fact.people), one_line(fact.quote, _QUOTE))
        for fact in notice.facts
        if fact.saying is not Saying.SILENT and not fact.topic.startswith("claim:")
    ]


def topic_title(topic: str, topics: Mapping[str, Mapping[str, str]], t: Words) -> str:
    """A matter's name in the interface language; matters that are items as well have their words here."""
    named = topics.get(topic, {}).get(f"title_{t.lang}")
    return str(named or t.get(f"topic_{topic}") or topic)


def item_title(item: str, items: Mapping[str, Mapping[str, Any]], lang: str) -> str:
    """`retention period (CN PIPL art 17(2))`, or the id."""
    facts = items.get(item, {})
    title, article = facts.get(f"title_{lang}"), facts.get("article")
    return f"{title} ({article})" if title else item


def counts_line(found: Sequence[Contradiction], t: Words) -> str:
    """`2 contradicts, 1 silent`, kinds without any left out."""
    counts = Counter(one.verdict for one in found)
    return t["comma"].join(f"{counts[verdict]} {t.label(verdict)}" for verdict in ORDER if counts[verdict])
