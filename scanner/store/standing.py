"""Which words stand in the text of another look, flagged there or not: what a comparison of runs must not call new, or
not seen."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scanner.model import Finding

from . import crawl, look
from .tables import captures, coverage, findings, runs

_ENDS = re.compile(r"[。！？!?；;\n]|\.(?=\s)")


def standing(
    connection: Connection, run: int, previous: Sequence[Finding], read: Mapping[tuple[str, str], int]
) -> frozenset[str]:
    """Fingerprints of earlier findings whose words stand in the text that this run read of their page.

    `read`: (vendor, source) of the pages that were read again -> number of the URL.
    """
    texts: dict[tuple[str, str], str] = {}
    out = set()
    for finding in previous:
        page = (finding.vendor, finding.source)
        if page in read and page not in texts:
            query = sa.select(coverage.c.capture_id).where(coverage.c.run_id == run, coverage.c.url_id == read[page])
            texts[page] = _text(connection, connection.execute(query).scalar())
        if _bare(finding.quote) in texts.get(page, ""):
            out.add(finding.fingerprint)
    return frozenset(out)


def had_before(connection: Connection, run: int, digest: str, fresh: Sequence[Finding]) -> frozenset[str]:
    """Which of the fresh fingerprints had their words in bytes kept under another rule set, or in the text last read.

    Under the same rules the whole sentence must have stood there: of the bare words, a new denial or a new subject
    beside them may have made something else.
    """
    out: set[str] = set()
    texts: dict[tuple[str, str], tuple[str, bool]] = {}
    payloads: dict[str, bool] = {}
    for finding in fresh:
        sha, page = finding.capture_sha256, (finding.vendor, finding.source)
        if sha not in payloads:
            payloads[sha] = _kept_under_other_rules(connection, run, digest, sha)
        if not payloads[sha] and page not in texts:
            texts[page] = _last_text(connection, run, digest, finding)
        text, same_rules = texts.get(page, ("", False))
        if payloads[sha] or _bare(_sentence(finding) if same_rules else finding.quote) in text:
            out.add(finding.fingerprint)
    return frozenset(out)


def _bare(text: str) -> str:
    """Text without white space and case: a line that breaks elsewhere holds the same words."""
    return "".join(text.casefold().split())


def _sentence(finding: Finding) -> str:
    """The quote in its sentence, as far as a finding keeps what stands round it."""
    end = _ENDS.search(finding.suffix)
    return _ENDS.split(finding.prefix)[-1] + finding.quote + (finding.suffix[: end.start()] if end else finding.suffix)


def _text(connection: Connection, capture: int | None) -> str:
    """The bare text that was made of a capture; empty where there is none."""
    document = None if capture is None else look.document(connection, capture)
    return "" if document is None else _bare(document.text)


def _kept_under_other_rules(connection: Connection, run: int, digest: str, payload: str) -> bool:
    query = (
        sa.select(captures.c.id)
        .join(runs, runs.c.id == captures.c.run_id)
        .where(captures.c.payload_sha256 == payload, captures.c.run_id < run, runs.c.rules_digest != digest)
        .limit(1)
    )
    return connection.execute(query).first() is not None


def _last_text(connection: Connection, run: int, digest: str, finding: Finding) -> tuple[str, bool]:
    """The bare text of the page's last earlier look, and whether the same rules judged it. Pages differ in bytes at
    each visit (a token, a clock) while the words stay: without this every rule change would make old claims look new.
    """
    query = (
        sa.select(findings.c.url_id)
        .where(findings.c.run_id == run, findings.c.finding == finding.id, findings.c.source == finding.source)
        .limit(1)
    )
    url = connection.execute(query).scalar()
    last: Any = None if url is None else crawl.last_look(connection, url, run)
    return ("", False) if last is None else (_text(connection, last["capture_id"]), last["rules_digest"] == digest)
