"""Which law is shown: never before its day, never of a place nobody named, never as more than it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner import law
from scanner.config import LawSettings
from scanner.detect.rules import default_path
from scanner.law import LawBook, covers, in_force, provisions_for, ranked
from scanner.model import LawGap, Provision, ProvisionRole, RelevantLaw
from scanner.pipeline.lawful import Counsel
from scanner.report.lawtext import left_out
from scanner.report.words import words

BOOK = law.load(default_path())
ALL = tuple(BOOK.provisions.values())
CATEGORIES = sorted({category for one in ALL for category in one.engages})
PLACES = (*BOOK.jurisdictions, "DE", "GB", "JP")
ROLES = ("vendor", "deployer", "advertiser")
DAY = date(2026, 11, 28)

places = st.lists(st.sampled_from(PLACES), min_size=1, max_size=4)
roles = st.lists(st.sampled_from(ROLES), min_size=1, max_size=3)
audiences = st.sampled_from(("", "b2b", "b2c", "both"))
days = st.dates(date(1960, 1, 1), date(2035, 1, 1))


def everything(found: RelevantLaw) -> tuple[Provision, ...]:
    return (*found.duties, *found.beside, *found.rights, *found.penalties, *found.of_others, *found.not_binding)


def ids(found: tuple[Provision, ...]) -> list[str]:
    return [one.id for one in found]


@given(st.sampled_from(ALL), st.integers(1, 20_000), places, roles, audiences, st.sampled_from(CATEGORIES))
def test_a_capture_dated_before_a_law_never_shows_it(
    one: Provision, before: int, where: list[str], who: list[str], audience: str, category: str
) -> None:
    when = one.in_force_from - timedelta(days=before)
    for asked in {category, *one.engages}:
        found = provisions_for(BOOK, asked, when, jurisdictions=where, roles=who, audience=audience)
        assert one not in everything(found)
        assert all(other.in_force_from <= when for other in everything(found))


@given(st.sampled_from(ALL), days, st.integers(0, 4000), st.integers(-3000, 3000))
def test_a_law_that_has_ended_is_shown_to_its_last_day(one: Provision, start: date, lasts: int, offset: int) -> None:
    until = start + timedelta(days=lasts)
    book = LawBook({one.id: replace(one, in_force_from=start, in_force_until=until)})
    when = until + timedelta(days=offset)
    for category in one.engages:
        found = provisions_for(
            book, category, when, jurisdictions=[one.jurisdiction], roles=ROLES, audience=one.audience or "both"
        )
        shown = one.id in ids(everything(found))
        assert not shown or start <= when <= until
        if one.role is ProvisionRole.DUTY:
            assert shown == (start <= when <= until)


@given(days, places, roles, audiences, st.sampled_from(CATEGORIES))
def test_only_what_fits_is_a_duty_and_only_a_duty_is_named(
    when: date, where: list[str], who: list[str], audience: str, category: str
) -> None:
    found = provisions_for(BOOK, category, when, jurisdictions=where, roles=who, audience=audience)
    for one in everything(found):
        assert any(covers(place, one.jurisdiction) for place in where)
    for one in found.duties:
        assert one.role is ProvisionRole.DUTY
        assert category in one.engages
        assert set(who) & set(one.applies_to)
        assert one.audience in ("", audience) or audience == "both"
    for one in found.of_others:
        assert one.role is ProvisionRole.DUTY
        assert category in one.direct
        assert not set(who) & set(one.applies_to)
    assert all(one.role in (ProvisionRole.STANDARD, ProvisionRole.ORDER) for one in found.not_binding)
    assert len(found.shown) <= 5
    assert found.shown + found.more == found.duties
    assert (found.gap is None) == bool(found.shown)
    assert all(category in one.direct for one in found.shown)


@given(places, st.sampled_from(CATEGORIES), days)
def test_law_of_another_place_is_never_mixed_in(where: list[str], category: str, when: date) -> None:
    together = provisions_for(BOOK, category, when, jurisdictions=where)
    apart = {one.id for place in where for one in provisions_for(BOOK, category, when, jurisdictions=[place]).duties}
    assert set(ids(together.duties)) == apart


def test_switching_the_jurisdiction_changes_what_is_shown() -> None:
    shown = {
        place: tuple(ids(provisions_for(BOOK, "inspection-evasion", DAY, jurisdictions=[place]).shown))
        for place in ("CN", "EU", "UK", "US-IL")
    }
    assert len(set(shown.values())) == 4
    assert all(shown.values())


@pytest.mark.parametrize(
    ("stated", "of", "yes"),
    [
        ("CN", "CN", True), ("CN", "HK", False), ("HK", "CN", False), ("DE", "EU", True), ("GB", "UK", True),
        ("GB", "EU", False), ("US-IL", "US", True), ("US", "US-IL", False), ("US-TX", "US-IL", False),
        ("EU", "DE", False), ("DE", "DE", True), ("FR", "DE", False),
        ("US-NYC", "US", True), ("EU", "E", False),
    ],
)  # fmt: skip
def test_a_state_comes_under_federal_law_and_not_the_other_way(stated: str, of: str, yes: bool) -> None:
    assert covers(stated, of) is yes


def test_what_is_not_known_leaves_everything_out_and_says_so() -> None:
    assert provisions_for(BOOK, "covert-capture", DAY, jurisdictions=[]) == RelevantLaw(gap=LawGap.NO_JURISDICTION)
    undated = provisions_for(BOOK, "covert-capture", None, jurisdictions=["CN"])
    assert (undated.gap, everything(undated)) == (LawGap.NO_DATE, ())
    unlisted = provisions_for(BOOK, "covert-capture", DAY, jurisdictions=["JP"])
    assert (unlisted.gap, unlisted.left_out) == (LawGap.NOT_LISTED, ())
    # In the EU notice to the people filmed is the business of whoever films: nothing is left for a vendor.
    others = provisions_for(BOOK, "weak-notice", DAY, jurisdictions=["EU"])
    assert (others.gap, dict(others.left_out)) == (LawGap.NONE_FITS, {"role": 4, "audience": 1})
    assert ids(others.of_others) == ["eu.gdpr.12", "eu.gdpr.13"]
    assert (others.duties, ids(others.of_others)) == ((), ["eu.gdpr.12", "eu.gdpr.13"])


def test_an_audience_that_is_stated_is_not_said_to_be_unknown() -> None:
    for audience, why in (("", "audience"), ("b2b", "other_audience")):
        left = dict(provisions_for(BOOK, "weak-notice", DAY, jurisdictions=["EU"], audience=audience).left_out)
        assert {"audience", "other_audience"} & set(left) == {why}
        law = RelevantLaw(left_out=tuple(left.items()))
        assert ("not stated whom the pages address" in left_out(law, words("en"))) is (audience == "")
        assert ("尚未说明页面面向谁" in left_out(law, words("zh"))) is (audience == "")


def test_consumer_law_only_where_the_pages_address_consumers() -> None:
    """cases: unfair-practices law is never held against a page for businesses."""

    def shown(place: str, audience: str) -> set[str]:
        found = provisions_for(BOOK, "scale-boast", DAY, jurisdictions=[place], audience=audience)
        return set(ids(found.duties))

    for audience in ("", "b2b"):
        assert not shown("EU", audience) & {"eu.ucpd.5-7", "eu.ucpd.annex1.9"}
        assert "uk.dmcca.225" not in shown("UK", audience)
    assert "eu.ucpd.5-7" in shown("EU", "b2c")
    assert "eu.mcad.2-3" in shown("EU", "b2b")
    assert "eu.mcad.2-3" not in shown("EU", "b2c")
    assert {"eu.mcad.2-3", "eu.ucpd.5-7"} <= shown("EU", "both")


@pytest.mark.parametrize(
    ("provision", "category", "day"),
    [
        ("cn.frt.13", "covert-capture", date(2025, 6, 1)),
        ("cn.r799.9", "covert-capture", date(2025, 4, 1)),
        ("cn.csl.51", "inspection-evasion", date(2026, 1, 1)),
        ("cn.psapl.70", "disguised-device", date(2026, 1, 1)),
        ("eu.aiact.50.3", "attribute-inference", date(2026, 8, 2)),
        ("eu.aiact.26", "workplace-school-monitoring", date(2027, 12, 2)),
    ],
)
def test_laws_of_late_begin_on_their_day(provision: str, category: str, day: date) -> None:
    place = BOOK.provisions[provision].jurisdiction

    def named(when: date) -> bool:
        return provision in ids(provisions_for(BOOK, category, when, jurisdictions=[place], roles=ROLES).duties)

    assert not named(day - timedelta(days=1))
    assert named(day)


def test_a_moment_is_the_day_that_it_was_there() -> None:
    chinese, american = BOOK.provisions["cn.frt.13"], BOOK.provisions["us.nyc.22-1202"]
    assert not in_force(chinese, datetime(2025, 5, 31, 15, 59, tzinfo=UTC))
    assert in_force(chinese, datetime(2025, 5, 31, 16, 1, tzinfo=UTC))  # past midnight in Shanghai
    assert not in_force(american, datetime(2021, 7, 9, 3, 0, tzinfo=UTC))  # still the eighth in New York
    assert in_force(american, datetime(2021, 7, 9, 12, 0, tzinfo=UTC))


def test_a_law_holds_by_every_clock_of_its_place() -> None:
    union = replace(BOOK.provisions["eu.ucpd.5-7"], in_force_from=date(2026, 1, 1), in_force_until=date(2026, 6, 30))
    assert not in_force(union, datetime(2026, 1, 1, 0, 59, tzinfo=UTC))  # still December on the Azores
    assert in_force(union, datetime(2026, 1, 1, 1, 0, tzinfo=UTC))
    assert in_force(union, datetime(2026, 6, 30, 20, 59, tzinfo=UTC))
    assert not in_force(union, datetime(2026, 6, 30, 21, 0, tzinfo=UTC))  # July in Finland
    federal = replace(union, jurisdiction="US")
    assert not in_force(federal, datetime(2026, 1, 1, 9, 59, tzinfo=UTC))  # still December on Hawaii
    assert in_force(federal, datetime(2026, 1, 1, 10, 0, tzinfo=UTC))


def test_defences_of_a_law_stand_beside_its_duties() -> None:
    found = provisions_for(BOOK, "covert-capture", DAY, jurisdictions=["CN"])
    assert {"cn.criminal.283"} <= set(ids(found.duties))
    german = provisions_for(BOOK, "disguised-device", DAY, jurisdictions=["DE"])
    assert ids(german.shown) == ["de.tdddg.8.1", "de.tdddg.8.6"]
    assert {"de.tdddg.8.5"} <= set(ids(german.defences))
    assert {"cn.civil.1036", "cn.spc2021.5"} <= set(ids(found.defences))  # the first lists other categories
    assert {"cn.pipl.3", "cn.frt.2"} <= set(ids(found.scope))


def test_the_most_specific_comes_first_and_penal_law_last_of_its_kind() -> None:
    shown = ids(provisions_for(BOOK, "evidence-destruction", DAY, jurisdictions=["CN"]).shown)
    assert shown == ["cn.r799.23", "cn.criminal.307", "cn.psapl.evidence"]
    both = provisions_for(BOOK, "inspection-evasion", DAY, jurisdictions=["EU", "CN"]).shown
    assert both[0].jurisdiction == "EU"  # places take turns, in the order stated
    assert {one.jurisdiction for one in both} == {"EU", "CN"}


@given(places, st.sampled_from(CATEGORIES), roles, audiences)
def test_what_no_source_confirmed_never_stands_before_what_one_did(
    where: list[str], category: str, who: list[str], audience: str
) -> None:
    found = provisions_for(BOOK, category, DAY, jurisdictions=where, roles=who, audience=audience)
    by_name = [one for one in found.duties if category in one.direct]
    assert found.duties[: len(by_name)] == tuple(by_name)
    for shown in (by_name, found.duties[len(by_name) :], found.of_others):
        sure = [one.verified for one in shown]
        assert sure == sorted(sure, reverse=True)
    listed = [one for one in ranked(BOOK.of(category), category) if category in one.direct]
    assert [one.verified for one in listed] == sorted((one.verified for one in listed), reverse=True)


def test_a_vendor_that_only_sells_is_told_whose_duty_it_is() -> None:
    """Notice, signs and a lawful purpose are the business of whoever installs: shown, and never as the vendor's own."""
    for category in ("covert-capture", "weak-notice", "face-marketing", "commission-control"):
        found = provisions_for(BOOK, category, DAY, jurisdictions=["CN"])
        assert not {"cn.pipl.26", "cn.frt.13", "cn.r799.7", "cn.r799.9"} & set(ids(found.duties))
        assert found.of_others
        assert all("vendor" not in one.applies_to for one in found.of_others)
    asked = provisions_for(BOOK, "commission-control", DAY, jurisdictions=["CN"], roles=["deployer"])
    assert "cn.pipl.26" in ids(asked.shown)


