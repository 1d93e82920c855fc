"""robots.txt by RFC 9309, and the line that decided. The only file that imports protego.

protego decides; it does not say which line did it, so that is found by asking it line by line. protego also keeps a
byte order mark and thereby loses the first group, and fails *open* (scrapy#6195): the text is decoded `utf-8-sig`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from protego import Protego

from ..model import RobotsDecision, UnreadReason
from .urls import BadUrl, join, split

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

_FIELDS = frozenset({"user-agent", "allow", "disallow"})


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
        """May this URL be fetched, and by which line. `overrides`: host -> reason, from the settings."""
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
        wishes = [self._parser.crawl_delay(self.token)]
        rate = self._parser.request_rate(self.token)
        if rate is not None:
            wishes.append(rate.seconds / rate.requests)
        given = [wish for wish in wishes if wish is not None]
        return min(max(given), MAX_CRAWL_DELAY) if given else None

    @cached_property
    def sitemaps(self) -> tuple[str, ...]:
        """Absolute URLs of the sitemaps it names."""
        found: dict[str, None] = {}
        for reference in self._parser.sitemaps:
            try:
                found[join(self.url, reference)] = None
            except BadUrl:
                continue
            if len(found) >= MAX_SITEMAPS:
                break
        return tuple(found)

    @cached_property
    def _parser(self) -> Protego:
        return Protego.parse(self.text)

    @cached_property
    def _lines(self) -> tuple[tuple[str, bool, int, Protego], ...]:
        """(line as written, is it Allow, length of its pattern, a parser that forbids what it matches) of our group."""
        wanted = _group(self.text, self.token)
        out = []
        for line in wanted:
            field, value = _directive(line)
            parser = Protego.parse(f"User-agent: *\nDisallow: {value}")
            out.append((line.strip(), field == "allow", len(value.encode()), parser))
        return tuple(out)

    def _verdict(self, url: str) -> tuple[bool, str]:
        if self.why:
            return self.available, self.why
        allowed = bool(self._parser.can_fetch(url, self.token))
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


def _directive(line: str) -> tuple[str, str]:
    """(field in lower case, value) of a line without its comment; linear, for a line may be as long as the file."""
    field, _, value = line.partition("#")[0].partition(":")
    return field.strip().lower(), value.strip()


def _group(text: str, token: str) -> list[str]:
    """The Allow and Disallow lines that apply to us: those of every group with our token, else those of `*`."""
    groups: dict[str, list[str]] = {}
    agents: list[str] = []
    in_rules = True
    for line in text.splitlines():
        field, value = _directive(line)
        if field not in _FIELDS:
            continue
        if field == "user-agent":
            agents = [] if in_rules else agents
            agents.append(value.lower().rstrip("*") or "*")
            in_rules = False
            continue
        in_rules = True
        if value:
            for agent in agents:
                groups.setdefault(agent, []).append(line)
    ours = [agent for agent in groups if agent != "*" and token.lower().startswith(agent)]
    return groups[max(ours, key=len)] if ours else groups.get("*", [])
