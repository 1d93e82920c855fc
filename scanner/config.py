"""noticescan.toml + environment + flags -> Settings, made once and then passed on. Nothing is configured globally.

Order, strongest first: flags (`overrides`), environment (`NOTICESCAN_CRAWL__DELAY=9`), the project's file
(`--config FILE`, else ./noticescan.toml), the user's file (`~/.config/noticescan/noticescan.toml` or what the platform
uses for that), defaults. An unknown key at any depth is an error: a setting that silently does nothing is how a crawl
becomes impolite or a report incomplete.

Paths inside a file are relative to the folder of that file, so that a timer need not care where it is started.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import os
import re
import tomllib
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from urllib.parse import urlsplit

import platformdirs
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict, SettingsError

from .errors import ConfigError

FILE_NAME = "noticescan.toml"
ENV_PREFIX = "NOTICESCAN_"
ENV_FOR_TESTS = "NOTICESCAN_TEST_"
"""Variables of our test suite, which are not settings."""
KIB = 1024
MIB = 1024 * 1024
LOWEST_PUBLIC_DELAY = 0.5
"""Seconds between two requests to one host that is not loopback; below this a small shop's server notices us."""

_PATHS = (
    (None, "out_dir"), ("run", "targets"), ("rules", "path"),
    ("evidence", "key_file"), ("evidence", "trusted_roots"), ("evidence", "trusted_keys"),
)  # fmt: skip
"""Settings in a file that are paths relative to its folder."""
_FROZEN = ConfigDict(extra="forbid", frozen=True)
Format = Literal["html", "json", "csv", "markdown", "letters"]
Writer = Literal["press", "regulator"]
FORMATS: tuple[str, ...] = get_args(Format)


def _one_line_ascii(value: str) -> str:
    if not value.isascii() or not value.isprintable():
        raise ValueError("must be one line of printable ASCII: it is sent as a request header")
    return value.strip()


def _network(value: object) -> IPv4Network | IPv6Network:
    if isinstance(value, IPv4Network | IPv6Network):
        return value
    try:
        return ip_network(str(value))
    except ValueError as error:
        raise ValueError(f"{value!r} is not a network such as 127.0.1.0/24 ({error})") from None


Network = Annotated[IPv4Network | IPv6Network, PlainValidator(_network, json_schema_input_type=str)]
HeaderText = Annotated[str, Field(max_length=200), AfterValidator(_one_line_ascii)]


class CrawlSettings(BaseModel):
    """How pages are fetched. Times in seconds, sizes in bytes."""

    model_config = _FROZEN

    user_agent_contact: HeaderText = ""
    """URL or mail address in the User-Agent, so that a site's owner can ask who reads there."""
    delay: float = Field(default=2.0, ge=0, le=3600)
    """Pause between two requests to one host; a longer Crawl-delay of the site wins."""
    max_pages_per_target: int = Field(default=200, ge=1, le=1_000_000)
    max_depth: int = Field(default=4, ge=0, le=100)
    max_concurrent_hosts: int = Field(default=16, ge=1, le=512)
    page_timeout: float = Field(default=30.0, gt=0, le=3600)
    max_wire_bytes: int = Field(default=10 * MIB, ge=KIB, le=2048 * MIB)
    max_body_bytes: int = Field(default=50 * MIB, ge=KIB, le=2048 * MIB)
    max_header_bytes: int = Field(default=64 * KIB, ge=KIB, le=16 * MIB)
    max_redirects: int = Field(default=10, ge=0, le=50)
    allow_networks: tuple[Network, ...] = ()
    """Networks that may be contacted although they are private or loopback, as narrow as wanted."""
    robots_overrides: dict[str, str] = Field(default_factory=dict)
    """host -> why its robots.txt is not followed; the reason is kept with each capture."""
    retry_limit: int = Field(default=3, ge=0, le=20)
    max_retry_after: float = Field(default=120.0, ge=0, le=86_400)

    @field_validator("robots_overrides")
    @classmethod
    def _reasons_given(cls, value: dict[str, str]) -> dict[str, str]:
        for host, reason in value.items():
            if not reason.strip():
                raise ValueError(f"{host}: say why its robots.txt is not followed; the reason is kept as evidence")
        return {host.lower(): reason for host, reason in value.items()}

    @model_validator(mode="after")
    def _polite(self) -> CrawlSettings:
        fast_is_harmless = self.allow_networks and all(net.is_loopback for net in self.allow_networks)
        if self.delay < LOWEST_PUBLIC_DELAY and not fast_is_harmless:
            raise ValueError(
                f"delay is below {LOWEST_PUBLIC_DELAY} s, which is only for sites on this machine "
                "(allow_networks, or --allow-network, naming loopback and nothing else)"
            )
        return self


