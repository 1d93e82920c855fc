"""When to look again, and the unit files by which a system's own scheduler does so. No daemon of ours."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import PurePosixPath

from scanner.errors import UsageError
from scanner.model import Target

SLACK_SHARE = 0.1
SLACK_MOST = timedelta(hours=12)
CRON_LONGEST = 998
"""Debian's cron refuses longer lines; others cut them (cron: MAX_COMMAND is 1000)."""

_UNIT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
_SPAN = re.compile(r"[0-9A-Za-z .]{1,60}")
_USER = re.compile(r"[a-z_][a-z0-9_-]{0,31}")
_CRON_FIELD = re.compile(r"[0-9A-Za-z*/,-]{1,60}")
_CRON_MOST = (59, 23, 31, 12, 7)
"""The largest number in each field: minute, hour, day of the month, month, day of the week."""
_PLAIN_WORD = re.compile(r"[A-Za-z0-9_./:=@,+-]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def due(
    targets: Iterable[Target], last_success: Mapping[str, datetime], now: datetime, default_interval_hours: float
) -> tuple[Target, ...]:
    """The targets that have a URL without a success within the interval; whole targets, in order.

    A tenth of the interval (at most 12 hours) is forgiven: a weekly timer with a random delay starts now a little
    earlier, now a little later, and must not skip a week because only 167 hours have passed.
    A target is due as a whole, so that what the report says about a vendor comes from one look at it.
    """
    return tuple(t for t in targets if _is_due(t, last_success, now, default_interval_hours))


def _is_due(target: Target, last_success: Mapping[str, datetime], now: datetime, default_hours: float) -> bool:
    hours = default_hours if target.interval_hours is None else target.interval_hours
    interval = timedelta(hours=hours)
    wait = interval - min(interval * SLACK_SHARE, SLACK_MOST)
    for url in target.urls:
        last = last_success.get(url)
        if last is None or now - last >= wait:
            return True
    return False


def systemd_units(
    command: Sequence[str],
    on_calendar: str = "Mon *-*-* 02:30:00",
    *,
    working_directory: str,
    name: str = "noticescan",
    random_delay: str = "30min",
    user: str = "",
) -> dict[str, str]:
    """Service and timer as {file name: text}.

    Args:
        command: Program and arguments; the program as an absolute path.
        on_calendar: As in systemd.time(7); check with `systemd-analyze calendar`.
        working_directory: Absolute; the only folder that the service may write to.
        name: File name of both units.
        random_delay: RandomizedDelaySec, which spares the sites that would all be asked at half past two.
        user: Account for a system unit, with the full sandbox. Empty: a unit for `systemctl --user`, where the
            sandboxing of files does not work everywhere and is left out.

    Raises:
        UsageError: A relative path, an unusable name, or control characters.
    """
    if not _UNIT_NAME.fullmatch(name):
        raise UsageError(f"{name!r} is no name for a unit", "use letters, digits, '-', '_' and '.'")
    if not _SPAN.fullmatch(random_delay):
        raise UsageError(f"{random_delay!r} is no time span", "write something like 30min")
    if user and not _USER.fullmatch(user):
        raise UsageError(f"{user!r} is no user name")
    _refuse_control(on_calendar, "the calendar expression")
    if not on_calendar.strip():
        raise UsageError("the calendar expression is empty", 'write something like "Mon *-*-* 02:30:00"')
    folder = _absolute(working_directory, "the working directory")
    service = [
        "[Unit]",
        "Description=Look at vendors' pages and report what they claim (noticescan)",
        "Documentation=man:systemd.service(5)",
        *(["Wants=network-online.target", "After=network-online.target"] if user else []),
        "",
        "[Service]",
        "Type=oneshot",
        f"ExecStart={_exec(command)}",
        f"WorkingDirectory={folder.replace('%', '%%')}",
        "# 3: new findings, 4: something could not be read. Both are results, not failures of the service.",
        "SuccessExitStatus=3 4",
        "# A stop in the middle loses nothing: the next start goes on from there.",
        "KillSignal=SIGINT",
        "Nice=10",
        "UMask=0077",
        *_hardening(folder, user),
        "",
    ]
    timer = [
        "[Unit]",
        "Description=When to look at vendors' pages (noticescan)",
        "",
        "[Timer]",
        f"OnCalendar={on_calendar.strip()}",
        "# Catches up when the machine was off or asleep.",
        "Persistent=true",
        f"RandomizedDelaySec={random_delay}",
        f"Unit={name}.service",
        "",
        "[Install]",
        "WantedBy=timers.target",
        "",
    ]
    return {f"{name}.service": "\n".join(service), f"{name}.timer": "\n".join(timer)}


