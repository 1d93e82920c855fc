"""`crawl --compare-as`: the pages of a run looked at once more in another way, and what one look was shown only.

The second look is a run of its own kind, so that both are kept with everything that belongs to them. Nothing is
concluded from a look that could not be read: a block page, an error or a nearly empty answer is no page without claims.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ..collect import render
from ..collect.fetch import Fetcher, Profile, profile_of
from ..collect.frontier import Crawler
from ..collect.guard import Guard
from ..collect.scope import MAX_HOPS, Scope, excluding
from ..collect.urls import BadUrl, canonical, join
from ..errors import MissingExtraError, UsageError
from ..model import READ, Comparison, Difference, NotCompared, Outcome, UnreadReason
from .custodian import Custodian
from .keeping import Keeper, Watcher

if TYPE_CHECKING:
    from ..collect.archive import Archive
    from ..config import Settings
    from ..detect.rules import RuleSet
    from ..store import Store
    from ..store.compare import SeenPage

WORTH_A_LOOK = frozenset(
    {UnreadReason.BLOCKED, UnreadReason.EMPTY_SHELL, UnreadReason.IMAGE_ONLY, UnreadReason.EMPTY, UnreadReason.PARKED}
)
"""Unread pages that another visitor may have been shown."""
MUCH_SHORTER = 0.3
SHORT = 400
"""Characters: an answer below both marks, without a claim, may be an error page that we do not know."""


def profiles_of(names: Sequence[str], settings: Settings) -> tuple[Profile, ...]:
    """The profiles that are asked for. Raises UsageError, MissingExtraError."""
    out = []
    for name in dict.fromkeys(names):
        contact, compare = settings.crawl.user_agent_contact, settings.compare
        profile = profile_of(name, contact, compare.search_referrer, compare.proxies)
        if profile is None:
            known = ["mobile", "search-referrer", "rendered", *(f"proxy:{one}" for one in compare.proxies)]
            raise UsageError(f"--compare-as {name}: not known", f"one of: {', '.join(known)}")
        if name == "rendered" and not render.available(settings.render):
            raise MissingExtraError("--compare-as rendered needs a browser", render.INSTALL)
        out.append(profile)
    return tuple(out)


async def look_again(
    store: Store,
    archive: Archive,
    first: str,
    run: str,
    profile: Profile,
    scopes: Mapping[str, Scope],
    settings: Settings,
    rules: RuleSet,
    watcher: Watcher,
) -> None:
    """Fetches and judges, as run `run`, every page of the run `first` that was read or may be read in this way."""
    if profile.name == "rendered":
        settings = settings.model_copy(update={"render": settings.render.model_copy(update={"when": "always"})})
    store.enqueue(run, [page.item for page in store.pages(first).values() if _is_wanted(page)])
    guard = Guard(settings.crawl.allow_networks)
    custodian = Custodian(Path(settings.out_dir), run)
    async with (
        Fetcher(settings.crawl, guard, profile=profile) as fetcher,
        Keeper(store, archive, run, scopes, settings, rules, watcher, custodian) as keeper,
        AsyncExitStack() as stack,
    ):
        keeper.follows = False
        crawler = Crawler(settings.crawl, fetcher, keeper, excluded=excluding(scopes))
        if settings.render.when != "never" and render.available(settings.render):
            shown = render.Renderer(settings.render, mobile=profile.name == "mobile", user_agent=profile.user_agent)
            renderer = await stack.enter_async_context(shown)
            keeper.show = lambda item, answer: renderer.render(item.url, answer, partial(crawler.ask, item))
        await crawler.run(store.pending(run))
        keeper.finish_held()


def _is_wanted(page: SeenPage) -> bool:
    return page.outcome in READ or page.reason in WORTH_A_LOOK


def comparisons(store: Store, run: str) -> tuple[Comparison, ...]:
    """Every second look at the pages of a run, set against it."""
    found = tuple(
        _compared(store.pages(run), store.pages(name), name, profile) for name, profile in store.comparing(run)
    )
    aside = {d.finding.fingerprint for one in found for d in one.differences if d.shown_to == "second"}
    old = store.told_before(run, aside) if aside else set()
    return tuple(replace(one, differences=tuple(_dated(d, old) for d in one.differences)) for one in found)


def _dated(one: Difference, old: Collection[str]) -> Difference:
    return replace(one, new=one.shown_to == "second" and one.finding.fingerprint not in old)


Pages = Mapping[tuple[str, str], "SeenPage"]


def _compared(first: Pages, second: Pages, run: str, profile: str) -> Comparison:
    compared = 0
    differences: list[Difference] = []
    not_compared: list[NotCompared] = []
    for key, page in first.items():
        if not _is_wanted(page) or key not in second:
            continue
        other = _arrived(second, key)
        why = _why_not(page, other)
        if why:
            if page.outcome in READ or (other is not None and other.outcome in READ):
                not_compared.append(NotCompared(page.item.url, page.item.vendor, profile, why))
            continue
        assert other is not None
        compared += 1
        differences += _only(page, other, profile, "first")
        differences += _only(other, page, profile, "second")
    return Comparison(profile, run, compared, tuple(differences), tuple(not_compared))


def _arrived(pages: Pages, key: tuple[str, str]) -> SeenPage | None:
    """The page, or the one to which it redirects in that look: telephones are often sent to a site of their own."""
    for _ in range(MAX_HOPS):
        page = pages.get(key)
        if page is None or page.outcome is not Outcome.REDIRECT:
            return page
        try:
            key = (key[0], canonical(join(page.item.url, page.location)))
        except BadUrl:
            return None
    return None


def _why_not(page: SeenPage, other: SeenPage | None) -> str:
    """Why nothing can be said about what the two looks were shown, or empty."""
    if page.outcome not in READ:
        return f"the first look was not read: {page.reason or page.outcome}"
    if other is None:
        return "the second look was led to a page that was not read"
    if other.outcome not in READ:
        return f"the second look was not read: {other.reason or other.outcome}"
    for one, than, which in ((page, other, "first"), (other, page, "second")):
        if len(one.text) < SHORT and len(one.text) < MUCH_SHORTER * len(than.text) and not one.findings:
            return f"the {which} look was given {len(one.text)} characters of text, the other {len(than.text)}"
    return ""


def _only(page: SeenPage, other: SeenPage, profile: str, shown_to: str) -> list[Difference]:
    """Claims of `page` whose words do not stand in `other`, white space aside, flagged there or not."""
    text = _squeezed(other.text)
    return [
        Difference(page.item.url, page.item.vendor, profile, shown_to, finding, other.at, other.record)
        for finding in page.findings
        if _squeezed(finding.quote) not in text
    ]


def _squeezed(text: str) -> str:
    return "".join(text.split()).lower()


def note_of(first: str, profile: Profile) -> dict[str, str]:
    """What a comparing run's note says of it."""
    note = {"compared_with": first, "profile": profile.name}
    if profile.user_agent:
        note["user_agent"] = profile.user_agent
    if profile.referrer:
        note["referrer"] = profile.referrer
    return note
