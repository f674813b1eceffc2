"""Where an async function is suspended for the first time: what runs only behind that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mmlint.model import syntax as s
from mmlint.model.walk import own_values, parts
from mmlint.project.semantic.unit import Unit


def suspended_at(unit: Unit, index: int) -> int | None:
    """Return the byte behind the first ``await`` that every path through an async function passes,
    or None where there is none. What stands behind it runs when its caller has gone on."""
    function = unit.module.functions[index]
    if not function.is_async:
        return None
    return next(
        (value.end for value in _certain(function.body) if isinstance(value, s.Await)), None
    )


def _certain(body: Iterable[s.Statement]) -> Iterator[s.Value]:
    """Yield the values that every path evaluates, in order, until a path may leave."""
    for statement in body:
        for value in own_values(statement):
            yield from _evaluated(value)
        if isinstance(statement, s.Try | s.With | s.Block):
            yield from _certain(statement.body)
        if not isinstance(statement, s.ExpressionStatement | s.Assign):
            return


def _evaluated(value: s.Value) -> Iterator[s.Value]:
    """Yield ``value`` and its parts, without what only some of its evaluations reach."""
    if isinstance(value, s.Choice):
        yield from _evaluated(value.test)
        return
    for part in parts(value):
        yield from _evaluated(part)
    yield value
