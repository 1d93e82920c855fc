"""The right of reply as a letter: what a vendor's pages say, where and when, and what we ask. It quotes and accuses of
nothing: no law, no severity, no word on whether anything is true or was ever used.

A letter is a list of parts, so that text files and pages show the same words and vendor text is always told apart.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from scanner.model import Finding, Report, Stance, Tracked
from scanner.report.files import write_text
from scanner.report.text import clip_end, clip_start, one_line, shanghai, utc
from scanner.report.view import VendorView, by_category, view
from scanner.report.words import LANGS, words

WORDS = Path(__file__).parent / "templates" / "letter.toml"
FOLDER = "letters"
PREFIX = "reply-letter-"
MOST_QUOTES = 5
"""Passages quoted under one heading; the rest is counted. A letter of a hundred quotations is not answered."""
QUOTE_LIMIT = 600
ROUND = 160
"""Characters before and after the flagged words that are quoted with them."""


@dataclass(frozen=True, slots=True)
class Part:
    """One paragraph of a letter."""

    kind: str
    """line | heading | item | question | seen are our words; quote | name | url are the vendor's."""
    text: str

    @property
    def foreign(self) -> bool:
        """Not our words."""
        return self.kind in ("quote", "name", "url")


def letter(vendor: VendorView, report: Report, lang: str) -> tuple[Part, ...]:
    """The letter to one vendor; empty where its adverts assert nothing that was flagged. What its privacy notice
    discloses is no claim to be answered."""
    notices = {notice.source for notice in report.notices if notice.vendor == vendor.name and notice.unread is None}
    adverts = (t for t in vendor.current if t.finding.source not in notices)
    groups = by_category(t for t in adverts if t.finding.stance is Stance.ASSERTED)
    return tuple(_parts(vendor, groups, report, lang)) if groups else ()


def _parts(vendor: VendorView, groups: Mapping[str, list[Tracked]], report: Report, lang: str) -> Iterator[Part]:
    say, categories = _words(lang), report.categories
    yield Part("line", say["sender"])
    yield Part("line", say["to"])
    yield Part("name", one_line(vendor.name, 200) or say["no_name"])
    yield Part("line", say["date"])
    yield Part("heading", say["subject"])
    for key in ("greeting", "intro", "what_we_do_not_say"):
        yield Part("line", say[key])
    yield Part("heading", say["passages"])
    yield Part("line", say["headings"])
    captures: dict[str, int] = {}
    for number, (key, group) in enumerate(groups.items(), 1):
        yield Part("item", f"{number}. {_texts(categories, key, 'title', lang)[0]}")
        yield from _quotes(group, report, lang, captures)
    denied = [t for t in vendor.current if t.finding.stance is Stance.NEGATED]
    if denied:
        yield Part("item", say["denied"])
        yield from _quotes(denied, report, lang, captures)
    yield Part("heading", say["questions"])
    yield from (Part("question", text) for text in say["always"])
    for number, key in enumerate(groups, 1):
        questions = _texts(categories, key, "questions", lang)
        if questions:
            yield Part("item", say["on"].format(n=number))
        yield from (Part("question", text) for text in questions)
    yield Part("heading", say["reply"])
    for key in ("reply_what", "reply_when", "reply_how", "close"):
        yield Part("line", say[key])
    if captures:
        yield Part("heading", say["captures"])
    for sha, number in captures.items():
        yield Part("seen", say["capture"].format(n=number, sha=sha))


@cache
def _words(lang: str) -> dict[str, Any]:
    texts: dict[str, Any] = tomllib.loads(WORDS.read_text(encoding="utf-8"))[lang]
    return texts


def _quotes(group: Iterable[Tracked], report: Report, lang: str, captures: dict[str, int]) -> Iterator[Part]:
    """Passages in their line, each once: what was flagged may be two words of it, which would be no fair quotation.
    `captures`: SHA-256 of each page as received -> its number in the list at the end, which is added to."""
    say, t = _words(lang), words(lang)
    seen: dict[tuple[str, str], Tracked] = {}
    for tracked in group:
        seen.setdefault((_in_line(tracked.finding, report), tracked.finding.source), tracked)
    shown = len(seen) if len(seen) == MOST_QUOTES + 1 else MOST_QUOTES  # one more is quoted sooner than counted
    for (quote, source), tracked in list(seen.items())[:shown]:
        f = tracked.finding
        yield Part("quote", quote)
        under = one_line(f.heading, 100)
        yield Part("url", (f"{under} · " if under else "") + one_line(source, 300))
        when = (shanghai if lang == "zh" else utc)(f.captured_at) or t["captured_none"]
        sha = one_line(f.capture_sha256, 80) or t["not_recorded"]
        yield Part("seen", say["seen"].format(when=when, n=captures.setdefault(sha, len(captures) + 1)))
    if len(seen) > shown:
        yield Part("seen", say["more"].format(n=len(seen) - shown))


def _in_line(finding: Finding, report: Report) -> str:
    """The flagged words with what stands round them in their block."""
    before, after = report.contexts.get(finding.id, (finding.prefix, finding.suffix))
    around = clip_start(before, ROUND) + finding.quote[:QUOTE_LIMIT] + clip_end(after, ROUND)
    return one_line(around)


def _texts(categories: Mapping[str, Mapping[str, Any]], key: str, part: str, lang: str) -> tuple[str, ...]:
    value = categories.get(key, {}).get(f"{part}_{lang}") or (one_line(key, 80) if part == "title" else ())
    return (value,) if isinstance(value, str) else tuple(str(text) for text in value)


def as_text(parts: Iterable[Part]) -> str:
    """The letter as plain text. Quotations stand in quotation marks, addresses on lines of their own."""
    around = {
        "line": ("", "\n"), "heading": ("\n", "\n"), "item": ("\n", ""), "quote": ("\n    “", "”"), "url": ("    ", ""),
        "seen": ("    ", ""), "name": ("", "\n"), "question": ("  - ", ""),
    }  # fmt: skip
    return "\n".join(f"{around[p.kind][0]}{p.text}{around[p.kind][1]}" for p in parts).rstrip() + "\n"


def write_letters(report: Report, out: Path, lang: str) -> Path:
    """Write `letters/reply-letter-<vendor>.<lang>.txt` in both languages, whatever `lang` is; returns the folder."""
    words(lang)
    folder = out / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for vendor in view(report).vendors:
        for language in LANGS:
            parts = letter(vendor, report, language)
            if parts:
                write_text(folder / f"{PREFIX}{vendor.slug}.{language}.txt", as_text(parts))
    return folder
