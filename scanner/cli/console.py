"""What a person sees: tables on stdout, progress on stderr. Vendor text is printed as text, never as markup."""

from __future__ import annotations

import os
import sys
from collections import Counter
from types import TracebackType
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from ..model import Change, CoverageRow, Outcome
from ..report.summary import (
    FindingRow,
    coverage_known,
    coverage_lines,
    findings_rows,
    headline,
    safe_terminal,
)
from ..report.words import words
from .common import say

if TYPE_CHECKING:
    from ..model import Report

PLAIN_WIDTH = 160
"""Columns of a table that goes to a file or a pipe, where nobody's window sets them."""
WIDE = 150
"""Columns from which findings are a table; below, its cells would hold a word each."""
MOST_ROWS = 60


class _Output(Console):
    """rich ends the process with 1 when the reader of a pipe has gone; how that ends is said in main.py."""

    def on_broken_pipe(self) -> None:
        """Passes on what happened."""
        raise BrokenPipeError


def out() -> Console:
    """stdout; colours only on a terminal, and never where NO_COLOR is set (rich sees to both)."""
    width = None if sys.stdout.isatty() or os.environ.get("COLUMNS") else PLAIN_WIDTH
    return _Output(highlight=False, width=width)


def show_report(report: Report, lang: str = "en", *, most: int = MOST_ROWS) -> None:
    """The findings table, then the coverage statement."""
    console = out()
    rows = findings_rows(report, lang)
    if rows:
        print_findings(console, rows[:most], lang, starred=report.run.kind != "check")
    if len(rows) > most:
        console.print(Text(f"... {len(rows) - most} more: see the report, or `noticescan findings`"))
    console.print(Text(headline(report, lang)))
    if report.run.kind != "check":
        console.print(Text(changes_line(report, lang)))
    for line in comparison_lines(report, lang):
        console.print(Text(line))
    console.print()
    console.print(coverage_table(report, lang))


def print_findings(console: Console, rows: list[FindingRow], lang: str = "en", *, starred: bool = True) -> None:
    """A table, or on a narrow terminal a few lines a finding; asserted ones stand out, uncertain ones have a `?`.
    `starred`: what is new has a `*`. The id is what `export --finding` takes, and the name of the finding's page."""
    if console.width >= WIDE:
        console.print(_findings_table(rows, console.width, lang, starred=starred))
    else:
        console.print(Text(words(lang)["findings_heading"], style="bold"))
        for row in rows:
            _print_block(console, row, starred=starred)
    if starred and any(row.is_new for row in rows):
        console.print(Text(_NEW[lang]))
    if any(row.doubtful for row in rows):
        console.print(Text(f"? {words(lang)['doubt_note']}"))


def _mark(row: FindingRow, *, starred: bool) -> str:
    return ("*" if starred and row.is_new else "") + ("?" if row.doubtful else "")


def _print_block(console: Console, row: FindingRow, *, starred: bool) -> None:
    """Who says what kind of thing; the quote; the page, in one piece even where it is wider than the terminal."""
    style = "" if row.asserted else "dim"
    mark = f"{marks} " if (marks := _mark(row, starred=starred)) else ""
    said = " · ".join(part for part in (row.severity, row.stance, row.category, row.vendor) if part)
    console.print()
    console.print(Text.assemble(mark, (row.short_id, "bold"), " ", said, style=style))
    console.print(Padding(Text(f"“{row.quote}”", style=style), (0, 0, 0, 2)))
    console.print(Text(f"  {row.source}", style=style), soft_wrap=True)


