"""Headers of Bitcoin blocks, brought along by whoever checks: a file of lines `HEIGHT HEADER-AS-160-HEX-DIGITS`.

A node prints one with `bitcoin-cli getblockheader $(bitcoin-cli getblockhash HEIGHT) false`. Whether a header belongs
to the chain, and at which height, only a node can say; here each must hold the work that it states, and no less than
blocks of Bitcoin have taken for years, so that nobody makes one up at home.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ..errors import UsageError

SIZE = 80
FORM = "one a line: HEIGHT HEADER, as `bitcoin-cli getblockheader HASH false` prints it"
EASIEST = (0xFFFF << 208) // 10**13
"""The target at a difficulty of 10^13: a block's hash, as a number, is not larger than its target, and the smaller that
is, the more work it took. Blocks since September 2019 took more than this, those of 2025 about ten times as much."""
MAX_HEIGHT = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Header:
    """What a proof is held against. `time`: by the miner's clock, true to about two hours."""

    merkle_root: bytes
    time: datetime


def read_headers(paths: Iterable[Path], easiest: int = EASIEST) -> dict[int, Header]:
    """Height -> header. Empty lines and lines that begin with # count for nothing. `easiest`: the largest target.

    Raises UsageError, which names the line: no header, one without its work, or two for one height.
    """
    found: dict[int, Header] = {}
    for path in paths:
        try:
            lines = path.read_text(encoding="ascii").splitlines()
        except OSError as error:
            raise UsageError(f"{path}: {error.strerror}") from None
        except ValueError:
            raise UsageError(f"{path}: no text of block headers", FORM) from None
        for number, line in enumerate(lines, 1):
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            try:
                height, header = _parse(line, easiest)
                if found.setdefault(height, header) != header:
                    raise ValueError(f"another header for block {height}")
            except ValueError as error:
                raise UsageError(f"{path}: line {number}: {error}", FORM) from None
    return found


def _parse(line: str, easiest: int) -> tuple[int, Header]:
    words = line.split()
    if len(words) != 2 or not words[0].isdigit() or len(words[0]) > 10 or int(words[0]) > MAX_HEIGHT:
        raise ValueError("not a height and a header")
    try:
        raw = bytes.fromhex(words[1])
    except ValueError:
        raw = b""
    if len(raw) != SIZE:
        raise ValueError(f"a block header is {SIZE} bytes in hexadecimal digits")
    target = target_of(int.from_bytes(raw[72:76], "little"))
    if target > easiest:
        raise ValueError("it states less work than any block of Bitcoin since 2019")
    if int.from_bytes(hashlib.sha256(hashlib.sha256(raw).digest()).digest(), "little") > target:
        raise ValueError("it does not hold the work that it states: no header of Bitcoin")
    time = datetime.fromtimestamp(int.from_bytes(raw[68:72], "little"), UTC)
    return int(words[0]), Header(raw[36:68], time)


def target_of(bits: int) -> int:
    """The target in a header's `bits`: one byte of exponent, three of mantissa. Raises ValueError where it is none."""
    exponent, mantissa = bits >> 24, bits & 0xFFFFFF
    target = mantissa << 8 * (exponent - 3) if exponent > 3 else mantissa >> 8 * (3 - exponent)
    if not 0 < mantissa < 0x800000 or not 0 < target < 2**256:
        raise ValueError("it states no target for its work")
    return target
