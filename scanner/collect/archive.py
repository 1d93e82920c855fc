"""Exchanges -> WARC 1.1 (ISO 28500:2017), and back with every digest checked. The only file that imports warcio.

One exchange is three records, each a gzip member of its own: request, metadata (who decided, when, from where), and
last the response. They go to the file in one write and are on the disk (fsync) before `append` returns; an exchange
is kept if and only if its response record is whole. A process never appends to another's file, so a torn tail can
only be a tail.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import io
import json
import lzma
import os
import re
import struct
import threading
import uuid
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import ChunkedDataReader
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from ..durable import make_folder, sync_folder
from ..errors import ArchiveError, EvidenceError
from ..model import Capture, Exchange, RobotsDecision, UnreadReason
from ..stated import iso_date
from .decompress import decode_body
from .members import MAGIC, Strict, Unpacked, members, share_a_member
from .records import (
    Draft,
    Headers,
    copied_record,
    first_header,
    header,
    metadata_record,
    request_record,
    resource_record,
    response_record,
    warcinfo_record,
)

__all__ = [
    "Archive",
    "Archived",
    "Recovery",
    "decoded_payload",
    "digest_matches",
    "first_header",
    "header",
    "iter_captures",
    "read_payload",
]

FOLDER = "warc"
WARC_MAGIC = b"WARC/"
ROTATE_BYTES = 1024**3
ONE_STREAM = "non-chunked gzip"
"""warcio's words for a file whose records are not a gzip member each."""
MAX_PACKAGE_BYTES = 16 * 1024**2
MAX_RECORD_BYTES = 256 * 1024**2
"""A record of a foreign archive is read up to here."""
BROKEN = (
    ArchiveLoadFailed, zipfile.BadZipFile, EOFError, zlib.error, lzma.LZMAError, struct.error,
    ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RuntimeError,
)  # fmt: skip
"""What warcio, zipfile and the unpackers raise for broken and hostile files: RuntimeError where an entry of a ZIP file
is encrypted, TypeError where a field is missing ..."""
ALGORITHMS = frozenset({"md5", "sha1", "sha224", "sha256", "sha384", "sha512"})
"""Of the digests that archives state. Others are none that we can check: some of hashlib's have no fixed length."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """What was found after an interrupted run."""

    adopted: tuple[tuple[Capture, str], ...]
    """Whole exchanges that the database did not know, with their URL, in the order of the files."""
    cut: tuple[tuple[str, int, int], ...]
    """(file, offset, bytes): torn tails removed. They had never been acknowledged."""


@dataclass(frozen=True, slots=True)
class Archived:
    """One response out of any WARC or WACZ file."""

    capture: Capture
    headers: Headers
    payload: bytes
    """Content-encoded body, transfer encoding undone."""
    digest_ok: bool | None
    """Does the file's own digest hold? None: it states none."""
    block: bytes = b""
    """The record's block as it lies there: for a response status line, headers and body."""


