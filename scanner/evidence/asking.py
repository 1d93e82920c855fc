"""One question to a timestamp authority or a calendar over HTTP, and its answer, unread.

Whoever answers is a stranger: the answer has a limit in bytes and in time, and a redirect is no answer.
"""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

from ..stated import split_url

TIMEOUT = 20.0
_CHUNK = 4096


class StampError(Exception):
    """No stamp, or no completed one, was given; one line. `status`: of an HTTP answer that is an error, else 0."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """An address that was set in the settings, or checked against them, is not exchanged for another one."""

    def redirect_request(self, *_: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirect)


def exchange(url: str, body: bytes | None, headers: Mapping[str, str], most: int, timeout: float = TIMEOUT) -> bytes:
    """POST a body (GET, if there is none); returns the answer, of 1 to `most` bytes. Raises StampError.

    `timeout`: seconds until the first byte, and again until the last.
    """
    if split_url(url).scheme not in ("http", "https"):
        raise StampError(f"{url}: not an http(s) address")
    try:
        request = urllib.request.Request(url, body, dict(headers))  # noqa: S310 - checked above
        with _OPENER.open(request, timeout=timeout) as answer:
            data = _read(answer, most, timeout)
    except urllib.error.HTTPError as error:
        error.close()
        raise StampError(f"{url}: {error.code} {' '.join(str(error.reason).split())[:200]}", error.code) from None
    except (OSError, ValueError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        raise StampError(f"{url}: {' '.join(str(reason).split())[:200] or type(error).__name__}") from None
    if not data or len(data) > most:
        raise StampError(f"{url}: the answer is no timestamp")
    return data


def _read(answer: http.client.HTTPResponse, most: int, timeout: float) -> bytes:
    data = b""
    end = time.monotonic() + timeout
    while len(data) <= most and (chunk := answer.read1(_CHUNK)):
        if time.monotonic() > end:
            raise TimeoutError("timed out")
        data += chunk
    return data
