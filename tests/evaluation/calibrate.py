"""How often an asserted finding of a given confidence is right: `python -m tests.evaluation.calibrate tuning frozen`.

Right means: the case has an asserted claim of that category. The table is Markdown.
"""

from __future__ import annotations

import sys
from itertools import pairwise

from scanner.detect import rules
from scanner.model import Stance
from tests.evaluation import measure

BINS = (0.0, 0.55, 0.65, 0.75, 0.85, 0.95, 1.01)


def table(names: list[str]) -> list[str]:
    """Lines of the reliability table, and the expected calibration error."""
    out = measure.measure([case for name in names for case in measure.cases(name)], rules.load())
    pairs = [
        (finding.confidence, (case, finding.category) in out["gold"])
        for case, found in out["found"].items()
        for finding in found
        if finding.stance is Stance.ASSERTED
    ]
    lines = ["| confidence | findings | mean confidence | right |", "| --- | --: | --: | --: |"]
    error = 0.0
    for low, high in pairwise(BINS):
        inside = [(c, right) for c, right in pairs if low <= c < high]
        if inside:
            mean, share = sum(c for c, _ in inside) / len(inside), sum(r for _, r in inside) / len(inside)
            error += len(inside) / len(pairs) * abs(mean - share)
            lines.append(f"| {low:.2f} to {min(high, 1):.2f} | {len(inside)} | {mean:.2f} | {share:.2f} |")
    return [*lines, "", f"Expected calibration error: {error:.3f} over {len(pairs)} findings."]


if __name__ == "__main__":
    print("\n".join(table(sys.argv[1:] or ["tuning"])))
