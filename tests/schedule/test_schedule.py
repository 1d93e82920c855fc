"""When a target is due, and units and lines that the real schedulers take."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cronsim import CronSim
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.errors import UsageError
from scanner.model import Target
from scanner.schedule import cron_line, due, systemd_units

NOW = datetime(2026, 3, 9, 2, 30, tzinfo=UTC)
URL, OTHER = "http://a.test/", "http://b.test/"
ODD = ["/opt/my app/bin/noticescan", "run", "100%", 'say "hi"', "$HOME", "a\\b", "it's", ";", "数据", ""]

needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze here")


def ago(hours: float) -> dict[str, datetime]:
    return {URL: NOW - timedelta(hours=hours)}


@pytest.mark.parametrize(
    ("hours", "interval", "expected"),
    [
        (None, None, True),
        (168, None, True),
        (167.6, None, True),  # last week's timer fired half an hour later than today's
        (150, None, False),
        (25, 24.0, True),
        (23, 24.0, True),
        (20, 24.0, False),
        (0, 0.0, True),
    ],
)
def test_due(hours: float | None, interval: float | None, expected: bool) -> None:
    target = Target("示例", (URL,), interval_hours=interval)
    assert (due([target], {} if hours is None else ago(hours), NOW, 168) == (target,)) is expected


def test_one_url_that_never_answered_makes_the_target_due() -> None:
    target = Target("示例", (URL, OTHER))
    assert due([target], ago(1), NOW, 168) == (target,)


def run(command: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, capture_output=True, text=True, timeout=30, check=False, env=os.environ | environment
    )


@needs_systemd
@pytest.mark.parametrize("user", ["", "daemon"])
def test_units_pass_the_real_check(tmp_path: Path, user: str) -> None:
    program = tmp_path / "my app" / "notice%scan"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    folder = str(tmp_path / "out 100% 证据")
    units = systemd_units([str(program), *ODD[1:]], working_directory=folder, name="noticescan-test", user=user)
    assert sorted(units) == ["noticescan-test.service", "noticescan-test.timer"]
    for name, text in units.items():
        (tmp_path / name).write_text(text)
    files = [str(tmp_path / name) for name in units]
    manager = ["--user"] if not user else []
    done = run(["systemd-analyze", "verify", "--man=no", *manager, *files], XDG_RUNTIME_DIR=str(tmp_path))
    complaints = [line for line in done.stderr.splitlines() if "noticescan-test" in line or str(tmp_path) in line]
    assert (complaints, done.returncode) == ([], 0), done.stderr


@needs_systemd
@pytest.mark.parametrize("when", ["Mon *-*-* 02:30:00", "Mon *-*-* 02:30 Asia/Shanghai"])
def test_calendar(when: str) -> None:
    text = systemd_units(["/bin/true"], when, working_directory="/srv")["noticescan.timer"]
    [line] = [line for line in text.splitlines() if line.startswith("OnCalendar=")]
    assert run(["systemd-analyze", "calendar", line.removeprefix("OnCalendar=")]).returncode == 0


def test_units_say_what_a_timer_must_know() -> None:
    units = systemd_units(ODD, working_directory="/srv/out", user="watch")
    service, timer = units["noticescan.service"], units["noticescan.timer"]
    assert 'ExecStart="/opt/my app/bin/noticescan" run "100%%" "say \\"hi\\"" "$$HOME" "a\\\\b" "it\'s" ";"' in service
    for line in ("SuccessExitStatus=3 4", "User=watch", "ReadWritePaths=/srv/out", "NoNewPrivileges=true"):
        assert line in service.splitlines()
    for line in ("Persistent=true", "RandomizedDelaySec=30min", "WantedBy=timers.target"):
        assert line in timer.splitlines()


@pytest.mark.parametrize(
    "arguments",
    [
        {"command": ["noticescan"], "working_directory": "/srv"},
        {"command": [], "working_directory": "/srv"},
        {"command": ["/bin/a", "x\nExecStart=/bin/evil"], "working_directory": "/srv"},
        {"command": ["/bin/a"], "working_directory": "srv"},
        {"command": ["/bin/a"], "working_directory": "/srv\nUser=root"},
        {"command": ["/bin/a"], "working_directory": "/srv", "on_calendar": "daily\nx=1"},
        {"command": ["/bin/a"], "working_directory": "/srv", "on_calendar": " "},
        {"command": ["/bin/a"], "working_directory": "/srv", "name": "../x"},
        {"command": ["/bin/a"], "working_directory": "/srv", "random_delay": "1\n2"},
        {"command": ["/bin/a"], "working_directory": "/srv", "user": "a b"},
    ],
)
def test_units_refuse_what_would_break_them(arguments: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        systemd_units(**arguments)  # type: ignore[arg-type]


def test_cron_fires_on_monday() -> None:
    line = cron_line(["/usr/bin/noticescan", "run"], working_directory="/srv/out")
    assert line == "30 2 * * mon cd /srv/out && /usr/bin/noticescan run"
    following = next(CronSim(" ".join(line.split()[:5]), datetime(2026, 3, 7, 12, 0)))
    assert following == datetime(2026, 3, 9, 2, 30)


words = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=12)


@given(st.lists(words, max_size=4), words)
@settings(max_examples=25, deadline=None)
def test_the_shell_gets_the_words_back(arguments: list[str], folder: str) -> None:
    line = cron_line(["/bin/echo", *arguments], working_directory="/" + folder)
    command = line.split(" ", 5)[5]
    assert "%" not in command.replace("\\%", "")
    # What cron does: `\%` becomes `%`; the `cd` is left out, the folder need not exist.
    shell = command.replace("\\%", "%").partition(" && /bin/echo")[2]
    out = subprocess.run(["/bin/sh", "-c", f"printf '%s\\0' {shell}"], capture_output=True, timeout=10, check=True)
    expected = "".join(word + "\0" for word in arguments) or "\0"
    assert out.stdout.decode() == expected


@pytest.mark.parametrize(
    ("command", "when", "folder"),
    [
        (["/bin/a"], "30 2 * *", "/srv"),
        (["/bin/a"], "30 2 * * mon\n* * * * *", "/srv"),
        (["/bin/a"], "30 2 * * $(x)", "/srv"),
        (["a"], "30 2 * * mon", "/srv"),
        ([], "30 2 * * mon", "/srv"),
        (["/bin/a"], "30 2 * * mon", "srv"),
        (["/bin/a", "x" * 1000], "30 2 * * mon", "/srv"),
        (["/bin/a", "x\ny"], "30 2 * * mon", "/srv"),
    ],
)
def test_cron_refuses_what_would_break_the_table(command: list[str], when: str, folder: str) -> None:
    with pytest.raises(UsageError):
        cron_line(command, when, working_directory=folder)


@pytest.mark.parametrize("when", ["60 2 * * 1", "0 24 * * *", "0 0 32 * *", "0 0 * 13 *", "0 0 * * 8", "0-99 * * * *"])
def test_a_cron_number_out_of_range_is_refused(when: str) -> None:
    with pytest.raises(UsageError, match="no cron time"):
        cron_line(["/bin/echo"], when, working_directory="/")
    assert cron_line(["/bin/echo"], "*/90 0-23/5 1,31 12 7", working_directory="/")
