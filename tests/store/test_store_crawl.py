"""What a crawl relies on: nothing lost, nothing doubled, whatever is repeated."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from scanner.errors import StoreError, UsageError
from scanner.model import Judgement, Outcome, RobotsDecision, Severity, Stance, UnreadReason
from scanner.store import Store, open_store
from tests.store.values import T0, capture, document, facts, finding, item, judgement, sha

RUN = "run-1"


def crawl_once(store: Store, name: str, day: int, *quotes: str, digest: str = "rules-a", body: str = "") -> None:
    """One run that reads the one page."""
    store.begin_run(facts(name, day, digest))
    page, kept = item(), capture(item(), body=body or "|".join(quotes), day=day, record=name)
    store.enqueue(name, [page])
    store.record_capture(name, page, kept)
    found = [finding(page, kept, name, quote, start) for start, quote in enumerate(quotes)]
    store.record_judgement(name, page, kept, judgement(*found, text="".join(quotes) or "空"))
    store.finish_run(name, True, T0 + timedelta(days=day, hours=1))


def test_a_page_goes_through_and_every_field_comes_back(store: Store) -> None:
    decision = RobotsDecision(True, "Allow: /", "http://vendor.test/robots.txt", sha("robots"), 1.5, "court order 7")
    page, kept = item(), capture(item())
    store.begin_run(facts(), {"user_agent": "noticescan/0.1"})
    store.enqueue(RUN, [page])
    store.record_capture(RUN, page, kept, decision)
    waiting = store.captured(RUN)
    assert [(w.item, w.capture, w.robots) for w in waiting] == [(page, kept, decision)]
    found = (
        finding(page, kept, RUN, severity=Severity.CRITICAL),
        replace(finding(page, kept, RUN, "人脸", 4, Stance.NEGATED), image_box=(1, 2, 3, 4), hidden=True),
    )
    new = store.record_judgement(RUN, page, kept, judgement(*found), [item("/a"), item("/b"), item("/a")])
    assert [i.url[-2:] for i in new] == ["/a", "/b"]
    assert store.captured(RUN) == ()
    assert store.progress(RUN) == {"pending": 2, "captured": 0, "done": 1}
    parts = store.report(RUN)
    assert parts.findings == found
    assert parts.note == {"user_agent": "noticescan/0.1"}
    [row] = parts.coverage
    assert (row.outcome, row.findings, row.robots_rule) == (Outcome.FINDINGS, 2, "Allow: /")
    assert row.capture_sha256 == kept.payload_sha256
    [look] = store.rescannable()
    assert (look.capture, look.document, look.findings) == (kept, document(), found)
    assert store.contexts(found) == {found[0].id: ("", "人脸"), found[1].id: ("无感抓拍", "")}


def test_hostile_text_is_kept_exactly(store: Store) -> None:
    nasty = "a\x00b\ud800\U0010fffd000000\U0010fffd'; DROP TABLE runs; --\u202e" + "长" * 5000
    page = replace(item(), url="http://vendor.test/" + nasty, vendor=nasty[:60], canonical=nasty)
    kept = replace(capture(page, "nasty"), content_type=nasty, etag=nasty)
    store.begin_run(facts())
    store.enqueue(RUN, [page])
    store.record_capture(RUN, page, kept)
    found = replace(finding(page, kept, RUN), quote=nasty, heading=nasty, end=len(nasty))
    verdict = Judgement(Outcome.FINDINGS, (found,), document(nasty), detail=nasty)
    store.record_judgement(RUN, page, kept, verdict)
    parts = store.report(RUN)
    assert parts.findings == (found,)
    assert parts.coverage[0].detail == nasty
    look = store.last_look(page)
    assert look is not None
    assert (look.capture, look.document) == (kept, document(nasty))
    assert store.validators(page) == (nasty, "")


def test_repeated_calls_change_nothing(store: Store) -> None:
    page, kept = item(), capture(item())
    verdict = judgement(finding(page, kept, RUN))
    for _ in range(2):
        store.begin_run(facts())
        store.enqueue(RUN, [page, page])
        store.record_capture(RUN, page, kept)
        store.record_judgement(RUN, page, kept, verdict, [item("/a")])
        store.record_auxiliary(RUN, item("/robots.txt"), capture(item("/robots.txt")), robots=True)
    assert store.record_judgement(RUN, page, kept, judgement(), [item("/late")]) == ()
    store.record_unread(RUN, page, UnreadReason.TIMEOUT)
    parts = store.report(RUN)
    assert len(parts.findings) == 1
    assert [(r.url[18:], r.outcome) for r in parts.coverage] == [
        ("/", Outcome.FINDINGS),
        ("/robots.txt", Outcome.AUXILIARY),
    ]
    assert [i.url[18:] for i in store.pending(RUN)] == ["/a"]
    assert len(store.captures(RUN)) == 2


def test_same_url_of_two_vendors_is_two_pages(store: Store) -> None:
    store.begin_run(facts())
    assert len(store.enqueue(RUN, [item(vendor="甲"), item(vendor="乙")])) == 2


def test_an_unannounced_item_is_not_lost(store: Store) -> None:
    store.begin_run(facts())
    store.record_unread(RUN, item(), UnreadReason.DNS, "no such host")
    [row] = store.report(RUN).coverage
    assert (row.reason, row.detail) == (UnreadReason.DNS, "no such host")


def test_a_retry_keeps_the_url_pending_and_the_capture(store: Store) -> None:
    store.begin_run(facts())
    store.enqueue(RUN, [item()])
    store.record_capture(RUN, item(), capture(item(), "first", status=429), retry=True)
    assert store.pending(RUN) == (item(),)
    assert store.captured(RUN) == ()
    assert [c.status for c in store.captures(RUN)] == [429]


def test_refused_urls_are_counted_once_and_yield_to_the_frontier(store: Store) -> None:
    page, kept = item(), capture(item())
    store.begin_run(facts())
    store.enqueue(RUN, [page, item("/b")])
    deep = [(item(p), UnreadReason.OUT_OF_BUDGET, "depth") for p in ("/deep", "/b", "/deep", "/later")]
    store.record_judgement(RUN, page, kept, judgement(), [], deep)
    store.record_refused(RUN, deep)
    assert [r.url[18:] for r in store.report(RUN).coverage if r.outcome is Outcome.UNREAD] == ["/deep", "/later"]
    store.enqueue(RUN, [item("/later")])
    store.record_judgement(RUN, item("/later"), capture(item("/later")), judgement())
    rows = {r.url[18:]: r.outcome for r in store.report(RUN).coverage}
    assert rows == {"/": Outcome.CLEAN, "/deep": Outcome.UNREAD, "/later": Outcome.CLEAN}


def test_coverage_adds_up_after_an_interrupted_run(store: Store) -> None:
    store.begin_run(facts())
    store.enqueue(RUN, [item(f"/{n}") for n in range(5)])
    store.record_capture(RUN, item("/0"), capture(item("/0")))
    store.record_judgement(RUN, item("/1"), capture(item("/1")), judgement())
    resumed = store.resume_run("crawl")
    assert resumed is not None
    assert resumed.id == RUN
    assert store.resume_run("rescan") is None
    store.finish_run(RUN, False, T0)
    assert store.resume_run() is None
    outcomes = [(r.outcome, r.reason) for r in store.report(RUN).coverage]
    assert outcomes.count((Outcome.UNREAD, UnreadReason.INTERRUPTED)) == 4
    assert outcomes.count((Outcome.CLEAN, None)) == 1
    assert store.pending(RUN) == ()


def test_records_past_the_tail_are_adopted(store: Store) -> None:
    store.begin_run(facts())
    store.enqueue(RUN, [item(), item("/a")])
    store.record_capture(RUN, item(), capture(item()))
    orphan = replace(capture(item("/a")), warc_offset=150, warc_length=70)
    assert store.adopt(RUN, orphan) == item("/a")
    assert store.adopt(RUN, orphan) is None
    assert store.adopt(RUN, replace(capture(item("/robots.txt")), warc_offset=220)) is None
    assert [w.item for w in store.captured(RUN)] == [item(), item("/a")]
    assert len(store.captures(RUN)) == 3


def test_not_modified_carries_findings_forward_with_their_capture(store: Store) -> None:
    crawl_once(store, RUN, 0, "无感抓拍")
    for number in (2, 3):
        name = f"run-{number}"
        store.begin_run(facts(name, 7 * number))
        store.enqueue(name, [item()])
        assert store.validators(item()) == ('"a"', "")
        answer = capture(item(), name, "", 7 * number, 304, etag="")
        assert store.record_unchanged(name, item(), answer)
        assert store.record_unchanged(name, item(), answer)
        store.finish_run(name, True, T0 + timedelta(days=7 * number, hours=1))
    parts = store.report("run-3")
    [found] = parts.findings
    assert (found.run, found.captured_at) == ("run-3", T0 + timedelta(minutes=1))
    [row] = parts.coverage
    assert (row.outcome, row.status, row.findings) == (Outcome.UNCHANGED, 304, 1)
    assert row.capture_sha256 == found.capture_sha256
    assert parts.first_seen[found.fingerprint] == (T0 + timedelta(minutes=1), RUN)
    assert parts.last_seen[found.fingerprint] == (T0 + timedelta(days=14, minutes=1), "run-2")


def test_not_modified_without_an_earlier_look_is_refused(store: Store) -> None:
    store.begin_run(facts())
    assert not store.record_unchanged(RUN, item(), capture(item(), status=304))
    assert store.report(RUN).coverage == ()


def test_a_block_page_gives_no_validators(store: Store) -> None:
    crawl_once(store, RUN, 0, "无感抓拍")
    store.begin_run(facts("run-2", 7))
    wall = capture(item(), "wall", "captcha", 7, etag='"wall"')
    store.record_judgement("run-2", item(), wall, Judgement(Outcome.UNREAD, unread=UnreadReason.BLOCKED))
    assert store.validators(item()) == ('"a"', "")


def test_the_same_bytes_elsewhere_are_recognised(store: Store) -> None:
    page, kept = item(), capture(item())
    store.begin_run(facts())
    store.record_judgement(RUN, page, kept, judgement())
    assert store.same_payload(RUN, item("/copy"), kept.payload_sha256) == page.url
    assert store.same_payload(RUN, page, kept.payload_sha256) == ""
    assert store.same_payload(RUN, item("/copy", vendor="另一家"), kept.payload_sha256) == ""


def test_identical_bytes_in_the_next_run_are_a_sighting_of_their_own(store: Store) -> None:
    crawl_once(store, RUN, 0, "无感抓拍", body="same")
    crawl_once(store, "run-2", 7, "无感抓拍", body="same")
    first, second = store.report(RUN), store.report("run-2")
    assert first.findings[0].id == second.findings[0].id
    assert (first.findings[0].run, second.findings[0].run) == (RUN, "run-2")
    assert second.run.previous_run == RUN
    assert len(second.findings) == 1


def test_first_and_last_sighting_name_the_run_that_they_were_of(store: Store) -> None:
    """Old captures are judged, and imported, after newer ones."""
    crawl_once(store, RUN, 7, "无感抓拍", body="b")
    crawl_once(store, "run-2", 0, "无感抓拍", body="a")
    crawl_once(store, "run-3", 14, "无感抓拍", body="c")
    parts = store.report("run-3")
    (found,) = parts.findings
    assert parts.first_seen[found.fingerprint] == (T0 + timedelta(minutes=1), "run-2")
    assert parts.last_seen[found.fingerprint] == (T0 + timedelta(days=7, minutes=1), RUN)


def test_what_only_a_second_look_read_is_still_listed_as_not_read(store: Store) -> None:
    store.begin_run(facts())
    store.record_unread(RUN, item(), UnreadReason.BLOCKED, "a block page", status=403)
    store.finish_run(RUN, False, T0)
    store.begin_run(facts("run-2", kind="compare"))
    store.record_judgement("run-2", item(), capture(item()), judgement())
    store.finish_run("run-2", True, T0)
    assert [one.item.url for one in store.never_read()] == [item().url]
    assert list(store.rescannable()) == []


def test_a_run_due_for_other_vendors_does_not_hide_history(store: Store) -> None:
    crawl_once(store, RUN, 0, "无感抓拍")
    other = item("/other", vendor="另一家")
    store.begin_run(facts("run-2", 1))
    store.record_judgement("run-2", other, capture(other, day=1), judgement())
    store.finish_run("run-2", True, T0 + timedelta(days=1))
    assert store.report("run-2").previous == ()
    crawl_once(store, "run-3", 7, "别的话")
    parts = store.report("run-3")
    assert [f.quote for f in parts.previous] == ["无感抓拍"]
    assert parts.read == {(item().vendor, item().url)}


def test_words_that_were_there_under_other_rules_are_known(store: Store) -> None:
    crawl_once(store, RUN, 0, "无感抓拍", "断网", body="a")
    with_more = "run-2"
    store.begin_run(facts(with_more, 7, "rules-b"))
    kept = capture(item(), "r2", "bytes differ by a token", 7)
    found = [finding(item(), kept, with_more, q, n, rule="new-rule") for n, q in enumerate(("断网", "新话"))]
    store.record_judgement(with_more, item(), kept, judgement(*found, text="断网新话"))
    parts = store.report(with_more)
    assert parts.had_before == {found[0].fingerprint}
    crawl_once(store, "run-3", 14, "无感抓拍", "旧规则", digest="rules-b", body="x")
    assert store.report("run-3").had_before == frozenset()


def test_a_failed_run_is_not_history(store: Store) -> None:
    store.begin_run(facts())
    kept = capture(item())
    store.record_judgement(RUN, item(), kept, judgement(finding(item(), kept, RUN)))
    store.finish_run(RUN, False, T0)
    crawl_once(store, "run-2", 7, "无感抓拍")
    parts = store.report("run-2")
    assert (parts.first_seen, parts.previous, parts.run.previous_run) == ({}, (), "")
    assert store.last_success() == {item().url: T0 + timedelta(days=7)}


def test_findings_come_with_claims_first_and_the_gravest_before_others(store: Store) -> None:
    page, kept = item(), capture(item())
    store.begin_run(facts())
    found = [
        finding(page, kept, RUN, "甲%_话", 0, severity=Severity.LOW),
        finding(page, kept, RUN, "乙", 3, Stance.REPORTED),
        finding(page, kept, RUN, "丙", 5, severity=Severity.CRITICAL, rule="scale-boast"),
    ]
    store.record_judgement(RUN, page, kept, judgement(*found))
    store.finish_run(RUN, True, T0)
    assert [one.quote for one in store.report().findings] == ["丙", "甲%_话", "乙"]


def test_unknown_run_is_one_clear_line(store: Store) -> None:
    with pytest.raises(UsageError, match="no run 'nope'"):
        store.pending("nope")
    with pytest.raises(StoreError, match="no run has finished"):
        store.report()


def test_hundreds_of_urls_at_once(store: Store) -> None:
    store.begin_run(facts())
    many = [item(f"/{n}") for n in range(1500)]
    assert store.enqueue(RUN, many) == tuple(many)
    assert store.enqueue(RUN, [*many, item("/one-more")]) == (item("/one-more"),)
    assert store.pending(RUN)[:1500] == tuple(many)
    assert len(store.known(RUN)) == 1501


def test_state_survives_a_new_process(url: str) -> None:
    with open_store(url) as first:
        first.begin_run(facts())
        first.enqueue(RUN, [item(), item("/a")])
        first.record_capture(RUN, item(), capture(item()))
    with open_store(url) as second:
        assert second.pending(RUN) == (item(), item("/a"))
        assert [w.capture for w in second.captured(RUN)] == [capture(item())]
