"""Changes to a case file: single bytes in each of its parts, and rewrites that put every digest right again.

A rewrite does all that somebody can do who holds the file and has this program: record digests, index, datapackage,
custody chain, findings made again by the rules, manifest, sums. What they cannot make is a stamp of an authority that
the checker trusts, or a signature with the newsroom's key.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
import shutil
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from scanner.evidence import casefile, cdx, custody, places, sign, stamp, wacz, waczzip
from scanner.pipeline import custodian
from scanner.pipeline.recompute import laid_out
from scanner.warcfile import Member, member, members

from . import authority
from .conftest import Sealed

FLIPS = ("record header", "payload", "screenshot", "index", "page list", "datapackage", "packed file", "custody line",
         "custody detail", "timestamp", "findings", "text", "manifest", "sums", "signature", "page")  # fmt: skip
REWRITES = ("record header", "payload", "screenshot", "index", "page list", "datapackage", "custody line",
            "custody detail", "timestamp", "findings")  # fmt: skip
_FILES = {
    "custody line": "custody.jsonl", "custody detail": "custody-details.jsonl", "findings": "findings.json",
    "text": "text/*.txt", "manifest": "manifest.json", "sums": "SHA256SUMS", "signature": "manifest.sig",
    "page": "index.html", "timestamp": "stamps/**/*.ts[rq]", "packed file": "pages.wacz",
}  # fmt: skip
_IN_ZIP = {"index": wacz.INDEX, "page list": wacz.PAGES, "datapackage": "datapackage*.json"}


def flip(folder: Path, kind: str, dice: random.Random) -> str:
    """Change one byte of this part; says where."""
    if kind in _FILES:
        path = dice.choice(sorted(folder.glob(_FILES[kind])))
        data, at = _flipped(path.read_bytes(), dice)
        path.write_bytes(data)
        return f"{path.name} at {at}"
    parts = _parts(folder)
    if kind in _IN_ZIP:
        name = dice.choice([name for name in parts if Path(name).match(_IN_ZIP[kind])])
        parts[name], at = _flipped(parts[name], dice)
    else:
        name, at = _flip_record(parts, kind, dice)
    _pack(folder, parts)
    return f"{name} at {at}"


def _flip_record(parts: dict[str, bytes], kind: str, dice: random.Random) -> tuple[str, int]:
    """One byte of a record's header or block, packed again so that gzip and zip have nothing to say."""
    wanted = [(name, one) for name, one in _records(parts) if kind != "screenshot" or one.kind == "resource"]
    name, one = dice.choice([(n, o) for n, o in wanted if kind == "record header" or o.block])
    plain = zlib.decompress(one.packed, 31)
    head, block = plain[: plain.index(b"\r\n\r\n")], one.block
    if kind == "record header":
        head, at = _flipped(head, dice)
    else:
        block, at = _flipped(block, dice)
    packed = _gzip(head + b"\r\n\r\n" + block + b"\r\n\r\n")
    parts[name] = parts[name].replace(one.packed, packed)
    return f"{name} {one.kind}", at


def _flipped(data: bytes, dice: random.Random) -> tuple[bytes, int]:
    at = dice.randrange(len(data))
    return data[:at] + bytes([data[at] ^ dice.randrange(1, 256)]) + data[at + 1 :], at


def _parts(folder: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(folder / casefile.PAGES) as bundle:
        return {name: bundle.read(name) for name in bundle.namelist()}


def _pack(folder: Path, parts: dict[str, bytes]) -> None:
    with zipfile.ZipFile(folder / casefile.PAGES, "w", zipfile.ZIP_STORED) as bundle:
        for name, data in parts.items():
            bundle.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data)


def _records(parts: dict[str, bytes]) -> list[tuple[str, Member]]:
    import io

    return [(name, one) for name in parts if name.startswith("archive/") for one in members(io.BytesIO(parts[name]))]


