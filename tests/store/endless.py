"""A crawl without a network that never ends: run as a process of its own, to be killed."""

from __future__ import annotations

import sys
from dataclasses import replace

from scanner.model import FrontierItem
from scanner.store import Store, open_store
from tests.store.values import capture, finding, item, judgement

RUN = "run-1"


def endless_crawl(url: str) -> None:
    """Run in a process of its own and killed: takes what waits, judges it, finds two more pages each time."""
    with open_store(url) as store:
        number = store.progress(RUN)["done"]
        while True:
            waiting = store.captured(RUN)
            for page in waiting:
                judge(store, page.item)
            for page in store.pending(RUN)[:3]:
                kept = capture(page, page.url)
                store.record_capture(RUN, page, kept)
                judge(store, page)
            number += 1
            print(number, flush=True)


def judge(store: Store, page: FrontierItem) -> None:
    kept = capture(page, page.url)
    n = int(page.url.rpartition("/")[2])
    found = [finding(page, kept, RUN, q, s) for s, q in enumerate("甲乙丙")]
    new = [replace(item(f"/{m}"), via="link") for m in (2 * n + 1, 2 * n + 2)]
    store.record_judgement(RUN, page, kept, judgement(*found), new)


if __name__ == "__main__":
    endless_crawl(sys.argv[1])
