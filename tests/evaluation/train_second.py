"""Train the second reader and the voice model: `python -m tests.evaluation.train_second [--evaluate]` (group `train`).

Learns from `learn_*.jsonl` (one file an author), the tuning cases and `voices*.jsonl`; never from the frozen or held
cases. What it learns from one author is measured on the others: every answer that a threshold or the calibration is
fitted to comes from models that had not seen that author (and a voice model that had not either).
"""

from __future__ import annotations

import argparse
import json
import pickle
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

from scanner.detect import embed, rules, second, voice
from scanner.detect.second import Linear, SecondReader, View
from scanner.detect.selftest import plain_document
from scanner.detect.survey import Survey, survey
from scanner.detect.weigh import probabilities
from scanner.model import Provenance, Stance
from tests.baseline import build
from tests.evaluation import train_voice

HERE = Path(__file__).parent
GROUPS_CLAIMS = {"n": 1.0, "a": 1.0, "c": 0.6, "r": 1.0}
GROUPS_STANCE = {"n": 1.0, "q": 1.0, "p": 0.6, "s": 1.2, "k": 0.5}
DENSE = 1.5
"""Weight of the sentence vector beside the groups (0, 1, 1.5, 3 tried: 1.5)."""
BENIGN = "benign"
SHARE = 4
"""One sentence in so many of the benign pages is learnt from: about as many as our own pages hold."""
COST = 6.0
"""Inverse strength of the penalty."""
POSITIVE = 2.0
"""Weight of a sentence with a claim against one without: they are one in twenty."""
REVISION = 1
FOLDS = 3
"""Groups of authors: each is read by models that learnt from the others."""
REPEAT_CASES = 2
"""Our labelled pages count twice in the voice model: they look like pages, the voice texts like passages."""


@dataclass(frozen=True)
class Page:
    """One labelled case, looked at with a voice model that had not seen its author."""

    author: str
    case: dict[str, Any]
    seen: Survey | None
    views: Sequence[View]
    gold: Sequence[Mapping[str, str]]
    """Per unit: category -> stance."""


@dataclass(frozen=True)
class Rows:
    """Units as matrices."""

    claims: csr_matrix
    vectors: np.ndarray
    label: Sequence[Mapping[str, str]]


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


def vocabulary(rows: Sequence[second.Groups], least: int = 2) -> tuple[dict[int, int], np.ndarray]:
    """Features that stand in `least` units, and their inverse document frequency."""
    seen = Counter(second.code(group, f) for groups in rows for group, fs in groups.items() for f in set(fs))
    codes = sorted(number for number, times in seen.items() if times >= least)
    idf = np.asarray([np.log((1 + len(rows)) / (1 + seen[number])) + 1 for number in codes], dtype=np.float32)
    return {number: column for column, number in enumerate(codes)}, idf.astype(np.float16).astype(np.float32)


def matrix(
    rows: Sequence[second.Groups], place: Mapping[int, int], idf: np.ndarray, groups: Mapping[str, float]
) -> csr_matrix:
    """One row of weighted features a unit."""
    pointer, columns, values = [0], [], []
    for features in rows:
        index, value = second.vector(features, place, idf, groups)
        columns.extend(index)
        values.extend(value)
        pointer.append(len(columns))
    return csr_matrix((values, columns, pointer), shape=(len(rows), len(place)))


_VECTORS: dict[str, np.ndarray] = {}


def vectors(texts: Sequence[str]) -> np.ndarray:
    """Sentence vectors, each computed once (in all, where --vectors names a file)."""
    missing = [text for text in dict.fromkeys(texts) if text not in _VECTORS]
    _VECTORS.update(zip(missing, embed.vectors(missing), strict=True))
    return np.asarray([_VECTORS[text] for text in texts], dtype=np.float32).reshape(len(texts), embed.SIZE)


def train_claims(pages: Sequence[Page], categories: Sequence[str]) -> Linear:
    """One logistic regression a category over all units."""
    views = [view for page in pages for view in page.views]
    gold = [unit for page in pages for unit in page.gold]
    features = [second.claim_features(view) for view in views]
    place, idf = vocabulary(features)
    inputs = hstack(
        [matrix(features, place, idf, GROUPS_CLAIMS), csr_matrix(vectors([view.text for view in views]) * DENSE)]
    ).tocsr()
    answers = np.asarray([[category in unit for category in categories] for unit in gold], dtype=np.float32)
    coefficients, bias = logistic(inputs, answers)
    coefficients[:, len(place) :] *= DENSE
    return second.quantised(categories, place, idf, coefficients, bias, GROUPS_CLAIMS)


