"""patterns/ -> RuleSet. Strict: unknown keys, atoms and stances and dead words are all listed, then refused."""

from __future__ import annotations

import hashlib
import math
import re
import tomllib
from collections.abc import Iterable, Mapping
from itertools import product
from pathlib import Path
from typing import Any

from scanner.detect import context, disclosure, sayings, second, voice
from scanner.detect import rules as R
from scanner.detect.normalise import Fold, literal, load_fold
from scanner.errors import RulesError
from scanner.model import PageRole, Severity, Stance

MAX_EXPANSIONS = 1024
_HAN = re.compile(r"[\u3400-\u9fff]")
_ID = re.compile(r"[a-z][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)?")
_ATOM = re.compile(r"[a-z][a-z0-9_]*")
_RULE_KEYS = {
    "schema", "id", "revision", "status", "category", "severity", "title", "why", "slots", "claim", "except", "boost",
    "context", "tests", "replaces", "references", "known", "added", "modified", "tags", "spared",
}  # fmt: skip


class Problems:
    """Collects `file: key: what`, so that one run shows all of them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.lines: list[str] = []

    def add(self, file: Path, key: str, what: str) -> None:
        name = file.relative_to(self.root).as_posix() if file.is_relative_to(self.root) else str(file)
        self.lines.append(f"{name}: {key}: {what}")

    def check(self) -> None:
        """Raises RulesError with all of them, if there are any."""
        if self.lines:
            count = f"{len(self.lines)} problem{'s' if len(self.lines) > 1 else ''}"
            raise RulesError(f"{count} in {self.root}", self.lines, "mend the files named")


_SPECIAL = re.compile(r"[()|]")
_BRACKET = re.compile(r"[()]")
_FLAT = re.compile(r"[^()|]*+(?:\([^()]*+\)[^()|]*+)*+")
"""Groups that do not nest, as nearly all: they are multiplied out without the parser."""


def expand(word: str) -> list[str]:
    """`(a|b|)c` -> ac, bc, c. Groups may nest. Raises ValueError past MAX_EXPANSIONS or for unbalanced brackets."""
    if not _SPECIAL.search(word):
        return [word]
    if _FLAT.fullmatch(word):
        pieces = [piece.split("|") for piece in _BRACKET.split(word)]
        if math.prod(map(len, pieces)) <= MAX_EXPANSIONS:
            return list(dict.fromkeys(map("".join, product(*pieces))))
    choices, at = _alternatives(word, 0)
    if at != len(word) or len(choices) != 1:
        raise ValueError("unbalanced ( ) or a | outside a group")
    return list(dict.fromkeys(choices[0]))


def _alternatives(word: str, at: int) -> tuple[list[list[str]], int]:
    """Alternatives from `at` up to the closing bracket or the end, each with all its expansions."""
    out: list[list[str]] = [[""]]
    while at < len(word) and word[at] != ")":
        if word[at] == "|":
            out.append([""])
            at += 1
            continue
        if word[at] == "(":
            inner, at = _alternatives(word, at + 1)
            if at >= len(word):
                raise ValueError("unbalanced ( ) or a | outside a group")
            tails = [text for alternative in inner for text in alternative]
            at += 1
        else:
            plain = _SPECIAL.search(word, at)
            end = plain.start() if plain else len(word)
            tails, at = [word[at:end]], end
        if len(out[-1]) * len(tails) > MAX_EXPANSIONS:
            raise ValueError(f"more than {MAX_EXPANSIONS} expansions")
        out[-1] = [head + tail for head in out[-1] for tail in tails]
    return out, at


def load(path: Path) -> R.RuleSet:
    """Read the folder. Raises RulesError."""
    problems = Problems(path)
    if not (path / "rules").is_dir():
        raise RulesError(f"no rules in {path}", tip="give a folder that holds rules/, lexicon/ and cues/")
    fold = _fold(path, problems)
    literals: list[R.Literal] = []
    atoms = _lexicons(path, fold, literals, problems)
    cues, roles, stopwords, refusals = _cues(path, fold, literals, problems)
    categories = _categories(path, problems)
    if not categories:  # each rule would be one problem more
        problems.check()
    loaded = [
        rule
        for file in sorted((path / "rules").glob("*.toml"))
        if (rule := _rule(file, categories, atoms, problems)) is not None
    ]
    _unique_ids(path, loaded, problems)
    _pair_only(path, loaded, atoms, problems)
    about = _subjects(path / "subjects.toml", atoms, categories, problems)
    problems.check()
    counts = {name: dict(entry.counts) for name, entry in atoms.items()}
    return R.RuleSet(
        tuple(loaded), tuple(literals), cues, roles, categories, stopwords, refusals, fold, _digest(path), path, counts,
        about,
    )  # fmt: skip


def load_categories(path: Path) -> dict[str, dict[str, Any]]:
    """`claims.toml` of the folder alone. Raises RulesError."""
    problems = Problems(path)
    categories = _categories(path, problems)
    problems.check()
    return categories


class _AtomEntry:
    """What is known of one atom while loading."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.short: list[str] = []
        self.pair_only = False


