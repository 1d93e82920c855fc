"""The door: content types, text files, JSON, saved pages."""

from __future__ import annotations

import base64
from email.message import EmailMessage

import pytest

from scanner.model import BlockKind, UnreadReason
from scanner.read.reader import read, read_mhtml

URL = "http://vendor.test/a"


@pytest.mark.parametrize(
    ("body", "content_type", "reason"),
    [
        (b"%PDF-1.7 ...", "application/pdf", UnreadReason.NOT_TEXT),
        (b"\x89PNG\r\n\x1a\n", "image/png", UnreadReason.CONTENT_TYPE),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "text/html", UnreadReason.NOT_TEXT),
        (b"%PDF-1.7\n%\xe2\xe3", "", UnreadReason.NOT_TEXT),
        (b"\x00\x01\x02\x03" * 300, "text/plain", UnreadReason.NOT_TEXT),
        (b"", "text/html", UnreadReason.EMPTY),
        (b"{}", "application/json", UnreadReason.EMPTY),
        (b"var a = 1", "application/javascript", UnreadReason.CONTENT_TYPE),
    ],
)
def test_what_is_no_text_is_unread_with_its_reason(body: bytes, content_type: str, reason: UnreadReason) -> None:
    reading = read(body, content_type, URL)
    assert reading.unread is reason
    assert reading.detail


def test_plain_text_falls_into_paragraphs_and_keeps_everything() -> None:
    body = "第一段\r\n还是第一段\r\n\r\n  第二段 <b>不是标签</b>\r\n \r\nfunction(){ var 噪声; }".encode()
    document = read(body, "text/plain; charset=utf-8", URL).document
    assert document is not None
    assert [b.text for b in document.blocks] == [
        "第一段\n还是第一段",
        "第二段 <b>不是标签</b>",
        "function(){ var 噪声; }",
    ]
    assert {b.kind for b in document.blocks} == {BlockKind.TEXT}


def test_json_answers_give_their_human_strings() -> None:
    document = read('{"a":[{"t":"自动抓拍","id":"x1"}],"u":"/p"}'.encode(), "application/json", URL).document
    assert document is not None
    assert [(b.text, b.path) for b in document.blocks] == [("自动抓拍", "$.a[0].t")]


@pytest.mark.parametrize(
    "content_type", ["", "application/octet-stream", "text/plain", "application/xhtml+xml", "TEXT/HTML;x"]
)
def test_html_is_recognised_without_a_good_content_type(content_type: str) -> None:
    document = read("<!DOCTYPE html><html><body><p>抓<b>拍</b></p></body></html>".encode(), content_type, URL).document
    assert document is not None
    assert document.text == "抓拍"


def test_encoding_and_how_it_was_found_are_recorded() -> None:
    document = read("<meta charset=gb2312><p>镕喆抓拍</p>".encode("gbk"), "text/html", URL).document
    assert document is not None
    assert (document.text, document.encoding, document.facts["encoding_how"]) == ("镕喆抓拍", "gb18030", "meta")


def test_nofollow_by_header() -> None:
    assert read(b"<p>some text here", "text/html", URL, headers={"X-Robots-Tag": "noindex, nofollow"}).nofollow


def test_saved_pages_are_read_from_mhtml() -> None:
    message = EmailMessage()
    message["Snapshot-Content-Location"] = "http://vendor.test/saved/p.html"
    message.set_content("前言")
    message.add_related(
        "<p>无感抓拍</p><a href=x.html>更多产品</a>", subtype="html", charset="gb18030", cte="quoted-printable"
    )
    part = list(message.iter_parts())[-1]
    part["Content-Location"] = "http://vendor.test/saved/p.html"
    reading = read_mhtml(message.as_bytes(), "file.mhtml")
    assert reading.document is not None
    assert reading.document.url == "http://vendor.test/saved/p.html"
    assert [b.text for b in reading.document.blocks] == ["无感抓拍", "更多产品"]
    assert reading.links[0].url == "http://vendor.test/saved/x.html"


def test_mhtml_without_a_page_is_unread() -> None:
    assert read_mhtml(b"MIME-Version: 1.0\nContent-Type: text/plain\n\nx", "f").unread is UnreadReason.NOT_TEXT
    deep = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(3000))
    assert read_mhtml(deep, "f").unread is UnreadReason.NOT_TEXT


SAVED_PAGE = "<p>客户进门即无感抓拍人脸，全程无提示。</p>" * 20
HEAD = "MIME-Version: 1.0\nContent-Type: multipart/related; boundary=xx\n\n"
PART = "--xx\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: {coding}\n\n{body}\n"
PICTURE = "--xx\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n\niVBORw0K\n"
IN_BASE64 = base64.encodebytes(SAVED_PAGE.encode()).decode()


@pytest.mark.parametrize(
    ("saved", "why"),
    [
        (HEAD + PART.format(coding="base64", body=SAVED_PAGE) + "--xx--\n", "declares base64 and is something else"),
        (
            HEAD + PART.format(coding="base64", body=IN_BASE64.replace("\n", "")[:401]) + "--xx--\n",
            "breaks off within its base64",
        ),
        (HEAD + PART.format(coding="8bit", body=SAVED_PAGE[:200]), "its closing boundary is missing"),
        (HEAD + PART.format(coding="base64", body=IN_BASE64[:400]), "its closing boundary is missing"),
        (HEAD + PART.format(coding="8bit", body=SAVED_PAGE) + PICTURE, "its closing boundary is missing"),
    ],
)
def test_a_saved_page_that_is_not_whole_is_not_read(saved: str, why: str) -> None:
    reading = read_mhtml(saved.encode(), "file.mhtml")
    assert reading.unread is UnreadReason.BAD_ENCODING
    assert why in reading.detail


@pytest.mark.parametrize("body", [IN_BASE64, IN_BASE64.replace("\n", " \r\n"), IN_BASE64.replace("\n", "").rstrip("=")])
def test_a_saved_page_in_base64_is_read_however_its_lines_end(body: str) -> None:
    reading = read_mhtml((HEAD + PART.format(coding="Base64", body=body) + PICTURE + "--xx--").encode(), "file.mhtml")
    assert reading.unread is None
    assert reading.document is not None
    assert reading.document.text.count("无感抓拍") == 20
