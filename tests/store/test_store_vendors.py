"""What is kept of a vendor: where it is and whom it addresses; and in which file a record lies."""

from __future__ import annotations

from scanner.model import Target
from scanner.store import Store
from tests.store.values import capture, facts, finding, item, judgement


def target(vendor: str, *places: str, audience: str = "") -> Target:
    return Target(vendor, ("http://vendor.test/",), jurisdictions=places, audience=audience)


def test_the_last_word_of_the_targets_counts(store: Store) -> None:
    assert store.vendor_places() == {}
    store.describe_vendors([target("甲", "CN", "US-IL", audience="b2b"), target("乙"), target("丙", audience="b2c")])
    assert store.vendor_places() == {"甲": (("CN", "US-IL"), "b2b"), "丙": ((), "b2c")}
    store.describe_vendors([target("甲", "HK")])
    assert store.vendor_places() == {"甲": (("HK",), ""), "丙": ((), "b2c")}
    store.describe_vendors([target("甲")])  # taken out of the file: it may have been wrong
    assert store.vendor_places() == {"丙": ((), "b2c")}


def test_whose_duties_a_vendor_has_is_kept_and_forgotten(store: Store) -> None:
    both = Target("甲", ("http://vendor.test/",), roles=("vendor", "deployer"))
    store.describe_vendors([both, target("乙", "CN")])
    assert store.vendor_roles() == {"甲": ("vendor", "deployer")}
    store.describe_vendors([target("甲")])
    assert store.vendor_roles() == {}


def test_records_and_their_files(store: Store) -> None:
    page, kept = item(), capture(item())
    store.begin_run(facts())
    store.enqueue("run-1", [page])
    store.record_capture("run-1", page, kept)
    found = finding(page, kept, "run-1")
    store.record_judgement("run-1", page, kept, judgement(found))
    assert store.warc_files([found]) == {kept.record_id: kept.warc_file}
    assert store.warc_files([]) == {}
