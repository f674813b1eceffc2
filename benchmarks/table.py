"""What was measured, kept as it is found, and written into the README's table."""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

_NUMBER = re.compile(r"(\d+(?:\.\d+)?) (?:×|MiB)")
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


@dataclass(frozen=True)
class Outcome:
    """A measured row, ready to print. ``ours``, ``theirs``: typical seconds, or MiB."""

    what: str
    against: str
    ours: str
    theirs: str
    value: str
    aim: str
    holds: bool

    def __str__(self) -> str:
        verdict = "holds" if self.holds else "MISSED"
        times = " : ".join(part for part in (self.ours, self.theirs) if part)
        return f"{verdict:6}  {self.value:>10} (target {self.aim})  {self.what}  [{times}]"


@dataclass
class Results:
    """All of a run, by name of the group. ``commit``: what was measured. ``finished``: a run that
    is not goes on where it stopped."""

    commit: str
    date: str
    versions: list[str] = field(default_factory=list)
    outcomes: dict[str, list[Outcome]] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=dict)
    finished: bool = False

    def keep(self, file: Path) -> None:
        """Write what ``load`` reads."""
        file.write_text(json.dumps(asdict(self), indent=1, ensure_ascii=False), "utf-8")

    @classmethod
    def load(cls, file: Path) -> Results | None:
        """Return what was kept, None where there is nothing usable."""
        try:
            kept: dict[str, Any] = json.loads(file.read_text("utf-8"))
            kept["outcomes"] = {
                name: [Outcome(**one) for one in rows] for name, rows in kept["outcomes"].items()
            }
            return cls(**kept)
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def markdown(self) -> str:
        """Return the table, and what must be known to read it."""
        lines = [
            f"Measured {self.date} at commit {self.commit}, on {', '.join(self.versions)}.",
            "",
            "| what | against | mmlint | the other | ratio | target | |",
            "|---|---|--:|--:|--:|--:|---|",
        ]
        lines += [_line(one) for rows in self.outcomes.values() for one in rows]
        notes = [note for some in self.notes.values() for note in some]
        return "\n".join([*lines, "", *(f"- {note}" for note in notes)]) + "\n"


def _line(one: Outcome) -> str:
    cells = (one.what, one.against, one.ours, one.theirs, one.value, one.aim)
    return f"| {' | '.join(cells)} | {'✓' if one.holds else 'missed'} |"


def published(text: str) -> dict[str, float]:
    """Return the ratios (or MiB) in the table of ``text``, by what was measured."""
    rows = (line.split(" | ") for line in text.splitlines() if line.startswith("| "))
    found = ((row[0][2:], _NUMBER.match(row[4])) for row in rows if len(row) == 7)
    return {what: float(match[1]) for what, match in found if match is not None}


def written_into(text: str, measured: str) -> str:
    """Return ``text`` with ``measured`` between its two marks. Raises ValueError without them."""
    before, begun, rest = text.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not (begun and ended):
        raise ValueError(f"the text needs the lines {BEGIN} and {END}")
    return f"{before}{BEGIN}\n{measured}{END}{after}"


def machine(tools: Iterable[str]) -> list[str]:
    """Return what the numbers depend on: processor, system, interpreter and ``tools``."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    system = f"{platform.system()} {platform.machine()}"
    return [f"{cores} cores ({system})", f"Python {platform.python_version()}", *tools]
