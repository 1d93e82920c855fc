"""PDF notices: text as a reader sees it, and no bytes that break the reader."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.model import UnreadReason
from scanner.read.pdf import paragraphs, read_pdf
from scanner.read.reader import read

EXAMPLE = Path(__file__).resolve().parents[2] / "examples/sites/pellwick/legal/privacy.pdf"


def test_a_pdf_is_read_whatever_it_is_sent_as() -> None:
    body = EXAMPLE.read_bytes()
    for kind in ("application/pdf", "text/html", "application/octet-stream", ""):
        found = read(body, kind, "http://x.example/privacy")
        assert found.unread is None
        assert found.document is not None
        assert "The software does not create face templates" in found.document.text
        assert found.document.title == "Pellwick privacy notice"
        for block in found.document.blocks:
            assert found.document.text[block.start : block.end] == block.text


def test_lines_are_put_together_to_sentences() -> None:
    text = "一、保存期限\n人脸图像在采集之后保存三十日，期满以后由系统自动删除，不\n再恢复。\n"
    text += "二、联系\nWe keep the\nfootage for ten days and then it is\noverwritten."
    assert paragraphs(text) == [
        "一、保存期限",
        "人脸图像在采集之后保存三十日，期满以后由系统自动删除，不再恢复。",
        "二、联系",
        "We keep the",
        "footage for ten days and then it is overwritten.",
    ]


def test_radicals_that_look_like_characters_become_them() -> None:
    from scanner.read import pdf

    assert "⻔店⼈脸".translate(pdf._RADICALS) == "门店人脸"


def test_a_scan_and_a_locked_file_are_unread() -> None:
    import io

    from pypdf import PdfWriter

    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    plain, locked = io.BytesIO(), io.BytesIO()
    writer.write(plain)
    assert read_pdf(plain.getvalue(), "x").unread is UnreadReason.IMAGE_ONLY
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(locked)
    assert read_pdf(locked.getvalue(), "x").unread is UnreadReason.BLOCKED


@given(st.binary(max_size=300), st.integers(0, 20_000))
@settings(max_examples=40, deadline=None)
def test_no_bytes_break_the_reader(junk: bytes, at: int) -> None:
    body = EXAMPLE.read_bytes()
    found = read_pdf(body[:at] + junk + body[at + len(junk) :], "x")
    assert found.unread is not None or found.document is not None


@pytest.mark.parametrize("body", [b"%PDF-", b"%PDF-1.7\n%%EOF", b"%PDF-1.4 " + b"(" * 5000])
def test_broken_files_are_unread_with_a_reason(body: bytes) -> None:
    found = read(body, "application/pdf", "x")
    assert found.unread in (UnreadReason.NOT_TEXT, UnreadReason.EMPTY)
    assert found.detail


def test_a_page_of_lines_without_an_end_takes_linear_time() -> None:
    start = time.process_time()
    found = paragraphs("word: and\n" * 100_000)
    assert time.process_time() - start < 5
    assert len(found) == 1


def _pdf(to_unicode: bytes, text: bytes) -> bytes:
    """One page with `text`, whose font says by a CMap what its codes mean."""
    cmap = b"1 begincodespacerange <00> <FF> endcodespacerange\n1 beginbfchar\n" + to_unicode + b"\nendbfchar\n"
    shown = b"BT /F 12 Tf 20 100 Td (" + text + b") Tj ET"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 5 0 R /Resources << /Font << /F 4 0 R >> >> >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 6 0 R >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(shown), shown),
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(cmap), cmap),
    )
    body = b"%PDF-1.4\n" + b"".join(b"%d 0 obj\n%b\nendobj\n" % (n, one) for n, one in enumerate(objects, 1))
    return body + b"trailer << /Root 1 0 R /Size 7 >>\nstartxref\n0\n%%EOF\n"


def test_a_font_that_maps_to_half_a_sign_costs_one_sign() -> None:
    found = read_pdf(_pdf(b"<61> <D835>", b"a camera that nobody sees"), "http://x.example/a.pdf").document
    assert found is not None
    assert "\ufffd c" in found.text
    assert found.text.encode()


def test_a_pdf_of_no_page_is_empty_and_one_of_one_page_is_a_picture() -> None:
    import io

    from pypdf import PdfWriter

    for pages, reason, detail in (
        (0, UnreadReason.EMPTY, "a PDF in which no page was found"),
        (1, UnreadReason.IMAGE_ONLY, "a PDF of 1 page without text"),
        (2, UnreadReason.IMAGE_ONLY, "a PDF of 2 pages without text"),
    ):
        writer, out = PdfWriter(), io.BytesIO()
        for _ in range(pages):
            writer.add_blank_page(200, 200)
        writer.write(out)
        found = read_pdf(out.getvalue(), "x")
        assert (found.unread, found.detail) == (reason, detail)


def test_what_is_sent_as_a_pdf_and_is_none_is_said_to_be() -> None:
    found = read(b"PK\x03\x04 a table", "application/pdf", "x")
    assert found.unread is UnreadReason.CONTENT_TYPE
    assert found.detail == "sent as a PDF, but does not begin like one (%PDF-)"
