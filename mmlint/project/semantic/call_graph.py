"""The calls of a program, found by what they call.

A project makes the same few calls again and again: a search for some of them asks once for
each thing that is called, and not for each call.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from functools import cached_property

import msgspec

from mmlint.model import syntax as s
from mmlint.project.semantic.callee import after, speaks_http, waits
from mmlint.project.semantic.callee_matcher import callee_matcher
from mmlint.project.semantic.entity import (
    External,
    Global,
    ProjectClass,
    ProjectFunction,
    Resolved,
    SdkFunction,
)
from mmlint.project.semantic.unit import Site, Unit


class Call(msgspec.Struct, frozen=True, gc=False):
    """A call, where it stands, and what its callee resolves to (None: unknown)."""

    unit: Unit
    site: Site
    call: s.Call
    callee: Resolved | None


class Outside(msgspec.Struct, frozen=True):
    """Something that a package or the platform provides, and the numbers of its calls."""

    entity: External | Global
    calls: list[int]


class CallGraph:
    """``every``: all calls of a program in path and source order; the answers keep that order."""

    def __init__(self, every: list[Call]) -> None:
        self.every = every
        self._found: dict[str, dict[int, list[Call]]] = {}

    def of(
        self,
        *kinds: type[Resolved],
        outside: Callable[[External | Global], bool] | None = None,
        units: Collection[Unit] = (),
    ) -> list[Call]:
        """Return the calls of entities of these kinds, of what packages and the platform provide
        for which ``outside`` holds, and all that stand in ``units``."""
        numbers = {number for kind in kinds for number in self._by_kind.get(kind, ())}
        if outside is not None:
            for one in self._by_text.values():
                numbers.update(one.calls if outside(one.entity) else ())
        if units:
            numbers.update(number for unit in units for number in self._by_unit.get(id(unit), ()))
        return self._numbered(numbers)

    @cached_property
    def internal_calls(self) -> list[Call]:
        """The calls of the project's functions and classes."""
        return self.of(ProjectFunction, ProjectClass)

    @cached_property
    def outgoing_calls(self) -> list[Call]:
        """The calls that may send something: those of the SDK, and of HTTP clients."""
        return self.of(SdkFunction, outside=speaks_http)

    def matching(self, pattern: str) -> dict[int, list[Call]]:
        """Return each unit (its id) with its calls of what ``pattern`` describes; a pattern as in
        ``Callback.callee``."""
        if pattern not in self._found:
            holds = callee_matcher(pattern)
            numbers = [
                number for text, one in self._by_text.items() if holds(text) for number in one.calls
            ]
            found = self._found[pattern] = {}
            for call in self._numbered(numbers):
                found.setdefault(id(call.unit), []).append(call)
        return self._found[pattern]

    def deferring(self, unit: Unit) -> list[Call]:
        """Return the calls in ``unit`` of ``after`` and of what waits for a promise, as
        ``waitUntil`` does, in source order."""
        return self._deferring.get(id(unit), [])

    @cached_property
    def _deferring(self) -> dict[int, list[Call]]:
        found: dict[int, list[Call]] = {}
        for call in self.every:
            if after(call.callee) or waits(call.call, call.callee):
                found.setdefault(id(call.unit), []).append(call)
        return found

    def _numbered(self, numbers: Iterable[int]) -> list[Call]:
        return [self.every[number] for number in sorted(numbers)]

    @cached_property
    def _by_unit(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for number, call in enumerate(self.every):
            found.setdefault(id(call.unit), []).append(number)
        return found

    @cached_property
    def _by_kind(self) -> dict[type[Resolved | None], list[int]]:
        found: dict[type[Resolved | None], list[int]] = {}
        for number, call in enumerate(self.every):
            found.setdefault(type(call.callee), []).append(number)
        return found

    @cached_property
    def _by_text(self) -> dict[str, Outside]:
        """What is called outside the project, by how it is written in full."""
        by_entity: dict[int, tuple[External | Global, list[int]]] = {}
        for number in (n for kind in (External, Global) for n in self._by_kind.get(kind, ())):
            callee = self.every[number].callee
            if id(callee) in by_entity:
                by_entity[id(callee)][1].append(number)
            elif isinstance(callee, (External, Global)):
                by_entity[id(callee)] = callee, [number]
        found: dict[str, Outside] = {}
        for entity, numbers in by_entity.values():
            one = found.setdefault(qualified_name(entity), Outside(entity, []))
            one.calls.extend(numbers)
        return found


def qualified_name(entity: External | Global) -> str:
    """Return ``module:path`` of something of a package, ``:path`` of a global."""
    module = entity.module if isinstance(entity, External) else ""
    return f"{module}:{'.'.join(entity.path)}"
