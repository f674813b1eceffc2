"""Where a value comes from when it is made up on the spot: an expression followed to what mints it.

Variables, parameters, project functions and conversions are followed. What cannot be followed has
no origin, so that it stays silent.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec.structs import replace

from mmlint.model import syntax as s
from mmlint.model.walk import inside, statements
from mmlint.project.dataflow.source_tables import (
    CARRYING,
    CONVERSIONS,
    DIGESTS,
    HEADER_READS,
    HEADERS,
    MINTS,
    READS,
    Kind,
)
from mmlint.project.semantic.callee import path_of
from mmlint.project.semantic.entity import (
    NOTHING,
    External,
    Global,
    Instance,
    KnownValue,
    Passed,
    ProjectFunction,
    Resolved,
    Substitution,
)
from mmlint.project.semantic.program import Program
from mmlint.project.semantic.unit import Path, Unit

MAX_DEPTH = 16
"""How many names, calls and parts are entered one after the other."""
MAX_STEPS = 400
"""How many expressions are looked at for one question."""
MAX_ALTERNATIVES = 40
"""How many choices, variables and results are looked at to know that all are fresh."""

_GLOBAL_OBJECTS = frozenset({"globalThis", "window", "self", "global"})
_ARITHMETIC = frozenset({"+", "-", "*", "/", "//", "%", "**", "|", "^", "&", "<<", ">>", ">>>"})
_ASSIGNMENTS = frozenset({"=", ":=", "??=", "||="})

Variable = tuple[Unit, int]
"""A binding of a unit."""


class Origin(msgspec.Struct, frozen=True):
    """A place that mints. ``trail``: the variables that the value passes on its way from there."""

    kind: Kind
    unit: Unit
    node: s.Node
    trail: tuple[Variable, ...] = ()


class _At(msgspec.Struct, frozen=True):
    """An expression on the way to an origin, and how the way led here."""

    unit: Unit
    value: s.Value
    environment: Substitution
    trail: tuple[Variable, ...] = ()
    depth: int = 0

    def to(self, value: s.Value) -> _At:
        return replace(self, value=value, depth=self.depth + 1)

    def into(self, unit: Unit, value: s.Value, environment: Substitution) -> _At:
        return _At(unit, value, environment, self.trail, self.depth + 1)

    def through(self, binding: int) -> _At:
        return replace(self, trail=(*self.trail, (self.unit, binding)))

    def origin(self, kind: Kind) -> Origin:
        return Origin(kind, self.unit, self.value, self.trail)


class Minting:
    """Answers where values come from. Pure, apart from what it remembers of each unit."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._steps = 0
        self._known_defaults: dict[int, dict[int, list[s.Value]]] = {}

    def origins(
        self, unit: Unit, value: s.Value, environment: Substitution = NOTHING
    ) -> list[Origin]:
        """Return every place that may mint ``value``; none where it cannot be known."""
        self._steps = 0
        return list(self._of(_At(unit, value, environment)))

    def always(self, unit: Unit, value: s.Value, environment: Substitution = NOTHING) -> bool:
        """Whether ``value`` is random or the time whichever way the program goes."""
        waiting = [(Passed(unit, value, environment), 0)]
        for _ in range(MAX_ALTERNATIVES):
            if not waiting:
                return True
            one, depth = waiting.pop()
            options = self._options(one.unit, one.value, one.environment)
            if options is None:
                found = self.origins(one.unit, one.value, one.environment)
                if not any(origin.kind in ("random", "clock") for origin in found):
                    return False
            elif not options or depth > MAX_DEPTH:
                return False
            else:
                waiting += [(option, depth + 1) for option in options]
        return False

    def _options(
        self, unit: Unit, value: s.Value, environment: Substitution
    ) -> list[Passed] | None:
        """The values that ``value`` stands for; empty: unknown; None: it stands for itself."""
        if isinstance(value, s.Choice):
            return [Passed(unit, one, environment) for one in value.options]
        passed = argument(unit, value, environment)
        if passed is not None:
            return [passed]
        if isinstance(value, s.Name) and value.binding in unit.definitions:
            definitions = unit.definitions[value.binding]
            if any(one.path for one in definitions) or value.binding in unit.parameters:
                return []
            return [Passed(unit, one.value, environment) for one in definitions]
        if isinstance(value, s.Call):
            callee = self.program.resolve(unit, value.callee, environment)
            if isinstance(callee, ProjectFunction):
                inner = self.program.environment(unit, value, callee, environment)
                return [Passed(callee.unit, one, inner) for one in _returned(callee)]
        return None

    # --- one step --------------------------------------------------------------------------------

    def _of(self, at: _At) -> Iterator[Origin]:
        self._steps += 1
        if at.depth > MAX_DEPTH or self._steps > MAX_STEPS:
            return
        value = at.value
        kind = self._constant(at) or _read(value)
        if kind is not None:
            yield at.origin(kind)
        elif isinstance(value, s.Choice):
            for option in value.options:
                yield from self._of(at.to(option))
        elif isinstance(value, s.Name):
            yield from self._name(at, value)
        elif isinstance(value, s.Call):
            yield from self._call(at, value)
        elif isinstance(value, s.Member):
            yield from self._member(at, value)
        elif isinstance(value, s.Operation) and value.operator in _ASSIGNMENTS:
            held = value.operands[0]
            inner = at.through(held.binding) if isinstance(held, s.Name) else at
            yield from self._of(inner.to(value.operands[-1]))
        else:
            for part in _parts(value):
                yield from self._varying(at.to(part))

    def _varying(self, at: _At) -> Iterator[Origin]:
        """The origins of a part: constant parts say nothing of the whole."""
        return (one for one in self._of(at) if one.kind != "constant")

    def _constant(self, at: _At) -> Kind | None:
        unit, value = at.unit, at.value
        if isinstance(value, (s.Template, s.Operation)):
            texts = [self.program.text(unit, one, at.environment) for one in _parts(value)]
            return "constant" if texts and all(texts) else None
        if isinstance(value, (s.Choice, s.Call)) or self._changes(unit, value):
            return None
        found = self.program.text(unit, value, at.environment)
        return "constant" if found is not None and found[0] else None

    def _changes(self, unit: Unit, value: s.Value) -> bool:
        """Whether what it is given must be looked at one by one: a variable's values are."""
        if isinstance(value, s.Name):
            return any(not one.path for one in unit.definitions.get(value.binding, ()))
        if not isinstance(value, s.Member):
            return False
        if _written(unit, value):
            return True
        held = self.program.resolve(unit, value.object)
        return isinstance(held, Instance) and (held.index, value.name) in held.unit.field_writes

    # --- names -----------------------------------------------------------------------------------

    def _name(self, at: _At, name: s.Name) -> Iterator[Origin]:
        unit, binding = at.unit, name.binding
        if binding < 0 or (unit, binding) in at.trail:
            return
        at = at.through(binding)
        passed = argument(unit, name, at.environment)
        if passed is not None:
            yield from self._of(at.into(passed.unit, passed.value, passed.environment))
            return
        for definition in unit.definitions.get(binding, ()):
            if not definition.path:
                yield from self._of(at.to(definition.value))
                continue
            kind = _shared((*words(definition.value), *definition.path))
            if kind is not None:
                yield at.origin(kind)
        for default in self._defaults(unit).get(binding, ()):
            yield from self._of(at.to(default))
        if binding in unit.imports:
            kind = _made(self.program.resolve(unit, name))
            if kind is not None:
                yield at.origin(kind)

    def _defaults(self, unit: Unit) -> dict[int, list[s.Value]]:
        """Binding to the defaults that patterns and parameters give it."""
        if id(unit) not in self._known_defaults:
            found: dict[int, list[s.Value]] = {}
            for target, default in _with_defaults(unit):
                found.setdefault(target.binding, []).append(default)
            self._known_defaults[id(unit)] = found
        return self._known_defaults[id(unit)]

    # --- calls and members -----------------------------------------------------------------------

    def _call(self, at: _At, call: s.Call) -> Iterator[Origin]:
        callee = self.program.resolve(at.unit, call.callee, at.environment)
        if isinstance(callee, ProjectFunction):
            inner = self.program.environment(at.unit, call, callee, at.environment)
            for value in _returned(callee):
                yield from self._of(at.into(callee.unit, value, inner))
            return
        path = _plain(callee)
        kind = MINTS.get(path)
        if path == ("Date",) and not call.arguments:  # with arguments it is somebody's date
            kind = "clock"
        if kind is not None:
            yield at.origin(kind)
        else:
            yield from self._derived(at, call, path)

    def _derived(self, at: _At, call: s.Call, path: Path) -> Iterator[Origin]:
        """What a conversion, a hash, or a method of a minted value gives."""
        method = ""
        if isinstance(call.callee, s.Member):
            method = call.callee.name
            yield from self._varying(at.to(call.callee.object))
        if path in CONVERSIONS or path[:1] in DIGESTS or method in CARRYING:
            for one in call.arguments:
                yield from self._varying(at.to(one.value))

    def _member(self, at: _At, member: s.Member) -> Iterator[Origin]:
        """The entry of a known object; else a part of something minted (``uuid4().hex``)."""
        passed = argument(at.unit, member, at.environment)
        if passed is not None:
            yield from self._of(at.into(passed.unit, passed.value, passed.environment))
            return
        if _written(at.unit, member):
            return
        found = self.program.resolve(at.unit, member.object, at.environment)
        if not isinstance(found, KnownValue):
            yield from self._varying(at.to(member.object))
            return
        value = entry(found.value, member.name)
        if value is not None:
            root = _root(member)
            inner = at if root is None else at.through(root.binding)
            yield from self._of(inner.into(found.unit, value, found.environment))


