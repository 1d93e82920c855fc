"""The model of what a notice says of a category helps the reader of claim and notice, and never speaks by itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.detect import sayings, told
from scanner.detect.sayings import DENIED, FROM, SAID, together
from scanner.model import Answered
from scanner.notice.text import NoticeText
from tests.evaluation.notices import document, rules

EN = (
    "Harbour Street Bakery: the camera above the till\n"
    "The bakery is run by two sisters, and the ovens are lit at four.\n"
    "What it sees never leaves this building, and nobody outside has ever been given a minute of it.\n"
    "No measurements of anybody's features are worked out from the film.\n"
    "Bread is cheaper after six."
)
ZH = (
    "巷口面包房摄像说明\n"
    "面包房由姐妹两人经营，凌晨四点生火。\n"
    "画面一分钟也没有卖过、给过外面任何人。\n"
    "我们不会从画面里算出任何人的五官特征。\n"
    "六点以后面包打折。"
)
ODDS = st.floats(-50, 50)
SHARE = st.floats(0, 1)


def says(text: str) -> dict[str, np.ndarray]:
    """Topic -> sentences x (denied, said, weakened)."""
    known = rules()
    sentences = NoticeText(document(text), known.normalise, known.lexicon).sentences
    return {topic: np.asarray(rows) for topic, rows in sayings.sayings(sentences).items()}


@pytest.mark.parametrize("text", [EN, ZH])
def test_denials_in_everyday_words_are_known_by_their_category(text: str) -> None:
    read = says(text)
    for topic, sentence in (("data-sale", 2), ("biometrics", 3)):
        denied = read[topic][:, 0]
        assert int(denied.argmax()) == sentence, topic
        assert denied[sentence] > max(denied[1], denied[4]) + 1.0, topic


def test_every_category_that_is_asked_of_notices_is_known() -> None:
    """Learnt anew when a category comes: `python -m tests.evaluation.train_sayings`."""
    known = told.load(sayings.FILE)
    assert known is not None
    asked = {name for name, rule in rules().claims.items() if rule.answerable and rule.asked}
    assert asked <= set(sayings.topics(known))
    assert {f"biometrics:{DENIED}", f"biometrics:{SAID}"} <= set(known.classes)


@given(own=st.tuples(SHARE, SHARE, SHARE), odds=st.tuples(ODDS, ODDS, ODDS))
def test_it_moves_a_probability_and_keeps_it_one(
    own: tuple[float, float, float], odds: tuple[float, float, float]
) -> None:
    """What the reader holds for impossible stays unlikely whatever the words, and odds of FROM change nothing."""
    (one,) = together([Answered(*own)], [odds])
    for before, more, after in zip(own, odds, (one.denied, one.said, one.weakened), strict=True):
        assert 0.0 < after < 1.0
        assert after >= before - 1e-3 if more >= FROM else after <= before + 1e-3
        assert after < 0.001 or before > 1e-5


def test_without_the_model_the_reader_decides_alone() -> None:
    own = (Answered(0.4, 0.1, 0.2), Answered(0.0, 0.0, 0.0))
    assert together(own, ()) == own


def test_no_sentence_and_hostile_sentences_are_read() -> None:
    assert all(len(rows) == 0 for rows in sayings.sayings(()).values())
    read = says("\u202e\u0000" * 50 + "\n" + "为" * 5000 + "\n" + "a " * 5000 + "\n?!")
    assert all(np.isfinite(rows).all() for rows in read.values())
