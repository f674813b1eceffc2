"""Runs commands in turns and says how long each took, in seconds, and how much memory one needed.

A shared machine is never quiet, so only ratios within one round count: whatever slows a round down
slows both sides of it.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

LIMIT = 600
"""Seconds that a single command may take."""


class Failed(Exception):
    """A command that could not be measured; the message says which, and what it said last."""


@dataclass(frozen=True)
class Command:
    """``prepare``: what is done before each run, not measured. ``fine``: the exit codes of success.
    ``output``: the file that gets what it prints; without it, nobody reads that."""

    argv: tuple[str, ...]
    cwd: Path
    environment: Mapping[str, str]
    prepare: Callable[[], None] | None = None
    fine: tuple[int, ...] = (0, 1)
    output: Path | None = None


@dataclass
class Rounds:
    """What was measured. ``seconds``: by label, one number for each round."""

    seconds: dict[str, list[float]] = field(default_factory=dict)

    def ratio(self, one: str, other: str) -> float:
        """Return the median over the rounds of ``one`` by ``other``."""
        pairs = zip(self.seconds[one], self.seconds[other], strict=True)
        return median(mine / theirs for mine, theirs in pairs)

    def typical(self, label: str) -> float:
        """Return the median of the seconds of ``label``."""
        return median(self.seconds[label])


def in_turns(
    commands: Mapping[str, Command], *, rounds: int, budget: float, warm_up: bool
) -> Rounds:
    """Run all ``commands`` in each of up to ``rounds`` rounds.

    After ``budget`` seconds no further round begins; one is measured in any case. ``warm_up``: a
    first round is not counted. Raises Failed.
    """
    if warm_up:
        for label, command in commands.items():
            _seconds(label, command)
    measured = Rounds({label: [] for label in commands})
    began = time.perf_counter()
    for _ in range(rounds):
        for label, command in commands.items():
            measured.seconds[label].append(_seconds(label, command))
        if time.perf_counter() - began > budget:
            break
    return measured


def _seconds(label: str, command: Command) -> float:
    if command.prepare:
        command.prepare()
    with open(command.output or os.devnull, "wb") as output:
        began = time.perf_counter()
        try:
            done = subprocess.run(
                command.argv,
                cwd=command.cwd,
                env=command.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.PIPE,
                timeout=LIMIT,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise Failed(f"{label} took more than {LIMIT} seconds") from None
        took = time.perf_counter() - began
    if done.returncode not in command.fine:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()[-3:]
        raise Failed(f"{label} ended with {done.returncode}: {' / '.join(said)}")
    return took


def peak(label: str, command: Command) -> float:
    """Return the most memory, in MiB, that the command's own process needed; its workers' is not
    counted where the system tells them apart (Linux). Raises Failed."""
    if command.prepare:
        command.prepare()
    with open(command.output or os.devnull, "wb") as output:
        running = subprocess.Popen(
            command.argv,
            cwd=command.cwd,
            env=command.environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.DEVNULL,
        )
    own = 0.0
    while True:
        pid, status, usage = os.wait4(running.pid, os.WNOHANG)
        if pid:
            break
        own = max(own, _high_water(running.pid))
        time.sleep(0.003)
    running.returncode = os.waitstatus_to_exitcode(status)
    if running.returncode not in command.fine:
        raise Failed(f"{label} ended with {running.returncode}")
    unit = 1 if os.uname().sysname == "Darwin" else 1024  # of ru_maxrss, see getrusage(2)
    return own or usage.ru_maxrss * unit / 1024**2


def _high_water(pid: int) -> float:
    """MiB so far, 0 where the system does not say. It only grows: the last reading is the peak."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)
