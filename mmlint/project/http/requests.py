"""Plain HTTP requests to Millimetric: which calls make them, and where their URL and body are.

Which libraries there are, and how each is called, is a table (``sdk.http_libraries``).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import msgspec

from mmlint.model import syntax as s
from mmlint.model.regex import regex
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

_IDENTIFIER = regex(r"[A-Za-z_$][\w$]*")
_SENDS = frozenset(name for name, part in ENDPOINTS.items() if part == "send")


class Request(msgspec.Struct, frozen=True):
    """An HTTP send. ``body``: the value that becomes the JSON body, unserialised, or None."""

    endpoint: str
    body: s.Value | None
    python: bool


def request(program: Program, call: Call, environment: Substitution = NOTHING) -> Request | None:
    """Return the request to an endpoint of Millimetric that ``call`` makes, or None."""
    library = library_of(call.callee)
    if library is None or (library.language == "python") != call.unit.python:
        return None
    if library.functions and last_word(call.callee) not in library.functions:
        return None
    if library.request_object:
        return _by_object(program, call, library, environment)
    make = _by_keywords if call.unit.python else _by_options
    return make(program, call, library, environment)


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
    program: Program, unit: Unit, value: s.Value, environment: Substitution = NOTHING
) -> str | None:
    """Return ``track``, ``batch`` or ``identify`` where ``value`` is such a URL of Millimetric."""
    found = address_of(program, unit, value, environment)
    return found if found in _SENDS else None


def address_of(
    program: Program, unit: Unit, value: s.Value, environment: Substitution = NOTHING
) -> str | None:
    """Return the part of Millimetric's API that ``value`` leads to, as ``api_path`` does: whose the
    host is matters only where the rest is such a path."""
    if not may_lead(url_text(program, unit, value, environment, named=False)):
        return None
    return api_path(url_text(program, unit, value, environment))


def url_text(
    program: Program,
    unit: Unit,
    value: s.Value,
    environment: Substitution,
    depth: int = 0,
    *,
    named: bool = True,
) -> str:
    """Write a URL with its holes as ``{names|that|lead|there}``, or as ``{}`` if not ``named``."""
    if depth > 8:
        return "{}"
    if isinstance(value, s.Literal):
        return str(value.value)

    def text(value: s.Value, at: Unit = unit, environment: Substitution = environment) -> str:
        return url_text(program, at, value, environment, depth + 1, named=named)

    if isinstance(value, s.Template):
        return "".join(map(text, value.parts))
    if isinstance(value, s.Operation) and value.operator == "+":
        return "".join(map(text, value.operands))
    if isinstance(value, s.Call) and value.new and value.arguments:  # new URL(path, host)
        texts = [text(one.value) for one in value.arguments]
        return texts[-1].rstrip("/") + texts[0] if len(texts) == 2 else texts[0]
    found = program.resolve(unit, value, environment)
    if isinstance(found, KnownValue) and isinstance(found.value, (s.Literal, s.Template)):
        return text(found.value, found.unit, found.environment)
    written = _written(unit, value)
    if written is not None:
        return text(written)
    return "{" + "|".join(_names(program, unit, value, found) if named else ()) + "}"


def _written(unit: Unit, value: s.Value) -> s.Value | None:
    """The sum of texts that a variable holds that is set once: ``URL = HOST + "/v1/track"``."""
    if not isinstance(value, s.Name) or value.binding < 0:
        return None
    definitions = unit.definitions.get(value.binding, ())
    if len(definitions) != 1 or definitions[0].path:
        return None
    said = definitions[0].value
    return said if isinstance(said, s.Operation) and said.operator == "+" else None


def _names(program: Program, unit: Unit, value: s.Value, found: Resolved | None) -> list[str]:
    """Every name that says where the value comes from: the variable's, the environment's."""
    names: list[str] = []
    if isinstance(found, Global | External):
        names += [part for part in found.path if part != "()"]
    stack: list[tuple[s.Value, int]] = [(value, 0)]
    while stack:
        one, depth = stack.pop()
        if isinstance(one, s.Name):
            names.append(one.name)
            if depth < 4:
                definitions = unit.definitions.get(one.binding, ()) if one.binding >= 0 else ()
                stack += [(definition.value, depth + 1) for definition in definitions]
        elif isinstance(one, s.Member):
            names.append(one.name)
            stack.append((one.object, depth))
        elif isinstance(one, s.Index):
            stack += [(one.object, depth), (one.index, depth)]
        elif isinstance(one, s.Literal) and isinstance(one.value, str):
            names.append(one.value)
        elif isinstance(one, s.Choice):
            stack += [(option, depth) for option in one.options]
        elif isinstance(one, s.Call):
            stack += [(argument.value, depth) for argument in one.arguments]
            if isinstance(one.callee, s.Member):
                stack.append((one.callee.object, depth))
    return [name for name in names if _IDENTIFIER.fullmatch(name)]


def _by_options(
    program: Program, call: Call, library: HttpLibrary, environment: Substitution
) -> Request | None:
    """``fetch(url, {method, body})`` and its likes; ``axios.post(url, body)``."""
    arguments = [one.value for one in call.call.arguments]
    found = _reached(program, call, arguments[0], environment) if arguments else None
    if found is None:
        return None
    at = library.body_at.get(last_word(call.callee))
    if at is not None:
        body = arguments[at] if len(arguments) > at else None
    else:
        options = arguments[1] if len(arguments) > 1 else None
        if isinstance(options, s.Name):
            known = program.resolve(call.unit, options, environment)
            own = isinstance(known, KnownValue) and known.unit is call.unit
            options = known.value if isinstance(known, KnownValue) and own else None
        body = _entry(options, library.body) if isinstance(options, s.Object) else None
    return Request(found, _unserialised(call.unit, body), False)


def _entry(value: s.Object, keys: tuple[str, ...]) -> s.Value | None:
    return next((entry.value for entry in value.entries if entry.key in keys), None)


def _unserialised(unit: Unit, value: s.Value | None, depth: int = 0) -> s.Value | None:
    """Look through ``JSON.stringify``, ``json.dumps``, ``.encode`` and a variable in between."""
    if isinstance(value, s.Name) and depth < 4:
        definitions = unit.definitions.get(value.binding, []) if value.binding >= 0 else []
        if len(definitions) == 1 and not definitions[0].path:
            inner = definitions[0].value
            if isinstance(inner, s.Call) and _serialiser(inner):
                return _unserialised(unit, inner, depth + 1)
        return value
    if isinstance(value, s.Call):
        callee = value.callee
        if isinstance(callee, s.Member) and callee.name == "encode":
            return _unserialised(unit, callee.object, depth + 1)
        if _serialiser(value) and value.arguments:
            return value.arguments[0].value
    return value


def _serialiser(value: s.Call) -> bool:
    callee = value.callee
    name = callee.name if isinstance(callee, s.Member | s.Name) else ""
    return name in ("stringify", "dumps", "encode") and (
        bool(value.arguments) or isinstance(callee, s.Member)
    )


def _by_keywords(
    program: Program, call: Call, library: HttpLibrary, environment: Substitution
) -> Request | None:
    """``requests.post(url, json=event)`` and its likes."""
    url = url_of(call.call, library, last_word(call.callee))
    found = _reached(program, call, url, environment) if url is not None else None
    if found is None:
        return None
    named = {one.name: one.value for one in call.call.arguments if one.name is not None}
    body = next((named[key] for key in library.body if key in named), None)
    return Request(found, _unserialised(call.unit, body), True)


def _reached(program: Program, call: Call, url: s.Value, environment: Substitution) -> str | None:
    """Return the endpoint that a request to ``url`` reaches, be it that the host stands where the
    client is made: ``httpx.Client(base_url=HOST)``, ``axios.create({ baseURL: HOST })``."""
    found = endpoint(program, call.unit, url, environment)
    if found is not None or not isinstance(call.call.callee, s.Member):
        return found
    path = url_text(program, call.unit, url, environment, named=False)
    if not path.lstrip("/").startswith("v1/"):
        return None
    made = _client(call, call.call.callee.object)
    for value in _bases(made) if isinstance(made, s.Call) else ():
        base = url_text(program, call.unit, value, environment).rstrip("/")
        whole = s.Literal(url.start, url.end, f"{base}/{path.lstrip('/')}")
        return endpoint(program, call.unit, whole, environment)
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
    program: Program, call: Call, library: HttpLibrary, environment: Substitution
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
    found = endpoint(program, call.unit, url, environment) if url is not None else None
    if found is None:
        return None
    positional = [one.value for one in made.arguments if one.name is None]
    named = {one.name: one.value for one in made.arguments if one.name is not None}
    at = library.body_at.get(function, len(positional))
    body = next((named[key] for key in library.body if key in named), None)
    if body is None and at < len(positional):
        body = positional[at]
    return Request(found, _unserialised(call.unit, body), True)
