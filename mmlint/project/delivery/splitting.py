"""What the tests of one function split, and how its states are kept few."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from functools import cached_property

from mmlint.model import syntax as s
from mmlint.project.delivery.conditions import atom, last_tests, tested
from mmlint.project.delivery.state import (
    MAX_STATES,
    Condition,
    States,
    assume,
    havoc,
    join,
    rejoin,
    widen,
)
from mmlint.project.semantic.unit import Unit


class Splitting:
    """Splits and joins the states of function ``index``. ``stop`` is called where there are too
    many, so that some of what they know is given up."""

    def __init__(self, unit: Unit, index: int, stop: Callable[[], None]) -> None:
        self.unit = unit
        self.index = index
        self._stop = stop

    def split(self, test: s.Value, states: States) -> tuple[States, States]:
        """Return the states in which a test without ``!``, ``&&`` and ``||`` may hold, and those
        in which it may not."""
        found = atom(test)
        if found is None:
            return states, states
        condition, holds = found
        live = self.is_live(condition, test.end)
        return (
            assume(states, condition, holds, live=live),
            assume(states, condition, not holds, live=live),
        )

    def behind(self, test: s.Value, states: States) -> States:
        """Join what a test has split, behind the branches it decided."""
        if len(states) < 2:
            return states
        return self.widen(rejoin(states, reversed([*tested(test)])), test.end)

    def widen(self, states: States, position: int) -> States:
        """Join states, and widen them if they are still too many at the byte ``position``."""
        states = join(states)
        if len(states) > MAX_STATES:
            states = havoc(states, lambda one: not self.is_live(one, position))
        if len(states) > MAX_STATES:
            self._stop()
            states = widen(states, self._last_tests)
        return states

    def without_dead(self, states: States, start: int, end: int) -> States:
        """Forget the conditions whose last test lies between two bytes."""
        if not self._deaths or bisect_right(self._deaths, start) == bisect_right(self._deaths, end):
            return states
        return havoc(states, lambda one: not self.is_live(one, end))

    def is_live(self, condition: Condition, position: int) -> bool:
        """Whether a condition is tested again behind a byte."""
        return self._last_tests.get(condition, 0) > position

    @cached_property
    def _last_tests(self) -> dict[Condition, int]:
        return last_tests(self.unit, self.index)

    @cached_property
    def _deaths(self) -> list[int]:
        return sorted(self._last_tests.values())