def _gzip(plain: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    return packer.compress(plain) + packer.flush()


@dataclass
class Forger:
    """Rewrites a copy of a sealed case file. `seals`: what becomes of stamps and signature: keep, drop or own."""

    folder: Path
    sealed: Sealed
    dice: random.Random
    seals: str
    own_tsa: Path
    own_key: Path

    def rewrite(self, kind: str) -> None:
        """Change a part in a way that means something, then put everything right that can be put right."""
        parts = _parts(self.folder)
        records = _records(parts)
        details = self._details()
        case = json.loads((self.folder / casefile.FINDINGS).read_bytes())
        links = [json.loads(line) for line in (self.folder / custody.LINKS).read_bytes().splitlines()]
        changed: dict[str, Member] = {}
        if kind in ("record header", "payload", "screenshot"):
            changed = self._change_record(kind, records)
            self._put_records(parts, records, changed)
        if kind in ("index", "page list", "datapackage") or changed:
            self._package(parts, kind if not changed else "")
        if kind == "custody line":
            one = self.dice.choice(links)
            one["at"] = self._moved(one["at"])
        if kind == "custody detail":
            one = self.dice.choice([d for d in details.values() if "started_at" in d or "captured_at" in d])
            key = "started_at" if "started_at" in one else "captured_at"
            one[key] = self._moved(one[key])
        self._follow(details, case, changed)
        if kind == "findings":
            self._change_finding(case)
        (self.folder / casefile.FINDINGS).write_bytes(places.pretty(case))
        if changed:
            self._judge_again(case)
        self._seal(kind, links, details)

    def _details(self) -> dict[int, dict[str, Any]]:
        lines = (self.folder / custody.DETAILS).read_bytes().splitlines()
        return {one["n"]: one for one in map(json.loads, lines)}

    def _moved(self, text: str) -> str:
        moved = datetime.fromisoformat(text) - timedelta(days=self.dice.randrange(1, 400))
        return moved.isoformat().replace("+00:00", "Z") if text.endswith("Z") else moved.isoformat()

    def _change_record(self, kind: str, records: list[tuple[str, Member]]) -> dict[str, Member]:
        """Another header, other words, another picture; every digest in the record is right again."""
        claims = [one for _, one in records if one.kind == "response" and "飞单".encode() in one.block]
        one = self.dice.choice([o for _, o in records if o.kind == "resource"] if kind == "screenshot" else claims)
        head = zlib.decompress(one.packed, 31).partition(b"\r\n\r\n")[0]
        block = one.block
        if kind == "record header":
            if self.dice.random() < 0.5:
                address = f"127.0.4.{self.dice.randrange(3, 250)}".encode()
                head = re.sub(rb"(WARC-IP-Address: )\S+", rb"\g<1>" + address, head)
            else:
                head = head.replace(one.field("WARC-Date").encode(), self._moved(one.field("WARC-Date")).encode())
        elif kind == "payload":
            old = self.dice.choice(["百万佣金", "人脸抓拍", "飞单"]).encode()
            new = "".join(chr(self.dice.randrange(0x4E00, 0x9000)) for _ in range(len(old) // 3)).encode()
            assert old in block or "飞单".encode() in block
            block = block.replace(old if old in block else "飞单".encode(), new if old in block else "甲乙".encode())
        else:
            from .shop import png

            block = png(self.dice.randrange(41, 90), self.dice.randrange(20, 60))
        payload = block.partition(b"\r\n\r\n")[2] if one.kind == "response" else block
        for name, data in (("WARC-Block-Digest", block), ("WARC-Payload-Digest", payload)):
            head = re.sub(
                rf"({name}: sha256:)\w+".encode(), rb"\g<1>" + hashlib.sha256(data).hexdigest().encode(), head
            )
        head = re.sub(rb"(Content-Length: )\d+", rb"\g<1>" + str(len(block)).encode(), head)
        return {one.sha256: member(_gzip(head + b"\r\n\r\n" + block + b"\r\n\r\n"))}

    def _put_records(
        self, parts: dict[str, bytes], records: list[tuple[str, Member]], changed: dict[str, Member]
    ) -> None:
        for name in {name for name, _ in records}:
            parts[name] = b"".join(changed.get(o.sha256, o).packed for n, o in records if n == name)
        again = _records(parts)
        lines = [cdx.line(one, name.removeprefix("archive/")) for name, one in again]
        parts[wacz.INDEX] = "".join(f"{line}\n" for line in sorted(filter(None, lines))).encode()
        at = {one.record_id.removeprefix("urn:uuid:"): one.date for _, one in again}
        rows = [json.loads(line) for line in parts[wacz.PAGES].splitlines()]
        for row in rows[1:]:
            row["ts"] = f"{at[row['id']]:%Y-%m-%dT%H:%M:%SZ}"
        parts[wacz.PAGES] = "".join(json.dumps(row) + "\n" for row in rows).encode()

    def _package(self, parts: dict[str, bytes], kind: str) -> None:
        """Index, page list and datapackage changed and made to fit; packed as our own program packs."""
        package = json.loads(parts[wacz.PACKAGE])
        title, created = package["title"], datetime.fromisoformat(package["created"])
        if kind == "index":
            lines = parts[wacz.INDEX].decode().splitlines()
            at = self.dice.randrange(len(lines))
            values = json.loads(lines[at].split(" ", 2)[2])
            key = self.dice.choice(["mime", "status", "digest", "recordDigest"])
            values[key] = {"mime": "text/x-other", "status": "418"}.get(key, f"sha256:{self.dice.randbytes(32).hex()}")
            lines[at] = " ".join(lines[at].split(" ", 2)[:2]) + " " + json.dumps(values)
            parts[wacz.INDEX] = "".join(f"{line}\n" for line in lines).encode()
        elif kind == "page list":
            rows = [json.loads(line) for line in parts[wacz.PAGES].splitlines()]
            if len(rows) > 2 and self.dice.random() < 0.5:
                rows.pop(self.dice.randrange(1, len(rows)))
            else:
                self.dice.choice(rows[1:])["title"] = f"标题{self.dice.randrange(10**6)}"
            parts[wacz.PAGES] = "".join(json.dumps(row) + "\n" for row in rows).encode()
        elif kind == "datapackage":
            title = f"{title} {self.dice.randrange(10**6)}"
            created -= timedelta(days=self.dice.randrange(0, 300))
        held = self.folder.with_name(self.folder.name + "-warc")
        held.mkdir(exist_ok=True)
        archives = []
        for name in (n for n in parts if n.startswith("archive/")):
            path = held / Path(name).name
            path.write_bytes(parts[name])
            archives.append((name, path))
        small = {name: parts[name] for name in (wacz.INDEX, wacz.PAGES)}
        with (self.folder / casefile.PAGES).open("wb") as file:
            waczzip.write_zip(file, archives, small, title, created, package.get("mainPageUrl", ""))
        shutil.rmtree(held)

    def _follow(self, details: dict[int, dict[str, Any]], case: dict[str, Any], changed: dict[str, Member]) -> None:
        """Chain details and page descriptions speak of the new records."""
        by_id = {one.record_id: one for one in changed.values()}
        for one in details.values():
            one["records"] = [changed[s].sha256 if s in changed else s for s in one.get("records", ())]
            if not one["records"]:
                del one["records"]
            new = by_id.get(one.get("record", ""))
            if new is not None:
                one |= {"record_sha256": new.sha256, "payload_sha256": hashlib.sha256(new.payload).hexdigest(),
                        "captured_at": new.date.isoformat()}  # fmt: skip
        for page in case["pages"]:
            new = by_id.get(page["record"])
            if new is not None:
                page |= {"record_sha256": new.sha256, "payload_sha256": hashlib.sha256(new.payload).hexdigest(),
                         "captured_at": new.date.isoformat()}  # fmt: skip

    def _change_finding(self, case: dict[str, Any]) -> None:
        one = self.dice.choice(case["findings"])
        change: Callable[[], Any] = self.dice.choice([
            lambda: one.update(stance="negated"), lambda: one.update(severity="info"),
            lambda: one.update(vendor="无辜有限公司"), lambda: one.update(quote=one["quote"][::-1]),
            lambda: one.update(captured_at="2020-01-01T00:00:00Z"), lambda: one.update(start=one["start"] + 1),
            lambda: case["findings"].remove(one), lambda: one.update(confidence=0.01),
        ])  # fmt: skip
        change()

    def _judge_again(self, case: dict[str, Any]) -> None:
        """The findings and texts that follow from the forged pages."""
        findings = []
        looked = self.sealed.looked
        cap = case["max_body_bytes"]
        with laid_out(self.folder / casefile.PAGES, case["pages"], looked.settings, cap) as kept:
            for page in case["pages"]:
                again = kept.judged(page, case["run"], looked.rules)
                assert again is not None
                assert again.document is not None
                findings += [one.as_json() for one in again.findings]
                (self.folder / page["text"]).write_bytes(again.document.text.encode())
        case["findings"] = findings
        (self.folder / casefile.FINDINGS).write_bytes(places.pretty(case))

    def _seal(self, kind: str, links: list[dict[str, Any]], details: dict[int, dict[str, Any]]) -> None:
        """Relink the chain, deal with the stamps, and close the case file."""
        if self.seals == "drop":
            shutil.rmtree(self.folder / "stamps")
            for n in [n for n, one in details.items() if one["event"] == custodian.STAMPED]:
                del details[n]
        before, heads = links[0]["prev"], {}
        lines, shown = [], []
        for link in links:
            n = link["n"]
            if n in details:
                if details[n]["event"] == custodian.STAMPED and details[n]["target"] == "custody-head":
                    details[n]["sha256"] = heads.get(details[n]["head"], details[n]["sha256"])
                line = custody.encoded(details[n])
                shown.append(line)
                link["detail"] = hashlib.sha256(line).hexdigest()
            link["prev"] = before
            lines.append(custody.encoded(link))
            before = heads[n] = hashlib.sha256(lines[-1]).hexdigest()
        (self.folder / custody.LINKS).write_bytes(b"".join(lines))
        (self.folder / custody.DETAILS).write_bytes(b"".join(shown))
        told = casefile.conditions_of(details.values(), (custodian.CONDITIONS, custodian.HOST))
        (self.folder / places.CONDITIONS).write_bytes(told)
        if self.seals == "own" or kind == "timestamp":
            for path in self.folder.glob("stamps/*/*/custody-head.tsr"):
                head = next(o for o in details.values() if o.get("target") == "custody-head")
                self._stamp(path, bytes.fromhex(head["sha256"]))
        self._close()

    def _stamp(self, path: Path, digest: bytes) -> None:
        """A stamp of the forger's own authority."""
        request = stamp.query(digest)
        path.with_suffix(".tsq").write_bytes(request)
        path.write_bytes(authority.reply(self.own_tsa, request))

    def _close(self) -> None:
        manifest = json.loads((self.folder / casefile.MANIFEST).read_bytes())
        case = json.loads((self.folder / casefile.FINDINGS).read_bytes())
        head = {key: value for key, value in manifest.items() if key not in ("schema", "files")}
        chain = head["custody"] | {"head_sha256": casefile.read_custody(self.folder).head}
        data = casefile.write_manifest(self.folder, head | {"findings": len(case["findings"]), "custody": chain})
        if self.seals == "drop":
            (self.folder / casefile.SIGNATURE).unlink()
            (self.folder / casefile.SIGNER).unlink()
        elif self.seals == "own":
            signature, public = sign.sign(data, self.own_key)
            (self.folder / casefile.SIGNATURE).write_bytes(signature)
            (self.folder / casefile.SIGNER).write_bytes(public)
            for path in self.folder.glob("stamps/manifest/*/manifest.tsr"):
                self._stamp(path, hashlib.sha256(data).digest())
        casefile.write_sums(self.folder)


__all__ = ["FLIPS", "REWRITES", "UTC", "Forger", "flip"]
