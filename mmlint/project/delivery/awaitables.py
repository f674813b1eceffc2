"""What becomes of promises and responses on the paths of one function: awaited, kept, or lost."""

from __future__ import annotations

from msgspec.structs import replace

from mmlint.model import syntax as s
from mmlint.project.delivery.state import (
    Answer,
    Disposition,
    Requests,
    States,
    StoredIn,
    Use,
    flushed,
    hold,
)
from mmlint.project.semantic.callee import ends_process
from mmlint.project.semantic.entity import Parameter, Resolved
from mmlint.project.semantic.program import Program
from mmlint.project.semantic.unit import Location, Unit


class Promises:
    """The notes of one pass over one function.

    ``unwaited``, ``dropped``: flushes and plain requests that nobody waits for, and why.
    ``entrusted``: requests that are kept somewhere, and what it means to leave without a look.
    ``late``: flushes after the response, and whether a send is known to need them.
    ``followed``: see ``Delivery``.
    ``promised``, ``requests``: what the function's callers must know (see ``Summary``).
    """

    def __init__(self, unit: Unit, index: int) -> None:
        self.unit = unit
        self.index = index
        self.function = unit.module.functions[index]
        self.unwaited: dict[Location, str] = {}
        self.dropped: dict[Location, str] = {}
        self.entrusted: dict[Location, str] = {}
        self.late: dict[tuple[Location, Answer], bool] = {}
        self.followed: dict[Location, bool] = {}
        self.promised = False
        self.requests = Requests.NEVER

    def spot(self, node: s.Node) -> Location:
        return Location(self.unit, node.start, node.end)

    def settle(self, spot: Location, states: States, use: Use, why: str) -> States:
        """A promise that carries a flush meets its fate."""
        if states:
            self.followed[spot] = self.followed.get(spot, True) and use is not Disposition.UNKNOWN
        if use is Disposition.DROPPED:
            self.unwaited.setdefault(spot, why)
            return frozenset(flushed(state) for state in states)
        self.note_late(spot, states)
        if use is Disposition.AWAITED:
            self.promised = True
        elif isinstance(use, StoredIn):
            return frozenset(flushed(state) for state in hold(states, use, spot))
        return frozenset(flushed(state) for state in states)

    def note_late(self, spot: Location, states: States) -> None:
        """Remember a flush that comes after the response, and whether a send is known to need it:
        what the callers have queued cannot be seen here."""
        for state in states:
            if state.answered is not None and not state.empty:
                key = (spot, state.answered)
                self.late[key] = self.late.get(key, False) or bool(state.pending)

    def entrust(
        self,
        spot: Location,
        states: States,
        use: Use,
        why: str,
        stored: str = "its promise is stored, and not every path awaits it",
    ) -> States:
        """A promise (or thread) that carries a plain request meets its fate."""
        if use is Disposition.DROPPED:
            self.dropped.setdefault(spot, why)
        elif use is Disposition.AWAITED:
            self.requests = Requests.PROMISED
        elif isinstance(use, StoredIn):
            self.entrusted[spot] = stored
            self.requests = max(self.requests, Requests.WAITED)
            return hold(states, use, spot)
        return states

    def vouch(self, spots: frozenset[Location]) -> None:
        """The function waits for these itself, so whoever calls it must wait for its promise."""
        if spots & self.entrusted.keys():
            self.requests = Requests.PROMISED
        if spots - self.entrusted.keys():
            self.promised = True

    def answered(self, call: s.Call, through: Resolved | None, states: States) -> States:
        if not isinstance(through, Parameter) or through.path:
            return states
        answer = Answer(through.function, through.number, self.spot(call))
        return frozenset(
            state if state.answered else replace(state, answered=answer) for state in states
        )


def lives_on(program: Program, unit: Unit) -> bool:
    """Whether a JavaScript module that is run lives until its top-level chains settle: its top
    level does not end the process beside them."""
    return not unit.python and not any(
        ends_process(program.resolve(unit, value.callee))
        for value in unit.values(0)
        if isinstance(value, s.Call)
    )
