"""Follows the paths of a function: which sends reach an exit without a flush, which flushes nobody
awaits.

An abstract interpreter over the small language. It runs a set of states, one per kind of path
that can lead here, through every statement. A state knows the sends that are still queued, the
flush promises that are stored and not yet awaited, and what the path has assumed about conditions
(so that ``if (x) track(); … if (x) await flush();`` is one path, not four). Calls of project
functions are answered by their summaries, computed to a fixpoint over call cycles. Implicit
exceptions make no path; an explicit ``throw`` does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal, NamedTuple

from mmlint.model import syntax as s
from mmlint.model.walk import parts, statements, values
from mmlint.project import callee as calls
from mmlint.project.entity import (
    Entity,
    External,
    Global,
    Parameter,
    ProjectFunction,
    SdkFunction,
    SdkObject,
)
from mmlint.project.program import Program, constructor
from mmlint.project.unit import Unit, pattern_names

MAX_STATES = 48
"""Past this many states, what paths have assumed is forgotten and they are joined."""

MAX_ROUNDS = 4
"""Turns of a loop, and of a recursion's summary, that are followed."""

MAX_STEPS = 50_000
"""Statements that are run for one function before its paths count as unknown."""

MAX_INLINE = 12
"""How deep callbacks inside callbacks are entered."""


class TooLong(Exception):
    """The paths of a function are more than can be followed."""


class Spot(NamedTuple):
    """A place in a unit, in bytes from 0; small and hashable, for sets."""

    unit: Unit
    start: int
    end: int


class State(NamedTuple):
    """What one kind of path has done so far."""

    pending: frozenset[Spot] = frozenset()
    covered: bool = False
    held: frozenset[tuple[int, Spot]] = frozenset()
    assumed: frozenset[tuple[Condition, bool]] = frozenset()


States = frozenset[State]
Condition = tuple[object, ...]

NOWHERE: States = frozenset()


class Fate(Enum):
    """What becomes of a value: nobody looks at it, somebody waits for it, or nobody knows."""

    DROPPED = "dropped"
    AWAITED = "awaited"
    UNKNOWN = "unknown"


class Held(NamedTuple):
    """The value is stored in the binding."""

    binding: int


Use = Fate | Held


class Exit(NamedTuple):
    """A way out of the function: the statement or call, and the state on leaving."""

    kind: Literal["return", "end", "throw", "process"]
    spot: Spot
    state: State


@dataclass(frozen=True)
class Summary:
    """What a call of the function does, as its callers see it.

    ``sends``: a send that can still be queued when it returns. ``flushes``: on which of its paths
    what was queued before is flushed. ``promised``: its promise must be awaited for that.
    ``ends_with``: it may end the process itself, and these of its sends are queued then; an empty
    set where only its caller's are, None where it never ends the process unflushed.
    """

    sends: Spot | None = None
    flushes: Literal["always", "sometimes", "never"] = "never"
    promised: bool = False
    returns: bool = True
    ends_with: frozenset[Spot] | None = None


@dataclass
class Delivery:
    """What happens to the events of one function.

    ``unsent``: queued sends that reach an exit unflushed, with these exits.
    ``unwaited``: flush calls (and calls of functions that flush) whose promise nobody awaits.
    ``cut_off``: those of them that the function itself cuts off by ending the process.
    """

    unsent: dict[Spot, list[Exit]] = field(default_factory=dict)
    unwaited: dict[Spot, str] = field(default_factory=dict)
    cut_off: set[Spot] = field(default_factory=set)


