"""The report as one static folder of pages that load nothing from elsewhere and need no script to be read.

`html/index.html`, `html/vendor/<slug>.html`, `html/finding/<short id>.html`, `html/coverage.html`, `html/about.html`,
`html/style.css`. Vendor text is hostile: every value is escaped by the template engine, only http(s) addresses become
links, and a content security policy allows one stylesheet and one script, the latter named by its SHA-256.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from scanner.model import (
    CURRENT,
    REPORT_SCHEMA,
    TARGETS_NOTE,
    BlockKind,
    Change,
    Finding,
    Outcome,
    Report,
    Stance,
    Tracked,
    UnreadReason,
    Verdict,
)
from scanner.report import lawtext
from scanner.report.files import write_bytes, write_text
from scanner.report.lawview import law_groups
from scanner.report.letter import letter
from scanner.report.notices import (
    ANSWERED,
    article_of,
    date_rows,
    distinct,
    item_title,
    notices_of,
    quoted_for,
    regimes_of,
    told_facts,
    topic_title,
    why_shown,
    written_for,
)
from scanner.report.text import (
    borders,
    clip_end,
    clip_start,
    day,
    days,
    one_line,
    quoted,
    safe_lang,
    safe_url,
    shanghai,
    utc,
    visible,
)
from scanner.report.view import SEVERITIES, Coverage, VendorView, View, by_category, doubtful, view
from scanner.report.words import LANGS, LIMITS, Words, words

TEMPLATES = Path(__file__).parent / "templates"
HTML_LANG = {"en": "en", "zh": "zh-Hans"}
GENERATOR = f"noticescan {REPORT_SCHEMA}"

CROPS, PICTURES = "crop", "picture"
"""Folders of the pieces of pictures, named like the finding's page, and of whole pictures, named by their SHA-256."""
UNSEEN = frozenset(
    {BlockKind.ALT, BlockKind.TITLE_ATTR, BlockKind.META, BlockKind.JSON, BlockKind.NOSCRIPT, BlockKind.TEMPLATE}
)
"""Kinds of text that a page holds and does not show."""
ROBOTS_REASONS = frozenset({UnreadReason.ROBOTS, UnreadReason.ROBOTS_UNAVAILABLE})
"""Why a page was not read, where a line of robots.txt is worth showing: of other pages report.json holds it."""
_CROP_NAME = re.compile(r"[0-9a-f]{12,64}")
QUOTE_LIMIT = 2000
CONTEXT_LIMIT = 600
CELL_LIMIT = 280
QUOTE_CELL = 400
MOST_QUOTES = 5
"""Code points shown; report.json holds all. A page of megabytes would help nobody and stall a browser."""


def write_html(report: Report, out: Path, lang: str) -> Path:
    """Write the folder `html` under `out`; returns its index. Pages that an earlier report of ours left there and this
    one does not have are removed, so that nobody cites a page of another run."""
    t = words(lang)
    folder = out / "html"
    derived = view(report)
    seconds = [one.finding.id for comparison in report.comparisons for one in comparison.differences]
    names = page_names([*(tracked.finding.id for tracked in (*derived.current, *derived.past)), *seconds])
    shared = _values(t, report, derived, names)
    written = set()
    written |= _write_crops(report, names, folder)
    for vendor in derived.vendors:
        page = folder / "vendor" / f"{vendor.slug}.html"
        written.add(_page(shared, "vendor.html", page, "../", **_vendor_values(vendor, report)))
    for tracked in (*derived.current, *derived.past):
        page = folder / "finding" / f"{names[tracked.finding.id]}.html"
        written.add(_page(shared, "finding.html", page, "../", **_finding_values(tracked, report)))
    written.add(_page(shared, "coverage.html", folder / "coverage.html", ""))
    written.add(_page(shared, "about.html", folder / "about.html", ""))
    if report.comparisons:
        written.add(_page(shared, "compare.html", folder / "compare.html", ""))
    else:
        (folder / "compare.html").unlink(missing_ok=True)
    write_text(folder / "style.css", (TEMPLATES / "style.css").read_text(encoding="utf-8"))
    index = _page(shared, "index.html", folder / "index.html", "")
    _remove_stale(folder, written)
    return index


def page_names(ids: Iterable[str]) -> dict[str, str]:
    """Finding id -> file name without suffix: the first twelve hex digits, more of them where two would be alike. An id
    that is not hex (no id of ours) is named by its digest."""
    whole = {i: i if _is_hex(i) else hashlib.sha256(i.encode("utf-8", "surrogatepass")).hexdigest() for i in ids}
    length = 12
    while length < 64 and len({name[:length] for name in whole.values()}) < len(whole):
        length += 4
    return {i: name[:length] for i, name in whole.items()}


