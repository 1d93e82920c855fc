"""Timestamps after RFC 3161: an authority signs a digest and the time at which it saw it. Owner of rfc3161_client.

A stamp is asked for without any library; to verify one takes the extra `evidence`. Where the strict parser refuses an
answer (some authorities do not sort their certificates as DER wants), `openssl ts -verify` gives the opinion instead,
if it is installed. What could not be verified is said so and never taken for verified, nor for none.

What is signed is one SHA-256. The files: `NAME.tsq` is the request, `NAME.tsr` the answer; both are checked with
`openssl ts -verify -digest SHA256 -in NAME.tsr -CAfile ROOTS`.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import in_one_line
from .asking import TIMEOUT, exchange

if TYPE_CHECKING:
    import rfc3161_client

MAX_ANSWER = 256 * 1024
HOW_TO_GET = "pip install 'noticescan[evidence]'"
_SHA256_ALGORITHM = bytes.fromhex("300d06096086480165030402010500")
"""AlgorithmIdentifier of SHA-256 with NULL parameters, in DER."""
_NOT_SORTED = "InvalidSetOrdering"
"""The strict parser's word for certificates that are not sorted as DER wants; nothing is wrong with such a stamp."""
_UNKNOWN_ISSUER = re.compile(r"unable to get (local )?issuer|self.signed certificate in certificate chain")
_OPENSSL_TIME = re.compile(r"^Time stamp: (.+)$", re.MULTILINE)


