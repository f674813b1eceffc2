"""The states before and after each statement of a function, as lines of text.

They tell why a handler is reported, and the tests of the interpreter compare the same lines.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from mmlint.model import syntax as s
from mmlint.project.delivery.interpreter import Interpreter
from mmlint.project.delivery.state import Condition, Exit, State, States
from mmlint.project.delivery.summaries import Summaries
from mmlint.project.semantic.unit import Location, Unit


class Step(msgspec.Struct, frozen=True):
    """One run of a statement: in a loop or a ``finally`` there may be several."""

    statement: s.Statement
    before: States
    after: States


class Trace(msgspec.Struct, frozen=True):
    """The steps in the order in which they ended, and the ways out in source order."""

    steps: list[Step]
    exits: list[Exit]


def trace(summaries: Summaries, unit: Unit, index: int) -> Trace:
    """Interpret function ``index`` of ``unit`` and return each step. Raises ``TooLong`` where its
    paths are more than can be followed."""
    steps: list[Step] = []
    interpreter = Interpreter(summaries, unit, index)
    interpreter.run.on_step = lambda one, before, after: steps.append(Step(one, before, after))
    return Trace(steps, interpreter.exits())


def dump(found: Trace, line: Callable[[int], int]) -> list[str]:
    """Return a trace as text: what a statement leaves, a line for each kind of path behind it, then
    the ways out. ``line`` gives the line of a byte offset.

    ``line 4, expression: queued 4`` says that behind the expression statement of line 4 there is
    one kind of path, on which the event of line 4 is queued. Statements that change no state are
    left out.
    """
    told: list[str] = []
    for step in found.steps:
        if step.before != step.after:
            kind = _WORDS[type(step.statement)]
            head = f"line {line(step.statement.start)}, {kind}"
            states = sorted(_state(one, line) for one in step.after) or ["unreachable"]
            if len(states) == 1:
                told.append(f"{head}: {states[0]}")
            else:
                told += [f"{head}:", *(f"  {one}" for one in states)]
    ways = [(one.location.start, one.kind, _state(one.state, line)) for one in found.exits]
    return told + [f"{kind} on line {line(start)}: {state}" for start, kind, state in sorted(ways)]


def _state(state: State, line: Callable[[int], int]) -> str:
    """What is queued, and what else the state knows."""

    def lines(places: frozenset[Location]) -> str:
        return ", ".join(str(line(one.start)) for one in sorted(places, key=lambda x: x.start))

    parts = ["nothing is queued"] if state.empty else []
    if state.queued:
        parts.append(f"queued {lines(state.queued)}")
    if state.deferred:
        parts.append(f"deferred {lines(state.deferred)}")
    if state.before:
        parts.append("the caller's events are queued")
    if state.flushed_later:
        parts.append("flushed later")
    if state.held:
        parts.append(f"stored promise {lines(frozenset(place for _, place in state.held))}")
    if state.response_sent:
        parts.append(f"response sent {line(state.response_sent.location.start)}")
    parts += sorted(f"{_name(one)} is {str(truth).lower()}" for one, truth in state.assumed)
    return "; ".join(parts)


def _name(condition: Condition) -> str:
    """A condition as it could be written."""
    kind, *rest = condition
    if kind == "name":
        return str(rest[1])
    if kind == "literal":
        return str(rest[1])
    names = [_name(one) if isinstance(one, tuple) else str(one) for one in rest]
    if kind == "member":
        return ".".join(names)
    return f" {names[0]} ".join(names[1:])


_WORDS: dict[type[s.Statement], str] = {
    s.ExpressionStatement: "expression",
    s.Assign: "assignment",
    s.Return: "return",
    s.Throw: "throw",
    s.Jump: "jump",
    s.If: "if",
    s.Loop: "loop",
    s.Switch: "switch",
    s.Try: "try",
    s.With: "with",
    s.Block: "block",
}
