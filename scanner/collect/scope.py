"""Which of the URLs found on a page are fetched, and for those that are not, why.

Pure functions over values: they decide, the caller records. Every URL in scope is either selected or refused with a
reason, so that the coverage statement can add up; what lies outside the scope was never wanted and is not mentioned.
"""

from __future__ import annotations

import ipaddress
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote

from ..model import Exchange, FrontierItem, Link, Target, UnreadReason
from . import sitemaps
from .entries import matches, weight
from .guard import special_range
from .records import first_header
from .robots import Robots
from .urls import BadUrl, canonical, is_ip, join, site_of, split, without_fragment

MAX_LINKS_PER_PAGE = 5_000
MAX_PATH_SEGMENTS = 16
MAX_QUERY_FIELDS = 12
MAX_TRAP_URL_CHARS = 1024
NOTICE_ALLOWANCE = 12
"""Privacy notices that are fetched past the page limit, and however deep they lie."""
CALENDAR_LIMIT = 12
"""URLs of one pattern that moves through dates."""
PATTERN_SHARE = 0.5
"""URLs of one pattern that differ only in numbers may take up this share of a target's pages."""
SITEMAP_NESTING = 3
MAX_SITEMAP_FILES = 100
"""Sitemaps that are fetched of one target: they are no pages, and without a limit an index of indexes has no end."""
REDIRECTS = frozenset((301, 302, 303, 307, 308))
MAX_HOPS = 5
"""Redirects in a row that are followed to a part of a page (picture, script) and from one look's page to another's."""