class OcrSettings(BaseModel):
    """Which pictures of a page are searched for text. Sizes in bytes."""

    model_config = _FROZEN

    pictures: Literal["auto", "never"] = "auto"
    """auto: where the extra `ocr` is installed."""
    max_per_page: int = Field(default=40, ge=1, le=10_000)
    max_per_run: int = Field(default=2000, ge=1, le=10_000_000)
    max_bytes: int = Field(default=8 * MIB, ge=KIB, le=256 * MIB)


class RenderSettings(BaseModel):
    """How pages are shown by a browser. Times in seconds, sizes in bytes."""

    model_config = _FROZEN

    when: Literal["auto", "always", "never"] = "auto"
    """auto: pages that hold no text until their scripts have run, where the extra `browser` is installed."""
    chromium: str = ""
    """Path of the browser; empty: the first of chromium, chromium-browser, google-chrome in PATH."""
    sandbox: Literal["auto", "off"] = "auto"
    """auto: Chromium's sandbox is on, but for root, for whom it cannot be."""
    timeout: float = Field(default=45.0, gt=0, le=600)
    max_requests: int = Field(default=250, ge=1, le=10_000)
    max_total_bytes: int = Field(default=60 * MIB, ge=MIB, le=2048 * MIB)
    """Of all answers that one page asked for."""


class CompareSettings(BaseModel):
    """Second ways of looking at a page, for `--compare-as`."""

    model_config = _FROZEN

    search_referrer: HeaderText = "https://www.bing.com/"
    """What `search-referrer` sends as Referer."""
    proxies: dict[str, str] = Field(default_factory=dict)
    """Name -> http://ADDRESS:PORT of a proxy, for `proxy:NAME`."""

    @field_validator("proxies")
    @classmethod
    def _are_addresses(cls, value: dict[str, str]) -> dict[str, str]:
        for name, url in value.items():
            parts = urlsplit(url)
            try:
                ip_address(parts.hostname or "")
            except ValueError:
                raise ValueError(
                    f"{name}: write http://ADDRESS:PORT with an IP address, not {parts.hostname}"
                ) from None
            if parts.scheme != "http" or not parts.port or parts.username:
                raise ValueError(f"{name}: write http://ADDRESS:PORT (no other scheme, no password)")
        return value


class StoreSettings(BaseModel):
    """Where runs, captures and findings are recorded."""

    model_config = _FROZEN

    url: str = ""
    """Database URL (sqlite:///... or postgresql://...); empty: `noticescan.sqlite` in the output folder."""


class ReportSettings(BaseModel):
    """Which reports are written after a crawl."""

    model_config = _FROZEN

    lang: Literal["en", "zh"] = "en"
    formats: tuple[Format, ...] = ("html", "json", "csv", "markdown", "letters")
    letter: Writer = "press"
    """Who writes the letters to the vendors: a newsroom before it publishes, or an office that inquires."""


class RunSettings(BaseModel):
    """What `noticescan run` does when a timer starts it."""

    model_config = _FROZEN

    interval_hours: float = Field(default=168.0, gt=0, le=24 * 366)
    """How long a URL that was read stays fresh, unless its target says otherwise."""
    targets: str = ""
    """The targets file; empty: targets.toml or targets.csv beside the settings file."""


Speaker = Literal["auto", "vendor", "news", "legal", "notice", "guide", "defence", "research", "unrelated"]
"""`model.SPEAKERS`."""


class RulesSettings(BaseModel):
    """What judges, and what it is told beforehand."""

    model_config = _FROZEN

    path: str = ""
    """A patterns folder; empty: the one shipped with this version."""
    speaker: Speaker = "auto"
    """Who speaks on every page of which no target and no option says so. auto: decided from each page."""


