"""Trains the model of `scanner/detect/sayings.py`: `python -m tests.evaluation.train_sayings` (`train`, ten minutes).

Learns from the pairs that the reader of claim and notice learns from (`asking.SPLITS`): the labelled quotation of a
notice denies, says or weakens the category of its claim, and no other sentence of it does. Biometrics are labelled
sentence by sentence in `asking.BIOMETRICS`, in all other notices as a whole. Which sentence is meant there is found in
ROUNDS: first the sentence that words take for it, then the one that the model of the round before holds for likeliest.
Run it again whenever `context.npz` changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from scanner.detect import linear
from scanner.detect.context import context
from scanner.detect.sayings import ANSWERS, DENIED, FILE, SAID
from scanner.detect.told import SentenceModel, features, save, vectors
from scanner.model import Saying
from scanner.notice.facts import read_facts
from scanner.notice.kind import kind_of
from scanner.notice.text import NoticeText
from tests.evaluation import asking, notices, train_items, train_second

TOPIC = "biometrics"
OF_LABEL = {"denied": DENIED, "disclosed": SAID}
"""What a notice labelled so says; one labelled silent says neither."""
VECTOR = 0.3
"""Length that the encoder's vector has beside the words; with 0.05 pairs were ordered 0.004 to 0.01 worse."""
LEAST = 3
"""A feature stands in so many sentences."""
ROUNDS = 3
NEAR, BELOW = 0.7, 2.5
"""Log-odds: a sentence so near to the likeliest of its notice says it as well, one so far below it does not."""
DOUBT = 0.3
"""How much a sentence counts that is taken not to say what another of its notice does."""


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """One notice: what the model sees of each sentence, and the answers (classes) with how much each counts."""

    seen: Sequence[linear.Groups]
    vectors: np.ndarray
    answers: np.ndarray
    known: np.ndarray
    label: str
    """What it says of biometrics as a whole; empty where nobody labelled that."""
    by_words: Mapping[str, Sequence[int]]
    """Answer -> sentences that words take for it, of biometrics."""
    marked: Mapping[str, Sequence[int]] | None = None
    """Answer -> all sentences that say so of biometrics, where they are labelled one by one."""


def classes() -> list[str]:
    """Categories that are asked of notices, each with its answers; then biometrics."""
    asked = sorted(name for name, rule in notices.rules().claims.items() if rule.answerable)
    return [f"{name}:{answer}" for name in asked for answer in ANSWERS] + [f"{TOPIC}:{DENIED}", f"{TOPIC}:{SAID}"]


def lessons() -> Iterator[Lesson]:
    """All notices that are learnt from."""
    for split in (*asking.SPLITS, *train_items.QUOTED, "tuning3", "tuning4"):
        pairs: dict[str, list[dict[str, Any]]] = {}
        for pair in notices.pairs(split):
            pairs.setdefault(pair["notice_id"], []).append(pair)
        for case in notices.lines(f"notices_{split}"):
            yield lesson(case, pairs.get(case["id"], []))
    for split in asking.BIOMETRICS:
        for case in notices.lines(f"notices_{split}"):
            yield lesson(case, [])


def lesson(case: dict[str, Any], pairs: Sequence[dict[str, Any]]) -> Lesson:
    """A labelled notice with its labelled pairs."""
    rules = notices.rules()
    text = NoticeText(notices.document(case["text"]), rules.normalise, rules.lexicon)
    told = [sentence.read for sentence in text.sentences]
    read = vectors(told, context())
    width = max((len(v) for v in read.values()), default=0)
    seen = np.asarray([read.get(i, np.zeros(width)) for i in range(len(told))], dtype=np.float32)
    facts = [fact for fact in read_facts(text, rules, kind_of(text)) if fact.topic == TOPIC]
    starts = [sentence.whole()[0] for sentence in text.sentences]
    by_words = {
        answer: [
            starts.index(f.start)
            for f in facts
            if (f.saying is Saying.DENIED) == (answer == DENIED) and f.start in starts
        ]
        for answer in (DENIED, SAID)
    }
    label = case.get("biometrics", "")
    marked = _marked(case, text) if "said" in case else None
    return Lesson([features(s) for s in told], seen, *labels(case["text"], text, pairs), label, by_words, marked)


