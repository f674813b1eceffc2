"""How far a run looks, and where it did not look further: every limit that was hit, counted."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from typing import Literal as Choices

import msgspec

Limit = Choices[
    "imports",
    "origins",
    "names",
    "steps",
    "wrappers",
    "chains",
    "paths",
    "states",
    "turns",
    "recursion",
    "callbacks",
    "keys",
]

WORDS: Mapping[Limit, tuple[str, str]] = {
    "imports": (
        "file too many imports away from the SDK",
        "files too many imports away from the SDK",
    ),
    "origins": (
        "file, too far away, that a name comes from",
        "files, too far away, that names come from",
    ),
    "names": ("expression behind too many names", "expressions behind too many names"),
    "steps": (
        "expression that leads to too many others",
        "expressions that lead to too many others",
    ),
    "wrappers": ("call behind too many wrappers", "calls behind too many wrappers"),
    "chains": (
        "call reached through too many chains of wrappers",
        "calls reached through too many chains of wrappers",
    ),
    "paths": ("function with too many paths", "functions with too many paths"),
    "states": ("function with too much to remember", "functions with too much to remember"),
    "turns": (
        "loop that takes too many turns to settle",
        "loops that take too many turns to settle",
    ),
    "recursion": (
        "function that is called again too often to settle",
        "functions that call each other too often to settle",
    ),
    "callbacks": ("callback inside too many others", "callbacks inside too many others"),
    "keys": ("event with too many or too deep keys", "events with too many or too deep keys"),
}
"""Limit to what was not followed to its end: behind the number one, and behind any other."""


class Limits:
    """Notes the places where a limit ended the search; one place counts once for each limit."""

    def __init__(self) -> None:
        self._places: dict[Limit, set[Hashable]] = {}

    def hit(self, limit: Limit, place: Hashable) -> None:
        self._places.setdefault(limit, set()).add(place)

    def was_hit(self, limit: Limit, place: Hashable) -> bool:
        return place in self._places.get(limit, ())

    def places(self, limit: Limit) -> Collection[Hashable]:
        """Return the places where ``limit`` was hit, in no order."""
        return self._places.get(limit, ())

    def counts(self) -> dict[str, int]:
        """Return the limits that were hit, each with its number of places, in a fixed order."""
        return {one: len(self._places[one]) for one in WORDS if one in self._places}


class Question(msgspec.Struct):
    """An expression that is asked about: its file, the number of its program in there, and
    its bytes. ``steps``: those looked at so far for its sake. ``stopped``: a limit ended that."""

    path: str
    number: int
    start: int
    end: int
    steps: int = 0
    stopped: bool = False

    @property
    def place(self) -> tuple[str, int, int, int]:
        return self.path, self.number, self.start, self.end


def sentence(counts: Mapping[str, int]) -> str:
    """Return what ``counts`` say of a run, without a full stop; empty where no limit was hit."""
    parts = [
        f"{counts[limit]} {words[counts[limit] != 1]}"
        for limit, words in WORDS.items()
        if counts.get(limit)
    ]
    return f"Not followed to the end: {', '.join(parts)}" if parts else ""
