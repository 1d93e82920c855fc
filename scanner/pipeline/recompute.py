"""The findings once more, from the kept bytes: the same rules over the same bytes must say the same."""

from __future__ import annotations

import hashlib
import re
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import __version__
from ..errors import EvidenceError
from ..evidence import cdx, wacz
from ..evidence.verdict import Verdict
from ..model import Capture, FrontierItem, Judgement
from ..warcfile import BrokenWarc, Member
from .kept import judge_capture

if TYPE_CHECKING:
    from ..config import Settings
    from ..detect.rules import RuleSet

LINK = "findings"
HISTORY = frozenset({"change", "first_seen", "last_seen"})
"""Keys beside a finding that tell of other runs."""


@contextmanager
def laid_out(path: Path, settings: Settings, cap: int) -> Iterator[tuple[Settings, dict[str, Capture]]]:
    """The records of a WACZ as an output folder would hold them, so that they are judged by the same code as ever.

    Gives settings for that folder (`cap`: bytes of an unpacked page), and record id -> capture. Damaged files give what
    can be read; whoever asks has told of the damage.
    """
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        crawl = settings.crawl.model_copy(update={"max_body_bytes": cap})
        captures: dict[str, Capture] = {}
        with suppress(BrokenWarc, zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError):
            for name, one in wacz.archive_members(path):
                file = f"{hashlib.sha256(name.encode()).hexdigest()[:16]}.warc.gz"
                with (out / file).open("ab") as target:
                    target.write(one.packed)
                captures[one.record_id] = capture_of(one, file)
        yield settings.model_copy(update={"out_dir": folder, "crawl": crawl}), captures


def capture_of(one: Member, file: str) -> Capture:
    """A record as the database would describe it."""
    status = re.match(rb"\S+ (\d{3})", one.block)
    is_answer = one.kind == "response"
    return Capture(
        record_id=one.record_id, url=one.field("WARC-Target-URI"),
        status=int(status.group(1)) if is_answer and status else 200 if not is_answer else 0,
        content_type=cdx.content_type(one) if is_answer else one.field("Content-Type"), captured_at=one.date,
        peer_ip=one.field("WARC-IP-Address"), http_version=one.field("WARC-Protocol").upper(),
        payload_sha256=hashlib.sha256(one.payload).hexdigest(), record_sha256=one.sha256, wire_bytes=len(one.payload),
        warc_file=file, warc_offset=one.offset, warc_length=len(one.packed), truncated=one.field("WARC-Truncated"),
    )  # fmt: skip


def judged(capture: Capture, page: Mapping[str, Any], run: str, settings: Settings, rules: RuleSet) -> Judgement | None:
    """What today's code says of a kept page; None where it cannot be read back."""
    item = FrontierItem(page["url"], page["canonical"], page["vendor"], 0, "")
    try:
        return judge_capture(capture, item, run, settings, rules)
    except EvidenceError:
        return None


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
