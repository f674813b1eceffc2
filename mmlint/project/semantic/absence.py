"""Values that stand for nothing: a client that is absent, or one that does nothing."""

from __future__ import annotations

from collections.abc import Iterable

from mmlint.model import syntax as s
from mmlint.project.semantic.entity import (
    Global,
    Instance,
    KnownValue,
    ProjectFunction,
    Resolved,
    alike,
)
from mmlint.project.semantic.unit import Unit


def agreed(entities: Iterable[Resolved | None]) -> Resolved | None:
    """Return what all of ``entities`` are that are present, or None where that is not one thing.

    An absent client sends nothing, so it says nothing against the others. A text or a plain object
    is something else beside an absent value: there, all must agree.

    Nothing more is asked once two differ. That keeps a variable that is built up from itself
    (``query = query.where(…)``, again and again) from being followed in every order.
    """
    found: Resolved | None = None
    absent: list[Resolved | None] = []
    for entity in entities:
        if entity is not None and is_absent(entity):
            absent.append(entity)
        elif entity is None or (found is not None and not alike(entity, found)):
            return None
        else:
            found = found or entity
    if not absent:
        return found
    if found is None:
        return absent[0] if len(absent) == 1 else None
    plain = isinstance(found, KnownValue) and not functions_of(found.value)
    return None if plain else found


def is_absent(entity: Resolved | None) -> bool:
    """Whether ``entity`` is nothing (``null``, ``undefined``, ``None``, ``false``), or a function,
    an object or an instance of which every function does nothing."""
    if isinstance(entity, Global):
        return entity.path == ("undefined",)
    if isinstance(entity, ProjectFunction):
        return does_nothing(entity.unit, entity.index)
    if isinstance(entity, Instance):
        methods = _methods(entity)
        return bool(methods) and all(does_nothing(entity.unit, one) for one in methods)
    if not isinstance(entity, KnownValue):
        return False
    value = entity.value
    if isinstance(value, s.Literal):
        return value.value is None or value.value is False
    functions = functions_of(value)
    return bool(functions) and all(does_nothing(entity.unit, one) for one in functions)


def functions_of(value: s.Value) -> list[int]:
    """Return the functions of an object that consists of nothing else; else an empty list."""
    if not isinstance(value, s.Object):
        return []
    found = [one.value.function for one in value.entries if isinstance(one.value, s.Lambda)]
    return found if len(found) == len(value.entries) else []


def is_nothing(value: s.Value) -> bool:
    """Whether a value is ``null``, ``undefined`` or ``None``, as it is written."""
    if isinstance(value, s.Literal):
        return value.value is None
    return isinstance(value, s.Name) and value.name == "undefined"


def does_nothing(unit: Unit, index: int) -> bool:
    """Whether the body of a function is empty, or returns nothing."""
    return all(map(_is_idle, unit.module.functions[index].body))


def _is_idle(statement: s.Statement) -> bool:
    if isinstance(statement, s.Return):
        return statement.value is None or _is_empty(statement.value)
    return isinstance(statement, s.ExpressionStatement) and isinstance(statement.value, s.Literal)


def _is_empty(value: s.Value) -> bool:
    """``undefined``, ``null``, ``{}``, ``[]``, ``Promise.resolve()``."""
    if is_nothing(value) or (isinstance(value, s.Literal) and isinstance(value.value, bool)):
        return True
    if isinstance(value, s.Object):
        return not value.entries
    if isinstance(value, s.Sequence):
        return not value.items
    callee = value.callee if isinstance(value, s.Call) and not value.arguments else None
    holder = callee.object if isinstance(callee, s.Member) else None
    return isinstance(holder, s.Name) and holder.name == "Promise"


def _methods(entity: Instance) -> list[int]:
    """The methods of a class without bases, its constructor apart."""
    declared = entity.unit.module.classes[entity.index]
    if declared.bases:
        return []
    functions = entity.unit.module.functions
    return [
        one.function
        for one in declared.members
        if one.function >= 0 and functions[one.function].kind not in ("constructor", "getter")
    ]
