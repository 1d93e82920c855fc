"""What stands round a finding: to the ends of its blocks, and line by line where it was read in a picture."""

from __future__ import annotations

from dataclasses import replace

from scanner.model import Block, BlockKind, Document, Spot
from scanner.store import open_store

from .values import T0, capture, facts, finding, item, judgement, sha

ITEMS = "Every guest is enrolled on entry", "No sign needed at any door"
LINES = "入店即留档", "无需告知"


def test_quotes_over_blocks_and_lines_of_a_picture() -> None:
    text = "\n\n".join([*ITEMS, "".join(LINES)])
    second, picture = len(ITEMS[0]) + 2, len(text) - len("".join(LINES))
    spots = (
        Spot(picture, picture + len(LINES[0]), (0, 0, 9, 9), 0.9),
        Spot(picture + len(LINES[0]), len(text), (0, 9, 9, 9), 0.9),
    )
    blocks = (
        Block(ITEMS[0], BlockKind.LIST_ITEM, "li[1]", "", 0, len(ITEMS[0])),
        Block(ITEMS[1], BlockKind.LIST_ITEM, "li[2]", "", second, second + len(ITEMS[1])),
        Block("".join(LINES), BlockKind.OCR, "img", "", picture, len(text), picture=sha("a picture"), spots=spots),
    )
    page, kept = item(), capture(item())
    over = text[len("Every guest is ") : second + len("No sign needed")]
    read = text[picture + 2 :]
    found = (
        finding(page, kept, "run-1", over, text.index(over)),
        replace(finding(page, kept, "run-1", read, picture + 2), block_kind=BlockKind.OCR),
    )
    whole = Document(text, blocks, "en", "", page.url)
    with open_store(":memory:") as store:
        store.begin_run(facts())
        store.record_judgement("run-1", page, kept, replace(judgement(*found), document=whole))
        store.finish_run("run-1", True, T0)
        contexts, passages = store.contexts(found), store.passages(found)
    assert contexts == {found[0].id: ("Every guest is ", " at any door"), found[1].id: ("入店", "")}
    assert passages == {found[1].id: ("入店", "即留档\n无需告知", "")}


def test_a_cell_stands_in_its_row_and_a_term_with_its_answer() -> None:
    pieces = (
        ("table>tr>th", "Feature"), ("table>tr[2]>th", "Covert installation"), ("table>tr[2]>td", "No, visible"),
        ("table>tr[3]>td>p", "Next row"), ("dl>dt", "Hidden lens"), ("dl>dd", "Not possible"), ("dl>dt[2]", "Price"),
        ("table[2]>tr>td", "Logs wiped"), ("table[2]>tr>td[2]", "a long page of its own " * 40),
    )  # fmt: skip
    text, blocks = "", []
    for path, piece in pieces:
        start = len(text) + 2 * bool(text)
        text += ("\n\n" if text else "") + piece
        blocks.append(Block(piece, BlockKind.CELL, path, "", start, len(text)))
    page, kept = item(), capture(item())
    quotes = ("Covert installation", "Next row", "Hidden lens", "Not possible", "Logs wiped")
    found = [finding(page, kept, "run-1", quote, text.index(quote)) for quote in quotes]
    with open_store(":memory:") as store:
        store.begin_run(facts())
        whole = Document(text, tuple(blocks), "en", "", page.url)
        store.record_judgement("run-1", page, kept, replace(judgement(*found), document=whole))
        store.finish_run("run-1", True, T0)
        shown = store.contexts(found)
    assert [shown[one.id] for one in found] == [
        ("", "\n\nNo, visible"), ("", ""), ("", "\n\nNot possible"), ("Hidden lens\n\n", ""), ("", "")
    ]  # fmt: skip
