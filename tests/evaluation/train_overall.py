"""How `scanner/notice/hearing.py` weighs words and reader where a notice is asked for biometrics.

`python -m tests.evaluation.train_overall` (`train`, two minutes) prints the weights of `_SAYS`: a regression over seven
labelled sets that the reader has not learnt from, and what it gets right of them. Run it again whenever `answers.npz`
or `sayings.npz` changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from scanner.detect.detector import answers_on
from scanner.notice.facts import BIOMETRICS, read_facts
from scanner.notice.hearing import asked_of, weighed
from scanner.notice.kind import kind_of
from scanner.notice.text import NoticeText
from tests.evaluation import notices

SPLITS = ("fresh", *(f"fresh{number}" for number in range(2, 7)), "learn_f")
STRENGTH = 0.1
"""Inverse strength of the penalty: with 0.03 and 0.3 the sets that nobody looks at come out alike."""


def rows() -> Iterator[tuple[tuple[float, ...], str]]:
    """What is weighed of each labelled notice of SPLITS, and its label."""
    rules = notices.rules()
    rule = rules.facts[BIOMETRICS]
    for case in (case for split in SPLITS for case in notices.lines(f"notices_{split}")):
        text = NoticeText(notices.document(case["text"]), rules.normalise, rules.lexicon)
        mine = {fact.saying for fact in read_facts(text, rules, kind_of(text)) if fact.topic == BIOMETRICS}
        question = rules.normalise(rule.question[case["lang"][:2]]).text
        if told := asked_of(text, rule, question, answers_on):
            yield weighed(mine, told.values()), case["biometrics"]


def main() -> None:
    seen, labels = zip(*rows(), strict=True)
    inputs, wanted = np.asarray(seen), np.asarray(labels)
    fitted: Any = LogisticRegression(C=STRENGTH, max_iter=3000).fit(inputs, wanted)
    for says, bias, weights in zip(fitted.classes_, fitted.intercept_, fitted.coef_, strict=True):
        print(says, ", ".join(f"{value:.2f}" for value in (bias, *weights)))
    print(f"right: {float((fitted.predict(inputs) == wanted).mean()):.3f} of {len(wanted)}")


if __name__ == "__main__":
    main()
