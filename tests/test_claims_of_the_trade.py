"""The pitch that this product was built for: told by a newspaper it is reported, by the vendor asserted.

Both pages are written for this test and fictional; between them they carry the claims of one televised exposure.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.detect import rules
from scanner.model import Finding, Provenance, Stance
from scanner.pipeline.judge import judge

PAGES = Path(__file__).parent / "pages"
CATEGORIES = {
    "covert-capture", "disguised-device", "cross-site-tracking", "person-tagging", "biometric-database",
    "excessive-retention", "commission-control", "face-marketing", "inspection-evasion", "evidence-destruction",
    "weak-notice", "scale-boast", "everyone-does-it",
}  # fmt: skip


def findings(name: str) -> tuple[Finding, ...]:
    body = (PAGES / name).read_bytes()
    where = Provenance(source=f"https://site.example/{name}", capture_sha256="0" * 64)
    return judge(body, "text/html; charset=utf-8", where.source, 200, {}, where, rules.load()).findings


def test_the_vendor_says_all_of_it_in_its_own_voice() -> None:
    found = findings("vendor_pitch.html")
    assert {f.category for f in found if f.stance is Stance.ASSERTED} >= CATEGORIES
    assert [(f.category, f.stance, f.quote, f.cue.text) for f in found if f.stance is not Stance.ASSERTED] == []


def test_the_newspaper_reports_it_and_asserts_nothing() -> None:
    found = findings("news_report.html")
    assert [(f.category, f.quote) for f in found if f.stance is Stance.ASSERTED] == []
    reported = {f.category for f in found if f.stance is Stance.REPORTED}
    assert len(reported) >= 11
    assert len({f.quote for f in found if f.stance is Stance.REPORTED}) >= 12


@pytest.mark.parametrize("quote", ["有人来查", "什么也查不到"])
def test_the_gravest_sentence_is_quoted_on_both(quote: str) -> None:
    for name in ("vendor_pitch.html", "news_report.html"):
        assert any(quote in f.quote for f in findings(name))
