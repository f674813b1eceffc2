"""The headers that a request is sent with: its own, its client's, and what is set on either later.

Only what certainly is sent counts: an ``Authorization`` that is set more than once, now with one
token and now with another, is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

import msgspec
from msgspec.structs import replace

from mmlint.model import syntax as s
from mmlint.project.semantic.entity import NOTHING, Substitution
from mmlint.project.semantic.program import Call
from mmlint.project.semantic.shape import Shape, Shapes
from mmlint.project.semantic.unit import Unit

_SETTERS: Final = frozenset(
    {"set", "append", "setdefault", "add_header", "add_unredirected_header"}
)
_REMOVERS: Final = frozenset({"delete", "pop", "clear", "remove_header"})
_CHANGES: Final = _SETTERS | _REMOVERS | {"update"}
_ON_THE_WAY: Final = frozenset({"headers", "defaults", "common"})
"""Parts of a client that lead to its headers: ``session.headers``, ``client.defaults.headers``."""

_AUTHORIZATION: Final = "authorization"

Holder = tuple[str, int, str]
"""What headers are set on: a variable, or a field of a class."""


class Header(msgspec.Struct, frozen=True):
    """The value of a header, where it is written."""

    unit: Unit
    value: s.Value
    substitution: Substitution = NOTHING


class Headers(msgspec.Struct, frozen=True):
    """What is known of a request's headers. ``authorization``: None where it is not certain.
    ``origin``: whether one says whose page it comes from; None where that cannot be seen.
    ``signed``: whether there is an ``Authorization``; None where that cannot be seen."""

    authorization: Header | None
    origin: bool | None
    signed: bool | None


class _Write(msgspec.Struct, frozen=True):
    """Something that is done to headers: one is set, or all of an object's are.

    ``name``: in lower case; None where ``value`` is an object of them, or ``value`` is None and
    anything may have been done.
    """

    function: int
    start: int
    name: str | None
    value: s.Value | None


def headers(shapes: Shapes, call: Call) -> Headers:
    """Return the headers of the request that ``call`` makes."""
    names: set[str] = set()
    is_open = False
    chosen: list[Header] | None = None
    for source in _sources(shapes, call):
        names |= source.names
        is_open = is_open or source.open
        if source.authorizations and chosen is None:
            chosen = source.authorizations
    origin, signed = (
        True if name in names else None if is_open else False for name in ("origin", _AUTHORIZATION)
    )
    certain = chosen[0] if chosen is not None and len(chosen) == 1 else None
    return Headers(certain, origin, signed)


def made(call: Call) -> s.Call | None:
    """Return the call that made the client whose method is called: ``httpx.Client(…).post(…)``."""
    client = _client(call)
    if isinstance(client, s.Name) and client.binding >= 0:
        given = call.unit.definitions.get(client.binding, ())
        client = given[0].value if len(given) == 1 and not given[0].path else None
    elif isinstance(client, s.Member):
        owner = call.unit.owner_of(client.object, call.site.function)
        given = call.unit.field_writes.get((owner, client.name), ()) if owner >= 0 else ()
        client = given[0].value if len(given) == 1 and not given[0].path else None
    client = client.value if isinstance(client, s.Await) else client
    return client if isinstance(client, s.Call) else None


def options(
    shapes: Shapes, unit: Unit, made: s.Call | None, names: tuple[str, ...]
) -> Iterator[s.Value]:
    """Yield the values of a call's options of these names, as it is written."""
    for argument in made.arguments if made is not None else ():
        if argument.name in names:
            yield argument.value
        elif argument.name is None and not unit.python:
            fields = shapes.of(unit, argument.value).fields
            for name in names:
                field = fields.get(name)
                if field is not None and field.value is not None and field.unit is unit:
                    yield field.value


def is_headers(unit: Unit, value: s.Value) -> bool:
    """Whether ``value`` is ``new Headers(…)``, or a variable of nothing else."""
    return _wrapped(_first(unit, value)) is not None


def _first(unit: Unit, value: s.Value) -> s.Value:
    """What a variable begins with, if it is only ever given that; else ``value`` itself."""
    if isinstance(value, s.Name) and value.binding >= 0:
        definitions = unit.definitions.get(value.binding, ())
        if len(definitions) == 1 and not definitions[0].path:
            return definitions[0].value
    return value


