"""Which functions may send, flush or make a request at all, so that only their paths are followed.

Most names of a program lead to none of that: a parameter, a package, a global. So each variable is
looked behind once, and from the few that lead somewhere the search goes back to the functions that
name them, and to those that name these.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from mmlint.model import syntax as s
from mmlint.project.callee import is_flush, is_send, speaks_http
from mmlint.project.entity import (
    HERE,
    Entity,
    External,
    Global,
    Parameter,
    ProjectFunction,
    SdkFunction,
)
from mmlint.project.program import Program, constructor
from mmlint.project.unit import Unit
from mmlint.sdk import surface

Key = tuple[int, int]
"""A function, as ``ProjectFunction.key``."""


class Mentioning(NamedTuple):
    """The functions that may queue an event, that may flush, and that may make a plain request:
    themselves, a function inside them, or one that they reach."""

    sends: set[Key]
    flushes: set[Key]
    requests: set[Key]


def mentioning(program: Program) -> Mentioning:
    """From the functions that name a send, a flush or a request back to all that name those."""
    sends: set[Key] = set()
    flushes: set[Key] = set()
    requests: set[Key] = set()
    named_by: dict[Key, list[Key]] = {}
    for unit in program.units:
        names = _Names(program, unit)
        for index, declared in enumerate(unit.module.functions):
            key = (id(unit), index)
            named_by.setdefault(key, []).append((id(unit), declared.parent))
            for found in names.of(index):
                if isinstance(found, ProjectFunction):
                    named_by.setdefault(found.key, []).append(key)
                elif is_send(found):
                    sends.add(key)
                elif is_flush(found):
                    flushes.add(key)
                elif speaks_http(found):
                    requests.add(key)
    return Mentioning(*(_spread(one, named_by) for one in (sends, flushes, requests)))


def _spread(found: set[Key], named_by: dict[Key, list[Key]]) -> set[Key]:
    """``found`` and every function from which one of them is reached."""
    queue = list(found)
    while queue:
        for outer in named_by.get(queue.pop(), ()):
            if outer not in found:
                found.add(outer)
                queue.append(outer)
    return found


class _Names:
    """What the names in the functions of one unit mean, as far as that matters here."""

    def __init__(self, program: Program, unit: Unit) -> None:
        self.program = program
        self.unit = unit
        self._found: dict[int | str, Entity | None] = {}
        self._closed: dict[int | str, bool] = {}

    def of(self, function: int) -> Iterator[Entity]:
        """Yield what is named in a function, without what is named in those inside it."""
        for value in self.unit.values(function):
            if isinstance(value, s.Name):
                found = self._name(value)
            elif isinstance(value, s.Member):
                found = self._member(value)
            elif isinstance(value, s.Call):
                found = self._called(value)
            else:
                continue
            if found is not None:
                yield found

    def _name(self, name: s.Name) -> Entity | None:
        """A variable means the same wherever it stands, and so does a global."""
        key = name.binding if name.binding >= 0 else name.name
        if key not in self._found:
            self._found[key] = self._mattering(name)
        return self._found[key]

    def _member(self, member: s.Member) -> Entity | None:
        root: s.Value = member.object
        while type(root) is s.Member:
            root = root.object
        if member.name != _FETCH and self._is_closed(root):
            return None
        return self._mattering(member)

    def _called(self, call: s.Call) -> Entity | None:
        """What is called, unless that is a name: then it is a value of the function itself."""
        callee = call.callee
        return None if isinstance(callee, s.Name | s.Member) else self._mattering(callee)

    def _mattering(self, value: s.Value) -> Entity | None:
        found = constructor(self.program.resolve(self.unit, value))
        matters = type(found) in _FUNCTIONS or speaks_http(found)
        return found if matters else None

    def _is_closed(self, root: s.Value) -> bool:
        """Whether members of ``root``, at any distance, are certainly no functions that matter
        (but for ``fetch``). Most are of this kind."""
        if type(root) is not s.Name or root.name in HERE:
            return self._has_none(self.program.resolve(self.unit, root))
        key = root.binding if root.binding >= 0 else root.name
        if key not in self._closed:
            self._closed[key] = self._has_none(self.program.resolve(self.unit, root))
        return self._closed[key]

    def _has_none(self, found: Entity | None) -> bool:
        if isinstance(found, Global):
            return found.path != ("window",)
        if isinstance(found, External):
            closed = not self.unit.python and surface.CLIENT_CLASS not in found.path
            return closed and not speaks_http(found)
        return found is None or isinstance(found, Parameter)


_FETCH = "fetch"

_FUNCTIONS = frozenset({ProjectFunction, SdkFunction})
