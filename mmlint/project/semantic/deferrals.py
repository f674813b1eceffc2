"""Calls that come later: a function is handed to a thread, a pool or a queue with its arguments.

Which argument is the function, and how its arguments go along, is a table.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import msgspec
from msgspec.structs import replace

from mmlint.model import syntax as s
from mmlint.project.semantic.entity import ProjectFunction
from mmlint.project.semantic.program import Call, Program
from mmlint.project.semantic.unit import Unit

Form = Literal["behind", "listed", "each"]
"""``behind``: the arguments follow the function. ``listed``: they are a list, and a dict. ``each``:
the function is called for each item of what follows it."""

Handle = Literal["result", "receiver", "start"]
"""What the caller can wait for. ``result``: the result of the call. ``receiver``: that, or the
object whose method is called (an executor). ``start``: the object that is made, once it is started.
"""


class Deferral(msgspec.Struct, frozen=True):
    """How one callable has another called later, beside its caller or after it."""

    number: int
    """Position of the function that is called."""
    name: str | None = None
    """Its keyword; None: it is given by position alone."""
    form: Form = "behind"
    """How the arguments of that function are written."""
    between: int = 0
    """How many other positional arguments stand before these."""
    handle: Handle | None = None
    """What a caller waits for; None: the platform waits, or it is not known what does."""
    modules: tuple[str, ...] = ()
    """First words of the modules that the callable comes from where it has that handle; empty:
    its name is enough."""


_EXECUTORS = ("concurrent", "multiprocessing")

DEFERRALS: dict[str, Deferral] = {
    "Thread": Deferral(1, "target", "listed", 1, "start", ("threading",)),
    "Process": Deferral(1, "target", "listed", 1, "start", ("multiprocessing",)),
    "Timer": Deferral(1, "function", "listed", handle="start", modules=("threading",)),
    "start_new_thread": Deferral(0, None, "listed"),
    "submit": Deferral(0, handle="receiver", modules=_EXECUTORS),
    "map": Deferral(0, "func", "each", handle="receiver", modules=_EXECUTORS),
    "map_async": Deferral(0, "func", "each", handle="receiver", modules=_EXECUTORS),
    "starmap_async": Deferral(0, "func", "each", handle="receiver", modules=_EXECUTORS),
    "apply_async": Deferral(0, "func", "listed", handle="receiver", modules=_EXECUTORS),
    "to_thread": Deferral(0, handle="result", modules=("asyncio",)),
    "run_in_threadpool": Deferral(0),
    "run_in_executor": Deferral(1, handle="result"),
    "add_task": Deferral(0, "func"),
    "BackgroundTask": Deferral(0, "func"),
    "on_commit": Deferral(0, "func"),
    "call_soon": Deferral(0),
    "call_soon_threadsafe": Deferral(0),
    "call_later": Deferral(1),
    "enqueue": Deferral(0),
}
"""Last name of what is called, to the function that it calls later."""

OF_TASKS: dict[str, Form] = {
    "delay": "behind",
    "delay_on_commit": "behind",
    "send": "behind",
    "s": "behind",
    "si": "behind",
    "enqueue": "behind",
    "apply_async": "listed",
    "apply_async_on_commit": "listed",
    "send_with_options": "listed",
}
"""Methods that a queue's decorator gives a function, to how they take its arguments."""


class Deferred(msgspec.Struct, frozen=True):
    """``call`` has ``function`` called later, as ``direct`` would do at once; where it is
    ``enqueued``, by a worker, for which this is no part of a request."""

    call: Call
    function: ProjectFunction
    direct: s.Call
    enqueued: bool


@lru_cache(maxsize=1)
def deferrals(program: Program) -> dict[ProjectFunction, list[Deferred]]:
    """Return the functions that are called later, with the calls that have it done."""
    found: dict[ProjectFunction, list[Deferred]] = {}
    for call in program.calls if any(unit.python for unit in program.units) else ():
        made = deferred(program, call.unit, call.call)
        if made is not None:
            found.setdefault(made[0], []).append(Deferred(call, *made, _enqueues(call.call)))
    return found


