"""Which addresses may be contacted.

A crawler that follows links of hostile pages must not be led into the network it runs in. Every name is resolved
here, every address is checked here, and `fetch` connects to an address that was checked, never to a name: an answer
that changes between check and connection (DNS rebinding) changes nothing.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Lookup = Callable[[str, int], Awaitable[Sequence[str]]]
"""(host, port) -> addresses as text; raises OSError where the name has none."""

CACHE_SECONDS = 300.0
MAX_ADDRESSES = 16
MAX_CACHED_NAMES = 10_000

# IANA IPv4 and IPv6 Special-Purpose Address Registries, read 2025. Written out, because `ipaddress.is_global` differs
# between Python 3.11, 3.12 and 3.13; it is asked as well, and the stricter answer wins.
_SPECIAL: tuple[tuple[str, str], ...] = (
    ("0.0.0.0/8", "this network"),
    ("10.0.0.0/8", "private"),
    ("100.64.0.0/10", "carrier-grade NAT"),
    ("127.0.0.0/8", "loopback"),
    ("169.254.0.0/16", "link-local"),
    ("172.16.0.0/12", "private"),
    ("192.0.0.0/24", "protocol assignments"),
    ("192.0.2.0/24", "documentation"),
    ("192.31.196.0/24", "AS112"),
    ("192.52.193.0/24", "AMT"),
    ("192.88.99.0/24", "6to4 relay"),
    ("192.168.0.0/16", "private"),
    ("192.175.48.0/24", "AS112"),
    ("198.18.0.0/15", "benchmarking"),
    ("198.51.100.0/24", "documentation"),
    ("203.0.113.0/24", "documentation"),
    ("224.0.0.0/4", "multicast"),
    ("240.0.0.0/4", "reserved"),
    ("::1/128", "loopback"),
    ("::/96", "IPv4-compatible or unspecified"),
    ("64:ff9b:1::/48", "local NAT64"),
    ("100::/64", "discard"),
    ("100:0:0:1::/64", "dummy prefix"),
    ("2001::/32", "Teredo"),
    ("2001::/23", "protocol assignments"),
    ("2001:db8::/32", "documentation"),
    ("2002::/16", "6to4"),
    ("2620:4f:8000::/48", "AS112"),
    ("3fff::/20", "documentation"),
    ("5f00::/16", "segment routing"),
    ("fc00::/7", "unique local"),
    ("fe80::/10", "link-local"),
    ("fec0::/10", "site-local"),
    ("ff00::/8", "multicast"),
)
_SPECIAL_NETWORKS: tuple[tuple[Network, str], ...] = tuple(
    (ipaddress.ip_network(network), name) for network, name in _SPECIAL
)
_NAT64 = IPv6Network("64:ff9b::/96")
_GLOBAL_UNICAST = IPv6Network("2000::/3")


@dataclass(frozen=True, slots=True)
class AddressRefused:
    """No address of this name may be contacted (`dns` False), or it has none (`dns` True). `reason` is one line."""

    host: str
    reason: str
    dns: bool = False


async def system_lookup(host: str, port: int) -> Sequence[str]:
    """Ask the system's resolver (getaddrinfo, in a thread). Raises OSError."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


class Guard:
    """Checks addresses. `allow_networks`: CIDR ranges that may be contacted although they are special (`127.0.1.0/24`).

    `lookup` is the resolver; tests and air-gapped runs pass their own.
    """

    def __init__(
        self, allow_networks: Iterable[str | Network] = (), *, lookup: Lookup = system_lookup, cache: bool = True
    ) -> None:
        self._allowed: tuple[Network, ...] = tuple(ipaddress.ip_network(str(network)) for network in allow_networks)
        self._lookup = lookup
        self._cache = cache
        self._known: dict[str, tuple[float, tuple[str, ...]]] = {}

    def check_ip(self, ip: str) -> str:
        """Why this address may not be contacted, or "" if it may. Never raises."""
        try:
            address = ipaddress.ip_address(ip)
        except ValueError:
            return f"{ip!r} is not an IP address"
        if isinstance(address, IPv6Address) and address.scope_id:
            return f"{ip} is link-local (it names an interface)"
        if self._is_allowed(address):
            return ""
        reason = special_range(address)
        return f"{ip} is {reason}" if reason else ""

    def exempt(self, addresses: Iterable[str]) -> bool:
        """Do all these addresses lie in `allow_networks`? There, and only there, a pace of 0 is honoured."""
        listed = [ipaddress.ip_address(address) for address in addresses]
        return bool(listed) and all(self._is_allowed(address) for address in listed)

    async def resolve(self, host: str, port: int) -> tuple[str, ...] | AddressRefused:
        """Every address of the name that may be contacted, in the resolver's order; AddressRefused where none may.

        Literals are checked without asking anybody. Answers are held for five minutes.
        """
        host = host.strip("[]")
        held = self._known.get(host)
        if held and held[0] > time.monotonic():
            return held[1]
        try:
            found: Sequence[str] = (str(ipaddress.ip_address(host)),)
        except ValueError:
            try:
                found = await self._lookup(host, port)
            except (OSError, UnicodeError) as error:
                return AddressRefused(host, f"{host}: {_why(error)}", dns=True)
        if not found:
            return AddressRefused(host, f"{host}: the name has no address", dns=True)
        checked = tuple((ip, self.check_ip(ip)) for ip in found[:MAX_ADDRESSES])
        good = tuple(ip for ip, reason in checked if not reason)
        if not good:
            reasons = "; ".join(dict.fromkeys(reason for _, reason in checked))
            return AddressRefused(host, reasons if host in found else f"{host}: {reasons}")
        if self._cache:
            if len(self._known) >= MAX_CACHED_NAMES:
                self._known.clear()
            self._known[host] = (time.monotonic() + CACHE_SECONDS, good)
        return good

    def _is_allowed(self, address: Address) -> bool:
        return any(address.version == network.version and address in network for network in self._allowed)


def special_range(address: Address) -> str:
    """The name of the special range an address lies in, or "" for ordinary global unicast.

    Addresses that carry another (IPv4-mapped, NAT64) are judged by what they carry; 6to4 and Teredo are refused
    whole: both are retired, and neither is where a vendor's site lives.
    """
    carried = _carried(address)
    if carried is not None:
        inner = special_range(carried)
        return f"a form of {carried}, {inner}" if inner else ""
    for network, name in _SPECIAL_NETWORKS:
        if address.version == network.version and address in network:
            return name
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return "not global unicast"
    return "" if address.is_global else "not globally reachable"


def _carried(address: Address) -> IPv4Address | None:
    if isinstance(address, IPv4Address):
        return None
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def _why(error: BaseException) -> str:
    if isinstance(error, socket.gaierror):
        return "the name does not resolve"
    return str(error) or type(error).__name__
