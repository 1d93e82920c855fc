"""Encodings as vendors' servers really send them."""

from __future__ import annotations

from encodings.aliases import aliases

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.read.decode import decode

HANS = "顾客进店即被抓拍，镕喆先生毫无察觉，系统自动建立档案。"
HANT = "顧客進店即被抓拍，系統自動建立檔案，毫無察覺。"


def page(text: str, charset: str = "") -> str:
    meta = f"<meta charset={charset}>" if charset else ""
    return f"<html><head>{meta}<title>x</title></head><body><p>{text}</p></body></html>"


@pytest.mark.parametrize(
    ("text", "real", "meta", "header", "encoding"),
    [
        (HANS, "gbk", "gb2312", "", "gb18030"),
        (HANS, "gbk", "", "text/html; charset=GB2312", "gb18030"),
        (HANS + "𠮷", "gb18030", "gbk", "", "gb18030"),
        (HANT, "big5", "big5", "", "big5hkscs"),
        (HANS, "utf-8", "utf-8", "", "utf-8"),
        (HANS, "utf-8", "", "", "utf-8"),
        (HANS, "gbk", "", "", "gb18030"),
        (HANT, "big5", "", "", "big5hkscs"),
        ("抓拍", "gbk", "", "", "gb18030"),
        (HANS, "utf-16", "", "", "utf-16-le"),
        (HANS, "utf-16-le", "", "", "utf-16-le"),
        (HANS, "utf-8-sig", "gb2312", "text/html; charset=gbk", "utf-8"),
        # wrong declarations
        (HANS, "gbk", "utf-8", "", "gb18030"),
        (HANS, "gbk", "", "text/html; charset=utf-8", "gb18030"),
        (HANT, "big5", "utf-8", "", "big5hkscs"),
        (HANS, "utf-8", "gb2312", "", "utf-8"),
        (HANS, "utf-8", "", "text/html; charset=ISO-8859-1", "utf-8"),
        (HANS, "gbk", "gb2312", "text/html; charset=iso-8859-1", "gb18030"),
        (HANS, "gbk", "", "text/html; charset=iso-8859-1", "gb18030"),
        (HANS, "utf-8", "utf-16", "", "utf-8"),
        (HANS, "utf-8", "no-such-thing", "", "utf-8"),
        ("Überwachung, café, naïve – “quoted”", "cp1252", "iso-8859-1", "", "cp1252"),
        ("Überwachung und Gesichtserkennung für Läden, größer, schöner", "cp1252", "", "", "cp1252"),
        ("Überwachung", "utf-8", "utf-8", "", "utf-8"),
    ],
)
def test_text_comes_out_whole(text: str, real: str, meta: str, header: str, encoding: str) -> None:
    decoded = decode(page(text, meta).encode(real), header)
    assert text in decoded.text
    assert decoded.encoding == encoding


def test_a_few_broken_bytes_do_not_overturn_a_declaration() -> None:
    body = page(HANS * 20, "utf-8").encode() + b"\xff\xfe broken \xe9"
    decoded = decode(body, "")
    assert (decoded.encoding, decoded.how) == ("utf-8", "meta")
    assert HANS in decoded.text


def test_a_page_cut_within_a_character_is_still_utf8() -> None:
    assert decode(page(HANS).encode()[:-26], "").encoding == "utf-8"
    assert decode(HANS.encode()[:-1], "").encoding == "utf-8"


def test_how_tells_what_decided() -> None:
    assert decode(HANS.encode("utf-8-sig"), "").how == "bom"
    assert decode(HANS.encode(), "text/html; charset=utf-8").how == "header"
    assert decode(page(HANS, "utf-8").encode(), "").how == "meta"
    assert decode(HANS.encode(), "").how == "valid"
    assert decode(HANS.encode("gbk"), "").how == "guessed"
    assert decode(page(HANS, "utf-8").encode("gbk"), "").how == "repaired (declared utf-8)"


@given(st.binary(), st.text(max_size=40))
def test_any_bytes_decode(body: bytes, header: str) -> None:
    decode(body, header).text.encode()


@pytest.mark.parametrize("body", [b"<p>a \\ud835 +2DU- \xed\xa0\x80 x</p>", "<p>抓拍</p>".encode("gb18030"), b"plain"])
@pytest.mark.parametrize("how", ["header", "meta"])
def test_no_declared_encoding_makes_a_page_unreadable(body: bytes, how: str) -> None:
    names = (
        set(aliases) | set(aliases.values()) | {"idna", "punycode", "undefined", "unicode_escape", "raw-unicode-escape"}
    )
    for name in sorted(names):
        page = body if how == "header" else f'<meta charset="{name}">'.encode() + body
        text = decode(page, f"text/html; charset={name}" if how == "header" else "text/html").text
        assert text.encode()
