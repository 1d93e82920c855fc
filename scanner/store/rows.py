"""Between rows and the values of `model`."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, RowMapping

from scanner.model import (
    Block,
    BlockKind,
    Capture,
    CoverageRow,
    Cue,
    Document,
    Finding,
    FrontierItem,
    Outcome,
    PageRole,
    PictureLine,
    PictureText,
    RobotsDecision,
    RunFacts,
    Said,
    SaidBy,
    Severity,
    Spot,
    Stance,
    UnreadReason,
)

Row = Mapping[str, Any] | RowMapping

CAPTURE_FIELDS = Capture.__slots__
_PLAIN = (
    *("fingerprint", "source", "captured_at", "rule", "rule_version", "category", "confidence", "lang"),
    *("quote", "prefix", "suffix", "derivation", "block_path", "heading", "hidden"),
    *("capture_sha256", "warc_record", "fragment_url", "image_sha256"),
)
"""Fields of a Finding that are columns of the same name and type."""
FACT_FIELDS = tuple(name for name in RunFacts.__slots__ if name != "id")


def insert_new(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert the rows that break no unique constraint; the others are there already."""
    if not rows:
        return
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    connection.execute(make(table).on_conflict_do_nothing(), [dict(row) for row in rows])


def url_key(vendor: str, canonical: str) -> bytes:
    """The 32 bytes by which a vendor's URL is looked up."""
    return hashlib.sha256(f"{vendor}\n{canonical}".encode("utf-8", "surrogatepass")).digest()


def pack(text: str) -> bytes:
    """Compress text; lone surrogates survive."""
    return zlib.compress(text.encode("utf-8", "surrogatepass"), 6)


def unpack(data: bytes) -> str:
    """Undo `pack`."""
    return zlib.decompress(data).decode("utf-8", "surrogatepass")


def capture_row(capture: Capture, robots: RobotsDecision | None) -> dict[str, Any]:
    """Columns of `captures` but for the references."""
    row: dict[str, Any] = {name: getattr(capture, name) for name in CAPTURE_FIELDS}
    row["name"] = f"{capture.captured_at:%Y-%m-%d %H:%M} {capture.url}"
    row["robots_allowed"] = None if robots is None else robots.allowed
    row["robots_rule"] = "" if robots is None else robots.rule
    row["robots_url"] = "" if robots is None else robots.robots_url
    row["robots_sha256"] = "" if robots is None else robots.robots_sha256
    row["robots_crawl_delay"] = None if robots is None else robots.crawl_delay
    row["robots_overridden_because"] = "" if robots is None else robots.overridden_because
    return row


def capture_of(row: Row) -> Capture:
    return Capture(**{name: row[name] for name in CAPTURE_FIELDS})


def robots_of(row: Row) -> RobotsDecision | None:
    if row["robots_allowed"] is None:
        return None
    return RobotsDecision(
        allowed=row["robots_allowed"],
        rule=row["robots_rule"],
        robots_url=row["robots_url"],
        robots_sha256=row["robots_sha256"],
        crawl_delay=row["robots_crawl_delay"],
        overridden_because=row["robots_overridden_because"],
    )


def item_of(row: Row) -> FrontierItem:
    return FrontierItem(
        url=row["url"],
        canonical=row["canonical"],
        vendor=row["vendor"],
        depth=row["depth"],
        via=row["via"],
        referrer=row["referrer"],
        etag=row["etag"],
        last_modified=row["last_modified"],
    )


def finding_row(finding: Finding) -> dict[str, Any]:
    """Columns of `findings` but for the references."""
    row: dict[str, Any] = {name: getattr(finding, name) for name in _PLAIN}
    return row | {
        "finding": finding.id,
        "severity": finding.severity.value,
        "stance": finding.stance.value,
        "cue_stance": finding.cue.stance.value,
        "cue_text": finding.cue.text,
        "cue_scope": finding.cue.scope,
        "start_offset": finding.start,
        "end_offset": finding.end,
        "block_kind": finding.block_kind.value,
        "page_role": finding.page_role.value,
        "page_role_by": finding.page_role_by.value if finding.page_role_by else "",
        "provisions": list(finding.provisions),
        "image_box": None if finding.image_box is None else list(finding.image_box),
    }


