"""Train second reader and voice model: `python -m tests.evaluation.train_second [--evaluate]` (group `train`).

Learns from `learn_*.jsonl` (one file an author), the tuning cases and `voices*.jsonl`; never from the frozen or held
cases. In two steps:

1. Some authors are held back (`--without`). Models learnt from the others read them, and how their answers are added up
   is fitted to that; the figures are printed.
2. Everything is learnt from, with the facts of the first step, and the models are written.
"""

from __future__ import annotations

import argparse
import json
import pickle
import zlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

from scanner.detect import context, linear, rules, second, voice
from scanner.detect.context import Context
from scanner.detect.linear import Linear
from scanner.detect.second import Bars, Mix, Reading, SecondReader, View
from scanner.detect.selftest import plain_document
from scanner.detect.survey import Survey, survey
from scanner.detect.weigh import weigh
from scanner.model import Provenance, Stance
from tests.baseline import build
from tests.evaluation import train_voice

HERE = Path(__file__).parent
GROUPS_CLAIMS = {"n": 1.0, "a": 1.0, "c": 0.6, "r": 1.0}
GROUPS_STANCE = {"n": 1.0, "q": 1.0, "p": 0.6, "s": 1.2, "k": 0.5}
BENIGN = "benign"
SHARE = 4
"""One sentence in so many of the benign pages is learnt from: about as many as our own pages hold."""
BENIGN_STRETCHES = 4
"""The context model learns from one stretch in so many of them."""
COST = 6.0
"""Inverse strength of the penalty."""
POSITIVE = 2.0
"""Weight of a sentence with a claim against one without: they are one in twenty."""
REVISION = 9
NEW = 2
"""How often a model that is trained on sees what it has not learnt from before."""
SELDOM = frozenset({"defeats-concealment", "everyone-does-it", "liability-shift"})
"""Categories that only the first authors labelled: on the pages of the others they are left out of the lessons."""
FOLDS = 3
"""Groups of authors: each is looked at with a voice model that learnt from the others."""
TRUSTED = 0.8
"""Share of pages with a hit of a rule that must hold the claim for its hits to be believed more easily (`LEAN`)."""
PRIOR_HITS, PRIOR_SHARE = 3, 0.6
"""What is believed of a rule before it is seen: so many pages with a hit, and the share that holds the claim."""
REPEAT_CASES = 2
"""Our labelled pages count twice in the voice model: they look like pages, the voice texts like passages."""
BARS = Bars(
    propose=0.5, own_claims=0.6, other_stances=0.7, keep=0.35, own_voice=0.5, likely=0.1, cued=1.5, uncued=2.0,
    sketch=-0.5, doubted=0.7, own_voice_doubted=0.8,
)  # fmt: skip
WITHOUT = ("learn_d", "learn_n", "learn_p", "learn_u")
"""Authors held back by default: one of the first wave, and three languages and kinds of the later ones."""


@dataclass(frozen=True)
class Page:
    """One labelled case, looked at with a voice model that had not seen its author."""

    author: str
    case: dict[str, Any]
    seen: Survey | None
    views: Sequence[View]
    gold: Sequence[Mapping[str, str]]
    """Per unit: category -> stance."""


def authors() -> dict[str, list[dict[str, Any]]]:
    """Author -> cases."""
    files = [*sorted(HERE.glob("learn_*.jsonl")), HERE / "tuning.jsonl"]
    return {file.stem: [json.loads(line) for line in file.read_text("utf-8").splitlines()] for file in files}


def voice_of(cases: Sequence[dict[str, Any]]) -> voice.VoiceModel:
    """A voice model from the voice texts and these cases."""
    data = [pair for file in sorted(HERE.glob("voices*.jsonl")) for pair in train_voice.examples(file)]
    data += [
        (case["text"], train_voice.OF_KIND[case["kind"]]) for case in cases if case["kind"] in train_voice.OF_KIND
    ] * REPEAT_CASES
    texts = train_voice.normal([text for text, _ in data])
    labels = [label for _, label in data]
    place = train_voice.vocabulary(texts)
    return train_voice.model_of(place, *train_voice.fit(train_voice.matrix(texts, place), labels))


