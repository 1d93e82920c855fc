"""The PDF of a case file (extra `pdf`)."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.report.pdf import has_chinese_font, write_pdf


def test_a_relative_output_folder_is_as_good_as_an_absolute_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("weasyprint")
    if not has_chinese_font():
        pytest.skip("no font with Chinese characters")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out").mkdir()
    for path in (Path("out/case.pdf"), Path("case.pdf"), tmp_path / "out" / "absolute.pdf"):
        write_pdf("<p>谁来过，一查便知</p>", path)
        assert path.read_bytes().startswith(b"%PDF-"), path
