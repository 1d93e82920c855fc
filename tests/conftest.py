"""What several modules share because it is dear. A worker has its own: modules that share stand beside each other, and
`make test` deals out whole runs of tests (`--dist worksteal`)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner.detect.rules import RuleSet
from scanner.detect.rules import load as load_rules
from scanner.model import Report
from scanner.pipeline.rescan import rescan
from tests.crawled_examples import Looked, Silent, looked_at
from tests.few_rules import few_rules
from tests.loopback import CLAIM, Page, Vendor, html, vendor

DEAR = ("test_examples", "test_examples_notices", "test_words_of_reports", "test_peers", "test_shown")
"""Modules whose fixtures take as long as hundreds of tests. They come first: what a worker begins with no other steals
from it, so each fixture is made once, and nobody waits for one at the end of the run."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: DEAR.index(item.path.stem) if item.path.stem in DEAR else len(DEAR))


@pytest.fixture(scope="session")
def looked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Looked]:
    """The example sites, crawled twice."""
    with looked_at(tmp_path_factory.mktemp("examples")) as crawled:
        yield crawled


@pytest.fixture(scope="session")
def rescanned(looked: Looked) -> Report:
    """What was kept of them, judged again after both crawls."""
    return rescan(looked.settings, load_rules(), Silent())


@pytest.fixture(scope="session")
def patterns(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a handful of rules, for tests that need some finding and not all of them. To be left as it is."""
    return few_rules(tmp_path_factory.mktemp("rules") / "patterns")


@pytest.fixture(scope="session")
def rules(patterns: Path) -> RuleSet:
    """What it holds; the same object for whoever loads the folder, so that all is compiled once."""
    return load_rules(patterns)


@pytest.fixture
def shop() -> Iterator[Vendor]:
    """A site whose first page makes one claim."""
    with vendor() as server:
        server.pages["/"] = Page(html(CLAIM))
        yield server
