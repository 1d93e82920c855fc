"""How a run ends: tables, report files, exit code."""

from __future__ import annotations

import sys
from ipaddress import ip_network
from typing import TYPE_CHECKING

import typer

from ..errors import ExitCode
from ..model import Change, Outcome, Stance, UnreadReason
from ..stated import hostname_of
from .common import say

if TYPE_CHECKING:
    from ..config import Settings
    from ..model import CoverageRow, Report


def finish(report: Report, settings: Settings, *, exit_code: bool) -> int:
    """Shows the findings and the coverage statement, writes the reports, names them, gives the exit code."""
    from ..pipeline.reporting import write_reports
    from .console import show_report

    show_report(report, settings.report.lang)
    sys.stdout.flush()
    for kind, path in write_reports(report, settings).items():
        typer.echo(f"report ({kind}): {path}")
    refused = [row for row in report.coverage if row.reason is UnreadReason.ADDRESS_REFUSED]
    if refused:
        tip = "private and loopback addresses are read only where you name them"
        say(f"tip: {tip}: --allow-network {_network(refused[0])}")
    return outcome_code(report, exit_code=exit_code)


def _network(row: CoverageRow) -> str:
    """The network that would have to be named for this row: that of its address, where one is known."""
    for word in (hostname_of(row.url), *row.detail.split()):
        try:
            return str(ip_network(word.strip("[](),;:")))
        except ValueError:
            continue
    return "127.0.0.1/32"


def outcome_code(report: Report, *, exit_code: bool) -> int:
    """3 before 4: whoever asks for 3 looks into the report, and the report says what could not be read.

    What was denied or only relayed before and is now the page's own claim is as good as new.
    """
    fresh = any(
        tracked.change is Change.NEW or (tracked.change is Change.TURNED and tracked.finding.stance is Stance.ASSERTED)
        for tracked in report.findings
    )
    aside = any(one.new for comparison in report.comparisons for one in comparison.differences)
    if exit_code and (fresh or aside):
        return ExitCode.NEW_FINDINGS
    if any(row.outcome is Outcome.UNREAD for row in report.coverage):
        return ExitCode.NOT_ALL_READ
    return ExitCode.OK
