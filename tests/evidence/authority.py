"""A timestamp authority on loopback, made with openssl: a root, a certificate for stamping, and a small server."""

from __future__ import annotations

import http.server
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

OPENSSL = shutil.which("openssl")

_CONFIG = """
[ tsa ]
default_tsa = it
[ it ]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
{certs}
"""


@dataclass(frozen=True)
class Authority:
    """`root`: its root certificate; `url`: where it answers."""

    folder: Path
    root: Path
    url: str

    def answer(self, request: bytes, *, with_chain: bool = False) -> bytes:
        """Its answer to a request, without the network. `with_chain`: unsorted certificates, as real ones send them."""
        return reply(self.folder, request, with_chain=with_chain)


def run(*args: str, data: bytes = b"") -> bytes:
    """openssl; its output."""
    assert OPENSSL
    done = subprocess.run([OPENSSL, *args], input=data, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def make(folder: Path, name: str) -> Path:
    """Root, stamping certificate and settings in a folder; returns the root certificate."""
    folder.mkdir(parents=True)
    for who, subject in (("root", f"{name} root"), ("tsa", f"{name} stamps")):
        run("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", str(folder / f"{who}.key"))
        run(
            "req",
            "-new",
            "-key",
            str(folder / f"{who}.key"),
            "-subj",
            f"/CN={subject}",
            "-out",
            str(folder / f"{who}.csr"),
        )
    (folder / "root.ext").write_text("basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n")
    (folder / "tsa.ext").write_text(
        "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n"
        "extendedKeyUsage=critical,timeStamping\n"
    )
    run("x509", "-req", "-in", str(folder / "root.csr"), "-signkey", str(folder / "root.key"), "-days", "3650",
        "-extfile", str(folder / "root.ext"), "-out", str(folder / "root.pem"))  # fmt: skip
    run("x509", "-req", "-in", str(folder / "tsa.csr"), "-CA", str(folder / "root.pem"), "-CAkey",
        str(folder / "root.key"), "-CAcreateserial", "-days", "3650", "-extfile", str(folder / "tsa.ext"), "-out",
        str(folder / "tsa.pem"))  # fmt: skip
    (folder / "serial").write_text("01\n")
    (folder / "plain.cnf").write_text(_CONFIG.format(folder=folder, certs=""))
    (folder / "chain.cnf").write_text(_CONFIG.format(folder=folder, certs=f"certs = {folder}/chain.pem"))
    # The parser wants the certificates in the order of their DER; this is the other one.
    certificates = [(folder / f"{who}.pem").read_text() for who in ("root", "tsa")]
    (folder / "chain.pem").write_text("".join(certificates))
    return folder / "root.pem"


def reply(folder: Path, request: bytes, *, with_chain: bool = False) -> bytes:
    """The answer that an authority in this folder gives."""
    query = folder / "query.tsq"
    query.write_bytes(request)
    settings = folder / ("chain.cnf" if with_chain else "plain.cnf")
    return run("ts", "-reply", "-config", str(settings), "-queryfile", str(query))


class _Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Silent."""

    def do_POST(self) -> None:
        request = self.rfile.read(int(self.headers["Content-Length"]))
        assert self.headers["Content-Type"] == "application/timestamp-query"
        answer = reply(self.server.folder, request)  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)


@contextmanager
def serving(folder: Path, name: str = "Test authority") -> Iterator[Authority]:
    """An authority that answers until the block ends."""
    root = make(folder, name)
    server = http.server.HTTPServer(("127.0.0.1", 0), _Handler)
    server.folder = folder  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield Authority(folder, root, f"http://127.0.0.1:{server.server_address[1]}/")
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
