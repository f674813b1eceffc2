"""Copies of this process that look at a part of the files while it looks at the rest itself.

A glance at a file takes some thirty microseconds, too little to be worth a message. So each copy is
handed a whole part of the list, by being a copy, and gives one answer when it is through.
"""

from __future__ import annotations

import os
import signal
from bisect import bisect_right
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final, NamedTuple

import msgspec

FEWEST: Final = 1000
"""Files that are worth a copy: it costs as much as reading some two hundred."""


class Seen(msgspec.Struct, array_like=True):
    """What a copy saw in its part. ``flags``: of each file in turn, None where the file is odd and
    must be looked at by whoever asks. ``lines``: by number of the file, what it imports, where
    the copy has found that somebody will ask for it."""

    flags: list[int | None]
    lines: dict[int, bytes] = {}


class _Copy(NamedTuple):
    process: int
    answer: int
    part: Sequence[int]


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
        self._copies: list[_Copy | None] = []
        self._starts: list[int] = []
        for start in range(size, len(rows), size or 1):
            part = rows[start : start + size]
            try:
                copy = _copied(part, look)
            except OSError:  # no process or descriptor is left: what is not shared is done here
                break
            self._copies.append(copy)
            self._starts.append(part[0])

    def collect(self, row: int) -> tuple[Sequence[int], Seen] | None:
        """Return the part that ``row`` lies in and what was seen there, waiting for its copy; once
        for each part, and None for what this process must look at itself."""
        number = bisect_right(self._starts, row) - 1
        copy = self._copies[number] if number >= 0 else None
        if copy is None:
            return None
        self._copies[number] = None
        seen = _answer(copy)
        return None if seen is None else (copy.part, seen)

    def stop(self) -> None:
        """End the copies of which nobody has asked for an answer."""
        for number, copy in enumerate(self._copies):
            if copy is not None:
                self._copies[number] = None
                os.close(copy.answer)
                with suppress(OSError):
                    os.kill(copy.process, signal.SIGKILL)
                _bury(copy.process)


def _copied(part: Sequence[int], look: Callable[[Sequence[int]], Seen]) -> _Copy:
    reading, writing = os.pipe()
    try:
        process = os.fork()
    except BaseException:
        os.close(reading)
        os.close(writing)
        raise
    if process == 0:
        _work(part, look, writing)
    os.close(writing)
    return _Copy(process, reading, part)


def _work(part: Sequence[int], look: Callable[[Sequence[int]], Seen], writing: int) -> None:
    """Look, answer and end, without anything that this process would do at its end."""
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        with open(writing, "wb") as answer:
            answer.write(msgspec.msgpack.encode(look(part)))
        code = 0
    finally:
        os._exit(code)


def _answer(copy: _Copy) -> Seen | None:
    with open(copy.answer, "rb") as answer:
        data = answer.read()
    _bury(copy.process)
    try:
        seen = msgspec.msgpack.decode(data, type=Seen)
    except msgspec.DecodeError:
        return None
    fits = len(seen.flags) == len(copy.part) and all(
        0 <= number < len(copy.part) for number in seen.lines
    )
    return seen if fits else None


def _bury(process: int) -> None:
    with suppress(ChildProcessError):  # somebody else has waited for it
        os.waitpid(process, 0)
