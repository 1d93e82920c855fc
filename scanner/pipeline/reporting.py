"""Stored run -> Report -> files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..model import Change, Report
from ..report import FORMATS
from .crops import crops_of
from .lawful import counsel, with_law
from .listing import tracked_of
from .noticing import APP_STORES, notice_rules, unread_notices
from .secondlook import comparisons

if TYPE_CHECKING:
    from ..config import Settings
    from ..detect.rules import RuleSet
    from ..store import Store

REPORTS = "reports"
LANGUAGE = ".language"
"""A file that says in which language the report beside it is, so that another one does not replace it."""


def build_report(
    store: Store,
    rules: RuleSet,
    run: str | None,
    settings: Settings,
    jurisdictions: Sequence[str] = (),
    *,
    pictures: bool = True,
) -> Report:
    """The report of a run (None: the newest finished one), compared with the last successful looks before it.

    `jurisdictions`: whose law is named, whatever targets and settings say. `pictures`: with the pieces of pictures in
    which quotes stand (to blur the faces in one picture takes a second). Raises StoreError where there is no such run.
    """
    parts = store.report(run)
    tracked = tracked_of(parts)
    second_looks = comparisons(store, parts.run.id)
    shown = [one.finding for one in tracked if one.change is not Change.NOT_SEEN]
    shown += [one.finding for comparison in second_looks for one in comparison.differences]
    drawn = crops_of(shown if pictures else (), store, settings)
    notices, known = store.notices(parts.run.id), notice_rules(rules)
    report = Report(
        run=parts.run,
        findings=tracked,
        coverage=parts.coverage,
        categories=rules.categories,
        contexts=store.contexts(shown),
        passages=store.passages(shown),
        settings_note=parts.note,
        warc_files=store.warc_files(one.finding for one in tracked),
        notices=(*notices, *unread_notices(parts.coverage, notices)),
        contradictions=store.verdicts(parts.run.id),
        notice_items={item.id: item.facts for item in known.items.values()} if known else {},
        notice_topics={fact.id: fact.titles for fact in known.facts.values()} if known else {},
        notice_regimes={regime.id: regime.titles for regime in known.regimes.values()} if known else {},
        app_stores=store.page_facts(parts.run.id, APP_STORES),
        crops=drawn.crops,
        pictures=drawn.pictures,
        comparisons=second_looks,
        chosen=parts.chosen,
        origins=store.origins(one.finding.warc_record for one in tracked),
    )
    return with_law(report, counsel(settings, rules, store.vendor_places(), jurisdictions, roles=store.vendor_roles()))


def stored_report(
    settings: Settings, rules: RuleSet, run: str, jurisdictions: Sequence[str] = (), *, pictures: bool = True
) -> Report:
    """The report of a stored run; an empty name is the newest finished one. The rest as in `build_report`."""
    from ..store import open_to_read

    with open_to_read(settings.database_url()) as store:
        return build_report(store, rules, run or None, settings, jurisdictions, pictures=pictures)


def write_reports(report: Report, settings: Settings) -> dict[str, Path]:
    """Writes every wanted format into `reports/<run>/` of the output folder, or where that holds the report in another
    language, into a folder of this language in it; format -> path."""
    lang, folder = settings.report.lang, Path(settings.out_dir) / REPORTS / report.run.id
    if language_of(folder) not in ("", lang):
        folder /= lang
    folder.mkdir(parents=True, exist_ok=True)
    report = replace(report, letter=settings.report.letter)
    paths: dict[str, Path] = {kind: FORMATS[kind](report, folder, lang) for kind in settings.report.formats}
    (folder / LANGUAGE).write_text(lang + "\n", encoding="utf-8")
    return paths


def language_of(folder: Path) -> str:
    """The language of the report in a folder; empty where there is none."""
    if (folder / LANGUAGE).is_file():
        return (folder / LANGUAGE).read_text(encoding="utf-8").strip()
    index = folder / "html" / "index.html"  # of a version that left no such file
    if not index.is_file():
        return ""
    with index.open(encoding="utf-8", errors="replace") as file:
        return "zh" if 'lang="zh' in file.read(200) else "en"
