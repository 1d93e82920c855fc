"""Bytes to text: what a browser would show, and a word on how the encoding was found.

Order: byte order mark, HTTP header, meta or XML declaration, then the bytes themselves (UTF-8 where valid, else the
likeliest of GB18030, Big5 and Windows-1252). A declaration that the bytes plainly contradict is not believed: pages
declared utf-8 that are GBK, and the reverse, are everyday business.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from charset_normalizer import from_bytes
from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom, to_unicode

_SINGLE_BYTE = re.compile(r"^(cp125\d|iso8859[-_]?\d*|latin[-_]?1|ascii|mac[-_]roman|koi8)", re.IGNORECASE)
_HIGH_BYTES = bytes(range(128, 256))
_PROBE = 65536
_BADLY = 0.02
"""Share of broken sequences among non-ASCII bytes above which a declared encoding is taken for wrong."""

_NO_BROWSER_KNOWS = frozenset(
    {"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7", "mbcs", "oem"}
)
"""They raise for bytes that do not fit, or make text that is none: lone surrogates, markup where no reader sees any."""
_COMMON = frozenset(
    "的一是不了在人有我他这中大来上为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方"
    "多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心本前开但因只从想实日军者意无力它与长把机十民第公此已工使情"
    "明性知全三又关点正业外将两高间由问很最重并物手应文体政美相见利二等产或新己制身果加月话合回特代内信表化老给世位次度门"
    "任常先海通教原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务"
    "做接必场件计管期市直德资命金指许统区保至队形社便空决治展司五基眼书非则听白却界达光放强即像难权思象完设式色路记南品住告"
    "類據這來為國說時會對發後裡種經學現當沒動還進樣開從實無與長機業將兩間問應體見產話聲員論處義認條氣題爾別變總電數報結"
    "場計資許區隊決書則聽達強難權設記錢識頭臉抓拍顾客户人脸识别监控摄像隐蔽抓拍系统产品中心联系我们首页版权关于服务"
    "，。、：；！？“”（）《》　【】"
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text of a body; `how`: bom | header | meta | valid | guessed | repaired (declared <name>)."""

    text: str
    encoding: str
    how: str


def decode(body: bytes, content_type: str = "") -> Decoded:
    """Text of `body` (content coding undone); never fails: what cannot be decoded becomes U+FFFD."""
    bom_encoding, bom = read_bom(body)
    if bom_encoding and bom:
        return Decoded(_text(body[len(bom) :], bom_encoding), bom_encoding, "bom")
    wide = _utf16_without_bom(body)
    if wide:
        return Decoded(_text(body, wide), wide, "guessed")
    declared, how = _declared(body, content_type)
    if body.translate(None, _HIGH_BYTES) == body:
        # Pure ASCII reads the same in every candidate, except for ISO-2022 and HZ, which say themselves.
        if declared.startswith(("iso2022", "hz")):
            return Decoded(_text(body, declared), declared, how)
        return Decoded(body.decode("ascii"), declared or "utf-8", how or "valid")
    if declared:
        return _believe_or_repair(body, declared, how)
    if _is_utf8(body):
        return Decoded(_text(body, "utf-8"), "utf-8", "valid")
    guess = _guess(body)
    return Decoded(_text(body, guess), guess, "guessed")


def _declared(body: bytes, content_type: str) -> tuple[str, str]:
    """The encoding that header or markup name, and which of them did. A meta tag cannot truthfully say utf-16."""
    header = _of_text(http_content_type_encoding(content_type) or "")
    meta = _of_text(html_body_declared_encoding(body) or "")
    if meta.startswith(("utf-16", "utf-32")):
        meta = "utf-8"
    if header.startswith(("utf-16", "utf-32")):
        header = "" if b"<" in body[:4096] else header
    if header and not (_SINGLE_BYTE.match(header) and meta):
        return header, "header"
    # Servers add iso-8859-1 to everything by default: the page knows better.
    return (meta, "meta") if meta else (header, "header" if header else "")


def _of_text(encoding: str) -> str:
    """The encoding, or empty for one that Python has and no browser: `base64`, `idna`, `unicode_escape` ..."""
    if not encoding or encoding.replace("_", "-") in _NO_BROWSER_KNOWS:
        return ""
    try:
        "".encode(encoding)
        b"".decode(encoding, "replace")
    except (LookupError, ValueError):  # what Python has under this name makes no text
        return ""
    return encoding


