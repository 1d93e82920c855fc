"""Writing report files: whole or not at all, UTF-8, line feeds. They can be written again: no power cut is feared."""

from __future__ import annotations

from pathlib import Path

from scanner import durable


def write_text(path: Path, text: str, encoding: str = "utf-8") -> Path:
    """Nobody ever reads half a report. `OSError`; UnicodeEncodeError for text that has no such form."""
    return write_bytes(path, text.encode(encoding))


def write_bytes(path: Path, data: bytes) -> Path:
    """The same for bytes. `OSError`."""
    durable.write(path, data, lasting=False)
    return path
