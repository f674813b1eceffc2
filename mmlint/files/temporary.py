"""Files that are written beside their place and then moved there, so that no reader sees a half.

A run that is killed leaves its temporary file behind. The next run knows it by its name, and that
its writer is gone by its lock, which the system lets go of when a process ends.
"""

from __future__ import annotations

import os
import signal
import stat
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from threading import current_thread, main_thread
from typing import Final

from mmlint.files.tree import FILE_FLAGS
from mmlint.model.regex import regex

MARK: Final = ".mmlint-"
"""What the name of every temporary file holds, to be asked first of many names."""

_NAME = regex(r"(?:.*/)?\.mmlint-[0-9a-f]{16}")

_ABANDONED: Final = 3600
"""Seconds after which a file counts as abandoned where the system has no such locks."""


def is_temporary(path: str) -> bool:
    """Whether a file of this name (with or without its folder) is a temporary one of mmlint's."""
    return _NAME.fullmatch(path) is not None


class Temporary:
    """A new file in ``folder`` that holds ``data``, which only its owner may read.

    Raises OSError. ``close`` is to be called in any case; it removes what was not moved.
    """

    def __init__(self, folder: str, data: bytes | bytearray, *, durable: bool = False) -> None:
        self.path = os.path.join(folder, MARK + os.urandom(8).hex())
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        self._file = open(os.open(self.path, flags, 0o600), "wb", buffering=0)  # noqa: SIM115
        try:
            _lock(self._file.fileno())
            left = memoryview(data)
            while left:
                left = left[self._file.write(left) or 0 :]
            if durable:
                os.fsync(self._file.fileno())
        except BaseException:
            self.close()
            raise

    def move(self, target: str) -> None:
        """Put the file in the place of ``target`` in one step. Raises OSError."""
        if os.name == "nt":  # what is open is not moved there
            self._file.close()
        os.replace(self.path, target)
        self.path = ""

    def close(self) -> None:
        """Let go of the file, and remove it if it was not moved."""
        self._file.close()
        if self.path:
            with suppress(OSError):
                os.unlink(self.path)


def remove_abandoned(folder: str, names: Iterable[str] | None = None) -> None:
    """Remove those of ``names`` in ``folder`` (paths below it; None: all that is in it) that a run
    of mmlint has left behind. What is in use, or cannot be removed, stays."""
    try:
        every = os.listdir(folder) if names is None else names
    except OSError:
        return
    for name in every:
        if MARK in name and is_temporary(name):
            path = os.path.join(folder, name)
            with suppress(OSError):
                if _is_abandoned(path):
                    os.unlink(path)


def _is_abandoned(path: str) -> bool:
    descriptor = os.open(path, FILE_FLAGS | os.O_RDWR)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return False
        if not _lock(descriptor):
            return time.time() - status.st_mtime > _ABANDONED
        return True
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> bool:
    """Lock a file for this process; return whether the system has such locks. Raises OSError where
    another process holds it."""
    if sys.platform != "win32":
        from fcntl import LOCK_EX, LOCK_NB, flock

        flock(descriptor, LOCK_EX | LOCK_NB)
        return True
    return False


@contextmanager
def undisturbed() -> Iterator[None]:
    """Put off the signals that ask this process to end, for as long as what must be done whole
    takes. Only the main thread can; elsewhere nothing is put off."""
    if current_thread() is not main_thread():
        yield
        return
    asked: list[int] = []
    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {
        number: signal.signal(number, lambda number, _: asked.append(number))
        for number in (getattr(signal, name) for name in names)
        if signal.getsignal(number) not in (signal.SIG_IGN, None)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for number in asked:
            signal.raise_signal(number)
