"""How well notices are read and set against claims: `python -m tests.evaluation.notices` prints the figures.

`notices_<split>.jsonl` and `pairs_<split>.jsonl` were written by people who had not seen the reader; nobody tunes on
`frozen`, and `tuning2` and `fresh` are the two halves of one set. Of `tuning3`, `tuning4` and `fresh12` to `fresh15`
only items and biometrics are labelled, of `fresh14`, `fresh15` and `learn_d*` with the sentences that answer them.
Of `fresh16` only biometrics are. Nobody looks into `fresh7` to `fresh16`.
From `learn_*` (and the tuning sets) the encoder learnt, except `learn_f`, by which bars were chosen. `pairs_own.jsonl`
was written by the reader's author, to widen its words: its figures prove little.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

from scanner.detect.detector import answers_on, hear
from scanner.detect.disclosure import disclosures
from scanner.detect.rules import load as load_rules
from scanner.model import (
    BlockKind,
    Contradiction,
    Cue,
    Document,
    Finding,
    ItemStatus,
    Notice,
    PageRole,
    Provenance,
    Severity,
    Stance,
)
from scanner.notice.compare import compare
from scanner.notice.facts import overall
from scanner.notice.reader import read_notice
from scanner.notice.rules import NoticeRules
from scanner.pipeline.noticing import asking, needed_notice_rules
from scanner.read.reader import read

HERE = Path(__file__).parent
SPLITS = ("tuning", "frozen", "tuning2", "tuning3", "tuning4", "fresh", *(f"fresh{number}" for number in range(2, 18)))
UNSCORED = frozenset({"pipl.17.public", "gdpr.12.plain", "gdpr.14.rest"})
"""Not decidable from an excerpt, and therefore not labelled."""
STATED = {
    "biometric_disclosed": ("biometrics", {"yes"}),
    "consent_stated": ("consent", {"yes", "denied"}),
    "purpose_stated": ("purpose", {"yes"}),
    "retention_stated": ("retention", {"yes", "denied"}),
    "sharing_stated": ("sharing", {"yes", "denied"}),
    "rights_stated": ("rights", {"yes"}),
    "contact_stated": ("contact", {"yes"}),
}
"""Labelled yes/no fact -> our answer (`Notice.stated`), and which answers count as yes. A denial states a matter
("shared with nobody"), but discloses no biometrics."""
SPOKEN_OF = frozenset({ItemStatus.FOUND, ItemStatus.VAGUE})


@cache
def rules() -> NoticeRules:
    return needed_notice_rules(load_rules())


def lines(name: str) -> list[dict[str, Any]]:
    """The labelled cases of a file."""
    return [json.loads(line) for line in (HERE / f"{name}.jsonl").read_text("utf-8").splitlines()]


def pairs(split: str) -> list[dict[str, Any]]:
    """The labelled pairs of a split; none where only its notices are labelled."""
    return lines(f"pairs_{split}") if (HERE / f"pairs_{split}.jsonl").exists() else []


def document(text: str) -> Document:
    """A text as a page would give it."""
    found = read(text.encode(), "text/plain; charset=utf-8", "file:///case.txt").document
    assert found is not None
    return found


def claimed(case: dict[str, Any]) -> Finding:
    """The claim of a pair as the detector would hand it over: all of it quoted, nothing round it."""
    quote = case["claim"]["quote"]
    return Finding(
        id=case["id"], fingerprint="", run="", vendor="", source=case["id"], captured_at=None, rule="", rule_version=1,
        category=case["claim"]["category"], severity=Severity.HIGH, stance=Stance.ASSERTED,
        cue=Cue(Stance.ASSERTED, "", "default"), confidence=1.0, lang=case["lang"], quote=quote, prefix="", suffix="",
        start=0, end=len(quote), derivation="text/v1", block_kind=BlockKind.TEXT, block_path="", heading="",
        hidden=False, page_role=PageRole.VENDOR, capture_sha256="", warc_record="", fragment_url="",
    )  # fmt: skip


@cache
def _read(case: str) -> Notice:
    one = json.loads(case)
    return notice_from(one["text"], one["id"], tuple(one.get("regimes", ())))


def notice_of(case: dict[str, Any]) -> Notice:
    """A labelled notice, read."""
    return _read(json.dumps(case))


def notice_from(text: str, name: str, regimes: tuple[str, ...] = ()) -> Notice:
    """A text read as a notice, the way the pipeline does it: what the models hear goes in."""
    page, where = document(text), Provenance(name)
    return read_notice(page, rules(), where, regimes, hear(page, load_rules()), answers_on, disclosures)


def item_figures(cases: list[dict[str, Any]]) -> dict[str, float]:
    """F1 over (notice, item): spoken of at all, and with the same status (`strict`); accuracy of the biometrics
    fact."""
    said = gold = hit = strict = right = 0
    for case in cases:
        notice = notice_of(case)
        right += overall(notice.facts).value == case["biometrics"]
        for item in notice.items:
            if item.id in UNSCORED or "items" not in case:
                continue
            want = case["items"].get(item.id)
            spoken = item.status in SPOKEN_OF
            said, gold = said + spoken, gold + bool(want)
            hit += bool(want and spoken)
            strict += bool(want and spoken and item.status.value == want)
    items = {"items_f1": 2 * hit / (said + gold), "items_f1_strict": 2 * strict / (said + gold)} if gold else {}
    return items | {"biometrics": right / len(cases)}


def stated_figures(cases: list[dict[str, Any]]) -> dict[str, float]:
    """Agreement on each labelled fact, where the file has them."""
    labelled = [case for case in cases if "notice_facts" in case]
    right: Counter[str] = Counter()
    for case in labelled:
        ours = dict(notice_of(case).stated)
        for name, (question, yes) in STATED.items():
            right[name] += (ours[question].value in yes) == (case["notice_facts"][name] == "yes")
    return {name: right[name] / len(labelled) for name in STATED} if labelled else {}


def verdict(case: dict[str, Any], notices: dict[str, dict[str, Any]], *, together: bool = True) -> Contradiction:
    """The verdict on a pair. `notices`: id -> labelled notice; `together`: with the reader of claim and notice."""
    labelled = notices[case["notice_id"]] if "notice_id" in case else {"id": case["id"], "text": case["notice"]}
    notice = notice_of(labelled)
    ask = asking({notice.source: document(labelled["text"])}, rules()) if together else None
    return compare([claimed(case)], [notice], rules(), ask)[0]


def pair_figures(
    cases: list[dict[str, Any]], notices: dict[str, dict[str, Any]], *, together: bool = True
) -> dict[str, float]:
    """Precision and recall of `contradicts`, and the share of right verdicts."""
    table = Counter((case["verdict"], verdict(case, notices, together=together).verdict.value) for case in cases)
    hit = table["contradicts", "contradicts"]
    said = sum(n for (_, got), n in table.items() if got == "contradicts")
    gold = sum(n for (want, _), n in table.items() if want == "contradicts")
    right = sum(n for (want, got), n in table.items() if want == got)
    return {
        "contradicts_precision": hit / said if said else 1.0,
        "contradicts_recall": hit / gold,
        "verdicts": right / len(cases),
    }


def figures(split: str) -> dict[str, float]:
    """All figures of one split."""
    if split == "own":
        return pair_figures(lines("pairs_own"), {})
    cases = lines(f"notices_{split}")
    notices = {case["id"]: case for case in cases}
    found = pairs(split)
    return item_figures(cases) | stated_figures(cases) | (pair_figures(found, notices) if found else {})


if __name__ == "__main__":
    for split in sys.argv[1:] or ("tuning", "own", "tuning2"):
        print(split, {name: round(value, 3) for name, value in figures(split).items()})