def _read(file: Path, problems: Problems) -> dict[str, Any] | None:
    try:
        data = tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        problems.add(file, "-", f"cannot be read: {error.strerror or error}")
    except UnicodeDecodeError:
        problems.add(file, "-", "not UTF-8")
    except tomllib.TOMLDecodeError as error:
        problems.add(file, "-", f"not TOML: {error}")
    else:
        if data.get("schema") == 1:
            return data
        problems.add(file, "schema", "must be 1")
    return None


def _fold(path: Path, problems: Problems) -> Fold:
    file = path / "fold.toml"
    try:
        return load_fold(file)
    except (OSError, ValueError, KeyError) as error:
        problems.add(file, "-", str(error))
        return Fold({}, {}, None)


def _words(raw: Any, file: Path, key: str, fold: Fold, problems: Problems) -> list[str]:
    """Normalised, expanded literals of one list, each once; problems for whatever is dead or doubled."""
    out: dict[str, None] = {}
    if not isinstance(raw, list) or not all(isinstance(w, str) for w in raw):
        problems.add(file, key, "must be a list of words")
        return []
    for word in raw:
        try:
            expanded = expand(word)
        except ValueError as error:
            problems.add(file, key, f"{word!r}: {error}")
            continue
        for item in expanded:
            text = literal(item, fold)
            if not text:
                problems.add(file, key, f"{word!r} expands to nothing")
            else:
                out[text] = None
    return list(out)


def _lexicons(path: Path, fold: Fold, literals: list[R.Literal], problems: Problems) -> dict[str, _AtomEntry]:
    atoms: dict[str, _AtomEntry] = {}
    for folder in sorted(p for p in (path / "lexicon").glob("*") if p.is_dir()):
        lang = folder.name
        if lang not in R.LANGUAGES:
            problems.add(folder, "-", f"unknown language, expected one of {', '.join(R.LANGUAGES)}")
            continue
        seen: dict[str, Path] = {}
        for file in sorted(folder.glob("*.toml")):
            data = _read(file, problems)
            for name, entry in (data or {}).items():
                if name == "schema":
                    continue
                if name in seen:
                    problems.add(file, name, f"already defined in {seen[name].name}")
                    continue
                seen[name] = file
                _atom(name, entry, lang, file, fold, literals, atoms, problems)
    return atoms


def _atom(
    name: str, entry: Any, lang: str, file: Path, fold: Fold,
    literals: list[R.Literal], atoms: dict[str, _AtomEntry], problems: Problems,
) -> None:  # fmt: skip
    if not _ATOM.fullmatch(name):
        problems.add(file, name, "an atom is named in lower case letters, digits and _")
        return
    if not isinstance(entry, dict) or set(entry) - {"words", "not", "pair_only", "note"} or "words" not in entry:
        problems.add(file, name, "must be a table with `words` and at most `not`, `pair_only`, `note`")
        return
    known = atoms.setdefault(name, _AtomEntry())
    words = _words(entry["words"], file, f"{name}.words", fold, problems)
    known.counts[lang] = len(words)
    known.pair_only = known.pair_only or bool(entry.get("pair_only"))
    for text in words:
        if len(text) < 3 and len(text) < (2 if _HAN.search(text) else 3) and not entry.get("pair_only"):
            problems.add(
                file, f"{name}.words", f"{text!r} is too short to stand alone (pair_only = true allows it in pairs)"
            )
        literals.append(R.Literal(text, R.Kind.ATOM, name, lang))
    masks = _words(entry.get("not", []), file, f"{name}.not", fold, problems)
    literals.extend(R.Literal(text, R.Kind.MASK, name, lang) for text in masks)


