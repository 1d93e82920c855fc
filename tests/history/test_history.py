"""What is new, what stands, and what we cannot say."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from scanner.cli.finishing import outcome_code
from scanner.errors import ExitCode
from scanner.history import compare
from scanner.model import Change, Finding, Judgement, Outcome, Stance
from scanner.store import Store, open_store
from tests.report.sample import make_finding, make_report, make_tracked
from tests.store.values import T0, capture, facts, finding, item, judgement

PAGE = item()


def seen(quote: str, run: str, day: int = 0, path: str = "/", start: int = 0) -> Finding:
    page = item(path)
    return finding(page, capture(page, quote + run, quote, day), run, quote, start)


def changes(
    previous: list[Finding], current: list[Finding], read: bool = True, **more: object
) -> list[tuple[str, str]]:
    first = {f.fingerprint: (f.captured_at, f.run) for f in previous}
    looked = {(f.vendor, f.source) for f in previous} if read else set()
    tracked = compare(previous, current, read=looked, first_seen=first, last_seen=first, **more)  # type: ignore[arg-type]
    return [(t.finding.quote, t.change.value) for t in tracked]


def test_new_still_and_not_seen() -> None:
    before = [seen("甲", "r1"), seen("乙", "r1")]
    now = [seen("乙", "r2", 7), seen("丙", "r2", 7)]
    assert changes(before, now) == [("乙", "still"), ("丙", "new"), ("甲", "not_seen")]


def test_what_was_not_read_is_not_gone() -> None:
    assert changes([seen("甲", "r1")], [], read=False) == [("甲", "could_not_look")]


def test_what_the_rules_learned_is_not_new() -> None:
    found = seen("甲", "r2", 7)
    assert changes([], [found], had_before={found.fingerprint}) == [("甲", "learned")]
    assert changes([seen("甲", "r1")], [found], had_before={found.fingerprint}) == [("甲", "still")]


def test_a_quote_that_stands_twice_is_reported_twice_and_missed_once() -> None:
    twice = [seen("甲", "r1"), seen("甲", "r1", start=9)]
    assert changes([], twice) == [("甲", "new"), ("甲", "new")]
    assert changes(twice, []) == [("甲", "not_seen")]


def test_a_claim_that_comes_back_is_still_with_its_first_date() -> None:
    found = seen("甲", "r3", 14)
    first = {found.fingerprint: (T0, "r1")}
    [tracked] = compare([], [found], read=set(), first_seen=first, last_seen=first)
    assert (tracked.change, tracked.first_seen, tracked.first_run) == (Change.STILL, T0, "r1")
    assert (tracked.last_seen, tracked.last_run) == (found.captured_at, "r3")


def look(store: Store, run: str, day: int, *quotes: str, path: str = "/") -> list[tuple[str, str, str, str]]:
    """A run over one page; returns how its report compares."""
    page = item(path)
    kept = capture(page, run + path, run, day)
    store.begin_run(facts(run, day))
    verdict = judgement(*(finding(page, kept, run, q, n) for n, q in enumerate(quotes)))
    store.record_judgement(run, page, kept, verdict)
    store.finish_run(run, True, T0 + timedelta(days=day, hours=1))
    parts = store.report(run)
    tracked = compare(
        parts.previous,
        parts.findings,
        read=parts.read,
        first_seen=parts.first_seen,
        last_seen=parts.last_seen,
        had_before=parts.had_before,
        run=run,
    )
    return [(t.finding.quote, t.change.value, t.first_run, t.last_run) for t in tracked]


def test_a_year_of_one_page_through_a_real_database() -> None:
    with open_store(":memory:") as store:
        assert look(store, "r1", 0, "甲", "乙") == [("甲", "new", "r1", "r1"), ("乙", "new", "r1", "r1")]
        assert look(store, "r2", 7, "甲") == [("甲", "still", "r1", "r2"), ("乙", "not_seen", "r1", "r1")]
        assert look(store, "r3", 14, path="/other") == [("甲", "could_not_look", "r1", "r2")]
        assert look(store, "r4", 21, "甲", "乙") == [("甲", "still", "r1", "r4"), ("乙", "still", "r1", "r4")]
        assert look(store, "r5", 28) == [("甲", "not_seen", "r1", "r4"), ("乙", "not_seen", "r1", "r4")]
        assert look(store, "r6", 35) == []


def test_twin_pages_that_swap_places_are_not_news() -> None:
    with open_store(":memory:") as store:
        for run, day, (judged, twin) in (("r1", 0, ("/a", "/b")), ("r2", 7, ("/b", "/a"))):
            store.begin_run(facts(run, day))
            kept, copy = (capture(item(p), run + p, "same bytes", day) for p in (judged, twin))
            found = finding(item(judged), kept, run)
            store.record_judgement(run, item(judged), kept, judgement(found))
            store.record_judgement(run, item(twin), copy, Judgement(Outcome.DUPLICATE, detail=item(judged).url))
            store.finish_run(run, True, T0 + timedelta(days=day, hours=1))
        p = store.report()
        tracked = compare(p.previous, p.findings, read=p.read, first_seen=p.first_seen, last_seen=p.last_seen)
        assert [(t.change, t.first_run) for t in tracked] == [(Change.STILL, "r1")]


def test_words_that_are_still_there_are_not_said_to_be_gone() -> None:
    before = [seen("甲", "r1"), seen("乙", "r1")]
    assert changes(before, [], standing={before[0].fingerprint}) == [("甲", "unflagged"), ("乙", "not_seen")]
    assert changes(before, [], read=False, standing={before[0].fingerprint})[0] == ("甲", "could_not_look")


def test_another_stance_is_told_from_what_to_what() -> None:
    denied, now = replace(seen("甲", "r1"), stance=Stance.NEGATED), seen("甲", "r2", 7)
    first = {denied.fingerprint: (denied.captured_at, "r1")}
    [tracked] = compare([denied], [now], read=set(), first_seen=first, last_seen=first)
    assert (tracked.change, tracked.was, tracked.finding.stance) == (Change.TURNED, Stance.NEGATED, Stance.ASSERTED)
    [tracked] = compare([denied, seen("甲", "r1")], [now], read=set(), first_seen=first, last_seen=first)
    assert (tracked.change, tracked.was) == (Change.STILL, None)  # it stood there twice, once in the page's own voice


def test_a_claim_quoted_a_little_longer_is_the_same_claim() -> None:
    old, now = seen("一查便知", "r1"), seen("谁来过，一查便知", "r2", 7)
    known = {"standing": {old.fingerprint}, "had_before": {now.fingerprint}}
    assert changes([old], [now], **known) == [("谁来过，一查便知", "still")]
    assert changes([replace(old, stance=Stance.NEGATED)], [now], **known) == [("谁来过，一查便知", "turned")]
    assert changes([old], [now], standing={old.fingerprint}) == [("谁来过，一查便知", "new"), ("一查便知", "unflagged")]


def test_nothing_is_last_seen_before_it_was_first_seen() -> None:
    old, at_a_304 = seen("甲", "r1"), T0 + timedelta(days=7, minutes=9)
    known = {old.fingerprint: (old.captured_at, "r1")}
    for first in ({}, known):
        more = {"first_seen": first, "last_seen": first, "run": "r2"}
        [tracked] = compare([], [old], read=set(), seen_now={old.fingerprint: at_a_304}, **more)  # type: ignore[arg-type]
        assert (tracked.first_seen, tracked.last_seen, tracked.last_run) == (old.captured_at, at_a_304, "r2")
    imported = seen("甲", "r2", -400)  # captured by somebody else, long before
    [tracked] = compare([], [imported], read=set(), first_seen=known, last_seen=known)
    assert (tracked.first_seen, tracked.last_seen) == (imported.captured_at, old.captured_at)


def test_what_a_database_knows_of_words_that_are_no_longer_flagged() -> None:
    """Same rules, other lines of the page edited: the reading of the rest may change, the rest did not."""
    page, told = item(), []
    texts = ("前台登记。离店也能找到。", "前台登记\n。离店也能找到。欢迎来电。", "欢迎来电。")
    flagged = (("离店也能找到",), ("前台登记",), ())
    with open_store(":memory:") as store:
        for day, (text, quotes) in enumerate(zip(texts, flagged, strict=True)):
            run = f"r{day}"
            kept = capture(page, run, run, day)
            store.begin_run(facts(run, day))
            found = [replace(finding(page, kept, run, q), prefix="", suffix="。") for q in quotes]
            store.record_judgement(run, page, kept, judgement(*found, text=text))
            store.finish_run(run, True, T0 + timedelta(days=day, hours=1))
            p = store.report(run)
            tracked = compare(
                p.previous, p.findings, read=p.read, first_seen=p.first_seen, last_seen=p.last_seen,
                had_before=p.had_before, standing=p.standing, seen_now=p.seen_now, run=run,
            )  # fmt: skip
            told.append([(t.finding.quote, t.change.value) for t in tracked])
    assert told == [
        [("离店也能找到", "new")],
        [("前台登记", "learned"), ("离店也能找到", "unflagged")],
        [("前台登记", "not_seen")],
    ]


def test_a_scheduler_hears_of_a_denial_that_became_a_claim_and_not_of_the_reverse() -> None:
    for stance, code in ((Stance.ASSERTED, ExitCode.NEW_FINDINGS), (Stance.NEGATED, ExitCode.OK)):
        report = make_report((make_tracked(make_finding(stance=stance), Change.TURNED),), ())
        assert outcome_code(report, exit_code=True) == code
        assert outcome_code(report, exit_code=False) == ExitCode.OK
