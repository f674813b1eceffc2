"""What a variable that is public by its name should be called, and whether it can be renamed."""

from __future__ import annotations

from functools import lru_cache

import msgspec

from mmlint.model import syntax as s
from mmlint.model.finding import Place
from mmlint.project.project import Project
from mmlint.project.secrets.environment import PublicSecret, public_secrets
from mmlint.project.secrets.keys import reaches_browser


def new_name(project: Project, one: PublicSecret) -> str | None:
    """Return what the variable behind ``one`` shall be called, or None where it cannot be renamed.

    Two words must be left: one alone (``PATH``, ``KEY``) is too likely to be taken.
    """
    name = one.name
    while (prefix := project.public_prefix(one.place.path, name)) is not None:
        name = name[len(prefix) :]
    plain = name.isidentifier() and "_" in name.strip("_") and name != one.name
    if not plain or not one.prefix or one.name in _inlined(project):
        return None
    return None if is_read_in_browser(project, one.name) else name


def is_first(project: Project, one: PublicSecret) -> bool:
    """Whether this is where the renaming of the variable is offered."""
    return _first(project).get(one.name) == one.place


class Kept(msgspec.Struct, frozen=True):
    """A name that a pipeline keeps in a store of its own, where a file asks for it.

    ``spelled``: as the file spells it, with the store: ``secrets.NAME``.
    """

    place: Place
    spelled: str


def kept_elsewhere(project: Project, name: str) -> tuple[Kept, ...]:
    """Return where a pipeline's own store is asked for ``name``, which no file can rename there."""
    return _stores(project).get(name, ())


@lru_cache(maxsize=1)
def _stores(project: Project) -> dict[str, tuple[Kept, ...]]:
    found: dict[str, list[Kept]] = {}
    for carried in project.entries:
        for one in carried.entry.references:
            if one.store:
                place = Place(carried.path, one.start, one.end)
                found.setdefault(one.name, []).append(Kept(place, f"{one.store}.{one.name}"))
    return {name: tuple(every) for name, every in found.items()}


def is_read_in_browser(project: Project, name: str) -> bool:
    """Whether code that is certainly the browser's reads the variable."""
    return name in _browsers_names(project)


@lru_cache(maxsize=1)
def _first(project: Project) -> dict[str, Place]:
    found: dict[str, Place] = {}
    for one in public_secrets(project):
        found[one.name] = min(one.place, found.get(one.name, one.place))
    return found


@lru_cache(maxsize=1)
def _inlined(project: Project) -> frozenset[str]:
    return frozenset(one.name for one in public_secrets(project) if not one.prefix)


@lru_cache(maxsize=1)
def _browsers_names(project: Project) -> frozenset[str]:
    """The names of public secrets that the browser's code says, as members or as variables."""
    names = {one.name for one in public_secrets(project)}
    found: set[str] = set()
    for unit in project.units if names else ():
        if reaches_browser(project, unit):
            found.update(one.name for one in unit.every(s.Member))
            found.update(one.name for one in unit.every(s.Name))
    return frozenset(found & names)
