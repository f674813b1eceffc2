"""The backward data flow: which expressions a value may come from.

A walk starts at one expression and goes back along *edges*: from a variable to what it is given,
from a parameter to its argument, from a call to what the function returns. The edges that a walk
takes are what tells one question from another; the walk itself, and its one budget, stand here.
Where the budget runs out, that is told (``model.limits``), and the walk is not complete.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from mmlint.model import syntax as s
from mmlint.model.walk import statements
from mmlint.project.semantic.entity import (
    NOTHING,
    KnownValue,
    PassedValue,
    ProjectFunction,
    Substitution,
)
from mmlint.project.semantic.program import Program
from mmlint.project.semantic.unit import Unit

MAX_STEPS = 500
"""How many expressions are looked at to answer one question."""

Variable = tuple[Unit, int]
"""A binding of a unit."""

Called = tuple[int, int]
"""The identity of a project function."""


class Expression(Struct, frozen=True):
    """A node of the data flow.

    ``substitution``: what the parameters in ``value`` stand for.
    ``part``: whether only a part of the asked value comes from here.
    ``entered``: the functions whose results led here; to enter one again is recursion.
    """

    unit: Unit
    value: s.Value
    substitution: Substitution = NOTHING
    part: bool = False
    entered: frozenset[Called] = frozenset()

    def to(self, value: s.Value) -> Expression:
        """Another expression of the same unit, in the same context."""
        return replace(self, value=value)

    def piece(self, value: s.Value) -> Expression:
        """An expression that only a part of this one comes from."""
        return replace(self, value=value, part=True)

    def into(self, unit: Unit, value: s.Value, substitution: Substitution) -> Expression:
        """An expression in another context."""
        return replace(self, unit=unit, value=value, substitution=substitution)


Edge = Callable[[Program, Expression], Sequence[Expression] | None]
"""One step back: what an expression takes its value from; empty where that is unknown or the walk
shall end there, None where the edge is of other expressions."""

_Key = tuple[int, type, int, int, int, bool]


class Budget:
    """The steps that are left for one question about ``value``."""

    def __init__(
        self, program: Program, unit: Unit, value: s.Value, steps: int = MAX_STEPS
    ) -> None:
        self._limits = program.limits
        self._place = unit.path, unit.number, value.start, value.end
        self.left = steps

    def spend(self) -> bool:
        """Take one step; False where none is left, which is told."""
        if self.left <= 0:
            self._limits.hit("steps", self._place)
            return False
        self.left -= 1
        return True


class Walk:
    """One walk back from ``start``: a depth-first search in the order of the source, in which of
    ``edges`` the first that applies is taken."""

    def __init__(self, program: Program, start: Expression, edges: Sequence[Edge]) -> None:
        self.program = program
        self.start = start
        self.edges = edges
        self.complete = True
        self._nodes: dict[_Key, Expression] = {}
        self._ways: dict[_Key, list[_Key]] = {}

    def reached(self) -> Iterator[Expression]:
        """Yield every expression that the value may come from, ``start`` first."""
        return (one for one, _ in self.search())

    def ends(self) -> Iterator[Expression]:
        """Yield the expressions that no edge leads back from."""
        return (one for one, before in self.search() if not before)

    def variables(self, end: Expression) -> tuple[Variable, ...]:
        """Return the variables that the value passes on its ways from ``end`` to ``start``, as far
        as the search has gone."""
        found: dict[tuple[int, int], Variable] = {}
        waiting, seen = [_key(end)], {_key(end)}
        while waiting:
            key = waiting.pop()
            node = self._nodes[key]
            binding = _holder(node.value)
            if binding >= 0:
                found.setdefault((id(node.unit), binding), (node.unit, binding))
            further = [one for one in self._ways[key] if one not in seen]
            seen.update(further)
            waiting += further
        return tuple(found.values())

    def search(self) -> Iterator[tuple[Expression, Sequence[Expression]]]:
        """Yield every expression that is reached, with those that it takes its value from."""
        budget = Budget(self.program, self.start.unit, self.start.value)
        self._nodes, self._ways = {}, {_key(self.start): []}
        waiting = [self.start]
        while waiting:
            at = waiting.pop()
            key = _key(at)
            if key in self._nodes:
                continue
            if not budget.spend():
                self.complete = False
                return
            self._nodes[key] = at
            before = self._before(at)
            for one in before:
                self._ways.setdefault(_key(one), []).append(key)
            yield at, before
            waiting += reversed(before)

    def _before(self, at: Expression) -> Sequence[Expression]:
        for edge in self.edges:
            found = edge(self.program, at)
            if found is not None:
                return found
        return ()


def settled(program: Program, start: Expression, edges: Sequence[Edge]) -> Expression:
    """Return the expression that ``start`` certainly has its value from: edges are followed as long
    as they lead to one expression only; ``start`` where they go round in a circle."""
    at, budget, seen = start, Budget(program, start.unit, start.value), set[_Key]()
    while _key(at) not in seen and budget.spend():
        seen.add(_key(at))
        found = next((one for edge in edges if (one := edge(program, at)) is not None), ())
        if len(found) != 1:
            return at
        at = found[0]
    return start


def _key(at: Expression) -> _Key:
    value = at.value
    return id(at.unit), type(value), value.start, value.end, id(at.substitution), at.part


def _holder(value: s.Value) -> int:
    """The variable whose value, or whose part, an expression is; below 0 where there is none."""
    while isinstance(value, s.Member):
        value = value.object
    if isinstance(value, s.Operation) and value.operator in ASSIGNMENTS:
        value = value.operands[0]
    return value.binding if isinstance(value, s.Name) else -1


# --- edges ----------------------------------------------------------------------------------------

ASSIGNMENTS = frozenset({"=", ":=", "??=", "||="})


def argument(program: Program, at: Expression) -> Sequence[Expression] | None:
    """A parameter, or a member of one, to what the caller wrote for it."""
    found = passed(at.unit, at.value, at.substitution)
    return None if found is None else (at.into(found.unit, found.value, found.substitution),)


def options(program: Program, at: Expression) -> Sequence[Expression] | None:
    """A choice to its options."""
    return [at.to(one) for one in at.value.options] if isinstance(at.value, s.Choice) else None


def awaited(program: Program, at: Expression) -> Sequence[Expression] | None:
    """``await x`` to ``x``."""
    return (at.to(at.value.value),) if isinstance(at.value, s.Await) else None


def assigned(program: Program, at: Expression) -> Sequence[Expression] | None:
    """An assignment that stands in an expression to what it assigns."""
    if isinstance(at.value, s.Operation) and at.value.operator in ASSIGNMENTS:
        return (at.to(at.value.operands[-1]),)
    return None


def definitions(program: Program, at: Expression) -> Sequence[Expression] | None:
    """A variable to all that it is given; parts that a pattern takes are unknown."""
    name = at.value
    if not isinstance(name, s.Name) or name.binding not in at.unit.definitions:
        return None
    if name.binding in at.unit.parameters:
        return ()
    found = at.unit.definitions[name.binding]
    return () if any(one.path for one in found) else [at.to(one.value) for one in found]


def lone_definition(program: Program, at: Expression) -> Sequence[Expression] | None:
    """A variable to the one value that it is given."""
    value = lone_value(at.unit, at.value)
    return None if value is None else (at.to(value),)


def only_definition(program: Program, at: Expression) -> Sequence[Expression] | None:
    """A variable that never changes to its value."""
    value = lone_value(at.unit, at.value)
    if value is None or not isinstance(at.value, s.Name):
        return None
    return (at.to(value),) if at.unit.module.bindings[at.value.binding].stable else None


def known(program: Program, at: Expression) -> Sequence[Expression] | None:
    """What stands for a constant, in whatever file that is written, to the constant."""
    found = program.resolve(at.unit, at.value, at.substitution)
    if not isinstance(found, KnownValue) or found.value is at.value:
        return None
    return (at.into(found.unit, found.value, found.substitution),)


def known_text(program: Program, at: Expression) -> Sequence[Expression] | None:
    """What stands for a literal or a template to that."""
    found = known(program, at)
    return found if found and isinstance(found[0].value, (s.Literal, s.Template)) else None


def known_literal(program: Program, at: Expression) -> Sequence[Expression] | None:
    """What stands for a literal to that literal."""
    found = known(program, at)
    return found if found and isinstance(found[0].value, s.Literal) else None


def results(program: Program, at: Expression) -> Sequence[Expression] | None:
    """A call of a project function to what that returns."""
    if not isinstance(at.value, s.Call):
        return None
    callee = program.resolve(at.unit, at.value.callee, at.substitution)
    if not isinstance(callee, ProjectFunction):
        return None
    if callee.key in at.entered:
        return ()
    inner = program.substitution(at.unit, at.value, callee, at.substitution)
    entered = at.entered | {callee.key}
    return [
        replace(at, unit=callee.unit, value=one, substitution=inner, entered=entered)
        for one in returned(callee)
    ]


# --- what edges ask -------------------------------------------------------------------------------


def returned(function: ProjectFunction) -> Iterator[s.Value]:
    """Yield the values that a function returns."""
    for statement in statements(function.function.body):
        if isinstance(statement, s.Return) and statement.value is not None:
            yield statement.value


def lone_value(unit: Unit, value: s.Value) -> s.Value | None:
    """Return the one value that a variable is given anywhere, or None."""
    if not isinstance(value, s.Name) or value.binding < 0:
        return None
    found = unit.definitions.get(value.binding, ())
    return found[0].value if len(found) == 1 and not found[0].path else None


def passed(unit: Unit, value: s.Value, substitution: Substitution) -> PassedValue | None:
    """Return what the caller wrote for ``value``, a parameter or a member of one; None where it is
    none, where the caller left it out, or where it is no part of an object that is at hand."""
    place = unit.parameter_part(value)
    if place is None:
        return None
    function, number, path = place
    found = dict(substitution).get((id(unit), function, number))
    default = unit.module.functions[function].parameters[number].default
    if found is None or found.value is default:
        return None
    return _part(found, [key for key in path if key != "?"])


def _part(found: PassedValue, path: list[str]) -> PassedValue | None:
    """What an argument has at ``path``: object literals, and variables bound to them, are read."""
    for key in path:
        held = _literal(found)
        value = entry(held.value, key)
        if value is None:
            return None
        found = PassedValue(held.unit, value, held.substitution)
    return found


def _literal(found: PassedValue) -> PassedValue:
    """The one value of a variable or parameter, or what was given."""
    seen: set[int] = set()
    while id(found.value) not in seen:
        seen.add(id(found.value))
        value = lone_value(found.unit, found.value)
        further = passed(found.unit, found.value, found.substitution)
        if further is None and value is not None:
            further = PassedValue(found.unit, value, found.substitution)
        found = further or found
    return found


def entry(value: s.Value, key: str) -> s.Value | None:
    """Return what an object literal certainly has under ``key``, else None."""
    if isinstance(value, s.Object):
        for one in reversed(value.entries):
            if one.key == key:
                return one.value
            if one.key is None:
                return None
    return None
