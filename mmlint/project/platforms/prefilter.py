"""Which units a platform's pattern can find anything in, by what each says of itself.

A project has many files and there are many patterns, but few files have what a pattern is about: an
export of that name, a class, a decorator. Only these are looked at closely.
"""

from __future__ import annotations

from functools import cached_property

import msgspec

from mmlint.frameworks.pattern import (
    Attached,
    Callback,
    Component,
    Decorated,
    DefaultObject,
    Directive,
    Exported,
    Extends,
    Named,
    Pattern,
)
from mmlint.model import syntax as s
from mmlint.project.semantic.call_graph import qualified_name
from mmlint.project.semantic.callee_matcher import callee_matcher
from mmlint.project.semantic.entity import External, Global
from mmlint.project.semantic.program import Program
from mmlint.project.semantic.unit import Unit

Units = frozenset[int]
"""Units, by their ids."""


class Decoration(msgspec.Struct, frozen=True):
    """A decorator of something outside the project, and the function that it decorates."""

    unit: Unit
    function: int
    decorator: s.Value


class Candidates:
    """Answers for the units of ``program``; all that a pattern finds is in one of them."""

    def __init__(self, program: Program) -> None:
        self.program = program

    def of(self, pattern: Pattern) -> Units:
        """Return the units in which ``pattern`` may find something."""
        if isinstance(pattern, Callback):
            return frozenset(self.program.call_graph.matching(pattern.callee))
        if isinstance(pattern, Decorated):
            return frozenset(self.decorators(pattern.decorator))
        if isinstance(pattern, Exported):
            return self._exporting(pattern.names, pattern.language == "python")
        if isinstance(pattern, (Attached, DefaultObject)):
            return self._exporting(("default",), False)
        if isinstance(pattern, Directive):
            return self._directives.get(pattern.text, frozenset())
        if isinstance(pattern, Component):
            return self._of_components
        if isinstance(pattern, Extends):
            return frozenset(id(unit) for unit in self.program.units if unit.module.classes)
        names = frozenset(pattern.names) if isinstance(pattern, Named) else None
        return frozenset(id(unit) for unit in self._python if _declares(unit, names))

    def decorators(self, pattern: str) -> dict[int, list[Decoration]]:
        """Return each unit (its id) with its decorators that ``pattern`` describes, in the order of
        the functions; a pattern as in ``Callback.callee``."""
        found: dict[int, list[Decoration]] = {}
        holds = callee_matcher(pattern)
        for text, every in self._decorations.items():
            for one in every if holds(text) else ():
                found.setdefault(id(one.unit), []).append(one)
        for each in found.values():
            each.sort(key=lambda one: (one.function, one.decorator.start))
        return found

    def _exporting(self, names: tuple[str, ...], python: bool) -> Units:
        """The units that give one of ``names`` away; or any name, as far as can be seen here."""
        if python:
            return frozenset(
                id(unit)
                for unit in self._python
                if unit.everything or not unit.globals.keys().isdisjoint(names)
            )
        every = (self._exports.get(name, ()) for name in (*names, "=", "*"))
        return frozenset().union(*every)

    @cached_property
    def _python(self) -> list[Unit]:
        return [unit for unit in self.program.units if unit.python]

    @cached_property
    def _exports(self) -> dict[str, set[int]]:
        """The names that JavaScript exports, each with the units that do."""
        found: dict[str, set[int]] = {}
        for unit in self.program.units:
            for export in unit.module.exports:
                found.setdefault(export.name, set()).add(id(unit))
        return found

    @cached_property
    def _directives(self) -> dict[str, Units]:
        found: dict[str, set[int]] = {}
        for unit in self.program.units:
            texts = set(unit.module.directives)
            texts.update(*(one.directives for one in unit.module.functions))
            for text in texts:
                found.setdefault(text, set()).add(id(unit))
        return {text: frozenset(units) for text, units in found.items()}

    @cached_property
    def _of_components(self) -> Units:
        return frozenset(
            id(unit)
            for unit in self.program.units
            if any(one.is_async and (one.name or "")[:1].isupper() for one in unit.module.functions)
        )

    @cached_property
    def _decorations(self) -> dict[str, list[Decoration]]:
        """The decorators of functions, by how what they call is written in full."""
        found: dict[str, list[Decoration]] = {}
        for unit in self.program.units:
            for index, function in enumerate(unit.module.functions):
                for one in function.decorators:
                    called = one.callee if isinstance(one, s.Call) else one
                    entity = self.program.resolve(unit, called)
                    if isinstance(entity, (External, Global)):
                        found.setdefault(qualified_name(entity), []).append(
                            Decoration(unit, index, one)
                        )
        return found


def _declares(unit: Unit, names: frozenset[str] | None) -> bool:
    """Whether a function of one of ``names`` (of any, if None) is at the unit's top level."""
    return any(
        one.parent == 0 and one.kind == "function" and (names is None or one.name in names)
        for one in unit.module.functions
    )
