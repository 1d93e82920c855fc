"""The labels of the further annotators go with the sets that they labelled, and agreement is counted as Cohen did."""

from __future__ import annotations

import pytest

from scanner.model import Stance
from tests.evaluation import agreement, measure


def test_kappa_is_agreement_beyond_chance() -> None:
    """Cohen's own kind of table: 20 and 15 agreed, 5 and 10 not: 0.70 seen, 0.50 by chance."""
    pairs = [("yes", "yes")] * 20 + [("yes", "no")] * 5 + [("no", "yes")] * 10 + [("no", "no")] * 15
    assert agreement.kappa(pairs) == pytest.approx(0.4)


def test_most_decide_and_the_author_where_all_differ() -> None:
    def label(*votes: str) -> str:
        return agreement.Voted("1", "covert-capture", "unseen", votes).label  # type: ignore[arg-type]

    assert label("silent", "contradicts", "contradicts") == "contradicts"
    assert label("silent", "admits", "contradicts") == "silent"


def test_every_pair_and_every_claim_of_an_author_was_judged_twice_more() -> None:
    for split in agreement.PAIRS:
        assert all(len(one.votes) == 3 for one in agreement.voted_pairs(split)), split
    for split in agreement.PAGES:
        cases = [case for case in measure.cases(split) if case["kind"] != "privacy_notice"]
        voted = agreement.voted_claims(cases)
        labels = {*Stance, agreement.NONE}
        assert all(set(one.votes) <= labels for one in voted)
        wanted = {(case["id"], c["category"], c["quote"]) for case in cases for c in case["claims"]}
        assert wanted <= {(one.case, one.what, one.quote) for one in voted}, split
