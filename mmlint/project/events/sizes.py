"""How many events are sent at once, where that is written: batches, and what they are cut from.

What is not a number, or comes from somewhere else, has no size.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

import msgspec

from mmlint.model import syntax as s
from mmlint.model.finding import Place
from mmlint.project.dataflow.backward import MAX_STEPS, Expression, Walk, options
from mmlint.project.events.clients import Setup
from mmlint.project.http.requests import requests
from mmlint.project.platforms.handlers import last_name
from mmlint.project.semantic.callee import MAPPERS
from mmlint.project.semantic.entity import NOTHING, KnownValue, ProjectFunction
from mmlint.project.semantic.program import Program
from mmlint.project.semantic.shape import Shapes
from mmlint.project.semantic.unit import Unit, pattern_names

_CUTTERS = frozenset(
    {"chunk", "chunks", "chunked", "batched", "batches", "batch", "splitevery", "chunkarray"}
    | {"grouper", "ichunked", "sliced", "inchunks", "intochunks", "chunkby"}
)
"""Names, in lower case without underscores, of functions that cut a list into parts."""
_SAME = frozenset({"list", "tuple", "from", "sorted", "reversed", "iter", "filter", "copy"})
"""Calls that give back no more than they are given."""


class Size(msgspec.Struct, frozen=True):
    """``events`` are sent at once. ``place``: the number, or the list that holds so many.

    ``numbers``: every literal that must change with it, or nothing where that is not known.
    """

    events: float
    place: Place
    numbers: tuple[Place, ...] = ()


class Sizes:
    """Finds the sizes of what ``program`` sends."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.shapes = Shapes(program)

    def all(self, setups: tuple[Setup, ...]) -> Iterator[Size]:
        """Yield the size of every client's batch, and of every request to ``/v1/batch``."""
        for setup in setups:
            found = setup.number(self.program, "flushAt") if setup.sdk == "node" else None
            if found is not None and found[0].value is not None:
                yield from self._number(found[0].unit, found[0].value, None)
        for call, made in requests(self.program):
            if call.unit.test or made.endpoint != "batch" or made.body is None:
                continue
            events = self.shapes.of(call.unit, made.body).fields.get("events")
            if events is not None and events.value is not None:
                yield from self._of(events.unit, events.value)

    def _of(self, unit: Unit, value: s.Value) -> Iterator[Size]:
        """The sizes of what ``value`` may be cut from."""
        edges = (_whole, options, _same_items, self._named)
        for one in Walk(self.program, Expression(unit, value), edges).ends():
            if isinstance(one.value, s.Sequence):
                if any(isinstance(item, s.Spread) for item in one.value.items):
                    continue  # what it adds has no size
                place = Place(one.unit.path, one.value.start, one.value.end)
                yield Size(len(one.value.items), place)
            elif (size := _slice(one.value)) is not None:
                yield from self._number(one.unit, size, one.value)
            elif (cut := _cut(one.value)) is not None:
                yield from self._number(one.unit, cut, None)

    def _named(self, program: Program, at: Expression) -> Sequence[Expression] | None:
        """A variable to all that it is given: by itself, by a loop, by a caller."""
        if not isinstance(at.value, s.Name) or at.value.binding < 0:
            return None
        found = self._given(at.unit, at.value.binding)
        return [at.into(unit, value, NOTHING) for unit, value in islice(found, MAX_STEPS + 1)]

    def _given(self, unit: Unit, binding: int) -> Iterator[tuple[Unit, s.Value]]:
        for one in unit.definitions.get(binding, ()):
            if not one.path:
                yield unit, one.value
        for statement in unit.statements:
            if isinstance(statement, s.Loop) and statement.target is not None:
                names = pattern_names(statement.target)
                if (binding, ()) in [(name.binding, path) for name, path in names]:
                    yield from self._parts(unit, statement.iterable)
        for value in unit.every(s.Comprehension):
            for target, source in zip(value.targets, value.sources, strict=False):
                if isinstance(target, s.Name) and target.binding == binding:
                    yield from self._parts(unit, source)
        place = unit.parameters.get(binding)
        if place is not None and not place[2]:
            yield from self._passed(ProjectFunction(unit, place[0]), place[1])

    def _passed(self, function: ProjectFunction, number: int) -> Iterator[tuple[Unit, s.Value]]:
        """What callers pass, and what a callback of ``map`` and ``forEach`` takes one by one."""
        for call in self.program.callers.get(function, []):
            key = (id(function.unit), function.index, number)
            passed = dict(self.program.substitution(call.unit, call.call, function)).get(key)
            if passed is not None:
                yield passed.unit, passed.value
        for _, each in function.unit.calls:
            callee = each.callee
            given = each.arguments[0].value if each.arguments else None
            if not isinstance(callee, s.Member) or callee.name not in (*MAPPERS, "forEach"):
                continue
            if isinstance(given, s.Lambda) and given.function == function.index:
                yield from self._parts(function.unit, callee.object)

    def _parts(self, unit: Unit, value: s.Value | None) -> Iterator[tuple[Unit, s.Value]]:
        """The parts of a list that was cut: the call that cuts it stands for each of them."""
        if isinstance(value, s.Name) and value.binding >= 0:
            definitions = unit.definitions.get(value.binding, ())
            value = definitions[0].value if len(definitions) == 1 else None
        if isinstance(value, s.Call) and _cut(value) is not None:
            yield unit, value

    # --- numbers ----------------------------------------------------------------------------------

    def _number(self, unit: Unit, value: s.Value, cut: s.Value | None) -> Iterator[Size]:
        """The size that ``value`` certainly is; ``cut``: the slice that it is the size of."""
        known = self.program.resolve(unit, value)
        if not isinstance(known, KnownValue):
            return
        literal, owner = known.value, known.unit
        number = literal.value if isinstance(literal, s.Literal) else None
        if not isinstance(number, (int, float)) or isinstance(number, bool):
            return
        place = Place(owner.path, literal.start, literal.end)
        numbers: tuple[Place, ...] = (place,)
        if cut is not None and literal is value:
            steps = tuple(_steps(unit, cut, number))
            numbers = (place, *steps) if steps else ()
        yield Size(number, place, numbers)


