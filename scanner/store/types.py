"""Column types that mean the same on SQLite (STRICT) and PostgreSQL, and refuse to lose anything.

STRICT tables know only INTEGER, REAL, TEXT and BLOB, so times, flags and JSON are kept in those. The file
stays readable in any SQLite tool.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

ESCAPE = "\U0010fffd"
_UNSTORABLE = re.compile("[\x00\ud800-\udfff\U0010fffd]")
_ESCAPED = re.compile(ESCAPE + "([0-9a-f]{6})")

BigInt = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Real: sa.types.TypeEngine[float] = sa.Double().with_variant(sa.REAL(), "sqlite")


def escape(text: str) -> str:
    """Make text storable: PostgreSQL refuses NUL, both refuse lone surrogates, and vendor text may hold either.

    Reversible: such a character becomes U+10FFFD and six hex digits; U+10FFFD itself is escaped the same way.
    """
    return _UNSTORABLE.sub(lambda hit: f"{ESCAPE}{ord(hit[0]):06x}", text)


def unescape(text: str) -> str:
    """Undo `escape`."""
    return _ESCAPED.sub(lambda hit: chr(int(hit[1], 16)), text) if ESCAPE in text else text


class Prose(sa.types.TypeDecorator[str]):
    """Any Python string, kept exactly."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else escape(value)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else unescape(value)


class Instant(sa.types.TypeDecorator[datetime]):
    """A timezone-aware time as ISO 8601 UTC with microseconds and `Z`: fixed width, so text order is time order."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> str | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"time without a timezone: {value}")
        return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else datetime.fromisoformat(value.replace("Z", "+00:00"))


class Flag(sa.types.TypeDecorator[bool]):
    """A truth value as 0 or 1: STRICT tables have no BOOLEAN."""

    impl = sa.Integer
    cache_ok = True

    def process_bind_param(self, value: bool | None, dialect: sa.Dialect) -> int | None:  # noqa: ARG002
        return None if value is None else int(value)

    def process_result_value(self, value: int | None, dialect: sa.Dialect) -> bool | None:  # noqa: ARG002
        return None if value is None else bool(value)


class Json(sa.types.TypeDecorator[Any]):
    """JSON as text with sorted keys; non-ASCII is escaped, so any string survives."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else json.dumps(value, sort_keys=True)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> Any:  # noqa: ARG002
        return None if value is None else json.loads(value)
