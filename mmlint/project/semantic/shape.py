"""What is known of an object's fields at a point of the program."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec
from msgspec.structs import replace

from mmlint.model import syntax as s
from mmlint.project.semantic.entity import (
    NOTHING,
    KnownValue,
    Parameter,
    PassedValue,
    ProjectFunction,
    Substitution,
)
from mmlint.project.semantic.program import Program
from mmlint.project.semantic.unit import Definition, Unit

Presence = Literal["present", "empty", "maybe"]


MAX_DEPTH = 12
"""How many variables and spreads are followed one behind the other."""

MAX_STEPS = 2_000
"""How many values are looked at for one object."""


class Field(msgspec.Struct, frozen=True):
    """One field: where its key stands, and its value as written there.

    ``maybe``: it is there on some paths, or what it holds cannot be known. ``certain``: the key is
    there on every path, and nothing unknown may replace its value. ``literal``: the object literal
    that the key stands in. ``twins``: the same key in the other objects of a choice.
    """

    unit: Unit
    start: int
    value: s.Value | None
    presence: Presence
    substitution: Substitution = NOTHING
    entry: s.Entry | s.Argument | None = None
    certain: bool = True
    literal: s.Object | None = None
    twins: tuple[Field, ...] = ()

    @property
    def everywhere(self) -> tuple[Field, ...]:
        """The field as each object of a choice has it."""
        return (self, *self.twins)


class Shape(msgspec.Struct):
    """The fields of an object. ``open``: it may have more than these.

    ``passed``: a caller decides about more fields than these (a parameter is spread or forwarded).
    ``literal``: the object literal itself, where there is one to edit.
    """

    fields: dict[str, Field] = msgspec.field(default_factory=dict)
    open: bool = False
    passed: bool = False
    literal: tuple[Unit, s.Object] | None = None
    call: tuple[Unit, s.Call] | None = None

    def absorb(self, other: Shape) -> None:
        """Take over the fields of ``other``, as a spread of it does."""
        if other.open:
            for name, one in self.fields.items():
                if name not in other.fields:
                    self.fields[name] = _maybe(one)
        for name, one in other.fields.items():
            before = self.fields.get(name)
            if one.presence == "maybe" and before is not None:
                one = before if before.presence == "present" else one
            self.fields[name] = one
        self.open = self.open or other.open
        self.passed = self.passed or other.passed


class Shapes:
    """Reads objects out of values, following variables, spreads and later writes to them."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._nested = 0
        self._steps = 0
        self._reading: dict[tuple[int, int], Substitution] = {}

    def of(
        self, unit: Unit, value: s.Value, substitution: Substitution = NOTHING, depth: int = 0
    ) -> Shape:
        """Return the shape of ``value``; an open shape without fields where nothing is known."""
        self._steps = self._steps + 1 if self._nested else 1
        if depth > MAX_DEPTH:
            return Shape(open=True)
        if self._steps > MAX_STEPS:
            self.program.limits.hit("steps", (unit.path, unit.number, value.start, value.end))
            return Shape(open=True)
        self._nested += 1
        try:
            return self._of(unit, value, substitution, depth)
        finally:
            self._nested -= 1

    def _of(self, unit: Unit, value: s.Value, substitution: Substitution, depth: int) -> Shape:
        if isinstance(value, s.Await):
            return self.of(unit, value.value, substitution, depth + 1)
        if isinstance(value, s.Object):
            return self._object(unit, value, substitution, depth)
        if isinstance(value, s.Name) and value.binding >= 0:
            return self._name(unit, value, substitution, depth)
        if isinstance(value, s.Call):
            return self._call(unit, value, substitution, depth)
        if isinstance(value, s.Choice):
            return self._choice(unit, value, substitution, depth)
        if isinstance(value, s.Literal) and value.value in (None, False):
            return Shape()  # spreading nothing adds nothing
        return self._entity(unit, value, substitution, depth)

    def _entity(self, unit: Unit, value: s.Value, substitution: Substitution, depth: int) -> Shape:
        found = self.program.resolve(unit, value, substitution)
        if isinstance(found, Parameter):
            return Shape(open=True, passed=True)
        if isinstance(found, KnownValue) and isinstance(found.value, s.Object):
            return self._object(found.unit, found.value, found.substitution, depth + 1)
        return Shape(open=True)

    def _object(self, unit: Unit, value: s.Object, substitution: Substitution, depth: int) -> Shape:
        shape = Shape(literal=(unit, value))
        for entry in value.entries:
            if entry.kind == "spread":
                shape.absorb(self.of(unit, entry.value, substitution, depth + 1))
            elif entry.key is None:
                shape.open = True
            else:
                found = self.field(unit, entry.key_start, entry.value, substitution, entry)
                shape.fields[entry.key] = replace(found, literal=value)
        return shape

    def field(
        self,
        unit: Unit,
        start: int,
        value: s.Value,
        substitution: Substitution = NOTHING,
        entry: s.Entry | s.Argument | None = None,
    ) -> Field:
        """Return the field whose key stands at byte ``start`` and whose value is ``value``."""
        return Field(
            unit, start, value, self.presence(unit, value, substitution), substitution, entry
        )

    def presence(
        self, unit: Unit, value: s.Value, substitution: Substitution = NOTHING, depth: int = 0
    ) -> Presence:
        """Return ``empty`` for what is certainly nothing, ``maybe`` for what a caller decides."""
        if isinstance(value, s.Choice):
            options = {self.presence(unit, one, substitution, depth + 1) for one in value.options}
            return options.pop() if len(options) == 1 else "present"
        found = self.program.resolve(unit, value, substitution)
        if isinstance(found, KnownValue) and isinstance(found.value, s.Literal):
            return "empty" if found.value.value in (None, "") else "present"
        if isinstance(found, Parameter):
            return "maybe"
        if found is None and self._passed_nothing(unit, value, substitution):
            return "empty"
        return "present"

    def _passed_nothing(self, unit: Unit, value: s.Value, substitution: Substitution) -> bool:
        """Whether ``value`` is a parameter that this call leaves out."""
        if not substitution or not isinstance(value, s.Name | s.Member):
            return False
        place = unit.parameter_part(value)
        if place is None:
            return False
        function, number, path = place
        for key, passed in substitution:
            if key == (id(unit), function, number):
                return passed is None or self._lacks(passed, path)
        return False

    def _lacks(self, passed: PassedValue, path: tuple[str, ...]) -> bool:
        """Whether the object ``passed`` certainly has nothing at ``path``."""
        if not path:
            return self.presence(passed.unit, passed.value, passed.substitution) == "empty"
        if "?" in path or "..." in path:
            return False
        shape = self.of(passed.unit, passed.value, passed.substitution)
        found = shape.fields.get(path[0])
        if found is None:
            return not shape.open
        if found.presence == "empty":
            return True
        if len(path) > 1 and found.value is not None:
            return self._lacks(PassedValue(found.unit, found.value, found.substitution), path[1:])
        return False

    def _name(self, unit: Unit, name: s.Name, substitution: Substitution, depth: int) -> Shape:
        """A variable: the object it is bound to, plus everything later done to it.

        Writes are joined without regard to order or path: a field that is written anywhere counts
        as there (a finding needs certainty that it is not).
        """
        key = (id(unit), name.binding)
        if key in self._reading:
            # What is spread into itself adds nothing; in another call it may be another object.
            return Shape(open=self._reading[key] is not substitution)
        self._reading[key] = substitution
        try:
            return self._variable(unit, name, substitution, depth)
        finally:
            del self._reading[key]

    def _variable(self, unit: Unit, name: s.Name, substitution: Substitution, depth: int) -> Shape:
        binding = unit.module.bindings[name.binding]
        definitions = unit.definitions.get(name.binding, [])
        if binding.kind in ("import", "parameter") or not definitions:
            passed = _passed_whole(unit, name, substitution)
            if passed is not None:
                shape = self.of(passed.unit, passed.value, passed.substitution, depth + 1)
            else:
                shape = self._entity(unit, name, substitution, depth)
            return self._with_writes(unit, name, shape, substitution, depth, forwarded=True)
        rest = _rest(definitions)
        if rest is None and (len(definitions) > 1 or any(one.path for one in definitions)):
            return self._entity(unit, name, substitution, depth)
        shape = self.of(unit, definitions[0].value, substitution, depth + 1)
        if rest is not None:
            fields = {key: one for key, one in shape.fields.items() if key not in rest}
            shape = Shape(fields, shape.open, shape.passed)
        return self._with_writes(unit, name, shape, substitution, depth)

    def _with_writes(
        self,
        unit: Unit,
        name: s.Name,
        shape: Shape,
        substitution: Substitution,
        depth: int,
        forwarded: bool = False,
    ) -> Shape:
        for bind in unit.member_writes.get(name.binding, ()):
            self._write(unit, name.binding, bind, shape, substitution)
        for call in unit.uses.get(name.binding, ()):
            self._use(unit, name, call, shape, substitution, depth, forwarded)
        for key in unit.removals.get(name.binding, ()):
            if key in shape.fields:
                shape.fields[key] = replace(_maybe(shape.fields[key]), entry=None)
        return shape

    def _write(
        self, unit: Unit, binding: int, bind: s.Assign, shape: Shape, substitution: Substitution
    ) -> None:
        target = bind.target
        if isinstance(target, s.Member) and _is(target.object, binding):
            entry = s.Entry(
                target.start, bind.value.end, target.name, bind.value, target.name_start
            )
            found = self.field(unit, target.name_start, bind.value, substitution, entry)
            before = shape.fields.get(target.name)
            if before is None or before.presence == "empty" or found.presence != "empty":
                shape.fields[target.name] = found
        elif isinstance(target, s.Index) and _is(target.object, binding):
            shape.open = True

    def _use(
        self,
        unit: Unit,
        name: s.Name,
        call: s.Call,
        shape: Shape,
        substitution: Substitution,
        depth: int,
        forwarded: bool,
    ) -> None:
        """What a call may do to the object: known writers add fields, others may do all."""
        binding = name.binding
        callee = call.callee
        if isinstance(callee, s.Member) and _is(callee.object, binding):
            first = call.arguments[0].value if call.arguments else None
            if callee.name == "setdefault" and isinstance(first, s.Literal):
                second = call.arguments[1].value if len(call.arguments) > 1 else first
                shape.fields[str(first.value)] = self.field(unit, call.start, second, substitution)
            elif callee.name == "update":
                shape.absorb(self._arguments(unit, call, substitution, depth))
            return
        positions = [
            number
            for number, one in enumerate(call.arguments)
            if _is(_unspread(one.value), binding)
        ]
        if not positions:
            return
        if isinstance(callee, s.Member) and callee.name == "assign" and positions[0] == 0:
            for argument in call.arguments[1:]:
                shape.absorb(self.of(unit, _unspread(argument.value), substitution, depth + 1))
        elif not forwarded and self._may_write(unit, call, name):
            shape.open = True

    def _may_write(self, unit: Unit, call: s.Call, name: s.Name) -> bool:
        """Whether a call that is handed the object may add fields to it before it is sent.

        The send itself and serialisers do not; others may, if they run before the name is used.
        """
        if call.start <= name.start < call.end or call.start > name.end:
            return False
        callee = call.callee
        last = callee.name if isinstance(callee, s.Member | s.Name) else ""
        return last not in ("stringify", "dumps", "track", "log", "debug", "info", "print", "push")

    def _arguments(self, unit: Unit, call: s.Call, substitution: Substitution, depth: int) -> Shape:
        """The shape of ``dict(a=1, **b)`` and of ``update({...}, a=1)``."""
        shape = Shape(call=(unit, call))
        for argument in call.arguments:
            value = argument.value
            if argument.name is not None:
                shape.fields[argument.name] = self.field(
                    unit, argument.start, value, substitution, argument
                )
            elif isinstance(value, s.Sequence):
                shape.open = True
            else:
                shape.absorb(self.of(unit, _unspread(value), substitution, depth + 1))
        return shape

    def _call(self, unit: Unit, call: s.Call, substitution: Substitution, depth: int) -> Shape:
        """Calls that make an object of known shape: ``dict``, ``Object.assign``, copies."""
        callee = call.callee
        if unit.python and isinstance(callee, s.Name) and callee.name == "dict":
            return self._arguments(unit, call, substitution, depth)
        if isinstance(callee, s.Member):
            if callee.name in ("assign", "freeze") and _named(callee.object, "Object"):
                shape = Shape()
                for argument in call.arguments:
                    shape.absorb(self.of(unit, _unspread(argument.value), substitution, depth + 1))
                return shape
            if unit.python and callee.name == "copy" and not call.arguments:
                return self.of(unit, callee.object, substitution, depth + 1)
        return self._entity(unit, call, substitution, depth)

    def _choice(self, unit: Unit, value: s.Choice, substitution: Substitution, depth: int) -> Shape:
        """Several shapes in one: what all options have is there, the rest is *maybe*."""
        if value.operator == "&&":
            shape = self.of(unit, value.options[-1], substitution, depth + 1)
            return Shape(_all_maybe(shape.fields), shape.open, shape.passed)
        shapes = [self.of(unit, one, substitution, depth + 1) for one in value.options]
        joined = Shape(
            open=any(one.open for one in shapes), passed=any(one.passed for one in shapes)
        )
        for shape in shapes:
            for name, one in shape.fields.items():
                everywhere = all(
                    name in other.fields and other.fields[name].presence == one.presence
                    for other in shapes
                )
                one = one if everywhere else _maybe(one)
                first = joined.fields.get(name)
                if first is not None:
                    one = replace(first, twins=(*first.twins, *one.everywhere))
                joined.fields[name] = one
        return joined

    # --- lists of objects ------------------------------------------------------------------------

    def items(
        self, unit: Unit, value: s.Value, substitution: Substitution, depth: int = 0
    ) -> Iterator[tuple[Unit, s.Value]]:
        """The entries of a list literal, or the object that a map or comprehension yields."""
        if depth > 4:
            return
        if isinstance(value, s.Sequence):
            for item in value.items:
                if isinstance(item, s.Spread):
                    yield from self.items(unit, item.value, substitution, depth + 1)
                else:
                    yield unit, item
        elif isinstance(value, s.Comprehension):
            yield unit, value.element
        elif isinstance(value, s.Call):
            yield from self._mapped(unit, value, substitution)
        elif isinstance(value, s.Name) and value.binding >= 0:
            definitions = unit.definitions.get(value.binding, [])
            if len(definitions) == 1 and not definitions[0].path:
                yield from self.items(unit, definitions[0].value, substitution, depth + 1)
            yield from self._pushed(unit, value)

    def _pushed(self, unit: Unit, name: s.Name) -> Iterator[tuple[Unit, s.Value]]:
        """``events.push({...})`` and ``events.append({...})`` add entries."""
        for _, call in unit.calls:
            callee = call.callee
            if isinstance(callee, s.Member) and callee.name in ("push", "append"):
                held = callee.object
                if isinstance(held, s.Name) and held.binding == name.binding:
                    for argument in call.arguments:
                        yield unit, argument.value

    def _mapped(
        self, unit: Unit, call: s.Call, substitution: Substitution
    ) -> Iterator[tuple[Unit, s.Value]]:
        callee = call.callee
        if not isinstance(callee, s.Member) or callee.name != "map" or not call.arguments:
            return
        mapper = self.program.resolve(unit, call.arguments[0].value, substitution)
        if isinstance(mapper, ProjectFunction):
            for statement in mapper.function.body:
                if isinstance(statement, s.Return) and statement.value is not None:
                    yield mapper.unit, statement.value


