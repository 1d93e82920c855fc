"""Trains the model that reads pages on with more labelled pages: `python -m tests.evaluation.train_pages NAME...`.

A name is a file of labelled pages (`learn_ae`) or of dense sets (`dense_a`), which are cut into short pages anew each
time. Each round has every named page once, from the second on without some of its first lines, so that a stretch does
not always begin in the same place; some of all other pages is learnt again over the rounds, so that nothing is
forgotten. `--share`: of the new weights in the average with the old. Figures: docs/decisions/0008-context.md.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

from scanner.detect import context, rules
from tests.evaluation import base_encoder, dense, notices, train_second
from tests.evaluation.train_context import Lesson, batches, stretches, train_pages_on

ROUNDS, RATE = 2, 8e-5
OLDER = 0.12
"""Share of the other labelled pages that is learnt again."""
MOST = 4
"""Sentences of a dense set on one page."""
MOST_CUT, FEWEST_LEFT = 5, 4
"""First lines that a page may lose, and sentences that it keeps. A line that claims something is not cut."""


def of_sets(names: Sequence[str], rng: random.Random) -> Iterator[Lesson]:
    """Short pages of these dense sets. Nothing is learnt of their openings, whose claims are not labelled."""
    plain = notices.rules().normalise
    for one in dense.sets(names):
        opening = [plain(text).text for text in one.opening]
        for some in one.pages(rng, MOST):
            texts, gold = [plain(text).text for text, _ in some], [claims for _, claims in some]
            unlabelled = frozenset(range(len(opening)))
            yield Lesson([*opening, *texts], [{} for _ in opening] + gold, one.kind, unlabelled=unlabelled)


def of_pages(names: Sequence[str], share: float, rng: random.Random) -> list[Lesson]:
    """A share of the labelled pages of these authors."""
    corpus = train_second.authors()
    chosen = {author: [case for case in corpus[author] if share >= 1 or rng.random() < share] for author in names}
    pages = [page for author, cases in chosen.items() for page in train_second.look(author, cases, None)]
    blind = train_second.blind_of(pages)
    return [
        Lesson([view.text for view in page.views], page.gold, page.case["kind"], blind[page.author])
        for page in pages
        if page.views
    ]


def cut(lesson: Lesson, rng: random.Random) -> Lesson:
    """The page without some of its first lines."""
    least = min(rng.randint(0, MOST_CUT), len(lesson.sentences) - FEWEST_LEFT)
    first = next((i for i, claims in enumerate(lesson.gold) if claims or i >= least), 0)
    return replace(lesson, sentences=lesson.sentences[first:], gold=lesson.gold[first:])


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="+")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--older", type=float, default=OLDER)
    parser.add_argument("--share", type=float, default=1.0)
    parser.add_argument("--unseen", nargs="*", default=(), help="files of labelled pages that nothing is learnt from")
    return parser.parse_args()


def main() -> None:
    args = arguments()
    read = context.context()
    if read is None:
        raise SystemExit("no context.npz to begin with: `python -m tests.evaluation.train_second` makes a first one")
    base, rng = base_encoder.trained(read), random.Random(1)
    sets = [name for name in args.names if name in dense.FILES]
    named = of_pages([name for name in args.names if name not in sets], 1.0, rng)
    others = [author for author in train_second.authors() if author not in (*args.names, *args.unseen)]
    older = of_pages(others, args.older, rng)
    plan = []
    for number in range(args.rounds):
        new = [*of_sets(sets, rng), *(cut(page, rng) if number else page for page in named)]
        plan += batches(stretches([*new, *older[number :: args.rounds]], base), rng)
    categories = sorted(rules.load().categories)
    train_second.keep(context.unpack(context.packed(train_pages_on(plan, categories, base, RATE, args.share))))


if __name__ == "__main__":
    main()
