"""How the promises and responses of one function are used: awaited, stored, dropped or escaped."""

from __future__ import annotations

from msgspec.structs import replace

from mmlint.model import syntax as s
from mmlint.project.delivery.state import (
    Answer,
    Disposition,
    Requests,
    State,
    States,
    StoredIn,
    Use,
    flush,
    queue,
    store,
)
from mmlint.project.semantic.callee import ends_process
from mmlint.project.semantic.entity import Parameter, Resolved
from mmlint.project.semantic.program import Program
from mmlint.project.semantic.unit import Location, Unit

STORED = "its promise is stored, and not every path awaits it"


class Awaitables:
    """The notes of one run about what must be waited for."""

    def __init__(self) -> None:
        # flushes and plain requests that are not waited for, and why
        self.unwaited: dict[Location, str] = {}
        self.dropped: dict[Location, str] = {}
        # requests that are stored, and why leaving without a look at them loses them
        self.stored_requests: dict[Location, str] = {}
        # flushes after the response, and whether a send is known to need them
        self.late: dict[tuple[Location, Answer], bool] = {}
        # the sends and flushes that a path came by, see ``Delivery``
        self.followed: dict[Location, bool] = {}
        # what callers must know, see ``Summary``
        self.promised = False
        self.requests = Requests.NEVER

    def enqueue(self, place: Location, states: States) -> States:
        """An event is queued."""
        if states:
            self.followed.setdefault(place, True)
        return frozenset(queue(state, place) for state in states)

    def defer(self, place: Location, states: States) -> States:
        """An event is sent once this path is done with."""
        if states:
            self.followed.setdefault(place, True)
        return frozenset(replace(one, deferred=one.deferred | {place}) for one in states)

    def use_flush(self, place: Location, states: States, use: Use, why: str) -> States:
        """Record how the promise of a flush is used; return the states behind it."""
        if states:
            known = self.followed.get(place, True)
            self.followed[place] = known and use is not Disposition.UNKNOWN
        if use is Disposition.DROPPED:
            self.unwaited.setdefault(place, why)
            return frozenset(flush(state) for state in states)
        self._note_late(place, states)
        if use is Disposition.AWAITED:
            self.promised = True
        elif isinstance(use, StoredIn):
            states = store(states, use, place)
        return frozenset(flush(state) for state in states)

    def _note_late(self, place: Location, states: States) -> None:
        """Note a flush that comes after the response, and whether a send is known to need it: what
        the callers have queued cannot be seen here."""
        for state in states:
            if state.response_sent is not None and not state.empty:
                key = (place, state.response_sent)
                self.late[key] = self.late.get(key, False) or bool(state.queued)

    def use_request(
        self, place: Location, states: States, use: Use, why: str, stored: str = STORED
    ) -> States:
        """Record how the promise (or thread) of a plain request is used."""
        if use is Disposition.DROPPED:
            self.dropped.setdefault(place, why)
        elif use is Disposition.AWAITED:
            self.requests = Requests.PROMISED
        elif isinstance(use, StoredIn):
            self.stored_requests[place] = stored
            self.requests = max(self.requests, Requests.WAITED)
            return store(states, use, place)
        return states

    def awaits(self, places: frozenset[Location]) -> None:
        """The function waits for these itself, so its callers must wait for its promise."""
        if places & self.stored_requests.keys():
            self.requests = Requests.PROMISED
        if places - self.stored_requests.keys():
            self.promised = True

    def leave(self, state: State) -> None:
        """What is still stored on leaving is never awaited."""
        for _, place in state.held:
            if place in self.stored_requests:
                self.dropped.setdefault(place, self.stored_requests[place])
            else:
                self.unwaited.setdefault(place, STORED)


def respond(place: Location, through: Resolved | None, states: States) -> States:
    """Return the states behind a call that sends the response, if ``through`` is a parameter."""
    if not isinstance(through, Parameter) or through.path:
        return states
    answer = Answer(through.function, through.number, place)
    return frozenset(
        state if state.response_sent else replace(state, response_sent=answer) for state in states
    )


def lives_on(program: Program, unit: Unit) -> bool:
    """Whether a JavaScript module that is run lives until its top-level chains settle: its top
    level does not end the process beside them."""
    return not unit.python and not any(
        ends_process(program.resolve(unit, value.callee))
        for value in unit.values(0)
        if isinstance(value, s.Call)
    )