def test_the_mark_of_a_vendor_takes_the_place_of_the_settings_but_for_its_adverts() -> None:
    marked = {"Lookup": ("vendor", "deployer"), "Runner": ("deployer",)}
    advice = Counsel(BOOK, LawSettings(jurisdictions=("US-IL",)), {}, roles=marked)
    day = datetime(2026, 6, 1, 12, tzinfo=UTC)
    sold, own, run = (advice.for_claim(name, "biometric-database", day) for name in ("Maker", "Lookup", "Runner"))
    assert "us.il.bipa.15b" in ids(sold.of_others)
    assert "us.il.bipa.15b" not in ids(sold.duties)
    for found in (own, run):
        assert "us.il.bipa.15b" in ids(found.shown)
        assert "us.il.bipa.15b" not in ids(found.of_others)
    assert (sold.roles, own.roles, run.roles) == ((), *marked.values())
    assert set(ids(sold.duties)) <= set(ids(own.duties))
    assert [one for one in own.duties if "advertiser" in one.applies_to] == [
        one for one in run.duties if "advertiser" in one.applies_to
    ]


def test_guidance_is_shown_whomever_it_addresses_and_binds_nobody() -> None:
    found = provisions_for(BOOK, "covert-capture", DAY, jurisdictions=["UK"])
    assert {"uk.ico.video2022", "uk.ico.biometric2024"} <= set(ids(found.not_binding))
    assert not any(one.id.startswith("uk.ico") for one in (*found.duties, *found.of_others))


