"""`law list | show`: the provisions that reports may name, looked at without any finding."""

from __future__ import annotations

import difflib
import json
import sys
from collections.abc import Sequence
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
    load_law,
    load_settings,
    note,
    note_unlisted,
)

if TYPE_CHECKING:
    from ..law import LawBook
    from ..model import Provision

FORMATS = ("text", "jsonl")
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
    found = book.provisions.get(provision.strip().lower())
    if found is None:
        near = difflib.get_close_matches(provision, book.provisions, n=1)
        raise UsageError(f"no provision {provision}", f"did you mean {near[0]}?" if near else "`noticescan law list`")
    _give([found], format, language, whole=True)
    return 0


@app.command("list")
def list_provisions(
    ctx: typer.Context,
    category: Annotated[
        str, typer.Option(help="Only what this claim category may engage, most specific first.", show_default=False)
    ] = "",
    at: Annotated[
        datetime | None,
        typer.Option("--at", formats=["%Y-%m-%d"], help="Only what was in force on this day.", show_default=False),
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
    """One provision a line: id, kind, day from which it is law, name. Being listed says nothing about any vendor."""
    from ..law import covers, in_force, ranked
    from ..lawfile import ROLES
    from ..model import ProvisionRole

    choice("--format", format, FORMATS)
    if role:
        choice("--role", role, ROLES)
    places = codes("--jurisdiction", jurisdiction)
    book, language = _book(ctx, config, rules, lang)
    if category:
        choice("--category", category, book.categories)
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
            typer.echo(json.dumps(provision_json(one), ensure_ascii=False))
    elif whole:
        for one in found:
            typer.echo("\n".join(described(one, lang)))
    else:
        _table(found, lang)
    sys.stdout.flush()


def _table(found: Sequence[Provision], lang: str) -> None:
    from rich.table import Table
    from rich.text import Text

    from ..report.lawtext import heading
    from ..report.words import words
    from .console import out

    t = words(lang)
    table = Table(box=None, header_style="bold", pad_edge=False)
    for key in ("law_id", "law_kind", "law_from", "law_name"):
        table.add_column(t[key], no_wrap=key != "law_name")
    for one in found:
        cells = (one.id, t["law_role_" + one.role], one.in_force_from.isoformat(), heading(one, t))
        table.add_row(*(Text(cell) for cell in cells))
    if found:
        out().print(table)
