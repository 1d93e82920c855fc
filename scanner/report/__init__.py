"""Report in, files out: one file a format. Nothing here knows how a finding was made.

Each format takes (report, output folder, interface language "en" | "zh") and returns the path of what it wrote:
html `html/index.html`, json `report.json`, csv `findings.csv` (with `coverage.csv` beside it), markdown `report.md`,
letters `letters/` (the right of reply, a text file a vendor and language).
They raise `UsageError` for a language without words, and `NoticescanError` where the folder cannot be written.
The makers are imported when they are called, so that a command which prints a table never loads a template engine.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from scanner.errors import NoticescanError
from scanner.model import Report

Writer = Callable[[Report, Path, str], Path]


def _html(report: Report, out: Path, lang: str) -> Path:
    from scanner.report.html import write_html

    return _written(write_html, report, out, lang)


def _json(report: Report, out: Path, lang: str) -> Path:
    from scanner.report.json_ import write_json

    return _written(write_json, report, out, lang)


def _csv(report: Report, out: Path, lang: str) -> Path:
    from scanner.report.csv_ import write_csv

    return _written(write_csv, report, out, lang)


def _markdown(report: Report, out: Path, lang: str) -> Path:
    from scanner.report.markdown import write_markdown

    return _written(write_markdown, report, out, lang)


def _letters(report: Report, out: Path, lang: str) -> Path:
    from scanner.report.letter import write_letters

    return _written(write_letters, report, out, lang)


def _written(writer: Writer, report: Report, out: Path, lang: str) -> Path:
    try:
        return writer(report, out, lang)
    except OSError as error:
        where = error.filename or out
        raise NoticescanError(
            f"the report cannot be written: {where}: {error.strerror or error}",
            "name another folder with --out, or make room and run the report again; the evidence is not touched",
        ) from error


FORMATS: dict[str, Writer] = {"html": _html, "json": _json, "csv": _csv, "markdown": _markdown, "letters": _letters}
