"""Reads regular files and nothing else, for a FIFO or a device would be waited for without end."""

from __future__ import annotations

import errno
import os
import stat
from typing import Final

IRREGULAR: Final = "not a regular file"
TOO_LARGE: Final = "too large"

OPENING: Final = (
    os.O_RDONLY
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_NOCTTY", 0)
    # Opening a FIFO waits for its writer otherwise.
    | getattr(os, "O_NONBLOCK", 0)
)
"""Flags to open anything for reading without waiting for it."""


class Refused(OSError):
    """A file that is not read for what it is: ``reason`` is ``IRREGULAR`` or ``TOO_LARGE``."""

    def __init__(self, number: int, reason: str) -> None:
        super().__init__(number, reason)
        self.reason = reason


def read_regular(path: str | os.PathLike[str], limit: int) -> bytes:
    """Return the bytes of the file at ``path``, at most ``limit`` of them; links are followed.

    Raises OSError, and Refused for what is no regular file or larger than that.
    """
    descriptor = os.open(path, OPENING)
    try:
        return content(descriptor, limit)
    finally:
        os.close(descriptor)


def content(descriptor: int, limit: int, start: bytes = b"") -> bytes:
    """Return ``start``, which was read already, and the rest of an open file.

    Raises what ``read_regular`` does.
    """
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise Refused(errno.EINVAL, IRREGULAR)
    if status.st_size > limit:
        raise Refused(errno.EFBIG, TOO_LARGE)
    chunks = [start] if start else []  # one alone is handed on as it is
    left = limit + 1 - len(start)
    while left > 0 and (chunk := os.read(descriptor, min(left, max(status.st_size + 1, 4096)))):
        chunks.append(chunk)
        left -= len(chunk)
    if left <= 0:  # it has grown since it was asked for its size
        raise Refused(errno.EFBIG, TOO_LARGE)
    return b"".join(chunks)
