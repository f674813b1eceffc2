"""What running a statement does to the states: every branch, loop, ``try`` and exit."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from msgspec.structs import replace

from mmlint.model import syntax as s
from mmlint.model.walk import parts
from mmlint.project.delivery.conditions import condition
from mmlint.project.delivery.expressions import Expressions
from mmlint.project.delivery.run import Run
from mmlint.project.delivery.state import (
    UNREACHABLE,
    Condition,
    Disposition,
    Exit,
    State,
    States,
    flush,
    havoc,
    join,
    join_exits,
    reads,
    stored_in,
    written,
)
from mmlint.project.semantic.entity import External, Global, ProjectFunction
from mmlint.project.semantic.unit import pattern_names

MAX_ROUNDS = 4
"""Turns of a loop that are followed."""


class Statements:
    """Runs the statements of one run."""

    def __init__(self, run: Run, expressions: Expressions) -> None:
        self.run = run
        self.expressions = expressions

    def block(self, body: Iterable[s.Statement], states: States) -> States:
        for statement in body:
            if not states:
                break
            states = self.run.splitting.widen(self.statement(statement, states), statement.end)
            states = self.run.splitting.without_dead(states, statement.start, statement.end)
        return states

    def statement(self, one: s.Statement, states: States) -> States:
        """Run one statement; return the states behind it."""
        after = _BY_KIND[type(one)](self, one, states)
        if self.run.on_step is not None:
            self.run.on_step(one, states, after)
        return after

    def exec_expression(self, one: s.ExpressionStatement, states: States) -> States:
        return self.expressions.value(one.value, states, Disposition.DROPPED)

    def exec_return(self, one: s.Return, states: States) -> States:
        if one.value is not None:
            states = self.expressions.value(one.value, states, self.run.returned)
        self.run.exits += [Exit("return", self.run.location(one), state) for state in states]
        return UNREACHABLE

    def exec_throw(self, one: s.Throw, states: States) -> States:
        if one.value is not None:
            states = self.expressions.value(one.value, states, Disposition.UNKNOWN)
        self.run.throws += [(self.run.location(one), state) for state in states]
        return UNREACHABLE

    def exec_jump(self, one: s.Jump, states: States) -> States:
        self.run.jumps += [(one, state) for state in states]
        return UNREACHABLE

    def exec_if(self, one: s.If, states: States) -> States:
        yes, no = self.expressions.test(one.test, states)
        after = self.block(one.body, yes) | self.block(one.orelse, no)
        return self.run.splitting.behind(one.test, after)

    def exec_block(self, one: s.Block, states: States) -> States:
        outer, self.run.jumps = self.run.jumps, []
        states = self.block(one.body, states)
        return states | self._caught_jumps(outer, ("break",), one.label, only_labelled=True)

    def exec_assign(self, one: s.Assign, states: States) -> States:
        target = one.target
        variable = stored_in(target)
        states = self.expressions.value(one.value, states, variable or Disposition.UNKNOWN)
        for inner in parts(target):
            states = self.expressions.value(inner, states, Disposition.UNKNOWN)
        if one.using == "await using" and self.may_dispose(one.value):
            return frozenset(replace(flush(x), flushed_later=True) for x in states)
        states = self._assigned(states, {name.binding for name, _ in pattern_names(target)})
        if variable and isinstance(one.value, s.Literal) and isinstance(one.value.value, bool):
            known = condition(target)
            if known is not None and self.run.splitting.is_live(known, one.end):
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
        found = self.run.program.resolve(self.run.unit, value)
        return not isinstance(found, (External, Global))

    def exec_loop(self, one: s.Loop, states: States) -> States:
        states = self.block(one.head, states)
        if one.iterable is not None:
            states = self.expressions.value(
                one.iterable, states, self.run.awaited if one.is_async else Disposition.UNKNOWN
            )
        changed = written(one.body) | written(one.update)
        if one.target is not None:
            changed |= {name.binding for name, _ in pattern_names(one.target)}
        outer, self.run.jumps = self.run.jumps, []
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
            before, seen = seen, self.run.splitting.widen(seen | after, one.start)
            if seen == before:
                break
        else:
            self.run.summaries.stop("turns", self.run.unit, one.start)
        if one.kind == "do":
            ended = join(ended | self._enter(one, seen)[1])
        self.run.jumps = outer + self.run.jumps
        return self.block(one.orelse, ended) | broken

    def _enter(self, one: s.Loop, states: States) -> tuple[States, States]:
        """The states that go into another turn, and those that leave the loop."""
        if one.endless:
            return states, UNREACHABLE
        if one.test is not None:
            return self.expressions.test(one.test, states)
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
            for jump, state in self.run.jumps
            if jump.kind in kinds and (jump.label == label if jump.label or only_labelled else True)
        ]
        taken = {id(jump) for jump, _ in caught}
        self.run.jumps = rest + [
            (jump, state) for jump, state in self.run.jumps if id(jump) not in taken
        ]
        return frozenset(state for _, state in caught)

    def exec_switch(self, one: s.Switch, states: States) -> States:
        states = self.expressions.value(one.subject, states, Disposition.UNKNOWN)
        outer, self.run.jumps = self.run.jumps, []
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
            self.run.jumps = outer + self.run.jumps
        if all(case.tests for case in one.cases):
            done |= states
        return done

    def exec_try(self, one: s.Try, states: States) -> States:
        """``try``: handlers begin where the body began, with nothing of the body's queued, because
        implicit exceptions make no path; explicit throws of the body come with what they carry."""

        def guarded() -> States:
            normal = self.block(one.orelse, self.block(one.body, states))
            if one.handlers:
                thrown = frozenset(state for _, state in self.run.throws)
                self.run.throws = []
                quiet = frozenset(replace(flush(x), held=frozenset()) for x in states)
                for handler in one.handlers:
                    normal = join(normal | self.block(handler.body, join(quiet | thrown)))
            return normal

        return self._left_through(one.final or (), guarded)

    def exec_with(self, one: s.With, states: States) -> States:
        """``with``: an asynchronous one awaits what it is given, and leaving it waits for what its
        manager keeps (an executor its threads), and calls the ``__exit__`` of the project's own."""
        items = [_awaited(item) if one.is_async else item for item in one.items]
        states = self.block(items, states)
        names = [item.target for item in items if isinstance(item, s.Assign)]
        closing = s.ExpressionStatement(one.end, one.end, s.Unknown(one.end, one.end, tuple(names)))
        found = (self._exit(one, item) for item in reversed(one.items))
        leaving = [call for call in found if call is not None]
        return self._left_through((*leaving, closing), lambda: self.block(one.body, states))

    def _exit(self, one: s.With, item: s.Statement) -> s.Statement | None:
        """The call of the manager's own ``__exit__`` at the end of ``with``; None where the manager
        is no object of a class of the project that has one."""
        if not isinstance(item, (s.Assign, s.ExpressionStatement)):
            return None
        manager = item.value
        name = "__aexit__" if one.is_async else "__exit__"
        method = s.Member(one.start, manager.end, manager, name, one.start)  # no other is there
        if not isinstance(self.run.program.resolve(self.run.unit, method), ProjectFunction):
            return None
        call: s.Value = s.Call(one.end, one.end, method, ())
        if one.is_async:
            call = s.Await(one.end, one.end, call)
        return s.ExpressionStatement(one.end, one.end, call)

    def _left_through(
        self, final: tuple[s.Statement, ...], guarded: Callable[[], States]
    ) -> States:
        """Run ``guarded``; whatever leaves it, and in which way, passes ``final``."""
        outer = (self.run.exits, self.run.throws, self.run.jumps)
        self.run.exits, self.run.throws, self.run.jumps = [], [], []
        normal = guarded()
        if final:
            normal = self._finally(final, normal)
        exits, throws, jumps = outer
        self.run.exits = exits + self.run.exits
        self.run.throws = throws + self.run.throws
        self.run.jumps = jumps + self.run.jumps
        return normal

    def _finally(self, final: tuple[s.Statement, ...], normal: States) -> States:
        """Everything that leaves the ``try`` goes through the ``finally`` first."""
        exits, throws, jumps = self.run.exits, self.run.throws, self.run.jumps
        self.run.exits, self.run.throws, self.run.jumps = [], [], []
        passed: dict[State, States] = {}

        def through(state: State) -> States:
            if state not in passed:
                passed[state] = self.block(final, frozenset({state}))
            return passed[state]

        for one in join_exits(exits):
            self.run.exits += [replace(one, state=state) for state in through(one.state)]
        for location, state in throws:
            self.run.throws += [(location, x) for x in through(state)]
        for jump, state in jumps:
            self.run.jumps += [(jump, x) for x in through(state)]
        return self.block(final, normal)


def _awaited(item: s.Statement) -> s.Statement:
    """An item of an ``async with``: what it is given is awaited on entering."""
    if not isinstance(item, (s.Assign, s.ExpressionStatement)):
        return item
    return replace(item, value=s.Await(item.value.start, item.value.end, item.value))


_BY_KIND: dict[type[s.Statement], Callable[[Statements, Any, States], States]] = {
    s.ExpressionStatement: Statements.exec_expression,
    s.Assign: Statements.exec_assign,
    s.Return: Statements.exec_return,
    s.Throw: Statements.exec_throw,
    s.Jump: Statements.exec_jump,
    s.If: Statements.exec_if,
    s.Loop: Statements.exec_loop,
    s.Switch: Statements.exec_switch,
    s.Try: Statements.exec_try,
    s.With: Statements.exec_with,
    s.Block: Statements.exec_block,
}
"""How to run a statement, by kind."""
