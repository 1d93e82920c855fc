"""The findings once more, from the kept bytes: the same rules over the same bytes must say the same."""

from __future__ import annotations

import hashlib
import re
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import __version__
from ..collect.records import ORIGIN, Headers, first_header, header
from ..errors import EvidenceError
from ..evidence import wacz
from ..evidence.verdict import Verdict
from ..model import Capture, FrontierItem, Judgement, PageRole, RunFacts, Said, SaidBy
from ..warcfile import BrokenWarc, Member
from .kept import judge_capture
from .pictures import Pictures, picture_item
from .views import view_of

if TYPE_CHECKING:
    from ..config import Settings
    from ..detect.rules import RuleSet
    from ..store import Store

LINK = "findings"
HISTORY = frozenset({"change", "first_seen", "last_seen", "imported_capture_at", "stance_before"})
"""Keys beside a finding that tell of other runs."""
ROUNDING = 0.02
"""Confidence may differ by this much: another processor adds up the same numbers in another order."""
LAW = frozenset({"provisions", "provisions_beside", "provisions_of_others"})
"""Keys that follow from whose law was asked for, not from the kept bytes."""


@dataclass(frozen=True, slots=True)
class LaidOut:
    """The records of a case file as an output folder and a database would hold them."""

    settings: Settings
    captures: Mapping[str, Capture]
    """By record id."""
    store: Store | None
    """Where pictures or boxes belong to a page. Making one takes longer than all other checks together."""

    def judged(self, page: Mapping[str, Any], run: str, rules: RuleSet) -> Judgement | None:
        """What today's code says of a kept page; None where it cannot be read back."""
        capture = self.captures.get(page["record"])
        if capture is None or capture.payload_sha256 != page["payload_sha256"]:
            return None
        item = item_of(page)
        try:
            said = said_of(page)
            if self.store is None:
                return judge_capture(capture, item, run, self.settings, rules, said=said)
            found = Pictures(self.store, self.settings).lookup(item, of=capture.record_id)
            view = view_of(self.store, self.settings, item, capture)
            return judge_capture(capture, item, run, self.settings, rules, found, view, said=said)
        except (EvidenceError, ValueError, LookupError, TypeError):
            return None


@contextmanager
def laid_out(path: Path, pages: Sequence[Mapping[str, Any]], settings: Settings, cap: int) -> Iterator[LaidOut]:
    """Lays a WACZ out, so that its pages are judged by the same code as ever, with the pictures and boxes beside them.

    `cap`: bytes of an unpacked page. Damaged files give what can be read; whoever asks has told of the damage.
    """
    from ..store import open_store

    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        out = Path(folder)
        changes = {"crawl": settings.crawl.model_copy(update={"max_body_bytes": cap}), "out_dir": folder}
        captures: dict[str, Capture] = {}
        of: dict[str, str] = {}
        with suppress(BrokenWarc, zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError):
            for name, one in wacz.archive_members(path):
                file = f"{hashlib.sha256(name.encode()).hexdigest()[:16]}.warc.gz"
                with (out / file).open("ab") as target:
                    target.write(one.packed)
                captures[one.record_id] = capture_of(one, file)
                of[one.record_id] = one.field("WARC-Refers-To").strip("<>")
        store = None
        shown = any(page["record"] in captures and captures[page["record"]].url.startswith("urn:") for page in pages)
        if shown or any(page.get("pictures_read_by") for page in pages):
            store = stack.enter_context(open_store(f"sqlite:///{folder}/laid-out.sqlite"))
            _enter(store, captures, of, pages)
        yield LaidOut(settings.model_copy(update=changes), captures, store)


def _enter(
    store: Store, captures: Mapping[str, Capture], of: Mapping[str, str], pages: Sequence[Mapping[str, Any]]
) -> None:
    """Every answer and every record that was made of a page, under the page's address, in one run."""
    now = datetime.now(UTC)
    store.begin_run(RunFacts("laid-out", "crawl", now, None, False, "", "", ""))
    by_record = {page["record"]: page for page in pages}
    made_of = {of.get(record, ""): page for record, page in by_record.items()} | by_record
    vendor = pages[0]["vendor"] if pages else ""
    for record, capture in captures.items():
        page = by_record.get(record) or (made_of.get(of.get(record, "")) if capture.url.startswith("urn:") else None)
        item = item_of(page) if page else picture_item(capture.url, vendor)
        if item is not None and capture.status:
            store.keep_capture("laid-out", item, capture)


def item_of(page: Mapping[str, Any]) -> FrontierItem:
    """A page of a case file as an item of the frontier."""
    return FrontierItem(page["url"], page["canonical"], page["vendor"], 0, "")