def _is_hex(text: str) -> bool:
    return len(text) == 64 and all(c in "0123456789abcdef" for c in text)


@cache
def _environment() -> Environment:
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(line=one_line, quoted=quoted, head=clip_end, tail=clip_start, lang=safe_lang, bordered=borders)
    env.globals.update(safe=safe_url, days=days)
    env.filters.update(utc=utc, shanghai=shanghai, day=day)
    return env


def _finalize(value: Any) -> Any:
    """The last gate: no text reaches a page with a control character in it, whatever the template forgot."""
    return visible(value) if type(value) is str else value


def _values(t: Words, report: Report, derived: View, names: Mapping[str, str]) -> dict[str, Any]:
    """What every template may use."""
    unread = [row for row in report.coverage if row.outcome is Outcome.UNREAD]
    script = (TEMPLATES / "filter.js").read_text(encoding="utf-8").strip()
    return {
        "t": t, "report": report, "run": report.run, "view": derived, "names": names, "html_lang": HTML_LANG[t.lang],
        "script": Markup(script),  # noqa: S704 - our own file, no value in it
        "csp": _policy(script), "generator": GENERATOR,
        "slugs": {vendor.name: vendor.slug for vendor in derived.vendors},
        "law": lawtext, "own_letter": lambda vendor, lang: letter(vendor, report, lang),
        "langs": LANGS,
        "category": lambda key, part: category_part(report.categories, key, part, t.lang),
        "beside": lambda finding: report.contexts.get(finding, ("", "")),
        "around": lambda f: report.contexts.get(f.id, (f.prefix, f.suffix)),
        "by_targets": {key: report.settings_note[key] for key in TARGETS_NOTE if key in report.settings_note},
        "how_fetched": {key: value for key, value in report.settings_note.items() if key not in TARGETS_NOTE},
        "crops": report.crops, "pictures": report.pictures,
        "bar": coverage_bar, "current": CURRENT, "severities": SEVERITIES, "limits": LIMITS,
        "current_changes": [change for change in Change if change in CURRENT and derived.changes[change]],
        "unread_rows": sorted(unread, key=lambda row: (row.reason or "", row.vendor, row.url)),
        "regimes": lambda notice: regimes_of(notice, report, t.lang),
        "item_title": lambda item: item_title(item, report.notice_items, t.lang),
        "topic_title": lambda topic: topic_title(topic, report.notice_topics, t),
        "article_of": lambda item: article_of(item, t.lang), "told_facts": told_facts,
        "quoted_for": lambda one: quoted_for(one, report.notices), "written_for": lambda notice: written_for(notice, t),
        "why_shown": lambda why: why_shown(why, t),
        "distinct": lambda claims: distinct(claims, report.contexts), "doubtful": doubtful,
        "unsure": {tracked.finding.id for tracked in report.findings if doubtful(tracked.finding)},
        "date_rows": lambda notice: date_rows(notice, t),
        "quote_cell": QUOTE_CELL, "most_quotes": MOST_QUOTES,
        "robots_reasons": ROBOTS_REASONS, "Stance": Stance, "Change": Change, "Outcome": Outcome,
        "contradicts": Verdict.CONTRADICTS, "unseen_kinds": UNSEEN,
        "quote_limit": QUOTE_LIMIT, "context_limit": CONTEXT_LIMIT, "cell_limit": CELL_LIMIT,
    }  # fmt: skip


