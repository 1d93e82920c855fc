"""`report` and `findings`: what is stored, shown again."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import UsageError
from .common import (
    ConfigFlag,
    DbFlag,
    FormatsFlag,
    JurisdictionFlag,
    LangFlag,
    OutFlag,
    choice,
    codes,
    load_rules,
    load_settings,
    note,
    note_places,
    patterns_of,
)
from .common import day as parse_day

if TYPE_CHECKING:
    from ..model import Report, Tracked

RunFlag = Annotated[str, typer.Option("--run", help="Which run.", show_default="the last one")]
FINDINGS_FORMATS = ("table", "jsonl")
WRITERS = ("press", "regulator")


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    app.command("report")(report)
    app.command("findings")(findings)


def report(
    ctx: typer.Context,
    run: RunFlag = "",
    format: FormatsFlag = None,
    lang: LangFlag = None,
    jurisdiction: JurisdictionFlag = None,
    letter: Annotated[
        str | None,
        typer.Option(
            help="Who writes the letters to the vendors: press (before you publish) or regulator (an inquiry).",
            show_default="report.letter, else press",
        ),
    ] = None,
    out: OutFlag = None,
    db: DbFlag = None,
    config: ConfigFlag = None,
) -> int:
    """Write the report of a run again, in the wanted formats and language; names each file on stdout.

    A report in the other language stays: this one then goes into a folder of its own (`en` or `zh`) in that of the run.
    """
    from ..pipeline.reporting import stored_report, write_reports

    if letter is not None:
        choice("--letter", letter, WRITERS)
    settings = load_settings(
        ctx, config, out_dir=out, store__url=db, report__formats=format, report__lang=lang, report__letter=letter
    )
    places = codes("--jurisdiction", jurisdiction)
    note_places(ctx, settings, places)
    stored = stored_report(
        settings, load_rules(settings), run, places,
        pictures="html" in settings.report.formats,
    )  # fmt: skip
    note_run(ctx, stored)
    for path in write_reports(stored, settings).values():
        typer.echo(str(path))
    return 0


def findings(
    ctx: typer.Context,
    run: RunFlag = "",
    vendor: Annotated[str, typer.Option(help="Only this vendor (part of the name).", show_default=False)] = "",
    category: Annotated[str, typer.Option(help="Only this claim category.", show_default=False)] = "",
    stance: Annotated[str, typer.Option(help="Only this stance: asserted, denied ...", show_default=False)] = "",
    severity: Annotated[str, typer.Option(help="At least this severity.", show_default=False)] = "",
    new: Annotated[bool, typer.Option("--new", help="Only new ones.")] = False,
    since: Annotated[
        datetime | None,
        typer.Option(
            parser=parse_day,
            metavar="YYYY-MM-DD",
            help="First seen on or after this day (UTC); of imports only: dated so.",
            show_default=False,
        ),
    ] = None,
    limit: Annotated[int, typer.Option(min=0, help="At most so many; 0: all.")] = 0,
    format: Annotated[str, typer.Option("--format", "-f", help="table or jsonl (one finding a line).")] = "table",
    lang: LangFlag = None,
    jurisdiction: JurisdictionFlag = None,
    out: OutFlag = None,
    db: DbFlag = None,
    config: ConfigFlag = None,
) -> int:
    """List what was found, with filters.

    JSON lines carry `change`, `first_seen` and `last_seen` (in our own captures), `imported_capture_at` (the earliest
    date that an imported one states), `stance_before`, `provisions_beside` (defences and scope) and
    `provisions_of_others` (duties of whoever operates such a product) besides the finding.
    """
    from dataclasses import replace

    from ..detect.rules import load_categories
    from ..model import Severity, Stance
    from ..pipeline.listing import stored_findings

    choice("--format", format, FINDINGS_FORMATS)
    stance, severity = _value("--stance", stance, Stance), _value("--severity", severity, Severity)
    settings = load_settings(ctx, config, out_dir=out, store__url=db, report__lang=lang)
    patterns = patterns_of(settings)
    categories = load_categories(patterns)
    if category and category not in categories:
        raise UsageError(f"--category {category}: not known", f"one of: {', '.join(sorted(categories))}")
    places = codes("--jurisdiction", jurisdiction)
    note_places(ctx, settings, places)
    whole = stored_findings(settings, patterns, categories, run, places)
    day = since.replace(tzinfo=UTC) if since else None
    kept = [t for t in whole.findings if _wanted(t, vendor, category, stance, severity, new, day)]
    kept = kept[:limit] if limit else kept
    _print(replace(whole, findings=tuple(kept)), format, settings.report.lang)
    note_run(ctx, whole)
    note(ctx, f"{len(kept)} finding{'' if len(kept) == 1 else 's'} of run {whole.run.id}")
    return 0


def note_run(ctx: typer.Context, report: Report) -> None:
    """Says which run is shown and why, where nobody named one."""
    if report.chosen:
        note(ctx, f"run {report.run.id} ({report.run.kind}): {report.chosen}")


def _value(flag: str, word: str, kind: type[StrEnum]) -> str:
    """What a word of a table or a report stands for, empty for none; UsageError lists the words for any other."""
    from ..report.words import known_words

    known = known_words(kind)
    return known[choice(flag, word.strip().lower(), known)].value if word else ""


def _wanted(
    tracked: Tracked, vendor: str, category: str, stance: str, severity: str, new: bool, day: datetime | None
) -> bool:
    from ..model import Change, Severity

    found, first = tracked.finding, tracked.first_seen or tracked.imported
    order = list(Severity)
    return (
        vendor.casefold() in found.vendor.casefold()
        and category in ("", found.category)
        and stance in ("", found.stance)
        and (not severity or order.index(found.severity) >= order.index(Severity(severity)))
        and (not new or tracked.change is Change.NEW)
        and (day is None or (first is not None and first >= day))
    )


def _print(report: Report, format: str, lang: str) -> None:
    from ..report.summary import findings_rows
    from .console import out, print_findings
    from .judging import write_line

    if format == "table":
        rows = findings_rows(report, lang)
        if rows:
            print_findings(out(), rows, lang)
        return
    for tracked in report.findings:
        first, last, imported = (
            t.isoformat().replace("+00:00", "Z") if t else None
            for t in (tracked.first_seen, tracked.last_seen, tracked.imported)
        )
        write_line(
            tracked.finding, report.law_of(tracked.finding),
            change=tracked.change.value, first_seen=first, last_seen=last, imported_capture_at=imported,
            stance_before=tracked.was.value if tracked.was else None,
        )  # fmt: skip
