"""Who an event says it is about: identify calls, equal ids, and values that are personal.

Source: docs.millimetric.ai, identities.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from mmlint.model import syntax as s
from mmlint.model.regex import regex
from mmlint.model.walk import inside
from mmlint.project.dataflow.backward import (
    Budget,
    Edge,
    Expression,
    Walk,
    argument,
    awaited,
    lone_value,
    options,
    passed,
    results,
    settled,
)
from mmlint.project.dataflow.value_sources import Minting, words
from mmlint.project.events.sends import Send, Sends
from mmlint.project.http.requests import request, requests
from mmlint.project.semantic.arguments import passed_to
from mmlint.project.semantic.callee import path_of
from mmlint.project.semantic.entity import (
    Global,
    Resolved,
    SdkFunction,
    Substitution,
)
from mmlint.project.semantic.program import Call, Program
from mmlint.project.semantic.shape import Field, Shape
from mmlint.sdk import environment as names

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

    def _direct(self, call: Call, substitution: Substitution) -> Iterator[Send]:
        shape = self.fields(self, call, substitution)
        if shape is not None:
            yield self._send(call, call.call, "browser", "sdk", shape, substitution)

    def identified(self, call: Call, substitution: Substitution) -> Shape | None:
        """What an identify call says: the browser's ``identify(id)``, the server's, plain HTTP."""
        if isinstance(call.callee, SdkFunction):
            identifies = call.callee.does.identifies
            return self._identified(call, call.callee, substitution) if identifies else None
        made = request(self.program, call, substitution)
        if made is None or made.endpoint != "identify":
            return None
        return self._shape(call.unit, made.body, substitution)

    def _identified(self, call: Call, callee: SdkFunction, substitution: Substitution) -> Shape:
        if call.unit.python:
            arguments = passed_to(call.unit, call.call, callee, substitution)
            shape = self._python_arguments(call, arguments)
        elif callee.sdk == "browser":
            shape = Shape()
        else:
            first = call.call.arguments[0].value if call.call.arguments else None
            shape = self._shape(call.unit, first, substitution)
        if not shape.fields.keys() & {"user_id", "anonymous_id"}:
            self._first(call, shape, "user_id", substitution)
        return shape

    def given(self, call: Call, substitution: Substitution) -> Shape | None:
        """The id that ``setAnonymousId`` is given."""
        callee = call.callee
        if not isinstance(callee, SdkFunction) or not callee.does.sets_visitor or callee.given:
            return None
        return self._first(call, Shape(), "anonymous_id", substitution)

    def _candidates(self) -> Iterable[Call]:
        if self.fields is _Calls.removed:
            return self.program.call_graph.of(outside=_removes)
        plain = [one for one, made in requests(self.program) if made.endpoint == "identify"]
        return self.program.call_graph.of(SdkFunction) + plain

    def removed(self, call: Call, substitution: Substitution) -> Shape | None:
        """The key that ``localStorage.removeItem`` is given."""
        if not _removes(call.callee):
            return None
        return self._first(call, Shape(), "key", substitution)

    def _first(self, call: Call, shape: Shape, name: str, substitution: Substitution) -> Shape:
        """Take the first argument as the field ``name``."""
        arguments = call.call.arguments
        if arguments and arguments[0].name is None:
            value = arguments[0].value
            argument = s.Argument(value.start, value.end, None, value)
            shape.fields[name] = self.shapes.field(
                call.unit, value.start, value, substitution, argument
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
            found = program.text(field.unit, field.value, field.substitution)
            if found is not None and found[0] == STORED_ID:
                yield one


def _outside_tests(calls: _Calls) -> tuple[Send, ...]:
    return tuple(one for one in calls.all() if not one.unit.test)


# --- where a field's value is written -------------------------------------------------------------


def written(field: Field) -> Expression | None:
    """Return where the value of ``field`` is written; None where it may be another one."""
    value = in_event(field)
    return None if value is None else as_passed(value)


def in_event(field: Field) -> Expression | None:
    """Return the value of ``field`` as the event has it; None where it may be another one."""
    if field.value is None or not field.certain:
        return None
    return Expression(field.unit, field.value, field.substitution)


def alternatives(field: Field) -> Iterator[tuple[Expression, Expression]]:
    """Yield each value that ``field`` may have, as the event has it, with where it is written: the
    whole of a choice in the event, but the caller's argument where a caller passes one of them."""
    whole = in_event(field)
    if whole is None:
        return
    options = whole.value.options if isinstance(whole.value, s.Choice) else (whole.value,)
    for option in options:
        one = whole.to(option)
        place = as_passed(one)
        yield one, whole if place is one else place


def as_passed(value: Expression) -> Expression:
    """Follow a parameter to the argument that a caller wrote for it, caller by caller: each step
    leaves a call, so that the last is reached."""
    while (found := passed(value.unit, value.value, value.substitution)) is not None:
        value = value.into(found.unit, found.value, found.substitution)
    return value


# --- two values -----------------------------------------------------------------------------------