def _marked(case: dict[str, Any], text: NoticeText) -> dict[str, list[int]]:
    says = [asking.says(case, *sentence.whole()) for sentence in text.sentences]
    return {answer: [n for n, one in enumerate(says) if one == answer] for answer in (DENIED, SAID)}


def labels(page: str, text: NoticeText, pairs: Sequence[dict[str, Any]]) -> tuple[np.ndarray, np.ndarray]:
    """Sentences x classes: the answers of the pairs, and how much each counts. A pair whose quotation is not found
    teaches nothing."""
    names = classes()
    answers = np.zeros((len(text.sentences), len(names)), dtype=np.float32)
    known = np.zeros_like(answers)
    for pair in pairs:
        category, answer = pair["claim"]["category"], asking.OF_VERDICT.get(pair["verdict"])
        if f"{category}:{DENIED}" not in names:
            continue
        quoted = _quoted(page, text, pair.get("notice_quote") or "")
        if answer in (DENIED, SAID) and not quoted:
            continue
        for one in ANSWERS:
            column = names.index(f"{category}:{one}")
            known[:, column] = 1.0
            if one == answer:
                answers[quoted, column] = 1.0
    return answers, known


def _quoted(page: str, text: NoticeText, quote: str) -> list[int]:
    at = page.find(quote) if quote else -1
    spans = [sentence.whole() if sentence.text.strip() else (0, 0) for sentence in text.sentences]
    return [n for n, span in enumerate(spans) if at >= 0 and train_items.shared(span, (at, at + len(quote)))]


def train(every: Sequence[Lesson]) -> SentenceModel:
    """One logistic regression a class over all sentences; those of biometrics over ROUNDS."""
    names, rows = classes(), [groups for one in every for groups in one.seen]
    inputs = train_items.inputs_of(rows, np.concatenate([one.vectors for one in every]), VECTOR, LEAST)
    pairs = [n for n, name in enumerate(names) if not name.startswith(TOPIC)]
    answers, known = (np.concatenate([getattr(one, name)[:, pairs] for one in every]) for name in ("answers", "known"))
    coefficients, bias = train_second.logistic(inputs.table, answers, known)
    scores = None
    for _ in range(ROUNDS):
        of_all, its_bias = train_second.logistic(inputs.table, *meant(every, scores))
        scores = np.asarray(inputs.table @ of_all.T) + its_bias
    return inputs.model(names, np.concatenate([coefficients, of_all]), np.concatenate([bias, its_bias]))


def meant(every: Sequence[Lesson], scores: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Sentences x (denied, said) of biometrics, and how much each counts. `scores`: of the round before."""
    answers, known, at = [], [], 0
    for one in every:
        size = len(one.seen)
        own = None if scores is None else scores[at : at + size]
        answers.append(np.zeros((size, 2), dtype=np.float32))
        known.append(np.zeros((size, 2), dtype=np.float32))
        telling = np.asarray([bool(groups["n"]) for groups in one.seen], dtype=np.float32)
        for column, answer in enumerate((DENIED, SAID)):
            if one.marked is not None:
                known[-1][:, column] = telling
                answers[-1][one.marked[answer], column] = 1.0
            elif one.label and OF_LABEL.get(one.label) != answer:
                known[-1][:, column] = telling
            elif one.label and size:
                its = None if own is None else np.where(telling > 0, own[:, column], -np.inf)
                _meant(answers[-1][:, column], known[-1][:, column], one.by_words[answer], its)
        at += size
    return np.concatenate(answers), np.concatenate(known)


def _meant(answers: np.ndarray, known: np.ndarray, by_words: Sequence[int], scores: np.ndarray | None) -> None:
    """Fills in one column of a notice that says so somewhere."""
    if scores is None:
        says = list(by_words[:2])
    else:
        best = scores.max()
        says = [int(scores.argmax()), *np.flatnonzero((scores >= best - NEAR) & (scores > 0)).tolist()]
        known[(scores < best - BELOW) & np.isfinite(scores)] = DOUBT
    answers[says] = known[says] = 1.0


if __name__ == "__main__":
    save(train(list(lessons())), FILE)
