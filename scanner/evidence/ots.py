"""OpenTimestamps: a calendar commits a digest to the Bitcoin chain, so that no authority need be trusted for the time.

Owner of opentimestamps (extra `ots`). A calendar answers at once with a promise, and hours later with the path to the
merkle root of a block. A proof names the block by height only: to verify it takes the header of that block
(blockheader.py), which the checker brings along. A promise proves nothing yet, and is never taken for more.

`NAME.ots` holds the promise, `NAME.complete.ots` the path. The standard client reads both (`ots info`, `ots verify`,
`ots upgrade`). Before a digest is sent, 16 random bytes are hashed in, as that client does: a calendar learns a
number that says nothing to anybody, the time and your address.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .. import __version__
from ..errors import MissingExtraError, in_one_line
from .asking import TIMEOUT, StampError, exchange
from .blockheader import MAX_HEIGHT, Header
from .stamp import Stamp, StampState

if TYPE_CHECKING:
    from opentimestamps.core.timestamp import DetachedTimestampFile, Timestamp

HOW_TO_GET = "pip install 'noticescan[ots]'"
PENDING = "pending: the calendar has promised to commit it to the Bitcoin chain"
HEAD = b"\x00OpenTimestamps\x00\x00Proof\x00\xbf\x89\xe2\xe8\x84\xe8\x92\x94" + b"\x01" + b"\x08"
"""How a proof over a SHA-256 begins: magic, version 1, hash; then comes the digest."""
MAX_PROOF = 16 * 1024
"""A path takes one to three kilobytes. Each step of a proof may be 4 KB in memory: this keeps it below 100 MB."""
MAX_ANSWER = 10_000
"""As in the library."""
NOT_YET = 404
"""HTTP status of a calendar that knows a promise, and has nothing more to say."""
MOST_QUESTIONS = 16
"""So many promises in one proof are followed."""
_HEADERS = {"Accept": "application/vnd.opentimestamps.v1", "User-Agent": f"noticescan/{__version__}"}


@dataclass(frozen=True, slots=True)
class Proof(Stamp):
    """A proof, judged. `height`: the block that it names, or None; `pending`: it holds promises only."""

    height: int | None = None
    pending: bool = False


def need() -> None:
    """Raises MissingExtraError where the library is not there."""
    try:
        import opentimestamps.core.timestamp  # noqa: F401
    except ImportError:
        what = "OpenTimestamps (evidence.ots_calendars) needs an optional package"
        raise MissingExtraError(what, HOW_TO_GET) from None


def submit(url: str, digest: bytes, timeout: float = TIMEOUT) -> bytes:
    """Ask a calendar to commit a SHA-256; returns the proof to keep. Raises StampError, MissingExtraError."""
    need()
    from opentimestamps.core.op import OpSHA256
    from opentimestamps.core.timestamp import DetachedTimestampFile, Timestamp
    from opentimestamps.timestamp import nonce_timestamp

    file = DetachedTimestampFile(OpSHA256(), Timestamp(digest))
    hidden = nonce_timestamp(file.timestamp)
    hidden.merge(_asked(f"{url.rstrip('/')}/digest", hidden.msg, hidden.msg, timeout))
    return _written(file, url)


def check(data: bytes, digest: bytes, headers: Mapping[int, Header] | None = None) -> Proof:
    """Judge a proof, without network. `digest`: of what it must be over; `headers`: by height. Never raises."""
    if not data.startswith(HEAD):
        return Proof(StampState.BROKEN, why="not an OpenTimestamps proof over a SHA-256")
    if data[len(HEAD) : len(HEAD) + len(digest)] != digest:
        return Proof(StampState.BROKEN, why="it is a proof over other bytes")
    try:
        blocks, promises = _leaves(data)
    except ImportError:
        return Proof(StampState.UNVERIFIED, why=f"{HOW_TO_GET} to verify it")
    except Exception as error:  # foreign code over hostile bytes raises whatever it likes
        return Proof(StampState.BROKEN, why=f"not a readable proof ({in_one_line(error)})")
    if blocks:
        return _against(blocks, headers or {})
    if promises:
        return Proof(StampState.UNVERIFIED, why=PENDING, pending=True)
    return Proof(StampState.UNVERIFIED, why="it names neither a calendar nor a block of Bitcoin")


def complete(data: bytes, digest: bytes, calendars: Iterable[str], timeout: float = TIMEOUT) -> bytes:
    """Ask the calendars that a proof names for the path to a block; returns the new proof, without the promises.

    Only calendars among yours, and those that the library knows, are asked: the name comes from a stranger. Raises
    StampError (not yet, nobody answers, not a proof over this digest), MissingExtraError.
    """
    need()
    judged = check(data, digest)
    if judged.state is StampState.BROKEN:
        raise StampError(judged.why)
    file = _read(data)
    mine = {url.rstrip("/") for url in calendars}
    reasons = []
    for node, uri in list(_promises(file.timestamp))[:MOST_QUESTIONS]:
        if not _known(uri, mine):
            reasons.append(f"{uri} is not among evidence.ots_calendars and was not asked")
            continue
        try:
            node.merge(_asked(f"{uri.rstrip('/')}/timestamp/{node.msg.hex()}", None, node.msg, timeout))
        except StampError as error:
            reasons.append(f"{uri} has not committed it to a block yet" if error.status == NOT_YET else str(error))
    if not _only_blocks(file.timestamp):
        raise StampError("; ".join(dict.fromkeys(reasons)) or PENDING)
    return _written(file, "the completed proof")


def _against(blocks: list[tuple[int, bytes]], headers: Mapping[int, Header]) -> Proof:
    """Every path whose block is at hand must end in that block's merkle root, and one of them at least."""
    known = [(height, root, headers[height]) for height, root in blocks if height in headers]
    for height, root, header in known:
        if root != header.merkle_root:
            return Proof(StampState.BROKEN, why=f"it does not lead to the merkle root of block {height}", height=height)
    if not known:
        height = min(height for height, _ in blocks)
        why = f"in Bitcoin block {height}: needs the block header; give --ots-header FILE"
        return Proof(StampState.UNVERIFIED, why=why, height=height)
    height, _, header = min(known, key=lambda one: one[2].time)
    return Proof(StampState.VERIFIED, header.time, height=height)


