"""HTML -> PDF. The only file that imports weasyprint (extra `pdf`)."""

from __future__ import annotations

import logging
import shutil
import subprocess
from pathlib import Path
from typing import Any

from scanner.errors import MissingExtraError

HOW_TO_GET = "pip install 'noticescan[pdf]' (and the system's pango: apt-get install libpango-1.0-0 libpangoft2-1.0-0)"
CJK_FONTS = "apt-get install fonts-noto-cjk"


def write_pdf(html: str, path: Path) -> None:
    """Print a page that loads nothing. The same page gives the same bytes.

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
    weasyprint.HTML(string=html, url_fetcher=_nothing()).write_pdf(path)


def has_chinese_font() -> bool:
    """Does fontconfig know a font for Chinese?"""
    program = shutil.which("fc-list")
    if program is None:
        return False
    listed = subprocess.run([program, ":lang=zh-cn", "family"], capture_output=True, check=False)  # noqa: S603
    return bool(listed.stdout.strip())


def _nothing() -> Any:
    """Loads nothing from anywhere, whatever a page says."""
    from weasyprint.urls import URLFetcher

    class Nothing(URLFetcher):  # type: ignore[misc]  # weasyprint has no types
        def fetch(self, url: str, headers: Any = None) -> Any:  # noqa: ARG002 - weasyprint's signature
            raise ValueError(f"nothing is loaded from elsewhere: {url[:80]}")

    return Nothing()
