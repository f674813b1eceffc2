"""The folder in which mmlint keeps, between runs, what it worked out: safe to use, never needed.

What is in it may be old, damaged or another program's, and writing may fail at any time: nothing
here raises, and a run without the folder says the same, later.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from mmlint.files.reading import Unreadable, read
from mmlint.files.temporary import Temporary, is_temporary, remove_abandoned
from mmlint.model.regex import regex

MAX_BYTES: Final = 512 * 1024**2
"""What is kept in all; beyond it, the entries that were unused for longest go."""

MAX_ENTRY: Final = 128 * 1024**2
"""Bytes. A larger entry is neither written nor read."""

MAX_AGE: Final = 60 * 86400
"""Seconds. An entry that was unused for so long goes at the next tidying."""

_TAG: Final = b"""Signature: 8a477f597d28d172789f06886806bc55
# This file is a cache directory tag created by mmlint.
# For information about cache directory tags, see https://bford.info/cachedir/
"""
_IGNORED: Final = b"# Made by mmlint.\n*\n"

_ENTRY = regex(r"[a-z]+-[0-9a-f]{16,64}")
_OURS = frozenset({"CACHEDIR.TAG", ".gitignore"})

_DAY: Final = 86400


def usual_folder() -> Path | None:
    """Return where this platform keeps what can be made again, None where it has no such place.

    The rule is that of platformdirs, whose import alone takes as long as a small run:
    https://specifications.freedesktop.org/basedir-spec/latest/ and the vendors' guidelines.
    """
    if os.path.isabs(chosen := os.environ.get("XDG_CACHE_HOME", "")):
        return Path(chosen, "mmlint")
    home = os.path.expanduser("~")
    if not os.path.isabs(home):
        return None
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA") or os.path.join(home, "AppData", "Local")
        return Path(local, "mmlint", "Cache")
    if sys.platform == "darwin":
        return Path(home, "Library", "Caches", "mmlint")
    return Path(home, ".cache", "mmlint")


class Cache:
    """A folder of entries, each a file of its own: ``kind`` is a word, ``key`` a hash in hex.

    The folder is made by the first entry. One that holds other files is left alone.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, kind: str, key: str) -> bytes | None:
        """Return an entry's bytes as they were written, or not: the reader must check them."""
        name = _name(kind, key)
        data = read(self.folder, name, limit=MAX_ENTRY)
        if isinstance(data, Unreadable):
            return None
        self._used(name)
        return data

    def write(self, kind: str, key: str, data: bytes | bytearray) -> bool:
        """Put an entry in place in one step; return whether that worked."""
        if len(data) > MAX_ENTRY or not self.usable():
            return False
        try:
            self._prepare()
            self._write(_name(kind, key), data)
        except OSError:  # a full disk, a read-only home: the next run works it out again
            return False
        return True

    def usable(self) -> bool:
        """Whether the folder is mmlint's, or is free to become so."""
        try:
            names = os.listdir(self.folder)
        except FileNotFoundError:
            return True
        except OSError:
            return False
        # Temporary files alone: another mmlint is making the folder at this moment.
        return self._is_tagged() or all(map(is_temporary, names))

    def recover(self) -> None:
        """Remove what runs that were killed have left half written."""
        if self._is_tagged():
            remove_abandoned(os.fspath(self.folder))

    def tidy(self) -> None:
        """Take out what is old, and the least used until the rest is within bounds."""
        if not self._is_tagged():
            return
        now = time.time()
        entries: list[tuple[float, int, str]] = []
        with suppress(OSError), os.scandir(self.folder) as found:
            for one in found:
                with suppress(OSError):
                    status = one.stat(follow_symlinks=False)
                    if _ENTRY.fullmatch(one.name):
                        entries.append((status.st_mtime, status.st_size, one.name))
        total = 0
        for used, size, name in sorted(entries, reverse=True):
            total += size
            if total > MAX_BYTES or now - used > MAX_AGE:
                with suppress(OSError):
                    os.unlink(self.folder / name)

    def clean(self) -> int:
        """Remove everything of mmlint's, and the folder if nothing else is in it; return how many
        entries there were. Raises OSError for what cannot be removed."""
        if not self._is_tagged():
            return 0
        names = [name for name in os.listdir(self.folder) if _is_ours(name)]
        # The tag goes last: what a broken clean leaves behind is still known to be ours.
        for name in sorted(names, key=lambda name: name in _OURS):
            with suppress(FileNotFoundError):
                os.unlink(self.folder / name)
        with suppress(OSError):
            os.rmdir(self.folder)
        return sum(bool(_ENTRY.fullmatch(name)) for name in names)

    # --- parts -----------------------------------------------------------------------------------

    def _is_tagged(self) -> bool:
        return read(self.folder, "CACHEDIR.TAG", limit=len(_TAG)) == _TAG

    def _prepare(self) -> None:
        if self._is_tagged():
            return
        # What is known of private code is as private as the code.
        os.makedirs(self.folder, mode=0o700, exist_ok=True)
        self._write("CACHEDIR.TAG", _TAG)
        self._write(".gitignore", _IGNORED)

    def _write(self, name: str, data: bytes | bytearray) -> None:
        """Write a file beside its place, then move it there: no reader sees half of it."""
        temporary = Temporary(os.fspath(self.folder), data)
        try:
            temporary.move(os.fspath(self.folder / name))
        finally:
            temporary.close()

    def _used(self, name: str) -> None:
        """Note that an entry is in use, once a day."""
        with suppress(OSError):
            path = self.folder / name
            if time.time() - os.stat(path).st_mtime > _DAY:
                os.utime(path)


def _name(kind: str, key: str) -> str:
    name = f"{kind}-{key}"
    if not _ENTRY.fullmatch(name):
        raise ValueError(f"{name}: is no entry's name; expected a word and a hash in hex")
    return name


def _is_ours(name: str) -> bool:
    return name in _OURS or bool(_ENTRY.fullmatch(name) or is_temporary(name))
