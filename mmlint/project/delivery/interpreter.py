"""Interprets one function: which sends reach an exit without a flush, what is never awaited.

An abstract interpreter over the small language. It runs a set of states, one per kind of path that
can lead here, through every statement. Implicit exceptions make no path; an explicit ``throw``
does. Calls of project functions are answered by their summaries.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from msgspec.structs import replace

from mmlint.model import syntax as s
from mmlint.project.delivery.awaitables import Awaitables
from mmlint.project.delivery.calls import Calls
from mmlint.project.delivery.expressions import Expressions
from mmlint.project.delivery.run import Run
from mmlint.project.delivery.state import (
    ENTRY,
    Delivery,
    Exit,
    State,
    States,
    Summary,
    Use,
    join_exits,
)
from mmlint.project.delivery.statements import Statements
from mmlint.project.delivery.summaries import Summaries
from mmlint.project.delivery.suspension import suspended_at
from mmlint.project.semantic.entity import Parameter
from mmlint.project.semantic.unit import Location, Unit


class Interpreter:
    """One run over function ``index`` of ``unit``, put together from its parts.

    ``argument``: a parameter whose calls count as sends. Raises ``TooLong`` (or RecursionError)
    from ``delivery`` and ``summary`` where the paths are more than can be followed.
    """

    def __init__(
        self, summaries: Summaries, unit: Unit, index: int, argument: Parameter | None = None
    ) -> None:
        self.run = Run(summaries, unit, index, argument)
        self.awaitables = Awaitables()
        self.expressions = Expressions(self.run, self.awaitables, self._eval_call)
        self.calls = Calls(self.run, self.awaitables, self.expressions, self._exec_block)
        self.statements = Statements(self.run, self.expressions)

    def _eval_call(self, call: s.Call, states: States, use: Use) -> States:
        return self.calls.call(call, states, use)

    def _exec_block(self, body: Iterable[s.Statement], states: States) -> States:
        return self.statements.block(body, states)

    def delivery(self) -> Delivery:
        """Return what happens to the events of the function."""
        run, noted, delivery = self.run, self.awaitables, Delivery()
        lost: dict[Location, Exit] = {}
        for one in self.exits():
            if one.state.lost:
                known = lost.setdefault(one.location, one)
                queued = known.state.lost | one.state.lost
                lost[one.location] = replace(known, state=State(queued))
            if one.kind != "throw":
                noted.leave(one.state)
        delivery.exits = list(lost.values())
        delivery.unsent = set().union(*[one.state.lost for one in delivery.exits])
        delivery.unwaited = noted.unwaited
        delivery.followed = noted.followed
        delivery.cut_off = run.cut_off
        delivery.dropped = noted.dropped
        for (place, answer), needed in noted.late.items():
            if needed or not run.sends:
                delivery.late.setdefault(place, answer)
        return delivery

    def summary(self) -> Summary:
        """Return what a call of the function does."""
        run, noted = self.run, self.awaitables
        exits = [one for one in self.exits() if one.kind in ("return", "end")]
        kept = {one.state.before for one in exits}
        flushes: Literal["always", "sometimes", "never"] = "never"
        if False in kept:
            flushes = "sometimes" if True in kept else "always"
        answers = {one.state.response_sent for one in exits}
        through = {one.parameter if one and one.function == run.index else None for one in answers}
        answered = through.pop() if len(through) == 1 else None
        sends = frozenset[Location]().union(*[one.state.queued for one in exits])
        suspended = suspended_at(run.unit, run.index)
        late = [one for one in sends if suspended is not None and one.start >= suspended]
        cut = [one for one in run.process_exits if not one.state.empty]
        return Summary(
            sends=_first(sends.difference(late)),
            late=_first(late),
            defers=_first(place for one in exits for place in one.state.deferred),
            flushes=flushes,
            promised=noted.promised,
            returns=bool(exits),
            ends_with=frozenset().union(*[one.state.queued for one in cut]) if cut else None,
            ends_at=frozenset(place for one in cut for place in run.endings(one.location)),
            requests=noted.requests,
            answers=answered,
        )

    def exits(self) -> list[Exit]:
        """Run the function; return its ways out in source order, a place once for each state."""
        run = self.run
        ended = self.statements.block(run.function.body, ENTRY)
        end = Location(run.unit, run.function.body_end, run.function.body_end)
        exits = [*run.exits, *run.process_exits, *run.pauses]
        exits += [Exit("end", end, state) for state in ended]
        exits += [Exit("throw", place, state) for place, state in run.throws]
        return sorted(join_exits(exits), key=lambda one: (one.location.start, one.location.end))


def _first(places: Iterable[Location]) -> Location | None:
    """Return the first of the places by file and offset, or None."""
    return min(places, key=lambda one: (one.unit.path, one.start), default=None)
