"""What was seen in files at a glance, kept between runs: a file that did not change is not read.

A file is known by its path and its stamp (``files.listing``): when it was changed, and its size.
Not by git's hash of it: what git calls unchanged need not be (assume-unchanged, filters), asking
git may run filters that the repository names, and files that are not tracked have no hash.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final, Generic, TypeVar

import msgspec

from mmlint import __version__
from mmlint.engine.cache import Cache
from mmlint.files.needles import Needle

T = TypeVar("T")

FEW: Final = 64
"""So many files are looked at again sooner than everything is written anew."""

_DECIDING: Final = (
    *("files/imports.py", "files/kinds.py", "engine/sifting.py", "files/needles.py"),
    *("project/surroundings.py", "project/resolution.py"),
)
"""The sources that decide what is seen."""


class _Entry(msgspec.Struct, Generic[T], array_like=True):
    """``stamps``: path to stamp of every file that was seen. ``seen``: those that hold anything."""

    about: str
    stamps: dict[str, int] = {}
    seen: dict[str, T] = {}


class Recall(Generic[T]):
    """One kind of thing that is remembered of files. ``nothing``: what most of them hold.

    ``about``: a hash of all that decides what is seen. Nothing is read before the first question.
    """

    def __init__(self, cache: Cache | None, kind: str, root: Path, about: str, nothing: T) -> None:
        self._cache = cache
        self._kind = kind
        self._key = _hash(os.fspath(root))
        self._about = about
        self._nothing = nothing
        self._type = type(nothing)
        self._entry: _Entry[T] | None = None
        self._new = 0

    def find(self, path: str, stamp: int) -> T | None:
        """Return what was seen in the file when it had this stamp, or None."""
        entry = self._entry or self._read()
        if not stamp or entry.stamps.get(path) != stamp:
            return None
        return entry.seen.get(path, self._nothing)

    def keep(self, path: str, stamp: int, seen: T) -> bool:
        """Remember what is in the file while it has this stamp; return whether that is possible."""
        if self._cache is None or not stamp:
            return False
        entry = self._entry or self._read()
        entry.stamps[path] = stamp
        entry.seen.pop(path, None)
        if seen != self._nothing:
            entry.seen[path] = seen
        self._new += 1
        return True

    def save(self, files: Iterable[str]) -> None:
        """Write down what is new; of other files than these nothing is remembered."""
        entry = self._entry
        if self._cache is None or entry is None or not self._new:
            return
        if len(entry.stamps) > self._new <= FEW:
            return
        gone = entry.stamps.keys() - files
        for path in gone:
            del entry.stamps[path]
            entry.seen.pop(path, None)
        try:
            data = msgspec.msgpack.encode(entry)
        except UnicodeEncodeError:  # a name of odd bytes: such a project is read each time
            return
        self._cache.write(self._kind, self._key, _sum(data) + data)
        self._new = 0

    def release(self, files: Iterable[str]) -> None:
        """Save, and hold in memory no more than could not be written; the rest is read again if
        anybody asks."""
        self.save(files)
        if not self._new:
            self._entry = None

    def _read(self) -> _Entry[T]:
        self._entry = _Entry(self._about)
        data = self._cache.read(self._kind, self._key) if self._cache else None
        if data is not None and data[:4] == _sum(data[4:]):
            try:
                found = msgspec.msgpack.decode(data[4:], type=_Entry[self._type])  # type: ignore[name-defined]
            except (msgspec.DecodeError, UnicodeError, RecursionError):
                return self._entry
            if found.about == self._about:
                self._entry = found
        return self._entry


def about(table: Iterable[Needle]) -> str:
    """Return a hash of this mmlint, and of the needles that it looks for."""
    package = Path(__file__).parent.parent
    sources: list[str | bytes] = []
    with suppress(OSError):  # packed in an archive: the version has to do
        sources += [(package / name).read_bytes() for name in _DECIDING]
    words = (f"{flag} ".encode() + text for text, flag, *_ in table)
    return _hash(__version__, *sources, *words)


def _sum(data: bytes) -> bytes:
    """Four bytes that tell an entry from one that the disk has damaged."""
    from zlib import crc32

    return crc32(data).to_bytes(4, "little")


def _hash(*parts: str | bytes) -> str:
    from hashlib import blake2b

    found = blake2b(digest_size=16)
    for part in parts:
        data = part if isinstance(part, bytes) else os.fsencode(part)
        found.update(len(data).to_bytes(8, "little") + data)
    return found.hexdigest()
