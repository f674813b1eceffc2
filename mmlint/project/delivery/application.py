"""Applies the summary of a function of the project to the states of its caller."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from msgspec.structs import replace

from mmlint.model import syntax as s
from mmlint.project.delivery.awaitables import Awaitables, respond
from mmlint.project.delivery.expressions import Expressions
from mmlint.project.delivery.run import Run
from mmlint.project.delivery.state import (
    UNREACHABLE,
    Disposition,
    Exit,
    Requests,
    States,
    Summary,
    Use,
    flush,
    join,
)
from mmlint.project.semantic.entity import ProjectFunction, Resolved
from mmlint.project.semantic.unit import Location
from mmlint.project.semantic.wrapping import Wrapper, parameter_of

Inline = Callable[[int, States, Use], States]


class Applied(NamedTuple):
    """A call of a project function. ``kept``: its use, if a script lives until the call settles.
    ``goes_on``: the caller goes on before the promise that the call gives is fulfilled."""

    call: s.Call
    callee: ProjectFunction
    use: Use
    kept: Use
    goes_on: bool

    @property
    def name(self) -> str:
        return self.callee.function.name or "the function"


class Application:
    """Applies summaries. ``inline`` runs the body of a callback."""

    def __init__(
        self, run: Run, awaitables: Awaitables, expressions: Expressions, inline: Inline
    ) -> None:
        self.run = run
        self.awaitables = awaitables
        self.expressions = expressions
        self.inline = inline

    def apply(self, one: Applied, states: States) -> States:
        """Apply the summary of a function of the project, and run the callbacks it is given."""
        call, callee = one.call, one.callee
        calls_back = self.run.summaries.calls_back(callee)
        last: list[s.Lambda] = []
        for argument in call.arguments:
            value = argument.value
            if isinstance(value, s.Lambda) and calls_back and self.outlives(call, callee, value):
                last.append(value)
            elif isinstance(value, s.Lambda) and calls_back:
                states = self.inline(value.function, states, Disposition.UNKNOWN)
            else:
                states = self.expressions.value(value, states, Disposition.UNKNOWN)
        summary = self.run.summaries.summary(callee)
        if summary.ends_with is not None:
            self.end_inside(call, summary, summary.ends_with, states)
        if not summary.returns:
            self.run.throws += [(self.run.location(call), state) for state in states]
            return UNREACHABLE
        states = self.apply_flush(one, summary, states)
        for value in last:
            states = self.inline(value.function, states, Disposition.UNKNOWN)
        states = self.apply_requests(one, summary, states)
        states = self.apply_sends(one, summary, states)
        if summary.answers is not None:
            through = self.passed(call, callee, summary.answers)
            states = respond(self.run.location(call), through, states)
        return states

    def apply_sends(self, one: Applied, summary: Summary, states: States) -> States:
        """What the callee leaves queued is queued by the call; what it sends only behind its first
        ``await`` is not, unless the call is awaited."""
        origin = summary.leaves
        if origin is None:
            return states
        place = self.run.location(one.call)
        self.run.origins[place] = origin
        self.run.sends = True
        if summary.defers is not None or (summary.late is not None and one.goes_on):
            states = self.awaitables.defer(place, states)
        if summary.sends is not None or (summary.late is not None and not one.goes_on):
            states = self.awaitables.enqueue(place, states)
        return states

    def apply_flush(self, one: Applied, summary: Summary, states: States) -> States:
        """What was queued before the call is flushed in it: always, sometimes, or never."""
        if summary.flushes == "never":
            return states
        before = states
        if summary.promised:
            why = f"{one.name}() flushes, and its promise is dropped"
            place = self.run.location(one.call)
            states = self.awaitables.use_flush(place, states, one.kept, why)
        else:
            states = frozenset(flush(state) for state in states)
        return join(states | before) if summary.flushes == "sometimes" else states

    def apply_requests(self, one: Applied, summary: Summary, states: States) -> States:
        """The plain requests of the callee are waited for where its promise is."""
        noted = self.awaitables
        flushes = summary.flushes != "never" and summary.promised
        if summary.requests is Requests.WAITED:
            noted.requests = max(noted.requests, Requests.WAITED)
        elif summary.requests is Requests.PROMISED and (
            one.use is Disposition.AWAITED or not flushes  # else the flush is told already
        ):
            why = f"{one.name}() sends a request, and its promise is dropped"
            states = noted.use_request(self.run.location(one.call), states, one.use, why)
        return states

    def outlives(self, call: s.Call, callee: ProjectFunction, value: s.Lambda) -> bool:
        """Whether the function calls this callback, and on some path does not flush after it."""
        run = self.run
        number = parameter_of(run.program, run.unit, call, callee, value)
        is_async = run.unit.module.functions[value.function].is_async
        return run.summaries.flushes_after(Wrapper(callee, number), is_async).flushes is False

    def passed(self, call: s.Call, callee: ProjectFunction, number: int) -> Resolved | None:
        """What the call passes as parameter ``number`` of ``callee``."""
        program = self.run.program
        for (_, _, place), given in program.substitution(self.run.unit, call, callee):
            if place == number and given is not None:
                return program.resolve(given.unit, given.value)
        return None

    def end_inside(
        self, call: s.Call, summary: Summary, lost: frozenset[Location], states: States
    ) -> None:
        """The callee may end the process: what is queued here, and what it queued, is lost."""
        place = self.run.location(call)
        self.run.ended_by[place] = summary.ends_at
        if lost:
            first = min(lost, key=lambda one: (one.unit.path, one.start))
            self.run.origins.setdefault(place, first)
        own = frozenset({place}) if lost else frozenset[Location]()
        self.run.process_exits += [
            Exit("process", place, replace(state, queued=state.queued | own)) for state in states
        ]
