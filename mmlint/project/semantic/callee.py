"""What a call is where delivery is concerned: the platforms' own vocabulary, as data."""

from __future__ import annotations

from mmlint.frameworks import platforms
from mmlint.model import syntax as s
from mmlint.project.semantic.entity import External, Global, Resolved, SdkFunction
from mmlint.sdk.http_libraries import FETCH, HttpLibrary, http_library

COMBINATORS = frozenset(("Promise", one) for one in ("all", "allSettled", "race", "any", "resolve"))
"""JavaScript calls whose promise stands for the promises they are given."""

TASKS = frozenset(
    ("asyncio", one)
    for one in ("gather", "wait", "wait_for", "shield", "create_task", "ensure_future")
)
"""Python calls whose awaitable stands for the awaitables they are given."""

RUNNERS = frozenset({("asyncio", "run"), ("anyio", "run"), ("trio", "run")})
"""Python calls that wait by themselves."""

TIMERS = frozenset(
    {
        ("setTimeout",),
        ("setInterval",),
        ("setImmediate",),
        ("queueMicrotask",),
        ("process", "nextTick"),
    }
)
"""Calls that run their callback when the process may be gone."""

PRINTERS = frozenset({"console", "print", "logging", "logger"})
"""First words of calls that only show what they are given: a printed promise is not awaited."""

CHAINS = frozenset({"then", "catch", "finally"})
"""Methods that hand a promise on."""

EACH = frozenset({"forEach"})
"""Array methods that call back at once and throw the results away."""

MAPPERS = frozenset({"map", "flatMap", "filter", "some", "every", "find", "findIndex", "reduce"})
"""Array methods that call back at once and give the results back."""

PAUSES = frozenset({"sleep", "sleepUntil", "sleep_until", "waitForEvent", "wait_for_event"})
"""Methods of a workflow's step that suspend it: it goes on in another process."""

STEPS = frozenset({"do", "run"})
"""Methods of a workflow's step that run a callback, which may go on in another process."""

ANSWERS = frozenset(
    {
        "json",
        "jsonp",
        "send",
        "end",
        "redirect",
        "render",
        "sendStatus",
        "sendFile",
        "download",
    }
)
"""Methods of a Node-style response that send it."""

_HOLDERS = frozenset(name for one in platforms() for name in one.holders)
_WAITERS = frozenset(function for one in platforms() for function in one.waiters)
_LATER = frozenset(function for one in platforms() for function in one.later)
_THROWING = frozenset(
    (module, name)
    for one in platforms()
    for module, names in one.throwing.items()
    for name in names
)


def waits(call: s.Call, callee: Resolved | None) -> bool:
    """Whether the platform waits for the promise that this call is handed (``waitUntil``)."""
    if _function(callee) in _WAITERS:
        return True
    if isinstance(callee, External) and callee.path == ("waitUntil",):
        return False
    target = call.callee
    if not isinstance(target, s.Member) or target.name != "waitUntil":
        return False
    holder = target.object
    return isinstance(holder, s.Name | s.Member) and holder.name in _HOLDERS


def after(callee: Resolved | None) -> bool:
    """Whether the callback of this call runs, and is waited for, later (``after``)."""
    return _function(callee) in _LATER


def is_step(value: s.Value) -> bool:
    """Whether ``value`` is the ``step`` that a workflow is given."""
    return isinstance(value, s.Name | s.Member) and value.name == "step"


def throws(callee: Resolved | None) -> bool:
    """Whether the call never comes back because it throws (``redirect``)."""
    return (
        isinstance(callee, External)
        and callee.path != ()
        and (callee.module, callee.path[-1]) in _THROWING
    )


def _function(callee: Resolved | None) -> tuple[str, str] | None:
    """The module and the name of a function that a package exports."""
    if isinstance(callee, External) and len(callee.path) == 1:
        return callee.module, callee.path[0]
    return None


def ends_process(callee: Resolved | None) -> bool:
    """Whether the call ends the process."""
    if isinstance(callee, Global):
        return callee.path in (("process", "exit"), ("Deno", "exit"), ("exit",), ("quit",))
    if isinstance(callee, External):
        return (callee.module, callee.path) in (
            ("sys", ("exit",)),
            ("os", ("_exit",)),
            ("process", ("exit",)),
            ("node:process", ("exit",)),
        )
    return False


def response(call: s.Call) -> s.Name | None:
    """Return ``res`` of ``res.json(x)`` and ``res.status(201).set(y).end()``, or None.

    ``json()`` without an argument reads the body of a request.
    """
    target: s.Value = call.callee
    if not isinstance(target, s.Member) or target.name not in ANSWERS:
        return None
    if target.name == "json" and not call.arguments:
        return None
    target = target.object
    while isinstance(target, s.Call) and isinstance(target.callee, s.Member):
        target = target.callee.object
    return target if isinstance(target, s.Name) else None


def makes_task(path: tuple[str, ...]) -> bool:
    """Whether this is a loop's own ``create_task``; a task group waits for its tasks itself."""
    return path[:1] == ("asyncio",) and path[-1] == "create_task" and "TaskGroup" not in path


def path_of(callee: Resolved | None) -> tuple[str, ...]:
    """A global's path, or an external's with its module in front."""
    if isinstance(callee, Global):
        return callee.path
    if isinstance(callee, External):
        return (callee.module, *callee.path)
    return ()


def library_of(callee: Resolved | None) -> HttpLibrary | None:
    """Return the HTTP library that ``callee`` belongs to, wherever its requests go, or None."""
    if isinstance(callee, Global):
        return FETCH if callee.path[-1] == "fetch" else None
    return http_library(callee.module) if isinstance(callee, External) else None


def speaks_http(callee: Resolved | None) -> bool:
    """Whether ``callee`` belongs to an HTTP library."""
    return library_of(callee) is not None


def is_send(found: Resolved | None) -> bool:
    """Whether this is the server SDK's ``track``, which queues an event."""
    return isinstance(found, SdkFunction) and found.does.queues


def is_flush(found: Resolved | None) -> bool:
    """Whether this is the server SDK's ``flush``."""
    return isinstance(found, SdkFunction) and found.does.flushes
