"""The store's door: each method is one short transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from types import TracebackType

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from scanner.model import (
    Capture,
    Contradiction,
    Document,
    Finding,
    FrontierItem,
    Judgement,
    Notice,
    PictureText,
    RobotsDecision,
    RunFacts,
    Target,
    UnreadReason,
)

from . import around, compare, crawl, known, look, notices, pictures, report, rows, told, vendors
from .connect import BUSY_SECONDS, connect, connect_to_read, reading, writing
from .tables import runs


class Store:
    """An open database. Made by `open_store`; a context manager. Every method may raise StoreError.

    Runs are named by `RunFacts.id`. Methods that write may be repeated with the same arguments: nothing doubles.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._run_ids: dict[str, int] = {}

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of every connection; SQLite then folds its WAL back into the one file."""
        self._engine.dispose()

    def _run_id(self, connection: Connection, run: str) -> int:
        """A run is never deleted nor renamed, so one look is enough."""
        if run not in self._run_ids:
            self._run_ids[run] = known.run_id(connection, run)
        return self._run_ids[run]

    # Runs

    def begin_run(self, facts: RunFacts, note: Mapping[str, str] | None = None, *, told: bool = False) -> RunFacts:
        """Write a new run; returns its facts with `previous_run` (the last successful one) filled in.

        `note` is kept for `Report.settings_note`. `told`: the custody chain tells that it has begun. A run that exists
        is returned as it is.
        """
        with writing(self._engine) as connection:
            return report.begin_run(connection, facts, note or {}, told=told)

    def was_told(self, run: str) -> bool:
        """Did the custody chain tell of this run when it began?"""
        with reading(self._engine) as connection:
            return bool(known.run_row(connection, run)["told"])

    def resume_run(self, kind: str = "") -> RunFacts | None:
        """The newest run that never finished (of this kind, if one is named), or None."""
        query = sa.select(runs).where(runs.c.finished_at.is_(None)).order_by(runs.c.id.desc()).limit(1)
        if kind:
            query = query.where(runs.c.kind == kind)
        with reading(self._engine) as connection:
            row = connection.execute(query).mappings().first()
        return None if row is None else rows.facts_of(row)

    def finish_run(self, run: str, ok: bool, at: datetime) -> None:
        """Close a run. URLs still waiting are counted as unread, `interrupted`."""
        with writing(self._engine) as connection:
            crawl.finish_run(connection, self._run_id(connection, run), ok, at)

    def runs(self) -> tuple[RunFacts, ...]:
        """All runs, newest first."""
        with reading(self._engine) as connection:
            return look.run_facts(connection)

    def digests(self, run: str) -> dict[str, str]:
        """Table -> SHA-256 over what it says of a run, for the custody chain."""
        with reading(self._engine) as connection:
            return told.digests(connection, self._run_id(connection, run))

    def decisions(self, run: str) -> dict[str, RobotsDecision]:
        """WARC-Record-ID -> what robots.txt had decided, for the captures of a run of which it is noted."""
        with reading(self._engine) as connection:
            return told.decisions(connection, self._run_id(connection, run))

    # Vendors

    def describe_vendors(self, targets: Iterable[Target]) -> None:
        """Keep where each vendor is and whom it addresses, as its target says."""
        with writing(self._engine) as connection:
            vendors.describe(connection, tuple(targets))

    def vendor_places(self) -> dict[str, vendors.Place]:
        """Vendor -> (jurisdictions, audience), where either is known."""
        with reading(self._engine) as connection:
            return vendors.places(connection)

    def vendor_roles(self) -> dict[str, tuple[str, ...]]:
        """Vendor -> whose duties it has (vendor, deployer, advertiser), where its target says so."""
        with reading(self._engine) as connection:
            return vendors.roles(connection)

    def warc_files(self, found: Iterable[Finding]) -> dict[str, str]:
        """WARC record id -> the file that holds it, relative to the output folder."""
        with reading(self._engine) as connection:
            return vendors.warc_files(connection, tuple(found))

    # The frontier

    def enqueue(self, run: str, items: Iterable[FrontierItem]) -> tuple[FrontierItem, ...]:
        """Add URLs to a run's frontier; returns those that were not in it, by (vendor, canonical), in order."""
        with writing(self._engine) as connection:
            return known.enqueue(connection, self._run_id(connection, run), tuple(items))

    def pending(self, run: str) -> tuple[FrontierItem, ...]:
        """What is not done, in order of discovery; includes what is captured and not judged (see `captured`)."""
        with reading(self._engine) as connection:
            return look.pending(connection, self._run_id(connection, run))

    def captured(self, run: str) -> tuple[look.Waiting, ...]:
        """What was captured and not judged when the last process died: judge these first, without the network."""
        with reading(self._engine) as connection:
            return look.captured(connection, self._run_id(connection, run))

    def known(self, run: str) -> frozenset[tuple[str, str]]:
        """(vendor, canonical URL) of everything in the run's frontier, done or not."""
        with reading(self._engine) as connection:
            return look.known(connection, self._run_id(connection, run))

    def known_via(self, run: str, via: Iterable[str]) -> frozenset[tuple[str, str]]:
        """The same, only what came into the frontier in one of these ways."""
        with reading(self._engine) as connection:
            return look.known(connection, self._run_id(connection, run), tuple(via))

    def progress(self, run: str) -> dict[str, int]:
        """How many URLs are `pending`, `captured` and `done`."""
        with reading(self._engine) as connection:
            return look.progress(connection, self._run_id(connection, run))

    # Crawling

    def record_capture(
        self,
        run: str,
        item: FrontierItem,
        capture: Capture,
        robots: RobotsDecision | None = None,
        *,
        retry: bool = False,
    ) -> None:
        """A capture lies in the WARC; the URL is now captured. `retry`: it stays pending (429, to be asked again)."""
        with writing(self._engine) as connection:
            crawl.record_capture(connection, self._run_id(connection, run), item, capture, robots, retry)

    def record_judgement(
        self,
        run: str,
        item: FrontierItem,
        capture: Capture,
        judgement: Judgement,
        new_items: Iterable[FrontierItem] = (),
        refused: Iterable[crawl.Refused] = (),
    ) -> tuple[FrontierItem, ...]:
        """Document, findings, coverage and the URLs it led to; the URL is done. Returns the URLs that were new.

        `refused`: known URLs that will not be fetched, as (item, reason, detail); they are counted as unread.
        A URL that is done already is left alone, and nothing is returned.
        """
        with writing(self._engine) as connection:
            number = self._run_id(connection, run)
            return crawl.record_judgement(
                connection, number, item, capture, judgement, tuple(new_items), tuple(refused)
            )

    def record_unchanged(
        self,
        run: str,
        item: FrontierItem,
        capture: Capture,
        robots: RobotsDecision | None = None,
        *,
        detail: str = "304 Not Modified",
    ) -> bool:
        """The server said 304: the last look's findings stand, with their original capture. `capture` is the 304.

        False, and nothing written, where no earlier look exists; then the page must be fetched without conditions.
        Right only while the rule set is the one of that look (`last_look(item).rules_digest`): otherwise judge the
        earlier capture again and give the result to `record_judgement` with outcome UNCHANGED.
        """
        with writing(self._engine) as connection:
            number = self._run_id(connection, run)
            return crawl.record_unchanged(connection, number, item, capture, robots, detail)

    def record_unread(
        self,
        run: str,
        item: FrontierItem,
        reason: UnreadReason,
        detail: str = "",
        *,
        status: int | None = None,
        capture: Capture | None = None,
        robots: RobotsDecision | None = None,
        robots_rule: str = "",
        at: datetime | None = None,
    ) -> None:
        """The URL is done without having been judged. `capture`: what was received all the same."""
        rule = robots_rule or (robots.rule if robots else "")
        row = {"reason": reason.value, "detail": detail, "status": status, "robots_rule": rule, "seen_at": at}
        with writing(self._engine) as connection:
            crawl.record_unread(connection, self._run_id(connection, run), item, row, capture, robots)

    def record_refused(self, run: str, refused: Iterable[crawl.Refused]) -> None:
        """Known URLs that never enter the frontier (out of budget, excluded); one that did enter is left alone."""
        with writing(self._engine) as connection:
            crawl.refuse(connection, self._run_id(connection, run), tuple(refused))

    def record_auxiliary(
        self, run: str, item: FrontierItem, capture: Capture, *, robots: bool = False, detail: str = ""
    ) -> None:
        """A sitemap, or (`robots=True`) a robots.txt: kept and counted, not judged."""
        with writing(self._engine) as connection:
            number = self._run_id(connection, run)
            crawl.record_auxiliary(connection, number, item, capture, robots, detail)

    # Pictures, and records that are no page of their own

    def keep_capture(
        self, run: str, item: FrontierItem, capture: Capture, robots: RobotsDecision | None = None
    ) -> None:
        """A record that belongs to a page (what a browser asked for, a screenshot): kept, no URL of the frontier."""
        with writing(self._engine) as connection:
            url = known.url_id(connection, item)
            crawl.keep(connection, self._run_id(connection, run), url, capture, robots)

    def picture_text(self, sha256: str, reader: str = "") -> PictureText | None:
        """What this reader (any, if none is named) found in the picture with this payload."""
        with reading(self._engine) as connection:
            return pictures.text_of(connection, sha256, reader)

    def keep_picture_text(self, read: PictureText) -> None:
        """Remember what was read: the same picture is not read twice."""
        with writing(self._engine) as connection:
            pictures.keep_text(connection, read)

    def picture_capture(self, item: FrontierItem, *, run: str = "", of: str = "") -> Capture | None:
        """The picture as a page of this run (or the page kept as `of`) knew it: of the same run, or an earlier one.

        What was imported belongs to imported pages only.
        """
        with reading(self._engine) as connection:
            number = self._run_id(connection, run) if run else pictures.run_of(connection, of)
            return pictures.capture_at(connection, item, number)

    def capture(self, record: str) -> Capture | None:
        """The capture of a WARC-Record-ID."""
        with reading(self._engine) as connection:
            return pictures.by_record(connection, record)

    def companion(self, item: FrontierItem, record: str, kind: str) -> Capture | None:
        """The newest record of a kind (`urn:boxes:` ...) that was made of this URL in the run of that record."""
        with reading(self._engine) as connection:
            return pictures.companion(connection, item, record, kind)

    def captures_by_payload(self, digests: Iterable[str]) -> dict[str, Capture]:
        """Payload digest -> a capture with these bytes."""
        with reading(self._engine) as connection:
            return pictures.by_payload(connection, digests)

    def origins(self, records: Iterable[str]) -> dict[str, str]:
        """Record id -> where it comes from, for those that we did not receive over the wire ourselves."""
        with reading(self._engine) as connection:
            return pictures.origins(connection, records)

    # Second looks

    def comparing(self, run: str) -> list[tuple[str, str]]:
        """(run, profile) of each second look at the pages of this run, in order."""
        with reading(self._engine) as connection:
            return compare.comparing(connection, run)

    def told_before(self, run: str, fingerprints: Iterable[str]) -> set[str]:
        """Which of these claims stood in a successful run before this one, second looks included."""
        with reading(self._engine) as connection:
            return compare.told_before(connection, self._run_id(connection, run), fingerprints)

    def pages(self, run: str) -> dict[tuple[str, str], compare.SeenPage]:
        """(vendor, canonical URL) -> what the page came to in this run."""
        with reading(self._engine) as connection:
            return compare.pages(connection, self._run_id(connection, run))

    # After a crash

    def not_come_to(self, run: str) -> tuple[FrontierItem, ...]:
        """What an interrupted run that has no frontier has not accounted for: a rescan, or an import."""
        with reading(self._engine) as connection:
            return crawl.not_come_to(connection, known.run_row(connection, run))

    def adopt(self, run: str, capture: Capture) -> FrontierItem | None:
        """Take in a whole record found past the committed tail. Its pending URL, if any, is now captured."""
        with writing(self._engine) as connection:
            return crawl.adopt(connection, self._run_id(connection, run), capture)

    # Earlier looks

    def validators(self, item: FrontierItem) -> tuple[str, str]:
        """(ETag, Last-Modified) of what the server last sent us for this URL; empty where unknown."""
        with reading(self._engine) as connection:
            return look.validators(connection, item)

    def last_look(self, item: FrontierItem, *, before: str | None = None) -> look.Look | None:
        """The last time that an answer of the server was read (before a run, if one is named), with text and findings.

        What came out of an imported file is no answer.
        """
        with reading(self._engine) as connection:
            number = None if before is None else self._run_id(connection, before)
            return look.last_look(connection, item, number)

    def same_payload(self, run: str, item: FrontierItem, payload_sha256: str) -> str:
        """URL of another page of this vendor, read in this run, with the very same bytes; or empty."""
        with reading(self._engine) as connection:
            return look.same_payload(connection, self._run_id(connection, run), item, payload_sha256)

    def last_success(self) -> dict[str, datetime]:
        """URL, as found and canonical -> start of the last successful crawl in which it answered; for `due`."""
        with reading(self._engine) as connection:
            return look.last_success(connection)

    # Rescan

    def captures(self, run: str) -> tuple[Capture, ...]:
        """Every capture of a run, in the order in which they were kept."""
        with reading(self._engine) as connection:
            return look.run_captures(connection, self._run_id(connection, run))

    def titles(self, run: str) -> dict[str, str]:
        """Record id -> title, for the captures of a run that were read."""
        with reading(self._engine) as connection:
            return look.titles(connection, self._run_id(connection, run))

    def looked_at(self, record: str, derivation: str = "") -> look.Look | None:
        """The capture in the WARC record of this id, with its text (the last, or the one of this derivation) and run,
        but without findings."""
        with reading(self._engine) as connection:
            return look.looked_at(connection, record, derivation)

    def rescannable(self) -> Iterator[look.Look]:
        """The last look at every URL that was ever read, one at a time: texts do not pile up in memory."""
        with reading(self._engine) as connection:
            numbers = look.rescannable_ids(connection)
        for number in numbers:
            with reading(self._engine) as connection:
                found = look.rescannable(connection, number)
            if found is not None:
                yield found

    def accounted_for(self) -> tuple[look.Known, ...]:
        """Every page that a run accounted for, whatever came of it."""
        with reading(self._engine) as connection:
            return look.accounted_for(connection)

    def never_read(self) -> tuple[look.NeverRead, ...]:
        """URLs that were wanted and never read: a rescan must account for them as well."""
        with reading(self._engine) as connection:
            return look.never_read(connection)

    # Reports

    def report(self, run: str | None = None) -> report.Parts:
        """What a report of this run is made of; None: the newest finished run, if it can be one that was not cut short.

        Raises:
            StoreError: There is no such run, or none has finished.
        """
        with reading(self._engine) as connection:
            return report.parts(connection, run)

    # Notices

    def notices(self, run: str) -> tuple[Notice, ...]:
        """The notices that were read in a run."""
        with reading(self._engine) as connection:
            return notices.of_run(connection, self._run_id(connection, run))

    def record_verdicts(self, run: str, found: Iterable[Contradiction]) -> None:
        """The verdicts of a run; what was there is replaced."""
        with writing(self._engine) as connection:
            notices.replace_verdicts(connection, self._run_id(connection, run), found)

    def verdicts(self, run: str) -> tuple[Contradiction, ...]:
        """The verdicts of a run, in the order in which they were made."""
        with reading(self._engine) as connection:
            return notices.verdicts_of(connection, self._run_id(connection, run))

    def documents(self, found: Iterable[Finding | Notice]) -> dict[str, Document]:
        """Source -> text of the pages on which these findings stand, and of these notices."""
        with reading(self._engine) as connection:
            return notices.documents_of(connection, tuple(found))

    def page_facts(self, run: str, key: str) -> dict[str, tuple[str, ...]]:
        """Vendor -> what the pages of a run hold under one key of `Document.facts`."""
        with reading(self._engine) as connection:
            return notices.facts_seen(connection, self._run_id(connection, run), key)

    def contexts(self, found: Iterable[Finding]) -> dict[str, tuple[str, str]]:
        """Finding id -> text before and after the quote within its block, from the stored documents."""
        with reading(self._engine) as connection:
            return around.contexts(connection, tuple(found))

    def passages(self, found: Iterable[Finding]) -> dict[str, tuple[str, str, str]]:
        """finding id -> (before, quote, after) with the lines of the picture, of what was read in one."""
        with reading(self._engine) as connection:
            return around.passages(connection, tuple(found))


def open_store(url: str, *, busy_seconds: float = BUSY_SECONDS) -> Store:
    """Open, and if need be create or migrate, the database at a URL or file path.

    `sqlite:///file.db`, a bare path, or `postgresql://user@host/name` (psycopg 3). `busy_seconds`: how long a write
    waits for another program's.

    Raises:
        StoreError: Locked, read-only, full, damaged, not a database, not ours, or newer than this tool.
        MissingExtraError: PostgreSQL without psycopg.
    """
    return Store(connect(url, busy_seconds))


def open_to_read(url: str, *, busy_seconds: float = BUSY_SECONDS) -> Store:
    """Open what is there, for reading: nothing is created, and a read-only medium will do.

    Raises:
        UsageError: There is no such SQLite file.
        StoreError, MissingExtraError: As `open_store`.
    """
    return Store(connect_to_read(url, busy_seconds))
