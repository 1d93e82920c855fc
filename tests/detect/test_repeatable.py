"""The same bytes and the same rules give the same findings in every process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scanner.detect import voice
from scanner.detect.rules import RuleSet
from scanner.detect.selftest import plain_document
from scanner.detect.survey import survey
from scanner.model import Provenance

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><body><h1>Questions</h1>
<h2>Do you sell the pictures?</h2><p>No, we never sell or share images with anyone.</p>
<p>Nobody is recognised: until then, the figures may one day tell regulars from newcomers.</p>
<p>Ohne Ihre Einwilligung wird niemand erkannt, und Daten werden nie an Dritte verkauft.</p>
<p>系统不会识别顾客身份，从不出售人脸数据，到那时也许可以跨店识别。</p></body></html>"""


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "faq.html"
    path.write_text(PAGE, "utf-8")
    return path


def _checked(page: Path, seed: int) -> str:
    env = {**os.environ, "PYTHONHASHSEED": str(seed)}
    command = [sys.executable, "-m", "scanner", "check", "--format", "jsonl", str(page)]
    return subprocess.run(command, capture_output=True, text=True, check=True, env=env, timeout=120).stdout


def test_an_order_that_python_draws_anew_in_each_process_changes_no_finding(page: Path) -> None:
    # "never" stands in two cues of the same length: which of them was named hung on the order of a set
    told = {_checked(page, seed) for seed in (1, 2)}  # these two differed
    assert len(told) == 1
    assert '"cue"' in told.pop()


def test_the_shares_of_who_speaks_are_added_up_in_one_order(ruleset: RuleSet) -> None:
    # they were added up over a set, in another order in each process, and differed in their last bits
    seen = survey(plain_document("Our cameras greet regulars by name.", "en"), ruleset, Provenance(source="p"))
    assert seen is not None
    roles = list(voice.ROLES.values())
    assert list(seen.speaker.verdict().scores)[: len(roles)] == roles
