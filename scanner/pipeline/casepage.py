"""What the page of a case file shows, gathered from the custody chain and the stamps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..evidence import ots, places, stamp
from ..evidence.stamp import StampState
from ..report.case import Conditions, Entry, Event, RunStamp
from ..stated import host_of
from . import custodian
from .proofs import Told, told_of

if TYPE_CHECKING:
    from ..config import Settings
    from ..store.look import Look
    from .material import Material

PICTURES = "pictures"
STATES = {
    StampState.VERIFIED: "verified",
    StampState.UNVERIFIED: "unverified",
    StampState.BROKEN: "broken",
}


def copy_stamps(
    folder: Path, shown: Mapping[int, Mapping[str, Any]], out: Path, settings: Settings
) -> tuple[RunStamp, ...]:
    """Put the stamps over the custody chain into the case file; returns them as judged now."""
    roots = [Path(path) for path in settings.evidence.trusted_roots]
    found = []
    for one in shown.values():
        if one["event"] != custodian.STAMPED or one["target"] != custodian.HEAD:
            continue
        name = places.authority_name(one["authority"])
        source = places.run_folder(out, one["run"]) / places.STAMPS / name
        target = f"{places.STAMPS}/{one['run']}/{name}/{custodian.HEAD}"
        request, answer = ((source / f"{custodian.HEAD}{end}").read_bytes() for end in (".tsq", ".tsr"))
        places.write(folder / f"{target}.tsq", request)
        places.write(folder / f"{target}.tsr", answer)
        judged = stamp.check(answer, request, bytes.fromhex(one["sha256"]), roots)
        found.append(
            RunStamp(
                one["authority"],
                one["run"],
                one["head"],
                STATES[judged.state],
                judged.why,
                judged.time,
                f"{target}.tsr",
                one["sha256"],
            )
        )
    return tuple(found) + _copy_proofs(folder, shown, out)


def _copy_proofs(folder: Path, shown: Mapping[int, Mapping[str, Any]], out: Path) -> tuple[RunStamp, ...]:
    """The same for the proofs of calendars; where a promise was completed, the page shows what it was completed to."""
    found: dict[tuple[str, str, int], RunStamp] = {}
    for one in (one for one in told_of(shown) if one.target == custodian.HEAD):
        data = (places.run_folder(out, one.run) / places.STAMPS / one.folder / one.name).read_bytes()
        name = f"{places.STAMPS}/{one.run}/{one.folder}/{one.name}"
        places.write(folder / name, data)
        found[one.run, one.folder, one.head] = _proof(one, shown[one.n]["calendar"], name, data)
    return tuple(found.values())


def _proof(told: Told, calendar: str, name: str, data: bytes) -> RunStamp:
    judged = ots.check(data, bytes.fromhex(told.sha256))
    state, block = STATES[judged.state], judged.height
    if judged.state is StampState.UNVERIFIED and (judged.pending or block is not None):
        state = "pending" if judged.pending else "block"
    return RunStamp(calendar, told.run, told.head, state, judged.why, judged.time, name, told.sha256, True, block)


def write_crops(folder: Path, material: Material) -> dict[str, dict[str, Any]]:
    """Put the pieces of pictures into the case file that are made for showing; finding id -> what an entry says."""
    out: dict[str, dict[str, Any]] = {}
    for tracked in material.chosen:
        crop = material.report.crops.get(tracked.finding.id)
        if crop is None:
            continue
        if not crop.png:
            out[tracked.finding.id] = {"no_picture": crop.why_not}
            continue
        name = f"{PICTURES}/{len(out) + 1:03d}.png"
        places.write(folder / name, crop.png)
        out[tracked.finding.id] = {"picture": name, "blurred": crop.blurred}
    return out


def entries(material: Material, texts: Mapping[str, str], crops: Mapping[str, Mapping[str, Any]]) -> tuple[Entry, ...]:
    """One entry a finding, in the order of the report."""
    at = {link.n: link.at for link in material.chain.links}
    out = []
    for tracked in material.chosen:
        record = tracked.finding.warc_record
        look = material.looks[record]
        part = next(part for part in material.parts if any(one.record_id == record for one in part.records))
        offset, length = part.place(record)
        out.append(
            Entry(
                tracked=tracked,
                capture=look.capture,
                document=look.document,
                robots=look.robots,
                conditions=_conditions(look, material.shown.values()),
                event=_event(look, material.shown, at),
                text_file=texts.get(record, ""),
                warc=part.name,
                offset=offset,
                length=length,
                **crops.get(tracked.finding.id, {}),
            )
        )
    return tuple(out)


def _event(look: Look, shown: Mapping[int, Mapping[str, Any]], at: Mapping[int, str]) -> Event | None:
    for n, one in shown.items():
        if look.capture.record_sha256 in one.get("records", ()):
            return Event(n, at[n], adopted=one["event"] == custodian.ADOPTED)
    return None


def _conditions(look: Look, shown: Iterable[Mapping[str, Any]]) -> Conditions:
    host: Mapping[str, Any] = {}
    clock: Mapping[str, Any] = {}
    for one in shown:
        if one["event"] == custodian.HOST and one["run"] == look.run and one["host"] == host_of(look.item.url):
            host = one
        elif one["event"] == custodian.CONDITIONS and one["run"] == look.run:
            clock = one.get("clock", {})
    tls = (host.get("tls") or [{}])[0]
    return Conditions(
        dns=tuple(host.get("dns_answers", ())), egress=tuple(host.get("egress", ())),
        tls_version=tls.get("version", ""), tls_leaf=tls.get("certificate", ""),
        clock_compared=clock.get("compared_with_servers", 0), clock_seconds=clock.get("median_offset_seconds"),
    )  # fmt: skip
