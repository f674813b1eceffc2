"""Whether a value that is made up for an event goes anywhere else as well."""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.model import syntax as s
from mmlint.project.dataflow.backward import Variable
from mmlint.project.dataflow.value_sources import Origin
from mmlint.project.events.sends import Send
from mmlint.project.semantic.unit import Unit


def is_stored(send: Send, origin: Origin) -> bool:
    """Whether something besides ``send`` is handed what ``origin`` mints: it is then the id of
    something, which may be there when the same happens again."""
    spans = list(_spans(send))
    waiting: list[Variable] = list(origin.trail)
    waiting += [(origin.unit, binding) for binding in _holders(origin)]
    return any(_is_used(unit, binding, spans) for unit, binding in waiting)


def _spans(send: Send) -> Iterator[tuple[Unit, s.Node]]:
    """What belongs to the send: its calls, those of its wrappers, the event's literal."""
    one: Send | None = send
    while one is not None:
        yield one.unit, one.call
        if one.event.literal is not None:
            yield one.event.literal
        one = one.via


def _holders(origin: Origin) -> Iterator[int]:
    """The variables whose object was made with the value in it."""
    for binding, definitions in origin.unit.definitions.items():
        for one in definitions:
            inside = one.value.start <= origin.node.start < one.value.end
            if isinstance(one.value, s.Object) and inside:
                yield binding


def _is_used(unit: Unit, binding: int, spans: list[tuple[Unit, s.Node]]) -> bool:
    """Whether a variable is read outside of ``spans``, and not only to make another one."""
    declared = {one.start for one in _targets(unit)}
    taken = [
        (one.value.start, one.value.end)
        for definitions in unit.definitions.values()
        for one in definitions
        if isinstance(one.value, (s.Name, s.Member, s.Template, s.Operation))
    ]
    taken += [(node.start, node.end) for owner, node in spans if owner is unit]
    return any(
        value.binding == binding
        and value.start not in declared
        and not any(start <= value.start < end for start, end in taken)
        for value in unit.every(s.Name)
    )


def _targets(unit: Unit) -> Iterator[s.Name]:
    for statement in unit.statements:
        if isinstance(statement, s.Assign) and isinstance(statement.target, s.Name):
            yield statement.target
