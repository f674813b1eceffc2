"""Which units a platform's pattern can find anything in, by what each says of itself.

A project has many files and there are many patterns, but few files have what a pattern is about: an
export of that name, a class, a decorator. Only these are looked at closely.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property
from typing import Literal

import msgspec

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

    def calls(self, pattern: str) -> Units:
        """Return the units that call what ``pattern`` describes, as in ``Callback.callee``."""
        return frozenset(self.program.call_graph.matching(pattern))

    def decorated(self, pattern: str) -> Units:
        """Return the units with a decorator that ``pattern`` describes."""
        return frozenset(self.decorators(pattern))

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

    def exports(self, names: tuple[str, ...], language: Literal["javascript", "python"]) -> Units:
        """Return the units that give one of ``names`` away; or any name, as far as can be seen."""
        if language == "python":
            return frozenset(
                id(unit)
                for unit in self._python
                if unit.everything or not unit.globals.keys().isdisjoint(names)
            )
        every = (self._exports.get(name, ()) for name in (*names, "=", "*"))
        return frozenset().union(*every)

    def functions(self, names: Collection[str] | None) -> Units:
        """Return the Python units with a top-level function of one of ``names`` (None: of any)."""
        return frozenset(id(unit) for unit in self._python if _declares(unit, names))

    def directives(self, text: str) -> Units:
        """Return the units with the directive ``text``, their own or one of their functions'."""
        return self._directives.get(text, frozenset())

    @cached_property
    def defaults(self) -> Units:
        """The JavaScript units that may have a default export."""
        return self.exports(("default",), "javascript")

    @cached_property
    def classes(self) -> Units:
        """The units that declare a class."""
        return frozenset(id(unit) for unit in self.program.units if unit.module.classes)

    @cached_property
    def components(self) -> Units:
        """The units with an async function whose name begins with a capital letter."""
        return frozenset(
            id(unit)
            for unit in self.program.units
            if any(one.is_async and (one.name or "")[:1].isupper() for one in unit.module.functions)
        )

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


def _declares(unit: Unit, names: Collection[str] | None) -> bool:
    """Whether a function of one of ``names`` (of any, if None) is at the unit's top level."""
    return any(
        one.parent == 0 and one.kind == "function" and (names is None or one.name in names)
        for one in unit.module.functions
    )
