"""Links to notices, by words in many languages and by address; app stores; what the crawl does with them."""

from __future__ import annotations

import pytest

from scanner.collect.scope import Scope, seeds, select
from scanner.detect.rules import load
from scanner.model import Link, Target
from scanner.notice.find import app_stores, is_notice_link
from scanner.pipeline.noticing import is_privacy, needed_notice_rules

RULESET = load()
RULES = needed_notice_rules(RULESET)


@pytest.mark.parametrize(
    ("text", "url", "want"),
    [
        ("隐私政策", "/a", True), ("隱私權聲明", "/a", True), ("个人信息保护", "/a", True), ("隐私声明", "/a", True),
        ("Privacy", "/a", True), ("Datenschutz", "/a", True), ("Politique de confidentialité", "/a", True),
        ("Política de privacidad", "/a", True),
        ("Data protection notice", "/a", True), ("人脸信息处理规则", "/a", True),
        ("", "/legal/privacy-policy", True), ("", "/files/privacy.pdf", True), ("条款", "/yinsi.html", True),
        ("Products", "/a", False),
        ("Our new camera keeps the privacy of every guest in mind, read on", "/news/1", False),
        ("隐私合规解决方案", "/a", False), ("Home", "/", False), ("", "/private-label.html", False),
    ],
)  # fmt: skip
def test_links_to_notices_are_known(text: str, url: str, want: bool) -> None:
    assert is_notice_link(Link("http://v.example" + url, text, "a"), RULES) is want


def test_app_stores_are_noted() -> None:
    links = [Link("https://apps.apple.com/cn/app/id1", ""), Link("https://v.example/", ""), Link("http://[", "")]
    assert app_stores(links, RULES) == ("https://apps.apple.com/cn/app/id1",)


def test_notices_come_first_and_past_the_limits() -> None:
    scope = Scope(Target("v", ("http://v.example/",)), max_pages=1, max_depth=0)
    item = seeds(scope)[0][0]
    links = [
        Link("http://v.example/products", "Products", "a"),
        Link("http://v.example/brochure.pdf", "Brochure", "a"),
        Link("http://v.example/notice.pdf", "Privacy notice", "a"),
    ]
    picked, refused = select(links, item, scope, {item.canonical}, is_notice=is_privacy(RULESET))
    assert [(one.url, one.via) for one in picked] == [("http://v.example/notice.pdf", "notice")]
    assert {one.item.url for one in refused} == {"http://v.example/products", "http://v.example/brochure.pdf"}