def _rest(definitions: list[Definition]) -> frozenset[str | None] | None:
    """The keys that ``const { a, ...name } = whole`` takes out before ``name`` gets what is left;
    None where a variable is defined in any other way."""
    if len(definitions) != 1 or definitions[0].path != ("...",):
        return None
    statement = definitions[0].statement
    target = statement.target if isinstance(statement, s.Assign) else None
    return frozenset(one.key for one in target.entries) if isinstance(target, s.Object) else None


def _passed_whole(unit: Unit, name: s.Name, substitution: Substitution) -> PassedValue | None:
    """The argument that a parameter stands for as a whole."""
    place = unit.parameters.get(name.binding)
    if place is None or place[2]:
        return None
    return dict(substitution).get((id(unit), place[0], place[1]))


def _all_maybe(fields: dict[str, Field]) -> dict[str, Field]:
    return {name: _maybe(one) for name, one in fields.items()}


def _maybe(one: Field) -> Field:
    return replace(one, presence="maybe", certain=False)


def _is(value: s.Value, binding: int) -> bool:
    return isinstance(value, s.Name) and value.binding == binding >= 0


def _named(value: s.Value, name: str) -> bool:
    return isinstance(value, s.Name) and value.name == name


def _unspread(value: s.Value) -> s.Value:
    return value.value if isinstance(value, s.Spread) else value
