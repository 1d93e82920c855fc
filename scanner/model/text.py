"""A page as text: blocks, pictures, links."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from .kinds import BlockKind, UnreadReason

TEXT_DERIVATION = "text/v1"
"""Name of the rule by which `Document.text` is made from HTML; raised when offsets could change."""

_CELL = re.compile(r"((?:.*>)?(?:tr|dl)(?:\[\d+\])?(?:>div(?:\[\d+\])?)?)>(t[dh]|d[td])((?:\[\d+\])?)(?:>|$)")
_TABLE = re.compile(r">(?:t(?:head|body|foot)(?:\[\d+\])?>)?tr(?:\[\d+\])?$")


def table_of(row: str) -> str:
    """The table of a row of `Block.cell`, by its path; a list of terms is its own."""
    return _TABLE.sub("", row)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where in a picture a part of a block's text stands: offsets into the document; x, y, width, height in pixels."""

    start: int
    end: int
    box: tuple[int, int, int, int]
    confidence: float
    """The reader's own, 0 to 1; 1 where nothing had to be recognised (a rendered page)."""


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of text with its place on the page; `Document.text[start:end] == text`."""

    text: str
    kind: BlockKind
    path: str
    """A CSS-like path, `html>body>div[2]>ul>li[3]`; `@alt` at the end names an attribute; JSON: `script[1]$.a.b[0]`."""
    heading: str
    """Nearest heading above it, or empty."""
    start: int
    end: int
    hidden: bool = False
    """Not shown without a click or at all (display:none, hidden tab, template); a search engine still sees it."""
    picture: str = ""
    """sha256 of the picture that the text was read from, as received; empty where it was text."""
    spots: tuple[Spot, ...] = ()
    """Line by line, for text out of a picture."""
    landmark: str = ""
    """ARIA landmark that it stands in, `contentinfo` (the page's footer) or `navigation`; empty elsewhere."""

    @property
    def cell(self) -> tuple[str, str, str] | None:
        """(row of the table or list of terms, `td` | `th` | `dt` | `dd`, number) of the cell that it stands in."""
        found = _CELL.match(self.path)
        return (found[1], found[2], found[3]) if found else None


@dataclass(frozen=True, slots=True)
class PictureLine:
    """One line of writing in a picture. `box`: x, y, width, height in pixels of the picture as shown."""

    text: str
    box: tuple[int, int, int, int]
    confidence: float


@dataclass(frozen=True, slots=True)
class PictureText:
    """What was read in one picture, in reading order. Recomputable from the bytes by the named reader."""

    sha256: str
    """Of the payload as received."""
    reader: str
    width: int
    height: int
    lines: tuple[PictureLine, ...] = ()
    skipped: str = ""
    """Why it was not searched for text (too small, not a picture ...); empty: it was."""
    unread: UnreadReason | None = None
    """Set where that means that something wanted was not read."""


@dataclass(frozen=True, slots=True)
class Document:
    """The text of one capture. `text` is the blocks joined by two line feeds; within a block <br> is one line feed."""

    text: str
    blocks: tuple[Block, ...]
    lang: str
    """BCP 47 as declared, lower case, or empty."""
    title: str
    url: str
    derivation: str = TEXT_DERIVATION
    encoding: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    """Hints to the page's role: og:type, JSON-LD types (`schema_types`, comma separated), author, published_time,
    site_name, generator. Facts as found; the judgement is made in detect."""


@dataclass(frozen=True, slots=True)
class Link:
    """A reference found on a page, made absolute."""

    url: str
    text: str
    rel: str = ""
    """link rel/kind: a | iframe | frame | canonical | next | meta-refresh | area"""


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading one capture gave: a document, or the reason why there is none worth judging.

    Both may be set: a block page has text, and is unread all the same.
    """

    document: Document | None
    links: tuple[Link, ...] = ()
    unread: UnreadReason | None = None
    detail: str = ""
    nofollow: bool = False
    canonical: str = ""
    images: tuple[str, ...] = ()
    """Absolute URLs of pictures on the page, in order; pictures that lie in the page itself as `data:` URLs."""
