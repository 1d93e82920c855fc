"""Recall on drawn advertisements: a few pictures for `make gate`; `make bench` measures all of them."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from scanner.detect.rules import load
from tests.drawing import needs_ocr

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"
LEAST = 0.95


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, BENCHMARKS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.gate
@needs_ocr
def test_claims_in_print_are_found() -> None:
    pictures, bench, rules = script("ad_pictures"), script("bench_ocr"), load()
    printed = [drawn for number, drawn in enumerate(pictures.pictures()) if number % 13 == 4 and drawn.print]
    assert len({drawn.manner for drawn in printed}) >= 4
    rows = [bench.measure(drawn, rules) for drawn in printed if drawn.manner != "long strip"]
    wanted, found = sum(row.wanted for row in rows), sum(row.found for row in rows)
    assert wanted >= 6
    assert found / wanted >= LEAST, [row.missed for row in rows]
