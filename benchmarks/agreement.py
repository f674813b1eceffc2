"""Whether the tools find the same mistakes at the same places: missing them is easily fast."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.senders import Planted

_THROUGH = "/api/v2/"
"""Where the routes lie that get the SDK through another file of their app."""


@dataclass(frozen=True)
class Agreement:
    """What one tool found of what it has rules for. ``missed``, ``extra``: code to number."""

    tool: str
    expected: int
    missed: dict[str, int]
    missed_through: int
    extra: dict[str, int]

    @property
    def agrees(self) -> bool:
        return not self.missed and not self.extra

    def __str__(self) -> str:
        found = self.expected - sum(self.missed.values())
        parts = [f"{self.tool} finds {found} of the {self.expected} it has rules for"]
        if self.missed:
            through = f", {self.missed_through} of them where the SDK comes through another file"
            parts.append(f"misses {_counted(self.missed)}{through if self.missed_through else ''}")
        parts.append(f"reports {_counted(self.extra) or 'nothing'} that was not planted")
        return "; ".join(parts)


def compare(tool: str, expected: Iterable[Planted], found: Iterable[Planted]) -> Agreement:
    """Return how ``found`` differs from ``expected``."""
    expected, found = set(expected), set(found)
    missed = expected - found
    return Agreement(
        tool,
        len(expected),
        _by_code(missed),
        sum(_THROUGH in one.path for one in missed),
        _by_code(found - expected),
    )


def _by_code(places: Iterable[Planted]) -> dict[str, int]:
    return dict(sorted(Counter(one.code for one in places).items()))


def _counted(codes: dict[str, int]) -> str:
    return ", ".join(f"{number} × {code}" for code, number in codes.items())
