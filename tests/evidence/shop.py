"""A small vendor site, crawled once into an output folder, with a picture made of one of its pages."""

from __future__ import annotations

import hashlib
import struct
import uuid
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scanner.config import Settings, load
from scanner.detect.rules import RuleSet
from scanner.model import CoverageRow, Report, Target
from scanner.pipeline.crawl import crawl
from scanner.warcfile import members
from tests.loopback import CLAIM, Page, html, vendor

NAME = "示例智能有限公司"
OTHER = "另一家有限公司"


def png(width: int = 40, height: int = 30) -> bytes:
    """A grey picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = b"".join(b"\0" + bytes((x * y) % 251 for x in range(width)) for y in range(height))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def record(kind: str, block: bytes, content_type: str, **fields: str) -> bytes:
    """A WARC record as one gzip member, made without any of our code."""
    digest = f"sha256:{hashlib.sha256(block).hexdigest()}"
    head = {
        "WARC-Type": kind, "WARC-Record-ID": f"<urn:uuid:{uuid.uuid4()}>",
        "WARC-Date": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
        **{name.replace("_", "-"): value for name, value in fields.items()},
        "WARC-Block-Digest": digest, "WARC-Payload-Digest": digest, "Content-Type": content_type,
        "Content-Length": str(len(block)),
    }  # fmt: skip
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    return packer.compress(f"WARC/1.1\r\n{lines}\r\n".encode() + block + b"\r\n\r\n") + packer.flush()


class Photographer:
    """Watches a crawl, and keeps a picture of the page with the claim, as a renderer would."""

    def __init__(self, out: Path, page: str) -> None:
        self._out, self._page = out, page
        self.notes: list[str] = []

    def done(self, row: CoverageRow, finished: int, known: int) -> None:
        if not row.url.endswith(self._page):
            return
        for warc in (self._out / "warc").glob("*-00000.warc.gz"):
            with warc.open("rb") as stream:
                for one in members(stream):
                    if one.kind == "response" and one.field("WARC-Target-URI") == row.url:
                        of = {"WARC_Refers_To": f"<{one.record_id}>", "WARC_Target_URI": f"urn:view:{row.url}"}
                        picture = record("resource", png(), "image/png", **of)
                        warc.with_name(warc.name.replace("-00000.", "-00077.")).write_bytes(picture)

    def note(self, text: str) -> None:
        self.notes.append(text)


@dataclass(frozen=True)
class Looked:
    """What a crawl left."""

    settings: Settings
    rules: RuleSet
    report: Report
    notes: tuple[str, ...]

    @property
    def out(self) -> Path:
        return Path(self.settings.out_dir)

    @property
    def run(self) -> str:
        return self.report.run.id


def settings_for(out: Path, **evidence: Any) -> Settings:
    """Settings for loopback."""
    return load(overrides={
        "out_dir": str(out), "evidence": evidence,
        "crawl": {"delay": 0, "allow_networks": ["127.0.4.0/24"], "page_timeout": 5},
    })  # fmt: skip


def look(out: Path, rules: RuleSet, **evidence: Any) -> Looked:
    """Crawl two vendors; the first makes the claim on two pages."""
    settings = settings_for(out, **evidence)
    with vendor("127.0.4.1") as shop, vendor("127.0.4.2") as second:
        shop.pages["/"] = Page(html(links=("/claim.html", "/again.html", "/plain.html")))
        shop.pages["/claim.html"] = Page(html(CLAIM, "人脸抓拍系统支持防飞单。"))
        shop.pages["/again.html"] = Page(html("另一页。", CLAIM))
        shop.pages["/plain.html"] = Page(html("普通页面"))
        second.pages["/"] = Page(html(CLAIM, "second shop"))
        watcher = Photographer(out, "/claim.html")
        report = crawl(settings, (Target(NAME, (shop.url(),)), Target(OTHER, (second.url(),))), rules, watcher)
    assert report is not None
    return Looked(settings, rules, report, tuple(watcher.notes))
