"""The frozen values that pass between the rooms. Imports nothing of ours.

A room takes one of these and returns another; nobody adds keys to a value in passing. All times are
timezone-aware UTC. All offsets count Unicode code points of the *original* text (`Document.text`), never of a
normalised form. "sha256" is always lower-case hex, and the docstring says of which bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

FINDING_SCHEMA = "noticescan/finding/1"
REPORT_SCHEMA = "noticescan/report/1"
TEXT_DERIVATION = "text/v1"
"""Name of the rule by which `Document.text` is made from HTML; raised when offsets could change."""


class Stance(StrEnum):
    """Who stands behind the words."""

    ASSERTED = "asserted"
    REPORTED = "reported"
    NEGATED = "negated"
    HYPOTHETICAL = "hypothetical"
    LEGAL = "legal"


class Severity(StrEnum):
    """How much a category matters when it is asserted; order of definition is the order of weight."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class PageRole(StrEnum):
    """What kind of document speaks; decided from the page, never from the domain alone."""

    VENDOR = "vendor"
    NEWS = "news"
    LEGAL = "legal"
    NOTICE = "notice"
    GUIDE = "guide"
    DEFENCE = "defence"
    """An anti-surveillance page: bug sweeps, how to find hidden cameras, spyware removal."""
    RESEARCH = "research"
    """Patents, papers, theses, code tutorials: options, not offers."""
    UNRELATED = "unrelated"
    """Another trade, fiction, entertainment."""
    UNKNOWN = "unknown"


class BlockKind(StrEnum):
    """Where on the page a piece of text stood."""

    TITLE = "title"
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    CELL = "cell"
    CAPTION = "caption"
    QUOTE = "quote"
    BUTTON = "button"
    LINK = "link"
    LABEL = "label"
    """Form labels, options, input values and placeholders, aria-label."""
    ALT = "alt"
    TITLE_ATTR = "title_attr"
    META = "meta"
    """meta description/keywords and og:/twitter: properties."""
    JSON = "json"
    """A string inside JSON-LD or inline JSON state."""
    NOSCRIPT = "noscript"
    TEMPLATE = "template"
    CODE = "code"
    TEXT = "text"
    """Anything visible that fits no other kind; plain-text files."""
    OCR = "ocr"


class Outcome(StrEnum):
    """How a known URL ended in a run. Every known URL has exactly one."""

    FINDINGS = "findings"
    CLEAN = "clean"
    UNCHANGED = "unchanged"
    """304 Not Modified: the earlier capture still stands, and its findings with it."""
    REDIRECT = "redirect"
    """Answered only by pointing to another known URL, which is accounted for itself."""
    DUPLICATE = "duplicate"
    """Same canonical URL, or byte-identical payload, as another known URL of this run."""
    AUXILIARY = "auxiliary"
    """robots.txt, sitemaps, and pictures that are read with their page: kept as evidence, no pages of their own."""
    UNREAD = "unread"


class UnreadReason(StrEnum):
    """Why something wanted was not judged."""

    ROBOTS = "robots"
    ROBOTS_UNAVAILABLE = "robots_unavailable"
    OUT_OF_BUDGET = "out_of_budget"
    """Known, in scope, but past the depth, page or trap limits."""
    ADDRESS_REFUSED = "address_refused"
    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    PROTOCOL = "protocol"
    """The answer was not HTTP, or broke off."""
    TOO_LARGE = "too_large"
    BAD_ENCODING = "bad_encoding"
    """A broken gzip/deflate/br/zstd body."""
    HEADERS_TOO_LARGE = "headers_too_large"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    REDIRECT_OUT_OF_SCOPE = "redirect_out_of_scope"
    BAD_URL = "bad_url"
    HTTP_STATUS = "http_status"
    RATE_LIMITED = "rate_limited"
    HOST_GIVEN_UP = "host_given_up"
    BLOCKED = "blocked"
    """A WAF, captcha or login page answered in place of the page."""
    EMPTY_SHELL = "empty_shell"
    """A JavaScript application that holds no text until it runs."""
    IMAGE_ONLY = "image_only"
    PARKED = "parked"
    EMPTY = "empty"
    LANGUAGE = "language"
    """Text in a language for which no pack exists."""
    CONTENT_TYPE = "content_type"
    NOT_TEXT = "not_text"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Target:
    """A vendor and the URLs that we mean to look at. `vendor` is the name as registered, never guessed."""

    vendor: str
    urls: tuple[str, ...]
    notice_urls: tuple[str, ...] = ()
    note: str = ""
    include: tuple[str, ...] = ()
    """Extra hosts or URL prefixes in scope besides the registrable domain of each URL."""
    exclude: tuple[str, ...] = ()
    """URL prefixes never fetched."""
    interval_hours: float | None = None
    """How often `noticescan run` looks; None: the setting."""
    jurisdictions: tuple[str, ...] = ()
    """Where the vendor is and whom the pages address: CN, EU, UK, US-IL ...; empty: the setting."""
    audience: str = ""
    """b2b | b2c | both: whom the pages address; empty: the setting."""