def same(program: Program, one: Expression, other: Expression) -> bool:
    """Whether two values are one expression, through variables that never change."""
    budget = Budget(program, one.unit, one.value)
    waiting = [(one, other)]
    while waiting:
        if not budget.spend():
            return False
        ours, theirs = (settled(program, side, _STEADY) for side in waiting.pop())
        parts = _compared(program, ours, theirs)
        if parts is None:
            return False
        waiting += [(ours.to(left), theirs.to(right)) for left, right in parts]
    return True


_Pairs = list[tuple[s.Value, s.Value]]


def _compared(program: Program, one: Expression, other: Expression) -> _Pairs | None:
    """The parts of two expressions that must be the same pair by pair; None: they differ."""
    first, second = one.value, other.value
    if type(first) is not type(second):
        return None
    if isinstance(first, s.Name) and isinstance(second, s.Name):
        if first.binding >= 0 or second.binding >= 0:
            alike = one.unit is other.unit and first.binding == second.binding
        else:
            alike = first.name == second.name
        return [] if alike else None
    if isinstance(first, s.Literal) and isinstance(second, s.Literal):
        alike = first.value == second.value and first.value not in (None, "")
        return [] if alike else None
    if isinstance(first, s.Call) and _varies(program, one, first):
        return None
    return _pairs(first, second)


def _varies(program: Program, at: Expression, call: s.Call) -> bool:
    """Whether the same call, made twice, gives two different values."""
    if words(call.callee)[-1:] in (("pop",), ("shift",), ("next",)):
        return True
    origins = Minting(program).origins(at.unit, call, at.substitution)
    return any(one.kind in ("random", "clock") for one in origins)


def _pairs(first: s.Value, second: s.Value) -> _Pairs | None:
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


def _zipped(first: tuple[s.Value, ...], second: tuple[s.Value, ...]) -> _Pairs | None:
    return list(zip(first, second, strict=True)) if len(first) == len(second) else None


_TEXT = frozenset({("String",), ("str",)})


def _steady(program: Program, at: Expression) -> Sequence[Expression] | None:
    """A variable with a single value to that, where to write it twice gives the same twice."""
    if not isinstance(at.value, s.Name) or at.value.binding in at.unit.parameters:
        return None
    value = lone_value(at.unit, at.value)
    return (at.to(value),) if isinstance(value, (s.Name, s.Member, s.Literal)) else None


def _as_text(program: Program, at: Expression) -> Sequence[Expression] | None:
    """``x.toString()`` and ``String(x)`` to ``x``."""
    call = at.value
    if not isinstance(call, s.Call):
        return None
    if isinstance(call.callee, s.Member):
        plain = call.callee.name == "toString" and not call.arguments
        return (at.to(call.callee.object),) if plain else None
    if len(call.arguments) != 1 or path_of(program.resolve(at.unit, call.callee)) not in _TEXT:
        return None
    return (at.to(call.arguments[0].value),)


_STEADY: tuple[Edge, ...] = (argument, _steady, _as_text)


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


def is_personal(program: Program, at: Expression) -> bool:
    """Whether a value is, or contains, an email address or a telephone number: its name says so,
    also through variables, choices, templates and changes of case."""
    reached = Walk(program, at, _CONTENTS).reached()
    return any(_is_address(program, one) for one in reached)


def _is_address(program: Program, at: Expression) -> bool:
    """Whether a value shows by itself that it is personal. Where a caller's argument is at hand,
    a parameter's name says nothing."""
    value = at.value
    if passed(at.unit, value, at.substitution) is not None:
        return False
    if not isinstance(value, (s.Call, s.Choice)):
        known = program.text(at.unit, value, at.substitution)
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


def _is_named_address(at: Expression, name: s.Name) -> bool:
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


def _given(program: Program, at: Expression) -> Sequence[Expression] | None:
    """A variable to all that it is given whole."""
    if not isinstance(at.value, s.Name) or at.value.binding < 0:
        return None
    found = at.unit.definitions.get(at.value.binding, ())
    return [at.to(one.value) for one in found if not one.path]


def _same_text(program: Program, at: Expression) -> Sequence[Expression] | None:
    """A text method to the text that it changes, a conversion to what it converts."""
    call = at.value
    if not isinstance(call, s.Call):
        return None
    if isinstance(call.callee, s.Member) and call.callee.name in _TEXT_METHODS:
        return (at.to(call.callee.object),)
    callee = program.resolve(at.unit, call.callee, at.substitution)
    return [at.to(one.value) for one in call.arguments[:1]] if path_of(callee) in _TEXT else ()


def _parts(program: Program, at: Expression) -> Sequence[Expression] | None:
    """A text to what it is put together from, and ``x[i]`` to ``x``."""
    value = at.value
    found: tuple[s.Value, ...] = ()
    if isinstance(value, s.Template):
        found = value.parts
    elif isinstance(value, s.Operation) and value.operator in ("+", "%"):
        found = value.operands
    elif isinstance(value, s.Index):
        found = (value.object,)
    return [at.piece(one) for one in found]


_CONTENTS: tuple[Edge, ...] = (argument, results, _same_text, _given, options, awaited, _parts)
"""To what goes into a value unchanged but for its case: any of it may be personal."""