class Archive:
    """Writes the captures of one run into `out_dir/warc/`. `info` goes to each file's warcinfo record."""

    def __init__(
        self, out_dir: Path, run_id: str, *, info: Mapping[str, str] | None = None, rotate_bytes: int = ROTATE_BYTES
    ) -> None:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,100}", run_id):
            raise ArchiveError(f"{run_id!r} cannot be part of a file name")
        self._out_dir = out_dir
        self._run_id = run_id
        self._info = dict(info or {})
        self._rotate_bytes = rotate_bytes
        self._file: IO[bytes] | None = None
        self._name = ""
        self._size = 0
        self._lock = threading.Lock()

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the current file. Everything appended is already on the disk."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def append(self, exchange: Exchange, *, robots: RobotsDecision | None = None) -> Capture:
        """Keep one exchange; returns when it is on the disk. Raises ArchiveError (disk full, permissions)."""
        response_id = f"urn:uuid:{uuid.uuid4()}"
        request = _member(request_record(exchange, response_id), level=6)
        metadata = _member(metadata_record(exchange, robots, response_id), level=6)
        encoded = bool(header(exchange.response_headers, "content-encoding"))
        # Level 6 takes four times as long as 3 and saves 9 % (163 kB page); over gzip no level gains anything.
        response = _member(response_record(exchange, response_id), level=1 if encoded else 3)
        name, start = self._keep(request + metadata + response)
        return _capture(response, name, start + len(request) + len(metadata)).capture

    def append_resource(
        self, uri: str, content_type: str, body: bytes, *, at: datetime, page_record: str = ""
    ) -> Capture:
        """Keep what was made from a page here (`urn:dom:`, `urn:view:` ...); the same promises as `append`."""
        record_id = f"urn:uuid:{uuid.uuid4()}"
        draft = resource_record(uri, content_type, body, at, record_id, page_record)
        member = _member(draft, level=1 if content_type == "image/png" else 3)
        name, start = self._keep(member)
        return _capture(member, name, start).capture

    def append_copy(self, archived: Archived, origin: str) -> Capture:
        """Keep a response out of somebody else's file: block byte for byte, date and address as stated there."""
        record_id = f"urn:uuid:{uuid.uuid4()}"
        draft = copied_record(archived.capture, archived.block, record_id, origin)
        member = _member(draft, level=3)
        name, start = self._keep(member)
        return dataclasses.replace(_capture(member, name, start).capture, origin=origin)

    def _keep(self, records: bytes) -> tuple[str, int]:
        """(file, offset) of records that are on the disk now."""
        try:
            with self._lock:
                start = self._write(records)
                return self._name, start
        except OSError as error:
            raise ArchiveError(
                f"{self._name or self._out_dir}: cannot keep the capture: {error.strerror}",
                "free some disk space, or choose another folder with --out",
            ) from None

    def recover(self, committed: Collection[tuple[str, int]]) -> Recovery:
        """Make this run's files whole again after a kill, and say which exchanges the database has not seen.

        `committed`: (warc_file, warc_offset) of every capture of this run in the database. A torn tail is cut off.
        Raises EvidenceError where something is broken *before* a committed record: that is damage, not a torn tail.
        """
        known = set(committed)
        adopted: list[tuple[Capture, str]] = []
        cut: list[tuple[str, int, int]] = []
        present = {name: self._out_dir / name for name in self._files()}
        for name in {file for file, _ in known} - set(present):
            raise EvidenceError(f"{name} is gone, but captures in it are recorded")
        for name, path in present.items():
            offsets = {offset for file, offset in known if file == name}
            good, captures = _whole_exchanges(path, name)
            lost = offsets - {capture.warc_offset for capture in captures}
            if lost:
                raise EvidenceError(f"{name}: the recorded capture at byte {min(lost)} cannot be read")
            adopted += [(capture, capture.url) for capture in captures if capture.warc_offset not in offsets]
            torn = path.stat().st_size - good
            if torn:
                cut.append((name, good, torn))
                _truncate(path, good)
        return Recovery(tuple(adopted), tuple(cut))

    def _files(self) -> list[str]:
        pattern = re.compile(rf"{re.escape(self._run_id)}-\d{{5,}}\.warc\.gz")
        folder = self._out_dir / FOLDER
        if not folder.is_dir():
            return []
        return sorted(f"{FOLDER}/{path.name}" for path in folder.iterdir() if pattern.fullmatch(path.name))

    def _write(self, data: bytes) -> int:
        if self._file is None or self._size >= self._rotate_bytes:
            self._open_next()
        assert self._file is not None
        start = self._size
        try:
            self._append_durably(data)
        except OSError:
            # A part of it may be there: take it away if the disk lets us, and never write behind it.
            self._truncate_quietly(start)
            self.close()
            raise
        return start

    def _append_durably(self, data: bytes) -> None:
        assert self._file is not None
        rest = memoryview(data)
        while rest:  # a raw write may be short: the disk has room for a part
            rest = rest[self._file.write(rest) :]
        os.fsync(self._file.fileno())
        self._size += len(data)

    def _truncate_quietly(self, size: int) -> None:
        assert self._file is not None
        try:
            os.ftruncate(self._file.fileno(), size)
        except OSError:
            return  # `recover` cuts it later

    def _open_next(self) -> None:
        self.close()
        folder = self._out_dir / FOLDER
        make_folder(folder)
        last = self._files()[-1:]
        number = int(last[0].removesuffix(".warc.gz").rpartition("-")[2]) + 1 if last else 0
        path = folder / f"{self._run_id}-{number:05d}.warc.gz"
        self._name = f"{FOLDER}/{path.name}"
        self._file = path.open("xb", buffering=0)
        self._size = 0
        sync_folder(folder)
        self._append_durably(_member(warcinfo_record(path.name, self._info), level=6))


