"""Train the voice model: `python -m tests.evaluation.train_voice [--evaluate]` (needs scikit-learn; group `train`).

Reads `voices*.jsonl` (text written for this purpose) and the tuning cases; never the frozen ones. With --evaluate it
prints cross-validated figures and writes nothing.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import classification_report
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from scanner.detect import rules, voice
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


def matrix(texts: Sequence[str]) -> csr_matrix:
    """Hashed counts, one row a text."""
    fold = rules.load().fold
    rows, columns, values = [], [], []
    for row, text in enumerate(texts):
        index, value = voice.vector(normalise(text, fold).text)
        rows.extend([row] * len(index))
        columns.extend(index)
        values.extend(value)
    return csr_matrix((values, (rows, columns)), shape=(len(texts), 1 << voice.BITS))


def fit(counts: csr_matrix, labels: Sequence[str]) -> tuple[TfidfTransformer, LogisticRegression]:
    tfidf = TfidfTransformer()
    return tfidf, LogisticRegression(C=12.0, max_iter=3000, class_weight="balanced").fit(
        tfidf.fit_transform(counts), labels
    )


def evaluate(counts: csr_matrix, labels: Sequence[str]) -> None:
    weighted = TfidfTransformer().fit_transform(counts)
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    guess = cross_val_predict(
        LogisticRegression(C=12.0, max_iter=3000, class_weight="balanced"), weighted, labels, cv=folds
    )
    print(classification_report(labels, guess))


def save(path: Path, tfidf: TfidfTransformer, regression: LogisticRegression) -> None:
    """int8 weights with one scale a class: 2**16 x 7 bytes before compression."""
    coefficients = regression.coef_
    scale = np.abs(coefficients).max(axis=1) / 127.0
    weights = np.round(coefficients / scale[:, None]).astype(np.int8)
    np.savez_compressed(
        path, classes=json.dumps(list(regression.classes_)), weights=weights, scale=scale.astype(np.float32),
        bias=regression.intercept_.astype(np.float32), idf=tfidf.idf_.astype(np.float16),
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
    counts, labels = matrix([text for text, _ in data]), [label for _, label in data]
    if args.evaluate:
        evaluate(counts, labels)
    else:
        save(Path(voice.__file__).with_name("voice.npz"), *fit(counts, labels))
        print(f"trained on {len(data)} texts")


if __name__ == "__main__":
    main()
