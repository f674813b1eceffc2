"""What a specifier must look like to mean a file, told before any specifier is resolved."""

from __future__ import annotations

import msgspec


class Hints(msgspec.Struct, frozen=True):
    """``names``: the last name in a specifier is one of these, maybe followed by an extension; it
    is ``.`` where a folder is named by its place alone (``..``, ``./``). ``pieces``: or one of
    these stands in the specifier, which is written in double quotes."""

    names: frozenset[str]
    pieces: frozenset[str] = frozenset()
