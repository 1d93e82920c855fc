"""Every pattern that looks at a page, in time that grows with the page and not with its square."""

from __future__ import annotations

import importlib
import pkgutil
import re
import time
from collections.abc import Iterator

import pytest

import scanner.pipeline.check
import scanner.read
import scanner.report.text

BLANKS = (" ", "\n")
BEFORE = ("a", "<", "5")
"""What may stand before the blanks: without it some patterns do not begin."""
OTHERS = ("<!---->", '\\"', "验证", "a", "<")
N = 60_000
PAGE = "x".join(
    [before + blank * (N // len(blank)) for blank in BLANKS for before in BEFORE]
    + [other * (N // 12) for other in OTHERS]
)
ONCE = frozenset({"scanner.read.html._REST_OF_TAG", "scanner.pipeline.check._SITEMAP"})
"""Matched from one place and never searched for."""


def _patterns(name: str, value: object, depth: int = 0) -> Iterator[tuple[str, re.Pattern[str] | re.Pattern[bytes]]]:
    if isinstance(value, re.Pattern):
        yield name, value
    elif depth < 3 and isinstance(value, dict):
        for key, one in value.items():
            yield from _patterns(f"{name}[{key}]", one, depth + 1)
    elif depth < 3 and isinstance(value, tuple):
        for number, one in enumerate(value):
            yield from _patterns(f"{name}[{number}]", one, depth + 1)


def _all() -> dict[str, re.Pattern[str] | re.Pattern[bytes]]:
    names = [module.name for module in pkgutil.walk_packages(scanner.read.__path__, "scanner.read.")]
    modules = [importlib.import_module(name) for name in names]
    found: dict[str, re.Pattern[str] | re.Pattern[bytes]] = {}
    for module in (*modules, scanner.report.text, scanner.pipeline.check):
        for key, value in vars(module).items():
            found.update(_patterns(f"{module.__name__}.{key}", value))
    return found


PATTERNS = _all()


@pytest.mark.parametrize("name", [name for name in PATTERNS if name not in ONCE])
def test_no_pattern_takes_quadratic_time(name: str) -> None:
    # The machine may be busy: a quadratic pattern takes minutes for this page.
    pattern, start = PATTERNS[name], time.process_time()
    for _ in pattern.finditer(PAGE if isinstance(pattern.pattern, str) else PAGE.encode()):  # type: ignore[arg-type,call-overload]
        pass
    assert time.process_time() - start < 10


def test_there_are_patterns_to_look_at() -> None:
    assert len(PATTERNS) > 50
    assert set(PATTERNS) >= ONCE
