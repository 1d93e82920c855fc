"""Labelled pairs of a claim and a notice, sentence by sentence, as the encoder learns from them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from string import ascii_lowercase
from typing import Any

from scanner.detect.context import ANSWERS, DENIED, OTHER, SAID, WEAKENED
from scanner.notice.text import NoticeText
from tests.evaluation import notices
from tests.evaluation.contrasts import Contrast
from tests.evaluation.train_context import IGNORED, Question

AUTHORS = (
    *(letter for letter in ascii_lowercase if letter != "f"),
    *(f"b{letter}" for letter in ascii_lowercase),
    *(f"c{letter}" for letter in "abcdefghij"),
)
SPLITS = ("tuning", "tuning2", *(f"learn_{author}" for author in AUTHORS))
"""What is learnt from. By `learn_f`, `fresh` to `fresh6` bars were chosen; `fresh7`, `fresh10`, `fresh11` measure."""
BIOMETRICS = tuple(file.stem.removeprefix("notices_") for file in sorted(notices.HERE.glob("notices_learn_e?.jsonl")))
"""Notices of which every sentence is labelled that discloses (`said`) or denies (`denied`) biometrics."""
OF_VERDICT = {"contradicts": "denied", "admits": "said", "cannot_tell": "weakened"}
SHARED = 0.3
"""Share of the shorter of sentence and quote that must overlap."""


def sentences(text: str) -> list[tuple[str, int, int]]:
    """The sentences of a notice as the runtime cuts them: normalised, and where each stands."""
    known = notices.rules()
    seen = NoticeText(notices.document(text), known.normalise, known.lexicon).sentences
    return [(sentence.text.strip(), *sentence.whole()) for sentence in seen]


def question(pair: dict[str, Any], text: str) -> Question | None:
    """A pair as a question; None where the label does not say which sentence decides."""
    page = notices.document(text).text
    quote = pair.get("notice_quote", "")
    at = page.find(quote) if quote else -1
    if pair["verdict"] != "silent" and at < 0:
        return None
    kind = ANSWERS.index(OF_VERDICT.get(pair["verdict"], "other"))
    cut = sentences(text)
    answers = [kind if kind and _shares(at, at + len(quote), start, end) else 0 for _, start, end in cut]
    claim = notices.rules().normalise(pair["claim"]["quote"]).text
    return Question(claim, [sentence for sentence, _, _ in cut], answers)


def _shares(first: int, last: int, start: int, end: int) -> bool:
    return min(last, end) - max(first, start) >= SHARED * min(last - first, end - start)


def lessons(splits: Sequence[str] = SPLITS) -> Iterator[Question]:
    """All questions of these splits."""
    for split in splits:
        texts = {case["id"]: case["text"] for case in notices.lines(f"notices_{split}")}
        for pair in notices.lines(f"pairs_{split}"):
            if (asked := question(pair, texts[pair["notice_id"]])) and any(a != IGNORED for a in asked.answers):
                yield asked


def biometrics(splits: Sequence[str] = BIOMETRICS) -> Iterator[Question]:
    """These notices, asked for biometrics in the words in which the runtime asks."""
    known = notices.rules()
    asked = known.facts["biometrics"].question
    for split in splits:
        for case in notices.lines(f"notices_{split}"):
            cut = sentences(case["text"])
            answers = [ANSWERS.index(says(case, start, end)) for _, start, end in cut]
            question = known.normalise(asked[case["lang"][:2]]).text
            yield Question(question, [sentence for sentence, _, _ in cut], answers)


def says(case: dict[str, Any], start: int, end: int) -> str:
    """What a sentence of such a notice says: one of ANSWERS. One that does both denies."""
    page = notices.document(case["text"]).text
    for answer in ("denied", "said"):
        places = ((page.find(quote), len(quote)) for quote in case[answer])
        if any(_shares(at, at + length, start, end) for at, length in places if at >= 0):
            return answer
    return "other"


def own_lessons() -> Iterator[Question]:
    """The questions of the author's own pairs: two sentences each."""
    for pair in notices.lines("pairs_own"):
        cut = sentences(pair["notice"])
        if len(cut) == 2:  # for whom it is, and what it says
            quote = notices.document(pair["notice"]).text[cut[1][1] : cut[1][2]]
            if asked := question({**pair, "notice_quote": quote}, pair["notice"]):
                yield asked


def alone(one: Contrast) -> Iterator[Question]:
    """Each sentence of a contrast set below the title, as the runtime asks a second time."""
    for text, answer in one.sentences:
        yield Question(one.claim, [one.title, text], [IGNORED, answer])


def together(one: Contrast, rng: random.Random) -> Iterator[Question]:
    """Two notices of the sentences of a contrast set, neither of which denies and says the same."""
    besides = OTHER if rng.random() < 0.5 else WEAKENED  # a denial is rarely seen beside both
    for kept in ((DENIED, besides), (SAID, OTHER)):
        some = [(text, answer) for text, answer in one.sentences if _stays(answer, kept, rng)]
        rng.shuffle(some)
        yield Question(one.claim, [one.title, *(text for text, _ in some)], [IGNORED, *(a for _, a in some)])


def _stays(answer: int, kept: Sequence[int], rng: random.Random) -> bool:
    return answer in kept or (answer in (OTHER, WEAKENED) and rng.random() < 0.4)
