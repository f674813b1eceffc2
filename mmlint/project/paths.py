"""Runs the statements of one function: every branch, loop, ``try`` and exit."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

from msgspec.structs import replace

from mmlint.model import syntax as s
from mmlint.model.walk import parts
from mmlint.project.effects import Effects
from mmlint.project.entity import External, Global
from mmlint.project.state import (
    MAX_STATES,
    NOWHERE,
    Delivery,
    Exit,
    Fate,
    Spot,
    State,
    States,
    Summary,
    bounded,
    flushed,
    forget,
    stored,
    written,
)
from mmlint.project.unit import pattern_names

MAX_ROUNDS = 4
"""Turns of a loop that are followed."""

MAX_STEPS = 50_000
"""Statements that are run for one function before its paths count as unknown."""


class TooLong(Exception):
    """The paths of a function are more than can be followed."""


class Paths(Effects):
    """One pass over one function. Lists of exits, throws and jumps are swapped around ``try``."""

    # --- results ---------------------------------------------------------------------------------

    def delivery(self) -> Delivery:
        exits = self._leave(frozenset({State(pending=frozenset({self.entry}))}))
        delivery = Delivery()
        for one in exits:
            for spot in one.state.pending - {self.entry}:
                known = delivery.unsent.setdefault(spot, [])
                if all(other.spot != one.spot for other in known):
                    known.append(one)
            if one.kind != "throw":
                self._give_up(one.state)
        for found in delivery.unsent.values():
            found.sort(key=lambda one: (one.spot.start, one.spot.end))
        delivery.unwaited = self.unwaited
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
        answers = {one.state.answered for one in exits}
        through = {one.parameter if one and one.function == self.index else None for one in answers}
        answered = through.pop() if len(through) == 1 else None
        cut = [one for one in self.process_exits if one.state.pending]
        ends_with = frozenset(
            spot for one in cut for spot in one.state.pending if spot != self.entry
        )
        ends_at = frozenset(spot for one in cut for spot in self.flow.endings(one.spot))
        first = sends[0] if sends else None
        returns = bool(exits)
        return Summary(
            first,
            flushes,
            self.promised,
            returns,
            ends_with if cut else None,
            ends_at,
            self.requests,
            answered,
        )

    def _leave(self, states: States) -> list[Exit]:
        ended = self.block(self.function.body, states)
        end = Spot(self.unit, self.function.body_end, self.function.body_end)
        exits = [*self.exits, *self.process_exits]
        exits += [Exit("end", end, state) for state in ended]
        exits += [Exit("throw", spot, state) for spot, state in self.throws]
        return exits

    # --- statements ------------------------------------------------------------------------------

    def block(self, body: Iterable[s.Statement], states: States) -> States:
        for statement in body:
            if not states:
                break
            states = self.bounded(self.statement(statement, states))
        return states

    def bounded(self, states: States) -> States:
        if len(states) > MAX_STATES:
            self.flow.stop("states", self.unit, self.index)
        return bounded(states)

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
            return self.manage(one, states)
        outer, self.jumps = self.jumps, []
        states = self.block(one.body, states)
        states |= self._caught_jumps(outer, ("break",), one.label, only_labelled=True)
        return states

    def bind(self, one: s.Bind, states: States) -> States:
        target = one.target
        variable = stored(target)
        states = self.value(one.value, states, variable or Fate.UNKNOWN)
        for inner in parts(target):
            states = self.value(inner, states, Fate.UNKNOWN)
        if one.using == "await using" and self.may_dispose(one.value):
            return frozenset(replace(flushed(x), covered=True) for x in states)
        changed = {name.binding for name, _ in pattern_names(target)}
        states = frozenset(forget(state, changed) for state in states)
        if variable and isinstance(one.value, s.Literal) and isinstance(one.value.value, bool):
            condition = self.condition(target)
            if condition is not None:
                fact = (condition, one.value.value)
                states = frozenset(replace(x, assumed=x.assumed | {fact}) for x in states)
        return states

    def may_dispose(self, value: s.Value) -> bool:
        """Whether the disposer of what ``await using`` holds may flush: a package's does not."""
        found = self.program.resolve(self.unit, value)
        return not isinstance(found, (External, Global))

    def loop(self, one: s.Loop, states: States) -> States:
        states = self.block(one.head, states)
        if one.iterable is not None:
            states = self.value(
                one.iterable, states, self.awaited if one.is_async else Fate.UNKNOWN
            )
        changed = written(one.body) | written(one.update)
        if one.target is not None:
            changed |= {name.binding for name, _ in pattern_names(one.target)}
        outer, self.jumps = self.jumps, []
        seen = frozenset(forget(state, changed) for state in states)
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
            after = frozenset(forget(state, changed) for state in after)
            if one.kind == "do" and turn == 0:
                seen = after
                continue
            if after <= seen:
                break
            seen = self.bounded(seen | after)
        else:
            self.flow.stop("turns", self.unit, one.start)
        if one.kind == "do":
            ended |= self._enter(one, seen)[1]
        self.jumps = outer + self.jumps
        return self.bounded(self.block(one.orelse, ended) | broken)

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

        def guarded() -> States:
            normal = self.block(one.orelse, self.block(one.body, states))
            if one.handlers:
                thrown = frozenset(state for _, state in self.throws)
                self.throws = []
                quiet = frozenset(replace(flushed(x), held=frozenset()) for x in states)
                for handler in one.handlers:
                    normal |= self.block(handler.body, quiet | thrown)
            return normal

        return self._left_through(one.final or (), guarded)

    def manage(self, one: s.With, states: States) -> States:
        """``with``: an asynchronous one awaits what it is given, and leaving it waits for what its
        manager keeps (an executor its threads)."""
        items = [_awaited(item) if one.is_async else item for item in one.items]
        states = self.block(items, states)
        names = [item.target for item in items if isinstance(item, s.Bind)]
        closing = s.Evaluate(one.end, one.end, s.Unknown(one.end, one.end, tuple(names)))
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
        for one in exits:
            left = self.block(final, frozenset({one.state}))
            self.exits += [replace(one, state=state) for state in left]
        for spot, state in throws:
            self.throws += [(spot, x) for x in self.block(final, frozenset({state}))]
        for jump, state in jumps:
            self.jumps += [(jump, x) for x in self.block(final, frozenset({state}))]
        return self.block(final, normal)


def _awaited(item: s.Statement) -> s.Statement:
    """An item of an ``async with``: what it is given is awaited on entering."""
    if not isinstance(item, (s.Bind, s.Evaluate)):
        return item
    return replace(item, value=s.Await(item.value.start, item.value.end, item.value))