def _believe_or_repair(body: bytes, declared: str, how: str) -> Decoded:
    """The declared encoding unless the bytes contradict it."""
    if declared == "utf-8":
        text = _text(body, declared)
        if text.count("\ufffd") <= _BADLY * _high(body) or _is_utf8(body):
            return Decoded(text, declared, how)
        guess = _guess(body)
        if guess == "cp1252" and how != "":
            return Decoded(text, declared, how)
        return Decoded(_text(body, guess), guess, f"repaired (declared {declared})")
    if _is_utf8(body) and _looks_utf8(body):
        return Decoded(_text(body, "utf-8"), "utf-8", f"repaired (declared {declared})")
    text = _text(body, declared)
    if _SINGLE_BYTE.match(declared):
        guess = _guess(body)
        wrong = guess != "cp1252" and declared in ("cp1252", "iso8859-1", "ascii")
    else:
        wrong = text.count("\ufffd") > _BADLY * _high(body)
        guess = _guess(body) if wrong else declared
        wrong = wrong and guess != "cp1252"
    if wrong and guess != declared:
        return Decoded(_text(body, guess), guess, f"repaired (declared {declared})")
    return Decoded(text, declared, how)


def _text(body: bytes, encoding: str) -> str:
    text = to_unicode(body, encoding)
    return text[1:] if text.startswith("\ufeff") else text


def _high(body: bytes) -> int:
    """How many bytes are not ASCII."""
    return len(body) - len(body.translate(None, _HIGH_BYTES))


def _is_utf8(body: bytes) -> bool:
    """Strictly valid, but for a last character that was cut off."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start >= len(body) - 3 and error.reason == "unexpected end of data"
    return True


def _looks_utf8(body: bytes) -> bool:
    """Valid UTF-8 that is hardly valid by chance: longer sequences than the two bytes of a GBK character."""
    return not _two_byte_only(body)


def _two_byte_only(body: bytes) -> bool:
    text = body.decode("utf-8", "ignore")
    wide = sum(1 for char in text if char > "\u07ff")
    narrow = sum(1 for char in text if "\x7f" < char <= "\u07ff")
    return wide < 2 or narrow > wide * 2


def _utf16_without_bom(body: bytes) -> str:
    """UTF-16 betrays itself by a NUL beside every ASCII character of the markup."""
    head = body[:400]
    for name, low, high in (("utf-16-le", head[0::2], head[1::2]), ("utf-16-be", head[1::2], head[0::2])):
        plain = sum(not second and 9 <= first < 127 for first, second in zip(low, high, strict=False))
        if plain >= 8 and plain > len(low) * 0.4 and low.count(0) <= len(low) * 0.02:
            return name
    return ""


def _guess(body: bytes) -> str:
    """The likeliest of GB18030, Big5 and Windows-1252 for bytes that are not UTF-8."""
    sample = _sample(body)
    scores = {name: _score(sample, name) for name in ("gb18030", "big5hkscs")}
    best = max(scores, key=lambda name: scores[name])
    other = min(scores.values())
    if scores[best] >= 0.25 and scores[best] - other >= 0.05:
        return best
    match = from_bytes(sample[:_PROBE], cp_isolation=["utf_8", "gb18030", "big5", "cp1252"]).best()
    found = match.encoding if match else ""
    if found == "big5":
        return "big5hkscs"
    if found in ("gb18030", "cp1252"):
        return found
    return "gb18030" if scores["gb18030"] > 0 else "cp1252"


def _sample(body: bytes) -> bytes:
    """The first part of the body that holds enough non-ASCII bytes to judge by."""
    first = re.search(rb"[\x80-\xff]", body)
    start = max(0, first.start() - 1) if first else 0
    # Starting on an ASCII byte keeps double-byte pairs in step.
    return body[start : start + 4 * _PROBE]


def _score(sample: bytes, encoding: str) -> float:
    """Share of everyday characters among the non-ASCII ones, less broken sequences; -1 .. 1."""
    text = sample.decode(encoding, "replace")
    foreign = [char for char in text if char > "\x7f"]
    if not foreign:
        return 0.0
    good = sum(1 for char in foreign if char in _COMMON)
    bad = sum(1 for char in foreign if char == "\ufffd" or "\ue000" <= char <= "\uf8ff")
    return (good - 3 * bad) / len(foreign)
