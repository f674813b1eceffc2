"""What kind of value an expression certainly gives: a number, a fraction, a path, JSON in a text.

Sources: the platforms' own documentation.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from mmlint.model import syntax as s
from mmlint.model.regex import regex
from mmlint.model.walk import inside
from mmlint.project.dataflow.backward import passed as argument
from mmlint.project.events.identity import Written
from mmlint.project.events.payload import options
from mmlint.project.semantic.entity import External, Global, KnownValue, Parameter, Resolved
from mmlint.project.semantic.program import Program
from mmlint.project.semantic.unit import Path

MAX_HOPS = 8
"""How many variables and arguments are followed, and how many expressions inside each other."""

MAX_STEPS = 5_000
"""How many values of one object are measured."""

_CLOCKS: Final = frozenset(
    {("Date", "now"), ("performance", "now"), ("process", "hrtime"), ("time", "time")}
    | {("time", "time_ns"), ("time", "monotonic"), ("time", "perf_counter")}
)
_NUMBER_METHODS: Final = frozenset({"getTime", "timestamp"})
_LOCALE_METHODS: Final = frozenset(
    {"toLocaleString", "toLocaleDateString", "toLocaleTimeString"}
    | {"toDateString", "toTimeString", "toUTCString", "toGMTString"}
)
_ROUNDING: Final = frozenset(
    {("Math", "round"), ("Math", "floor"), ("Math", "ceil"), ("Math", "trunc"), ("BigInt",)}
    | {("parseInt",), ("Number", "parseInt"), ("int",), ("round",)}
    | {("math", "floor"), ("math", "ceil"), ("math", "trunc")}
)
_CONVERTING: Final = frozenset({("Number",), ("String",), ("str",), ("float",), ("parseFloat",)})
_FRACTIONS: Final = frozenset({("parseFloat",), ("Number", "parseFloat"), ("float",)})
_SERIALISERS: Final = frozenset(
    {("JSON", "stringify"), ("json", "dumps"), ("simplejson", "dumps"), ("ujson", "dumps")}
    | {("orjson", "dumps"), ("flask", "json", "dumps")}
)
_ESCAPED: Final = frozenset('"\\')
_ARITHMETIC: Final = frozenset({"+", "-", "*", "/", "//", "%", "**"})
_REQUEST_TYPES: Final = frozenset(
    {"IncomingMessage", "FastifyRequest", "NextApiRequest", "VercelRequest", "ExpressRequest"}
)
"""Types of a Node-style request, whose ``url`` is a path (that of the web's Request is a URL)."""
_VERBS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
_ANSWER: Final = regex(r"_?(res|resp|response|reply)", re.IGNORECASE)


class Values:
    """Answers about values of ``program``; what cannot be known is none of these."""

    def __init__(self, program: Program) -> None:
        self.program = program

    def traced(self, at: Written) -> Written:
        """Follow a caller's argument, and variables that are given one value only."""
        for _ in range(MAX_HOPS):
            passed = argument(at.unit, at.value, at.environment)
            if passed is not None:
                at = Written(passed.unit, passed.value, passed.environment)
            elif (inner := self._definition(at)) is not None:
                at = replace(at, value=inner)
            else:
                break
        found = self.program.resolve(at.unit, at.value, at.environment)
        if isinstance(found, KnownValue):
            return Written(found.unit, found.value, found.environment)
        return at

    def _definition(self, at: Written) -> s.Value | None:
        name = at.value
        if not isinstance(name, s.Name) or name.binding < 0:
            return None
        definitions = at.unit.definitions.get(name.binding, [])
        lone = len(definitions) == 1 and not definitions[0].path
        plain = at.unit.module.bindings[name.binding].stable
        return definitions[0].value if lone and plain else None

    # --- times -----------------------------------------------------------------------------------

    def unfit_time(self, at: Written, depth: int = 0) -> str | None:
        """Return ``a number`` or ``a text for people`` where ``at`` is certainly no ISO 8601."""
        at = self.traced(at)
        value = at.value
        if depth > MAX_HOPS:
            return None
        if isinstance(value, s.Literal):
            return "a number" if _is_number(value) else None
        if isinstance(value, s.Operation) and value.operator in _ARITHMETIC:
            if len(value.operands) == 1 and self._is_date(replace(at, value=value.operands[0])):
                return "a number"
            found = (self.unfit_time(replace(at, value=one), depth + 1) for one in value.operands)
            return next((one for one in found if one is not None and value.operands[1:]), None)
        if isinstance(value, s.Call):
            return self._unfit_call(at, value, depth)
        return None

    def _unfit_call(self, at: Written, call: s.Call, depth: int) -> str | None:
        callee = call.callee
        if self._calls(at, call, _CLOCKS):
            return "a number"
        if isinstance(callee, s.Member):
            if callee.name in _LOCALE_METHODS:
                return "a text for people"
            inner = replace(at, value=callee.object)
            if callee.name in _NUMBER_METHODS and not call.arguments:
                return "a number"
            if callee.name == "valueOf" and self._is_date(inner):
                return "a number"
            if callee.name in ("toString", "toFixed"):
                return self.unfit_time(inner, depth + 1)
        if call.arguments and self._calls(at, call, _CONVERTING | _ROUNDING):
            return self.unfit_time(replace(at, value=call.arguments[0].value), depth + 1)
        return None

    def is_now(self, at: Written) -> bool:
        """Whether ``at`` is ``Date.now()`` itself."""
        return isinstance(at.value, s.Call) and self._calls(at, at.value, {("Date", "now")})

    def _is_date(self, at: Written) -> bool:
        value = self.traced(at).value
        return isinstance(value, s.Call) and value.new and self._calls(at, value, {("Date",)})

    # --- money -----------------------------------------------------------------------------------

    def fraction(self, at: Written) -> bool:
        """Whether ``at`` is certainly written as a number with a fraction."""
        value = self.traced(at).value
        if isinstance(value, s.Operation) and len(value.operands) == 1:
            value = value.operands[0]  # a sign
        return isinstance(value, s.Literal) and _has_fraction(value)

    def unrounded(self, at: Written, depth: int = 0) -> bool:
        """Whether ``at`` is a fraction, is parsed as one, or is divided by 100, and not rounded."""
        at = self.traced(at)
        value = at.value
        if depth > MAX_HOPS:
            return False
        parts: tuple[s.Value, ...] = ()
        if self.fraction(at):
            return True
        if isinstance(value, s.Choice):
            parts = value.options
        elif isinstance(value, s.Operation) and value.operator in _ARITHMETIC - {"//"}:
            if value.operator == "/" and _is_hundred(value.operands[-1]):
                return True
            parts = tuple(one for one in value.operands if not isinstance(one, s.Literal))
        elif isinstance(value, s.Call):
            callee = value.callee
            if self._calls(at, value, _FRACTIONS):
                return not self._whole(at, value)
            if isinstance(callee, s.Member) and callee.name == "toFixed":
                return not value.arguments or not _is_zero(value.arguments[0].value)
            if value.arguments and self._calls(at, value, _CONVERTING):
                parts = (value.arguments[0].value,)
        return any(self.unrounded(replace(at, value=one), depth + 1) for one in parts)

    def _whole(self, at: Written, call: s.Call) -> bool:
        """Whether what is converted was rounded before: ``float(round(x))``."""
        if not call.arguments:
            return False
        inner = self.traced(replace(at, value=call.arguments[0].value))
        return isinstance(inner.value, s.Call) and self._calls(inner, inner.value, _ROUNDING)

    # --- paths -----------------------------------------------------------------------------------

    def path(self, at: Written) -> bool:
        """Whether ``at`` is a path without a host."""
        at = self.traced(at)
        value = at.value
        if isinstance(value, s.Operation) and value.operator == "+":
            at = self.traced(replace(at, value=next(_summands(value))))
            value = at.value
        if isinstance(value, s.Template) and value.parts:
            value = value.parts[0]
        if isinstance(value, s.Literal):
            return isinstance(value.value, str) and value.value.startswith("/")
        if isinstance(value, s.Call) and isinstance(value.callee, s.Member):
            return at.unit.python and value.callee.name.startswith("get_full_path")
        return self._reads_path(at, value)

    def _reads_path(self, at: Written, value: s.Value) -> bool:
        if isinstance(value, s.Member) and value.name == "pathname":
            return True
        if isinstance(value, s.Name) and value.binding >= 0:
            definitions = at.unit.definitions.get(value.binding, [])
            if len(definitions) == 1 and definitions[0].path[-1:] == ("pathname",):
                return True
        found = self.program.resolve(at.unit, value, at.environment)
        if isinstance(found, External):
            flask = found.module == "flask" and found.path[:1] == ("request",)
            return flask and found.path[1:] in (("path",), ("full_path",))
        if not isinstance(found, Parameter):
            return False
        if found.unit.python:
            declared = found.unit.module.functions[found.function].parameters[found.number]
            named = declared.name in ("request", "req")
            return named and found.path in (("path",), ("full_path",), ("url", "path"))
        if found.path[-1:] == ("originalUrl",):
            return True
        return found.path in (("url",), ("path",)) and _is_node_request(found)

    # --- texts -----------------------------------------------------------------------------------

    def serialiser(self, at: Written) -> s.Call | None:
        """Return the call where ``at`` is what ``JSON.stringify`` or ``json.dumps`` returns."""
        at = self.traced(at)
        if isinstance(at.value, s.Call) and self._calls(at, at.value, _SERIALISERS):
            return at.value
        return None

    def dynamic_options(self, given: Written) -> Iterator[tuple[Written, Written]]:
        """Yield each of the values that ``given`` may be that is put together at run time, and what
        it is put together from, where that is written."""
        for option in options(given):
            made = self.traced(option)
            if self.has_hole(made):
                yield option, made

    def has_hole(self, at: Written) -> bool:
        """Whether ``at`` is a text put together with something that is no constant."""
        at = self.traced(at)
        value = at.value
        if isinstance(value, s.Template):
            return any(not self._is_constant(replace(at, value=one)) for one in value.parts)
        if isinstance(value, s.Operation) and value.operator in ("+", "%"):
            text = any(self._is_text(replace(at, value=one)) for one in _summands(value))
            return text and not all(
                self._is_constant(replace(at, value=one)) for one in _summands(value)
            )
        if isinstance(value, s.Call) and isinstance(value.callee, s.Member):
            held = replace(at, value=value.callee.object)
            if value.callee.name not in ("format", "concat") or not self._is_text(held):
                return False
            return not all(
                self._is_constant(replace(at, value=one.value)) for one in value.arguments
            )
        return False

    def _is_text(self, at: Written) -> bool:
        value = self.traced(at).value
        return isinstance(value, s.Template) or (
            isinstance(value, s.Literal) and isinstance(value.value, str)
        )

    def _is_constant(self, at: Written, depth: int = 0) -> bool:
        """Whether a part of a text has one of few known values: literals and choices of them."""
        at = self.traced(at)
        value = at.value
        if depth > MAX_HOPS:
            return False
        if isinstance(value, s.Choice) and value.operator == "?:":
            return all(self._is_constant(replace(at, value=o), depth + 1) for o in value.options)
        if isinstance(value, s.Template):
            return all(self._is_constant(replace(at, value=o), depth + 1) for o in value.parts)
        return isinstance(value, s.Literal)

    def json_size(self, at: Written) -> int:
        """Return how many bytes ``at`` has as JSON at the least; what is unknown counts nothing."""
        return self._size(at, 0, Counter())

    def _size(self, at: Written, depth: int, steps: Counter[str]) -> int:
        at = self.traced(at)
        value = at.value
        steps["values"] += 1
        if depth > MAX_HOPS or steps["values"] > MAX_STEPS:
            return 0
        if isinstance(value, s.Literal):
            if value.value is None or value.key is not None:
                return 0
            return size_as_json(value.value)
        if isinstance(value, s.Object):
            found = [
                (one.key, self._size(replace(at, value=one.value), depth + 1, steps))
                for one in value.entries
            ]
            sizes = [
                size_as_json(key, plain=True) + 1 + size for key, size in found if key and size
            ]
            return 2 + sum(sizes) + max(len(sizes) - 1, 0)
        if isinstance(value, s.Sequence):
            items = [self._size(replace(at, value=o), depth + 1, steps) for o in value.items]
            return 2 + sum(items) + max(len(items) - 1, 0)
        return 0

    def has_effect(self, value: s.Value) -> bool:
        """Whether evaluating ``value`` may do something besides giving a value."""
        quiet = s.Literal | s.Template | s.Name | s.Member | s.Index | s.Object | s.Sequence
        return any(
            not isinstance(one, (quiet, s.Choice, s.Lambda))
            and not (isinstance(one, s.Operation) and one.operator in _PURE)
            for one in inside(value)
        )

    # --- calls -----------------------------------------------------------------------------------

    def _calls(self, at: Written, call: s.Call, wanted: frozenset[Path] | set[Path]) -> bool:
        found = self.program.resolve(at.unit, call.callee, at.environment)
        return _words(found) in wanted


_PURE: Final = _ARITHMETIC | {"!", "not", "==", "===", "!=", "!==", "<", ">", "<=", ">=", "typeof"}


def _words(callee: Resolved | None) -> Path:
    if isinstance(callee, Global):
        path = callee.path
        return path[1:] if path[:1] in (("window",), ("globalThis",)) else path
    if isinstance(callee, External):
        return (*callee.module.removeprefix("node:").split("."), *callee.path)
    return ()


def _is_number(value: s.Literal) -> bool:
    return isinstance(value.value, (int, float)) and not isinstance(value.value, bool)


def _has_fraction(value: s.Literal) -> bool:
    return isinstance(value.value, float) and not value.value.is_integer()


def _is_hundred(value: s.Value) -> bool:
    return isinstance(value, s.Literal) and _is_number(value) and value.value == 100


def _is_zero(value: s.Value) -> bool:
    return isinstance(value, s.Literal) and value.value == 0


def size_as_json(value: str | float | None, *, plain: bool = False) -> int:
    """How many bytes ``value`` has as JSON; ``plain``: with ``\\u…`` for all that is not ASCII.

    Nearly all texts stand there as they are, and to load ``json`` takes longer than a rule.
    """
    if isinstance(value, str) and value.isascii() and value.isprintable():
        if _ESCAPED.isdisjoint(value):
            return len(value) + 2
    elif type(value) is int:
        return len(str(value))
    import json

    return len(json.dumps(value, ensure_ascii=plain).encode())


def _summands(value: s.Operation) -> Iterator[s.Value]:
    """The parts of ``a + b + c``, in order."""
    waiting: list[s.Value] = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, s.Operation) and one.operator in ("+", value.operator):
            waiting += reversed(one.operands)
        else:
            yield one


def _is_node_request(found: Parameter) -> bool:
    """Whether a parameter is the request of ``(req, res)``, as Node's servers hand it over.

    Next.js's route handlers, and whatever takes the web's own ``Request``, have whole addresses.
    """
    function = found.unit.module.functions[found.function]
    annotation = function.parameters[found.number].annotation or ""
    owner, _, kind = annotation.rpartition(".")
    if kind in _REQUEST_TYPES:
        return True
    imported = any(one.name == "Request" for one in found.unit.module.imports)
    if annotation and not (kind == "Request" and (owner or imported)):
        return False
    after = function.parameters[found.number + 1 : found.number + 2]
    answer = after[0].name if after else None
    answers = answer is not None and _ANSWER.fullmatch(answer) is not None
    return answers and function.name not in _VERBS
