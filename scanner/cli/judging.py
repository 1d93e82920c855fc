"""`check` and `rescan`: judging without the network."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import ExitCode, UsageError
from ..model import LawGap
from .common import (
    UNDATED,
    AtFlag,
    ConfigFlag,
    DbFlag,
    ExitCodeFlag,
    FormatsFlag,
    JurisdictionFlag,
    LangFlag,
    OutFlag,
    RulesFlag,
    SpeakerFlag,
    VendorFlag,
    choice,
    codes,
    load_rules,
    load_settings,
    note,
    note_places,
    note_unlisted,
    say_error,
    write_json,
)
from .common import speaker as speaker_word

if TYPE_CHECKING:
    from ..detect.rules import RuleSet
    from ..model import Finding, RelevantLaw
    from ..pipeline.check import Checked
    from ..pipeline.lawful import Counsel

CHECK_FORMATS = ("table", "jsonl")
SLOW_SECONDS = 10.0
"""A file that takes longer to read and judge is named to whoever watches a terminal."""


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    app.command("check")(check)
    app.command("rescan")(rescan)


def check(
    ctx: typer.Context,
    paths: Annotated[
        list[Path],
        typer.Argument(
            help="Files or folders: html, txt, json, mhtml, pdf, warc, wacz; png, jpg, webp (with the extra `ocr`).",
            show_default=False,
        ),
    ],
    format: Annotated[str, typer.Option("--format", "-f", help="table or jsonl (one finding a line).")] = "table",
    vendor: VendorFlag = "",
    speaker: SpeakerFlag = None,
    config: ConfigFlag = None,
    rules: RulesFlag = None,
    lang: LangFlag = None,
    jurisdiction: JurisdictionFlag = None,
    at: AtFlag = None,
    exit_code: ExitCodeFlag = False,
) -> int:
    """Judge saved pages. No network, nothing is written; findings go to stdout, everything else to stderr.

    Provisions are named for the day of the capture: WARC files know it, for other files say it with --at.
    """
    from ..pipeline.check import check as check_files
    from ..pipeline.check import left_out
    from ..pipeline.lawful import counsel
    from ..pipeline.speaking import by_option

    word = speaker_word(speaker)
    choice("--format", format, CHECK_FORMATS)
    settings = load_settings(
        ctx, config, rules__path=str(rules) if rules else None, report__lang=lang,
        law__jurisdictions=codes("--jurisdiction", jurisdiction),
    )  # fmt: skip
    rule_set = load_rules(settings)
    advice = counsel(settings, rule_set, when=at)
    note_unlisted(ctx, advice.book, settings.law.jurisdictions)
    said = by_option(word, settings)
    with _SlowFiles(ctx) as slow:
        results = _noting_unread(ctx, check_files(paths, rule_set, vendor=vendor, begun=slow.begun, said=said))
        checked = list(_as_lines(ctx, results, advice) if format == "jsonl" else results)
    if not checked:
        raise UsageError(
            "no page in the given files and folders", "known kinds: html, txt, json, mhtml, pdf, warc, warc.gz, wacz"
        )
    if others := left_out(paths):
        names = ", ".join(file.name for file in others[:3]) + (" ..." if len(others) > 3 else "")
        note(ctx, f"not looked at: files of other kinds in the folders: {len(others)} ({names})")
    if format == "table":
        if jurisdiction or at:
            note(ctx, "provisions are told with --format jsonl; here only what was found is shown")
        _show(checked, rule_set, settings.report.lang)
    if any(one.damaged for one in checked):
        return ExitCode.EVIDENCE
    if exit_code and any(one.judgement.findings for one in checked):
        return ExitCode.NEW_FINDINGS
    return ExitCode.NOT_ALL_READ if any(one.judgement.unread for one in checked) else ExitCode.OK


def _watched() -> bool:
    """Does a person wait at a terminal?"""
    return sys.stderr.isatty()


class _SlowFiles:
    """Says on a terminal which file is being read where that takes long: silence for minutes looks like a hang."""

    def __init__(self, ctx: typer.Context) -> None:
        self._ctx = ctx
        self._timer: threading.Timer | None = None

    def __enter__(self) -> _SlowFiles:
        return self

    def __exit__(self, *_: object) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def begun(self, path: Path) -> None:
        """The file before it is done, this one begins."""
        self.__exit__()
        if not _watched():
            return
        self._timer = threading.Timer(SLOW_SECONDS, self._tell, (path,))
        self._timer.daemon = True
        self._timer.start()

    def _tell(self, path: Path) -> None:
        size = path.stat().st_size / 1_000_000 if path.is_file() else 0
        note(self._ctx, f"still reading {path}" + (f" ({size:.1f} MB)" if size >= 0.1 else ""))


def _as_lines(ctx: typer.Context, results: Iterator[Checked], advice: Counsel) -> Iterator[Checked]:
    """Each finding on stdout as soon as it is known: the reader of a pipe need not wait for the last file."""
    from ..pipeline.lawful import with_ids

    undated = False
    for one in results:
        for finding in one.judgement.findings:
            law = advice.on(finding)
            undated = undated or (law is not None and law.gap is LawGap.NO_DATE)
            write_line(with_ids(finding, law), law)
        yield one
    if undated:
        note(ctx, UNDATED)


def write_line(finding: Finding, law: RelevantLaw | None, **more: Any) -> None:
    """One JSON line of the public contract, with what stands beside the provisions: defences and scope, and duties of
    others, such as whoever operates a product."""
    beside = {
        "provisions_beside": [one.id for one in law.beside] if law else [],
        "provisions_of_others": [one.id for one in law.of_others] if law else [],
    }
    write_json(finding.as_json() | beside | more)


def _noting_unread(ctx: typer.Context, results: Iterator[Checked]) -> Iterator[Checked]:
    for one in results:
        if one.damaged:
            say_error(one.judgement.detail, "get another copy; leave this one as it is")
        elif reason := one.judgement.unread:
            note(ctx, f"not read: {one.source}: {reason.value}" + (f": {d}" if (d := one.judgement.detail) else ""))
        yield one


def _show(checked: list[Checked], rules: RuleSet, lang: str) -> None:
    from ..pipeline.check import as_report
    from .console import show_report

    show_report(as_report(checked, rules), lang)


def rescan(
    ctx: typer.Context,
    out: OutFlag = None,
    db: DbFlag = None,
    config: ConfigFlag = None,
    rules: RulesFlag = None,
    format: FormatsFlag = None,
    lang: LangFlag = None,
    speaker: SpeakerFlag = None,
    targets: Annotated[
        Path | None,
        typer.Option(
            "--targets",
            "-t",
            show_default=False,
            help="A corrected targets file: what it says of kept pages and their vendors comes before what was said.",
        ),
    ] = None,
    exit_code: ExitCodeFlag = False,
) -> int:
    """Judge everything kept once more, with the rules of today. No network.

    Who speaks on a page is what --speaker says, else --targets, else what was said when it was last judged.
    What is found now in old pages is marked "newly recognised": we learned to see it; nobody began to say it.
    """
    from ..collect.targets import read_targets
    from ..pipeline.rescan import rescan as rescan_kept
    from .console import Watcher
    from .finishing import finish

    word = speaker_word(speaker)
    settings = load_settings(
        ctx, config, out_dir=out, store__url=db, rules__path=str(rules) if rules else None,
        report__lang=lang, report__formats=format,
    )  # fmt: skip
    file = None if targets is None else read_targets(targets)
    places = [place for one in file.targets for place in one.jurisdictions] if file else []
    note_places(ctx, settings, [*places, *settings.law.jurisdictions])
    with Watcher(quiet=ctx.obj.quiet) as watcher:
        report = rescan_kept(settings, load_rules(settings), watcher, speaker=word, targets=file)
    return finish(report, settings, exit_code=exit_code)
