"""The custody chain: append-only, mended after a kill, and any change in it found."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.errors import EvidenceError
from scanner.evidence import custody
from scanner.evidence.custody import DETAILS, LINKS, Chain


def filled(folder: Path, count: int = 6) -> tuple[bytes, bytes]:
    """A chain with some events; its two files."""
    chain = Chain(folder)
    for number in range(count):
        chain.append(f"event {number % 3}", run="r", value="值" * number)
    return (folder / LINKS).read_bytes(), (folder / DETAILS).read_bytes()


LINKS_AND_DETAILS: list[tuple[bytes, bytes]] = []


@pytest.fixture(scope="module", autouse=True)
def _a_chain(tmp_path_factory: pytest.TempPathFactory) -> None:
    LINKS_AND_DETAILS.append(filled(tmp_path_factory.mktemp("chain")))


def test_each_line_names_the_one_before_as_sha256sum_has_it(tmp_path: Path) -> None:
    links, _ = filled(tmp_path)
    first, second = links.splitlines(keepends=True)[:2]
    done = subprocess.run(["sha256sum"], input=first, capture_output=True, check=True)
    assert json.loads(second)["prev"] == done.stdout.decode().split()[0]
    done = subprocess.run(f"sed -n 2p {DETAILS} | sha256sum", shell=True, cwd=tmp_path, capture_output=True, check=True)
    assert json.loads(second)["detail"] == done.stdout.decode().split()[0]


def test_a_chain_goes_on_where_it_stopped(tmp_path: Path) -> None:
    filled(tmp_path, 3)
    Chain(tmp_path).append("later")
    told = custody.read_folder(tmp_path)
    assert told.problems == ()
    assert [link.n for link in told.links] == [1, 2, 3, 4]
    assert [told.details[n]["event"] for n in (3, 4)] == ["event 2", "later"]


@given(st.data())
def test_a_changed_byte_is_found(data: st.DataObject) -> None:
    links, details = LINKS_AND_DETAILS[0]
    which = data.draw(st.booleans())
    text = bytearray(links if which else details)
    at = data.draw(st.integers(0, len(text) - 1))
    text[at] ^= data.draw(st.integers(1, 255))
    changed = (bytes(text), details) if which else (links, bytes(text))
    if at == len(text) - 1 and which:
        return  # the head itself: nothing inside the chain vouches for it, a stamp does
    told = custody.read(*changed)
    if which and at >= links.rindex(b"\n", 0, -1) + 1:  # in the head: found, or another head than the one stamped
        assert told.problems != () or told.links[-1] != custody.read(links, details).links[-1]
    else:
        assert told.problems != ()


@given(st.data())
def test_lines_taken_away_doubled_or_exchanged_are_found(data: st.DataObject) -> None:
    links, details = LINKS_AND_DETAILS[0]
    which = data.draw(st.booleans())
    lines = (links if which else details).splitlines(keepends=True)
    one, two = data.draw(st.integers(0, len(lines) - 2)), data.draw(st.integers(0, len(lines) - 1))
    kind = data.draw(st.sampled_from(["take", "double", "exchange"]))
    if kind == "take":
        del lines[one]
    elif kind == "double":
        lines.insert(two, lines[one])
    elif one != two:
        lines[one], lines[two] = lines[two], lines[one]
        if not which:
            return  # details are found by number: their order says nothing
    else:
        return
    text = b"".join(lines)
    told = custody.read(text, details) if which else custody.read(links, text)
    assert told.problems != ()


@pytest.mark.parametrize(("name", "cut"), [(LINKS, 7), (DETAILS, 7), (LINKS, 1)])
def test_an_end_that_a_kill_tore_off_is_mended_and_told(tmp_path: Path, name: str, cut: int) -> None:
    """The detail goes to the disk first: after a kill it may be alone or torn, or the link torn."""
    filled(tmp_path, 4)
    if name == DETAILS:
        lines = (tmp_path / LINKS).read_bytes().splitlines(keepends=True)
        (tmp_path / LINKS).write_bytes(b"".join(lines[:-1]))
    torn = (tmp_path / name).read_bytes()[:-cut]
    (tmp_path / name).write_bytes(torn)
    assert custody.read_folder(tmp_path).problems == ()
    chain = Chain(tmp_path)
    assert chain.n == 4
    told = custody.read_folder(tmp_path)
    assert told.problems == ()
    assert told.details[4]["event"] == "torn end cut off"


def test_damage_that_no_kill_makes_is_not_mended(tmp_path: Path) -> None:
    _, details = filled(tmp_path, 4)
    (tmp_path / DETAILS).write_bytes(b"".join(details.splitlines(keepends=True)[:2]))
    with pytest.raises(EvidenceError, match="missing at the end"):
        Chain(tmp_path)
    (tmp_path / DETAILS).write_bytes(details)
    with (tmp_path / LINKS).open("ab") as file:
        file.write(b"no link\n")
    with pytest.raises(EvidenceError, match="damaged"):
        Chain(tmp_path)


def test_an_excerpt_shows_the_chain_and_hides_the_rest(tmp_path: Path) -> None:
    _, details = filled(tmp_path)
    whole = custody.read_folder(tmp_path)
    links, shown = custody.excerpt(whole, [3, 5], details)
    part = custody.read(links, shown, whole=False)
    assert part.problems == ()
    assert [link.n for link in part.links] == [3, 4, 5]
    assert sorted(part.details) == [3, 5]
    assert custody.read(links, shown).problems != ()
    salts = {one["salt"] for one in whole.details.values()}
    assert len(salts) == len(whole.details), "a detail without a salt of its own can be guessed"
