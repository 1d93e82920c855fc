"""All example sites, crawled twice: once a test session, for every test that looks at the outcome."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from scanner.collect.targets import load_targets
from scanner.config import Settings, load
from scanner.detect.rules import load as load_rules
from scanner.model import CoverageRow, Document, Report
from scanner.pipeline.crawl import crawl
from scanner.store import open_store

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
PACE = 0.9
"""The sites' slow pages, and our patience with them, at this share of what the demonstration takes."""


class Silent:
    def done(self, row: CoverageRow, finished: int, known: int) -> None:
        """Nobody looks."""

    def note(self, text: str) -> None:
        """Nobody listens."""


@dataclass(frozen=True)
class Looked:
    served: Any
    settings: Settings
    first: Report
    second: Report
    documents: dict[str, Document]
    """URL -> text as it was judged in the first crawl."""

    def vendor(self, site: str) -> str:
        """The vendor of a site."""
        return next(one.site.vendor for one in self.served.sites if one.site.name == site)


def serve() -> ModuleType:
    """`examples/serve.py`, which is no package."""
    spec = importlib.util.spec_from_file_location("example_sites", EXAMPLES / "serve.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["example_sites"] = module
    spec.loader.exec_module(module)
    return module


@contextmanager
def looked_at(folder: Path) -> Iterator[Looked]:
    """Serves the sites and looks twice; they are served as long as the context lasts."""
    with serve().start(port=0, pace_scale=PACE) as served:
        (folder / "targets.toml").write_text(served.targets(), encoding="utf-8")
        targets = load_targets(folder / "targets.toml")
        flags = {"out_dir": str(folder / "out"), "crawl": {"page_timeout": 3.0 * PACE}}
        settings = load(EXAMPLES / "noticescan.toml", flags)
        rules = load_rules()
        first = crawl(settings, targets, rules, Silent())
        documents = dict(texts(settings))
        second = crawl(settings, targets, rules, Silent())
        assert first is not None
        assert second is not None
        yield Looked(served, settings, first, second, documents)


def texts(settings: Settings) -> Iterator[tuple[str, Document]]:
    """URL -> text of what was kept last."""
    with open_store(settings.database_url()) as store:
        for look in store.rescannable():
            if look.document is not None:
                yield look.item.url, look.document
