"""A line on the terminal that says how far a long run is, and is gone when it ends."""

from __future__ import annotations

import os
import sys
from time import perf_counter
from typing import Final, TextIO

_SILENT: Final = 1.0
"""Seconds. A shorter run says nothing."""

_PAUSE: Final = 0.2
"""Seconds between two states of the line."""


class Progress:
    """Counts files. The reader of the files calls it; it needs no thread of its own."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._wanted = watched(self._stream)
        self._start = perf_counter()
        self._next = self._start + _SILENT
        self._width = 0
        self._listed = 0
        self._read = 0
        self._parsed = 0

    def listed(self, count: int) -> None:
        """So many more files and folders are met while the project is walked."""
        self._listed += count
        self._tick()

    def read(self, count: int) -> None:
        """So many more files are read."""
        self._read += count
        self._tick()

    def parsed(self, count: int) -> None:
        """So many more of them are parsed, or were so before."""
        self._parsed += count
        self._tick()

    def _tick(self) -> None:
        if self._wanted and perf_counter() >= self._next:
            self._say()

    def close(self) -> None:
        """Leave the line as if nothing had ever stood there."""
        if self._width:
            self._write("\r" + " " * self._width + "\r")
            self._width = 0
        self._wanted = False

    def _say(self) -> None:
        now = perf_counter()
        self._next = now + _PAUSE
        if self._listed and not self._read:
            self._show(f"mmlint: {self._listed:,} files and folders looked at")
            return
        rate = (self._read + self._parsed) / (now - self._start)
        self._show(
            f"mmlint: {self._read:,} files read, {self._parsed:,} parsed, {rate:,.0f} a second"
        )

    def _show(self, text: str) -> None:
        self._write("\r" + text.ljust(self._width))
        self._width = max(self._width, len(text))

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError:  # the terminal is gone; the run need not be
            self._wanted = False


def watched(stream: TextIO) -> bool:
    """Whether ``stream`` is a terminal that can show a line that changes."""
    if os.environ.get("TERM") == "dumb" or os.environ.get("CI"):
        return False
    try:
        return stream.isatty()
    except ValueError:  # it is closed
        return False
