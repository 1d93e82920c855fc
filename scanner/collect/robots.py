"""robots.txt by RFC 9309, and the line that decided. The only file that imports protego.

Which lines are for us is decided here (RFC 9309, 2.2.1: one product token, compared whole; what is no rule ends no
group); protego matches paths against them. It does not say which line did it, so that is found by asking it line by
line. A byte order mark would hide the first group, and fail *open* (scrapy#6195): the text is decoded `utf-8-sig`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from protego import Protego

from ..model import RobotsDecision, UnreadReason
from .urls import BadUrl, join, sent_form, split

MAX_BYTES = 500 * 1024
"""RFC 9309, 2.5: at least 500 kibibytes are read; what follows is ignored."""
MAX_REDIRECTS = 5
"""RFC 9309, 2.3.1.2: at least five consecutive redirects are followed; more is "unavailable"."""
MAX_LINES = 10_000
MAX_SITEMAPS = 50
MAX_CRAWL_DELAY = 600.0
"""Seconds. A longer wish is a wish not to be crawled at any useful pace; ten minutes are kept to."""
UNAVAILABLE = "unavailable"
_SITE_REASONS = (UnreadReason.DNS, UnreadReason.CONNECT, UnreadReason.TLS, UnreadReason.ADDRESS_REFUSED)

_FIELDS = {
    spelling: field
    for field, spellings in {
        "user-agent": ("user-agent", "useragent", "user agent"),
        "allow": ("allow",),
        "disallow": ("disallow", "dissallow", "dissalow", "disalow", "diasllow", "disallaw"),
        "crawl-delay": ("crawl-delay", "crawl delay"),
        "request-rate": ("request-rate", "request rate"),
        "sitemap": ("sitemap", "sitemaps", "site-map"),
    }.items()
    for spelling in spellings
}
"""What is read, also misspelt as it often is (RFC 9309, 2.2.4 allows that)."""
_RULES = ("allow", "disallow")
_PACE = ("crawl-delay", "request-rate")
_TOKEN = re.compile(r"\*|[A-Za-z_-]+")


@dataclass(frozen=True, slots=True)
class _Record:
    """One line that says something. `line`: as written."""

    line: str
    field: str
    value: str


@dataclass(frozen=True)
class Robots:
    """The rules of one origin. `available` False: 5xx or no answer, which means that nothing may be fetched."""

    url: str
    text: str = ""
    sha256: str = ""
    """Of the payload as received, content encoding undone; empty where none was."""
    available: bool = True
    why: str = ""
    """Why there are no rules: `404: all allowed`, `unavailable: 503`; empty where there are."""
    token: str = "noticescan"  # noqa: S105 - the product token of RFC 9309, not a secret
    unreachable: UnreadReason | None = None
    """Set where not the file but the whole site could not be reached."""

    @classmethod
    def from_response(cls, url: str, status: int, body: bytes, *, token: str = "noticescan") -> Robots:  # noqa: S107
        """From the final answer, after redirects. `body` is content-decoded. 4xx: all allowed; 5xx: nothing is.

        RFC 9309, 2.3.1.3 and 2.3.1.4. 429 is a 4xx by number, but asks us to go away: it counts as unavailable.
        """
        if 200 <= status < 300:
            text = body[:MAX_BYTES].decode("utf-8-sig", "replace")
            if body.startswith((b"\xff\xfe", b"\xfe\xff")):
                text = body[:MAX_BYTES].decode("utf-16", "replace")
            text = "\n".join(text.splitlines()[:MAX_LINES])
            return cls(url, text, hashlib.sha256(body).hexdigest(), token=token)
        if 400 <= status < 500 and status != 429:
            return cls(url, why=f"{status}: all allowed", token=token)
        if 300 <= status < 400:
            return cls(url, why=f"{status} without a usable answer: all allowed", token=token)
        return cls(url, available=False, why=f"{UNAVAILABLE}: {status}", token=token)

    @classmethod
    def from_failure(cls, url: str, detail: str, *, reason: UnreadReason | None = None) -> Robots:
        """No answer (time-out, connection refused, broken body): unreachable, so nothing may be fetched."""
        why = f"{UNAVAILABLE}: {detail}"
        return cls(url, available=False, why=why, unreachable=reason if reason in _SITE_REASONS else None)

    def decide(self, url: str, *, overrides: Mapping[str, str] | None = None) -> RobotsDecision:
        """May this URL be fetched, and by which line. `overrides`: host -> reason, from the settings.

        What is asked for is decided on, not what was written: `/a/%2e%2e/private` is `/private`. Raises BadUrl.
        """
        url = sent_form(url)
        allowed, rule = self._verdict(url)
        reason = ""
        if not allowed and overrides:
            reason = overrides.get(_host(url), "")
        return RobotsDecision(
            allowed=allowed or bool(reason),
            rule=rule,
            robots_url=self.url,
            robots_sha256=self.sha256,
            crawl_delay=self.crawl_delay,
            overridden_because=reason,
        )

    @cached_property
    def crawl_delay(self) -> float | None:
        """Seconds between requests, from Crawl-delay or Request-rate, whichever is longer; at most ten minutes."""
        parser = Protego.parse(_as_text(each for each in self._ours if each.field in _PACE))
        wishes = [parser.crawl_delay("*")]
        rate = parser.request_rate("*")
        if rate is not None:
            wishes.append(rate.seconds / rate.requests)
        given = [wish for wish in wishes if wish is not None]
        return min(max(given), MAX_CRAWL_DELAY) if given else None

    @cached_property
    def sitemaps(self) -> tuple[str, ...]:
        """Absolute URLs of the sitemaps it names."""
        found: dict[str, None] = {}
        for each in _records(self.text):
            if each.field != "sitemap" or not each.value:
                continue
            try:
                found[join(self.url, each.value)] = None
            except BadUrl:
                continue
            if len(found) >= MAX_SITEMAPS:
                break
        return tuple(found)

    @cached_property
    def _ours(self) -> tuple[_Record, ...]:
        return tuple(_group(self.text, self.token))

    @cached_property
    def _parser(self) -> Protego:
        return Protego.parse(_as_text(each for each in self._ours if each.field in _RULES))

    @cached_property
    def _lines(self) -> tuple[tuple[str, bool, int, Protego], ...]:
        """(line as written, is it Allow, length of its pattern, a parser that forbids what it matches) of our group."""
        return tuple(
            (each.line, each.field == "allow", len(each.value.encode()), Protego.parse(_as_text([forbidding])))
            for each in self._ours
            if each.field in _RULES
            for forbidding in [_Record("", "disallow", each.value)]
        )

    def _verdict(self, url: str) -> tuple[bool, str]:
        if self.why:
            return self.available, self.why
        allowed = bool(self._parser.can_fetch(url, "*"))
        matching = [
            (length, is_allow, line)
            for line, is_allow, length, parser in self._lines
            if is_allow == allowed and not parser.can_fetch(url, "*")
        ]
        if matching:
            return allowed, max(matching)[2]
        return allowed, "no rule matches: allowed" if allowed else "Disallow (the line could not be singled out)"


def unread_reason(decision: RobotsDecision) -> UnreadReason:
    """What a refusal is called in the coverage statement."""
    refused_unseen = decision.rule.startswith(f"{UNAVAILABLE}:")
    return UnreadReason.ROBOTS_UNAVAILABLE if refused_unseen else UnreadReason.ROBOTS


def robots_url(url: str) -> str:
    """The robots.txt of a URL's origin. Raises BadUrl."""
    return f"{split(url).origin}/robots.txt"


