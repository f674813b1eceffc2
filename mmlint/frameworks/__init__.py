"""The platforms that call a team's functions, one file of data each; the folder is the list."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

from mmlint.frameworks.pattern import Platform


def platforms() -> Iterator[Platform]:
    """Yield every platform of the folder, in the order of the file names."""
    for module in sorted(iter_modules(__path__), key=lambda one: one.name):
        if module.name != "pattern":
            yield import_module(f"{__name__}.{module.name}").PLATFORM
