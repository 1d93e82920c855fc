"""Trains the encoder of `scanner/detect/context.py` on labelled pages (torch, CPU; group `train`).

Called by `train_second.py`. The model learns three things at once of each stretch of a page: which claims each sentence
makes, with which stance, and what kind of page it is (which only steadies the other two and is not kept). Words stay
as they were; layers and heads are trained.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from scanner.detect.context import (
    ANSWERS,
    MAX_CHARS,
    MAX_CLAIM,
    MAX_QUESTION,
    MAX_SENTENCE,
    Context,
    Heads,
    questions,
    windows,
)
from scanner.detect.encoder import EPSILON, HEADS, PAD, unpacked
from scanner.model import Stance
from tests.evaluation.base_encoder import Base
from tests.evaluation.encoder_graph import Layer, graph

STANCES = tuple(stance.value for stance in Stance)
KINDS = ("vendor_ad", "vendor_benign", "news", "legal", "privacy_notice", "unrelated")
EPOCHS, RATE = 3, 1.5e-4
"""Rounds over all lessons, and the highest learning rate, of a model that begins with the base."""
EPOCHS_ON, RATE_ON = 1, 8e-5
"""The same of a trained model that is trained on."""
NEW_SHARE = 0.7
"""A model that was trained on is averaged with what it was, weight by weight, of which this is the new one's share: the
new one alone took more of sellers who explain instead of praising for observers (docs/decisions/0008-context.md)."""
BATCH_TOKENS = 1024
DROP = 0.1
POSITIVE = 1.5
"""Weight of a claim against none in the loss."""
STANCE_LOSS, KIND_LOSS = 0.7, 0.4
SMOOTHING = 0.05
"""Share of a stance that the others are given: without it nearly every answer was 0.00 or 1.00, right or wrong."""
OTHER = 0.5
"""Weight of a sentence of a notice that says nothing to the claim."""
IGNORED = -100
BRAIN_FLOATS = "avx512_bf16" in Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").is_file() else False
"""Whether the processor reckons with bfloat16 itself. One that has to imitate it takes 20 times as long with it as with
float32 (28 s for 1,024 tokens where float32 takes 1.4 s, AVX2)."""


@dataclass(frozen=True)
class Lesson:
    """One page: its sentences (normalised), their category -> stance, and its kind ("" to leave that out)."""

    sentences: Sequence[str]
    gold: Sequence[Mapping[str, str]]
    kind: str
    blind: frozenset[str] = frozenset()
    """Categories that its author did not look for: that none is labelled teaches nothing."""
    unlabelled: frozenset[int] = frozenset()
    """Sentences that stand there to be read along: nothing is learnt of them."""


@dataclass(frozen=True)
class Question:
    """A claim, and a notice's sentences (all normalised) with what each says to it: a number in ANSWERS, or IGNORED."""

    claim: str
    sentences: Sequence[str]
    answers: Sequence[int]


@dataclass(frozen=True)
class Asked:
    """One window of a question."""

    numbers: Sequence[int]
    places: Sequence[tuple[int, int, int]]
    question: Question
    claim: int
    """Tokens of the claim."""


@dataclass(frozen=True)
class Stretch:
    """One window of a lesson."""

    numbers: Sequence[int]
    places: Sequence[tuple[int, int, int]]
    lesson: Lesson


