"""The installed command, also as ``python -m mmlint``: what holds before anything is loaded."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from typing import NoReturn

INTERRUPTED = 130
"""The exit code of a program that Ctrl-C ended, as shells have it."""


def script() -> NoReturn:
    """Run mmlint. An interrupt ends it from the first import on, whatever it is at: an exception
    could be lost in a callback, or be shown as a traceback."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # else the caller ignores it
        process = os.getpid()
        signal.signal(signal.SIGINT, lambda *_: _interrupted(process))
    from mmlint.cli import script

    script()


def _interrupted(process: int) -> NoReturn:
    """End at once. Workers end with this process, and what it leaves is removed by the next run."""
    if os.getpid() == process:  # else it is a worker that has just begun
        line = b"\n" if os.isatty(2) else b""  # the terminal shows ^C, perhaps behind a count
        with suppress(OSError):
            os.write(2, line + b"mmlint: interrupted\n")
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    sys.exit(script())
