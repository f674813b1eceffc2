"""Has the system end a process that this one has begun when this one ends, even by SIGKILL."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress


class Tie:
    """A pipe of which the other process inherits one end. When the other end is closed, for which
    the death of this process is enough, Linux sends the signal that was chosen for that.

    Raises OSError where no descriptor is left. On other systems it does nothing.
    """

    def __init__(self) -> None:
        self._open: list[int] = []
        if sys.platform.startswith("linux"):
            self._open += os.pipe()

    @property
    def inherited(self) -> tuple[int, ...]:
        """What the other process must inherit (``pass_fds``)."""
        return tuple(self._open[:1])

    def hold(self, process: int) -> None:
        """Tie the process, once it has inherited its end."""
        if sys.platform.startswith("linux"):
            from fcntl import F_GETFL, F_SETFL, F_SETOWN, F_SETSIG, fcntl

            reading = self._open.pop(0)
            try:
                fcntl(reading, F_SETOWN, process)
                fcntl(reading, F_SETSIG, signal.SIGKILL)
                fcntl(reading, F_SETFL, fcntl(reading, F_GETFL) | os.O_ASYNC)
            except OSError:  # it is gone already, or a sandbox forbids it
                pass
            finally:
                os.close(reading)

    def close(self) -> None:
        """Let go; a process that is tied and still runs is ended."""
        while self._open:
            with suppress(OSError):
                os.close(self._open.pop())