@dataclass(frozen=True, slots=True)
class FrontierItem:
    """One URL that is to be fetched in a run."""

    url: str
    """As found: evidence. Fragment removed, nothing else."""
    canonical: str
    """Normal form, for de-duplication only."""
    vendor: str
    depth: int
    via: str
    """seed | link | sitemap | redirect | canonical | notice | notice_guess"""
    referrer: str = ""
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class RobotsDecision:
    """Which robots.txt line decided; kept with each capture."""

    allowed: bool
    rule: str
    """The deciding line as written, e.g. `Disallow: /admin`, or why there is none (`404: all allowed`)."""
    robots_url: str
    robots_sha256: str = ""
    """Of the robots.txt payload as kept; empty where none was received."""
    crawl_delay: float | None = None
    """Seconds asked for by the site."""
    overridden_because: str = ""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One HTTP exchange as it went over the wire, before it is kept."""

    url: str
    method: str
    request_target: str
    request_headers: tuple[tuple[bytes, bytes], ...]
    started_at: datetime
    finished_at: datetime
    http_version: str
    status: int
    reason_phrase: str
    response_headers: tuple[tuple[bytes, bytes], ...]
    """Raw: order and case as received."""
    body: bytes
    """Content-encoded bytes, transfer encoding (chunking) undone."""
    peer_ip: str
    truncated: str = ""
    """WARC-Truncated value (`length`, `time`, `disconnect`), or empty."""
    dechunked: bool = False
    tls_version: str = ""
    tls_peer_sha256: str = ""
    """Of the DER certificate that the peer showed; empty over plain HTTP."""
    resolved_ips: tuple[str, ...] = ()
    tls_chain: tuple[bytes, ...] = ()
    """The certificates (DER) over which the peer was verified, its own first; empty over plain HTTP."""
    egress: str = ""
    """Name of the profile whose proxy it went through; `peer_ip` is then the address that the proxy was told."""


@dataclass(frozen=True, slots=True)
class FetchFailed:
    """No usable answer, and why. A value, not an exception: what could not be looked at is a result."""

    url: str
    reason: UnreadReason
    detail: str
    at: datetime
    exchange: Exchange | None = None
    """What was received before it failed, if anything; it is kept."""
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Capture:
    """One exchange as kept in a WARC. Never changed."""

    record_id: str
    """WARC-Record-ID of the response record, `urn:uuid:...` without angle brackets."""
    url: str
    status: int
    content_type: str
    captured_at: datetime
    peer_ip: str
    http_version: str
    payload_sha256: str
    """Of the payload as received: the content-encoded body bytes in the record."""
    record_sha256: str
    """Of the whole gzip member of the response record, as it lies in the file."""
    wire_bytes: int
    warc_file: str
    """Path relative to the output folder, POSIX slashes."""
    warc_offset: int
    warc_length: int
    truncated: str = ""
    etag: str = ""
    last_modified: str = ""
    location: str = ""
    origin: str = ""
    """Where it comes from when it is not an answer that we received ourselves: a record made by rendering, or a file
    that somebody else made (`noticescan import`), in words for the report."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where in a picture a part of a block's text stands: offsets into the document; x, y, width, height in pixels."""

    start: int
    end: int
    box: tuple[int, int, int, int]
    confidence: float
    """The reader's own, 0 to 1; 1 where nothing had to be recognised (a rendered page)."""


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of text with its place on the page; `Document.text[start:end] == text`."""

    text: str
    kind: BlockKind
    path: str
    """A CSS-like path, `html>body>div[2]>ul>li[3]`; `@alt` at the end names an attribute; JSON: `script[1]$.a.b[0]`."""
    heading: str
    """Nearest heading above it, or empty."""
    start: int
    end: int
    hidden: bool = False
    """Not shown without a click or at all (display:none, hidden tab, template); a search engine still sees it."""
    picture: str = ""
    """sha256 of the picture that the text was read from, as received; empty where it was text."""
    spots: tuple[Spot, ...] = ()
    """Line by line, for text out of a picture."""


@dataclass(frozen=True, slots=True)
class PictureLine:
    """One line of writing in a picture. `box`: x, y, width, height in pixels of the picture as shown."""

    text: str
    box: tuple[int, int, int, int]
    confidence: float


@dataclass(frozen=True, slots=True)
class PictureText:
    """What was read in one picture, in reading order. Recomputable from the bytes by the named reader."""

    sha256: str
    """Of the payload as received."""
    reader: str
    width: int
    height: int
    lines: tuple[PictureLine, ...] = ()
    skipped: str = ""
    """Why it was not searched for text (too small, not a picture ...); empty: it was."""
    unread: UnreadReason | None = None
    """Set where that means that something wanted was not read."""


@dataclass(frozen=True, slots=True)
class Document:
    """The text of one capture. `text` is the blocks joined by two line feeds; within a block <br> is one line feed."""

    text: str
    blocks: tuple[Block, ...]
    lang: str
    """BCP 47 as declared, lower case, or empty."""
    title: str
    url: str
    derivation: str = TEXT_DERIVATION
    encoding: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    """Hints to the page's role: og:type, JSON-LD types (`schema_types`, comma separated), author, published_time,
    site_name, generator. Facts as found; the judgement is made in detect."""


@dataclass(frozen=True, slots=True)
class Link:
    """A reference found on a page, made absolute."""

    url: str
    text: str
    rel: str = ""
    """link rel/kind: a | iframe | frame | canonical | next | meta-refresh | area"""


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading one capture gave: a document, or the reason why there is none worth judging.

    Both may be set: a block page has text, and is unread all the same.
    """

    document: Document | None
    links: tuple[Link, ...] = ()
    unread: UnreadReason | None = None
    detail: str = ""
    nofollow: bool = False
    canonical: str = ""
    images: tuple[str, ...] = ()
    """Absolute URLs of pictures on the page, in order; pictures that lie in the page itself as `data:` URLs."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a document comes from; copied into each finding."""

    source: str
    """URL, or path for `check`."""
    vendor: str = ""
    run: str = ""
    captured_at: datetime | None = None
    capture_sha256: str = ""
    """payload_sha256 of the capture (for a file given to `check`: of the file's bytes)."""
    warc_record: str = ""
    page_role: PageRole | None = None
    """Set when a person or the targets file says what the page is; None: decide from the page."""
    canonical: str = ""
    """Normal form of `source`, for the fingerprint: tracking parameters change from visit to visit. Empty: `source`."""


