"""Evidence: kept as received, on the disk before it is read, whole after a kill, never silently wrong."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import os
import random
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from scanner.collect.archive import Archive, decoded_payload, digest_matches, iter_captures, read_payload
from scanner.collect.members import BrokenMember, Strict
from scanner.errors import ArchiveError, EvidenceError
from scanner.model import Exchange, RobotsDecision, UnreadReason

THEN = datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=UTC)
ROBOTS = RobotsDecision(True, "Allow: /p", "http://a.example/robots.txt", "ab" * 32, 2.0)


def exchange(url: str = "http://a.example/p", body: bytes = b"<p>hello", **given: object) -> Exchange:
    values: dict[str, object] = {
        "url": url,
        "method": "GET",
        "request_target": "/p",
        "request_headers": ((b"Host", b"a.example"), (b"User-Agent", b"noticescan/0")),
        "started_at": THEN,
        "finished_at": THEN,
        "http_version": "HTTP/1.1",
        "status": 200,
        "reason_phrase": "OK",
        "response_headers": ((b"cOntent-Type", b"text/html"), (b"X-Raw", b"\xb0\xa1"), (b"Location", b"/\xe4\xba\xba")),
        "body": body,
        "peer_ip": "192.0.2.7",
        **given,
    }
    return Exchange(**values)  # type: ignore[arg-type]


def records(path: Path) -> list[tuple[str, dict[str, str], bytes]]:
    with path.open("rb") as file:
        return [
            (each.rec_type, dict(each.rec_headers.headers), each.raw_stream.read())
            for each in ArchiveIterator(file, no_record_parse=True)
        ]


def test_a_capture_comes_back_as_it_was_received(tmp_path: Path) -> None:
    body = gzip.compress("<p>人脸".encode())
    sent = exchange(
        body=body, response_headers=((b"Content-Encoding", b"gzip"), (b"X-Raw", b"\xb0\xa1"), (b"x-raw", b""))
    )
    with Archive(tmp_path, "run-1") as archive:
        capture = archive.append(sent, robots=ROBOTS)
    headers, payload = read_payload(tmp_path, capture)
    assert headers == sent.response_headers
    assert payload == body
    assert capture.payload_sha256 == hashlib.sha256(body).hexdigest()
    member = (tmp_path / capture.warc_file).read_bytes()[capture.warc_offset :][: capture.warc_length]
    assert capture.record_sha256 == hashlib.sha256(member).hexdigest()
    assert decoded_payload(tmp_path, capture, 1000) == "<p>人脸".encode()
    assert decoded_payload(tmp_path, capture, 3) is UnreadReason.TOO_LARGE
    assert (capture.url, capture.status, capture.captured_at) == ("http://a.example/p", 200, THEN)


def test_other_programs_read_it_and_agree_with_the_digests(tmp_path: Path) -> None:
    with Archive(tmp_path, "run-1", info={"software": "noticescan"}) as archive:
        for number in range(3):
            archive.append(exchange(f"http://a.example/{number}", b"x" * number), robots=ROBOTS)
    path = tmp_path / "warc/run-1-00000.warc.gz"
    warcio = Path(sys.executable).with_name("warcio")
    done = subprocess.run([warcio, "check", "-v", path], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("digest pass") == 10
    assert "no digest" not in done.stdout
    assert gzip.decompress(path.read_bytes()).startswith(b"WARC/1.1\r\n")


def test_each_exchange_says_how_it_was_made(tmp_path: Path) -> None:
    sent = exchange(
        dechunked=True,
        truncated="length",
        tls_version="TLSv1.3",
        resolved_ips=("192.0.2.7", "192.0.2.8"),
        response_headers=((b"transfer-encoding", b"chunked"),),
    )
    with Archive(tmp_path, "run-1") as archive:
        archive.append(sent, robots=replace(ROBOTS, overridden_because="court order\r\nX: y"))
    info, request, metadata, response = records(tmp_path / "warc/run-1-00000.warc.gz")
    assert [each[0] for each in (info, request, metadata, response)] == ["warcinfo", "request", "metadata", "response"]
    assert response[1]["WARC-IP-Address"] == "192.0.2.7"
    assert response[1]["WARC-Truncated"] == "length"
    assert response[1]["WARC-Protocol"] in ("http/1.1", "tls/1.3")
    assert response[1]["WARC-Date"] == "2026-11-22T12:00:00.123456Z"
    assert request[1]["WARC-Concurrent-To"] == response[1]["WARC-Record-ID"] == metadata[1]["WARC-Refers-To"]
    assert b"X-Archive-Orig-Transfer-Encoding: chunked\r\n" in response[2]
    assert request[2].startswith(b"GET /p HTTP/1.1\r\nHost: a.example\r\n")
    assert b"robotsRule: Allow: /p\r\n" in metadata[2]
    assert b"robotsOverriddenBecause: court order X: y\r\n" in metadata[2]
    assert b"resolvedAddresses: 192.0.2.7 192.0.2.8\r\n" in metadata[2]


def test_a_hostile_url_cannot_add_warc_headers(tmp_path: Path) -> None:
    with Archive(tmp_path, "run-1") as archive:
        capture = archive.append(exchange("http://a.example/\r\nWARC-Type: resource\x85 人 <x>"))
    assert "\r" not in capture.url
    assert records(tmp_path / capture.warc_file)[-1][0] == "response"
    read_payload(tmp_path, capture)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.from_regex(rb"\A[!-9;-~]{1,9}\Z"), st.binary(max_size=20)), max_size=6),
    st.binary(max_size=200),
)
def test_any_header_bytes_and_body_come_back(
    tmp_path_factory: pytest.TempPathFactory, headers: list[tuple[bytes, bytes]], body: bytes
) -> None:
    """As far as HTTP lets them arrive: no CR, LF or NUL in a value, no space around it."""
    clean = tuple((name, value.translate(None, b"\r\n\0").strip(b" \t")) for name, value in headers)
    folder = tmp_path_factory.mktemp("any")
    with Archive(folder, "r") as archive:
        capture = archive.append(exchange(body=body, response_headers=clean))
    assert read_payload(folder, capture) == (clean, body)


@pytest.mark.parametrize("at", ["record", "payload", "gone", "cut", "outside"])
def test_changed_evidence_is_never_read_silently(tmp_path: Path, at: str) -> None:
    with Archive(tmp_path, "run-1") as archive:
        capture = archive.append(exchange())
    path = tmp_path / capture.warc_file
    data = bytearray(path.read_bytes())
    if at == "record":
        data[capture.warc_offset + 40] ^= 1
        path.write_bytes(data)
    elif at == "payload":
        capture = replace(capture, payload_sha256="0" * 64)
    elif at == "gone":
        path.unlink()
    elif at == "cut":
        path.write_bytes(data[:-1])
    else:
        capture = replace(capture, warc_file="../" * 5 + "etc/passwd")
    with pytest.raises(EvidenceError) as caught:
        read_payload(tmp_path, capture)
    assert "\n" not in caught.value.message


def test_a_torn_end_at_every_byte_loses_only_what_was_never_kept(tmp_path: Path) -> None:
    with Archive(tmp_path / "whole", "run-1") as archive:
        first = archive.append(exchange("http://a.example/1"), robots=ROBOTS)
        second = archive.append(exchange("http://a.example/2", b"second" * 20), robots=ROBOTS)
    path = tmp_path / "whole" / first.warc_file
    data = path.read_bytes()
    end_of_first = first.warc_offset + first.warc_length
    torn = tmp_path / "torn" / first.warc_file
    torn.parent.mkdir(parents=True)
    for size in range(end_of_first, len(data) + 1):
        torn.write_bytes(data[:size])
        archive = Archive(tmp_path / "torn", "run-1")
        found = archive.recover({(first.warc_file, first.warc_offset)})
        if size == len(data):
            assert found.adopted == ((second, "http://a.example/2"),)
            assert found.cut == ()
        else:
            assert found.adopted == ()
            expected = ((first.warc_file, end_of_first, size - end_of_first),) if size > end_of_first else ()
            assert found.cut == expected
            assert torn.stat().st_size == end_of_first
        if size % 50 == 0:
            assert archive.recover({(first.warc_file, first.warc_offset)}).cut == ()


def test_a_torn_first_record_leaves_nothing_behind(tmp_path: Path) -> None:
    with Archive(tmp_path, "run-1") as archive:
        capture = archive.append(exchange())
    path = tmp_path / capture.warc_file
    path.write_bytes(path.read_bytes()[:50])
    assert Archive(tmp_path, "run-1").recover(()).adopted == ()
    assert not path.exists()


def test_garbage_behind_the_last_record_is_cut(tmp_path: Path) -> None:
    """A power cut can leave zeros or old blocks where the last write was."""
    with Archive(tmp_path, "run-1") as archive:
        capture = archive.append(exchange())
    path = tmp_path / capture.warc_file
    good = path.read_bytes()
    for tail in (b"\0" * 4096, random.Random(1).randbytes(300), b"\x1f\x8b\x08\0"):
        path.write_bytes(good + tail)
        found = Archive(tmp_path, "run-1").recover(())
        assert [url for _, url in found.adopted] == ["http://a.example/p"]
        assert path.read_bytes() == good


def test_damage_before_a_recorded_capture_is_an_alarm_and_nothing_is_cut(tmp_path: Path) -> None:
    with Archive(tmp_path, "run-1") as archive:
        first = archive.append(exchange())
        second = archive.append(exchange())
    path = tmp_path / first.warc_file
    data = bytearray(path.read_bytes())
    data[first.warc_offset + 30] ^= 255
    path.write_bytes(data)
    known = {(each.warc_file, each.warc_offset) for each in (first, second)}
    with pytest.raises(EvidenceError):
        Archive(tmp_path, "run-1").recover(known)
    assert path.read_bytes() == data
    path.unlink()
    with pytest.raises(EvidenceError, match="gone"):
        Archive(tmp_path, "run-1").recover(known)


def test_a_new_process_starts_a_new_file_and_big_files_rotate(tmp_path: Path) -> None:
    with Archive(tmp_path, "run-1", rotate_bytes=3000) as archive:
        names = [archive.append(exchange(body=random.Random(n).randbytes(1500))).warc_file for n in range(4)]
    assert names == sorted(names)
    assert len(set(names)) > 1
    with Archive(tmp_path, "run-1") as archive:
        assert archive.append(exchange()).warc_file > names[-1]
    with Archive(tmp_path, "run-2") as archive:
        assert archive.append(exchange()).warc_file == "warc/run-2-00000.warc.gz"
        assert archive.recover(()).adopted[0][1] == "http://a.example/p"


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on file size")
def test_a_full_disk_is_one_clear_line_and_leaves_no_half_record(tmp_path: Path) -> None:
    code = f"""
