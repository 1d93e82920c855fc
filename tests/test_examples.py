"""The whole line over the example sites: all is found, nothing else is, and every URL is accounted for."""

from __future__ import annotations

from typing import Any

from scanner.collect import render
from scanner.config import RenderSettings
from scanner.model import Change, CoverageRow, Document, Finding, Outcome, Report, UnreadReason
from scanner.read import images
from tests.crawled_examples import Looked

EXTRAS = tuple(
    name for name, there in (("ocr", images.available()), ("browser", render.available(RenderSettings()))) if there
)
"""What this machine has, and so what it must be able to read."""


def spans(text: str, literal: str) -> list[tuple[int, int]]:
    """Where the literal stands in the text, white space and line breaks aside."""
    places = [at for at, char in enumerate(text) if not char.isspace()]
    squeezed = "".join(text[at] for at in places).lower()
    wanted = "".join(literal.split()).lower()
    found, start = [], squeezed.find(wanted)
    while start >= 0:
        found.append((places[start], places[start + len(wanted) - 1] + 1))
        start = squeezed.find(wanted, start + 1)
    return found


def answers(finding: Finding, entry: dict[str, str], document: Document) -> bool:
    """Is this the finding that the entry asks for?"""
    if (finding.category, finding.stance) != (entry["category"], entry["stance"]):
        return False
    return any(
        finding.start < end and start < finding.end for start, end in spans(document.text, entry["quote_contains"])
    )


def by_page(report: Report) -> dict[str, list[Finding]]:
    pages: dict[str, list[Finding]] = {}
    for tracked in report.findings:
        pages.setdefault(tracked.finding.source, []).append(tracked.finding)
    return pages


def shown(finding: Finding) -> str:
    return f"{finding.category} {finding.stance} {finding.quote!r} at {finding.source}"


def test_everything_that_must_be_found_is_found(looked: Looked) -> None:
    found, missing, wanted = by_page(looked.first), [], 0
    duplicates = {row.url for row in looked.first.coverage if row.outcome is Outcome.DUPLICATE}
    for url, page in looked.served.ground_truth(EXTRAS).items():
        for entry in () if url in duplicates else page.get("findings", ()):
            wanted += 1
            document = looked.documents.get(url)
            if document is None or not any(answers(finding, entry, document) for finding in found.get(url, ())):
                missing.append(f"{entry['category']} {entry['stance']} {entry['quote_contains']!r} at {url}")
    assert not missing, "\n".join([f"recall {1 - len(missing) / wanted:.3f}", *missing])


def test_nothing_is_found_that_the_ground_truth_does_not_know(looked: Looked) -> None:
    unknown = []
    for url, findings in by_page(looked.first).items():
        page = looked.served.expected(url, EXTRAS) or {}
        allowed = {(entry["category"], entry["stance"]) for entry in page.get("allowed", ())}
        for finding in findings:
            required = (answers(finding, entry, looked.documents[url]) for entry in page.get("findings", ()))
            if (finding.category, finding.stance) not in allowed and not any(required):
                unknown.append(shown(finding))
    assert not unknown, "\n".join(unknown)


def test_every_url_is_accounted_for_as_expected(looked: Looked) -> None:
    rows = looked.first.coverage
    known = {row.url for row in rows}
    assert len({(row.vendor, row.url) for row in rows}) == len(rows)
    wrong = []
    for url, page in looked.served.ground_truth(EXTRAS).items():
        if url not in known and not page.get("optional"):
            wrong.append(f"never heard of: {url}")
    for row in rows:
        url, page = row.url, looked.served.expected(row.url, EXTRAS)
        if page is not None and owner(looked, url) not in ("", row.vendor):
            page = OF_SOMEBODY_ELSE
        if page is None:
            wrong.append(f"not in the ground truth: {url} {row.outcome} {row.detail}")
        elif not fits(row, page):
            wrong.append(f"{url}: {row.outcome} {row.reason or ''} ({row.detail}), not {page['outcomes']}")
    assert not wrong, "\n".join(wrong)


OF_SOMEBODY_ELSE = {"outcomes": ["unread"], "reasons": ["redirect_out_of_scope", "address_refused"]}
"""What becomes of a redirect to another vendor's site: it is looked at in that vendor's name only."""


def owner(looked: Looked, url: str) -> str:
    """The vendor whose site the URL is on, or empty."""
    running = (one for one in looked.served.sites if url.startswith(one.origin + "/"))
    return next((one.site.vendor for one in running), "")


def fits(row: CoverageRow, page: dict[str, Any]) -> bool:
    if row.outcome.value not in page["outcomes"]:
        return False
    return row.outcome is not Outcome.UNREAD or row.reason in {UnreadReason(r) for r in page.get("reasons", ())}


def test_every_quote_stands_where_it_is_said_to_stand(looked: Looked) -> None:
    for tracked in looked.first.findings:
        finding = tracked.finding
        assert looked.documents[finding.source].text[finding.start : finding.end] == finding.quote


def test_a_second_crawl_finds_nothing_new(looked: Looked) -> None:
    assert {tracked.change for tracked in looked.second.findings} <= {Change.STILL}
    first, second = (
        {(t.finding.fingerprint, t.finding.stance) for t in report.findings} for report in (looked.first, looked.second)
    )
    assert first == second
    assert any(row.outcome is Outcome.UNCHANGED for row in looked.second.coverage)
    assert {row.url for row in looked.first.coverage} == {row.url for row in looked.second.coverage}


def test_a_rescan_accounts_for_what_was_never_read(looked: Looked, rescanned: Report) -> None:
    def unread(report: Report) -> set[tuple[str, str]]:
        return {(row.vendor, row.url) for row in report.coverage if row.outcome is Outcome.UNREAD}

    assert unread(rescanned)
    assert (
        unread(looked.first) & unread(looked.second)
        <= unread(rescanned)
        <= unread(looked.first) | unread(looked.second)
    )
