"""Notices and verdicts as JSON objects: `noticescan/notice/1` and `noticescan/verdict/1`."""

from __future__ import annotations

from typing import Any

from scanner.model import Contradiction, Notice, NoticeFact, NoticeItem, Place
from scanner.report.text import iso
from scanner.report.words import words

NOTICE_SCHEMA = "noticescan/notice/1"
VERDICT_SCHEMA = "noticescan/verdict/1"


def notice_json(notice: Notice) -> dict[str, Any]:
    """One notice with its items and facts. `unread` is null where it was read."""
    return {
        "schema": NOTICE_SCHEMA,
        "source": notice.source,
        "vendor": notice.vendor,
        "kind": notice.kind.value,
        "title": notice.title,
        "lang": notice.lang,
        "effective": notice.effective,
        "updated": notice.updated,
        "version": notice.version,
        "products": list(notice.products),
        "captured_at": iso(notice.captured_at),
        "capture_sha256": notice.capture_sha256,
        "warc_record": notice.warc_record,
        "derivation": notice.derivation,
        "unread": notice.unread.value if notice.unread else None,
        "detail": notice.detail,
        "stated": {name: answer.value for name, answer in notice.stated},
        "items": [_item(item) for item in notice.items],
        "facts": [_fact(fact) for fact in notice.facts],
    }


def verdict_json(one: Contradiction, lang: str = "en") -> dict[str, Any]:
    """One verdict. `reason` is a word for programs, `reason_text` a sentence for people."""
    t = words(lang)
    return {
        "schema": VERDICT_SCHEMA,
        "verdict": one.verdict.value,
        "category": one.category,
        "claim_quote": one.claim_quote,
        "notice_quote": one.notice_quote,
        "item": one.item,
        "reason": one.reason.value,
        "reason_text": t["verdict_" + one.reason.value],
        "topic": one.topic,
        "provisions": list(one.provisions),
        "vendor": one.vendor,
        "finding": one.finding,
        "claim_at": _place(one.claim_at),
        "notice_at": _place(one.notice_at) if one.notice_at else None,
    }


def _item(item: NoticeItem) -> dict[str, Any]:
    return {
        "id": item.id, "regime": item.regime, "status": item.status.value,
        "quote": item.quote, "start": item.start, "end": item.end, "why": item.why,
    }  # fmt: skip


def _fact(fact: NoticeFact) -> dict[str, Any]:
    return {
        "topic": fact.topic, "saying": fact.saying.value, "people": fact.people.value, "quote": fact.whole_quote,
        "start": fact.begins, "end": fact.end, "value": fact.value, "days": fact.days, "cue": fact.cue,
    }  # fmt: skip


def _place(place: Place) -> dict[str, Any]:
    return {
        "source": place.source, "start": place.start, "end": place.end, "captured_at": iso(place.captured_at),
        "capture_sha256": place.capture_sha256, "warc_record": place.warc_record, "derivation": place.derivation,
    }  # fmt: skip
