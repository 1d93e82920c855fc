"""A broken pattern folder is refused with every problem named; the real one loads."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.detect import loader, rules
from scanner.detect.loader import expand
from scanner.errors import RulesError
from tests.few_rules import few_rules


@pytest.fixture
def patterns(tmp_path: Path) -> Path:
    """A small copy of the pattern folder that may be broken."""
    return few_rules(tmp_path / "patterns")


def test_expand_gives_every_combination_and_refuses_nonsense() -> None:
    assert expand("(a|b|)c(d|)") == ["acd", "ac", "bcd", "bc", "cd", "c"]
    assert expand("(a|)(a|)") == ["aa", "a", ""]
    assert sorted(expand("a(b(c|d)|)")) == ["a", "abc", "abd"]
    for bad in ("a(b", "a|b", "a)b", "(a|b)|c", "(a)b)", "((a|b)c"):
        with pytest.raises(ValueError, match="unbalanced"):
            expand(bad)
    with pytest.raises(ValueError, match="more than"):
        expand("(a|b|c|d|e|f|g|h|i|j)" * 4)


def test_every_problem_is_listed_with_its_file_and_key(patterns: Path) -> None:
    rule = patterns / "rules" / "commission-control.channel.toml"
    text = rule.read_text("utf-8")
    rule.write_text(
        text.replace('"cut_guest"', '"no_such_atom"')
        .replace('status = "test"', 'status = "tset"')
        .replace("score", "scroe")
        .replace("spared = true", 'spared = "yes"')
        + '\n[[except]]\nany = ["cut_guest"]\nbecause = "x"\nturn = "reported"\nfirm = true\n',
        "utf-8",
    )
    (patterns / "rules" / "other.toml").write_text(
        "schema = 1\nid = 'wrong'\ncategory = 'commission-control'\n", "utf-8"
    )
    (patterns / "lexicon" / "zh" / "bad.toml").write_text(
        'schema = 1\n[Bad-Name]\nwords = ["某词"]\n[short]\nwords = ["人"]\n', "utf-8"
    )
    (patterns / "cues" / "en.toml").write_text(
        'schema = 1\n[[cue]]\nid = "x"\nstance = "negatd"\ndir = "up"\n'
        '[[cue]]\nid = "y"\nstance = "hypothetical"\ndir = "both"\nscope = "sentence"\nfirm = "always"\n',
        "utf-8",
    )
    with pytest.raises(RulesError) as caught:
        loader.load(patterns)
    problems = "\n".join(caught.value.problems)
    for expected in (
        "no atom 'no_such_atom'",
        "'tset' is not one of",
        "claim[1].scroe: unknown key",
        "spared: must be true or false",
        ".firm: must be true or false, and goes only with an exception that drops",
        "rules/other.toml: id: must be the file's name",
        "Bad-Name: an atom is named",
        "'人' is too short",
        "'negatd' is not one of",
        "cue[2].firm: 'always' is not one of sentence, question",
        "tests: needs one that is asserted",
    ):
        assert expected in problems
    assert all(line.count(": ") >= 2 for line in caught.value.problems)


def test_a_single_han_word_may_stand_only_in_a_pair(patterns: Path) -> None:
    (patterns / "lexicon" / "zh" / "one.toml").write_text(
        'schema = 1\n[one]\nwords = ["脸"]\npair_only = true\n', "utf-8"
    )
    rule = patterns / "rules" / "commission-control.channel.toml"
    rule.write_text(rule.read_text("utf-8").replace('["cut_guest"]', '["one"]'), "utf-8")
    with pytest.raises(RulesError, match="1 problem"):
        loader.load(patterns)


def test_not_toml_and_no_folder_are_told(patterns: Path, tmp_path: Path) -> None:
    (patterns / "claims.toml").write_text("= nonsense", "utf-8")
    with pytest.raises(RulesError) as caught:
        loader.load(patterns)
    assert any("claims.toml: -: not TOML" in line for line in caught.value.problems)
    with pytest.raises(RulesError, match="no rules in"):
        loader.load(tmp_path / "nowhere")


def test_the_digest_covers_every_model_that_ships() -> None:
    assert set(loader.MODELS) == set(Path(loader.__file__).parent.glob("*.npz"))


def test_digest_changes_with_any_pattern_file(patterns: Path) -> None:
    before = loader.load(patterns).digest
    with (patterns / "cues" / "zh.toml").open("a", encoding="utf-8") as file:
        file.write("\n# a remark\n")
    assert loader.load(patterns).digest != before


def test_subjects_name_known_atoms_and_categories(patterns: Path) -> None:
    (patterns / "subjects.toml").write_text(
        'schema = 1\n[lorries]\nnames = ["no_such_atom"]\ncategories = ["nothing"]\nbecause = "x"\n[bare]\n',
        "utf-8",
    )
    with pytest.raises(RulesError) as raised:
        loader.load(patterns)
    told = "\n".join(raised.value.problems)
    assert "lorries.names: 'no_such_atom' is not known" in told
    assert "lorries.categories: 'nothing' is not known" in told
    assert "subjects.toml: bare: must be a table" in told


def test_titles_of_categories_fit_over_denials_too() -> None:
    """Reports show them over what a page denies or relays: they name the matter and say of nobody that he claims it."""
    for name, facts in rules.load().categories.items():
        assert "claim" not in str(facts["title_en"]).lower(), name
        assert "宣称" not in str(facts["title_zh"]), name
