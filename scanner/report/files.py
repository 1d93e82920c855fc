"""Writing report files: whole or not at all, UTF-8, line feeds."""

from __future__ import annotations

from pathlib import Path


def write_text(path: Path, text: str, encoding: str = "utf-8") -> Path:
    """Write through a neighbour file that then takes the name, so that nobody ever reads half a report. `OSError`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    try:
        with part.open("w", encoding=encoding, newline="") as handle:
            handle.write(text)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path


def write_bytes(path: Path, data: bytes) -> Path:
    """The same for bytes. `OSError`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    try:
        part.write_bytes(data)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path
