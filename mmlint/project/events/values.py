"""What kind of value an expression certainly gives: a number, a fraction, a path, JSON in a text.

Sources: the platforms' own documentation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from mmlint.model import syntax as s
from mmlint.model.regex import regex
from mmlint.model.walk import inside
from mmlint.project.dataflow.backward import (
    Budget,
    Edge,
    Expression,
    Walk,
    argument,
    known,
    only_definition,
    options,
    settled,
)
from mmlint.project.events.payload import possible
from mmlint.project.semantic.entity import External, Global, Parameter, Resolved
from mmlint.project.semantic.program import Program
from mmlint.project.semantic.unit import Path

MAX_VALUES = 5_000
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

    def traced(self, at: Expression) -> Expression:
        """Follow a caller's argument, variables that are given one value only, and constants."""
        return settled(self.program, at, _TRACED)

    # --- times -----------------------------------------------------------------------------------

    def unfit_time(self, at: Expression) -> str | None:
        """Return ``a number`` or ``a text for people`` where ``at`` is certainly no ISO 8601."""
        edges = (*_TRACED, self._operands, self._converted)
        reached = Walk(self.program, at, edges).reached()
        return next((kind for one in reached if (kind := self._unfit(one)) is not None), None)

    def _unfit(self, at: Expression) -> str | None:
        """What ``at`` itself shows; ``+date`` and ``date.valueOf()`` are numbers."""
        value = at.value
        if isinstance(value, s.Literal):
            return "a number" if _is_number(value) else None
        if isinstance(value, s.Operation) and len(value.operands) == 1:
            signed = value.operator in _ARITHMETIC and self._is_date(at.to(value.operands[0]))
            return "a number" if signed else None
        if not isinstance(value, s.Call):
            return None
        if self._calls(at, value, _CLOCKS):
            return "a number"
        method = value.callee.name if isinstance(value.callee, s.Member) else ""
        if method in _LOCALE_METHODS:
            return "a text for people"
        read = method in _NUMBER_METHODS and not value.arguments
        held = value.callee.object if isinstance(value.callee, s.Member) else None
        dated = method == "valueOf" and held is not None and self._is_date(at.to(held))
        return "a number" if read or dated else None

    def _operands(self, program: Program, at: Expression) -> Sequence[Expression] | None:
        """What is calculated to what it is calculated from."""
        value = at.value
        if not isinstance(value, s.Operation) or value.operator not in _ARITHMETIC:
            return None
        return [at.piece(one) for one in value.operands] if value.operands[1:] else ()

    def _converted(self, program: Program, at: Expression) -> Sequence[Expression] | None:
        """``x.toString()``, ``String(x)`` and ``Math.round(x)`` to ``x``."""
        call = at.value
        if not isinstance(call, s.Call) or self._unfit(at) is not None:
            return None
        if isinstance(call.callee, s.Member) and call.callee.name in ("toString", "toFixed"):
            return (at.to(call.callee.object),)
        if call.arguments and self._calls(at, call, _CONVERTING | _ROUNDING):
            return (at.to(call.arguments[0].value),)
        return None

    def is_now(self, at: Expression) -> bool:
        """Whether ``at`` is ``Date.now()`` itself."""
        return isinstance(at.value, s.Call) and self._calls(at, at.value, {("Date", "now")})

    def _is_date(self, at: Expression) -> bool:
        value = self.traced(at).value
        return isinstance(value, s.Call) and value.new and self._calls(at, value, {("Date",)})

    # --- money -----------------------------------------------------------------------------------

    def fraction(self, at: Expression) -> bool:
        """Whether ``at`` is certainly written as a number with a fraction."""
        value = self.traced(at).value
        if isinstance(value, s.Operation) and len(value.operands) == 1:
            value = value.operands[0]  # a sign
        return isinstance(value, s.Literal) and _has_fraction(value)

    def unrounded(self, at: Expression) -> bool:
        """Whether ``at`` is a fraction, is parsed as one, or is divided by 100, and not rounded."""
        edges = (*_TRACED, options, self._unrounded_from)
        return any(map(self._is_unrounded, Walk(self.program, at, edges).reached()))

    def _is_unrounded(self, at: Expression) -> bool:
        value = at.value
        if isinstance(value, s.Operation) and value.operator == "/":
            return _is_hundred(value.operands[-1])
        if isinstance(value, s.Call) and self._calls(at, value, _FRACTIONS):
            return not self._whole(at, value)
        if isinstance(value, s.Call) and _last(value) == "toFixed":
            return not value.arguments or not _is_zero(value.arguments[0].value)
        return self.fraction(at)

    def _unrounded_from(self, program: Program, at: Expression) -> Sequence[Expression] | None:
        """What is calculated or converted to what it is made from; a literal that something is
        multiplied by says nothing."""
        value = at.value
        if isinstance(value, s.Operation) and value.operator in _ARITHMETIC - {"//"}:
            return [at.piece(one) for one in value.operands if not isinstance(one, s.Literal)]
        if not isinstance(value, s.Call) or _last(value) == "toFixed" or not value.arguments:
            return None
        if not self._calls(at, value, _CONVERTING) or self._calls(at, value, _FRACTIONS):
            return None
        return (at.to(value.arguments[0].value),)

    def _whole(self, at: Expression, call: s.Call) -> bool:
        """Whether what is converted was rounded before: ``float(round(x))``."""
        if not call.arguments:
            return False
        inner = self.traced(at.to(call.arguments[0].value))
        return isinstance(inner.value, s.Call) and self._calls(inner, inner.value, _ROUNDING)

    # --- paths -----------------------------------------------------------------------------------

    def path(self, at: Expression) -> bool:
        """Whether ``at`` is a path without a host."""
        at = self.traced(at)
        value = at.value
        if isinstance(value, s.Operation) and value.operator == "+":
            at = self.traced(at.to(next(_summands(value))))
            value = at.value
        if isinstance(value, s.Template) and value.parts:
            value = value.parts[0]
        if isinstance(value, s.Literal):
            return isinstance(value.value, str) and value.value.startswith("/")
        if isinstance(value, s.Call) and isinstance(value.callee, s.Member):
            return at.unit.python and value.callee.name.startswith("get_full_path")
        return self._reads_path(at, value)

    def _reads_path(self, at: Expression, value: s.Value) -> bool:
        if isinstance(value, s.Member) and value.name == "pathname":
            return True
        if isinstance(value, s.Name) and value.binding >= 0:
            definitions = at.unit.definitions.get(value.binding, [])
            if len(definitions) == 1 and definitions[0].path[-1:] == ("pathname",):
                return True
        found = self.program.resolve(at.unit, value, at.substitution)
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

    def serialiser(self, at: Expression) -> s.Call | None:
        """Return the call where ``at`` is what ``JSON.stringify`` or ``json.dumps`` returns."""
        at = self.traced(at)
        if isinstance(at.value, s.Call) and self._calls(at, at.value, _SERIALISERS):
            return at.value
        return None

    def dynamic_options(self, given: Expression) -> Iterator[tuple[Expression, Expression]]:
        """Yield each of the values that ``given`` may be that is put together at run time, and what
        it is put together from, where that is written."""
        for option in possible(self.program, given):
            made = self.traced(option)
            if self.has_hole(made):
                yield option, made

    def has_hole(self, at: Expression) -> bool:
        """Whether ``at`` is a text put together with something that is no constant."""
        at = self.traced(at)
        value = at.value
        if isinstance(value, s.Template):
            return any(not self._is_constant(at.to(one)) for one in value.parts)
        if isinstance(value, s.Operation) and value.operator in ("+", "%"):
            text = any(self._is_text(at.to(one)) for one in _summands(value))
            return text and not all(self._is_constant(at.to(one)) for one in _summands(value))
        if isinstance(value, s.Call) and isinstance(value.callee, s.Member):
            held = at.to(value.callee.object)
            if value.callee.name not in ("format", "concat") or not self._is_text(held):
                return False
            return not all(self._is_constant(at.to(one.value)) for one in value.arguments)
        return False

    def _is_text(self, at: Expression) -> bool:
        value = self.traced(at).value
        return isinstance(value, s.Template) or (
            isinstance(value, s.Literal) and isinstance(value.value, str)
        )

    def _is_constant(self, at: Expression) -> bool:
        """Whether a part of a text has one of few known values: literals and choices of them."""
        walk = Walk(self.program, at, (*_TRACED, _conditional, _text_parts))
        return all(isinstance(one.value, s.Literal) for one in walk.ends()) and walk.complete

    def json_size(self, at: Expression) -> int:
        """Return how many bytes ``at`` has as JSON at the least; what is unknown counts nothing."""
        budget = Budget(self.program, at.unit, at.value, MAX_VALUES)
        size, waiting = 0, [self.traced(at)]
        while waiting and budget.spend():
            one = waiting.pop()
            if isinstance(one.value, s.Literal):
                size += _literal_size(one.value)
            else:
                inner = [(key, self.traced(value)) for key, value in _inner(one)]
                counted = [(key, value) for key, value in inner if _has_size(value.value)]
                keys = [size_as_json(key, plain=True) + 1 for key, _ in counted if key is not None]
                size += 2 + sum(keys) + max(len(counted) - 1, 0)
                waiting += [value for _, value in counted]
        return size

    def has_effect(self, value: s.Value) -> bool:
        """Whether evaluating ``value`` may do something besides giving a value."""
        quiet = s.Literal | s.Template | s.Name | s.Member | s.Index | s.Object | s.Sequence
        return any(
            not isinstance(one, (quiet, s.Choice, s.Lambda))
            and not (isinstance(one, s.Operation) and one.operator in _PURE)
            for one in inside(value)
        )

    # --- calls -----------------------------------------------------------------------------------

    def _calls(self, at: Expression, call: s.Call, wanted: frozenset[Path] | set[Path]) -> bool:
        found = self.program.resolve(at.unit, call.callee, at.substitution)
        return _words(found) in wanted


