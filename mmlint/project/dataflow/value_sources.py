"""Finds the random, clock, constant, address or agent sources of a value: what mints it.

The backward data flow follows variables, parameters, project functions and conversions. What it
cannot follow has no origin, so that it stays silent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from mmlint.model import syntax as s
from mmlint.model.walk import inside
from mmlint.project.dataflow.backward import (
    Edge,
    Expression,
    Variable,
    Walk,
    argument,
    assigned,
    definitions,
    entry,
    options,
    passed,
    results,
)
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
    Resolved,
    Substitution,
)
from mmlint.project.semantic.program import Program
from mmlint.project.semantic.unit import Path, Unit

_GLOBAL_OBJECTS = frozenset({"globalThis", "window", "self", "global"})
_ARITHMETIC = frozenset({"+", "-", "*", "/", "//", "%", "**", "|", "^", "&", "<<", ">>", ">>>"})


class Origin(msgspec.Struct, frozen=True):
    """A place that mints. ``trail``: the variables that the value passes on its ways from there."""

    kind: Kind
    unit: Unit
    node: s.Node
    trail: tuple[Variable, ...] = ()


class Minting:
    """Answers where values come from. Pure, apart from what it remembers of each unit."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._known_defaults: dict[Unit, dict[int, list[s.Value]]] = {}
        self._edges: tuple[Edge, ...] = (
            self._minted,
            options,
            self._name,
            results,
            self._member,
            assigned,
            _derived,
            _put_together,
        )

    def origins(
        self, unit: Unit, value: s.Value, substitution: Substitution = NOTHING
    ) -> list[Origin]:
        """Return every place that may mint ``value``; none where it cannot be known."""
        walk = Walk(self.program, Expression(unit, value, substitution), self._edges)
        minted = [(one, kind) for one in walk.ends() if (kind := self._kind(one)) is not None]
        return [
            Origin(kind, one.unit, one.value, walk.variables(one))
            for one, kind in minted
            if not (one.part and kind == "constant")  # which says nothing of the whole
        ]

    def always(self, unit: Unit, value: s.Value, substitution: Substitution = NOTHING) -> bool:
        """Whether ``value`` is random or the time whichever way the program goes."""
        start = Expression(unit, value, substitution)
        walk = Walk(self.program, start, (options, argument, definitions, results))
        return all(map(self._is_fresh, walk.ends())) and walk.complete

    def _is_fresh(self, at: Expression) -> bool:
        found = self.origins(at.unit, at.value, at.substitution)
        return any(one.kind in ("random", "clock") for one in found)

    # --- what mints ------------------------------------------------------------------------------

    def _minted(self, program: Program, at: Expression) -> Sequence[Expression] | None:
        return () if self._kind(at) is not None else None

    def _kind(self, at: Expression) -> Kind | None:
        """What kind of value is made up right here, if any is."""
        return self._constant(at) or _read(at.value) or self._declared(at) or self._made(at)

    def _constant(self, at: Expression) -> Kind | None:
        unit, value = at.unit, at.value
        if isinstance(value, (s.Template, s.Operation)):
            texts = [self.program.text(unit, one, at.substitution) for one in _parts(value)]
            return "constant" if texts and all(texts) else None
        if isinstance(value, (s.Choice, s.Call)) or self._changes(unit, value):
            return None
        found = self.program.text(unit, value, at.substitution)
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

    def _declared(self, at: Expression) -> Kind | None:
        """What a pattern takes out of a request: ``const { ip } = req``."""
        if not isinstance(at.value, s.Name) or at.value.binding < 0:
            return None
        if passed(at.unit, at.value, at.substitution) is not None:
            return None
        found = at.unit.definitions.get(at.value.binding, ())
        kinds = (_shared((*words(one.value), *one.path)) for one in found if one.path)
        return next((kind for kind in kinds if kind is not None), None)

    def _made(self, at: Expression) -> Kind | None:
        """What a call makes, or made an imported value."""
        value = at.value
        if isinstance(value, s.Name) and value.binding in at.unit.imports:
            return _made_by(self.program.resolve(at.unit, value))
        if not isinstance(value, s.Call):
            return None
        path = _plain(self.program.resolve(at.unit, value.callee, at.substitution))
        if path == ("Date",) and not value.arguments:  # with arguments it is a date that is known
            return "clock"
        return MINTS.get(path)

    # --- edges -----------------------------------------------------------------------------------

    def _name(self, program: Program, at: Expression) -> Sequence[Expression] | None:
        """A variable to what it is given, and to the defaults of patterns and parameters."""
        name = at.value
        if not isinstance(name, s.Name) or name.binding < 0:
            return None
        given = argument(program, at)
        if given is not None:
            return given
        found = at.unit.definitions.get(name.binding, ())
        defaults = self._defaults(at.unit).get(name.binding, ())
        return [at.to(one) for one in (*(d.value for d in found if not d.path), *defaults)]

    def _defaults(self, unit: Unit) -> dict[int, list[s.Value]]:
        """Binding to the defaults that patterns and parameters give it."""
        if unit not in self._known_defaults:
            found: dict[int, list[s.Value]] = {}
            for target, default in _with_defaults(unit):
                found.setdefault(target.binding, []).append(default)
            self._known_defaults[unit] = found
        return self._known_defaults[unit]

    def _member(self, program: Program, at: Expression) -> Sequence[Expression] | None:
        """The entry of a known object; else a part of something minted (``uuid4().hex``)."""
        member = at.value
        if not isinstance(member, s.Member):
            return None
        given = argument(program, at)
        if given is not None:
            return given
        if _written(at.unit, member):
            return ()
        found = program.resolve(at.unit, member.object, at.substitution)
        if not isinstance(found, KnownValue):
            return (at.piece(member.object),)
        value = entry(found.value, member.name)
        return () if value is None else (at.into(found.unit, value, found.substitution),)


def _derived(program: Program, at: Expression) -> Sequence[Expression] | None:
    """What a conversion, a hash, or a method of a minted value is made from."""
    call = at.value
    if not isinstance(call, s.Call):
        return None
    found: list[s.Value] = []
    method = ""
    if isinstance(call.callee, s.Member):
        method = call.callee.name
        found.append(call.callee.object)
    path = _plain(program.resolve(at.unit, call.callee, at.substitution))
    if path in CONVERSIONS or path[:1] in DIGESTS or method in CARRYING:
        found += [one.value for one in call.arguments]
    return [at.piece(one) for one in found]


def _put_together(program: Program, at: Expression) -> Sequence[Expression] | None:
    return [at.piece(one) for one in _parts(at.value)]


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


def _made_by(entity: Resolved | None) -> Kind | None:
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
