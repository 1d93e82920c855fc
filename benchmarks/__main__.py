"""`python -m benchmarks`: all benchmarks, in a venv of their own that also sees noticescan and what it needs."""

from __future__ import annotations

import os
import site
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
VENV = ROOT / ".venv-bench"


def prepare(folder: Path) -> Path:
    """Makes the venv if its requirements changed; returns its python."""
    python = folder / "bin" / "python"
    wanted = (HERE / "requirements.txt").read_text(encoding="utf-8")
    stamp = folder / ".requirements"
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
        venv.create(folder, with_pip=True, clear=True)
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*install, "-r", HERE / "requirements.txt"], check=True)
        stamp.write_text(wanted, encoding="utf-8")
    packages = subprocess.run(
        [python, "-c", "import site; print(site.getsitepackages()[0])"], check=True, capture_output=True, text=True
    ).stdout.strip()
    lines = [str(ROOT), *site.getsitepackages()]
    (Path(packages) / "noticescan-bench.pth").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return python


def main() -> int:
    python = prepare(Path(os.environ.get("NOTICESCAN_TEST_BENCH_VENV", VENV)))
    for script, options in (("bench_check.py", sys.argv[1:]), ("bench_crawl.py", sys.argv[1:]), ("bench_ocr.py", [])):
        code = subprocess.run([python, HERE / script, *options], check=False).returncode
        if code:
            return code
        print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
