"""Over two megabytes of text without claims nothing is asserted, but for what `known.toml` accepts with a reason."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from scanner.detect import detector, rules, selftest
from scanner.model import Provenance, Stance
from tests.baseline import build

KNOWN = Path(__file__).with_name("known.toml")


PARTS = 16
"""The text is read in so many tests, so that they can be shared among processors; the first is in `make test`."""


def test_there_are_two_megabytes_of_it() -> None:
    assert sum(len(page.text.encode()) for page in build.pages()) >= 2_000_000


@pytest.mark.parametrize("part", [0, *(pytest.param(part, marks=pytest.mark.gate) for part in range(1, PARTS))])
def test_benign_text_gives_no_asserted_finding_that_is_not_known(part: int) -> None:
    hits = tomllib.loads(KNOWN.read_text("utf-8"))["hit"]
    assert all(hit["because"] for hit in hits)
    known = {(hit["category"], hit["quote"]): hit["page"] for hit in hits}
    pages = list(build.pages())[part::PARTS]
    ruleset = rules.load()
    seen: set[tuple[str, str]] = set()
    for page in pages:
        found = detector.detect(selftest.plain_document(page.text, page.lang), ruleset, Provenance(source=page.id))
        seen |= {(f.category, f.quote) for f in found if f.stance is Stance.ASSERTED}
    assert seen - set(known) == set()
    here = {hit for hit, where in known.items() if where in {page.id for page in pages}}
    assert here - seen == set(), "these are quiet now: take them out of known.toml"


def test_every_known_hit_stands_in_its_page() -> None:
    texts = {page.id: page.text for page in build.pages()}
    for hit in tomllib.loads(KNOWN.read_text("utf-8"))["hit"]:
        assert hit["quote"] in texts[hit["page"]]
