"""A Chinese page says in Chinese why a page was not read, and loses nothing that it does not know."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.read import blocked
from scanner.report.details import in_chinese
from scanner.report.words import words


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("to http://a.test/b", "跳转至 http://a.test/b"),
        ("status 429, asked to wait 1 s, 3 in a row", "状态码 429，要求等待 1 秒，连续 3 次"),
        ("unavailable: 10.0.0.1 is private", "无法取得：10.0.0.1 为内部网络地址"),
        ("unavailable: 503", "无法取得：503"),
        ("picture, 3 lines of text; 2 of 5 pictures read", "图片，共 3 行文字；5 张图片中读了 2 张"),
        ("a block page by its title, a request to wait", "从标题、要求等待看是拦截页"),
        ("Disallow: /admin/", "Disallow: /admin/"),
        ("to http://a.test/{0}; x", "跳转至 http://a.test/{0}; x"),
    ],
)
def test_what_is_known_is_said_in_chinese(stored: str, shown: str) -> None:
    assert in_chinese(stored) == shown
    assert words("zh").detail(stored) == shown
    assert words("en").detail(stored) == stored


def test_each_sign_of_a_block_page_is_known() -> None:
    for sign in blocked._SPEAKS.values():
        assert sign not in in_chinese(f"a block page by {sign}")


@given(st.text(max_size=200))
def test_no_line_breaks_it_or_is_lost(line: str) -> None:
    said = in_chinese(line)
    assert bool(said) == bool(line) or "; " in line