_PURE: Final = _ARITHMETIC | {"!", "not", "==", "===", "!=", "!==", "<", ">", "<=", ">=", "typeof"}


_TRACED: Final[tuple[Edge, ...]] = (argument, only_definition, known)


def _conditional(program: Program, at: Expression) -> Sequence[Expression] | None:
    """``a ? b : c`` to ``b`` and ``c``."""
    if not isinstance(at.value, s.Choice) or at.value.operator != "?:":
        return None
    return options(program, at)


def _text_parts(program: Program, at: Expression) -> Sequence[Expression] | None:
    """A template to its parts."""
    return [at.piece(o) for o in at.value.parts] if isinstance(at.value, s.Template) else None


def _inner(at: Expression) -> Iterator[tuple[str | None, Expression]]:
    """The values in an object, with their keys, or in a list."""
    if isinstance(at.value, s.Object):
        yield from ((one.key, at.to(one.value)) for one in at.value.entries if one.key)
    elif isinstance(at.value, s.Sequence):
        yield from ((None, at.to(one)) for one in at.value.items)


def _has_size(value: s.Value) -> bool:
    if isinstance(value, s.Literal):
        return _literal_size(value) > 0
    return isinstance(value, (s.Object, s.Sequence))


def _literal_size(value: s.Literal) -> int:
    """A redacted key has a size that is not known."""
    return 0 if value.value is None or value.key is not None else size_as_json(value.value)


def _last(call: s.Call) -> str:
    """The method that is called, if it is one."""
    return call.callee.name if isinstance(call.callee, s.Member) else ""


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
