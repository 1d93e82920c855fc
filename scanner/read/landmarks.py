"""Which part of a page a block stands in: its footer or its navigation, by role, tag, or what page builders call it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from scanner.model import Block, BlockKind

CONTENTINFO, NAVIGATION = "contentinfo", "navigation"
"""Names of ARIA landmarks."""
_BY_NAME = {"footer": CONTENTINFO, CONTENTINFO: CONTENTINFO, "nav": NAVIGATION, NAVIGATION: NAVIGATION}
_FOOTER = re.compile(
    r"(?:(?:site|page|global|main|web|common|index|home|pc|mobile|fixed|el|layout|beian|the)[-_]*)?footer(?:[-_A-Z\d].*)?"
    r"|footer(?:wrap|inner|box|con|container|content|area|main|bar|bottom|nav|info)"
    r"|foot(?:[-_\d](?!notes?\b).*)?|(?:site|page|footer)?[-_]*copy[-_]?[rR]ight(?:s|[-_]*(?:wrap|box|bar|info))?|colophon"
)
"""Whole classes and ids of a page's foot. A `card-footer` or a `modal-footer` is no page's."""
_HINT = re.compile("foot|copy|colophon", re.IGNORECASE)
"""In any of them: most elements are told apart by this alone."""
_CONTENT = frozenset({"article", "main", "blockquote", "dialog"})
_WHOLE = frozenset({"html", "body"})
_NOT_TEXT = frozenset(
    {BlockKind.LINK, BlockKind.BUTTON, BlockKind.LABEL, BlockKind.META, BlockKind.JSON, BlockKind.TITLE}
)


def landmark(tag: str, attrs: Mapping[str, str], above: Iterable[str]) -> str:
    """The landmark that an element opens, or empty. `above`: the tags that it stands in."""
    found = _BY_NAME.get(attrs.get("role") or tag, "")
    if not found and tag not in _WHOLE and ("class" in attrs or "id" in attrs):
        names = f"{attrs.get('class') or ''} {attrs.get('id') or ''}"
        if _HINT.search(names) and any(_FOOTER.fullmatch(name[:1].lower() + name[1:]) for name in names.split()):
            found = CONTENTINFO
    # The foot of an article is no landmark (HTML, "footer"). A <section> may well hold the whole page.
    return "" if found and not _CONTENT.isdisjoint(above) else found


def believed(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The blocks, without landmarks where most of the page's text would stand in them: then a name misled us."""
    own = inside = 0
    for block in blocks:
        if block.kind not in _NOT_TEXT:
            own, inside = own + len(block.text), inside + (len(block.text) if block.landmark else 0)
    if 2 * inside <= own:
        return tuple(blocks)
    return tuple(replace(block, landmark="") for block in blocks)
