"""Timestamps: verified, not verified, broken; and openssl says the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scanner.evidence import sign, stamp
from scanner.evidence.asking import StampError
from scanner.evidence.stamp import StampState

from . import authority
from .authority import Authority
from .calendars import talking

pytestmark = pytest.mark.skipif(authority.OPENSSL is None, reason="needs openssl: apt-get install openssl")

DATA = "留存的字节".encode()
DIGEST = hashlib.sha256(DATA).digest()


@pytest.fixture(scope="module")
def tsa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with authority.serving(tmp_path_factory.mktemp("tsa") / "it") as served:
        yield served


@pytest.fixture(scope="module")
def other_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return authority.make(tmp_path_factory.mktemp("other") / "it", "Another authority")


def test_a_request_is_what_openssl_takes_for_one(tmp_path: Path) -> None:
    file = tmp_path / "q.tsq"
    file.write_bytes(stamp.query(DIGEST))
    text = authority.run("ts", "-query", "-in", str(file), "-text").decode()
    assert "Hash Algorithm: sha256" in text
    assert "Certificate required: yes" in text
    assert "Nonce: 0x" in text
    assert DIGEST[:8].hex(" ").replace(" ", " ") in text.replace("-", " ")


def test_a_stamp_verifies_and_openssl_agrees(tsa: Authority, tmp_path: Path) -> None:
    request = stamp.query(DIGEST)
    answer = stamp.ask(tsa.url, request)
    found = stamp.check(answer, request, DIGEST, [tsa.root])
    assert found.state is StampState.VERIFIED, found
    assert found.time is not None
    assert abs((datetime.now(UTC) - found.time).total_seconds()) < 60
    file = tmp_path / "a.tsr"
    file.write_bytes(answer)
    said = authority.run("ts", "-verify", "-digest", DIGEST.hex(), "-in", str(file), "-CAfile", str(tsa.root))
    assert b"Verification: OK" in said


def test_other_bytes_other_nonce_and_a_changed_answer_are_broken(tsa: Authority) -> None:
    request = stamp.query(DIGEST)
    answer = tsa.answer(request)
    other = hashlib.sha256(b"other").digest()
    assert stamp.check(answer, b"", other, [tsa.root]).state is StampState.BROKEN
    assert stamp.check(answer, stamp.query(other), DIGEST, [tsa.root]).state is StampState.BROKEN
    assert stamp.check(answer, stamp.query(DIGEST), DIGEST, [tsa.root]).state is StampState.BROKEN
    broken = bytearray(answer)
    broken[-1] ^= 1  # the signature stands at the end
    assert stamp.check(bytes(broken), request, DIGEST, [tsa.root]).state is StampState.BROKEN
    assert stamp.check(b"not a timestamp", request, DIGEST, [tsa.root]).state is StampState.BROKEN


def test_what_cannot_be_verified_is_neither_verified_nor_broken(tsa: Authority, other_root: Path) -> None:
    request = stamp.query(DIGEST)
    answer = tsa.answer(request)
    for roots, why in (([], "no trusted root"), ([other_root], "not among the trusted roots")):
        found = stamp.check(answer, request, DIGEST, roots)
        assert found.state is StampState.UNVERIFIED
        assert why in found.why
        assert found.time is not None


def test_answers_that_the_strict_parser_refuses_go_to_openssl(tsa: Authority, other_root: Path) -> None:
    request = stamp.query(DIGEST)
    answer = tsa.answer(request, with_chain=True)
    found = stamp.check(answer, request, DIGEST, [tsa.root])
    assert found.state is StampState.VERIFIED, found
    assert found.why.startswith("by openssl"), found
    assert found.time is not None
    assert stamp.check(answer, request, DIGEST, []).state is StampState.UNVERIFIED
    assert stamp.check(answer, request, DIGEST, [other_root]).state is StampState.UNVERIFIED
    assert stamp.check(answer, b"", hashlib.sha256(b"other").digest(), [tsa.root]).state is StampState.BROKEN


def test_an_authority_that_is_not_there_is_one_line() -> None:
    with pytest.raises(StampError, match="refused") as caught:
        stamp.ask("http://127.0.0.1:9/", stamp.query(DIGEST), timeout=2)
    assert "\n" not in str(caught.value)
    with pytest.raises(StampError, match="not an http"):
        stamp.ask("file:///etc/hostname", b"")


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"what is this?\r\n\r\n", "what is this"),
        (b"", "onnection"),
        (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/other\r\nContent-Length: 0\r\n\r\n", "302"),
        (b"HTTP/1.1 503 Down\r\nContent-Length: 0\r\n\r\n", "503 Down"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "no timestamp"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (stamp.MAX_ANSWER + 1), "no timestamp"),
    ],
)
def test_whatever_comes_instead_of_an_answer_is_one_line(answer: bytes, why: str) -> None:
    with talking(answer) as url, pytest.raises(StampError) as caught:
        stamp.ask(url, stamp.query(DIGEST), timeout=2)
    assert why in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_answer_that_drips_is_not_waited_for() -> None:
    with talking(b"HTTP/1.1 200 OK\r\n\r\n", drip=0.05) as url, pytest.raises(StampError, match="timed out"):
        stamp.ask(url, stamp.query(DIGEST), timeout=0.5)


def test_signatures_are_those_of_openssl(tmp_path: Path) -> None:
    key, public, data, signature = (tmp_path / name for name in ("key.pem", "public.pem", "data", "data.sig"))
    authority.run("genpkey", "-algorithm", "ed25519", "-out", str(key))
    authority.run("pkey", "-in", str(key), "-pubout", "-out", str(public))
    data.write_bytes(DATA)
    ours, pem = sign.sign(DATA, key)
    signature.write_bytes(ours)
    authority.run(
        "pkeyutl", "-verify", "-pubin", "-inkey", str(public), "-rawin", "-in", str(data), "-sigfile", str(signature)
    )
    assert sign.same_key(pem, public.read_bytes())
    assert sign.holds(DATA, ours, pem)
    assert not sign.holds(DATA + b".", ours, pem)
    assert not sign.holds(DATA, ours[:-1] + bytes([ours[-1] ^ 1]), pem)
    assert not sign.holds(DATA, ours, b"no key")
