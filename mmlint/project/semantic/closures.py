"""Functions that another function makes and gives back: a call of that one runs nothing of them."""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.model import syntax as s
from mmlint.project.semantic.arguments import makes_partial
from mmlint.project.semantic.callee import path_of
from mmlint.project.semantic.entity import ProjectFunction
from mmlint.project.semantic.program import Program
from mmlint.project.semantic.unit import Unit

_MEMOISING = frozenset({"useCallback", "useMemo", "useEvent", "useEffectEvent"})
"""Hooks that return the function that they are given."""


class Closures:
    """Answers about the functions of ``program``."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._found: dict[ProjectFunction, frozenset[int]] = {}

    def is_given_back(self, function: ProjectFunction) -> bool:
        """Whether the function around ``function`` returns it, alone or inside an object or a list,
        and does not call it."""
        unit, around = function.unit, function.function.parent
        if around <= 0 or function.index not in self._returned(ProjectFunction(unit, around)):
            return False
        calls = self.program.callers.get(function, ())
        return not any(one.unit is unit and one.site.function == around for one in calls)

    def _returned(self, around: ProjectFunction) -> frozenset[int]:
        """The functions inside ``around`` that it returns."""
        if around not in self._found:
            self._found[around] = frozenset(self._return(around.unit, around.index))
        return self._found[around]

    def _return(self, unit: Unit, around: int) -> Iterator[int]:
        waiting = [
            one.value
            for one in unit.walk.written(around)
            if isinstance(one, s.Return) and one.value is not None
        ]
        seen = set[int]()
        while waiting:
            value = waiting.pop()
            if isinstance(value, s.Lambda):
                yield value.function
            elif isinstance(value, s.Name) and value.binding >= 0 and value.binding not in seen:
                seen.add(value.binding)
                declared = unit.module.bindings[value.binding]
                if declared.kind == "function" and declared.owner == around:
                    yield declared.target
                definitions = unit.definitions.get(value.binding, ())
                waiting += [one.value for one in definitions if not one.path]
            else:
                waiting += _parts(self.program, unit, value)


def _parts(program: Program, unit: Unit, value: s.Value) -> Iterator[s.Value]:
    """Yield the parts that are had with ``value``."""
    if isinstance(value, s.Object):
        yield from (one.value for one in value.entries)
    elif isinstance(value, s.Sequence):
        yield from value.items
    elif isinstance(value, s.Choice):
        yield from value.options
    elif isinstance(value, (s.Await, s.Spread)):
        yield value.value
    elif isinstance(value, s.Call) and value.arguments:
        callee = program.resolve(unit, value.callee)
        if makes_partial(callee) or not _MEMOISING.isdisjoint(path_of(callee)[-1:]):
            yield value.arguments[0].value
