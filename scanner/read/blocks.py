"""From a stream of tags and text to blocks: where one piece of text ends, what it is, where it stood.

Knows no parser: `Collector` is told of starts, text and ends, in order, and keeps its own stack. All of its work is
linear in what it is told; the depth of nesting costs nothing, and paths stop growing at a fixed depth.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from scanner.model import Block, BlockKind
from scanner.read.landmarks import landmark

_MAX_PATH = 48
_MAX_HEADING = 300

_BLOCK_NAMES = (
    "html body head title address article aside blockquote center dd details dialog dir div dl dt fieldset"
    " figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 header hgroup hr legend li listing main marquee menu nav"
    " noscript ol optgroup option p plaintext pre search section select summary svg table caption tbody td template"
    " textarea tfoot th thead tr ul xmp button label iframe video audio object canvas noembed noframes datalist output"
    " text foreignobject desc"
)
BLOCK_TAGS = frozenset(_BLOCK_NAMES.split())
_KINDS = {
    "title": BlockKind.TITLE,
    "p": BlockKind.PARAGRAPH,
    "li": BlockKind.LIST_ITEM,
    "dt": BlockKind.LIST_ITEM,
    "dd": BlockKind.LIST_ITEM,
    "td": BlockKind.CELL,
    "th": BlockKind.CELL,
    "figcaption": BlockKind.CAPTION,
    "caption": BlockKind.CAPTION,
    "legend": BlockKind.CAPTION,
    "blockquote": BlockKind.QUOTE,
    "button": BlockKind.BUTTON,
    "label": BlockKind.LABEL,
    "option": BlockKind.LABEL,
    "textarea": BlockKind.LABEL,
    "noscript": BlockKind.NOSCRIPT,
    "template": BlockKind.TEMPLATE,
    "summary": BlockKind.HEADING,
}
_HEADINGS = {f"h{n}": n for n in range(1, 7)} | {"summary": 6}
_STICKY = frozenset({BlockKind.QUOTE, BlockKind.NOSCRIPT, BlockKind.TEMPLATE})
_LINKABLE = frozenset({BlockKind.TEXT, BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.CELL})
_HIDDEN_TAGS = frozenset({"template", "noscript", "noframes", "noembed", "iframe", "datalist"})
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?:\.0+)?\s*(?:;|!|$)", re.I)
_BLOCK_STYLE = re.compile(r"display\s*:\s*(?:block|flex|grid|table|list-item)", re.I)

_WIDE = "\u2e80-\u303f\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff01-\uff60\U00020000-\U0003ffff"
_SPACE = re.compile("[ \t\r\n\f]+")
_SEGMENT_BREAK = re.compile(f"(?<=[{_WIDE}])[ \t\r\n\f]+(?=[{_WIDE}])")
_AROUND_BREAK = re.compile(" ?\n ?")
_SEPARATORS = re.compile("[\\s|/\\\\·•>»›<«‹\\-–—_,，、;；:：.]*")


@dataclass(slots=True)
class Frame:
    """An open element."""

    tag: str
    kind: BlockKind
    hidden: bool
    is_block: bool
    link: int
    pre: bool
    landmark: str = ""
    closed_details: bool = False
    children: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Run:
    """The block that is being gathered."""

    pieces: list[tuple[str, int]] = field(default_factory=list)
    kind: BlockKind = BlockKind.TEXT
    path: str = ""
    hidden: bool = False
    pre: bool = False
    level: int = 0
    landmark: str = ""


class Collector:
    """Gathers blocks; `blocks` and `text` hold what was found so far, offsets exact at every moment."""

    def __init__(self, prefix: str = "", *, hidden: bool = False) -> None:
        self.blocks: list[Block] = []
        self.heading = ""
        self.link_texts: list[list[str]] = [[]]
        self._parts: list[str] = []
        self._position = 0
        self._run = _Run()
        self._later: list[tuple[str, BlockKind, str, bool, str]] = []
        self._headings: list[str] = [""] * 7
        self._link_paths: list[str] = [""]
        self._stack = [Frame("", BlockKind.TEXT, hidden, True, 0, False)]
        self._names: list[str] = [prefix]
        self._block_depth = [0]

    def enter(self, prefix: str, *, hidden: bool) -> None:
        """Begin an embedded document; its paths start with `prefix`."""
        self.flush()
        self._stack = [Frame("", BlockKind.TEXT, hidden, True, 0, False)]
        self._names = [prefix]
        self._block_depth = [0]

    @property
    def text(self) -> str:
        """The blocks joined by two line feeds."""
        return "\n\n".join(self._parts)

    @property
    def top(self) -> Frame:
        """The innermost open element."""
        return self._stack[-1]

    def start(self, tag: str, attrs: Mapping[str, str]) -> None:
        """An element opens. Names in lower case."""
        parent = self._stack[-1]
        count = parent.children.get(tag, 0) + 1
        parent.children[tag] = count
        style = attrs.get("style") or ""
        is_block = tag in BLOCK_TAGS or ("display" in style and _BLOCK_STYLE.search(style) is not None)
        frame = Frame(tag, parent.kind, parent.hidden, is_block, parent.link, parent.pre, parent.landmark)
        if attrs and not frame.hidden:
            frame.hidden = _hides(attrs, style)
        if parent.closed_details and tag != "summary":
            frame.hidden = True
        self._names.append(tag if count == 1 else f"{tag}[{count}]")
        self._stack.append(frame)
        if is_block:
            self.flush()
            self._block_depth.append(len(self._stack) - 1)
            self._classify(frame, parent, attrs)
            if not frame.landmark:
                frame.landmark = landmark(tag, attrs, (above.tag for above in self._stack[:-1]))

    def open_link(self) -> int:
        """The innermost element is a link: text within is gathered for it. Returns the link's number."""
        self.link_texts.append([])
        self._link_paths.append(self.path())
        self._stack[-1].link = len(self.link_texts) - 1
        return self._stack[-1].link

    def data(self, text: str) -> None:
        """Character data inside the innermost element."""
        frame = self._stack[-1]
        run = self._run
        hidden = frame.hidden or frame.closed_details
        if not frame.pre:
            text = _collapse(text)
        if not run.pieces:
            if text == " " or not text:
                return
            depth = self._block_depth[-1]
            run.path = self._path(depth + 1)
            block = self._stack[depth]
            run.kind, run.pre = frame.kind, frame.pre
            run.level = _HEADINGS.get(block.tag, 0)
            run.hidden, run.landmark = hidden, frame.landmark
        elif run.hidden != hidden:
            # A hidden span inside a visible line: two blocks, for a reader must know which of it was shown.
            self.flush()
            self.data(text)
            return
        run.pieces.append((text, frame.link))
        if frame.link and len(self.link_texts[frame.link]) < 64:
            self.link_texts[frame.link].append(text)

    def line_break(self) -> None:
        """<br>"""
        if self._run.pieces:
            self._run.pieces.append(("\n", self._stack[-1].link))

    def end(self) -> None:
        """The innermost element closes."""
        if len(self._stack) == 1:
            return
        if self._stack[-1].is_block:
            self.flush()
            self._block_depth.pop()
        self._stack.pop()
        self._names.pop()

    def path(self) -> str:
        """CSS-like path of the innermost element."""
        return self._path(len(self._names))

    def attribute(self, name: str, value: str, kind: BlockKind, *, hidden: bool = False) -> None:
        """Text in an attribute: its own block, after the text that it interrupts."""
        text = _collapse(value).strip(" ")
        if text and not text.isspace():
            frame = self._stack[-1]
            self._later.append((text, kind, f"{self.path()}@{name}", hidden or frame.hidden, frame.landmark))
            if not self._run.pieces:
                self.flush()

    def block(
        self, text: str, kind: BlockKind, path: str, *, hidden: bool, heading: str | None = None, landmark: str = ""
    ) -> None:  # fmt: skip
        """A finished block."""
        if not text or text.isspace():
            return
        start = self._position
        end = start + len(text)
        above = self.heading if heading is None else heading
        self.blocks.append(Block(text, kind, path, above, start, end, hidden, landmark=landmark))
        self._parts.append(text)
        self._position = end + 2

    def flush(self) -> None:
        """The running block ends here."""
        run = self._run
        if run.pieces:
            self._run = _Run()
            self._emit(run)
        if self._later:
            later, self._later = self._later, []
            for text, kind, path, hidden, landmark in later:
                self.block(text, kind, path, hidden=hidden, landmark=landmark)

    def _emit(self, run: _Run) -> None:
        links = {link for text, link in run.pieces if link and not text.isspace()}
        if links and run.kind in _LINKABLE and _SEPARATORS.fullmatch("".join(t for t, link in run.pieces if not link)):
            grouped: dict[int, list[str]] = {}
            for piece, link in run.pieces:
                grouped.setdefault(link, []).append(piece)
            for link in sorted(links):
                text = _join(grouped[link], run.pre)
                path = max(run.path, self._link_paths[link], key=len)
                self.block(text, BlockKind.LINK, path, hidden=run.hidden, landmark=run.landmark)
            return
        text = _join([text for text, _ in run.pieces], run.pre)
        if run.level and run.kind is BlockKind.HEADING and text:
            above = next((h for h in reversed(self._headings[1 : run.level]) if h), "")
            self.block(text, run.kind, run.path, hidden=run.hidden, heading=above, landmark=run.landmark)
            self.heading = self._headings[run.level] = text[:_MAX_HEADING]
            self._headings[run.level + 1 :] = [""] * (6 - run.level)
            return
        self.block(text, run.kind, run.path, hidden=run.hidden, landmark=run.landmark)

    def _path(self, depth: int) -> str:
        names = self._names[:depth] if depth <= _MAX_PATH else [*self._names[: _MAX_PATH - 1], "…"]
        return ">".join(names[1:] if not names[0] else names)

    def _classify(self, frame: Frame, parent: Frame, attrs: Mapping[str, str]) -> None:
        """Kind, hiddenness and white space of a block-level element."""
        tag = frame.tag
        kind = BlockKind.HEADING if tag in _HEADINGS else _KINDS.get(tag)
        if attrs.get("role") == "button":
            kind = BlockKind.BUTTON
        elif attrs.get("role") == "heading":
            kind = BlockKind.HEADING
        if tag in ("title", "desc") and any(f.tag == "svg" for f in self._stack[-12:-1]):
            kind = BlockKind.ALT
        if kind is not None and parent.kind not in _STICKY:
            keep = kind is BlockKind.PARAGRAPH and parent.kind is not BlockKind.TEXT
            frame.kind = parent.kind if keep else kind
        if tag in _HIDDEN_TAGS:
            frame.hidden = True
        if tag == "details" and "open" not in attrs:
            frame.closed_details = True
        elif tag == "dialog" and "open" not in attrs:
            frame.hidden = True
        if tag in ("pre", "textarea", "xmp", "plaintext", "listing"):
            frame.pre = True


def _hides(attrs: Mapping[str, str], style: str) -> bool:
    if "hidden" in attrs and attrs["hidden"] != "false":
        return True
    if attrs.get("aria-hidden") == "true":
        return True
    return bool(style) and _HIDDEN_STYLE.search(style) is not None


def _collapse(text: str) -> str:
    """White space as HTML shows it: runs become one space, and a line wrapped between two Han characters none."""
    if "\n" in text:
        text = _SEGMENT_BREAK.sub(lambda m: "" if "\n" in m.group() else " ", text)
    return _SPACE.sub(" ", text)


def _join(pieces: list[str], pre: bool) -> str:
    if pre:
        return "".join(pieces).replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    text = "".join(pieces)
    if "  " in text:
        text = re.sub(" {2,}", " ", text)
    if "\n" in text:
        text = _AROUND_BREAK.sub("\n", text)
    return text.strip(" \n")