class _Source(msgspec.Struct, frozen=True):
    names: set[str]
    open: bool
    authorizations: list[Header]


def _sources(shapes: Shapes, call: Call) -> Iterator[_Source]:
    """What gives a request headers, what outweighs the rest first."""
    unit = call.unit
    maker = made(call)
    for one in (call.call, maker):
        for value in options(shapes, unit, one, ("headers",)):
            yield _given(shapes, call, unit, value)
        for value in options(shapes, unit, one, ("requestInit",)):
            inner = shapes.of(unit, value).fields.get("headers")
            if inner is not None and inner.value is not None:
                yield _given(shapes, call, inner.unit, inner.value)
    for target in (_assigned(unit, call.call), _client(call)):
        holder = _holder(unit, target, call.site.function) if target is not None else None
        if holder is not None:
            writes = _writes(unit).get((*holder, "client"), ())
            prepared = target is not _client(call)
            yield _written(shapes, call, unit, writes, Shape(), later=prepared)


def _given(shapes: Shapes, call: Call, unit: Unit, value: s.Value) -> _Source:
    """The headers that an option names: an object, ``new Headers(…)``, or a variable of either."""
    writes: tuple[_Write, ...] = ()
    first = _first(unit, value)
    if isinstance(value, s.Name) and first is not value:
        writes = _writes(unit).get(("variable", value.binding, "", "headers"), ())
    found = _written(shapes, call, unit, writes, _initial(shapes, unit, first))
    whole = _from_shape(shapes.of(unit, value))
    is_open = whole.open if _wrapped(first) is None else _is_handed_on(unit, value)
    tokens = found.authorizations or whole.authorizations
    return _Source(found.names | whole.names, found.open or is_open, tokens)


def _written(
    shapes: Shapes,
    call: Call,
    unit: Unit,
    writes: tuple[_Write, ...],
    base: Shape,
    later: bool = False,
) -> _Source:
    """What an object begins with, and what is done to it before the request is made.

    ``later``: what is done after ``call`` counts too, for that only prepares the request.
    """
    found = _from_shape(base)
    for one in writes:
        same = unit is call.unit and one.function == call.site.function
        if same and one.start > call.call.end and not later:
            continue
        if one.value is None:
            found = replace(found, open=True)
        elif one.name is not None:
            found.names.add(one.name)
            if one.name == _AUTHORIZATION:
                found.authorizations.append(Header(unit, one.value))
        else:
            more = _from_shape(_initial(shapes, unit, one.value))
            found.authorizations.extend(more.authorizations)
            found = _Source(found.names | more.names, found.open or more.open, found.authorizations)
    return found


def _from_shape(shape: Shape) -> _Source:
    fields = {name.lower(): one for name, one in shape.fields.items()}
    given = fields.get(_AUTHORIZATION)
    found = (
        [Header(given.unit, given.value, given.substitution)]
        if given is not None and given.value is not None
        else []
    )
    return _Source(set(fields), shape.open, found)


def _initial(shapes: Shapes, unit: Unit, value: s.Value) -> Shape:
    """An object of headers, or a list of their pairs."""
    wrapped = _wrapped(value)
    value = wrapped if wrapped is not None else value
    if not isinstance(value, s.Sequence):
        return shapes.of(unit, value)
    shape = Shape()
    for item in value.items:
        pair = item.items if isinstance(item, s.Sequence) else ()
        if len(pair) == 2 and isinstance(pair[0], s.Literal):
            shape.fields[str(pair[0].value)] = shapes.field(unit, pair[0].start, pair[1])
        else:
            shape.open = True
    return shape


def _wrapped(value: s.Value) -> s.Value | None:
    """What ``new Headers(…)`` is made of; None for every other value."""
    if not isinstance(value, s.Call) or not value.new or not isinstance(value.callee, s.Name):
        return None
    if value.callee.name != "Headers" or value.callee.binding >= 0:
        return None
    first = value.arguments[0].value if value.arguments else None
    return first if first is not None else s.Object(value.end, value.end, ())


def _is_handed_on(unit: Unit, value: s.Value) -> bool:
    """Whether a variable is handed to a call, which may set more."""
    if not isinstance(value, s.Name):
        return False
    handed = (
        argument.value for call in unit.uses.get(value.binding, ()) for argument in call.arguments
    )
    return any(isinstance(one, s.Name) and one.binding == value.binding for one in handed)


