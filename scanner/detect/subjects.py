"""What a sentence is about, where it is about no person: a lorry, a router, a parcel. It claims nothing of people.

`patterns/subjects.toml` -> subjects; a page's sentences -> the categories that are not told in them. A rule's exception
can do that for one rule. Here it holds for every rule of a category and for the second reader, which learnt from pages
about people and takes a car that returns for a customer who does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scanner.detect.match import Scene
from scanner.detect.rules import Atoms, Subject

if TYPE_CHECKING:
    from scanner.detect.loader import Problems

_KEYS = frozenset({"names", "with", "unless", "categories", "because", "beside", "wants", "note"})


def parse(
    file: Path, data: Mapping[str, Any], atoms: Mapping[str, Any], categories: Mapping[str, Any], problems: Problems
) -> tuple[Subject, ...]:
    """The tables of `subjects.toml`, with every problem named."""
    out = []
    for name, entry in data.items():
        if name == "schema":
            continue
        if not isinstance(entry, dict) or set(entry) - _KEYS or not _whole(entry):
            problems.add(
                file, name,
                "must be a table with `names` or `wants`, `categories`, `because`, maybe `with`, `unless`, `beside`",
            )  # fmt: skip
            continue
        known = {"names": atoms, "with": atoms, "unless": atoms, "wants": atoms, "categories": categories}
        for key, allowed in known.items():
            for unknown in sorted(set(entry.get(key, [])) - set(allowed)):
                problems.add(file, f"{name}.{key}", f"{unknown!r} is not known")
        lists = {key: frozenset(entry.get(key, [])) for key in known}
        out.append(
            Subject(
                name, lists["names"], lists["with"], lists["unless"], lists["categories"], str(entry["because"]),
                beside=entry.get("beside", True) is True, wants=lists["wants"],
            )
        )  # fmt: skip
    return tuple(out)


def _whole(entry: Mapping[str, Any]) -> bool:
    """What it is about, or what it must speak of; and what follows."""
    return ("names" in entry) != ("wants" in entry) and {"categories", "because"} <= set(entry)


def unspoken(scene: Scene, subjects: tuple[Subject, ...]) -> frozenset[str]:
    """Categories that nothing on the page speaks of, so that the second reader may not accuse it of them."""
    lacking = (one for one in subjects if one.wants and not scene.anywhere(one.wants))
    return frozenset(category for one in lacking for category in one.categories)


def spared(scene: Scene, subjects: tuple[Subject, ...]) -> Iterator[tuple[int, str, str]]:
    """(unit, category, why) for each sentence that is about such a subject, itself or by its heading."""
    page = scene.page
    likely = [(one, _blocks(scene, one.names)) for one in subjects if one.names & scene.everywhere]
    for index, unit in enumerate(page.units if likely else ()):
        leads = page.leads(unit.block)
        for subject, blocks in likely:
            if unit.block not in blocks and blocks.isdisjoint(leads):
                continue
            named = _names(scene, subject.names, index) or scene.within(subject.names, leads)
            where = not subject.also or _names(scene, subject.also, index) or scene.within(subject.also, leads)
            if named and where and not _persons(scene, subject, index, leads):
                yield from ((index, category, subject.because) for category in sorted(subject.categories))


def _blocks(scene: Scene, atoms: Atoms) -> frozenset[int]:
    """Blocks in which any of `atoms` may stand."""
    return frozenset(block for block, seen in enumerate(scene.seen) if not seen.isdisjoint(atoms))


def _persons(scene: Scene, subject: Subject, index: int, leads: tuple[int, ...]) -> bool:
    """Does the sentence, its heading or (`beside`) a neighbour of its block say who is meant after all?"""
    units = scene.page.units
    near = [index]
    if subject.beside:
        near += [i for i in (index - 1, index + 1) if 0 <= i < len(units)]
    return any(_names(scene, subject.unless, i) for i in near) or scene.within(subject.unless, leads)


def _names(scene: Scene, atoms: Atoms, index: int) -> bool:
    unit = scene.page.units[index]
    if not scene.seen[unit.block] & atoms:
        return False
    words = scene.words(unit.block).atoms
    return any(unit.start <= start < unit.end for atom in atoms for start, _ in words.get(atom, ()))
