"""Whether ``window.mm`` is another product's: the project itself puts something else there."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mmlint.model import syntax as s
from mmlint.project.semantic.entity import External, Instance, Resolved, SdkObject
from mmlint.project.semantic.unit import Unit
from mmlint.sdk.surface import BROWSER_GLOBAL

_HOLDERS = frozenset({"window", "globalThis", "self"})


def is_foreign(unit: Unit, resolve: Callable[[Unit, s.Value], Resolved | None]) -> bool:
    """Whether a file sets ``window.mm`` to what another package or class makes. An object that is
    written there is the queue that waits for the snippet."""
    for value in () if unit.python else _given(unit):
        found = resolve(unit, value)
        made = isinstance(value, s.Call) and value.new and not isinstance(found, SdkObject)
        if made or isinstance(found, External | Instance):
            return True
    return False


def _given(unit: Unit) -> Iterator[s.Value]:
    """Yield every value that ``window.mm`` is set to."""
    for statement in unit.statements:
        if not isinstance(statement, s.Assign) or not isinstance(statement.target, s.Member):
            continue
        holder = statement.target.object
        if statement.target.name != BROWSER_GLOBAL or not isinstance(holder, s.Name):
            continue
        if holder.binding < 0 and holder.name in _HOLDERS:
            given = statement.value
            yield from given.options if isinstance(given, s.Choice) else (given,)
