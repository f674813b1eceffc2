"""Reads a file once, whole, and only if it is an ordinary file of the project."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING, Final, NamedTuple

from mmlint.files.kinds import MAX_BYTES
from mmlint.files.tree import FILE_FLAGS, Tree, real_folder
from mmlint.model.encoding import decoded
from mmlint.model.regular import IRREGULAR, TOO_LARGE, Refused, content

if TYPE_CHECKING:
    from pathlib import Path

OUTSIDE: Final = "outside the project"
VANISHED: Final = "no longer there"


class Unreadable(NamedTuple):
    """Why there are no bytes. ``failed``: the file should have been readable (a permission, a
    broken disk), so that the run is incomplete; else it is only skipped."""

    reason: str
    failed: bool = False


_FIRST = 64 * 1024
"""Bytes that are asked for at first: nearly every source file is smaller."""


class Reader:
    """Reads many files of the project at ``root``, quick where neighbours follow each other."""

    def __init__(self, root: Path | str, *, limit: int = MAX_BYTES) -> None:
        self._root = real_folder(os.fspath(root))
        self._tree = Tree(self._root)
        self._limit = limit

    def read(self, path: str) -> bytes | Unreadable:
        """Return what ``read`` does; links and all that is odd are left to it."""
        try:
            descriptor = self._tree.open(path)
        except (OSError, ValueError):
            return read(self._root, path, limit=self._limit)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                return Unreadable(IRREGULAR)
            data = os.read(descriptor, _FIRST)
            if len(data) < _FIRST:
                return decoded(data) if len(data) <= self._limit else Unreadable(TOO_LARGE)
            return decoded(content(descriptor, self._limit, data))
        except Refused as refused:
            return Unreadable(refused.reason)
        except OSError as error:
            return Unreadable((error.strerror or "cannot be read").lower(), failed=True)
        finally:
            os.close(descriptor)

    def close(self) -> None:
        """Let go of the folders."""
        self._tree.close()


def read(root: Path | str, path: str, *, limit: int = MAX_BYTES) -> bytes | Unreadable:
    """Return the text of the file at ``path`` (relative to ``root``) in UTF-8, whatever encoding it
    is written in; of at most ``limit`` bytes.

    A link is followed as long as its target lies in the project. Never raises, and never waits:
    a FIFO or a device is no file.
    """
    try:
        return _read(os.fspath(root), path, limit)
    except FileNotFoundError:
        return Unreadable(VANISHED)
    except Refused as refused:
        return Unreadable(refused.reason)
    except (IsADirectoryError, NotADirectoryError):
        return Unreadable(IRREGULAR)
    except OSError as error:
        return Unreadable((error.strerror or "cannot be read").lower(), failed=True)
    except ValueError:
        return Unreadable("not a valid path", failed=True)


def _read(root: str, path: str, limit: int) -> bytes | Unreadable:
    inside = real_folder(root)
    folder, _, name = path.rpartition("/")
    target = os.path.join(real_folder(os.path.join(root, folder)), name)
    if name in ("", ".", "..") or os.path.islink(target):
        target = os.path.realpath(target)
    if not is_within(target, inside):
        return Unreadable(OUTSIDE)
    descriptor = _open(target)
    if descriptor is None:
        return Unreadable(IRREGULAR)
    try:
        return decoded(content(descriptor, limit))
    finally:
        os.close(descriptor)


def _open(target: str) -> int | None:
    """Return a descriptor, or None for what cannot be opened as a file: sockets, circular links."""
    try:
        return os.open(target, FILE_FLAGS)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO):
            return None
        raise


def is_within(path: str, folder: str) -> bool:
    """Whether ``path`` is ``folder`` or lies below it (both absolute and without links)."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)
