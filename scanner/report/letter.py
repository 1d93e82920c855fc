"""The right of reply as a letter: what a vendor's pages say, where and when, and what we ask. It quotes and accuses of
nothing: no law, no severity, no word on whether anything is true or was ever used. `Report.letter` says who writes: a
newsroom before it publishes, or an office that inquires; both quote and ask the same.

A letter is a list of parts, so that text files and pages show the same words and vendor text is always told apart.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from scanner.model import QUOTE_CONTEXT, BlockKind, Contradiction, Finding, Report, Stance, Tracked, Verdict
from scanner.report.files import write_text
from scanner.report.text import clip_end, clip_start, from_a_word, one_line, shanghai, to_a_word, utc, with_borders
from scanner.report.view import VendorView, by_category, doubtful, view
from scanner.report.words import LANGS, words

WORDS = Path(__file__).parent / "templates" / "letter.toml"
FOLDER = "letters"
PREFIXES = {"press": "reply-letter-", "regulator": "inquiry-letter-"}
"""How the file names begin, by who writes."""
MOST_QUOTES = 5
"""Passages quoted under one heading; the rest is counted. A letter of a hundred quotations is not answered."""
MOST_AGAINST = 2
"""Sentences of the vendor's notice that are put to one group of passages."""
QUOTE_LIMIT = 600
ROUND = 160
"""Characters before and after the flagged words that are quoted with them."""
_ENDS = re.compile(r"[。！？!?；;]+[”’」』）)]?|\n|\.(?=\s)")


@dataclass(frozen=True, slots=True)
class Part:
    """One paragraph of a letter."""

    kind: str
    """line | aside | heading | item | question | seen are our words; quote | name | url are the vendor's."""
    text: str

    @property
    def foreign(self) -> bool:
        """Not our words."""
        return self.kind in ("quote", "name", "url")


def letter(vendor: VendorView, report: Report, lang: str) -> tuple[Part, ...]:
    """The letter to one vendor; empty where its adverts assert nothing that was flagged with some certainty. What its
    privacy notice discloses is no claim to be answered."""
    notices = {notice.source for notice in report.notices if notice.vendor == vendor.name}
    adverts = [t for t in vendor.current if t.finding.stance is Stance.ASSERTED and t.finding.source not in notices]
    denied = [t for t in vendor.current if t.finding.stance is Stance.NEGATED]
    sure = [t for t in adverts if not doubtful(t.finding) and not _told_both_ways(t.finding, denied)]
    if not sure:
        return ()
    quoting = _Quoting(report, lang)
    asked = {quoting.passage(t.finding) for t in sure}
    left_out = {quoting.passage(t.finding) for t in adverts} - asked
    # What is quoted whole above needs no second place; what speaks to a group of the letter comes before the rest.
    others = [t for t in denied if quoting.passage(t.finding) not in asked]
    kinds = {t.finding.category for t in sure}
    others.sort(key=lambda t: t.finding.category not in kinds)
    return tuple(_parts(vendor, by_category(sure), others, quoting, len(left_out)))


def _told_both_ways(finding: Finding, denied: Iterable[Tracked]) -> bool:
    """Are some of the very words also told as a denial? Then the program is not sure of them, whatever it says."""
    return any(
        (one.finding.source, one.finding.derivation) == (finding.source, finding.derivation)
        and one.finding.start < finding.end
        and finding.start < one.finding.end
        for one in denied
    )


