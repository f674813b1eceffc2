"""The delivery of every function of a program: interpreted on demand, memoised, to a fixpoint.

Recursive calls start at the optimistic summary and iterate to a fixpoint, per strongly connected
component of the call graph.
"""

from __future__ import annotations

from functools import cached_property
from typing import TypeVar

from mmlint.model import syntax as s
from mmlint.model.limits import Limit
from mmlint.project.delivery.covering import WrapperAnalysis
from mmlint.project.delivery.fixpoint import Components, Fixpoint
from mmlint.project.delivery.interpreter import Interpreter
from mmlint.project.delivery.may_effects import MayEffects
from mmlint.project.delivery.reachability import Functions, Reachability, reachability
from mmlint.project.delivery.requests import must_be_awaited
from mmlint.project.delivery.state import Delivery, Exit, Summary, TooLong
from mmlint.project.http.requests import requests
from mmlint.project.semantic.entity import Parameter, ProjectFunction
from mmlint.project.semantic.program import Program
from mmlint.project.semantic.unit import Location, Unit
from mmlint.project.semantic.wrapping import UNKNOWN, FlushesAfter, Wrapper

__all__ = ["Delivery", "DeliveryAnalysis", "Exit", "Summary"]

UNKNOWN_SUMMARY = Summary(flushes="always")
"""Of a function whose paths cannot be followed: unknown is silent."""

_Question = ProjectFunction | tuple[Wrapper, bool]
"""What a call of a function does, or what a wrapper does around a function that is asynchronous, or
is not."""


_Answer = TypeVar("_Answer", Delivery, Summary)


def _about(question: _Question) -> ProjectFunction:
    return question[0].function if isinstance(question, tuple) else question


class DeliveryAnalysis:
    """Deliveries of all functions of a program, computed on demand and memoised."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._origins: dict[Location, Location] = {}
        self._ended_by: dict[Location, frozenset[Location]] = {}
        self._calls_back: dict[ProjectFunction, bool] = {}

    def delivery(self, unit: Unit, index: int) -> Delivery:
        """Follow every path of function ``index`` of ``unit``, where one may leave something."""
        if not self.reachability.leaves_anything(unit, index):
            return Delivery()
        interpreter = Interpreter(self, unit, index)
        try:
            return self._kept(interpreter, interpreter.delivery())
        except (TooLong, RecursionError):
            self._gives_up(unit, index)
            return Delivery(followed={})

    def _kept(self, interpreter: Interpreter, answer: _Answer) -> _Answer:
        """Keep where the events of calls come from, and where those end the process."""
        self._origins.update(interpreter.run.origins)
        self._ended_by.update(interpreter.run.ended_by)
        return answer

    def stop(self, limit: Limit, unit: Unit, place: int) -> None:
        """Note that a limit ended the way of a function (or of what starts at ``place``)."""
        self.program.limits.hit(limit, (unit.path, unit.number, place))

    def _unsettled(self, function: ProjectFunction) -> None:
        self.stop("recursion", function.unit, function.index)

    def _gives_up(self, unit: Unit, index: int) -> None:
        self.stop("paths", unit, index)

    @cached_property
    def requests(self) -> dict[Location, bool]:
        """Every plain request of the program, and whether it gives a promise to wait for."""
        return {
            Location(one.unit, one.call.start, one.call.end): must_be_awaited(one)
            for one, _ in requests(self.program)
        }

    def summary(self, function: ProjectFunction) -> Summary:
        """Return what a call of ``function`` does. Functions that call each other start from the
        optimistic summary, and are summed up until nothing changes."""
        found = self._answers.of(function)
        assert isinstance(found, Summary)
        return found

    def flushes_after(self, wrapper: Wrapper, is_async: bool) -> FlushesAfter:
        """Return whether ``wrapper`` flushes what a function queues that it is handed; whether that
        function is asynchronous decides which of its ways the wrapper takes."""
        found = self._answers.of((wrapper, is_async))
        assert isinstance(found, FlushesAfter)
        return found

    @cached_property
    def _answers(self) -> Fixpoint[_Question, Summary | FlushesAfter]:
        components = Components(self._mentioning.named)
        return Fixpoint(
            lambda question: components.of(_about(question)),
            self._answer,
            lambda question: UNKNOWN if isinstance(question, tuple) else UNKNOWN_SUMMARY,
            lambda question: self._unsettled(_about(question)),
        )

    def _answer(self, question: _Question) -> Summary | FlushesAfter:
        if isinstance(question, tuple):
            return self._wrapping.coverage(*question)
        interpreter = Interpreter(self, question.unit, question.index)
        try:
            return self._kept(interpreter, interpreter.summary())
        except (TooLong, RecursionError):
            self._gives_up(question.unit, question.index)
            return UNKNOWN_SUMMARY

    @cached_property
    def _wrapping(self) -> WrapperAnalysis:
        return WrapperAnalysis(self)

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

    def origin(self, location: Location, *, within: Unit | None = None) -> Location:
        """Follow the call of a helper to the send inside it, as long as that stays ``within``."""
        seen = {location}
        while (inner := self._origins.get(location)) is not None and inner not in seen:
            if within is not None and inner.unit is not within:
                break
            location = inner
            seen.add(location)
        return location

    def endings(self, location: Location) -> list[Location]:
        """Return where the process ends if it ends in the call at ``location``, in source order:
        the call itself, or the places inside the function that it calls."""
        inner = self._ended_by.get(location)
        return sorted(inner, key=lambda one: (one.unit.path, one.start)) if inner else [location]

    def may_leave_send(self, function: ProjectFunction) -> bool:
        """Whether a call in ``function``, or in one inside it, may leave an event queued."""
        return function.index in self.reachability.sends.get(function.unit, ())

    def leaving_flush(self, unit: Unit) -> list[ProjectFunction]:
        """Return the functions of ``unit``, in order, in which (or in one inside them) a call may
        leave a flush that is not awaited."""
        found = _functions(self.reachability.flushes, unit)
        return [one for one in found if self.mentions_flush(one)]

    def leaving_request(self, unit: Unit) -> list[ProjectFunction]:
        """Return the same for plain requests."""
        found = _functions(self.reachability.requests, unit)
        return [one for one in found if self.mentions_request(one)]

    @cached_property
    def reachability(self) -> Reachability:
        """Which functions hold a call that may leave something behind."""
        return reachability(self.program)

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
    def _mentioning(self) -> MayEffects:
        return MayEffects(self.program)


def _functions(found: Functions, unit: Unit) -> list[ProjectFunction]:
    return [ProjectFunction(unit, index) for index in sorted(found.get(unit, ()))]
