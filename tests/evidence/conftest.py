"""One look, one authority and one key for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from scanner.detect.rules import RuleSet
from scanner.pipeline.export import Exported, export
from scanner.pipeline.material import Wanted
from scanner.pipeline.verify import Means

from . import authority, shop
from .authority import Authority
from .shop import NAME, Looked


class Quiet:
    """A watcher that remembers what it was told."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def done(self, *_: object) -> None:
        """Nothing."""

    def note(self, text: str) -> None:
        self.notes.append(text)


@dataclass(frozen=True)
class Sealed:
    """A look that was stamped, and a case file of a vendor that was stamped and signed."""

    looked: Looked
    case: Exported
    authority: Authority
    public: Path

    def means(self, **values: object) -> Means:
        given = {"settings": self.looked.settings, "rules": self.looked.rules, "roots": (self.authority.root,)}
        return Means(**{**given, "keys": (self.public,), **values})  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory, rules: RuleSet) -> Looked:
    """A look without stamps."""
    return shop.look(tmp_path_factory.mktemp("plain") / "out", rules)


@pytest.fixture(scope="session")
def sealed(tmp_path_factory: pytest.TempPathFactory, rules: RuleSet) -> Iterator[Sealed]:
    if authority.OPENSSL is None:
        pytest.skip("needs openssl: apt-get install openssl")
    folder = tmp_path_factory.mktemp("sealed")
    key, public = folder / "key.pem", folder / "public.pem"
    authority.run("genpkey", "-algorithm", "ed25519", "-out", str(key))
    authority.run("pkey", "-in", str(key), "-pubout", "-out", str(public))
    with authority.serving(folder / "tsa") as served:
        evidence = {"timestamp_urls": [served.url], "trusted_roots": [str(served.root)], "key_file": str(key)}
        looked = shop.look(folder / "out", rules, **evidence)
        case = export(looked.settings, rules, Wanted(vendor=NAME), Quiet(), folder / "case", pdf=False)
        yield Sealed(looked, case, served, public)
