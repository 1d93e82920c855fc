"""Does a notice say itself that it is superseded or no longer in force, and since when?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.model import BlockKind, DatedAs, NoticeFact, NoticeKind, Saying
from scanner.notice.dates import dates_in
from scanner.notice.sentence import Sentence, groups_of
from scanner.notice.text import NoticeText

LAPSED, LAPSED_TITLE = "lapsed", "lapsed_title"
"""Word groups: a sentence that says it of this version; a title that does."""
_UNLESS = re.compile(r"\b(?:if|when|once|unless|whenever|until)\b|如果|如若|倘若|若|一旦|当")
"""What may become of it some day is not what has."""
_UNTIL = re.compile(
    r"(?:^|[,。;|:\s])(?:失效|废止)(?:日期|时间|日)?\s?[:为是]?\s?$|有效期(?:至|到|截至)\s?[:为]?\s?$"
    r"|\b(?:valid|in force|in effect|effective|appl(?:y|ies|ied))\b[^,;]{0,40}\buntil:? ?$"
    r"|(?:^|[,;|.] ?)(?:expired|expires|expiry date|expiration date|date of expiry)(?: on)?:? ?$"
)
_OF_IT = re.compile(r"版本|政策|声明|告知|规则|\b(?:version|notice|policy|statement)\b")
_GONE = re.compile(r"日?\s?(?:起|正式|已|即)*(?:失效|废止|停止适用)")


def ending(text: NoticeText, kind: NoticeKind) -> NoticeFact | None:
    """The words by which it says so, `value` the day from which it holds no longer, empty where it names none."""
    until = next(_days(text), None)
    said = next(
        (s for s in text.sentences for h in s.hits if LAPSED in h.groups and not _UNLESS.search(s.text[: h.start])),
        None,
    )
    if said is None and until is None:
        return _in_title(text, kind)
    if said is None and until is not None:
        said = until[0]
    assert said is not None
    when = until[1] if until else next((iso for _, _, iso in dates_in(said.text) if iso), "")
    return _fact(text, kind, *said.whole(), when)


def _days(text: NoticeText) -> Iterator[tuple[Sentence, str]]:
    """Dates that are told as the end of the notice."""
    for sentence in text.sentences:
        for start, end, when in dates_in(sentence.text):
            gone = _GONE.match(sentence.text[end:]) and _OF_IT.search(sentence.text[:start])
            if when and (gone or _UNTIL.search(sentence.text[max(0, start - 80) : start])):
                yield sentence, when


def _in_title(text: NoticeText, kind: NoticeKind) -> NoticeFact | None:
    """`Privacy policy (superseded)`."""
    heads = [b for b in text.document.blocks if b.kind is BlockKind.TITLE]
    heads += [b for b in text.document.blocks if b.kind is BlockKind.HEADING][:1]
    for block in heads:
        if LAPSED_TITLE in groups_of(text.lexicon, text.normalise(block.text).text):
            return _fact(text, kind, block.start, block.end, "")
    first = next(iter(text.sentences), None)
    if first is not None and first.is_heading and LAPSED_TITLE in first.groups:
        return _fact(text, kind, *first.whole(), "")
    return None


def _fact(text: NoticeText, kind: NoticeKind, start: int, end: int, when: str) -> NoticeFact:
    return NoticeFact(DatedAs.ENDS.value, Saying.DENIED, kind, text.document.text[start:end], start, end, when)
