"""`export`: stored findings -> a case file, a folder that can be checked without us."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import __version__, durable
from ..errors import MissingExtraError, UsageError
from ..evidence import casefile, custody, places, sign, wacz
from ..report.case import CasePage, case_html
from ..report.text import iso, slug
from . import casepage, custodian
from .crawl import locked
from .material import Material, Wanted, gather
from .sealing import page_of
from .stamping import Target, can_stamp, stamp_all

if TYPE_CHECKING:
    from ..config import Settings
    from ..detect.rules import RuleSet
    from ..store.look import Look
    from .keeping import Watcher

FOLDER = "cases"


@dataclass(frozen=True, slots=True)
class Exported:
    """A case file that was written. `manifest_sha256` is the digest that stands for all of it."""

    folder: Path
    manifest_sha256: str
    findings: int


def export(
    settings: Settings, rules: RuleSet, wanted: Wanted, watcher: Watcher, to: Path | None = None, *, pdf: bool = True
) -> Exported:
    """Write a case file into `cases/` of the output folder, or as the folder `to`, which must not exist yet.

    Raises UsageError (no such finding, folder exists), EvidenceError (kept bytes are damaged), StoreError, LockedError,
    MissingExtraError.
    """
    from ..store import open_store

    can_stamp(settings.evidence)
    out = Path(settings.out_dir)
    with locked(out), open_store(settings.database_url()) as store:
        custodian.open_chain(out)
        material = gather(store, settings, rules, wanted)
        if material.report.chosen:
            watcher.note(f"run {material.report.run.id} ({material.report.run.kind}): {material.report.chosen}")
        folder = to or out / FOLDER / _name(material)
        if folder.exists():
            raise UsageError(f"{folder} is there already", "name another folder with --to")
        durable.make_folder(folder.parent)
        part = Path(tempfile.mkdtemp(prefix=".case-", dir=folder.parent))
        try:
            _fill(part, material, settings, watcher, pdf=pdf)
            digest = _close(part, material, settings, watcher)
            part.chmod(0o755)
            durable.sync_tree(part)
            durable.rename(part, folder)
        finally:
            shutil.rmtree(part, ignore_errors=True)
        custody.Chain(out).append(
            custodian.EXPORTED, sync=True, run=material.report.run.id, manifest_sha256=digest, **material.selection
        )
    return Exported(folder, digest, len(material.chosen))


def _name(material: Material) -> str:
    kind, value = material.selection["kind"], material.selection["value"]
    what = value[:12] if kind == "finding" else slug(value) if kind == "vendor" else value
    return f"{kind}-{what}-{material.created:%Y%m%dT%H%M%SZ}"


def _fill(folder: Path, material: Material, settings: Settings, watcher: Watcher, *, pdf: bool) -> None:
    """All files that the manifest names."""
    out = Path(settings.out_dir)
    _pack(folder, material)
    texts = _write_texts(folder, material)
    (folder / casefile.FINDINGS).write_bytes(places.pretty(_findings(material, texts, settings)))
    links, details = custody.excerpt(material.chain, material.shown or {0}, (out / custody.DETAILS).read_bytes())
    (folder / custody.LINKS).write_bytes(links)
    (folder / custody.DETAILS).write_bytes(details)
    told = casefile.conditions_of(material.shown.values(), (custodian.CONDITIONS, custodian.HOST))
    (folder / places.CONDITIONS).write_bytes(told)
    _copy_certificates(folder, material, out)
    stamps = casepage.copy_stamps(folder, material.shown, out, settings)
    entries = casepage.entries(material, texts, casepage.write_crops(folder, material))
    page = CasePage(
        title=material.title, created=material.created, run=material.report.run, entries=entries, stamps=stamps,
        signed=bool(settings.evidence.key_file), asked=bool(settings.evidence.timestamp_urls),
        calendars=bool(settings.evidence.ots_calendars), pages=len(material.looks),
        categories=material.report.categories,
    )  # fmt: skip
    html = case_html(page, settings.report.lang)
    (folder / "index.html").write_text(html, encoding="utf-8")
    if pdf:
        _write_pdf(html, folder, watcher)


def _write_pdf(html: str, folder: Path, watcher: Watcher) -> None:
    from ..report.pdf import write_pdf

    try:
        write_pdf(html, folder / "case.pdf")
    except MissingExtraError as error:
        watcher.note(f"no PDF: {error.message}: {error.tip}; index.html can be printed from any browser")


def _pack(folder: Path, material: Material) -> None:
    titles = {record: look.document.title for record, look in material.looks.items() if look.document}
    with tempfile.TemporaryDirectory() as held:
        warcs, pages = [], []
        for part in material.parts:
            path = Path(held, part.name)
            path.write_bytes(part.data)
            warcs.append(path)
            pages += [page for one in part.records for page in page_of(one, titles)]
        main = pages[0].url if pages else ""
        wacz.build(
            folder / casefile.PAGES, warcs, pages, title=material.title, created=material.created, main=main
        )  # fmt: skip


def _write_texts(folder: Path, material: Material) -> dict[str, str]:
    """Record id -> the file with the text that was made of it."""
    (folder / casefile.TEXTS).mkdir()
    names = {}
    for number, (record, look) in enumerate(material.looks.items(), 1):
        if look.document is not None:
            names[record] = f"{casefile.TEXTS}/{number:03d}.txt"
            (folder / names[record]).write_bytes(look.document.text.encode("utf-8", "surrogatepass"))
    return names


def _findings(material: Material, texts: Mapping[str, str], settings: Settings) -> dict[str, Any]:
    pages = []
    for record, source, vendor, said in dict.fromkeys(
        (t.finding.warc_record, t.finding.source, t.finding.vendor, t.finding.said) for t in material.chosen
    ):
        look = material.looks[record]
        pages.append(
            {
                "record": record,
                "url": source,
                "canonical": look.item.canonical,
                "vendor": vendor,
                "captured_at": iso(look.capture.captured_at),
                "payload_sha256": look.capture.payload_sha256,
                "record_sha256": look.capture.record_sha256,
                "text": texts.get(record, ""),
                "pictures_read_by": _reader(look),
                "speaker": said.role.value if said else None,
                "speaker_by": said.by.value if said else None,
            }
        )
    run = material.report.run
    return {
        "schema": casefile.FINDINGS_SCHEMA, "made_by": f"noticescan {run.tool_version}", "run": run.id,
        "rules_digest": run.rules_digest, "config_digest": run.config_digest, "selection": dict(material.selection),
        "complete": material.selection["kind"] != "finding", "max_body_bytes": settings.crawl.max_body_bytes,
        "pages": pages,
        "findings": [
            t.finding.as_json()
            | {"change": t.change.value, "first_seen": iso(t.first_seen), "last_seen": iso(t.last_seen)}
            | {"imported_capture_at": iso(t.imported), "stance_before": t.was.value if t.was else None}
            for t in material.chosen
        ],
    }  # fmt: skip


def _reader(look: Look) -> str:
    """Who read the words in pictures that are part of this text; empty where there are none."""
    from ..read import images

    blocks = look.document.blocks if look.document else ()
    return images.reader_name() if any(block.picture for block in blocks) else ""


def _copy_certificates(folder: Path, material: Material, out: Path) -> None:
    hosts = [one for one in material.shown.values() if one["event"] == custodian.HOST]
    for name in {name for host in hosts for tls in host["tls"] for name in (tls["certificate"], *tls["chain"])}:
        source = out / places.FOLDER / places.CERTIFICATES / f"{name}.der"
        if source.is_file():
            places.write(folder / places.CERTIFICATES / source.name, source.read_bytes())


def _close(folder: Path, material: Material, settings: Settings, watcher: Watcher) -> str:
    """Manifest, signature, stamps, sums; returns the digest of the manifest."""
    numbers, told = sorted(material.shown), casefile.read_custody(folder)
    head = {
        "created": iso(material.created), "tool": f"noticescan {__version__}", "title": material.title,
        "selection": dict(material.selection), "run": material.report.run.id, "findings": len(material.chosen),
        "vendors": sorted({one.finding.vendor for one in material.chosen}),
        "custody": {"first": numbers[0], "last": numbers[-1], "head_sha256": told.head} if numbers else None,
    }  # fmt: skip
    manifest = casefile.write_manifest(folder, head)
    if settings.evidence.key_file:
        signature, public = sign.sign(manifest, Path(settings.evidence.key_file))
        (folder / casefile.SIGNATURE).write_bytes(signature)
        (folder / casefile.SIGNER).write_bytes(public)
    digest = casefile.digest_of(manifest)
    for event in stamp_all(settings.evidence, [Target("manifest", digest)], folder / casefile.CASE_STAMPS, watcher):
        event.clear()  # what matters lies in the folder; the chain learns of the case file as a whole
    casefile.write_sums(folder)
    return digest
