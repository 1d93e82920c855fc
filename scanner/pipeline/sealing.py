"""What closes a run: the conditions under which it looked, its WACZ, the last event in the chain, and the stamps."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import EvidenceError
from ..evidence import custody, places, wacz
from ..evidence.conditions import Conditions
from ..warcfile import BrokenWarc, Member, members
from . import custodian
from .stamping import Target, stamp_all

if TYPE_CHECKING:
    from ..config import EvidenceSettings, Settings
    from ..model import RunFacts
    from ..store import Store
    from .keeping import Watcher

HTML = ("text/html", "application/xhtml+xml")
WARC_FOLDER = "warc"
_ASKED = frozenset({custodian.STAMPED, custodian.NOT_STAMPED, custodian.PROMISED})


def seal_finished(store: Store, settings: Settings, watcher: Watcher) -> None:
    """Closes every run that has ended and is not closed in the chain: the last one, or one that a kill cut short.

    A run whose stamping was cut short is stamped by those who were to be asked and were not.

    Raises ArchiveError (disk full), EvidenceError (a WARC or the chain is damaged). A missing stamp is only noted.
    """
    out = Path(settings.out_dir)
    custodian.open_chain(out)  # mends what a killed process left half written
    told = custody.read_folder(out)
    if told.problems:
        raise EvidenceError(f"custody chain: {told.problems[0]}", "keep the folder as it is, and a copy")
    begun = {d["run"] for d in told.details.values() if d["event"] in custodian.BEGINNINGS}
    ends = {d["run"]: n for n, d in told.details.items() if d["event"] == custodian.RUN_FINISHED}
    asked = _asked(told)
    for facts in reversed(store.runs()):
        if facts.finished_at is None:
            continue
        if facts.id in ends:
            _stamp_the_rest(told, ends[facts.id], asked, settings, watcher)
        elif facts.id in begun:
            _seal(store, settings, facts, _noted(told, facts.id), watcher)


def _noted(told: custody.Read, run: str) -> frozenset[str]:
    """Digests of this run's records that are in the chain already."""
    events = (d for d in told.details.values() if d.get("run") == run)
    return frozenset(sha256 for d in events for sha256 in d.get("records", ()))


def _seal(store: Store, settings: Settings, facts: RunFacts, noted: frozenset[str], watcher: Watcher) -> None:
    out = Path(settings.out_dir)
    warcs = warcs_of(out, facts.id)
    chain = custody.Chain(out)
    conditions, pages = _look_through(warcs, noted, chain, facts.id, store.titles(facts.id))
    report = store.report(facts.id)
    _tell_conditions(chain, facts, conditions, out, report.note.get("profile", ""))
    built = _pack(warcs, pages, facts, settings, out, watcher)
    digests = {warc.name: wacz.sha256_of(warc) for warc in warcs}
    detail: dict[str, Any] = {
        "run": facts.id, "kind": facts.kind, "ok": facts.ok, "warc": digests,
        "findings": len(report.findings), "findings_sha256": places.findings_digest(report.findings),
        "rules": facts.rules_digest, "tables_sha256": store.digests(facts.id),
    }  # fmt: skip
    detail["stamps_wanted"] = [*settings.evidence.timestamp_urls, *settings.evidence.ots_calendars]
    if built:
        detail["wacz"] = {"sha256": built.sha256, "datapackage_sha256": built.datapackage_sha256, "pages": built.pages}
    head = chain.append(custodian.RUN_FINISHED, sync=True, **detail)
    _stamp(chain, head, detail, _targets(head, detail), settings.evidence, out, watcher)


def _targets(head: custody.Link, end: Mapping[str, Any]) -> list[Target]:
    """What is to be stamped of a run whose last event this is."""
    targets = [Target(custodian.HEAD, head.sha256)]
    targets += [Target("datapackage", end["wacz"]["datapackage_sha256"])] if "wacz" in end else []
    return targets + [Target(name, sha256) for name, sha256 in end["warc"].items()]


def _stamp(
    chain: custody.Chain, head: custody.Link, end: Mapping[str, Any], targets: Sequence[Target],
    evidence: EvidenceSettings, out: Path, watcher: Watcher,
) -> None:  # fmt: skip
    folder = places.run_folder(out, end["run"]) / places.STAMPS
    for event in stamp_all(evidence, targets, folder, watcher):
        chain.append(event.pop("event"), sync=True, run=end["run"], head=head.n, **event)


def _asked(told: custody.Read) -> dict[tuple[str, str], set[str]]:
    """(run, authority or calendar) -> targets for which it was asked. Who did not answer is not asked again."""
    found: dict[tuple[str, str], set[str]] = {}
    for one in told.details.values():
        if one["event"] in _ASKED:
            who = one.get("authority") or one.get("calendar", "")
            found.setdefault((one["run"], who), set()).add(
                "" if one["event"] == custodian.NOT_STAMPED else one["target"]
            )
    return found