def look(author: str, cases: Sequence[dict[str, Any]], model: voice.VoiceModel | None) -> list[Page]:
    """Surveys of the cases of one author."""
    ruleset = rules.load()
    out = []
    for case in cases:
        seen = survey(plain_document(case["text"], case["lang"]), ruleset, Provenance(source=case["id"]), model=model)
        views = seen.views() if seen else []
        out.append(Page(author, case, seen, views, gold_of(case, seen)))
    return out


def gold_of(case: dict[str, Any], seen: Survey | None) -> list[dict[str, str]]:
    """Which categories stand in which unit: where quote and unit share a third of the shorter one."""
    if seen is None:
        return []
    text, normal = seen.page.document.text, seen.page.normal
    gold: list[dict[str, str]] = [{} for _ in seen.page.units]
    for claim in case["claims"]:
        quote = "\n\n".join(line for line in claim["quote"].split("\n") if line)
        at = text.find(quote)
        if at < 0:
            continue
        start, end = normal.position(at), normal.position(at + len(quote))
        for index, unit in enumerate(seen.page.units):
            shared = min(end, unit.end) - max(start, unit.start)
            if shared > 0 and shared >= 0.3 * min(end - start, unit.end - unit.start):
                gold[index][claim["category"]] = claim["stance"]
    return gold


def vocabulary(rows: Sequence[linear.Groups], least: int = 2) -> tuple[dict[int, int], np.ndarray]:
    """Features that stand in `least` units, and their inverse document frequency."""
    seen = Counter(linear.code(group, f) for groups in rows for group, fs in groups.items() for f in set(fs))
    codes = sorted(number for number, times in seen.items() if times >= least)
    idf = np.asarray([np.log((1 + len(rows)) / (1 + seen[number])) + 1 for number in codes], dtype=np.float32)
    return {number: column for column, number in enumerate(codes)}, idf.astype(np.float16).astype(np.float32)


def matrix(
    rows: Sequence[linear.Groups], place: Mapping[int, int], idf: np.ndarray, groups: Mapping[str, float]
) -> csr_matrix:
    """One row of weighted features a unit."""
    pointer, columns, values = [0], [], []
    known = linear.Vocabulary(place, idf)
    for features in rows:
        index, value = linear.vector(features, known, groups)
        columns.extend(index)
        values.extend(value)
        pointer.append(len(columns))
    return csr_matrix((values, columns, pointer), shape=(len(rows), len(place)))


def blind_of(pages: Sequence[Page]) -> dict[str, frozenset[str]]:
    """Author -> categories that the author did not look for."""
    told: dict[str, set[str]] = {}
    for page in pages:
        told.setdefault(page.author, set()).update(claim["category"] for claim in page.case["claims"])
    return {a: frozenset() if a == BENIGN else SELDOM - some for a, some in told.items()}


def train_claims(pages: Sequence[Page], categories: Sequence[str]) -> Linear:
    """One logistic regression a category over all units."""
    views = [view for page in pages for view in page.views]
    gold = [unit for page in pages for unit in page.gold]
    features = [second.claim_features(view) for view in views]
    place, idf = vocabulary(features)
    inputs = matrix(features, place, idf, GROUPS_CLAIMS)
    answers = np.asarray([[category in unit for category in categories] for unit in gold], dtype=np.float32)
    blind = blind_of(pages)
    known = np.asarray(
        [[category not in blind[page.author] for category in categories] for page in pages for _ in page.views],
        dtype=np.float32,
    )
    coefficients, bias = logistic(inputs, answers, known)
    return linear.quantised(categories, place, idf, coefficients, bias, GROUPS_CLAIMS)


