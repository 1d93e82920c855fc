"""The built wheel, alone: rules and example sites travel inside it, and it runs from any folder."""

from __future__ import annotations

import os
import site
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CLAIM = "人脸抓拍系统，案场防截客、防飞单，省下百万佣金。"

pytestmark = pytest.mark.wheel


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The console script of a venv that holds our wheel, and of everything else only what tests run with.

    The dependencies are lent by a .pth file: downloading 500 MB proves nothing about the wheel. The checkout is not
    lent, so nothing can be read from it by accident.
    """
    folder = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (wheel,) = folder.glob("*.whl")
    home = folder / "venv"
    venv.create(home)  # without a pip of its own, which took ten seconds: ours installs into it
    python = home / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--disable-pip-version-check"]
    install = [*pip, "--no-deps", "--no-index", str(wheel)]
    subprocess.run(install, check=True, env=clean(), capture_output=True)
    packages = next((home / "lib").glob("python*/site-packages"))
    (packages / "lent.pth").write_text("\n".join(site.getsitepackages()) + "\n", encoding="utf-8")
    return home / "bin" / "noticescan"


def clean() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "PIP_", "NOTICESCAN_"))}


def run(script: Path, *args: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([script, *args], cwd=cwd, env=clean(), capture_output=True, text=True, timeout=120)


def test_it_runs_from_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    where = subprocess.run(
        [installed.parent / "python", "-c", "import scanner; print(scanner.__file__)"],
        cwd=empty, env=clean(), capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert str(installed.parent.parent) in where
    checked = run(installed, "rules", "check", cwd=empty)
    assert checked.returncode == 0, checked.stderr
    assert "no problem" in checked.stdout
    page = tmp_path / "page.html"
    page.write_text(f'<html lang="zh"><body><p>{CLAIM}</p></body></html>', encoding="utf-8")
    found = run(installed, "check", "--format", "jsonl", str(page), cwd=empty)
    assert found.returncode == 0, found.stderr
    assert '"stance": "asserted"' in found.stdout
    assert list(empty.iterdir()) == []


def test_reports_and_the_database_work_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    """Templates and migrations are data files, which a wheel forgets easily."""
    done = run(installed, "crawl", "http://127.0.0.1:9/", "--out", "out", cwd=tmp_path)
    assert done.returncode == 4, done.stderr
    assert "address not allowed" in done.stdout
    assert list((tmp_path / "out" / "reports").glob("*/html/index.html"))


def test_what_the_wheel_holds(installed: Path) -> None:
    (wheel,) = installed.parents[2].glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "scanner/_patterns/claims.toml" in names
    assert "scanner/_examples/serve.py" in names
    tops = {name.split("/")[0] for name in names}
    assert tops - {name for name in tops if name.endswith(".dist-info")} == {"scanner"}
    assert not [name for name in names if "__pycache__" in name or name.startswith("tests")]