def finding_of(row: Row) -> Finding:
    """A row of `findings` with `vendor` and `run` joined in."""
    plain: dict[str, Any] = {name: row[name] for name in _PLAIN}
    box = row["image_box"]
    return Finding(
        id=row["finding"],
        run=row["run"],
        vendor=row["vendor"],
        severity=Severity(row["severity"]),
        stance=Stance(row["stance"]),
        cue=Cue(Stance(row["cue_stance"]), row["cue_text"], row["cue_scope"]),
        start=row["start_offset"],
        end=row["end_offset"],
        block_kind=BlockKind(row["block_kind"]),
        page_role=PageRole(row["page_role"]),
        page_role_by=SaidBy(row["page_role_by"]) if row["page_role_by"] else None,
        provisions=tuple(row["provisions"]),
        image_box=None if box is None else (box[0], box[1], box[2], box[3]),
        **plain,
    )


def coverage_of(row: Row) -> CoverageRow:
    return CoverageRow(
        url=row["url"],
        vendor=row["vendor"],
        outcome=Outcome(row["outcome"]),
        reason=UnreadReason(row["reason"]) if row["reason"] else None,
        detail=row["detail"],
        status=row["status"],
        captured_at=row["captured_at"],
        capture_sha256=row["payload_sha256"] or "",
        findings=row["findings"],
        robots_rule=row["robots_rule"],
        depth=row["depth"],
        via=row["via"],
        said=said_of(row),
    )


def said_columns(said: Said | None) -> dict[str, str]:
    """Columns of `coverage` that tell who speaks on the page, as a person said."""
    return {"speaker": said.role.value if said else "", "speaker_by": said.by.value if said else ""}


def said_of(row: Row) -> Said | None:
    """Undo `said_columns`."""
    return Said(PageRole(row["speaker"]), SaidBy(row["speaker_by"])) if row["speaker"] else None


def document_row(document: Document, role: str) -> dict[str, Any]:
    """Columns of `documents` but for the capture. Blocks keep offsets, not their text: that is a slice of it."""
    blocks = [[b.kind.value, b.path, b.heading, b.start, b.end, b.hidden, *_more(b)] for b in document.blocks]
    return {
        "derivation": document.derivation,
        "name": document.title,
        "url": document.url,
        "lang": document.lang,
        "role": role,
        "encoding": document.encoding,
        "facts": dict(document.facts),
        "text": pack(document.text),
        "blocks": pack(json.dumps(blocks)),
    }


def document_of(row: Row) -> Document:
    text = unpack(row["text"])
    blocks = tuple(_block(text, *values) for values in json.loads(unpack(row["blocks"])))
    return Document(
        text=text,
        blocks=blocks,
        lang=row["lang"],
        title=row["name"],
        url=row["url"],
        derivation=row["derivation"],
        encoding=row["encoding"],
        facts=row["facts"],
    )


def _more(block: Block) -> tuple[Any, ...]:
    """What few blocks have; rows of older versions lack the landmark."""
    if not block.picture and not block.landmark:
        return ()
    return block.picture, [[s.start, s.end, s.box, s.confidence] for s in block.spots], block.landmark


def _block(
    text: str, kind: str, path: str, heading: str, start: int, end: int, hidden: bool, picture: str = "",
    spots: Sequence[Any] = (), landmark: str = "",
) -> Block:  # fmt: skip
    places = tuple(Spot(first, last, (x, y, w, h), sure) for first, last, (x, y, w, h), sure in spots)
    return Block(text[start:end], BlockKind(kind), path, heading, start, end, hidden, picture, places, landmark)


def picture_row(read: PictureText) -> dict[str, Any]:
    """Columns of `pictures`."""
    return {
        "sha256": read.sha256,
        "reader": read.reader,
        "width": read.width,
        "height": read.height,
        "skipped": read.skipped,
        "unread": read.unread.value if read.unread else "",
        "lines": pack(json.dumps([[line.text, line.box, line.confidence] for line in read.lines])),
    }


def picture_of(row: Row) -> PictureText:
    lines = tuple(
        PictureLine(text, (x, y, width, height), sure)
        for text, (x, y, width, height), sure in json.loads(unpack(row["lines"]))
    )
    unread = UnreadReason(row["unread"]) if row["unread"] else None
    size = (row["width"], row["height"])
    return PictureText(row["sha256"], row["reader"], *size, lines, row["skipped"], unread)


def facts_of(row: Row) -> RunFacts:
    return RunFacts(id=row["name"], **{name: row[name] for name in FACT_FIELDS})