def _read(data: bytes) -> DetachedTimestampFile:
    """Raises whatever the library raises, and ValueError where the bytes are not the one form of what they say."""
    from opentimestamps.core.serialize import BytesDeserializationContext
    from opentimestamps.core.timestamp import DetachedTimestampFile

    if len(data) > MAX_PROOF:
        raise ValueError(f"larger than {MAX_PROOF} bytes")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library warns of one of its own operations
        file = DetachedTimestampFile.deserialize(BytesDeserializationContext(data))
    if _bytes_of(file) != data:  # or a byte could be changed and nobody would see it
        raise ValueError("not in the form in which proofs are written")
    return file


def _leaves(data: bytes) -> tuple[list[tuple[int, bytes]], list[str]]:
    """(height and merkle root of each path to a block, calendars that have promised one)."""
    from opentimestamps.core.notary import BitcoinBlockHeaderAttestation

    file = _read(data)
    blocks = []
    for message, one in file.timestamp.all_attestations():
        if isinstance(one, BitcoinBlockHeaderAttestation):
            if one.height > MAX_HEIGHT:
                raise ValueError("it names a block that there cannot be")
            blocks.append((one.height, message))
    return blocks, [uri for _, uri in _promises(file.timestamp)]


def _promises(stamp: Timestamp) -> Iterator[tuple[Timestamp, str]]:
    from opentimestamps.core.notary import PendingAttestation

    for one in sorted(stamp.attestations):
        if isinstance(one, PendingAttestation):
            yield stamp, one.uri
    for _, following in sorted(stamp.ops.items()):
        yield from _promises(following)


def _only_blocks(stamp: Timestamp) -> bool:
    """Take away every path that does not lead to a block; says whether one is left."""
    from opentimestamps.core.notary import BitcoinBlockHeaderAttestation

    stamp.attestations = {one for one in stamp.attestations if isinstance(one, BitcoinBlockHeaderAttestation)}
    for step, following in list(stamp.ops.items()):
        if not _only_blocks(following):
            del stamp.ops[step]
    return bool(stamp.attestations or stamp.ops)


def _known(uri: str, mine: set[str]) -> bool:
    from opentimestamps.calendar import DEFAULT_CALENDAR_WHITELIST

    plain = uri.rstrip("/")
    return plain in mine or plain in DEFAULT_CALENDAR_WHITELIST


def _asked(url: str, body: bytes | None, message: bytes, timeout: float) -> Timestamp:
    """What a calendar says about a message. Raises StampError, also where that cannot be read."""
    from opentimestamps.core.serialize import BytesDeserializationContext
    from opentimestamps.core.timestamp import Timestamp

    answer = exchange(url, body, _HEADERS, MAX_ANSWER, timeout)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            context = BytesDeserializationContext(answer)
            said = Timestamp.deserialize(context, message)
            context.assert_eof()
    except Exception as error:
        raise StampError(f"{url}: the answer is no timestamp ({in_one_line(error)})") from None
    return said


def _written(file: DetachedTimestampFile, by: str) -> bytes:
    """The bytes of a proof that reads back. Raises StampError: what a calendar said may be too large or too deep."""
    try:
        data = _bytes_of(file)
    except Exception as error:
        raise StampError(f"{by}: the answer is no timestamp ({in_one_line(error)})") from None
    judged = check(data, file.file_digest)
    if judged.state is StampState.BROKEN:
        raise StampError(f"{by}: the answer is no timestamp ({judged.why})")
    return data


def _bytes_of(file: DetachedTimestampFile) -> bytes:
    from opentimestamps.core.serialize import BytesSerializationContext

    context: Any = BytesSerializationContext()
    file.serialize(context)
    return bytes(context.getbytes())
