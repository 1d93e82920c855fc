"""`law list | show`: the provisions that reports may name, looked at without any finding."""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import UsageError
from .common import (
    ConfigFlag,
    JurisdictionFlag,
    LangFlag,
    RulesFlag,
    choice,
    codes,
    day,
    load_law,
    load_settings,
    note,
    note_unlisted,
    write_json,
)

if TYPE_CHECKING:
    from ..law import LawBook
    from ..model import Provision

FORMATS = ("text", "jsonl")
NEAR = 3
"""Ids suggested for one that is not known."""
FormatFlag = Annotated[str, typer.Option("--format", "-f", help="text or jsonl (one provision a line).")]
app = typer.Typer(help="The law: list and show the provisions that a wording may engage.", no_args_is_help=True)


def _book(ctx: typer.Context, config: Path | None, rules: Path | None, lang: str | None) -> tuple[LawBook, str]:
    settings = load_settings(ctx, config, rules__path=str(rules) if rules else None, report__lang=lang)
    return load_law(settings), settings.report.lang


@app.command("show")
def show(
    ctx: typer.Context,
    provision: Annotated[str, typer.Argument(metavar="ID", help="Id of a provision, such as cn.pipl.26.")],
    format: FormatFlag = "text",
    lang: LangFlag = None,
    rules: RulesFlag = None,
    config: ConfigFlag = None,
) -> int:
    """Everything about one provision: what it says in our words, since when, for whom, and how sure that is."""
    choice("--format", format, FORMATS)
    book, language = _book(ctx, config, rules, lang)
    wanted = provision.strip().lower()
    found = book.provisions.get(wanted)
    if found is None:
        raise UsageError(
            f"no provision {provision}", _near(wanted, book.provisions) or "`noticescan law list` names all"
        )
    _give([found], format, language, whole=True)
    return 0


def _near(wanted: str, known: Iterable[str]) -> str:
    """`did you mean A, B?` or empty. What begins or ends alike comes first: gdpr.9 is eu.gdpr.9 before us.ftc.5."""
    names = list(known)
    alike = [name for name in names if wanted and (name.startswith(wanted) or wanted.startswith(name))]
    ends = [name for name in names if wanted and name.endswith("." + wanted)]
    near = [*alike, *ends, *difflib.get_close_matches(wanted, names, n=NEAR, cutoff=0.7)]
    shown = list(dict.fromkeys(near))[:NEAR]
    return f"did you mean {', '.join(shown)}?" if shown else ""


@app.command("list")
def list_provisions(
    ctx: typer.Context,
    category: Annotated[
        str, typer.Option(help="Only what this claim category may engage, most specific first.", show_default=False)
    ] = "",
    at: Annotated[
        datetime | None,
        typer.Option(
            "--at", parser=day, metavar="YYYY-MM-DD", help="Only what was in force on this day.", show_default=False
        ),
    ] = None,
    jurisdiction: JurisdictionFlag = None,
    role: Annotated[
        str, typer.Option(help="Only what addresses a vendor, advertiser or deployer.", show_default=False)
    ] = "",
    format: FormatFlag = "text",
    lang: LangFlag = None,
    rules: RulesFlag = None,
    config: ConfigFlag = None,
) -> int:
    """The provisions as a table: id, kind, day from which it is law, whom it binds, name.

    Within a category what addresses it by name comes first, and of that what a source confirmed. Being listed says
    nothing about any vendor."""
    from ..law import covers, in_force, ranked
    from ..lawfile import ROLES
    from ..model import ProvisionRole

    choice("--format", format, FORMATS)
    if role:
        choice("--role", role, ROLES)
    places = codes("--jurisdiction", jurisdiction)
    book, language = _book(ctx, config, rules, lang)
    category = category.strip().lower()
    if category and category not in book.categories:
        near = _near(category, book.categories) or f"one of: {', '.join(book.categories)}"
        raise UsageError(f"--category {category}: not known", near)
    found = [
        one
        for one in (ranked(book.of(category), category) if category else book.provisions.values())
        if (at is None or in_force(one, at))
        and (not places or any(covers(place, one.jurisdiction) for place in places))
        and (not role or role in one.applies_to)
    ]
    if category:  # duties first, then what stands beside them
        found.sort(key=lambda one: list(ProvisionRole).index(one.role))
    _give(found, format, language)
    note_unlisted(ctx, book, places)
    note(ctx, f"{len(found)} of {len(book.provisions)} provisions")
    return 0


def _give(found: Sequence[Provision], format: str, lang: str, *, whole: bool = False) -> None:
    from ..report.lawtext import described, provision_json

    if format == "jsonl":
        for one in found:
            write_json(provision_json(one))
    elif whole:
        for one in found:
            _paragraphs(described(one, lang))
    else:
        _table(found, lang)
    sys.stdout.flush()


def _paragraphs(lines: Iterable[str]) -> None:
    """Broken between words at the width of the window; whole where a pipe reads them, and addresses always."""
    from rich.text import Text

    from .console import out

    console = out()
    narrow = sys.stdout.isatty() or bool(os.environ.get("COLUMNS"))
    for line in lines:
        console.print(Text(line), soft_wrap=not narrow or line.startswith("http"))


def _table(found: Sequence[Provision], lang: str) -> None:
    from rich.table import Table
    from rich.text import Text

    from ..report.lawtext import heading, roles
    from ..report.words import words
    from .console import out

    t = words(lang)
    table = Table(box=None, header_style="bold", pad_edge=False)
    for key in ("law_id", "law_kind", "law_from", "law_binds", "law_name"):
        table.add_column(t[key], no_wrap=key in ("law_id", "law_from"))
    for one in found:
        cells = (
            one.id, t["law_role_" + one.role], one.in_force_from.isoformat(), roles(one, t, "law_as_"),
            heading(one, t, brief=True),
        )  # fmt: skip
        table.add_row(*(Text(cell) for cell in cells))
    if found:
        out().print(table)
