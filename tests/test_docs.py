"""The documents say what the program does: commands, exit codes, settings, rules, libraries, links.

`python tests/test_docs.py --write` writes the table of rules in patterns/README.md anew.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:  # started as a script
    sys.path.insert(0, str(ROOT))

TOP = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
DOCUMENTS = sorted(
    [ROOT / name for name in TOP]
    + [*(ROOT / "docs").rglob("*.md"), *(ROOT / "patterns").rglob("*.md"), ROOT / "examples" / "README.md"]
)
RULES_DOCUMENT = ROOT / "patterns" / "README.md"
RULES_MARKS = ("<!-- rules -->", "<!-- end of rules -->")
PLACEHOLDERS = {"COMMAND", "[OPTIONS]"}

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"!?\[[^\]\n]*(?:\n[^\]\n]*)?\]\(([^)\s]+)\)")
_COMMAND = re.compile(r"(?:^|[\s`(|])(?:\$ )?noticescan ((?:[^\s`|>#]+ ?)+)")
_SETTING = re.compile(r"(crawl|ocr|render|compare|store|report|run|rules|law|evidence)\.([a-z_]+)")
_VARIABLE = re.compile(r"NOTICESCAN_([A-Z]+)__([A-Z_]+)")


def text_of(document: Path) -> str:
    return document.read_text(encoding="utf-8")


def name_of(document: Path) -> str:
    return document.relative_to(ROOT).as_posix()


def fences(document: Path, *kinds: str) -> Iterator[str]:
    """Bodies of the code blocks of these kinds."""
    return (body for kind, body in _FENCE.findall(text_of(document)) if kind in kinds)


def code_spans(document: Path) -> Iterator[str]:
    return iter(_CODE.findall(_FENCE.sub("", text_of(document))))


def table(document: Path, begin: str, end: str) -> list[list[str]]:
    """Rows of the table between two comments, without its head, cells as text."""
    between = text_of(document).split(begin, 1)[1].split(end, 1)[0]
    rows = [line.strip().strip("|").split(" | ") for line in between.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


# Commands


def commands() -> dict[str, Any]:
    """`crawl`, `rules list`, ... -> the command; groups under their own name."""
    import typer.main

    from scanner.cli.main import app

    top: Any = typer.main.get_command(app)
    found: dict[str, Any] = {}
    for name, command in top.commands.items():
        found[name] = command
        found.update({f"{name} {sub}": one for sub, one in getattr(command, "commands", {}).items()})
    return found


def global_options() -> set[str]:
    import typer.main

    from scanner.cli.main import app

    return options_of(typer.main.get_command(app))


def options_of(command: Any) -> set[str]:
    return {name for one in command.params for name in (*one.opts, *one.secondary_opts)} | {"--help", "-h"}


def calls(document: Path) -> Iterator[list[str]]:
    """Words after `noticescan` in code, options before the command taken away."""
    for code in (*fences(document, "console", "bash", "sh"), *code_spans(document)):
        for found in _COMMAND.finditer(code.replace("\\\n", " ")):
            words = found.group(1).split()
            while words and words[0].startswith("-"):
                words = words[2:] if words[0] in ("--config", "-c") else words[1:]
            if words and words[0] not in PLACEHOLDERS:
                yield words


def test_every_command_has_help() -> None:
    silent = [name for name, command in commands().items() if not (command.help or "").strip()]
    assert silent == []
    bare = [f"{name} {one.name}" for name, c in commands().items() for one in c.params if not getattr(one, "help", "")]
    assert bare == []


def test_help_names_every_command_and_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    from scanner.cli.main import run
    from scanner.errors import ExitCode

    run(["--help"])
    shown = capsys.readouterr().out
    for name in commands():
        assert re.search(rf"^  {name.split()[0]} ", shown, re.MULTILINE), name
    for code in ExitCode:
        assert re.search(rf"\b{int(code)} [a-z]", shown), code


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_commands_in_documents_exist(document: Path) -> None:
    known = commands()
    for words in calls(document):
        name = " ".join(words[:2]) if words[0] in ("rules", "law") and len(words) > 1 else words[0]
        assert name in known, f"noticescan {' '.join(words)}"
        options = {word.split("=")[0] for word in words if re.match(r"--?[a-z]", word)}
        assert options <= options_of(known[name]) | global_options(), f"noticescan {' '.join(words)}"


def test_readme_shows_every_command() -> None:
    shown = {words[0] for words in calls(ROOT / "README.md")}
    assert {name.split()[0] for name in commands()} <= shown
    assert {"make demo", "make test"} <= {line for body in fences(ROOT / "README.md", "console") for line in
                                          body.splitlines()}  # fmt: skip


def test_make_demo_leaves_the_command_that_the_readme_names() -> None:
    made = re.search(r"^demo: *(\S+)", text_of(ROOT / "Makefile"), re.MULTILINE)
    assert made
    assert made.group(1).replace("$(VENV)", ".venv") in code_spans(ROOT / "README.md")


def test_make_targets_in_documents_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", text_of(ROOT / "Makefile"), re.MULTILINE))
    for document in DOCUMENTS:
        for code in (*fences(document, "console"), *code_spans(document)):
            assert set(re.findall(r"^make ([a-z]+)", code, re.MULTILINE)) <= targets, name_of(document)


def test_exit_codes() -> None:
    from scanner.errors import ExitCode

    rows = table(ROOT / "README.md", "<!-- exit codes", "<!-- end of exit codes -->")
    assert [(row[0], row[1]) for row in rows] == [(str(int(code)), code.name) for code in ExitCode]


# Settings


def test_settings_named_in_documents_exist() -> None:
    from scanner.config import Settings

    sections = {
        name: set(getattr(field.annotation, "model_fields", {})) for name, field in Settings.model_fields.items()
    }
    for document in DOCUMENTS:
        spans = [span for span in code_spans(document) if not span.endswith((".json", ".md"))]
        named = [found.groups() for span in spans if (found := _SETTING.fullmatch(span))]
        named += [(a.lower(), b.lower()) for a, b in _VARIABLE.findall(text_of(document))]
        for section, key in named:
            assert key in sections[section], f"{name_of(document)}: {section}.{key}"


def test_targets_in_the_readme_load(tmp_path: Path) -> None:
    from scanner.collect.targets import load_targets

    for kind in ("csv", "toml"):
        for number, body in enumerate(fences(ROOT / "README.md", kind)):
            file = tmp_path / f"{number}.{kind}"
            file.write_text(body, encoding="utf-8")
            assert load_targets(file)


# Rules


def rule_table() -> str:
    """The table of rules in Markdown, by category and id."""
    from scanner.detect import rules

    found = rules.load(ROOT / "patterns")
    lines = ["| rule | what is claimed | severity | status | revision |", "| --- | --- | --- | --- | --- |"]
    for category in sorted(found.categories):
        mine = sorted((rule for rule in found.rules if rule.category == category), key=lambda rule: rule.id)
        entry = found.categories[category]
        if mine:
            lines.append(f"| **{category}** | {_cell(entry['title_en'])}（{_cell(entry['title_zh'])}） | | | |")
        for rule in mine:
            link = f"[`{rule.id}`](rules/{rule.id}.toml)"
            lines.append(f"| {link} | {_cell(rule.title['en'])} | {rule.severity} | {rule.status} | {rule.revision} |")
    return "\n".join(lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def with_rule_table(text: str) -> str:
    begin, end = RULES_MARKS
    head, _, rest = text.partition(begin)
    _, _, tail = rest.partition(end)
    return f"{head}{begin}\n{rule_table()}\n{end}{tail}"


def test_rule_table_is_that_of_the_rules() -> None:
    shown = text_of(RULES_DOCUMENT)
    assert shown == with_rule_table(shown), "write it anew: python tests/test_docs.py --write"


def test_the_worked_example_loads_and_passes(tmp_path: Path) -> None:
    """The rule in CONTRIBUTING.md, put into a copy of the patterns folder."""
    from scanner.detect import rules, selftest

    folder = tmp_path / "patterns"
    shutil.copytree(ROOT / "patterns", folder)
    new = []
    for body in fences(ROOT / "CONTRIBUTING.md", "toml"):
        place = re.match(r"# patterns/(\S+)\n", body)
        assert place, body[:60]
        file = folder / place.group(1)
        assert not file.exists(), f"{place.group(1)}: the example is a real file by now, choose another"
        file.write_text(body, encoding="utf-8")
        if file.parent.name == "rules":
            new.append(file.stem)
    ruleset = rules.load(folder)
    assert new
    for rule in new:
        assert selftest.run_tests(ruleset, rule) == []


# Libraries


def test_library_table_is_that_of_the_owners() -> None:
    from tests.test_architecture import OWNERS

    rows = table(ROOT / "docs" / "architecture.md", "<!-- libraries", "<!-- end of libraries -->")
    assert {row[0]: row[1].strip("`") for row in rows} == OWNERS


# Links


def anchors(document: Path) -> set[str]:
    """Anchors of the headings, as the usual hosts make them."""
    plain = _FENCE.sub("", text_of(document))
    titles = re.findall(r"^#+ (.+)$", plain, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_links_resolve(document: Path) -> None:
    for target in _LINK.findall(_FENCE.sub("", text_of(document))):
        if target.startswith(("https://", "http://")):
            continue
        path, _, anchor = target.partition("#")
        there = (document.parent / path).resolve() if path else document
        assert there.exists(), target
        assert there.is_relative_to(ROOT), target
        if anchor:
            assert anchor in anchors(there), target


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_files_named_in_documents_exist(document: Path) -> None:
    """`scanner/detect/roles.py` and the like, also with a wildcard."""
    for span in code_spans(document):
        if re.fullmatch(r"(?:scanner|tests|benchmarks|patterns|examples|docs)/[\w./*-]+", span):
            assert list(ROOT.glob(span.rstrip("/"))), span


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", required=True, help="write the table of rules")
    parser.parse_args()
    RULES_DOCUMENT.write_text(with_rule_table(text_of(RULES_DOCUMENT)), encoding="utf-8")
    print(RULES_DOCUMENT.relative_to(ROOT))