def test_reading_phones_in_the_uk_comes_under_the_wording_of_the_day() -> None:
    def named(when: date) -> set[str]:
        found = provisions_for(BOOK, "phone-capture", when, jurisdictions=["UK"], roles=["deployer"])
        return {name for name in ids(found.duties) if name.startswith("uk.pecr")}

    assert named(date(2026, 2, 4)) == {"uk.pecr.6"}
    assert named(date(2026, 2, 5)) == {"uk.pecr.6.2026"}


def test_what_only_touches_on_a_claim_is_not_named_at_first() -> None:
    """That inferring emotions at work is banned says nothing on a clock that times breaks."""
    found = provisions_for(BOOK, "workplace-school-monitoring", DAY, jurisdictions=["EU"])
    assert (found.shown, found.gap) == ((), LawGap.ONLY_TOUCHED)
    assert ids(found.more) == ["eu.aiact.5.1.f"]
    assert ids(found.of_others) == ["eu.gdpr.88"]


def test_thirty_days_are_a_floor() -> None:
    """cases: the video regulation is never read as a cap of thirty days."""
    found = provisions_for(BOOK, "excessive-retention", DAY, jurisdictions=["CN"], roles=["deployer"])
    (one,) = [p for p in found.duties if p.id == "cn.r799.17"]
    assert "at least 30 days" in one.summary_en
    assert "not a cap" in one.note_en
    assert "并非三十日上限" in one.note_zh


def test_load_of_a_missing_folder_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(law.RulesError) as caught:
        law.load(tmp_path)
    assert caught.value.problems == (
        "provisions.toml: -: cannot be read: No such file or directory",
        "claims.toml: -: cannot be read: No such file or directory",
    )
