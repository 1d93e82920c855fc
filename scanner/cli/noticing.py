"""`notice` and `compare`: what a privacy notice says, and an advert set against it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import ExitCode, UsageError
from ..model import LawGap
from .common import (
    UNDATED,
    AtFlag,
    ConfigFlag,
    JurisdictionFlag,
    LangFlag,
    RulesFlag,
    choice,
    codes,
    load_rules,
    load_settings,
    note,
    note_unlisted,
    write_json,
)
from .crawling import NetworkFlag

if TYPE_CHECKING:
    from rich.text import Text

    from ..detect.rules import RuleSet
    from ..model import Contradiction, Finding, Notice
    from ..notice.rules import NoticeRules
    from ..pipeline.notices import Compared

FORMATS = ("table", "jsonl")
RegimeFlag = Annotated[
    list[str] | None,
    typer.Option(
        "--regime", help="Whose disclosure items: cn.pipl, cn.frt, eu.gdpr ...; may be repeated.",
        show_default="by language and content",
    ),
]  # fmt: skip


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    app.command("notice")(notice)
    app.command("compare")(compare)


def notice(
    ctx: typer.Context,
    where: Annotated[
        list[str], typer.Argument(metavar="PATH|URL...", help="Files, folders, or URLs.", show_default=False)
    ],
    regime: RegimeFlag = None,
    jurisdiction: JurisdictionFlag = None,
    format: Annotated[str, typer.Option("--format", "-f", help="table or jsonl (one notice a line).")] = "table",
    config: ConfigFlag = None,
    rules: RulesFlag = None,
    lang: LangFlag = None,
    allow_network: NetworkFlag = None,
) -> int:
    """What a privacy notice says: for whom it is, from when, which disclosure items are found in it, what it denies.

    A URL is fetched as a crawl would, and not kept: for evidence use `crawl`. "Not found" means: not in the text read.
    """
    from ..pipeline.notices import KINDS, notice_at, notices_in

    choice("--format", format, FORMATS)
    settings = load_settings(
        ctx, config, rules__path=str(rules) if rules else None, report__lang=lang, crawl__allow_networks=allow_network
    )  # fmt: skip
    rule_set, regimes = load_rules(settings), tuple(regime or ())
    places = codes("--jurisdiction", jurisdiction) or ()
    found: list[Notice] = []
    for one in where:
        if one.lower().startswith(("http://", "https://")):
            found.append(notice_at(one, settings, rule_set, regimes, places))
        else:
            found.extend(notices_in([Path(one)], rule_set, regimes, places))
    if not found:
        raise UsageError("no page in the given folders", KINDS)
    from ..notice.reader import is_title
    from ..pipeline.noticing import needed_notice_rules

    known = needed_notice_rules(rule_set)
    for one_notice in found:
        if one_notice.unread is None and not is_title(known.normalise(one_notice.title).text, known):
            note(
                ctx, f"{one_notice.source} does not call itself a privacy notice; it is read as one because you gave it"
            )
        _show_notice(ctx, one_notice, known, format, settings.report.lang)
    return ExitCode.NOT_ALL_READ if any(n.unread for n in found) else ExitCode.OK


def compare(
    ctx: typer.Context,
    ad: Annotated[
        list[Path], typer.Option("--ad", help="An advert: a file or folder; may be repeated.", show_default=False)
    ],
    notice: Annotated[
        list[Path], typer.Option("--notice", help="A notice of the vendor; may be repeated.", show_default=False)
    ],
    more: Annotated[list[str] | None, typer.Argument(hidden=True, help="Nothing: files follow options.")] = None,
    regime: RegimeFlag = None,
    jurisdiction: JurisdictionFlag = None,
    at: AtFlag = None,
    format: Annotated[str, typer.Option("--format", "-f", help="table or jsonl (one verdict a line).")] = "table",
    config: ConfigFlag = None,
    rules: RulesFlag = None,
    lang: LangFlag = None,
) -> int:
    """Set what adverts claim against what the vendor's own notices say. No network, nothing is written.

    Verdicts: contradicts (the notice denies it), admits (it discloses it), silent (it is not found in the text read),
    cannot_tell (with the reason). Give one vendor's pages at a time.
    """
    from ..pipeline.lawful import counsel, verdict_with_ids
    from ..pipeline.notices import compared
    from ..pipeline.speaking import by_settings

    choice("--format", format, FORMATS)
    if more:
        raise UsageError(
            f"{more[0]}: neither --ad nor --notice stands before it",
            "repeat the option for each file: --ad a.html --ad b.html --notice privacy.html; or give a folder",
        )
    settings = load_settings(
        ctx, config, rules__path=str(rules) if rules else None, report__lang=lang,
        law__jurisdictions=codes("--jurisdiction", jurisdiction),
    )  # fmt: skip
    rule_set, day = load_rules(settings), (at or datetime.now(UTC)).date()
    advice = counsel(settings, rule_set, when=at)
    note_unlisted(ctx, advice.book, settings.law.jurisdictions)
    places = tuple(settings.law.jurisdictions) if jurisdiction else ()
    seen = compared(ad, notice, rule_set, tuple(regime or ()), day, places, by_settings(settings))
    found = tuple(verdict_with_ids(one, advice) for one in seen.verdicts)
    for source in seen.twice:
        note(ctx, f"no advert: {source} is given with --notice too")
    _note_void(ctx, seen.notices, day)
    if format == "jsonl":
        from ..report.notice_json import verdict_json

        for one in found:
            write_json(verdict_json(one, settings.report.lang))
        claims = (advice.for_claim(one.vendor, one.category, one.claim_at.captured_at) for one in found)
        if any(law.gap is LawGap.NO_DATE for law in claims):
            note(ctx, UNDATED)
    elif found:
        if jurisdiction or at:
            note(ctx, "provisions are told with --format jsonl; here only the verdicts are shown")
        _show_verdicts(found, seen, rule_set, settings.report.lang)
    return _account(ctx, seen)


def _note_void(ctx: typer.Context, notices: Sequence[Notice], day: date) -> None:
    """Says which notices do not hold on the day, in their own words."""
    from ..report.text import one_line

    for void in (n for n in notices if n.unread is None and n.void_on(day)):
        said = f"“{one_line(void.ends.quote, 120)}”" if void.ends else f"in force from {void.effective}"
        note(ctx, f"{void.source} does not hold on {day}, as it says itself: {said}")


def _account(ctx: typer.Context, seen: Compared) -> ExitCode:
    """Says what was not read, and that no claim was there to compare; the exit code."""
    unread = [(n.source, n.unread, n.detail) for n in seen.notices if n.unread]
    unread += [(p.source, p.judgement.unread, p.judgement.detail) for p in seen.pages if p.judgement.unread]
    for source, reason, detail in unread:
        note(ctx, f"not read: {source}: {reason}" + (f": {detail}" if detail else ""))
    if not seen.verdicts and any(page.judgement.unread is None for page in seen.pages):
        note(ctx, "nothing to compare: the adverts that were read make no flagged claim in their own voice")
    return ExitCode.NOT_ALL_READ if unread else ExitCode.OK


def _show_notice(ctx: typer.Context, notice: Notice, rules: NoticeRules, format: str, lang: str) -> None:
    if notice.unread:
        note(ctx, f"not read: {notice.source}: {notice.unread.value}" + (f": {notice.detail}" if notice.detail else ""))
    if format == "jsonl":
        from ..report.notice_json import notice_json

        write_json(notice_json(notice))
        return
    if notice.unread:
        return
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    from ..report.notices import fact_rows, item_rows, notice_lines
    from ..report.words import words
    from .console import out

    t, console = words(lang), out()
    for line in notice_lines(notice, lang):
        console.print(Text(line))
    items = {item.id: item.facts for item in rules.items.values()}
    topics = {fact.id: fact.titles for fact in rules.facts.values()}
    for title, heads, rows in (
        (_items_title(notice, rules, lang), ("notice_item", "notice_status", "notice_quote"),
         item_rows(notice, items, lang)),
        (t["notice_facts"], ("notice_topic", "notice_saying", "notice_people", "notice_quote"),
         fact_rows(notice, topics, lang)),
    ):  # fmt: skip
        table = Table(title=title, title_justify="left", header_style="bold", pad_edge=False, box=SIMPLE_HEAD)
        for head in heads:
            table.add_column(t[head], overflow="fold")
        for row in rows:
            table.add_row(*(Text(cell) for cell in row))
        console.print(table)


def _items_title(notice: Notice, rules: NoticeRules, lang: str) -> str:
    """By whose disclosure items the notice was read, and why theirs."""
    from ..report.notices import why_shown
    from ..report.words import words

    t, why = words(lang), {item.regime: item.why for item in notice.items}
    titles = [
        regime.titles[f"title_{lang}"] + why_shown(why[regime.id], t)
        for regime in rules.regimes.values()
        if regime.id in why
    ]
    return f"{t['notice_items']}{t['colon']}{t['comma'].join(titles) or t['items_none']}"


def _show_verdicts(found: tuple[Contradiction, ...], seen: Compared, rules: RuleSet, lang: str) -> None:
    """A table, contradictions first; each claim in its sentence, claims of one kind and sentence with one answer in one
    row. Where the notice is silent, the item under which the matter should stand is named. The notices that were read
    stand above it; where there are several, each answer names its own."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    from ..pipeline.noticing import needed_notice_rules
    from ..report.notices import ORDER, counts_line
    from ..report.summary import safe_terminal
    from ..report.words import words
    from .console import out

    t, console = words(lang), out()
    read = [n.source for n in seen.notices if n.unread is None]
    for source in read:
        console.print(Text(f"{t['notice_read']}{t['colon']}{safe_terminal(source, 0)}"), soft_wrap=True)
    names = {source: source.rstrip("/").rpartition("/")[2] for source in read}
    if len(set(names.values())) < len(read):
        names = {source: source for source in read}
    items = {item.id: item.facts for item in needed_notice_rules(rules).items.values()}
    claims = {f.id: f for page in seen.pages for f in page.judgement.findings}
    table = Table(header_style="bold", pad_edge=False, box=SIMPLE_HEAD)
    for head, ratio in (("verdict", 2), ("category", 3), ("says_ad", 6), ("says_notice", 6), ("reason", 4)):
        table.add_column(t[head], ratio=ratio, overflow="fold")
    shown = set()
    for one in sorted(found, key=lambda one: ORDER.index(one.verdict)):
        cells = _verdict_cells(one, claims[one.finding], items, rules.categories, lang, names if len(read) > 1 else {})
        if (row := tuple(cell.plain for cell in cells)) not in shown:
            shown.add(row)
            table.add_row(*cells)
    console.print(table)
    console.print(Text(f"{counts_line(found, t)}{t['stop']}{t['notice_caution']}"))