def _whole(program: Program, at: Expression) -> Sequence[Expression] | None:
    """The walk ends at a list that is written, and where one is cut."""
    whole = isinstance(at.value, s.Sequence)
    return () if whole or _slice(at.value) is not None or _cut(at.value) is not None else None


def _same_items(program: Program, at: Expression) -> Sequence[Expression] | None:
    """What has no more items than another value to that: ``rows.map(…)``, ``list(rows)``."""
    value = at.value
    if isinstance(value, (s.Await, s.Spread)):
        return (at.to(value.value),)
    if isinstance(value, s.Comprehension):
        return [at.to(one) for one in value.sources] if len(value.sources) == 1 else ()
    if not isinstance(value, s.Call):
        return None
    callee, name = value.callee, last_name(value.callee)
    if name in ("map", "filter") and isinstance(callee, s.Member):
        return (at.to(callee.object),)
    return [at.to(one.value) for one in value.arguments[:1]] if name in _SAME else ()


def _cut(value: s.Value) -> s.Value | None:
    """The size in ``chunk(rows, 5000)`` and ``islice(rows, 5000)``."""
    if not isinstance(value, s.Call):
        return None
    name = last_name(value.callee).replace("_", "").lower()
    arguments = value.arguments
    if name not in _CUTTERS and name != "islice":
        return None
    named = next((one.value for one in arguments if one.name in ("n", "size")), None)
    return named or (arguments[1].value if len(arguments) == 2 else None)


def _slice(value: s.Value) -> s.Value | None:
    """The size in ``rows.slice(i, i + 5000)``, ``rows[i:i + 5000]`` and ``rows[:5000]``."""
    end: s.Value | None = None
    if isinstance(value, s.Call) and last_name(value.callee) == "slice":
        if len(value.arguments) == 2:
            first, end = (one.value for one in value.arguments)
            if isinstance(end, s.Literal) and not _is_zero(first):
                return None
    elif isinstance(value, s.Call) and last_name(value.callee) == "splice":
        return value.arguments[1].value if len(value.arguments) == 2 else None
    elif isinstance(value, s.Index) and isinstance(value.index, s.Unknown) and value.index.parts:
        end = value.index.parts[-1]
        if len(value.index.parts) == 1 and value.index.parts[0].start - value.index.start < 1:
            return None  # rows[5000:] is the rest
    if isinstance(end, s.Operation) and end.operator == "+" and len(end.operands) == 2:
        return end.operands[1]
    return end if isinstance(end, (s.Literal, s.Name)) else None


def _steps(unit: Unit, cut: s.Value, number: float) -> Iterator[Place]:
    """The literals of the loops around a slice that step as far as it reaches."""
    for statement in unit.statements:
        if not isinstance(statement, s.Loop) or not statement.start <= cut.start < statement.end:
            continue
        iterable = statement.iterable
        counts = isinstance(iterable, s.Call) and last_name(iterable.callee) == "range"
        if isinstance(iterable, s.Call) and counts and len(iterable.arguments) == 3:
            yield from _same(unit, iterable.arguments[2].value, number)
        for one in unit.statements:
            inside = statement.start <= one.start < statement.end
            if isinstance(one, s.Assign) and one.operator == "+=" and inside:
                yield from _same(unit, one.value, number)


def _same(unit: Unit, value: s.Value, number: float) -> Iterator[Place]:
    if isinstance(value, s.Literal) and value.value == number:
        yield Place(unit.path, value.start, value.end)


def _is_zero(value: s.Value) -> bool:
    return isinstance(value, s.Literal) and value.value == 0
