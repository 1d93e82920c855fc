"""Strings that people would read, out of JSON and of the object literals that pages keep in scripts.

One tolerant scanner serves JSON, broken JSON and JavaScript literals: it follows brackets and keys by a stack of its
own, so neither depth nor rubbish stops it, and its time is linear in the length of the text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

_TOKEN = re.compile(
    r'"((?:[^"\\]++|\\.)*+)"'
    r"|'((?:[^'\\\n]++|\\.)*+)'"
    r"|`((?:[^`\\]++|\\.)*+)`"
    r"|(/\*(?:.*?\*/|.*)|(?<![:\w\"'])//[^\n]*)|([{}\[\]():,;])|([\w$\-]++)(?=\s*+:)|[\w$.\-]++|\\.",
    re.DOTALL,
)
"""An escaped quote outside a string opens none: a string begun anew at each of many would take quadratic time."""
_STATE = re.compile(
    r"""[=(]\s*+(?:JSON\.parse\(\s*+)?(?=[{\['"`])|\.push\(\s*+(?=[\[{])|\breturn\s*+(?=\{)|\}\s*+\(\s*+(?=['"{\[])""",
)
_ESCAPE = re.compile(r"\\(u\{[0-9a-fA-F]{1,6}\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)", re.DOTALL)
_PLAIN = {"n": "\n", "t": "\t", "r": "\r", "b": "", "f": "", "v": "", "0": "", "\n": ""}
_BREAK = re.compile(r"<\s*+/?+\s*+(?:br|p|div|li|ul|ol|tr|td|th|h[1-6]|table|section|hr|dd|dt)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z!][^<>]*>")
_SPACE = re.compile(r"[ \t\r\f]+")
_LINES = re.compile(r" ?\n[ \n]*")
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_WORD = re.compile(r"[^\W\d_]{2,}")
_CODE = re.compile(
    r"^\s*(?:https?:|//|/[\w-]+/|data:|#|\.|function\b|@import|\(function|var |import )"
    r"|[{};]\s*$|=>|\$\{"
)
_CLASSY = re.compile(r"^[\w:./\[\]#%-]+(?:\s+[\w:./\[\]#%-]+)*$")
_KEY_NAMES = (
    "class classname style id key href src url srcset type @type @id @context rel d viewbox fill stroke path icon"
    " token csrf hash digest css buildid integrity nonce color locale template selector sameas image"
)
_NOT_TEXT_KEYS = frozenset(_KEY_NAMES.split())
_MAX_NESTING = 3
_MAX_DEPTH = 40


def strings(text: str, root: str = "$") -> Iterator[tuple[str, str, str]]:
    """(path, key, raw value) of every string in value position of a JSON text or JavaScript literal."""
    work = [(text, root, 0)]
    while work:
        source, base, level = work.pop()
        for path, key, value in _scan(source, base):
            inner = value.lstrip()
            if level < _MAX_NESTING and _holds_json(inner):
                work.append((inner, path, level + 1))
            else:
                yield path, key, value


def script_strings(code: str, root: str) -> Iterator[tuple[str, str, str]]:
    """The same for the state that a script assigns, returns or pushes: `window.X = {...}`, `JSON.parse("...")`."""
    position = 0
    while found := _STATE.search(code, position):
        start = found.end()
        if code[start] in "\"'`":
            if "JSON.parse" not in found.group() and not found.group().startswith("}"):
                token = _TOKEN.match(code, start)
                position = token.end() if token else start + 1
                continue
            end = _arguments_end(code, start)
        else:
            end = _literal_end(code, start)
        yield from strings(code[start:end], root)
        position = max(end, start + 1)


def readable(value: str, key: str = "") -> str:
    """`value` as a person would read it (markup and entities undone), or empty where it is no human text."""
    if key.lower() in _NOT_TEXT_KEYS or len(value) < 2 or _CODE.search(value[:400]):
        return ""
    text = value
    if "&" in text:
        text = html.unescape(text)
    if "<" in text and ">" in text:
        text = html.unescape(_TAG.sub("", _BREAK.sub("\n", text)))
    text = _LINES.sub("\n", _SPACE.sub(" ", text)).strip()
    return text if _human(text) else ""


def _human(text: str) -> bool:
    """Two Han characters, or several words of which not all are identifiers."""
    han = len(_HAN.findall(text[:2000]))
    if han >= 2:
        return True
    words = _WORD.findall(text[:2000])
    if len(words) < 2 or not re.search(r"\S\s+\S", text):
        return False
    if _CLASSY.match(text) and re.search(r"[a-z\d]-[a-z\d\[]|:\w|\d(?:px|rem)", text) and not re.search(r"[.!?]", text):
        # `flex mt-4 hover:bg-gray`: a list of class names. Prose has few hyphens.
        return sum("-" in word or ":" in word for word in text.split()) * 3 < len(text.split())
    letters = sum(map(len, words))
    return letters * 2 > len(text[:2000])


def _holds_json(value: str) -> bool:
    return len(value) > 8 and (
        (value[0] in "{[" and ('"' in value or "'" in value)) or re.match(r"[0-9a-f]{1,4}:[\[{]", value) is not None
    )


def unescape(raw: str) -> str:
    """JSON and JavaScript escapes undone; pairs of surrogates joined, single ones replaced."""
    if "\\" not in raw:
        return raw
    text = _ESCAPE.sub(_one_escape, raw)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _one_escape(match: re.Match[str]) -> str:
    body = match.group(1)
    if body[0] == "u" and len(body) > 1:
        number = int(body.strip("u{}"), 16)
        return chr(number) if number <= 0x10FFFF else "\ufffd"
    if body[0] == "x" and len(body) == 3:
        return chr(int(body[1:], 16))
    return _PLAIN.get(body, body)


def _scan(source: str, base: str) -> Iterator[tuple[str, str, str]]:
    """One pass over the tokens; `box` is the open bracket, or empty at the root."""
    stack: list[tuple[str, str, str, int]] = []
    path, box, key, index = base, "", "", 0
    pending: str | None = None
    for token in _TOKEN.finditer(source):
        kind = token.lastindex
        if kind is not None and kind <= 3:
            if pending is not None:
                yield _place(path, box, key, index), key, unescape(pending)
            pending = token.group(kind)
        elif kind == 6:
            if box == "{" and not key:
                key, pending = token.group(6), None
        elif kind == 5:
            mark = token.group(5)
            if mark == ":":
                if box == "{" and not key and pending is not None:
                    key, pending = unescape(pending), None
                continue
            if pending is not None:
                yield _place(path, box, key, index), key, unescape(pending)
                pending = None
            if mark in "{[(":
                stack.append((path, box, key, index))
                path = _place(path, box, key, index) if len(stack) <= _MAX_DEPTH else path
                box, key, index = mark, "", 0
            elif mark in "}])" and stack:
                path, box, key, index = stack.pop()
            elif mark in ",;":
                index, key = index + 1, ""
    if pending is not None:
        yield _place(path, box, key, index), key, unescape(pending)


def _place(path: str, box: str, key: str, index: int) -> str:
    if box == "{":
        return f"{path}.{key[:80]}" if key else path
    return f"{path}[{index}]" if box == "[" else path


def _literal_end(code: str, start: int) -> int:
    """Where the bracket opened at `start` closes, or the end of the text."""
    depth = 0
    for token in _TOKEN.finditer(code, start):
        if token.lastindex == 5:
            if token.group(5) in "{[(":
                depth += 1
            elif token.group(5) in "}])":
                depth -= 1
                if depth <= 0:
                    return token.end()
    return len(code)


def _arguments_end(code: str, start: int) -> int:
    """Where the argument list that begins at `start` closes."""
    depth = 1
    for token in _TOKEN.finditer(code, start):
        if token.lastindex == 5:
            if token.group(5) in "{[(":
                depth += 1
            elif token.group(5) in "}])":
                depth -= 1
                if depth <= 0:
                    return token.start()
    return len(code)