class Flow:
    """Deliveries of all functions of a program, computed on demand and memoised."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.origins: dict[Spot, Spot] = {}
        self._done: dict[ProjectFunction, Summary] = {}
        self._assumed: dict[ProjectFunction, Summary] = {}
        self._hit: set[ProjectFunction] = set()
        self._mentions: dict[ProjectFunction, bool] = {}
        self._calls_back: dict[ProjectFunction, bool] = {}
        self.given_up: set[tuple[str, int]] = set()

    def delivery(self, unit: Unit, index: int) -> Delivery:
        """Follow every path of function ``index`` of ``unit``."""
        try:
            return _Run(self, unit, index).delivery()
        except (TooLong, RecursionError):
            self.given_up.add((unit.path, index))
            return Delivery()

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
            return _Run(self, function.unit, function.index).summary()
        except (TooLong, RecursionError):
            self.given_up.add((function.unit.path, function.index))
            return Summary(flushes="always")  # unknown is silent

    def calls_back(self, callee: ProjectFunction) -> bool:
        """Whether the function calls a parameter of its own (or a function inside it does)."""
        if callee not in self._calls_back:
            self._calls_back[callee] = any(
                isinstance(found, Parameter) and not found.path and found.function == callee.index
                for index, declared in enumerate(callee.unit.module.functions)
                if callee.unit.is_inside(index, callee.index)
                for _, value in values(declared.body)
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
        """Whether ``function`` or a function inside it may flush at all."""
        if function not in self._mentions:
            self._mentions[function] = False
            self._mentions[function] = self._may_flush(function)
        return self._mentions[function]

    def _may_flush(self, function: ProjectFunction) -> bool:
        unit = function.unit
        for index, declared in enumerate(unit.module.functions):
            if not unit.is_inside(index, function.index):
                continue
            for _, value in values(declared.body):
                if isinstance(value, s.Call | s.Name | s.Member):
                    target = value.callee if isinstance(value, s.Call) else value
                    found = self.program.resolve(unit, target)
                    if is_flush(found):
                        return True
                    inner = isinstance(found, ProjectFunction) and found != function
                    if inner and self.mentions_flush(found):  # type: ignore[arg-type]
                        return True
        return False


def is_flush(found: Entity | None) -> bool:
    """Whether this is the server SDK's ``flush``."""
    return isinstance(found, SdkFunction) and found.sdk == "node" and found.name == "flush"


