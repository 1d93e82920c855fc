"""One page as its tags go by: feeds the `Collector`, and keeps links, pictures, facts and signals."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping

from scanner.model import BlockKind, Document, Link
from scanner.read import jsonstate
from scanner.read.blocks import Collector
from scanner.read.landmarks import believed
from scanner.read.names import APP_ROOTS, ATTRIBUTES, IMAGE_ATTRIBUTES, META_CODE, META_FACTS, META_TEXT, SILENT
from scanner.read.parsed import Parsed
from scanner.read.signals import absolute, measure, picture_address

_MAX_LINKS = 20_000
_MAX_EMBEDDED_DEPTH = 3
_RAW_MARKUP = frozenset({"noframes", "noembed", "iframe", "xmp"})
_JSON_TYPES = re.compile(r"json|x-state|text/x-data", re.IGNORECASE)
_SCRIPT_TYPES = re.compile(r"^\s*(?:$|module|(?:text|application)/(?:x-)?(?:java|ecma|live)script)", re.IGNORECASE)
_TEMPLATE_TYPES = re.compile(r"html|template|tmpl|handlebars|mustache|text/ng|x-jquery", re.IGNORECASE)
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_REFRESH = re.compile(r"^\s*+[\d.]*+\s*+[;,]?+\s*+url\s*+=\s*+['\"]?+\s*+([^'\"]+)", re.IGNORECASE)
_STYLE_URL = re.compile(r"url\(\s*['\"]?([^'\")]+)")


class Page:
    """State of one page while it is walked; `finish` gives the value."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.embedded: deque[tuple[str, str, int, bool]] = deque()
        self._depth = 0
        self._out = Collector()
        self._base = ""
        self._links: list[tuple[str, int, str, str]] = []
        self._images: dict[str, None] = {}
        self._facts: dict[str, str] = {}
        self._types: dict[str, None] = {}
        self._raw: list[str] | None = None
        self._script: Mapping[str, str] = {}
        self._ruby: list[str] | None = None
        self._code: list[str] = []
        self._lang = ""
        self._nofollow = False
        self._root = ""
        self._count = dict.fromkeys(("scripts", "code", "images", "passwords", "frames", "script_number"), 0)

    # --- what the walk tells

    def start(self, tag: str, attrs: Mapping[str, str]) -> None:
        """An element opens."""
        if tag == "br":
            self._out.line_break()
            return
        out = self._out
        out.start(tag, attrs)
        if tag in ("script", "style"):
            self._raw, self._script = [], attrs
            return
        if tag in _RAW_MARKUP:
            self._raw = []
        elif tag in ("rt", "rp"):
            self._ruby = []
        handler = _HANDLERS.get(tag)
        if handler is not None:
            handler(self, attrs)
        if attrs:
            self._attributes(tag, attrs)

    def data(self, text: str) -> None:
        """Character data."""
        if self._raw is not None:
            self._raw.append(text)
        elif self._ruby is not None:
            self._ruby.append(text)
        else:
            self._out.data(text)

    def end(self, tag: str) -> None:
        """The innermost element closes."""
        if tag == "br":
            return
        if self._raw is not None and (tag in ("script", "style") or tag in _RAW_MARKUP):
            raw, self._raw = "".join(self._raw), None
            if tag == "script":
                self._end_script(raw)
            elif tag in _RAW_MARKUP and raw.strip():
                self._embed(raw, self._out.path(), hidden=tag != "xmp")
        elif self._ruby is not None and tag in ("rt", "rp"):
            reading, self._ruby = "".join(self._ruby), None
            if tag == "rt":
                self._out.attribute("", reading, BlockKind.LABEL)
        self._out.end()

    def close(self) -> None:
        """The tree is done; what is still gathered is let out."""
        self._out.flush()
        while self._out.top.tag:
            self._out.end()

    def next_embedded(self) -> str:
        """The next piece of embedded markup (iframe srcdoc, noframes, markup in attributes), or empty."""
        if not self.embedded:
            return ""
        markup, path, self._depth, hidden = self.embedded.popleft()
        self._out.enter(path, hidden=hidden)
        return markup

    # --- pieces

    def _attributes(self, tag: str, attrs: Mapping[str, str]) -> None:
        if attrs.get("id") in APP_ROOTS:
            self._root = attrs["id"]
        if "url(" in (attrs.get("style") or ""):
            for found in _STYLE_URL.finditer(attrs["style"]):
                self._image(found.group(1))
        for name, value in attrs.items():
            if not value:
                continue
            kind = ATTRIBUTES.get(name)
            if kind is not None:
                if tag != "link":
                    self._out.attribute(name, value, kind)
            elif name == "srcdoc":
                if tag == "iframe":
                    self._embed(value, f"{self._out.path()}@srcdoc", hidden=False)
            elif name == "itemtype":
                self._types[value.rstrip("/").rsplit("/", 1)[-1][:80]] = None
            elif "<" in value and ">" in value and not name.startswith("on"):
                self._embed(value, f"{self._out.path()}@{name}", hidden=True)
            elif name not in SILENT and not name.startswith(("on", "xmlns", "aria-")):
                self._odd_attribute(name, value)

    def _odd_attribute(self, name: str, value: str) -> None:
        """data-* and framework attributes: JSON, or text that people would read."""
        if _HAN.search(value) is None and not (name.startswith("data-") and " " in value.strip()):
            return
        path = f"{self._out.path()}@{name}"
        head = value.lstrip()[:1]
        if head and head in "{[":
            for where, key, string in jsonstate.strings(value, path + "$"):
                self._state(where, key, string)
            return
        text = jsonstate.readable(value)
        if text:
            self._out.attribute(name, text, BlockKind.TEXT, hidden=True)

    def _embed(self, markup: str, path: str, *, hidden: bool) -> None:
        if self._depth < _MAX_EMBEDDED_DEPTH:
            self.embedded.append((markup, path, self._depth + 1, hidden or self._out.top.hidden))

    def _state(self, path: str, key: str, value: str) -> None:
        if key == "@type":
            self._types[value[:80]] = None
        elif key in ("datePublished", "dateCreated") and value:
            self._facts.setdefault("published_time", value[:80])
        elif key == "name" and path.endswith("author.name"):
            self._facts.setdefault("author", value[:200])
        text = jsonstate.readable(value, key)
        if text:
            self._out.block(text, BlockKind.JSON, path, hidden=True, heading="")

    def _end_script(self, code: str) -> None:
        self._count["script_number"] += 1
        attrs, self._script = self._script, {}
        if attrs.get("src"):
            self._count["scripts"] += 1
        if not code.strip():
            return
        kind = attrs.get("type") or ""
        root = f"script[{self._count['script_number']}]$"
        if _JSON_TYPES.search(kind):
            found = jsonstate.strings(code, root)
        elif _SCRIPT_TYPES.match(kind):
            self._count["code"] += len(code)
            self._code.append(code[:200_000])
            found = jsonstate.script_strings(code, root)
        else:
            if _TEMPLATE_TYPES.search(kind):
                self._embed(f"<template>{code}</template>", self._out.path(), hidden=True)
            return
        self._out.flush()
        for path, key, value in found:
            self._state(path, key, value)

    # --- handlers by tag

    def _html(self, attrs: Mapping[str, str]) -> None:
        lang = attrs.get("lang") or attrs.get("xml:lang") or ""
        if lang and not self._lang:
            self._lang = lang.strip().lower().replace("_", "-")[:35]

    def _meta(self, attrs: Mapping[str, str]) -> None:
        content = (attrs.get("content") or "").strip()
        name = (attrs.get("name") or attrs.get("property") or attrs.get("itemprop") or "").strip().lower()
        pragma = (attrs.get("http-equiv") or "").strip().lower()
        if not content:
            return
        if pragma == "refresh":
            target = _REFRESH.match(content)
            if target:
                self._link(target.group(1), "", "meta-refresh")
        elif pragma == "content-language" and not self._lang:
            self._lang = content.split(",")[0].strip().lower()[:35]
        elif name in ("robots", "googlebot", "noticescan"):
            self._nofollow |= "nofollow" in content.lower() or content.strip().lower() == "none"
        elif fact := META_FACTS.get(name):
            self._facts.setdefault(fact, content[:300])
        if name in ("og:image", "og:image:url", "twitter:image"):
            self._image(content)
        elif name and not META_CODE.search(name) and (META_TEXT.match(name) or jsonstate.readable(content, name)):
            self._out.attribute("content", content, BlockKind.META, hidden=True)

    def _base_tag(self, attrs: Mapping[str, str]) -> None:
        if not self._base and attrs.get("href"):
            self._base = absolute(self.url, attrs["href"])

    def _anchor(self, attrs: Mapping[str, str]) -> None:
        number = self._out.open_link()
        self._link(attrs.get("href") or "", number, "a")

    def _area(self, attrs: Mapping[str, str]) -> None:
        self._link(attrs.get("href") or "", attrs.get("alt") or attrs.get("title") or "", "area")

    def _frame(self, attrs: Mapping[str, str]) -> None:
        self._count["frames"] += 1
        source = attrs.get("src") or attrs.get("data-src") or ""
        self._link(source, attrs.get("title") or "", "frame" if self._out.top.tag == "frame" else "iframe")

    def _link_tag(self, attrs: Mapping[str, str]) -> None:
        rels = (attrs.get("rel") or "").lower().split()
        for rel in ("canonical", "next", "prev"):
            if rel in rels:
                self._link(attrs.get("href") or "", "", rel)

    def _img(self, attrs: Mapping[str, str]) -> None:
        self._count["images"] += 1
        for name in IMAGE_ATTRIBUTES:
            if attrs.get(name):
                self._image(attrs[name])
        sources = attrs.get("srcset") or attrs.get("data-srcset") or ""
        if parts := sources.split(maxsplit=1):
            self._image(parts[0].rstrip(","))
        link = self._out.top.link
        alt = attrs.get("alt") or attrs.get("title")
        if link and alt and not self._out.link_texts[link]:
            self._out.link_texts[link].append(alt)

    def _input(self, attrs: Mapping[str, str]) -> None:
        kind = (attrs.get("type") or "text").lower()
        self._count["passwords"] += kind == "password"
        value = attrs.get("value") or ""
        if kind == "image":
            self._img(attrs)
        elif kind in ("submit", "button", "reset"):
            self._out.attribute("value", value, BlockKind.BUTTON)
        elif kind != "hidden":
            self._out.attribute("value", value, BlockKind.LABEL)
        elif jsonstate.readable(value):
            self._out.attribute("value", value, BlockKind.LABEL, hidden=True)

    def _link(self, href: str, text: str | int, rel: str) -> None:
        href = href.strip()
        if not href or href.startswith("#") or len(self._links) >= _MAX_LINKS:
            return
        number, words = (text, "") if isinstance(text, int) else (0, text)
        self._links.append((href, number, words, rel))

    def _image(self, source: str) -> None:
        source = source.strip()
        if source and len(self._images) < _MAX_LINKS:
            self._images[source] = None

    # --- the value

    def finish(self) -> Parsed:
        """All blocks are in: links made absolute, facts and signals gathered."""
        base = self._base or self.url
        links = tuple(self._finished_links(base))
        canonical = next((link.url for link in links if link.rel == "canonical"), "")
        images = dict.fromkeys(filter(None, (picture_address(base, image) for image in self._images)))
        blocks = believed(self._out.blocks)
        title = next((b.text for b in blocks if b.kind is BlockKind.TITLE), "")
        facts = dict(self._facts)
        if self._types:
            facts["schema_types"] = ",".join(list(self._types)[:50])
        document = Document(self._out.text, blocks, self._lang, title, self.url, facts=facts)
        self._count["links"] = len(links)
        signals = measure(document, self._count, self._root, self._code)
        return Parsed(document, links, canonical, self._nofollow, tuple(images), signals)

    def _finished_links(self, base: str) -> list[Link]:
        out = []
        for href, number, words, rel in self._links:
            url = absolute(base, href)
            if url:
                text = " ".join("".join(self._out.link_texts[number]).split()) if number else words.strip()
                out.append(Link(url, text[:200], rel))
        return out


_HANDLERS = {
    "html": Page._html,
    "meta": Page._meta,
    "base": Page._base_tag,
    "a": Page._anchor,
    "area": Page._area,
    "iframe": Page._frame,
    "frame": Page._frame,
    "link": Page._link_tag,
    "img": Page._img,
    "image": Page._img,
    "source": Page._img,
    "video": Page._img,
    "input": Page._input,
}
