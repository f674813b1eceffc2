"""Runs the statements of one function: every branch, loop, ``try`` and exit."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

from msgspec.structs import replace

from mmlint.model import syntax as s
from mmlint.model.walk import parts
from mmlint.project.delivery.conditions import condition
from mmlint.project.delivery.expressions import Effects
from mmlint.project.delivery.state import (
    ENTRY,
    UNREACHABLE,
    Condition,
    Delivery,
    Disposition,
    Exit,
    State,
    States,
    Summary,
    flushed,
    havoc,
    join,
    reads,
    stored,
    written,
)
from mmlint.project.semantic.entity import External, Global
from mmlint.project.semantic.unit import Location, pattern_names

MAX_ROUNDS = 4
"""Turns of a loop that are followed."""


class Paths(Effects):
    """One pass over one function. Lists of exits, throws and jumps are swapped around ``try``."""

    # --- results ---------------------------------------------------------------------------------

    def delivery(self) -> Delivery:
        delivery = Delivery()
        lost: dict[Location, Exit] = {}
        for one in self._leave():
            if one.state.pending:
                known = lost.setdefault(one.spot, one)
                pending = known.state.pending | one.state.pending
                lost[one.spot] = replace(known, state=State(pending))
            if one.kind != "throw":
                self._give_up(one.state)
        delivery.exits = list(lost.values())
        delivery.unsent = set().union(*[one.state.pending for one in delivery.exits])
        delivery.unwaited = self.unwaited
        delivery.followed = self.followed
        delivery.cut_off = self.cut_off
        delivery.dropped = self.dropped
        for (spot, answer), needed in self.late.items():
            if needed or not self.sends:
                delivery.late.setdefault(spot, answer)
        return delivery

    def _give_up(self, state: State) -> None:
        """What is still stored on leaving, nobody will look after."""
        for _, spot in state.held:
            if spot in self.entrusted:
                self.dropped.setdefault(spot, self.entrusted[spot])
            else:
                self.unwaited.setdefault(
                    spot, "its promise is stored, and not every path awaits it"
                )

    def summary(self) -> Summary:
        exits = [one for one in self._leave() if one.kind in ("return", "end")]
        kept = {one.state.before for one in exits}
        flushes: Literal["always", "sometimes", "never"] = "never"
        if False in kept:
            flushes = "sometimes" if True in kept else "always"
        answers = {one.state.answered for one in exits}
        through = {one.parameter if one and one.function == self.index else None for one in answers}
        answered = through.pop() if len(through) == 1 else None
        cut = [one for one in self.process_exits if not one.state.empty]
        return Summary(
            sends=first(one.state.pending for one in exits),
            flushes=flushes,
            promised=self.promised,
            returns=bool(exits),
            ends_with=frozenset().union(*[one.state.pending for one in cut]) if cut else None,
            ends_at=frozenset(spot for one in cut for spot in self.flow.endings(one.spot)),
            requests=self.requests,
            answers=answered,
        )

    def _leave(self) -> list[Exit]:
        """Run the function; return its ways out in source order, a place once for each state."""
        ended = self.block(self.function.body, ENTRY)
        end = Location(self.unit, self.function.body_end, self.function.body_end)
        exits = [*self.exits, *self.process_exits]
        exits += [Exit("end", end, state) for state in ended]
        exits += [Exit("throw", spot, state) for spot, state in self.throws]
        return sorted(_joined(exits), key=lambda one: (one.spot.start, one.spot.end))

    # --- statements ------------------------------------------------------------------------------

    def block(self, body: Iterable[s.Statement], states: States) -> States:
        for statement in body:
            if not states:
                break
            states = self.splitting.widen(self.statement(statement, states), statement.end)
            states = self.splitting.without_dead(states, statement.start, statement.end)
        return states

    def statement(self, one: s.Statement, states: States) -> States:
        if isinstance(one, s.ExpressionStatement):
            return self.value(one.value, states, Disposition.DROPPED)
        if isinstance(one, s.Assign):
            return self.bind(one, states)
        if isinstance(one, s.Return):
            if one.value is not None:
                states = self.value(one.value, states, self.returned)
            self.exits += [Exit("return", self.spot(one), state) for state in states]
            return UNREACHABLE
        if isinstance(one, s.Throw):
            if one.value is not None:
                states = self.value(one.value, states, Disposition.UNKNOWN)
            self.throws += [(self.spot(one), state) for state in states]
            return UNREACHABLE
        if isinstance(one, s.Jump):
            self.jumps += [(one, state) for state in states]
            return UNREACHABLE
        if isinstance(one, s.If):
            yes, no = self.test(one.test, states)
            return self.splitting.behind(
                one.test, self.block(one.body, yes) | self.block(one.orelse, no)
            )
        if isinstance(one, s.Loop):
            return self.loop(one, states)
        if isinstance(one, s.Switch):
            return self.switch(one, states)
        if isinstance(one, s.Try):
            return self.attempt(one, states)
        if isinstance(one, s.With):
            return self.manage(one, states)
        outer, self.jumps = self.jumps, []
        states = self.block(one.body, states)
        return states | self._caught_jumps(outer, ("break",), one.label, only_labelled=True)

    def bind(self, one: s.Assign, states: States) -> States:
        target = one.target
        variable = stored(target)
        states = self.value(one.value, states, variable or Disposition.UNKNOWN)
        for inner in parts(target):
            states = self.value(inner, states, Disposition.UNKNOWN)
        if one.using == "await using" and self.may_dispose(one.value):
            return frozenset(replace(flushed(x), covered=True) for x in states)
        states = self._assigned(states, {name.binding for name, _ in pattern_names(target)})
        if variable and isinstance(one.value, s.Literal) and isinstance(one.value.value, bool):
            known = condition(target)
            if known is not None and self.splitting.is_live(known, one.end):
                fact = (known, one.value.value)
                states = frozenset(replace(x, assumed=x.assumed | {fact}) for x in states)
        return states

    def _assigned(self, states: States, changed: set[int]) -> States:
        """Forget what was assumed of variables that get another value."""
        if not changed:
            return states

        def depends(one: Condition) -> bool:
            return reads(one, changed)

        return havoc(states, depends)

    def may_dispose(self, value: s.Value) -> bool:
        """Whether the disposer of what ``await using`` holds may flush: a package's does not."""
        found = self.program.resolve(self.unit, value)
        return not isinstance(found, (External, Global))

    def loop(self, one: s.Loop, states: States) -> States:
        states = self.block(one.head, states)
        if one.iterable is not None:
            states = self.value(
                one.iterable, states, self.awaited if one.is_async else Disposition.UNKNOWN
            )
        changed = written(one.body) | written(one.update)
        if one.target is not None:
            changed |= {name.binding for name, _ in pattern_names(one.target)}
        outer, self.jumps = self.jumps, []
        seen = self._assigned(states, changed)
        ended: States = UNREACHABLE
        broken: States = UNREACHABLE
        for turn in range(MAX_ROUNDS):
            entered, left = (
                (seen, UNREACHABLE) if one.kind == "do" and turn == 0 else self._enter(one, seen)
            )
            ended = join(ended | left)
            after = self.block(one.body, entered)
            after = join(after | self._caught_jumps([], ("continue",), one.label))
            broken = join(broken | self._caught_jumps([], ("break",), one.label))
            after = self._assigned(self.block(one.update, after), changed)
            if one.kind == "do" and turn == 0:
                seen = after
                continue
            before, seen = seen, self.splitting.widen(seen | after, one.start)
            if seen == before:
                break
        else:
            self.flow.stop("turns", self.unit, one.start)
        if one.kind == "do":
            ended = join(ended | self._enter(one, seen)[1])
        self.jumps = outer + self.jumps
        return self.block(one.orelse, ended) | broken

    def _enter(self, one: s.Loop, states: States) -> tuple[States, States]:
        """The states that go into another turn, and those that leave the loop."""
        if one.endless:
            return states, UNREACHABLE
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
        states = self.value(one.subject, states, Disposition.UNKNOWN)
        outer, self.jumps = self.jumps, []
        through: States = UNREACHABLE
        done: States = UNREACHABLE
        for case in one.cases:
            entered = join(states | through) if one.falls_through else states
            through = self.block(case.body, entered)
            if not one.falls_through:
                done = join(done | through)
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

        def guarded() -> States:
            normal = self.block(one.orelse, self.block(one.body, states))
            if one.handlers:
                thrown = frozenset(state for _, state in self.throws)
                self.throws = []
                quiet = frozenset(replace(flushed(x), held=frozenset()) for x in states)
                for handler in one.handlers:
                    normal = join(normal | self.block(handler.body, join(quiet | thrown)))
            return normal

        return self._left_through(one.final or (), guarded)

    def manage(self, one: s.With, states: States) -> States:
        """``with``: an asynchronous one awaits what it is given, and leaving it waits for what its
        manager keeps (an executor its threads)."""
        items = [_awaited(item) if one.is_async else item for item in one.items]
        states = self.block(items, states)
        names = [item.target for item in items if isinstance(item, s.Assign)]
        closing = s.ExpressionStatement(one.end, one.end, s.Unknown(one.end, one.end, tuple(names)))
        return self._left_through((closing,), lambda: self.block(one.body, states))

    def _left_through(
        self, final: tuple[s.Statement, ...], guarded: Callable[[], States]
    ) -> States:
        """Run ``guarded``; whatever leaves it, and in which way, passes ``final``."""
        outer = (self.exits, self.throws, self.jumps)
        self.exits, self.throws, self.jumps = [], [], []
        normal = guarded()
        if final:
            normal = self._finally(final, normal)
        exits, throws, jumps = outer
        self.exits = exits + self.exits
        self.throws = throws + self.throws
        self.jumps = jumps + self.jumps
        return normal

    def _finally(self, final: tuple[s.Statement, ...], normal: States) -> States:
        """Everything that leaves the ``try`` goes through the ``finally`` first."""
        exits, throws, jumps = self.exits, self.throws, self.jumps
        self.exits, self.throws, self.jumps = [], [], []
        passed: dict[State, States] = {}

        def through(state: State) -> States:
            if state not in passed:
                passed[state] = self.block(final, frozenset({state}))
            return passed[state]

        for one in _joined(exits):
            self.exits += [replace(one, state=state) for state in through(one.state)]
        for spot, state in throws:
            self.throws += [(spot, x) for x in through(state)]
        for jump, state in jumps:
            self.jumps += [(jump, x) for x in through(state)]
        return self.block(final, normal)


def first(sets: Iterable[frozenset[Location]]) -> Location | None:
    """Return the first of all spots by file and place, or None."""
    spots = frozenset[Location]().union(*sets)
    return min(spots, key=lambda spot: (spot.unit.path, spot.start), default=None)


def _joined(exits: Iterable[Exit]) -> list[Exit]:
    """Join the states in which a place is left."""
    places: dict[tuple[str, Location], list[State]] = {}
    kinds: dict[tuple[str, Location], Exit] = {}
    for one in exits:
        key = (one.kind, one.spot)
        places.setdefault(key, []).append(one.state)
        kinds.setdefault(key, one)
    return [
        replace(kinds[key], state=state) for key, states in places.items() for state in join(states)
    ]


def _awaited(item: s.Statement) -> s.Statement:
    """An item of an ``async with``: what it is given is awaited on entering."""
    if not isinstance(item, (s.Assign, s.ExpressionStatement)):
        return item
    return replace(item, value=s.Await(item.value.start, item.value.end, item.value))
