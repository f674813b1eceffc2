"""What a JavaScript module passes on as a whole (``export * from``), through any number of barrels.

Barrels may pass each other on in a ring, and by many ways. So the modules behind one are visited
once, whatever names are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct

from mmlint.project.semantic.entity import Namespace, Resolved, SdkObject
from mmlint.project.semantic.unit import Unit


class Stars(Struct, frozen=True):
    """A module and all that it passes on as a whole.

    ``units``: the module itself, then the others in the order of their ``export *``. ``holders``:
    exported name to the first of ``units`` that exports it by name; in valid code there is no
    other, or both mean the same. ``open``: what gives away names that it does not list: the SDK,
    and units with ``module.exports = …``.
    """

    units: tuple[Unit, ...]
    holders: Mapping[str, Unit]
    open: tuple[Unit | SdkObject, ...]


def stars(unit: Unit, module: Callable[[Unit, str], Resolved | None]) -> Stars:
    """Return what ``unit`` passes on. ``module``: from a unit and a specifier in it to its meaning.

    The time is linear in the number of ``export *`` and of names behind ``unit``.
    """
    units: dict[Unit, None] = {}
    holders: dict[str, Unit] = {}
    unlisted: list[Unit | SdkObject] = []
    waiting: list[Resolved | None] = [Namespace(unit)]
    while waiting:
        one = waiting.pop()
        if isinstance(one, SdkObject):
            unlisted.append(one)
        if not isinstance(one, Namespace) or one.unit in units:
            continue
        units[one.unit] = None
        for name in one.unit.exports:
            holders.setdefault(name, one.unit)
        if "=" in one.unit.exports:
            unlisted.append(one.unit)
        waiting += [module(one.unit, specifier) for specifier in reversed(one.unit.starred)]
    return Stars(tuple(units), holders, tuple(unlisted))
