"""Heads of a table's columns: which of them ask whether a thing is done, and which ask something else."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scanner.notice.word import bare

_PLAIN = re.compile(
    r"(?:answer|response|status|yes/no|yes or no|do we do (?:it|this|so)|used(?: here)?|in use|is it used"
    r"|do we use (?:it|this)|done(?: here)?|do we|applies|active|enabled|our (?:answer|practice)|what we do"
    r"|what applies)"
    r"|(?:是否|有无)?(?:进行|使用|启用|开启|采用|实施)?"
    r"|答复|答覆|回答|答案|状态|情况|内容|说明|处理方式|做法|我们的做法|是/否|是否有"
)
"""Heads that ask but whether what stands in the first column is done."""
_DONE = r"collected|captured|recorded|stored|kept|retained|sold|shared|disclosed|processed"
_BASE = {
    "collect": "collected", "capture": "captured", "record": "recorded", "store": "stored", "keep": "kept",
    "retain": "retained",
    "sell": "sold", "share": "shared", "disclose": "disclosed", "process": "processed",
    "collection": "collected", "sale": "sold", "sharing": "shared", "storage": "stored",
}  # fmt: skip
_TO = r"(?: (?:to|with) (?:third parties|a third party|others|anyone|partners|advertisers))?"
_DEED = re.compile(
    rf"(?:do we |is it |are they |is this |whether |whether it is )?(?P<verb>{_DONE}|{'|'.join(_BASE)})"
    r"(?: it| this| them)?"
    rf"(?P<more>(?: (?:or|and|/) (?:{_DONE}))?{_TO})"
)
_HAN_VERB = "(?:收集|采集|搜集|蒐集|存储|储存|保存|留存|录制|记录|出售|共享|分享|披露|公开|提供|处理)"
_HAN_DEED = re.compile(
    rf"(?:是否|有无)?(?:会|被)?(?P<han>(?:对外|向第三方)?{_HAN_VERB}(?:[、或及和]{_HAN_VERB})?"
    r"(?:给|予|至)?(?:第三方|第三人|他人|合作方|合作伙伴)?)"
)
_NUMBERS = re.compile(r"no|nr|#|编号|序号|项次|number")
_NUMBER = re.compile(r"[(]?(?:\d{1,3}|[a-z]|[一二三四五六七八九十]{1,3})[).、]?")


@dataclass(frozen=True, slots=True)
class Columns:
    """What is known of the columns of a table."""

    heads: Mapping[int, str]
    """Column -> its head, normalised; empty where the table has none."""
    of_row: bool
    """The first row is that of the heads."""
    last: int
    """The column of the last one."""

    def numbers(self, column: int, text: str) -> bool:
        """Does the cell but number its row?"""
        head = self.heads.get(column)
        return column == 0 and _NUMBER.fullmatch(text) is not None and (head is None or _is(_NUMBERS, head))

    def may_answer(self, column: int) -> bool:
        """Not where the head says that numbers stand below it."""
        return not _is(_NUMBERS, self.heads.get(column, ""))

    def fits(self, last: int, column: int) -> bool:
        """Is the answer of this column certain to stand below its head? `last`: the last column of the row. A row of
        fewer than there are heads has an empty cell, or one that spans several: no matter where heads ask but whether
        it is done."""
        return not self.of_row or last == self.last or self.deed(column, 0) == ""

    def deed(self, column: int, cells: int) -> str | None:
        """What is asked of the thing in the first column: a deed, empty if but whether it is done, None if something
        else. `cells`: in the row, its number left out."""
        if not self.of_row:
            return "" if cells == 2 else None
        return _asked(self.heads.get(column))


def columns(rows: Sequence[Sequence[tuple[int, str, bool]]]) -> Columns:
    """The heads of a table; a list of terms has none. `rows`: of each cell its column, its text and whether it is
    marked as a head. Where none is marked, the first row is that of the heads unless it holds an answer."""
    if len(rows) < 2 or len(rows[0]) < 2:
        return Columns({}, False, 0)
    first = rows[0]
    marked = all(head for _, _, head in first)
    known = any(_asked(text) is not None for _, text, _ in first[1:])
    if not marked and not known and any(bare(text) for _, text, _ in first):
        return Columns({}, False, 0)
    return Columns({column: text for column, text, _ in first}, True, first[-1][0])


def _is(form: re.Pattern[str], head: str) -> bool:
    return form.fullmatch(head.strip(" .?:")) is not None


def _asked(head: str | None) -> str | None:
    if head is None:
        return None
    plain = head.strip(" .?:")
    if plain and _PLAIN.fullmatch(plain):
        return ""
    if found := _DEED.fullmatch(plain):
        return _BASE.get(found["verb"], found["verb"]) + found["more"]
    found = _HAN_DEED.fullmatch(plain)
    return found["han"] if found else None
