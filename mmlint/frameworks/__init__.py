"""The platforms that call a team's functions, one file of data each; the folder is the list."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from mmlint.frameworks.pattern import Platform


@cache
def platforms() -> tuple[Platform, ...]:
    """Return every platform of the folder, in the order of the file names."""
    names = sorted(one.name for one in iter_modules(__path__) if one.name != "pattern")
    return tuple(import_module(f"{__name__}.{name}").PLATFORM for name in names)


def settings_files() -> frozenset[str]:
    """Return the names of the files that the platforms ask about."""
    found: set[str] = set()
    for platform in platforms():
        found.update(platform.settings)
        found.update(*(moved.setting.files for moved in platform.moved))
        found.update(*(said.files for said in (*platform.stays, *platform.wrapped)))
    return frozenset(found)
