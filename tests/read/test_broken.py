"""Broken markup loses nothing, hostile markup costs nothing."""

# ruff: noqa: E501  (a made-up page is easier to read in one piece)
from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.read import saved
from scanner.read.html import parse
from scanner.read.reader import read

BROKEN = {
    "unclosed p": "<p>KEEPA<p>KEEPB<div>KEEPC",
    "unclosed li": "<ul><li>KEEPA<li>KEEPB</ul>KEEPC",
    "unclosed td": "<table><tr><td>KEEPA<td>KEEPB<tr><td>KEEPC</table>",
    "after html": "<html><body><p>KEEPA</p></body></html><div>KEEPB</div>KEEPC",
    "before html": "KEEPA<html><body>KEEPB</body></html>",
    "two pages": "<html><body>KEEPA</body></html><html><body>KEEPB</body></html>",
    "misnested inline": "<b>KEEPA<i>KEEPB</b>KEEPC</i>KEEPD",
    "misnested link": "<a href=x><div>KEEPA</a>KEEPB</div>KEEPC",
    "unquoted": "<img alt=KEEPA src=x.png><p title=KEEPB>KEEPC",
    "unquoted slash": "<a href=/x/y title=KEEPA/>KEEPB</a>",
    "no space between attributes": '<img src="a.png"alt="KEEPA"title="KEEPB">',
    "quote never closed": '<p>KEEPA</p><a href="x>KEEPB</a><p>KEEPC</p>',
    "quote closed later": '<p>KEEPA</p><a href="x>KEEPB</a><p title="y">KEEPC</p>',
    "two quotes never closed": "<p>KEEPA<a href='x>KEEPB</a><p title=\"y>KEEPC</p>KEEPD",
    "NUL in text": "<p>KEEPA\0KEEPB</p><p>KEEPC</p>",
    "NUL in a tag": "<p\0>KEEPA</p><di\0v>KEEPB</div>KEEPC",
    "stray <": "<p>a < b KEEPA</p><p>3<5 KEEPB</p> <KEEPC",
    "stray < before Han": "<p>价格<五千元KEEPA</p><p>KEEPB</p>",
    "stray &": "<p>KEEPA & KEEPB &nosuch; &#xzz; KEEPC</p>",
    "comment never closed": "<p>KEEPA</p><!-- open KEEPB<p>KEEPC</p>",
    "empty comments": "<!--><p>KEEPA</p><!---><p>KEEPB</p>",
    "conditional comment": "<![if !IE]><p>KEEPA</p><![endif]>KEEPB",
    "CDATA": "<p>KEEPA<![CDATA[ KEEPB ]]>KEEPC</p>",
    "processing instruction": "<?php echo 1 ?><p>KEEPA</p>KEEPB",
    "XML declaration": "<?xml version='1.0' encoding='gbk'?><page><p>KEEPA</p></page>",
    "title never closed": "<html><head><title>KEEPA<body><p>KEEPB</p>",
    "textarea never closed": "<p>KEEPA</p><textarea>KEEPB<p>KEEPC</p>",
    "script never closed": "<p>KEEPA</p><script>var a={b:'x y'};",
    "tags in textarea": "<textarea><b>KEEPA</b></textarea>KEEPB",
    "noscript never closed": "<noscript>KEEPA<p>KEEPB",
    "template": "<template><p>KEEPA</p></template>KEEPB",
    "svg": "<svg><title>KEEPA</title><text x=1>KEEPB<tspan>KEEPC</tspan></text></svg>KEEPD",
    "options": "<select><option>KEEPA<option value=2>KEEPB</select><p>KEEPC",
    "form in table": "<table><form><tr><td>KEEPA</td></tr></form>KEEPB</table>",
    "text in table": "<table>KEEPA<tr>KEEPB<td>KEEPC</td></tr></table>",
    "div in p": "<p>KEEPA<div>KEEPB</div>KEEPC</p>",
    "ends without starts": "</div></p></body>KEEPA</span></table>KEEPB</html></html>KEEPC",
    "capitals": "<P>KEEPA<BR>KEEPB<IMG ALT='KEEPC'></P>",
    "frameset": "<frameset><frame src=a><noframes><p>KEEPA</noframes></frameset>KEEPB",
    "nested buttons": "<button>KEEPA<button>KEEPB</button>KEEPC",
    "nested links": "<a href=1>KEEPA<a href=2>KEEPB</a>KEEPC</a>",
    "> in an attribute": '<img alt="KEEPA > KEEPB" src=x>KEEPC',
    "cut in a tag": "<p>KEEPA</p><p class='x' KEEPB",
    "raw elements": "<xmp><p>KEEPA</p></xmp>KEEPB<plaintext>KEEPC<p>KEEPD",
    "fallback content": "<iframe src=x>KEEPA</iframe><object data=x>KEEPB</object><video>KEEPC</video><noembed>KEEPD</noembed>",
    "text in head": "<head>KEEPA<div>KEEPB</div></head><body>KEEPC",
    "unknown elements": "<my-card><slot-x>KEEPA</slot-x></my-card><o:p>KEEPB</o:p><100>KEEPC",
    "control characters": "<p>KEEPA\x01\x02\x0bKEEPB\x7f\x80</p>",
    "impossible characters": "<p>KEEPA&#xD800;KEEPB&#x110000;KEEPC&#0;</p>",
    "broken end tags": "<p>KEEPA</ p>KEEPB</1>KEEPC",
    "doctype in the middle": "<p>KEEPA<!DOCTYPE html>KEEPB",
    "300 deep": "<div>" * 300 + "KEEPA" + "</div>" * 300 + "KEEPB",
    "astral": "<p>KEEPA𠮷😀</p>KEEPB",
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_markup_loses_no_text(name: str) -> None:
    text = parse(BROKEN[name], "http://v.test/").document.text
    assert set(re.findall("KEEP[A-D]", BROKEN[name])) <= set(re.findall("KEEP[A-D]", text))


N = 5000
HOSTILE = {
    "deep": "<div>x" * N,
    "deep and back": "<b><i>" * N + "x</b>" * N,
    "<a": "<a " * N,
    "comments": "<!--" * N,
    "quotes": '<p ="' * N,
    "titles": "<title>" * N,
    "textareas": "<textarea>x" * N,
    "state": "<script>" + "a={" * N + "</script>",
    "state brackets": '<script>x={"a":' + "[{" * N + "</script>",
    "json": "<script type=application/json>" + "[" * N + '"抓拍"</script>',
    "comment in script": "<script>a={}" + "/*" * N + "</script>",
    "json in json": '<script type=application/json>{"a":"' + "{[" * N + '\\"抓拍"}</script>',
    "attributes": "<p " + " ".join(f'a{n}="抓拍"' for n in range(N)) + ">x",
    "spaces": "<p>抓" + " " * N * 50 + "拍",
    "lines": "<p>抓" + "\n " * N * 50 + "拍",
    "style": "<p style='display:" + " " * N * 50 + "none'>x",
    "links": "<p>" + "<a href=x>抓拍</a>" * N,
    "srcdoc": '<iframe srcdoc="' * N + "x",
    "one attribute": '<p title="' + "抓拍" * N * 50 + '">x',
    "angle brackets": "<" * N * 20,
    "sources": '<img srcset=" "><source data-srcset="&#10;">' * N,
    "escaped quotes": '<script type=application/json>{"a":"抓拍"}' + '\\"' * N * 20 + "</script>",
    "breaks in json": '<script type=application/json>{"a":"抓拍 <' + " " * N * 10 + '>"}</script>',
    "lines beside a password": "<input type=password><pre hidden>抓拍" + "\n" * N * 10 + "x</pre>",
    "refresh": "<meta http-equiv=refresh content='5" + " " * N * 20 + "x'>抓拍",
}
PLAIN = {
    "comments": "<!---->" * N + "x",
    "comments with blanks": "\n<!-- a -->\n" * N + "x",
    "comment that never ends": "<!--" * N + "x",
    "blanks": "a" + " " * N * 40 + "x",
    "lines": "a" + " \n" * N * 20 + "x",
    "one word a line": "a\n" * N * 20,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_markup_takes_linear_time(name: str) -> None:
    # The machine may be busy: a quadratic reader takes minutes for these, a linear one less than a second.
    start = time.process_time()
    reading = read(HOSTILE[name].encode(), "text/html", "http://v.test/")
    assert time.process_time() - start < 5
    assert reading.document is not None


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("content_type", ["text/plain", "", "application/json"])
def test_hostile_text_takes_linear_time(name: str, content_type: str) -> None:
    start = time.process_time()
    read(PLAIN[name].encode(), content_type, "http://v.test/")
    assert time.process_time() - start < 5


def test_the_head_of_a_saved_page_takes_linear_time() -> None:
    comment = "<!--\n Page saved with SingleFile\n" + "\n" * 9000 + " saved date: " + " " * 9000 + "x\n-->"
    start = time.process_time()
    assert saved.of_html(comment.encode()).software == "SingleFile"
    assert time.process_time() - start < 5


def test_a_picture_without_a_source_costs_no_page() -> None:
    page = '<p>抓拍</p><img srcset=" "><img srcset=" /a.png, /b.png 2x"><img data-srcset=",">'
    reading = read(page.encode(), "text/html", "http://v.test/")
    assert reading.document is not None
    assert reading.document.text == "抓拍"
    assert reading.images == ("http://v.test/a.png",)


def test_a_hundred_thousand_open_tags_do_not_overflow_the_stack() -> None:
    blocks = read(b"<span>" * 100_000 + "抓拍".encode(), "text/html", "http://v.test/").document
    assert blocks is not None
    assert [block.text for block in blocks.blocks] == ["抓拍"]


SOUP = st.lists(
    st.sampled_from(
        [
            "<p>",
            "</p>",
            "<div hidden>",
            "</div>",
            "<a href=x>",
            "</a>",
            "<br>",
            "<li>",
            "<table>",
            "<td>",
            "抓拍",
            " ",
            "\n",
            "a b",
            "<script>x={",
            "'抓 拍'",
            "</script>",
            "<!--",
            "-->",
            '<img alt="',
            '">',
            "<title>",
            "<svg>",
            "<template>",
            "&amp;",
            "&#x",
            "<iframe srcdoc='",
            "'>",
            "</iframe>",
            "<textarea>",
            "<option>",
            "<h2>",
            "</h2>",
            "<details>",
            "\0",
            "<",
            "<rt>",
            "<pre>",
        ]
    ),
    max_size=40,
).map("".join)


@settings(max_examples=150, deadline=None)
@given(SOUP | st.text())
def test_offsets_are_exact_for_any_markup(markup: str) -> None:
    document = parse(markup, "http://v.test/").document
    assert document.text == "\n\n".join(block.text for block in document.blocks)
    for block in document.blocks:
        assert document.text[block.start : block.end] == block.text
        assert block.text.strip()


@settings(max_examples=150, deadline=None)
@given(
    st.binary() | SOUP.map(str.encode),
    st.sampled_from(
        [
            "text/html",
            "text/html; charset=gb2312",
            "text/plain",
            "application/json",
            "",
            "multipart/related",
            "image/png",
        ]
    )
    | st.text(max_size=30),
)
def test_no_bytes_and_no_header_can_break_the_reader(body: bytes, content_type: str) -> None:
    reading = read(body, content_type, "http://v.test/")
    assert reading.document is not None or reading.unread is not None
    for block in reading.document.blocks if reading.document else ():
        assert reading.document is not None
        assert reading.document.text[block.start : block.end] == block.text