@dataclass(frozen=True, slots=True)
class Cue:
    """The word that turned a stance, for whoever wants to check the judgement."""

    stance: Stance
    text: str
    """As it stands on the page, or `page: news` when the page's role decided, or empty."""
    scope: str
    """clause | sentence | block | heading | page | default"""


@dataclass(frozen=True, slots=True)
class Finding:
    """One flagged claim. `text[start:end] == quote` over the named derivation, always."""

    id: str
    """sha256 over payload sha256, rule id, rule version, start, end."""
    fingerprint: str
    """sha256 over rule id, canonical URL, normalised quote: the same next month."""
    run: str
    vendor: str
    source: str
    captured_at: datetime | None
    rule: str
    rule_version: int
    category: str
    severity: Severity
    stance: Stance
    cue: Cue
    confidence: float
    lang: str
    quote: str
    prefix: str
    suffix: str
    start: int
    end: int
    derivation: str
    block_kind: BlockKind
    block_path: str
    heading: str
    hidden: bool
    page_role: PageRole
    capture_sha256: str
    warc_record: str
    fragment_url: str
    provisions: tuple[str, ...] = ()
    image_box: tuple[int, int, int, int] | None = None
    """Where the quote stands in a picture: x, y, width, height in pixels."""
    image_sha256: str = ""
    """Of that picture (of the page, or a screenshot of it) as kept; empty where there is none."""

    def as_json(self) -> dict[str, Any]:
        """The finding as the JSON object of the public contract (schema `noticescan/finding/1`)."""
        out: dict[str, Any] = {"schema": FINDING_SCHEMA}
        for name in self.__slots__:
            value = getattr(self, name)
            if isinstance(value, datetime):
                value = value.isoformat().replace("+00:00", "Z")
            elif isinstance(value, Cue):
                value = {"stance": value.stance.value, "text": value.text, "scope": value.scope}
            elif isinstance(value, StrEnum):
                value = value.value
            elif isinstance(value, tuple):
                value = list(value)
            out[name] = value
        return out


