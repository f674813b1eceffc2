"""Copies of this process that look at a part of the files while it looks at the rest itself.

A glance at a file takes some thirty microseconds, too little to be worth a message. So each copy is
handed a whole part of the list, by being a copy, and gives one answer when it is through.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

import msgspec

from mmlint.files.copies import Copy

FEWEST: Final = 1000
"""Files that are worth a copy: it costs as much as reading some two hundred."""


class Seen(msgspec.Struct, array_like=True):
    """What a copy saw in its part. ``flags``: of each file in turn, None where the file is odd and
    must be looked at by whoever asks. ``lines``: by number of the file, what it imports, where
    the copy has found that somebody will ask for it."""

    flags: list[int | None]
    lines: dict[int, bytes] = {}


class Ahead:
    """Has ``rows`` (numbers of files, in order) looked at in ``processes``, of which this one is
    the first.

    ``look``: looks at a part of them; it is only called in copies. Forks, so that this process must
    have no threads. A copy that fails or dies has seen nothing.
    """

    def __init__(
        self, rows: Sequence[int], processes: int, look: Callable[[Sequence[int]], Seen]
    ) -> None:
        size = -(-len(rows) // max(1, processes))
        self._copies: list[tuple[Copy, Sequence[int]] | None] = []
        self._starts: list[int] = []
        for start in range(size, len(rows), size or 1):
            part = rows[start : start + size]
            try:
                copy = Copy(partial(_encoded, look, part))
            except OSError:  # no process or descriptor is left: what is not shared is done here
                break
            self._copies.append((copy, part))
            self._starts.append(part[0])

    def collect(self, row: int) -> tuple[Sequence[int], Seen] | None:
        """Return the part that ``row`` lies in and what was seen there, waiting for its copy; once
        for each part, and None for what this process must look at itself."""
        number = bisect_right(self._starts, row) - 1
        handed = self._copies[number] if number >= 0 else None
        if handed is None:
            return None
        self._copies[number] = None
        copy, part = handed
        data = copy.answer()
        seen = None if data is None else _seen(data, len(part))
        return None if seen is None else (part, seen)

    def stop(self) -> None:
        """End the copies of which nobody has asked for an answer."""
        for number, handed in enumerate(self._copies):
            if handed is not None:
                self._copies[number] = None
                handed[0].stop()


def _encoded(look: Callable[[Sequence[int]], Seen], part: Sequence[int]) -> bytes:
    return msgspec.msgpack.encode(look(part))


def _seen(data: bytes, count: int) -> Seen | None:
    """What a copy says of a part of so many files."""
    try:
        seen = msgspec.msgpack.decode(data, type=Seen)
    except msgspec.DecodeError:
        return None
    fits = len(seen.flags) == count and all(0 <= number < count for number in seen.lines)
    return seen if fits else None
