"""One rule and its words out of patterns/: for tests that are about something else, or load many folders."""

from __future__ import annotations

import shutil
from pathlib import Path

from scanner.detect.rules import default_path

RULE = "commission-control.channel"
WORDS = ("core", "commission")


def few_rules(folder: Path) -> Path:
    """Makes `folder` a patterns folder of its own, with the one rule that finds `loopback.CLAIM`."""
    shutil.copytree(default_path(), folder)
    for rule in (folder / "rules").glob("*.toml"):
        if rule.stem != RULE:
            rule.unlink()
    for words in (folder / "lexicon").rglob("*.toml"):
        if words.stem not in WORDS:
            words.unlink()
    (folder / "subjects.toml").unlink()  # speaks of words that are not there now
    return folder
