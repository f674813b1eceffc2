"""What a baseline remembers of a finding: enough to know it again, and nothing that moves."""

from __future__ import annotations

from typing import Final

import msgspec

FILE: Final = ".mmlint-baseline"
"""The name of a baseline at the project's root, where the configuration names no other."""


class Entry(msgspec.Struct, frozen=True, order=True):
    """A finding without its lines. Equal findings of one scope have equal entries.

    ``path``: project-relative, with ``/``. ``scope``: the names of the functions and classes around
    it, from the outside, or the key path in a settings file. ``text``: what the finding points
    at, without layout and secrets. ``state``: what of the value there the finding is about, as in
    ``Finding``; empty for most rules, and in what an older mmlint wrote.
    """

    path: str
    code: str
    scope: str
    text: str
    state: str = ""


class StaleEntry(msgspec.Struct, frozen=True, order=True):
    """An entry with fewer findings than the baseline says. ``count``: how many are gone."""

    entry: Entry
    count: int