_LISTS = ("pseudo", "mask", "stop", "own", "same")
"""Lists of a cue file that are kinds of words by themselves."""
_CUE_KEYS = frozenset({"id", "stance", "dir", "scope", "max", "words", "unless_role", "only_role", "note", "firm"})


def _cues(
    path: Path, fold: Fold, literals: list[R.Literal], problems: Problems
) -> tuple[dict[str, R.CueRule], tuple[R.RoleRule, ...], dict[str, frozenset[str]], frozenset[str]]:
    cues: dict[str, R.CueRule] = {}
    roles: list[R.RoleRule] = []
    stopwords: dict[str, frozenset[str]] = {}
    refusals: set[str] = set()
    for file in sorted((path / "cues").glob("*.toml")):
        lang, data = file.stem, _read(file, problems)
        if data is None:
            continue
        if lang not in R.LANGUAGES:
            problems.add(file, "-", "unknown language")
        for key in set(data) - {"schema", "cue", "role", "stopwords", "refusal", *_LISTS}:
            problems.add(file, key, "unknown key")
        stopwords[lang] = frozenset(_words(data.get("stopwords", []), file, "stopwords", fold, problems))
        refusals.update(_words(data.get("refusal", []), file, "refusal", fold, problems))
        for number, entry in enumerate(data.get("cue", []), 1):
            _cue(entry, f"cue[{number}]", lang, file, fold, literals, cues, problems)
        for number, entry in enumerate(data.get("role", []), 1):
            _role(entry, f"role[{number}]", lang, file, fold, literals, roles, problems)
        for key in _LISTS:
            words = _words(data.get(key, []), file, key, fold, problems)
            literals.extend(R.Literal(text, R.Kind(key), "", lang) for text in words)
    return cues, tuple(roles), stopwords, frozenset(refusals)


def _cue(
    entry: Mapping[str, Any], key: str, lang: str, file: Path, fold: Fold,
    literals: list[R.Literal], cues: dict[str, R.CueRule], problems: Problems,
) -> None:  # fmt: skip
    for unknown in set(entry) - _CUE_KEYS:
        problems.add(file, f"{key}.{unknown}", "unknown key")
    cue_id = f"{lang}.{entry.get('id', '')}"
    stances, directions = {s.value for s in Stance}, {"forward", "backward", "both"}
    scopes = {"clause", "sentence", "block", "heading"}
    for name, value, allowed in (
        ("stance", entry.get("stance"), stances),
        ("dir", entry.get("dir"), directions),
        ("scope", entry.get("scope"), scopes),
    ):
        if value not in allowed:
            problems.add(file, f"{key}.{name}", f"{value!r} is not one of {', '.join(sorted(allowed))}")
            return
    if not entry.get("id") or cue_id in cues:
        problems.add(file, f"{key}.id", "missing or not unique")
        return
    firm = entry.get("firm")
    if firm is not None and (firm not in list(R.Firm) or entry["stance"] == Stance.ASSERTED):
        problems.add(file, f"{key}.firm", f"{firm!r} is not one of {', '.join(R.Firm)}, or the cue asserts")
        return
    unless, only = (
        _roles(entry.get(name, []), file, f"{key}.{name}", problems) for name in ("unless_role", "only_role")
    )
    cues[cue_id] = R.CueRule(
        cue_id, lang, Stance(entry["stance"]), entry["dir"], entry["scope"], int(entry.get("max", 0)), unless, only,
        R.Firm(firm) if firm else None,
    )  # fmt: skip
    words = _words(entry.get("words"), file, f"{key}.words", fold, problems)
    literals.extend(R.Literal(text, R.Kind.CUE, cue_id, lang) for text in words)


def _roles(raw: Iterable[str], file: Path, key: str, problems: Problems) -> frozenset[PageRole]:
    out = set()
    for name in raw:
        try:
            out.add(PageRole(name))
        except ValueError:
            problems.add(file, key, f"unknown page role {name!r}")
    return frozenset(out)


