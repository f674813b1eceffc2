"""Which branches a call never takes, because of what it passes: ``f({…})`` and ``if (!given)``."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mmlint.model import syntax as s
from mmlint.model.stretches import Stretches
from mmlint.project.semantic.entity import (
    Instance,
    KnownValue,
    ProjectClass,
    ProjectFunction,
    Substitution,
)
from mmlint.project.semantic.program import Program
from mmlint.project.semantic.unit import Unit

_NEGATIONS = frozenset({"!", "not"})


class Guard(msgspec.Struct, frozen=True):
    """Bytes that run only where ``test`` is ``truth``."""

    start: int
    end: int
    test: s.Value
    truth: bool


class Branches:
    """Answers about the branches of ``program``."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._guards: dict[int, _Guards] = {}

    def excludes(self, unit: Unit, offset: int, substitution: Substitution) -> bool:
        """Whether the byte ``offset`` of ``unit`` certainly does not run where parameters stand for
        what ``substitution`` says."""
        if id(unit) not in self._guards:
            self._guards[id(unit)] = _Guards(unit)
        return any(
            self._truth(unit, one.test, substitution) is (not one.truth)
            for one in self._guards[id(unit)].around(offset)
        )

    def _truth(self, unit: Unit, test: s.Value, substitution: Substitution) -> bool | None:
        truth = True
        while isinstance(test, s.Operation) and test.operator in _NEGATIONS:
            test, truth = test.operands[0], not truth
        if _changes(unit, test):
            return None
        found = self.program.resolve(unit, test, substitution)
        if isinstance(found, (ProjectFunction, ProjectClass)):
            return truth
        if isinstance(found, Instance):
            return None if unit.python else truth  # a class may say what its objects are
        held = found.value if isinstance(found, KnownValue) else None
        if isinstance(held, s.Literal):
            return bool(held.value) is truth
        if isinstance(held, (s.Object, s.Sequence)):
            full = held.entries if isinstance(held, s.Object) else held.items
            return truth if not unit.python or _has_some(full) else None
        return None


def _changes(unit: Unit, test: s.Value) -> bool:
    """Whether ``test`` reads a parameter, or a part of one, that the function may set anew."""
    while isinstance(test, (s.Member, s.Index)):
        test = test.object
    if not isinstance(test, s.Name) or test.binding not in unit.parameters:
        return False
    return test.binding in unit.definitions or test.binding in unit.member_writes


class _Guards:
    """The guards of a unit, which lie inside each other or apart."""

    def __init__(self, unit: Unit) -> None:
        found = [*_guards(unit)]
        found.sort(key=lambda one: (one.start, -one.end))
        self._found = found
        self._outer: list[int] = []
        stack: list[int] = []
        for number, one in enumerate(found):
            while stack and found[stack[-1]].end <= one.start:
                stack.pop()
            self._outer.append(stack[-1] if stack else -1)
            stack.append(number)
        self._at = Stretches([(one.start, one.end) for one in found])

    def around(self, offset: int) -> Iterator[Guard]:
        number = self._at.at(offset)
        while number >= 0:
            yield self._found[number]
            number = self._outer[number]


def _guards(unit: Unit) -> Iterator[Guard]:
    for one in unit.statements:
        if isinstance(one, s.If):
            for body, truth in ((one.body, True), (one.orelse, False)):
                if body:
                    yield Guard(body[0].start, body[-1].end, one.test, truth)
    for choice in unit.every(s.Choice):
        if choice.operator == "?:" and len(choice.options) == 2:
            for option, truth in zip(choice.options, (True, False), strict=True):
                yield Guard(option.start, option.end, choice.test, truth)
        elif choice.operator == "&&":
            last = choice.options[-1]
            yield Guard(last.start, last.end, choice.test, True)


def _has_some(entries: tuple[s.Entry, ...] | tuple[s.Value, ...]) -> bool:
    """Whether a Python list or dict has an entry that is no spread."""
    return any(
        one.kind != "spread" if isinstance(one, s.Entry) else not isinstance(one, s.Spread)
        for one in entries
    )
