"""The main page out of a saved MHTML file (RFC 2557)."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

_MAX_PARTS = 2000


@dataclass(frozen=True, slots=True)
class Part:
    """One part, transfer encoding undone."""

    body: bytes
    content_type: str
    url: str


def main_part(body: bytes) -> Part | None:
    """The first HTML part, which by RFC 2557 is the root unless `start` says otherwise; None where there is none."""
    message = _message(body)
    if message is None:
        return None
    wanted = (message.get_param("start") or "") if message.is_multipart() else ""
    best: Part | None = None
    for part in _parts(message):
        if part.get_content_type() not in ("text/html", "application/xhtml+xml"):
            continue
        found = _part(part)
        if found is not None and (best is None or (wanted and part.get("Content-ID") == wanted)):
            best = found
    return best


def pictures(body: bytes) -> dict[str, bytes]:
    """The pictures in the file, by the address under which the page names them (`Content-Location`, or `cid:`)."""
    message = _message(body)
    found: dict[str, bytes] = {}
    for part in _parts(message) if message is not None else ():
        payload = part.get_payload(decode=True)
        if not part.get_content_type().startswith("image/") or not isinstance(payload, bytes) or not payload:
            continue
        identity = str(part.get("Content-ID") or "").strip("<> ")
        for name in (str(part.get("Content-Location") or "").strip(), f"cid:{identity}" if identity else ""):
            if name:
                found.setdefault(name, payload)
    return found


def _message(body: bytes) -> Message | None:
    try:
        return email.message_from_bytes(body, policy=email.policy.compat32)
    except RecursionError:
        # Multiparts within multiparts beyond any honest depth.
        return None


def _parts(message: Message) -> Iterator[Message]:
    """The parts that are no multiparts themselves, in order."""
    queue: list[Message] = [message]
    for _ in range(_MAX_PARTS):
        if not queue:
            return
        part = queue.pop(0)
        children = part.get_payload()
        if part.is_multipart() and isinstance(children, list):
            queue = [child for child in children if isinstance(child, Message)] + queue
        else:
            yield part


def _part(message: Message) -> Part | None:
    payload = message.get_payload(decode=True)
    if not isinstance(payload, bytes) or not payload.strip():
        return None
    location = str(message.get("Content-Location") or message.get("Snapshot-Content-Location") or "").strip()
    url = location if location.lower().startswith(("http://", "https://")) else ""
    return Part(payload, str(message.get("Content-Type") or "text/html"), url)