def _policy(script: str) -> str:
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    # `file:` besides 'self': for a page opened from disk some browsers match 'self' with nothing.
    return (
        "default-src 'none'; img-src 'self' file:; style-src 'self' file:; "
        f"script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


def _page(shared: Mapping[str, Any], template: str, path: Path, root: str, **values: Any) -> Path:
    return write_text(path, _environment().get_template(template).render(shared, root=root, **values))


def render(template: str, **values: Any) -> str:
    """One of our templates, filled in; for pages that are no part of a report."""
    return _environment().get_template(template).render(**values)


def own_file(name: str) -> Markup:
    """A file of ours that goes into a page as it is. Never a value."""
    return Markup((TEMPLATES / name).read_text(encoding="utf-8").strip())  # noqa: S704 - our own file


def category_part(categories: Mapping[str, Mapping[str, Any]], key: str, part: str, lang: str) -> Any:
    """`title` falls back to the id, `why` to nothing, `questions` to an empty tuple."""
    value = categories.get(key, {}).get(f"{part}_{lang}")
    if part == "questions":
        return (value,) if isinstance(value, str) and value else tuple(value or ())
    return value or (key if part == "title" else "")


def _sides(current: Sequence[Tracked]) -> tuple[dict[str, list[Tracked]], dict[str, list[Tracked]]]:
    """What a vendor says in its own voice, and what it denies, qualifies or relays, each by category."""
    asserted = [tracked for tracked in current if tracked.finding.stance is Stance.ASSERTED]
    other = [tracked for tracked in current if tracked.finding.stance is not Stance.ASSERTED]
    return by_category(asserted), by_category(other)


def _vendor_values(vendor: VendorView, report: Report) -> dict[str, Any]:
    """`order`: every category of the page, that with the gravest asserted claim first, what is only denied last."""
    says, denies = _sides(vendor.current)
    seen = notices_of(report, vendor.name)
    return {
        "vendor": vendor,
        "notices": seen,
        "anchors": {notice.source: f"notice-{number}" for number, notice in enumerate(seen.read, 1)},
        "kinds": {notice.source: notice.kind for notice in (*seen.read, *seen.unread)},
        "answered": {one.category for verdict in ANSWERED for one in seen.verdicts[verdict]},
        "unseen": sum(1 for group in says.values() for tracked in group if _unseen(tracked.finding)),
        "says": says,
        "denies": denies,
        "order": list(dict.fromkeys([*says, *denies])),
        "laws": {key: law_groups(report, group) for key, group in says.items()},
        "unplaced": any(lawtext.unstated(report.law_of(tracked.finding)) for tracked in vendor.current),
    }


def _unseen(finding: Finding) -> bool:
    """Does it stand where no visitor of the page sees it without looking for it?"""
    return finding.hidden or finding.block_kind in UNSEEN


def _finding_values(tracked: Tracked, report: Report) -> dict[str, Any]:
    f = tracked.finding
    before, after = report.contexts.get(f.id, (f.prefix, f.suffix))
    cut = len(f.quote) > QUOTE_LIMIT or max(len(before), len(after)) > CONTEXT_LIMIT
    return {
        "tracked": tracked,
        "f": f,
        "before": before,
        "after": after,
        "cut": cut,
        "last_look": _last_look(tracked, report),
        "live": live_url(f),
        "relevant": report.law_of(f),
        "warc_file": report.warc_files.get(f.warc_record, ""),
        "crop": report.crops.get(f.id),
        "origin": report.origins.get(f.warc_record, ""),
    }


def _last_look(tracked: Tracked, report: Report) -> datetime:
    """When this run looked at the finding's page (or tried to): the date that goes with "not seen"."""
    for row in report.coverage:
        if row.url == tracked.finding.source and row.captured_at:
            return row.captured_at
    return report.run.finished_at or report.run.started_at


def live_url(finding: Finding) -> str:
    """The text-fragment link to the live page, else the page itself, else empty. Only http(s)."""
    return safe_url(finding.fragment_url) or safe_url(finding.source)


def coverage_bar(coverage: Coverage) -> list[tuple[str, float, float]]:
    """Segments of the coverage bar: (outcome, start, width) in parts of 1000, empty outcomes left out."""
    segments: list[tuple[str, float, float]] = []
    start = 0.0
    for outcome in Outcome:
        width = 1000 * coverage.outcomes[outcome] / coverage.known if coverage.known else 0.0
        if width:
            segments.append((outcome.value, round(start, 2), round(width, 2)))
            start += width
    return segments


def _write_crops(report: Report, names: Mapping[str, str], folder: Path) -> set[Path]:
    written = set()
    for finding, crop in report.crops.items():
        if crop.png and finding in names:
            written.add(write_bytes(folder / CROPS / f"{names[finding]}.png", crop.png))
    for sha256, jpeg in report.pictures.items():
        if jpeg and _is_hex(sha256):
            written.add(write_bytes(folder / PICTURES / f"{sha256[:16]}.jpg", jpeg))
    return written


def _remove_stale(folder: Path, written: set[Path]) -> None:
    for path in (*(folder / CROPS).glob("*.png"), *(folder / PICTURES).glob("*.jpg")):
        if path not in written and _CROP_NAME.fullmatch(path.stem) and not path.is_symlink():
            path.unlink()
    mark = f'content="{GENERATOR}"'
    for part in ("vendor", "finding"):
        for path in (folder / part).glob("*.html"):
            if path in written or path.is_symlink():
                continue
            with path.open(encoding="utf-8", errors="replace") as handle:
                ours = mark in handle.read(2000)
            if ours:
                path.unlink()
