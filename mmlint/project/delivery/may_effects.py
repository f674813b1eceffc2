"""Which functions may send, flush or make a request at all, so that only their paths are followed.

What a function calls is known, so most need no search. Of the others, most names lead to none of
that: a parameter, a package, a global. So each name of a unit is looked behind once. Asked about a
function, the search goes through what that names, and what those name, and from the few that lead
somewhere back again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mmlint.model import syntax as s
from mmlint.project.delivery.reachability import around
from mmlint.project.semantic.callee import is_flush, is_send, speaks_http
from mmlint.project.semantic.entity import (
    HERE,
    External,
    Global,
    Parameter,
    ProjectFunction,
    Resolved,
    SdkFunction,
)
from mmlint.project.semantic.program import Program, constructor
from mmlint.project.semantic.unit import Unit
from mmlint.sdk import surface

Key = tuple[int, int]
"""A function, as ``ProjectFunction.key``."""


class MayEffects:
    """The functions that may queue an event, that may flush, and that may make a plain request:
    themselves, a function inside them, or one that they reach."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._sends: set[Key] = set()
        self._flushes: set[Key] = set()
        self._requests: set[Key] = set()
        self._seen: set[Key] = set()
        self._named: dict[Key, list[ProjectFunction]] = {}
        self._named_by: dict[Key, list[Key]] = {}
        self._names: dict[int, _Names] = {}
        self._look_at_calls()

    def sends(self, function: ProjectFunction) -> bool:
        return self._is_among(self._sends, function)

    def flushes(self, function: ProjectFunction) -> bool:
        return self._is_among(self._flushes, function)

    def requests(self, function: ProjectFunction) -> bool:
        return self._is_among(self._requests, function)

    def _look_at_calls(self) -> None:
        """Most of the functions that do something themselves do it by a call, and calls have been
        followed: these need no search."""
        for call in self.program.outgoing:
            found = self.program.resolve(call.unit, call.call.callee)
            keys = [(id(call.unit), index) for index in around(call)]
            if is_send(found):
                self._sends.update(keys)
            elif is_flush(found):
                self._flushes.update(keys)
            elif speaks_http(found):
                self._requests.update(keys)

    def _is_among(self, found: set[Key], function: ProjectFunction) -> bool:
        if function.key not in found and function.key not in self._seen:
            self._search(function)
        return function.key in found

    def _search(self, function: ProjectFunction) -> None:
        """Look through ``function`` and whatever it reaches, as far as that was not done before."""
        self._seen.add(function.key)
        queue = [function]
        reached: list[Key] = []
        while queue:
            one = queue.pop()
            reached.append(one.key)
            for inner in self.named(one):
                self._named_by.setdefault(inner.key, []).append(one.key)
                if inner.key in self._seen:
                    reached.append(inner.key)
                else:
                    self._seen.add(inner.key)
                    queue.append(inner)
        for found in (self._sends, self._flushes, self._requests):
            self._spread(found, reached)

    def named(self, function: ProjectFunction) -> list[ProjectFunction]:
        """Return the functions inside ``function`` and those that it names: whatever a call in it
        can lead to is among them."""
        found = self._named.get(function.key)
        if found is None:
            found = self._named[function.key] = [*self._look_at_names(function)]
        return found

    def _look_at_names(self, function: ProjectFunction) -> Iterator[ProjectFunction]:
        """Yield them, and take down what else the function names."""
        unit, index = function.unit, function.index
        for inner in unit.children(index):
            yield ProjectFunction(unit, inner)
        names = self._names.get(id(unit))
        if names is None:
            names = self._names[id(unit)] = _Names(self.program, unit)
        for found in names.of(index):
            if isinstance(found, ProjectFunction):
                yield found
            elif is_send(found):
                self._sends.add(function.key)
            elif is_flush(found):
                self._flushes.add(function.key)
            elif speaks_http(found):
                self._requests.add(function.key)

    def _spread(self, found: set[Key], reached: Iterable[Key]) -> None:
        """Add every function from which one that was ``found`` is reached."""
        queue = [one for one in reached if one in found]
        while queue:
            for outer in self._named_by.get(queue.pop(), ()):
                if outer not in found:
                    found.add(outer)
                    queue.append(outer)


class _Names:
    """What the names in the functions of one unit mean, as far as that matters here.

    ``_idle``: the names that mean nothing that matters. ``_closed``: those whose members, at any
    distance, do not either, but for ``fetch``. Most are both.
    """

    def __init__(self, program: Program, unit: Unit) -> None:
        self.program = program
        self.unit = unit
        self._idle: set[int | str] = set()
        self._closed: set[int | str] = set()

    def of(self, function: int) -> Iterator[Resolved]:
        """Yield what is named in a function, without what is named in those inside it."""
        for value in self.unit.values(function):
            found = None
            if type(value) is s.Name:
                if _key(value) not in self._idle:
                    found = self._name(value)
            elif type(value) is s.Member:
                found = self._member(value)
            elif type(value) is s.Call and type(value.callee) not in _NAMED:
                found = self._mattering(value.callee)
            if found is not None:
                yield found

    def _name(self, name: s.Name) -> Resolved | None:
        """A variable means the same wherever it stands, and so does a global."""
        meant = self.program.resolve(self.unit, name)
        found = _mattering(meant)
        if name.name not in HERE:
            if found is None:
                self._idle.add(_key(name))
            if self._has_none(meant):
                self._closed.add(_key(name))
        return found

    def _member(self, member: s.Member) -> Resolved | None:
        root = member.object
        while type(root) is s.Member:
            root = root.object
        if member.name != _FETCH:
            if type(root) is s.Name and _key(root) in self._closed:
                return None
            if self._has_none(self.program.resolve(self.unit, root)):
                return None
        return self._mattering(member)

    def _mattering(self, value: s.Value) -> Resolved | None:
        return _mattering(self.program.resolve(self.unit, value))

    def _has_none(self, found: Resolved | None) -> bool:
        if isinstance(found, Global):
            return found.path != ("window",)
        if isinstance(found, External):
            closed = not self.unit.python and surface.CLIENT_CLASS not in found.path
            return closed and not speaks_http(found)
        return found is None or isinstance(found, Parameter)


def _key(name: s.Name) -> int | str:
    """All names of a unit with the same key mean the same, but for those that mean what is here."""
    return name.binding if name.binding >= 0 else name.name


def _mattering(meant: Resolved | None) -> Resolved | None:
    found = constructor(meant)
    return found if type(found) in _FUNCTIONS or speaks_http(found) else None


_FETCH = "fetch"

_NAMED = frozenset({s.Name, s.Member})

_FUNCTIONS = frozenset({ProjectFunction, SdkFunction})
