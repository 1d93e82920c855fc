"""The quality gate: `python -m tests.evaluation.gate` compares, `--pin` raises floors, `--lower REASON` lowers them.

Floors are figures that a change may not fall below, per file, language and category. They are pinned with the digest of
the labelled files, so that a relabelled case cannot pass for a better rule. One case may fall to the other side of a
bar: another processor rounds the encoder's sums otherwise.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scanner.detect import rules
from tests.evaluation import measure

HERE = Path(__file__).parent
FLOORS = HERE / "floors.json"
FILES = ("tuning", "frozen", "held", "fresh", "fresh2", "fresh3", "fresh4", "fresh6", "fresh7", "long", "long2")
EPSILON = 0.005
"""What a figure of a whole file may lose at least."""
MIN_GOLD = 8
"""A group with fewer asserted claims says too little to be pinned."""


def figures(names: Sequence[str] = FILES) -> dict[str, Any]:
    """All figures of these files that may be pinned, each the greater the better."""
    ruleset = rules.load()
    out: dict[str, Any] = {}
    for name in names:
        cases = measure.cases(name)
        result = measure.measure(cases, ruleset)
        asserted, any_stance = result["asserted"], result["any"]
        out[name] = {
            "digest": hashlib.sha256((HERE / f"{name}.jsonl").read_bytes()).hexdigest(),
            "precision": asserted.precision,
            "recall": asserted.recall,
            "any_recall": any_stance.recall,
            "stance": result["stance"],
            "quiet": 1 - result["alarm_rate"],
            "cases": len(result["gold"]),
        }
        for label, group in groups(result).items():
            gold = {p for p in result["gold"] if group(p)}
            said = {p for p in result["said"] if group(p)}
            if len(gold) >= MIN_GOLD:
                score = measure.score(gold, said)
                out[name][f"{label} precision"] = score.precision
                out[name][f"{label} recall"] = score.recall
                out[name][f"{label} cases"] = len(gold)
    return {
        name: {k: v if isinstance(v, str) else round(v, 3) for k, v in table.items()} for name, table in out.items()
    }


def groups(result: dict[str, Any]) -> dict[str, Any]:
    """Label -> test of a (case, category) pair."""
    lang = {case["id"]: case["lang"] for case in result["items"]}
    out: dict[str, Any] = {}
    for name in sorted(set(lang.values())):
        out[f"lang {name}"] = lambda pair, name=name: lang[pair[0]] == name
    for category in sorted({c for _, c in result["gold"]}):
        out[f"category {category}"] = lambda pair, category=category: pair[1] == category
    return out


def failures(now: dict[str, Any], floors: dict[str, Any]) -> list[str]:
    """What has fallen in the files that were measured, one line each."""
    out = []
    for name, measured in now.items():
        for key, floor in floors["files"][name].items():
            value = measured.get(key)
            if key == "digest":
                if value != floor:
                    out.append(f"{name}: the labelled file has changed; pin it with --pin")
            elif value is None or value < floor - _slack(key, floors["files"][name]):
                out.append(f"{name}: {key} is {value}, the floor is {floor}")
    return out


def _slack(key: str, table: dict[str, Any]) -> float:
    """What a figure may lose: two cases of a file, one of a group. On a processor of another maker, with no change of
    the program, so many had changed sides (2026-11-30)."""
    if key.endswith("cases"):
        return 0.0
    group = key.rpartition(" ")[0]
    cases = table.get(f"{group} cases" if group else "cases", 0)
    return max(EPSILON, (1.001 if group else 2.001) / cases) if cases else EPSILON


def pin(now: dict[str, Any], floors: dict[str, Any], reason: str) -> dict[str, Any]:
    """New floors: the greater of old and new, or the new where a reason for lowering is given."""
    files: dict[str, Any] = {}
    for name, table in now.items():
        old = floors.get("files", {}).get(name, {})
        files[name] = {
            key: value if isinstance(value, str) or reason else max(value, old.get(key, 0.0))
            for key, value in table.items()
        }
    lowered = [*floors.get("lowered", []), *([reason] if reason else [])]
    return {"files": files, "lowered": lowered}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pin", action="store_true")
    parser.add_argument("--lower", default="", metavar="REASON")
    args = parser.parse_args()
    now = figures()
    floors = json.loads(FLOORS.read_text("utf-8")) if FLOORS.is_file() else {"files": {}, "lowered": []}
    if args.pin or args.lower:
        FLOORS.write_text(json.dumps(pin(now, floors, args.lower), indent=1, ensure_ascii=False) + "\n", "utf-8")
        return 0
    for line in failures(now, floors):
        print(line)
    return 1 if failures(now, floors) else 0


if __name__ == "__main__":
    sys.exit(main())
