"""Plain requests as work that somebody must wait for: which calls make one, which start one."""

from __future__ import annotations

import msgspec

from mmlint.model import syntax as s
from mmlint.project.http.requests import request
from mmlint.project.semantic.callee import library_of, path_of
from mmlint.project.semantic.entity import External, Resolved
from mmlint.project.semantic.program import Call, Program
from mmlint.project.semantic.unit import Site, Unit

_THREADS = frozenset(
    {("threading", "Thread"), ("threading", "Timer"), ("multiprocessing", "Process")}
)
"""Classes whose objects run a function once they are started."""

TO_THREAD = ("asyncio", "to_thread")

_POOLS = frozenset({"submit", "map", "apply_async", "map_async", "starmap_async"})
"""Methods of executors and pools that hand a function to a worker."""

STARTING = _POOLS | {"start", "run_in_executor"}
"""Methods that may start work; beside them there is only ``asyncio.to_thread``."""

BODIES = frozenset({"json", "text", "blob", "arrayBuffer", "bytes", "formData"})
"""Methods of a request's own promise (ky, got) whose promise stands for it."""

BYSTANDERS = frozenset({"add_done_callback", "start", "cancel", "setName"})
"""Methods of tasks, futures and threads that wait for nothing."""


class Work(msgspec.Struct, frozen=True):
    """A function that a call has run elsewhere, with what it is given there.

    ``keeper``: what can be waited for instead of the call's own result: the started thread, or the
    executor that the work is handed to.
    """

    function: s.Value
    arguments: tuple[s.Argument, ...]
    keeper: s.Value | None = None


def must_be_awaited(call: Call) -> bool:
    """Whether the request is only under way when the call returns. Python's ``requests``,
    ``urllib`` and the plain half of ``httpx`` wait by themselves."""
    library = library_of(call.callee)
    if library is None or not isinstance(call.callee, External):
        return True
    return library.asynchronous or any(
        name in call.callee.path for name in library.asynchronous_clients
    )


def is_request(program: Program, unit: Unit, work: Work, callee: Resolved | None) -> bool:
    """Whether the work itself is a plain request (``submit(requests.post, url, json=event)``)."""
    made = s.Call(work.function.start, work.function.end, work.function, work.arguments)
    site = Site(0, s.ExpressionStatement(made.start, made.end, made), made)
    return request(program, Call(unit, site, made, callee)) is not None


def started(program: Program, unit: Unit, call: s.Call, callee: Resolved | None) -> Work | None:
    """Return the work that ``call`` starts beside the caller, or None: a thread's ``start()``, an
    executor's ``submit()``, a loop's ``run_in_executor()``, ``asyncio.to_thread()``."""
    if not unit.python:
        return None
    member = call.callee if isinstance(call.callee, s.Member) else None
    path = path_of(callee)
    if path == TO_THREAD:
        return _positional(program, unit, call, 0, None)
    if member is None:
        return None
    if member.name == "run_in_executor":
        return _positional(program, unit, call, 1, None)
    if member.name == "start":
        return _thread(program, unit, member.object)
    pooled = path[0].split(".")[0] in ("concurrent", "multiprocessing") if path else False
    if pooled and member.name in _POOLS:
        return _positional(program, unit, call, 0, member.object)
    return None


def _positional(
    program: Program, unit: Unit, call: s.Call, at: int, keeper: s.Value | None
) -> Work | None:
    """The function is the positional argument number ``at``; the rest is passed on to it."""
    if len(call.arguments) <= at or call.arguments[at].name is not None:
        return None
    rest = call.arguments[at + 1 :]
    return _unwrapped(program, unit, Work(call.arguments[at].value, rest, keeper))


def _thread(program: Program, unit: Unit, thread: s.Value) -> Work | None:
    """``Thread(target=f, args=(…), kwargs={…})``, at once or through a variable."""
    made = thread
    if isinstance(thread, s.Name) and thread.binding >= 0:
        definitions = unit.definitions.get(thread.binding, [])
        if len(definitions) == 1 and not definitions[0].path:
            made = definitions[0].value
    if not isinstance(made, s.Call):
        return None
    if path_of(program.resolve(unit, made.callee)) not in _THREADS:
        return None
    named = {one.name: one.value for one in made.arguments if one.name is not None}
    positional = [one.value for one in made.arguments if one.name is None]
    function = named.get("target") or named.get("function") or next(iter(positional[1:]), None)
    if function is None:
        return None
    passed, keywords = named.get("args"), named.get("kwargs")
    arguments = [
        s.Argument(one.start, one.end, None, one)
        for one in (passed.items if isinstance(passed, s.Sequence) else ())
    ]
    arguments += [
        s.Argument(one.start, one.end, one.key, one.value)
        for one in (keywords.entries if isinstance(keywords, s.Object) else ())
        if one.key is not None
    ]
    return _unwrapped(program, unit, Work(function, tuple(arguments), thread))


def _unwrapped(program: Program, unit: Unit, work: Work) -> Work:
    """Look into ``functools.partial(f, …)``."""
    made = work.function
    if not isinstance(made, s.Call) or not made.arguments:
        return work
    if path_of(program.resolve(unit, made.callee)) != ("functools", "partial"):
        return work
    first, *rest = made.arguments
    return Work(first.value, (*rest, *work.arguments), work.keeper)
