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

from mmlint.model import syntax as s
from mmlint.model.limits import Limit
from mmlint.project.calling import Calling, Functions, calling
from mmlint.project.covering import Wrapping
from mmlint.project.entity import Parameter, ProjectFunction
from mmlint.project.http import requests
from mmlint.project.mentioning import Mentioning
from mmlint.project.paths import Paths, TooLong
from mmlint.project.program import Program
from mmlint.project.requests import must_be_awaited
from mmlint.project.state import Delivery, Exit, Spot, Summary
from mmlint.project.unit import Unit
from mmlint.project.wrapping import Coverage, Wrapper

__all__ = ["Delivery", "Exit", "Flow", "Spot", "Summary"]

MAX_ROUNDS = 4
"""Turns in which the summary of a recursive function may settle."""


class Flow:
    """Deliveries of all functions of a program, computed on demand and memoised."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.origins: dict[Spot, Spot] = {}
        self.ended_by: dict[Spot, frozenset[Spot]] = {}
        self._done: dict[ProjectFunction, Summary] = {}
        self._assumed: dict[ProjectFunction, Summary] = {}
        self._hit: set[ProjectFunction] = set()
        self._calls_back: dict[ProjectFunction, bool] = {}

    def delivery(self, unit: Unit, index: int) -> Delivery:
        """Follow every path of function ``index`` of ``unit``, where one may leave something."""
        if not self.calling.leaves_anything(unit, index):
            return Delivery()
        try:
            return Paths(self, unit, index).delivery()
        except (TooLong, RecursionError):
            self._gives_up(unit, index)
            return Delivery()

    def stop(self, limit: Limit, unit: Unit, place: int) -> None:
        """Note that a limit ended the way of a function (or of what starts at ``place``)."""
        self.program.limits.hit(limit, (unit.path, unit.number, place))

    def _gives_up(self, unit: Unit, index: int) -> None:
        self.stop("paths", unit, index)

    @cached_property
    def requests(self) -> dict[Spot, bool]:
        """Every plain request of the program, and whether it gives a promise to wait for."""
        return {
            Spot(one.unit, one.call.start, one.call.end): must_be_awaited(one)
            for one, _ in requests(self.program)
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
        else:
            self.stop("recursion", function.unit, function.index)
        del self._assumed[function]
        if not self._hit:
            self._done[function] = found
        return found

    def _summarise(self, function: ProjectFunction) -> Summary:
        try:
            return Paths(self, function.unit, function.index).summary()
        except (TooLong, RecursionError):
            self._gives_up(function.unit, function.index)
            return Summary(flushes="always")  # unknown is silent

    @cached_property
    def _wrapping(self) -> Wrapping:
        return Wrapping(self)

    def covering(self, wrapper: Wrapper, is_async: bool) -> Coverage:
        """Return whether ``wrapper`` flushes what a function queues that it is handed; whether that
        function is asynchronous decides which of its ways the wrapper takes."""
        return self._wrapping.coverage(wrapper, is_async)

    def calls_back(self, callee: ProjectFunction) -> bool:
        """Whether the function calls a parameter of its own (or a function inside it does)."""
        if callee not in self._calls_back:
            self._calls_back[callee] = any(
                isinstance(found, Parameter) and not found.path and found.function == callee.index
                for index in callee.unit.family(callee.index)
                for value in callee.unit.values(index)
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

    def endings(self, spot: Spot) -> list[Spot]:
        """Return where the process ends if it ends in the call at ``spot``, in source order: the
        call itself, or the places inside the function that it calls."""
        inner = self.ended_by.get(spot)
        return sorted(inner, key=lambda one: (one.unit.path, one.start)) if inner else [spot]

    def may_leave_send(self, function: ProjectFunction) -> bool:
        """Whether a call in ``function``, or in one inside it, may leave an event queued."""
        return function.index in self.calling.sends.get(function.unit, ())

    def leaving_flush(self, unit: Unit) -> list[ProjectFunction]:
        """Return the functions of ``unit``, in order, in which (or in one inside them) a call may
        leave a flush that nobody waits for."""
        found = _functions(self.calling.flushes, unit)
        return [one for one in found if self.mentions_flush(one)]

    def leaving_request(self, unit: Unit) -> list[ProjectFunction]:
        """Return the same for plain requests."""
        found = _functions(self.calling.requests, unit)
        return [one for one in found if self.mentions_request(one)]

    @cached_property
    def calling(self) -> Calling:
        """Which functions hold a call that may leave something behind."""
        return calling(self.program)

    def mentions_send(self, function: ProjectFunction) -> bool:
        """Whether ``function``, a function inside it, or one they reach may queue an event."""
        return self._mentioning.sends(function)

    def mentions_flush(self, function: ProjectFunction) -> bool:
        """Whether ``function``, a function inside it, or one they reach may flush at all."""
        return self._mentioning.flushes(function)

    def mentions_request(self, function: ProjectFunction) -> bool:
        """Whether ``function``, a function inside it, or one they reach may ask by plain HTTP."""
        return self._mentioning.requests(function)

    @cached_property
    def _mentioning(self) -> Mentioning:
        return Mentioning(self.program)


def _functions(found: Functions, unit: Unit) -> list[ProjectFunction]:
    return [ProjectFunction(unit, index) for index in sorted(found.get(unit, ()))]
