"""Which functions hold a call that can matter to delivery: without one, nothing is left behind.

What a function leaves behind it leaves by a call, its own or one of a function inside it, which may
be run in its place. So most functions need no path followed, and the calls say which: those of the
SDK, of HTTP clients and of the project's own functions; those that start work, or that call back a
function that is handed to them by name.
"""

from __future__ import annotations

from itertools import chain
from typing import NamedTuple

from mmlint.model import syntax as s
from mmlint.project.callee import CHAINS, EACH, MAPPERS, TIMERS, after, is_flush, path_of
from mmlint.project.entity import External, Global
from mmlint.project.program import Call, Program
from mmlint.project.requests import started

Key = tuple[int, int]
"""A function, as ``ProjectFunction.key``."""

_CALLING_BACK = CHAINS | EACH | MAPPERS


class Calling(NamedTuple):
    """The functions that may leave something behind: an event, a flush, a request; and those of
    them that may leave a flush. None of the others does."""

    anything: set[Key]
    flushes: set[Key]


def calling(program: Program) -> Calling:
    """Look at each call once."""
    anything, flushes = set[Key](), set[Key]()
    for one in program.outgoing:
        add_around(anything, one)
        if is_flush(one.callee):
            add_around(flushes, one)
    for one in chain.from_iterable(program.callers.values()):
        add_around(flushes, one)
    for one in program.calls:
        if _calls_back(one):
            add_around(flushes, one)
        elif one.unit.python and started(program, one.unit, one.call, one.callee) is not None:
            add_around(anything, one)
    return Calling(anything | flushes, flushes)


def add_around(found: set[Key], call: Call) -> None:
    """Add the function that makes ``call``, and those around it."""
    unit, index = call.unit, call.site.function
    while (id(unit), index) not in found:
        found.add((id(unit), index))
        index = max(unit.module.functions[index].parent, 0)


def _calls_back(call: Call) -> bool:
    """Whether this calls what it is handed, and that is no function that is written there."""
    if not call.call.arguments or type(call.call.arguments[0].value) is s.Lambda:
        return False
    member = call.call.callee
    if type(member) is s.Member and member.name in _CALLING_BACK:
        return True
    callee = call.callee
    return type(callee) in (Global, External) and (path_of(callee) in TIMERS or after(callee))
