"""`init` and `schedule`: the files that a person or a timer starts from."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from ..errors import UsageError
from .common import ConfigFlag, load_settings, note
from .examples import SETTINGS, TARGETS


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    app.command("init")(init)
    app.command("schedule")(schedule)


def init(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(help="Where; made if it does not exist.", show_default="here")] = Path(),
) -> int:
    """Write noticescan.toml and targets.csv, each line explained. Overwrites nothing."""
    wanted = {folder / "noticescan.toml": SETTINGS, folder / "targets.csv": TARGETS}
    if there := [str(path) for path in wanted if path.exists()]:
        raise UsageError(f"already there: {', '.join(there)}", "nothing was written; name another folder")
    _make(folder)
    for path, text in wanted.items():
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
        typer.echo(str(path))
    note(ctx, "next: put your vendors into targets.csv, your contact into noticescan.toml, then `noticescan crawl`")
    return 0


def _make(folder: Path) -> None:
    """Makes a folder and those above it. Raises UsageError where a file is in the way."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise UsageError(f"{folder} is, or lies in, a file and not a folder", "name a folder") from None


def schedule(
    ctx: typer.Context,
    systemd: Annotated[bool, typer.Option("--systemd", help="A systemd service and timer.")] = False,
    cron: Annotated[bool, typer.Option("--cron", help="A crontab line.")] = False,
    on: Annotated[
        str,
        typer.Option(
            "--on", help="When: a systemd calendar expression, or five cron fields.", show_default="Mon 02:30"
        ),
    ] = "",
    user: Annotated[
        str, typer.Option("--user", help="systemd: account of a system-wide unit.", show_default="a unit of your own")
    ] = "",
    write: Annotated[
        Path | None,
        typer.Option("--write", help="systemd: write the units into this folder.", show_default="print them"),
    ] = None,
    config: ConfigFlag = None,
) -> int:
    """Print what makes a timer start `noticescan run`."""
    if systemd == cron:
        raise UsageError("say which: --systemd or --cron")
    if cron and (write or user):
        raise UsageError(
            f"{'--write' if write else '--user'} goes with --systemd",
            "with --cron the line is printed: put it into crontab -e",
        )
    from ..schedule import cron_line, systemd_units

    settings_file = (config or ctx.obj.config or Path("noticescan.toml")).resolve()
    if not settings_file.is_file():
        raise UsageError(f"no settings file {settings_file}", "`noticescan init` writes one")
    load_settings(ctx, settings_file)
    command = (*_program(), "--config", str(settings_file), "run", "--exit-code")
    folder = str(settings_file.parent)
    if cron:
        typer.echo(cron_line(command, **({"when": on} if on else {}), working_directory=folder))
        return 0
    when = {"on_calendar": on} if on else {}
    _give_units(ctx, systemd_units(command, **when, working_directory=folder, user=user), write)
    place, scope = ("/etc/systemd/system/", "") if user else ("~/.config/systemd/user/", " --user")
    if on:
        note(ctx, f"check the time with: systemd-analyze calendar {shlex.quote(on)}")
    note(ctx, f"put both into {place}, then: systemctl{scope} enable --now noticescan.timer")
    return 0


def _give_units(ctx: typer.Context, units: dict[str, str], folder: Path | None) -> None:
    """Prints the units, or writes them; says so where that replaced one of other content."""
    for name, text in units.items():
        if folder is None:
            typer.echo(f"# {name}\n{text}")
            continue
        _make(folder)
        path = folder / name
        if path.exists() and path.read_bytes() != text.encode():
            note(ctx, f"replaced: {path} (it was another)")
        path.write_text(text, encoding="utf-8")
        typer.echo(str(path))


def _program() -> tuple[str, ...]:
    """How a timer starts us: the console script's full path, since a timer has no PATH of ours."""
    script = shutil.which("noticescan") or shutil.which("noticescan", path=str(Path(sys.executable).parent))
    return (script,) if script else (sys.executable, "-m", "scanner")
