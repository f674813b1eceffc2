"""Who an event says it is about: identify calls, equal ids, and values that are personal.

Source: docs.millimetric.ai, identities.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import msgspec
from msgspec.structs import replace

from mmlint.model import syntax as s
from mmlint.model.regex import regex
from mmlint.model.walk import inside, statements
from mmlint.project.dataflow.backward import passed as argument
from mmlint.project.dataflow.value_sources import Minting, words
from mmlint.project.events.sends import Send, Sends
from mmlint.project.http.requests import request, requests
from mmlint.project.semantic.arguments import passed_to
from mmlint.project.semantic.callee import path_of
from mmlint.project.semantic.entity import (
    Global,
    ProjectFunction,
    Resolved,
    SdkFunction,
    Substitution,
)
from mmlint.project.semantic.program import Call, Program
from mmlint.project.semantic.shape import Field, Shape
from mmlint.project.semantic.unit import Unit
from mmlint.sdk import environment as names

MAX_HOPS = 4
"""How many variables, or functions inside each other, are followed."""

MAX_STEPS = 200
"""How many expressions are looked at to answer one question."""

STORED_ID = "mm_aid"
"""Where the browser SDK keeps the device's ``anonymous_id`` in ``localStorage``."""


# --- calls other than sends -----------------------------------------------------------------------


class _Calls(Sends):
    """Finds calls that are no sends, and follows them through wrappers as sends are followed."""

    def __init__(
        self, program: Program, fields: Callable[[_Calls, Call, Substitution], Shape | None]
    ) -> None:
        super().__init__(program, lambda unit: None)
        self.fields = fields

    def _direct(self, call: Call, environment: Substitution) -> Iterator[Send]:
        shape = self.fields(self, call, environment)
        if shape is not None:
            yield self._send(call, call.call, "browser", "sdk", shape, environment)

    def identified(self, call: Call, environment: Substitution) -> Shape | None:
        """What an identify call says: the browser's ``identify(id)``, the server's, plain HTTP."""
        if isinstance(call.callee, SdkFunction):
            identifies = call.callee.does.identifies
            return self._identified(call, call.callee, environment) if identifies else None
        made = request(self.program, call, environment)
        if made is None or made.endpoint != "identify":
            return None
        return self._shape(call.unit, made.body, environment)

    def _identified(self, call: Call, callee: SdkFunction, environment: Substitution) -> Shape:
        if call.unit.python:
            arguments = passed_to(call.unit, call.call, callee, environment)
            shape = self._python_arguments(call, arguments)
        elif callee.sdk == "browser":
            shape = Shape()
        else:
            first = call.call.arguments[0].value if call.call.arguments else None
            shape = self._shape(call.unit, first, environment)
        if not shape.fields.keys() & {"user_id", "anonymous_id"}:
            self._first(call, shape, "user_id", environment)
        return shape

    def given(self, call: Call, environment: Substitution) -> Shape | None:
        """The id that ``setAnonymousId`` is given."""
        callee = call.callee
        if not isinstance(callee, SdkFunction) or not callee.does.sets_visitor or callee.given:
            return None
        return self._first(call, Shape(), "anonymous_id", environment)

    def _candidates(self) -> Iterable[Call]:
        if self.fields is _Calls.removed:
            return self.program.call_graph.of(outside=_removes)
        plain = [one for one, made in requests(self.program) if made.endpoint == "identify"]
        return self.program.call_graph.of(SdkFunction) + plain

    def removed(self, call: Call, environment: Substitution) -> Shape | None:
        """The key that ``localStorage.removeItem`` is given."""
        if not _removes(call.callee):
            return None
        return self._first(call, Shape(), "key", environment)

    def _first(self, call: Call, shape: Shape, name: str, environment: Substitution) -> Shape:
        """Take the first argument as the field ``name``."""
        arguments = call.call.arguments
        if arguments and arguments[0].name is None:
            value = arguments[0].value
            argument = s.Argument(value.start, value.end, None, value)
            shape.fields[name] = self.shapes.field(
                call.unit, value.start, value, environment, argument
            )
        return shape


