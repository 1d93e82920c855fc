"""What the commands share: flags, settings from flags, lines on stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import UsageError
from ..model import SPEAKERS

if TYPE_CHECKING:
    from ..config import Settings
    from ..detect.rules import RuleSet
    from ..law import LawBook

ConfigFlag = Annotated[
    Path | None, typer.Option("--config", "-c", help="Settings file. Default: ./noticescan.toml.", show_default=False)
]
OutFlag = Annotated[
    str | None,
    typer.Option("--out", "-o", help="Folder for evidence, database and reports.", show_default="noticescan-out"),
]
DbFlag = Annotated[
    str | None,
    typer.Option("--db", help="Database URL: sqlite:///FILE or postgresql://...", show_default="SQLite in --out"),
]
RulesFlag = Annotated[
    Path | None, typer.Option("--rules", help="A patterns folder.", show_default="the one that came with noticescan")
]
LangFlag = Annotated[str | None, typer.Option("--lang", help="Language of the report: en or zh.", show_default="en")]
FormatsFlag = Annotated[
    list[str] | None,
    typer.Option("--format", "-f", help="html, json, csv, markdown or letters; may be repeated.", show_default="all"),
]
ExitCodeFlag = Annotated[
    bool, typer.Option("--exit-code", help="Exit with 3 when there are new findings, or words became a claim.")
]


def day(text: str) -> datetime:
    """A day of the calendar from a flag."""
    try:
        return datetime.strptime(text.strip(), "%Y-%m-%d")  # noqa: DTZ007 - the day it was in whatever place
    except ValueError:
        raise typer.BadParameter(f"{text}: no day of the calendar; write it as 2026-03-01") from None


AtFlag = Annotated[
    datetime | None,
    typer.Option(
        "--at",
        parser=day,
        metavar="YYYY-MM-DD",
        help="Day on which files without a date of their own were saved; whose law.",
        show_default=False,
    ),
]
JurisdictionFlag = Annotated[
    list[str] | None,
    typer.Option(
        "--jurisdiction", metavar="CODE", help="Whose law is named: CN, EU, UK, US-IL ...; may be repeated.",
        show_default="what targets and settings say",
    ),
]  # fmt: skip
SpeakerFlag = Annotated[
    str | None,
    typer.Option(
        "--speaker", metavar="WORD", help=f"Who speaks on all these pages, where you know it: {', '.join(SPEAKERS)}.",
        show_default="auto, or what the settings say",
    ),
]  # fmt: skip
UNDATED = "no provisions named: the day of these pages is not known; say it with --at YYYY-MM-DD"
VendorFlag = Annotated[str, typer.Option("--vendor", help="Name of the vendor, as registered.", show_default=False)]


@dataclass(frozen=True, slots=True)
class Globals:
    """The flags before the command."""

    config: Path | None = None
    quiet: bool = False
    debug: bool = False


def write_json(value: Mapping[str, Any]) -> None:
    """One JSON line on stdout, UTF-8 whatever the terminal takes. What would act in a terminal is escaped, as in
    `report.json`: the value is the same."""
    from ..report.text import json_text

    sys.stdout.buffer.write(json_text(value).encode() + b"\n")


def say(text: str) -> None:
    """One line for a person, on stderr. Control characters of strangers do not reach the terminal.

    A line that stderr does not take (a full disk) is lost, and changes nothing of how the command ends."""
    try:
        sys.stderr.write(one_line(text) + "\n")
        sys.stderr.flush()
    except OSError:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - Python flushes it last


def say_error(message: str, tip: str = "") -> None:
    """The form in which every error ends."""
    say(f"error: {message}")
    if tip:
        say(f"tip: {tip}")


def one_line(text: str) -> str:
    """The text with line breaks, escapes and bidirectional overrides made harmless."""
    from ..report.summary import safe_terminal

    return safe_terminal(text, 0)


def note(ctx: typer.Context, text: str) -> None:
    """A line on stderr, unless --quiet."""
    if not ctx.obj.quiet:
        say(text)


def load_settings(ctx: typer.Context, config: Path | None = None, **flags: Any) -> Settings:
    """Settings with the flags on top. A flag is named `section__key` or `key`; None means not given."""
    from ..config import load

    overrides: dict[str, Any] = {}
    for name, value in flags.items():
        if value is None or value in ([], ()):
            continue
        section, _, key = name.partition("__")
        if key:
            overrides.setdefault(section, {})[key] = value
        else:
            overrides[section] = value
    return load(config or ctx.obj.config, overrides)


def load_rules(settings: Settings) -> RuleSet:
    """The rule set that the settings name."""
    from ..detect.rules import load

    return load(Path(settings.rules.path) if settings.rules.path else None)


def load_law(settings: Settings) -> LawBook:
    """The provisions of the patterns folder that the settings name."""
    from ..law import load

    return load(patterns_of(settings))


def patterns_of(settings: Settings) -> Path:
    """The patterns folder that the settings name."""
    from ..detect.rules import default_path

    return Path(settings.rules.path) if settings.rules.path else default_path()


def codes(flag: str, given: list[str] | None) -> tuple[str, ...]:
    """Jurisdictions from a flag, in capitals; UsageError for what is no code."""
    from ..config import jurisdiction

    try:
        return tuple(dict.fromkeys(jurisdiction(code) for code in given or ()))
    except ValueError as error:
        raise UsageError(f"{flag}: {error}") from None


def note_unlisted(ctx: typer.Context, book: LawBook, places: Sequence[str]) -> None:
    """Says which jurisdictions no provision is listed for: nothing named is not the same as no law."""
    from ..law import covers

    bare = [place for place in places if not any(covers(place, one) for one in book.jurisdictions)]
    if bare:
        listed = ", ".join(book.jurisdictions)
        note(ctx, f"no provisions listed for {', '.join(bare)} (which is not: no law); listed are {listed}")


def note_places(ctx: typer.Context, settings: Settings, places: Sequence[str] = ()) -> None:
    """The same for those asked for, else those of the settings. Reads the law only where there is one to look up."""
    if asked := tuple(dict.fromkeys(places or settings.law.jurisdictions)):
        note_unlisted(ctx, load_law(settings), asked)


def speaker(word: str | None) -> str | None:
    """The word of --speaker, if it was given; UsageError for one that is not known."""
    return word if word is None else choice("--speaker", word.strip().lower(), SPEAKERS)


def choice(flag: str, value: str, allowed: Mapping[str, object] | tuple[str, ...]) -> str:
    """The value, if it is one of the allowed ones; else UsageError that lists them."""
    if value not in allowed:
        raise UsageError(f"{flag} {value}: not known", f"one of: {', '.join(allowed)}")
    return value
