"""What a vendor's privacy notice says is no advert of the vendor: it is set against nothing, itself included."""

from __future__ import annotations

from dataclasses import replace

from scanner.detect.rules import load as load_rules
from scanner.model import Document, Finding, Notice, PageRole, Provenance, Verdict
from scanner.notice.reader import read_notice
from scanner.pipeline.noticing import needed_notice_rules, verdicts
from tests.evaluation.notices import claimed, document

RULES = load_rules()
TEXT = (
    "Privacy notice for shoppers filmed by the cameras in our shops\n"
    "The camera puts every face into a gallery.\nOur cameras do not recognise faces.\n"
    "Pictures are deleted after ten days."
)
QUOTE = "puts every face into a gallery"


def given() -> tuple[Finding, Notice, Document]:
    page = document(TEXT)
    start = page.text.index(QUOTE)
    finding = claimed({"id": "x", "lang": "en", "claim": {"category": "biometric-database", "quote": QUOTE}})
    finding = replace(finding, source="p", start=start, end=start + len(QUOTE))
    return finding, read_notice(page, needed_notice_rules(RULES), Provenance("p")), page


def test_a_notice_is_set_against_nothing() -> None:
    finding, notice, page = given()
    assert verdicts([finding], [notice], {"p": page}, RULES) == ()
    taken_for_one = replace(finding, page_role=PageRole.NOTICE)
    assert verdicts([taken_for_one], [], {"p": page}, RULES) == ()


def test_an_advert_is_set_against_the_notice_and_against_itself() -> None:
    finding, notice, page = given()
    advert = replace(finding, source="ad")
    told = verdicts([advert], [notice], {"ad": page, "p": page}, RULES)
    assert {one.verdict for one in told} >= {Verdict.CONTRADICTS}
    assert {one.claim_at.source for one in told} == {"ad"}
