"""`noticescan check` over 300 made-up vendor pages, against trafilatura and Aho-Corasick, in the same run.

The peer does what one would write first: main text by trafilatura, then every literal of our own rule set looked for
with pyahocorasick. It finds words, not claims: no slots, no stance, no place on the page. Both read the same files
with the machine code warm; reading the rule set is done before.

    python benchmarks/bench_check.py [--rounds 5] [--pages 300]
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import ahocorasick
import pages
import trafilatura
from measure import rounds, table

from scanner.detect.rules import load
from scanner.pipeline.check import check

PEER = "trafilatura + pyahocorasick"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pages", type=int, default=pages.COUNT)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        files = pages.write(Path(folder), arguments.pages)
        size = sum(path.stat().st_size for path in files)
        rules = load()
        automaton = ahocorasick.Automaton()
        for literal in rules.literals:
            automaton.add_word(literal.text, literal.text)
        automaton.make_automaton()
        found = {"noticescan": 0, "peer": 0}

        def ours() -> int:
            results = list(check(files, rules))
            found["noticescan"] = sum(len(one.judgement.findings) for one in results)
            return len(results)

        def peer() -> int:
            found["peer"] = 0
            for path in files:
                text = trafilatura.extract(path.read_text(encoding="utf-8"), favor_recall=True) or ""
                found["peer"] += sum(1 for _ in automaton.iter(text.lower()))
            return len(files)

        taken = rounds({PEER: peer, "noticescan check": ours}, arguments.rounds)
    title = f"check: {len(files)} pages of {size // len(files) // 1000} kB, {len(rules.literals)} literals"
    print(table(title, taken, PEER))
    print(f"\nnoticescan: {found['noticescan']} findings; the peer: {found['peer']} words")


if __name__ == "__main__":
    main()