def read_payload(out_dir: Path, capture: Capture) -> tuple[Headers, bytes]:
    """(response headers, content-encoded payload) of a capture, both SHA-256 checked. Raises EvidenceError."""
    where = f"{capture.warc_file} at byte {capture.warc_offset}"
    path = out_dir / capture.warc_file
    if not path.resolve().is_relative_to(out_dir.resolve()):
        raise EvidenceError(f"{capture.warc_file} is not inside the output folder")
    try:
        with path.open("rb") as file:
            file.seek(capture.warc_offset)
            member = file.read(capture.warc_length)
    except OSError as error:
        raise EvidenceError(f"{where}: {error.strerror}", "the archive file is missing or cannot be read") from None
    if hashlib.sha256(member).hexdigest() != capture.record_sha256:
        raise EvidenceError(f"{where}: the record does not match its SHA-256", "the archive file was changed")
    kept = _capture(member, capture.warc_file, capture.warc_offset)
    if kept.capture.payload_sha256 != capture.payload_sha256:
        raise EvidenceError(f"{where}: the payload does not match its SHA-256")
    return kept.headers, kept.payload


def decoded_payload(out_dir: Path, capture: Capture, cap: int) -> bytes | UnreadReason:
    """The payload with `Content-Encoding` undone, at most `cap` bytes. Raises EvidenceError."""
    headers, payload = read_payload(out_dir, capture)
    return decode_body(payload, header(headers, "content-encoding"), cap)


def iter_captures(path: Path, nowhere: Callable[[], None] = lambda: None) -> Iterator[Archived]:
    """Every HTTP response and every resource in a .warc, .warc.gz or .wacz file. Raises ArchiveError, and nothing else
    for any bytes.

    `capture.warc_file` is the file's name (in a WACZ: `name.wacz!archive/x.warc.gz`); `record_sha256` is empty, and
    `warc_offset` counts unpacked bytes where records share a gzip member. `nowhere` is called for each HTTP response
    without an http(s) address, which is left out. A file that is damaged or breaks off gives what comes before, then
    the error.
    """
    try:
        if path.suffix.lower() == ".wacz":
            with zipfile.ZipFile(path) as bundle:
                for entry in sorted(bundle.namelist()):
                    if entry.startswith("archive/") and entry.endswith((".warc", ".warc.gz")):
                        with bundle.open(entry) as stream:
                            yield from _iter_stream(stream, f"{path.name}!{entry}", nowhere)
        else:
            with path.open("rb") as stream:
                yield from _iter_stream(stream, path.name, nowhere)
    except BROKEN as error:
        if isinstance(error, ArchiveLoadFailed) and ONE_STREAM in str(error):
            what = "some records are a gzip member each, and behind them several share one; what comes before was read"
            raise ArchiveError(f"{path}: {what}; unpack a copy (gunzip) and give that") from None
        # What warcio says quotes the bytes that it met: nothing for a terminal.
        kind = "a WACZ (zip)" if path.suffix.lower() == ".wacz" else "a WARC"
        raise ArchiveError(f"{path}: damaged, cut off or not {kind}; what comes before that was read") from None
    except OSError as error:
        raise ArchiveError(f"{path}: {error.strerror or error}") from None


def software_of(path: Path) -> str:
    """What made a WARC or WACZ file, as it says itself (`software` of warcinfo or datapackage.json); else empty."""
    try:
        if path.suffix.lower() == ".wacz":
            with zipfile.ZipFile(path) as bundle, bundle.open("datapackage.json") as stream:
                return str(json.loads(stream.read(MAX_PACKAGE_BYTES)).get("software") or "")[:200]
        with path.open("rb") as stream:
            record = next(iter(ArchiveIterator(stream, no_record_parse=True)), None)
            if record is None or record.rec_type != "warcinfo":
                return ""
            found = re.search(
                rb"^software: *([^\r\n]+)", _read(record.raw_stream, 65_536), re.MULTILINE | re.IGNORECASE
            )
            return found.group(1).decode("utf-8", "replace")[:200] if found else ""
    except (*BROKEN, OSError):
        return ""


