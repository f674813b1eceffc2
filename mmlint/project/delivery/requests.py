"""Plain requests as work that must be awaited: which calls make one, which start one."""

from __future__ import annotations

import msgspec

from mmlint.model import syntax as s
from mmlint.project.http.requests import request
from mmlint.project.semantic.callee import library_of, path_of
from mmlint.project.semantic.deferrals import DEFERRALS, Deferral, later_call
from mmlint.project.semantic.entity import External, Resolved
from mmlint.project.semantic.program import Call, Program
from mmlint.project.semantic.unit import Site, Unit

_RESULTS = {name: one for name, one in DEFERRALS.items() if one.handle in ("result", "receiver")}

STARTING = frozenset(_RESULTS) | {"start"}
"""Last names of the calls that may start work."""

STARTING_PATHS = frozenset(
    (module, name)
    for name, one in _RESULTS.items()
    if one.handle == "result"
    for module in one.modules
)
"""Those of them that are functions of a module, and may be called without it in front."""

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
    if member is not None and member.name == "start":
        return _thread(program, unit, member.object)
    path = path_of(callee)
    name = path[-1] if len(path) > 1 else member.name if member is not None else ""
    taking = _RESULTS.get(name)
    if taking is None:
        return None
    keeper = member.object if member is not None and taking.handle == "receiver" else None
    return _work(program, unit, call, callee, taking, keeper)


def _thread(program: Program, unit: Unit, thread: s.Value) -> Work | None:
    """``Thread(target=f, args=(…), kwargs={…})``, at once or through a variable."""
    made = thread
    if isinstance(thread, s.Name) and thread.binding >= 0:
        definitions = unit.definitions.get(thread.binding, [])
        if len(definitions) == 1 and not definitions[0].path:
            made = definitions[0].value
    if not isinstance(made, s.Call):
        return None
    callee = program.resolve(unit, made.callee)
    path = path_of(callee)
    taking = DEFERRALS.get(path[-1]) if path else None
    if taking is None or taking.handle != "start":
        return None
    return _work(program, unit, made, callee, taking, thread)


def _work(
    program: Program,
    unit: Unit,
    call: s.Call,
    callee: Resolved | None,
    taking: Deferral,
    keeper: s.Value | None,
) -> Work | None:
    """The work that ``taking`` says ``call`` is given, where the callable is the one it means."""
    path = path_of(callee)
    if taking.modules and (not path or path[0].partition(".")[0] not in taking.modules):
        return None
    later = later_call(call, taking)
    if later is None:
        return None
    return _unwrapped(program, unit, Work(later.callee, later.arguments, keeper))


def _unwrapped(program: Program, unit: Unit, work: Work) -> Work:
    """Look into ``functools.partial(f, …)``."""
    made = work.function
    if not isinstance(made, s.Call) or not made.arguments:
        return work
    if path_of(program.resolve(unit, made.callee)) != ("functools", "partial"):
        return work
    first, *rest = made.arguments
    return Work(first.value, (*rest, *work.arguments), work.keeper)
