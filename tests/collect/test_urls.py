"""The same page has one canonical URL; the wire form changes nothing that a server could tell apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.collect.urls import BadUrl, canonical, join, registrable, sent_form, site_of, split


@pytest.mark.parametrize(
    "url",
    [
        "HTTP://A.Example:80/x/../p?b=2&a=1#top",
        "http://a.example/p?a=1&b=2",
        "http://a.example/p?b=2&a=1&utm_source=m&spm=a.1&GCLID=z&bd_vid=1",
        "http://a.example/./p?a=1&b=2&PHPSESSID=abc",
        "http://a.example/p?a=1&b=2&sid=q7v0k2m9s1d4f8h3j6l5n2b7c0",
        "http://a.example/p?sid=0f8fad5b-d9cb-469f-a165-70867728950e&a=1&b=2",
    ],
)
def test_one_page_one_canonical(url: str) -> None:
    assert canonical(url) == "http://a.example/p?a=1&b=2"


def test_pages_that_differ_stay_apart() -> None:
    urls = ["http://a.example/p", "https://a.example/p", "http://a.example/p?id=1", "http://a.example/p?id=2",
            "http://a.example/P", "http://a.example/p/", "http://a.example:81/p", "http://a.example/p?id=",
            "http://a.example/p?sid=1", "http://a.example/p?sid=2", "http://a.example/p?SID=dome-camera-4-mp-4-mm",
            "http://a.example/p?sid=surveillancecamera2026", "http://a.example/p?sid=20260301120000123456"]  # fmt: skip
    assert len({canonical(url) for url in urls}) == len(urls)


def test_the_wire_form_keeps_what_was_written() -> None:
    assert sent_form("http://a.example/%7e%e8?q=%B0%A1&utm_source=x&b&a=#f") == (
        "http://a.example/%7e%e8?q=%B0%A1&utm_source=x&b&a="
    )
    assert sent_form("http://公司.example/产品 1") == "http://xn--55qx5d.example/%E4%BA%A7%E5%93%81%201"


@pytest.mark.parametrize(
    ("host", "owner"),
    [
        ("shop.vendor.com.cn", "vendor.com.cn"),
        ("www.公司.中国", "公司.中国"),
        ("a.b.vendor.example.", "vendor.example"),
        ("vendor.example:8080", "vendor.example"),
        ("127.0.1.1:8001", "127.0.1.1:8001"),
        ("[::1]:80", "[::1]:80"),
        ("localhost:5", "localhost:5"),
        ("com.cn", "com.cn"),
        ("shop1.1688.com", "shop1.1688.com"),
        ("vendor.github.io", "vendor.github.io"),
    ],
)
def test_whose_site_it_is(host: str, owner: str) -> None:
    assert registrable(host) == owner


def test_two_tenants_of_a_market_are_two_sites() -> None:
    assert site_of("https://shop1.1688.com/a") != site_of("https://shop2.1688.com/a")


@pytest.mark.parametrize(
    ("base", "reference", "url"),
    [
        ("http://a.example/x/y", "../z?q#f", "http://a.example/z?q"),
        ("http://a.example/x/", " p 1\n.html ", "http://a.example/x/p%201.html"),
        ("https://a.example/", "//b.example/c", "https://b.example/c"),
        ("http://a.example/x?q=1", "", "http://a.example/x?q=1"),
        ("http://a.example/", "http:\\\\10.0.0.1\\x", "http://10.0.0.1/x"),
    ],
)
def test_join_like_a_browser(base: str, reference: str, url: str) -> None:
    assert join(base, reference) == url


@pytest.mark.parametrize("reference", ["javascript:alert(1)", "mailto:a@b.example", "http://[x", "http://u@h/", "//"])
def test_what_cannot_be_fetched_is_bad(reference: str) -> None:
    with pytest.raises(BadUrl):
        join("http://a.example/", reference)


@given(st.text(max_size=60), st.sampled_from(["http://a.example/", "http://a.example/?", "https://", "http:", ""]))
def test_hostile_urls_never_raise_anything_else(text: str, start: str) -> None:
    try:
        once = canonical(start + text)
    except BadUrl:
        return
    assert canonical(once) == once
    assert once.isascii()
    assert "#" not in once
    assert split(once).host
