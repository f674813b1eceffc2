"""The line of progress: on a terminal that somebody watches, past a second, and gone at the end."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mmlint.app import Request, progress, run
from mmlint.app.progress import Progress
from mmlint.cli import has_colors
from tests.proof.command import write

ROUTE = 'import { track } from "@millimetric/track-node";\ntrack({ event: "x", anonymous_id });\n'

Watch = Callable[[], str]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def calm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("TERM", "xterm")


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, which stands still unless a test moves it."""
    time = [100.0]
    monkeypatch.setattr(progress, "perf_counter", lambda: time[0])
    return time


def test_a_short_run_says_nothing(now: list[float]) -> None:
    terminal = Terminal()
    shown = Progress(terminal)
    now[0] += 0.99
    shown.read(5)
    shown.close()
    assert terminal.getvalue() == ""


def test_a_pipe_is_told_nothing(now: list[float]) -> None:
    pipe = io.StringIO()
    shown = Progress(pipe)
    now[0] += 60
    shown.read(5)
    shown.close()
    assert pipe.getvalue() == ""


@pytest.mark.parametrize(("name", "value"), [("CI", "true"), ("TERM", "dumb")])
def test_nobody_watches_a_ci_or_a_dumb_terminal(
    name: str, value: str, now: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    terminal = Terminal()
    shown = Progress(terminal)
    now[0] += 60
    shown.read(5)
    assert terminal.getvalue() == ""


def test_a_long_run_says_how_far_it_is_and_leaves_nothing(now: list[float]) -> None:
    terminal = Terminal()
    shown = Progress(terminal)
    shown.read(1000)
    now[0] += 2
    shown.parsed(234)
    shown.read(1)  # too soon after
    now[0] += 2
    shown.read(1)
    shown.close()
    shown.read(1)
    first, second, blank = (one for one in terminal.getvalue().split("\r") if one)
    assert first.rstrip() == "mmlint: 1,000 files read, 234 parsed, 617 a second"
    assert second.rstrip() == "mmlint: 1,002 files read, 234 parsed, 309 a second"
    assert blank == " " * len(first)
    assert terminal.getvalue().endswith("\r")


def test_a_terminal_that_goes_away_does_not_end_the_run(now: list[float]) -> None:
    class Gone(Terminal):
        def write(self, text: str) -> int:
            raise OSError(5, "Input/output error")

    shown = Progress(Gone())
    now[0] += 2
    shown.read(1)
    shown.read(1)
    shown.close()


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
@pytest.mark.parametrize("silent", [0.0, 1000.0])
def test_a_run_on_a_terminal(
    silent: float,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    import pty

    write(tmp_path, {f"{index}.js": ROUTE.replace("x", str(index)) for index in range(3)})
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(progress, "_SILENT", silent)
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "rb", 0) as screen, os.fdopen(theirs, "w") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        run(Request(format="concise"))
        terminal.write("end")
        terminal.flush()
        seen = b""
        while not seen.endswith(b"end"):
            seen += screen.read(1000)
    shown, _, rest = seen.decode().rpartition("\r")
    assert ("files and folders looked at" in shown) == (silent == 0.0)
    assert rest == "end"
    assert " a second" not in capfd.readouterr().out


@pytest.mark.parametrize(
    ("wish", "variables", "colors"),
    [
        ("auto", {"TERM": "dumb"}, False),
        ("auto", {"TERM": "dumb", "FORCE_COLOR": "1"}, True),
        ("auto", {"NO_COLOR": "1"}, False),
        ("always", {"TERM": "dumb"}, True),
        ("auto", {}, True),
    ],
)
def test_a_dumb_terminal_has_no_colors(
    wish: str, variables: dict[str, str], colors: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert has_colors(wish, Terminal()) is colors


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
@pytest.mark.parametrize("columns", [40, 90])
def test_excerpts_fit_the_terminal_that_the_report_goes_to(
    columns: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl
    import pty
    import struct
    import termios

    route = (
        'import { track } from "@millimetric/track-node";\n'
        + "a();" * 9
        + ' track({ event: "X" });'
    )
    write(tmp_path, {"a.js": route + " b();" * 40})
    monkeypatch.chdir(tmp_path)
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    with os.fdopen(ours, "rb", 0) as screen, os.fdopen(theirs, "w") as terminal:
        monkeypatch.setattr(sys, "stdout", terminal)
        run(Request(select=("MM605",)))
        terminal.write("end")
        terminal.flush()
        seen = b""
        while not seen.endswith(b"end"):
            seen += screen.read(1000)
    source = [line for line in seen.decode().splitlines() if " | " in line]
    assert len(source) == 2
    assert columns - 2 <= max(map(len, source)) <= columns