def logistic(inputs: csr_matrix, answers: np.ndarray, known: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """One logistic regression a column of `answers`, all at once (L-BFGS; liblinear took ten times as long). `known`: 0
    where the answer is not."""
    inputs = inputs.astype(np.float32)
    turned = inputs.T.tocsr()
    width = inputs.shape[1]
    classes = answers.shape[1]
    weight = np.where(answers > 0, POSITIVE, 1.0).astype(np.float32) * known

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        table = flat.reshape(width + 1, classes).astype(np.float32)
        scores = inputs @ table[:-1] + table[-1]
        chance = 1.0 / (1.0 + np.exp(-scores))
        value = float((weight * np.logaddexp(0.0, np.where(answers > 0, -scores, scores))).sum())
        error = weight * (chance - answers)
        slope = np.vstack([turned @ error + table[:-1] / COST, error.sum(axis=0, keepdims=True)])
        return value + float((table[:-1] ** 2).sum()) / (2 * COST), slope.ravel().astype(np.float64)

    start = np.zeros((width + 1, classes))
    start[-1] = -4.0
    fitted = minimize(loss, start.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": 70, "maxcor": 6})
    table = fitted.x.reshape(width + 1, classes)
    return np.ascontiguousarray(table[:-1].T), table[-1]


def train_stances(pages: Sequence[Page]) -> Linear:
    """One multinomial regression over all labelled claims."""
    rows = [
        (view, category, stance)
        for page in pages
        for view, unit in zip(page.views, page.gold, strict=True)
        for category, stance in unit.items()
    ]
    features = [second.stance_features(view, category) for view, category, _ in rows]
    place, idf = vocabulary(features)
    dense = np.asarray([second.role_features(view) for view, _, _ in rows])
    inputs = hstack([matrix(features, place, idf, GROUPS_STANCE), csr_matrix(dense)]).tocsr()
    fitted = LogisticRegression(C=4.0, max_iter=2000).fit(inputs, [stance for _, _, stance in rows])
    return linear.quantised(fitted.classes_, place, idf, fitted.coef_, fitted.intercept_, GROUPS_STANCE)


def train_context(
    pages: Sequence[Page],
    categories: Sequence[str],
    new: Collection[str] = (),
    shipped: Context | None = None,
    questions: bool = True,
) -> Context:
    """The context model as it will be shipped: after its weights were made small. `new`: `shipped` is trained on, and
    the lessons of these files come NEW times. `questions`: of claim and notice as well."""
    from tests.evaluation import asking, base_encoder
    from tests.evaluation import train_context as torch_side

    blind = blind_of(pages)
    lessons = [
        torch_side.Lesson([view.text for view in page.views], page.gold, page.case["kind"], blind[page.author])
        for page in pages
        for _ in range(NEW if page.author in new else 1)
        if page.views and page.author != BENIGN
    ]
    quiet = (page for page in pages if page.author == BENIGN)
    lessons += [torch_side.Lesson(some, [{}] * len(some), "") for page in quiet for some in _stretches(page)]
    asks = list(asking.own_lessons()) if questions else []
    for split in asking.SPLITS if questions else ():
        asks += list(asking.lessons([split])) * (NEW if f"pairs_{split}" in new else 1)
    print(f"context: {len(lessons)} lessons, {len(asks)} questions", flush=True)
    base = base_encoder.trained(shipped) if new and shipped else base_encoder.load()
    trained = torch_side.train(lessons, asks, categories, base)
    return context.unpack(context.packed(trained))


def _stretches(page: Page) -> Iterator[list[str]]:
    """Some runs of a benign page's sentences, about a stretch long."""
    texts = [text for view in page.views if (text := view.text[:400])]
    for at in range(0, len(texts), 5):
        some = texts[at : at + 5]
        if zlib.crc32(some[0].encode()) % BENIGN_STRETCHES == 0:
            yield some


def reader_of(pages: Sequence[Page], categories: Sequence[str], read: Context | None) -> SecondReader:
    """All models, their answers not yet added up."""
    sampled = [_sampled(page) if page.author == BENIGN else page for page in pages]
    return SecondReader(
        claims=train_claims(sampled, categories),
        stances=train_stances(pages),
        context=read,
        alone=Mix(1.0, 0.0, 0.0, 0.0),
        together=Mix(0.5, 0.5, 0.0, 0.0),
        heard=(0.5, 0.5),
        bars=BARS,
        revision=REVISION,
        trusted=trusted(pages),
    )


def trusted(pages: Sequence[Page]) -> frozenset[str]:
    """Rules whose hits are right on TRUSTED of the pages."""
    seen, right = Counter[str](), Counter[str]()
    for page in (page for page in pages if page.author != BENIGN):
        told = {claim["category"] for claim in page.case["claims"]}
        hits = {rule: category for view in page.views for category, (rule, _, _) in view.hits.items()}
        seen.update(hits.keys())
        right.update(rule for rule, category in hits.items() if category in told)
    prior = PRIOR_HITS * PRIOR_SHARE
    return frozenset(r for r, n in seen.items() if (right[r] + prior) / (n + PRIOR_HITS) >= TRUSTED)


def _sampled(page: Page) -> Page:
    """A benign page with some of its sentences, as the linear models learn from."""
    kept = [i for i, view in enumerate(page.views) if view.atoms and zlib.crc32(view.text.encode()) % SHARE == 0]
    return replace(page, views=[page.views[i] for i in kept], gold=[{} for _ in kept])


@dataclass(frozen=True)
class Read:
    """What the models make of one page, before their answers are added up."""

    page: Page
    rough: Mapping[int, np.ndarray]
    seen: Mapping[int, tuple[np.ndarray, np.ndarray]]

    def reading(self, reader: SecondReader) -> Reading:
        """Added up as this reader does."""
        chances = np.zeros((len(self.page.views), len(reader.claims.classes)), dtype=np.float32)
        for index, scores in self.rough.items():
            seen = self.seen[index][0] if index in self.seen else None
            chances[index] = reader.chances(self.page.views[index], scores, seen)
        return Reading(chances, {index: stances for index, (_, stances) in self.seen.items()})


def read(page: Page, reader: SecondReader) -> Read:
    """All scores of a page."""
    return Read(page, *reader.scores(page.views))


def fitted(reads: Sequence[Read], reader: SecondReader) -> SecondReader:
    """The reader with its answers added up as fits these pages best, none of which it learnt from."""
    categories = reader.claims.classes
    alone: list[tuple[float, float, bool]] = []
    together: list[tuple[float, float, float, bool]] = []
    heard: list[tuple[float, float, bool]] = []
    for one in reads:
        for index, rough in one.rough.items():
            view, gold = one.page.views[index], one.page.gold[index]
            for column, category in enumerate(categories):
                told, hit = category in gold, float(category in view.hits)
                alone.append((rough[column], hit, told))
                if index in one.seen:
                    together.append((rough[column], one.seen[index][0][column], hit, told))
                    if told:
                        heard += _stances(reader, view, category, gold[category], one.seen[index][1])
    first, second_ = _logistic(alone), _logistic(together)
    weights = _logistic(heard)
    return replace(
        reader,
        alone=Mix(first[0], 0.0, first[1], first[-1]),
        together=Mix(second_[0], second_[1], second_[2], second_[-1]),
        heard=(weights[0], weights[1]),
    )


def _stances(
    reader: SecondReader, view: View, category: str, stance: str, seen: np.ndarray
) -> list[tuple[float, float, bool]]:
    """Log-shares of both models for each stance, and whether it is the labelled one."""
    alone = replace(reader, heard=(1.0, 0.0)).stances_of(view, category, seen)
    stretch = replace(reader, heard=(0.0, 1.0)).stances_of(view, category, seen)
    return [(float(np.log(alone[s] + 1e-9)), float(np.log(stretch[s] + 1e-9)), s.value == stance) for s in alone]


def _logistic(rows: Sequence[Sequence[float]]) -> list[float]:
    """Weights and offset."""
    table = np.asarray(rows, dtype=np.float32)
    model = LogisticRegression(C=1e6).fit(table[:, :-1], table[:, -1])
    return [*(float(weight) for weight in model.coef_[0]), float(model.intercept_[0])]


@dataclass
class Score:
    """Pairs (case, category), as the quality gate counts them."""

    gold: int = 0
    told: int = 0
    hit: int = 0
    any_gold: int = 0
    any_told: int = 0
    any_hit: int = 0
    quiet: int = 0
    alarmed: int = 0
    stances: int = 0
    right: int = 0

    def __str__(self) -> str:
        p, r = self.hit / max(1, self.told), self.hit / max(1, self.gold)
        any_p, any_r = self.any_hit / max(1, self.any_told), self.any_hit / max(1, self.any_gold)
        return (
            f"P {p:.3f} R {r:.3f} F1 {2 * p * r / max(1e-9, p + r):.3f} alarms {self.alarmed / max(1, self.quiet):.3f}"
            f" | any P {any_p:.3f} R {any_r:.3f} | stance {self.right / max(1, self.stances):.3f}"
        )


def score(reads: Sequence[Read], reader: SecondReader) -> Score:
    """How the reader does with its present bars."""
    ruleset, out = rules.load(), Score()
    for one in reads:
        case = one.page.case
        if case["kind"] == "privacy_notice":
            continue
        found = weigh(one.page.seen, ruleset, reader, one.page.views, one.reading(reader)) if one.page.seen else []
        said = [(w.candidate.rule.category, w.cue.stance) for w in found]
        own = {category for category, stance in said if stance is Stance.ASSERTED}
        wanted = {c["category"] for c in case["claims"] if c["stance"] == "asserted"}
        every, seen = {c["category"] for c in case["claims"]}, {category for category, _ in said}
        out.gold, out.told, out.hit = out.gold + len(wanted), out.told + len(own), out.hit + len(wanted & own)
        out.any_gold, out.any_told = out.any_gold + len(every), out.any_told + len(seen)
        out.any_hit += len(every & seen)
        out.quiet += not wanted
        out.alarmed += not wanted and bool(own)
        for claim in case["claims"]:
            mine = {stance.value for category, stance in said if category == claim["category"]}
            out.stances += bool(mine)
            out.right += claim["stance"] in mine
    return out


def grid(reads: Sequence[Read], reader: SecondReader) -> None:
    """Figures at many bars."""
    for own_claims in (0.35, 0.45, 0.55):
        for keep in (0.1, 0.2, 0.3):
            for own_voice in (0.5, 0.65, 0.8):
                for cued in (1.0, 3.0):
                    bars = replace(
                        BARS, propose=own_claims, own_claims=own_claims, keep=keep, own_voice=own_voice, cued=cued,
                        uncued=cued**0.5, other_stances=max(0.5, own_claims),
                    )  # fmt: skip
                    line = score(reads, replace(reader, bars=bars))
                    print(f"    own {own_claims} keep {keep} voice {own_voice} cued {cued}: {line}", flush=True)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--without", nargs="*", default=WITHOUT, help="authors held back")
    add("--evaluate", action="store_true", help="stop after the figures; write nothing")
    add("--facts", type=Path, help="take these facts (JSON) instead of holding authors back")
    add("--new", nargs="*", default=[], help="train the shipped encoder on; it has not learnt from these files")
    add("--on", nargs="*", default=[], help="further labelled files to measure on")
    add("--scores", type=Path, help="where the scores of the held-back pages are kept, to choose bars by")
    return parser.parse_args()


def benign(model: voice.VoiceModel) -> list[Page]:
    """Every other page of the benign baseline: sentences that claim nothing. The test reads the rest as well."""
    out: list[Page] = []
    for page in build.pages():
        if zlib.crc32(page.id.encode()) % 2:
            case = {"id": page.id, "lang": page.lang, "kind": "unrelated", "text": page.text, "claims": []}
            out += look(BENIGN, [case], model)
    return out


def look_at_all(corpus: Mapping[str, list[dict[str, Any]]]) -> list[Page]:
    """Every case, looked at with a voice model that had not heard its author."""
    pages: list[Page] = []
    for number in range(FOLDS):
        mine = [author for index, author in enumerate(corpus) if index % FOLDS == number]
        voices = voice_of([case for author, cases in corpus.items() if author not in mine for case in cases])
        for author in mine:
            pages += look(author, corpus[author], voices)
    order = list(corpus)
    return sorted(pages, key=lambda page: order.index(page.author))


def main() -> None:
    args = arguments()
    categories = sorted(rules.load().categories)
    corpus = authors()
    pages = look_at_all(corpus)
    print(f"looked at {len(pages)} pages", flush=True)
    facts = _facts(args, corpus, pages, categories)
    if args.evaluate:
        return
    voices = voice_of([case for cases in corpus.values() for case in cases])
    taught = [*pages, *benign(voices)]
    # The questions have a model of their own; a first one begins as a copy of what learnt both.
    read = train_context(taught, categories, args.new, context.context(), not context.ANSWERS_FILE.is_file())
    keep(read)  # at once: an hour's training was lost to a slip in a line that came after it
    save(with_facts(reader_of(taught, categories, read), facts))
    train_voice.keep(voices)


def _facts(
    args: argparse.Namespace,
    corpus: Mapping[str, list[dict[str, Any]]],
    pages: Sequence[Page],
    categories: Sequence[str],
) -> dict[str, Any]:
    """Those given, or those that fit the held-back authors best."""
    if args.facts:
        given: dict[str, Any] = json.loads(args.facts.read_text("utf-8"))
        return given
    voices = voice_of([case for author, cases in corpus.items() if author not in args.without for case in cases])
    taught = [*(page for page in pages if page.author not in args.without), *benign(voices)]
    reader = reader_of(taught, categories, train_context(taught, categories))
    reads = [read(page, reader) for page in pages if page.author in args.without]
    reader = fitted(reads, reader)
    print(json.dumps(facts_of(reader)), flush=True)
    reads += [read(page, reader) for name in args.on for page in look(Path(name).stem, _cases(Path(name)), voices)]
    if args.scores:
        scores = {one.page.case["id"]: (one.rough, one.seen) for one in reads}
        args.scores.write_bytes(pickle.dumps((reader, voices, scores)))
    reliability([one for one in reads if one.page.author in args.without], reader)
    report(reads, reader)
    grid(reads, reader)
    return facts_of(reader)


def report(reads: Sequence[Read], reader: SecondReader) -> None:
    """Figures of each author."""
    for author in dict.fromkeys(one.page.author for one in reads):
        print(f"  {author:12} {score([one for one in reads if one.page.author == author], reader)}", flush=True)


def _cases(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def reliability(reads: Sequence[Read], reader: SecondReader) -> None:
    """Of what is told with a probability near x, how much is labelled: the table of the docs."""
    points: list[tuple[float, bool]] = []
    for one in reads:
        chances = one.reading(reader).chances
        for unit, column in zip(*np.nonzero(chances >= 0.05), strict=True):
            points.append((float(chances[unit, column]), reader.claims.classes[column] in one.page.gold[unit]))
    for low in (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
        high = 0.1 if low == 0.05 else low + 0.1
        mine = [right for chance, right in points if low <= chance < high + (low == 0.9)]
        print(f"    probability {low:.2f}-{high:.2f}: {len(mine):5} sentences, {np.mean(mine or [0]):.2f} labelled")


def facts_of(reader: SecondReader) -> dict[str, Any]:
    """What is not a model."""
    return {
        "alone": asdict(reader.alone), "together": asdict(reader.together), "heard": list(reader.heard),
        "bars": asdict(reader.bars), "revision": reader.revision, "trusted": sorted(reader.trusted),
    }  # fmt: skip


def with_facts(reader: SecondReader, facts: Mapping[str, Any]) -> SecondReader:
    """The reader with these facts."""
    return replace(
        reader, alone=Mix(**facts["alone"]), together=Mix(**facts["together"]),
        heard=(facts["heard"][0], facts["heard"][1]), bars=Bars(**facts["bars"]), revision=facts["revision"],
    )  # fmt: skip


def save(reader: SecondReader) -> None:
    """Writes `second.npz` in `scanner/detect/`."""
    np.savez_compressed(
        second.FILE, facts=json.dumps(facts_of(reader)), **linear.packed("claims", reader.claims),
        **linear.packed("stances", reader.stances),
    )  # fmt: skip


def keep(read: Context) -> None:
    """Writes `context.npz`. Not compressed: whole numbers hardly shrink, and unpacking took a third of a second."""
    np.savez(context.FILE, **context.packed(read))


def keep_answers(read: Context) -> None:
    """Writes `answers.npz`: what it has in common with `context.npz`, the words, is left out."""
    np.savez(context.ANSWERS_FILE, **context.packed(read, words=False))


if __name__ == "__main__":
    main()
