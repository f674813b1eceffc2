"""What a path has done so far, what it leaves behind, and how states are joined."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum, IntEnum
from typing import Literal

import msgspec
from msgspec.structs import replace

from mmlint.model import syntax as s
from mmlint.model.walk import statements
from mmlint.project.unit import Unit, pattern_names

MAX_STATES = 48
"""Past this many states, what paths have assumed is forgotten and they are joined."""


class Spot(msgspec.Struct, frozen=True):
    """A place in a unit, in bytes from 0; small and hashable, for sets."""

    unit: Unit
    start: int
    end: int


class Answer(msgspec.Struct, frozen=True):
    """A call that sends an HTTP response, through this parameter of this function of the unit."""

    function: int
    parameter: int
    spot: Spot


class State(msgspec.Struct, frozen=True):
    """What one kind of path has done so far."""

    pending: frozenset[Spot] = frozenset()
    covered: bool = False
    held: frozenset[tuple[int, Spot]] = frozenset()
    assumed: frozenset[tuple[Condition, bool]] = frozenset()
    answered: Answer | None = None


States = frozenset[State]
Condition = tuple[object, ...]

NOWHERE: States = frozenset()


class Fate(Enum):
    """What becomes of a value: nobody looks at it, somebody waits for it, or nobody knows."""

    DROPPED = "dropped"
    AWAITED = "awaited"
    UNKNOWN = "unknown"


class Held(msgspec.Struct, frozen=True):
    """The value is stored in the binding."""

    binding: int


Use = Fate | Held


class Requests(IntEnum):
    """Whether a call makes plain requests, and what its caller must do for them to arrive."""

    NEVER = 0
    WAITED = 1
    """Nothing: they are done when it returns."""
    PROMISED = 2
    """Await its promise."""


def stored(target: s.Value) -> Held | None:
    """Return the use of a value that is assigned to ``target``, where that is a plain variable."""
    if isinstance(target, s.Name) and target.binding >= 0:
        return Held(target.binding)
    return None


class Exit(msgspec.Struct, frozen=True):
    """A way out of the function: the statement or call, and the state on leaving."""

    kind: Literal["return", "end", "throw", "process"]
    spot: Spot
    state: State


class Summary(msgspec.Struct, frozen=True):
    """What a call of the function does, as its callers see it.

    ``sends``: a send that can still be queued when it returns. ``flushes``: on which of its paths
    what was queued before is flushed. ``promised``: its promise must be awaited for that.
    ``ends_with``: it may end the process itself, and these of its sends are queued then; an empty
    set where only its caller's are, None where it never ends the process unflushed. ``ends_at``:
    where it does so.
    ``requests``: the plain requests it makes and waits for. ``answers``: the parameter through
    which it has sent an HTTP response whenever it returns, or None.
    """

    sends: Spot | None = None
    flushes: Literal["always", "sometimes", "never"] = "never"
    promised: bool = False
    returns: bool = True
    ends_with: frozenset[Spot] | None = None
    ends_at: frozenset[Spot] = frozenset()
    requests: Requests = Requests.NEVER
    answers: int | None = None


class Delivery(msgspec.Struct):
    """What happens to the events of one function.

    ``unsent``: queued sends that reach an exit unflushed, with these exits.
    ``unwaited``: flush calls (and calls of functions that flush) whose promise nobody awaits.
    ``cut_off``: those of them that the function itself cuts off by ending the process.
    ``dropped``: plain requests (and calls that make or start them) that nobody waits for.
    ``late``: flushes that send what was queued only once the response is out.
    """

    unsent: dict[Spot, list[Exit]] = msgspec.field(default_factory=dict)
    unwaited: dict[Spot, str] = msgspec.field(default_factory=dict)
    cut_off: set[Spot] = msgspec.field(default_factory=set)
    dropped: dict[Spot, str] = msgspec.field(default_factory=dict)
    late: dict[Spot, Answer] = msgspec.field(default_factory=dict)


def flushed(state: State) -> State:
    return replace(state, pending=frozenset())


def queued(state: State, spot: Spot) -> State:
    return state if state.covered else replace(state, pending=state.pending | {spot})


def hold(states: States, use: Held, spot: Spot) -> States:
    """Store the promise at ``spot``."""
    return frozenset(replace(x, held=x.held | {(use.binding, spot)}) for x in states)


def bounded(states: States) -> States:
    """Join states when there are too many: forget what their paths assumed."""
    if len(states) <= MAX_STATES:
        return states
    plain = frozenset(replace(state, assumed=frozenset()) for state in states)
    if len(plain) <= MAX_STATES:
        return plain
    pending = frozenset(spot for state in plain for spot in state.pending)
    held = frozenset(one for state in plain for one in state.held)
    answers = {state.answered for state in plain}
    answered = next(iter(answers)) if len(answers) == 1 else None
    covered = all(state.covered for state in plain)
    return frozenset({State(pending, covered, held, answered=answered)})


def assume(states: States, condition: Condition, truth: bool) -> States:
    return frozenset(
        replace(state, assumed=state.assumed | {(condition, truth)})
        for state in states
        if (condition, not truth) not in state.assumed
    )


def forget(state: State, changed: set[int]) -> State:
    if not state.assumed or not changed:
        return state
    kept = frozenset(fact for fact in state.assumed if not reads(fact[0], changed))
    return state if len(kept) == len(state.assumed) else replace(state, assumed=kept)


def reads(condition: Condition, bindings: set[int]) -> bool:
    if condition[0] == "name":
        return condition[1] in bindings
    return any(isinstance(part, tuple) and reads(part, bindings) for part in condition)


def written(body: Iterable[s.Statement]) -> set[int]:
    found: set[int] = set()
    for statement in statements(body):
        if isinstance(statement, s.Bind):
            found |= {name.binding for name, _ in pattern_names(statement.target)}
    return found
