"""Names of attributes, meta tags and mount points, and what stands in them."""

from __future__ import annotations

import re

from scanner.model import BlockKind

META_TEXT = re.compile(
    r"^(?:description|keywords?|abstract|subject|summary|title|headline|(?:og|twitter|article|product|itemprop|dc|dcterms"
    r"|wechat|weixin|weibo|share):?.*)$",
    re.IGNORECASE,
)
META_CODE = re.compile(
    r"url|image$|video$|:(?:type|locale|card|site|creator|width|height|id|app_id|amount|currency)$|time|date|viewport"
    r"|robots|token|csrf|verification|theme|color|generator|format-detection|renderer|referrer|copyright|author$",
    re.IGNORECASE,
)
ATTRIBUTES = {
    "alt": BlockKind.ALT,
    "title": BlockKind.TITLE_ATTR,
    "aria-label": BlockKind.LABEL,
    "aria-description": BlockKind.LABEL,
    "aria-roledescription": BlockKind.LABEL,
    "aria-valuetext": BlockKind.LABEL,
    "aria-placeholder": BlockKind.LABEL,
    "placeholder": BlockKind.LABEL,
    "summary": BlockKind.LABEL,
    "label": BlockKind.LABEL,
    "prompt": BlockKind.LABEL,
}
_SILENT_NAMES = (
    "id class style href src srcset name type rel target width height lang dir for action method role tabindex charset"
    " content http-equiv property integrity crossorigin sizes media value srcdoc loading decoding fill d viewbox xmlns"
    " data-v data-src data-original data-srcset data-lazy data-url data-href"
)
SILENT = frozenset(_SILENT_NAMES.split())
IMAGE_ATTRIBUTES = ("data-src", "data-original", "data-lazy", "data-lazy-src", "src", "poster")
APP_ROOTS = frozenset({"app", "root", "__next", "__nuxt", "main-app", "react-root", "q-app", "ember-app"})
META_FACTS = {
    "og:type": "og:type",
    "author": "author",
    "article:author": "author",
    "byl": "author",
    "article:published_time": "published_time",
    "og:published_time": "published_time",
    "datepublished": "published_time",
    "publishdate": "published_time",
    "pubdate": "published_time",
    "og:site_name": "site_name",
    "application-name": "site_name",
    "generator": "generator",
}