def jurisdiction(text: str) -> str:
    """A place whose law is looked at, as a code in capitals: CN, EU, UK, DE, US, US-IL. Raises ValueError.

    Case is forgiven; a name is not guessed at. A code for which no provisions are listed is valid: reports say so.
    """
    code = text.strip().upper()
    if not re.fullmatch(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", code):
        raise ValueError(f"{text!r} is not a jurisdiction: write a code such as CN, EU, UK, DE, US, US-IL, HK or TW")
    return code


def _several(value: object) -> object:
    """One word where a list is asked for is a list of one."""
    return (value,) if isinstance(value, str) else value


Jurisdiction = Annotated[str, AfterValidator(jurisdiction)]
LawRole = Literal["vendor", "deployer", "advertiser"]
LAW_ROLES: tuple[str, ...] = get_args(LawRole)
Audience = Literal["", "b2b", "b2c", "both"]


class LawSettings(BaseModel):
    """Which provisions a report names beside a claim. What a target says of itself comes first."""

    model_config = _FROZEN

    jurisdictions: Annotated[tuple[Jurisdiction, ...], BeforeValidator(_several)] = ()
    """Where vendors are and whom they address. Empty: no provision is named, and the report says why."""
    role: Annotated[tuple[LawRole, ...], BeforeValidator(_several), Field(min_length=1)] = ("vendor", "advertiser")
    """Whose duties are named."""
    audience: Audience = ""
    """Whom the pages address. Empty: provisions for consumers only, or businesses only, are not named."""


class EvidenceSettings(BaseModel):
    """What is made of kept bytes so that they stand up later."""

    model_config = _FROZEN

    wacz_max_bytes: int = Field(default=256 * MIB, ge=0)
    """After a run its WARC files are packed into a WACZ if they are no larger together; 0: never."""
    timestamp_urls: tuple[str, ...] = ()
    """Timestamp authorities (RFC 3161) that are asked after a run and for a case file; none: nobody is asked."""
    ots_calendars: tuple[str, ...] = ()
    """Calendars (OpenTimestamps) that are asked for the same, with the extra `ots`; none: nobody is asked."""
    trusted_roots: tuple[str, ...] = ()
    """PEM files with the root certificates of the authorities that are trusted."""
    key_file: str = ""
    """Ed25519 private key (PEM) with which case files are signed; empty: they are not."""
    trusted_keys: tuple[str, ...] = ()
    """PEM files with public keys whose signature on a case file counts."""

    @field_validator("timestamp_urls", "ots_calendars")
    @classmethod
    def _web_addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for url in value:
            if not re.match(r"https?://[^/\s]+", url) or not url.isprintable():
                raise ValueError(f"{url!r} is not an http(s) address")
        return value


class Settings(BaseModel):
    """All settings of one process. Made by `load`; `Settings()` is the defaults, whatever the environment says."""

    model_config = _FROZEN

    crawl: CrawlSettings = CrawlSettings()
    ocr: OcrSettings = OcrSettings()
    render: RenderSettings = RenderSettings()
    compare: CompareSettings = CompareSettings()
    store: StoreSettings = StoreSettings()
    report: ReportSettings = ReportSettings()
    run: RunSettings = RunSettings()
    rules: RulesSettings = RulesSettings()
    law: LawSettings = LawSettings()
    evidence: EvidenceSettings = EvidenceSettings()
    out_dir: str = "noticescan-out"

    def digest(self) -> str:
        """SHA-256 of the canonical JSON of everything that can change a result.

        The database URL is left out: it changes no finding, and its password must not be guessable from a report. So
        are keys and authorities, which come into play when everything is found.
        """
        canonical = self.model_dump(mode="json", exclude={"store", "evidence"})
        text = json.dumps(canonical, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def database_url(self) -> str:
        """The database URL as set, or the SQLite file in the output folder."""
        return self.store.url or f"sqlite:///{Path(self.out_dir) / 'noticescan.sqlite'}"


class _Environment(Settings, BaseSettings):
    """Tells pydantic-settings how to read our variables; never instantiated."""

    model_config = SettingsConfigDict(env_prefix=ENV_PREFIX, env_nested_delimiter="__")


def load(config_path: Path | None = None, overrides: Mapping[str, Any] | None = None) -> Settings:
    """Settings from flags, environment and files; `overrides` is nested like the file, e.g. {"crawl": {"delay": 9}}.

    Raises ConfigError, which names each wrong key and where it was set.
    """
    if config_path is not None and not config_path.is_file():
        raise ConfigError(f"no settings file {config_path}", "`noticescan init` writes one with every key explained")
    user_file = platformdirs.user_config_path("noticescan", appauthor=False) / FILE_NAME
    project_file = config_path or Path(FILE_NAME)
    sources: list[tuple[str, Mapping[str, Any]]] = [
        *((str(path), _read_file(path)) for path in (user_file, project_file) if path.is_file()),
        ("environment", _environment()),
        (FLAG, overrides or {}),
    ]
    merged: dict[str, Any] = {}
    for _, values in sources:
        merged = _merge(merged, values)
    try:
        return Settings(**merged)
    except ValidationError as error:
        raise ConfigError(*_explain(error, sources)) from None


def _read_file(path: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not UTF-8 text", "save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not valid TOML: {error}") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from None
    folder = path.parent
    for section, key in _PATHS:
        table = values if section is None else values.get(section)
        if not isinstance(table, dict):
            continue
        if isinstance(table.get(key), str) and table[key]:
            table[key] = str(folder / Path(table[key]).expanduser())
        elif isinstance(table.get(key), list):
            table[key] = [str(folder / Path(p).expanduser()) if isinstance(p, str) else p for p in table[key]]
    return values


def _environment() -> dict[str, Any]:
    known = set(Settings.model_fields)
    for name in sorted(os.environ):
        upper = name.upper()
        if not upper.startswith(ENV_PREFIX) or upper.startswith(ENV_FOR_TESTS):
            continue
        top = upper.removeprefix(ENV_PREFIX).split("__")[0].lower()
        if top not in known:
            raise ConfigError(f"environment: {name}: unknown setting", _nearest(top, known))
    try:
        return EnvSettingsSource(_Environment)()
    except SettingsError as error:
        raise ConfigError(f"environment: {error}", "lists and tables are written as JSON") from None


def _merge(low: Mapping[str, Any], high: Mapping[str, Any]) -> dict[str, Any]:
    out = dict(low)
    for key, value in high.items():
        below = out.get(key)
        out[key] = _merge(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return out


FLAG = "flag"
FLAGS = {
    "out_dir": "--out", "store.url": "--db", "rules.path": "--rules", "report.lang": "--lang",
    "report.formats": "--format", "crawl.delay": "--delay", "crawl.max_pages_per_target": "--max-pages",
    "crawl.max_depth": "--max-depth", "crawl.user_agent_contact": "--contact",
    "crawl.allow_networks": "--allow-network", "render.when": "--render",
}  # fmt: skip
"""What a setting is called on the command line: whoever mistyped a flag knows it by that name."""

_PLAINLY = {
    "tuple_type": 'must be a list, like ["..."]',
    "model_type": "must be a table: a line [name] with keys below it",
    "dict_type": "must be a table: a line [name] with keys below it",
    "string_type": 'must be text, like "..."',
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
}
"""What pydantic says in words of its own, by the type of the problem."""


def _explain(error: ValidationError, sources: list[tuple[str, Mapping[str, Any]]]) -> tuple[str, str]:
    """(message, tip): each problem as `where: key: what`; the message stays one line."""
    lines: list[str] = []
    tip = ""
    for problem in error.errors(include_url=False):
        keys = [part for part in problem["loc"] if isinstance(part, str)]
        where = next((name for name, values in reversed(sources) if _holds(values, keys)), "settings")
        what = problem["msg"].removeprefix("Value error, ")
        what = _PLAINLY.get(problem["type"], what)
        if problem["type"] == "extra_forbidden":
            what = "unknown key"
            tip = tip or _nearest(keys[-1], _known_keys(keys[:-1]))
        if problem["type"] == "literal_error":
            allowed = problem["ctx"]["expected"].replace("''", "empty").replace("'", "").replace(" or ", ", ")
            what = f"{problem['input']}: not known; one of: {allowed}"
        key = ".".join(keys)
        place = f"{where}: {key}" if where != FLAG else FLAGS.get(key, "")
        line = f"{place}: {what}" if place else what
        if line not in lines:
            lines.append(line)
    return "; ".join(lines).replace("\n", " "), tip


def _holds(values: Any, keys: list[str]) -> bool:
    for key in keys:
        if not isinstance(values, Mapping) or key not in values:
            return False
        values = values[key]
    return True


def _known_keys(section: list[str]) -> set[str]:
    fields = Settings.model_fields
    if not section:
        return set(fields)
    model = fields[section[0]].annotation if section[0] in fields else None
    return set(model.model_fields) if isinstance(model, type) and issubclass(model, BaseModel) else set()


def _nearest(key: str, known: set[str]) -> str:
    near = difflib.get_close_matches(key, sorted(known), n=1, cutoff=0.5)
    return f"did you mean `{near[0]}`?" if near else f"known here: {', '.join(sorted(known))}"
