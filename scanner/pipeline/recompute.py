"""The findings once more, from the kept bytes: the same rules over the same bytes must say the same."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import __version__
from ..collect.archive import Archived, header, iter_captures
from ..collect.decompress import decode_body
from ..errors import ArchiveError
from ..evidence.verdict import Verdict
from ..model import Judgement, Provenance, UnreadReason
from .judge import judge, plain_headers

if TYPE_CHECKING:
    from ..detect.rules import RuleSet

LINK = "findings"
HISTORY = frozenset({"change", "first_seen", "last_seen"})
"""Keys beside a finding that tell of other runs."""


def archived_by_record(path: Path, wanted: Iterable[str]) -> dict[str, Archived]:
    """Record id -> answer, for the wanted records of a WACZ or WARC file. Empty where it cannot be read."""
    names = set(wanted)
    found: dict[str, Archived] = {}
    try:
        for archived in iter_captures(path):
            if archived.capture.record_id in names:
                found[archived.capture.record_id] = archived
    except (ArchiveError, zipfile.BadZipFile, ValueError):
        return found
    return found


def judged(archived: Archived, page: Mapping[str, Any], run: str, cap: int, rules: RuleSet) -> Judgement | None:
    """What today's code says of a kept answer; None where its body cannot be unpacked."""
    capture = archived.capture
    body = decode_body(archived.payload, header(archived.headers, "content-encoding"), cap)
    if isinstance(body, UnreadReason):
        return None
    provenance = Provenance(
        source=page["url"], vendor=page["vendor"], run=run, captured_at=capture.captured_at,
        capture_sha256=capture.payload_sha256, warc_record=capture.record_id, canonical=page["canonical"],
    )  # fmt: skip
    return judge(
        body, capture.content_type, page["url"], capture.status, plain_headers(archived.headers), provenance, rules
    )


def same_rules(verdict: Verdict, digest: str, rules: RuleSet) -> bool:
    """Can findings of that rule set be made again? If not, says so: that is no success."""
    if digest == rules.digest:
        return True
    which = f"made with {digest[:12]}, here are {rules.digest[:12]}; --rules names a folder"
    verdict.skip(LINK, f"cannot recompute: other rules ({which})")
    return False


def compare(
    verdict: Verdict, expected: Sequence[Mapping[str, Any]], actual: Sequence[Mapping[str, Any]], *,
    complete: bool, where: str, made_by: str,
) -> bool:  # fmt: skip
    """Are the findings of a page those that its bytes give? `complete`: none may be left out."""
    stated = {one["id"]: {k: v for k, v in one.items() if k not in HISTORY} for one in expected}
    again = {one["id"]: dict(one) for one in actual}
    problems = [
        f"{where}: {_what(one)} does not follow from the kept bytes" for i, one in stated.items() if i not in again
    ]
    for i, one in stated.items():
        if i in again and again[i] != one:
            keys = sorted(k for k in one.keys() | again[i].keys() if one.get(k) != again[i].get(k))
            problems.append(f"{where}: {_what(one)} is stated otherwise than it follows ({', '.join(keys)})")
    if complete:
        problems += [f"{where}: {_what(one)} follows and is left out" for i, one in again.items() if i not in stated]
    for what in problems:
        if made_by != f"noticescan {__version__}":
            verdict.skip(LINK, f"cannot recompute: {made_by} made them, this is {__version__}; {what}")
        else:
            verdict.fail(LINK, what)
    return not problems


def _what(one: Mapping[str, Any]) -> str:
    return f"finding {str(one['id'])[:12]}"


def moment(text: Any) -> datetime | None:
    """An ISO time out of JSON, or None."""
    try:
        return datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
