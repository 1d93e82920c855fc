"""Trains the model of `scanner/detect/disclosure.py`: `python -m tests.evaluation.train_items [--evaluate]` (`train`).

Learns from notices whose items are labelled with the sentences that answer them (`notices_learn_d*.jsonl`, one file an
author) and from older ones that name the items alone: there the sentence that words quote is taken to be the answer.
With --evaluate each author is held back in turn: a model of all others reads his notices, figures are printed, and
nothing is written. Run it again whenever `context.npz` changes, whose vectors the model sees.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, hstack

from scanner.detect import linear
from scanner.detect.context import context
from scanner.detect.disclosure import FILE, FULL, disclosures_of
from scanner.detect.told import SentenceModel, features, save, vectors
from scanner.model import ItemStatus
from scanner.notice.items import read_items
from scanner.notice.text import NoticeText
from tests.evaluation import notices, train_second

QUOTED = tuple(file.stem.removeprefix("notices_") for file in sorted(notices.HERE.glob("notices_learn_d?.jsonl")))
NAMED = ("tuning", "tuning2", "tuning3", "tuning4", "fresh")
"""Sets that name the items without a quotation. `fresh` was looked at long ago; `frozen` and `fresh12` to `fresh14`
measure."""
GROUPS = {"n": 1.0, "h": 0.5, "g": 1.0, "c": 0.5}
VECTOR = 0.05
"""Length that the encoder's vector has beside the words: 0.1 gave as much less as it gained over nothing."""
SHARED = 0.5
"""Share of the shorter of sentence and quotation that must overlap."""


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """One notice: what the model sees of each sentence, and the answers (classes) with what is known of them."""

    case: dict[str, Any]
    text: NoticeText
    seen: Sequence[linear.Groups]
    vectors: np.ndarray
    answers: np.ndarray
    known: np.ndarray


def topics() -> list[str]:
    """Those of an item, if they can be recognised at all. The others are nowhere labelled: words alone know them."""
    rules = notices.rules()
    asked = {item.topic for item in rules.items.values() if item.id not in notices.UNSCORED}
    return [name for name, topic in rules.topics.items() if topic.checkable and name in asked]


def lesson(case: dict[str, Any]) -> Lesson:
    """A labelled notice."""
    rules = notices.rules()
    text = NoticeText(notices.document(case["text"]), rules.normalise, rules.lexicon)
    read = vectors(text.sentences, context())
    width = max((len(v) for v in read.values()), default=0)
    seen = np.asarray([read.get(i, np.zeros(width)) for i in range(len(text.sentences))], dtype=np.float32)
    return Lesson(case, text, [features(s) for s in text.sentences], seen, *labels(case, text))


def labels(case: dict[str, Any], text: NoticeText) -> tuple[np.ndarray, np.ndarray]:
    """Sentences x classes: the answers, and where they are known.

    A topic of a regime that the case does not list is unknown; so is one whose item has no quotation, but for the
    sentence that words quote. Whether a disclosure is in full is known of sentences that make it.
    """
    names, rules = topics(), notices.rules()
    wanted = [item for item in rules.of_regimes(tuple(case["regimes"])) if item.id not in notices.UNSCORED]
    faces = case.get("biometrics") == "disclosed"
    by_words = {item.id: item for item in read_items(text, rules, wanted, faces)}
    answers = np.zeros((len(text.sentences), 2 * len(names)), dtype=np.float32)
    known = np.zeros_like(answers)
    for item in wanted:
        if item.topic in names:
            known[:, names.index(item.topic)] = 1.0
    for item in wanted:
        status = case["items"].get(item.id)
        if status is None or item.topic not in names:
            continue
        column = names.index(item.topic)
        told = case.get("quotes", {}).get(item.id)
        found = by_words[item.id]
        spans = _spans(told, text) if told else [(found.start, found.end)] if found.quote else []
        if not told:
            known[:, column] = 0.0
        for place, sentence in enumerate(text.sentences):
            if sentence.text.strip() and any(shared(sentence.whole(), span) for span in spans):
                answers[place, column] = known[place, column] = known[place, len(names) + column] = 1.0
                in_full = status == ItemStatus.FOUND.value
                answers[place, len(names) + column] = max(answers[place, len(names) + column], in_full)
    return answers, known


