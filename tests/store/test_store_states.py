"""The crawl state against a model of it, under repetition, reopening and kill -9."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from scanner.model import Outcome, UnreadReason
from scanner.store import open_store
from tests.store.values import T0, capture, facts, finding, item, judgement

RUN = "run-1"
PATHS = st.sampled_from([f"/{n}" for n in range(6)])


class CrawlState(RuleBasedStateMachine):
    """What the database must hold is kept beside it in plain dictionaries."""

    @initialize()
    def start(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.url = str(Path(self.folder.name) / "a.db")
        self.store = open_store(self.url)
        self.store.begin_run(facts())
        self.state: dict[str, str] = {}
        self.covered: dict[str, tuple[Outcome, int]] = {}
        self.records: set[str] = set()
        self.last: Callable[[], object] = lambda: None

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()

    def do(self, call: Callable[[], object]) -> None:
        self.last = call
        call()

    def announce(self, paths: list[str]) -> None:
        for path in paths:
            if path not in self.state:
                self.state[path] = "pending"
                self.covered.pop(path, None)

    def cover(self, path: str, outcome: Outcome, findings: int = 0) -> None:
        self.covered[path] = (outcome, findings)
        self.state[path] = "done"

    @rule(paths=st.lists(PATHS, max_size=4))
    def enqueue(self, paths: list[str]) -> None:
        self.do(lambda: self.store.enqueue(RUN, [item(p) for p in paths]))
        self.announce(paths)

    @rule(path=PATHS, attempt=st.integers(0, 2), retry=st.booleans())
    def capture(self, path: str, attempt: int, retry: bool) -> None:
        kept = capture(item(path), f"{path} {attempt}")
        self.do(lambda: self.store.record_capture(RUN, item(path), kept, retry=retry))
        self.announce([path])
        self.records.add(kept.record_id)
        if not retry and self.state[path] != "done":
            self.state[path] = "captured"

    @rule(path=PATHS, quotes=st.lists(st.sampled_from("甲乙丙"), max_size=3), leads_to=st.lists(PATHS, max_size=3))
    def judge(self, path: str, quotes: list[str], leads_to: list[str]) -> None:
        kept = capture(item(path), f"{path} 0")
        verdict = judgement(*(finding(item(path), kept, RUN, q, "甲乙丙".index(q)) for q in quotes))
        refused = [(item(p + "/deep"), UnreadReason.OUT_OF_BUDGET, "depth") for p in leads_to]
        new = [item(p) for p in leads_to]
        self.do(lambda: self.store.record_judgement(RUN, item(path), kept, verdict, new, refused))
        self.announce([path])
        if self.state[path] == "done":
            return
        self.records.add(kept.record_id)
        self.cover(path, verdict.outcome, len(set(quotes)))
        self.announce(leads_to)
        for refusal in leads_to:
            self.covered.setdefault(refusal + "/deep", (Outcome.UNREAD, 0))

    @rule(path=PATHS)
    def unread(self, path: str) -> None:
        self.do(lambda: self.store.record_unread(RUN, item(path), UnreadReason.TIMEOUT))
        self.announce([path])
        if self.state[path] != "done":
            self.cover(path, Outcome.UNREAD)

    @rule()
    def repeat(self) -> None:
        self.last()

    @rule()
    def reopen(self) -> None:
        self.store.close()
        self.store = open_store(self.url)

    @invariant()
    def agrees(self) -> None:
        waiting = {i.url.removeprefix("http://vendor.test") for i in self.store.pending(RUN)}
        assert waiting == {p for p, state in self.state.items() if state != "done"}
        assert self.store.progress(RUN) == {"pending": 0, "captured": 0, "done": 0} | Counter(self.state.values())
        rows = self.store.report(RUN).coverage
        found = {r.url.removeprefix("http://vendor.test"): (r.outcome, r.findings) for r in rows}
        assert (found, len(rows)) == (self.covered, len(found))
        assert len(self.store.report(RUN).findings) == sum(n for _, n in self.covered.values())
        assert sorted(c.record_id for c in self.store.captures(RUN)) == sorted(self.records)


TestCrawlState = CrawlState.TestCase
TestCrawlState.settings = settings(
    max_examples=8, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)


@pytest.mark.parametrize("kills", [3])
def test_kill_minus_nine_loses_and_doubles_nothing(url: str, kills: int) -> None:
    with open_store(url) as store:
        store.begin_run(facts())
        store.enqueue(RUN, [item("/0")])
    root = Path(__file__).parents[2]
    for kill in range(kills):
        process = subprocess.Popen([sys.executable, "-m", "tests.store.endless", url], cwd=root, stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.013 * kill)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    with open_store(url) as store:
        store.finish_run(RUN, True, T0 + timedelta(hours=1))
        parts = store.report(RUN)
        read = [row for row in parts.coverage if row.outcome is Outcome.FINDINGS]
        numbers = {int(row.url.rpartition("/")[2]) for row in read}
        known = {0} | {m for n in numbers for m in (2 * n + 1, 2 * n + 2)}
        assert len(read) >= kills
        assert {int(row.url.rpartition("/")[2]) for row in parts.coverage} == known
        assert len(parts.coverage) == len(known)
        assert all(row.findings == 3 for row in read)
        assert len(parts.findings) == 3 * len(read)
        assert len(store.captures(RUN)) - len(read) in (0, 1)
