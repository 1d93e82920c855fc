"""One rule file's TOML -> Rule, with every problem named. Used by loader.py alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scanner.detect import rules as R
from scanner.model import Severity, Stance

if TYPE_CHECKING:
    from scanner.detect.loader import Problems

GAP = R.Reach(6, 24)
WINDOW = R.Reach(16, 70)
NEAR = R.Reach(30, 120)
_WANTS = {*(s.value for s in Stance), "none", "todo"}


class RuleParser:
    """Holds what all the small steps need: the file, its data and where to put problems."""

    def __init__(
        self,
        file: Path,
        data: Mapping[str, Any],
        categories: Mapping[str, Any],
        atoms: Mapping[str, Any],
        problems: Problems,
    ) -> None:
        self.file, self.data, self.categories, self.atoms, self.problems = file, data, categories, atoms, problems
        self.named: set[str] = set()

    def parse(self) -> R.Rule | None:
        before = len(self.problems.lines)
        data = self.data
        slots = {name: self._slot(name, entry) for name, entry in self._table(data, "slots").items()}
        claims = tuple(self._claim(f"claim[{i}]", c, slots) for i, c in enumerate(data.get("claim", []), 1))
        excepts = tuple(self._need(f"except[{i}]", e, True) for i, e in enumerate(data.get("except", []), 1))
        boost = self._atoms(data.get("boost", []), "boost")
        tests = tuple(self._test(f"tests[{i}]", t) for i, t in enumerate(data.get("tests", []), 1))
        negate = self._table(data, "context").get("negate", "")
        spared = self._flag(data, "spared")
        self._keys(self._table(data, "context"), {"negate"}, "context")
        if negate and negate not in slots:
            self._say("context.negate", f"{negate!r} is no slot")
        if not claims:
            self._say("claim", "a rule needs at least one [[claim]]")
        self._enough_tests(tests)
        title, why = self._two(data, "title"), self._two(data, "why")
        status = self._enum(R.Status, data.get("status"), "status")
        severity = self._enum(Severity, data.get("severity", self.categories[data["category"]]["severity"]), "severity")
        revision = data.get("revision")
        if not isinstance(revision, int) or revision < 1:
            self._say("revision", "must be a whole number from 1")
        if len(self.problems.lines) > before or status is None or severity is None:
            return None
        known = {k: tuple(v) for k, v in self._table(data, "known").items()}
        return R.Rule(
            data["id"], int(data["revision"]), status, data["category"], severity, title, why, slots, claims, excepts,
            boost, negate, tests, tuple(data.get("replaces", [])), tuple(data.get("references", [])), known,
            frozenset(self.named), spared,
        )  # fmt: skip

    def _flag(self, data: Mapping[str, Any], key: str) -> bool:
        value = data.get(key, False)
        if not isinstance(value, bool):
            self._say(key, "must be true or false")
        return value is True

    def _say(self, key: str, what: str) -> None:
        self.problems.add(self.file, key, what)

    def _table(self, data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        value = data.get(key, {})
        if isinstance(value, dict):
            return value
        self._say(key, "must be a table")
        return {}

    def _keys(self, entry: Mapping[str, Any], allowed: set[str], key: str) -> None:
        for name in sorted(set(entry) - allowed):
            self._say(f"{key}.{name}", "unknown key")

    def _enum(self, enum: Any, value: Any, key: str) -> Any:
        try:
            return enum(value)
        except ValueError:
            self._say(key, f"{value!r} is not one of {', '.join(e.value for e in enum)}")
            return None

    def _two(self, data: Mapping[str, Any], key: str) -> Mapping[str, str]:
        value = self._table(data, key)
        if set(value) != {"en", "zh"}:
            self._say(key, "needs exactly `en` and `zh`")
        return value

    def _reach(self, raw: Any, default: R.Reach, key: str) -> R.Reach:
        if raw is None:
            return default
        if isinstance(raw, dict) and {"han", "latin"} <= set(raw):
            return R.Reach(int(raw["han"]), int(raw["latin"]))
        self._say(key, "must be {han = N, latin = N}")
        return default

    def _atoms(self, raw: Any, key: str) -> R.Atoms:
        """A list of atom names, each maybe `a|b`."""
        names = {part for item in self._strings(raw, key) for part in item.split("|")}
        for name in sorted(names - set(self.atoms)):
            self._say(key, f"no atom {name!r} in any lexicon")
        self.named |= names
        return frozenset(names)

    def _strings(self, raw: Any, key: str) -> Iterable[str]:
        if isinstance(raw, list) and all(isinstance(item, str) for item in raw):
            return raw
        self._say(key, "must be a list of names")
        return []

    def _slot(self, name: str, entry: Any) -> R.Slot:
        key = f"slots.{name}"
        if not isinstance(entry, dict) or not isinstance(entry.get("any"), list) or not entry["any"]:
            self._say(key, "needs `any`, a list of lists of atoms")
            return R.Slot(name, (), GAP)
        self._keys(entry, {"any", "gap"}, key)
        sequences = []
        for item in entry["any"]:
            parts = [item] if isinstance(item, str) else item
            if not 1 <= len(parts) <= 4:
                self._say(key, "a sequence holds one to four atoms")
            sequences.append(tuple(self._atoms([part], key) for part in parts))
        return R.Slot(name, tuple(sequences), self._reach(entry.get("gap"), GAP, f"{key}.gap"))

    def _claim(self, key: str, entry: Mapping[str, Any], slots: Mapping[str, R.Slot]) -> R.Claim:
        self._keys(entry, {"all", "ordered", "window", "breaks", "score", "need"}, key)
        names = tuple(self._strings(entry.get("all", []), f"{key}.all"))
        for name in names:
            if name not in slots:
                self._say(f"{key}.all", f"no slot {name!r}")
        if not names:
            self._say(f"{key}.all", "names no slot")
        score = entry.get("score", 0.8)
        if not isinstance(score, int | float) or not 0 < score <= 1:
            self._say(f"{key}.score", "must be between 0 and 1")
        needs = tuple(self._need(f"{key}.need[{i}]", n, False) for i, n in enumerate(entry.get("need", []), 1))
        window = self._reach(entry.get("window"), WINDOW, f"{key}.window")
        return R.Claim(names, bool(entry.get("ordered")), window, int(entry.get("breaks", 0)), float(score), needs)

    def _need(self, key: str, entry: Mapping[str, Any], exception: bool) -> R.Need:
        allowed = {"any", "within", "near", "because"} | ({"turn", "firm"} if exception else set())
        self._keys(entry, allowed, key)
        within = self._enum(R.Within, entry.get("within", "near"), f"{key}.within") or R.Within.NEAR
        turn = self._enum(Stance, entry["turn"], f"{key}.turn") if "turn" in entry else None
        if exception and not entry.get("because"):
            self._say(f"{key}.because", "an exception says why")
        return R.Need(
            self._atoms(entry.get("any", []), f"{key}.any"), within,
            self._reach(entry.get("near"), NEAR, f"{key}.near"), turn, str(entry.get("because", "")),
            self._firm(key, entry, turn),
        )  # fmt: skip

    def _firm(self, key: str, entry: Mapping[str, Any], turn: Stance | None) -> bool:
        firm = entry.get("firm", False)
        if not isinstance(firm, bool) or (firm and turn):
            self._say(f"{key}.firm", "must be true or false, and goes only with an exception that drops")
        return firm is True

    def _test(self, key: str, entry: Mapping[str, Any]) -> R.RuleTest:
        self._keys(entry, {"want", "text", "span", "lang", "html"}, key)
        want, text, span = entry.get("want", ""), str(entry.get("text", "")), str(entry.get("span", ""))
        if want not in _WANTS:
            self._say(f"{key}.want", f"{want!r} is not one of {', '.join(sorted(_WANTS))}")
        if not text or span not in text:
            self._say(f"{key}.span" if text else f"{key}.text", "is not part of the text" if text else "is empty")
        return R.RuleTest(want, text, span, str(entry.get("lang", "")), bool(entry.get("html")))

    def _enough_tests(self, tests: tuple[R.RuleTest, ...]) -> None:
        if not any(t.want == Stance.ASSERTED for t in tests):
            self._say("tests", "needs one that is asserted")
        if not any(t.want == "none" for t in tests):
            self._say("tests", 'needs one that stays silent (want = "none")')
        if not any(t.want not in (Stance.ASSERTED, "none", "todo") for t in tests):
            self._say("tests", "needs one of another stance (negated, reported, hypothetical, legal)")
