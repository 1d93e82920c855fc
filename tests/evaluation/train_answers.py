"""Trains the model that reads claim and notice together on: `python -m tests.evaluation.train_answers learn_t learn_u`.

The splits named are new: all of their windows are learnt from (with `--silent 0.45` that share of those in which no
sentence answers). Of the others mostly those which the shipped model gets wrong; four in five windows of pairs that it
has learnt from teach it nothing more. Notices are cut into stretches of several lengths, so that the model depends on
none. Sentences that answer are learnt alone below the notice's title as well, as the runtime asks them a second time.
Of notices labelled for biometrics (`learn_ea`) each sentence that discloses or denies them answers the one question on
them. Of contrast sets (`contrasts_a`) every sentence is learnt alone, and beside some of the others. About 8 minutes
for a thousand new pairs on two threads.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

from scanner.detect import context, rules
from scanner.detect.context import DENIED, SAID, WEAKENED, Context
from tests.evaluation import asking, base_encoder, contrasts
from tests.evaluation.base_encoder import Base
from tests.evaluation.train_context import IGNORED, Asked, Question, asked, batches, train_on
from tests.evaluation.train_second import keep_answers

RATE = 7e-5
LENGTHS = (160, 224, 288)
"""Tokens of a stretch, one of these for each notice."""
SHARE = 0.6
"""Of the new weights in the average with the old ones. The average alone is as precise as both models asked and their
answers averaged, which would cost twice as much."""
SURE = 0.9
"""A window is hard where the right answer of one of its sentences is given less."""
ROUNDS = 2
"""How often notices labelled for biometrics come, each time cut at another length: they are few and short."""
HARD, EASY, ALONE = 0.3, 0.05, 0.1
"""Shares of older windows: hard ones, the others, and sentences alone. Only what is drawn is tried."""


def is_hard(window: Asked, read: Context) -> bool:
    """Is the model as it is wrong, or unsure, on a sentence of this window?"""
    answers = read.answers_in(window.numbers, window.places, window.claim)
    right = {sentence: window.question.answers[sentence] for sentence, _, _ in window.places}
    return any(shares[right[sentence]] < SURE for sentence, shares in answers if right[sentence] != IGNORED)


def alone(questions: Sequence[Question]) -> Iterator[Question]:
    """Each sentence that denies or says the same, below the first sentence of its notice."""
    for question in questions:
        title = question.answers[0] or IGNORED
        for at, answer in enumerate(question.answers):
            if at and answer in (DENIED, SAID):
                yield replace(
                    question, sentences=[question.sentences[0], question.sentences[at]], answers=[title, answer]
                )


def cut(questions: Sequence[Question], base: Base, rng: random.Random) -> list[Asked]:
    """All windows of these questions, each question cut at one of LENGTHS."""
    at = [rng.choice(LENGTHS) for _ in questions]
    return [
        window
        for most in LENGTHS
        for window in asked([one for one, its in zip(questions, at, strict=True) if its == most], base, most)
    ]


def answers(window: Asked) -> bool:
    """Does some sentence of this window say anything to the claim?"""
    return any(window.question.answers[sentence] in (DENIED, SAID, WEAKENED) for sentence, _, _ in window.places)


def main(new: Sequence[str], silent: float, older_share: float, share: float) -> None:
    read = context.asked()
    if read is None:
        raise SystemExit("no answers.npz to begin with: `python -m tests.evaluation.train_second` makes a first one")
    base, rng = base_encoder.trained(read), random.Random(1)
    sets = list(contrasts.sets([name for name in new if name in contrasts.FILES]))
    pairs = [name for name in new if name not in (*contrasts.FILES, *asking.BIOMETRICS)]
    of_faces = list(asking.biometrics([name for name in new if name in asking.BIOMETRICS]))
    fresh = [*asking.lessons(pairs), *of_faces * ROUNDS]
    older = list(asking.lessons([split for split in asking.SPLITS if split not in new]))
    older += asking.biometrics([name for name in asking.BIOMETRICS if name not in new])
    older += asking.own_lessons()
    again = [window for window in cut(older, base, rng) if rng.random() < HARD * older_share]
    again = [window for window in again if is_hard(window, read) or rng.random() < EASY / HARD]
    again += [window for window in asked(list(alone(older)), base) if rng.random() < ALONE * older_share]
    whole = [window for window in cut(fresh, base, rng) if answers(window) or rng.random() < silent]
    whole += asked(list(alone(fresh)), base)
    print(f"{len(again)} older windows, {len(whole)} new", flush=True)
    of_sets = (question for one in sets for question in (*asking.alone(one), *asking.together(one, rng)))
    plan = batches([*whole, *again, *asked(list(of_sets), base)], rng)
    trained = train_on(plan, sorted(rules.load().categories), base, RATE, share)
    keep_answers(context.unpack(context.packed(trained)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Trains the answers to a claim on.")
    parser.add_argument("new", nargs="+", help="new splits: learn_t, learn_ea or contrasts_a")
    parser.add_argument("--silent", type=float, default=1.0, help="share of new windows in which no sentence answers")
    parser.add_argument("--older", type=float, default=1.0, help="how much of the older windows, of what is usual")
    parser.add_argument("--share", type=float, default=SHARE, help="of the new weights in the average with the old")
    options = parser.parse_args()
    main(options.new, options.silent, options.older, options.share)