def _removes(callee: Resolved | None) -> bool:
    return isinstance(callee, Global) and callee.path[-2:] == ("localStorage", "removeItem")


def identifications(program: Program) -> tuple[Send, ...]:
    """Return every identify call outside test files, as an event with ``user_id`` (and, from
    servers, ``anonymous_id``), calls of wrappers included, in path and source order."""
    return _outside_tests(_Calls(program, _Calls.identified))


def resets(program: Program) -> Iterator[tuple[Send, Field]]:
    """Yield every call of the browser's ``setAnonymousId`` with the id that it is given."""
    for one in _outside_tests(_Calls(program, _Calls.given)):
        field = one.field("anonymous_id")
        if field is not None:
            yield one, field


def removals(program: Program) -> Iterator[Send]:
    """Yield every call that removes the stored ``anonymous_id`` from ``localStorage``."""
    for one in _outside_tests(_Calls(program, _Calls.removed)):
        field = one.field("key")
        if field is not None and field.value is not None:
            found = program.text(field.unit, field.value, field.environment)
            if found is not None and found[0] == STORED_ID:
                yield one


def _outside_tests(calls: _Calls) -> tuple[Send, ...]:
    return tuple(one for one in calls.all() if not one.unit.test)


# --- where a field's value is written -------------------------------------------------------------


class Written(msgspec.Struct, frozen=True):
    """A value where somebody wrote it: in the event, or as the argument of a wrapper's caller."""

    unit: Unit
    value: s.Value
    environment: Substitution


def written(field: Field) -> Written | None:
    """Return where the value of ``field`` is written; None where it may be another one."""
    value = in_event(field)
    return None if value is None else as_passed(value)


def in_event(field: Field) -> Written | None:
    """Return the value of ``field`` as the event has it; None where it may be another one."""
    if field.value is None or not field.certain:
        return None
    return Written(field.unit, field.value, field.environment)


def alternatives(field: Field) -> Iterator[tuple[Written, Written]]:
    """Yield each value that ``field`` may have, as the event has it, with where it is written: the
    whole of a choice in the event, but the caller's argument where a caller passes one of them."""
    whole = in_event(field)
    if whole is None:
        return
    options = whole.value.options if isinstance(whole.value, s.Choice) else (whole.value,)
    for option in options:
        one = replace(whole, value=option)
        spot = as_passed(one)
        yield one, whole if spot is one else spot


def as_passed(value: Written) -> Written:
    """Follow a parameter to the argument that a caller wrote for it."""
    for _ in range(MAX_HOPS):
        passed = argument(value.unit, value.value, value.environment)
        if passed is None:
            break
        value = Written(passed.unit, passed.value, passed.environment)
    return value


# --- two values -----------------------------------------------------------------------------------


def same(program: Program, one: Written, other: Written) -> bool:
    """Whether two values are one expression, through variables that never change."""
    return _alike(program, one, other, 0)


def _alike(program: Program, one: Written, other: Written, depth: int) -> bool:
    if depth > MAX_HOPS * 4:
        return False
    one, other = _settled(program, one), _settled(program, other)
    first, second = one.value, other.value
    if type(first) is not type(second):
        return False
    if isinstance(first, s.Name) and isinstance(second, s.Name):
        if first.binding >= 0 or second.binding >= 0:
            return one.unit is other.unit and first.binding == second.binding
        return first.name == second.name
    if isinstance(first, s.Literal) and isinstance(second, s.Literal):
        return first.value == second.value and first.value not in (None, "")
    if isinstance(first, s.Call) and _varies(program, one, first):
        return False
    pairs = _pairs(first, second)
    return pairs is not None and all(
        _alike(program, replace(one, value=left), replace(other, value=right), depth + 1)
        for left, right in pairs
    )


def _varies(program: Program, at: Written, call: s.Call) -> bool:
    """Whether the same call, made twice, gives two different values."""
    if words(call.callee)[-1:] in (("pop",), ("shift",), ("next",)):
        return True
    origins = Minting(program).origins(at.unit, call, at.environment)
    return any(one.kind in ("random", "clock") for one in origins)