def _parts(
    vendor: VendorView, groups: Mapping[str, list[Tracked]], denied: Sequence[Tracked], quoting: _Quoting, left_out: int
) -> Iterator[Part]:
    say, categories, lang = quoting.say, quoting.report.categories, quoting.lang
    yield Part("line", say["sender"])
    yield Part("line", say["to"])
    yield Part("name", one_line(vendor.name, 200) or say["no_name"])
    yield Part("line", say["date"])
    yield Part("heading", say["subject"])
    for key in ("greeting", "intro", "quoting", "what_we_do_not_say", "basis"):
        if key in say:
            yield Part("line", say[key])
    yield Part("heading", say["passages"])
    yield Part("line", say["headings"])
    for number, (key, group) in enumerate(groups.items(), 1):
        yield Part("item", f"{number}. {_texts(categories, key, 'title', lang)[0]}")
        yield from quoting.parts(group, number)
    if left_out:
        yield Part("aside", say["left_out"].format(n=left_out))
    if denied:
        yield Part("item", say["denied"])
        yield from quoting.parts(denied)
    yield Part("heading", say["questions"])
    yield from (Part("question", text) for text in say["always"])
    for number, (key, group) in enumerate(groups.items(), 1):
        questions = _texts(categories, key, "questions", lang)
        against = _against(group, quoting.report)
        if questions or against:
            yield Part("item", say["on"].format(n=number))
        for one in against:
            yield from quoting.notice(one)
        yield from (Part("question", text) for text in questions)
    yield Part("heading", say["reply"])
    for key in ("reply_what", "reply_when", "reply_how", "close"):
        yield Part("line", say[key])
    if quoting.captures:
        yield Part("heading", say["captures"])
    for sha, number in quoting.captures.items():
        yield Part("seen", say["capture"].format(n=number, sha=sha))


def _against(group: Iterable[Tracked], report: Report) -> tuple[Contradiction, ...]:
    """What the vendor's notice says against these passages: each sentence of it once, the first few."""
    ids = {tracked.finding.id for tracked in group}
    found = (c for c in report.contradictions if c.finding in ids and c.verdict is Verdict.CONTRADICTS and c.notice_at)
    return tuple({c.notice_quote: c for c in found}.values())[:MOST_AGAINST]


@cache
def _words(lang: str, writer: str) -> dict[str, Any]:
    """The words of a letter by key; what a writer says in another way stands in a table of its own."""
    texts: dict[str, Any] = tomllib.loads(WORDS.read_text(encoding="utf-8"))[lang]
    own: dict[str, Any] = texts.get(writer, {})
    return texts | own


class _Quoting:
    """The quotations of one letter: each passage once, pages numbered as they come."""

    def __init__(self, report: Report, lang: str) -> None:
        self.report, self.lang, self.say = report, lang, _words(lang, report.letter)
        self.captures: dict[str, int] = {}
        """SHA-256 of each page as received -> its number in the list at the end."""
        self._quoted: dict[tuple[str, str], int] = {}
        """Passages that stand in the letter -> the group in which they do."""

    def passage(self, finding: Finding) -> tuple[str, str]:
        """The flagged words in their line, and the page: what was flagged may be two words of it, which would be no
        fair quotation."""
        f = finding
        context = self.report.contexts.get(f.id)
        before, after = context or (_kept_before(f.prefix), _kept_after(f.suffix))
        before, quote, after = self.report.passages.get(f.id, (before, f.quote, after))
        around = _from_a_sentence(before) + clip_end(quote, QUOTE_LIMIT) + _to_a_sentence(after)
        return with_borders(around), f.source

    def parts(self, group: Iterable[Tracked], number: int = 0) -> Iterator[Part]:
        """The passages of a group; of those that an earlier group quotes only where they stand."""
        seen: dict[tuple[str, str], Finding] = {}
        for tracked in group:
            seen.setdefault(self.passage(tracked.finding), tracked.finding)
        again = sorted({self._quoted[passage] for passage in seen if passage in self._quoted})
        fresh = [passage for passage in seen if passage not in self._quoted]
        shown = len(fresh) if len(fresh) == MOST_QUOTES + 1 else MOST_QUOTES  # one more is quoted sooner than counted
        for passage in fresh[:shown]:
            self._quoted[passage] = number
            yield from self._quotation(passage[0], seen[passage])
        if again:
            yield Part("seen", self.say["again"].format(n=", ".join(str(n) for n in again)))
        if len(fresh) > shown:
            yield Part("seen", self.say["more"].format(n=len(fresh) - shown))

    def notice(self, one: Contradiction) -> Iterator[Part]:
        """A sentence of the vendor's notice that speaks against passages of the letter, and how both go together."""
        assert one.notice_at is not None
        yield Part("question", self.say["notice_says"])
        yield Part("quote", with_borders(clip_end(one.notice_quote, QUOTE_LIMIT)))
        yield Part("url", one_line(one.notice_at.source, 300))
        yield self._seen(one.notice_at.captured_at, one.notice_at.capture_sha256)
        yield Part("question", self.say["notice_asks"])

    def _quotation(self, text: str, f: Finding) -> Iterator[Part]:
        yield Part("quote", text)
        under = one_line(f.heading, 100)
        yield Part("url", (f"{under} · " if under else "") + one_line(f.source, 300))
        yield self._seen(f.captured_at, f.capture_sha256, "seen_picture" if f.block_kind is BlockKind.OCR else "seen")

    def _seen(self, at: datetime | None, sha256: str, key: str = "seen") -> Part:
        """When, and under which number of the list at the end."""
        t = words(self.lang)
        when = (shanghai if self.lang == "zh" else utc)(at) or t["captured_none"]
        sha = one_line(sha256, 80) or t["not_recorded"]
        return Part("seen", self.say[key].format(when=when, n=self.captures.setdefault(sha, len(self.captures) + 1)))


