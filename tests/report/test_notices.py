"""How a claim is shown beside a notice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scanner.model import QUOTE_CONTEXT
from scanner.report.notices import in_sentence
from tests.evaluation.notices import claimed

BEFORE, AFTER = "x" * QUOTE_CONTEXT, "y" * QUOTE_CONTEXT
"""As much as a finding keeps, with no end of a sentence in it."""


@pytest.mark.parametrize(
    ("before", "quote", "after", "want"),
    [
        ("", "底库", "越用越准。", ("", "底库", "越用越准。")),
        ("欢迎选购。每位顾客自动", "抓脸建档", "，越用越准！联系我们", ("每位顾客自动", "抓脸建档", "，越用越准！")),
        ("Order now. Our cameras see ", "every face", " at the door. Call us.",
         ("Our cameras see ", "every face", " at the door.")),
        (BEFORE, "every face", AFTER, ("…" + BEFORE, "every face", AFTER + "…")),
        ("Version 3.5 sees ", "every\nface", "", ("Version 3.5 sees ", "every face", "")),
    ],
)  # fmt: skip
def test_a_claim_is_shown_in_its_sentence(before: str, quote: str, after: str, want: tuple[str, str, str]) -> None:
    case = {"id": "1", "lang": "en", "claim": {"category": "biometric-database", "quote": quote}}
    assert in_sentence(replace(claimed(case), prefix=before, suffix=after)) == want


def test_nothing_of_a_hostile_page_reaches_the_terminal() -> None:
    case = {"id": "1", "lang": "en", "claim": {"category": "biometric-database", "quote": "fa\u202ece"}}
    shown = "".join(in_sentence(replace(claimed(case), prefix="\x1b[31mred ", suffix="\u200b\x07")))
    assert not {"\x1b", "\x07", "\u202e", "\u200b"} & set(shown)