class _Run:
    """One pass over one function. Lists of exits, throws and jumps are swapped around ``try``."""

    def __init__(self, flow: Flow, unit: Unit, index: int) -> None:
        self.flow = flow
        self.program = flow.program
        self.unit = unit
        self.index = index
        self.function = unit.module.functions[index]
        self.entry = Spot(unit, -1, -1 - index)
        self.exits: list[Exit] = []
        self.throws: list[tuple[Spot, State]] = []
        self.jumps: list[tuple[s.Jump, State]] = []
        self.process_exits: list[Exit] = []
        self.unwaited: dict[Spot, str] = {}
        self.cut_off: set[Spot] = set()
        self.awaited: Use = Fate.AWAITED
        self.returned: Use = Fate.AWAITED
        self.in_async = self.function.is_async
        self.promised = False
        self.inlined: list[int] = [index]
        self.steps = 0
        self.lasting = self.function.kind == "module" and not unit.python and not _exits(self)

    # --- results ---------------------------------------------------------------------------------

    def delivery(self) -> Delivery:
        exits = self._leave(frozenset({State()}))
        delivery = Delivery()
        for one in exits:
            for spot in one.state.pending:
                known = delivery.unsent.setdefault(spot, [])
                if all(other.spot != one.spot for other in known):
                    known.append(one)
            if one.kind != "throw":
                for _, spot in one.state.held:
                    self.unwaited.setdefault(
                        spot, "its promise is stored, and not every path awaits it"
                    )
        for found in delivery.unsent.values():
            found.sort(key=lambda one: (one.spot.start, one.spot.end))
        delivery.unwaited = self.unwaited
        delivery.cut_off = self.cut_off
        return delivery

    def summary(self) -> Summary:
        exits = [
            one
            for one in self._leave(frozenset({State(pending=frozenset({self.entry}))}))
            if one.kind in ("return", "end")
        ]
        kept = [self.entry in one.state.pending for one in exits]
        sends = sorted(
            {spot for one in exits for spot in one.state.pending if spot != self.entry},
            key=lambda spot: (spot.unit.path, spot.start),
        )
        flushes: Literal["always", "sometimes", "never"] = "never"
        if kept and not any(kept):
            flushes = "always"
        elif not all(kept):
            flushes = "sometimes"
        cut = [one.state.pending for one in self.process_exits if one.state.pending]
        ends_with = frozenset(spot for one in cut for spot in one if spot != self.entry)
        first = sends[0] if sends else None
        returns = bool(exits)
        return Summary(first, flushes, self.promised, returns, ends_with if cut else None)

    def _leave(self, states: States) -> list[Exit]:
        ended = self.block(self.function.body, states)
        end = Spot(self.unit, self.function.body_end, self.function.body_end)
        exits = [*self.exits, *self.process_exits]
        exits += [Exit("end", end, state) for state in ended]
        exits += [Exit("throw", spot, state) for spot, state in self.throws]
        return exits

    def spot(self, node: s.Node) -> Spot:
        return Spot(self.unit, node.start, node.end)

    # --- statements ------------------------------------------------------------------------------

    def block(self, body: Iterable[s.Statement], states: States) -> States:
        for statement in body:
            if not states:
                break
            states = _bounded(self.statement(statement, states))
        return states

    def statement(self, one: s.Statement, states: States) -> States:
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise TooLong
        if isinstance(one, s.Evaluate):
            return self.value(one.value, states, Fate.DROPPED)
        if isinstance(one, s.Bind):
            return self.bind(one, states)
        if isinstance(one, s.Return):
            if one.value is not None:
                states = self.value(one.value, states, self.returned)
            self.exits += [Exit("return", self.spot(one), state) for state in states]
            return NOWHERE
        if isinstance(one, s.Throw):
            if one.value is not None:
                states = self.value(one.value, states, Fate.UNKNOWN)
            self.throws += [(self.spot(one), state) for state in states]
            return NOWHERE
        if isinstance(one, s.Jump):
            self.jumps += [(one, state) for state in states]
            return NOWHERE
        if isinstance(one, s.Branch):
            yes, no = self.test(one.test, states)
            return self.block(one.body, yes) | self.block(one.orelse, no)
        if isinstance(one, s.Loop):
            return self.loop(one, states)
        if isinstance(one, s.Switch):
            return self.switch(one, states)
        if isinstance(one, s.Try):
            return self.attempt(one, states)
        if isinstance(one, s.With):
            return self.block(one.body, self.block(one.items, states))
        outer, self.jumps = self.jumps, []
        states = self.block(one.body, states)
        states |= self._caught_jumps(outer, ("break",), one.label, only_labelled=True)
        return states

    def bind(self, one: s.Bind, states: States) -> States:
        target = one.target
        plain = isinstance(target, s.Name) and target.binding >= 0
        use: Use = Held(target.binding) if plain else Fate.UNKNOWN  # type: ignore[union-attr]
        states = self.value(one.value, states, use)
        for inner in parts(target):
            states = self.value(inner, states, Fate.UNKNOWN)
        if one.using == "await using":
            return frozenset(State(frozenset(), True, x.held, x.assumed) for x in states)
        written = {name.binding for name, _ in pattern_names(target)}
        states = frozenset(_forget(state, written) for state in states)
        if plain and isinstance(one.value, s.Literal) and isinstance(one.value.value, bool):
            condition = self.condition(target)
            if condition is not None:
                fact = (condition, one.value.value)
                states = frozenset(x._replace(assumed=x.assumed | {fact}) for x in states)
        return states

    def loop(self, one: s.Loop, states: States) -> States:
        states = self.block(one.head, states)
        if one.iterable is not None:
            states = self.value(
                one.iterable, states, self.awaited if one.is_async else Fate.UNKNOWN
            )
        written = _written(one.body) | _written(one.update)
        if one.target is not None:
            written |= {name.binding for name, _ in pattern_names(one.target)}
        outer, self.jumps = self.jumps, []
        seen = frozenset(_forget(state, written) for state in states)
        ended: States = NOWHERE
        broken: States = NOWHERE
        for turn in range(MAX_ROUNDS):
            entered, left = (
                (seen, NOWHERE) if one.kind == "do" and turn == 0 else self._enter(one, seen)
            )
            ended |= left
            after = self.block(one.body, entered)
            after |= self._caught_jumps([], ("continue",), one.label)
            broken |= self._caught_jumps([], ("break",), one.label)
            after = self.block(one.update, after)
            after = frozenset(_forget(state, written) for state in after)
            if one.kind == "do" and turn == 0:
                seen = after
                continue
            if after <= seen:
                break
            seen = _bounded(seen | after)
        if one.kind == "do":
            ended |= self._enter(one, seen)[1]
        self.jumps = outer + self.jumps
        return _bounded(self.block(one.orelse, ended) | broken)

    def _enter(self, one: s.Loop, states: States) -> tuple[States, States]:
        """The states that go into another turn, and those that leave the loop."""
        if one.endless:
            return states, NOWHERE
        if one.test is not None:
            return self.test(one.test, states)
        return states, states

    def _caught_jumps(
        self,
        rest: list[tuple[s.Jump, State]],
        kinds: tuple[str, ...],
        label: str | None,
        only_labelled: bool = False,
    ) -> States:
        """Take the jumps that end here out of the list; ``rest`` goes back in front."""
        caught = [
            (jump, state)
            for jump, state in self.jumps
            if jump.kind in kinds and (jump.label == label if jump.label or only_labelled else True)
        ]
        taken = {id(jump) for jump, _ in caught}
        self.jumps = rest + [(jump, state) for jump, state in self.jumps if id(jump) not in taken]
        return frozenset(state for _, state in caught)

    def switch(self, one: s.Switch, states: States) -> States:
        states = self.value(one.subject, states, Fate.UNKNOWN)
        outer, self.jumps = self.jumps, []
        through: States = NOWHERE
        done: States = NOWHERE
        for case in one.cases:
            entered = states | through if one.falls_through else states
            through = self.block(case.body, entered)
            if not one.falls_through:
                done |= through
        done |= through
        if one.falls_through:
            done |= self._caught_jumps(outer, ("break",), one.label)
        else:
            self.jumps = outer + self.jumps
        if all(case.tests for case in one.cases):
            done |= states
        return done

    def attempt(self, one: s.Try, states: States) -> States:
        """``try``: handlers begin where the body began, with nothing of the body's queued, because
        implicit exceptions make no path; explicit throws of the body come with what they carry."""
        outer = (self.exits, self.throws, self.jumps)
        self.exits, self.throws, self.jumps = [], [], []
        normal = self.block(one.orelse, self.block(one.body, states))
        if one.handlers:
            thrown = frozenset(state for _, state in self.throws)
            self.throws = []
            quiet = frozenset(State(frozenset(), x.covered, frozenset(), x.assumed) for x in states)
            for handler in one.handlers:
                normal |= self.block(handler.body, quiet | thrown)
        if one.final is not None:
            normal = self._finally(one.final, normal)
        exits, throws, jumps = outer
        self.exits = exits + self.exits
        self.throws = throws + self.throws
        self.jumps = jumps + self.jumps
        return normal

    def _finally(self, final: tuple[s.Statement, ...], normal: States) -> States:
        """Everything that leaves the ``try`` goes through the ``finally`` first."""
        exits, throws, jumps = self.exits, self.throws, self.jumps
        self.exits, self.throws, self.jumps = [], [], []
        for one in exits:
            left = self.block(final, frozenset({one.state}))
            self.exits += [one._replace(state=state) for state in left]
        for spot, state in throws:
            self.throws += [(spot, x) for x in self.block(final, frozenset({state}))]
        for jump, state in jumps:
            self.jumps += [(jump, x) for x in self.block(final, frozenset({state}))]
        return self.block(final, normal)

    # --- conditions ------------------------------------------------------------------------------

    def test(self, value: s.Value, states: States) -> tuple[States, States]:
        """Evaluate a condition; return the states in which it holds, and those in which not."""
        if isinstance(value, s.Operation) and value.operator in ("!", "not"):
            yes, no = self.test(value.operands[0], states)
            return no, yes
        if isinstance(value, s.Choice) and value.operator in ("&&", "||"):
            left_yes, left_no = self.test(value.test, states)
            if value.operator == "&&":
                yes, no = self.test(value.options[-1], left_yes)
                return yes, left_no | no
            yes, no = self.test(value.options[-1], left_no)
            return left_yes | yes, no
        states = self.value(value, states, Fate.UNKNOWN)
        if isinstance(value, s.Literal):
            return (states, NOWHERE) if value.value else (NOWHERE, states)
        condition = self.condition(value)
        if condition is None:
            return states, states
        return _assume(states, condition, True), _assume(states, condition, False)

    def condition(self, value: s.Value) -> Condition | None:
        """A name for a condition that means the same wherever it stands, or None."""
        if isinstance(value, s.Name):
            return ("name", value.binding, value.name)
        if isinstance(value, s.Member):
            inner = self.condition(value.object)
            return None if inner is None else ("member", inner, value.name)
        if isinstance(value, s.Literal):
            return ("literal", type(value.value).__name__, value.value)
        if isinstance(value, s.Operation) and value.operator in ("===", "!==", "==", "!=", "is"):
            sides = [self.condition(one) for one in value.operands]
            if all(one is not None for one in sides):
                return ("operation", value.operator, *sides)
        return None

    # --- values ----------------------------------------------------------------------------------

    def value(self, value: s.Value, states: States, use: Use) -> States:
        """Evaluate ``value``; ``use`` says what becomes of its result (a promise, perhaps)."""
        if not states or isinstance(value, s.Literal):
            return states
        if isinstance(value, s.Call):
            return self.call(value, states, use)
        if isinstance(value, s.Await):
            return self.value(value.value, states, self.awaited)
        if isinstance(value, s.Name):
            return self.read(value, states, use)
        if isinstance(value, s.Choice):
            return self.choose(value, states, use)
        if isinstance(value, s.Lambda):
            return self.capture(value.function, states)
        if isinstance(value, s.Operation):
            return self.operate(value, states, use)
        if isinstance(value, s.Sequence):
            for item in value.items:
                states = self.value(item, states, use)
            return states
        if isinstance(value, s.Spread):
            return self.value(value.value, states, use)
        if isinstance(value, s.Comprehension):
            for source in value.sources:
                states = self.value(source, states, Fate.UNKNOWN)
            return states | self.value(value.element, states, use)
        for part in parts(value):
            states = self.value(part, states, Fate.UNKNOWN)
        return states

    def read(self, name: s.Name, states: States, use: Use) -> States:
        """A stored promise that is awaited, returned or handed on is looked after."""
        if use is Fate.DROPPED or name.binding < 0:
            return states
        found: set[State] = set()
        for state in states:
            mine = frozenset(one for one in state.held if one[0] == name.binding)
            held = state.held - mine
            if isinstance(use, Held):
                held |= frozenset((use.binding, spot) for _, spot in mine)
            found.add(state._replace(held=held))
        return frozenset(found)

    def capture(self, function: int, states: States) -> States:
        """A closure may look after any stored promise it can see."""
        if not any(state.held for state in states):
            return states
        seen: set[int] = set()
        for index, declared in enumerate(self.unit.module.functions):
            if self.unit.is_inside(index, function):
                for _, one in values(declared.body):
                    if isinstance(one, s.Name):
                        seen.add(one.binding)
        return frozenset(
            state._replace(held=frozenset(one for one in state.held if one[0] not in seen))
            for state in states
        )

    def choose(self, value: s.Choice, states: States, use: Use) -> States:
        if value.operator == "?:":
            yes, no = self.test(value.test, states)
            return self.value(value.options[0], yes, use) | self.value(value.options[-1], no, use)
        if value.operator == "&&":
            yes, no = self.test(value.test, states)
            return self.value(value.options[-1], yes, use) | no
        states = self.value(value.test, states, use)
        return states | self.value(value.options[-1], states, use)

    def operate(self, value: s.Operation, states: States, use: Use) -> States:
        if value.operator == "void":
            return self.value(value.operands[0], states, Fate.DROPPED)
        if value.operator in ("=", ":="):
            target, given = value.operands
            plain = isinstance(target, s.Name) and target.binding >= 0
            return self.value(given, states, Held(target.binding) if plain else use)  # type: ignore[union-attr]
        if value.operator == ",":
            for one in value.operands[:-1]:
                states = self.value(one, states, Fate.DROPPED)
            return self.value(value.operands[-1], states, use)
        for one in value.operands:
            states = self.value(one, states, Fate.UNKNOWN)
        return states

    # --- calls -----------------------------------------------------------------------------------

    def call(self, call: s.Call, states: States, use: Use) -> States:
        if isinstance(call.callee, s.Lambda):
            states = self.arguments(call, states, Fate.UNKNOWN)
            return self.inline(call.callee.function, states, self.kept_alive(use))
        callee = constructor(self.program.resolve(self.unit, call.callee))
        path = calls.path_of(callee)
        member = call.callee if isinstance(call.callee, s.Member) else None
        if is_flush(callee):
            states = self.arguments(call, states, Fate.UNKNOWN)
            return self.flush(call, states, use, callee.awaitable)  # type: ignore[union-attr]
        if isinstance(callee, SdkFunction):
            states = self.arguments(call, states, Fate.UNKNOWN)
            return self.send(call, callee, states)
        if calls.waits(call, callee):
            return self.arguments(call, states, Fate.AWAITED, keep_promise=False)
        if calls.after(callee):
            return self.after(call, states)
        if calls.throws(callee) or calls.ends_process(callee):
            return self.never_returns(call, callee, self.arguments(call, states, Fate.UNKNOWN))
        if path in calls.COMBINATORS or path in calls.TASKS:
            return self.arguments(call, states, use)
        if path in calls.RUNNERS or (member and member.name == "run_until_complete"):
            return self.arguments(call, states, Fate.AWAITED)
        if path and path[0] in calls.PRINTERS:
            return self.arguments(call, states, Fate.DROPPED)
        if path in calls.TIMERS:
            return self.later(call, states)
        if isinstance(callee, ProjectFunction):
            return self.project_call(call, callee, states, use)
        if member is not None:
            if member.name in calls.CHAINS:
                return self.chain(call, member, states, use)
            if member.name in calls.EACH or member.name in calls.MAPPERS:
                return self.each(call, member, states, use)
            if member.name in ("push", "add", "append") and isinstance(member.object, s.Name):
                return self.arguments(call, states, Held(member.object.binding))
        return self.stranger(call, callee, states, use)

    def kept_alive(self, use: Use) -> Use:
        """A script lives until its top-level chains settle, unless it ends itself beside them."""
        outermost = self.lasting and len(self.inlined) == 1
        return Fate.UNKNOWN if outermost and use is Fate.DROPPED else use

    def arguments(
        self, call: s.Call, states: States, use: Use, keep_promise: bool = True
    ) -> States:
        """Evaluate the arguments, all with the same use.

        ``keep_promise=False``: being waited for here does not make the caller's promise the one
        that must be awaited (``waitUntil`` looks after it).
        """
        promised = self.promised
        for argument in call.arguments:
            value = argument.value
            states = self.value(value, states, use)
        if not keep_promise:
            self.promised = promised
        return states

    def flush(self, call: s.Call, states: States, use: Use, awaitable: bool | None) -> States:
        spot = self.spot(call)
        if awaitable is None and self.unit.python:
            awaitable = self.in_async
        if awaitable is False:
            return frozenset(_flushed(state) for state in states)
        return self.settle(spot, states, use, "nobody awaits its promise")

    def settle(self, spot: Spot, states: States, use: Use, why: str) -> States:
        """A promise that carries a flush meets its fate."""
        if use is Fate.DROPPED:
            self.unwaited.setdefault(spot, why)
        elif use is Fate.AWAITED:
            self.promised = True
        elif isinstance(use, Held):
            return frozenset(
                _flushed(state)._replace(held=state.held | {(use.binding, spot)})
                for state in states
            )
        return frozenset(_flushed(state) for state in states)

    def send(self, call: s.Call, callee: SdkFunction, states: States) -> States:
        if callee.sdk != "node" or callee.name != "track":
            return states
        return frozenset(_queued(state, self.spot(call)) for state in states)

    def never_returns(self, call: s.Call, callee: Entity | None, states: States) -> States:
        spot = self.spot(call)
        if calls.throws(callee):
            self.throws += [(spot, state) for state in states]
        else:
            self.process_exits += [Exit("process", spot, state) for state in states]
            self.cut_off |= self.unwaited.keys()
        return NOWHERE

    def project_call(
        self, call: s.Call, callee: ProjectFunction, states: States, use: Use
    ) -> States:
        calls_back = self.flow.calls_back(callee)
        for argument in call.arguments:
            value = argument.value
            if isinstance(value, s.Lambda) and calls_back:
                states = self.inline(value.function, states, Fate.UNKNOWN)
            else:
                states = self.value(value, states, Fate.UNKNOWN)
        summary = self.flow.summary(callee)
        if summary.ends_with is not None:
            self.ends_inside(call, summary.ends_with, states)
        if not summary.returns:
            self.throws += [(self.spot(call), state) for state in states]
            return NOWHERE
        before = states
        if summary.flushes != "never":
            if summary.promised:
                why = f"{callee.function.name or 'the function'}() flushes, and nobody awaits it"
                states = self.settle(self.spot(call), states, self.kept_alive(use), why)
            else:
                states = frozenset(_flushed(state) for state in states)
            if summary.flushes == "sometimes":
                states |= before
        if summary.sends is not None:
            spot = self.spot(call)
            self.flow.origins[spot] = summary.sends
            states = frozenset(_queued(state, spot) for state in states)
        return states

    def ends_inside(self, call: s.Call, lost: frozenset[Spot], states: States) -> None:
        """The callee may end the process: what is queued here, and what it queued, is lost."""
        spot = self.spot(call)
        if lost:
            first = min(lost, key=lambda one: (one.unit.path, one.start))
            self.flow.origins.setdefault(spot, first)
        own = frozenset({spot}) if lost else frozenset[Spot]()
        for state in states:
            self.process_exits.append(
                Exit("process", spot, state._replace(pending=state.pending | own))
            )

    def chain(self, call: s.Call, member: s.Member, states: States, use: Use) -> States:
        """``promise.then(f)``: the promise and what ``f`` returns share the fate of the chain."""
        direct = is_flush(self.called(member.object))
        states = self.value(member.object, states, use if direct else self.kept_alive(use))
        if member.name == "catch":
            return states
        use = self.kept_alive(use)
        for argument in call.arguments[:1]:
            states = self.callback(call, argument.value, states, use)
        return states

    def called(self, value: s.Value) -> Entity | None:
        """What ``value`` calls, where it is a call."""
        return self.program.resolve(self.unit, value.callee) if isinstance(value, s.Call) else None

    def callback(self, call: s.Call, value: s.Value, states: States, use: Use) -> States:
        """A function value that certainly runs, and whose result has the given use."""
        if isinstance(value, s.Lambda):
            return self.inline(value.function, states, use)
        found = self.program.resolve(self.unit, value)
        if is_flush(found):
            return self.settle(self.spot(call), states, use, "nobody awaits its promise")
        if isinstance(found, ProjectFunction):
            shape = s.Call(call.start, call.end, value, ())
            return self.project_call(shape, found, states, use)
        return self.value(value, states, Fate.UNKNOWN)

    def each(self, call: s.Call, member: s.Member, states: States, use: Use) -> States:
        """Array methods: their callback runs any number of times, at once."""
        states = self.value(member.object, states, Fate.UNKNOWN)
        if member.name in calls.EACH:
            use = Fate.DROPPED
        for argument in call.arguments[:1]:
            states |= self.callback(call, argument.value, states, use)
        return states

    def after(self, call: s.Call, states: States) -> States:
        """``after(callback)``: runs once the response is out; if it flushes, all is covered."""
        token = Spot(self.unit, -2, -2)
        start = frozenset({State(pending=frozenset({token}))})
        promised = self.promised
        ended = start
        for argument in call.arguments[:1]:
            ended = self.callback(call, argument.value, start, Fate.AWAITED)
        self.promised = promised
        covered = bool(ended) and all(token not in state.pending for state in ended)
        sent = frozenset(spot for state in ended for spot in state.pending if spot != token)
        found: set[State] = set()
        for state in states:
            if covered or state.covered:
                found.add(
                    State(
                        sent if not state.covered else frozenset(), True, state.held, state.assumed
                    )
                )
            else:
                found.add(state._replace(pending=state.pending | sent))
        return frozenset(found)

    def later(self, call: s.Call, states: States) -> States:
        """``setTimeout(flush)``: by then the host may have frozen the process."""
        for argument in call.arguments[:1]:
            states = self.callback(call, argument.value, states, Fate.DROPPED)
        return states

    def stranger(self, call: s.Call, callee: Entity | None, states: States, use: Use) -> States:
        """A call of something unknown: it may call back, and may flush what it is given."""
        states = self.value(call.callee, states, Fate.UNKNOWN)
        if self.may_flush(call, callee):
            states = frozenset(_flushed(state) for state in states)
            self.promised = self.promised or use is Fate.AWAITED
        runs = use is not Fate.DROPPED or call.new
        for argument in call.arguments:
            value = argument.value
            if not isinstance(value, s.Lambda):
                states = self.value(value, states, Fate.UNKNOWN)
                continue
            states = self.capture(value.function, states)
            flushes = self.flow.mentions_flush(ProjectFunction(self.unit, value.function))
            if runs and flushes:
                states = self.inline(value.function, states, Fate.UNKNOWN)
            elif runs:
                states |= self.inline(value.function, states, Fate.UNKNOWN)
            elif flushes:
                states = frozenset(_flushed(state) for state in states)
        return states

    def may_flush(self, call: s.Call, callee: Entity | None) -> bool:
        """Whether an unknown call may flush: its name says so, or it is handed a client."""
        if not isinstance(callee, External | Global):
            target = call.callee
            name = target.name if isinstance(target, s.Name | s.Member) else ""
            if "flush" in name.lower():
                return True
        for argument in call.arguments:
            found = self.program.resolve(self.unit, argument.value)
            if is_flush(found) or (isinstance(found, SdkObject) and found.sdk == "node"):
                return True
            named = isinstance(found, ProjectFunction) and not isinstance(argument.value, s.Lambda)
            if named and self.flow.summary(found).flushes != "never":  # type: ignore[arg-type]
                return True
        return False

    def inline(self, index: int, states: States, use: Use) -> States:
        """Run a callback's body here; ``use`` says what becomes of what it returns."""
        if index in self.inlined or len(self.inlined) > MAX_INLINE or not states:
            return states
        function = self.unit.module.functions[index]
        if function.is_generator:
            return states
        saved = (self.exits, self.jumps, self.awaited, self.returned, self.in_async)
        self.exits, self.jumps, self.returned = [], [], use
        self.in_async = function.is_async
        if function.is_async:
            self.awaited = use
        self.inlined.append(index)
        ended = self.block(function.body, states)
        ended |= frozenset(one.state for one in self.exits)
        self.inlined.pop()
        self.exits, self.jumps, self.awaited, self.returned, self.in_async = saved
        return ended