@dataclass(frozen=True, slots=True)
class Judgement:
    """Everything that follows from the bytes of one capture and a rule set; recomputable."""

    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    document: Document | None = None
    links: tuple[Link, ...] = ()
    unread: UnreadReason | None = None
    detail: str = ""
    canonical: str = ""
    nofollow: bool = False
    notice: Notice | None = None
    """Set where the document is a privacy notice."""


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """What became of one known URL in a run."""

    url: str
    vendor: str
    outcome: Outcome
    reason: UnreadReason | None
    detail: str
    status: int | None
    captured_at: datetime | None
    capture_sha256: str
    findings: int
    robots_rule: str = ""
    depth: int = 0
    via: str = ""


class Change(StrEnum):
    """A finding against the last successful run."""

    NEW = "new"
    LEARNED = "learned"
    """New to us because the rules changed; the bytes had it before."""
    STILL = "still"
    NOT_SEEN = "not_seen"
    """The page was read again and the words were not there. Never "deleted"."""
    COULD_NOT_LOOK = "could_not_look"


@dataclass(frozen=True, slots=True)
class Tracked:
    """A finding with its history."""

    finding: Finding
    change: Change
    first_seen: datetime | None
    last_seen: datetime | None
    first_run: str = ""
    last_run: str = ""


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What is known about one run."""

    id: str
    kind: str
    """crawl | rescan | check | import | compare"""
    started_at: datetime
    finished_at: datetime | None
    ok: bool
    """Finished, and at least one page was read."""
    tool_version: str
    rules_digest: str
    config_digest: str
    previous_run: str = ""
    """The last successful run before this one, or empty."""
    previous_finished_at: datetime | None = None


class ProvisionRole(StrEnum):
    """What an article of law does in a report. Only a duty is ever named as something that wording may engage."""

    DUTY = "duty"
    SCOPE = "scope"
    DEFENCE = "defence"
    PENALTY = "penalty"
    RIGHT = "right"
    ORDER = "order"
    """A decision that binds the party it names and nobody else."""
    STANDARD = "standard"
    """Recommended or guidance; binds nobody."""


@dataclass(frozen=True, slots=True)
class Provision:
    """One entry of `patterns/provisions.toml`: a paraphrase of an article, with the dates between which it is law."""

    id: str
    jurisdiction: str
    """CN | EU | UK | US | US-IL ... : whose law it is."""
    instrument: str
    """Name of the law in its own language."""
    instrument_en: str
    instrument_zh: str
    article: str
    article_en: str
    article_zh: str
    in_force_from: date
    in_force_until: date | None
    """The last day, or None."""
    role: ProvisionRole
    applies_to: tuple[str, ...]
    """vendor | deployer | advertiser: who has the duty."""
    audience: str
    """b2b | b2c where it holds only towards businesses or consumers; empty: either."""
    engages: tuple[str, ...]
    """Claim categories whose wording may engage it."""
    direct: tuple[str, ...]
    """Those of them that it addresses by name; ranked first."""
    penal: bool
    """Punished by a court or the police. Ranked after other law of the same weight: an advertisement shows no guilt."""
    verified: bool
    """False: from memory, or the article number is not confirmed. Always told to the reader."""
    source_url: str
    summary_en: str
    summary_zh: str
    note_en: str = ""
    note_zh: str = ""

    def cited(self, lang: str) -> str:
        """Instrument and article in the interface language, as a reader would look it up."""
        if lang == "zh":
            return f"{self.instrument_zh} {self.article_zh}"
        return f"{self.instrument_en}, {self.article_en}"

    def summary(self, lang: str) -> str:
        """The paraphrase in the interface language."""
        return self.summary_zh if lang == "zh" else self.summary_en

    def note(self, lang: str) -> str:
        """What must be known before relying on it; may be empty."""
        return self.note_zh if lang == "zh" else self.note_en


class LawGap(StrEnum):
    """Why no duty is named at first sight for a claim. "None named" never means that none applies."""

    NO_DATE = "no_date"
    """The day of the capture is not known, so neither is the law of that day."""
    NO_JURISDICTION = "no_jurisdiction"
    """Nobody said where the vendor is or whom it addresses."""
    NOT_LISTED = "not_listed"
    """The list holds no duty for this kind of claim in these jurisdictions."""
    NONE_FITS = "none_fits"
    """The list holds some, all of them left out (`RelevantLaw.left_out`)."""
    ONLY_TOUCHED = "only_touched"
    """Some touch on this kind of claim (`RelevantLaw.more`); none addresses it by name, so none is named at first."""


@dataclass(frozen=True, slots=True)
class RelevantLaw:
    """What the wording of one claim may engage, and what stands beside it. `duties` are ranked, most specific first."""

    duties: tuple[Provision, ...] = ()
    defences: tuple[Provision, ...] = ()
    scope: tuple[Provision, ...] = ()
    rights: tuple[Provision, ...] = ()
    penalties: tuple[Provision, ...] = ()
    of_others: tuple[Provision, ...] = ()
    """Duties that address this kind of claim by name and nobody whose duties were asked for: mostly those of whoever
    uses a product. Shown apart, for no use follows from an advertisement."""
    not_binding: tuple[Provision, ...] = ()
    """Standards, guidance, and orders against one named party."""
    jurisdictions: tuple[str, ...] = ()
    left_out: tuple[tuple[str, int], ...] = ()
    """(not_in_force | role | audience, how many duties of these jurisdictions were left out for it)."""
    gap: LawGap | None = None
    """Why `shown` is empty; None where it is not."""
    at_first: int = 0
    """How many of the duties a report names at first sight: those that address this kind of claim by name, at most
    five."""

    @property
    def shown(self) -> tuple[Provision, ...]:
        """The duties that a report names at first sight."""
        return self.duties[: self.at_first]

    @property
    def more(self) -> tuple[Provision, ...]:
        """The rest, on request."""
        return self.duties[self.at_first :]

    @property
    def beside(self) -> tuple[Provision, ...]:
        """What always stands beside the duties: defences, then scope."""
        return (*self.defences, *self.scope)


@dataclass(frozen=True, slots=True)
class Crop:
    """The piece of a kept picture in which a quote stands, made for showing."""

    png: bytes
    """Empty where it cannot be shown."""
    why_not: str = ""
    blurred: bool = False
    """Faces and number plates were looked for, and blurred where they were found."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A claim that one way of looking at a page was shown, and the other was not, on the days named."""

    url: str
    vendor: str
    profile: str
    """The second way: mobile | search-referrer | rendered | proxy:NAME"""
    shown_to: str
    """first | second"""
    finding: Finding
    other_at: datetime | None
    """When the look that was not shown it was made."""
    other_record: str
    """WARC-Record-ID of that look."""
    new: bool = False
    """Shown to the second look only, and in no earlier run or look of this database."""


