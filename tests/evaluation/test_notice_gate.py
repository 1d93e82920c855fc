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
    # Three pairs of seventeen: claim and notice read together tell three contradictions that are none (before, two).
    "items_f1": 0.93, "biometrics": 0.97, "contradicts_precision": 0.82, "contradicts_recall": 0.80,
    **dict.fromkeys(notices.STATED, 0.92),
}  # fmt: skip
FLOORS = {
    "tuning": GOAL,
    "tuning2": GOAL2,
    # Written to find items told where there are none (0.88 before the words were mended): no pairs.
    "tuning3": {"items_f1": 0.95, "biometrics": 0.90},
    # Written for other ends, items labelled later: the encoder learnt from them, so biometrics prove nothing.
    "tuning4": {"items_f1": 0.92},
    # Nobody had looked at it until what the models hear was built from its pairs: below the goal, says README.md too.
    "fresh": {
        "items_f1": 0.87,
        "biometrics": 0.91,
        "contradicts_precision": 0.88,
        "contradicts_recall": 0.69,
        "verdicts": 0.79,
        "biometric_disclosed": 0.91,
        "consent_stated": 0.90,
        "purpose_stated": 0.85,
        "retention_stated": 0.81,
        "sharing_stated": 0.81,
        "rights_stated": 0.88,
        "contact_stated": 0.98,
    },
    # Nobody looks at `fresh7` to `fresh11`, of `fresh2` to `fresh6` wrong verdicts were. Below the goal: README.md.
    # Revision 9 of the answers, believed in more: of five sets together 0.93 of what is told is right, was 0.89, and
    # the verdicts of all sets but `fresh` rose by 0.01 to 0.14. Lowered for it, each by a few cases: precision of
    # `fresh` (0.94 before), `fresh3` (0.96), `frozen` (0.91), recall of `fresh` (0.78), `fresh7` (0.74), `fresh8`
    # (0.69), `fresh9` (0.46), `fresh10` (0.45), biometrics of `fresh5` (0.93), `fresh6` (0.86), `fresh9` (0.88).
    # Nearly all of the encoder multiplied as integers: one case each of `fresh3`, `fresh5`, `fresh7`, `fresh8`, two of
    # `fresh9` changed sides, and as many of the others the other way (five sets: 158 of 172 told, before 161 of 174).
    # Run-in headings of notices and mended guards: verdicts of `fresh10` from 0.63 to 0.61 (three pairs of 211).
    # A second opinion that has not read the claim, and odds: nearly all are higher by 0.02 to 0.15. Lowered for it, one
    # to three cases each, two of slack among them: recall of `fresh3` and `fresh6` (0.84, 0.77 before), precision of
    # `fresh3`, `fresh5`, `fresh7`, `fresh10`, `fresh11` (0.91, 0.89, 0.94, 0.96, 0.87), biometrics of `fresh3`,
    # `fresh4`, `fresh8`, `fresh9` and `fresh10` (0.96, 0.99, 0.81, 0.82, 0.82).
    # The reader has learnt from sentences on biometrics, and words and reader are weighed together: all verdicts of the
    # unseen sets 0.729 -> 0.738. Lowered, one or two notices each: biometrics of `fresh5` to `fresh7` (0.88), recall
    # of `frozen` (0.79), precision of `fresh9` (0.89).
    "fresh2": {"biometrics": 0.82, "contradicts_precision": 0.92, "contradicts_recall": 0.77, "verdicts": 0.73},
    "fresh3": {"biometrics": 0.95, "contradicts_precision": 0.90, "contradicts_recall": 0.80, "verdicts": 0.78},
    "fresh4": {"biometrics": 0.95, "contradicts_precision": 0.95, "contradicts_recall": 0.86, "verdicts": 0.83},
    "fresh5": {"biometrics": 0.84, "contradicts_precision": 0.85, "contradicts_recall": 0.73, "verdicts": 0.72},
    "fresh6": {"biometrics": 0.85, "contradicts_precision": 0.89, "contradicts_recall": 0.73, "verdicts": 0.73},
    "fresh7": {"biometrics": 0.85, "contradicts_precision": 0.91, "contradicts_recall": 0.79, "verdicts": 0.76},
    "fresh8": {"biometrics": 0.75, "contradicts_precision": 0.90, "contradicts_recall": 0.79, "verdicts": 0.72},
    "fresh9": {"biometrics": 0.77, "contradicts_precision": 0.85, "contradicts_recall": 0.49, "verdicts": 0.66},
    "fresh10": {"biometrics": 0.79, "contradicts_precision": 0.93, "contradicts_recall": 0.54, "verdicts": 0.70},
    "fresh11": {"biometrics": 0.80, "contradicts_precision": 0.86, "contradicts_recall": 0.58, "verdicts": 0.64},
    # Items alone; nobody looks at one. By words alone 0.83 each; the goal is 0.90.
    "fresh12": {"items_f1": 0.86, "items_f1_strict": 0.77, "biometrics": 0.86},
    "fresh13": {"items_f1": 0.85, "biometrics": 0.82},
    "fresh14": {"items_f1": 0.91, "items_f1_strict": 0.87, "biometrics": 0.95},
    "fresh15": {"items_f1": 0.94, "items_f1_strict": 0.90, "biometrics": 0.81},
    # Biometrics alone, half of them without the plain words, with near twins: first measured 0.712.
    "fresh16": {"biometrics": 0.85},
    # The same, and all of them name biometrics: first measured 0.821.
    "fresh17": {"biometrics": 0.86},
    # What was measured on cases that nobody tuned on. Below the goal in two figures: README.md says so too.
    "frozen": {
        "items_f1": 0.92,
        "biometrics": 0.96,
        "contradicts_precision": 0.86,
        "contradicts_recall": 0.76,
        "verdicts": 0.77,
    },
}
# Lowered on 2026-12-01, when the reader had learnt from 1,647 short notices more (docs/decisions/0009): biometrics of
# `fresh5` and `frozen` by one or two notices; recall of near twins from 0.82 to 0.80.
DIGESTS = notices.HERE / "notice_digests.json"


