"""What something is: the closed lists of words that the other values use."""

from __future__ import annotations

from enum import StrEnum


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


AUTO = "auto"
"""What a person writes who leaves it to the page to say whose it is."""
SPEAKERS = (AUTO, *(role.value for role in PageRole if role is not PageRole.UNKNOWN))
"""The words by which a person says who speaks on a page."""


class SaidBy(StrEnum):
    """Where a person said who speaks on a page."""

    TARGETS = "targets"
    SETTINGS = "settings"
    OPTION = "option"


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
    FAULT = "fault"
    """An exception that nobody foresaw, while we read or judged it: a bug of ours."""


READ = frozenset({Outcome.FINDINGS, Outcome.CLEAN, Outcome.UNCHANGED})
"""Outcomes that mean: this page's text was judged (now, or before and it has not changed since)."""


class Change(StrEnum):
    """A finding against the last successful run."""

    NEW = "new"
    LEARNED = "learned"
    """New to us: the words stood there before and were not flagged then."""
    STILL = "still"
    TURNED = "turned"
    """Still there, and now told with another stance."""
    UNFLAGGED = "unflagged"
    """The words stand in the text read, and this finding is no longer made of them."""
    NOT_SEEN = "not_seen"
    """The page was read again and the words were not there. Never "deleted"."""
    COULD_NOT_LOOK = "could_not_look"


CURRENT = frozenset({Change.NEW, Change.LEARNED, Change.STILL, Change.TURNED})
"""What stands on a page as last captured. The rest is history and never counted as a finding of this run."""