def deferred(program: Program, unit: Unit, call: s.Call) -> tuple[ProjectFunction, s.Call] | None:
    """Return the function that ``call`` has called later, and that call as if it came at once."""
    callee = call.callee
    if not unit.python or not isinstance(callee, s.Member | s.Name):
        return None
    if isinstance(callee, s.Member) and callee.name in OF_TASKS:
        task = program.resolve(unit, callee.object)
        if isinstance(task, ProjectFunction) and task.function.decorators:
            own = _bound(task) + _arguments(call.arguments, OF_TASKS[callee.name])
            return task, replace(call, callee=callee.object, arguments=own)
    taking = DEFERRALS.get(callee.name)
    made = later_call(call, taking) if taking is not None and taking.form != "each" else None
    if made is None:
        return None
    function = program.resolve(unit, made.callee)
    if not isinstance(function, ProjectFunction):
        return None
    if isinstance(program.resolve(unit, callee), ProjectFunction):
        return None  # a function of the project: its body says what becomes of its arguments
    return function, made


def later_call(call: s.Call, taking: Deferral) -> s.Call | None:
    """Return the call that ``call`` has made later, as if it came at once; None where the function
    is not given as ``taking`` says."""
    handed = _handed(call, taking)
    if handed is None:
        return None
    left = [one for one in call.arguments[taking.number :] if one is not handed]
    between = [one for one in left if one.name is None][: taking.between]
    rest = tuple(one for one in left if one not in between)
    return replace(call, callee=handed.value, arguments=_arguments(rest, taking.form))


def _enqueues(call: s.Call) -> bool:
    return isinstance(call.callee, s.Member) and call.callee.name in OF_TASKS


def _handed(call: s.Call, taking: Deferral) -> s.Argument | None:
    """The argument of ``call`` that is called later."""
    for number, one in enumerate(call.arguments):
        if isinstance(one.value, s.Spread):
            return None
        if (one.name is not None and one.name == taking.name) or (
            one.name is None and number == taking.number
        ):
            return one
    return None


def _arguments(given: tuple[s.Argument, ...], form: Form) -> tuple[s.Argument, ...]:
    """The arguments of the later call; of what is no list or dict at hand, nothing is known."""
    if form == "behind":
        return given
    if form == "each":
        return tuple(replace(one, value=_unknown(one.value)) for one in given)
    found: list[s.Argument] = []
    positional = [one for one in given if one.name is None]
    named = {one.name: one for one in given}
    listed = named.get("args") or (positional[0] if positional else None)
    keywords = (
        named.get("kwargs") or named.get("kwds") or (positional[1] if len(positional) > 1 else None)
    )
    if listed is not None:
        items = listed.value.items if isinstance(listed.value, s.Sequence) else None
        if items is None:
            return (_spread(listed.value, double=False),)
        found += [s.Argument(one.start, one.end, None, one) for one in items]
    if keywords is not None:
        entries = keywords.value.entries if isinstance(keywords.value, s.Object) else ()
        if not entries or any(one.key is None for one in entries):
            return (*found, _spread(keywords.value, double=True))
        found += [s.Argument(one.start, one.end, one.key, one.value) for one in entries]
    return tuple(found)


def _unknown(value: s.Value) -> s.Value:
    return s.Unknown(value.start, value.end)


def _spread(value: s.Value, *, double: bool) -> s.Argument:
    spread = s.Spread(value.start, value.end, value, double)
    return s.Argument(value.start, value.end, None, spread)


def _bound(task: ProjectFunction) -> tuple[s.Argument, ...]:
    """The task itself, which ``bind=True`` makes the first argument."""
    for one in task.function.decorators:
        given = one.arguments if isinstance(one, s.Call) else ()
        flags = (o.value for o in given if o.name == "bind" and isinstance(o.value, s.Literal))
        if any(flag.value is True for flag in flags):
            return (s.Argument(one.end, one.end, None, s.Unknown(one.end, one.end)),)
    return ()
