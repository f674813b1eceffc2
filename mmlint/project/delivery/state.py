"""What a path has done so far, what it leaves behind, and how states are joined."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import Enum, IntEnum
from typing import Literal

import msgspec
from msgspec.structs import replace

from mmlint.model import syntax as s
from mmlint.model.walk import statements
from mmlint.project.semantic.unit import Location, pattern_names

MAX_STATES = 48
"""Past this many states, they are widened (``widen``)."""


class TooLong(Exception):
    """The paths of a function are more than can be followed."""


class Answer(msgspec.Struct, frozen=True):
    """A call that sends an HTTP response, through this parameter of this function of the unit."""

    function: int
    parameter: int
    location: Location


class State(msgspec.Struct, frozen=True):
    """What one kind of path has done so far."""

    queued: frozenset[Location] = frozenset()
    """The sends of this function, and calls that queue one, not flushed yet."""
    deferred: frozenset[Location] = frozenset()
    """Those that run only after the response, or beside the function: a flush on this path comes
    too early for them."""
    before: bool = False
    """Whether what was queued before the function began is not flushed yet."""
    flushed_later: bool = False
    """Whether a flush after the response covers all that is queued, also later."""
    held: frozenset[tuple[int, Location]] = frozenset()
    """The bindings that store a promise which is not awaited yet."""
    assumed: frozenset[tuple[Condition, bool]] = frozenset()
    """What the path has found conditions to be, as far as they are tested again."""
    response_sent: Answer | None = None
    """The call that has sent the HTTP response."""

    @property
    def lost(self) -> frozenset[Location]:
        """The sends that are not flushed if the path ends here."""
        return self.queued | self.deferred

    @property
    def empty(self) -> bool:
        """Whether nothing is queued."""
        return not self.queued and not self.before

    def holds(self, binding: int) -> bool:
        """Whether the binding stores a promise that is not awaited yet."""
        return any(one == binding for one, _ in self.held)


States = frozenset[State]
Condition = tuple[object, ...]

UNREACHABLE: States = frozenset()

ENTRY: States = frozenset({State(before=True)})
"""How a function begins: its callers may have queued something."""


class Disposition(Enum):
    """How a value is used: dropped, awaited, or in a way that is unknown."""

    DROPPED = "dropped"
    AWAITED = "awaited"
    UNKNOWN = "unknown"


class StoredIn(msgspec.Struct, frozen=True):
    """The value is stored in the binding."""

    binding: int


Use = Disposition | StoredIn


class Requests(IntEnum):
    """Whether a call makes plain requests, and what its caller must do for them to arrive."""

    NEVER = 0
    WAITED = 1
    """Nothing: they are done when it returns."""
    PROMISED = 2
    """Await its promise."""


def stored_in(target: s.Value) -> StoredIn | None:
    """Return the use of a value that is assigned to ``target``, where that is a plain variable."""
    if isinstance(target, s.Name) and target.binding >= 0:
        return StoredIn(target.binding)
    return None


class Exit(msgspec.Struct, frozen=True):
    """A way out of the function: the statement or call, and the state on leaving. ``pause``: a
    workflow is suspended there; ``step``: the end of one of its steps."""

    kind: Literal["return", "end", "throw", "process", "pause", "step"]
    location: Location
    state: State


EXITS: Mapping[str, str] = {
    "return": "returns",
    "end": "ends",
    "throw": "throws",
    "process": "ends the process",
    "pause": "is suspended",
    "step": "ends a step",
}
"""What a function does at each kind of exit, in words."""


class Summary(msgspec.Struct, frozen=True):
    """What a call of the function does, as its callers see it.

    ``sends``: a send that can still be queued when it returns, or when its promise is fulfilled.
    ``late``: one that is queued only behind its first ``await``. ``defers``: one that runs after
    the response. ``flushes``: on which of its paths
    what was queued before is flushed. ``promised``: its promise must be awaited for that.
    ``ends_with``: it may end the process itself, and these of its sends are queued then; an empty
    set where only its caller's are, None where it never ends the process unflushed. ``ends_at``:
    where it does so.
    ``requests``: the plain requests it makes and waits for. ``answers``: the parameter through
    which it has sent an HTTP response whenever it returns, or None.
    """

    sends: Location | None = None
    late: Location | None = None
    defers: Location | None = None
    flushes: Literal["always", "sometimes", "never"] = "never"
    promised: bool = False
    returns: bool = True
    ends_with: frozenset[Location] | None = None
    ends_at: frozenset[Location] = frozenset()
    requests: Requests = Requests.NEVER
    answers: int | None = None

    @property
    def leaves(self) -> Location | None:
        """A send that a call may leave behind, whenever it is queued."""
        return self.sends or self.late or self.defers


class Delivery(msgspec.Struct):
    """What happens to the events of one function.

    ``exits``: the ways out on which a send of the function is still queued, each place once, in
    source order. ``unsent``: all those sends.
    ``unwaited``: flush calls (and calls of functions that flush) whose promise is not awaited.
    ``cut_off``: those of them that the function itself cuts off by ending the process.
    ``dropped``: plain requests (and calls that make or start them) that are not awaited.
    ``late``: flushes that send what was queued only once the response is out.
    ``followed``: the sends and flushes that a path came by, and of a flush whether it is known what
    becomes of its promise; None where the function can leave nothing, and no path was followed.
    """

    exits: list[Exit] = msgspec.field(default_factory=list)
    unsent: set[Location] = msgspec.field(default_factory=set)
    unwaited: dict[Location, str] = msgspec.field(default_factory=dict)
    cut_off: set[Location] = msgspec.field(default_factory=set)
    dropped: dict[Location, str] = msgspec.field(default_factory=dict)
    late: dict[Location, Answer] = msgspec.field(default_factory=dict)
    followed: dict[Location, bool] | None = None

    def exits_of(self, location: Location) -> list[Exit]:
        """Return the exits at which the send at ``location`` is still queued, in source order."""
        return [one for one in self.exits if location in one.state.lost]


def flush(state: State) -> State:
    return replace(state, queued=frozenset(), before=False)


def queue(state: State, location: Location) -> State:
    return state if state.flushed_later else replace(state, queued=state.queued | {location})


def store(states: States, use: StoredIn, location: Location) -> States:
    """Store the promise at ``location``."""
    return frozenset(replace(x, held=x.held | {(use.binding, location)}) for x in states)


def join(states: Iterable[State]) -> States:
    """Make one state of those that differ only in what is queued or stored.

    Nothing is lost by that: what happens to one queued event, or to one stored promise, does not
    depend on the others.
    """
    states = frozenset(states)
    if len(states) < 2:
        return states
    alike: dict[tuple[object, ...], list[State]] = {}
    for one in states:
        key = (one.before, one.flushed_later, one.assumed, one.response_sent)
        alike.setdefault(key, []).append(one)
    if len(alike) == len(states):
        return states
    return frozenset(map(_union, alike.values()))


def join_exits(exits: Iterable[Exit]) -> list[Exit]:
    """Join the states in which a place is left."""
    places: dict[tuple[str, Location], list[State]] = {}
    kinds: dict[tuple[str, Location], Exit] = {}
    for one in exits:
        key = (one.kind, one.location)
        places.setdefault(key, []).append(one.state)
        kinds.setdefault(key, one)
    return [
        replace(kinds[key], state=state) for key, states in places.items() for state in join(states)
    ]


def _union(states: list[State]) -> State:
    if len(states) == 1:
        return states[0]
    merged = frozenset[Location]().union(*[one.queued for one in states])
    deferred = frozenset[Location]().union(*[one.deferred for one in states])
    held = frozenset[tuple[int, Location]]().union(*[one.held for one in states])
    return replace(states[0], queued=merged, deferred=deferred, held=held)


def rejoin(states: States, conditions: Iterable[Condition]) -> States:
    """Join behind a branch what its test has split for nothing: two states that differ only in
    what they assume of one of its ``conditions`` are one state that assumes neither."""
    for condition in conditions:
        if len(states) < 2:
            break
        found = set(states)
        for one in states:
            if (condition, True) in one.assumed:
                rest = one.assumed - {(condition, True)}
                twin = replace(one, assumed=rest | {(condition, False)})
                if twin in found:
                    found -= {one, twin}
                    found.add(replace(one, assumed=rest))
        states = frozenset(found)
    return join(states)


def widen(states: States, last: Mapping[Condition, int]) -> States:
    """Make at most ``MAX_STATES`` of too many states, at a price: assumptions are given up, first
    those of conditions whose ``last`` test comes soonest.

    An event that was queued only under an assumption which is given up may be flushed under the
    same one. That can no longer be told, so it counts as not queued, for unknown is silent.
    """
    assumed = {fact[0] for state in states for fact in state.assumed}
    order = sorted(assumed, key=lambda one: (last.get(one, 0), repr(one)))
    while len(states) > MAX_STATES and order:
        half = (len(order) + 1) // 2
        given_up, order = set(order[:half]), order[half:]
        states = _without(states, given_up)
    if len(states) > MAX_STATES:  # many different answers
        states = join(replace(one, response_sent=None) for one in states)
    return states


def _without(states: States, conditions: set[Condition]) -> States:
    """Drop these conditions, and what not all of the states hold that become one by that."""
    alike: dict[State, list[State]] = {}
    for one in states:
        assumed = frozenset(fact for fact in one.assumed if fact[0] not in conditions)
        key = replace(
            one, assumed=assumed, queued=frozenset(), deferred=frozenset(), held=frozenset()
        )
        alike.setdefault(key, []).append(one)
    return frozenset(
        replace(
            key,
            queued=frozenset.intersection(*[one.queued for one in found]),
            deferred=frozenset.intersection(*[one.deferred for one in found]),
            held=frozenset.intersection(*[one.held for one in found]),
        )
        for key, found in alike.items()
    )


def assume(states: States, condition: Condition, truth: bool, *, live: bool) -> States:
    """Return the states in which the condition may be ``truth``. They remember it where it is
    ``live``: tested again further on."""
    possible = frozenset(one for one in states if (condition, not truth) not in one.assumed)
    if not live:
        return possible
    fact = (condition, truth)
    return frozenset(replace(one, assumed=one.assumed | {fact}) for one in possible)


def havoc(states: States, dead: Callable[[Condition], bool]) -> States:
    """Drop what states assume of conditions that are ``dead``."""
    facts = frozenset[tuple[Condition, bool]]().union(*[state.assumed for state in states])
    gone = frozenset(fact for fact in facts if dead(fact[0]))
    if not gone:
        return states
    return join(replace(state, assumed=state.assumed - gone) for state in states)


def reads(condition: Condition, bindings: set[int]) -> bool:
    if condition[0] == "name":
        return condition[1] in bindings
    return any(isinstance(part, tuple) and reads(part, bindings) for part in condition)


def written(body: Iterable[s.Statement]) -> set[int]:
    found: set[int] = set()
    for statement in statements(body):
        if isinstance(statement, s.Assign):
            found |= {name.binding for name, _ in pattern_names(statement.target)}
    return found
