"""`patterns/notices.toml` and `notice_facts.toml` -> NoticeRules. Strict: every problem is listed, then all is refused.

What the words are written in (groups of alternatives, folding of characters) is the same as in the rest of `patterns/`;
the functions that read it are given in by the caller, for this room does not know the one that owns them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path
from types import MappingProxyType
from typing import Any

from scanner.errors import RulesError
from scanner.model import NoticeKind, Saying
from scanner.notice import rules as R
from scanner.notice.words import Lexicon, is_template, template

NOTICES, FACTS = "notices.toml", "notice_facts.toml"
_ITEM = {"id", "regime", "article", "article_zh", "topic", "title_en", "title_zh", "summary_en", "summary_zh",
         "required", "provisions", "vocabulary_zh", "vocabulary_en"}  # fmt: skip
_ITEM_MAY = {"face", "condition_en", "condition_zh", "tip"}
_CONDITION = {"condition_en", "condition_zh"}
_FIND = ("texts", "paths", "titles", "not_titles", "stores", "guesses")
_FLAGS = ("device", "hedged", "wary", "lawful")
_WORDS = ("when", "not_when", "own")
_ASKED = ("asked_en", "asked_zh")
_VALUES = ("", "short", "long", "vague")
_TOPIC_FACTS = frozenset({"automated_decisions"})
_SHORTEST = 2
STOP = "stop"
"""The one group whose words may be of one character: 但, a semicolon."""


@dataclass(frozen=True, slots=True)
class Language:
    """How words are written: `expand` a word into its alternatives, `literal` brings one to normal form."""

    expand: Callable[[str], list[str]]
    literal: Callable[[str], str]
    normalise: R.Normalise


@dataclass(slots=True)
class _Reader:
    """One file being read; `problems` gathers `file: key: what`."""

    file: str
    language: Language
    problems: list[str] = field(default_factory=list)

    def say(self, key: str, what: str) -> None:
        self.problems.append(f"{self.file}: {key}: {what}")

    def texts(self, table: Mapping[str, Any], key: str, where: str) -> list[str]:
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
            self.say(f"{where}.{key}", "must be a list of texts")
            return []
        return value

    def words(self, table: Mapping[str, Any], key: str, where: str) -> list[str]:
        """Literals in normal form, each once."""
        out: dict[str, None] = {}
        for word in self.texts(table, key, where):
            try:
                for text in self.language.expand(word):
                    normal = self.language.literal(text)
                    if len(normal) < _SHORTEST:
                        self.say(f"{where}.{key}", f"{word!r} gives {normal!r}, which is too short")
                    else:
                        out[normal] = None
            except ValueError as error:
                self.say(f"{where}.{key}", f"{word!r}: {error}")
        return list(out)


def load(folder: Path, language: Language, categories: Iterable[str] = ()) -> R.NoticeRules:
    """Read both files of a pattern folder. `categories`: the claim categories that must be mapped; none given: not
    asked.

    Raises RulesError with every problem.
    """
    notices, facts = _Reader(NOTICES, language), _Reader(FACTS, language)
    first, second = _read(folder / NOTICES, notices), _read(folder / FACTS, facts)
    lexicon, groups = _lexicon(first, second, notices, facts)
    unions = _unions(first, groups, notices)
    topics = {name: _topic(name, entry, groups, notices, unions) for name, entry in _tables(first, "topic", notices)}
    items = _items(first, topics, notices)
    rules = {name: _fact(name, entry, groups, facts) for name, entry in _tables(second, "fact", facts)}
    claims = {name: _claim(name, entry, rules, items, groups, facts) for name, entry in _tables(second, "claim", facts)}
    for name in sorted(set(categories) - claims.keys()):
        facts.say("claim", f"the category {name} of claims.toml has no entry")
    for name in sorted(claims.keys() - set(categories)) if categories else ():
        facts.say(f"claim.{name}", "no such category in claims.toml")
    finder = _finder(first, notices)
    regimes = {name: _regime(name, entry, groups, items, notices) for name, entry in _tables(first, "regime", notices)}
    for item in items.values():
        if item.regime not in regimes:
            notices.say(f"item {item.id}", f"no regime {item.regime!r}")
    _unknown(first, {"schema", "find", "words", "any", "topic", "item", "regime"}, notices)
    _unknown(second, {"schema", "words", "fact", "claim"}, facts)
    problems = notices.problems + facts.problems
    if problems:
        raise RulesError(
            f"{len(problems)} problem{'s' if len(problems) > 1 else ''} in {folder}", problems, "mend the files named"
        )
    return R.NoticeRules(lexicon, topics, items, rules, claims, finder, language.normalise, regimes)


def _read(file: Path, reader: _Reader) -> dict[str, Any]:
    try:
        data = tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reader.say("-", f"cannot be read: {error}")
    except tomllib.TOMLDecodeError as error:
        reader.say("-", f"not TOML: {error}")
    else:
        if data.get("schema") == 1:
            return data
        reader.say("schema", "must be 1")
    return {}


def _unknown(table: Mapping[str, Any], known: set[str], reader: _Reader, where: str = "") -> None:
    for key in sorted(set(table) - known):
        reader.say(f"{where}{key}", "unknown key")


def _tables(data: Mapping[str, Any], key: str, reader: _Reader) -> list[tuple[str, Mapping[str, Any]]]:
    table = data.get(key, {})
    if not isinstance(table, dict) or not all(isinstance(entry, dict) for entry in table.values()):
        reader.say(key, "must be tables")
        return []
    return list(table.items())


def _lexicon(
    first: Mapping[str, Any], second: Mapping[str, Any], one: _Reader, two: _Reader
) -> tuple[Lexicon, frozenset[str]]:
    """All word groups of both files in one lexicon, and their names."""
    literals: dict[str, set[str]] = {}
    templates: dict[str, list[str]] = {}
    names: set[str] = set()
    for data, reader in ((first, one), (second, two)):
        for name, entry in _tables(data, "words", reader):
            where = f"words.{name}"
            _unknown(entry, {"words", "note"}, reader, f"{where}.")
            if name in names:
                reader.say(where, "is already defined")
            names.add(name)
            for word in reader.texts(entry, "words", where):
                try:
                    for text in _plain(word, name, reader.language):
                        literals.setdefault(text, set()).add(name)
                except _NotPlain:
                    templates.setdefault(name, []).append(template(word, reader.language.literal))
                except ValueError as error:
                    reader.say(f"{where}.words", f"{word!r}: {error}")
            if not entry.get("words"):
                reader.say(where, "holds no words")
    return Lexicon({text: frozenset(groups) for text, groups in literals.items()}, templates), frozenset(names)


class _NotPlain(Exception):
    """The word is looked for as a template."""


def _plain(word: str, group: str, language: Language) -> list[str]:
    """The literals of a word. Raises _NotPlain where it has slots or too many alternatives, ValueError for a bad
    one."""
    if is_template(word):
        raise _NotPlain
    try:
        literals = [language.literal(text) for text in language.expand(word)]
    except ValueError as error:
        template(word, language.literal)  # says whether the brackets are the trouble
        raise _NotPlain from error
    short = [text for text in literals if len(text) < _SHORTEST]
    if short and group == STOP:
        raise _NotPlain
    if short:
        raise ValueError(f"gives {short[0]!r}, which is too short to stand alone")
    return literals


def _combinations(
    entry: Mapping[str, Any], key: str, where: str, groups: frozenset[str], reader: _Reader,
    unions: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> tuple[R.Combination, ...]:  # fmt: skip
    """Each combination; one that names a union, once for each of its groups."""
    out: list[R.Combination] = []
    raw = entry.get(key, [])
    if not isinstance(raw, list) or not all(isinstance(parts, list) and parts for parts in raw):
        reader.say(f"{where}.{key}", "must be a list of lists of word groups")
        return ()
    for built in (one for parts in raw for one in product(*(_parts(str(p), unions) for p in parts))):
        for part in built:
            if part.group not in groups:
                reader.say(f"{where}.{key}", f"no word group {part.group!r}")
        if all(part.absent for part in built):
            reader.say(f"{where}.{key}", "at least one group must be there")
        if all(part.context or part.absent for part in built) and key not in ("found", "vague"):
            reader.say(f"{where}.{key}", "at least one group must stand in the sentence itself")
        out.append(built)
    return tuple(out)


def _parts(text: str, unions: Mapping[str, tuple[str, ...]]) -> list[R.Part]:
    """The word group that a text names, or each group of a union."""
    part = _part(text)
    return [replace(part, group=group) for group in unions.get(part.group, (part.group,))]


def _part(text: str) -> R.Part:
    return R.Part(text.strip("!@-"), text.startswith("!"), text.endswith("@"), text.startswith("-"))


def _unions(data: Mapping[str, Any], groups: frozenset[str], reader: _Reader) -> dict[str, tuple[str, ...]]:
    """`any` -> its word groups, of which one is enough."""
    out: dict[str, tuple[str, ...]] = {}
    if not isinstance(data.get("any", {}), dict):
        reader.say("any", "must be a table")
        return out
    for name in data.get("any", {}):
        out[name] = tuple(reader.texts(data["any"], name, "any"))
        if name in groups:
            reader.say(f"any.{name}", "is the name of a word group")
        for group in out[name]:
            if group not in groups:
                reader.say(f"any.{name}", f"no word group {group!r}")
    return out


def _topic(
    name: str, entry: Mapping[str, Any], groups: frozenset[str], reader: _Reader, unions: Mapping[str, tuple[str, ...]]
) -> R.Topic:
    where = f"topic.{name}"
    _unknown(entry, {"found", "vague", "checkable", "apart", "vague_apart"}, reader, f"{where}.")
    found = _combinations(entry, "found", where, groups, reader, unions)
    if not found:
        reader.say(where, "nothing says when it is found")
    return R.Topic(
        name, found, _combinations(entry, "vague", where, groups, reader, unions), bool(entry.get("checkable", True)),
        _combinations(entry, "apart", where, groups, reader),
        _combinations(entry, "vague_apart", where, groups, reader),
    )  # fmt: skip


def _items(data: Mapping[str, Any], topics: Mapping[str, R.Topic], reader: _Reader) -> dict[str, R.Item]:
    out: dict[str, R.Item] = {}
    entries = data.get("item", [])
    if not isinstance(entries, list):
        reader.say("item", "must be [[item]] tables")
        return out
    for number, entry in enumerate(entries, 1):
        where = f"item[{number}]"
        name = str(entry.get("id", ""))
        for key in sorted(_ITEM - entry.keys()):
            reader.say(where, f"{key} is missing")
        _unknown(entry, _ITEM | _ITEM_MAY, reader, f"{where}.")
        if not name or name in out:
            reader.say(f"{where}.id", "missing or not unique")
        if entry.get("topic") not in topics:
            reader.say(f"{where}.topic", f"no topic {entry.get('topic')!r}")
        if entry.get("required") not in ("always", "conditional"):
            reader.say(f"{where}.required", "must be always or conditional")
        if (entry.get("required") == "conditional") != (entry.keys() >= _CONDITION):
            reader.say(f"{where}.required", "conditional, and only that, goes with condition_en and condition_zh")
        for key in ("vocabulary_zh", "vocabulary_en", "provisions"):
            reader.texts(entry, key, where)
        out[name] = R.Item(
            name, str(entry.get("regime", "")), str(entry.get("topic", "")), bool(entry.get("face")), entry
        )  # fmt: skip
    return out


def _regime(
    name: str, entry: Mapping[str, Any], groups: frozenset[str], items: Mapping[str, R.Item], reader: _Reader
) -> R.Regime:
    where = f"regime.{name}"
    _unknown(entry, {"title_en", "title_zh", "places", "langs", "faces", *_WORDS}, reader, f"{where}.")
    for key in ("title_en", "title_zh", "places", "langs"):
        if not entry.get(key):
            reader.say(where, f"{key} is missing")
    words = {key: tuple(reader.texts(entry, key, where)) for key in _WORDS}
    for key, group in ((key, group) for key, named in words.items() for group in named):
        if group not in groups:
            reader.say(f"{where}.{key}", f"no word group {group!r}")
    if not any(item.regime == name for item in items.values()):
        reader.say(where, "has no items")
    titles = {key: str(entry.get(key, "")) for key in ("title_en", "title_zh")}
    places, langs = (tuple(reader.texts(entry, key, where)) for key in ("places", "langs"))
    return R.Regime(name, titles, places, langs, bool(entry.get("faces")), **words)


def _fact(name: str, entry: Mapping[str, Any], groups: frozenset[str], reader: _Reader) -> R.FactRule:
    where = f"fact.{name}"
    _unknown(
        entry,
        {"title_en", "title_zh", "says", "affirms", "denies", "value", "unless", *_ASKED, *_FLAGS},
        reader,
        f"{where}.",
    )
    titles = {key: str(entry.get(key, "")) for key in ("title_en", "title_zh")}
    for key, text in titles.items():
        if not text:
            reader.say(where, f"{key} is missing")
    says, affirms, denies = (_combinations(entry, k, where, groups, reader) for k in ("says", "affirms", "denies"))
    if not (says or affirms or denies):
        reader.say(where, "nothing says when it is found")
    value = str(entry.get("value", ""))
    if value and value not in groups:
        reader.say(f"{where}.value", f"no word group {value!r}")
    unless = str(entry.get("unless", ""))
    if unless and unless not in groups:
        reader.say(f"{where}.unless", f"no word group {unless!r}")
    flags = [entry.get(flag, False) is True for flag in _FLAGS]
    question = {key.removeprefix("asked_"): str(entry[key]) for key in _ASKED if entry.get(key)}
    if question and len(question) < len(_ASKED):
        reader.say(where, f"{' and '.join(_ASKED)} belong together")
    return R.FactRule(name, says, affirms, denies, value, titles, unless, *flags, question=question)


def _claim(
    name: str, entry: Mapping[str, Any], facts: Mapping[str, R.FactRule], items: Mapping[str, R.Item],
    groups: frozenset[str], reader: _Reader,
) -> R.ClaimRule:  # fmt: skip
    where = f"claim.{name}"
    _unknown(
        entry, {"people", "contradicts", "admits", "vague", "items", "tests", "heard", "asked", "plain"}, reader,
        f"{where}.",
    )  # fmt: skip
    people = str(entry.get("people", ""))
    if people not in set(NoticeKind):
        reader.say(f"{where}.people", f"{people!r} is not one of {', '.join(NoticeKind)}")
    contradicts, admits, vague = (
        _answers(entry, key, where, facts, groups, reader) for key in ("contradicts", "admits", "vague")
    )
    plain = reader.texts(entry, "plain", where)
    if strange := sorted(set(plain) - {answer.topic for answer in contradicts}):
        reader.say(f"{where}.plain", f"no answer that contradicts is on {', '.join(strange)}")
    where_items = entry.get("items", None if contradicts or admits else {})
    if not isinstance(where_items, dict):
        reader.say(f"{where}.items", "must name an item of a regime, or be {} where a notice need not speak of it")
        where_items = {}
    for regime, item in where_items.items():
        if item not in items or items[item].regime != regime:
            reader.say(f"{where}.items.{regime}", f"{item!r} is no item of that regime")
    tests = entry.get("tests", [])
    verdicts = {str(test.get("want")) for test in tests if isinstance(test, dict)}
    if (contradicts or admits) and not ({"contradicts", "admits"} & verdicts and {"silent", "cannot_tell"} & verdicts):
        reader.say(f"{where}.tests", "needs a test that contradicts or admits, and one that is silent or cannot tell")
    return R.ClaimRule(
        name, NoticeKind(people) if people in set(NoticeKind) else NoticeKind.UNKNOWN,
        contradicts, admits, vague, dict(where_items), tuple(tests),
        frozenset(topic for topic, fact in facts.items() if fact.device), entry.get("heard", False) is True,
        entry.get("asked", True) is True, frozenset(plain),
    )  # fmt: skip


def _answers(
    entry: Mapping[str, Any], key: str, where: str, facts: Mapping[str, R.FactRule], groups: frozenset[str],
    reader: _Reader,
) -> tuple[R.Answer, ...]:  # fmt: skip
    """`topic:saying[:value]`, then `?group` or `?!group` for words that the claim must hold, or must not."""
    out = []
    for text in reader.texts(entry, key, where):
        what, *conditions = text.split("?")
        topic, _, rest = what.partition(":")
        saying, _, value = rest.partition(":")
        for group in conditions:
            if group.strip("!") not in groups:
                reader.say(f"{where}.{key}", f"{text!r}: no word group {group.strip('!')!r}")
        if topic not in facts and topic not in _TOPIC_FACTS:
            reader.say(f"{where}.{key}", f"no fact {topic!r}")
        elif saying not in set(Saying) - {Saying.SILENT}:
            reader.say(f"{where}.{key}", f"{text!r}: {saying!r} is not one of disclosed, denied, conditional")
        elif value not in _VALUES:
            reader.say(f"{where}.{key}", f"{text!r}: {value!r} is not one of {', '.join(filter(None, _VALUES))}")
        else:
            needs = frozenset(c for c in conditions if not c.startswith("!"))
            lacks = frozenset(c[1:] for c in conditions if c.startswith("!"))
            out.append(R.Answer(topic, Saying(saying), value, needs, lacks))
    return tuple(out)


def _finder(data: Mapping[str, Any], reader: _Reader) -> R.Finder:
    table = data.get("find", {})
    _unknown(table, set(_FIND), reader, "find.")
    for key in _FIND:
        if not table.get(key):
            reader.say(f"find.{key}", "is missing")
    worded = {key: tuple(reader.words(table, key, "find")) for key in ("texts", "titles", "not_titles")}
    plain = {key: tuple(reader.texts(table, key, "find")) for key in ("paths", "stores", "guesses")}
    return R.Finder(**worded, **plain)
