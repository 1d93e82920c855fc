"""provisions.toml is read strictly, and the file that comes with the program says what it must."""

from __future__ import annotations

import re
import shutil
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from scanner import law
from scanner.detect.rules import default_path, load
from scanner.errors import RulesError
from scanner.model import ProvisionRole
from tests.few_rules import few_rules

BOOK = law.load(default_path())
ENTRY = """\
schema = 1

[instrument."xx.act"]
original = "Act"
en = "Act"
zh = "法"

[[provision]]
id = "xx.act.1"
instrument = "xx.act"
jurisdiction = "CN"
article = "1"
in_force_from = 2020-01-01
role = "duty"
applies_to = ["vendor"]
engages = ["covert-capture", "weak-notice"]
direct = ["covert-capture"]
verified = true
source_url = "https://law.example/1"
summary_en = "Says so."
summary_zh = "如此。"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(default_path() / "claims.toml", tmp_path)
    (tmp_path / "provisions.toml").write_text(ENTRY, encoding="utf-8")
    return tmp_path


def problems(folder: Path, text: str) -> tuple[str, ...]:
    (folder / "provisions.toml").write_text(text, encoding="utf-8")
    with pytest.raises(RulesError) as caught:
        law.load(folder)
    return caught.value.problems


def test_the_smallest_file_loads(folder: Path) -> None:
    (one,) = law.load(folder).provisions.values()
    assert (one.cited("en"), one.cited("zh")) == ("Act, art. 1", "法 第1条")
    assert (one.in_force_until, one.audience, one.note("en")) == (None, "", "")
    assert (one.bound("en"), one.bound("zh"), one.brief("en")) == ("", "", "Act, art. 1")


def test_who_is_bound_and_a_short_name_are_read(folder: Path) -> None:
    text = ENTRY.replace('zh = "法"', 'zh = "法"\nbrief_en = "A"\n\n[bound.all]\nen = "all of them"\nzh = "所有人"', 1)
    text = text.replace("verified = true", 'verified = true\nbinds = "all"', 1)
    (folder / "provisions.toml").write_text(text, encoding="utf-8")
    (one,) = law.load(folder).provisions.values()
    assert (one.bound("en"), one.bound("zh")) == ("all of them", "所有人")
    assert (one.brief("en"), one.brief("zh")) == ("A, art. 1", "法 第1条")


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("schema = 1", "schema = 2", "schema"),
        ("schema = 1", "schema = 1\nextra = 1", "extra"),
        ('zh = "法"', 'zh = ""', "instrument.xx.act"),
        ('zh = "法"', 'zh = "法"\npenal = "no"', "instrument.xx.act.penal"),
        ('zh = "法"', 'zh = "法"\n\n[bound.all]\nen = "all"\nzh = ""', "bound.all"),
        ('zh = "法"', 'zh = "法"\n\n[bound.all]\nen = "all"\nzh = "所有人"', "bound.all"),
        ('zh = "法"', 'zh = "法"\n\n[bound]\nall = "all"', "bound.all"),
        ("verified = true", 'verified = true\nbinds = "all"', "xx.act.1.binds"),
        ("verified = true", 'verified = true\nbinds = ["all"]', "xx.act.1.binds"),
        ('instrument = "xx.act"', 'instrument = "yy"', "xx.act.1.instrument"),
        ('jurisdiction = "CN"', 'jurisdiction = "China"', "xx.act.1.jurisdiction"),
        ("2020-01-01", '"2020-01-01"', "xx.act.1.in_force_from"),
        ("2020-01-01", "2020-01-01T00:00:00Z", "xx.act.1.in_force_from"),
        ("2020-01-01", "2020-01-01\nin_force_until = 2019-12-31", "xx.act.1.in_force_until"),
        ('role = "duty"', 'role = "duties"', "xx.act.1.role"),
        ('role = "duty"', 'role = "standard"', "xx.act.1.direct"),
        ('["vendor"]', '["seller"]', "xx.act.1.applies_to"),
        ('["vendor"]', "[]", "xx.act.1.applies_to"),
        ('["vendor"]', '["vendor", "vendor"]', "xx.act.1.applies_to"),
        ('["covert-capture", "weak-notice"]', '["covert-captur"]', "xx.act.1.engages"),
        ('direct = ["covert-capture"]', 'direct = ["data-sale"]', "xx.act.1.direct"),
        ("verified = true", 'verified = "true"', "xx.act.1.verified"),
        ("verified = true", "verifyed = true", "xx.act.1.verifyed"),
        ("https://law.example/1", "law.example", "xx.act.1.source_url"),
        ('summary_zh = "如此。"', 'summary_zh = "  "', "xx.act.1.summary_zh"),
        ('summary_zh = "如此。"', 'summary_zh = "如此。"\nnote_en = "only here"', "xx.act.1.note_en"),
        ('summary_zh = "如此。"', 'summary_zh = "如此。"\naudience = "all"', "xx.act.1.audience"),
        ('id = "xx.act.1"', 'id = "XX 1"', "XX 1.id"),
        ('id = "xx.act.1"', "", "provision[1].id"),
    ],
)
def test_each_mistake_is_named_with_file_and_key(folder: Path, old: str, new: str, key: str) -> None:
    assert old in ENTRY
    found = problems(folder, ENTRY.replace(old, new, 1))
    assert any(line.startswith(f"provisions.toml: {key}: ") for line in found), found


def test_all_mistakes_are_listed_at_once(folder: Path) -> None:
    second = ENTRY.partition("[[provision]]")[2]
    text = ENTRY.replace("verified = true", "verified = 1") + "\n[[provision]]" + second.replace('"duty"', '"x"')
    found = problems(folder, text + '\n[instrument."never"]\noriginal = "a"\nen = "a"\nzh = "a"\n')
    keys = [line.split(": ")[1] for line in found]
    assert sorted(keys) == ["instrument.never", "xx.act.1", "xx.act.1.direct", "xx.act.1.role", "xx.act.1.verified"]


@pytest.mark.parametrize("text", ["schema = ", "\xff", "schema = 1\nprovision = 3", "schema = 1\ninstrument = []"])
def test_a_file_that_is_none_is_no_traceback(folder: Path, text: str) -> None:
    (folder / "provisions.toml").write_bytes(text.encode("latin-1"))
    with pytest.raises(RulesError) as caught:
        law.load(folder)
    assert caught.value.problems


# What the shipped file holds


def test_every_entry_of_the_reference_is_there() -> None:
    assert len(BOOK.provisions) == 260
    assert Counter(one.role for one in BOOK.provisions.values()) == {
        ProvisionRole.DUTY: 205, ProvisionRole.RIGHT: 17, ProvisionRole.PENALTY: 16, ProvisionRole.SCOPE: 7,
        ProvisionRole.STANDARD: 9, ProvisionRole.DEFENCE: 4, ProvisionRole.ORDER: 2,
    }  # fmt: skip
    assert sum(not one.verified for one in BOOK.provisions.values()) == 16
    frt = BOOK.provisions["cn.frt.13"]
    assert (frt.in_force_from.isoformat(), frt.verified, frt.jurisdiction) == ("2025-06-01", True, "CN")
    assert not BOOK.provisions["uk.dpa.148"].verified


def test_the_readme_counts_what_is_there() -> None:
    readme = (default_path().parent / "README.md").read_text(encoding="utf-8")
    assert f"{len(BOOK.provisions)} entries of {len(BOOK.jurisdictions)} jurisdictions" in readme


def test_every_duty_says_in_both_languages_who_is_bound() -> None:
    """And the same words stand for the same roles: a sentence never says less or more than what decides."""
    roles: dict[str, set[frozenset[str]]] = {}
    for one in BOOK.provisions.values():
        if one.role is ProvisionRole.DUTY:
            assert one.bound_en, one.id
            assert re.search(r"[\u4e00-\u9fff]", one.bound_zh), one.id
            roles.setdefault(one.bound_en, set()).add(frozenset(one.applies_to))
    assert all(len(kinds) == 1 for kinds in roles.values())
    for words, (kinds,) in roles.items():
        if kinds == {"deployer"}:  # not the vendor's own: said in so many words, but where nobody could take it for one
            assert re.search(r"vendor only where|not (a|the) vendor|not its maker|only$|platform$", words), words


@pytest.mark.parametrize(
    "name", ["cn.pipl.26", "cn.frt.13", "cn.r799.7", "cn.r799.9", "cn.pipl.29", "cn.civil.1033", "us.il.bipa.15b"]
)
def test_duties_of_the_operator_are_not_those_of_a_vendor_that_sells(name: str) -> None:
    assert BOOK.provisions[name].applies_to == ("deployer",)


def test_what_is_about_the_device_or_the_advertisement_itself_is_the_vendors_own() -> None:
    for name in ("de.tdddg.8.1", "de.tdddg.8.6", "us.18usc.2512", "fr.penal.226-3.2", "cn.criminal.283", "uk.cma.3a"):
        assert "vendor" in BOOK.provisions[name].applies_to


def test_every_unverified_entry_says_in_both_languages_what_is_unsure() -> None:
    for one in BOOK.provisions.values():
        assert one.verified or (one.note_en and one.note_zh), one.id
        assert re.search(r"[\u4e00-\u9fff]", one.summary_zh), one.id
        english = one.summary_en + one.note_en + one.instrument_en + one.article_en
        assert not re.search(r"[\u4e00-\u9fff]", english), one.id


def test_no_text_names_another_entry() -> None:
    """It could be one whose day has not come when this one is shown."""
    for one in BOOK.provisions.values():
        for text in (one.summary_en, one.summary_zh, one.note_en, one.note_zh):
            assert not re.search(r"\b(cn|eu|uk|us|hk|tw)\.[a-z]", text), one.id


def test_penal_law_is_marked() -> None:
    for one in BOOK.provisions.values():
        if re.search(r"\bcrime\b|\bOffence\b|punishable", one.summary_en) and one.role is ProvisionRole.DUTY:
            assert one.penal, one.id


def test_a_change_of_the_law_is_no_change_of_the_rules(tmp_path: Path) -> None:
    """Findings do not depend on provisions: an interrupted run goes on, and nothing looks newly recognised."""
    few_rules(tmp_path / "patterns")
    file = tmp_path / "patterns" / "provisions.toml"
    before = load(tmp_path / "patterns").digest
    file.write_text(file.read_text(encoding="utf-8") + "\n# reviewed\n", encoding="utf-8")
    shutil.copytree(tmp_path / "patterns", tmp_path / "again")
    assert load(tmp_path / "again").digest == before
    assert law.load(tmp_path / "again").digest != BOOK.digest


def test_every_category_has_questions_in_both_languages() -> None:
    claims = tomllib.loads((default_path() / "claims.toml").read_text(encoding="utf-8"))
    for name, entry in claims.items():
        if name == "schema":
            continue
        assert len(entry["questions_en"]) == len(entry["questions_zh"]) >= 3, name
        assert all(text.endswith("?") for text in entry["questions_en"]), name
        assert all(text.endswith("？") for text in entry["questions_zh"]), name
