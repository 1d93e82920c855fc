"""Files that are on the disk when a function returns, name and all: evidence must outlive a power cut.

A file that is synced and whose folder is not may be gone afterwards, with whatever tells of it still there.
"""

from __future__ import annotations

import os
from pathlib import Path


def make_folder(folder: Path) -> None:
    """The folder and those above it. Raises OSError."""
    missing = [one for one in (folder, *folder.parents) if not one.is_dir()]
    folder.mkdir(parents=True, exist_ok=True)
    for one in missing:
        sync_folder(one.parent)


def sync_folder(folder: Path) -> None:
    """The names in a folder are on the disk. Raises OSError."""
    if os.name == "nt":
        return  # a folder cannot be opened there
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_tree(folder: Path) -> None:
    """Everything below a folder is on the disk. Raises OSError."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            sync_folder(path)
        elif path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
    sync_folder(folder)


def rename(old: Path, new: Path) -> None:
    """A finished file or folder gets its name, for good. Raises OSError."""
    old.replace(new)
    sync_folder(new.parent)


def write(path: Path, data: bytes, *, lasting: bool = True) -> None:
    """Write a file whole or not at all, through a neighbour that then takes the name. Raises OSError.

    `lasting`: on the disk when this returns; not for what can be written again, as reports can.
    """
    make_folder(path.parent)
    part = path.with_name(path.name + PART)
    try:
        with part.open("wb") as file:
            file.write(data)
            if lasting:
                file.flush()
                os.fsync(file.fileno())
        if lasting:
            rename(part, path)
        else:
            part.replace(path)
    finally:
        part.unlink(missing_ok=True)


PART = ".part"
"""End of the name of a file that is being written."""