# --- following what is passed ---------------------------------------------------------------------


def argument(unit: Unit, value: s.Value, environment: Substitution) -> Passed | None:
    """Return what the caller wrote for ``value``, a parameter or a member of one; None where it is
    none, where the caller left it out, or where it is no part of an object that is at hand."""
    path: list[str] = []
    while isinstance(value, s.Member):
        path.insert(0, value.name)
        value = value.object
    place = unit.parameters.get(value.binding) if isinstance(value, s.Name) else None
    if place is None:
        return None
    function, number, inner = place
    passed = dict(environment).get((id(unit), function, number))
    default = unit.module.functions[function].parameters[number].default
    if passed is None or passed.value is default:
        return None
    return _part(passed, [key for key in (*inner, *path) if key != "?"])


def _part(passed: Passed, path: list[str]) -> Passed | None:
    """What an argument has at ``path``: object literals, and variables bound to them, are read."""
    for key in path:
        held = _literal(passed)
        value = entry(held.value, key)
        if value is None:
            return None
        passed = Passed(held.unit, value, held.environment)
    return passed


def _literal(passed: Passed) -> Passed:
    """The one value of a variable or parameter, or what was given."""
    for _ in range(MAX_DEPTH):
        if not isinstance(passed.value, s.Name):
            break
        further = argument(passed.unit, passed.value, passed.environment)
        definitions = passed.unit.definitions.get(passed.value.binding, [])
        if further is not None:
            passed = further
        elif len(definitions) == 1 and not definitions[0].path:
            passed = Passed(passed.unit, definitions[0].value, passed.environment)
        else:
            break
    return passed