import resource, sys
from pathlib import Path
from scanner.collect.archive import Archive
from scanner.errors import ArchiveError
from tests.collect.test_archive import exchange
out = Path({str(tmp_path)!r})
archive = Archive(out, "run-1")
first = archive.append(exchange())
size = (out / first.warc_file).stat().st_size
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100, size + 100))
try:
    archive.append(exchange())
except ArchiveError as error:
    assert "cannot keep the capture" in error.message and error.tip, error.message
else:
    sys.exit("no error")
assert (out / first.warc_file).stat().st_size == size
"""
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, cwd=Path(__file__).parents[2])


def test_an_archive_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "warc").write_text("a file where the folder should be")
    with pytest.raises(ArchiveError):
        Archive(tmp_path, "run-1").append(exchange())
    with pytest.raises(ArchiveError):
        Archive(tmp_path, "../run")


def foreign(tmp_path: Path) -> bytes:
    """A WARC as other crawlers write it: SHA-1, chunked body, uncompressed."""
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<p>hi\r\n0\r\n\r\n"
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://b.example/\r\nWARC-Date: 2024-01-02T03:04:05Z\r\n"
        "WARC-Record-ID: <urn:uuid:1>\r\nContent-Type: application/http; msgtype=response\r\n"
        f"WARC-Block-Digest: sha1:{_b32(block)}\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def _b32(data: bytes) -> str:
    import base64

    return base64.b32encode(hashlib.sha1(data).digest()).decode()


@pytest.mark.parametrize("kind", ["warc", "warc.gz", "wacz"])
def test_archives_of_other_programs(tmp_path: Path, kind: str) -> None:
    data = foreign(tmp_path)
    path = tmp_path / f"other.{kind}"
    if kind == "wacz":
        with zipfile.ZipFile(path, "w") as bundle:
            bundle.writestr("archive/data.warc.gz", gzip.compress(data, mtime=0))
            bundle.writestr("pages/pages.jsonl", "{}")
    else:
        path.write_bytes(gzip.compress(data, mtime=0) if kind == "warc.gz" else data)
    (found,) = iter_captures(path)
    assert (found.payload, found.digest_ok, found.capture.status) == (b"<p>hi", True, 200)
    assert found.capture.captured_at == datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
    path.write_bytes(data.replace(b"<p>hi", b"<p>ho"))
    if kind == "warc":
        assert next(iter_captures(path)).digest_ok is False


@pytest.mark.parametrize(
    "data",
    [b"", b"<html>", b"PK\x03\x04", random.Random(2).randbytes(2000), gzip.compress(b"x", mtime=0)],
    ids=["empty", "html", "zip", "noise", "gzip"],  # without the time in a gzip header workers agree on the names
)
@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz", "a.wacz"])
def test_what_is_no_archive_says_so(tmp_path: Path, data: bytes, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    if data == b"" and not name.endswith("wacz"):
        assert list(iter_captures(path)) == []
        return
    with pytest.raises(ArchiveError) as caught:
        list(iter_captures(path))
    assert "\n" not in caught.value.message


def test_digests_in_all_their_spellings() -> None:
    import base64

    data = b"x"
    raw = hashlib.sha256(data).digest()
    for value in (raw.hex(), raw.hex().upper(), base64.b32encode(raw).decode(), base64.b64encode(raw).decode()):
        assert digest_matches(f"sha256:{value}", data)
        assert not digest_matches(f"sha256:{value}", b"y")
    assert not digest_matches("nonsense:abc", data)


def test_kill_9_at_random_moments(tmp_path: Path) -> None:
    """A writer is killed while it appends; what it had acknowledged is there, and nothing is there twice."""
    code = """
