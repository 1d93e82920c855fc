"""Trains the model that reads pages on with dense sets: `python -m tests.evaluation.train_pages [dense_a dense_b]`.

Without names all sets are learnt from. Each round has every set once, cut into short pages anew; a quarter of the
labelled pages is learnt again over all rounds, so that nothing is forgotten. About 15 minutes on two threads. Tried
twice, and not shipped: docs/decisions/0008-context.md.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator, Sequence

from scanner.detect import context, rules
from tests.evaluation import base_encoder, dense, notices, train_second
from tests.evaluation.train_context import Lesson, batches, stretches, train_pages_on

ROUNDS, RATE = 2, 8e-5
OLDER = 0.25
"""Share of the labelled pages that is learnt again."""
MOST = 4
"""Sentences of a set on one page."""


def lessons(names: Sequence[str], rng: random.Random) -> Iterator[Lesson]:
    """Short pages of these sets. Nothing is learnt of their openings, whose claims are not labelled."""
    plain = notices.rules().normalise
    for one in dense.sets(names):
        opening = [plain(text).text for text in one.opening]
        for some in one.pages(rng, MOST):
            texts, gold = [plain(text).text for text, _ in some], [claims for _, claims in some]
            unlabelled = frozenset(range(len(opening)))
            yield Lesson([*opening, *texts], [{} for _ in opening] + gold, one.kind, unlabelled=unlabelled)


def older(rng: random.Random) -> list[Lesson]:
    """Some of the pages that the model has learnt from."""
    pages = []
    for author, cases in train_second.authors().items():
        pages += train_second.look(author, [case for case in cases if rng.random() < OLDER], None)
    blind = train_second.blind_of(pages)
    return [
        Lesson([view.text for view in page.views], page.gold, page.case["kind"], blind[page.author])
        for page in pages
        if page.views
    ]


def main(names: Sequence[str]) -> None:
    read = context.context()
    if read is None:
        raise SystemExit("no context.npz to begin with: `python -m tests.evaluation.train_second` makes a first one")
    base, rng = base_encoder.trained(read), random.Random(1)
    again = stretches(older(rng), base)
    plan = []
    for _ in range(ROUNDS):
        some = [one for one in again if rng.random() < 1 / ROUNDS]
        plan += batches([*stretches(list(lessons(names, rng)), base), *some], rng)
    trained = train_pages_on(plan, sorted(rules.load().categories), base, RATE)
    train_second.keep(context.unpack(context.packed(trained)))


if __name__ == "__main__":
    main(sys.argv[1:] or dense.FILES)
