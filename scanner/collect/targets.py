"""Targets: TOML, CSV or plain URLs -> `Target` values.

A person wrote the file, often in a spreadsheet on Chinese Windows: a byte order mark, GBK, semicolons and Chinese
column names are read. What is wrong is said with file and line; nothing is guessed, least of all a vendor's name.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..config import LAW_ROLES, jurisdiction
from ..errors import TargetsError
from ..model import SPEAKERS, Target
from .urls import BadUrl, split

MAX_FILE_BYTES = 50 * 1024 * 1024
MAX_INTERVAL_HOURS = 24 * 366 * 10
TIP = (
    "TOML with [[target]] tables, CSV with the header vendor,url[,notice_url,note,jurisdiction,audience,speaker,role], "
    "or one URL a line"
)
_COLUMNS = {
    "vendor": "vendor", "厂商": "vendor", "供应商": "vendor", "廠商": "vendor", "公司": "vendor", "company": "vendor",
    "url": "url", "网址": "url", "網址": "url", "链接": "url", "link": "url",
    "notice_url": "notice_url", "notice": "notice_url", "隐私政策": "notice_url", "隱私政策": "notice_url",
    "note": "note", "备注": "note", "備註": "note",
    "jurisdiction": "jurisdiction", "法域": "jurisdiction",
    "audience": "audience", "受众": "audience", "受眾": "audience",
    "role": "role", "角色": "role",
    "speaker": "speaker", "谁的页面": "speaker", "誰的頁面": "speaker",
}  # fmt: skip
_KEYS = {"vendor", "urls", "url", "notice_urls", "notice_url", "note", "include", "exclude", "interval_hours"}
_KEYS |= {"jurisdiction", "jurisdictions", "audience", "role", "roles", "speaker", "speakers"}
_AUDIENCES = ("", "b2b", "b2c", "both")
_HOST = re.compile(r"(?!-)[^\s/?#@:]{1,253}(:\d{1,5})?")


@dataclass(frozen=True, slots=True)
class _Source:
    """Where in the file we are, for messages."""

    path: Path
    line: int = 0

    def error(self, what: str, tip: str = "") -> TargetsError:
        return TargetsError(f"{self.path}:{self.line}: {what}" if self.line else f"{self.path}: {what}", tip)


@dataclass(frozen=True, slots=True)
class TargetsFile:
    """What a targets file said when it was read, and the digest of the bytes in which it said so."""

    path: Path
    sha256: str
    targets: tuple[Target, ...]


def load_targets(path: Path) -> tuple[Target, ...]:
    """The targets of a file; as `read_targets`."""
    return read_targets(path).targets


def read_targets(path: Path) -> TargetsFile:
    """Read a targets file; the format is decided by the name (`.toml`, `.csv`) and else by the content.

    Raises TargetsError with file and line for anything that cannot be used, and for a file without targets.
    """
    source = _Source(path)
    data = _bytes(source)
    return TargetsFile(path, hashlib.sha256(data).hexdigest(), _targets(data, source))


def _targets(data: bytes, source: _Source) -> tuple[Target, ...]:
    path, text = source.path, _text(data, source)
    suffix = path.suffix.lower()
    if suffix == ".toml" or (suffix not in (".csv", ".tsv", ".txt") and re.search(r"^\s*\[\[target\]\]", text, re.M)):
        targets = _from_toml(text, source)
    elif suffix in (".csv", ".tsv") or _is_csv(text):
        targets = _from_csv(text, source)
    else:
        targets = _from_lines(text, source)
    if not targets:
        raise source.error("no targets in it", TIP)
    return targets


def from_urls(urls: Iterable[str]) -> tuple[Target, ...]:
    """One target a host, for URLs given on the command line. The vendor is the host name: we do not guess who it is.

    Raises TargetsError for a URL that cannot be fetched.
    """
    by_host: dict[str, list[str]] = {}
    for url in urls:
        try:
            parts = split(url.strip())
        except BadUrl as error:
            tip = f"did you mean https://{url.strip()} ?" if _HOST.match(url.strip()) and "://" not in url else ""
            raise TargetsError(f"{url!r}: {error}", tip) from None
        listed = by_host.setdefault(parts.origin.partition("://")[2], [])
        if url.strip() not in listed:
            listed.append(url.strip())
    return tuple(Target(vendor=host, urls=tuple(found)) for host, found in by_host.items())


def _bytes(source: _Source) -> bytes:
    try:
        data = source.path.read_bytes()
    except FileNotFoundError:
        raise source.error("no such file") from None
    except OSError as error:
        raise source.error(f"cannot be read: {error.strerror}") from None
    if len(data) > MAX_FILE_BYTES:
        raise source.error(f"larger than {MAX_FILE_BYTES // 1024**2} MB")
    return data


def _text(data: bytes, source: _Source) -> str:
    utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))  # Excel's "Unicode text"
    candidates = ("utf-16",) if utf16 else ("utf-8-sig", "gb18030")
    for encoding in candidates:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text
    raise source.error("is not text (UTF-8, UTF-16 or GBK)")


def _from_toml(text: str, source: _Source) -> tuple[Target, ...]:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise source.error(f"not valid TOML: {error}") from None
    tables = data.pop("target", [])
    if data:
        raise source.error(f"unknown key `{next(iter(data))}`", TIP)
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise source.error("`target` must be an array of tables: write [[target]]")
    lines = [number for number, line in enumerate(text.splitlines(), 1) if re.match(r"\s*\[\[\s*target\s*\]\]", line)]
    places = lines if len(lines) == len(tables) else [0] * len(tables)
    return tuple(_from_table(table, replace(source, line=line)) for table, line in zip(tables, places, strict=True))


def _from_table(table: Mapping[str, Any], source: _Source) -> Target:
    unknown = sorted(set(table) - _KEYS)
    if unknown:
        raise source.error(f"unknown key `{unknown[0]}`", f"known: {', '.join(sorted(_KEYS))}")
    vendor = table.get("vendor", "")
    note = table.get("note", "")
    audience, speaker = table.get("audience", ""), table.get("speaker", "")
    if not all(isinstance(text, str) for text in (vendor, note, audience, speaker)):
        raise source.error("`vendor`, `note`, `audience` and `speaker` must be text")
    interval = table.get("interval_hours")
    if interval is not None and (
        isinstance(interval, bool) or not isinstance(interval, int | float) or not 0 < interval <= MAX_INTERVAL_HOURS
    ):
        raise source.error("`interval_hours` must be a number above 0")
    urls = (*_strings(table, "url", source), *_strings(table, "urls", source))
    notices = (*_strings(table, "notice_url", source), *_strings(table, "notice_urls", source))
    return _target(
        source,
        vendor=vendor,
        urls=urls,
        notice_urls=notices,
        note=note,
        include=_strings(table, "include", source),
        exclude=_strings(table, "exclude", source),
        interval_hours=None if interval is None else float(interval),
        jurisdictions=(*_strings(table, "jurisdiction", source), *_strings(table, "jurisdictions", source)),
        audience=audience,
        roles=(*_strings(table, "role", source), *_strings(table, "roles", source)),
        speaker=speaker,
        speakers=_speakers(table.get("speakers", {}), source),
    )


def _speakers(table: object, source: _Source) -> tuple[tuple[str, str], ...]:
    if not isinstance(table, dict) or not all(isinstance(word, str) for word in table.values()):
        raise source.error('`speakers` must be a table of addresses, like { "/news/" = "news" }')
    return tuple(table.items())


def _strings(table: Mapping[str, Any], key: str, source: _Source) -> tuple[str, ...]:
    value = table.get(key, ())
    values = (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list | tuple) else (None,)
    if not all(isinstance(item, str) and item.strip() for item in values):
        raise source.error(f"`{key}` must be text or a list of texts, none of them empty")
    return tuple(item.strip() for item in values if item is not None)


def _target(source: _Source, *, vendor: str, urls: tuple[str, ...], **rest: Any) -> Target:
    if not vendor.strip():
        raise source.error("`vendor` is missing", "the name as registered; it heads the report")
    if not urls:
        raise source.error(f"{vendor.strip()}: no `urls`")
    for url in (*urls, *rest.get("notice_urls", ())):
        _check(url, source)
    speakers = rest.get("speakers", ())
    for prefix in (*rest.get("include", ()), *rest.get("exclude", ()), *(prefix for prefix, _ in speakers)):
        _check_prefix(prefix, source)
    rest["roles"] = tuple(dict.fromkeys(_role(word, source) for word in rest.get("roles", ())))
    rest["speaker"] = _speaker(rest.get("speaker", ""), source)
    rest["speakers"] = tuple((prefix, _speaker(word, source)) for prefix, word in speakers)
    rest["jurisdictions"] = _jurisdictions(rest.get("jurisdictions", ()), source)
    rest["audience"] = rest.get("audience", "").strip().lower()
    if rest["audience"] not in _AUDIENCES:
        what = f"`audience` {rest['audience'][:80]!r} is not known"
        raise source.error(what, "b2b, b2c or both; leave it out if unsure")
    return Target(vendor=" ".join(vendor.split()), urls=tuple(dict.fromkeys(urls)), **rest)


def _role(word: str, source: _Source) -> str:
    """Whose duties a vendor has, in a word of `law.role`."""
    role = word.strip().lower()
    if role not in LAW_ROLES:
        tip = f"one of: {', '.join(LAW_ROLES)}; several where it sells and runs the service itself"
        raise source.error(f"`role` {word[:80]!r} is not known", tip)
    return role


def _speaker(word: str, source: _Source) -> str:
    """Who speaks on the pages, in one of the known words; empty where nothing is said."""
    word = word.strip().lower()
    if word and word not in SPEAKERS:
        raise source.error(f"`speaker` {word[:80]!r} is not known", f"one of: {', '.join(SPEAKERS)}")
    return word


def _jurisdictions(codes: Iterable[str], source: _Source) -> tuple[str, ...]:
    """Each code once, in capitals."""
    try:
        return tuple(dict.fromkeys(jurisdiction(code) for code in codes))
    except ValueError as error:
        raise source.error(str(error)) from None


def _check(url: str, source: _Source) -> None:
    try:
        split(url)
    except BadUrl as error:
        raise source.error(f"{url[:200]!r}: {error}") from None


def _check_prefix(prefix: str, source: _Source) -> None:
    if "://" in prefix:
        _check(prefix, source)
    elif not prefix.startswith("/") and not _is_host(prefix):
        tip = f"did you mean https://{prefix} ?" if _HOST.match(prefix) else ""
        raise source.error(f"{prefix[:200]!r} is neither a host, a path nor a URL", tip)


def _is_host(text: str) -> bool:
    """A host name, perhaps with a port, and nothing behind it: such an entry would never match."""
    try:
        parts = split(f"http://{text}")
    except BadUrl:
        return False
    return parts.request_target == "/" and not text.endswith("/")


def _is_csv(text: str) -> bool:
    first = next((line for line in text.splitlines() if line.strip()), "")
    names = {cell.strip().strip('"').lower() for cell in re.split(r"[,;\t]", first)}
    return len(names) > 1 and "url" in {_COLUMNS.get(name) for name in names}


def _from_csv(text: str, source: _Source) -> tuple[Target, ...]:
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    found: dict[str, Target] = {}
    columns: dict[str, int] = {}
    try:
        for row in rows:
            here = replace(source, line=rows.line_num)
            if not any(cell.strip() for cell in row):
                continue
            if not columns:
                columns = _columns(row, here)
                continue
            target = _from_row({name: row[at] if at < len(row) else "" for name, at in columns.items()}, here)
            found[target.vendor] = _merged(found.get(target.vendor), target)
    except csv.Error as error:
        raise replace(source, line=rows.line_num).error(f"not valid CSV: {error}") from None
    return tuple(found.values())


def _delimiter(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=first.count)


def _columns(row: list[str], source: _Source) -> dict[str, int]:
    names = [_COLUMNS.get(cell.strip().lower(), "") for cell in row]
    for needed in ("vendor", "url"):
        if needed not in names:
            raise source.error(f"the header has no column `{needed}`", TIP)
    unknown = [cell.strip() for cell, name in zip(row, names, strict=True) if not name and cell.strip()]
    if unknown:
        raise source.error(f"unknown column `{unknown[0][:80]}`", TIP)
    if len({name for name in names if name}) != sum(bool(name) for name in names):
        raise source.error("a column is there twice")
    return {name: at for at, name in enumerate(names) if name}


def _from_row(cells: Mapping[str, str], source: _Source) -> Target:
    notice = cells.get("notice_url", "").strip()
    url = cells["url"].strip()
    return _target(
        source,
        vendor=cells["vendor"],
        urls=(url,) if url else (),
        notice_urls=(notice,) if notice else (),
        note=cells.get("note", "").strip(),
        jurisdictions=_several(cells.get("jurisdiction", "")),
        roles=_several(cells.get("role", "")),
        audience=cells.get("audience", ""),
        speaker=cells.get("speaker", ""),
    )


def _several(cell: str) -> tuple[str, ...]:
    """The words in a cell, however a person parts them."""
    return tuple(re.findall(r"[^\s,;|/、，；]+", cell))


def _merged(first: Target | None, second: Target) -> Target:
    """Rows with the same vendor make one target."""
    if first is None:
        return second
    notes = dict.fromkeys(note for note in (first.note, second.note) if note)
    return replace(
        first,
        urls=tuple(dict.fromkeys(first.urls + second.urls)),
        notice_urls=tuple(dict.fromkeys(first.notice_urls + second.notice_urls)),
        note="; ".join(notes),
        jurisdictions=tuple(dict.fromkeys(first.jurisdictions + second.jurisdictions)),
        audience=joined_audience(first.audience, second.audience),
        roles=tuple(dict.fromkeys(first.roles + second.roles)),
        **joined_speakers(first, second),
    )


def joined_speakers(first: Target, second: Target) -> dict[str, Any]:
    """Who speaks on the pages of two targets of one vendor: where they differ, each word holds below its own URLs."""
    if first.speaker == second.speaker:
        return {"speaker": first.speaker, "speakers": tuple(dict.fromkeys(first.speakers + second.speakers))}
    own = tuple((url, one.speaker) for one in (first, second) if one.speaker for url in one.urls)
    return {"speaker": "", "speakers": tuple(dict.fromkeys(first.speakers + second.speakers + own))}


def joined_audience(first: str, second: str) -> str:
    """Whom the pages of two targets of one vendor address together; what only one of them says stands for both."""
    return first if first == second or not second else second if not first else "both"


def _from_lines(text: str, source: _Source) -> tuple[Target, ...]:
    urls: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        url = line.strip()
        if url and not url.startswith("#"):
            _check(url, replace(source, line=number))
            urls.append(url)
    return from_urls(urls)
