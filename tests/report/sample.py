"""Made-up reports: six invented vendors and forty findings, and a builder for single ones."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from scanner.model import (
    BlockKind,
    Change,
    CoverageRow,
    Cue,
    Finding,
    Outcome,
    PageRole,
    Report,
    RunFacts,
    Severity,
    Stance,
    Tracked,
    UnreadReason,
)

START = datetime(2026, 11, 20, 1, 12, 5, tzinfo=UTC)
LAST_WEEK = START - timedelta(days=7)

VENDORS = (
    ("临川视界科技有限公司（虚构）", "https://linchuan-vision.example"),
    ("澄湖智能风控（虚构）", "https://chenghu.example"),
    ("Harrowgate Retail Optics (fictional)", "https://harrowgate-optics.example"),
    ("瀚嶼影像股份有限公司（虛構）", "https://hanyu.example"),
    ("Quillfeather Access Ltd (fictional)", "https://quillfeather.example"),
    ("松岭客流（虚构）", "https://songling.example"),
)

CATEGORIES = {
    "covert-capture": {
        "title_en": "Capture without notice", "title_zh": "无感采集",
        "why_en": "People cannot object to, or ask about, a recording that they do not know of.",
        "why_zh": "人们无法对自己不知道的采集提出异议或询问。",
        "severity": "high",
        "questions_en": ["How are visitors told before they are recorded?", "Who decided that no sign is needed?"],
        "questions_zh": ["到访者在被采集之前如何得知？", "由谁决定不设提示？"],
    },
    "commission-control": {
        "title_en": "Faces used to settle commissions", "title_zh": "以人脸判定渠道佣金",
        "why_en": "Buyers’ faces decide a dispute between sellers, which is none of the buyers’ business.",
        "why_zh": "用购房者的人脸解决卖方之间的佣金争议，与购房者本人无关。",
        "severity": "high", "questions_en": ["How long are visitors’ faces kept?"],
        "questions_zh": ["到访者的人脸保存多久？"],
    },
    "inspection-evasion": {
        "title_en": "Switching off when somebody inspects", "title_zh": "遇检查即断开",
        "why_en": "A product that hides from inspection keeps its users from being checked at all.",
        "why_zh": "能躲避检查的产品，使监督无从谈起。",
        "severity": "critical", "questions_en": ["What happens on the device when the link is cut?"],
        "questions_zh": ["断开后设备上会发生什么？"],
    },
    "scale-boast": {
        "title_en": "Boasts of scale", "title_zh": "夸耀规模",
        "why_en": "Numbers of faces held point to a central library.", "why_zh": "所称人脸数量指向集中的人脸库。",
        "severity": "medium", "questions_en": ["Where does the number come from?"],
        "questions_zh": ["该数字从何而来？"],
    },
    "person-tagging": {
        "title_en": "Persons put on lists", "title_zh": "给人贴标签",
        "why_en": "Marking journalists or claimants can keep them from doing their work.",
        "why_zh": "标记记者或维权者，可能妨碍其正当活动。",
        "severity": "critical", "questions_en": ["Who may put a person on a list, and who can see it?"],
        "questions_zh": ["谁可以把人列入名单，谁能看到？"],
    },
}  # fmt: skip

ASSERTED, CRITICAL, HIGH, MEDIUM = Stance.ASSERTED, Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM
CLAIMS = (
    ("covert-capture", HIGH, ASSERTED, "zh-Hans",
     "顾客经过即完成采集，全程毫无察觉", BlockKind.HEADING),
    ("commission-control", HIGH, ASSERTED, "zh-Hans",
     "到访首拍留底，谁带来的客户一查便知", BlockKind.CELL),
    ("inspection-evasion", CRITICAL, ASSERTED, "zh-Hans",
     "有人上门查看时，后台一条消息即可断开", BlockKind.JSON),
    ("scale-boast", MEDIUM, ASSERTED, "en",
     "a gallery of 210 million faces and growing", BlockKind.META),
    ("person-tagging", CRITICAL, ASSERTED, "en",
     "flag reporters and serial claimants at the door", BlockKind.LIST_ITEM),
    ("covert-capture", HIGH, Stance.NEGATED, "zh-Hant",
     "我們從不在顧客不知情下拍攝", BlockKind.PARAGRAPH),
    ("scale-boast", MEDIUM, Stance.REPORTED, "zh-Hans",
     "据媒体报道，业内人脸数据累计上亿", BlockKind.PARAGRAPH),
    ("person-tagging", Severity.LOW, Stance.HYPOTHETICAL, "en",
     "could a watchlist one day be shared between shops?", BlockKind.PARAGRAPH),
)  # fmt: skip


def sha(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def make_finding(quote: str = "made-up claim", **changes: object) -> Finding:
    """A finding with plausible values; any field may be given."""
    base = Finding(
        id=sha("finding" + quote), fingerprint=sha("fp" + quote), run="r-2026-11-20", vendor=VENDORS[0][0],
        source=f"{VENDORS[0][1]}/product/1.html", captured_at=START + timedelta(minutes=3), rule="unnoticed-capture",
        rule_version=1, category="covert-capture", severity=Severity.HIGH, stance=Stance.ASSERTED,
        cue=Cue(Stance.ASSERTED, "", "default"), confidence=0.9, lang="en", quote=quote, prefix="Before it. ",
        suffix=" After it.", start=120, end=120 + len(quote), derivation="text/v1", block_kind=BlockKind.PARAGRAPH,
        block_path="html>body>main>div[2]>ul>li[3]", heading="Features", hidden=False, page_role=PageRole.VENDOR,
        capture_sha256=sha("payload"), warc_record="urn:uuid:7c1e7f9e-0b53-4a0e-9a53-0f0f2b8f3d11",
        fragment_url=f"{VENDORS[0][1]}/product/1.html#:~:text=made-up%20claim",
    )  # fmt: skip
    return replace(base, **changes)  # type: ignore[arg-type]


def make_tracked(finding: Finding, change: Change = Change.STILL) -> Tracked:
    first = START if change is Change.NEW else LAST_WEEK
    last = LAST_WEEK if change in {Change.NOT_SEEN, Change.COULD_NOT_LOOK} else START
    return Tracked(finding, change, first, last, "r-2026-11-13", "r-2026-11-20")


def make_row(url: str, vendor: str = VENDORS[0][0], outcome: Outcome = Outcome.CLEAN, **changes: object) -> CoverageRow:
    return replace(
        CoverageRow(url, vendor, outcome, None, "", 200, START + timedelta(minutes=2), sha(url), 0, "", 1, "link"),
        **changes,  # type: ignore[arg-type]
    )


def make_run(**changes: object) -> RunFacts:
    base = RunFacts("r-2026-11-20", "crawl", START, START + timedelta(minutes=41), True, "0.1.0", sha("rules"),
                    sha("config"), "r-2026-11-13", LAST_WEEK)  # fmt: skip
    return replace(base, **changes)  # type: ignore[arg-type]


def make_report(
    findings: tuple[Tracked, ...] = (), coverage: tuple[CoverageRow, ...] = (), **changes: object
) -> Report:
    base = Report(
        make_run(), findings, coverage, CATEGORIES, {}, {"user agent": "noticescan/0.1 (+desk@paper.example)"}
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def forty() -> Report:
    """Forty findings over six vendors, every change, stance and outcome, and unread pages for many reasons."""
    findings, contexts = [], {}
    for n in range(40):
        category, severity, stance, lang, quote, kind = CLAIMS[(n * 5 + n // 8) % len(CLAIMS)]
        vendor, site = VENDORS[n % 5]
        url = f"{site}/product/{n}.html"
        cue = Cue(stance, "" if stance is Stance.ASSERTED else quote[:2], "sentence")
        finding = make_finding(
            quote, id=sha(f"id{n}"), fingerprint=sha(f"fp{n}"), vendor=vendor, source=url, category=category,
            severity=severity, stance=stance, lang=lang, block_kind=kind, hidden=n % 7 == 0, cue=cue,
            confidence=0.95 - n / 100, fragment_url=f"{url}#:~:text=x",
            provisions=("cn.pipl.26",) if n % 3 == 0 else (),
            heading="产品优势" if lang.startswith("zh") else "Why choose us", captured_at=START + timedelta(minutes=n),
        )  # fmt: skip
        change = (Change.STILL, Change.NEW, Change.STILL, Change.LEARNED)[n % 4] if n < 36 else Change.NOT_SEEN
        findings.append(make_tracked(finding, Change.COULD_NOT_LOOK if n == 39 else change))
        contexts[finding.id] = (
            "门店客流系统升级说明。\n高清摄像机，外观与普通监控一致。",
            "。支持云端统一管理，开通即用。\n欢迎来电咨询。",
        )
    return make_report(tuple(findings), tuple(_coverage(findings)), contexts=contexts)


def _coverage(findings: list[Tracked]) -> list[CoverageRow]:
    rows = [
        make_row(t.finding.source, t.finding.vendor, Outcome.FINDINGS, findings=1, captured_at=t.finding.captured_at)
        for t in findings
        if t.change in {Change.NEW, Change.LEARNED, Change.STILL, Change.TURNED}
    ]
    rows += [make_row(t.finding.source, t.finding.vendor) for t in findings if t.change is Change.NOT_SEEN]
    for n, reason in enumerate(UnreadReason):
        vendor, site = VENDORS[n % 6]
        rows.append(
            make_row(f"{site}/p/{n}?id={n}", vendor, Outcome.UNREAD, reason=reason, status=None, captured_at=None,
                     capture_sha256="", detail="waited 3.0 s", robots_rule="Disallow: /p/")
        )  # fmt: skip
    for n, (vendor, site) in enumerate(VENDORS):
        rows.append(make_row(f"{site}/robots.txt", vendor, Outcome.AUXILIARY))
        rows.append(make_row(f"{site}/old", vendor, Outcome.REDIRECT, status=301))
        rows.append(make_row(f"{site}/print", vendor, Outcome.DUPLICATE))
        rows.append(make_row(f"{site}/news", vendor, Outcome.UNCHANGED, status=304))
        rows += [make_row(f"{site}/page/{k}", vendor) for k in range(n + 2)]
    return rows
