"""The door: parse, run one command, turn whatever went wrong into one line and an exit code."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from .. import __version__
from ..errors import ExitCode, NoticescanError, RulesError
from . import crawling, evidence, importing, judging, law, noticing, reporting, rules, setting_up
from .common import ConfigFlag, Globals, say, say_error

BROKEN_PIPE = 128 + signal.SIGPIPE
INTERRUPTED = 128 + signal.SIGINT
TERMINATED = 128 + signal.SIGTERM
MOST_PROBLEMS = 50
"""Lines of a rules error that are shown before the rest is only counted."""
COLLECT_AFTER = 20_000
"""Objects made before Python looks for cycles among them; its own 700 cost a tenth of a start (docs/benchmarks.md)."""

app = typer.Typer(
    name="noticescan",
    help="Finds what vendors of surveillance gear advertise, says who says it, and keeps the evidence.",
    epilog="Exit codes: 0 ran, nothing new; 1 failure; 2 wrong use; 3 new findings (with --exit-code); "
    "4 ran, but something wanted was not read; 5 an evidence check failed.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
setting_up.register(app)
crawling.register(app)
judging.register(app)
importing.register(app)
reporting.register(app)
evidence.register(app)
noticing.register(app)
app.add_typer(rules.app, name="rules")
app.add_typer(law.app, name="law")


def _show_version(value: bool) -> None:
    if value:
        typer.echo(f"noticescan {__version__}")
        raise typer.Exit


@app.callback()
def _globals(
    ctx: typer.Context,
    config: ConfigFlag = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and notes on stderr; errors stay.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    version: Annotated[  # noqa: ARG001 - acts by its callback
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    ctx.obj = Globals(config=config, quiet=quiet, debug=debug)


def main() -> None:
    """The console script."""
    gc.set_threshold(COLLECT_AFTER)
    signal.signal(signal.SIGTERM, _terminate)
    code = run(sys.argv[1:]) if _streams_are_open() else int(ExitCode.FAILURE)
    ended_by_term = signal.getsignal(signal.SIGTERM) is signal.SIG_IGN
    sys.exit(TERMINATED if code == INTERRUPTED and ended_by_term else code)


def _streams_are_open() -> bool:
    """Makes stdout and stderr fit to write to, and says so where stdout is closed: then no command is begun.

    A closed stderr loses what is said there. Its number is taken, else a file of ours would get it, and what libraries
    say on stderr. What a terminal's encoding does not know is escaped."""
    if sys.stderr is None:
        try:
            os.fstat(2)
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - to the end
    if sys.stdout is None:
        say_error("the output (stdout) is closed; nothing was done", "to throw it away, send it to /dev/null")
        return False
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper) and (stream.errors == "strict" or stream.encoding.lower() != "utf-8"):
            stream.reconfigure(errors="backslashreplace")
    return True


def run(args: Sequence[str]) -> int:
    """Runs one command line and gives its exit code."""
    debug = "--debug" in args
    try:
        code = app(args=list(args), prog_name="noticescan", standalone_mode=False)
        sys.stdout.flush()
        return int(code or 0)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader (`| head`) has what it wanted; python would complain once more when it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except typer.Abort:
        return INTERRUPTED
    except Exception as error:
        if debug:
            raise
        return _explain(error)


def _terminate(_signum: int, _frame: FrameType | None) -> None:
    """SIGTERM is handled like Ctrl-C: what is under way is finished and recorded, and the run can be resumed.

    Where Ctrl-C is ignored (a shell does so for its background jobs) there is no handler of asyncio's to pass it on to.
    """
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if not callable(signal.getsignal(signal.SIGINT)):
        raise KeyboardInterrupt
    signal.raise_signal(signal.SIGINT)


def _where(error: OSError) -> str:
    """The file that the system did not give or take; stdout has no name, and is known by who wrote."""
    if error.filename:
        return f"{error.filename}: "
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    writer = trace.tb_frame.f_globals.get("__name__", "") if trace else ""
    if not writer.startswith((__package__, "rich.", "typer.")):
        return ""
    try:
        sys.stdout.flush()
    except OSError:  # Python would try once more as it ends, and say so
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return "the output cannot be written: "


def _explain(error: Exception) -> int:
    """One line for the person, and the code for the caller. A bug is called a bug, with where it happened."""
    if isinstance(error, NoticescanError):
        say_error(error.message, error.tip)
        if isinstance(error, RulesError):
            for problem in error.problems[:MOST_PROBLEMS]:
                say(f"  {problem}")
            if len(error.problems) > MOST_PROBLEMS:
                say(f"  and {len(error.problems) - MOST_PROBLEMS} more")
        return int(error.exit_code)
    if isinstance(error, typer.TyperException):
        message = error.format_message()
        if message.startswith("Usage:"):  # no command: the message is the help, which is worth its lines
            with contextlib.suppress(OSError):
                typer.echo(message, err=True)
        elif message:
            say_error(message, "`noticescan --help` shows the commands, `noticescan COMMAND --help` their options")
        return int(error.exit_code)
    if isinstance(error, OSError):
        say_error(f"{_where(error)}{error.strerror or error}")
        return int(ExitCode.FAILURE)
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    where = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "?"
    say_error(
        f"this is a bug in noticescan: {type(error).__name__}: {error} ({where})",
        "run it again with --debug and report the traceback; what was kept so far is safe",
    )
    return int(ExitCode.FAILURE)
