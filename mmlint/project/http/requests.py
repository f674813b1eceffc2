"""Plain HTTP requests to Millimetric: which calls make them, and where their URL and body are.

Which libraries there are, and how each is called, is a table (``sdk.http_libraries``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

import msgspec

from mmlint.model import syntax as s
from mmlint.model.regex import regex
from mmlint.project.dataflow.backward import (
    Budget,
    Expression,
    Walk,
    known_text,
    lone_value,
    settled,
)
from mmlint.project.semantic.callee import library_of
from mmlint.project.semantic.entity import (
    NOTHING,
    External,
    Global,
    KnownValue,
    Resolved,
    Substitution,
)
from mmlint.project.semantic.program import Call, Program
from mmlint.project.semantic.unit import Unit
from mmlint.sdk.addresses import api_path, may_lead
from mmlint.sdk.http_libraries import BASES, HttpLibrary
from mmlint.sdk.surface import ENDPOINTS

MAX_PARTS = 100
"""How many parts of one URL are looked at."""

_IDENTIFIER = regex(r"[A-Za-z_$][\w$]*")
_SENDS = frozenset(name for name, part in ENDPOINTS.items() if part == "send")


class Request(msgspec.Struct, frozen=True):
    """An HTTP send. ``body``: the value that becomes the JSON body, unserialised, or None."""

    endpoint: str
    body: s.Value | None
    python: bool


def request(program: Program, call: Call, substitution: Substitution = NOTHING) -> Request | None:
    """Return the request to an endpoint of Millimetric that ``call`` makes, or None."""
    library = library_of(call.callee)
    if library is None or (library.language == "python") != call.unit.python:
        return None
    if library.functions and last_word(call.callee) not in library.functions:
        return None
    if library.request_object:
        return _by_object(program, call, library, substitution)
    make = _by_keywords if call.unit.python else _by_options
    return make(program, call, library, substitution)


def last_word(callee: Resolved | None) -> str:
    """Return the function of a library that is called, as ``HttpLibrary`` names it."""
    return callee.path[-1] if isinstance(callee, External | Global) and callee.path else ""


def url_of(call: s.Call, library: HttpLibrary, function: str) -> s.Value | None:
    """Return the URL that ``function`` of a Python library is given, or None."""
    for one in call.arguments:
        if one.name == "url":
            return one.value
    positional = [one.value for one in call.arguments if one.name is None]
    return (
        positional[min(library.url_at.get(function, 0), len(positional) - 1)]
        if positional
        else None
    )


@lru_cache(maxsize=1)
def requests(program: Program) -> tuple[tuple[Call, Request], ...]:
    """Return every plain request to Millimetric with the call that makes it, in path and source
    order."""
    made = ((call, request(program, call)) for call in program.outgoing)
    return tuple((call, one) for call, one in made if one is not None)


def endpoint(
    program: Program, unit: Unit, value: s.Value, substitution: Substitution = NOTHING
) -> str | None:
    """Return ``track``, ``batch`` or ``identify`` where ``value`` is such a URL of Millimetric."""
    found = address_of(program, unit, value, substitution)
    return found if found in _SENDS else None


def address_of(
    program: Program, unit: Unit, value: s.Value, substitution: Substitution = NOTHING
) -> str | None:
    """Return the part of Millimetric's API that ``value`` leads to, as ``api_path`` does: whose the
    host is matters only where the rest is such a path."""
    if not may_lead(url_text(program, unit, value, substitution, named=False)):
        return None
    return api_path(url_text(program, unit, value, substitution))


def url_text(
    program: Program, unit: Unit, value: s.Value, substitution: Substitution, *, named: bool = True
) -> str:
    """Write a URL with its holes as ``{names|that|lead|there}``, or as ``{}`` if not ``named``."""
    budget = Budget(program, unit, value, MAX_PARTS)
    return _url(program, Expression(unit, value, substitution), budget, named=named)


def _url(program: Program, at: Expression, budget: Budget, *, named: bool) -> str:
    if not budget.spend():
        return "{}"
    value = at.value
    if isinstance(value, s.Literal):
        return str(value.value)

    def texts(values: Iterable[s.Value]) -> list[str]:
        return [_url(program, at.to(one), budget, named=named) for one in values]

    if isinstance(value, s.Template):
        return "".join(texts(value.parts))
    if isinstance(value, s.Operation) and value.operator == "+":
        return "".join(texts(value.operands))
    if isinstance(value, s.Call) and value.new and value.arguments:  # new URL(path, host)
        path, *host = texts(one.value for one in value.arguments)
        return host[0].rstrip("/") + path if len(host) == 1 else path
    found = next((one for edge in (known_text, _sum) if (one := edge(program, at))), None)
    if found:
        return _url(program, found[0], budget, named=named)
    return "{" + "|".join(_names(program, at) if named else ()) + "}"


def _sum(program: Program, at: Expression) -> Sequence[Expression] | None:
    """A variable to the sum of texts that it is given once: ``URL = HOST + "/v1/track"``."""
    value = lone_value(at.unit, at.value)
    is_sum = isinstance(value, s.Operation) and value.operator == "+"
    return (at.to(value),) if value is not None and is_sum else None


def _names(program: Program, at: Expression) -> list[str]:
    """Every name that says where the value comes from: the variable's, the environment's."""
    found = program.resolve(at.unit, at.value, at.substitution)
    names = list(found.path) if isinstance(found, Global | External) else []
    for one in Walk(program, at, (_named_parts,)).reached():
        if isinstance(one.value, s.Name | s.Member):
            names.append(one.value.name)
        elif isinstance(one.value, s.Literal) and isinstance(one.value.value, str):
            names.append(one.value.value)
    return [name for name in names if _IDENTIFIER.fullmatch(name)]


def _named_parts(program: Program, at: Expression) -> Sequence[Expression] | None:
    """A value to all whose names may say what it is."""
    value = at.value
    found: list[s.Value] = []
    if isinstance(value, s.Name):
        found += [one.value for one in at.unit.definitions.get(value.binding, ())]
    elif isinstance(value, s.Member):
        found.append(value.object)
    elif isinstance(value, s.Index):
        found += (value.object, value.index)
    elif isinstance(value, s.Choice):
        found += value.options
    elif isinstance(value, s.Call):
        found += (argument.value for argument in value.arguments)
        if isinstance(value.callee, s.Member):
            found.append(value.callee.object)
    return [at.to(one) for one in found]


def _by_options(
    program: Program, call: Call, library: HttpLibrary, substitution: Substitution
) -> Request | None:
    """``fetch(url, {method, body})`` and its likes; ``axios.post(url, body)``."""
    arguments = [one.value for one in call.call.arguments]
    found = _reached(program, call, arguments[0], substitution) if arguments else None
    if found is None:
        return None
    at = library.body_at.get(last_word(call.callee))
    if at is not None:
        body = arguments[at] if len(arguments) > at else None
    else:
        options = arguments[1] if len(arguments) > 1 else None
        if isinstance(options, s.Name):
            known = program.resolve(call.unit, options, substitution)
            own = isinstance(known, KnownValue) and known.unit is call.unit
            options = known.value if isinstance(known, KnownValue) and own else None
        body = _entry(options, library.body) if isinstance(options, s.Object) else None
    return Request(found, _unserialised(program, call.unit, body), False)


def _entry(value: s.Object, keys: tuple[str, ...]) -> s.Value | None:
    return next((entry.value for entry in value.entries if entry.key in keys), None)


def _unserialised(program: Program, unit: Unit, value: s.Value | None) -> s.Value | None:
    """Look through ``JSON.stringify``, ``json.dumps``, ``.encode`` and a variable in between."""
    if value is None:
        return None
    return settled(program, Expression(unit, value), (_serialised,)).value


def _serialised(program: Program, at: Expression) -> Sequence[Expression] | None:
    """A text, and a variable that holds it, to what it serialises."""
    value = at.value
    if isinstance(value, s.Name):
        text = lone_value(at.unit, value)
        return (at.to(text),) if isinstance(text, s.Call) and _serialiser(text) else None
    if not isinstance(value, s.Call):
        return None
    if isinstance(value.callee, s.Member) and value.callee.name == "encode":
        return (at.to(value.callee.object),)
    return [at.to(one.value) for one in value.arguments[:1]] if _serialiser(value) else None


def _serialiser(value: s.Call) -> bool:
    callee = value.callee
    name = callee.name if isinstance(callee, s.Member | s.Name) else ""
    return name in ("stringify", "dumps", "encode") and (
        bool(value.arguments) or isinstance(callee, s.Member)
    )


def _by_keywords(
    program: Program, call: Call, library: HttpLibrary, substitution: Substitution
) -> Request | None:
    """``requests.post(url, json=event)`` and its likes."""
    url = url_of(call.call, library, last_word(call.callee))
    found = _reached(program, call, url, substitution) if url is not None else None
    if found is None:
        return None
    named = {one.name: one.value for one in call.call.arguments if one.name is not None}
    body = next((named[key] for key in library.body if key in named), None)
    return Request(found, _unserialised(program, call.unit, body), True)


def _reached(program: Program, call: Call, url: s.Value, substitution: Substitution) -> str | None:
    """Return the endpoint that a request to ``url`` reaches, be it that the host stands where the
    client is made: ``httpx.Client(base_url=HOST)``, ``axios.create({ baseURL: HOST })``."""
    found = endpoint(program, call.unit, url, substitution)
    if found is not None or not isinstance(call.call.callee, s.Member):
        return found
    path = url_text(program, call.unit, url, substitution, named=False)
    if not path.lstrip("/").startswith("v1/"):
        return None
    made = _client(call, call.call.callee.object)
    for value in _bases(made) if isinstance(made, s.Call) else ():
        base = url_text(program, call.unit, value, substitution).rstrip("/")
        whole = s.Literal(url.start, url.end, f"{base}/{path.lstrip('/')}")
        return endpoint(program, call.unit, whole, substitution)
    return None


def _client(call: Call, held: s.Value) -> s.Value:
    """The value of the variable, or of the field of the class, that holds a client."""
    unit = call.unit
    if isinstance(held, s.Name) and held.binding >= 0:
        before = [
            one.value
            for one in unit.definitions.get(held.binding, ())
            if one.value.start < call.call.start
        ]
        return before[-1] if before else held
    if isinstance(held, s.Member) and isinstance(held.object, s.Name):
        owner = unit.self_class(held.object, call.site.function)
        if owner < 0:
            return held
        written = [one.value for one in unit.field_writes.get((owner, held.name), ())]
        for member in unit.module.classes[owner].members:
            if member.name == held.name and member.value is not None:
                written.append(member.value)
        return written[0] if len(written) == 1 else held
    return held


def _bases(made: s.Call) -> Iterator[s.Value]:
    """Yield what the call that makes a client says that all its addresses begin with."""
    for argument in made.arguments:
        if argument.name in BASES:
            yield argument.value
        elif isinstance(argument.value, s.Object):
            yield from (one.value for one in argument.value.entries if one.key in BASES)


def _by_object(
    program: Program, call: Call, library: HttpLibrary, substitution: Substitution
) -> Request | None:
    """``urlopen(Request(url, data=…))`` or ``urlopen(url, data)``; the send is the ``urlopen``."""
    if not call.call.arguments:
        return None
    target: s.Value = call.call.arguments[0].value
    if isinstance(target, s.Name) and target.binding >= 0:
        definitions = call.unit.definitions.get(target.binding, [])
        if len(definitions) == 1 and isinstance(definitions[0].value, s.Call):
            target = definitions[0].value
    made = target if isinstance(target, s.Call) else call.call
    function = last_word(call.callee)
    url = url_of(made, library, function)
    found = endpoint(program, call.unit, url, substitution) if url is not None else None
    if found is None:
        return None
    positional = [one.value for one in made.arguments if one.name is None]
    named = {one.name: one.value for one in made.arguments if one.name is not None}
    at = library.body_at.get(function, len(positional))
    body = next((named[key] for key in library.body if key in named), None)
    if body is None and at < len(positional):
        body = positional[at]
    return Request(found, _unserialised(program, call.unit, body), True)
