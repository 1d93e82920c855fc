"""What the parser hands to the room's other files."""

from __future__ import annotations

from dataclasses import dataclass, field

from scanner.model import Document, Link


@dataclass(frozen=True, slots=True)
class Signals:
    """Counts and marks of a page's build, by which block pages and empty shells are told from pages."""

    shown: int = 0
    """Characters of visible text in headings, paragraphs, cells, cards; links, buttons and labels left out."""
    chrome: int = 0
    """Characters of visible links, buttons and labels."""
    state: int = 0
    """Characters of readable strings in JSON-LD and inline state."""
    noscript: str = ""
    scripts: int = 0
    """Scripts with a src."""
    script_characters: int = 0
    app_root: str = ""
    """id of an empty mount point (app, root, __next, __nuxt), or empty."""
    images: int = 0
    links: int = 0
    passwords: int = 0
    frames: int = 0
    markers: tuple[str, ...] = ()
    """Names of challenge and firewall products whose code stands in the page (blocked.MARKERS)."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """One HTML page, read."""

    document: Document
    links: tuple[Link, ...] = ()
    canonical: str = ""
    nofollow: bool = False
    images: tuple[str, ...] = ()
    signals: Signals = field(default_factory=Signals)
