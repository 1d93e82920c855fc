"""The main page out of a saved MHTML file (RFC 2557)."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import CloseBoundaryNotFoundDefect, StartBoundaryNotFoundDefect
from email.message import Message

_MAX_PARTS = 2000
_HTML = ("text/html", "application/xhtml+xml")
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/=\s]")


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
        if part.get_content_type() not in _HTML:
            continue
        found = _part(part)
        if found is not None and (best is None or (wanted and part.get("Content-ID") == wanted)):
            best = found
    return best


def damage(body: bytes) -> str:
    """Why a file that holds a page is not whole, empty where it is: half a page is not judged, nor what a lenient
    decoder makes of bytes that are not what they are declared to be."""
    message = _message(body)
    for part in _all_parts(message) if message is not None else ():
        if any(isinstance(one, CloseBoundaryNotFoundDefect | StartBoundaryNotFoundDefect) for one in part.defects):
            return "the MHTML file breaks off: its closing boundary is missing"
        if part.get_content_type() in _HTML and (why := _false_base64(part)):
            return why
    return ""


def _false_base64(part: Message) -> str:
    """Is a part that declares base64 none? RFC 2045 lets decoders skip foreign characters, so that HTML gives noise."""
    payload = part.get_payload()
    if str(part.get("Content-Transfer-Encoding") or "").strip().lower() != "base64" or not isinstance(payload, str):
        return ""
    if _NOT_BASE64.search(payload):
        return "the HTML part of the MHTML file declares base64 and is something else"
    if len(re.sub(r"[\s=]", "", payload)) % 4 == 1:
        return "the HTML part of the MHTML file breaks off within its base64"
    return ""


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
    return (part for part in _all_parts(message) if not part.is_multipart())


def _all_parts(message: Message) -> Iterator[Message]:
    """The message and everything in it, in order; without recursion, which a hostile depth would break."""
    queue: list[Message] = [message]
    for _ in range(_MAX_PARTS):
        if not queue:
            return
        part = queue.pop(0)
        children = part.get_payload()
        if part.is_multipart() and isinstance(children, list):
            queue = [child for child in children if isinstance(child, Message)] + queue
        yield part


def _part(message: Message) -> Part | None:
    payload = message.get_payload(decode=True)
    if not isinstance(payload, bytes) or not payload.strip():
        return None
    location = str(message.get("Content-Location") or message.get("Snapshot-Content-Location") or "").strip()
    url = location if location.lower().startswith(("http://", "https://")) else ""
    return Part(payload, str(message.get("Content-Type") or "text/html"), url)
