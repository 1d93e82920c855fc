"""Does the reader of claim and notice know a denial from its near twins? `python -m tests.evaluation.contrasts [FILE]`.

A contrast set is a claim, the title of a notice, and six to eight sentences that might stand there: denials without the
claim's words, dry admissions, conditions and hedges, and denials of something else. Each is read alone below the title.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scanner.detect import context
from scanner.detect.context import ANSWERS, DENIED, MAX_CHARS, MAX_CLAIM, Context
from tests.evaluation import notices

FILES = tuple(f"contrasts_{author}" for author in "abcdefghijklmnop")
"""What may be learnt from; `contrasts_fresh` only measures."""
UNSEEN = "contrasts_fresh"
SURE = 0.85
"""How sure a denial must be to count as told here: what is asked for where a notice's facts cannot tell."""


@dataclass(frozen=True)
class Contrast:
    """A claim, the title of a notice, and sentences that might stand there, each with what it says to the claim: a
    number in ANSWERS. Near twins of each other; they need not agree. All normalised."""

    claim: str
    title: str
    sentences: Sequence[tuple[str, int]]


def sets(names: Sequence[str]) -> Iterator[Contrast]:
    """All contrast sets of these files."""
    plain = notices.rules().normalise
    for name in names:
        for one in notices.lines(name):
            labelled = [(plain(text).text, ANSWERS.index(answer)) for text, answer in one["sentences"]]
            yield Contrast(plain(one["claim"]["quote"]).text, plain(one["title"]).text, labelled)


def answered(name: str, read: Context) -> Iterator[tuple[int, int, float]]:
    """Of each sentence the label, the likeliest answer (numbers in ANSWERS), and how likely it denies the claim."""
    numbers = read.encoder.tokens.of
    for one in sets([name]):
        claim, title = numbers(one.claim[:MAX_CHARS]), numbers(one.title[:MAX_CHARS])
        for text, label in one.sentences:
            *_, (tokens, places) = context.questions(claim, [title, numbers(text[:MAX_CHARS])])
            *_, (_, shares) = read.answers_in(tokens, places, min(len(claim), MAX_CLAIM))
            yield label, int(shares.argmax()), float(shares[DENIED])


def figures(name: str, read: Context) -> dict[str, float]:
    """Share of each label that is answered right; precision and recall of denials told at SURE."""
    rows = list(answered(name, read))
    seen, right = Counter(label for label, _, _ in rows), Counter(label for label, told, _ in rows if label == told)
    out = {ANSWERS[label]: right[label] / seen[label] for label in sorted(seen)}
    told = [label == DENIED for label, _, sure in rows if sure >= SURE]
    return out | {"precision": sum(told) / max(1, len(told)), "recall": sum(told) / seen[DENIED]}


if __name__ == "__main__":
    model = context.asked()
    if model is None:
        raise SystemExit("no answers.npz: `python -m tests.evaluation.train_answers` makes one")
    for file in sys.argv[1:] or [UNSEEN]:
        print(file, {key: round(value, 2) for key, value in figures(file, model).items()})
