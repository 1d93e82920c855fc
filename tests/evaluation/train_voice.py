"""Train the voice model: `python -m tests.evaluation.train_voice [--evaluate]` (needs scikit-learn; group `train`).

Reads `voices*.jsonl` (text written for this purpose) and the tuning cases; never the frozen ones. With --evaluate it
prints cross-validated figures and writes nothing.
"""

from __future__ import annotations

import argparse
import json
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import classification_report
from sklearn.model_selection import StratifiedKFold

from scanner.detect import linear, rules, voice
from scanner.detect.normalise import normalise

HERE = Path(__file__).parent
OF_KIND = {
    "vendor_ad": "vendor",
    "vendor_benign": "vendor",
    "news": "news",
    "legal": "legal",
    "privacy_notice": "notice",
}


def examples(path: Path) -> list[tuple[str, str]]:
    """(text, voice) of one file; cases of kind `unrelated` are too mixed to teach a voice and are left out."""
    out = []
    for line in path.read_text("utf-8").splitlines():
        case: dict[str, Any] = json.loads(line)
        label = case.get("voice") or OF_KIND.get(case["kind"], "")
        if label:
            out.append((case["text"], label))
    return out


def normal(texts: Sequence[str]) -> list[str]:
    fold = rules.load().fold
    return [normalise(text, fold).text for text in texts]


def vocabulary(texts: Sequence[str]) -> dict[int, int]:
    """crc32 of each feature that stands in two texts at least -> column. Rarer ones taught nothing (macro F1 -0.01)."""
    seen = Counter(feature for text in texts for feature in set(voice.features(text)))
    codes = sorted({zlib.crc32(feature.encode()) for feature, texts in seen.items() if texts >= 2})
    return {code: column for column, code in enumerate(codes)}


def matrix(texts: Sequence[str], place: Mapping[int, int]) -> csr_matrix:
    """Counts of known features, one row a text."""
    rows, columns, values = [], [], []
    known = linear.Known(place, np.ones(len(place)))
    for row, text in enumerate(texts):
        index, value = voice.vector(text, known)
        rows.extend([row] * len(index))
        columns.extend(index)
        values.extend(value)
    return csr_matrix((values, (rows, columns)), shape=(len(texts), len(place)))


def fit(counts: csr_matrix, labels: Sequence[str]) -> tuple[TfidfTransformer, LogisticRegression]:
    tfidf = TfidfTransformer()
    return tfidf, LogisticRegression(C=12.0, max_iter=150).fit(tfidf.fit_transform(counts), labels)


def evaluate(texts: Sequence[str], labels: Sequence[str]) -> None:
    """Five folds; the vocabulary is made from the training part of each."""
    guess = np.empty(len(labels), dtype=object)
    answers = np.asarray(labels)
    for train, held in StratifiedKFold(5, shuffle=True, random_state=0).split(texts, labels):
        place = vocabulary([texts[i] for i in train])
        tfidf, regression = fit(matrix([texts[i] for i in train], place), answers[train])
        guess[held] = regression.predict(tfidf.transform(matrix([texts[i] for i in held], place)))
    print(classification_report(labels, list(guess)))


def model_of(place: Mapping[int, int], tfidf: TfidfTransformer, regression: LogisticRegression) -> voice.VoiceModel:
    """int8 weights with one scale a class."""
    coefficients = regression.coef_
    scale = np.abs(coefficients).max(axis=1) / 127.0
    weights = np.round(coefficients / scale[:, None]).astype(np.int8)
    idf = tfidf.idf_.astype(np.float16).astype(np.float32)
    return voice.VoiceModel(
        tuple(regression.classes_),
        place,
        weights,
        scale.astype(np.float32),
        regression.intercept_.astype(np.float32),
        idf,
    )


def keep(model: voice.VoiceModel) -> None:
    """Writes `scanner/detect/voice.npz`."""
    np.savez_compressed(
        voice.FILE, classes=json.dumps(list(model.classes)), features=np.asarray(list(model.place), dtype=np.uint32),
        weights=model.weights, scale=model.scale, bias=model.bias, idf=model.idf.astype(np.float16),
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--evaluate", action="store_true")
    parser.add_argument("--without-tuning", action="store_true", help="leave the tuning cases out, to measure on them")
    args = parser.parse_args()
    files = sorted(HERE.glob("voices*.jsonl"))
    if not args.without_tuning:
        files.append(HERE / "tuning.jsonl")
    data = [pair for file in files for pair in examples(file)]
    texts, labels = normal([text for text, _ in data]), [label for _, label in data]
    if args.evaluate:
        evaluate(texts, labels)
        return
    place = vocabulary(texts)
    keep(model_of(place, *fit(matrix(texts, place), labels)))
    print(f"trained on {len(data)} texts, {len(place)} features")


if __name__ == "__main__":
    main()