def logistic(inputs: csr_matrix, answers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """One logistic regression a column of `answers`, all at once (L-BFGS; liblinear took ten times as long)."""
    inputs = inputs.astype(np.float32)
    turned = inputs.T.tocsr()
    width = inputs.shape[1]
    classes = answers.shape[1]
    weight = np.where(answers > 0, POSITIVE, 1.0).astype(np.float32)

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
    return second.quantised(fitted.classes_, place, idf, fitted.coef_, fitted.intercept_, GROUPS_STANCE)


def reader_of(pages: Sequence[Page], categories: Sequence[str]) -> SecondReader:
    """Both models, not yet calibrated."""
    return SecondReader(
        claims=train_claims(pages, categories),
        stances=train_stances(pages),
        calibration=(1.0, 0.0),
        propose=dict.fromkeys(categories, 0.5),
        keep=0.1,
        own_voice=0.0,
        sketch=-6.0,
        revision=REVISION,
    )


def log_odds(pages: Sequence[Page], reader: SecondReader) -> np.ndarray:
    """Units x categories, uncalibrated."""
    views = [view for page in pages for view in page.views]
    rough = np.asarray([reader.rough(view) for view in views])
    return rough + vectors([view.text for view in views]) @ reader.claims.dense.T


def platt(scores: np.ndarray, answers: np.ndarray) -> tuple[float, float]:
    """Slope and offset that make the log-odds honest."""
    fitted = LogisticRegression(C=1e6).fit(scores.reshape(-1, 1), answers.ravel())
    return float(fitted.coef_[0, 0]), float(fitted.intercept_[0])


@dataclass(frozen=True)
class Read:
    """What a reader makes of one page, before any threshold."""

    page: Page
    chances: np.ndarray
    """Units x categories."""
    hits: Sequence[tuple[str, float, Mapping[Stance, float] | Stance]]
    """Category, chance and stances of each rule hit; a stance alone where the rule turned it itself."""
    stances: Mapping[tuple[int, int], Mapping[Stance, float]]
    """(unit, category) -> stances, wherever a claim could be proposed."""


LOWEST = 0.25
"""No threshold below this is tried."""


def read(page: Page, reader: SecondReader) -> Read:
    """All probabilities of a page."""
    chances = probabilities(page.views, reader, vectors)
    hits: list[tuple[str, float, Mapping[Stance, float] | Stance]] = []
    for candidate, cue in page.seen.judged if page.seen else ():
        category = candidate.rule.category
        column = reader.claims.classes.index(category)
        units = page.seen.units_of(candidate) if page.seen else range(0)
        at = max(units, key=lambda u: float(chances[u, column]))
        told = cue.stance if cue.scope == "rule" else reader.stances_of(page.views[at], category)
        hits.append((category, float(chances[at, column]), told))
    likely = zip(*np.nonzero(chances >= LOWEST), strict=True)
    stances = {(int(u), int(c)): reader.stances_of(page.views[u], reader.claims.classes[c]) for u, c in likely}
    return Read(page, chances, hits, stances)


def said(one: Read, categories: Sequence[str], propose: float, keep: float, own_voice: float) -> set[str]:
    """Categories that a page is told to assert."""
    out = set()
    for category, chance, stances in one.hits:
        stance = stances if isinstance(stances, Stance) else second.settled(stances, own_voice)[0]
        if chance >= keep and stance is Stance.ASSERTED:
            out.add(category)
    for (unit, column), chances in one.stances.items():
        if one.chances[unit, column] >= propose and second.settled(chances, own_voice)[0] is Stance.ASSERTED:
            out.add(categories[column])
    return out


def figures(reads: Sequence[Read], categories: Sequence[str], *thresholds: float) -> str:
    """Precision, recall and false alarms of pairs (case, category), and stance on labelled units."""
    gold, told, quiet, alarmed = set(), set(), 0, 0
    for one in reads:
        case = one.page.case
        if case["kind"] == "privacy_notice":
            continue
        wanted = {c["category"] for c in case["claims"] if c["stance"] == "asserted"}
        mine = said(one, categories, *thresholds)
        gold |= {(case["id"], c) for c in wanted}
        told |= {(case["id"], c) for c in mine}
        quiet += not wanted
        alarmed += not wanted and bool(mine)
    hit = len(gold & told)
    p, r = hit / max(1, len(told)), hit / max(1, len(gold))
    return f"P {p:.3f} R {r:.3f} F1 {2 * p * r / max(1e-9, p + r):.3f} alarms {alarmed / max(1, quiet):.3f}"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--evaluate", action="store_true", help="print figures on unseen authors at many thresholds; write nothing")
    add(
        "--final",
        nargs=2,
        type=float,
        metavar=("SLOPE", "OFFSET"),
        help="no folds: take this calibration, train, write",
    )
    add("--on", nargs="*", default=[], help="further labelled files to measure the final reader on")
    add("--vectors", type=Path, help="where sentence vectors are kept between two trainings")
    add("--propose", type=float, default=0.6)
    add("--keep", type=float, default=0.05)
    add("--own-voice", type=float, default=0.85)
    return parser.parse_args()


def benign(model: voice.VoiceModel) -> list[Page]:
    """Every other page of the benign baseline: sentences that claim nothing. The test reads the rest as well."""
    out: list[Page] = []
    for page in build.pages():
        if zlib.crc32(page.id.encode()) % 2:
            continue
        case = {"id": page.id, "lang": page.lang, "kind": "unrelated", "text": page.text, "claims": []}
        (looked,) = look(BENIGN, [case], model)
        kept = [i for i, view in enumerate(looked.views) if view.atoms and zlib.crc32(view.text.encode()) % SHARE == 0]
        views = [looked.views[i] for i in kept]
        out.append(replace(looked, views=views, gold=[{} for _ in views]))
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


def read_by_others(pages: Sequence[Page], categories: Sequence[str]) -> tuple[list[Read], tuple[float, float]]:
    """Every page read by a reader that learnt from other authors, and the calibration that makes them honest."""
    order = list(dict.fromkeys(page.author for page in pages))
    taught: dict[str, SecondReader] = {}
    for number in range(FOLDS):
        mine = {author for index, author in enumerate(order) if index % FOLDS == number}
        one = reader_of([page for page in pages if page.author not in mine], categories)
        taught |= dict.fromkeys(mine, one)
        print(f"fold {number} trained", flush=True)
    unseen = [log_odds([p for p in pages if p.author == author], taught[author]) for author in order]
    answers = np.asarray([[c in unit for c in categories] for page in pages for unit in page.gold])
    line = platt(np.vstack(unseen), answers)
    print(f"calibration {line[0]:.3f} {line[1]:.3f}", flush=True)
    calibrated = {author: replace(one, calibration=line) for author, one in taught.items()}
    return [read(page, calibrated[page.author]) for page in pages], line


def main() -> None:
    args = arguments()
    thresholds = (args.propose, args.keep, args.own_voice)
    categories = sorted(rules.load().categories)
    if args.vectors and args.vectors.is_file():
        _VECTORS.update(pickle.loads(args.vectors.read_bytes()))
    corpus = authors()
    pages = look_at_all(corpus)
    print(f"looked at {len(pages)} pages", flush=True)
    line = tuple(args.final or ())
    if not line:
        reads, line = read_by_others(pages, categories)
        if args.vectors:
            args.vectors.write_bytes(pickle.dumps(_VECTORS))
        for author in [*corpus, ""]:
            mine = [one for one in reads if author in ("", one.page.author)]
            print(f"  {author or 'all':12} {figures(mine, categories, *thresholds)}", flush=True)
        reliability(reads, categories)
        if args.evaluate:
            grid(reads, categories)
    voices = voice_of([case for cases in corpus.values() for case in cases])
    quiet = benign(voices)
    print(f"benign: {sum(len(page.views) for page in quiet)} sentences", flush=True)
    final = replace(
        reader_of([*pages, *quiet], categories),
        calibration=line,
        propose=dict.fromkeys(categories, args.propose),
        keep=args.keep,
        own_voice=args.own_voice,
    )
    for name in args.on:
        cases = [json.loads(row) for row in Path(name).read_text("utf-8").splitlines()]
        held = [read(page, final) for page in look(name, cases, voices)]
        print(f"  {Path(name).stem:12} {figures(held, categories, *thresholds)}", flush=True)
        if args.evaluate:
            grid(held, categories)
    if not args.evaluate:
        save(final)
        train_voice.keep(voices)


def grid(reads: Sequence[Read], categories: Sequence[str]) -> None:
    """Figures at many thresholds."""
    for propose in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1.1):
        for keep in (0.0, 0.2, 0.4):
            for own_voice in (0.0, 0.6, 0.75):
                line = figures(reads, categories, propose, keep, own_voice)
                print(f"    propose {propose} keep {keep} own voice {own_voice}: {line}", flush=True)


def reliability(reads: Sequence[Read], categories: Sequence[str]) -> None:
    """Of what is told with a probability near x, how much is labelled: the table of the docs."""
    points = [
        (float(one.chances[u, c]), categories[c] in one.page.gold[u])
        for one in reads for u, c in zip(*np.nonzero(one.chances >= 0.05), strict=True)
    ]  # fmt: skip
    for low in (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
        high = 0.1 if low == 0.05 else low + 0.1
        mine = [right for chance, right in points if low <= chance < high + (low == 0.9)]
        print(f"    probability {low:.2f}-{high:.2f}: {len(mine):5} sentences, {np.mean(mine or [0]):.2f} labelled")


def save(reader: SecondReader) -> None:
    """Writes `scanner/detect/second.npz`."""
    facts = {
        "slope": reader.calibration[0], "offset": reader.calibration[1], "propose": dict(reader.propose),
        "keep": reader.keep, "own_voice": reader.own_voice, "sketch": reader.sketch, "revision": reader.revision,
    }  # fmt: skip
    np.savez_compressed(
        second.FILE, facts=json.dumps(facts), **second.packed("claims", reader.claims),
        **second.packed("stances", reader.stances),
    )  # fmt: skip


if __name__ == "__main__":
    main()
