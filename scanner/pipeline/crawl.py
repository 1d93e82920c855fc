"""`crawl` and `run`: targets in, report out. The order of work stands in `crawl`."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from .. import __version__
from ..collect.archive import Archive
from ..collect.fetch import Fetcher, Profile, environment, user_agent
from ..collect.frontier import Crawler
from ..collect.guard import Guard
from ..collect.render import Renderer, available
from ..collect.scope import REDIRECTS, Scope, excluding, seeds
from ..collect.targets import joined_audience, joined_speakers
from ..collect.urls import canonical
from ..errors import LockedError
from ..model import READ, Finding, FrontierItem, Report, RunFacts, Stance, Target
from ..read import images
from ..schedule import due
from .closing import RESUMED, close_interrupted, make_whole
from .custodian import Custodian, run_begun, run_taken_up
from .holding import GUESS
from .keeping import Keeper, Watcher, same_page
from .noticing import guesses, unread_notices, verdicts
from .reporting import build_report
from .sealing import seal_finished
from .secondlook import look_again, note_of, profiles_of
from .stamping import can_stamp

if TYPE_CHECKING:
    from ..config import Settings
    from ..detect.rules import RuleSet
    from ..store import Store, Waiting

__all__ = ["Watcher", "crawl", "locked"]

LOCK = ".noticescan.lock"
RESUME_WITHIN = timedelta(hours=72)
"""An older interrupted run is closed, not continued: its pages would be of another week than the rest."""


def crawl(
    settings: Settings,
    targets: Sequence[Target],
    rules: RuleSet,
    watcher: Watcher,
    *,
    only_due: bool = False,
    compare_as: Sequence[str] = (),
) -> Report | None:
    """Looks at the targets (or those that are due); None where nothing was due.

    `compare_as`: names of profiles in which the pages are then looked at once more.

    1 lock the output folder   2 take up the interrupted run, or begin one   3 put start pages into the frontier
    4 fetch, keep, judge, record until nothing is left   5 close and seal the run   6 compare it with earlier ones

    Raises LockedError, StoreError, ArchiveError, EvidenceError, MissingExtraError. Killed at any moment, the next call
    goes on.
    """
    from ..store import open_store

    can_stamp(settings.evidence)
    profiles = profiles_of(compare_as, settings)
    targets = merged(targets)
    scopes = {target.vendor: scope_of(target, settings) for target in targets}
    with locked(Path(settings.out_dir)), open_store(settings.database_url()) as store:
        close_interrupted(store, settings, watcher)
        seal_finished(store, settings, watcher)
        now = datetime.now(UTC)
        store.describe_vendors(targets)
        wanted = due(targets, store.last_success(), now, settings.run.interval_hours) if only_due else targets
        run = _take_up(store, scopes, settings, rules, watcher, now)
        if run is None and not wanted:
            return None
        run = run or begin_run(store, "crawl", settings, rules, now)
        try:
            asyncio.run(_look(store, run.id, scopes, wanted, settings, rules, watcher))
        except KeyboardInterrupt:
            left = store.progress(run.id)
            watcher.note(f"stopped: {left['done']} URLs done, {left['pending'] + left['captured']} waiting")
            watcher.note("nothing is lost: the same command goes on from here")
            raise
        close_run(store, run.id, rules)
        seal_finished(store, settings, watcher)
        for profile in profiles:
            _look_again(store, run.id, profile, scopes, settings, rules, watcher)
        return build_report(store, rules, run.id, settings)


def _look_again(
    store: Store,
    first: str,
    profile: Profile,
    scopes: Mapping[str, Scope],
    settings: Settings,
    rules: RuleSet,
    watcher: Watcher,
) -> None:
    """The pages of a finished run, looked at in another way as a run of its own."""
    watcher.note(f"looking once more as {profile.name}")
    run = begin_run(store, "compare", settings, rules, datetime.now(UTC), note_of(first, profile))
    with archive_of(settings, run.id) as archive:
        asyncio.run(look_again(store, archive, first, run.id, profile, scopes, settings, rules, watcher))
    close_run(store, run.id, rules)
    seal_finished(store, settings, watcher)


async def _look(
    store: Store,
    run: str,
    scopes: Mapping[str, Scope],
    wanted: Sequence[Target],
    settings: Settings,
    rules: RuleSet,
    watcher: Watcher,
) -> None:
    guard = Guard(settings.crawl.allow_networks)
    with archive_of(settings, run) as archive:
        custodian = Custodian(Path(settings.out_dir), run)
        async with (
            Fetcher(settings.crawl, guard) as fetcher,
            Keeper(store, archive, run, scopes, settings, rules, watcher, custodian) as keeper,
            AsyncExitStack() as stack,
        ):
            for target in wanted:
                keeper.begin(*seeds(scopes[target.vendor]))
            crawler = Crawler(settings.crawl, fetcher, keeper, excluded=excluding(scopes))
            if settings.render.when != "never" and available(settings.render):
                renderer = await stack.enter_async_context(Renderer(settings.render))
                keeper.show = lambda item, first: renderer.render(item.url, first, partial(crawler.ask, item))
            _judge_kept(store, run, keeper)
            await _work_off(store, run, crawler, keeper)
            keeper.begin(_to_try(store, run, [t for t in wanted if t.vendor not in keeper.notice_known], rules))
            await _work_off(store, run, crawler, keeper)


async def _work_off(store: Store, run: str, crawler: Crawler, keeper: Keeper) -> None:
    """Everything that waits is fetched and judged; pages held for pictures that did not come, with what there is."""
    await crawler.run([item for item in store.pending(run) if not keeper.holds(item)])
    keeper.finish_held()


def _to_try(store: Store, run: str, targets: Sequence[Target], rules: RuleSet) -> list[FrontierItem]:
    """Where a notice often stands, for vendors of whom pages were read and no link to a notice was seen."""
    rows = store.report(run).coverage if targets else ()
    read = {row.vendor for row in rows if row.outcome in READ}
    known = {row.vendor for row in rows if row.via in ("notice", GUESS)}
    return [
        FrontierItem(url, canonical(url), target.vendor, 1, GUESS)
        for target in targets
        if target.vendor in read - known
        for url in guesses(target.urls, rules)
    ]


def _take_up(
    store: Store, scopes: Mapping[str, Scope], settings: Settings, rules: RuleSet, watcher: Watcher, now: datetime
) -> RunFacts | None:
    """The interrupted run, made whole: torn record cut, complete ones adopted; `_look` goes on from there.

    A run that must not be continued is closed instead, with everything it kept, and None is returned.
    """
    run = store.resume_run(RESUMED)
    if run is None:
        return None
    with archive_of(settings, run.id) as archive:
        captures = make_whole(store, archive, run.id)
        # Also where it is only closed: perhaps nothing is told of it yet.
        run_taken_up(Path(settings.out_dir), run)
        last = max((capture.captured_at for capture in captures), default=run.started_at)
        if why := _why_not(store, run, scopes, rules, now - last):
            keeper = Keeper(store, archive, run.id, scopes, settings, rules, watcher)
            _judge_kept(store, run.id, keeper)
            keeper.finish_held()
            watcher.note(f"the interrupted run {run.id} is closed, not continued: {why}; what it kept stands")
            close_run(store, run.id, rules)
            return None
    left = store.progress(run.id)
    watcher.note(f"going on with the interrupted run {run.id}: {left['done']} URLs done, {left['pending']} waiting")
    return run


def _judge_kept(store: Store, run: str, keeper: Keeper) -> None:
    """What an interrupted run had kept and not judged: nothing of it is asked for again that need not be."""
    for waiting in store.captured(run):
        if not _asked_again(waiting):
            keeper.resume(waiting.item, waiting.capture, waiting.robots)


def _asked_again(waiting: Waiting) -> bool:
    """Answers after which the crawler asks once more: slow down, or the same page under another spelling."""
    capture = waiting.capture
    return capture.status in (429, 503) or (capture.status in REDIRECTS and same_page(waiting.item, capture.location))


def _why_not(store: Store, run: RunFacts, scopes: Mapping[str, Scope], rules: RuleSet, idle: timedelta) -> str:
    if run.rules_digest != rules.digest:
        return "the rules have changed"
    if idle > RESUME_WITHIN:
        return f"nothing happened in it for {idle.days} days"
    if {item.vendor for item in store.pending(run.id)} - scopes.keys():
        return "it looked at vendors that are not among these targets"
    return ""


def begin_run(
    store: Store,
    kind: str,
    settings: Settings,
    rules: RuleSet,
    now: datetime,
    more: Mapping[str, str] | None = None,
) -> RunFacts:
    """A new run in the database, with the facts that a reader of its report needs; `more` of them besides."""
    facts = RunFacts(
        id=f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}",
        kind=kind,
        started_at=now,
        finished_at=None,
        ok=False,
        tool_version=__version__,
        rules_digest=rules.digest,
        config_digest=settings.digest(),
    )
    crawl_settings = settings.crawl
    note = {
        "user_agent": user_agent(crawl_settings.user_agent_contact),
        "delay_seconds": f"{crawl_settings.delay:g}",
        "max_pages_per_target": str(crawl_settings.max_pages_per_target),
        "max_depth": str(crawl_settings.max_depth),
        "allow_networks": ", ".join(str(network) for network in crawl_settings.allow_networks),
        "pictures_read": "no" if settings.ocr.pictures == "never" or not images.available() else images.reader_name(),
        "pages_shown_by_a_browser": settings.render.when if available(settings.render) else "no",
        "robots_overrides": "; ".join(f"{host}: {why}" for host, why in crawl_settings.robots_overrides.items()),
    }
    told = {**(note if kind in ("crawl", "compare") else {}), **(more or {})}
    # The chain first: a run in the database of which it does not tell would never be closed in it.
    run_begun(Path(settings.out_dir), facts)
    return store.begin_run(facts, told, told=True)


def close_run(store: Store, run: str, rules: RuleSet) -> None:
    """Sets the claims against the notices and ends the run; it counts as successful where a page was read."""
    parts = store.report(run)
    asserted: list[Finding] = [finding for finding in parts.findings if finding.stance is Stance.ASSERTED]
    notices = store.notices(run)
    every = (*notices, *unread_notices(parts.coverage, notices))
    store.record_verdicts(run, verdicts(asserted, every, store.documents([*asserted, *notices]), rules))
    read = any(row.outcome in READ for row in parts.coverage)
    store.finish_run(run, read, datetime.now(UTC))


def merged(targets: Sequence[Target]) -> tuple[Target, ...]:
    """One target a vendor: scope, budget and findings belong to the vendor, however the file is arranged."""
    by_vendor: dict[str, Target] = {}
    for target in targets:
        first = by_vendor.get(target.vendor)
        by_vendor[target.vendor] = target if first is None else _both(first, target)
    return tuple(by_vendor.values())


def _both(first: Target, second: Target) -> Target:
    shorter = min((t.interval_hours for t in (first, second) if t.interval_hours is not None), default=None)
    return replace(
        first,
        urls=tuple(dict.fromkeys(first.urls + second.urls)),
        notice_urls=tuple(dict.fromkeys(first.notice_urls + second.notice_urls)),
        include=tuple(dict.fromkeys(first.include + second.include)),
        exclude=tuple(dict.fromkeys(first.exclude + second.exclude)),
        interval_hours=shorter,
        jurisdictions=tuple(dict.fromkeys(first.jurisdictions + second.jurisdictions)),
        audience=joined_audience(first.audience, second.audience),
        roles=tuple(dict.fromkeys(first.roles + second.roles)),
        **joined_speakers(first, second),
    )


def scope_of(target: Target, settings: Settings) -> Scope:
    """How far a crawl of this target may go."""
    return Scope(target, settings.crawl.max_pages_per_target, settings.crawl.max_depth)


def archive_of(settings: Settings, run: str) -> Archive:
    """The archive of a run, with what its warcinfo records say."""
    info = {
        "software": environment(),
        "http-header-user-agent": user_agent(settings.crawl.user_agent_contact),
        "operator": settings.crawl.user_agent_contact,
        "robots": "RFC 9309",
        "isPartOf": run,
    }
    return Archive(Path(settings.out_dir), run, info=info)


@contextmanager
def locked(out_dir: Path) -> Iterator[None]:
    """One process at a time writes into an output folder. Raises LockedError at once where another does."""
    out_dir.mkdir(parents=True, exist_ok=True)
    lock = FileLock(out_dir / LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        tip = "wait until it has finished, or name another folder with --out"
        raise LockedError(f"another noticescan is at work in {out_dir}", tip) from None
    try:
        yield
    finally:
        lock.release()