def entry(value: s.Value, key: str) -> s.Value | None:
    """Return what an object literal certainly has under ``key``, else None."""
    if isinstance(value, s.Object):
        for one in reversed(value.entries):
            if one.key == key:
                return one.value
            if one.key is None:
                return None
    return None


# --- shapes of expressions ------------------------------------------------------------------------


def words(value: s.Value) -> Path:
    """Return the names that an expression is made of, from its root: ``req.get("a").b`` is
    ``("req", "get", "()", "b")``. What has no name at its root begins with its first member."""
    found: list[str] = []
    while isinstance(value, (s.Member, s.Call, s.Await, s.Index)):
        if isinstance(value, s.Member):
            found.append(value.name)
        elif isinstance(value, s.Call):
            found.append("()")
        if isinstance(value, s.Call):
            value = value.callee
        else:
            value = value.value if isinstance(value, s.Await) else value.object
    if isinstance(value, s.Name):
        found.append(value.name)
    return tuple(reversed(found))


def _read(value: s.Value) -> Kind | None:
    """What a request says and many visitors share."""
    path = words(value)
    if isinstance(value, s.Call) and path[-2:-1] and path[-2] in HEADER_READS:
        for one in value.arguments:
            name = one.value.value if isinstance(one.value, s.Literal) else None
            if isinstance(name, str) and _header(name) in HEADERS:
                return HEADERS[_header(name)]
    return _shared(path)


