"""Which of the limits that ended a search a finding may depend on.

A name that leads too far matters where it may be a send: as the function that a call runs, or in
what a send, a request or the setup of a client is given. Elsewhere nothing is asked about it. All
other limits are met on the way to a send alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from mmlint.model import syntax as s
from mmlint.project.events.sends import Send
from mmlint.project.http.requests import requests
from mmlint.project.platforms.handlers import last_name
from mmlint.project.project import Project
from mmlint.project.semantic.entity import SdkClass, SdkFunction
from mmlint.project.semantic.unit import Unit

_BUILT_IN: Final = frozenset(
    {"at", "charAt", "concat", "copyWithin", "endsWith", "entries", "every", "fill", "filter"}
    | {"find", "findIndex", "findLast", "flat", "flatMap", "forEach", "includes", "indexOf", "join"}
    | {"lastIndexOf", "localeCompare", "map", "match", "matchAll", "normalize", "padEnd"}
    | {"padStart", "pop", "push", "reduce", "reduceRight", "repeat", "replace", "replaceAll"}
    | {"reverse", "search", "shift", "slice", "some", "sort", "splice", "split", "startsWith"}
    | {"substring", "toFixed", "toISOString", "toLocaleString", "toLowerCase", "toString"}
    | {"toUpperCase", "trim", "trimEnd", "trimStart", "unshift"}
) | frozenset(
    name
    for kind in (str, bytes, list, tuple, dict, set, int, float)
    for name in vars(kind)
    if not name.startswith("_")
)
"""Methods of texts, lists, maps and numbers, of JavaScript and of Python: calls of them send
nothing."""


def relevant_limits(project: Project) -> Mapping[str, int]:
    """Return each limit that was hit where a finding may depend on it, with its number of
    places."""
    limits = project.program.limits
    counts = limits.counts()
    if "names" not in counts:
        return counts
    callees, given = _callees(project), _given(project)
    places = [one for one in limits.places("names") if isinstance(one, tuple)]
    counts["names"] = sum(
        one in callees or any(_holds(call, one) for call in given.get(one[:2], ()))
        for one in places
    )
    return {limit: count for limit, count in counts.items() if count}


_Place = tuple[str, int, int, int]
"""The path of a file, the number of its program, and the bytes of an expression."""


def _place(unit: Unit, node: s.Node) -> _Place:
    return unit.path, unit.number, node.start, node.end


def _holds(outer: _Place, inner: _Place) -> bool:
    return outer[2] <= inner[2] and inner[3] <= outer[3]


def _callees(project: Project) -> set[_Place]:
    """The functions that are called, but for the methods of what is built in."""
    return {
        _place(unit, call.callee)
        for unit in project.units
        for _, call in unit.calls
        if last_name(call.callee) not in _BUILT_IN
    }


def _given(project: Project) -> dict[tuple[str, int], list[_Place]]:
    """The calls whose arguments findings are about, by file."""
    found: dict[tuple[str, int], list[_Place]] = {}
    for unit, call in _calls(project):
        place = _place(unit, call)
        found.setdefault(place[:2], []).append(place)
    return found


def _calls(project: Project) -> Iterator[tuple[Unit, s.Call]]:
    program = project.program
    for call in (*program.call_graph.of(SdkClass, SdkFunction), *(c for c, _ in requests(program))):
        yield call.unit, call.call
    for send in (*project.sends, *project.identifications):
        one: Send | None = send
        while one is not None:
            yield one.unit, one.call
            one = one.via
