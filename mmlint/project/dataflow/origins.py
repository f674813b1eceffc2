"""Where a text comes from: the literal that spells it, or the variable that it is read from.

Constants, imports, parts of known objects, choices and parameters are followed; what cannot be
followed is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

import msgspec

from mmlint.model import syntax as s
from mmlint.model.key import Key
from mmlint.project.dataflow.backward import (
    MAX_STEPS,
    Edge,
    Expression,
    Walk,
    awaited,
    entry,
    known_literal,
    options,
)
from mmlint.project.semantic.entity import (
    NOTHING,
    KnownValue,
    Namespace,
    Parameter,
    ProjectFunction,
    Resolved,
    Substitution,
)
from mmlint.project.semantic.program import Program
from mmlint.project.semantic.unit import Unit
from mmlint.project.semantic.variables import reference, variable

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
    program: Program, unit: Unit, value: s.Value, substitution: Substitution = NOTHING
) -> Iterator[Origin]:
    """Yield every place that the text ``value`` may come from."""
    for at, before in Walk(program, Expression(unit, value, substitution), _EDGES).search():
        found = _origin(program, at, followed=bool(before))
        if found is not None:
            yield found


def _origin(program: Program, at: Expression, *, followed: bool) -> Origin | None:
    """What ``at`` itself gives; a read gives its variable, also where a fallback follows."""
    unit, value = at.unit, at.value
    if isinstance(value, s.Literal):
        text = isinstance(value.value, str)
        return Origin(unit, value, str(value.value), value.key) if text else None
    read = None if isinstance(value, s.Choice) else reference(program, unit, value)
    if read is not None:
        return Origin(unit, value, variable=read.name)
    name = None if followed else variable(program, unit, value)
    return None if name is None else Origin(unit, value, variable=name)


# --- edges ----------------------------------------------------------------------------------------


def _fallback(program: Program, at: Expression) -> Sequence[Expression] | None:
    """A read of a variable to what stands in for it: the second argument of Python's ``get``."""
    if isinstance(at.value, s.Literal):
        return ()
    if reference(program, at.unit, at.value) is None:
        return None
    arguments = at.value.arguments if isinstance(at.value, s.Call) else ()
    return [at.to(one.value) for one in arguments[1:2]]


def _same_text(program: Program, at: Expression) -> Sequence[Expression] | None:
    """``x.trim()`` to ``x``."""
    called = at.value.callee if isinstance(at.value, s.Call) else None
    if isinstance(called, s.Member) and called.name in _SAME_TEXT:
        return (at.to(called.object),)
    return None


def _definition(program: Program, at: Expression) -> Sequence[Expression] | None:
    """A name, or a part of a known object, to the one expression that it stands for."""
    value, found = at.value, None
    if isinstance(value, s.Member):
        whole = program.resolve(at.unit, value.object, at.substitution)
        if isinstance(whole, Namespace):
            found = _exported(program, whole.unit, value.name)
        else:
            found = _entry(whole, value.name)
    elif isinstance(value, s.Name) and value.binding >= 0:
        taken = at.unit.imports.get(value.binding)
        if taken is None:
            found = _only(at.unit, value.binding, at.substitution)
        elif (module := _module(program, at.unit, taken.module)) is not None:
            found = _exported(program, module, taken.name)
    return None if found is None else (at.into(found.unit, found.value, found.substitution),)


def _callers(program: Program, at: Expression) -> Sequence[Expression] | None:
    """A parameter, or a part of one, to what the project's own calls pass for it."""
    parameter = program.resolve(at.unit, at.value, at.substitution)
    if not isinstance(parameter, Parameter):
        return None
    found = islice(_passed(program, parameter), MAX_STEPS + 1)  # more is past the budget
    return [at.into(one.unit, one.value, one.substitution) for one in found]


_EDGES: tuple[Edge, ...] = (
    options,
    awaited,
    _fallback,
    _same_text,
    _definition,
    known_literal,
    _callers,
)


# --- what edges ask -------------------------------------------------------------------------------


def _only(unit: Unit, binding: int, substitution: Substitution) -> Expression | None:
    """Return the one value that a variable is ever given, empty first ones aside."""
    if binding in unit.loop_bindings or unit.module.bindings[binding].kind != "variable":
        return None
    given = [one for one in unit.definitions.get(binding, ()) if not _is_nothing(one.value)]
    if len(given) != 1 or given[0].path:
        return None
    return Expression(unit, given[0].value, substitution)


def _is_nothing(value: s.Value) -> bool:
    return isinstance(value, s.Literal) and value.value in (None, "")


def _exported(
    program: Program, unit: Unit, name: str, asked: frozenset[tuple[Unit, str]] = frozenset()
) -> Expression | None:
    """Return the expression that ``unit`` exports as ``name``; re-exports are followed, but for
    circles, through those that were ``asked`` before."""
    if (unit, name) in asked:
        return None
    asked |= {(unit, name)}
    if unit.python:
        index = unit.globals.get(name)
        if index is None:
            return None
        taken = unit.imports.get(index)
        if taken is None:
            return _only(unit, index, NOTHING)
        inner = _module(program, unit, taken.module)
        return _exported(program, inner, taken.name, asked) if inner is not None else None
    holder = program.holder(unit, name)
    if holder is None:
        return None
    export = holder.exports[name]
    if export.module is not None:
        inner = _module(program, holder, export.module)
        if export.imported == "*" or inner is None:
            return None
        return _exported(program, inner, export.imported or name, asked)
    if export.binding >= 0:
        return _only(holder, export.binding, NOTHING)
    return None if export.value is None else Expression(holder, export.value)


def _module(program: Program, unit: Unit, specifier: str) -> Unit | None:
    """Return the unit of the project that ``unit`` imports as ``specifier``."""
    found = program.module(unit, specifier)
    return found.unit if isinstance(found, Namespace) else None


def _entry(whole: Resolved | None, name: str) -> Expression | None:
    """Return what a known object certainly has under ``name``."""
    if not isinstance(whole, KnownValue):
        return None
    value = entry(whole.value, name)
    return None if value is None else Expression(whole.unit, value, whole.substitution)


def _passed(program: Program, parameter: Parameter) -> Iterator[Expression]:
    """Yield what the project's own calls pass for a parameter, or for a part of it."""
    function = ProjectFunction(parameter.unit, parameter.function)
    asked = (id(parameter.unit), parameter.function, parameter.number)
    for call in program.callers.get(function, []):
        if call.unit is parameter.unit and call.site.function == parameter.function:
            continue  # recursion
        for key, passed in program.substitution(call.unit, call.call, function):
            if key == asked and passed is not None:
                whole = Expression(passed.unit, passed.value, passed.substitution)
                found = _part(program, whole, parameter.path)
                if found is not None:
                    yield found


def _part(program: Program, whole: Expression, path: tuple[str, ...]) -> Expression | None:
    found: Expression | None = whole
    for name in path:
        if found is None:
            return None
        if name != "?":
            found = _entry(program.resolve(found.unit, found.value, found.substitution), name)
    return found