@dataclass(frozen=True, slots=True)
class NotCompared:
    """A page of which one of two looks could not be read: nothing is said about what it shows to whom."""

    url: str
    vendor: str
    profile: str
    why: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a second look at the pages of a run gave."""

    profile: str
    run: str
    compared: int
    """Pages read both times."""
    differences: tuple[Difference, ...] = ()
    not_compared: tuple[NotCompared, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """All that a report format needs. Findings are ordered: asserted first, then by severity and confidence."""

    run: RunFacts
    findings: tuple[Tracked, ...]
    coverage: tuple[CoverageRow, ...]
    categories: Mapping[str, Mapping[str, Any]]
    """category id -> title_en, title_zh, why_en, why_zh, severity, questions_en, questions_zh"""
    contexts: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """finding id -> (text before, text after) of the quote in its block, for showing."""
    settings_note: Mapping[str, str] = field(default_factory=dict)
    """Facts on how the run was made: user agent, pace, allowed networks, robots overrides."""
    law: Mapping[tuple[str, str, str], RelevantLaw] = field(default_factory=dict)
    """(vendor, source, finding id) -> law at the day of its capture; only for what a page says in its own voice."""
    warc_files: Mapping[str, str] = field(default_factory=dict)
    """WARC record id -> the file that holds it, relative to the output folder."""
    notices: tuple[Notice, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    notice_items: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """item id -> regime, article, title_en, title_zh, summary_en, summary_zh, required, condition_en ..."""
    notice_topics: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """topic -> title_en, title_zh"""
    notice_regimes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """regime -> title_en, title_zh"""
    app_stores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """vendor -> links to app stores seen on its pages; noted, not followed"""
    crops: Mapping[str, Crop] = field(default_factory=dict)
    """finding id -> the piece of the picture, for findings that stand in one."""
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    """sha256 of a picture -> a copy of the whole of it for showing (JPEG), blurred like the crops."""
    origins: Mapping[str, str] = field(default_factory=dict)
    """WARC-Record-ID -> `Capture.origin`, where it has one."""
    comparisons: tuple[Comparison, ...] = ()
    """Second looks at the pages of this run (`crawl --compare-as`)."""

    def law_of(self, finding: Finding) -> RelevantLaw | None:
        """The law beside one finding; None where it is not asserted, or no law was looked at."""
        return self.law.get((finding.vendor, finding.source, finding.id))


class NoticeKind(StrEnum):
    """For whom a privacy notice is written; the people whose data it is about."""

    SITE_VISITORS = "site_visitors"
    """Who reads the vendor's web site, writes to it or applies for a job there."""
    PRODUCT_USERS = "product_users"
    """Who holds an account: staff of the vendor's customers, users of its app."""
    PEOPLE_FILMED = "people_filmed"
    """Who stands before the camera or carries a phone past it, without being a customer of the vendor."""
    UNKNOWN = "unknown"
    """The text does not say, or is for everybody."""


