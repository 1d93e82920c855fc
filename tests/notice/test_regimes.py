"""Whose disclosure items are looked at, and why: the vendor's place, the notice's own words, its language."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from scanner.cli.main import app
from scanner.detect.rules import load as load_rules
from scanner.model import FrontierItem, Judgement, Outcome, Provenance
from scanner.pipeline.noticing import notice_in, with_notice
from tests.evaluation.notices import document

RULES = load_rules()
PLAIN = "Privacy notice\nWe keep pictures of shoppers for ten days. Write to us at hello@marram.example."
US = (
    "Privacy notice\nNotice at collection for California residents: we collect names and pictures.\n"
    "Do Not Sell or Share My Personal Information: marram.example/choices."
)
BOTH = US + "\nYou may complain to the data protection authority. Our legal basis is Article 6(1)(f) GDPR."
ADDRESS = PLAIN + "\nMarram Optics, 4 Quay Street, Placerton, California."


def shown(text: str, *places: str) -> dict[str, str]:
    found = notice_in(document(text), Provenance("n"), RULES, places=places)
    return {item.regime: item.why for item in found.items}


@pytest.mark.parametrize(
    ("text", "places", "want"),
    [
        (PLAIN, (), {"eu.gdpr": "language"}),
        (US, (), {"us.ca.ccpa": "words"}),
        (BOTH, (), {"eu.gdpr": "language", "us.ca.ccpa": "words"}),
        (PLAIN, ("US",), {}),
        (PLAIN, ("US-TX",), {}),
        (PLAIN, ("US-IL",), {"us.il.bipa": "place"}),
        (US, ("US",), {"us.ca.ccpa": "words"}),
        (PLAIN, ("UK",), {"eu.gdpr": "place"}),
        (PLAIN, ("DE",), {"eu.gdpr": "place", "eu.aiact": "place"}),
    ],
)
def test_the_place_comes_first_then_the_notices_own_words_then_its_language(
    text: str, places: tuple[str, ...], want: dict[str, str]
) -> None:
    assert shown(text, *places) == want


def test_an_address_in_the_usa_is_no_law_of_it() -> None:
    assert shown(ADDRESS)["eu.gdpr"] == "language"


def test_in_a_crawl_the_targets_place_chooses() -> None:
    item = FrontierItem("https://marram.example/privacy", "https://marram.example/privacy", "Marram", 0, "notice")
    judgement = Judgement(Outcome.CLEAN, document=document(PLAIN))
    found = with_notice(judgement, item, Provenance(item.url, "Marram"), RULES, lambda: ("US-IL",)).notice
    assert found is not None
    assert {one.regime for one in found.items} == {"us.il.bipa"}


def test_the_command_takes_a_place_and_says_why(tmp_path: Path) -> None:
    file = tmp_path / "notice.txt"
    file.write_text(PLAIN, "utf-8")
    run = CliRunner()
    told = run.invoke(app, ["notice", str(file), "--jurisdiction", "us-il", "--format", "jsonl"])
    assert {(i["regime"], i["why"]) for i in json.loads(told.stdout)["items"]} == {("us.il.bipa", "place")}
    by_place = run.invoke(app, ["notice", str(file), "--jurisdiction", "UK"], env={"COLUMNS": "200"})
    assert "by the vendor’s place" in " ".join(by_place.stdout.split())
    by_language = run.invoke(app, ["notice", str(file)], env={"COLUMNS": "200"})
    assert "by its language" in " ".join(by_language.stdout.split())
    nowhere = run.invoke(app, ["notice", str(file), "--jurisdiction", "US"], env={"COLUMNS": "200"})
    assert "no list is known for this place" in " ".join(nowhere.stdout.split())
    assert "GDPR" not in nowhere.stdout
