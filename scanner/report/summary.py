"""Plain rows for a terminal table, and the one function that makes vendor text safe to print.

The caller prints with its own library; `safe_terminal` leaves no escape sequence, but square brackets stay: print the
cells as text, not as markup (`rich.text.Text(cell)`).
"""

from __future__ import annotations

from dataclasses import dataclass

from scanner.model import Change, Outcome, Report, Stance
from scanner.report.text import one_line
from scanner.report.view import doubtful, view
from scanner.report.words import words


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One finding as cells, in the order of the report. All safe to print."""

    short_id: str
    vendor: str
    category: str
    """In as few words as there are: in English the id, which other commands take."""
    severity: str
    """Empty for what is denied, relayed or asked: that has none."""
    stance: str
    change: str
    quote: str
    source: str
    asserted: bool
    """For the caller's colours."""
    is_new: bool
    doubtful: bool
    """Marked uncertain."""


@dataclass(frozen=True, slots=True)
class CoverageLine:
    """One term of the coverage sum."""

    label: str
    count: int
    unread: bool


def safe_terminal(text: str, limit: int = 200) -> str:
    """Vendor text that may go to a terminal: one line, no escape sequence, no control, bidi or zero-width character
    (each is shown as `⟨U+001B⟩`), at most `limit` code points (0: not cut)."""
    return one_line(text, limit)


def findings_rows(report: Report, lang: str = "en", *, quote_limit: int = 80) -> list[FindingRow]:
    """Findings that stand in the text last read, asserted first. In a first run nothing is new."""
    t = words(lang)
    return [
        FindingRow(
            short_id=safe_terminal(tracked.finding.id[:12]),
            vendor=safe_terminal(tracked.finding.vendor, 40) or t["no_vendor"],
            category=safe_terminal(category_name(report, tracked.finding.category, lang), 60),
            severity=t.label(tracked.finding.severity) if tracked.finding.stance is Stance.ASSERTED else "",
            stance=t.label(tracked.finding.stance),
            change=t.label(tracked.change),
            quote=safe_terminal(tracked.finding.quote, quote_limit),
            source=safe_terminal(tracked.finding.source, 0),
            asserted=tracked.finding.stance is Stance.ASSERTED,
            is_new=tracked.change is Change.NEW and bool(report.run.previous_run),
            doubtful=doubtful(tracked.finding),
        )
        for tracked in view(report).current
    ]


def coverage_lines(report: Report, lang: str = "en") -> list[CoverageLine]:
    """The terms of the coverage statement; their counts sum to the number of URLs known (`coverage_known`)."""
    t = words(lang)
    coverage = view(report).coverage
    held = coverage.unchanged_holding
    holding = {Outcome.UNCHANGED: t["comma"] + t.count("unchanged_holding", held)} if held else {}
    lines = [
        CoverageLine(t.label(o) + holding.get(o, ""), coverage.outcomes[o], False)
        for o in Outcome
        if o is not Outcome.UNREAD
    ]
    for reason, n in coverage.unread.items():
        why = t.label(reason) if reason else t["reason_none"]
        lines.append(CoverageLine(f"{t.label(Outcome.UNREAD)}{t['colon']}{why}", n, True))
    return lines


def coverage_known(report: Report) -> int:
    """How many URLs were known in the run: what `coverage_lines` sums to."""
    return len(report.coverage)


def headline(report: Report, lang: str = "en") -> str:
    """One sentence: vendors looked at, pages read, asserted claims."""
    t = words(lang)
    derived = view(report)
    return t.say(
        "lead",
        vendors=t.count("n_vendors", len(derived.vendors)),
        read=t.count("n_pages", derived.coverage.read),
        asserted=t.count("n_claims", derived.by_stance[Stance.ASSERTED]),
    )


def category_name(report: Report, category: str, lang: str) -> str:
    """The category in few words: its id, or where that says nothing, in Chinese, its title."""
    if lang == "en":
        return category
    return str(report.categories.get(category, {}).get(f"title_{lang}") or category)
