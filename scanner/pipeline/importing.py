"""`noticescan import`: files that others captured, taken into the store with their dates, judged and reported.

The file itself is copied first, untouched, and named by its digest; it is the evidence. The pages in it are then kept
as records of our archive (blocks byte for byte), so that they are judged, reported and rescanned like all others. What
the file says about its making is shown as its own statement: we did not see it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from .. import durable
from ..collect.archive import Archive, Archived, iter_captures, software_of
from ..collect.scope import REDIRECTS
from ..collect.urls import BadUrl, canonical, without_fragment
from ..errors import ArchiveError, EvidenceError, UsageError
from ..evidence import wacz
from ..model import Capture, CoverageRow, FrontierItem, Judgement, Outcome, Report, Said, UnreadReason
from ..read import mhtml, saved
from ..stated import hostname_of
from .check import NO_PAGE, PAGES, SAVED, WARCS, files, is_auxiliary, no_address, not_a_file, not_entered
from .closing import close_interrupted
from .crawl import archive_of, begin_run, close_run, locked
from .custodian import file_imported
from .fault import spared
from .keeping import Watcher
from .kept import judge_capture
from .pictures import DOM, Pictures
from .reporting import build_report
from .sealing import seal_finished
from .stamping import can_stamp

if TYPE_CHECKING:
    from ..config import Settings
    from ..detect.rules import RuleSet
    from ..store import Store

FOLDER = "imported"
KEPT_TYPES = ("text/html", "application/xhtml+xml", "text/plain", "application/json", "application/ld+json", "image/")
"""Media types of records that a page is judged by. Style sheets, scripts and video stay in the copied file."""
VIA = "import"
MAX_NAME_BYTES = 240
"""Of the name of a copy: most file systems allow 255."""
COPY_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Imported:
    """`damaged`: files or records that are not what they were, one line each."""

    report: Report
    damaged: tuple[str, ...]


@dataclass(slots=True)
class _Pages:
    """What was taken in: the newest capture of each page, and how many there were of it."""

    newest: dict[tuple[str, str], tuple[FrontierItem, Capture]] = field(default_factory=dict)
    count: dict[tuple[str, str], int] = field(default_factory=dict)
    damaged: list[str] = field(default_factory=list)
    skipped: dict[str, tuple[UnreadReason, str]] = field(default_factory=dict)
    nowhere: int = 0
    """Answers that state no address of a page."""

    def left_out(self) -> None:
        """One more of these."""
        self.nowhere += 1

    def skip(self, path: Path, reason: UnreadReason, why: str) -> None:
        """A file that nothing was taken from, by its name; by its path where the name is taken."""
        self.skipped[str(path) if path.name in self.skipped else path.name] = (reason, why)

    def add(self, item: FrontierItem, capture: Capture) -> None:
        key = (item.vendor, item.canonical)
        self.count[key] = self.count.get(key, 0) + 1
        known = self.newest.get(key)
        if known is None or known[1].captured_at <= capture.captured_at:
            self.newest[key] = (item, capture)


def import_files(
    settings: Settings, paths: Sequence[Path], rules: RuleSet, watcher: Watcher, *, vendor: str = "", url: str = "",
    said: Said | None = None,
) -> Imported:  # fmt: skip
    """Takes the files in and reports them as a run of its own. Raises UsageError, ArchiveError, StoreError.

    `vendor`: in whose name; empty: under the host of each page. `url`: for saved pages that do not name their address.
    `said`: who speaks on all of them, as a person says.
    """
    from ..store import open_store

    can_stamp(settings.evidence)
    for path in paths:
        if not path.exists():
            raise UsageError(f"no such file or folder: {path}")
        if not (path.is_file() or path.is_dir()):
            raise UsageError(
                f"not a regular file: {path}", "save it to a file first: it is copied and named by its digest"
            )
    chosen = [path for path in files(paths) if _kind(path)]
    if not chosen:
        raise UsageError("nothing to import", "known kinds: warc, warc.gz, wacz, mhtml, mht, html")
    with locked(Path(settings.out_dir)), open_store(settings.database_url()) as store:
        close_interrupted(store, settings, watcher)
        run = begin_run(store, "import", settings, rules, datetime.now(UTC), {"files": _names(chosen)})
        found = _Pages()
        with archive_of(settings, run.id) as archive:
            for path in chosen:
                if why := not_a_file(path):
                    found.skip(path, UnreadReason.NOT_TEXT, why)
                    continue
                _take_in(path, _Target(store, archive, run.id, settings, vendor, url, found), watcher)
        _left_out(paths, chosen, found, watcher)
        _judge(store, run.id, settings, rules, found, watcher, said)
        close_run(store, run.id, rules)
        seal_finished(store, settings, watcher)
        return Imported(build_report(store, rules, run.id, settings), tuple(found.damaged))


def _left_out(paths: Sequence[Path], chosen: Sequence[Path], found: _Pages, watcher: Watcher) -> None:
    """What was named and not taken in is unread; files of other kinds that lie in a folder are told."""
    for path, why in not_entered(paths):
        found.skip(path, UnreadReason.NOT_TEXT, why)
    for path in paths:
        if path.is_dir() and not any(one.is_relative_to(path) for one in chosen):
            found.skip(path, UnreadReason.EMPTY, "no page in this folder")
        elif path.is_file() and not _kind(path):
            found.skip(path, UnreadReason.CONTENT_TYPE, "not a kind of file that import takes in")
    if others := [path for path in files(paths) if path not in paths and not _kind(path)]:
        watcher.note(f"not taken in: files of other kinds in the folders: {len(others)} ({_names(others)})")


@dataclass(frozen=True, slots=True)
class _Target:
    """Where a file goes."""

    store: Store
    archive: Archive
    run: str
    settings: Settings
    vendor: str
    url: str
    found: _Pages

    def item(self, url: str) -> FrontierItem | None:
        try:
            raw = without_fragment(url)
            name = self.vendor or hostname_of(raw)
            return FrontierItem(raw, canonical(raw), name, 0, VIA)
        except (BadUrl, ValueError):
            return None


def _kind(path: Path) -> str:
    name = path.name.lower()
    if name.endswith(WARCS):
        return "warc"
    if path.suffix.lower() in SAVED:
        return "mhtml"
    return "html" if PAGES.get(path.suffix.lower(), "").startswith(("text/html", "application/xhtml")) else ""


def _names(paths: Sequence[Path]) -> str:
    shown = ", ".join(path.name for path in paths[:20])
    return shown if len(paths) <= 20 else f"{shown} and {len(paths) - 20} more"


def _take_in(path: Path, target: _Target, watcher: Watcher) -> None:
    """Copies one file and keeps the pages in it. Only the copy is read: the file may change under us."""
    out = Path(target.settings.out_dir)
    sha256, copy = _copied(path, out)
    file_imported(out, target.run, path.name, copy.name, sha256)
    name = f"{path.name} (SHA-256 {sha256})"
    before = len(target.found.newest)
    if _kind(path) == "warc":
        _take_warc(path, copy, name, target)
    else:
        _take_saved(path, copy, name, target)
    pages = len(target.found.newest) - before
    watcher.note(f"{path.name}: {pages} page{'' if pages == 1 else 's'} taken in")


def _copied(path: Path, out_dir: Path) -> tuple[str, Path]:
    """(SHA-256, copy): the copy lies in `imported/` and is on the disk when this returns.

    Raises OSError (cannot be read), ArchiveError (disk full), EvidenceError (an earlier copy was changed).
    """
    folder = out_dir / FOLDER
    part = folder / f"incoming{durable.PART}"
    with path.open("rb") as source:
        try:
            durable.make_folder(folder)
            sha256 = _copy_hashing(source, part)
            copy = folder / _name_of_copy(sha256, path.name)
            if not copy.exists():
                durable.rename(part, copy)
            elif wacz.sha256_of(copy) != sha256:
                raise EvidenceError(f"{copy} is not the file that was imported", "keep it as it is, and a copy")
        except OSError as error:
            raise ArchiveError(f"{folder}: cannot keep {path.name}: {error.strerror}", "free some disk space") from None
        finally:
            part.unlink(missing_ok=True)
    return sha256, copy


def _copy_hashing(source: IO[bytes], part: Path) -> str:
    """The digest is that of the bytes that were written, not of another reading of the file."""
    digest = hashlib.sha256()
    with part.open("wb") as target:
        while piece := source.read(COPY_BYTES):
            digest.update(piece)
            target.write(piece)
        target.flush()
        os.fsync(target.fileno())
    return digest.hexdigest()


def _name_of_copy(sha256: str, name: str) -> str:
    """The name with 16 digits of the digest before it, cut where a file system would refuse it; its ending stays."""
    whole = f"{sha256[:16]}-{name}"
    if len(os.fsencode(whole)) <= MAX_NAME_BYTES:
        return whole
    ending = next((one for one in (*WARCS, *SAVED, *PAGES) if name.lower().endswith(one)), "")
    kept = os.fsencode(whole)[: MAX_NAME_BYTES - len(ending)].decode("utf-8", "ignore")
    return kept + name[len(name) - len(ending) :]


def file_of(out: Path, event: Mapping[str, Any]) -> Path | None:
    """Where a file lies of whose import the chain tells. None where that is no place in `imported/`."""
    name = str(event.get("file") or f"{event['sha256'][:16]}-{event['name']}")
    return out / FOLDER / name if name == Path(name).name and name not in (".", "..") else None


def _take_warc(path: Path, copy: Path, name: str, target: _Target) -> None:
    made_by, found = software_of(copy), target.found
    before, nowhere = sum(found.count.values()) + len(found.damaged), found.nowhere
    origin = f"{name}, by {made_by or 'software that it does not name'}; date, address and bytes as that file states"
    try:
        for archived in iter_captures(copy, found.left_out):
            _take_record(archived, origin, target)
    except ArchiveError as error:
        found.damaged.append(error.message)
    if sum(found.count.values()) + len(found.damaged) == before:
        found.skip(path, UnreadReason.EMPTY, NO_PAGE)
    elif found.nowhere > nowhere:
        found.skip(path, UnreadReason.BAD_URL, no_address(found.nowhere - nowhere))


def _take_record(archived: Archived, origin: str, target: _Target) -> None:
    capture = archived.capture
    if archived.digest_ok is False:
        target.found.damaged.append(f"{capture.warc_file}: the record of {capture.url} does not match its own digest")
        return
    shown = capture.url.startswith(DOM)
    item = target.item(capture.url.removeprefix(DOM))
    mime = capture.content_type.partition(";")[0].strip().lower()
    redirect = capture.status in REDIRECTS
    if item is None and archived.block and not shown:
        target.found.left_out()
    if item is None or not (shown or redirect or mime.startswith(KEPT_TYPES) or not mime):
        return
    if shown or not archived.block:  # a resource: a page or picture without an HTTP head
        kept = target.archive.append_resource(
            capture.url, capture.content_type, archived.payload, at=capture.captured_at, page_record=capture.record_id
        )
        kept = replace(kept, origin=origin)
    else:
        kept = target.archive.append_copy(archived, origin)
    target.store.keep_capture(target.run, item, kept)
    if not mime.startswith("image/") and not (is_auxiliary(archived) and not redirect):
        target.found.add(item, kept)


def _take_saved(path: Path, copy: Path, name: str, target: _Target) -> None:
    body = copy.read_bytes()
    taken_apart = spared(path.name, _taken_apart, body, is_mhtml=_kind(path) == "mhtml")
    if isinstance(taken_apart, Judgement):
        target.found.skip(path, UnreadReason.FAULT, taken_apart.detail)
        return
    says, part, pictures = taken_apart
    if part is None:
        target.found.skip(path, UnreadReason.NOT_TEXT, "no HTML part in the MHTML file")
        return
    if _kind(path) == "mhtml" and (why := mhtml.damage(body)):
        target.found.skip(path, UnreadReason.BAD_ENCODING, why)
        return
    item = target.item(target.url or says.url or part.url)
    if item is None:
        why = "the file does not say which page it is: give its address with --url"
        target.found.skip(path, UnreadReason.BAD_URL, why)
        return
    at = says.at or datetime.fromtimestamp(path.stat().st_mtime, UTC)
    when = "date as that file states" if says.at else "date: when the file was last written; it states none"
    origin = f"{name}, saved by {says.software or 'a program that it does not name'}; {when}"
    kept = target.archive.append_resource(DOM + item.url, part.content_type, part.body, at=at)
    target.store.keep_capture(target.run, item, replace(kept, origin=origin))
    for address, picture in pictures.items():
        picture_item = target.item(address)
        if picture_item is not None and address.startswith("http"):
            one = target.archive.append_resource(address, "image/*", picture, at=at, page_record=kept.record_id)
            target.store.keep_capture(target.run, picture_item, replace(one, origin=origin))
    target.found.add(item, replace(kept, origin=origin))


def _taken_apart(body: bytes, *, is_mhtml: bool) -> tuple[saved.Saved, mhtml.Part | None, Mapping[str, bytes]]:
    """(what a saved page says of itself, the page, its pictures by address)."""
    if is_mhtml:
        return saved.of_mhtml(body), mhtml.main_part(body), mhtml.pictures(body)
    return saved.of_html(body), mhtml.Part(body, "text/html", ""), {}


def _judge(
    store: Store, run: str, settings: Settings, rules: RuleSet, found: _Pages, watcher: Watcher, said: Said | None
) -> None:
    pictures = Pictures(store, settings)
    for number, (item, capture) in enumerate(found.newest.values(), 1):
        if capture.status in REDIRECTS and capture.location:
            judgement = Judgement(Outcome.REDIRECT, detail=f"to {capture.location}")
        else:
            lookup = pictures.lookup(item, of=capture.record_id)
            judgement = spared(
                item.url, judge_capture, capture, item, run, settings, rules, lookup,
                places=store.vendor_places, said=said,
            )  # fmt: skip
        more = found.count[(item.vendor, item.canonical)]
        if more > 1:
            note = f"the newest of {more} captures in these files"
            judgement = replace(judgement, detail="; ".join(filter(None, (judgement.detail, note))))
        if judgement.outcome is not Outcome.REDIRECT:
            judgement = replace(judgement, said=said)
        store.record_judgement(run, item, capture, judgement)
        watcher.done(_row(item, capture, judgement), number, len(found.newest))
    for name, (reason, why) in found.skipped.items():
        item = FrontierItem(name, name, "", 0, VIA)
        store.record_unread(run, item, reason, why)
        watcher.note(f"not read: {name}: {why}")


def _row(item: FrontierItem, capture: Capture, judgement: Judgement) -> CoverageRow:
    return CoverageRow(
        url=item.url, vendor=item.vendor, outcome=judgement.outcome, reason=judgement.unread,
        detail=judgement.detail, status=capture.status, captured_at=capture.captured_at,
        capture_sha256=capture.payload_sha256, findings=len(judgement.findings),
    )  # fmt: skip
