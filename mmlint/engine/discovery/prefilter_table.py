"""What each file of a project says at a glance: by its name, and by the needles in it.

Both make one number, kept between runs, and most files have one of a few numbers. So whatever is
decided by it is decided once for all files that have the same.
"""

from __future__ import annotations

from array import array
from collections.abc import Container, Iterator
from typing import Final

import msgspec

from mmlint.engine.discovery.file_stamps import NUMBER, FileStampCache, Kept
from mmlint.files.kinds import is_test, language, skipped
from mmlint.model.facts import Language
from mmlint.project.modules.manifests import decides
from mmlint.project.platforms.project_config import MANIFESTS
from mmlint.sdk.bundlers import CONFIGURATION

_SETTINGS: Final = frozenset(MANIFESTS)
_BITS: Final = 16
UNKNOWN: Final = 1 << (_BITS - 1)
"""The flag of a file that was not looked at; all others are below it."""

CODE: Final = frozenset({"javascript", "typescript", "tsx", "python", "vue", "svelte", "astro"})
"""Languages of files that import each other."""


class Name(msgspec.Struct, frozen=True, array_like=True):
    """What a path says of its file. ``skipped``: why it is not looked at, if so. ``settings``:
    ``ProjectConfig`` reads it. ``deciding``: ``Resolution`` does. ``configures``: it configures a
    bundler."""

    language: Language | None
    skipped: str | None = None
    is_test: bool = False
    settings: bool = False
    deciding: bool = False
    configures: bool = False

    @property
    def counts(self) -> bool:
        """Whether a file of this name is looked at."""
        return self.skipped is None and (
            self.language is not None or self.settings or self.deciding
        )

    @property
    def imports(self) -> bool:
        """Whether a file of this name is parsed if it imports one that is."""
        return self.language in CODE and not self.is_test


def name_of(path: str) -> Name:
    """Return what a path says."""
    settings = path.rpartition("/")[2] in _SETTINGS
    configures = CONFIGURATION.search(path) is not None
    return Name(language(path), skipped(path), is_test(path), settings, decides(path), configures)


class PrefilterTable:
    """A number for each file that ``recall`` is about: what its name says, and the flags of what is
    in it, unless it was not looked at. A row is the number of a file in the list."""

    def __init__(self, recall: FileStampCache) -> None:
        self._recall = recall
        self._new = 0
        self._names: list[Name] = []
        self._index: dict[Name, int] = {}
        kept = recall.read()
        names = None if kept is None else _names(kept)
        if kept is None or names is None:
            self._column = array(NUMBER, map(self._unseen, recall.files))
            return
        self._names = names
        self._index = {name: index for index, name in enumerate(names)}
        self._column = kept.aligned()
        for row in kept.changed:
            if kept.before is not None and kept.before[row] < 0:
                self._column[row] = self._unseen(recall.files[row])
            else:
                self._column[row] = self._column[row] >> _BITS << _BITS | UNKNOWN

    def _unseen(self, path: str) -> int:
        name = name_of(path)
        index = self._index.setdefault(name, len(self._names))
        if index == len(self._names):
            self._names.append(name)
        return index << _BITS | UNKNOWN

    def name(self, row: int) -> Name:
        """Return what the name of the file says."""
        return self._names[self._column[row] >> _BITS]

    def flags(self, row: int) -> int | None:
        """Return the flags of what is in the file, if it was looked at."""
        return _flags(self._column[row])

    def saw(self, row: int, flags: int) -> None:
        """Note the flags of what is in the file."""
        self._column[row] = self._column[row] >> _BITS << _BITS | flags
        self._new += self._recall.stamps[row] != 0

    def unseen(self, but: Container[int | None]) -> list[int]:
        """Return the rows of all files, without those in ``but``, that count by their names and
        were not looked at."""
        numbers = {
            number
            for number in set(self._column)
            if number & UNKNOWN and self._names[number >> _BITS].counts
        }
        if not numbers:
            return []
        every = enumerate(self._column)
        return [row for row, number in every if number in numbers and row not in but]

    def piles(self, but: Container[int | None]) -> Iterator[tuple[Name, int | None, list[int]]]:
        """Yield the rows of all files, without those in ``but``, that say the same by their names
        and have the same flags, or were not looked at."""
        piles: dict[int, list[int]] = {number: [] for number in set(self._column)}
        for row, number in enumerate(self._column):
            if row not in but:
                piles[number].append(row)
        for number in sorted(piles):
            yield self._names[number >> _BITS], _flags(number), piles[number]

    def save(self) -> None:
        """Keep what was seen for the next run."""
        self._recall.write(self._column, msgspec.msgpack.encode(self._names), self._new)
        self._new = 0


def _names(kept: Kept) -> list[Name] | None:
    """Return the names that the numbers speak of, if there is one for each of them."""
    try:
        names = msgspec.msgpack.decode(kept.rest, type=list[Name])
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    return names if max(kept.numbers) >> _BITS < len(names) else None


def _flags(number: int) -> int | None:
    return None if number & UNKNOWN else number & (UNKNOWN - 1)
