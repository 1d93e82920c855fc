"""report.md: the report as CommonMark with tables, for issue trackers, wikis and notes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from scanner.model import (
    CURRENT,
    Change,
    Outcome,
    Provision,
    ProvisionRole,
    RelevantLaw,
    Report,
    Stance,
    Tracked,
    Verdict,
)
from scanner.report import lawtext
from scanner.report.files import write_text
from scanner.report.lawview import LawGroup, law_groups
from scanner.report.notices import in_sentence, item_title, notices_of, quoted_for
from scanner.report.text import days, one_line, safe_url, shanghai, utc
from scanner.report.view import Coverage, VendorView, View, by_category, doubtful, view
from scanner.report.words import LIMITS, Words, words

_ACTS = re.compile(r"[\\`*_\[\]{}|~$!#<>&@:^]")
_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
QUOTE_LIMIT = 1000


def escape(text: str, limit: int = QUOTE_LIMIT) -> str:
    """Vendor text as Markdown that shows exactly these characters: one line, nothing becomes markup, a link, an image,
    HTML, a mention, a table border or a list."""
    flat = one_line(text, limit)
    acted = _ACTS.sub(lambda m: _ENTITIES.get(m.group(), "\\" + m.group()), flat)
    acted = re.sub(r"(?i)\bwww\.", lambda m: m.group()[:-1] + "\\.", acted)
    if re.match(r"\d{1,9}[.)]", acted):
        return re.sub(r"^(\d+)", r"\1\\", acted, count=1)
    return "\\" + acted if acted[:1] in {"-", "+", "="} else acted


def link(url: str) -> str:
    """An autolink for http(s), else the escaped text."""
    safe = safe_url(url)
    return f"<{safe}>" if safe else escape(url)


def write_markdown(report: Report, out: Path, lang: str) -> Path:
    """Write `report.md`, UTF-8."""
    t = words(lang)
    return write_text(out / "report.md", "\n".join(_lines(report, view(report), t)) + "\n")


def _lines(report: Report, derived: View, t: Words) -> Iterator[str]:
    run = report.run
    asserted = derived.by_stance[Stance.ASSERTED]
    yield f"# {t['title']}\n"
    if run.finished_at:
        yield t.say("when_run", start=utc(run.started_at), end=utc(run.finished_at))
    else:
        yield t.say("when_open", start=utc(run.started_at))
    if not run.ok:
        yield f"\n**{t['not_ok']}**"
    yield "\n" + t.say(
        "lead",
        vendors=t.count("n_vendors", len(derived.vendors)),
        read=t.count("n_pages", derived.coverage.read),
        asserted=t.count("n_claims", asserted),
    )
    if derived.doubtful:
        yield f"\n{t.count('n_doubtful', derived.doubtful)}"
    if derived.in_notices:
        yield f"\n{t.count('n_in_notices', derived.in_notices)}"
    yield f"\n## {t['by_severity']}\n"
    yield f"| {t['severity']} | {t['count']} |\n| --- | ---: |"
    for severity, n in derived.by_severity.items():
        yield f"| {t.label(severity)} | {n} |"
    yield from _new(report, derived, t)
    yield f"\n## {t['findings_heading']}\n\n" + t["findings_note" if derived.current else "findings_none"]
    for vendor in derived.vendors:
        yield from _vendor(vendor, report, t)
    yield from _verdicts(report, derived, t)
    yield from _comparisons(report, t)
    yield from _coverage(derived.coverage, t)
    yield f"\n## {t['limits']}\n"
    for limit in LIMITS:
        yield f"- {t['limit_' + limit]}"
    yield f"\n{t['reply']}\n\n---\n\n" + t.say("footer", version=escape(run.tool_version))


def _new(report: Report, derived: View, t: Words) -> Iterator[str]:
    yield f"\n## {t['new_heading']}\n"
    if not report.run.previous_run:
        yield t["new_first"]
        return
    yield t.say("new_since", when=utc(report.run.previous_finished_at)) + "\n"
    yield f"| {t['history']} | {t['count']} |\n| --- | ---: |"
    for change in Change:
        key = f"change_{change.value}"
        yield f"| {t[key]}{t['colon']}{t[key + '_note']} | {derived.changes[change]} |"


def _vendor(vendor: VendorView, report: Report, t: Words) -> Iterator[str]:
    if not vendor.current and not vendor.past:
        return
    yield f"\n### {escape(vendor.name) or t['no_vendor']}"
    for category, group in by_category((*vendor.current, *vendor.past)).items():
        entry = report.categories.get(category, {})
        yield f"\n#### {escape(str(entry.get(f'title_{t.lang}', category)))}\n"
        if entry.get(f"why_{t.lang}"):
            yield f"{escape(str(entry[f'why_{t.lang}']))}\n"
        for tracked in group:
            yield from _finding(tracked, t, first=not report.run.previous_run)
        asserted = [x for x in group if x.finding.stance is Stance.ASSERTED and x.change in CURRENT]
        if asserted:
            yield from _questions(entry, t)
        for laws in law_groups(report, asserted):
            yield from _law(laws, t)


def _questions(entry: Mapping[str, Any], t: Words) -> Iterator[str]:
    if entry.get(f"questions_{t.lang}"):
        yield f"\n{t['questions']}{t['colon'].rstrip()}\n"
        for question in entry[f"questions_{t.lang}"]:
            yield f"- {escape(str(question))}"


def _law(laws: LawGroup, t: Words) -> Iterator[str]:
    """The provisions of some claims, with what speaks for the company below them, never without."""
    law = laws.law
    if gap := lawtext.gap_text(law, t):
        rest = lawtext.left_out(law, t)
        yield f"\n{escape(gap)}" + (f" {escape(rest)}{t['stop']}" if rest else "")
        if law.more or law.of_others:
            yield from _touching(law, t)
            yield from _others(law, t)
            yield from _beside(law, t)
        return
    n = t.count("law_count", len(law.shown))
    yield f"\n{t.say('law_fold', n=n, date=days(laws.first, laws.last))}{t['colon'].rstrip()} {t['provisions_note']}"
    if said := lawtext.marked(law, t):
        yield f"\n{said}"
    yield ""
    yield from (_article(one, t) for one in law.shown)
    yield from _beside(law, t)
    yield from _others(law, t)


def _beside(law: RelevantLaw, t: Words) -> Iterator[str]:
    yield f"\n{t['law_beside']}{t['colon'].rstrip()} {t['law_defences']}\n"
    yield from (_article(one, t) for one in law.beside)


def _touching(law: RelevantLaw, t: Words) -> Iterator[str]:
    """Only where nothing addresses the claim by name; else report.json and the pages have them."""
    if law.more:
        yield f"\n{t.count('law_touching', len(law.more))}{t['colon'].rstrip()} {t['law_touch']}\n"
        yield from (_article(one, t) for one in law.more)


def _others(law: RelevantLaw, t: Words) -> Iterator[str]:
    if law.of_others:
        title, note = lawtext.others(law, t)
        yield f"\n{title}{t['colon'].rstrip()} {note}\n"
        yield from (_article(one, t) for one in law.of_others)


def _article(one: Provision, t: Words) -> str:
    note = f" {escape(one.note(t.lang))}" if one.note(t.lang) else ""
    penal = f" {t['law_penal']}" if lawtext.for_a_court(one) else ""
    who = f" {escape(lawtext.bound(one, t))}{t['stop'].rstrip()}" if lawtext.bound(one, t) else ""
    kind = "" if one.role is ProvisionRole.DUTY else f"{t['law_role_' + one.role]}{t['colon']}"
    where = f"(`{_code(one.id)}`; {escape(lawtext.facts(one, t))})"
    return (
        f"- {kind}**{escape(lawtext.heading(one, t))}** {where}{t['colon']}"
        f"{escape(one.summary(t.lang))}{who}{penal}{note} {link(one.source_url)}"
    )


def _finding(tracked: Tracked, t: Words, *, first: bool) -> Iterator[str]:
    """`first`: in the first run everything would be new, which says nothing. What a page denies or relays has no
    severity."""
    f = tracked.finding
    severity = t.label(f.severity) if f.stance is Stance.ASSERTED else ""
    state = "" if first and tracked.change is Change.NEW else t["change_" + tracked.change.value]
    if tracked.was:
        state += t["colon"] + t.say("turned_from", was=t.label(tracked.was), now=t.label(f.stance))
    unsure = f"**{t['doubt']}**" if doubtful(f) else ""
    said = t.say("role_said", what=t.label(f.page_role), by=t.label(f.page_role_by)) if f.page_role_by else ""
    parts = (t.label(f.stance), severity, f"{f.confidence:.2f}", unsure, state, t.label(f.block_kind), said)
    yield f"- “{escape(f.quote)}”  "
    yield f"  {' · '.join(part for part in parts if part)}  "
    when = f"{utc(f.captured_at)} · {shanghai(f.captured_at)}" if f.captured_at else t["captured_none"]
    yield f"  {link(f.fragment_url) if safe_url(f.fragment_url) else link(f.source)}  "
    yield f"  {when} · SHA-256 `{_code(f.capture_sha256)}`"


def _verdicts(report: Report, derived: View, t: Words) -> Iterator[str]:
    """Claims beside notices, vendor by vendor; where nothing can be told the number is enough."""
    if not report.contradictions:
        return
    claims = {tracked.finding.id: tracked.finding for tracked in report.findings}
    yield f"\n## {t['notice_heading']}\n\n{t['notice_lead']} {t['notice_caution']}"
    for vendor in derived.vendors:
        seen = notices_of(report, vendor.name)
        if not any(seen.verdicts.values()):
            continue
        yield f"\n### {escape(vendor.name) or t['no_vendor']}\n"
        if not seen.read and not seen.unread:
            yield f"{t['notice_none']}\n"
        for verdict in (Verdict.CONTRADICTS, Verdict.ADMITS, Verdict.SILENT):
            for one in seen.verdicts[verdict]:
                said = "".join(in_sentence(claims[one.finding])) if one.finding in claims else one.claim_quote
                unsure = f" ({t['doubt']})" if one.finding in claims and doubtful(claims[one.finding]) else ""
                yield f"- **{t.label(verdict)}**{t['colon']}“{escape(said)}”{unsure}  "
                if one.notice_quote and one.notice_at:
                    yield f"  {t['says_notice']}{t['colon']}“{escape(one.notice_quote)}” {link(one.notice_at.source)}  "
                    if people := quoted_for(one, report.notices):
                        yield f"  {t['notice_section']}{t['colon']}{t.label(people)}  "
                if one.verdict is Verdict.SILENT:
                    yield f"  {t['would_stand']}{t['colon']}{escape(item_title(one.item, report.notice_items, t.lang))}"
        left = len(seen.verdicts[Verdict.CANNOT_TELL])
        if left:
            yield f"- {t.label(Verdict.CANNOT_TELL)}{t['colon']}{left}"


def _comparisons(report: Report, t: Words) -> Iterator[str]:
    if not report.comparisons:
        return
    yield f"\n## {t['compare_title']}\n\n{t['compare_lead']}"
    for comparison in report.comparisons:
        yield f"\n### {t['profile_' + comparison.profile.partition(':')[0].replace('-', '_')]}\n"
        pages, claims = t.count("n_pages", comparison.compared), t.count("n_claims_plain", len(comparison.differences))
        yield t.say("compare_count", pages=pages, claims=claims) + "\n"
        for one in comparison.differences:
            yield f"- “{escape(one.finding.quote)}”  "
            yield f"  {t['compare_shown_' + one.shown_to]} · {t.label(one.finding.stance)} · {link(one.url)}"
        for left in comparison.not_compared:
            yield f"- {t['compare_not']}{t['colon']}{link(left.url)}{t['colon']}{escape(left.why)}"


def _code(text: str) -> str:
    return re.sub(r"[^0-9A-Za-z:.-]", "", text) or "-"


def _coverage(coverage: Coverage, t: Words) -> Iterator[str]:
    yield f"\n## {t['cov_statement']}\n\n{t['cov_meaning']}\n"
    if not coverage.adds_up:
        yield f"**{t.say('cov_wrong', n=coverage.repeated)}**\n"
    yield f"| {t['outcome']} | {t['count']} |\n| --- | ---: |"
    for outcome in Outcome:
        if outcome is not Outcome.UNREAD:
            held = coverage.unchanged_holding if outcome is Outcome.UNCHANGED else 0
            said = t["comma"] + t.count("unchanged_holding", held) if held else ""
            yield f"| {t.label(outcome)}{said} | {coverage.outcomes[outcome]} |"
    for reason, n in coverage.unread.items():
        why = t.label(reason) if reason else t["reason_none"]
        yield f"| {t.label(Outcome.UNREAD)}{t['colon']}{why} | {n} |"
    yield f"| **{t.count('cov_known', coverage.known)}** | **{coverage.known}** |"
    if coverage.said:
        yield f"\n{t.count('n_said', coverage.said)}"
