"""How far people agree on what is labelled, and how the scanner does by what most of them say.

`python -m tests.evaluation.agreement`. Two more annotators (language models with a written guide, each by itself and
without seeing a label) judged every pair of five sets (`readers_pairs.jsonl`), and every claim that the author or the
scanner had seen on the pages of two sets (`readers_pages.jsonl`; one that only the scanner sees since then counts as
wrong). Author and annotators have one vote each; where all differ the author's counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scanner.detect import rules
from tests.evaluation import measure, notices

HERE = Path(__file__).parent
PAIRS = ("frozen", "fresh4", "fresh5", "fresh6", "fresh7")
PAGES = ("fresh4", "fresh6")
NONE = "none"
"""No claim of the category stands there."""


@dataclass(frozen=True)
class Voted:
    """One thing that was labelled three times: the author's label first."""

    case: str
    what: str
    quote: str
    votes: tuple[str, str, str]

    @property
    def label(self) -> str:
        """What most say."""
        label, times = Counter(self.votes).most_common(1)[0]
        return label if times > 1 else self.votes[0]


def kappa(pairs: Sequence[tuple[str, str]]) -> float:
    """Cohen's kappa of two readers: agreement beyond what chance would give."""
    seen = sum(a == b for a, b in pairs) / len(pairs)
    first, second = (Counter(pair[n] for pair in pairs) for n in (0, 1))
    by_chance = sum(first[label] * second[label] for label in first) / len(pairs) ** 2
    return (seen - by_chance) / (1 - by_chance) if by_chance < 1 else 1.0


def voted_pairs(split: str) -> list[Voted]:
    """The pairs of one set."""
    readers = {row["id"]: row["verdicts"] for row in measure.cases(str(HERE / "readers_pairs.jsonl"))}
    return [
        Voted(pair["id"], pair["claim"]["category"], pair["claim"]["quote"], (pair["verdict"], *readers[pair["id"]]))
        for pair in notices.lines(f"pairs_{split}")
    ]


def voted_claims(cases: Iterable[dict[str, Any]]) -> list[Voted]:
    """The claims of these pages that the author, or the scanner at the time, had seen."""
    of_page = {case["id"]: case["claims"] for case in cases}
    rows = [row for row in measure.cases(str(HERE / "readers_pages.jsonl")) if row["id"] in of_page]
    out = []
    for row in rows:
        own = [c for c in of_page[row["id"]] if c["category"] == row["category"] and c["quote"] == row["quote"]]
        author = own[0]["stance"] if own else NONE
        out.append(Voted(row["id"], row["category"], row["quote"], (author, *row["labels"])))
    return out


def _agreement(name: str, voted: Sequence[Voted]) -> None:
    both = sum(one.votes[1] == one.votes[2] for one in voted) / len(voted)
    between = kappa([(one.votes[1], one.votes[2]) for one in voted])
    with_author = [kappa([(one.votes[0], one.votes[n]) for one in voted]) for n in (1, 2)]
    print(f"{name}: {len(voted)} labelled three times; readers agree in {both:.3f}, kappa {between:.2f};", end=" ")
    print("with the author {:.2f} and {:.2f}".format(*with_author))


def _line(name: str, score: measure.Score) -> None:
    print(f"  {name:26} {score.hit} of {score.said} told are right ({score.precision:.3f}),", end=" ")
    print(f"{score.hit} of {score.gold} found ({score.recall:.3f})")


def show_pairs(splits: Sequence[str] = PAIRS) -> None:
    """Agreement on verdicts, and `contradicts` by author and by most."""
    totals: Counter[str] = Counter()
    for split in splits:
        cases = {case["id"]: case for case in notices.lines(f"notices_{split}")}
        pairs = {pair["id"]: pair for pair in notices.lines(f"pairs_{split}")}
        voted = voted_pairs(split)
        _agreement(f"pairs {split}", voted)
        told = {("", i) for i, pair in pairs.items() if notices.verdict(pair, cases).verdict == "contradicts"}
        for name, gold in (("author", _denied(voted, by_most=False)), ("most", _denied(voted, by_most=True))):
            score = measure.score(gold, told)
            _line(f"contradicts, by {name}", score)
            totals.update({f"{name} gold": score.gold, f"{name} said": score.said, f"{name} hit": score.hit})
    print("all of them")
    for name in ("author", "most"):
        _line(f"contradicts, by {name}", measure.Score(*(totals[f"{name} {key}"] for key in ("gold", "said", "hit"))))


def _denied(voted: Iterable[Voted], *, by_most: bool) -> set[tuple[str, str]]:
    return {("", one.case) for one in voted if (one.label if by_most else one.votes[0]) == "contradicts"}


def show_pages(splits: Sequence[str] = PAGES) -> None:
    """Agreement on stances, and asserted claims by author and by most."""
    ruleset = rules.load()
    for split in splits:
        cases = [case for case in measure.cases(split) if case["kind"] != "privacy_notice"]
        voted = voted_claims(cases)
        _agreement(f"pages {split}", voted)
        result = measure.measure(cases, ruleset)
        _line("asserted, by author", result["asserted"])
        gold = {(one.case, one.what) for one in voted if one.label == "asserted"}
        _line("asserted, by most", measure.score(gold, result["said"]))
        right, found = _stances(voted, result["found"])
        print(f"  {'stance, by most':26} {right} of {found} ({right / found:.3f})")


def _stances(voted: Iterable[Voted], found: dict[str, Any]) -> tuple[int, int]:
    """Of the claims that most see and the scanner found: stances that are right, and all."""
    right = total = 0
    for one in voted:
        near = [f for f in found.get(one.case, ()) if f.category == one.what and measure.overlap(one.quote, f.quote)]
        if near and one.label != NONE:
            total += 1
            right += any(finding.stance == one.label for finding in near)
    return right, total


if __name__ == "__main__":
    show_pages()
    show_pairs()