AT_ONCE = ("frozen",)
"""Sets that `make test` measures; `make gate` measures the others."""


@pytest.mark.parametrize(
    "split", [split if split in AT_ONCE else pytest.param(split, marks=pytest.mark.gate) for split in notices.SPLITS]
)
def test_figures_hold(split: str) -> None:
    now = notices.figures(split)
    floors = FLOORS[split].items()
    low = {name: round(now[name], 3) for name, floor in floors if now[name] < floor - one_case(split, name)}
    assert low == {}, f"{split}: {now}"


def one_case(split: str, figure: str) -> float:
    """What a figure of the pairs may lose to another processor's rounding: one contradiction told (about half of them
    are), one found, two verdicts. On one of another maker four sets were below their floors by that much, with no
    change of the program (2026-11-30)."""
    pairs = notices.pairs(split)
    denied = sum(pair["verdict"] == "contradicts" for pair in pairs)
    slack = {"contradicts_precision": (2, denied), "contradicts_recall": (1, denied), "verdicts": (2, len(pairs))}
    cases, of = slack.get(figure, (0, 1))
    return cases / of if of else 0.0


@pytest.mark.gate
def test_the_authors_own_pairs_hold() -> None:
    now = notices.figures("own")
    assert now["contradicts_precision"] >= 0.96  # 154 of 159; one more was right before the second opinion
    assert now["contradicts_recall"] >= 0.90


@pytest.mark.gate
def test_a_denial_is_told_from_its_near_twins() -> None:
    """Half of them, that is: docs/decisions/0009-claim-and-notice.md says why a model that can is not shipped."""
    read = context.asked()
    assert read is not None
    now = contrasts.figures(contrasts.UNSEEN, read)
    # Revision 9 takes more of both for a denial (revision 8: 0.51, 0.64).
    assert now["precision"] >= 0.41
    assert now["recall"] >= 0.80


def test_the_labels_are_those_that_were_frozen() -> None:
    """A relabelled case may not pass for a better reader: whoever changes a label changes its digest in the open."""
    kept = json.loads(DIGESTS.read_text("utf-8"))
    for name, digest in kept.items():
        assert hashlib.sha256((notices.HERE / name).read_bytes()).hexdigest() == digest, name


def test_there_is_enough_to_measure_by() -> None:
    cases = {split: (notices.lines(f"notices_{split}"), notices.pairs(split)) for split in notices.SPLITS}
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
