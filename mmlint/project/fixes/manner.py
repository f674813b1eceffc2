"""How the project flushes already, so that a fix writes it the same way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from typing import Literal as Choices

import msgspec

from mmlint.model import syntax as s
from mmlint.model.finding import Edit, ImportFrom, ImportName
from mmlint.project.fixes.flushing import only_flushes
from mmlint.project.fixes.receivers import written
from mmlint.project.platforms.runtimes import Handler
from mmlint.project.project import Project
from mmlint.project.semantic import callee as calls
from mmlint.project.semantic.entity import ProjectFunction
from mmlint.project.semantic.program import Call, constructor
from mmlint.project.semantic.unit import Unit

_AFTER_MODULE = "next/server"


class Manner(msgspec.Struct, frozen=True):
    """A way to wait for a flush.

    ``await``: ``await flush()``; ``guarded``: with ``.catch(() => {})``; ``after``: ``after(() =>
    flush())``; ``waiter``: ``ctx.waitUntil(flush())``, where ``waiter`` is what is called.
    """

    kind: Choices["await", "guarded", "after", "waiter"]
    waiter: s.Value | None = None


AWAIT = Manner("await")
GUARDED = Manner("guarded")


class Wording(msgspec.Struct, frozen=True):
    """A statement that flushes. ``waits``: it needs an async function around it."""

    code: str
    edits: tuple[Edit, ...] = ()
    waits: bool = True


def manners(project: Project, platform: str, unit: Unit) -> list[Manner]:
    """Return how the handlers of a platform flush: those of ``unit`` first, then those of the whole
    project, each the most frequent way first, and ``await`` last; what ``flush-fix`` says instead,
    where the configuration says it."""
    chosen = project.choices.flush_fix
    if chosen != "copy":
        return [GUARDED if chosen == "guarded" else AWAIT]
    copied = _copied(project)
    places = ((platform, unit), (platform, None))
    found = [manner for place in places for manner in copied.get(place, ())]
    return list(dict.fromkeys((*found, AWAIT)))


def wording(project: Project, unit: Unit, index: int, manner: Manner, flush: str) -> Wording | None:
    """Return how ``flush`` (what to call) is waited for in this manner in function ``index``; None
    where what that needs is not at hand there."""
    call = f"{flush}()"
    if manner.kind == "await":
        return Wording(f"await {call};")
    if manner.kind == "guarded":
        return Wording(f"await {call}.catch(() => {{}});")
    if manner.kind == "after":
        return _after(project, unit, call)
    function = unit.module.functions[index]
    waiter = written(manner.waiter) if manner.waiter is not None else None
    root = _root(manner.waiter)
    if waiter is None or root is None or "?." in call:  # it takes a promise, not undefined
        return None
    parameters = {one.name for one in function.parameters}
    bound = {one.name for one in unit.module.bindings if one.owner == 0}
    return Wording(f"{waiter}({call});", waits=False) if root in parameters | bound else None


def _after(project: Project, unit: Unit, call: str) -> Wording | None:
    for number, binding in enumerate(unit.module.bindings):
        if binding.owner == 0 and calls.after(project.program.binding(unit, number)):
            return Wording(f"{binding.name}(() => {call});", waits=False)
    if any(binding.name == "after" for binding in unit.module.bindings):
        return None
    edit: Edit | None = None
    for one in unit.module.imports:
        if one.kind != "static" or one.type_only:
            continue
        if one.module != _AFTER_MODULE:
            edit = edit or ImportFrom(unit.path, 0, 0, "after", _AFTER_MODULE)
        elif one.name not in ("*", "default"):
            edit = ImportName(unit.path, one.start, one.end, "after")
            break
    return None if edit is None else Wording(f"after(() => {call});", (edit,), waits=False)


@lru_cache(maxsize=1)
def _copied(project: Project) -> dict[tuple[str, Unit | None], list[Manner]]:
    """Return how the flushes in the handlers of each platform are waited for, in each unit and
    (None) in the whole project, the most frequent way first."""
    counts: dict[tuple[str, Unit | None], Counter[str]] = {}
    examples: dict[str, Manner] = {}
    for platform, unit, manner in _found(project):
        name = manner.kind if manner.waiter is None else f"waiter {written(manner.waiter)}"
        for place in (unit, None):
            counts.setdefault((platform, place), Counter())[name] += 1
        examples[name] = manner
    return {
        place: [examples[name] for name, _ in names.most_common()]
        for place, names in counts.items()
    }


def _found(project: Project) -> Iterator[tuple[str, Unit, Manner]]:
    """Yield how each flush in a handler is waited for, with the handler's platform and unit."""
    by_unit: dict[int, dict[int, Handler]] = {}
    units: dict[int, Unit] = {}
    for handler in project.handlers:
        unit, index = handler.function.unit, handler.function.index
        if not unit.python:
            units[id(unit)] = unit
            by_unit.setdefault(id(unit), {})[index] = handler
    for key, unit in units.items():
        deferred = set(_deferred(project.program.call_graph.deferring(unit)))
        for call in project.program.call_graph.of(units=[unit]):
            around = _around(call, by_unit[key])
            if around is not None and _flushes(project, call):
                manner = _manner(project, call, deferred)
                if manner is not None:
                    yield around.platform, unit, manner


def _deferred(every: Sequence[Call]) -> Iterator[int]:
    """Yield the functions that are handed to ``after``."""
    for call in every:
        if calls.after(call.callee):
            for one in call.call.arguments:
                if isinstance(one.value, s.Lambda):
                    yield one.value.function


def _around(call: Call, handlers: dict[int, Handler]) -> Handler | None:
    """Return the innermost handler that a call stands in."""
    functions, index = call.unit.module.functions, call.site.function
    while index > 0 and index not in handlers:
        index = functions[index].parent
    return handlers.get(index)


def _flushes(project: Project, call: Call) -> bool:
    """Whether it is the SDK's flush, or a function of the project that does nothing else."""
    callee = constructor(call.callee)
    if isinstance(callee, ProjectFunction):
        return only_flushes(project, callee)
    return calls.is_flush(callee)


def _manner(project: Project, call: Call, deferred: Collection[int]) -> Manner | None:
    """How the flush ``call`` is waited for. ``deferred``: the functions that ``after`` runs."""
    unit, flush = call.unit, call.call
    statement = call.site.statement
    value = statement.value if isinstance(statement, s.ExpressionStatement) else None
    if isinstance(value, s.Await):
        inner = value.value
        if inner is flush:
            return AWAIT
        chained = isinstance(inner, s.Call) and isinstance(inner.callee, s.Member)
        if chained and inner.callee.name == "catch" and inner.callee.object is flush:  # type: ignore[union-attr]
            return GUARDED
        return None
    handed = isinstance(value, s.Call) and any(one.value is flush for one in value.arguments)
    if isinstance(value, s.Call) and handed:
        waits = calls.waits(value, project.program.resolve(unit, value.callee))
        return Manner("waiter", value.callee) if waits else None
    return Manner("after") if call.site.function in deferred else None


def _root(value: s.Value | None) -> str | None:
    while isinstance(value, s.Member):
        value = value.object
    return value.name if isinstance(value, s.Name) else None
