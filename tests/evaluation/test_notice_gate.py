"""The gate on notices: published work on contradictions between texts of one company reached precision 0.95 at recall
0.50."""

from __future__ import annotations

import hashlib
import json

import pytest

from scanner.detect import context
from tests.evaluation import contrasts, notices

GOAL = {"items_f1": 0.90, "biometrics": 0.95, "contradicts_precision": 0.95, "contradicts_recall": 0.75}
GOAL2 = {
    # Two pairs of seventeen: claim and notice read together found every contradiction, and two that are none.
    "items_f1": 0.93, "biometrics": 0.97, "contradicts_precision": 0.88, "contradicts_recall": 0.80,
    **dict.fromkeys(notices.STATED, 0.92),
}  # fmt: skip
FLOORS = {
    "tuning": GOAL,
    "tuning2": GOAL2,
    # Nobody had looked at it until what the models hear was built from its pairs: below the goal, says README.md too.
    "fresh": {
        "items_f1": 0.87,
        "biometrics": 0.91,
        "contradicts_precision": 0.94,
        "contradicts_recall": 0.78,
        "biometric_disclosed": 0.91,
        "consent_stated": 0.90,
        "purpose_stated": 0.85,
        "retention_stated": 0.81,
        "sharing_stated": 0.81,
        "rights_stated": 0.88,
        "contact_stated": 0.98,
    },
    # Nobody looks at `fresh7` to `fresh10`, of `fresh2` to `fresh6` wrong verdicts were. Below the goal: README.md.
    "fresh2": {"biometrics": 0.80, "contradicts_precision": 0.94, "contradicts_recall": 0.75},
    # Revision 8 of the answers: `fresh`, `fresh3`, `fresh4`, `fresh6` find less (before 0.86, 0.75, 0.88, 0.69), and of
    # the biometrics of `fresh7` two notices of 45 fewer are right. Precision of all sets together was 0.90, is 0.92.
    "fresh3": {"biometrics": 0.97, "contradicts_precision": 0.96, "contradicts_recall": 0.71},
    "fresh4": {"biometrics": 0.99, "contradicts_precision": 0.94, "contradicts_recall": 0.82},
    "fresh5": {"biometrics": 0.93, "contradicts_precision": 0.90, "contradicts_recall": 0.64},
    "fresh6": {"biometrics": 0.86, "contradicts_precision": 0.88, "contradicts_recall": 0.67},
    "fresh7": {"biometrics": 0.86, "contradicts_precision": 0.91, "contradicts_recall": 0.74},
    "fresh8": {"biometrics": 0.82, "contradicts_precision": 0.85, "contradicts_recall": 0.69},
    "fresh9": {"biometrics": 0.88, "contradicts_precision": 0.93, "contradicts_recall": 0.46},
    "fresh10": {"biometrics": 0.79, "contradicts_precision": 0.84, "contradicts_recall": 0.45},
    # What was measured on cases that nobody tuned on. Below the goal in two figures: README.md says so too.
    "frozen": {"items_f1": 0.92, "biometrics": 0.96, "contradicts_precision": 0.91, "contradicts_recall": 0.80},
}
DIGESTS = notices.HERE / "notice_digests.json"


AT_ONCE = ("tuning2", "frozen")
"""Sets that `make test` measures; `make gate` measures the others."""


@pytest.mark.parametrize(
    "split", [split if split in AT_ONCE else pytest.param(split, marks=pytest.mark.gate) for split in notices.SPLITS]
)
def test_figures_hold(split: str) -> None:
    now = notices.figures(split)
    low = {name: round(now[name], 3) for name, floor in FLOORS[split].items() if now[name] < floor}
    assert low == {}, f"{split}: {now}"


@pytest.mark.gate
def test_the_authors_own_pairs_hold() -> None:
    now = notices.figures("own")
    assert now["contradicts_precision"] >= 0.96  # 0.97 until revision 6, which found more (0.92, before 0.91)
    assert now["contradicts_recall"] >= 0.90


@pytest.mark.gate
def test_a_denial_is_told_from_its_near_twins() -> None:
    """Half of them, that is: docs/decisions/0009-claim-and-notice.md says why a model that can is not shipped."""
    read = context.asked()
    assert read is not None
    now = contrasts.figures(contrasts.UNSEEN, read)
    assert now["precision"] >= 0.51
    assert now["recall"] >= 0.64


def test_the_labels_are_those_that_were_frozen() -> None:
    """A relabelled case may not pass for a better reader: whoever changes a label changes its digest in the open."""
    kept = json.loads(DIGESTS.read_text("utf-8"))
    for name, digest in kept.items():
        assert hashlib.sha256((notices.HERE / name).read_bytes()).hexdigest() == digest, name


def test_there_is_enough_to_measure_by() -> None:
    cases = {split: (notices.lines(f"notices_{split}"), notices.lines(f"pairs_{split}")) for split in notices.SPLITS}
    assert sum(len(n) for n, _ in cases.values()) >= 60
    assert sum(len(p) for _, p in cases.values()) >= 150
    frozen, tuning = cases["frozen"][1], cases["tuning"][1]
    assert len(frozen) * 2 >= len(tuning) * 0.95
    for split in ("tuning2", "fresh"):
        found, pairs = cases[split]
        assert len(found) == 60
        assert all("notice_facts" in case for case in found)
        assert {int(case["id"][-3:]) % 2 for case in found} == {split == "fresh"}
        assert {pair["notice_id"] for pair in pairs} <= {case["id"] for case in found}
    for found, pairs in cases.values():
        texts = {case["id"]: case["text"] for case in found}
        assert all(pair["notice_quote"] in texts[pair["notice_id"]] for pair in pairs)
