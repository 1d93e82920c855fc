"""Text in pictures: how many claims of made-up advertising pictures are found, and what a picture costs.

A claim counts as wanted where our rules find it in the words as typed, and as found where the picture's text gives a
finding of the same category that overlaps the same words (white space and punctuation aside). Beside it the share of
characters that were read wrongly or not at all.

    python benchmarks/bench_ocr.py [--every 1]
"""

from __future__ import annotations

import argparse
import re
import statistics
import time
from collections import defaultdict
from dataclasses import dataclass
from difflib import SequenceMatcher

import ad_pictures

from scanner.detect.detector import detect
from scanner.detect.rules import RuleSet, load
from scanner.model import Block, BlockKind, Document, Finding, Provenance
from scanner.read import images
from scanner.read.images import read_picture
from scanner.read.pictures import PlacedPicture, with_pictures

_NOISE = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Measured:
    """One picture: claims wanted and found, share of characters lost, seconds of CPU."""

    name: str
    wanted: int
    found: int
    lost: float
    seconds: float
    missed: tuple[str, ...] = ()


def measure(drawn: ad_pictures.Drawn, rules: RuleSet) -> Measured:
    """Reads one picture and compares."""
    wanted = detect(typed(drawn.words), rules, Provenance(source=""))
    before = time.process_time()
    read = read_picture(drawn.data)
    seconds = time.process_time() - before
    document = with_pictures(Document("", (), "", "", ""), [PlacedPicture(1, drawn.name, read)])
    found = detect(document, rules, Provenance(source=""))
    missed = [f"{one.category}: {one.quote}" for one in wanted if not any(same(one, other) for other in found)]
    lost = lost_share("".join(drawn.words), "".join(line.text for line in read.lines), drawn.words)
    return Measured(drawn.name, len(wanted), len(wanted) - len(missed), lost, seconds, tuple(missed))


def typed(lines: tuple[str, ...]) -> Document:
    """The words as a page of text would have them: all of them, for a claim is judged among its neighbours."""
    blocks, at = [], 0
    for number, line in enumerate(lines, 1):
        blocks.append(Block(line, BlockKind.PARAGRAPH, f"body>p[{number}]", "", at, at + len(line)))
        at += len(line) + 2
    return Document("\n\n".join(lines), tuple(blocks), "", "", "")


def same(wanted: Finding, found: Finding) -> bool:
    """Do both flag the same words as the same claim?"""
    if wanted.category != found.category or wanted.stance is not found.stance:
        return False
    one, other = plain(wanted.quote), plain(found.quote)
    longest = SequenceMatcher(None, one, other, autojunk=False).find_longest_match()
    return longest.size >= 0.6 * min(len(one), len(other))


def plain(text: str) -> str:
    """Letters and digits only."""
    return _NOISE.sub("", text).lower()


def lost_share(_all: str, read: str, words: tuple[str, ...]) -> float:
    """Share of the typed characters that were not read, whatever order the lines came in."""
    read = plain(read)
    total = kept = 0
    for line in map(plain, words):
        matcher = SequenceMatcher(None, line, read, autojunk=False)
        near = matcher.find_longest_match()
        window = read[max(0, near.b - near.a - 4) : near.b - near.a + len(line) + 4]
        blocks = SequenceMatcher(None, line, window, autojunk=False).get_matching_blocks()
        kept += sum(block.size for block in blocks)
        total += len(line)
    return 1 - kept / total if total else 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="only each n-th picture")
    parser.add_argument("--misses", action="store_true", help="name what was missed")
    arguments, _ = parser.parse_known_args()
    if not images.available():
        print(f"text in pictures: not measured; {images.INSTALL}")
        return
    rules = load()
    by_manner: dict[str, list[Measured]] = defaultdict(list)
    for number, drawn in enumerate(ad_pictures.pictures()):
        if number % arguments.every == 0:
            by_manner[drawn.manner].append(measure(drawn, rules))
    print("### Text in pictures\n")
    print("| manner | pictures | claims found | recall | characters lost | CPU s a picture (median) |")
    print("| --- | --: | --: | --: | --: | --: |")
    for manner, rows in by_manner.items():
        print(line_of(manner, rows))
    printed = [row for manner, rows in by_manner.items() if manner != "art lettering" for row in rows]
    print(line_of("**all print**", printed))
    if arguments.misses:
        for row in (row for rows in by_manner.values() for row in rows if row.missed):
            print(row.name, *row.missed, sep="\n  ")


def line_of(name: str, rows: list[Measured]) -> str:
    """One line of the table."""
    wanted, found = sum(row.wanted for row in rows), sum(row.found for row in rows)
    lost, seconds = statistics.mean(row.lost for row in rows), statistics.median(row.seconds for row in rows)
    share = f"{found / wanted:.3f}" if wanted else "-"
    return f"| {name} | {len(rows)} | {found} of {wanted} | {share} | {lost:.3f} | {seconds:.2f} |"


if __name__ == "__main__":
    main()