def _verdict_cells(
    one: Contradiction, claim: Finding, items: Mapping[str, Mapping[str, Any]],
    categories: Mapping[str, Mapping[str, Any]], lang: str, names: Mapping[str, str],
) -> tuple[Text, ...]:  # fmt: skip
    """The row of one verdict. `names`: what the notices are called, where the answer says in which it stands."""
    from rich.text import Text

    from ..model import Verdict
    from ..report.notices import in_sentence, item_title
    from ..report.summary import safe_terminal
    from ..report.words import words

    t = words(lang)
    before, quote, after = in_sentence(claim)
    why = t["verdict_" + one.reason.value]
    if one.verdict is Verdict.SILENT and one.item:
        why += f" {t['would_stand']}{t['colon']}{item_title(one.item, items, lang)}"
    # In English the id, which other commands take; it says nothing to a reader of Chinese.
    kind = str(categories[one.category].get(f"title_{lang}", one.category)) if lang != "en" else one.category
    verdict, category, answer, reason = (
        Text(safe_terminal(cell, 200)) for cell in (t.label(one.verdict), kind, one.notice_quote or "–", why)
    )
    if one.notice_at and (name := names.get(one.notice_at.source)):
        answer.append(f"\n{safe_terminal(name, 0)}", "dim")
    return verdict, category, Text.assemble(before, (quote, "bold"), after), answer, reason
