"""Archives in which several records share a gzip member: read as a stream, to the same limits."""

from __future__ import annotations

import gzip
import io
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.collect.archive import iter_captures
from scanner.collect.members import BrokenMember, Unpacked, share_a_member
from scanner.detect.rules import RuleSet
from scanner.errors import ArchiveError
from scanner.model import Outcome
from scanner.pipeline.importing import import_files
from scanner.pipeline.rescan import rescan
from scanner.pipeline.verify import Means, verify
from tests.evidence.conftest import Quiet
from tests.evidence.shop import settings_for
from tests.loopback import CLAIM, html
from tests.test_import import URL, warc

PAGES = tuple((f"{URL}/{n}", html(CLAIM, f"{n}"), "2024-03-02T10:20:30Z") for n in range(3))


def shared(*pages: tuple[str, bytes, str]) -> bytes:
    """All records in one member."""
    return gzip.compress(gzip.decompress(warc(*pages)), mtime=0)


def test_records_that_share_a_member_are_told_from_those_that_do_not() -> None:
    assert share_a_member(io.BytesIO(shared(*PAGES)))
    assert not share_a_member(io.BytesIO(warc(*PAGES)))
    assert not share_a_member(io.BytesIO(gzip.compress(b"WARC/1.1\r\nContent-Length: 3\r\n\r\nabc\r\n\r\n")))
    assert not share_a_member(io.BytesIO(gzip.compress(b"x" * 100_000)))
    assert not share_a_member(io.BytesIO(shared(*PAGES)[:40]))


@pytest.mark.parametrize("kind", ["warc.gz", "wacz"])
def test_the_same_records_come_out_however_they_are_packed(tmp_path: Path, kind: str) -> None:
    found = []
    for name, data in (("each", warc(*PAGES)), ("one", shared(*PAGES))):
        path = tmp_path / f"{name}.{kind}"
        if kind == "wacz":
            with zipfile.ZipFile(path, "w") as bundle:
                bundle.writestr("archive/data.warc.gz", data)
        else:
            path.write_bytes(data)
        found.append([(one.capture.url, one.block, one.digest_ok) for one in iter_captures(path)])
    assert found[0] == found[1]
    assert len(found[1]) == len(PAGES) + 1  # the resource at the end


def test_offsets_are_those_of_the_unpacked_data(tmp_path: Path) -> None:
    path = tmp_path / "one.warc.gz"
    path.write_bytes(shared(*PAGES))
    plain = gzip.decompress(path.read_bytes())
    for one in iter_captures(path):
        assert plain[one.capture.warc_offset :].startswith(b"WARC/1.1\r\n")


def urls_of(path: Path) -> tuple[list[str], bool]:
    """(addresses that came out, did it end in an error?)"""
    urls: list[str] = []
    try:
        for one in iter_captures(path):
            urls.append(one.capture.url)  # noqa: PERF401 - what came before an error counts
    except ArchiveError:
        return urls, True
    return urls, False


def test_what_comes_before_damage_is_given_and_then_the_error(tmp_path: Path) -> None:
    data = shared(*PAGES)
    path = tmp_path / "one.warc.gz"
    path.write_bytes(data[: len(data) - 60])
    urls, failed = urls_of(path)
    assert failed
    assert urls[:2] == [PAGES[0][0], PAGES[1][0]]
    path.write_bytes(data[:-6] + bytes([data[-6] ^ 255]) + data[-5:])  # the checksum at the end
    assert urls_of(path)[1]


def test_a_large_archive_is_not_held_in_memory(tmp_path: Path) -> None:
    blank = b"<p>" + b" " * 3_000_000
    path = tmp_path / "one.warc.gz"
    path.write_bytes(shared(*((f"{URL}/{n}", blank, "2024-03-02T10:20:30Z") for n in range(40))))
    tracemalloc.start()
    for _ in iter_captures(path):
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 40 * len(blank) / 2


@given(parts=st.lists(st.binary(max_size=5000), max_size=4), sizes=st.lists(st.integers(1, 9000), min_size=1))
def test_what_was_packed_comes_out_in_pieces_of_any_size(parts: list[bytes], sizes: list[int]) -> None:
    source = Unpacked(io.BytesIO(b"".join(gzip.compress(part, mtime=0) for part in parts)))
    out, n = b"", 0
    while piece := source.read(sizes[n % len(sizes)]):
        assert len(piece) <= sizes[n % len(sizes)]
        out, n = out + piece, n + 1
    assert out == b"".join(parts)
    assert source.tell() == len(out)


def test_an_end_that_is_missing_is_told_each_time() -> None:
    whole = zlib.compressobj(wbits=31)
    packed = whole.compress(b"abc" * 5000) + whole.flush()
    source = Unpacked(io.BytesIO(packed[:-4]))
    assert len(source.read(100_000)) > 0
    for _ in range(2):
        with pytest.raises(BrokenMember):
            source.read()


def test_evidence_of_such_a_file_stands_on_our_own_records_and_its_digest(tmp_path: Path, rules: RuleSet) -> None:
    path = tmp_path / "one.warc.gz"
    path.write_bytes(shared(*PAGES))
    settings = settings_for(tmp_path / "out")
    taken = import_files(settings, [path], rules, Quiet())
    assert taken.damaged == ()
    assert [row.outcome for row in taken.report.coverage] == [Outcome.FINDINGS] * len(PAGES)
    assert not verify(taken.report.run.id, Means(settings=settings, rules=rules)).failures
    assert len(rescan(settings, rules, Quiet()).findings) == len(taken.report.findings)
