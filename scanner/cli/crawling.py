"""`crawl` and `run`: looking at vendors' pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import UsageError
from ..model import LawGap
from .common import (
    ConfigFlag,
    DbFlag,
    ExitCodeFlag,
    FormatsFlag,
    JurisdictionFlag,
    LangFlag,
    OutFlag,
    RulesFlag,
    VendorFlag,
    codes,
    load_rules,
    load_settings,
    note,
    note_places,
)

if TYPE_CHECKING:
    from ..config import Settings
    from ..model import Report, Target
    from ..pipeline.crawl import Watcher

TargetsFlag = Annotated[
    Path | None,
    typer.Option(
        "--targets", "-t", help="Who to look at: TOML, CSV (vendor,url[,notice_url,note ...]) or URLs, one a line.",
        show_default=False,
    ),
]  # fmt: skip
NetworkFlag = Annotated[
    list[str] | None,
    typer.Option(
        "--allow-network", metavar="CIDR", help="A private network that may be contacted.", show_default=False
    ),
]
RenderFlag = Annotated[
    str | None,
    typer.Option(
        "--render", help="Show pages with a browser: auto (those that scripts fill), always, never.",
        show_default="auto",
    ),
]  # fmt: skip
TARGET_FILES = ("targets.toml", "targets.csv")
RESERVED = ("example", "invalid", "test")
"""Top-level names that nobody can own (RFC 2606): what stands below them is an example, such as the line of `init`."""


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    app.command("crawl")(crawl)
    app.command("run")(run)


def crawl(
    ctx: typer.Context,
    urls: Annotated[list[str] | None, typer.Argument(help="Start pages.", show_default=False)] = None,
    targets: TargetsFlag = None,
    vendor: VendorFlag = "",
    out: OutFlag = None,
    db: DbFlag = None,
    config: ConfigFlag = None,
    rules: RulesFlag = None,
    allow_network: NetworkFlag = None,
    delay: Annotated[float | None, typer.Option(help="Seconds between requests to one host.", show_default="2")] = None,
    max_pages: Annotated[int | None, typer.Option(help="Most pages of one target.", show_default="200")] = None,
    max_depth: Annotated[int | None, typer.Option(help="Most links away from a start page.", show_default="4")] = None,
    render: RenderFlag = None,
    compare_as: Annotated[
        list[str] | None,
        typer.Option(
            "--compare-as",
            help="Look once more in another way: mobile, search-referrer, rendered, proxy:NAME.",
            show_default=False,
        ),
    ] = None,
    contact: Annotated[str | None, typer.Option(help="URL or address in the User-Agent.", show_default=False)] = None,
    jurisdiction: JurisdictionFlag = None,
    format: FormatsFlag = None,
    lang: LangFlag = None,
    exit_code: ExitCodeFlag = False,
) -> int:
    """Look at vendors' pages now: keep each page, judge it, report.

    An interrupted crawl goes on where it stopped when the same command is given again.
    """
    settings = load_settings(
        ctx, config, out_dir=out, store__url=db, rules__path=str(rules) if rules else None,
        crawl__allow_networks=allow_network, crawl__delay=delay, crawl__max_pages_per_target=max_pages,
        crawl__max_depth=max_depth, crawl__user_agent_contact=contact, report__formats=format, report__lang=lang,
        law__jurisdictions=codes("--jurisdiction", jurisdiction),
        render__when=render,
    )  # fmt: skip
    wanted = wanted_targets(settings, targets, urls or [], vendor, codes("--jurisdiction", jurisdiction))
    return _look(ctx, settings, wanted, exit_code=exit_code, only_due=False, compare_as=compare_as or [])


def run(
    ctx: typer.Context,
    targets: TargetsFlag = None,
    out: OutFlag = None,
    db: DbFlag = None,
    config: ConfigFlag = None,
    rules: RulesFlag = None,
    format: FormatsFlag = None,
    lang: LangFlag = None,
    exit_code: ExitCodeFlag = False,
) -> int:
    """What a timer starts: look at what is due, report what changed since the last successful run.

    Safe to start at any time, any number of times: one run at a time holds the lock, what is not due is left alone.
    """
    settings = load_settings(
        ctx, config, out_dir=out, store__url=db, rules__path=str(rules) if rules else None,
        report__formats=format, report__lang=lang,
    )  # fmt: skip
    return _look(ctx, settings, wanted_targets(settings, targets, [], ""), exit_code=exit_code, only_due=True)


def wanted_targets(
    settings: Settings, file: Path | None, urls: list[str], vendor: str, jurisdictions: tuple[str, ...] = ()
) -> tuple[Target, ...]:
    """The targets from --targets, from URLs, or from the file that the settings or custom name.

    `jurisdictions` are those of the URLs; targets in a file have their own, or those of the settings.
    """
    from ..collect.targets import from_urls, load_targets

    wanted: tuple[Target, ...] = ()
    if urls:
        wanted += tuple(replace(one, jurisdictions=jurisdictions) for one in _of_vendor(from_urls(urls), vendor))
    if file is None and not urls:
        file = _usual_file(settings)
    if file is not None:
        wanted += load_targets(file)
    return wanted


def _of_vendor(targets: tuple[Target, ...], vendor: str) -> tuple[Target, ...]:
    """URLs given with --vendor are one target, whatever their hosts."""
    if not vendor:
        return targets
    return (replace(targets[0], vendor=vendor, urls=tuple(url for target in targets for url in target.urls)),)


def _usual_file(settings: Settings) -> Path:
    if settings.run.targets:
        return Path(settings.run.targets)
    for name in TARGET_FILES:
        if Path(name).is_file():
            return Path(name)
    raise UsageError(
        "nothing to look at: no URL, no --targets, and no targets.toml or targets.csv here",
        "`noticescan init` writes an example, or give a URL: noticescan crawl https://...",
    )


def _refuse_placeholders(targets: Sequence[Target]) -> None:
    """UsageError for addresses that stand in examples only: asking there would leave an empty run in the case."""
    from ..collect.urls import split

    for target in targets:
        for url in (*target.urls, *target.notice_urls):
            if split(url).host.rstrip(".").rpartition(".")[2] in RESERVED:
                raise UsageError(
                    f"{url} is an example address that nobody has; nothing was fetched or stored",
                    "put the addresses of your vendors into the targets file, or on the command line",
                )


def _look(
    ctx: typer.Context,
    settings: Settings,
    targets: tuple[Target, ...],
    *,
    exit_code: bool,
    only_due: bool,
    compare_as: Sequence[str] = (),
) -> int:
    from ..pipeline.crawl import crawl as crawl_pages
    from .console import Watcher as ConsoleWatcher
    from .finishing import finish

    rules = load_rules(settings)
    _refuse_placeholders(targets)
    note_places(
        ctx, settings, [place for target in targets for place in target.jurisdictions or settings.law.jurisdictions]
    )
    if not settings.crawl.user_agent_contact and not settings.crawl.allow_networks:
        note(ctx, "note: set crawl.user_agent_contact (or --contact), so that a site's owner can ask who reads there")
    watcher: Watcher
    with ConsoleWatcher(quiet=ctx.obj.quiet) as watcher:
        report: Report | None = crawl_pages(settings, targets, rules, watcher, only_due=only_due, compare_as=compare_as)
    if report is None:
        note(ctx, "nothing is due")
        return 0
    if any(law.gap is LawGap.NO_JURISDICTION for law in report.law.values()):
        what = "no provisions are named for vendors without a jurisdiction"
        note(ctx, f"note: {what}; say it in the targets file, or in law.jurisdictions")
    return finish(report, settings, exit_code=exit_code)
