"""`import`: files that others captured."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..errors import ExitCode, UsageError
from .common import (
    ConfigFlag,
    DbFlag,
    ExitCodeFlag,
    FormatsFlag,
    LangFlag,
    OutFlag,
    RulesFlag,
    SpeakerFlag,
    load_rules,
    load_settings,
    note_places,
    say_error,
)
from .common import speaker as speaker_word


def register(app: typer.Typer) -> None:
    """Adds the command of this file."""
    app.command("import")(import_files)


def import_files(
    ctx: typer.Context,
    paths: Annotated[
        list[Path],
        typer.Argument(help="Files or folders: warc, warc.gz, wacz, mhtml, saved html.", show_default=False),
    ],
    vendor: Annotated[str, typer.Option("--vendor", help="In whose name.", show_default="the host of each page")] = "",
    url: Annotated[
        str,
        typer.Option("--url", help="Address of the one saved page that does not name its own.", show_default=False),
    ] = "",
    speaker: SpeakerFlag = None,
    out: OutFlag = None,
    db: DbFlag = None,
    config: ConfigFlag = None,
    rules: RulesFlag = None,
    format: FormatsFlag = None,
    lang: LangFlag = None,
    exit_code: ExitCodeFlag = False,
) -> int:
    """Take in what other tools captured: keep it, judge it, report it. No network.

    Dates and addresses are shown as the files state them; each file is copied untouched and named by its SHA-256.
    """
    from ..pipeline.importing import import_files as take_in
    from ..pipeline.speaking import by_option
    from .console import Watcher
    from .finishing import finish

    word = speaker_word(speaker)
    if url and (len(paths) != 1 or not paths[0].is_file()):
        raise UsageError("--url goes with one saved page", "import the pages one by one, each with its --url")
    if url:
        _needs_web(url)
    settings = load_settings(
        ctx, config, out_dir=out, store__url=db, rules__path=str(rules) if rules else None,
        report__lang=lang, report__formats=format,
    )  # fmt: skip
    note_places(ctx, settings)
    said = by_option(word, settings)
    with Watcher(quiet=ctx.obj.quiet) as watcher:
        imported = take_in(settings, paths, load_rules(settings), watcher, vendor=vendor, url=url, said=said)
    code = finish(imported.report, settings, exit_code=exit_code)
    for line in imported.damaged:
        say_error(line, "get another copy; leave this one as it is")
    return ExitCode.EVIDENCE if imported.damaged else code


def _needs_web(url: str) -> None:
    """UsageError where the address given is none that a page has."""
    from ..collect.urls import BadUrl, split

    try:
        split(url)
    except BadUrl as error:
        raise UsageError(f"--url {url}: {error}", "give the address of the page, with http:// or https://") from None