def _spans(quotes: Sequence[str], text: NoticeText) -> list[tuple[int, int]]:
    page = text.document.text
    return [(at, at + len(quote)) for quote in quotes if (at := page.find(quote)) >= 0]


def shared(one: tuple[int, int], other: tuple[int, int]) -> bool:
    both = min(one[1], other[1]) - max(one[0], other[0])
    return both > 0 and both >= SHARED * min(one[1] - one[0], other[1] - other[0])


@dataclass(frozen=True, slots=True, eq=False)
class Inputs:
    """What a model sees of the sentences it learns from, in numbers."""

    place: dict[int, int]
    idf: np.ndarray
    mean: np.ndarray
    spread: np.ndarray
    table: csr_matrix
    """Sentences x (features + the encoder's vector)."""

    def model(self, names: Sequence[str], coefficients: np.ndarray, bias: np.ndarray) -> SentenceModel:
        """With what was learnt from them."""
        return SentenceModel(
            linear.quantised(names, self.place, self.idf, coefficients, bias, GROUPS), self.mean, self.spread
        )


def inputs_of(rows: Sequence[linear.Groups], seen: np.ndarray, length: float, least: int = 2) -> Inputs:
    """`seen`: the encoder's vectors, which get this `length`; a feature stands in `least` sentences."""
    place, idf = train_second.vocabulary(rows, least)
    mean, spread = seen.mean(axis=0), (seen.std(axis=0) + 1e-6) / length
    words = train_second.matrix(rows, place, idf, GROUPS)
    return Inputs(place, idf, mean, spread, hstack([words, csr_matrix((seen - mean) / spread)]).tocsr())


def train(lessons: Sequence[Lesson]) -> SentenceModel:
    """One logistic regression a class, over all sentences."""
    rows = [groups for one in lessons for groups in one.seen]
    inputs = inputs_of(rows, np.concatenate([one.vectors for one in lessons]), VECTOR)
    coefficients, bias = train_second.logistic(
        inputs.table, np.concatenate([one.answers for one in lessons]), np.concatenate([one.known for one in lessons])
    )
    return inputs.model((*topics(), *(name + FULL for name in topics())), coefficients, bias)


def of(splits: Sequence[str]) -> dict[str, list[Lesson]]:
    """Split -> its notices, those that have items."""
    return {split: [lesson(case) for case in notices.lines(f"notices_{split}") if "items" in case] for split in splits}


def figures(lessons: Sequence[Lesson], known: SentenceModel | None) -> str:
    """F1 of items, with the same status, and share of right quotations; by words alone without a model."""
    rules = notices.rules()
    said = gold = hit = strict = quoted = 0
    for one in lessons:
        case = one.case
        wanted = [item for item in rules.of_regimes(tuple(case["regimes"])) if item.id not in notices.UNSCORED]
        odds = disclosures_of(one.text.sentences, known, context()) if known else {}
        for item in read_items(one.text, rules, wanted, case["biometrics"] == "disclosed", odds):
            want, spoken = case["items"].get(item.id), item.status in notices.SPOKEN_OF
            said, gold, both = said + spoken, gold + bool(want), bool(want) and spoken
            hit, strict = hit + both, strict + (both and item.status.value == want)
            spans = _spans(case.get("quotes", {}).get(item.id, ()), one.text)
            quoted += both and any(shared((item.start, item.end), span) for span in spans)
    f1, same = 2 * hit / (said + gold), 2 * strict / (said + gold)
    return f"P {hit / said:.3f} R {hit / gold:.3f} F1 {f1:.3f} same status {same:.3f} quoted right {quoted / hit:.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--evaluate", action="store_true", help="hold each author back in turn; write nothing")
    args = parser.parse_args()
    named, quoted = of(NAMED), of(QUOTED)
    every = [one for lessons in (*named.values(), *quoted.values()) for one in lessons]
    if not args.evaluate:
        save(train(every), FILE)
        return
    for author, lessons in quoted.items():
        mine = {id(one) for one in lessons}
        known = train([one for one in every if id(one) not in mine])
        print(f"{author}: words {figures(lessons, None)}; model {figures(lessons, known)}", flush=True)


if __name__ == "__main__":
    main()