def _hardening(folder: str, user: str) -> list[str]:
    """systemd.exec(5). The first lines need no privilege; the rest needs the system's manager."""
    lines = [
        "NoNewPrivileges=true",
        "LockPersonality=true",
        "RestrictRealtime=true",
        "RestrictSUIDSGID=true",
        "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX",
        "SystemCallArchitectures=native",
    ]
    if not user:
        return lines
    return [
        f"User={user}",
        *lines,
        "CapabilityBoundingSet=",
        "PrivateDevices=true",
        "PrivateTmp=true",
        "ProtectSystem=strict",
        "ProtectHome=read-only",
        f"ReadWritePaths={_quoted(folder)}",
        "ProtectClock=true",
        "ProtectControlGroups=true",
        "ProtectHostname=true",
        "ProtectKernelLogs=true",
        "ProtectKernelModules=true",
        "ProtectKernelTunables=true",
        "RestrictNamespaces=true",
    ]


def _exec(command: Sequence[str]) -> str:
    if not command:
        raise UsageError("there is no command to schedule")
    program = _absolute(command[0], "the program")
    for word in command:
        _refuse_control(word, "the command")
    # systemd.service(5): `$` is expanded in arguments and doubled to be kept; in the program's own path it is not.
    return " ".join([_quoted(program), *(_quoted(word).replace("$", "$$") for word in command[1:])])


def _quoted(word: str) -> str:
    """One word of a systemd command line or list: specifiers doubled, C-style escapes within double quotes."""
    if _PLAIN_WORD.fullmatch(word):
        return word
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%") + '"'


def cron_line(command: Sequence[str], when: str = "30 2 * * mon", *, working_directory: str) -> str:
    """One line for `crontab -e`: five fields, then the command in its folder.

    Weekdays are best written by name: some programs count from Monday, cron from Sunday.

    Raises:
        UsageError: Not five fields, a relative path, control characters, or a line longer than cron takes.
    """
    fields = when.split()
    if len(fields) != 5 or not all(map(_is_cron_field, fields, _CRON_MOST)):
        raise UsageError(f"{when!r} is no cron time", 'write five fields, like "30 2 * * mon"')
    if not command:
        raise UsageError("there is no command to schedule")
    _absolute(command[0], "the program")
    folder = _absolute(working_directory, "the working directory")
    for word in command:
        _refuse_control(word, "the command")
    # crontab(5): an unescaped % is a line feed, even within quotes.
    shell = f"cd {shlex.quote(folder)} && {shlex.join(command)}".replace("%", "\\%")
    line = f"{' '.join(fields)} {shell}"
    if len(line.encode()) > CRON_LONGEST:
        raise UsageError(f"the cron line is longer than {CRON_LONGEST} bytes", "put the flags into noticescan.toml")
    return line


def _is_cron_field(field: str, most: int) -> bool:
    # The number after a slash is a step and may be anything.
    numbers = re.findall(r"(?<![/0-9])[0-9]+", field)
    return bool(_CRON_FIELD.fullmatch(field)) and all(int(number) <= most for number in numbers)


def _absolute(path: str, what: str) -> str:
    _refuse_control(path, what)
    if not PurePosixPath(path).is_absolute():
        raise UsageError(f"{what} must be an absolute path: {path!r}")
    return path


def _refuse_control(text: str, what: str) -> None:
    if _CONTROL.search(text):
        raise UsageError(f"{what} holds a line break or another control character: {text!r}")
