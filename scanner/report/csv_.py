"""findings.csv and its neighbours for spreadsheets: UTF-8 with a BOM, every cell quoted, no cell a formula.

Cells hold text made safe to show (`text.visible`, line feeds as ` ⏎ `), so a quote may differ from the bytes by such
marks; report.json has it exactly.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from scanner.model import Contradiction, CoverageRow, Difference, Finding, Report, Stance, Tracked
from scanner.report.files import write_text
from scanner.report.notices import item_title
from scanner.report.text import shanghai, utc, visible
from scanner.report.view import doubtful, view
from scanner.report.words import Words, words

MAX_CELL = 30_000
"""Excel holds 32,767 characters in a cell and spills the rest into other cells, where it could begin a formula."""

_FORMULA = re.compile(r"[\s\u200b\ufeff'\"]*[=+\-@＝＋－＠﹢﹣﹦﹫−]")
"""The sign of a formula, also behind white space that a spreadsheet may drop. White space before anything else is
harmless: tabs, carriage returns and line feeds do not reach a cell as such (`safe_cell`)."""
_LATER_FORMULA = re.compile(r"(;\s*)(?=[=+\-@＝＋－＠])")
"""Where the list separator is `;`, a spreadsheet parts a quoted comma file at it and would begin a cell there."""

FINDING_COLUMNS: tuple[tuple[str, str], ...] = (
    ("vendor", "厂商"), ("category", "类别编号"), ("category_title", "类别"), ("severity", "严重程度"),
    ("stance", "立场"), ("quote", "原文"), ("prefix", "前文"), ("suffix", "后文"), ("change", "变化"),
    ("source", "网址"), ("fragment_url", "定位链接"), ("captured_at_utc", "采集时间 UTC"),
    ("captured_at_shanghai", "采集时间 上海"), ("block_kind", "文字类型"), ("heading", "所在标题"),
    ("block_path", "路径"), ("hidden", "隐藏"), ("page_role", "页面性质"), ("cue", "判断线索"),
    ("cue_scope", "线索范围"), ("confidence", "置信度"), ("lang", "语言"), ("rule", "规则"),
    ("rule_version", "规则版本"), ("first_seen", "首次见于"), ("last_seen", "最近见于"),
    ("provisions", "可能涉及的条款"), ("capture_sha256", "内容 SHA-256"), ("warc_record", "WARC 记录"),
    ("fingerprint", "指纹"), ("id", "编号"), ("run", "运行"),
    ("warc_file", "WARC 文件"), ("provisions_beside", "抗辩与适用范围"),
    ("stance_before", "此前立场"), ("uncertain", "把握不大"),
    ("provisions_of_others", "其他主体的义务"), ("page_role_by", "页面性质由谁指明"),
    ("imported_capture_at", "导入的采集自称时间"),
)  # fmt: skip
VERDICT_COLUMNS: tuple[tuple[str, str], ...] = (
    ("vendor", "厂商"), ("verdict", "判断编号"), ("verdict_title", "判断"), ("category", "类别编号"),
    ("category_title", "类别"),
    ("claim_quote", "广告原文"), ("claim_source", "广告网址"), ("claim_captured_at_utc", "广告采集时间 UTC"),
    ("claim_sha256", "广告 SHA-256"), ("notice_quote", "告知原文"), ("notice_source", "告知网址"),
    ("notice_captured_at_utc", "告知采集时间 UTC"), ("notice_sha256", "告知 SHA-256"), ("reason", "理由编号"),
    ("reason_title", "理由"), ("item", "事项编号"), ("item_title", "事项"), ("provisions", "可能涉及的条款"),
    ("finding", "发现编号"),
)  # fmt: skip
COVERAGE_COLUMNS: tuple[tuple[str, str], ...] = (
    ("vendor", "厂商"), ("url", "网址"), ("outcome", "结果"), ("outcome_title", "结果说明"),
    ("reason", "原因"), ("reason_title", "原因说明"), ("detail", "说明"), ("status", "状态码"),
    ("captured_at_utc", "采集时间 UTC"), ("capture_sha256", "内容 SHA-256"), ("findings", "发现数"),
    ("robots_rule", "robots.txt 规则"), ("depth", "深度"), ("via", "来路"),
    ("speaker", "由人指明的页面性质"), ("speaker_by", "由谁指明"),
)  # fmt: skip
DIFFERENCE_COLUMNS: tuple[tuple[str, str], ...] = (
    ("vendor", "厂商"), ("url", "网址"), ("profile", "第二次查看的方式"), ("shown_to", "见于"),
    ("category", "类别编号"), ("category_title", "类别"), ("severity", "严重程度"), ("stance", "立场"),
    ("quote", "原文"), ("new", "首次见到"), ("captured_at_utc", "采集时间 UTC"), ("capture_sha256", "内容 SHA-256"),
    ("warc_record", "WARC 记录"), ("other_at_utc", "另一次查看时间 UTC"), ("other_warc_record", "另一次的 WARC 记录"),
    ("finding", "发现编号"),
)  # fmt: skip


def safe_cell(text: str) -> str:
    """The text as a spreadsheet may hold it: no control characters, one line, at most `MAX_CELL`, and an apostrophe
    before anything that a spreadsheet could take for a formula (also after blanks, quotes, or as full-width signs)."""
    starts = bool(_FORMULA.match(text[:200]))
    text = " ⏎ ".join(visible(text[:MAX_CELL] + ("…" if len(text) > MAX_CELL else "")).split("\n"))[:MAX_CELL]
    text = _LATER_FORMULA.sub(r"\1'", text)
    return "'" + text if starts or _FORMULA.match(text) else text


def write_csv(report: Report, out: Path, lang: str) -> Path:
    """Write `findings.csv`, `coverage.csv`, `verdicts.csv` and, after a second look, `differences.csv`.

    Returns the first. Headings are field names, in Chinese with the Chinese name before them (`原文 (quote)`).
    """
    t = words(lang)
    derived = view(report)
    rows = sorted(report.coverage, key=lambda row: (row.vendor, row.url))
    write_text(out / "coverage.csv", _table(COVERAGE_COLUMNS, (_coverage_row(row, t) for row in rows), t), "utf-8-sig")
    verdicts = (_verdict_row(one, report, t) for one in report.contradictions)
    write_text(out / "verdicts.csv", _table(VERDICT_COLUMNS, verdicts, t), "utf-8-sig")
    if report.comparisons:
        differences = (_difference_row(one, report, t) for look in report.comparisons for one in look.differences)
        write_text(out / "differences.csv", _table(DIFFERENCE_COLUMNS, differences, t), "utf-8-sig")
    findings = (_finding_row(tracked, report, t) for tracked in (*derived.current, *derived.past))
    return write_text(out / "findings.csv", _table(FINDING_COLUMNS, findings, t), "utf-8-sig")


def _table(columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[str]], t: Words) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([name if t.lang == "en" else f"{chinese} ({name})" for name, chinese in columns])
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return buffer.getvalue()


def _finding_row(tracked: Tracked, report: Report, t: Words) -> list[str]:
    f = tracked.finding
    title = report.categories.get(f.category, {}).get(f"title_{t.lang}", f.category)
    law = report.law_of(f)
    return [
        f.vendor, f.category, str(title), _severity(f, t),
        t.label(f.stance), f.quote, f.prefix, f.suffix, t.label(tracked.change),
        f.source, f.fragment_url, utc(f.captured_at),
        shanghai(f.captured_at), t.label(f.block_kind), f.heading,
        f.block_path, t["yes"] if f.hidden else t["no"], t.label(f.page_role), f.cue.text,
        f.cue.scope, f"{f.confidence:.2f}", f.lang, f.rule,
        str(f.rule_version), utc(tracked.first_seen), utc(tracked.last_seen),
        " ".join(f.provisions), f.capture_sha256, f.warc_record,
        f.fingerprint, f.id, f.run,
        report.warc_files.get(f.warc_record, ""), " ".join(one.id for one in law.beside) if law else "",
        t.label(tracked.was) if tracked.was else "", t["yes"] if doubtful(f) else t["no"],
        " ".join(one.id for one in law.of_others) if law else "", t.label(f.page_role_by) if f.page_role_by else "",
        utc(tracked.imported),
    ]  # fmt: skip


def _severity(f: Finding, t: Words) -> str:
    """Empty for what a page denies or relays: that has none."""
    return t.label(f.severity) if f.stance is Stance.ASSERTED else ""


def _verdict_row(one: Contradiction, report: Report, t: Words) -> list[str]:
    title = report.categories.get(one.category, {}).get(f"title_{t.lang}", one.category)
    at = one.notice_at
    return [
        one.vendor, one.verdict.value, t.label(one.verdict), one.category, str(title),
        one.claim_quote, one.claim_at.source, utc(one.claim_at.captured_at), one.claim_at.capture_sha256,
        one.notice_quote, at.source if at else "", utc(at.captured_at) if at else "", at.capture_sha256 if at else "",
        one.reason.value, t["verdict_" + one.reason.value], one.item, item_title(one.item, report.notice_items, t.lang),
        " ".join(one.provisions), one.finding,
    ]  # fmt: skip


def _difference_row(one: Difference, report: Report, t: Words) -> list[str]:
    f = one.finding
    title = report.categories.get(f.category, {}).get(f"title_{t.lang}", f.category)
    return [
        one.vendor, one.url, one.profile, one.shown_to,
        f.category, str(title), _severity(f, t), t.label(f.stance), f.quote,
        t["yes"] if one.new else t["no"], utc(f.captured_at), f.capture_sha256,
        f.warc_record, utc(one.other_at), one.other_record,
        f.id,
    ]  # fmt: skip


def _coverage_row(row: CoverageRow, t: Words) -> list[str]:
    return [
        row.vendor, row.url, row.outcome.value, t.label(row.outcome),
        row.reason.value if row.reason else "", t.label(row.reason) if row.reason else "", row.detail,
        "" if row.status is None else str(row.status),
        utc(row.captured_at), row.capture_sha256, str(row.findings),
        row.robots_rule, str(row.depth), row.via,
        t.label(row.said.role) if row.said else "", t.label(row.said.by) if row.said else "",
    ]  # fmt: skip
