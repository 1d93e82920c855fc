"""HTML -> PDF. The only file that imports weasyprint (extra `pdf`)."""

from __future__ import annotations

import logging
import shutil
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from scanner.errors import MissingExtraError

HOW_TO_GET = "pip install 'noticescan[pdf]' (and the system's pango: apt-get install libpango-1.0-0 libpangoft2-1.0-0)"
CJK_FONTS = "apt-get install fonts-noto-cjk"


def write_pdf(html: str, path: Path) -> None:
    """Print a page that loads nothing but the pictures beside it. The same page gives the same bytes. `path` may be
    relative.

    Raises MissingExtraError where weasyprint or a font with Chinese characters is missing: without one, characters
    would be left out of a quotation without a word.
    """
    try:
        import weasyprint
    except (ImportError, OSError):  # OSError: the Python package is there, pango is not
        raise MissingExtraError("the PDF needs an optional package", HOW_TO_GET) from None
    if not has_chinese_font():
        raise MissingExtraError("the PDF needs a font with Chinese characters", CJK_FONTS)
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)  # it tells of every CSS word it does not know
    folder = path.parent.resolve()  # only an absolute path has a file URI, and the output folder may be a relative one
    weasyprint.HTML(string=html, base_url=f"{folder.as_uri()}/", url_fetcher=_beside(folder)).write_pdf(path)


def has_chinese_font() -> bool:
    """Does fontconfig know a font for Chinese?"""
    program = shutil.which("fc-list")
    if program is None:
        return False
    listed = subprocess.run([program, ":lang=zh-cn", "family"], capture_output=True, check=False)  # noqa: S603
    return bool(listed.stdout.strip())


def _beside(folder: Path) -> Any:
    """Gives weasyprint the pictures of the case file, and nothing else from anywhere."""
    from weasyprint.urls import URLFetcher

    class Beside(URLFetcher):  # type: ignore[misc]  # weasyprint has no types
        def fetch(self, url: str, headers: Any = None) -> Any:
            path = Path(unquote(urlsplit(url).path))
            if urlsplit(url).scheme != "file" or not path.resolve().is_relative_to(folder.resolve()):
                raise ValueError(f"nothing is loaded from elsewhere: {url[:80]}")
            return super().fetch(url, headers)

    return Beside(allowed_protocols={"file"})
