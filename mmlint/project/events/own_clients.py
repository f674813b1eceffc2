"""Python clients that a project wrote itself: what their ``track`` makes of its arguments."""

from __future__ import annotations

from msgspec.structs import replace

from mmlint.model import syntax as s
from mmlint.project.semantic.entity import (
    NOTHING,
    Instance,
    ProjectClass,
    ProjectFunction,
    Substitution,
)
from mmlint.project.semantic.program import Program
from mmlint.project.semantic.shape import Shape, Shapes
from mmlint.project.semantic.unit import Unit


def method(program: Program, unit: Unit, call: s.Call) -> ProjectFunction | None:
    """Return the method that ``call``, of a client of the project's own, runs."""
    callee = call.callee
    if not unit.python or not isinstance(callee, s.Member):
        return None
    owner = program.resolve(unit, callee.object)
    if not isinstance(owner, (Instance, ProjectClass)):
        return None
    for member in owner.unit.members(owner.index, callee.name):
        if member.function >= 0:
            return ProjectFunction(owner.unit, member.function)
    return None


def written_event(
    shapes: Shapes, unit: Unit, call: s.Call, substitution: Substitution = NOTHING
) -> Shape | None:
    """Return the event that the method of such a client writes in ``call``, where its arguments
    come in another order than the SDK's; None where the method does not write exactly one event."""
    own = method(shapes.program, unit, call)
    if own is None:
        return None
    written = [
        value
        for value in own.unit.values(own.index)
        if isinstance(value, s.Object) and any(one.key == "event" for one in value.entries)
    ]
    if len(written) != 1 or _takes_name_first(own, written[0]):
        return None
    passed = shapes.program.substitution(unit, call, own, substitution)
    if not passed:
        return Shape(open=True)
    found = shapes.of(own.unit, written[0], passed)
    fields = {name: replace(one, entry=None, twins=()) for name, one in found.fields.items()}
    return Shape(fields, found.open, found.passed, None, (unit, call))  # no key stands in the call


def _takes_name_first(own: ProjectFunction, event: s.Object) -> bool:
    """Whether the first argument is the event's name, or the event itself."""
    given = [one.value for one in event.entries if one.key == "event"][-1]
    first = own.function.parameters[1:2]
    target = first[0].target if first else None
    if not isinstance(given, s.Name) or not isinstance(target, s.Name):
        return True
    place = own.unit.parameters.get(given.binding)
    return place is None or place[0] != own.index or given.binding == target.binding
