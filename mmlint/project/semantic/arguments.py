"""What the parameters of a function stand for in one call of it, with what it was given before."""

from __future__ import annotations

from msgspec.structs import replace

from mmlint.model import syntax as s
from mmlint.project.semantic.entity import (
    NOTHING,
    BoundArgument,
    BoundMethod,
    External,
    PassedValue,
    ProjectFunction,
    Resolved,
    SdkFunction,
    Substitution,
)
from mmlint.project.semantic.unit import Unit

PARTIALS = frozenset(
    {
        ("functools", "partial"),
        ("lodash", "partial"),
        ("lodash/partial", "default"),
    }
)
"""Calls that give a function some of its arguments, and return the rest of it."""
_GIVING = frozenset(one[0] for one in PARTIALS)


def makes_partial(callee: Resolved | None) -> bool:
    """Whether a call of ``callee`` returns its first argument with the others given to it."""
    return (
        isinstance(callee, External)
        and callee.module in _GIVING
        and (callee.module, *callee.path) in PARTIALS
    )


def binds(callee: Resolved | None) -> bool:
    """Whether ``callee`` is the ``bind`` of a function."""
    return isinstance(callee, BoundMethod) and callee.name == "bind"


def with_given(
    function: Resolved | None, unit: Unit, arguments: tuple[s.Argument, ...], outer: Substitution
) -> Resolved | None:
    """Return ``function`` with ``arguments``, which stand in ``unit``, passed already."""
    given = tuple(BoundArgument(one, PassedValue(unit, one.value, outer)) for one in arguments)
    if isinstance(function, ProjectFunction):
        return ProjectFunction(function.unit, function.index, (*function.given, *given))
    if isinstance(function, SdkFunction):
        before = function.given
        return SdkFunction(function.sdk, function.name, function.awaitable, (*before, *given))
    if isinstance(function, External):
        return External(function.module, function.path, (*function.given, *given))
    return None


def direct(call: s.Call, callee: BoundMethod) -> s.Call | None:
    """Return ``fn(a)`` for ``fn.call(self, a)`` and ``fn.apply(self, [a])``; None for ``bind``."""
    if not isinstance(call.callee, s.Member) or callee.name == "bind":
        return None
    rest = call.arguments[1:]
    if callee.name == "apply":
        listed = rest[0].value if rest else None
        items = listed.items if isinstance(listed, s.Sequence) else ()
        rest = tuple(s.Argument(one.start, one.end, None, one) for one in items)
        if listed is not None and not isinstance(listed, s.Sequence):
            spread = s.Spread(listed.start, listed.end, listed)
            rest = (s.Argument(listed.start, listed.end, None, spread),)
    return replace(call, callee=call.callee.object, arguments=rest)


def completed(unit: Unit, call: s.Call, callee: External) -> s.Call:
    """Return the call with what was given to ``callee`` before, as far as that stands in ``unit``
    and means there what it says."""
    given = callee.given
    if not given or any(one.passed.unit is not unit or one.passed.substitution for one in given):
        return call
    before = tuple(one.argument for one in given)
    names = {one.name for one in call.arguments if one.name}
    kept = tuple(one for one in before if one.name not in names)
    return replace(call, arguments=(*kept, *call.arguments))


def passed_to(
    unit: Unit, call: s.Call, callee: SdkFunction | ProjectFunction, outer: Substitution = NOTHING
) -> list[BoundArgument]:
    """Return all arguments of a call in the order in which ``callee`` gets them."""
    own = [BoundArgument(one, PassedValue(unit, one.value, outer)) for one in call.arguments]
    return [*callee.given, *own]


def substitution_of(
    unit: Unit, call: s.Call, callee: ProjectFunction, outer: Substitution = NOTHING
) -> Substitution:
    """Return what ``call``, which stands in ``unit``, passes as each parameter of ``callee``.

    ``outer``: what the names in the call stand for themselves.
    """
    parameters = callee.function.parameters
    shift = 1 if takes_self(callee) else 0
    arguments = passed_to(unit, call, callee, outer)
    spreads = [one for one in arguments if isinstance(one.argument.value, s.Spread)]
    if len(spreads) > 1 or any(not _of_keywords(one.argument.value) for one in spreads):
        return NOTHING
    arguments = [one for one in arguments if one not in spreads]
    pairs: dict[int, PassedValue | None] = {}
    position = shift
    named = {
        parameter.name: number
        for number, parameter in enumerate(parameters)
        if parameter.kind in ("positional", "keyword")  # f(event=…) is not the **event of f
    }
    for one in arguments:
        if one.argument.name is not None:
            if one.argument.name in named:
                pairs[named[one.argument.name]] = one.passed
        elif position < len(parameters) and parameters[position].kind == "positional":
            pairs[position] = one.passed
            position += 1
    left = [one for one in arguments if one.argument.name and one.argument.name not in named]
    for number, parameter in enumerate(parameters):
        if number < shift or number in pairs:
            continue
        if parameter.kind == "keywords":
            rest = [*left, *spreads]
            if all(one.passed.unit is unit and one.passed.substitution == outer for one in rest):
                pairs[number] = PassedValue(unit, _keywords(call, left, spreads), outer)
        elif spreads:
            continue  # it may be among what is spread
        elif parameter.kind != "rest":
            default = parameter.default
            pairs[number] = PassedValue(callee.unit, default, NOTHING) if default else None
    unit_id = id(callee.unit)
    return tuple(((unit_id, callee.index, number), one) for number, one in sorted(pairs.items()))


def takes_self(callee: ProjectFunction) -> bool:
    """Whether the first parameter is the object that a Python method is called of."""
    function = callee.function
    if not callee.unit.python or function.owner < 0:
        return False
    names = {one.name for one in function.decorators if isinstance(one, s.Name)}
    return "staticmethod" not in names


def _keywords(call: s.Call, left: list[BoundArgument], spreads: list[BoundArgument]) -> s.Object:
    """The dict that ``**kwargs`` is in a callee: the keywords that no parameter took, and what is
    spread (which may hold more than that)."""
    last = {one.argument.name: one.argument for one in left}
    entries = [s.Entry(one.start, one.end, one.name, one.value, one.start) for one in last.values()]
    for one in spreads:
        value = one.argument.value
        if isinstance(value, s.Spread):
            entries.append(
                s.Entry(value.start, value.end, None, value.value, value.start, "spread")
            )
    return s.Object(call.start, call.end, tuple(entries))


def _of_keywords(value: s.Value) -> bool:
    return isinstance(value, s.Spread) and value.double