# --- what is set, and on what ---------------------------------------------------------------------


def _client(call: Call) -> s.Value | None:
    callee = call.call.callee
    return callee.object if isinstance(callee, s.Member) else None


def _assigned(unit: Unit, call: s.Call) -> s.Value | None:
    """The variable or field that a call's result is kept in: ``req = Request(…)``."""
    return _targets(unit).get((call.start, call.end))


@lru_cache(maxsize=256)
def _targets(unit: Unit) -> dict[tuple[int, int], s.Value]:
    return {
        (one.value.start, one.value.end): one.target
        for one in unit.statements
        if isinstance(one, s.Assign) and isinstance(one.value, s.Call)
    }


def _holder(unit: Unit, value: s.Value, function: int) -> Holder | None:
    if isinstance(value, s.Name) and value.binding >= 0:
        return "variable", value.binding, ""
    if isinstance(value, s.Member):
        owner = unit.owner_of(value.object, function)
        return ("field", owner, value.name) if owner >= 0 else None
    return None


Written = tuple[str, int, str, str]
"""A holder, and whether it is ``headers`` itself or a ``client`` that has some."""


@lru_cache(maxsize=256)
def _writes(unit: Unit) -> dict[Written, tuple[_Write, ...]]:
    """What is done to headers anywhere in the unit, in source order by function."""
    found: dict[Written, list[_Write]] = {}
    for function in range(len(unit.module.functions)):
        for statement, values in unit.walk.content(function):
            if isinstance(statement, s.Assign):
                _assign(unit, function, statement, found)
            for value in values:
                if type(value) is not s.Call or type(value.callee) is not s.Member:
                    continue
                if value.callee.name in _CHANGES:
                    _call(unit, function, value, value.callee, found)
    return {holder: tuple(writes) for holder, writes in found.items()}


def _assign(unit: Unit, function: int, bind: s.Assign, found: dict[Written, list[_Write]]) -> None:
    """``x.headers["Authorization"] = …``, ``headers.Authorization = …``, ``x.headers = …``."""
    target = bind.target
    if isinstance(target, s.Member) and target.name == "headers":
        holder = _holder(unit, target.object, function)
        if holder is not None:
            write = _Write(function, bind.start, None, bind.value)
            found.setdefault((*holder, "client"), []).append(write)
            return
    if isinstance(target, s.Member | s.Index):
        where = _where(unit, function, target.object)
        if where is not None:
            name = target.name.lower() if isinstance(target, s.Member) else None
            write = _Write(function, bind.start, name, bind.value if name else None)
            found.setdefault(where, []).append(write)


def _call(
    unit: Unit,
    function: int,
    call: s.Call,
    callee: s.Member,
    found: dict[Written, list[_Write]],
) -> None:
    """``headers.set(name, value)``, ``x.headers.update({…})``, ``request.add_header(…)``."""
    if callee.name in ("add_header", "add_unredirected_header"):
        holder = _holder(unit, callee.object, function)
        where: Written | None = (*holder, "client") if holder is not None else None
    else:
        where = _where(unit, function, callee.object)
    if where is None:
        return
    first = call.arguments[0].value if call.arguments else None
    writes = found.setdefault(where, [])
    if callee.name in _SETTERS and len(call.arguments) == 2:
        name = str(first.value).lower() if isinstance(first, s.Literal) else None
        value = call.arguments[1].value if name else None
        writes.append(_Write(function, call.start, name, value))
    elif callee.name == "update":
        for argument in call.arguments:
            name = argument.name.lower() if argument.name else None
            writes.append(_Write(function, call.start, name, argument.value))
    elif callee.name in _REMOVERS:
        writes.append(_Write(function, call.start, None, None))


def _where(unit: Unit, function: int, value: s.Value) -> Written | None:
    """The headers that ``value`` is: a variable's own, or those that a client has."""
    seen = False
    while isinstance(value, s.Member) and value.name in _ON_THE_WAY:
        seen = seen or value.name == "headers"
        value = value.object
    holder = _holder(unit, value, function)
    return (*holder, "client" if seen else "headers") if holder is not None else None