import sys
from pathlib import Path
from scanner.collect.archive import Archive
from tests.collect.test_archive import exchange
archive = Archive(Path(sys.argv[1]), "run-1")
for number in range(100000):
    capture = archive.append(exchange(f"http://a.example/{number}", b"body" * 2000))
    print(capture.warc_file, capture.warc_offset, flush=True)
"""
    seen: set[tuple[str, int]] = set()
    chance = random.Random(5)
    for _ in range(3):
        writer = subprocess.Popen(
            [sys.executable, "-c", code, tmp_path], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
        )
        assert writer.stdout
        acknowledged = [writer.stdout.readline() for _ in range(chance.randrange(1, 30))]
        writer.kill()
        acknowledged += writer.stdout.readlines()
        writer.wait()
        writer.stdout.close()
        whole = [line.split() for line in acknowledged if line.endswith("\n")]
        seen |= {(name, int(offset)) for name, offset in whole}
        found = Archive(tmp_path, "run-1").recover(seen)
        assert len(found.adopted) <= 1
        seen |= {(capture.warc_file, capture.warc_offset) for capture, _ in found.adopted}
    total = sum(len(list(iter_captures(path))) for path in (tmp_path / "warc").iterdir())
    assert total == len(seen)


def test_tools_see_the_whole_file(tmp_path: Path) -> None:
    with Archive(tmp_path, "run-1") as archive:
        for number in range(5):
            archive.append(exchange(f"http://a.example/{number}"))
    (path,) = (tmp_path / "warc").iterdir()
    shutil.copy(path, tmp_path / "copy.warc.gz")
    urls = [each.capture.url for each in iter_captures(tmp_path / "copy.warc.gz")]
    assert urls == [f"http://a.example/{number}" for number in range(5)]
    assert all(each.digest_ok for each in iter_captures(path))
    assert len(list(ArchiveIterator(io.BytesIO(path.read_bytes())))) == 16


@pytest.mark.parametrize("piece", [1, 7, 4096])
def test_a_gzip_stream_read_along_gives_whole_members_then_the_error(piece: int) -> None:
    members = [gzip.compress(bytes([n]) * 3_000_000 + os.urandom(50)) for n in range(3)]
    whole = b"".join(members)

    def through(data: bytes) -> bytes:
        stream, out = Strict(io.BytesIO(data[5:]), data[:5]), b""
        with contextlib.suppress(BrokenMember):
            while got := stream.read(piece):
                out += got
            return out
        return out + b"broken"

    assert through(whole) == whole
    assert through(whole[:-9]) == whole[:-9] + b"broken"
    damaged = through(members[0] + b"\0" * 10_000 + members[1])
    assert damaged.startswith(members[0])
    assert damaged.endswith(b"broken")
    assert len(damaged) < len(members[0]) + 20
