"""Why a plain request to Millimetric cannot work, as far as it is written at the call.

Looked at are the libraries of ``sdk.http_libraries``, and ``sendBeacon``.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mmlint.model import syntax as s
from mmlint.project.http.headers import headers, is_headers
from mmlint.project.http.requests import endpoint, request, requests, url_of
from mmlint.project.semantic.callee import library_of
from mmlint.project.semantic.entity import External, Global, KnownValue, Resolved
from mmlint.project.semantic.program import Call, Program
from mmlint.project.semantic.shape import Shape, Shapes

_READS = frozenset({"get", "head"})
_WRITES = frozenset({"post", "put", "patch", "delete", "request"})


class Refused(msgspec.Struct, frozen=True):
    """A request that the API refuses, or that never leaves. ``keyword``: the Python keyword
    ``data`` that should be ``json``, where that is what is wrong with it."""

    call: Call
    why: str
    keyword: s.Argument | None = None


class Refusals:
    """Looks at the plain requests of ``program``."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.shapes = Shapes(program)

    def all(self) -> Iterator[Refused]:
        """Yield every plain request outside tests that cannot work, once, with the first reason."""
        found = [
            self._javascript(call) for call, _ in requests(self.program) if _counts(call, False)
        ]
        found += [self._python(call) for call in self.program.outgoing if _counts(call, True)]
        found += [self._beacon(call) for call in self.program.call_graph.of(outside=_is_beacon)]
        yield from (one for one in found if one is not None)

    # --- JavaScript -------------------------------------------------------------------------------

    def _beacon(self, call: Call) -> Refused | None:
        if not _counts(call, False):
            return None
        if endpoint(self.program, call.unit, call.call.arguments[0].value) is None:
            return None
        return Refused(call, "sendBeacon cannot send the Authorization header; use fetch")

    def _javascript(self, call: Call) -> Refused | None:
        options = self._options(call)
        if options is None:
            return None
        why = (
            self._reads(call, options)
            or self._mode(options)
            or self._unsigned(call, options)
            or self._unwritten(call, options)
        )
        return Refused(call, why) if why else None

    def _options(self, call: Call) -> Shape | None:
        """What the request is made with; None where it is not a function of a package itself, but
        a client that was made elsewhere and may bring all of it along."""
        if isinstance(call.callee, External) and "()" in call.callee.path:
            return None
        library = library_of(call.callee)
        number = library.options_at.get(_verb(call.callee), 1) if library is not None else 1
        arguments = [one.value for one in call.call.arguments]
        if any(isinstance(one, s.Spread) for one in arguments):
            return None
        if len(arguments) <= number:
            return Shape()
        return self.shapes.of(call.unit, arguments[number])

    def _reads(self, call: Call, options: Shape) -> str | None:
        verb = _verb(call.callee)
        method = options.fields.get("method")
        if verb in _READS:
            return "a GET request sends no event: use POST"
        if verb in _WRITES - {"request"}:
            return None
        if method is None:
            return None if options.open else "without a method this is a GET request: use POST"
        known = self.program.text(method.unit, method.value) if method.value is not None else None
        if known is not None and method.certain and known[0].lower() in _READS:
            return f"a {known[0].upper()} request sends no event: use POST"
        return None

    def _mode(self, options: Shape) -> str | None:
        mode = options.fields.get("mode")
        known = self.program.text(mode.unit, mode.value) if mode and mode.value else None
        if known is not None and known[0] == "no-cors":
            return '"no-cors" drops the Authorization header'
        return None

    def _unsigned(self, call: Call, options: Shape) -> str | None:
        library = library_of(call.callee)
        if library is not None and library.default_headers and "headers" not in options.fields:
            return None
        return self._lacks_authorization(call, options)

    def _lacks_authorization(self, call: Call, options: Shape) -> str | None:
        """``headers`` that certainly name no key, or none at all."""
        given = options.fields.get("headers")
        if given is None:
            lacks = not options.open
        elif given.value is None or not given.certain:
            return None
        elif is_headers(given.unit, given.value):
            lacks = headers(self.shapes, call).signed is False
        else:
            shape = self.shapes.of(given.unit, given.value, given.substitution)
            names = {name.lower() for name in shape.fields}
            lacks = not shape.open and "authorization" not in names
        return "it has no Authorization header: send Bearer and a key" if lacks else None

    def _unwritten(self, call: Call, options: Shape) -> str | None:
        body = options.fields.get("body")
        if body is None or body.value is None or not body.certain:
            return None
        library = library_of(call.callee)
        if library is not None and library.serialises:
            return None
        known = self.program.resolve(body.unit, body.value, body.substitution)
        if isinstance(known, KnownValue) and isinstance(known.value, s.Object):
            return "the body is an object: send JSON.stringify of it"
        return None

    # --- Python -----------------------------------------------------------------------------------

    def _python(self, call: Call) -> Refused | None:
        library = library_of(call.callee)
        if library is None or not isinstance(call.callee, External):
            return None
        arguments = call.call.arguments
        named = {one.name: one for one in arguments if one.name is not None}
        positional = [one.value for one in arguments if one.name is None]
        if any(isinstance(one.value, s.Spread) for one in arguments):
            return None
        verb = _verb(call.callee)
        if library.request_object:
            return self._urlopen(call)
        url = url_of(call.call, library, verb)
        if url is None or endpoint(self.program, call.unit, url) is None:
            return None
        if verb in _READS or (verb == "request" and self._says_get(call, positional, named)):
            return Refused(call, "a GET request sends no event: use POST")
        if request(self.program, call) is None:
            return None
        data = named.get(library.form)
        if data is not None and "json" not in named and self._is_dict(call, data.value):
            return Refused(call, f"{library.form}= sends a form: use json=", data)
        if "()" in call.callee.path or "auth" in named:
            return None  # a session may bring the header along
        shape = Shape()
        if "headers" in named:
            value = named["headers"].value
            shape.fields["headers"] = self.shapes.field(call.unit, value.start, value)
        why = self._lacks_authorization(call, shape)
        return Refused(call, why) if why else None

    def _says_get(
        self, call: Call, positional: list[s.Value], named: dict[str, s.Argument]
    ) -> bool:
        value = named["method"].value if "method" in named else next(iter(positional), None)
        if value is None:
            return False
        known = self.program.text(call.unit, value)
        return known is not None and known[0].lower() in _READS

    def _urlopen(self, call: Call) -> Refused | None:
        """``urlopen(url)`` and ``urlopen(Request(url, …))``: what is added later is not known."""
        made = request(self.program, call)
        if made is None:
            return None
        inner = call.call.arguments[0].value
        if not isinstance(inner, s.Call):
            return None
        if any(isinstance(one.value, s.Spread) for one in inner.arguments):
            return None
        if made.body is None and len(inner.arguments) == 1:
            return Refused(call, "without data this is a GET request")
        if len([one for one in inner.arguments if one.name is None]) > 2:
            return None
        shape = Shape()
        for one in inner.arguments:
            if one.name == "headers":
                shape.fields["headers"] = self.shapes.field(call.unit, one.start, one.value)
        why = self._lacks_authorization(call, shape)
        return Refused(call, why) if why else None

    def _is_dict(self, call: Call, value: s.Value) -> bool:
        known = self.program.resolve(call.unit, value)
        return isinstance(known, KnownValue) and isinstance(known.value, s.Object)


def _counts(call: Call, python: bool) -> bool:
    """Whether the call is one of this language, outside tests, and given anything."""
    return call.unit.python is python and not call.unit.test and bool(call.call.arguments)


def _is_beacon(callee: External | Global) -> bool:
    return isinstance(callee, Global) and callee.path[-2:] == ("navigator", "sendBeacon")


def _verb(callee: Resolved | None) -> str:
    if isinstance(callee, (Global, External)) and callee.path:
        return callee.path[-1].lower()
    return ""
