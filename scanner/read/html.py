"""HTML to `Parsed`: BeautifulSoup builds the tree, the walk is ours (the only file that knows bs4).

The tree builder is lxml. Of 74 broken pages html.parser lost text on none and lxml on four, but html.parser takes
quadratic time on `<a <a <a` (87 s for 60 kB). What lxml loses (all that follows a tag, quote, comment or raw element
that is never closed) is given back by `_close_open_ends`; an attribute of a second <body> tag stays lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bs4 import BeautifulSoup
from bs4.builder._lxml import LXMLTreeBuilder
from bs4.element import CData, Comment, NavigableString, PreformattedString, Tag

from scanner.read.page import Page
from scanner.read.parsed import Parsed

_END = "noticescan-end-of-page"
_SENTINEL = f"<{_END}></{_END}>"
"""Stands after the text: where it does not come out as an element, something never closed has swallowed the rest."""
_MAX_REPAIRS = 20
_MAX_EMBEDDED = 2000
_MAX_DEPTH = 200
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_XML_DECLARATION = re.compile(r"<\?xml[^>]*>", re.IGNORECASE)
_OPENING = re.compile(r"<(?:(!--)|(/?[a-zA-Z][^\s/>]*))")
_REST_OF_TAG = re.compile(r"""(?:[^>"'=]++|=\s*+(?:"[^"]*+"|'[^']*+'|(?!["']))|["'])*+>""")
_RAW = frozenset({"script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"})


class _ShallowBuilder(LXMLTreeBuilder):
    """lxml's tree builder with a limit of depth, as browsers have one (512).

    Past the limit an element becomes a sibling of the deepest one. bs4 walks up the whole tree for each text that
    follows a closed element: without a limit 60 kB of nested tags take a minute.
    """

    def __init__(self) -> None:
        super().__init__(multi_valued_attributes=None, store_line_numbers=False, attribute_dict_class=dict)
        self._depth = 0
        self._over = 0
        self.saw_end = False

    def start(self, tag: str | bytes, attrs: dict[str, str], nsmap: dict[str | None, str] | None = None) -> None:
        if tag == _END:
            self.saw_end = True
        if self._depth >= _MAX_DEPTH:
            self._over += 1
            super().end(self.soup.currentTag.name)
        else:
            self._depth += 1
        super().start(tag, attrs, nsmap or {})

    def end(self, tag: str | bytes) -> None:
        if self._over:
            self._over -= 1
            return
        self._depth -= 1
        super().end(tag)


def parse(text: str, url: str = "") -> Parsed:
    """The blocks, links, pictures and facts of an HTML page; linear in the length of `text`. Meant never to
    fail; where it does, `pipeline.fault` makes it one page not read."""
    page = Page(url)
    _feed(page, text)
    for _ in range(_MAX_EMBEDDED):
        markup = page.next_embedded()
        if not markup:
            break
        _feed(page, markup)
    return page.finish()


def _feed(page: Page, text: str) -> None:
    tree = _tree(text)
    for event, node in _walk(tree):
        if event == "start":
            page.start(node.name.lower(), node.attrs)  # type: ignore[union-attr]
        elif event == "end":
            page.end(node.name.lower())  # type: ignore[union-attr]
        else:
            page.data(str(node))
    page.close()


def _walk(root: Tag) -> Iterator[tuple[str, Tag | NavigableString]]:
    """Every element and text in order, without recursion. Comments are left out, CDATA is text."""
    stack: list[tuple[Tag, Iterator[object]]] = [(root, iter(root.contents))]
    while stack:
        parent, children = stack[-1]
        for child in children:
            if isinstance(child, Tag):
                if child.name == _END:
                    continue
                yield "start", child
                stack.append((child, iter(child.contents)))
                break
            if isinstance(child, NavigableString):
                if not isinstance(child, PreformattedString) or isinstance(child, CData):
                    yield "text", child
                elif isinstance(child, Comment) and child.startswith("[CDATA["):
                    yield "text", NavigableString(child[7:].removesuffix("]]"))
        else:
            stack.pop()
            if stack:
                yield "end", parent


def _tree(text: str) -> BeautifulSoup:
    """The tree; the text is cleaned so that neither bs4's warnings nor libxml2's limits come into play."""
    text = _LONE_SURROGATE.sub("\ufffd", text)
    text = _XML_DECLARATION.sub("", text[:2000]) + text[2000:]
    builder = _ShallowBuilder()
    tree = BeautifulSoup(text + _SENTINEL, builder=builder)
    if not builder.saw_end:
        tree = BeautifulSoup(_close_open_ends(text) + _SENTINEL, builder=_ShallowBuilder())
    return tree


def _close_open_ends(text: str) -> str:
    """`text` with tags, comments and raw elements that never close made harmless, so that nothing after them is lost.

    An unclosed tag's `<` becomes text, an unclosed comment or raw element (`<title>`) is closed at once, an unclosed
    script at the end. After some repairs the rest counts as plain text: that bounds the time.
    """
    parts: list[str] = []
    position = done = repairs = 0
    while found := _OPENING.search(text, position):
        end, resume, repaired = _element_end(text, found)
        if end >= 0:
            position = end
            continue
        parts.append(text[done : found.start()] + repaired)
        position = done = resume
        repairs += 1
        if repairs >= _MAX_REPAIRS:
            parts.append(text[done:].replace("<", "&lt;"))
            return "".join(parts)
    parts.append(text[done:])
    return "".join(parts)


def _element_end(text: str, found: re.Match[str]) -> tuple[int, int, str]:
    """(end, 0, "") of the tag, comment or raw element at `found`; or (-1, where to go on, what to write instead)."""
    if found.group(1):
        end = text.find("-->", found.end() - 2)
        return (end + 3, 0, "") if end >= 0 else (-1, found.end(), "&lt;!--")
    name = found.group(2).lower()
    rest = _REST_OF_TAG.match(text, found.end())
    if rest is None:
        return -1, found.end(), "&lt;" + found.group(2)
    if name not in _RAW:
        return rest.end(), 0, ""
    close = re.compile(f"</{name}", re.IGNORECASE).search(text, rest.end())
    if close:
        return close.start(), 0, ""
    opening = text[found.start() : rest.end()]
    if name in ("script", "style"):
        return -1, len(text), text[found.start() :] + f"</{name}>"
    return -1, rest.end(), f"{opening}</{name}>"
