"""Pieces of fixes that several rules share: how to flush here, how to wait here."""

from __future__ import annotations

from mmlint.model import syntax as s
from mmlint.model.finding import (
    AddStatement,
    Edit,
    Fix,
    HoistReturn,
    MakeAsync,
    Replace,
    Safety,
)
from mmlint.project.entity import ProjectFunction, SdkFunction
from mmlint.project.flow import Exit, Spot
from mmlint.project.flushing import flush_here
from mmlint.project.unit import Unit
from mmlint.project.view import Project, lone


def await_it(project: Project, spot: Spot) -> Fix | None:
    """Return the fix that puts ``await`` before the call at ``spot``.

    Safe where the function is async already (or an ES module's top level) and the call is a
    statement of its own; unsafe where the function must become async; None where awaiting here
    would not help.
    """
    written = project.statement(spot.unit, spot.start)
    if not _can_be_awaited(project, spot):
        return None
    if written is None or written.function != spot.unit.function_at(spot.start):
        return None
    statement = written.statement
    if not isinstance(statement, s.Evaluate) or not lone(statement, s.Node(spot.start, spot.end)):
        return None
    value: s.Value = statement.value
    begin = value.start
    if isinstance(value, s.Operation):  # void
        value = value.operands[0]
    edits: tuple[Edit, ...] = (Replace(spot.unit.path, begin, value.start, "await "),)
    function = spot.unit.module.functions[written.function]
    if function.is_async or (function.kind == "module" and spot.unit.module.esm):
        return Fix("await it", "safe", edits)
    if not _can_be_async(function) or spot.unit.python:
        return None
    made = MakeAsync(spot.unit.path, function.start, function.end)
    return Fix("make the function async and await it", "unsafe", (made, *edits))


def _can_be_awaited(project: Project, spot: Spot) -> bool:
    """Whether the call itself gives the promise (a timer that is handed ``flush`` does not)."""
    for _, call in spot.unit.calls:
        if (call.start, call.end) == (spot.start, spot.end):
            found = project.program.resolve(spot.unit, call.callee)
            promises = project.flow.requests.get(spot, False)
            return promises or isinstance(found, SdkFunction | ProjectFunction)
    return False


def _can_be_async(function: s.Function) -> bool:
    return function.kind in ("function", "method") and not function.is_generator


def flush_before(
    project: Project, unit: Unit, index: int, spot: Spot, exits: list[Exit]
) -> Fix | None:
    """Return the fix that flushes before each of ``exits`` of function ``index``.

    ``spot``: the send. Safe where the function is async and all exits are its returns or its end.
    """
    function = unit.module.functions[index]
    found = flush_here(project, unit, spot)
    if found is None or function.expression:
        return None
    edits: list[Edit] = list(found.edits)
    may_wait = function.is_async or (function.kind == "module" and unit.module.esm)
    waits = not unit.python or (may_wait if found.awaitable is None else found.awaitable)
    if unit.python and waits and not may_wait:
        return None  # a coroutine that nobody can await here
    code = f"{'await ' if waits else ''}{found.expression}()" + ("" if unit.python else ";")
    for one in exits:
        edit = _before_exit(project, unit, function, one, code)
        if edit is None:
            return None
        edits.append(edit)
    plain = all(one.kind in ("return", "end") for one in exits)
    if may_wait:
        safety: Safety = "safe" if plain else "unsafe"
        return Fix(f"flush before it ends: {code}", safety, tuple(edits))
    if unit.python:
        return Fix(f"flush before it ends: {code}", "unsafe", tuple(edits))
    if not _can_be_async(function):
        return None
    edits.append(MakeAsync(unit.path, function.start, function.end))
    return Fix(f"make it async and flush before it ends: {code}", "unsafe", tuple(edits))


def _before_exit(
    project: Project, unit: Unit, function: s.Function, one: Exit, code: str
) -> Edit | None:
    if one.kind == "end":
        return AddStatement(unit.path, one.spot.start, one.spot.end, code)
    written = project.statement(unit, one.spot.start)
    if written is None:
        return None
    statement = written.statement
    if (
        isinstance(statement, s.Return)
        and statement.value is not None
        and _calls(statement.value, one)
    ):
        value = statement.value
        return HoistReturn(unit.path, statement.start, statement.end, value.start, value.end, code)
    return AddStatement(unit.path, statement.start, statement.end, code)


def _calls(value: s.Value, one: Exit) -> bool:
    """Whether a queued send stands inside the returned expression."""
    return any(value.start <= spot.start < value.end for spot in one.state.pending)
