"""The two files are read strictly: every problem is listed with file and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.detect.rules import load
from scanner.errors import RulesError
from scanner.pipeline.noticing import notice_rules
from tests.few_rules import few_rules


def changed(tmp_path: Path, file: str, *edits: tuple[str, str]) -> list[str]:
    folder = few_rules(tmp_path / "patterns")
    text = (folder / file).read_text("utf-8")
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new, 1)
    (folder / file).write_text(text, "utf-8")
    with pytest.raises(RulesError) as caught:
        notice_rules(load(folder))
    return list(caught.value.problems)


def test_problems_of_items_are_listed_together(tmp_path: Path) -> None:
    problems = changed(
        tmp_path, "notices.toml",
        ('topic = "retention"', 'topic = "nowhere"'),
        ('required = "always"', 'required = "sometimes"'),
        ('found = [["harm", "of_data"]', 'found = [["no_such_group"]'),
        ("[topic.harmless]" if False else "[topic.impact]", "[topic.impact]\nweight = 3"),
    )  # fmt: skip
    said = "\n".join(problems)
    assert all(line.startswith("notices.toml: ") for line in problems)
    for part in ("no topic 'nowhere'", "must be always or conditional", "no word group 'no_such_group'", "unknown key"):
        assert part in said


def test_problems_of_the_mapping_are_listed_together(tmp_path: Path) -> None:
    problems = changed(
        tmp_path, "notice_facts.toml",
        ('"sale:denied"', '"sale:refused"'),
        ('"cn.pipl" = "pipl.23.sharing"', '"cn.pipl" = "gdpr.13.1e"'),
        ("[claim.everyone-does-it]", "[claim.nobody-does-it]"),
        ("[[claim.everyone-does-it.tests]]", "[[claim.nobody-does-it.tests]]"),
        ("[[claim.everyone-does-it.tests]]", "[[claim.nobody-does-it.tests]]"),
    )  # fmt: skip
    said = "\n".join(problems)
    for part in ("'refused' is not one of", "is no item of that regime", "no such category", "has no entry"):
        assert part in said


def test_words_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    problems = changed(tmp_path, "notices.toml", ('"人脸", ', '"人(脸", "脸", '))
    said = "\n".join(problems)
    assert "words.face.words: '人(脸': unbalanced" in said
    assert "'脸': gives '脸', which is too short" in said


def test_a_folder_without_the_files_has_no_notices(tmp_path: Path) -> None:
    folder = few_rules(tmp_path / "patterns")
    for name in ("notices.toml", "notice_facts.toml"):
        (folder / name).unlink()
    assert notice_rules(load(folder)) is None
