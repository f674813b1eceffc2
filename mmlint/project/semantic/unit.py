"""One program of one file, with the indexes that links need."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TypeVar

from msgspec import Struct

from mmlint.model import syntax as s
from mmlint.model.stretches import Stretches
from mmlint.model.walk import Walk, inside

V = TypeVar("V", bound=s.Value)

Path = tuple[str, ...]
"""Keys that lead from a value to a part of it (``const { a: { b } } = x`` binds b to x by a, b)."""


_ASSIGNING = frozenset({"=", "??=", "||="})


class Definition(Struct, frozen=True, gc=False):
    """One value that a binding may hold: ``value``, and the path into it."""

    value: s.Value
    path: Path
    statement: s.Statement


class Site(Struct, frozen=True, gc=False):
    """A value, the statement it stands in and the function that holds both."""

    function: int
    statement: s.Statement
    value: s.Value


class Unit:
    """A module and its indexes. Compared by identity; ``path`` is project-relative with ``/``."""

    def __init__(self, path: str, module: s.Module, number: int = 0, test: bool = False) -> None:
        self.path = path
        self.module = module
        self.number = number
        self.test = test
        self.python = module.language == "python"

    def __repr__(self) -> str:
        return f"Unit({self.path!r}, {self.number})"

    @cached_property
    def walk(self) -> Walk:
        """What is written in the functions of the module, by their index.

        It is walked once: every search through all of it starts here.
        """
        return Walk(function.body for function in self.module.functions)

    def values(self, function: int) -> list[s.Value]:
        """Return every value of a function, without those of the functions inside it."""
        return self.walk.inside(function)

    def every_value(self) -> list[s.Value]:
        """Return every value of the module's functions, function by function."""
        return self.walk.values

    def every(self, kind: type[V]) -> list[V]:
        """Return every value of one kind in the module's functions, function by function."""
        return self.walk.of(kind)

    @property
    def statements(self) -> list[s.Statement]:
        """Every statement of the module, function by function."""
        return self.walk.statements

    @cached_property
    def binds(self) -> list[s.Assign]:
        """Every assignment of the module that is a statement."""
        return [one for one in self.statements if type(one) is s.Assign]

    @cached_property
    def calls(self) -> tuple[tuple[Site, s.Call], ...]:
        """Every call of the module, with where it stands, in source order: also in decorators, and
        in what JavaScript's classes give their fields (Python's are statements of the body)."""
        around = list(self._declared())
        declared = Walk((one,) for _, one in around)
        found = [(Site(*place), place[2]) for place in self.walk.calls()]
        for number, statement, call in declared.calls():
            found.append((Site(around[number][0], statement, call), call))
        found.sort(key=lambda pair: pair[1].start)  # of two, the outer one stands before already
        return tuple(found)

    def _declared(self) -> Iterator[tuple[int, s.Statement]]:
        """Yield what runs where functions and classes are declared, each with the function around
        it, as a statement of its own."""
        for function in self.module.functions:
            for value in function.decorators:
                yield function.parent, s.ExpressionStatement(value.start, value.end, value)
        for owner in () if self.python else self.module.classes:
            for one in owner.members:
                if one.function < 0 and one.value is not None:
                    yield (
                        owner.parent,
                        s.ExpressionStatement(one.value.start, one.value.end, one.value),
                    )

    @cached_property
    def definitions(self) -> dict[int, list[Definition]]:
        """Binding index to the values assigned to it anywhere in the module."""
        found: dict[int, list[Definition]] = {}
        for statement in self.binds:
            if statement.operator in _ASSIGNING:
                for name, path in pattern_names(statement.target):
                    definition = Definition(statement.value, path, statement)
                    found.setdefault(name.binding, []).append(definition)
        return found

    @cached_property
    def loop_bindings(self) -> frozenset[int]:
        """Bindings that take the items of a loop, a comprehension or a ``with``: unknowable."""
        found: set[int] = set()
        for statement in self.statements:
            if type(statement) is s.Loop and statement.target is not None:
                found.update(name.binding for name, _ in pattern_names(statement.target))
        return frozenset(found)

    @cached_property
    def field_writes(self) -> dict[tuple[int, str], list[Definition]]:
        """(class index, field) to the values assigned to ``this.field`` or ``Class.field``."""
        found: dict[tuple[int, str], list[Definition]] = {}
        inner = any(one.operator in _ASSIGNING for one in self.every(s.Operation))
        for index in range(len(self.module.functions) if self.module.classes else 0):
            for statement, values in self.walk.content(index):
                for target, value in _assignments(statement, values if inner else ()):
                    if isinstance(target, s.Member):
                        owner = self.owner_of(target.object, index)
                        if owner >= 0:
                            definition = Definition(value, (), statement)
                            found.setdefault((owner, target.name), []).append(definition)
        return found

    def owner_of(self, value: s.Value, function: int) -> int:
        """Return the class that ``value`` (``this``, ``self``, the class itself) means, or -1."""
        if isinstance(value, s.Name) and value.binding >= 0:
            binding = self.module.bindings[value.binding]
            if binding.kind == "class":
                return binding.target
        return self.self_class(value, function)

    @cached_property
    def member_writes(self) -> dict[int, list[s.Assign]]:
        """Binding to the assignments to its members (``x.a = …``, ``x[i] = …``)."""
        found: dict[int, list[s.Assign]] = {}
        for statement in self.binds:
            if isinstance(statement.target, (s.Member, s.Index)):
                held = statement.target.object
                if isinstance(held, s.Name) and held.binding >= 0:
                    found.setdefault(held.binding, []).append(statement)
        return found

    @cached_property
    def removals(self) -> dict[int, list[str]]:
        """Binding to the keys that are taken out of it: ``delete x.a``, ``del x["a"]``, ``pop``."""
        found: dict[int, list[str]] = {}
        for statement in self.statements:
            for member in _deleted(statement):
                if isinstance(member.object, s.Name):
                    found.setdefault(member.object.binding, []).append(member.name)
        for _, call in self.calls if self.python else ():
            callee, first = call.callee, call.arguments[0].value if call.arguments else None
            if not isinstance(callee, s.Member) or callee.name != "pop":
                continue
            if isinstance(callee.object, s.Name) and isinstance(first, s.Literal):
                found.setdefault(callee.object.binding, []).append(str(first.value))
        return found

    @cached_property
    def uses(self) -> dict[int, list[s.Call]]:
        """Binding to the calls of its methods and the calls that are handed it, in source order."""
        found: dict[int, list[s.Call]] = {}
        for _, call in self.calls:
            values = [argument.value for argument in call.arguments]
            if type(call.callee) is s.Member:
                values.append(call.callee.object)
            for value in values:
                if type(value) is s.Spread:
                    value = value.value
                if type(value) is s.Name:
                    before = found.setdefault(value.binding, [])
                    if not before or before[-1] is not call:
                        before.append(call)
        return found

    def call_at(self, start: int, end: int) -> s.Call | None:
        """Return the call that stands from byte ``start`` to byte ``end``."""
        return self._calls_at.get((start, end))

    @cached_property
    def _calls_at(self) -> dict[tuple[int, int], s.Call]:
        return {(one.start, one.end): one for _, one in reversed(self.calls)}

    @cached_property
    def takers(self) -> dict[int, list[s.Call]]:
        """Function to the calls whose arguments it is written in, outer before inner."""
        found: dict[int, list[s.Call]] = {}
        for _, call in self.calls:
            for argument in call.arguments:
                for value in inside(argument.value):
                    if type(value) is s.Lambda:
                        found.setdefault(value.function, []).append(call)
        return found

    @cached_property
    def imports(self) -> dict[int, s.Import]:
        """Binding index to the import that declares it."""
        return {one.binding: one for one in self.module.imports if one.binding >= 0}

    @cached_property
    def packages(self) -> frozenset[str]:
        """The first parts of what is imported: packages, and scopes of packages."""
        return frozenset(one.module.split("/")[0] for one in self.module.imports)

    @cached_property
    def exports(self) -> dict[str, s.Export]:
        """Name to what JavaScript exports by that name (``"="``: the whole module), without types
        and without ``export *``; the first of two counts."""
        found: dict[str, s.Export] = {}
        for one in self.module.exports:
            says = one.module is not None or one.binding >= 0 or one.value is not None
            if says and one.name != "*" and not one.type_only:
                found.setdefault(one.name, one)
        return found

    @cached_property
    def starred(self) -> tuple[str, ...]:
        """The specifiers of the modules that JavaScript passes on as a whole, each once."""
        every = (one for one in self.module.exports if one.name == "*" and not one.type_only)
        return tuple(dict.fromkeys(one.module for one in every if one.module is not None))

    @cached_property
    def everything(self) -> tuple[s.Import, ...]:
        """Python's ``from x import *``, the last of them first: it has the last word."""
        return tuple(one for one in reversed(self.module.imports) if one.everything)

    def gives_away(self, name: str) -> bool:
        """Whether ``from … import *`` of this Python module takes ``name``, as far as is known."""
        return name in self._listed if self._listed is not None else not name.startswith("_")

    @cached_property
    def _listed(self) -> frozenset[str] | None:
        """The names in ``__all__``, where that is nothing but a list of literals."""
        binding = self.globals.get("__all__", -1)
        definitions = self.definitions.get(binding, [])
        if len(definitions) != 1 or binding in self.uses or not self._once(binding):
            return None
        value = definitions[0].value
        names = value.items if isinstance(value, s.Sequence) else ()
        texts = [one.value for one in names if isinstance(one, s.Literal)]
        known = isinstance(value, s.Sequence) and len(texts) == len(names)
        return frozenset(str(one) for one in texts) if known else None

    def _once(self, binding: int) -> bool:
        """Whether a single statement assigns to the binding (``+=`` would be another)."""
        found = [
            statement
            for statement in self.binds
            if any(name.binding == binding for name, _ in pattern_names(statement.target))
        ]
        return len(found) == 1

    @cached_property
    def named(self) -> dict[str, list[int]]:
        """Names to the bindings that declare them, in source order."""
        found: dict[str, list[int]] = {}
        for index, binding in enumerate(self.module.bindings):
            found.setdefault(binding.name, []).append(index)
        return found

    @cached_property
    def globals(self) -> dict[str, int]:
        """Module-level names to binding indexes (what Python exports)."""
        return {
            binding.name: index
            for index, binding in enumerate(self.module.bindings)
            if binding.owner == 0 and binding.scope_end >= self.module.end
        }

    def parameter_part(self, value: s.Value) -> tuple[int, int, Path] | None:
        """Return the parameter (function, number) that ``value`` is, or is a part of, with the path
        to it: ``p``, ``p.a``, and ``a`` of ``const { a } = p``; None for anything else."""
        path: Path = ()
        seen: set[int] = set()
        while True:
            if isinstance(value, s.Member):
                path, value = (value.name, *path), value.object
                continue
            if not isinstance(value, s.Name) or value.binding in seen:
                return None
            place = self.parameters.get(value.binding)
            if place is not None:
                return place[0], place[1], (*place[2], *path)
            found = self.definitions.get(value.binding, ())
            if len(found) != 1 or not found[0].path:
                return None
            seen.add(value.binding)
            path, value = (*found[0].path, *path), found[0].value

    @cached_property
    def parameters(self) -> dict[int, tuple[int, int, Path]]:
        """Parameter binding to (function, parameter number, path into the argument)."""
        found: dict[int, tuple[int, int, Path]] = {}
        for index, function in enumerate(self.module.functions):
            for number, parameter in enumerate(function.parameters):
                for name, path in pattern_names(parameter.target):
                    if name.binding >= 0:
                        found[name.binding] = (index, number, path)
        return found

    def members(self, index: int, name: str) -> Sequence[s.ClassMember]:
        """Return the members of a class that have this name."""
        found = self._members.get(index)
        if found is None:
            found = self._members[index] = {}
            for one in self.module.classes[index].members:
                found.setdefault(one.name, []).append(one)
        return found.get(name, ())

    @cached_property
    def _members(self) -> dict[int, dict[str, list[s.ClassMember]]]:
        return {}

    @cached_property
    def constructors(self) -> dict[int, int]:
        """Class index to the function that is its constructor, the first where there are two."""
        found: dict[int, int] = {}
        for index, function in enumerate(self.module.functions):
            if function.kind == "constructor" and function.owner >= 0:
                found.setdefault(function.owner, index)
        return found

    def spread_out(self, value: s.Object, name: str) -> Iterator[s.Entry]:
        """Yield what may say what an object holds as ``name``, the last one first: its spreads, and
        the last entry of that name, behind which nothing counts."""
        known = self._entries.get(id(value))
        if known is None:
            last = {one.key: at for at, one in enumerate(value.entries) if one.key is not None}
            spreads = [at for at, one in enumerate(value.entries) if one.kind == "spread"]
            known = self._entries[id(value)] = value, last, spreads  # kept, so that its id is its
        _, last, spreads = known
        own = last.get(name, -1)
        for at in reversed(spreads):
            if at < own:
                break
            yield value.entries[at]
        if own >= 0:
            yield value.entries[own]

    @cached_property
    def _entries(self) -> dict[int, tuple[s.Object, dict[str, int], list[int]]]:
        return {}

    def function_at(self, offset: int) -> int:
        """Return the innermost function whose span holds the byte ``offset``."""
        at = self._functions.at(offset)
        return self._outer_first[at] if at >= 0 else 0

    @cached_property
    def _outer_first(self) -> list[int]:
        """The functions but for the module's own, those with longer spans first."""
        functions = self.module.functions
        return sorted(
            range(1, len(functions)),
            key=lambda one: (functions[one].start - functions[one].end, -one),
        )

    @cached_property
    def _functions(self) -> Stretches:
        functions = self.module.functions
        return Stretches([(functions[one].start, functions[one].end) for one in self._outer_first])

    def statement_at(self, offset: int) -> tuple[s.Statement, int] | None:
        """Return the innermost statement that holds the byte ``offset``, and its function: the one
        at ``offset``, or the next around it that has such a statement."""
        index = self.function_at(offset)
        while True:
            written, stretches = self._placed(index)
            at = stretches.at(offset)
            if at >= 0:
                return written[at], index
            if index == 0:
                return None
            index = self.module.functions[index].parent

    def _placed(self, function: int) -> tuple[list[s.Statement], Stretches]:
        """The statements of a function, and where they stand."""
        found = self._statements.get(function)
        if found is None:
            written = self.walk.written(function)
            found = written, Stretches([(one.start, one.end) for one in written])
            self._statements[function] = found
        return found

    @cached_property
    def _statements(self) -> dict[int, tuple[list[s.Statement], Stretches]]:
        return {}

    def self_class(self, value: s.Value, function: int) -> int:
        """Return the class whose instance ``value`` (``this``, ``self``) is, or -1."""
        if not isinstance(value, s.Name):
            return -1
        functions = self.module.functions
        if self.python:
            place = self.parameters.get(value.binding)
            if place and place[1] == 0 and not place[2]:
                return functions[place[0]].owner
            return -1
        if value.name != "this":
            return -1
        while function > 0 and functions[function].owner < 0:
            function = functions[function].parent
        return functions[function].owner if function > 0 else -1

    def family(self, function: int) -> list[int]:
        """Return ``function`` and every function nested in it."""
        found = [function]
        for one in found:
            found += self.children(one)
        return found

    def children(self, function: int) -> Sequence[int]:
        """Return the functions that stand directly in ``function``."""
        return self._children.get(function, ())

    @cached_property
    def _children(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for index, function in enumerate(self.module.functions[1:], 1):
            found.setdefault(function.parent, []).append(index)
        return found

    def is_inside(self, function: int, ancestor: int) -> bool:
        """Whether ``function`` is ``ancestor`` or nested in it."""
        while function > 0:
            if function == ancestor:
                return True
            function = self.module.functions[function].parent
        return ancestor == 0


class Location(Struct, frozen=True):
    """A place in a unit, in bytes from 0; small and hashable, for sets."""

    unit: Unit
    start: int
    end: int


def _deleted(statement: s.Statement) -> Iterator[s.Member]:
    """The members that a statement deletes."""
    value = statement.value if isinstance(statement, s.ExpressionStatement) else None
    if not isinstance(value, s.Operation) or value.operator not in ("delete", "del"):
        return
    for operand in value.operands:
        for one in operand.items if isinstance(operand, s.Sequence) else (operand,):
            if isinstance(one, s.Member):
                yield one


def _assignments(
    statement: s.Statement, values: Sequence[s.Value]
) -> Iterator[tuple[s.Value, s.Value]]:
    """The targets and values that a statement assigns, as a statement or inside an expression."""
    if isinstance(statement, s.Assign):
        yield statement.target, statement.value
    for value in values:
        if isinstance(value, s.Operation) and value.operator in _ASSIGNING:
            yield value.operands[0], value.operands[-1]


def pattern_names(target: s.Value, path: Path = ()) -> list[tuple[s.Name, Path]]:
    """Return the names that a binding target declares, each with its path into the value.

    Parts of lists have numbers as keys; what a rest element holds has the key ``...``.
    """
    if isinstance(target, s.Name):
        return [(target, path)]
    if isinstance(target, s.Choice) and target.options:
        return pattern_names(target.options[0], (*path, "?"))
    if isinstance(target, s.Spread):
        return pattern_names(target.value, (*path, "..."))
    found: list[tuple[s.Name, Path]] = []
    if isinstance(target, s.Object):
        for entry in target.entries:
            key = "..." if entry.kind == "spread" else entry.key or "?"
            found.extend(pattern_names(entry.value, (*path, key)))
    elif isinstance(target, s.Sequence):
        for number, item in enumerate(target.items):
            found.extend(pattern_names(item, (*path, str(number))))
    return found
