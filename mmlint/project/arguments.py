"""What the parameters of a function stand for in one call of it."""

from __future__ import annotations

from mmlint.model import syntax as s
from mmlint.project.entity import NOTHING, Environment, Passed, ProjectFunction
from mmlint.project.unit import Unit


def environment_of(
    unit: Unit, call: s.Call, callee: ProjectFunction, outer: Environment = NOTHING
) -> Environment:
    """Return what ``call``, which stands in ``unit``, passes as each parameter of ``callee``.

    ``outer``: what the names in the call stand for themselves.
    """
    parameters = callee.function.parameters
    shift = 1 if _takes_self(callee) else 0
    if any(isinstance(one.value, s.Spread) for one in call.arguments):
        return NOTHING
    pairs: dict[int, Passed | None] = {}
    position = shift
    named = {parameter.name: number for number, parameter in enumerate(parameters)}
    for argument in call.arguments:
        passed = Passed(unit, argument.value, outer)
        if argument.name is not None:
            if argument.name in named:
                pairs[named[argument.name]] = passed
        elif position < len(parameters) and parameters[position].kind == "positional":
            pairs[position] = passed
            position += 1
    keywords = {argument.name for argument in call.arguments if argument.name}
    for number, parameter in enumerate(parameters):
        if number < shift or number in pairs:
            continue
        if parameter.kind == "keywords":
            pairs[number] = Passed(unit, _keywords(call, keywords - set(named)), outer)
        elif parameter.kind != "rest":
            default = parameter.default
            pairs[number] = Passed(callee.unit, default, NOTHING) if default else None
    unit_id = id(callee.unit)
    return tuple(((unit_id, callee.index, number), one) for number, one in sorted(pairs.items()))


def _takes_self(callee: ProjectFunction) -> bool:
    function = callee.function
    if not callee.unit.python or function.owner < 0:
        return False
    names = {one.name for one in function.decorators if isinstance(one, s.Name)}
    return "staticmethod" not in names


def _keywords(call: s.Call, names: set[str]) -> s.Object:
    """The dict that ``**kwargs`` is in a callee: the call's keywords that no parameter took."""
    entries = tuple(
        s.Entry(one.start, one.end, one.name, one.value, one.start)
        for one in call.arguments
        if one.name in names
    )
    return s.Object(call.start, call.end, entries)