class ItemStatus(StrEnum):
    """What the text read says on one disclosure item."""

    FOUND = "found"
    VAGUE = "vague"
    """Touched upon, without what the item asks for: no period, no name, no purpose."""
    NOT_FOUND = "not_found"
    """Not found in the text read. Never "absent"."""
    NOT_CHECKABLE = "not_checkable"
    """Stands on a sign or in a register: no text on a web page can show it."""


class Saying(StrEnum):
    """How a notice speaks of a matter."""

    DISCLOSED = "disclosed"
    DENIED = "denied"
    CONDITIONAL = "conditional"
    """Denied, but for an exception; or laid upon somebody else ("our customers must ...")."""
    SILENT = "silent"
    """Not found in the text read."""


class Stated(StrEnum):
    """Does a notice say anything on a matter?"""

    YES = "yes"
    """It does, if only vaguely or with a condition."""
    NO = "no"
    """Not found in the text read."""
    DENIED = "denied"
    """All that it says on the matter is that it does not happen."""


class Verdict(StrEnum):
    """A claim set against the vendor's own notice."""

    CONTRADICTS = "contradicts"
    ADMITS = "admits"
    SILENT = "silent"
    CANNOT_TELL = "cannot_tell"


class VerdictReason(StrEnum):
    """Why a verdict is what it is."""

    DENIES = "denies"
    DISCLOSES = "discloses"
    NOT_MENTIONED = "not_mentioned"
    SAME_DOCUMENT = "same_document"
    """Claim and denial stand in one document."""
    NO_NOTICE = "no_notice"
    NOT_READ = "not_read"
    OTHER_PRODUCT = "other_product"
    OTHER_PEOPLE = "other_people"
    CONDITIONAL = "conditional"
    VAGUE = "vague"
    """It touches upon the matter and leaves it open."""
    CONFLICTING = "conflicting"
    """The text read says both."""
    NO_COUNTERPART = "no_counterpart"
    """A kind of claim that a privacy notice has nothing to say on."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a quotation stands: `text[start:end]` of one document of one capture."""

    source: str
    start: int
    end: int
    captured_at: datetime | None = None
    capture_sha256: str = ""
    warc_record: str = ""
    derivation: str = TEXT_DERIVATION


