"""`provisions.toml` -> Provision values. Strict: every problem is listed with file and key, and then nothing is loaded.

A law that is shown for the wrong category, role or day is a false accusation, so nothing is guessed or skipped here.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from .model import Provision, ProvisionRole

FILE = "provisions.toml"
CLAIMS = "claims.toml"
ROLES = ("vendor", "deployer", "advertiser")
AUDIENCES = ("b2b", "b2c")
EU = frozenset(
    {
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU",
        "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
    }
)  # fmt: skip
"""Member states: whoever names one has named the EU."""
JURISDICTION = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
_ID = re.compile(r"[a-z]+(\.[a-z0-9-]+)+")
_URL = re.compile(r"https?://[^\s<>\"]+")
_TEXTS = ("id", "instrument", "jurisdiction", "article", "role", "source_url", "summary_en", "summary_zh")
_NEEDED = {*_TEXTS, "in_force_from", "applies_to", "engages", "verified"}
_TEXTS_TOO = ("article_en", "article_zh", "note_en", "note_zh", "binds")
_ALLOWED = _NEEDED | {"in_force_until", "audience", "direct", *_TEXTS_TOO}
_INSTRUMENT_NEEDED = {"original", "en", "zh"}
_INSTRUMENT_ALLOWED = _INSTRUMENT_NEEDED | {"unit_en", "penal", "brief_en", "brief_zh"}
_BOUND = {"en", "zh"}

Tables = Mapping[str, Mapping[str, Any]]
"""key -> names of a law, or who is bound in both languages"""
Tell = Callable[[str, str], None]
"""(key, what is wrong)"""


@dataclass(slots=True)
class Read:
    """What a patterns folder holds on law, and what is wrong with it."""

    provisions: list[Provision] = field(default_factory=list)
    """In the order of the file."""
    categories: tuple[str, ...] = ()
    """Every claim category of the folder, also those that engage nothing."""
    digest: str = ""
    """sha256 of the file."""
    problems: list[str] = field(default_factory=list)
    """`file: key: what`."""


def read_provisions(folder: Path) -> Read:
    """Reads `provisions.toml` of a patterns folder, and from `claims.toml` which categories there are."""
    problems: list[str] = []
    data, digest = _toml(folder / FILE, problems)
    claims, _ = _toml(folder / CLAIMS, problems)
    categories = tuple(name for name in claims or () if name != "schema")
    if data is None or claims is None:  # without categories each entry would be a problem
        return Read(categories=categories, problems=problems)

    def tell(key: str, what: str) -> None:
        problems.append(f"{FILE}: {key}: {what}")

    for key in sorted(set(data) - {"schema", "instrument", "bound", "provision"}):
        tell(key, "unknown key")
    if data.get("schema") != 1:
        tell("schema", "must be 1")
    instruments = _instruments(data.get("instrument"), tell)
    bound = _bound(data.get("bound", {}), tell)
    entries = data.get("provision")
    if not isinstance(entries, list) or not entries or not all(isinstance(entry, dict) for entry in entries):
        tell("provision", "must be tables: write [[provision]]")
        entries = []
    found = [_provision(entry, n, instruments, bound, set(categories), tell) for n, entry in enumerate(entries, 1)]
    _whole(entries, {"instrument": instruments, "bound": bound}, tell)
    return Read([one for one in found if one is not None], categories, digest, problems)


def _toml(file: Path, problems: list[str]) -> tuple[dict[str, Any] | None, str]:
    try:
        raw = file.read_bytes()
        return tomllib.loads(raw.decode("utf-8")), hashlib.sha256(raw).hexdigest()
    except OSError as error:
        problems.append(f"{file.name}: -: cannot be read: {error.strerror or error}")
    except UnicodeDecodeError:
        problems.append(f"{file.name}: -: not UTF-8")
    except tomllib.TOMLDecodeError as error:
        problems.append(f"{file.name}: -: not TOML: {error}")
    return None, ""


def _bound(raw: Any, tell: Tell) -> Tables:
    """Who is bound, in plain words in both languages, by key."""
    if not isinstance(raw, dict):
        tell("bound", "must be tables: write [bound.NAME]")
        return {}
    out: dict[str, Mapping[str, Any]] = {}
    for name, entry in raw.items():
        texts = entry.values() if isinstance(entry, dict) else ()
        if (
            not isinstance(entry, dict)
            or set(entry) != _BOUND
            or not all(isinstance(t, str) and t.strip() for t in texts)
        ):
            tell(f"bound.{name}", "must hold en and zh, each a text")
        else:
            out[name] = entry
    return out


def _instruments(raw: Any, tell: Tell) -> Tables:
    """Names of laws by key."""
    if not isinstance(raw, dict):
        tell("instrument", "must be tables: write [instrument.NAME]")
        return {}
    out: dict[str, Mapping[str, Any]] = {}
    for name, entry in raw.items():
        key = f"instrument.{name}"
        if not isinstance(entry, dict) or not _INSTRUMENT_NEEDED <= set(entry) <= _INSTRUMENT_ALLOWED:
            tell(key, "must hold original, en and zh, and at most unit_en, brief_en, brief_zh and penal")
        elif not isinstance(entry.get("penal", False), bool):
            tell(f"{key}.penal", "must be true or false")
        elif not all(isinstance(text, str) and text.strip() for name, text in entry.items() if name != "penal"):
            tell(key, "every name must be text")
        else:
            out[name] = entry
    return out


def _whole(entries: Iterable[Mapping[str, Any]], tables: Mapping[str, Tables], tell: Tell) -> None:
    """What can only be seen over all entries: ids are unique, no law and nobody bound is named for nothing."""
    seen: set[str] = set()
    used: dict[str, set[str]] = {"instrument": set(), "bound": set()}
    for entry in entries:
        name = str(entry.get("id", ""))
        if name in seen:
            tell(name, "this id is there twice")
        seen.add(name)
        used["instrument"].add(str(entry.get("instrument")))
        used["bound"].add(str(entry.get("binds")))
    for kind, table in tables.items():
        for name in table:
            if name not in used[kind]:
                tell(f"{kind}.{name}", "no provision uses it")


def _provision(
    entry: Mapping[str, Any], number: int, instruments: Tables, bound: Tables, categories: set[str], tell: Tell
) -> Provision | None:
    name = entry.get("id")
    where = name if isinstance(name, str) and name else f"provision[{number}]"
    bad: list[str] = []

    def wrong(key: str, what: str) -> None:
        bad.append(key)
        tell(f"{where}.{key}", what)

    for key in sorted(set(entry) - _ALLOWED):
        wrong(key, "unknown key")
    for key in sorted(_NEEDED - set(entry)):
        wrong(key, "missing")
    for key in _TEXTS + _TEXTS_TOO:
        if key in entry and not (isinstance(entry[key], str) and entry[key].strip() and "\n" not in entry[key]):
            wrong(key, "must be one line of text")
    if ("note_en" in entry) != ("note_zh" in entry):
        wrong("note_en", "a note stands in both languages or in none")
    if not bad:
        _values(entry, instruments, bound, categories, wrong)
    return None if bad else _made(entry, instruments[entry["instrument"]], bound.get(entry.get("binds", ""), {}))


def _values(entry: Mapping[str, Any], instruments: Tables, bound: Tables, categories: set[str], wrong: Tell) -> None:
    roles = [role.value for role in ProvisionRole]
    checks = (
        ("id", _ID.fullmatch(entry["id"]), "must be lower case words joined by dots"),
        ("instrument", entry["instrument"] in instruments, "not among the [instrument] tables"),
        ("binds", entry.get("binds") in {None, *bound}, "not among the [bound] tables"),
        ("jurisdiction", JURISDICTION.fullmatch(entry["jurisdiction"]), "must be a code such as CN, EU or US-IL"),
        ("role", entry["role"] in roles, f"must be one of {', '.join(roles)}"),
        ("source_url", _URL.fullmatch(entry["source_url"]), "must be an http(s) address"),
        ("verified", isinstance(entry["verified"], bool), "must be true or false"),
        ("in_force_from", type(entry["in_force_from"]) is date, "must be a date such as 2025-06-01, without quotes"),
        ("audience", entry.get("audience", "b2b") in AUDIENCES, f"must be one of {', '.join(AUDIENCES)}"),
    )
    for key, fine, what in checks:
        if not fine:
            wrong(key, what)
    _list(entry["applies_to"], ROLES, "applies_to", wrong)
    _list(entry["engages"], categories, "engages", wrong)
    if "direct" in entry:
        _list(entry["direct"], entry["engages"] if isinstance(entry["engages"], list) else (), "direct", wrong)
        if entry["role"] != ProvisionRole.DUTY:
            wrong("direct", "only a duty has it")
    until = entry.get("in_force_until")
    if until is not None:
        if type(until) is not date:
            wrong("in_force_until", "must be a date such as 2025-06-01, without quotes")
        elif type(entry["in_force_from"]) is date and until < entry["in_force_from"]:
            wrong("in_force_until", "lies before in_force_from")


def _list(value: Any, allowed: Iterable[str], key: str, wrong: Tell) -> None:
    known = set(allowed)
    if not isinstance(value, list) or not value or not all(isinstance(item, str) for item in value):
        wrong(key, "must be a list of words, not empty")
        return
    for item in value:
        if item not in known:
            wrong(key, f"{item!r} is not known" + ("" if len(known) > 5 else f", only {', '.join(sorted(known))}"))
    if len(set(value)) < len(value):
        wrong(key, "names something twice")


def _made(entry: Mapping[str, Any], instrument: Mapping[str, Any], bound: Mapping[str, Any]) -> Provision:
    article = entry["article"]
    unit = instrument.get("unit_en", "art.")
    return Provision(
        id=entry["id"],
        jurisdiction=entry["jurisdiction"],
        instrument=instrument["original"],
        instrument_en=instrument["en"],
        instrument_zh=instrument["zh"],
        article=article,
        article_en=entry.get("article_en", f"{unit} {article}" if article[0].isdigit() else article),
        article_zh=entry.get("article_zh", f"第{article}条"),
        in_force_from=entry["in_force_from"],
        in_force_until=entry.get("in_force_until"),
        role=ProvisionRole(entry["role"]),
        applies_to=tuple(entry["applies_to"]),
        audience=entry.get("audience", ""),
        engages=tuple(entry["engages"]),
        direct=tuple(entry.get("direct", ())),
        penal=instrument.get("penal", False),
        verified=entry["verified"],
        source_url=entry["source_url"],
        summary_en=entry["summary_en"],
        summary_zh=entry["summary_zh"],
        note_en=entry.get("note_en", ""),
        note_zh=entry.get("note_zh", ""),
        bound_en=bound.get("en", ""),
        bound_zh=bound.get("zh", ""),
        brief_en=instrument.get("brief_en", ""),
        brief_zh=instrument.get("brief_zh", ""),
    )
