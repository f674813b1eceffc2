"""The conditions of one function: which tests are the same one, and where each is tested last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from mmlint.model import syntax as s
from mmlint.model.walk import inside, nested, own_values
from mmlint.project.delivery.state import Condition
from mmlint.project.semantic.absence import is_nothing
from mmlint.project.semantic.unit import Unit

_EQUAL = frozenset({"===", "==", "is"})
_DIFFERENT = {"!==": "===", "!=": "==", "is not": "is"}

LOOKING = frozenset({"typeof", "instanceof", "!", "not", *_EQUAL, *_DIFFERENT})
"""Operators that look at a value and nothing else: a promise that they are given is not looked
after by that."""


def condition(value: s.Value) -> Condition | None:
    """Return a name for a condition that means the same wherever it is tested, or None."""
    if isinstance(value, s.Name):
        return ("name", value.binding, value.name)
    if isinstance(value, s.Member):
        inner = condition(value.object)
        return None if inner is None else ("member", inner, value.name)
    if isinstance(value, s.Literal):
        return ("literal", type(value.value).__name__, value.value)
    if isinstance(value, s.Operation) and value.operator in _EQUAL:
        sides = [condition(one) for one in value.operands]
        if all(one is not None for one in sides):
            return ("operation", value.operator, *sides)
    return None


def atom(test: s.Value) -> tuple[Condition, bool] | None:
    """Return the condition of a test without ``!``, ``&&`` and ``||``, and what it is where the
    test holds; None where it cannot be named.

    ``x != null`` asks whether ``x`` is there, as ``x`` alone does; they differ for empty values,
    which clients, promises and responses are not.
    """
    if isinstance(test, s.Literal):
        return None
    if isinstance(test, s.Operation) and len(test.operands) == 2:
        operator = _DIFFERENT.get(test.operator, test.operator)
        equal = operator == test.operator
        left, right = test.operands
        if operator in _EQUAL and is_nothing(right):
            found = condition(left)
            return None if found is None else (found, not equal)
        if not equal:
            found = condition(replace(test, operator=operator))
            return None if found is None else (found, False)
    found = condition(test)
    return None if found is None else (found, True)


def presence(value: s.Value) -> tuple[s.Name, bool] | None:
    """Return the variable of which a test asks whether it holds anything, and what the test gives
    for a promise: ``p``, ``p !== undefined``, ``typeof p === "object"``, ``p instanceof Promise``.
    """
    asked = asked_for(value)
    if asked is not None:
        return (asked[0], asked[1]) if isinstance(asked[0], s.Name) else None
    if not isinstance(value, s.Operation) or len(value.operands) != 2:
        return None
    left, right = value.operands
    if value.operator == "instanceof" and isinstance(left, s.Name):
        is_promise = isinstance(right, s.Name) and right.name == "Promise"
        return (left, True) if is_promise else None
    typeof = isinstance(left, s.Operation) and left.operator == "typeof"
    if value.operator not in _EQUAL | _DIFFERENT.keys() or not isinstance(right, s.Literal):
        return None
    named = left.operands[0] if typeof and isinstance(left, s.Operation) else None
    same = value.operator in _EQUAL
    return (named, (right.value == "object") is same) if isinstance(named, s.Name) else None


def asked_for(value: s.Value) -> tuple[s.Value, bool] | None:
    """Return the value of which a test asks whether it is there, and what the test gives where it
    is: ``x``, ``get()``, ``x !== null``, ``typeof x === "undefined"``."""
    if isinstance(value, s.Name | s.Member | s.Call):
        return value, True
    if not isinstance(value, s.Operation) or len(value.operands) != 2:
        return None
    left, right = value.operands
    same = value.operator in _EQUAL
    if not same and value.operator not in _DIFFERENT:
        return None
    if is_nothing(right):
        return left, not same
    if isinstance(left, s.Operation) and left.operator == "typeof":
        undefined = isinstance(right, s.Literal) and right.value == "undefined"
        return (left.operands[0], not same) if undefined else None
    return None


def tested(test: s.Value) -> Iterator[Condition]:
    """Yield the conditions that a test consists of, in the order in which they are evaluated."""
    stack = [test]
    while stack:
        value = stack.pop()
        if isinstance(value, s.Operation) and value.operator in ("!", "not"):
            stack.append(value.operands[0])
        elif isinstance(value, s.Choice) and value.operator in ("&&", "||"):
            stack += [value.options[-1], value.test]
        else:
            found = atom(value)
            if found is not None:
                yield found[0]


def last_tests(unit: Unit, function: int) -> dict[Condition, int]:
    """Return for each condition that is tested in ``function``, or in a function inside it, the
    byte behind its last test. A test inside a loop comes again until the loop ends."""
    found: dict[Condition, int] = {}
    for index in unit.family(function):
        for test, end in _tests(unit.module.functions[index].body, 0):
            for one in tested(test):
                found[one] = max(end, found.get(one, 0))
    return found


def _tests(body: Iterable[s.Statement], loop_end: int) -> Iterator[tuple[s.Value, int]]:
    """Yield every test in ``body`` with the byte behind it, or behind the outermost loop."""
    stack = [(statement, loop_end) for statement in body]
    while stack:
        statement, until = stack.pop()
        if isinstance(statement, s.Loop):
            until = until or statement.end
        if isinstance(statement, (s.If, s.Loop)) and statement.test is not None:
            yield statement.test, max(until, statement.test.end)
        for value in own_values(statement):
            for one in inside(value):
                if isinstance(one, s.Choice):
                    yield one.test, max(until, one.test.end)
        for block in nested(statement):
            stack += [(one, until) for one in block]
