"""The edits of one call: set a field of its event, here or in a wrapper's call, or remove it."""

from __future__ import annotations

from mmlint.model import syntax as s
from mmlint.model.finding import (
    AddArgument,
    AddEntry,
    Edit,
    Fix,
    Place,
    RemoveStatement,
    Replace,
    Safety,
)
from mmlint.project.events.sends import Send
from mmlint.project.project import Project
from mmlint.project.semantic.arguments import takes_self
from mmlint.project.semantic.entity import Parameter, ProjectFunction
from mmlint.project.semantic.program import constructor
from mmlint.project.semantic.unit import Unit


def set_field(project: Project, send: Send, name: str, value: str) -> tuple[Edit, ...] | None:
    """Return the edits that set the field ``name`` to the expression ``value``, which means at the
    send's call what it says: in the event's own literal, in the call's keywords, or, in a call of a
    project function, as the parameter that becomes the field. None where that is not certain."""
    own = project.payloads.method(send)
    if own is not None and send.event.literal is None:
        return _in_own_method(project, send, own, name, value)
    if send.via is not None:
        return _in_wrapper(project, send, send.via, name, value)
    at = written_at(send, name)
    if at is None:
        return None
    if send.field(name) is not None:
        return (Replace(at.path, at.start, at.end, value),)
    if send.event.literal is not None:
        return (AddEntry(at.path, at.start, at.end, name, value),)
    return (AddArgument(at.path, at.start, at.end, f"{name}={value}"),)


def written_at(send: Send, name: str) -> Place | None:
    """Return the value, literal or call that setting the field would change, or None."""
    found = send.field(name)
    if found is not None:
        if found.unit is not send.unit or found.entry is None:
            return None
        value = found.entry.value
        return Place(send.unit.path, value.start, value.end)
    for held in (send.event.literal, send.event.call):
        if held is not None and held[0] is send.unit:
            return Place(send.unit.path, held[1].start, held[1].end)
    return None


def remove_call(
    project: Project, unit: Unit, call: s.Call, title: str, safety: Safety
) -> Fix | None:
    """Return the fix that removes ``call`` where it, awaited or not, is a statement of its own."""
    found = project.statement(unit, call.start)
    statement = found.statement if found else None
    if not isinstance(statement, s.ExpressionStatement):
        return None
    value = statement.value.value if isinstance(statement.value, s.Await) else statement.value
    if (value.start, value.end) != (call.start, call.end):
        return None
    edit = RemoveStatement(unit.path, statement.start, statement.end)
    return Fix(title, safety, (edit,))


# --- calls of the project's functions -------------------------------------------------------------


def _in_own_method(
    project: Project, send: Send, method: ProjectFunction, name: str, value: str
) -> tuple[Edit, ...] | None:
    """Set the field in a call of the project's own client, whose method must take it."""
    found = send.field(name)
    if found is not None and found.entry is None:
        return None  # the method gives it, from an argument that may stand anywhere in the call
    parameters = method.function.parameters
    takes = any(one.name == name and one.kind in _NAMED for one in parameters)
    if takes or project.payloads.spreads_keywords(method):
        return _keyword(send, name, value)
    return None


def _in_wrapper(
    project: Project, send: Send, inner: Send, name: str, value: str
) -> tuple[Edit, ...] | None:
    """Set the parameter of the function that is called that becomes the field in it."""
    function = constructor(project.program.resolve(send.unit, send.call.callee))
    if not isinstance(function, ProjectFunction):
        return None
    field = inner.field(name)
    if field is None or field.value is None:
        return _in_forwarded(send, inner, function, name, value)
    found = project.program.resolve(field.unit, field.value, field.substitution)
    if not isinstance(found, Parameter) or found.unit is not function.unit:
        return None
    if found.function != function.index:
        return None
    parameter = function.function.parameters[found.number]
    keys = [key for key in found.path if key != "?"]
    if keys:
        literal = _argument(send, function, found.number)
        if len(keys) > 1 or not isinstance(literal, s.Object) or _has(literal, keys[0]):
            return None
        return (AddEntry(send.unit.path, literal.start, literal.end, keys[0], value),)
    return _parameter(send, function, found.number, parameter, value)


def _parameter(
    send: Send, function: ProjectFunction, number: int, parameter: s.Parameter, value: str
) -> tuple[Edit, ...] | None:
    """Pass ``value`` as parameter ``number``: in place of an empty argument, by its name in Python,
    as the next argument in JavaScript."""
    path, arguments = send.unit.path, send.call.arguments
    given = sum(one.name is None for one in arguments)
    if parameter.kind not in _NAMED or any(isinstance(one.value, s.Spread) for one in arguments):
        return None
    position = number - takes_self(function)
    if function.given or (position < given and parameter.kind != "positional"):
        return None
    if position < given:
        old = arguments[position].value
        return (Replace(path, old.start, old.end, value),)
    if send.unit.python:
        return _keyword(send, parameter.name, value) if parameter.name is not None else None
    last = arguments[-1] if arguments else None
    return (
        (Replace(path, last.end, last.end, f", {value}"),) if last and position == given else None
    )


def _in_forwarded(
    send: Send, inner: Send, function: ProjectFunction, name: str, value: str
) -> tuple[Edit, ...] | None:
    """Set the field where the whole event, or all keywords, are passed on."""
    if send.field(name) is not None:
        return None
    literal = send.event.literal
    unit, event = literal if literal is not None else (send.unit, send.call)
    if unit is send.unit and send.call.start < event.start < send.call.end:
        typed = [one.annotation for one in function.function.parameters]
        if not unit.python and any(one not in (None, "any") for one in typed):
            return None  # a declared type may lack the key
        return (AddEntry(unit.path, event.start, event.end, name, value),)
    takes_all = any(one.kind == "keywords" for one in function.function.parameters)
    return _keyword(send, name, value) if takes_all and inner.event.passed else None


def _keyword(send: Send, name: str, value: str) -> tuple[Edit, ...] | None:
    """Give the Python call a keyword, or its keyword another value."""
    path, call = send.unit.path, send.call
    for one in call.arguments:
        if one.name == name:
            return (Replace(path, one.value.start, one.value.end, value),)
        if isinstance(one.value, s.Spread):
            return None  # it may hold the keyword
    return (AddArgument(path, call.start, call.end, f"{name}={value}"),)


def _argument(send: Send, function: ProjectFunction, number: int) -> s.Value | None:
    """Return what the call passes, by position, as parameter ``number``."""
    arguments = send.call.arguments
    if function.given or any(isinstance(one.value, s.Spread) for one in arguments):
        return None
    return arguments[number].value if number < len(arguments) else None


def _has(literal: s.Object, key: str) -> bool:
    return any(one.key == key or one.key is None for one in literal.entries)


_NAMED = frozenset({"positional", "keyword"})