@dataclass(frozen=True, slots=True)
class NoticeItem:
    """One disclosure item of one regime, as far as the text read shows it. Quote and offsets: empty where not found."""

    id: str
    regime: str
    status: ItemStatus
    quote: str = ""
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class NoticeFact:
    """One thing that a notice says. Offsets count in the notice's `Document.text`."""

    topic: str
    """Key of `patterns/notice_facts.toml`: biometrics, retention, sale ..."""
    saying: Saying
    people: NoticeKind
    """Whose data the sentence is about, as it says itself, or as its heading or the notice says."""
    quote: str
    start: int
    end: int
    value: str = ""
    """The period of a retention fact, as written, or `forever`, `event`, `vague`; else empty."""
    cue: str = ""
    """The word that denied it or made it conditional, as written."""
    named: bool = False
    """The sentence or its heading itself names the people or the product."""
    days: float | None = None
    """The period in days, where it is one."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A vendor's privacy notice, read; or known and not read (`unread` says why, and there are no items and facts)."""

    source: str
    vendor: str
    kind: NoticeKind = NoticeKind.UNKNOWN
    title: str = ""
    lang: str = ""
    effective: str = ""
    """Date from which it says that it is in force, ISO 8601 (`2026-01-05`, `2026-01` where no day is given)."""
    updated: str = ""
    version: str = ""
    products: tuple[str, ...] = ()
    """Names to which it says that it is limited."""
    items: tuple[NoticeItem, ...] = ()
    facts: tuple[NoticeFact, ...] = ()
    stated: tuple[tuple[str, Stated], ...] = ()
    """Seven matters (biometrics, consent, purpose, retention, sharing, rights, contact) and whether it speaks of
    them; empty where it was not read, or read by a version that did not ask."""
    captured_at: datetime | None = None
    capture_sha256: str = ""
    warc_record: str = ""
    derivation: str = TEXT_DERIVATION
    unread: UnreadReason | None = None
    detail: str = ""

    def place(self, start: int, end: int) -> Place:
        """Where text[start:end] of this notice stands."""
        return Place(
            self.source, start, end, self.captured_at, self.capture_sha256, self.warc_record, self.derivation
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Contradiction:
    """One asserted claim set against the vendor's notices: one verdict, both sentences, each with its own capture."""

    verdict: Verdict
    category: str
    vendor: str
    finding: str
    """`Finding.id`."""
    claim_quote: str
    claim_at: Place
    reason: VerdictReason
    notice_quote: str = ""
    notice_at: Place | None = None
    topic: str = ""
    """The notice fact that decided, or was looked for."""
    item: str = ""
    """The disclosure item under which it stands, or should stand."""
    provisions: tuple[str, ...] = ()
