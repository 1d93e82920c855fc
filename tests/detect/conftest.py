from __future__ import annotations

import pytest

from scanner.detect import rules
from scanner.detect.rules import RuleSet


@pytest.fixture(scope="session")
def ruleset() -> RuleSet:
    """The packaged rules."""
    return rules.load()
