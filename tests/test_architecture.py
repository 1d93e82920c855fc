"""The house: imports point down, rooms of a floor do not know each other, each outside library has one owner."""

from __future__ import annotations

import ast
import os
import re
import resource
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "scanner"

FLOORS = {
    **dict.fromkeys(("__init__", "model", "errors", "stated", "warcfile", "durable"), 1),
    "config": 2,
    "lawfile": 2,
    **dict.fromkeys(("collect", "read", "detect", "notice", "law", "history", "store", "report", "schedule"), 3),
    "evidence": 3,
    **dict.fromkeys(("pipeline", "bulk"), 4),
    **dict.fromkeys(("cli", "web"), 5),
    "__main__": 6,
}
OWNERS = {
    "httpx": "collect/fetch.py",
    "aiohttp": "collect/wire.py",
    "multidict": "collect/wire.py",
    "yarl": "collect/wire.py",
    "warcio": "collect/archive.py",
    "ada_url": "collect/urls.py",
    "tldextract": "collect/urls.py",
    "w3lib.url": "collect/urls.py",
    "protego": "collect/robots.py",
    "bs4": "read/html.py",
    "lxml": "read/html.py",
    "w3lib.encoding": "read/decode.py",
    "charset_normalizer": "read/decode.py",
    "pypdf": "read/pdf.py",
    "spacy": "detect/match.py",
    "numpy": "detect/, read/faces.py",
    "onnxruntime": "detect/encoder.py",
    "rapidocr": "read/images.py",
    "PIL": "read/",
    "cv2": "read/faces.py",
    "playwright": "collect/render.py",
    "ahocorasick_rs": "detect/gate.py",
    "sqlalchemy": "store/",
    "alembic": "store/",
    "jinja2": "report/html.py",
    "markupsafe": "report/html.py",
    "pydantic": "config.py",
    "pydantic_settings": "config.py",
    "platformdirs": "config.py",
    "filelock": "pipeline/",
    "rfc3161_client": "evidence/stamp.py",
    "opentimestamps": "evidence/ots.py",
    "cryptography": "evidence/",
    "weasyprint": "report/pdf.py",
    "typer": "cli/",
    "rich": "cli/",
}
NOT_IMPORTED = {
    "w3lib": "by its parts, see OWNERS",
    "lxml": "the parser that BeautifulSoup is told to use",
}
HEAVY = (
    "spacy", "pypdf", "sqlalchemy", "alembic", "bs4", "httpx", "jinja2", "aiohttp", "warcio", "tldextract", "pydantic",
    "cryptography", "weasyprint", "rapidocr", "onnxruntime", "PIL", "cv2", "playwright",
    "opentimestamps", "bitcoin",
)  # fmt: skip
HELP_SECONDS = 0.3

Import = tuple[Path, str]
"""File, and the absolute dotted name that it imports."""


def imports() -> Iterator[Import]:
    for file in sorted(PACKAGE.rglob("*.py")):
        package = [PACKAGE.name, *file.relative_to(PACKAGE).parent.parts]
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield file, alias.name
            elif isinstance(node, ast.ImportFrom):
                base = package[: len(package) - node.level + 1] if node.level else []
                module = ".".join([*base, *([node.module] if node.module else [])])
                for alias in node.names:
                    yield file, f"{module}.{alias.name}"


def room(parts: list[str]) -> str:
    """`collect` for scanner/collect/fetch.py and for scanner.collect.fetch.get; a name in scanner itself: __init__."""
    name = parts[0].removesuffix(".py") if parts else "__init__"
    return name if name in FLOORS else "__init__"


def test_every_room_has_a_floor() -> None:
    rooms = {path.name.removesuffix(".py") for path in PACKAGE.iterdir() if path.suffix == ".py" or path.is_dir()}
    assert {name for name in rooms if not name.startswith(("_patterns", "_examples", "__pycache__", "py"))} <= set(
        FLOORS
    )


def test_imports_point_down() -> None:
    wrong = []
    for file, name in imports():
        if name.split(".")[0] != PACKAGE.name:
            continue
        here, there = room(list(file.relative_to(PACKAGE).parts)), room(name.split(".")[1:])
        if here != there and FLOORS[there] >= FLOORS[here]:
            wrong.append(f"{file.relative_to(ROOT)} imports {name}")
    assert wrong == []


def test_each_library_has_one_owner() -> None:
    wrong = []
    for file, name in imports():
        top = name.split(".")[0]
        if top in sys.stdlib_module_names or top in (PACKAGE.name, "__future__"):
            continue
        key = next((k for k in (".".join(name.split(".")[:2]), top) if k in OWNERS), None)
        here = file.relative_to(PACKAGE).as_posix()
        if key is None:
            if not re.fullmatch(r"(compression|backports)(\..*)?|brotli.*|psycopg.*", name):
                wrong.append(f"{here} imports {name}, which has no owner")
        elif not here.startswith(tuple(OWNERS[key].split(", "))):
            wrong.append(f"{here} imports {name}; its owner is {OWNERS[key]}")
    assert wrong == []


def test_every_dependency_is_used() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    imported = {name.split(".")[0] for _, name in imports()}
    names = {re.split(r"[<>=~!\[; ]", line)[0].lower().replace("-", "_") for line in declared}
    modules = {"beautifulsoup4": "bs4"}
    assert {name for name in names if modules.get(name, name) not in imported} - set(NOT_IMPORTED) == set()


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; from scanner.cli.main import run; run(['--help']); "
        f"print(*[m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr.strip() == ""
    assert "crawl" in done.stdout


@pytest.mark.parametrize("command", [["--help"], ["--version"]])
def test_help_answers_at_once(command: list[str], tmp_path: Path) -> None:
    """CPU time, best of six: the machine may be busy, the answer must not be slow. One that is not is enough."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(tmp_path)
    taken = []
    for _ in range(6):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "scanner", *command], cwd=ROOT, env=environment, check=True,
                       capture_output=True)  # fmt: skip
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        if taken[-1] < HELP_SECONDS:
            break
    assert min(taken) < HELP_SECONDS


def test_version_is_said_once() -> None:
    from scanner import __version__

    assert tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"] == __version__
