"""The client that sends: how another call can be written on it, and what guards the send."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mmlint.model import syntax as s
from mmlint.model.walk import inside, nested, parts
from mmlint.project.delivery.conditions import atom, condition
from mmlint.project.delivery.state import Condition
from mmlint.project.semantic.absence import is_nothing
from mmlint.project.semantic.entity import ProjectFunction
from mmlint.project.semantic.program import Program, constructor
from mmlint.project.semantic.unit import Unit

_KEEPING = frozenset({"??=", "||=", "=", ":="})
_CACHES = frozenset({"cache", "lru_cache", "cached_property", "memoize", "once"})
"""Last names of what makes a function give back what it gave first."""

MAX_GETTERS = 4
"""How many getters that hand each other on are looked through."""


# --- text -----------------------------------------------------------------------------------------


def written(value: s.Value) -> str | None:
    """Write a value as in the source: names, members, and calls with such arguments; None for
    anything else."""
    if isinstance(value, s.Name):
        return value.name
    if isinstance(value, s.Member):
        inner = written(value.object)
        return f"{inner}{'?.' if value.optional else '.'}{value.name}" if inner else None
    if isinstance(value, s.Await):
        inner = written(value.value)
        return f"(await {inner})" if inner else None
    if isinstance(value, s.Call) and not value.new:
        callee = written(value.callee)
        passed = [written(one.value) if one.name is None else None for one in value.arguments]
        if callee and None not in passed:
            return f"{callee}({', '.join(map(str, passed))})"
    return None


def roots(value: s.Value) -> Iterator[s.Name]:
    """Yield the names that a value begins with: all that must be visible to write it again."""
    return (one for one in inside(value) if isinstance(one, s.Name))


def is_visible(unit: Unit, function: int, value: s.Value, offsets: Iterable[int]) -> bool:
    """Whether ``value`` means the same at the bytes ``offsets`` of ``function``: each name is in
    scope there and has got no other value in between."""
    places = [*offsets]
    for name in roots(value):
        if name.binding < 0:
            if name.name in ("this", "self") and not unit.is_inside(
                function, unit.function_at(name.start)
            ):
                return False
            continue
        binding = unit.module.bindings[name.binding]
        if not unit.is_inside(function, binding.owner):
            return False
        if any(not binding.scope_start <= place < binding.scope_end for place in places):
            return False
        if binding.owner and len(unit.definitions.get(name.binding, ())) > 1:
            return False
    return True


# --- guards ---------------------------------------------------------------------------------------


def certain_in(test: s.Value, truth: bool) -> Iterator[Condition]:
    """Yield the conditions that hold wherever ``test`` is ``truth``: what is there, for one."""
    if isinstance(test, s.Operation) and test.operator in ("!", "not"):
        yield from certain_in(test.operands[0], not truth)
    elif isinstance(test, s.Choice) and test.operator in ("&&", "||"):
        if (test.operator == "&&") == truth:
            yield from certain_in(test.test, truth)
            yield from certain_in(test.options[-1], truth)
    elif (found := atom(test)) is not None and found[1] == truth:
        yield found[0]


def guards(body: Iterable[s.Statement], offset: int) -> Iterator[tuple[s.Value, bool]]:
    """Yield the tests around the byte ``offset``, the outermost first, and what they must be for
    it to be reached."""
    for statement in body:
        if not statement.start <= offset < statement.end:
            continue
        if isinstance(statement, s.If):
            if _holds(statement.body, offset):
                yield statement.test, True
            elif _holds(statement.orelse, offset):
                yield statement.test, False
        for block in nested(statement):
            yield from guards(block, offset)
        if (
            isinstance(statement, (s.ExpressionStatement, s.Assign, s.Return))
            and statement.value is not None
        ):
            yield from _guards_inside(statement.value, offset)


def is_caught(body: Iterable[s.Statement], offset: int) -> bool:
    """Whether an error at the byte ``offset`` is caught in ``body``."""
    for statement in body:
        if statement.start <= offset < statement.end:
            if (
                isinstance(statement, s.Try)
                and statement.handlers
                and _holds(statement.body, offset)
            ):
                return True
            return any(is_caught(block, offset) for block in nested(statement))
    return False


def _holds(body: tuple[s.Statement, ...], offset: int) -> bool:
    return any(one.start <= offset < one.end for one in body)


def _guards_inside(value: s.Value, offset: int) -> Iterator[tuple[s.Value, bool]]:
    if isinstance(value, s.Choice) and value.operator in ("&&", "?:"):
        first, last = value.options[0], value.options[-1]
        if last.start <= offset < last.end and not value.test.start <= offset < value.test.end:
            yield value.test, value.operator == "&&"
        elif first.start <= offset < first.end and value.operator == "?:":
            yield value.test, True
    for part in parts(value):
        if part.start <= offset < part.end:
            yield from _guards_inside(part, offset)


def is_guarded(unit: Unit, function: int, receiver: s.Value, offset: int) -> bool:
    """Whether a test around the byte ``offset`` says that ``receiver`` is there."""
    wanted = condition(receiver)
    around = guards(unit.module.functions[function].body, offset)
    return wanted is not None and any(wanted in certain_in(*one) for one in around)


# --- getters --------------------------------------------------------------------------------------


def keeps(program: Program, getter: ProjectFunction, depth: int = 0) -> bool:
    """Whether each call of ``getter`` gives the same client, because it is kept outside of it: in a
    variable, a field, a global, or by a function that remembers (``cache``)."""
    if depth > MAX_GETTERS:
        return False
    unit, declared = getter.unit, getter.function
    if any(_last_name(one) in _CACHES for one in declared.decorators):
        return True
    returned = [
        one.value
        for one, _ in unit.walk.content(getter.index)
        if isinstance(one, s.Return) and one.value is not None and not is_nothing(one.value)
    ]
    return bool(returned) and all(
        _is_kept(program, unit, getter.index, one, depth) for one in returned
    )


def _is_kept(program: Program, unit: Unit, function: int, value: s.Value, depth: int) -> bool:
    if isinstance(value, s.Await):
        return _is_kept(program, unit, function, value.value, depth)
    if isinstance(value, s.Name):
        outside = value.binding >= 0 and unit.module.bindings[value.binding].owner != function
        return outside or (value.binding < 0 and value.name == "globalThis")
    if isinstance(value, s.Member):
        root: s.Value = value
        while isinstance(root, s.Member):
            root = root.object
        return isinstance(root, s.Name) and (
            root.binding < 0 or unit.module.bindings[root.binding].owner != function
        )
    if isinstance(value, s.Operation) and value.operator in _KEEPING:
        return _is_kept(program, unit, function, value.operands[0], depth)
    if isinstance(value, s.Choice):
        options = [one for one in value.options if not is_nothing(one)]
        return all(_is_kept(program, unit, function, one, depth) for one in options)
    if isinstance(value, s.Call):
        called = constructor(program.resolve(unit, value.callee))
        return isinstance(called, ProjectFunction) and keeps(program, called, depth + 1)
    return False


def _last_name(value: s.Value) -> str:
    if isinstance(value, s.Call):
        return _last_name(value.callee)
    return value.name if isinstance(value, (s.Name, s.Member)) else ""