def _pairs(first: s.Value, second: s.Value) -> list[tuple[s.Value, s.Value]] | None:
    """The parts of two expressions side by side; None where the expressions differ themselves."""
    if isinstance(first, s.Member) and isinstance(second, s.Member):
        return [(first.object, second.object)] if first.name == second.name else None
    if isinstance(first, s.Index) and isinstance(second, s.Index):
        return [(first.object, second.object), (first.index, second.index)]
    if isinstance(first, s.Await) and isinstance(second, s.Await):
        return [(first.value, second.value)]
    if isinstance(first, s.Template) and isinstance(second, s.Template):
        return _zipped(first.parts, second.parts)
    if isinstance(first, s.Choice) and isinstance(second, s.Choice):
        if first.operator != second.operator:
            return None
        return _zipped((first.test, *first.options), (second.test, *second.options))
    if isinstance(first, s.Operation) and isinstance(second, s.Operation):
        same_operator = first.operator == second.operator
        return _zipped(first.operands, second.operands) if same_operator else None
    if isinstance(first, s.Call) and isinstance(second, s.Call):
        if [one.name for one in first.arguments] != [one.name for one in second.arguments]:
            return None
        return _zipped(
            (first.callee, *(one.value for one in first.arguments)),
            (second.callee, *(one.value for one in second.arguments)),
        )
    return None


def _zipped(
    first: tuple[s.Value, ...], second: tuple[s.Value, ...]
) -> list[tuple[s.Value, s.Value]] | None:
    return list(zip(first, second, strict=True)) if len(first) == len(second) else None


_TEXT = frozenset({("String",), ("str",)})


def _settled(program: Program, one: Written) -> Written:
    """Look through variables with a single value, passed parameters and conversions to text."""
    for _ in range(MAX_HOPS):
        value = one.value
        passed = argument(one.unit, value, one.environment)
        if passed is not None:
            one = Written(passed.unit, passed.value, passed.environment)
        elif isinstance(value, s.Name) and value.binding not in one.unit.parameters:
            definitions = one.unit.definitions.get(value.binding, [])
            if len(definitions) != 1 or definitions[0].path or not _is_steady(definitions[0].value):
                break
            one = replace(one, value=definitions[0].value)
        elif isinstance(value, s.Call) and isinstance(value.callee, s.Member):
            if value.callee.name != "toString" or value.arguments:
                break
            one = replace(one, value=value.callee.object)
        elif isinstance(value, s.Call) and len(value.arguments) == 1:
            if path_of(program.resolve(one.unit, value.callee)) not in _TEXT:
                break
            one = replace(one, value=value.arguments[0].value)
        else:
            break
    return one


def _is_steady(value: s.Value) -> bool:
    """Whether writing the expression twice gives the same twice: names and their members."""
    return isinstance(value, (s.Name, s.Member, s.Literal))


# --- personal values ------------------------------------------------------------------------------

_PERSONAL = frozenset(
    [
        ("EMAIL",),
        ("EMAILS",),
        ("EMAIL", "ADDRESS"),
        ("E", "MAIL"),
        ("PHONE",),
        ("PHONES",),
        ("PHONE", "NUMBER"),
        ("TELEPHONE",),
        ("TELEPHONE", "NUMBER"),
        ("MOBILE", "NUMBER"),
    ]
)
"""Ends of names that say: an email address, or a telephone number."""
_DISGUISED = frozenset(
    {"HASH", "HASHED", "SHA", "SHA1", "SHA256", "SHA512", "MD5", "HMAC", "DIGEST", "TOKENIZE"}
    | {"ENCRYPT", "ENCRYPTED", "TOKEN", "MASK", "MASKED", "REDACT", "REDACTED", "PSEUDONYM"}
    | {"IS", "HAS", "HAD", "WAS", "VERIFIED", "BY", "ID"}
)
"""Words that say it is something made of the address, or something about it."""
_ADDRESS = regex(r"[^@\s{}<>]+@[^@\s{}<>]+\.[A-Za-z]{2,}|\+[0-9][0-9 ()-]{6,18}[0-9]")
_TEXT_METHODS = frozenset(
    {"toLowerCase", "toUpperCase", "toLocaleLowerCase", "trim", "normalize", "toString"}
    | {"replace", "replaceAll", "lower", "upper", "casefold", "strip"}
)
_GETTERS = frozenset({"get", "getItem"})