def _findings_table(rows: list[FindingRow], width: int, lang: str, *, starred: bool) -> Table:
    """One line a finding, where its quote and its address fit into one."""
    table = Table(
        title=words(lang)["findings_heading"], title_justify="left", header_style="bold", pad_edge=False,
        box=SIMPLE_HEAD,
    )  # fmt: skip
    for name in ("", "id", "severity", "stance"):
        table.add_column(_head(name, lang), no_wrap=True)
    for name in ("category", "vendor", "quote"):
        table.add_column(_head(name, lang), overflow="fold")
    # An address in two pieces cannot be copied: the column is as wide as the longest, within reason.
    page = min(max(cell_len(row.source) for row in rows), width * 2 // 5)
    table.add_column(_head("page", lang), width=page, overflow="fold")
    for row in rows:
        mark = _mark(row, starred=starred)
        cells = (mark, row.short_id, row.severity, row.stance, row.category, row.vendor, row.quote, row.source)
        table.add_row(*(Text(cell) for cell in cells), style="" if row.asserted else "dim")
    return table


def changes_line(report: Report, lang: str = "en") -> str:
    """How many findings are new, still there, gone from sight; of a first run, that it is one."""
    t = words(lang)
    if not report.run.previous_run:
        return t["fig_first_note"]
    counts = Counter(tracked.change for tracked in report.findings)
    return ", ".join(f"{t.label(change)}: {counts[change]}" for change in Change)


def comparison_lines(report: Report, lang: str) -> list[str]:
    """What second looks were shown, one line a claim."""
    t = words(lang)
    lines = []
    for comparison in report.comparisons:
        pages, claims = t.count("n_pages", comparison.compared), t.count("n_claims_plain", len(comparison.differences))
        lines.append(f"{comparison.profile}: {t.say('compare_count', pages=pages, claims=claims)}")
        for one in comparison.differences:
            quote = safe_terminal(one.finding.quote, 80)
            lines.append(f"  {t['compare_shown_' + one.shown_to]}: {quote} {safe_terminal(one.url, 120)}")
        lines += [
            f"  {t['compare_not']}: {safe_terminal(one.url, 120)}: {safe_terminal(one.why, 200)}"
            for one in comparison.not_compared
        ]
    return lines


_NEW = {"en": "* new since the last successful run", "zh": "* 自上次成功运行以来新出现"}
_HEADS = {
    "id": ("id", "编号"),
    "vendor": ("vendor", "厂商"),
    "category": ("category", "类别"),
    "severity": ("severity", "严重程度"),
    "stance": ("stance", "立场"),
    "quote": ("quote", "原文"),
    "page": ("page", "页面"),
}


def _head(name: str, lang: str) -> str:
    return _HEADS[name][lang == "zh"] if name else ""


def coverage_table(report: Report, lang: str = "en") -> Table:
    """Every URL known, by how it ended; the lines add up to the last one."""
    t = words(lang)
    table = Table(title=t["nav_coverage"], title_justify="left", show_header=False, box=None, pad_edge=False)
    table.add_column(justify="right")
    table.add_column()
    for line in coverage_lines(report, lang):
        if line.count:
            table.add_row(Text(str(line.count)), Text(line.label), style="yellow" if line.unread else "")
    table.add_row(Text(str(coverage_known(report))), Text({"en": "URLs known in all", "zh": "已知网址合计"}[lang]))
    return table


class Watcher:
    """Follows a crawl on stderr: a bar on a terminal, one plain line a page elsewhere, nothing with --quiet."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._console = Console(stderr=True, highlight=False)
        self._bar: Progress | None = None
        if self._console.is_terminal and not quiet:
            self._bar = Progress(
                SpinnerColumn(),
                TextColumn("{task.description}"),
                BarColumn(bar_width=30),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                TextColumn("{task.fields[url]}", markup=False),
                console=self._console,
                transient=True,
            )
            self._task = self._bar.add_task("pages", total=None, url="")
        self._findings = 0

    def __enter__(self) -> Watcher:
        if self._bar:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar:
            self._bar.stop()

    def done(self, row: CoverageRow, finished: int, known: int) -> None:
        """One URL is accounted for; `finished` of `known` so far."""
        self._findings += row.findings
        if self._quiet:
            return
        if self._bar:
            text = f"pages, {self._findings} findings"
            self._bar.update(
                self._task, completed=finished, total=known, description=text, url=safe_terminal(row.url, 60)
            )
            return
        ended = row.reason.value if row.outcome is Outcome.UNREAD and row.reason else row.outcome.value
        count = f" ({row.findings})" if row.findings else ""
        say(f"[{finished}/{known}] {ended}{count} {row.url}")

    def note(self, text: str) -> None:
        """Something worth knowing that is no page."""
        if self._quiet:
            return
        if self._bar:
            self._console.print(Text(safe_terminal(text, 0)))
        else:
            say(text)
