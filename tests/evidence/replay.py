"""Opens a WACZ in ReplayWeb.page under Chromium and prints the text of the replayed page.

Run by the Python of the peers' folder (it has playwright): replay.py VIEWER_FOLDER FILE.wacz URL CHROMIUM
"""

from __future__ import annotations

import http.server
import sys
import threading
import time
from pathlib import Path

PAGE = """<!doctype html><meta charset="utf-8"><script src="/ui.js"></script>
<replay-web-page source="/case.wacz" url="{url}" replayBase="/replay/" embed="replayonly" style="height: 90vh">
</replay-web-page>"""


class Handler(http.server.BaseHTTPRequestHandler):
    """The viewer and the file, with byte ranges, also one longer than the file."""

    protocol_version = "HTTP/1.1"
    files: dict[str, tuple[bytes, str]]

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path not in self.files:
            self.send_error(404)
            return
        data, kind = self.files[path]
        status, extra = 200, {}
        wanted = self.headers.get("Range", "").removeprefix("bytes=")
        if wanted:
            first, _, last = wanted.partition("-")
            start = int(first) if first else max(len(data) - int(last), 0)
            end = min(int(last), len(data) - 1) if first and last else len(data) - 1
            status, extra = 206, {"Content-Range": f"bytes {start}-{end}/{len(data)}"}
            data = data[start : end + 1]
        self.send_response(status)
        for name, value in {
            "Content-Type": kind,
            "Content-Length": str(len(data)),
            "Accept-Ranges": "bytes",
            **extra,
        }.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data)


def main() -> int:
    from playwright.sync_api import sync_playwright

    viewer, wacz, url, chromium = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4]
    script = "text/javascript"
    ui, worker = (viewer / "ui.js").read_bytes(), (viewer / "sw.js").read_bytes()
    Handler.files = {
        "/": (PAGE.format(url=url).encode(), "text/html"), "/ui.js": (ui, script), "/sw.js": (worker, script),
        "/replay/ui.js": (ui, script), "/replay/sw.js": (b'importScripts("/sw.js");', script),
        "/case.wacz": (wacz.read_bytes(), "application/wacz"),
    }  # fmt: skip
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{server.server_address[1]}/")
        begun = reloaded = time.monotonic()
        text = ""
        while not text.strip() and time.monotonic() < begun + 90:
            page.wait_for_timeout(300)
            if time.monotonic() > reloaded + 15:  # a busy machine: the service worker came too late for the frame
                page.reload()
                reloaded = time.monotonic()
            for frame in page.frames:
                if url in frame.url and "mp_/" in frame.url:
                    text = frame.evaluate("document.body ? document.body.innerText : ''")
        if len(sys.argv) > 5:
            page.screenshot(path=sys.argv[5])
        browser.close()
    sys.stdout.buffer.write(text.encode())
    return 0 if text else 1


if __name__ == "__main__":
    raise SystemExit(main())
