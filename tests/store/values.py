"""Small values for the tests of store and history."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from scanner.model import (
    Block,
    BlockKind,
    Capture,
    Cue,
    Document,
    Finding,
    FrontierItem,
    Judgement,
    Outcome,
    PageRole,
    RunFacts,
    Severity,
    Stance,
)

T0 = datetime(2026, 3, 2, 2, 30, tzinfo=UTC)


def sha(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def facts(name: str = "run-1", day: int = 0, digest: str = "rules-a", kind: str = "crawl") -> RunFacts:
    return RunFacts(
        id=name,
        kind=kind,
        started_at=T0 + timedelta(days=day),
        finished_at=None,
        ok=False,
        tool_version="0.1",
        rules_digest=digest,
        config_digest="c",
    )


def item(path: str = "/", vendor: str = "示例科技", depth: int = 0, via: str = "seed") -> FrontierItem:
    url = f"http://vendor.test{path}"
    return FrontierItem(url=url, canonical=url, vendor=vendor, depth=depth, via=via)


def capture(
    of: FrontierItem, record: str = "", body: str = "body", day: int = 0, status: int = 200, etag: str = '"a"'
) -> Capture:
    return Capture(
        record_id=f"urn:uuid:{uuid5(NAMESPACE_URL, record or of.url + str(day))}",
        url=of.url,
        status=status,
        content_type="text/html",
        captured_at=T0 + timedelta(days=day, minutes=1),
        peer_ip="192.0.2.1",
        http_version="1.1",
        payload_sha256=sha(body),
        record_sha256=sha(record + body),
        wire_bytes=len(body),
        warc_file="warc/run.warc.gz",
        warc_offset=100,
        warc_length=50,
        etag=etag,
    )


def document(text: str = "无感抓拍人脸", url: str = "http://vendor.test/") -> Document:
    block = Block(text, BlockKind.PARAGRAPH, "html>footer>p", "产品", 0, len(text), landmark="contentinfo")
    return Document(text, (block,), "zh", "首页", url, facts={"og:type": "product"})


def finding(
    of: FrontierItem,
    kept: Capture,
    run: str,
    quote: str = "无感抓拍",
    start: int = 0,
    stance: Stance = Stance.ASSERTED,
    severity: Severity = Severity.HIGH,
    rule: str = "covert-capture",
) -> Finding:
    return Finding(
        id=sha("\n".join([kept.payload_sha256, rule, "1", str(start), str(start + len(quote))])),
        fingerprint=sha("\n".join([rule, of.canonical, quote])),
        run=run,
        vendor=of.vendor,
        source=of.url,
        captured_at=kept.captured_at,
        rule=rule,
        rule_version=1,
        category=rule,
        severity=severity,
        stance=stance,
        cue=Cue(stance, "", "default"),
        confidence=0.75,
        lang="zh",
        quote=quote,
        prefix="",
        suffix="人脸",
        start=start,
        end=start + len(quote),
        derivation="text/v1",
        block_kind=BlockKind.PARAGRAPH,
        block_path="html>body>p",
        heading="产品",
        hidden=False,
        page_role=PageRole.VENDOR,
        capture_sha256=kept.payload_sha256,
        warc_record=kept.record_id,
        fragment_url=of.url + "#:~:text=x",
        provisions=("pipl-26",),
    )


def judgement(*found: Finding, text: str = "无感抓拍人脸") -> Judgement:
    outcome = Outcome.FINDINGS if found else Outcome.CLEAN
    return Judgement(outcome=outcome, findings=found, document=document(text))
