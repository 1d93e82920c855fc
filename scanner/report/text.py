"""Vendor text made safe to show: what cannot be seen is named, what is too long is cut and says so.

Escaping is each format's own matter; this file only takes away characters that act on a reader's screen.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has kept UTC+8 without summer time since 1992; no time zone data is needed for captures of today."""

MAX_URL = 8000

_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f"  # C0 without tab and line feed, DEL, C1
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0"  # soft hyphen, fillers
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb\ufffe\uffff"  # zero width, bidi, annotations
    "\ud800-\udfff\U000e0000-\U000e0fff]"  # lone surrogates cannot be written as UTF-8; tags
)
_ACTING = re.compile("[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")
"""Written as \\uXXXX in JSON: lone surrogates have no UTF-8, and the rest would act. They stand only inside strings
there, so the escape never changes the value."""
_MARKS = re.compile(r"[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{5,}")
_LANG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,3}")
_HTTP = re.compile(r"https?://[^/\\?#\s]+", re.IGNORECASE)
_BROKEN_END, _BROKEN_START = re.compile(r"(?<=\s)\S{1,20}$"), re.compile(r"^\S{1,20}(?=\s)")
"""The part of a word at a cut; what is longer, or stands alone, is left as it is."""
_EAST = 0x2E80
"""From here on signs stand for words or syllables, and text may be cut between any two."""
_BLANKS = re.compile(r"\s+")
_URL_UNSAFE = re.compile(r"[\s\"'<>`\\{}|^]")


def visible(text: str) -> str:
    """The text with every control, bidi and zero-width character shown as `⟨U+202E⟩`; line feeds stay, tabs become
    spaces, CRLF and CR become line feeds, piles of five or more combining marks are cut to four."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    text = _INVISIBLE.sub(lambda m: f"⟨U+{ord(m.group()):04X}⟩", text)
    return _MARKS.sub(lambda m: m.group()[:4], text)


def json_text(value: Any, **options: Any) -> str:
    """The value as JSON, in the vendor's own characters but for those that act in an editor or terminal."""
    text = json.dumps(value, ensure_ascii=False, **options)
    return _ACTING.sub(lambda m: f"\\u{ord(m.group()):04x}", text)


def one_line(text: str, limit: int = 0) -> str:
    """`visible`, on one line, cut to `limit` code points with an ellipsis (0: not cut)."""
    if limit:
        text = text[: limit * 4 + 64]  # bound the work on megabytes; white space may shrink afterwards
    flat = " ".join(visible(text).split())
    return flat if not limit or len(flat) <= limit else flat[: limit - 1].rstrip() + "…"


def clip_end(text: str, limit: int) -> str:
    """The first `limit` code points, to the end of a word, made visible; `…` says that there was more."""
    if len(text) <= limit:
        return visible(text)
    cut = text[:limit]
    return visible(_BROKEN_END.sub("", cut).rstrip() if _within_word(text, limit) else cut) + "…"


def clip_start(text: str, limit: int) -> str:
    """The last `limit` code points, from the beginning of a word, made visible; `…` says that there was more."""
    if len(text) <= limit:
        return visible(text)
    cut = text[-limit:]
    return "…" + visible(_BROKEN_START.sub("", cut).lstrip() if _within_word(text, len(text) - limit) else cut)


def from_a_word(text: str) -> str:
    """Text of which the beginning is gone, from its first whole word; as it is where it holds no white space soon."""
    return _BROKEN_START.sub("", text).lstrip() if text[:1].isalnum() and ord(text[0]) < _EAST else text


def to_a_word(text: str) -> str:
    """Text of which the end is gone, to its last whole word; as it is where it holds no white space near there."""
    return _BROKEN_END.sub("", text).rstrip() if text[-1:].isalnum() and ord(text[-1]) < _EAST else text


def with_borders(text: str) -> str:
    """On one line, made visible, with ` / ` where a line, a block or a table cell ended."""
    return " / ".join(line for line in (one_line(part) for part in visible(text).split("\n")) if line)


def quoted(text: str, limit: int) -> str:
    """The same, cut to `limit` code points with an ellipsis: how a quotation stands in a table."""
    return one_line(with_borders(text[: limit * 4 + 64]), limit)


def borders(text: str) -> str:
    """A piece of such a line: the borders shown, and the blanks at its ends kept."""
    return _BLANKS.sub(lambda m: " / " if "\n" in m.group() else m.group(), text)


def _within_word(text: str, at: int) -> bool:
    """Would a cut here break a word of letters? Chinese may be cut anywhere."""
    return text[at - 1].isalnum() and text[at].isalnum() and max(ord(text[at - 1]), ord(text[at])) < _EAST


def safe_url(url: str) -> str:
    """The URL if a browser may follow it (http or https, a host, not absurdly long), percent-encoded where it holds
    characters that act or break out; else empty. Never `javascript:`, `data:`, `file:` or a relative reference."""
    if len(url) > MAX_URL or not _HTTP.match(url):
        return ""
    encoded = _URL_UNSAFE.sub(_percent, url)
    return _INVISIBLE.sub(_percent, encoded)


def _percent(match: re.Match[str]) -> str:
    return quote(match.group().encode("utf-8", "replace"), safe="")


def safe_lang(lang: str) -> str:
    """A BCP 47 tag fit for a `lang` attribute, or empty."""
    return lang if _LANG.fullmatch(lang) else ""


def slug(name: str) -> str:
    """An ASCII file name for any vendor name: what is readable of it, and eight hex digits that keep it unique."""
    plain = unicodedata.normalize("NFKD", name[:200]).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-")
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{stem}-{digest}" if stem else f"vendor-{digest}"


def utc(moment: datetime | None) -> str:
    """`2026-11-22 21:12:05 UTC`, or empty."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC") if moment else ""


def shanghai(moment: datetime | None) -> str:
    """`2026-11-23 05:12:05 Asia/Shanghai (UTC+8)`, or empty."""
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S Asia/Shanghai (UTC+8)") if moment else ""


def day(moment: datetime | None) -> str:
    """The UTC day, `2026-11-22`, or empty."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d") if moment else ""


def days(first: datetime | None, last: datetime | None) -> str:
    """The UTC day, or `2026-11-22 – 2026-11-28` where there are two."""
    return day(first) if day(first) == day(last) else f"{day(first)} – {day(last)}"


def iso(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC with `Z`, or None."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None
