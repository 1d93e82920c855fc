"""Dense sets: who says what, sentence by sentence. `python -m tests.evaluation.dense [FILE]` prints what is told.

A set is the opening of a page and seven or eight sentences that might follow it, near twins of each other: a claim in
flat words and in slang, what honest sellers of the same goods say, a denial, a question, a law, what others do. Pages
are made of the opening and some of the sentences.
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from scanner.detect import detector, rules, selftest
from scanner.model import Provenance, Stance

HERE = Path(__file__).parent
FILES = tuple(f"dense_{author}" for author in "abcdefghijk")
"""What may be learnt from, and looked at; `dense_fresh` only measures."""
UNSEEN = "dense_fresh"
NONE = "none"


@dataclass(frozen=True)
class DenseSet:
    """`sentences`: text, and category -> stance; of the opening it is not said what claims it makes."""

    lang: str
    kind: str
    opening: Sequence[str]
    sentences: Sequence[tuple[str, dict[str, str]]]

    def pages(self, rng: random.Random, most: int) -> Iterator[list[tuple[str, dict[str, str]]]]:
        """The sentences in random order, one to `most` at a time."""
        left = list(self.sentences)
        rng.shuffle(left)
        while left:
            number = rng.randint(1, most)
            yield left[:number]
            left = left[number:]


def sets(names: Sequence[str]) -> Iterator[DenseSet]:
    """All sets of these files."""
    for name in names:
        for line in (HERE / f"{name}.jsonl").read_text("utf-8").splitlines():
            one = json.loads(line)
            sentences = [(text, dict(claims)) for text, claims in one["sentences"]]
            yield DenseSet(one["lang"], one["kind"], one["opening"], sentences)


def told(names: Sequence[str]) -> dict[str, dict[str, float]]:
    """By label of a sentence (NONE: no claim): how many; the shares found, right in stance, told as the page's own."""
    ruleset, rng = rules.load(), random.Random(5)
    seen, counts = Counter[str](), Counter[tuple[str, str]]()
    for one in sets(names):
        for some in one.pages(rng, 4):
            text = "\n".join([*one.opening, *(text for text, _ in some)])
            found = detector.detect(selftest.plain_document(text, one.lang), ruleset, Provenance(source=UNSEEN))
            for sentence, claims in some:
                mine = {f.category: f.stance for f in found if f.quote in sentence or sentence in f.quote}
                for label in sorted(set(claims.values())) or [NONE]:
                    own = {category for category, stance in claims.items() if stance == label}
                    accused = {category for category, stance in mine.items() if stance is Stance.ASSERTED}
                    seen[label] += 1
                    counts[label, "found"] += bool(own & mine.keys())
                    counts[label, "right"] += any(mine.get(category) == label for category in own)
                    counts[label, "accused"] += bool(accused if label == NONE else accused & own)
    keys = ("found", "right", "accused")
    return {label: {"of": n} | {key: counts[label, key] / n for key in keys} for label, n in seen.items()}


if __name__ == "__main__":
    for label, row in sorted(told(sys.argv[1:] or [UNSEEN]).items()):
        print(f"{label:13}" + "  ".join(f"{key} {round(value, 2)}" for key, value in row.items()))