def _host(url: str) -> str:
    try:
        return split(url).host
    except BadUrl:
        return ""


def _records(text: str) -> Iterator[_Record]:
    for line in text.splitlines():
        field, value = _field(line.partition("#")[0].strip())
        if field:
            yield _Record(line.strip(), field, value)


def _field(text: str) -> tuple[str, str]:
    """Name and value of a line without its comment, the name empty where it says nothing to us.

    As generous as protego and most crawlers: the colon may be missing (`Disallow /x`).
    """
    name, colon, value = text.partition(":")
    if field := _FIELDS.get(name.strip().lower()) if colon else None:
        return field, value.strip()
    if colon and (not value or value[0].isspace()):
        return "", ""  # a field that we do not know
    words = text.split()
    for count in (1, 2):
        if field := _FIELDS.get(" ".join(words[:count]).lower()):
            return field, " ".join(words[count:])
    return "", ""


def _group(text: str, token: str) -> list[_Record]:
    """The records for us: those of every group that names our token, else those of `*` (RFC 9309, 2.2.1).

    A group goes from its first user-agent line to the first such line behind a rule; nothing else ends it (2.2.4). A
    pace counts for those named above it.
    """
    groups: dict[str, list[_Record]] = {}
    agents: list[str] = []
    in_rules = True
    for each in _records(text):
        if each.field == "user-agent":
            agents = [] if in_rules else agents
            in_rules = False
            if agent := _agent(each.value):
                agents.append(agent)
                groups.setdefault(agent, [])
        elif each.field != "sitemap":
            in_rules = in_rules or each.field in _RULES
            for agent in dict.fromkeys(agents) if each.value else ():
                groups[agent].append(each)
    return groups.get(token.lower(), groups.get("*", []))


def _agent(value: str) -> str:
    """The product token of a user-agent line in lower case, or `*`, or nothing.

    A token has letters, `_` and `-` only; behind it a version or a wildcard often stands: `Crawler/2.1`, `Crawler*`.
    """
    found = _TOKEN.match(value.lstrip("*") or value)
    return found.group().lower() if found else ""


def _as_text(records: Iterable[_Record]) -> str:
    """A robots.txt of these alone, for everybody: what protego reads."""
    return "\n".join(("User-agent: *", *(f"{each.field}: {each.value}" for each in records)))