def _stamp_the_rest(
    told: custody.Read, n: int, asked: Mapping[tuple[str, str], set[str]], settings: Settings, watcher: Watcher
) -> None:
    """A kill may have come while a finished run was stamped."""
    end, head = told.details[n], told.links[n - 1]
    for name in ("timestamp_urls", "ots_calendars"):
        for url in getattr(settings.evidence, name):
            done = asked.get((end["run"], url), set())
            if url not in end.get("stamps_wanted", ()) or "" in done:
                continue
            if rest := [one for one in _targets(head, end) if one.name not in done]:
                only = {"timestamp_urls": (), "ots_calendars": ()} | {name: (url,)}
                evidence, out = settings.evidence.model_copy(update=only), Path(settings.out_dir)
                _stamp(custody.Chain(out), head, end, rest, evidence, out, watcher)


def warcs_of(out: Path, run: str) -> list[Path]:
    """The WARC files of a run, in order."""
    return sorted((out / WARC_FOLDER).glob(f"{run}-*.warc.gz"))


def _look_through(
    warcs: Iterable[Path], noted: frozenset[str], chain: custody.Chain, run: str, titles: Mapping[str, str]
) -> tuple[Conditions, list[wacz.Page]]:
    """One pass over the records: conditions, pages, and what a kill kept from being noted."""
    conditions = Conditions()
    pages: list[wacz.Page] = []
    for warc in warcs:
        adopted: list[str] = []
        try:
            with warc.open("rb") as stream:
                for one in members(stream):
                    conditions.take(one)
                    pages += page_of(one, titles)
                    if one.sha256 not in noted:
                        adopted.append(one.sha256)
        except BrokenWarc as error:
            raise EvidenceError(f"{warc.name}: {error}", "keep the file as it is, and a copy") from None
        if adopted:
            chain.append(custodian.ADOPTED, run=run, file=f"{WARC_FOLDER}/{warc.name}", records=adopted)
    return conditions, pages


def page_of(one: Member, titles: Mapping[str, str]) -> list[wacz.Page]:
    """The record as a page of a WACZ, if it is one."""
    from ..evidence.cdx import content_type

    if one.kind != "response" or not content_type(one).lower().startswith(HTML):
        return []
    if not one.block.split(b"\r\n", 1)[0].split(b" ", 1)[-1].startswith(b"200"):
        return []
    name = one.record_id.removeprefix("urn:uuid:")
    return [wacz.Page(name, one.field("WARC-Target-URI"), one.date, titles.get(one.record_id, ""))]


def _tell_conditions(chain: custody.Chain, facts: RunFacts, conditions: Conditions, out: Path, profile: str) -> None:
    """The cleanliness record: once for the run, once a host; and a copy of both to read."""
    whole: dict[str, Any] = {
        "tool": f"noticescan {facts.tool_version}",
        "python": platform.python_version(),
        "system": platform.system(),
        "rules_digest": facts.rules_digest,
        "config_digest": facts.config_digest,
        "egress": conditions.egress() or "direct; proxies from the environment are not used",
        "cookies": "none kept or sent",
        "http_cache": "none; the server was asked for each page",
        "conditional_requests": conditions.conditional,
        "captures": conditions.captures,
        "clock": conditions.clock(),
        "tls_trust": "SSL_CERT_FILE or SSL_CERT_DIR if set, else the list of certifi",
    }
    if facts.kind in ("rescan", "import"):
        whole = {key: whole[key] for key in ("tool", "python", "system", "rules_digest", "config_digest")}
        whole["egress"] = "no network was used"
    elif profile:
        whole["looked_as"] = profile
    # Addresses and times in copied records are what the imported files say: no looks of ours.
    hosts = {} if facts.kind == "import" else dict(conditions.hosts())
    chain.append(custodian.CONDITIONS, run=facts.id, **whole)
    for name, known in hosts.items():
        chain.append(custodian.HOST, run=facts.id, host=name, **known)
    places.write(
        places.run_folder(out, facts.id) / places.CONDITIONS,
        places.pretty({"schema": "noticescan/conditions/1", "run": facts.id, **whole, "hosts": hosts}),
    )


def _pack(
    warcs: list[Path], pages: list[wacz.Page], facts: RunFacts, settings: Settings, out: Path, watcher: Watcher
) -> wacz.Built | None:
    size = sum(warc.stat().st_size for warc in warcs)
    most = settings.evidence.wacz_max_bytes
    if not warcs or not most:
        return None
    if size > most:
        watcher.note(f"no WACZ is written: {size} bytes are more than evidence.wacz_max_bytes; `noticescan export` can")
        return None
    created = facts.finished_at or datetime.now(UTC)
    return wacz.build(places.wacz_of(out, facts.id), warcs, pages, title=f"noticescan run {facts.id}", created=created)
