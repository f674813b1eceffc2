"""Pieces of fixes that several rules share: how to flush here, how to wait here."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mmlint.model import syntax as s
from mmlint.model.finding import (
    AddStatement,
    Edit,
    Fix,
    HoistReturn,
    KeepReceiver,
    MakeAsync,
    Replace,
    Safety,
)
from mmlint.model.walk import inside, own_values
from mmlint.project.delivery.analysis import Delivery, Exit
from mmlint.project.fixes.callbacks import is_dropped, is_streamed, runs_afterwards, waiter
from mmlint.project.fixes.flushing import Flushing, flush_here
from mmlint.project.fixes.manner import Wording, manners, wording
from mmlint.project.fixes.receivers import is_caught, is_guarded
from mmlint.project.project import Project, lone
from mmlint.project.semantic.callee import CHAINS, COMBINATORS, TASKS, path_of
from mmlint.project.semantic.entity import ProjectFunction, SdkFunction
from mmlint.project.semantic.program import constructor
from mmlint.project.semantic.unit import Location, Unit


def await_it(project: Project, location: Location, function: int) -> Fix | None:
    """Return the fix that puts ``await`` before the call at ``location``, which drops a promise of
    function ``function``.

    Safe where the function around the call is async already (or an ES module's top level) and the
    call is a statement of its own; unsafe where it must become async; None where awaiting here
    would not help. Where a visitor's stream, or a tool call, waits for that function, the call is
    handed to the waiter that the file uses already, if there is one.
    """
    written = project.statement(location.unit, location.start)
    if not _can_be_awaited(project, location):
        return None
    if written is None or written.function != location.unit.function_at(location.start):
        return None
    statement = written.statement
    if not isinstance(statement, s.ExpressionStatement) or not lone(
        statement, s.Node(location.start, location.end)
    ):
        return None
    value: s.Value = statement.value
    begin = value.start
    if isinstance(value, s.Operation):  # void
        value = value.operands[0]
    owner = (project.program, location.unit, written.function)
    if is_streamed(*owner):
        return _hand_over(project, location.unit, begin, value)
    if written.function != function and not runs_afterwards(*owner):
        return None
    edits: tuple[Edit, ...] = (Replace(location.unit.path, begin, value.start, "await "),)
    around = location.unit.module.functions[written.function]
    if around.is_async or (around.kind == "module" and location.unit.module.esm):
        return Fix("await it", "safe", edits)
    if not _can_be_async(around) or location.unit.python:
        return None
    if is_dropped(project, ProjectFunction(location.unit, written.function)):
        return None
    made = MakeAsync(location.unit.path, around.start, around.end)
    return Fix("make the function async and await it", "unsafe", (made, *edits))


def _hand_over(project: Project, unit: Unit, begin: int, value: s.Value) -> Fix | None:
    """Return the fix that gives the call to a waiter that the file calls elsewhere."""
    found = waiter(project.program, unit, begin)
    if found is None:
        return None
    name, takes_function = found
    opening = f"{name}(() => " if takes_function else f"{name}("
    edits = (
        Replace(unit.path, begin, value.start, opening),
        Replace(unit.path, value.end, value.end, ")"),
    )
    return Fix(f"hand it to {name}, which waits for it", "unsafe", edits)


def _can_be_awaited(project: Project, location: Location) -> bool:
    """Whether the call itself gives the promise (a timer that is handed ``flush`` does not)."""
    call = location.unit.call_at(location.start, location.end)
    if call is None:
        return False
    found = project.program.resolve(location.unit, call.callee)
    promises = project.flow.requests.get(location, False)
    return promises or isinstance(found, SdkFunction | ProjectFunction)


def _can_be_async(function: s.Function) -> bool:
    return function.kind in ("function", "method") and not function.is_generator


def flush_behind(
    project: Project, unit: Unit, index: int, delivery: Delivery, platform: str
) -> Fix | None:
    """Return the fix that flushes what function ``index`` leaves queued: before it ends, or, where
    the first send stands in a callback that runs later, in there, for it has not run by then."""
    first = min(delivery.unsent, key=lambda location: location.start)
    later = _deferred(project, unit, index, first)
    if later is None:
        return flush_before(project, unit, index, first, delivery.exits, platform)
    inner = project.delivery(later.unit, later.index)
    if not inner.unsent:
        return None
    send = min(inner.unsent, key=lambda location: location.start)
    return flush_before(project, later.unit, later.index, send, inner.exits, platform)


def _deferred(
    project: Project, unit: Unit, index: int, location: Location
) -> ProjectFunction | None:
    """The function that runs later and sends at ``location``: what is handed to ``after`` or,
    called, to ``waitUntil``."""
    for one in project.program.call_graph.deferring(unit):
        around = one.call.start <= location.start and location.end <= one.call.end
        if not around or not unit.is_inside(one.site.function, index):
            continue
        for argument in one.call.arguments:
            value = argument.value
            if isinstance(value, s.Call):
                value = value.callee
            found = project.program.resolve(unit, value)
            if isinstance(found, ProjectFunction):
                return found
    return None


def flush_before(
    project: Project,
    unit: Unit,
    index: int,
    location: Location,
    exits: list[Exit],
    platform: str = "",
) -> Fix | None:
    """Return the fix that flushes before each of ``exits`` of function ``index``.

    ``location``: the send. ``platform``: whose handlers show how the project flushes. Safe where
    the function is async and all exits are its returns or its end. None where a flush before the
    exits would not save what was sent: a call that sends later, once it is awaited, is still
    under way.
    """
    function = unit.module.functions[index]
    if function.expression or _is_under_way(project, unit, exits):
        return None
    found = flush_here(project, unit, index, location, exits)
    if found is None:
        return None
    may_wait = function.is_async or (function.kind == "module" and unit.module.esm)
    said = _wording(project, unit, index, found, may_wait, platform)
    if said is None:
        return None
    edits: list[Edit] = [*found.edits, *said.edits]
    for one in exits if found.once is None else ():
        edit = _before_exit(project, unit, index, one, _guarded(found, unit, index, one, said.code))
        if edit is None:
            return None
        edits.append(edit)
    if found.once is not None:
        kept = _on_kept_receiver(project, unit, found.once, said.code)
        if kept is None:
            return None
        edits.append(kept)
    plain_exits = ("return", "end", "pause", *(["process"] if function.kind == "module" else []))
    plain = found.once is not None or all(
        one.kind in plain_exits and not _caught_anew(unit, index, edit)
        for one, edit in zip(exits, edits[-len(exits) :], strict=True)
    )
    title = f"insert `{said.code.partition(chr(10))[0]}` before it exits"
    if may_wait or unit.python or not said.waits:
        safety: Safety = "safe" if plain and (may_wait or not unit.python) else "unsafe"
        return Fix(title, safety, tuple(edits))
    if not _can_be_async(function):
        return None
    if is_dropped(project, ProjectFunction(unit, index)):
        return None
    edits.append(MakeAsync(unit.path, function.start, function.end))
    return Fix(f"make it async and {title}", "unsafe", tuple(edits))


def _wording(
    project: Project, unit: Unit, index: int, found: Flushing, may_wait: bool, platform: str
) -> Wording | None:
    """The statement that flushes, written as the project writes it."""
    if unit.python:
        awaited = may_wait if found.awaitable is None else found.awaitable
        if awaited and not may_wait:
            return None  # a coroutine that cannot be awaited here
        call = f"{'await ' if awaited else ''}{found.expression}()"
        if project.choices.flush_fix == "guarded":
            return Wording(f"try:\n\t{call}\nexcept Exception:\n\tpass", waits=awaited)
        return Wording(call, waits=awaited)
    for manner in manners(project, platform, unit):
        said = wording(project, unit, index, manner, found.expression)
        if said is not None:
            return said
    return None


def _guarded(found: Flushing, unit: Unit, index: int, one: Exit, code: str) -> str:
    """The statement with the guard of the send, where the exit lies outside of that."""
    holder = found.holder
    if holder is None or not found.guarded or is_guarded(unit, index, holder, one.location.start):
        return code
    client = found.expression.rpartition(".")[0].rstrip("?!")
    if unit.python:
        return f"if {client} is not None:\n\t" + code.replace("\n", "\n\t")
    return code.replace(f"{client}.flush", f"{client}?.flush")


def _on_kept_receiver(project: Project, unit: Unit, send: s.Call, code: str) -> KeepReceiver | None:
    """``get().track(…)``, where each ``get()`` makes a client: keep the one that sends."""
    written = project.statement(unit, send.start)
    if written is None or not isinstance(send.callee, s.Member):
        return None
    statement, receiver = written.statement, send.callee.object
    if not isinstance(statement, s.ExpressionStatement) or statement.value is not send:
        return None
    dot = "?." if send.callee.optional else "."
    flush = re.sub(r"(await )?\S+?\.flush\(\)", rf"\1${dot}flush()", code, count=1)
    return KeepReceiver(
        unit.path, statement.start, statement.end, receiver.start, receiver.end, flush
    )


def _before_exit(project: Project, unit: Unit, index: int, one: Exit, code: str) -> Edit | None:
    if one.kind == "step":
        return None
    if one.kind == "end":
        return AddStatement(unit.path, one.location.start, one.location.end, code)
    written = project.statement(unit, one.location.start)
    if written is None:
        return None
    statement = written.statement
    if (
        isinstance(statement, s.Return)
        and statement.value is not None
        and _calls(statement.value, one)
    ):
        value = statement.value
        awaits = _gives_promise(project, unit, value)
        if awaits and not unit.module.functions[index].is_async:
            return None
        return HoistReturn(
            unit.path, statement.start, statement.end, value.start, value.end, code, awaits
        )
    return AddStatement(unit.path, statement.start, statement.end, code)


def _caught_anew(unit: Unit, index: int, edit: Edit) -> bool:
    """Whether an edit awaits a promise where its errors are caught, which they were not before."""
    awaits = isinstance(edit, HoistReturn) and edit.awaits
    return awaits and is_caught(unit.module.functions[index].body, edit.start)


def _calls(value: s.Value, one: Exit) -> bool:
    """Whether a queued send stands inside the returned expression."""
    return any(value.start <= location.start < value.end for location in one.state.lost)


# --- calls that are under way ---------------------------------------------------------------------


def _is_under_way(project: Project, unit: Unit, exits: list[Exit]) -> bool:
    """Whether an exit leaves a call of an async function that is not awaited yet: what that sends
    is queued only later. Returned as it is, it can be awaited first (``HoistReturn``)."""
    for one in exits:
        for location in one.state.lost:
            call = location.unit.call_at(location.start, location.end)
            if call is None or not _gives_promise(project, location.unit, call):
                continue
            held = project.statement(location.unit, location.start)
            if held is None or not (
                _is_awaited(project, location.unit, held.statement, call)
                or (isinstance(held.statement, s.Return) and held.statement.value is call)
            ):
                return True
    return False


def _gives_promise(project: Project, unit: Unit, value: s.Value) -> bool:
    """Whether a value is a call of an async function of the project, as it stands."""
    if not isinstance(value, s.Call):
        return False
    callee = constructor(project.program.resolve(unit, value.callee))
    return isinstance(callee, ProjectFunction) and callee.function.is_async


def _is_awaited(project: Project, unit: Unit, statement: s.Statement, call: s.Call) -> bool:
    """Whether the statement awaits what the call gives: itself, in a chain, or with others."""
    return any(
        isinstance(one, s.Await) and call in _awaited_with(project, unit, one.value)
        for value in own_values(statement)
        for one in inside(value)
    )


def _awaited_with(project: Project, unit: Unit, value: s.Value) -> Iterator[s.Value]:
    """Yield the promises that ``await value`` waits for."""
    yield value
    if isinstance(value, s.Sequence):
        for item in value.items:
            yield from _awaited_with(project, unit, item)
    elif isinstance(value, s.Choice):
        for option in value.options:
            yield from _awaited_with(project, unit, option)
    elif isinstance(value, s.Call):
        if isinstance(value.callee, s.Member) and value.callee.name in CHAINS:
            yield from _awaited_with(project, unit, value.callee.object)
        path = path_of(project.program.resolve(unit, value.callee))
        if path in COMBINATORS or path in TASKS:
            for argument in value.arguments:
                yield from _awaited_with(project, unit, argument.value)
