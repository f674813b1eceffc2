"""What was seen in files at a glance, kept between runs: a file that did not change is not read.

A file is known by its path and its stamp (``files.listing``): when it was changed, and its size.
Not by git's hash of it: what git calls unchanged need not be (assume-unchanged, filters), asking
git may run filters that the repository names, and files that are not tracked have no hash.

What is kept of a project are columns beside the sorted list of its files: a stamp each, a number
each, and something that the numbers speak of. While the list stays what it was, nothing has to be
done for a single file to know them all.
"""

from __future__ import annotations

import os
import sys
from array import array
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from mmlint import __version__
from mmlint.engine.cache import Cache
from mmlint.files.listing import STAMP
from mmlint.files.needles import Needle

FEW: Final = 64
"""So many files are looked at again sooner than everything is written anew."""

NUMBER: Final = "I"
"""The type of a kept number in an ``array``."""

_DECIDING: Final = (
    *("files/imports.py", "files/kinds.py", "files/needles.py", "files/listing.py"),
    *("engine/discovery/prefilter.py", "engine/discovery/prefilter_table.py"),
    *("files/reading.py", "model/encoding.py"),
    *("sdk/bundlers.py", "sdk/keys.py", "sdk/surface.py"),
    *(
        "project/platforms/project_config.py",
        "project/modules/resolution.py",
        "project/modules/manifests.py",
    ),
)
"""The sources that decide what is seen, beside the platforms' own."""


class _Entry(msgspec.Struct, array_like=True):
    """``paths``: of all files, a zero byte between them. ``stamps``, ``numbers``: the columns."""

    about: str
    paths: memoryview
    stamps: memoryview
    numbers: memoryview
    rest: memoryview


class Kept(msgspec.Struct, frozen=True):
    """What earlier runs kept of the files of this one.

    ``numbers``: one for each file of then. ``rest``: what was kept beside them. ``changed``: in
    order, the rows (numbers of files) of now about which nothing is known. ``before``: the row that
    each file had then, -1 where there was none; None: all have the one they had.
    """

    numbers: array[int]
    rest: bytes
    changed: list[int]
    before: list[int] | None = None

    def aligned(self) -> array[int]:
        """Return the number of each file of now; any number for those that are new."""
        if self.before is None:
            return self.numbers
        return array(NUMBER, map(self.numbers.__getitem__, self.before))


class FileStampCache:
    """One kind of thing that is remembered of ``files`` (sorted), which have these ``stamps``.

    ``about``: a hash of all that decides what is seen.
    """

    def __init__(
        self,
        cache: Cache | None,
        kind: str,
        root: Path,
        about: str,
        files: Sequence[str],
        stamps: array[int],
    ) -> None:
        self._cache = cache
        self._kind = kind
        self._key = _hash(os.fspath(root))
        self._about = about
        self.files = files
        self.stamps = stamps
        self._known = 0

    def read(self) -> Kept | None:
        """Return what was kept, or None where there is nothing to go by."""
        entry = self._entry()
        if entry is None or not self.files:
            return None
        stamps, numbers = array(STAMP), array(NUMBER)
        try:
            stamps.frombytes(entry.stamps)
            numbers.frombytes(entry.numbers)
        except ValueError:
            return None
        paths, before = bytes(entry.paths), None
        if paths != self._paths():
            names = os.fsdecode(paths).split("\0")
            if not len(names) == len(stamps) == len(numbers):
                return None
            rows = dict(zip(names, range(len(names)), strict=True))
            before = [rows.get(path, -1) for path in self.files]
            stamps = array(STAMP, [stamps[row] if row >= 0 else 0 for row in before])
        elif not len(stamps) == len(numbers) == len(self.files):
            return None
        changed = []
        if stamps != self.stamps or 0 in stamps:
            both = enumerate(zip(stamps, self.stamps, strict=True))
            changed = [row for row, (then, now) in both if then != now or not now]
        self._known = len(self.files) - len(changed)
        return Kept(numbers, bytes(entry.rest), changed, before)

    def write(
        self, numbers: array[int], rest: bytes, new: int, unknown: Iterable[int] = ()
    ) -> None:
        """Keep a number of each file and what they speak of, if enough of it is ``new``: so many
        files were looked at. ``unknown``: the rows about which it says nothing."""
        if self._cache is None or not new or (self._known and new <= FEW):
            return
        stamps = self.stamps[:]
        for row in unknown:
            stamps[row] = 0
        if _spells_a_key(self._paths()) or _spells_a_key(rest):
            return
        columns = [self._paths(), stamps.tobytes(), numbers.tobytes(), rest]
        entry = _Entry(self._about, *(memoryview(one) for one in columns))
        data = bytearray(_SUM)
        msgspec.msgpack.Encoder().encode_into(entry, data, len(_SUM))
        data[: len(_SUM)] = _sum(memoryview(data)[len(_SUM) :])
        self._cache.write(self._kind, self._key, data)

    def _paths(self) -> bytes:
        return os.fsencode("\0".join(self.files))

    def _entry(self) -> _Entry | None:
        data = self._cache.read(self._kind, self._key) if self._cache else None
        if data is None:
            return None
        rest = memoryview(data)[len(_SUM) :]
        if data[: len(_SUM)] != _sum(rest):
            return None
        try:
            found = msgspec.msgpack.decode(rest, type=_Entry)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            return None
        return found if found.about == self._about else None


def about(table: Iterable[Needle], names: Iterable[str]) -> str:
    """Return a hash of this mmlint, of the needles that it looks for, and of ``names`` that decide
    what a file is."""
    package = Path(__file__).parents[2]
    sources: list[str | bytes] = []
    with suppress(OSError):  # packed in an archive: the version has to do
        sources += [(package / name).read_bytes() for name in _DECIDING]
        for path in sorted((package / "frameworks").glob("*.py")):
            sources.append(path.read_bytes())
    words = (f"{flag} ".encode() + text for text, flag, *_ in table)
    return _hash(__version__, sys.byteorder, *sources, *words, *names)


def _spells_a_key(data: bytes) -> bool:
    """Whether the name of a file, or of what is imported, holds a key: no secret is kept."""
    from mmlint.report.masking import mask_path

    text = data.decode("utf-8", "replace")
    return mask_path(text) != text


_SUM: Final = bytes(4)


def _sum(data: memoryview) -> bytes:
    """Four bytes that tell an entry from one that the disk has damaged."""
    from zlib import crc32

    return crc32(data).to_bytes(len(_SUM), "little")


def _hash(*parts: str | bytes) -> str:
    from mmlint.model.digest import blake2b

    found = blake2b(digest_size=16)
    for part in parts:
        data = part if isinstance(part, bytes) else os.fsencode(part)
        found.update(len(data).to_bytes(8, "little") + data)
    return found.hexdigest()
