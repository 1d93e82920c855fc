"""`rescan --targets`: what the targets file of today says of pages that are kept, and what of it needs a crawl."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..collect.entries import matches
from ..collect.scope import Scope
from ..collect.urls import BadUrl, canonical, site_of
from ..errors import TargetsError
from ..model import TARGETS_NOTE, FrontierItem, Said, Target
from .crawl import merged, scope_of
from .speaking import of_kept

if TYPE_CHECKING:
    from ..collect.targets import TargetsFile
    from ..config import Settings
    from ..store import Known

FILE, DIGEST, NOT_KEPT, EXCLUDED, OTHER_NAME, UNCLEAR = TARGETS_NOTE
MOST = 5
"""Names or addresses in one line; the rest is counted."""
NOTICE = "notice"


@dataclass(frozen=True)
class Corrections:
    """What a targets file says of kept pages. The empty one says nothing."""

    scopes: dict[str, Scope] = field(default_factory=dict)
    """By the vendor's name in the file."""
    vendors: tuple[Target, ...] = ()
    """What the file says of the vendors of kept pages, under the names under which these are kept."""
    note: dict[str, str] = field(default_factory=dict)
    """What the run tells of it: the file, and what was not done."""
    lines: tuple[str, ...] = ()
    """The same for whoever waits for it."""
    _sites: dict[str, list[Scope]] = field(default_factory=dict)
    """Registrable domain -> the targets that reach it."""
    _exact: dict[str, list[Scope]] = field(default_factory=dict)
    """Canonical address -> the targets that name it."""

    def scope(self, vendor: str, url: str) -> Scope | None:
        """The target that speaks for a page kept under this vendor: its own where that reaches the page, else the one
        other that does (one that names it comes first), else its own. None: the file says nothing of the page."""
        own = self.scopes.get(vendor)
        if not self.scopes or (own is not None and own.covers(url)):
            return own
        others = self._exact.get(_or_empty(canonical, url)) or self._reaching(url)
        return others[0] if len(others) == 1 else own

    def _reaching(self, url: str) -> list[Scope]:
        by_site = self._sites.get(_or_empty(site_of, url), [])
        included = [one for one in self.scopes.values() if one.target.include and one not in by_site]
        return [*by_site, *(one for one in included if one.covers(url))]

    def item(self, item: FrontierItem) -> FrontierItem:
        """The page as a crawl with this file would come upon it: is it a notice because the file names it as one?"""
        scope = self.scope(item.vendor, item.url)
        if scope is None:
            return item
        own = item.canonical in _canonical(scope.target.urls)
        if item.canonical in scope.exact and not own:
            return replace(item, via=NOTICE, depth=0)
        if item.via == NOTICE and item.depth == 0:  # an earlier file named it
            return replace(item, via="seed" if own else "link")
        return item

    def said(self, item: FrontierItem, kept: Said | None, settings: Settings) -> Said | None:
        """Who speaks on a kept page; `kept`: as it was said when the page was last judged."""
        return of_kept(self.scope(item.vendor, item.url), item.url, kept, settings)


def corrections(file: TargetsFile, known: Sequence[Known], settings: Settings) -> Corrections:
    """What this file says of the pages that are known here. Raises TargetsError where nothing is
    kept of any vendor in it."""
    scopes = {target.vendor: scope_of(target, settings) for target in merged(file.targets)}
    found = Corrections(
        scopes, _sites=_index(scopes.values(), lambda one: one.sites), _exact=_index(scopes.values(), _named)
    )
    judged = [one for one in known if one.judged]
    speaks = [(one, found.scope(one.vendor, one.url)) for one in judged]
    _refuse_unknown(file.path, scopes, known, {scope.target.vendor for _, scope in speaks if scope is not None})
    vendors, unclear = _described(scopes, speaks)
    other = dict.fromkeys(
        f"{one.vendor} → {scope.target.vendor}"
        for one, scope in speaks
        if scope is not None and scope.target.vendor != one.vendor
    )
    told = {
        NOT_KEPT: _not_kept(scopes.values(), known),
        EXCLUDED: [one.url for one, scope in speaks if scope is not None and scope.excludes(one.url)],
        OTHER_NAME: list(other),
        UNCLEAR: unclear,
    }
    told = {key: value for key, value in told.items() if value}
    note = {FILE: file.path.name, DIGEST: file.sha256} | {key: _some(value) for key, value in told.items()}
    spoken_for = sum(scope is not None for _, scope in speaks)
    lines = (
        f"judged by {file.path.name} (SHA-256 {file.sha256[:12]}): it speaks for {spoken_for} of {len(judged)} pages",
        *(f"not done: {_NOT_DONE[key]}: {note[key]}" for key in told),
    )
    return replace(found, vendors=vendors, note=note, lines=lines)


