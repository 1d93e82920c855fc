"""Two of the moments of tests/soak/kill9.py, in every test run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.soak import kill9


def test_kill_at_any_moment_loses_and_doubles_nothing(tmp_path: Path) -> None:
    with kill9.site() as (count, urls):
        whole, requests = kill9.undisturbed(tmp_path, urls, count)
        out = tmp_path / "killed"
        killed = [
            kill9.kill_at(out, urls, count, moment, pause)
            for moment, pause in ((requests // 4, 0.0), (requests // 3, 0.01))
        ]
        if not any(killed):
            pytest.fail("every crawl was faster than its kill")
        kill9.finish(kill9.start(out, urls))
        assert kill9.differences(whole, kill9.outcome(out)) == []
        kill9.intact(out)
