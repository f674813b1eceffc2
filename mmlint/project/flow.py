"""Follows the paths of a function: which sends reach an exit without a flush, which flushes nobody
awaits.

An abstract interpreter over the small language. It runs a set of states, one per kind of path
that can lead here, through every statement. A state knows the sends that are still queued, the
promises that are stored and not yet awaited, and what the path has assumed about conditions
(so that ``if (x) track(); … if (x) await flush();`` is one path, not four). Calls of project
functions are answered by their summaries, computed to a fixpoint over call cycles. Implicit
exceptions make no path; an explicit ``throw`` does.
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

from mmlint.model import syntax as s
from mmlint.model.walk import values
from mmlint.project.callee import is_flush
from mmlint.project.entity import Parameter, ProjectFunction
from mmlint.project.http import request, speaks_http
from mmlint.project.paths import Paths, TooLong
from mmlint.project.program import Program, constructor
from mmlint.project.requests import must_be_awaited
from mmlint.project.state import Delivery, Exit, Spot, Summary
from mmlint.project.unit import Unit

__all__ = ["Delivery", "Exit", "Flow", "Spot", "Summary"]

MAX_ROUNDS = 4
"""Turns in which the summary of a recursive function may settle."""


class Mentions(NamedTuple):
    """What a function may do, by the names in it and in what it reaches."""

    flushes: bool = False
    requests: bool = False


class Flow:
    """Deliveries of all functions of a program, computed on demand and memoised."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.origins: dict[Spot, Spot] = {}
        self._done: dict[ProjectFunction, Summary] = {}
        self._assumed: dict[ProjectFunction, Summary] = {}
        self._hit: set[ProjectFunction] = set()
        self._mentions: dict[ProjectFunction, Mentions] = {}
        self._named: dict[ProjectFunction, tuple[Mentions, list[ProjectFunction]]] = {}
        self._calls_back: dict[ProjectFunction, bool] = {}
        self.given_up: set[tuple[str, int]] = set()

    def delivery(self, unit: Unit, index: int) -> Delivery:
        """Follow every path of function ``index`` of ``unit``."""
        try:
            return Paths(self, unit, index).delivery()
        except (TooLong, RecursionError):
            self.given_up.add((unit.path, index))
            return Delivery()

    @cached_property
    def requests(self) -> dict[Spot, bool]:
        """Every plain request of the program, and whether it gives a promise to wait for."""
        return {
            Spot(one.unit, one.call.start, one.call.end): must_be_awaited(one)
            for one in self.program.calls
            if request(self.program, one) is not None
        }

    def summary(self, function: ProjectFunction) -> Summary:
        """Return what a call of ``function`` does; cycles start from the friendliest assumption."""
        if function in self._done:
            return self._done[function]
        if function in self._assumed:
            self._hit.add(function)
            return self._assumed[function]
        found = Summary(flushes="always")
        for _ in range(MAX_ROUNDS):
            self._assumed[function] = found
            before, found = found, self._summarise(function)
            recursive = function in self._hit
            self._hit.discard(function)
            if not recursive or found == before:
                break
        del self._assumed[function]
        if not self._hit:
            self._done[function] = found
        return found

    def _summarise(self, function: ProjectFunction) -> Summary:
        try:
            return Paths(self, function.unit, function.index).summary()
        except (TooLong, RecursionError):
            self.given_up.add((function.unit.path, function.index))
            return Summary(flushes="always")  # unknown is silent

    def calls_back(self, callee: ProjectFunction) -> bool:
        """Whether the function calls a parameter of its own (or a function inside it does)."""
        if callee not in self._calls_back:
            self._calls_back[callee] = any(
                isinstance(found, Parameter) and not found.path and found.function == callee.index
                for index in callee.unit.family(callee.index)
                for _, value in values(callee.unit.module.functions[index].body)
                if isinstance(value, s.Call)
                for found in [self.program.resolve(callee.unit, value.callee)]
            )
        return self._calls_back[callee]

    def origin(self, spot: Spot, *, within: Unit | None = None) -> Spot:
        """Follow the call of a helper to the send inside it, as long as that stays ``within``."""
        seen = {spot}
        while (inner := self.origins.get(spot)) is not None and inner not in seen:
            if within is not None and inner.unit is not within:
                break
            spot = inner
            seen.add(spot)
        return spot

    def mentions_flush(self, function: ProjectFunction) -> bool:
        """Whether ``function``, a function inside it, or one they reach may flush at all."""
        return self._mentions_any(function).flushes

    def mentions_request(self, function: ProjectFunction) -> bool:
        """Whether ``function``, a function inside it, or one they reach may make a plain request
        to Millimetric."""
        return self._mentions_any(function).requests

    def _mentions_any(self, function: ProjectFunction) -> Mentions:
        if function not in self._mentions:
            found = Mentions()
            seen = {function}
            queue = [function]
            while queue and found != Mentions(True, True):
                own, reached = self._own(queue.pop())
                found = Mentions(found.flushes or own.flushes, found.requests or own.requests)
                queue += [one for one in reached if one not in seen]
                seen.update(reached)
            self._mentions[function] = found
        return self._mentions[function]

    def _own(self, function: ProjectFunction) -> tuple[Mentions, list[ProjectFunction]]:
        """What it names itself, and which project functions it names."""
        if function not in self._named:
            flushes, requests, reached, unit = False, False, [], function.unit
            for index in unit.family(function.index):
                for _, value in values(unit.module.functions[index].body):
                    if not isinstance(value, s.Call | s.Name | s.Member):
                        continue
                    target = value.callee if isinstance(value, s.Call) else value
                    found = constructor(self.program.resolve(unit, target))
                    flushes = flushes or is_flush(found)
                    requests = requests or speaks_http(found)
                    if isinstance(found, ProjectFunction):
                        reached.append(found)
            self._named[function] = (Mentions(flushes, requests), reached)
        return self._named[function]
