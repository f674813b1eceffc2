"""Which functions hold a call that can matter to delivery: without one, nothing is left behind.

What a function leaves behind it leaves by a call, its own or one of a function inside it, which may
be run in its place. So most functions need no path followed, and the calls say which: those of the
SDK, of HTTP clients and of the project's own functions; those that start work, or that call back a
function that is handed to them by name.
"""

from __future__ import annotations

from collections.abc import Container, Iterator

import msgspec

from mmlint.model import syntax as s
from mmlint.project.delivery.requests import STARTING, STARTING_PATHS, started
from mmlint.project.http.requests import requests
from mmlint.project.semantic.callee import (
    CHAINS,
    EACH,
    MAPPERS,
    TIMERS,
    after,
    is_flush,
    is_send,
    path_of,
)
from mmlint.project.semantic.entity import External, Global, ProjectFunction
from mmlint.project.semantic.program import Call, Program
from mmlint.project.semantic.unit import Unit

Functions = dict[Unit, set[int]]
"""Functions of the project: their indexes by unit."""

_SPECIAL = CHAINS | EACH | MAPPERS | STARTING
_SPECIAL_PATHS = TIMERS | STARTING_PATHS


class Reachability(msgspec.Struct, frozen=True):
    """The functions that may leave an event queued, a flush unwaited for, a plain request behind.

    None of the others does. An event or a request is made by a call, here or in a function that is
    called; what flushes may also be unknown code, so every caller of a project function counts.
    ``callers``: each function to the calls that reach it, callbacks that are named included.
    """

    sends: Functions
    flushes: Functions
    requests: Functions
    callers: dict[ProjectFunction, list[Call]]

    def leaves_anything(self, unit: Unit, index: int) -> bool:
        """Whether function ``index`` of ``unit`` is one of them."""
        return any(index in one.get(unit, ()) for one in (self.sends, self.flushes, self.requests))

    def into(self, paths: Container[str]) -> Functions:
        """Return the functions that call a function of one of the files, however far away."""
        found: Functions = {}
        for callee, calls in self.callers.items():
            for call in calls if callee.unit.path in paths else ():
                _add(found, call)
        _spread(found, self.callers)
        return found


def reachability(program: Program) -> Reachability:
    """Look at each call once."""
    callers = {callee: list(calls) for callee, calls in program.callers.items()}
    found = Reachability({}, {}, {}, callers)
    for call in program.outgoing:
        if is_send(call.callee):
            _add(found.sends, call)
        elif is_flush(call.callee):
            _add(found.flushes, call)
    for call, _ in requests(program):
        _add(found.requests, call)
    for call in _special(program):
        if _names_function(call):
            _add(found.flushes, call)
            back = program.resolve(call.unit, call.call.arguments[0].value)
            if isinstance(back, ProjectFunction):
                callers.setdefault(back, []).append(call)
        if started(program, call.unit, call.call, call.callee) is not None:
            _add(found.requests, call)
    for calls in callers.values():
        for call in calls:
            _add(found.flushes, call)
    _spread(found.sends, callers)
    _spread(found.requests, callers)
    return found


def around(call: Call) -> Iterator[int]:
    """Yield the function that makes ``call``, and those that it stands in, the module's last."""
    index = call.site.function
    while index > 0:
        yield index
        index = call.unit.module.functions[index].parent
    yield 0


def _add(found: Functions, call: Call) -> list[ProjectFunction]:
    """Add the functions around ``call``; return those that are new."""
    known = found.setdefault(call.unit, set())
    new = [index for index in around(call) if index not in known]
    known.update(new)
    return [ProjectFunction(call.unit, index) for index in new]


def _spread(found: Functions, callers: dict[ProjectFunction, list[Call]]) -> None:
    """Add the callers of those that were ``found``."""
    queue = [ProjectFunction(unit, index) for unit, known in found.items() for index in known]
    while queue:
        for call in callers.get(queue.pop(), ()):
            queue += _add(found, call)


def _special(program: Program) -> Iterator[Call]:
    """Yield the calls that may call back what they are handed, or start work."""
    for call in program.calls:
        member = call.call.callee
        if type(member) is s.Member and member.name in _SPECIAL:
            yield call
    yield from program.call_graph.of(outside=_is_special)


def _is_special(callee: External | Global) -> bool:
    return path_of(callee) in _SPECIAL_PATHS or after(callee)


def _names_function(call: Call) -> bool:
    """Whether the call is handed something first, and that is no function that is written there."""
    arguments = call.call.arguments
    return bool(arguments) and type(arguments[0].value) is not s.Lambda
