"""Precision, recall and stance on labelled cases: `python -m tests.evaluation.measure tuning --misses 40`.

Pairs are (case, category). A pair is *found* when a finding of that category stands in the case; it is *asserted* when
one has that stance. A false alarm is a case without any asserted claim that was given one. Privacy notices are left out
of the asserted figures: what they disclose is not an advertisement.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scanner.detect import detector, rules, selftest
from scanner.model import Finding, Provenance

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Score:
    """Counts of one group of cases."""

    gold: int
    said: int
    hit: int

    @property
    def precision(self) -> float:
        return self.hit / self.said if self.said else 1.0

    @property
    def recall(self) -> float:
        return self.hit / self.gold if self.gold else 1.0


def cases(name: str) -> list[dict[str, Any]]:
    """The cases of a file of this folder, or of a path."""
    path = Path(name) if name.endswith(".jsonl") else HERE / f"{name}.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def judge(case: dict[str, Any], ruleset: rules.RuleSet) -> tuple[Finding, ...]:
    return detector.detect(selftest.plain_document(case["text"], case["lang"]), ruleset, Provenance(source=case["id"]))


def overlap(a: str, b: str) -> bool:
    a, b = "".join(a.split()), "".join(b.split())
    size = 2 if any(ord(c) > 0x2E7F for c in a) else 8
    return any(a[i : i + size] in b for i in range(max(1, len(a) - size + 1)))


def score(gold: set[tuple[str, str]], said: set[tuple[str, str]]) -> Score:
    return Score(len(gold), len(said), len(gold & said))


def measure(items: Iterable[dict[str, Any]], ruleset: rules.RuleSet) -> dict[str, Any]:
    """All figures over these cases."""
    items = [case for case in items if case["kind"] != "privacy_notice"]
    found = {case["id"]: judge(case, ruleset) for case in items}
    gold = {(c["id"], k["category"]) for c in items for k in c["claims"] if k["stance"] == "asserted"}
    said = {(i, f.category) for i, fs in found.items() for f in fs if f.stance == "asserted"}
    any_gold = {(c["id"], k["category"]) for c in items for k in c["claims"]}
    any_said = {(i, f.category) for i, fs in found.items() for f in fs}
    right = total = 0
    confusion: Counter[str] = Counter()
    for case in items:
        for claim in case["claims"]:
            mine = [f for f in found[case["id"]] if f.category == claim["category"]]
            near = [f for f in mine if overlap(claim["quote"], f.quote)]
            total += bool(near)
            if any(f.stance == claim["stance"] for f in near):
                right += 1
            elif near:
                confusion[f"{claim['stance']} -> {near[0].stance.value}"] += 1
    quiet = [c for c in items if not any(k["stance"] == "asserted" for k in c["claims"])]
    alarmed = [c for c in quiet if any(f.stance == "asserted" for f in found[c["id"]])]
    return {
        "found": found, "gold": gold, "said": said, "asserted": score(gold, said), "any": score(any_gold, any_said),
        "stance": right / total if total else 1.0, "stance_total": total, "confusion": confusion,
        "alarm_rate": len(alarmed) / max(1, len(quiet)), "alarmed": alarmed, "quiet": len(quiet), "items": items,
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="+", help="tuning, frozen, or a .jsonl path")
    parser.add_argument("--category", default="", help="comma separated: only these in the lists of misses")
    parser.add_argument("--misses", type=int, default=0)
    parser.add_argument("--stances", action="store_true", help="list claims found with another stance")
    parser.add_argument("--patterns", type=Path, default=None)
    args = parser.parse_args()
    ruleset = rules.load(args.patterns)
    out = measure([c for name in args.cases for c in cases(name)], ruleset)
    a, b = out["asserted"], out["any"]
    print(f"asserted    P {a.precision:.3f}  R {a.recall:.3f}   ({a.gold} gold, {a.said} said)")
    print(f"any stance  P {b.precision:.3f}  R {b.recall:.3f}   ({b.gold} gold, {b.said} said)")
    print(f"stance      {out['stance']:.3f} of {out['stance_total']}   {dict(out['confusion'].most_common(8))}")
    kinds = dict(Counter(c["kind"] for c in out["alarmed"]))
    print(f"false alarms {len(out['alarmed'])}/{out['quiet']} = {out['alarm_rate']:.3f}", kinds)
    wanted = set(filter(None, args.category.split(",")))
    for category in sorted({c for _, c in out["gold"] | out["said"]}):
        s = score({p for p in out["gold"] if p[1] == category}, {p for p in out["said"] if p[1] == category})
        if not wanted or category in wanted:
            print(f"  {category:28} P {s.precision:.2f}  R {s.recall:.2f}  ({s.gold} gold, {s.said} said)")
    show(out, wanted, args.misses, args.stances)


def show(out: dict[str, Any], wanted: set[str], limit: int, stances: bool) -> None:
    shown = 0
    for case in out["items"]:
        found = out["found"][case["id"]]
        for claim in case["claims"]:
            if shown >= limit or (wanted and claim["category"] not in wanted):
                continue
            mine = [f for f in found if f.category == claim["category"]]
            asserted = claim["stance"] == "asserted"
            missing = not any(f.stance == "asserted" for f in mine) if asserted else not mine
            wrong = stances and mine and not any(f.stance == claim["stance"] for f in mine)
            if missing or wrong:
                got = ", ".join(f"{f.stance.value}({f.cue.text})" for f in mine) or "nothing"
                what = f"{claim['category']} {claim['stance']}: {claim['quote']}"
                print(f"missed {case['id']} {case['kind']} {what}  [{got}]")
                shown += 1
        for finding in found:
            known = finding.stance != "asserted" or (case["id"], finding.category) in out["gold"]
            if not known and shown < limit and (not wanted or finding.category in wanted):
                print(f"false  {case['id']} {case['kind']} {finding.category}: {finding.quote!r} by {finding.rule}")
                shown += 1


if __name__ == "__main__":
    main()