def says_personal(name: str) -> bool:
    """Whether a name says that it holds an email address or a telephone number."""
    parts = names.words(name)
    ends = {tuple(parts[-1:]), tuple(parts[-2:])}
    return bool(ends & _PERSONAL) and not _DISGUISED & set(parts)


def is_personal(program: Program, at: Written) -> bool:
    """Whether a value is, or contains, an email address or a telephone number: its name says so,
    also through variables, choices, templates and changes of case."""
    waiting, seen = [at], 0
    while waiting and seen < MAX_STEPS:
        seen += 1
        one = waiting.pop()
        if _is_address(program, one):
            return True
        waiting += _contents(program, one)
    return False


def _is_address(program: Program, at: Written) -> bool:
    """Whether a value shows by itself that it is personal. Where a caller's argument is at hand,
    a parameter's name says nothing."""
    value = at.value
    if argument(at.unit, value, at.environment) is not None:
        return False
    if not isinstance(value, (s.Call, s.Choice)):
        known = program.text(at.unit, value, at.environment)
        if known is not None:
            return _ADDRESS.fullmatch(known[0]) is not None
    if isinstance(value, s.Member):
        return says_personal(value.name)
    if isinstance(value, s.Name):
        return _is_named_address(at, value)
    if isinstance(value, s.Call) and isinstance(value.callee, s.Member) and value.arguments:
        first = value.arguments[0].value
        if value.callee.name in _GETTERS and isinstance(first, s.Literal):
            return isinstance(first.value, str) and says_personal(first.value)
    return False


def _is_named_address(at: Written, name: s.Name) -> bool:
    """Whether a variable's name, or the key that it takes from an object, says address. Where a
    hash is what it holds, the name says nothing."""
    definitions = at.unit.definitions.get(name.binding, []) if name.binding >= 0 else []
    for one in definitions:
        keys = [key for key in one.path if key not in ("?", "...")]
        if keys and says_personal(keys[-1]):
            return True
    return says_personal(name.name) and not any(_disguises(one.value) for one in definitions)


def _disguises(value: s.Value) -> bool:
    """Whether a call in ``value`` says that it gives no address."""
    return any(
        _DISGUISED & set(names.words(word))
        for one in inside(value)
        if isinstance(one, s.Call)
        for word in words(one.callee)
    )


def _contents(program: Program, at: Written) -> list[Written]:
    """What goes into a value unchanged but for its case: any of it may be personal."""
    value = at.value
    passed = argument(at.unit, value, at.environment)
    if passed is not None:
        return [Written(passed.unit, passed.value, passed.environment)]
    if isinstance(value, s.Call):
        return list(_results(program, at, value))
    found: tuple[s.Value, ...] = ()
    if isinstance(value, s.Name) and value.binding >= 0:
        definitions = at.unit.definitions.get(value.binding, ())
        found = tuple(one.value for one in definitions if not one.path)
    elif isinstance(value, s.Choice):
        found = value.options
    elif isinstance(value, s.Template):
        found = value.parts
    elif isinstance(value, s.Operation) and value.operator in ("+", "%"):
        found = value.operands
    elif isinstance(value, s.Await):
        found = (value.value,)
    elif isinstance(value, s.Index):
        found = (value.object,)
    return [replace(at, value=one) for one in found]


def _results(program: Program, at: Written, call: s.Call) -> Iterator[Written]:
    """What a call gives back: a text method its object, a project function what it returns."""
    callee = program.resolve(at.unit, call.callee, at.environment)
    if isinstance(callee, ProjectFunction):
        inner = program.environment(at.unit, call, callee, at.environment)
        for statement in statements(callee.function.body):
            if isinstance(statement, s.Return) and statement.value is not None:
                yield Written(callee.unit, statement.value, inner)
    elif isinstance(call.callee, s.Member) and call.callee.name in _TEXT_METHODS:
        yield replace(at, value=call.callee.object)
    elif path_of(callee) in _TEXT and call.arguments:
        yield replace(at, value=call.arguments[0].value)
