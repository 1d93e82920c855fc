"""`noticescan check`: saved pages and WARC files, judged where they lie. No network, nothing written."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import url2pathname

from .. import __version__
from ..detect.detector import order
from ..errors import ArchiveError, UsageError
from ..model import (
    Change,
    CoverageRow,
    Judgement,
    Outcome,
    PictureText,
    Provenance,
    Report,
    RunFacts,
    Said,
    Tracked,
    UnreadReason,
)
from ..read import images, mhtml
from ..stated import split_url
from .fault import spared
from .judge import judge, judge_mhtml, judge_picture, plain_headers
from .kept import broken_off
from .pictures import DOM, Lookup, from_files, read_once

if TYPE_CHECKING:
    from ..collect.archive import Archived
    from ..detect.rules import RuleSet

MAX_FILE_BYTES = 50 * 1024 * 1024
"""A larger page is not read: the biggest real product page seen was 9 MB. WARC files are streamed, of any size."""

PAGES = {
    ".html": "text/html",
    ".htm": "text/html",
    ".shtml": "text/html",
    ".xhtml": "application/xhtml+xml",
    ".txt": "text/plain",
    ".md": "text/plain",
    ".json": "application/json",
    ".pdf": "application/pdf",
}
SAVED = frozenset({".mhtml", ".mht"})
WARCS = (".warc", ".warc.gz", ".wacz")
_SITEMAP = re.compile(
    rb"\s*+(?:<\?xml[^>]*+>\s*+)?+(?:<!--(?:(?!-->).)*+-->\s*+)*+<(?:urlset|sitemapindex|rss|feed)\b", re.DOTALL
)
OUR_REPORT = frozenset({"html", "report.json", "coverage.csv"})
"""What lies in the folder of a report that noticescan wrote."""
OUR_LETTER = ("reply-letter-", "inquiry-letter-")
"""How the names of our letters begin; they quote what pages say."""
PICTURES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp"})
PICTURE_TYPES = frozenset({"image/png", "image/jpeg", "image/jpg", "image/webp", "image/gif", "image/bmp"})
MAX_PICTURE_BYTES = 512 * 1024 * 1024
"""Pictures of one archive that are held in memory for its pages."""
NO_PAGE = "no page in this archive: no answer with an http or https address that holds one"
NOWHERE = Provenance("")


@dataclass(frozen=True, slots=True)
class Checked:
    """One page with its judgement; `source` is the path, or the URL that a WARC record names."""

    source: str
    judgement: Judgement
    where: Provenance = NOWHERE
    damaged: bool = False
    """Kept bytes that are not what they were: a broken archive, or a record that does not match its digest."""


def check(
    paths: Sequence[Path], rules: RuleSet, *, vendor: str = "", begun: Callable[[Path], None] = lambda _: None,
    said: Said | None = None,
) -> Iterator[Checked]:  # fmt: skip
    """Judges every page in the files and folders, in a stable order.

    A folder is searched for the kinds of file that can hold a page; a file named directly is always accounted for, and
    so is a folder without a page beside others. `begun` is told of each file before it is read. `said`: who speaks on
    all these pages, as a person says. Raises UsageError for a path that does not exist, before anything is judged.
    """
    for path in paths:
        if not path.exists():
            raise UsageError(f"no such file or folder: {path}")
    texts: dict[str, PictureText] = {}
    for path in files(paths):
        begun(path)
        if path not in paths and (why := not_a_file(path)):
            yield Checked(str(path), _unread(UnreadReason.NOT_TEXT, why))
        elif path.name.lower().endswith(WARCS):
            yield from _check_warc(path, rules, Provenance("", vendor, said=said), texts)
        else:
            yield _check_page(path, rules, Provenance(str(path), vendor, said=said), texts)
    for path, why in not_entered(paths):
        yield Checked(str(path), _unread(UnreadReason.NOT_TEXT, why))
    bare = [path for path in paths if path.is_dir() and not _in_folder(path)]
    for path in bare if len(bare) < len(paths) else ():
        yield Checked(str(path), _unread(UnreadReason.EMPTY, "no page in this folder"))


def files(paths: Sequence[Path]) -> Iterator[Path]:
    """The files to look at, each once: those named, and those in named folders whose kind we know."""
    seen: set[Path] = set()
    for path in paths:
        for file in [path] if not path.is_dir() else _in_folder(path):
            real = Path(os.path.realpath(file))  # Path.resolve() raises where links go in a circle
            if real not in seen:
                seen.add(real)
                yield file


def left_out(paths: Sequence[Path]) -> list[Path]:
    """Files in the named folders that are of no kind we know, and are therefore not looked at."""
    inside = (file for path in paths if path.is_dir() for file in _walk(path))
    return sorted(file for file in inside if not _is_page(file) and not file.name.lower().startswith(OUR_LETTER))


def _in_folder(folder: Path) -> list[Path]:
    """Files of a kind we know, in a stable order."""
    return sorted(file for file in _walk(folder) if _is_page(file))


def not_a_file(path: Path) -> str:
    """Why what was found in a folder is not opened (a pipe would wait for ever), empty for a regular file."""
    if path.is_file():
        return ""
    return "a link that leads nowhere" if path.is_symlink() and not path.exists() else "not a regular file"


def not_entered(paths: Sequence[Path]) -> Iterator[tuple[Path, str]]:
    """Folders in the named ones that were not searched, and why: what lies in them was not read."""
    for folder in (path for path in paths if path.is_dir()):
        shut: list[tuple[Path, str]] = []
        for _ in _walk(folder, shut):
            pass
        yield from sorted(shut)


def _walk(folder: Path, shut: list[tuple[Path, str]] | None = None) -> Iterator[Path]:
    """All that lies below a folder and is no folder. Our own reports quote everything and are no vendor's pages.

    `shut` takes the folders that were not entered: those that cannot be listed, and links that lead out of this one."""
    shut, root = [] if shut is None else shut, Path(os.path.realpath(folder))

    def failed(error: OSError) -> None:
        shut.append((Path(error.filename), f"the folder cannot be read: {error.strerror}"))

    for where, folders, names in os.walk(folder, onerror=failed):
        if {*folders, *names} >= OUR_REPORT:
            folders.clear()
            continue
        links = (path for name in folders if (path := Path(where, name)).is_symlink())
        away = (path for path in links if not Path(os.path.realpath(path)).is_relative_to(root))
        shut.extend((path, "a link to another folder, not followed: name that folder too") for path in away)
        yield from (Path(where, name) for name in names)


def _is_page(path: Path) -> bool:
    name = path.name.lower()
    suffix = path.suffix.lower()
    if name.startswith(OUR_LETTER):
        return False
    return name.endswith(WARCS) or suffix in PAGES or suffix in SAVED or suffix in PICTURES


def _unread(reason: UnreadReason, detail: str) -> Judgement:
    return Judgement(outcome=Outcome.UNREAD, unread=reason, detail=detail)


def _check_page(path: Path, rules: RuleSet, where: Provenance, texts: dict[str, PictureText]) -> Checked:
    suffix = path.suffix.lower()
    if suffix in PICTURES and not images.available():
        why = f"a picture; to read text in pictures: {images.INSTALL}"
        return Checked(str(path), _unread(UnreadReason.IMAGE_ONLY, why), where)
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            return Checked(str(path), _unread(UnreadReason.TOO_LARGE, f"more than {MAX_FILE_BYTES} bytes"), where)
        body = path.read_bytes()
    except OSError as error:
        return Checked(str(path), _unread(UnreadReason.NOT_TEXT, f"cannot be read: {error.strerror}"), where)
    where = replace(where, capture_sha256=hashlib.sha256(body).hexdigest())
    return Checked(str(path), spared(str(path), _judged, path, body, where, rules, texts), where)


def _judged(path: Path, body: bytes, where: Provenance, rules: RuleSet, texts: dict[str, PictureText]) -> Judgement:
    """What follows from a file, by its kind."""
    suffix = path.suffix.lower()
    url = path.resolve().as_uri()
    if suffix in PICTURES:
        return judge_picture(read_once(body, texts), path.name, url, where, rules)
    if suffix in SAVED:
        return judge_mhtml(body, url, where, rules, from_files(mhtml.pictures(body), texts))
    content_type = PAGES.get(suffix) or _sniff(body)
    if not content_type:
        return _unread(UnreadReason.CONTENT_TYPE, "not a kind of file that holds a page")
    return judge(body, content_type, url, 200, {}, where, rules, _beside(path, texts))


def _beside(page: Path, texts: dict[str, PictureText]) -> Lookup | None:
    """Pictures in the page itself, or in files in its folder and below: a saved page must not name any file of ours."""
    inside = from_files({}, texts)
    if inside is None:
        return None
    folder = page.resolve().parent

    def text(url: str) -> PictureText | None:
        if not url.startswith("file:"):
            return inside(url)
        try:
            file = Path(url2pathname(split_url(url).path)).resolve()
            if not file.is_relative_to(folder) or not file.is_file() or file.stat().st_size > MAX_FILE_BYTES:
                return None
            return read_once(file.read_bytes(), texts)
        except (OSError, ValueError, RuntimeError):  # a NUL in its name, links in a circle
            return None

    return text


def _sniff(body: bytes) -> str:
    """The type of a file whose name says nothing: HTML by its first tag, text if it holds no NUL."""
    head = body[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head[:1] == b"<":
        return "text/html"
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    return "" if b"\0" in head else "text/plain"


def _check_warc(path: Path, rules: RuleSet, of: Provenance, texts: dict[str, PictureText]) -> Iterator[Checked]:
    """Each HTTP response in the file. A file that breaks off is unread from there on, and what came before stands.

    With the extra `ocr` the file is gone through twice: pictures come after the pages that they belong to. A file
    without any page in it is unread.
    """
    from ..collect.archive import iter_captures

    found, told, nowhere = _Bundle(texts), False, list[None]()
    if images.available():
        with contextlib.suppress(ArchiveError):  # told of below, where it stands in the order
            found.gather(iter_captures(path))
    try:
        for archived in iter_captures(path, lambda: nowhere.append(None)):
            capture = archived.capture
            source = capture.url.removeprefix(DOM) or str(path)
            if source.startswith("urn:"):
                continue  # pictures and notes that a browser left: no pages
            if archived.digest_ok is False:
                what = f"{capture.warc_file}: the record of {source} does not match its own digest"
                told = True
                yield Checked(source, _unread(UnreadReason.BAD_ENCODING, what), damaged=True)
            elif not (300 <= capture.status < 400 or is_auxiliary(archived) or found.read_with_a_page(archived)):
                told, where = True, _archived_at(archived, of)
                yield Checked(source, spared(source, _check_archived, archived, where, rules, found), where)
            else:  # "unchanged since", robots.txt, pictures: looked at, and no page; a redirect only names one
                told = told or capture.status == 304 or not 300 <= capture.status < 400
    except ArchiveError as error:
        told = True
        yield Checked(str(path), _unread(UnreadReason.BAD_ENCODING, error.message), damaged=True)
    if not told:
        yield Checked(str(path), _unread(UnreadReason.EMPTY, NO_PAGE))
    elif nowhere:
        yield Checked(str(path), _unread(UnreadReason.BAD_URL, no_address(len(nowhere))))


def no_address(count: int) -> str:
    """What is said of answers in an archive among others that can be read."""
    return f"{count} answer{'' if count == 1 else 's'} without an http or https address left out"


@dataclass(slots=True)
class _Bundle:
    """The pictures in one archive, by address."""

    texts: dict[str, PictureText]
    bodies: dict[str, bytes] = field(default_factory=dict)
    size: int = 0
    asked: set[str] = field(default_factory=set)

    def gather(self, captures: Iterator[Archived]) -> None:
        """Remembers every picture, as long as there is room."""
        for archived in captures:
            capture = archived.capture
            if _is_picture(archived) and capture.status == 200 and self.size < MAX_PICTURE_BYTES:
                self.bodies[capture.url] = archived.payload
                self.size += len(archived.payload)

    def lookup(self) -> Lookup | None:
        """For `judge`; notes which pictures a page named."""
        known = from_files(self.bodies, self.texts)
        if known is None:
            return None

        def text(url: str) -> PictureText | None:
            self.asked.add(url)
            return known(url)

        return text

    def read_with_a_page(self, archived: Archived) -> bool:
        """A picture that a page before it named was read there."""
        return archived.capture.url in self.bodies and archived.capture.url in self.asked


def _is_picture(archived: Archived) -> bool:
    return archived.capture.content_type.partition(";")[0].strip().lower() in PICTURE_TYPES


def is_auxiliary(archived: Archived) -> bool:
    """robots.txt, sitemaps and feeds: read for their links by a crawl, never judged as pages."""
    path = split_url(archived.capture.url).path
    if path.endswith(("/robots.txt", "/sitemap.xml")):
        return True
    return _SITEMAP.match(archived.payload[:2000]) is not None


def _archived_at(archived: Archived, of: Provenance) -> Provenance:
    capture = archived.capture
    return replace(
        of,
        source=capture.url.removeprefix(DOM),
        captured_at=capture.captured_at,
        capture_sha256=capture.payload_sha256,
        warc_record=capture.record_id,
    )


def _check_archived(archived: Archived, where: Provenance, rules: RuleSet, found: _Bundle) -> Judgement:
    from ..collect.archive import header
    from ..collect.decompress import decode_body

    capture = archived.capture
    if capture.truncated:
        return broken_off(capture)
    body = decode_body(archived.payload, header(archived.headers, "content-encoding"), MAX_FILE_BYTES)
    if isinstance(body, UnreadReason):
        return _unread(body, "the kept body cannot be unpacked")
    url = where.source
    if _is_picture(archived) and capture.status == 200 and images.available():
        return judge_picture(read_once(body, found.texts), url, url, where, rules)
    headers = plain_headers(archived.headers)
    return judge(body, capture.content_type, url, capture.status, headers, where, rules, found.lookup())


def as_report(checked: Sequence[Checked], rules: RuleSet) -> Report:
    """The results in the shape of a report: for showing, nothing is stored. Everything counts as new."""
    now = datetime.now(UTC)
    findings = [finding for one in checked for finding in one.judgement.findings]
    run = RunFacts(
        id="check", kind="check", started_at=now, finished_at=now, ok=True, tool_version=__version__,
        rules_digest=rules.digest, config_digest="",
    )  # fmt: skip
    coverage = tuple(
        CoverageRow(
            url=one.source, vendor="", outcome=one.judgement.outcome, reason=one.judgement.unread,
            detail=one.judgement.detail, status=None, captured_at=None, capture_sha256="",
            findings=len(one.judgement.findings),
        )
        for one in checked
    )  # fmt: skip
    return Report(
        run=run,
        findings=tuple(Tracked(f, Change.NEW, f.captured_at, f.captured_at) for f in order(findings)),
        coverage=coverage,
        categories=rules.categories,
    )