class _Layer(nn.Module):
    def __init__(self, layer: Layer) -> None:
        super().__init__()
        for name in Layer.__dataclass_fields__:
            setattr(self, name, nn.Parameter(torch.from_numpy(np.array(getattr(layer, name)))))

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        batch, length, width = x.shape
        parts = functional.linear(x, self.qkv, self.qkv_bias).view(batch, length, 3, HEADS, width // HEADS)
        q, k, v = parts.permute(2, 0, 3, 1, 4)
        weights = torch.softmax((q @ k.transpose(-1, -2)).float() * (width // HEADS) ** -0.5 + mask, -1)
        seen = (weights.to(v.dtype) @ v).transpose(1, 2).reshape(batch, length, width)
        x = self._normal(x + functional.linear(seen, self.out, self.out_bias), self.norm, self.norm_bias)
        wide = functional.gelu(functional.linear(x, self.up, self.up_bias), approximate="tanh")
        down = functional.linear(wide, self.down, self.down_bias)
        return self._normal(x + functional.dropout(down, DROP, self.training), self.last, self.last_bias)

    @staticmethod
    def _normal(x: torch.Tensor, weight: nn.Parameter, bias: nn.Parameter) -> torch.Tensor:
        return functional.layer_norm(x, (x.shape[-1],), weight, bias, EPSILON)

    def kept(self) -> Layer:
        """As the graph is made of it."""
        names = Layer.__dataclass_fields__
        return Layer(**{name: getattr(self, name).detach().float().numpy().copy() for name in names})


class _Model(nn.Module):
    def __init__(self, base: Base, categories: int) -> None:
        super().__init__()
        ends = base.encoder
        self.words = torch.from_numpy(unpacked(ends.nibbles, ends.scales))
        self.places = nn.Parameter(torch.from_numpy(ends.places.copy()))
        self.norm = nn.Parameter(torch.from_numpy(ends.norm.copy()))
        self.norm_bias = nn.Parameter(torch.from_numpy(ends.norm_bias.copy()))
        self.layers = nn.ModuleList(_Layer(layer) for layer in base.layers)
        width = 2 * self.words.shape[1]
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("spread", torch.ones(width))
        self.claims = nn.Linear(width, categories)
        self.stances = nn.Linear(width, len(STANCES))
        self.by_category = nn.Linear(width, categories * len(STANCES))
        self.kind = nn.Linear(width, len(KINDS))
        self.answers = nn.Linear(width, len(ANSWERS))
        for head in (self.claims, self.stances, self.by_category, self.kind, self.answers):
            nn.init.normal_(head.weight, std=0.005)
            nn.init.zeros_(head.bias)
        nn.init.constant_(self.claims.bias, -3.0)
        if base.heads:
            self._take(base.heads)

    def _take(self, heads: Heads) -> None:
        """The heads of a trained model; what tells the kind of a page was not kept, and begins anew."""
        for name in Heads.__dataclass_fields__:
            whole = name.removesuffix("_bias")
            of = getattr(self, whole)
            target = of if isinstance(of, torch.Tensor) else of.weight if name == whole else of.bias
            target.data.copy_(torch.from_numpy(getattr(heads, name)))

    def inputs(self, numbers: torch.Tensor, pool: torch.Tensor, claim: torch.Tensor | None = None) -> torch.Tensor:
        """Batch x sentences x [sentence, stretch or claim], standardised."""
        real = (numbers != PAD).float()
        mask = ((1 - real) * -1e4)[:, None, None, :]
        x = self.words[numbers] + self.places[: numbers.shape[1]]
        x = functional.layer_norm(x, (x.shape[-1],), self.norm, self.norm_bias, EPSILON)
        x = functional.dropout(x, DROP, self.training)
        for layer in self.layers:
            x = layer(x, mask)
        x = x.float()
        sentences = torch.bmm(pool, x)
        if claim is not None:
            width = x.shape[-1]
            asked = torch.bmm(claim, x)
            mean, spread = self.mean[:width].repeat(2), self.spread[:width].repeat(2)
            return (torch.cat([sentences, asked.expand_as(sentences)], -1) - mean) / spread
        whole = (real[:, None, :] @ x) / real.sum(1)[:, None, None]
        return (torch.cat([sentences, whole.expand_as(sentences)], -1) - self.mean) / self.spread

    def answer(self, numbers: torch.Tensor, pool: torch.Tensor, claim: torch.Tensor) -> torch.Tensor:
        """Batch x sentences x ANSWERS."""
        seen = functional.dropout(self.inputs(numbers, pool, claim), DROP, self.training)
        answers: torch.Tensor = self.answers(seen)
        return answers

    def forward(self, numbers: torch.Tensor, pool: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        seen = functional.dropout(self.inputs(numbers, pool), DROP, self.training)
        own = self.by_category(seen).view(*seen.shape[:2], -1, len(STANCES))
        return self.claims(seen), own + self.stances(seen)[:, :, None, :], self.kind(seen[:, 0])


def stretches(lessons: Sequence[Lesson], base: Base) -> list[Stretch]:
    """All windows of all lessons, as the runtime would cut them."""
    return [
        Stretch(numbers, places, lesson)
        for lesson in lessons
        for numbers, places in windows([base.encoder.tokens.of(s[:MAX_CHARS])[:MAX_SENTENCE] for s in lesson.sentences])
    ]


def asked(lessons: Sequence[Question], base: Base, most: int = MAX_QUESTION) -> list[Asked]:
    """All windows of these questions, of at most so many tokens."""
    out = []
    for lesson in lessons:
        claim = base.encoder.tokens.of(lesson.claim[:MAX_CHARS])
        sentences = [base.encoder.tokens.of(s[:MAX_CHARS])[:MAX_SENTENCE] for s in lesson.sentences]
        for numbers, places in questions(claim, sentences, most):
            out.append(Asked(numbers, places, lesson, min(len(claim), MAX_CLAIM)))
    return out


Item = TypeVar("Item", Stretch, Asked)


def batches(items: Sequence[Item], rng: random.Random) -> list[list[Item]]:
    """Windows of about the same length together, in random order."""
    order = sorted(items, key=lambda item: len(item.numbers) + rng.random() * 24)
    out: list[list[Item]] = []
    for item in order:
        if not out or (len(out[-1]) + 1) * len(item.numbers) > BATCH_TOKENS:
            out.append([])
        out[-1].append(item)
    rng.shuffle(out)
    return out


@dataclass(frozen=True)
class _Batch:
    numbers: torch.Tensor
    pool: torch.Tensor
    real: torch.Tensor
    known: torch.Tensor
    """0 where a category was not looked for."""
    claims: torch.Tensor
    stances: torch.Tensor
    kinds: torch.Tensor


def _collated(items: Sequence[Stretch], categories: Sequence[str]) -> _Batch:
    size, length = len(items), max(len(item.numbers) for item in items)
    sentences = max(len(item.places) for item in items)
    numbers = torch.full((size, length), PAD)
    pool, real = torch.zeros(size, sentences, length), torch.zeros(size, sentences)
    claims = torch.zeros(size, sentences, len(categories))
    known = torch.ones(size, 1, len(categories))
    stances = torch.full((size, sentences, len(categories)), IGNORED)
    kinds = torch.full((size,), IGNORED)
    for row, item in enumerate(items):
        numbers[row, : len(item.numbers)] = torch.tensor(item.numbers)
        for column, (sentence, first, end) in enumerate(item.places):
            pool[row, column, first:end] = 1 / (end - first)
            real[row, column] = sentence not in item.lesson.unlabelled
            for category, stance in item.lesson.gold[sentence].items():
                at = categories.index(category)
                claims[row, column, at] = 1
                stances[row, column, at] = STANCES.index(stance)
        for category in item.lesson.blind:
            known[row, :, categories.index(category)] = 0
        if item.lesson.kind in KINDS:
            kinds[row] = KINDS.index(item.lesson.kind)
    return _Batch(numbers, pool, real, known, claims, stances, kinds)


def _loss(model: _Model, batch: _Batch) -> torch.Tensor:
    with torch.autocast("cpu", torch.bfloat16, enabled=BRAIN_FLOATS):
        claims, stances, kinds = model(batch.numbers, batch.pool)
    weight = torch.where(batch.claims > 0, POSITIVE, 1.0) * batch.real[:, :, None] * batch.known
    wrong = functional.binary_cross_entropy_with_logits(claims.float(), batch.claims, reduction="none")
    loss = (wrong * weight).sum() / batch.real.sum().clamp(min=1)
    if bool((batch.stances >= 0).any()):
        flat = stances.float().reshape(-1, len(STANCES))
        loss = loss + STANCE_LOSS * functional.cross_entropy(
            flat, batch.stances.reshape(-1), ignore_index=IGNORED, label_smoothing=SMOOTHING
        )
    if bool((batch.kinds >= 0).any()):
        loss = loss + KIND_LOSS * functional.cross_entropy(kinds.float(), batch.kinds, ignore_index=IGNORED)
    return loss


def _question_loss(model: _Model, items: Sequence[Asked]) -> torch.Tensor:
    size, length = len(items), max(len(item.numbers) for item in items)
    sentences = max(len(item.places) for item in items)
    numbers = torch.full((size, length), PAD)
    pool, claim = torch.zeros(size, sentences, length), torch.zeros(size, 1, length)
    answers = torch.full((size, sentences), IGNORED)
    for row, item in enumerate(items):
        numbers[row, : len(item.numbers)] = torch.tensor(item.numbers)
        claim[row, 0, 1 : 1 + item.claim] = 1 / item.claim
        for column, (sentence, first, end) in enumerate(item.places):
            pool[row, column, first:end] = 1 / (end - first)
            answers[row, column] = item.question.answers[sentence]
    with torch.autocast("cpu", torch.bfloat16, enabled=BRAIN_FLOATS):
        said = model.answer(numbers, pool, claim)
    weight = torch.tensor([OTHER] + [1.0] * (len(ANSWERS) - 1))
    flat = said.float().reshape(-1, len(ANSWERS))
    loss: torch.Tensor = functional.cross_entropy(flat, answers.reshape(-1), weight, ignore_index=IGNORED)
    return loss


def _optimiser(model: _Model, rate: float) -> torch.optim.Optimizer:
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        head = name.split(".")[0] in ("claims", "stances", "by_category", "kind", "answers")
        key = (rate * 5 if head else rate, 0.01 if parameter.ndim > 1 else 0.0)
        groups.setdefault(key, []).append(parameter)
    return torch.optim.AdamW(
        [{"params": params, "lr": lr, "weight_decay": decay} for (lr, decay), params in groups.items()],
        betas=(0.9, 0.98),
    )


def _standardise(model: _Model, items: Iterator[Sequence[Stretch]], categories: Sequence[str]) -> None:
    """Takes mean and spread of the heads' inputs before training: the encoder's vectors all point much the same way."""
    model.eval()
    with torch.no_grad():
        seen = []
        for some in items:
            batch = _collated(some, categories)
            seen.append(model.inputs(batch.numbers, batch.pool)[batch.real > 0])
        rows = torch.cat(seen)
    model.mean.copy_(rows.mean(0))
    model.spread.copy_(rows.std(0) + 1e-3)


def train(lessons: Sequence[Lesson], asks: Sequence[Question], categories: Sequence[str], base: Base) -> Context:
    """A model of these lessons. About six minutes a thousand lessons on two cores with bfloat16."""
    rng = random.Random(1)
    model = _begun(base, categories)
    items = stretches(lessons, base)
    windows_asked = asked(asks, base)
    epochs, rate, share = (EPOCHS_ON, RATE_ON, NEW_SHARE) if base.heads else (EPOCHS, RATE, 1.0)
    if not base.heads:
        _standardise(model, iter(batches(items, rng)[:40]), categories)
    _learn(
        model, [batch for _ in range(epochs) for batch in _mixed(items, windows_asked, rng)], rate, share, categories
    )
    return _kept(model, base, categories)


def train_on(plan: Sequence[list[Asked]], categories: Sequence[str], base: Base, rate: float, share: float) -> Context:
    """A trained model after these batches of questions. `share`: of the new weights in the average with the old."""
    model = _begun(base, categories)
    _learn(model, plan, rate, share, categories)
    return _kept(model, base, categories)


def train_pages_on(plan: Sequence[list[Stretch]], categories: Sequence[str], base: Base, rate: float) -> Context:
    """A trained model after these batches of pages."""
    model = _begun(base, categories)
    _learn(model, plan, rate, 1.0, categories)
    return _kept(model, base, categories)


def _begun(base: Base, categories: Sequence[str]) -> _Model:
    torch.set_num_threads(os.cpu_count() or 1)  # by itself torch counts cores, not threads: a third of the speed
    torch.manual_seed(1)
    return _Model(base, len(categories))


def _learn(
    model: _Model, plan: Sequence[list[Stretch] | list[Asked]], rate: float, share: float, categories: Sequence[str]
) -> None:
    """One step a batch; the rate rises over the first of them and falls to nearly nothing at the end. What was learnt
    is averaged with what was there, of which `share` is the new."""
    model.train()
    before = {name: parameter.detach().clone() for name, parameter in model.named_parameters()}
    optimiser = _optimiser(model, rate)
    warm = 0.08 * len(plan)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1.0, (step + 1) / warm) * max(0.02, 1 - step / len(plan))
    )
    begun, told = time.monotonic(), 0.0
    for step, batch in enumerate(plan, 1):
        if isinstance(batch[0], Asked):
            loss = _question_loss(model, [item for item in batch if isinstance(item, Asked)])
        else:
            loss = _loss(model, _collated([item for item in batch if isinstance(item, Stretch)], categories))
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        told += float(loss.detach())
        if step % 100 == 0:
            print(f"  step {step} of {len(plan)}, {time.monotonic() - begun:.0f} s, loss {told / 100:.3f}", flush=True)
            told = 0.0
    for name, parameter in model.named_parameters():
        parameter.data.lerp_(before[name], 1 - share)


def _mixed(items: Sequence[Stretch], asks: Sequence[Asked], rng: random.Random) -> list[list[Stretch] | list[Asked]]:
    """Batches of both kinds in random order."""
    out: list[list[Stretch] | list[Asked]] = [*batches(items, rng), *batches(asks, rng)]
    rng.shuffle(out)
    return out


def _kept(model: _Model, base: Base, categories: Sequence[str]) -> Context:
    def plain(tensor: torch.Tensor) -> np.ndarray:
        return tensor.detach().float().numpy().copy()

    encoder = replace(
        base.encoder, places=plain(model.places), norm=plain(model.norm), norm_bias=plain(model.norm_bias),
        graph=graph([layer.kept() for layer in model.layers]),
    )  # fmt: skip
    heads = Heads(
        mean=plain(model.mean), spread=plain(model.spread),
        claims=plain(model.claims.weight), claims_bias=plain(model.claims.bias),
        stances=plain(model.stances.weight), stances_bias=plain(model.stances.bias),
        by_category=plain(model.by_category.weight), by_category_bias=plain(model.by_category.bias),
        answers=plain(model.answers.weight), answers_bias=plain(model.answers.bias),
    )  # fmt: skip
    return Context(encoder, heads, tuple(categories), STANCES)
