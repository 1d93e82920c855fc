"""Rounds, medians and one table, shared by the benchmarks."""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping


def cpu_seconds() -> float:
    """CPU time of this process: the machine may be busy with other things, our share is what counts."""
    return time.process_time()


def rounds(contenders: Mapping[str, Callable[[], int]], count: int) -> dict[str, list[float]]:
    """CPU seconds a page of each contender, in every round; they take turns, so that noise hits all alike.

    A contender does its work once and returns how many pages that were. One round before the first is not counted.
    """
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(count + 1):
        for name, work in contenders.items():
            before = cpu_seconds()
            pages = work()
            if number:
                taken[name].append((cpu_seconds() - before) / pages)
    return taken


def table(title: str, taken: Mapping[str, list[float]], base: str) -> str:
    """Markdown: median ms a page, spread, pages a second, and how many times faster than `base`."""
    middle = {name: statistics.median(values) for name, values in taken.items()}
    lines = [
        f"### {title}",
        "",
        f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cores, "
        f"{len(taken[base])} rounds, medians of CPU time",
        "",
        "| | ms a page | lowest - highest | pages/s | ratio |",
        "| --- | --: | --: | --: | --: |",
    ]
    for name, seconds in middle.items():
        low, high = min(taken[name]) * 1000, max(taken[name]) * 1000
        lines.append(
            f"| {name} | {seconds * 1000:.2f} | {low:.2f} - {high:.2f} | {1 / seconds:.0f} "
            f"| {middle[base] / seconds:.2f} |"
        )
    return "\n".join(lines)
