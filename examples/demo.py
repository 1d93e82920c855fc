"""What `make demo` runs: serve the fictional sites, look at them as a user would, stop serving.

Standard library and the `noticescan` command only. A second run starts from what the first one kept.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

import serve

HERE = Path(__file__).resolve().parent
FINE = {0, 3, 4}
"""Exit codes of a look that worked; 4 says that something could not be read, and several sites see to that."""


def main() -> int:
    """Crawls the example sites into --out. Gives 0, or the exit code of a crawl that failed."""
    parser = argparse.ArgumentParser(description="Crawl the fictional vendor sites.")
    parser.add_argument("--out", type=Path, default=Path("demo-out"), help="output folder, kept between runs")
    parser.add_argument("--port-base", type=int, default=serve.DEFAULT_PORT, help="port wanted on each address")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    with serve.start(port=args.port_base) as served:
        for one in served.sites:
            print(f"serving {one.origin:<24} {one.site.vendor}", flush=True)
        targets = args.out / "targets.toml"
        targets.write_text(served.targets(), encoding="utf-8")
        code = _crawl(targets, args.out)
    if code not in FINE:
        print(f"demo: the crawl ended with exit code {code}", file=sys.stderr)
        return code
    page = next((p for p in sorted(args.out.rglob("index.html"), key=lambda p: p.stat().st_mtime, reverse=True)), None)
    if page is not None:
        print(f"\nOpen the report in a browser: {page.resolve()}")
    print("Run it once more: nothing will be new. `rm -r demo-out` starts afresh.")
    return 0


def _crawl(targets: Path, out: Path) -> int:
    command = [sys.executable, "-m", "scanner", "--config", str(HERE / "noticescan.toml")]
    command += ["crawl", "--targets", str(targets), "--out", str(out)]
    python_path = os.pathsep.join(filter(None, [str(HERE.parent), os.environ.get("PYTHONPATH", "")]))
    return subprocess.run(command, check=False, env={**os.environ, "PYTHONPATH": python_path}).returncode


if __name__ == "__main__":
    raise SystemExit(main())
