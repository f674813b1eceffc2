"""Pieces of fixes that several rules share: how to flush here, how to wait here."""

from __future__ import annotations

from mmlint.model import syntax as s
from mmlint.model.finding import (
    AddStatement,
    Edit,
    Fix,
    HoistReturn,
    ImportName,
    MakeAsync,
    Replace,
    Safety,
)
from mmlint.project.entity import Instance, Namespace, ProjectFunction, SdkFunction, SdkObject
from mmlint.project.flow import Exit, Spot
from mmlint.project.packages import package_specifier
from mmlint.project.unit import Unit
from mmlint.project.view import Project, lone
from mmlint.sdk import surface


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
    found = _flush_expression(project, unit, spot)
    if found is None or function.expression:
        return None
    expression, edits = found
    may_wait = function.is_async or (function.kind == "module" and unit.module.esm)
    waits = "" if unit.python and not may_wait else "await "
    code = f"{waits}{expression}()" + ("" if unit.python else ";")
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


def _flush_expression(project: Project, unit: Unit, spot: Spot) -> tuple[str, list[Edit]] | None:
    """The expression that names ``flush`` in this file, and what must be imported for it."""
    for place in (spot, project.flow.origin(spot)):
        if place.unit is not unit:
            continue
        client = _client(project, unit, place)
        if client is not None:
            return f"{client}.flush", []
    known = _imported(project, unit, "flush")
    if known is not None:
        return known, []
    statement = _import_statement(project, unit)
    if statement is None:
        return _wrapper_flush(project, unit, spot)
    return "flush", [ImportName(unit.path, statement.start, statement.end, "flush")]


def _wrapper_flush(project: Project, unit: Unit, spot: Spot) -> tuple[str, list[Edit]] | None:
    """The flush that the wrapper itself offers, where the file knows only the wrapper: a method of
    the same object, or the one function of the same module that flushes on every path."""
    call = next((one for _, one in unit.calls if (one.start, one.end) == spot[1:]), None)
    if call is None:
        return None
    if isinstance(call.callee, s.Member):
        holder = project.program.resolve(unit, call.callee.object)
        name = written_name(call.callee.object)
        if isinstance(holder, Instance) and name:
            members = holder.unit.module.classes[holder.index].members
            methods = {one.name: one.function for one in members if one.function >= 0}
            found = _the_flush(project, holder.unit, methods)
            return (f"{name}.{found}", []) if found else None
    if not isinstance(call.callee, s.Name):
        return None
    one = unit.imports.get(call.callee.binding)
    module = project.program.module(unit, one.module) if one else None
    if one is None or not isinstance(module, Namespace):
        return None
    found = _the_flush(project, module.unit, _exported_functions(project, module.unit))
    if found is None:
        return None
    for index, binding in enumerate(unit.module.bindings):
        same = unit.imports.get(index)
        if same and same.module == one.module and same.name == found:
            return binding.name, []
    return found, [ImportName(unit.path, one.start, one.end, found)]


def _the_flush(project: Project, unit: Unit, functions: dict[str, int]) -> str | None:
    """The one of ``functions`` that only flushes: on every path, without needing an argument."""
    found = []
    for name, index in functions.items():
        function = ProjectFunction(unit, index)
        needed = [one for one in function.function.parameters if one.default is None]
        summary = project.flow.summary(function)
        own = 1 if unit.python and function.function.owner >= 0 else 0
        if summary.flushes == "always" and summary.sends is None and len(needed) == own:
            found.append(name)
    return found[0] if len(found) == 1 else None


def _exported_functions(project: Project, unit: Unit) -> dict[str, int]:
    names = unit.globals if unit.python else [one.name for one in unit.module.exports]
    found: dict[str, int] = {}
    for name in names:
        entity = project.program.exported(unit, name)
        if isinstance(entity, ProjectFunction) and entity.unit is unit and name.isidentifier():
            found[name] = entity.index
    return found


def _client(project: Project, unit: Unit, spot: Spot) -> str | None:
    """The client of ``client.track(…)``, as it is written there."""
    for _, call in unit.calls:
        if (call.start, call.end) == (spot.start, spot.end) and isinstance(call.callee, s.Member):
            found = project.program.resolve(unit, call.callee.object)
            if isinstance(found, SdkObject):
                return written_name(call.callee.object)
    return None


def written_name(value: s.Value) -> str | None:
    """Write a name or a chain of members as in the source; None for anything else."""
    if isinstance(value, s.Name):
        return value.name
    if isinstance(value, s.Member):
        inner = written_name(value.object)
        return f"{inner}.{value.name}" if inner else None
    return None


def _imported(project: Project, unit: Unit, name: str) -> str | None:
    """The module-level name that means the SDK's ``name`` here."""
    for index, binding in enumerate(unit.module.bindings):
        if binding.owner == 0 and binding.kind in ("import", "variable"):
            found = project.program.binding(unit, index)
            if isinstance(found, SdkFunction) and (found.sdk, found.name) == ("node", name):
                return binding.name
    return None


def _import_statement(project: Project, unit: Unit) -> s.Node | None:
    """The statement that imports names from the SDK and can take one more."""
    for one in unit.module.imports:
        package = package_specifier(one.module)
        sdk = package == surface.NODE_PACKAGE or package in project.program.python_modules
        if sdk and one.kind == "static" and not one.type_only and one.name not in ("*", "default"):
            return one
    for function in unit.module.functions[:1]:
        for statement in function.body:
            if isinstance(statement, s.Bind) and isinstance(statement.target, s.Object):
                found = project.program.resolve(unit, statement.value)
                if found == SdkObject("node"):
                    return statement
    return None
