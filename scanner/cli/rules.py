"""`rules list | show | check | test | explain | diff`: the patterns folder, looked at and proved."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from ..errors import ExitCode, RulesError, UsageError
from .common import ConfigFlag, RulesFlag, load_law, load_rules, load_settings, note, one_line

if TYPE_CHECKING:
    from ..detect.rules import Rule, RuleSet

A = TypeVar("A")
B = TypeVar("B")
app = typer.Typer(help="The rules: list, show, check, test, explain and compare them.", no_args_is_help=True)


def _rule_set(ctx: typer.Context, config: Path | None, rules: Path | None) -> RuleSet:
    return load_rules(load_settings(ctx, config, rules__path=str(rules) if rules else None))


READER = "reader."


@app.command("list")
def list_rules(ctx: typer.Context, rules: RulesFlag = None, config: ConfigFlag = None) -> int:
    """One rule a line: id, category, severity, status, revision, number of tests."""
    from rich.table import Table
    from rich.text import Text

    from .console import out

    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("rule", "category", "severity", "status", "rev", "tests", "title"):
        table.add_column(name, no_wrap=name != "title", justify="right" if name in ("rev", "tests") else "left")
    for rule in sorted(_rule_set(ctx, config, rules).rules, key=lambda rule: (rule.category, rule.id)):
        cells = (rule.id, rule.category, rule.severity, rule.status, rule.revision, len(rule.tests), _in(rule.title))
        table.add_row(*(Text(str(cell)) for cell in cells))
    out().print(table)
    return 0


@app.command("show")
def show(
    ctx: typer.Context,
    rule_id: Annotated[str, typer.Argument(metavar="RULE", help="Rule id, also an earlier one.", show_default=False)],
    rules: RulesFlag = None,
    config: ConfigFlag = None,
) -> int:
    """Everything about one rule: what it looks for, why it matters, its tests and known gaps."""
    rule_set = _rule_set(ctx, config, rules)
    rule = rule_set.rule(rule_id)
    if rule is None and rule_id.startswith(READER) and rule_id.removeprefix(READER) in rule_set.categories:
        typer.echo("\n".join(_proposes(rule_id, rule_set)))
        return 0
    if rule is None:
        import difflib

        near = difflib.get_close_matches(rule_id, [r.id for r in rule_set.rules], n=1)
        raise UsageError(f"no rule {rule_id}", f"did you mean {near[0]}?" if near else "`noticescan rules list`")
    typer.echo("\n".join(_described(rule)))
    return 0


def _proposes(rule_id: str, rule_set: RuleSet) -> list[str]:
    """What stands behind `reader.<category>`, the name under which the second reader proposes claims."""
    from ..detect.second import reader
    from ..detect.weigh import proposing

    model = reader()
    if model is None:
        raise UsageError(f"no rule {rule_id}", "this installation has no second reader; `noticescan rules list`")
    category = rule_id.removeprefix(READER)
    bar = model.bars.propose
    return [
        *_described(proposing(rule_set, model, category)),
        f"claim     a sentence to which the second reader gives {bar:.2f} or more for this category",
        "see       docs/decisions/0007-second-reader.md, 0008-context.md",
    ]


def _in(texts: object) -> str:
    return str(texts.get("en") or texts.get("zh") or "") if isinstance(texts, dict) else ""


def _described(rule: Rule) -> list[str]:
    lines = [f"{rule.id}  (revision {rule.revision}, {rule.status}, {rule.severity})", f"category  {rule.category}"]
    for name, texts in (("title", rule.title), ("why", rule.why)):
        lines += [f"{name:8}  {lang}: {text}" for lang, text in sorted(texts.items())]
    for slot in rule.slots.values():
        pairs = " | ".join(" ".join("/".join(sorted(atoms)) for atoms in sequence) for sequence in slot.any)
        lines.append(f"slot      {slot.name}: {pairs}  (gap {slot.gap.han} Han, {slot.gap.latin} Latin)")
    for claim in rule.claims:
        order = " then " if claim.ordered else " and "
        lines.append(f"claim     {order.join(claim.all)}  (window {claim.window.han} Han, {claim.window.latin} Latin)")
    for test in rule.tests:
        lines.append(f"test      {test.want}: {one_line(test.text)}")
    for kind, gaps in sorted(rule.known.items()):
        lines += [f"known     {kind.replace('_', ' ')}: {gap}" for gap in gaps]
    for reference in rule.references:
        lines.append("see       " + ", ".join(f"{value}" for value in reference.values()))
    return lines


@app.command("check")
def check(ctx: typer.Context, rules: RulesFlag = None, config: ConfigFlag = None) -> int:
    """Load the folder as strictly as a crawl does; lists every problem with its file and key."""
    settings = load_settings(ctx, config, rules__path=str(rules) if rules else None)
    found, book = _all_of(lambda: load_rules(settings), lambda: load_law(settings))
    categories = {rule.category for rule in found.rules}
    typer.echo(f"{len(found.rules)} rules in {len(categories)} categories, no problem (digest {found.digest[:12]})")
    typer.echo(f"{len(book.provisions)} provisions of {len(book.jurisdictions)} jurisdictions, no problem")
    from ..pipeline.noticing import notice_rules

    notices = notice_rules(found)
    if notices is not None:
        counts = f"{len(notices.items)} notice items, {len(notices.facts)} facts"
        typer.echo(f"{counts}, {len(notices.claims)} categories of claims mapped")
    return 0


def _all_of(first: Callable[[], A], second: Callable[[], B]) -> tuple[A, B]:
    """Both, or one RulesError with the problems of both: whoever mends a folder wants to see all of them at once."""
    try:
        one = first()
    except RulesError as error:
        try:
            second()
        except RulesError as other:
            problems = tuple(dict.fromkeys((*error.problems, *other.problems)))
            many = f"{len(problems)} problem{'' if len(problems) == 1 else 's'}"
            raise RulesError(f"{many} in the patterns folder", problems, error.tip) from None
        raise
    return one, second()


@app.command("test")
def run_the_tests(ctx: typer.Context, rules: RulesFlag = None, config: ConfigFlag = None) -> int:
    """Run the tests inside the rules."""
    from ..detect.selftest import run_tests
    from ..pipeline.noticing import run_notice_tests

    rule_set = _rule_set(ctx, config, rules)
    failures = [*run_tests(rule_set), *run_notice_tests(rule_set)]
    for failure in failures:
        typer.echo(one_line(str(failure)))
    sys.stdout.flush()
    count = sum(len(rule.tests) for rule in rule_set.rules)
    note(ctx, f"{count} tests in {len(rule_set.rules)} rules, {len(failures)} failed")
    return ExitCode.FAILURE if failures else ExitCode.OK


@app.command("explain")
def explain(
    ctx: typer.Context,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The words to look at; `-` reads standard input.")],
    lang: Annotated[str, typer.Option("--lang", help="Language as a page would declare it (BCP 47).")] = "",
    rules: RulesFlag = None,
    config: ConfigFlag = None,
) -> int:
    """Which words, slots, cues and exceptions fired or stopped on TEXT. A line that begins with `# ` is a heading."""
    from ..detect.explain import explain as account

    words = sys.stdin.read() if text == "-" else text
    if not words.strip():
        raise UsageError("no text to look at", 'give some: noticescan rules explain "..."')
    for line in account(words, _rule_set(ctx, config, rules), lang).splitlines():
        typer.echo("  " * line.startswith("  ") + one_line(line))
    return 0


@app.command("diff")
def diff(
    ctx: typer.Context,
    old: Annotated[Path, typer.Argument(metavar="OLD", help="The earlier patterns folder.")],
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Pages, folders or WARC files to judge.")],
    rules: RulesFlag = None,
    config: ConfigFlag = None,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Leave with 3 when anything differs.")] = False,
) -> int:
    """What two rule sets find differently in the same pages: `-` only the old, `+` only the new, `~` another stance."""
    from ..detect.rules import load
    from ..pipeline.compare import compare

    lines = compare(paths, load(old), _rule_set(ctx, config, rules))
    for line in lines:
        typer.echo(one_line(str(line)))
    sys.stdout.flush()
    note(ctx, f"{len(lines)} differences")
    return ExitCode.NEW_FINDINGS if lines and exit_code else ExitCode.OK
