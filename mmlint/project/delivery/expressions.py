"""What evaluating an expression does to the states; calls are evaluated by ``calls``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from mmlint.model import syntax as s
from mmlint.model.walk import parts
from mmlint.project.delivery.awaitables import Awaitables
from mmlint.project.delivery.conditions import LOOKING, asked_for, presence
from mmlint.project.delivery.run import Run
from mmlint.project.delivery.state import (
    UNREACHABLE,
    Disposition,
    State,
    States,
    StoredIn,
    TooLong,
    Use,
    flush,
    join,
    stored_in,
)
from mmlint.project.semantic.entity import SdkObject

MAX_STEPS = 200_000
"""Values that are evaluated for one function, each in every state, before its paths count as
unknown."""

EvalCall = Callable[[s.Call, States, Use], States]


class Expressions:
    """Evaluates the expressions of one run. ``eval_call`` evaluates the calls among them."""

    def __init__(self, run: Run, awaitables: Awaitables, eval_call: EvalCall) -> None:
        self.run = run
        self.awaitables = awaitables
        self.eval_call = eval_call
        self.steps = 0

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
                return yes, self.run.splitting.widen(left_no | no, value.end)
            yes, no = self.test(value.options[-1], left_no)
            return self.run.splitting.widen(left_yes | yes, value.end), no
        asked = presence(value)
        if asked is not None:
            name, truth = asked
            kept = frozenset(one for one in states if one.holds(name.binding))
            if kept:  # a promise is there
                rest = states - kept
                yes, no = self.test(value, rest) if rest else (UNREACHABLE, UNREACHABLE)
                return (yes | kept, no) if truth else (yes, no | kept)
        states = self.value(value, states, Disposition.UNKNOWN)
        client = asked_for(value)
        if client is not None and self._is_client(client[0]):
            absent = frozenset(flush(one) for one in states)  # that has sent nothing
            yes, no = self.run.splitting.split(value, states)
            return (yes, absent) if client[1] else (absent, no)
        if isinstance(value, s.Literal):
            return (states, UNREACHABLE) if value.value else (UNREACHABLE, states)
        return self.run.splitting.split(value, states)

    def _is_client(self, value: s.Value) -> bool:
        """Whether ``value`` is a client of the server's SDK: one that may be absent."""
        found = self.run.program.resolve(self.run.unit, value)
        return isinstance(found, SdkObject) and found.sdk == "node"

    # --- values ----------------------------------------------------------------------------------

    def value(self, value: s.Value, states: States, use: Use) -> States:
        """Evaluate ``value``; ``use`` says what becomes of its result (a promise, perhaps)."""
        self.steps += len(states)
        if self.steps > MAX_STEPS:
            raise TooLong
        evaluate = _BY_KIND.get(type(value)) if states else _leave_alone
        if evaluate is not None:
            return evaluate(self, value, states, use)
        for part in parts(value):
            states = self.value(part, states, Disposition.UNKNOWN)
        return states

    def dispatch_call(self, call: s.Call, states: States, use: Use) -> States:
        return self.eval_call(call, states, use)

    def eval_await(self, value: s.Await, states: States, use: Use) -> States:
        return self.value(value.value, states, self.run.awaited)

    def eval_lambda(self, value: s.Lambda, states: States, use: Use) -> States:
        return self.capture(value.function, states)

    def eval_sequence(self, value: s.Sequence, states: States, use: Use) -> States:
        for item in value.items:
            states = self.value(item, states, use)
        return states

    def eval_spread(self, value: s.Spread, states: States, use: Use) -> States:
        return self.value(value.value, states, use)

    def eval_comprehension(self, value: s.Comprehension, states: States, use: Use) -> States:
        for source in value.sources:
            states = self.value(source, states, Disposition.UNKNOWN)
        return join(states | self.value(value.element, states, use))

    def eval_name(self, name: s.Name, states: States, use: Use) -> States:
        """A stored promise that is awaited, returned or passed on is looked after."""
        if use is Disposition.DROPPED or not any(state.held for state in states):
            return states
        found: set[State] = set()
        for state in states:
            mine = frozenset(place for binding, place in state.held if binding == name.binding)
            if isinstance(use, StoredIn):
                held = state.held | frozenset((use.binding, place) for place in mine)
            else:
                held = frozenset(one for one in state.held if one[1] not in mine)
            if use is Disposition.AWAITED and mine:
                self.awaitables.awaits(mine)
            found.add(replace(state, held=held))
        return frozenset(found)

    def eval_choice(self, value: s.Choice, states: States, use: Use) -> States:
        if value.operator in ("?:", "&&"):
            yes, no = self.test(value.test, states)
            yes = self.value(value.options[-1 if value.operator == "&&" else 0], yes, use)
            if value.operator == "?:":
                no = self.value(value.options[-1], no, use)
            return self.run.splitting.behind(value.test, yes | no)
        states = self.value(value.test, states, use)
        other = self.value(value.options[-1], states, use)
        return self.run.splitting.widen(states | other, value.end)

    def eval_operation(self, value: s.Operation, states: States, use: Use) -> States:
        if value.operator == "void":
            return self.value(value.operands[0], states, Disposition.DROPPED)
        if value.operator in ("=", ":="):
            target, given = value.operands
            return self.value(given, states, stored_in(target) or use)
        if value.operator == ",":
            for one in value.operands[:-1]:
                states = self.value(one, states, Disposition.DROPPED)
            return self.value(value.operands[-1], states, use)
        looks = value.operator in LOOKING
        for one in value.operands:
            states = self.value(one, states, Disposition.DROPPED if looks else Disposition.UNKNOWN)
        return states

    def capture(self, function: int, states: States) -> States:
        """A closure may look after any stored promise it can see."""
        if not any(state.held for state in states):
            return states
        seen: set[int] = set()
        for index in self.run.unit.family(function):
            for one in self.run.unit.values(index):
                if isinstance(one, s.Name):
                    seen.add(one.binding)
        return frozenset(
            replace(state, held=frozenset(one for one in state.held if one[0] not in seen))
            for state in states
        )


def _leave_alone(run: Expressions, value: s.Value, states: States, use: Use) -> States:
    return states


_BY_KIND: dict[type[s.Value], Callable[[Expressions, Any, States, Use], States]] = {
    s.Call: Expressions.dispatch_call,
    s.Name: Expressions.eval_name,
    s.Literal: _leave_alone,
    s.Await: Expressions.eval_await,
    s.Choice: Expressions.eval_choice,
    s.Lambda: Expressions.eval_lambda,
    s.Operation: Expressions.eval_operation,
    s.Sequence: Expressions.eval_sequence,
    s.Spread: Expressions.eval_spread,
    s.Comprehension: Expressions.eval_comprehension,
}
"""How to evaluate a value, by kind; of the other kinds, only the parts do anything."""
