"""No address of somebody's own network is contacted, in whatever clothes it comes."""

from __future__ import annotations

import asyncio
import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.collect.guard import AddressRefused, Guard, special_range

SPECIAL = [
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
    "224.0.0.0/4", "240.0.0.0/4", "255.255.255.255/32", "::/128", "::1/128", "64:ff9b:1::/48", "100::/64",
    "2001::/32", "2001:2::/48", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10",
    "fec0::/10", "ff00::/8", "::/96",
]  # fmt: skip
CARRIERS = ["::ffff:0:0/96", "64:ff9b::/96"]


@st.composite
def inside(draw: st.DrawFn, networks: list[str]) -> str:
    network = ipaddress.ip_network(draw(st.sampled_from(networks)))
    offset = draw(st.integers(0, network.num_addresses - 1) | st.sampled_from([0, network.num_addresses - 1]))
    return str(network[offset])


@given(inside(SPECIAL))
def test_every_special_range_is_refused(ip: str) -> None:
    assert Guard().check_ip(ip)


@given(inside([n for n in SPECIAL if "." in n]), st.sampled_from(CARRIERS))
def test_a_special_address_inside_another_is_refused(ip: str, carrier: str) -> None:
    base = int(ipaddress.ip_network(carrier).network_address)
    assert Guard().check_ip(str(ipaddress.IPv6Address(base + int(ipaddress.IPv4Address(ip)))))


@pytest.mark.parametrize(
    "ip", ["2002:7f00:1::", "2002:a00:1::", "2002:808:808::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "fe80::1%eth0"]
)
def test_retired_tunnels_and_scoped_addresses_are_refused(ip: str) -> None:
    assert Guard().check_ip(ip)


@pytest.mark.parametrize("ip", ["8.8.8.8", "1.1.1.1", "114.114.114.114", "2400:3200::1", "2606:4700::1111",
                                "::ffff:8.8.8.8", "64:ff9b::808:808", "172.32.0.1", "100.128.0.1"])  # fmt: skip
def test_ordinary_addresses_pass(ip: str) -> None:
    assert Guard().check_ip(ip) == ""


@given(st.ip_addresses())
def test_never_laxer_than_python(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    if not special_range(address):
        carried = getattr(address, "ipv4_mapped", None)
        nat64 = address.version == 6 and address in ipaddress.ip_network("64:ff9b::/96")
        assert (carried or address).is_global or nat64
        assert not address.is_multicast


@given(st.text(max_size=40))
def test_what_is_no_address_is_refused(text: str) -> None:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        assert Guard().check_ip(text)


def test_allow_networks_opens_what_it_names_and_no_more() -> None:
    guard = Guard(["127.0.1.0/24"])
    assert guard.check_ip("127.0.1.9") == ""
    assert guard.check_ip("127.0.2.9")
    assert guard.check_ip("::1")
    assert guard.exempt(["127.0.1.1", "127.0.1.2"])
    assert not guard.exempt(["127.0.1.1", "8.8.8.8"])
    assert not guard.exempt([])


def test_one_name_is_asked_for_once() -> None:
    asked = []

    async def lookup(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["8.8.8.8", "10.0.0.1"]

    async def go() -> None:
        guard = Guard(lookup=lookup)
        assert await guard.resolve("a.example", 443) == ("8.8.8.8",)
        assert await guard.resolve("a.example", 80) == ("8.8.8.8",)
        refused = await guard.resolve("[::1]", 80)
        assert isinstance(refused, AddressRefused)
        assert refused.reason == "::1 is loopback"

    asyncio.run(go())
    assert asked == ["a.example"]
