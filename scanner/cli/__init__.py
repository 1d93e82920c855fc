"""Arguments -> settings -> pipeline -> report -> exit code. The one owner of typer and rich.

Data goes to stdout, everything else (progress, notes, errors) to stderr. Each command imports what it needs when it
runs, so that `--help` answers at once. Exit codes are `errors.ExitCode`; besides them 130 after Ctrl-C, 143 after
SIGTERM and 141 where the reader of stdout went away, as shells report these.
"""

from __future__ import annotations

from .main import main

__all__ = ["main"]
