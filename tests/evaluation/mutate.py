"""Ways in which the wild disguises text; each keeps the meaning and must keep the finding."""

from __future__ import annotations

import re
from collections.abc import Callable

from scanner.detect.rules import RuleSet

_PINYIN = ("wú", "gǎn", "zhuā", "pāi", "shí", "bié", "rén", "liǎn")


def is_han(char: str) -> bool:
    return "\u4e00" <= char <= "\u9fff"


def traditional(text: str, ruleset: RuleSet) -> str:
    """Each character by a variant that the fold table leads back to it."""
    back = {b: chr(a) for a, b in sorted(ruleset.fold.table.items(), reverse=True) if 0x4E00 <= a <= 0x9FFF}
    return "".join(back.get(char, char) for char in text)


def full_width(text: str, _ruleset: RuleSet) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" and c not in '"' else c for c in text)


def zero_width(text: str, _ruleset: RuleSet) -> str:
    return "\u200b".join(text)


def soft_hyphen(text: str, _ruleset: RuleSet) -> str:
    return "".join(c + "\u00ad" if c.isalpha() else c for c in text)


def entities(text: str, _ruleset: RuleSet) -> str:
    """Every third Han character left over as an entity."""
    return "".join(f"&#x{ord(c):x};" if is_han(c) and i % 3 == 0 else c for i, c in enumerate(text))


def pinyin(text: str, _ruleset: RuleSet) -> str:
    """Every fourth Han character with pinyin in brackets, as machine conversion leaves it."""
    return "".join(f"{c}({_PINYIN[i % 8]})" if is_han(c) and i % 4 == 0 else c for i, c in enumerate(text))


def spaced(text: str, _ruleset: RuleSet) -> str:
    """Runs of three and more Han characters set apart; of two nobody can tell a blank from a word gap."""
    return re.sub(r"[\u4e00-\u9fff]{3,}", lambda run: " ".join(run.group()), text)


MUTATIONS: dict[str, Callable[[str, RuleSet], str]] = {
    "traditional": traditional,
    "full width": full_width,
    "zero width": zero_width,
    "soft hyphen": soft_hyphen,
    "entities": entities,
    "pinyin": pinyin,
    "spaced": spaced,
}
