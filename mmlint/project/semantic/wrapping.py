"""Functions that are handed other functions: which ones, and as which parameter."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mmlint.model import syntax as s
from mmlint.project.semantic.entity import (
    Instance,
    KnownValue,
    Parameter,
    ProjectClass,
    ProjectFunction,
)
from mmlint.project.semantic.program import Program, constructor
from mmlint.project.semantic.unit import Location, Unit


class Wrapper(msgspec.Struct, frozen=True):
    """A project function that is handed a handler as its parameter ``number`` (-1: in some other
    way, or it is not known which)."""

    function: ProjectFunction
    number: int = -1


class FlushesAfter(msgspec.Struct, frozen=True):
    """What a wrapper does after it has called what it was given.

    ``flushes``: on every path, or on every path there is no telling (True); not on the paths that
    end at ``gaps`` (False); None where it cannot be known.
    """

    flushes: bool | None
    gaps: tuple[Location, ...] = ()


UNKNOWN = FlushesAfter(None)


def parameter_of(
    program: Program, unit: Unit, call: s.Call, callee: ProjectFunction, value: s.Value
) -> int:
    """Return the number of the parameter as which ``call`` passes ``value``, or -1."""
    for (_, _, number), passed in program.substitution(unit, call, callee):
        if passed is not None and passed.unit is unit and passed.value is value:
            return number
    return -1


def calls_parameter(program: Program, function: ProjectFunction, number: int) -> bool:
    """Whether ``function``, or one inside it, calls its parameter ``number``."""
    given = Parameter(function.unit, function.index, number, ())
    return any(
        function.unit.is_inside(site.function, function.index)
        and program.called(function.unit, call)[0] == given
        for site, call in function.unit.calls
    )


def wrappers_of(program: Program, unit: Unit, call: s.Call) -> Iterator[Wrapper]:
    """Yield the project's functions that a call hands its arguments to, by whatever way: the
    callee, what makes the callee (``withFlush(options)(handler)``), and hooks among the arguments
    (``middy(handler).use({ after })``)."""
    callee = constructor(program.resolve(unit, call.callee))
    if isinstance(callee, ProjectFunction):
        passed = (parameter_of(program, unit, call, callee, one.value) for one in call.arguments)
        numbers = [number for number in passed if number >= 0]
        yield from (Wrapper(callee, number) for number in numbers or (-1,))
    elif isinstance(call.callee, s.Call):
        made_by = [call.callee.callee, *(one.value for one in call.callee.arguments)]
        found = (constructor(program.resolve(unit, one)) for one in made_by)
        yield from (Wrapper(one) for one in found if isinstance(one, ProjectFunction))
    for argument in call.arguments:
        yield from (Wrapper(one) for one in functions_in(program, unit, argument.value))


def decorating(program: Program, unit: Unit, decorator: s.Value) -> Wrapper | None:
    """Return the project's function that a decorator hands what it decorates."""
    found = program.resolve(unit, decorator)
    if isinstance(found, Instance):  # ``@Tracked(client)``: the object is called
        found = program.member(found, "__call__")
        return Wrapper(found, 1) if isinstance(found, ProjectFunction) else None
    if isinstance(found, ProjectClass):
        found = constructor(found)
        return Wrapper(found, 1) if isinstance(found, ProjectFunction) else None
    if isinstance(found, ProjectFunction):
        number = 1 if found.function.owner >= 0 else 0
        return Wrapper(found, number + sum(one.argument.name is None for one in found.given))
    made_by = decorator.callee if isinstance(decorator, s.Call) else decorator
    found = constructor(program.resolve(unit, made_by))
    return Wrapper(found) if isinstance(found, ProjectFunction) else None


def functions_in(program: Program, unit: Unit, value: s.Value) -> Iterator[ProjectFunction]:
    """Yield the project's functions inside an object of hooks (``{ after: async () => … }``)."""
    found = program.resolve(unit, value)
    if not isinstance(found, KnownValue) or not isinstance(found.value, s.Object):
        return
    for entry in found.value.entries:
        hook = program.resolve(found.unit, entry.value, found.substitution)
        if isinstance(hook, ProjectFunction):
            yield hook