def _role(
    entry: Mapping[str, Any], key: str, lang: str, file: Path, fold: Fold,
    literals: list[R.Literal], roles: list[R.RoleRule], problems: Problems,
) -> None:  # fmt: skip
    for unknown in set(entry) - {"role", "weight", "words", "note"}:
        problems.add(file, f"{key}.{unknown}", "unknown key")
    role = _roles([entry.get("role", "")], file, f"{key}.role", problems)
    if not role or not isinstance(entry.get("weight"), int | float):
        problems.add(file, key, "needs a role, a weight and words")
        return
    roles.append(R.RoleRule(lang, next(iter(role)), float(entry["weight"])))
    words = _words(entry.get("words"), file, f"{key}.words", fold, problems)
    literals.extend(R.Literal(text, R.Kind.ROLE, str(len(roles) - 1), lang) for text in words)


def _categories(path: Path, problems: Problems) -> dict[str, dict[str, Any]]:
    file = path / "claims.toml"
    data = _read(file, problems) or {}
    out: dict[str, dict[str, Any]] = {}
    needed = {"title_en", "title_zh", "why_en", "why_zh", "severity", "questions_en", "questions_zh"}
    for name, entry in data.items():
        if name == "schema":
            continue
        if not isinstance(entry, dict) or set(entry) != needed:
            problems.add(file, name, f"must hold exactly {', '.join(sorted(needed))}")
        elif entry["severity"] not in {s.value for s in Severity}:
            problems.add(file, f"{name}.severity", f"{entry['severity']!r} is no severity")
        else:
            out[name] = entry
    return out


def _rule(
    file: Path, categories: Mapping[str, Any], atoms: Mapping[str, _AtomEntry], problems: Problems
) -> R.Rule | None:
    from scanner.detect.ruleparse import RuleParser

    data = _read(file, problems)
    if data is None:
        return None
    for key in sorted(set(data) - _RULE_KEYS):
        problems.add(file, key, "unknown key")
    if data.get("id") != file.stem or not _ID.fullmatch(file.stem):
        problems.add(file, "id", f"must be the file's name, {file.stem!r}, in lower case with hyphens and one dot")
    if data.get("category") not in categories:
        problems.add(file, "category", f"{data.get('category')!r} is not in claims.toml")
        return None
    return RuleParser(file, data, categories, atoms, problems).parse()


def _subjects(
    file: Path, atoms: Mapping[str, _AtomEntry], categories: Mapping[str, Any], problems: Problems
) -> tuple[R.Subject, ...]:
    """None where a folder has no such file."""
    from scanner.detect import subjects

    data = _read(file, problems) if file.is_file() else None
    return subjects.parse(file, data or {}, atoms, categories, problems)


def _unique_ids(path: Path, loaded: Iterable[R.Rule], problems: Problems) -> None:
    seen: dict[str, str] = {}
    for rule in loaded:
        for name in (rule.id, *rule.replaces):
            if name in seen:
                problems.add(path / "rules" / f"{rule.id}.toml", "id", f"{name!r} is also claimed by {seen[name]}")
            seen[name] = rule.id


def _pair_only(path: Path, loaded: Iterable[R.Rule], atoms: Mapping[str, _AtomEntry], problems: Problems) -> None:
    """A word of one Han character may stand only beside another word."""
    for rule in loaded:
        for slot in rule.slots.values():
            for sequence in slot.any:
                lone = [a for a in sequence[0] if len(sequence) == 1 and a in atoms and atoms[a].pair_only]
                for atom in lone:
                    problems.add(
                        path / "rules" / f"{rule.id}.toml", f"slots.{slot.name}", f"{atom!r} may stand only in a pair"
                    )


MODELS = (voice.FILE, second.FILE, context.FILE, context.ANSWERS_FILE, disclosure.FILE, sayings.FILE)
"""Trained models: with another one the same rules give other findings, so they are part of the digest."""


def _digest(path: Path) -> str:
    """sha256 over the names and bytes of every pattern file, in order, and of the models: all that decides."""
    total = hashlib.sha256()
    for model in MODELS:
        total.update(model.read_bytes() if model.is_file() else b"")
    for file in sorted(path.rglob("*.toml")):
        if file == path / "provisions.toml":  # names law beside findings, decides none of them
            continue
        total.update(file.relative_to(path).as_posix().encode() + b"\0")
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()