def _kept_before(prefix: str) -> str:
    """What a finding keeps of the text before it, where its page is not at hand: it may begin inside a word."""
    return prefix if len(prefix) < QUOTE_CONTEXT else "…" + from_a_word(prefix)


def _kept_after(suffix: str) -> str:
    return suffix if len(suffix) < QUOTE_CONTEXT else to_a_word(suffix) + "…"


def _from_a_sentence(before: str) -> str:
    """At most `ROUND` characters before a quotation, from the beginning of a sentence or line if one begins there."""
    cut = clip_start(before, ROUND)
    end = _ENDS.search(cut) if len(before) > ROUND else None
    return "…" + cut[end.end() :] if end and cut[end.end() :].strip() else cut


def _to_a_sentence(after: str) -> str:
    """At most `ROUND` characters after a quotation, to the end of a sentence or line if one ends there."""
    cut = clip_end(after, ROUND)
    ends = list(_ENDS.finditer(cut)) if len(after) > ROUND else []
    return cut[: ends[-1].end()] + "…" if ends else cut


def _texts(categories: Mapping[str, Mapping[str, Any]], key: str, part: str, lang: str) -> tuple[str, ...]:
    value = categories.get(key, {}).get(f"{part}_{lang}") or (one_line(key, 80) if part == "title" else ())
    return (value,) if isinstance(value, str) else tuple(str(text) for text in value)


def as_text(parts: Iterable[Part]) -> str:
    """The letter as plain text. Quotations stand in quotation marks, addresses on lines of their own."""
    around = {
        "line": ("", "\n"), "aside": ("\n", ""),
        "heading": ("\n", "\n"), "item": ("\n", ""), "quote": ("\n    “", "”"), "url": ("    ", ""),
        "seen": ("    ", ""), "name": ("", "\n"), "question": ("  - ", ""),
    }  # fmt: skip
    return "\n".join(f"{around[p.kind][0]}{p.text}{around[p.kind][1]}" for p in parts).rstrip() + "\n"


def write_letters(report: Report, out: Path, lang: str) -> Path:
    """Write `letters/reply-letter-<vendor>.<lang>.txt` (or `inquiry-letter-...`) in both languages, whatever `lang` is;
    returns the folder."""
    words(lang)
    folder = out / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for vendor in view(report).vendors:
        for language in LANGS:
            parts = letter(vendor, report, language)
            if parts:
                write_text(folder / f"{PREFIXES[report.letter]}{vendor.slug}.{language}.txt", as_text(parts))
    return folder
