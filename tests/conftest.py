"""What several modules share because it is dear. A worker has its own: modules that share stand beside each other, and
`make test` deals out whole runs of tests (`--dist worksteal`)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from scanner.detect.rules import load as load_rules
from scanner.model import Report
from scanner.pipeline.rescan import rescan
from tests.crawled_examples import Looked, Silent, looked_at


@pytest.fixture(scope="session")
def looked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Looked]:
    """The example sites, crawled twice."""
    with looked_at(tmp_path_factory.mktemp("examples")) as crawled:
        yield crawled


@pytest.fixture(scope="session")
def rescanned(looked: Looked) -> Report:
    """What was kept of them, judged again after both crawls."""
    return rescan(looked.settings, load_rules(), Silent())
