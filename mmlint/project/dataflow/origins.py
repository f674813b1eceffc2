"""Where a text comes from: the literal that spells it, or the variable that it is read from.

Constants, imports, parts of known objects, choices and parameters are followed; what cannot be
followed is left out.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mmlint.model import syntax as s
from mmlint.model.key import Key
from mmlint.project.semantic.entity import (
    NOTHING,
    KnownValue,
    Namespace,
    Parameter,
    Passed,
    ProjectFunction,
    Resolved,
    Substitution,
)
from mmlint.project.semantic.program import Program
from mmlint.project.semantic.unit import Unit
from mmlint.project.semantic.variables import reference, variable

_DEEPEST = 12
"""Names, choices and calls that are followed for one text."""
_MOST_CALLERS = 200

_SAME_TEXT = frozenset({"trim", "toString", "strip", "valueOf"})


class Origin(msgspec.Struct, frozen=True):
    """One place that a text may come from.

    ``node``: what spells it: the literal, or the read of the variable (the name in its place, where
    the read itself is out of sight). ``text``: the redacted text of a literal. ``key``: the key in
    it. ``variable``: the name of the environment variable that is read.
    """

    unit: Unit
    node: s.Value
    text: str | None = None
    key: Key | None = None
    variable: str | None = None


def origins(
    program: Program,
    unit: Unit,
    value: s.Value,
    environment: Substitution = NOTHING,
    depth: int = 0,
) -> Iterator[Origin]:
    """Yield every place that the text ``value`` may come from."""
    if depth > _DEEPEST:
        return
    if isinstance(value, s.Literal):
        if isinstance(value.value, str):
            yield Origin(unit, value, value.value, value.key)
    elif isinstance(value, s.Choice):
        for option in value.options:
            yield from origins(program, unit, option, environment, depth + 1)
    elif isinstance(value, s.Await):
        yield from origins(program, unit, value.value, environment, depth + 1)
    elif reference(program, unit, value) is not None:
        yield from _read(program, unit, value, environment, depth)
    else:
        yield from _followed(program, unit, value, environment, depth)


def _read(
    program: Program, unit: Unit, value: s.Value, environment: Substitution, depth: int
) -> Iterator[Origin]:
    """A read of a variable, and what stands in for it: the second argument of Python's ``get``."""
    found = reference(program, unit, value)
    yield Origin(unit, value, variable=found.name if found else None)
    if isinstance(value, s.Call) and len(value.arguments) > 1:
        yield from origins(program, unit, value.arguments[1].value, environment, depth + 1)


def _followed(
    program: Program, unit: Unit, value: s.Value, environment: Substitution, depth: int
) -> Iterator[Origin]:
    written = _definition(program, unit, value, environment)
    called = value.callee if isinstance(value, s.Call) else None
    if isinstance(called, s.Member) and called.name in _SAME_TEXT:
        written = unit, called.object, environment
    if written is not None:
        yield from origins(program, *written, depth + 1)
        return
    found = program.resolve(unit, value, environment)
    if isinstance(found, KnownValue):
        if isinstance(found.value, s.Literal):
            yield from origins(program, found.unit, found.value, found.environment, depth + 1)
    elif isinstance(found, Parameter):
        for passed in _passed(program, found):
            yield from origins(program, *passed, depth + 1)
    else:
        name = variable(program, unit, value)
        if name is not None:
            yield Origin(unit, value, variable=name)


Written = tuple[Unit, s.Value, Substitution]


def _definition(
    program: Program, unit: Unit, value: s.Value, environment: Substitution
) -> Written | None:
    """Return the expression that a name or a part of a known object stands for, if it has one."""
    if isinstance(value, s.Member):
        whole = program.resolve(unit, value.object, environment)
        if isinstance(whole, Namespace):
            return _exported(program, whole.unit, value.name)
        return _entry(whole, value.name)
    if not isinstance(value, s.Name) or value.binding < 0:
        return None
    taken = unit.imports.get(value.binding)
    if taken is not None:
        module = program.module(unit, taken.module)
        inner = module.unit if isinstance(module, Namespace) else None
        return _exported(program, inner, taken.name) if inner else None
    return _only(unit, value.binding, environment)


def _only(unit: Unit, binding: int, environment: Substitution) -> Written | None:
    """Return the one value that a variable is ever given, empty first ones aside."""
    if binding in unit.loop_bindings or unit.module.bindings[binding].kind != "variable":
        return None
    given = [one for one in unit.definitions.get(binding, ()) if not _is_nothing(one.value)]
    if len(given) != 1 or given[0].path:
        return None
    return unit, given[0].value, environment


def _is_nothing(value: s.Value) -> bool:
    return isinstance(value, s.Literal) and value.value in (None, "")


def _exported(program: Program, unit: Unit, name: str, hops: int = 0) -> Written | None:
    """Return the expression that ``unit`` gives away under ``name``; barrels are followed."""
    if hops > _DEEPEST:
        return None
    if unit.python:
        index = unit.globals.get(name)
        if index is None:
            return None
        taken = unit.imports.get(index)
        if taken is not None:
            module = program.module(unit, taken.module)
            inner = module.unit if isinstance(module, Namespace) else None
            return _exported(program, inner, taken.name, hops + 1) if inner else None
        return _only(unit, index, NOTHING)
    holder = program.holder(unit, name)
    if holder is None:
        return None
    export = holder.exports[name]
    if export.module is not None:
        module = program.module(holder, export.module)
        if export.imported == "*" or not isinstance(module, Namespace):
            return None
        return _exported(program, module.unit, export.imported or name, hops + 1)
    if export.binding >= 0:
        return _only(holder, export.binding, NOTHING)
    return None if export.value is None else (holder, export.value, NOTHING)


def _entry(whole: Resolved | None, name: str) -> Written | None:
    """Return the value of an entry of a known object, unless a spread may replace it."""
    if not isinstance(whole, KnownValue) or not isinstance(whole.value, s.Object):
        return None
    for entry in reversed(whole.value.entries):
        if entry.key == name and entry.kind in ("pair", "shorthand"):
            return whole.unit, entry.value, whole.environment
        if entry.key is None:
            return None
    return None


def _passed(program: Program, parameter: Parameter) -> Iterator[Written]:
    """Yield what the project's own calls pass for a parameter, or for a part of it."""
    function = ProjectFunction(parameter.unit, parameter.function)
    wanted = (id(parameter.unit), parameter.function, parameter.number)
    for call in program.callers.get(function, [])[:_MOST_CALLERS]:
        if call.unit is parameter.unit and call.site.function == parameter.function:
            continue  # recursion
        for key, passed in program.environment(call.unit, call.call, function):
            if key == wanted and passed is not None:
                found = _part(program, passed, parameter.path)
                if found is not None:
                    yield found


def _part(program: Program, passed: Passed, path: tuple[str, ...]) -> Written | None:
    written: Written | None = (passed.unit, passed.value, passed.environment)
    for name in path:
        if written is None:
            return None
        if name != "?":
            written = _entry(program.resolve(*written), name)
    return written