class StampState(StrEnum):
    """How far a stamp can be relied on."""

    VERIFIED = "verified"
    UNVERIFIED = "stamped, not verified"
    BROKEN = "broken"
    """It is of other bytes, or its signature does not hold."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Stamp:
    """One answer of an authority, judged."""

    state: StampState
    time: datetime | None = None
    """As the authority signed it. None where the answer could not be read."""
    why: str = ""
    """Why not verified; or by what, if not by the usual way."""


def query(digest: bytes, nonce: bytes = b"") -> bytes:
    """A TimeStampReq for a SHA-256 digest, with a nonce (a new one, if none is given), asking for the certificate."""
    if len(digest) != hashlib.sha256().digest_size:
        raise ValueError("not a SHA-256 digest")
    nonce = nonce or bytes([secrets.randbelow(0x7F) + 1]) + secrets.token_bytes(7)
    imprint = _der(0x30, _SHA256_ALGORITHM + _der(0x04, digest))
    return _der(0x30, _der(0x02, b"\x01") + imprint + _der(0x02, nonce) + _der(0x01, b"\xff"))


def ask(url: str, request: bytes, timeout: float = TIMEOUT) -> bytes:
    """Send a request to an authority; returns its answer unread. Raises StampError."""
    headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
    return exchange(url, request, headers, MAX_ANSWER, timeout)


def check(answer: bytes, request: bytes, digest: bytes, roots: Sequence[Path]) -> Stamp:
    """Judge an answer. `digest`: of what it must have stamped; `roots`: PEM files of the authorities that we trust.

    `request` may be empty where it was not kept; then its nonce is not compared. Never raises.
    """
    if request and request != query(digest, _nonce(request)):
        return Stamp(StampState.BROKEN, why="the request is not ours, or for other bytes")
    try:
        import rfc3161_client as client
    except ImportError:
        return _by_openssl(answer, digest, roots, f"{HOW_TO_GET} to verify it")
    try:
        parsed = client.decode_timestamp_response(answer)
        info = parsed.tst_info
        if info.message_imprint.message != digest:
            return Stamp(StampState.BROKEN, info.gen_time.astimezone(UTC), "it is a stamp over other bytes")
        time = info.gen_time.astimezone(UTC)
    except Exception as error:  # the parser is foreign code over hostile bytes and raises whatever it likes
        if _NOT_SORTED in str(error):
            return _by_openssl(answer, digest, roots, "its certificates are not in the order that our parser wants")
        return Stamp(StampState.BROKEN, why=f"not a readable timestamp ({in_one_line(error)})")
    if not roots:
        return Stamp(StampState.UNVERIFIED, time, "no trusted root is set (evidence.trusted_roots or --trust)")
    return _verified(client, parsed, request, digest, roots, time)


def _verified(
    client: Any,
    parsed: rfc3161_client.TimeStampResponse,
    request: bytes,
    digest: bytes,
    roots: Sequence[Path],
    time: datetime,
) -> Stamp:
    from cryptography import x509

    try:
        trusted = [one for path in roots for one in x509.load_pem_x509_certificates(path.read_bytes())]
    except (OSError, ValueError) as error:
        return Stamp(StampState.UNVERIFIED, time, f"the trusted roots cannot be read: {in_one_line(error)}")
    builder = client.VerifierBuilder()
    for one in dict.fromkeys(trusted):
        builder = builder.add_root_certificate(one)
    if request:
        builder = builder.nonce(int.from_bytes(_nonce(request), "big"))
    try:
        builder.build().verify(parsed, digest)
    except client.VerificationError as error:
        return _unless_unknown(parsed, trusted, time, error)
    except Exception as error:
        return Stamp(StampState.BROKEN, time, f"it does not verify ({in_one_line(error)})")
    return Stamp(StampState.VERIFIED, time)


def _unless_unknown(parsed: Any, trusted: Sequence[Any], time: datetime, error: Exception) -> Stamp:
    """A stamp by an authority that is not among ours is not broken; it is not verified."""
    from cryptography import x509

    subjects = {one.subject for one in trusted}
    try:
        chain = [x509.load_der_x509_certificate(raw) for raw in parsed.signed_data.certificates]
        known = any(one.subject in subjects or one.issuer in subjects for one in chain)
    except ValueError:
        known = True
    if known:
        return Stamp(StampState.BROKEN, time, f"it does not verify ({in_one_line(error)})")
    return Stamp(StampState.UNVERIFIED, time, "its authority is not among the trusted roots")


def _by_openssl(answer: bytes, digest: bytes, roots: Sequence[Path], otherwise: str) -> Stamp:
    """The second opinion. `otherwise`: why the first was not to be had."""
    program = shutil.which("openssl")
    if program is None or not roots:
        missing = "openssl is not installed" if roots else "no trusted root is set"
        return Stamp(StampState.UNVERIFIED, None, f"{otherwise}; {missing}")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "stamp.tsr")
        file.write_bytes(answer)
        together = Path(folder, "roots.pem")
        together.write_bytes(b"\n".join(path.read_bytes() for path in roots))
        verify = [program, "ts", "-verify", "-digest", digest.hex(), "-in", str(file), "-CAfile", str(together)]
        text = [program, "ts", "-reply", "-in", str(file), "-text"]
        verdict = subprocess.run(verify, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603
        shown = subprocess.run(text, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603
    time = _openssl_time(shown.stdout)
    if verdict.returncode == 0 and "Verification: OK" in verdict.stdout + verdict.stderr:
        return Stamp(StampState.VERIFIED, time, f"by openssl: {otherwise}")
    if _UNKNOWN_ISSUER.search(verdict.stderr):
        return Stamp(StampState.UNVERIFIED, time, "its authority is not among the trusted roots")
    return Stamp(StampState.BROKEN, time, f"openssl does not verify it either ({otherwise})")


def _openssl_time(text: str) -> datetime | None:
    found = _OPENSSL_TIME.search(text)
    try:
        plain = " ".join(found.group(1).removesuffix(" GMT").split()) if found else ""
        return datetime.strptime(plain.partition(".")[0], "%b %d %H:%M:%S %Y").replace(tzinfo=UTC)
    except ValueError:
        return None


def _nonce(request: bytes) -> bytes:
    """The nonce of a request made by `query`: eight bytes before the last three."""
    return request[-11:-3]


def _der(tag: int, content: bytes) -> bytes:
    assert len(content) < 0x80, "all parts of a request are short"
    return bytes([tag, len(content)]) + content
