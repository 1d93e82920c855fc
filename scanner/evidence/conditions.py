"""Under which conditions a run looked: what the records of its WARC files say about hosts, addresses, TLS and clocks.

Made from the files, not from memory, so that a run that was interrupted and taken up has one whole account.
"""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ..stated import host_of, http_date
from ..warcfile import Member

_MOST_RULES = 20
"""Distinct robots decisions that are listed a host; the rest is counted. Each capture has its own in the WARC."""


@dataclass
class _Host:
    captures: int = 0
    dns: Counter[str] = field(default_factory=Counter)
    connected: Counter[str] = field(default_factory=Counter)
    http: Counter[str] = field(default_factory=Counter)
    tls: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    robots: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)
    egress: Counter[str] = field(default_factory=Counter)


class Conditions:
    """Collects from records, in any order."""

    def __init__(self) -> None:
        self._hosts: dict[str, _Host] = defaultdict(_Host)
        self._offsets: list[float] = []
        self.captures = 0
        self.conditional = 0

    def take(self, one: Member) -> None:
        """Look at one record."""
        host = host_of(one.field("WARC-Target-URI"))
        if not host:
            return
        if one.kind == "metadata":
            self._metadata(self._hosts[host], _facts(one.block))
        elif one.kind == "response":
            self._response(self._hosts[host], one)
        elif one.kind == "request":
            head = one.block.lower()
            self.conditional += b"\r\nif-none-match:" in head or b"\r\nif-modified-since:" in head

    def hosts(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """(host, what is known about it), by name."""
        for name in sorted(self._hosts):
            host = self._hosts[name]
            yield (
                name,
                {
                    "captures": host.captures,
                    "dns_answers": sorted(host.dns),
                    "connected_to": sorted(host.connected),
                    "http": sorted(host.http),
                    "tls": [
                        {"version": version, "certificate": leaf, "chain": chain.split(), "verdict": "verified"}
                        for version, leaf, chain in sorted(host.tls)
                    ],
                    "robots": [
                        {"url": url, "sha256": sha256, "rule": rule, "overridden_because": why, "captures": count}
                        for (url, sha256, rule, why), count in sorted(host.robots.items())[:_MOST_RULES]
                    ],
                    "robots_decisions": len(host.robots),
                    "egress": sorted(host.egress) or ["direct"],
                },
            )

    def egress(self) -> list[str]:
        """Names of the proxies that answers came through; empty where there was none."""
        return sorted({name for host in self._hosts.values() for name in host.egress})

    def clock(self) -> dict[str, Any]:
        """How far our clock was from those of the servers that we asked: seconds to add to ours to get theirs."""
        if not self._offsets:
            return {"compared_with_servers": 0, "median_offset_seconds": None}
        middle = round(statistics.median(self._offsets), 1)
        return {"compared_with_servers": len(self._offsets), "median_offset_seconds": middle}

    def _metadata(self, host: _Host, facts: dict[str, str]) -> None:
        host.dns.update(facts.get("resolvedAddresses", "").split())
        host.egress.update(filter(None, [facts.get("egress", "")]))
        if version := facts.get("tlsVersion"):
            leaf, chain = facts.get("tlsPeerCertificateSha256", ""), facts.get("tlsChainSha256", "")
            host.tls[version, leaf, chain] += 1
        if rule := facts.get("robotsRule"):
            robots = (facts.get("robotsUrl", ""), facts.get("robotsSha256", ""))
            host.robots[(*robots, rule, facts.get("robotsOverriddenBecause", ""))] += 1

    def _response(self, host: _Host, one: Member) -> None:
        self.captures += 1
        host.captures += 1
        host.connected.update(filter(None, [one.field("WARC-IP-Address")]))
        host.http.update(filter(None, [one.field("WARC-Protocol")]))
        head = one.block.partition(b"\r\n\r\n")[0]
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.strip().lower() == b"date":
                theirs = http_date(value.decode("latin-1"))
                if theirs is not None:
                    # WARC-Date is when we began to ask, and theirs has whole seconds: good to about a second.
                    self._offsets.append((theirs - one.date).total_seconds())


def _facts(block: bytes) -> dict[str, str]:
    pairs = (line.partition(": ") for line in block.decode("utf-8", "replace").split("\r\n"))
    return {name: value for name, colon, value in pairs if colon}
