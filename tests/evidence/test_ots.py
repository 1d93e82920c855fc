"""Proofs of OpenTimestamps: promised, in a block, verified, broken; and never verified when a byte was changed.

`bitcoin/881423.*` are of the real chain: the header of that block, and a proof that it commits to 32 bytes which stand
in its first transaction. Everything else comes from a calendar on loopback whose blocks take no work.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.errors import UsageError
from scanner.evidence import ots
from scanner.evidence.asking import StampError
from scanner.evidence.blockheader import read_headers, target_of
from scanner.evidence.stamp import StampState

from .calendars import EASIEST, HEIGHT, TIME, Calendar, calendar, mined_header, serialized, talking

pytest.importorskip("opentimestamps", reason="pip install 'noticescan[ots]'")

HERE = Path(__file__).parent / "bitcoin"
REAL = (HERE / "881423.ots").read_bytes()
REAL_DIGEST = bytes.fromhex("b395560ab72068c2afb1d7e6c7db26b813482089d2c4d2471b9036c5e8261406")
GENESIS = (
    "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3"
    "888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c"
)
DIGEST = hashlib.sha256("留存的字节".encode()).digest()
OTHER = hashlib.sha256(b"other").digest()


@pytest.fixture
def served() -> Iterator[Calendar]:
    with calendar() as one:
        yield one


def test_the_head_of_a_proof_is_that_of_the_library() -> None:
    from opentimestamps.core.op import OpSHA256
    from opentimestamps.core.timestamp import DetachedTimestampFile

    assert ots.HEAD == DetachedTimestampFile.HEADER_MAGIC + b"\x01" + OpSHA256.TAG


def test_a_proof_of_the_real_chain_verifies_with_its_header_only() -> None:
    headers = read_headers([HERE / "881423.header"])
    found = ots.check(REAL, REAL_DIGEST, headers)
    assert found.state is StampState.VERIFIED, found
    assert (found.time, found.height) == (datetime(2025, 1, 30, 0, 1, 45, tzinfo=UTC), 881423)
    without = ots.check(REAL, REAL_DIGEST)
    assert (without.state, without.height, without.time) == (StampState.UNVERIFIED, 881423, None)
    assert "needs the block header; give --ots-header FILE" in without.why
    assert ots.check(REAL, REAL_DIGEST, {881424: headers[881423]}).state is StampState.UNVERIFIED
    assert ots.check(REAL, OTHER, headers).state is StampState.BROKEN
    moved = REAL[: len(ots.HEAD)] + OTHER + REAL[len(ots.HEAD) + 32 :]
    assert ots.check(moved, OTHER, headers).state is StampState.BROKEN


def test_no_changed_byte_of_a_completed_proof_is_verified() -> None:
    headers = read_headers([HERE / "881423.header"])
    for at in range(len(REAL)):
        for bits in (0x01, 0x80, 0xFF):
            changed = REAL[:at] + bytes([REAL[at] ^ bits]) + REAL[at + 1 :]
            assert ots.check(changed, REAL_DIGEST, headers).state is not StampState.VERIFIED, (at, bits)
    for cut in range(len(REAL)):
        assert ots.check(REAL[:cut], REAL_DIGEST, headers).state is StampState.BROKEN
    assert ots.check(REAL + b"\0", REAL_DIGEST, headers).state is StampState.BROKEN


def test_the_same_proof_written_in_another_form_is_refused() -> None:
    """A length in two bytes instead of one says the same, and could hide a change."""
    at = REAL.index(b"\xf1", len(ots.HEAD) + 32) + 1
    assert REAL[at] & 0x80, "the length of the first step takes two bytes"
    padded = REAL[: at + 1] + bytes([REAL[at + 1] | 0x80, 0]) + REAL[at + 2 :]
    found = ots.check(padded, REAL_DIGEST, read_headers([HERE / "881423.header"]))
    assert (found.state, "form" in found.why) == (StampState.BROKEN, True), found


@given(st.binary(max_size=300))
def test_whatever_bytes_come_they_are_judged(data: bytes) -> None:
    for whole in (data, ots.HEAD + data, ots.HEAD + DIGEST + data):
        found = ots.check(whole, DIGEST, {})
        assert found.state in (StampState.BROKEN, StampState.UNVERIFIED)
        assert "\n" not in found.why


STEPS = (b"\xf2", b"\xf3", b"\x08", b"\x02", b"\x67", b"\xf0\x01a", b"\xff\x08")


@given(st.lists(st.sampled_from(STEPS), max_size=400))
def test_long_and_branching_proofs_are_judged(steps: list[bytes]) -> None:
    leaf = b"\x00" + bytes.fromhex("0588960d73d71901") + b"\x03\xff\xff\x7f"
    found = ots.check(ots.HEAD + DIGEST + b"".join(steps) + leaf, DIGEST, {})
    assert found.state in (StampState.BROKEN, StampState.UNVERIFIED)


def test_a_height_beyond_reason_and_a_large_file_are_broken() -> None:
    leaf = b"\x00" + bytes.fromhex("0588960d73d71901")
    high = b"\xff" * 4000 + b"\x7f"
    for rest in (leaf + bytes([0xA1, 0x1F]) + high, b"\xf0\x01a" * 10_000):
        assert ots.check(ots.HEAD + DIGEST + rest, DIGEST, {}).state is StampState.BROKEN


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f"0 {GENESIS}", "less work than any block of Bitcoin since 2019"),
        (f"900000 {mined_header(DIGEST).hex()}", "less work"),
        ("881423 {changed}", "does not hold the work"),
        ("881423 {right}\n881424 {right}\n881423 {other}", "line 3"),
        ("881423", "not a height and a header"),
        ("-1 00", "not a height and a header"),
        ("99999999999 00", "not a height and a header"),
        ("881423 zz", "80 bytes"),
        ("881423 00", "80 bytes"),
        (f"881423 {'00' * 80}", "no target"),
        ("序安", "no text of block headers"),
    ],
)
def test_made_up_headers_are_refused(tmp_path: Path, text: str, why: str) -> None:
    right = (HERE / "881423.header").read_text().split()[1]
    changed = right[:72] + ("0" if right[72] != "0" else "1") + right[73:]
    file = tmp_path / "headers"
    file.write_text(text.format(right=right, changed=changed, other=mined_header(OTHER).hex()), encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        read_headers([file])
    assert why in caught.value.message
    with pytest.raises(UsageError, match="No such file"):
        read_headers([tmp_path / "none"])


def test_one_height_has_one_header(tmp_path: Path) -> None:
    file = tmp_path / "headers"
    lines = [f"7 {mined_header(root).hex()}\n" for root in (DIGEST, DIGEST, OTHER)]
    file.write_text("".join(lines[:2]))
    assert read_headers([file, file], EASIEST)[7].merkle_root == DIGEST
    file.write_text("".join(lines))
    with pytest.raises(UsageError, match="another header for block 7"):
        read_headers([file], EASIEST)


def test_targets_are_those_of_the_chain() -> None:
    assert target_of(0x1D00FFFF) == 0xFFFF << 208
    assert target_of(0x17029A8A) == 0x029A8A << 160
    for bits in (0, 0x1D800001, 0x01000001, 0xFF123456):
        with pytest.raises(ValueError, match="no target"):
            target_of(bits)


def test_promised_then_completed_then_verified(served: Calendar, tmp_path: Path) -> None:
    promised = ots.submit(served.url, DIGEST)
    found = ots.check(promised, DIGEST)
    assert (found.state, found.pending, found.why) == (StampState.UNVERIFIED, True, ots.PENDING)
    with pytest.raises(StampError, match="not committed it to a block yet"):
        ots.complete(promised, DIGEST, [served.url])
    headers = served.mine(tmp_path / "headers")
    done = ots.complete(promised, DIGEST, [served.url + "/"])
    assert ots.check(promised, DIGEST, headers).state is StampState.UNVERIFIED
    assert ots.check(done, DIGEST).height == HEIGHT
    found = ots.check(done, DIGEST, headers)
    assert (found.state, found.time) == (StampState.VERIFIED, datetime.fromtimestamp(TIME, UTC))
    assert served.url.encode() not in done, "no part of it is left that a change would not break"
    assert ots.complete(done, DIGEST, [served.url]) == done
    another = {HEIGHT: read_headers([_file(tmp_path, HEIGHT, OTHER)], EASIEST)[HEIGHT]}
    lied = ots.check(done, DIGEST, another)
    assert (lied.state, "merkle root of block" in lied.why) == (StampState.BROKEN, True)
    for at in range(len(done)):
        changed = done[:at] + bytes([done[at] ^ 1]) + done[at + 1 :]
        assert ots.check(changed, DIGEST, headers).state is not StampState.VERIFIED, at


def _file(folder: Path, height: int, root: bytes) -> Path:
    file = folder / "another"
    file.write_text(f"{height} {mined_header(root).hex()}\n")
    return file


def test_a_calendar_learns_nothing(served: Calendar) -> None:
    for _ in range(2):
        ots.submit(served.url + "/", DIGEST)
    assert served.asked == ["/digest", "/digest"]
    assert {len(one) for one in served.digests} == {32}
    assert len({*served.digests, DIGEST}) == 3


def test_every_path_has_to_hold(served: Calendar, tmp_path: Path) -> None:
    """Two calendars in one proof, as the standard client merges them: a good path does not excuse a bad one."""
    from opentimestamps.core.notary import BitcoinBlockHeaderAttestation
    from opentimestamps.core.op import OpAppend, OpSHA256
    from opentimestamps.core.serialize import BytesDeserializationContext
    from opentimestamps.core.timestamp import DetachedTimestampFile

    promised = ots.submit(served.url, DIGEST)
    headers = served.mine(tmp_path / "headers")
    file = DetachedTimestampFile.deserialize(BytesDeserializationContext(ots.complete(promised, DIGEST, [served.url])))
    side = file.timestamp.ops.add(OpAppend(b"elsewhere")).ops.add(OpSHA256())
    side.attestations.add(BitcoinBlockHeaderAttestation(HEIGHT + 1))
    assert ots.check(serialized(file), DIGEST, headers).state is StampState.VERIFIED
    both = headers | {HEIGHT + 1: headers[HEIGHT]}
    assert ots.check(serialized(file), DIGEST, both).state is StampState.BROKEN


def test_a_proof_that_names_a_stranger_is_not_followed(served: Calendar) -> None:
    promised = ots.submit(served.url, DIGEST)
    with pytest.raises(StampError, match=r"is not among evidence\.ots_calendars"):
        ots.complete(promised, DIGEST, ["http://127.0.0.1:9"])
    assert served.asked == ["/digest"]
    with pytest.raises(StampError, match="over other bytes"):
        ots.complete(promised, OTHER, [served.url])


def test_steps_that_the_library_warns_of_are_judged_all_the_same() -> None:
    from opentimestamps.core.notary import UnknownAttestation
    from opentimestamps.core.op import OpHexlify, OpReverse, OpSHA256
    from opentimestamps.core.timestamp import DetachedTimestampFile, Timestamp

    file = DetachedTimestampFile(OpSHA256(), Timestamp(DIGEST))
    with pytest.warns(PendingDeprecationWarning):
        node = file.timestamp.ops.add(OpHexlify()).ops.add(OpReverse())
    node.attestations.add(UnknownAttestation(b"somebody", b"\xff" * 40))
    node.attestations.add(UnknownAttestation(b"somebody", b"\xfe" * 40))
    found = ots.check(serialized(file), DIGEST)
    assert (found.state, found.why) == (StampState.UNVERIFIED, "it names neither a calendar nor a block of Bitcoin")


def deep(levels: int) -> bytes:
    return b"\x08" * levels + b"\x00" + bytes.fromhex("83dfe30d2ef90c8e") + b"\x09\x08http://a"


@pytest.mark.parametrize(
    "body",
    [b"", b"hello", b"\x08", deep(1) + b"more", deep(254), deep(300), b"\xf0\x01a" * 3300, b"x" * 10_001,
     deep(1)[:-1] + b"\n"],
    ids=["nothing", "words", "half", "more", "deep with the rest", "too deep", "endless", "too much", "odd address"],
)  # fmt: skip
def test_hostile_answers_are_one_line(body: bytes) -> None:
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    with talking(head + body) as url, pytest.raises(StampError, match="the answer is no timestamp") as caught:
        ots.submit(url, DIGEST, timeout=5)
    assert "\n" not in str(caught.value)


def test_a_calendar_that_is_not_there_is_one_line() -> None:
    with pytest.raises(StampError, match="refused"):
        ots.submit("http://127.0.0.1:9", DIGEST, timeout=2)
    with pytest.raises(StampError, match="not an http"):
        ots.submit("file:///etc", DIGEST)