def _member(draft: Draft, level: int) -> bytes:
    """One record as one gzip member. All digests are in the fields, so that warcio adds none of its own."""
    headers = StatusAndHeaders("", list(draft.fields), protocol="WARC/1.1")
    block = io.BytesIO(draft.block)
    record = ArcWarcRecord("warc", draft.kind, headers, block, None, draft.content_type, len(draft.block))
    plain = io.BytesIO()
    WARCWriter(plain, gzip=False, warc_version="WARC/1.1").write_record(record)
    packer = zlib.compressobj(level, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    return packer.compress(plain.getvalue()) + packer.flush()


def _capture(member: bytes, name: str, offset: int) -> Archived:
    """Read one of our response records from its gzip member. Raises EvidenceError."""
    try:
        record = next(iter(ArchiveIterator(io.BytesIO(member), no_record_parse=True)))
        kept = _archived(record, name, offset, len(member))
    except (*BROKEN, StopIteration) as error:
        raise EvidenceError(f"{name} at byte {offset}: not a WARC record ({type(error).__name__})") from None
    if kept is None or kept.digest_ok is not True:
        raise EvidenceError(f"{name} at byte {offset}: the record does not match its own digest")
    sha256 = hashlib.sha256(member).hexdigest()
    return dataclasses.replace(kept, capture=dataclasses.replace(kept.capture, record_sha256=sha256))


def _iter_stream(stream: IO[bytes], name: str, nowhere: Callable[[], None]) -> Iterator[Archived]:
    head = stream.read(len(WARC_MAGIC))
    if not head:
        return
    if not head.startswith((MAGIC, WARC_MAGIC)):
        raise ArchiveLoadFailed("neither gzip nor a WARC record")  # warcio would look for the end of its first line
    source: Any = Strict(stream, head)
    if not head.startswith(MAGIC):
        stream.seek(0)
        source = stream
    elif stream.seekable():
        stream.seek(0)
        # Not for every file: a whole member is read before its records are believed, and errors end there.
        shared = share_a_member(stream)
        stream.seek(0)
        source = Unpacked(stream) if shared else Strict(stream, b"")
    records = ArchiveIterator(source, no_record_parse=True)
    records.INC_RECORD = ""  # warcio would print it, with the bytes that it met
    for record in records:
        # Not get_record_offset(): that one reads the record to its end first.
        kept = _archived(record, name, records.offset, 0)
        if kept is not None:
            yield kept
        elif record.rec_type == "response" and _is_http(record.rec_headers):
            nowhere()


def _is_http(fields: Any) -> bool:
    """The answer of a web server; those of name servers are kept as `response` too."""
    return (fields.get_header("Content-Type") or "").lower().startswith("application/http")


def _archived(record: Any, name: str, offset: int, length: int) -> Archived | None:
    """An `Archived` from a warcio record; None for other records than HTTP responses and our resources."""
    fields = record.rec_headers
    if record.rec_type == "resource" and fields.get_header("WARC-Target-URI"):
        return _resource(record, name, offset, length)
    if record.rec_type != "response" or not (fields.get_header("WARC-Target-URI") or "").startswith("http"):
        return None
    block = _read(record.raw_stream, MAX_RECORD_BYTES + 1)
    too_long = len(block) > MAX_RECORD_BYTES
    if not too_long and len(block) < int(fields.get_header("Content-Length") or 0):
        raise EOFError("the record breaks off")
    status_line, headers, raw = _split_http(block)
    payload = raw
    if "chunked" in header(headers, "transfer-encoding").lower():
        payload = _read(ChunkedDataReader(io.BytesIO(raw)), MAX_RECORD_BYTES)
    protocol, _, rest = status_line.partition(b" ")
    status = rest[:3].decode("ascii", "replace")
    capture = Capture(
        record_id=(fields.get_header("WARC-Record-ID") or "").strip("<>"),
        url=fields.get_header("WARC-Target-URI") or "",
        status=int(status) if re.fullmatch(r"[0-9]{3}", status) else 0,
        content_type=header(headers, "content-type"),
        captured_at=_stated_date(fields),
        peer_ip=fields.get_header("WARC-IP-Address") or "",
        http_version=(fields.get_header("WARC-Protocol") or protocol.decode("ascii", "replace")).upper(),
        payload_sha256=hashlib.sha256(raw).hexdigest(),
        record_sha256="",
        wire_bytes=len(raw),
        warc_file=name,
        warc_offset=offset,
        warc_length=length,
        truncated="length" if too_long else fields.get_header("WARC-Truncated") or "",
        etag=header(headers, "etag"),
        last_modified=header(headers, "last-modified"),
        location=first_header(headers, "location"),
    )
    stated = (fields.get_header("WARC-Block-Digest"), block), (fields.get_header("WARC-Payload-Digest"), raw)
    verdicts = [digest_matches(digest, data) for digest, data in stated if digest]
    return Archived(capture, headers, payload, None if too_long or not verdicts else all(verdicts), block)


def _resource(record: Any, name: str, offset: int, length: int) -> Archived:
    """A `resource` record: no HTTP head, the block is the payload."""
    fields = record.rec_headers
    body = _read(record.raw_stream, MAX_RECORD_BYTES + 1)
    if len(body) < min(int(fields.get_header("Content-Length") or 0), MAX_RECORD_BYTES):
        raise EOFError("the record breaks off")
    kind = fields.get_header("Content-Type") or ""
    capture = Capture(
        record_id=(fields.get_header("WARC-Record-ID") or "").strip("<>"),
        url=fields.get_header("WARC-Target-URI") or "",
        status=200,
        content_type=kind,
        captured_at=_stated_date(fields),
        peer_ip="",
        http_version="",
        payload_sha256=hashlib.sha256(body).hexdigest(),
        record_sha256="",
        wire_bytes=len(body),
        warc_file=name,
        warc_offset=offset,
        warc_length=length,
        truncated="length" if len(body) > MAX_RECORD_BYTES else "",
        origin="".join(re.findall(r"^urn:[a-z]+", fields.get_header("WARC-Target-URI") or "")),
    )
    stated = [fields.get_header(field) for field in ("WARC-Block-Digest", "WARC-Payload-Digest")]
    verdicts = [digest_matches(digest, body) for digest in stated if digest]
    return Archived(
        capture, ((b"Content-Type", kind.encode("latin-1", "replace")),), body, all(verdicts) if verdicts else None
    )


def _stated_date(fields: Any) -> datetime:
    """WARC-Date, which is UTC whether or not it says so (ISO 28500, 5.4). Raises ValueError."""
    at = iso_date(fields.get_header("WARC-Date") or "")
    if at is None:
        raise ValueError("a record without a usable date")
    return at


def digest_matches(digest: str, data: bytes) -> bool:
    """Does `algorithm:value` hold for the data? WARC allows hexadecimal, base32 and base64 values."""
    name, _, value = digest.partition(":")
    algorithm = name.lower().replace("-", "")
    if algorithm not in ALGORITHMS:
        return False
    actual = hashlib.new(algorithm, data, usedforsecurity=False).digest()
    forms = (actual.hex(), base64.b32encode(actual).decode(), base64.b64encode(actual).decode())
    return (
        value.lower() == forms[0] or value.upper() == forms[1] or value.replace("-", "+").replace("_", "/") == forms[2]
    )


def _read(stream: Any, cap: int) -> bytes:
    """Up to `cap` bytes; a single read of a packed stream may be short."""
    out = bytearray()
    while len(out) < cap and (piece := stream.read(cap - len(out))):
        out += piece
    return bytes(out)


def _split_http(block: bytes) -> tuple[bytes, Headers, bytes]:
    """(status line, headers, payload) of an HTTP message. warcio decodes header bytes, and loses which they were."""
    head, _, payload = block.partition(b"\r\n\r\n")
    status_line, *lines = head.split(b"\r\n")
    pairs = (line.partition(b":") for line in lines)
    return status_line, tuple((name.strip(), value.strip(b" \t")) for name, colon, value in pairs if colon), payload


def _whole_exchanges(path: Path, name: str) -> tuple[int, list[Capture]]:
    """(end of the last whole exchange, its and all earlier captures) of one of our files."""
    good = 0
    captures: list[Capture] = []
    for offset, member, plain in members(path):
        kind = re.search(rb"^WARC-Type: *(\S+)", plain[:512], re.MULTILINE)
        if kind is not None and kind.group(1) in (b"response", b"resource"):
            captures.append(_capture(member, name, offset).capture)
            good = offset + len(member)
        elif kind is not None and kind.group(1) == b"warcinfo":
            good = offset + len(member)
    return good, captures


def _truncate(path: Path, size: int) -> None:
    try:
        if size == 0:
            path.unlink()
        else:
            with path.open("r+b") as file:
                file.truncate(size)
                os.fsync(file.fileno())
        sync_folder(path.parent)
    except OSError as error:
        raise ArchiveError(f"{path}: the torn end cannot be cut off: {error.strerror}") from None