_FILE = re.compile(
    r"\.(?:jpe?g|png|gif|webp|bmp|ico|svg|avif|tiff?|mp[34]|m4[av]|avi|mov|wmv|flv|webm|wav|ogg|zip|rar|7z|gz|tgz|tar|"
    r"exe|msi|dmg|apk|ipa|iso|bin|css|m?js|map|woff2?|ttf|eot|otf|docx?|xlsx?|pptx?|pdf|wps|swf)$",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d+")
_CALENDAR = re.compile(
    r"calendar|month|year|week|\bdate\b|\bday\b|rili|日历|日曆|(?:19|20)\d\d[-/]?[01]\d\b", re.IGNORECASE
)


_DOCUMENT = re.compile(r"\.pdf$", re.IGNORECASE)
"""Files that are read if they are notices."""
IsNotice = Callable[[Link], bool]
"""Does a link lead to a privacy notice? Decided by words that this room does not know."""


def _never(_link: Link) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Refused:
    """A URL in scope that will not be fetched. `detail` says which limit, in words for the report."""

    item: FrontierItem
    reason: UnreadReason
    detail: str


Selection = tuple[tuple[FrontierItem, ...], tuple[Refused, ...]]


@dataclass(frozen=True)
class Scope:
    """How far a target reaches: the registrable domains of its URLs, with include and exclude, depth and page limit."""

    target: Target
    max_pages: int
    max_depth: int
    sites: frozenset[str] = field(init=False)
    exact: frozenset[str] = field(init=False)
    """Canonical URLs in scope by themselves: a notice may stand on the domain of a whole group."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "sites", frozenset(_each(site_of, self.target.urls)))
        object.__setattr__(self, "exact", frozenset(_each(canonical, self.target.notice_urls)))

    def covers(self, url: str) -> bool:
        """Is this URL the target's? Exclusions not considered."""
        try:
            if site_of(url) in self.sites or canonical(url) in self.exact:
                return True
        except BadUrl:
            return False
        return any(matches(entry, url) for entry in self.target.include)

    def excludes(self, url: str) -> str:
        """Why this URL is never fetched, or "": the `exclude` entry that forbids it, in words for the report."""
        entry = next((entry for entry in self.target.exclude if matches(entry, url)), "")
        return entry and f"excluded in the targets file: {entry}"

    def speaker(self, url: str) -> str:
        """Who speaks on this page as the targets file says, in its word; empty where it says nothing."""
        meant = [one for one in self.target.speakers if matches(one[0], url)]
        return max(meant, key=lambda one: weight(one[0]))[1] if meant else self.target.speaker


Excluded = Callable[[str, str], str]
"""(vendor, URL) -> why it is never fetched, or an empty text."""


def excluding(scopes: Mapping[str, Scope]) -> Excluded:
    """What the vendors' scopes exclude, for whoever fetches."""
    return lambda vendor, url: scopes[vendor].excludes(url) if vendor in scopes else ""


def seeds(scope: Scope) -> Selection:
    """The items that a target starts with: its URLs, then its notices."""
    target = scope.target
    wanted = [(url, "seed") for url in target.urls] + [(url, "notice") for url in target.notice_urls]
    items: dict[str, FrontierItem] = {}
    refused: list[Refused] = []
    for url, via in wanted:
        item = _item(url, target.vendor, 0, via, "")
        if isinstance(item, Refused):
            refused.append(item)
        else:
            items.setdefault(item.canonical, item)
    return tuple(items.values()), tuple(refused)


def select(
    links: Sequence[Link],
    item: FrontierItem,
    scope: Scope,
    known: Collection[str],
    *,
    refused_before: Collection[str] = (),
    pages: int | None = None,
    via: str = "link",
    is_notice: IsNotice = _never,
) -> Selection:
    """What to fetch of the links on a page. Links to privacy notices come first, with `via="notice"`.

    `known`: canonical URLs of this target that are in the run already; `refused_before`: those refused already;
    `pages`: how many pages count against the page limit (default: all known). Same input, same output: order is kept.
    """
    picked: dict[str, FrontierItem] = {}
    refused: dict[str, Refused] = {}
    patterns = Counter(pattern(url) for url in known)
    taken = len(known) if pages is None else pages
    first = [(link, True) for link in links[:MAX_LINKS_PER_PAGE] if is_notice(link)]
    notices = {id(link) for link, _ in first}
    rest = [(link, False) for link in links[:MAX_LINKS_PER_PAGE] if id(link) not in notices]
    for link, privacy in (*first, *rest):
        found = _item(link.url, item.vendor, item.depth + 1, "notice" if privacy else via, item.url)
        if isinstance(found, Refused):
            if link.url.lower().startswith(("http:", "https:")):
                refused.setdefault(found.item.canonical, found)
            continue
        key = found.canonical
        if key in known or key in picked or key in refused or key in refused_before or not scope.covers(found.url):
            continue
        why = _why_not(found, scope, patterns, taken + len(picked), privacy=privacy)
        if why is not None:
            refused[key] = Refused(found, *why)
        else:
            picked[key] = found
            patterns[pattern(key)] += 1
    known = {*known, *picked, *refused, *refused_before} if len(links) > MAX_LINKS_PER_PAGE else known
    refused |= _past_the_limit(links, item, scope, known, via)
    return tuple(picked.values()), tuple(refused.values())


def _past_the_limit(
    links: Sequence[Link], item: FrontierItem, scope: Scope, known: Collection[str], via: str
) -> dict[str, Refused]:
    """Links of a page that are not looked at, as one refusal: it names the first that is new and counts the rest."""
    rest = links[MAX_LINKS_PER_PAGE:]
    for number, link in enumerate(rest[:MAX_LINKS_PER_PAGE]):
        found = _item(link.url, item.vendor, item.depth + 1, via, item.url)
        if not isinstance(found, Refused) and found.canonical not in known and scope.covers(found.url):
            more = len(rest) - number - 1
            told = f"limit of {MAX_LINKS_PER_PAGE} links a page; {more} more of {item.url} were not looked at either"
            return {found.canonical: Refused(found, UnreadReason.OUT_OF_BUDGET, told)}
    return {}


def follow(
    item: FrontierItem, exchange: Exchange, scope: Scope, known: Collection[str], *, pages: int | None = None
) -> Selection:
    """Where a redirect leads: one item, one refusal, or nothing if the target is known (and accounted for itself)."""
    location = first_header(exchange.response_headers, "location")
    if exchange.status not in REDIRECTS or not location:
        return (), ()
    try:
        url = join(item.url, location)
    except BadUrl as error:
        return (), (Refused(_raw_item(location[:2048], item, "redirect"), UnreadReason.BAD_URL, str(error)),)
    found = _item(url, item.vendor, item.depth, "redirect", item.url)
    if isinstance(found, Refused):
        return (), (found,)
    if found.canonical in known:
        return (), ()
    if not scope.covers(url):
        return (), (Refused(found, *_out_of_scope(url)),)
    if excluded := scope.excludes(url):
        return (), (Refused(found, UnreadReason.OUT_OF_BUDGET, excluded),)
    # A redirect stands in for its source, which took a page of the budget: it may go one over the limit, once.
    taken = len(known) if pages is None else pages
    if taken > scope.max_pages:
        return (), (Refused(found, UnreadReason.OUT_OF_BUDGET, f"page limit {scope.max_pages}"),)
    return (found,), ()


def discover(
    item: FrontierItem,
    body: bytes,
    scope: Scope,
    known: Collection[str],
    *,
    refused_before: Collection[str] = (),
    pages: int | None = None,
    files: int = 0,
    is_notice: IsNotice = _never,
) -> Selection:
    """What an auxiliary file names: robots.txt its sitemaps, a sitemap its pages and further sitemaps.

    `body`: content-decoded, of an answer with status 2xx; for other statuses of robots.txt pass b"". Sitemap items
    have `via="sitemap_file"` and are auxiliary themselves; `files` is how many of them the target has in the run.
    """
    if item.via == "robots":
        listed = Robots.from_response(item.url, 200, body).sitemaps
        default = join(item.url, "/sitemap.xml")
        return _sitemap_items(listed or (default,), item, scope, {*known, *refused_before}, depth=0, files=files)
    if item.via != "sitemap_file":
        return (), ()
    found = sitemaps.parse(body)
    if isinstance(found, UnreadReason):
        return (), ()
    nested, left_out = _sitemap_items(
        found.nested, item, scope, {*known, *refused_before}, depth=item.depth + 1, files=files
    )  # fmt: skip
    links = [Link(url, "", "sitemap") for url in found.urls]
    left_out = (*left_out, *_behind(found, item, scope, known))
    page = FrontierItem(item.url, item.canonical, item.vendor, 0, item.via)
    picked: list[FrontierItem] = []
    refused: list[Refused] = list(left_out)
    seen = set(known)
    for start in range(0, len(links), MAX_LINKS_PER_PAGE):
        taken = (len(known) if pages is None else pages) + len(picked)
        part = links[start : start + MAX_LINKS_PER_PAGE]
        more, less = select(
            part, page, scope, seen, refused_before=refused_before, pages=taken, via="sitemap", is_notice=is_notice
        )  # fmt: skip
        seen.update(each.canonical for each in more)
        seen.update(each.item.canonical for each in less)
        picked += more
        refused += less
    return (*nested, *picked), tuple(refused)


def pattern(url: str) -> str:
    """A URL with its numbers taken out: what calendars, pagers and generated traps have in common."""
    return _NUMBER.sub("#", unquote(url))


def _behind(found: sitemaps.Sitemap, item: FrontierItem, scope: Scope, known: Collection[str]) -> tuple[Refused, ...]:
    """What a sitemap names behind the number that is read, as one refusal."""
    first = (
        _item(found.left_out, item.vendor, item.depth, "sitemap" if found.urls else item.via, item.url)
        if found.left_out
        else None
    )
    if first is None or isinstance(first, Refused) or first.canonical in known or not scope.covers(first.url):
        return ()
    told = f"limit of {sitemaps.MAX_URLS if found.urls else sitemaps.MAX_NESTED} addresses a sitemap"
    return (Refused(first, UnreadReason.OUT_OF_BUDGET, f"{told}; what {item.url} names behind it was not read either"),)


def _sitemap_items(
    urls: Iterable[str], item: FrontierItem, scope: Scope, known: Collection[str], *, depth: int, files: int
) -> Selection:
    """The sitemaps in scope; what is past a limit as one refusal, which names the first and counts the rest."""
    out: dict[str, FrontierItem] = {}
    refused: dict[str, Refused] = {}
    left: dict[str, FrontierItem] = {}
    why = f"sitemaps nested deeper than {SITEMAP_NESTING}" if depth > SITEMAP_NESTING else ""
    for url in urls:
        found = _item(url, item.vendor, depth, "sitemap_file", item.url)
        if isinstance(found, Refused) or found.canonical in known or not scope.covers(url):
            continue
        if excluded := scope.excludes(url):
            refused[found.canonical] = Refused(found, UnreadReason.OUT_OF_BUDGET, excluded)
        elif why or (files + len(out) >= MAX_SITEMAP_FILES and found.canonical not in out):
            left[found.canonical] = found
        else:
            out.setdefault(found.canonical, found)
    if left:
        first, *rest = left.values()
        told = f"{why or f'limit of {MAX_SITEMAP_FILES} sitemaps'}; {len(rest)} more of {item.url} were not read either"
        refused[first.canonical] = Refused(first, UnreadReason.OUT_OF_BUDGET, told)
    return tuple(out.values()), tuple(refused.values())


def _why_not(
    item: FrontierItem, scope: Scope, patterns: Counter[str], taken: int, *, privacy: bool = False
) -> tuple[UnreadReason, str] | None:
    if excluded := scope.excludes(item.url):
        return UnreadReason.OUT_OF_BUDGET, excluded
    file = _FILE.search(split(item.canonical).path)
    if file and not (privacy and _DOCUMENT.search(file.group())):
        return UnreadReason.CONTENT_TYPE, f"a {file.group()} file, not a page"
    if item.depth > scope.max_depth and not privacy:
        return UnreadReason.OUT_OF_BUDGET, f"depth limit {scope.max_depth}"
    trap = trap_reason(item.canonical, patterns[pattern(item.canonical)], scope.max_pages)
    if trap:
        return UnreadReason.OUT_OF_BUDGET, f"looks like a trap: {trap}"
    if taken >= scope.max_pages + (NOTICE_ALLOWANCE if privacy else 0):
        return UnreadReason.OUT_OF_BUDGET, f"page limit {scope.max_pages}"
    return None


def trap_reason(url: str, same_pattern: int, max_pages: int) -> str:
    """Why a canonical URL looks generated without end, or "". `same_pattern`: how many of its pattern are known."""
    parts = split(url)
    if len(url) > MAX_TRAP_URL_CHARS:
        return f"URL longer than {MAX_TRAP_URL_CHARS} characters"
    segments = [segment for segment in parts.path.split("/") if segment]
    if len(segments) > MAX_PATH_SEGMENTS:
        return f"more than {MAX_PATH_SEGMENTS} path segments"
    if segments and max(Counter(segments).values()) >= 3:
        return "a path segment repeats"
    if parts.query.count("&") >= MAX_QUERY_FIELDS:
        return f"more than {MAX_QUERY_FIELDS} query fields"
    if _CALENDAR.search(unquote(parts.request_target)) and _NUMBER.search(parts.request_target):
        return "one date after another" if same_pattern >= CALENDAR_LIMIT else ""
    limit = max(CALENDAR_LIMIT, int(max_pages * PATTERN_SHARE))
    return "too many URLs that differ only in numbers" if same_pattern >= limit else ""


def _item(url: str, vendor: str, depth: int, via: str, referrer: str) -> FrontierItem | Refused:
    raw = without_fragment(url)
    try:
        return FrontierItem(raw, canonical(raw), vendor, depth, via, referrer)
    except BadUrl as error:
        item = FrontierItem(raw[:2048], raw[:2048], vendor, depth, via, referrer)
        return Refused(item, UnreadReason.BAD_URL, str(error))


def _raw_item(url: str, item: FrontierItem, via: str) -> FrontierItem:
    return FrontierItem(url, url, item.vendor, item.depth, via, item.url)


def _out_of_scope(url: str) -> tuple[UnreadReason, str]:
    host = split(url).host
    if is_ip(host) and (special := special_range(ipaddress.ip_address(host))):
        return UnreadReason.ADDRESS_REFUSED, f"{host} is {special}"
    return UnreadReason.REDIRECT_OUT_OF_SCOPE, f"leads to {host}, which is not the target's"


def _each(function: Callable[[str], str], urls: Iterable[str]) -> list[str]:
    out = []
    for url in urls:
        try:
            out.append(function(url))
        except BadUrl:
            continue
    return out
