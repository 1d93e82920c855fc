"""The error tree. Everything that a user may meet ends in one clear line and a documented exit code.

    NoticescanError                 exit 1  (a failure of ours)
    ├── UsageError                  exit 2  a wrong argument, URL, path or combination of flags
    │   ├── ConfigError             exit 2  noticescan.toml, environment or flags do not make settings
    │   ├── TargetsError            exit 2  the targets file cannot be used
    │   └── RulesError              exit 2  patterns/ cannot be used; carries every problem found
    ├── StoreError                  exit 1  database locked, full, too new, not ours
    ├── ArchiveError                exit 1  a WARC cannot be written
    ├── EvidenceError               exit 5  something kept does not match its digest
    ├── LockedError                 exit 1  another run holds the lock
    └── MissingExtraError           exit 2  a command needs an optional package; says how to get it

An unreadable page is *not* an error: it is a value (`FetchFailed`, `Reading.unread`), see `scanner.model`.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum


class ExitCode(IntEnum):
    """What the process tells its caller; a scheduler acts on it."""

    OK = 0
    FAILURE = 1
    USAGE = 2
    NEW_FINDINGS = 3
    NOT_ALL_READ = 4
    EVIDENCE = 5


class NoticescanError(Exception):
    """Base of all our errors: `message` is one line, `tip` says what to do about it."""

    exit_code: ExitCode = ExitCode.FAILURE

    def __init__(self, message: str, tip: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.tip = tip


class UsageError(NoticescanError):
    """The caller asked for something that cannot be done as asked."""

    exit_code = ExitCode.USAGE


class ConfigError(UsageError):
    """Settings could not be made from file, environment and flags."""


class TargetsError(UsageError):
    """The targets file is missing, malformed or empty."""


class RulesError(UsageError):
    """The pattern folder is not usable; `problems` lists each one as `file: key: what`."""

    def __init__(self, message: str, problems: Sequence[str] = (), tip: str = "") -> None:
        super().__init__(message, tip)
        self.problems = tuple(problems)


class StoreError(NoticescanError):
    """The database could not be opened, migrated, read or written."""


class ArchiveError(NoticescanError):
    """A WARC could not be written (full disk, permissions) or is not a WARC."""


class EvidenceError(NoticescanError):
    """Kept bytes do not match what was recorded about them. Never recovered from silently."""

    exit_code = ExitCode.EVIDENCE


class LockedError(NoticescanError):
    """Another process is running on the same output folder."""


class MissingExtraError(UsageError):
    """An optional package is not installed; the tip is the command that installs it."""


def in_one_line(error: BaseException, limit: int = 200) -> str:
    """What a library says of an error, for a line of ours; the kind of the error where it says nothing."""
    return " ".join(str(error).split())[:limit] or type(error).__name__
