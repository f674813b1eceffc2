"""Reads the documentation's console blocks, runs their commands, and compares what they print.

A fence called ``console`` is a session: each ``$ `` line is a command, the lines below it are what
it prints (both streams, in order), up to the next command. ``…`` on a line of its own stands for
any number of lines, at the end of a line for the rest of it. A command without lines below it is
run too, but may print what it likes.

``exit: N`` as a last line says the exit code; without it 0 and 1 are both fine. Commands are words,
not shell, but for ``< FILE`` at the end: ``mmlint …`` runs this checkout, and there is no other.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.docs.fences import fences
from tests.proof.command import environment

ROOT = Path(__file__).parent.parent.parent

_EXIT = re.compile(r"exit: (\d+)")
_ELLIPSIS = "…"


@dataclass
class Step:
    """A command, and the lines that the document shows below it. ``line``: its own, from 1."""

    page: str
    line: int
    command: str
    shown: list[str] = field(default_factory=list)
    code: int | None = None

    @property
    def id(self) -> str:
        """Where it stands, and what it is."""
        return f"{self.page}:{self.line} {self.command}"


def steps(path: Path) -> list[Step]:
    """Return the commands of every session in the Markdown file at ``path``, in order."""
    return list(parse(path.read_text("utf-8"), path.relative_to(ROOT).as_posix()))


def parse(text: str, page: str) -> Iterator[Step]:
    """Yield the commands of the Markdown ``text``; ``page`` says where they are from."""
    for fence in fences(text):
        if fence.info != "console":
            continue
        step: Step | None = None
        for number, line in enumerate(fence.body.splitlines(), start=fence.line + 1):
            if line.startswith("$ "):
                if step is not None:
                    yield step
                step = Step(page, number, line[2:])
            elif step is not None:
                _add(step, line)
        if step is not None:
            yield step


def _add(step: Step, line: str) -> None:
    found = _EXIT.fullmatch(line)
    if found:
        step.code = int(found[1])
    else:
        step.shown.append(line)


def run(step: Step, cwd: Path = ROOT) -> tuple[int, str]:
    """Run the command in ``cwd``; return its exit code and all it printed."""
    program, *arguments = shlex.split(step.command)
    if program != "mmlint":
        raise ValueError(f"{step.id}: only mmlint can be run")
    given: bytes | None = None
    if arguments[-2:-1] == ["<"]:
        given = (cwd / arguments[-1]).read_bytes()
        arguments = arguments[:-2]
    kept = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "TMPDIR")}
    done = subprocess.run(
        [sys.executable, "-m", "mmlint", *arguments],
        cwd=cwd,
        env={
            **kept,
            "XDG_CACHE_HOME": environment()["XDG_CACHE_HOME"],
            "PYTHONPATH": str(ROOT),
            "NO_COLOR": "1",
            "PYTHONUTF8": "1",
            "COLUMNS": "80",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        input=given,
        check=False,
        timeout=120,
    )
    return done.returncode, done.stdout.decode()


def matches(shown: list[str], printed: str) -> bool:
    """Whether what a command ``printed`` is what the document has ``shown``."""
    parts = [_line(line) for line in shown]
    lines = "".join(line.rstrip() + "\n" for line in printed.strip("\n").splitlines())
    return re.fullmatch("".join(parts), lines) is not None


def _line(line: str) -> str:
    line = line.rstrip()
    if line == _ELLIPSIS:
        return r"(?:.*\n)*?"
    if line.endswith(_ELLIPSIS):
        return re.escape(line[:-1]) + ".*\n"
    return re.escape(line) + "\n"
