"""Why an answer is not the page that was asked for: block pages, empty shells, pictures only, parked names.

A wrong "blocked" hides a vendor's page as surely as a wrong "clean" does, so no single word decides: a page that sells
firewalls or captchas is full of the words. What counts is several independent signs on a page that is short.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from scanner.model import BlockKind, UnreadReason
from scanner.read import signs
from scanner.read.parsed import Parsed

Verdict = tuple[UnreadReason, str]

_MAX_BLOCK_PAGE = 1500
"""Visible characters; block pages with the longest boilerplate (request data, advice to site owners) stay below."""
_BLOCK_STATUS = frozenset({202, 401, 403, 405, 406, 412, 418, 429, 430, 468, 499, 503, 521, 567, 999})
_CHALLENGE_HEADERS = {
    "cf-mitigated": re.compile("challenge", re.I),
    "x-datadome": re.compile("protected|captcha", re.I),
    "x-amzn-waf-action": re.compile("challenge|captcha", re.I),
    "x-waf-status": re.compile("block|intercept", re.I),
}
_REAL_PAGE = re.compile(
    r"ICP\s*[备備]|公网安备|©|版权所有|版權所有|all rights reserved|联系电话|服务热线|(?:关于|關於)我们", re.IGNORECASE
)


def classify(status: int, headers: Mapping[str, str], parsed: Parsed) -> Verdict | None:
    """(reason, detail) where the page is not worth judging, None where it is. `headers`: names in lower case.

    The status alone never decides: an error without the look of a challenge is the caller's to report.
    """
    return (
        _blocked(status, headers, parsed)
        or _login(parsed)
        or _parked(parsed)
        or _shell(parsed)
        or _pictures(parsed)
        or _empty(parsed)
    )


_SPEAKS = {
    "refused": "words of refusal",
    "suspicion": "words that call the traffic suspicious",
    "prove": "a demand to prove to be human",
    "wait": "a request to wait",
    "browser": "words on the visitor's browser",
    "trace": "a request number",
    "owner": "advice to the site's owner",
}
"""Kind of sentence (`signs.SIGNS`) -> how the coverage statement names it."""


def _visible(parsed: Parsed) -> str:
    blocks = parsed.document.blocks
    silent = (BlockKind.META, BlockKind.JSON, BlockKind.TEMPLATE, BlockKind.TITLE)
    return "\n".join(block.text for block in blocks[:400] if block.kind not in silent)


def _blocked(status: int, headers: Mapping[str, str], parsed: Parsed) -> Verdict | None:
    counts = parsed.signals
    challenge = [name for name, value in _CHALLENGE_HEADERS.items() if value.search(headers.get(name, ""))]
    size = counts.shown + counts.chrome
    if size > _MAX_BLOCK_PAGE:
        return None
    evidence = {f"header {name}": 3 for name in challenge}
    for marker in counts.markers:
        evidence[f"a mark of {marker}"] = 3 if size < 60 else 2
        break
    title = parsed.document.title
    if title and signs.TITLE.search(title.strip()) and len(title) < 60:
        evidence["its title"] = 2
    text = _visible(parsed)
    for name, pattern in signs.SIGNS.items():
        if pattern.search(text):
            evidence[_SPEAKS[name]] = 1
    if not evidence:
        return None
    weight = sum(evidence.values()) + (status in _BLOCK_STATUS) - _realness(parsed, text)
    strong = len(evidence) > 1 or max(evidence.values()) >= 3
    if status in _BLOCK_STATUS and max(evidence.values()) >= 2:
        strong = True
    if strong and weight >= 3:
        return UnreadReason.BLOCKED, "a block page by " + ", ".join(evidence)
    return None


def _realness(parsed: Parsed, text: str) -> int:
    """How much speaks for a page of the site's own: navigation, pictures, words for search engines, an imprint."""
    counts = parsed.signals
    kinds = {block.kind for block in parsed.document.blocks}
    return (
        2 * (counts.links >= 8)
        + (counts.links >= 15)
        + (counts.images >= 4)
        + (BlockKind.META in kinds)
        + (_REAL_PAGE.search(text) is not None)
        + (counts.shown > 500)
    )


def _login(parsed: Parsed) -> Verdict | None:
    counts = parsed.signals
    if counts.passwords and counts.shown < (250 if counts.links < 6 else 100) and counts.links < 15:
        text = f"{parsed.document.title}\n{_visible(parsed)}"
        if signs.LOGIN.search(text) and counts.images < 6:
            return UnreadReason.BLOCKED, f"a login page: a password field and {counts.shown} characters of text"
    return None


def _parked(parsed: Parsed) -> Verdict | None:
    counts = parsed.signals
    if counts.shown + counts.chrome > _MAX_BLOCK_PAGE:
        return None
    text = f"{parsed.document.title}\n{_visible(parsed)}"
    hits = sum(pattern.search(text) is not None for pattern in signs.PARKED)
    if hits >= 2 and signs.PARKED[0].search(text) and counts.images < 6:
        return UnreadReason.PARKED, "the name is parked or for sale"
    if counts.shown < 700 and counts.links < 8 and signs.DEFAULT_SITE.search(text):
        return UnreadReason.PARKED, "default or suspended site of the hosting company"
    return None


def _shell(parsed: Parsed) -> Verdict | None:
    counts = parsed.signals
    readable = counts.shown
    if signs.LOADING.search(_visible(parsed)):
        readable = max(0, readable - 30)
    programmed = counts.scripts + (counts.script_characters > 200)
    asks = signs.NEEDS_SCRIPT.search(counts.noscript) is not None
    if readable >= 100 or counts.state >= 200 or not programmed or counts.chrome >= 200:
        return None
    if len(counts.noscript) >= 400 and not asks:
        return None
    if counts.app_root and (readable < 60 or asks) and counts.images < 3:
        return (
            UnreadReason.EMPTY_SHELL,
            f"JavaScript application (#{counts.app_root}) with {readable} characters of text",
        )
    if asks and readable < 60 and counts.images < 3:
        return UnreadReason.EMPTY_SHELL, f"asks for JavaScript; {readable} characters of text"
    if readable + counts.chrome < 20 and not counts.images and not counts.frames:
        return UnreadReason.EMPTY_SHELL, f"scripts and {readable} characters of text"
    return None


def _pictures(parsed: Parsed) -> Verdict | None:
    counts = parsed.signals
    pictures = max(counts.images, min(len(parsed.images), counts.images + 3))
    if not pictures:
        return None
    few = counts.shown < 40 and counts.chrome < 150
    many = pictures >= 3 and counts.shown < 120 and counts.chrome < 300 and counts.shown + counts.chrome < 60 * pictures
    if few or many:
        return UnreadReason.IMAGE_ONLY, f"{pictures} pictures and {counts.shown} characters of text"
    return None


def _empty(parsed: Parsed) -> Verdict | None:
    counts = parsed.signals
    if counts.shown + counts.chrome + counts.state > 1:
        return None
    if any(block.kind is not BlockKind.TITLE for block in parsed.document.blocks) and len(parsed.document.text) > 40:
        return None
    return UnreadReason.EMPTY, "frames only" if counts.frames else "no text on the page"
