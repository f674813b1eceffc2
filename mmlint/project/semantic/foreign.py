"""Whose ``mm`` it is: the snippet's, or what the project itself puts there."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mmlint.model import syntax as s
from mmlint.project.semantic.entity import External, Instance, Resolved, SdkObject
from mmlint.project.semantic.unit import Unit
from mmlint.sdk.surface import BROWSER_GLOBAL, LOADER_PATH

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


def speaks_of_snippet(unit: Unit) -> bool:
    """Whether a file reads ``window.mm``, or spells the address of the snippet."""
    return any(
        value.name == BROWSER_GLOBAL
        and isinstance(value.object, s.Name)
        and (value.object.name, value.object.binding < 0) == ("window", True)
        for value in unit.every(s.Member)
    ) or any(
        isinstance(value.value, str) and LOADER_PATH in value.value
        for value in unit.every(s.Literal)
    )


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
