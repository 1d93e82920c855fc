"""`verify`, `export` and `stamp`: evidence that others can check."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import ExitCode, UsageError
from .common import ConfigFlag, DbFlag, LangFlag, OutFlag, RulesFlag, choice, load_rules, load_settings, note, one_line

if TYPE_CHECKING:
    from ..evidence.verdict import Verdict

VERIFY_FORMATS = ("text", "json")


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    app.command("verify")(verify)
    app.command("export")(export)
    app.command("stamp")(stamp)


def verify(
    ctx: typer.Context,
    what: Annotated[
        str, typer.Argument(metavar="FILE.wacz|CASE|RUN", help="A WACZ file, the folder of a case file, or a run id.")
    ],
    digest: Annotated[
        str,
        typer.Option("--digest", help="SHA-256 that you were given: of manifest.json, of the WACZ or its "
                     "datapackage.json, or of the custody head of a run.", show_default=False),
    ] = "",
    trust: Annotated[
        list[Path] | None,
        typer.Option("--trust", help="PEM file with root certificates of timestamp authorities; may be repeated.",
                     show_default="evidence.trusted_roots"),
    ] = None,
    key: Annotated[
        list[Path] | None,
        typer.Option("--key", help="PEM file with a public key whose signature counts; may be repeated.",
                     show_default="evidence.trusted_keys"),
    ] = None,
    ots_header: Annotated[
        list[Path] | None,
        typer.Option("--ots-header", help="File with headers of Bitcoin blocks, HEIGHT and 160 hex digits a line, for "
                     "OpenTimestamps proofs; may be repeated.", show_default=False),
    ] = None,
    require_seal: Annotated[
        bool, typer.Option("--require-seal", help="Fail unless a stamp, a signature or --digest vouches for the whole.")
    ] = False,
    format: Annotated[str, typer.Option("--format", "-f", help="text or json.")] = "text",
    out: OutFlag = None,
    db: DbFlag = None,
    config: ConfigFlag = None,
    rules: RulesFlag = None,
) -> int:  # fmt: skip
    """Check kept evidence from the bytes up, without network. Exit code 5 where a link of the chain is broken.

    0: every link holds. 4: intact, but something could not be checked, such as findings of another rule set.
    """
    from ..evidence.blockheader import read_headers
    from ..pipeline.verify import Means
    from ..pipeline.verify import verify as check

    choice("--format", format, VERIFY_FORMATS)
    settings = load_settings(ctx, config, out_dir=out, store__url=db, rules__path=str(rules) if rules else None)
    means = Means(
        settings=settings, rules=load_rules(settings), digest=_sha256(digest), require_seal=require_seal,
        roots=tuple(trust or map(Path, settings.evidence.trusted_roots)),
        keys=tuple(key or map(Path, settings.evidence.trusted_keys)), asked_for=bool(trust or key or ots_header),
        headers=read_headers(ots_header or ()),
    )  # fmt: skip
    _needs_pem(means.roots, "CERTIFICATE", "a PEM certificate")
    _needs_pem(means.keys, "PUBLIC KEY", "a PEM public key")
    verdict = check(what, means)
    _show(verdict, format)
    return verdict.exit_code


def _needs_pem(paths: Sequence[Path], label: str, what: str) -> None:
    """UsageError for a file that is none of these: what it cannot vouch for would be told as broken."""
    for path in paths:
        if not path.is_file():
            raise UsageError(f"no such file: {path}")
        try:
            text = path.read_bytes()
        except OSError as error:
            raise UsageError(f"{path}: cannot be read: {error.strerror}") from None
        if not re.search(rb"-----BEGIN (?:[A-Z]+ )?%b-----" % label.encode(), text):
            raise UsageError(f"{path}: {what} is not in it", f"such a file holds a line -----BEGIN {label}-----")


def _sha256(text: str) -> str:
    plain = text.strip().lower().removeprefix("sha256:")
    if plain and (len(plain) != 64 or any(c not in "0123456789abcdef" for c in plain)):
        raise UsageError(f"--digest {text}: not a SHA-256 (64 hexadecimal digits)")
    return plain


def _show(verdict: Verdict, format: str) -> None:
    import json

    if format == "json":
        checks = [{"link": c.link, "state": c.state.value, "detail": c.detail} for c in verdict.checks]
        values = {
            "schema": "noticescan/verdict/1", "subject": verdict.subject, "exit_code": int(verdict.exit_code),
            "seal": verdict.seal.value, "vouchers": verdict.vouchers, "verdict": verdict.words, "checks": checks,
        }  # fmt: skip
        typer.echo(json.dumps(values, ensure_ascii=True))
        return
    for one in verdict.checks:
        typer.echo(f"{one.state:<12} {one.link:<14} {one_line(one.detail)}")
    typer.echo(one_line(verdict.words))


def export(
    ctx: typer.Context,
    finding: Annotated[
        str, typer.Option("--finding", help="Id of a finding, or its first digits.", show_default=False)
    ] = "",
    vendor: Annotated[
        str, typer.Option("--vendor", help="All findings of this vendor.", show_default=False)
    ] = "",
    run: Annotated[
        str, typer.Option("--run", help="Findings of this run; alone: all of them.", show_default="the last run")
    ] = "",
    to: Annotated[
        Path | None, typer.Option("--to", help="Folder to write; must not exist.", show_default="in cases/ of --out")
    ] = None,
    pdf: Annotated[bool, typer.Option("--pdf/--no-pdf", help="Also as PDF, where the extra is installed.")] = True,
    lang: LangFlag = None,
    out: OutFlag = None,
    db: DbFlag = None,
    config: ConfigFlag = None,
) -> int:  # fmt: skip
    """Write a case file: quotes, kept pages, digests, custody chain and stamps in one folder that others can check."""
    from ..pipeline.export import export as write
    from ..pipeline.material import Wanted
    from .console import Watcher

    if finding and vendor:
        raise UsageError("--finding and --vendor exclude each other")
    if not (finding or vendor or run):
        raise UsageError("say what to export: --finding ID, --vendor NAME or --run ID")
    settings = load_settings(ctx, config, out_dir=out, store__url=db, report__lang=lang)
    with Watcher(quiet=ctx.obj.quiet) as watcher:
        done = write(settings, load_rules(settings), Wanted(finding, vendor, run), watcher, to, pdf=pdf)
    typer.echo(str(done.folder))
    note(ctx, f"{done.findings} findings; sha256 of manifest.json: {done.manifest_sha256}")
    note(ctx, "give that digest on by another way than the file, and whoever has it can check with --digest")
    return 0


def stamp(
    ctx: typer.Context,
    what: Annotated[str, typer.Argument(metavar="RUN|CASE", help="A run id, or the folder of a case file.")],
    upgrade: Annotated[
        bool,
        typer.Option("--upgrade", help="Fetch what calendars have committed to the Bitcoin chain by now."),
    ] = False,
    out: OutFlag = None,
    config: ConfigFlag = None,
) -> int:  # fmt: skip
    """Complete the OpenTimestamps proofs of a run or case file. Exit code 4 while a calendar has only promised.

    Runs and case files are stamped when they end and are written; this asks once more, hours later.
    """
    from ..pipeline.completing import complete_stamps
    from .console import Watcher

    if not upgrade:
        raise UsageError("say what to do: --upgrade", "runs and case files are stamped when they are made")
    settings = load_settings(ctx, config, out_dir=out)
    with Watcher(quiet=ctx.obj.quiet) as watcher:
        done = complete_stamps(what, settings, watcher)
    for path in done.files:
        typer.echo(str(path))
    note(ctx, f"{len(done.files)} proofs completed, {done.waiting} still waiting")
    return ExitCode.NOT_ALL_READ if done.waiting else ExitCode.OK