def _shared(path: Path) -> Kind | None:
    """What the last words of an expression read."""
    if len(path) > 1 and _header(path[-1]) in HEADERS:
        return HEADERS[_header(path[-1])]
    return next((READS[path[-size:]] for size in (1, 2, 3) if path[-size:] in READS), None)


def _header(name: str) -> str:
    return name.lower().replace("_", "-").removeprefix("http-")


def _plain(callee: Resolved | None) -> Path:
    """The words that lead to a callee, alike for every way to import it."""
    path = path_of(callee)
    if isinstance(callee, External):
        module = callee.module.removeprefix("node:")
        path = (*module.split("/" if "/" in module else "."), *callee.path)
    path = tuple(one for one in path if one != "default")
    return path[1:] if path[:1] and path[0] in _GLOBAL_OBJECTS else path


def _made(entity: Resolved | None) -> Kind | None:
    """What an imported value was made by."""
    path = _plain(entity) if isinstance(entity, (External, Global)) else ()
    return MINTS.get(path[:-1]) if path[-1:] == ("()",) else None


def _parts(value: s.Value) -> Iterator[s.Value]:
    """The parts that an expression is put together from."""
    if isinstance(value, s.Template):
        yield from value.parts
    elif isinstance(value, s.Operation) and value.operator in _ARITHMETIC:
        yield from value.operands
    elif isinstance(value, s.Sequence):
        yield from value.items
    elif isinstance(value, (s.Await, s.Spread)):
        yield value.value
    elif isinstance(value, s.Index):
        yield value.object
    elif isinstance(value, s.Comprehension):
        yield value.element


def _returned(function: ProjectFunction) -> Iterator[s.Value]:
    for statement in statements(function.function.body):
        if isinstance(statement, s.Return) and statement.value is not None:
            yield statement.value


def _with_defaults(unit: Unit) -> Iterator[tuple[s.Name, s.Value]]:
    """Every name that a pattern or a parameter declares with a default."""
    targets = [one.target for one in unit.statements if isinstance(one, s.Assign)]
    for function in unit.module.functions:
        for parameter in function.parameters:
            targets.append(parameter.target)
            if parameter.default is not None and isinstance(parameter.target, s.Name):
                yield parameter.target, parameter.default
    for target in targets:
        for part in inside(target) if not isinstance(target, s.Name) else ():
            if isinstance(part, s.Choice) and isinstance(part.options[0], s.Name):
                yield part.options[0], part.options[-1]


def _root(value: s.Value) -> s.Name | None:
    while isinstance(value, s.Member):
        value = value.object
    return value if isinstance(value, s.Name) and value.binding >= 0 else None


def _written(unit: Unit, member: s.Member) -> bool:
    """Whether such a member of the same variable is assigned to somewhere: its value is unknown."""
    root = _root(member)
    writes = () if root is None else unit.member_writes.get(root.binding, ())
    return any(
        not isinstance(one.target, s.Member) or one.target.name == member.name for one in writes
    )
