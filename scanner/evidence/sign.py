"""The newsroom's signature: Ed25519 over the manifest of a case file. Owner of `cryptography`.

It says who vouches for a file, not when: a signature made today can claim any day. The raw signature is checked with
`openssl pkeyutl -verify -pubin -inkey KEY.pem -rawin -in manifest.json -sigfile manifest.sig`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import MissingExtraError, UsageError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

HOW_TO_MAKE = "openssl genpkey -algorithm ed25519 -out key.pem"


def sign(data: bytes, key_file: Path) -> tuple[bytes, bytes]:
    """(raw signature, public key as PEM). Raises UsageError where the file holds no usable key."""
    key = _private(key_file)
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return key.sign(data), public


def holds(data: bytes, signature: bytes, public_pem: bytes) -> bool:
    """Does the signature over the data hold for this key? False also where the key is none."""
    _need()
    from cryptography.exceptions import InvalidSignature

    key = _public(public_pem)
    if key is None:
        return False
    try:
        key.verify(signature, data)
    except InvalidSignature:
        return False
    return True


def same_key(one: bytes, other: bytes) -> bool:
    """Are two PEM texts the same public key?"""
    _need()
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    keys = [_public(one), _public(other)]
    raw = [key and key.public_bytes(Encoding.Raw, PublicFormat.Raw) for key in keys]
    return raw[0] is not None and raw[0] == raw[1]


def available() -> bool:
    """Is the library there?"""
    try:
        _need()
    except MissingExtraError:
        return False
    return True


def _private(path: Path) -> Ed25519PrivateKey:
    _need()
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except OSError as error:
        raise UsageError(f"evidence.key_file {path}: {error.strerror}") from None
    except (ValueError, TypeError):
        raise UsageError(f"{path}: not a private key without a password, in PEM", f"make one: {HOW_TO_MAKE}") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise UsageError(f"{path}: not an Ed25519 key", f"make one: {HOW_TO_MAKE}")
    return key


def _public(pem: bytes) -> Ed25519PublicKey | None:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, Ed25519PublicKey) else None


def _need() -> None:
    try:
        import cryptography  # noqa: F401
    except ImportError:
        raise MissingExtraError("signatures need an optional package", "pip install 'noticescan[evidence]'") from None