# --- states -------------------------------------------------------------------------------------


def _flushed(state: State) -> State:
    return state._replace(pending=frozenset())


def _queued(state: State, spot: Spot) -> State:
    return state if state.covered else state._replace(pending=state.pending | {spot})


def _bounded(states: States) -> States:
    """Join states when there are too many: forget what their paths assumed."""
    if len(states) <= MAX_STATES:
        return states
    plain = frozenset(state._replace(assumed=frozenset()) for state in states)
    if len(plain) <= MAX_STATES:
        return plain
    pending = frozenset(spot for state in plain for spot in state.pending)
    held = frozenset(one for state in plain for one in state.held)
    return frozenset({State(pending, all(state.covered for state in plain), held)})


def _assume(states: States, condition: Condition, truth: bool) -> States:
    return frozenset(
        state._replace(assumed=state.assumed | {(condition, truth)})
        for state in states
        if (condition, not truth) not in state.assumed
    )


def _forget(state: State, written: set[int]) -> State:
    if not state.assumed or not written:
        return state
    kept = frozenset(fact for fact in state.assumed if not _reads(fact[0], written))
    return state if len(kept) == len(state.assumed) else state._replace(assumed=kept)


def _reads(condition: Condition, bindings: set[int]) -> bool:
    if condition[0] == "name":
        return condition[1] in bindings
    return any(isinstance(part, tuple) and _reads(part, bindings) for part in condition)


def _written(body: Iterable[s.Statement]) -> set[int]:
    found: set[int] = set()
    for statement in statements(body):
        if isinstance(statement, s.Bind):
            found |= {name.binding for name, _ in pattern_names(statement.target)}
    return found


def _exits(run: _Run) -> bool:
    """Whether the top level itself ends the process, beside the chains it started."""
    return any(
        calls.ends_process(run.program.resolve(run.unit, value.callee))
        for _, value in values(run.function.body)
        if isinstance(value, s.Call)
    )
