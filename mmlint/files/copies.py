"""Copies of this process that work out an answer while it goes on itself."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from threading import active_count
from typing import NoReturn


class Copy:
    """A copy that does ``work``, which returns the answer. Raises OSError where no process or
    descriptor is left.

    Forks, so ask ``may_fork`` first. A copy that fails or dies has no answer. Either ``answer`` or
    ``stop`` is to be called, once.
    """

    def __init__(self, work: Callable[[], bytes]) -> None:
        self._answer, writing = os.pipe()
        try:
            self._process = os.fork()
        except BaseException:
            os.close(self._answer)
            os.close(writing)
            raise
        if self._process == 0:
            _work(work, writing)
        os.close(writing)

    def answer(self) -> bytes | None:
        """Wait for the answer. Who is interrupted while waiting has ended the copy too."""
        try:
            with open(self._answer, "rb") as answer:
                data = answer.read()
        except BaseException:
            self._end()
            raise
        return data if self._bury() else None

    def is_ready(self) -> bool:
        """Whether the answer need not be waited for."""
        from select import select

        return bool(select([self._answer], [], [], 0)[0])

    def stop(self) -> None:
        """End the copy, whose answer nobody needs."""
        os.close(self._answer)
        self._end()

    def _end(self) -> None:
        with suppress(OSError):
            os.kill(self._process, signal.SIGTERM)
        self._bury()

    def _bury(self) -> bool:
        """Whether the copy came to its end."""
        try:
            return os.waitpid(self._process, 0)[1] == 0
        except ChildProcessError:  # somebody else has waited for it
            return False


def _work(work: Callable[[], bytes], writing: int) -> NoReturn:
    """Work, answer and end, without anything that this process would do at its end."""
    code = 1
    try:
        gc.disable()  # a search would have all that is shared copied
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, _leave)
        with open(writing, "wb") as answer:
            answer.write(work())
        code = 0
    finally:
        os._exit(code)


def _leave(*_: object) -> NoReturn:
    """So that whatever the copy has begun is ended too."""
    sys.exit(1)


def forks() -> bool:
    """Whether a process may begin as a copy of this one, ready at once; with threads about, none
    may be copied."""
    return sys.platform.startswith("linux") and active_count() == 1


def may_have_children() -> bool:
    """Whether this process may start others; the workers of somebody else's pool may not."""
    process = sys.modules.get("multiprocessing.process")
    return process is None or not process.current_process().daemon


def may_fork() -> bool:
    """Whether this process may be copied, as it is."""
    return forks() and may_have_children()
