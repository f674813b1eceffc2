"""What the user decides: the keys there are, where they are read from, what they resolve to.

The names below are imported when they are first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mmlint.config.loading import load
    from mmlint.config.problem import ConfigError
    from mmlint.config.settings import Settings

__all__ = ["ConfigError", "Settings", "load"]

_HOMES = {
    "ConfigError": "problem",
    "Settings": "settings",
    "load": "loading",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