_NOT_DONE = {
    NOT_KEPT: "named in the targets file and not kept here as a page, a crawl is needed",
    EXCLUDED: "excluded in the targets file and judged all the same, since they are kept",
    OTHER_NAME: "named otherwise in the targets file, a crawl files under that name what it reads",
    UNCLEAR: "several targets share their pages, so jurisdiction, audience and role stay as they were",
}


def _refuse_unknown(path: Path, scopes: dict[str, Scope], known: Sequence[Known], speaking: set[str]) -> None:
    """TargetsError where nothing is kept of any vendor, neither under its name nor under its addresses: it is another
    file. Of some the addresses are told as not kept."""
    names, addresses = {one.vendor for one in known}, {one.canonical for one in known}
    strangers = [
        vendor
        for vendor, scope in scopes.items()
        if vendor not in names and vendor not in speaking and not addresses & _named(scope)
    ]
    if len(strangers) == len(scopes):
        raise TargetsError(
            f"{path}: nothing is kept of {_some(strangers)}, neither by name nor by address",
            "crawl what is new first, or leave it out of the file; nothing was judged or changed",
        )


def _described(
    scopes: dict[str, Scope], speaks: Sequence[tuple[Known, Scope | None]]
) -> tuple[tuple[Target, ...], list[str]]:
    """What the file says of each vendor, under the name of its pages; and the vendors of which it cannot be told."""
    by_vendor: dict[str, dict[str, Target]] = {}
    for one, scope in speaks:
        if scope is not None:
            by_vendor.setdefault(one.vendor, {})[scope.target.vendor] = scope.target
    described: list[Target] = []
    unclear: list[str] = []
    for vendor, targets in by_vendor.items():
        if vendor in scopes:
            described.append(scopes[vendor].target)
        elif len(targets) == 1:
            described.append(replace(next(iter(targets.values())), vendor=vendor))
        else:
            unclear.append(vendor)
    return tuple(described), unclear


def _not_kept(scopes: Iterable[Scope], known: Sequence[Known]) -> list[str]:
    """Addresses of the file of which no run has accounted, and entries of `include` under which nothing is kept."""
    have = {one.canonical for one in known}
    out: list[str] = []
    for scope in scopes:
        target = scope.target
        out += [url for url in (*target.urls, *target.notice_urls) if _or_empty(canonical, url) not in have]
        out += [entry for entry in target.include if not any(matches(entry, one.url) for one in known)]
    return list(dict.fromkeys(out))


def _index(scopes: Iterable[Scope], keys: Callable[[Scope], Iterable[str]]) -> dict[str, list[Scope]]:
    out: dict[str, list[Scope]] = {}
    for scope in scopes:
        for key in keys(scope):
            out.setdefault(key, []).append(scope)
    return out


def _named(scope: Scope) -> frozenset[str]:
    """Canonical forms of the addresses that a target names."""
    return scope.exact.union(_canonical(scope.target.urls))


def _canonical(urls: Iterable[str]) -> frozenset[str]:
    return frozenset(_or_empty(canonical, url) for url in urls)


def _or_empty(form: Callable[[str], str], url: str) -> str:
    """A form of an address; empty where it is none: a page may be kept under the name of a file."""
    try:
        return form(url)
    except BadUrl:
        return ""


def _some(names: Sequence[str]) -> str:
    """The first few, and how many more there are."""
    more = f" (+{len(names) - MOST})" if len(names) > MOST else ""
    return ", ".join(names[:MOST]) + more
