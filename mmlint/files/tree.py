"""Reaches the files below a folder without ever following a link.

Where the system can open things relative to an open folder, a path is walked one folder at a time
and neighbours share the walk; so no folder can be exchanged for a link in between.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import repeat
from typing import Final

from mmlint.model.regular import OPENING

DEEPEST: Final = 64
"""Folders that are held open at once; what lies deeper is reached by its whole path."""

FILE_FLAGS: Final = OPENING | getattr(os, "O_NOFOLLOW", 0)
_FOLDER_FLAGS = FILE_FLAGS | getattr(os, "O_DIRECTORY", 0)
_NO_NAMES = frozenset({"", ".", ".."})
_RELATIVE = {os.open, os.stat} <= os.supports_dir_fd and hasattr(os, "O_DIRECTORY")


class Tree:
    """The files below ``root`` (absolute, without links); paths are relative to it, with ``/``.

    Quick where a path's neighbours are asked for one after the other. Close it after use.
    """

    def __init__(self, root: str) -> None:
        self._root = root
        self._names: list[str] = []
        self._open: list[int] = []
        self._folder: str | None = None
        self._refused: tuple[str, OSError] | None = None
        self._prefix = ""

    def status(self, path: str) -> os.stat_result:
        """Return what the system says of the entry itself, be it a link. Raises OSError."""
        descriptor, name = self._reach(path)
        return os.stat(name, dir_fd=descriptor, follow_symlinks=False)

    def look_at_once(self, folder: str, names: Sequence[str]) -> list[os.stat_result]:
        """Return what ``status`` does for each of ``names`` in ``folder``, in half the time of
        ``look``. Raises OSError if one of them cannot be looked at; the names ``.`` and ``..`` mean
        what they always do."""
        if folder != self._folder:
            self._enter(folder)
        descriptor, prefix = None if self._prefix else self._open[-1], self._prefix
        return [os.stat(prefix + name, dir_fd=descriptor, follow_symlinks=False) for name in names]

    def look(self, folder: str, names: Sequence[str]) -> Iterator[os.stat_result | OSError]:
        """Yield what ``status`` does for each of ``names`` in ``folder``, or raises."""
        try:
            if folder != self._folder:
                self._enter(folder)
        except OSError as error:
            yield from repeat(error, len(names))
            return
        descriptor = None if self._prefix else self._open[-1]
        for name in names:
            try:
                if name in _NO_NAMES:
                    raise IsADirectoryError(errno.EISDIR, "not a name", folder)
                yield os.stat(self._prefix + name, dir_fd=descriptor, follow_symlinks=False)
            except OSError as error:
                yield error

    def open(self, path: str) -> int:
        """Return a descriptor to read from, without waiting. Raises OSError, also for a link."""
        descriptor, name = self._reach(path)
        return os.open(name, FILE_FLAGS, dir_fd=descriptor)

    def close(self) -> None:
        """Let go of the folders; the next path opens them anew."""
        self._leave(0)
        self._folder = None

    def __enter__(self) -> Tree:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- folders ---------------------------------------------------------------------------------

    def _reach(self, path: str) -> tuple[int | None, str]:
        """The open folder of ``path`` and its name in it; or no folder, and its whole path."""
        folder, _, name = path.rpartition("/")
        if folder != self._folder:
            self._enter(folder)
        if name in _NO_NAMES:
            raise IsADirectoryError(errno.EISDIR, "not a name", path)
        if self._prefix:
            return None, self._prefix + name
        return self._open[-1], name

    def _enter(self, folder: str) -> None:
        if self._refused is not None and self._refused[0] == folder:
            raise self._refused[1]
        self._folder = None
        try:
            self._walk(folder.split("/") if folder else [])
        except OSError as error:
            self._refused = (folder, error)
            raise
        self._folder = folder

    def _walk(self, parts: list[str]) -> None:
        if not _RELATIVE or len(parts) > DEEPEST:
            whole = os.path.join(self._root, *parts)
            if any(part in _NO_NAMES for part in parts) or real_folder(whole) != whole:
                raise NotADirectoryError(errno.ENOTDIR, "not a folder", whole)
            self._prefix = os.path.join(whole, "")
            return
        self._prefix = ""
        shared = 0
        for one, other in zip(parts, self._names, strict=False):
            if one != other:
                break
            shared += 1
        self._leave(shared)
        if not self._open:
            self._open.append(os.open(self._root, _FOLDER_FLAGS))
        for part in parts[shared:]:
            if part in _NO_NAMES:
                raise NotADirectoryError(errno.ENOTDIR, "not a folder", part)
            self._open.append(os.open(part, _FOLDER_FLAGS, dir_fd=self._open[-1]))
            self._names.append(part)

    def _leave(self, depth: int) -> None:
        """Close all folders but the first ``depth`` below the root; at 0 the root as well."""
        while len(self._open) > (depth + 1 if depth else 0):
            os.close(self._open.pop())
        del self._names[depth:]


@lru_cache(maxsize=4096)
def real_folder(folder: str) -> str:
    """Return the folder without links in its path. Remembered, for most files have neighbours."""
    return os.path.realpath(folder)