def said_of(page: Mapping[str, Any]) -> Said | None:
    """Who speaks on a page of a case file, where a person said so. Raises ValueError for a word that is none."""
    word = page.get("speaker")
    return Said(PageRole(word), SaidBy(str(page.get("speaker_by")))) if word else None


def capture_of(one: Member, file: str) -> Capture:
    """A record as the database would describe it."""
    is_answer = one.kind == "response"
    first, headers = _http_head(one) if is_answer else (b"", ())
    protocol, _, rest = first.partition(b" ")
    status = re.match(rb"[0-9]{3}", rest)
    return Capture(
        record_id=one.record_id, url=one.field("WARC-Target-URI"),
        status=int(status.group()) if status else 200 if one.kind == "resource" else 0,
        content_type=header(headers, "content-type") if is_answer else one.field("Content-Type"),
        captured_at=one.date,
        peer_ip=one.field("WARC-IP-Address"),
        http_version=(one.field("WARC-Protocol") or protocol.decode("ascii", "replace")).upper(),
        payload_sha256=hashlib.sha256(one.payload).hexdigest(), record_sha256=one.sha256, wire_bytes=len(one.payload),
        warc_file=file, warc_offset=one.offset, warc_length=len(one.packed), truncated=one.field("WARC-Truncated"),
        etag=header(headers, "etag"), last_modified=header(headers, "last-modified"),
        location=first_header(headers, "location"), origin=one.field(ORIGIN),
    )  # fmt: skip


def _http_head(one: Member) -> tuple[bytes, Headers]:
    """(status line, headers) of the answer in a response record."""
    first, *lines = one.block.partition(b"\r\n\r\n")[0].split(b"\r\n")
    pairs = (line.partition(b":") for line in lines)
    return first, tuple((name.strip(), value.strip(b" \t")) for name, colon, value in pairs if colon)


def same_rules(verdict: Verdict, digest: str, rules: RuleSet) -> bool:
    """Can findings of that rule set be made again? If not, says so: that is no success."""
    if digest == rules.digest:
        return True
    which = f"made with {digest[:12]}, here are {rules.digest[:12]}; --rules names a folder"
    verdict.skip(LINK, f"cannot recompute: other rules ({which})")
    return False


def same_reader(verdict: Verdict, readers: set[str]) -> bool:
    """Can the words in pictures be read again by whoever read them? If not, says so: that is no success."""
    from ..read import images

    if not readers:
        return True
    if not images.available():
        verdict.skip(LINK, f"cannot recompute: words in pictures are part of it ({images.INSTALL})")
        return False
    here = images.reader_name()
    if readers != {here}:
        verdict.skip(LINK, f"cannot recompute: pictures were read by {', '.join(sorted(readers))}, here is {here}")
        return False
    return True


def _differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """Keys whose values are not the same; a confidence within ROUNDING is."""
    keys = sorted(key for key in one.keys() | other.keys() if one.get(key) != other.get(key))
    try:
        if abs(one["confidence"] - other["confidence"]) <= ROUNDING:
            keys = [key for key in keys if key != "confidence"]
    except (KeyError, TypeError):
        pass
    return keys


def compare(
    verdict: Verdict, expected: Sequence[Mapping[str, Any]], actual: Sequence[Mapping[str, Any]], *,
    complete: bool, where: str, made_by: str,
) -> bool:  # fmt: skip
    """Are the findings of a page those that its bytes give? `complete`: none may be left out."""
    stated = {one["id"]: {k: v for k, v in one.items() if k not in HISTORY | LAW} for one in expected}
    again = {one["id"]: {k: v for k, v in one.items() if k not in LAW} for one in actual}
    problems = [
        f"{where}: {_what(one)} does not follow from the kept bytes" for i, one in stated.items() if i not in again
    ]
    for i, one in stated.items():
        keys = _differing(one, again[i]) if i in again else []
        if keys:
            problems.append(f"{where}: {_what(one)} is stated otherwise than it follows ({', '.join(keys)})")
    if complete:
        problems += [f"{where}: {_what(one)} follows and is left out" for i, one in again.items() if i not in stated]
    for what in problems:
        if made_by != f"noticescan {__version__}":
            verdict.skip(LINK, f"cannot recompute: {made_by} made them, this is {__version__}; {what}")
        else:
            verdict.fail(LINK, what)
    return not problems


def _what(one: Mapping[str, Any]) -> str:
    return f"finding {str(one['id'])[:12]}"


def moment(text: Any) -> datetime | None:
    """An ISO time out of JSON, or None."""
    try:
        return datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
