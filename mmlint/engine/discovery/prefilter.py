"""Sorts the files of a project by what their names and bytes say, before any is parsed."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Final

from mmlint.engine.cache import Cache
from mmlint.engine.discovery.file_stamps import FileStampCache, about
from mmlint.engine.discovery.import_index import Imports, gathered
from mmlint.engine.discovery.prefilter_table import PrefilterTable, name_of
from mmlint.files.imports import import_lines
from mmlint.files.needles import (
    CALLS,
    FREE,
    NAMES_KEY,
    SPREADS,
    Needle,
    Needles,
    asked,
    exact,
    needles,
)
from mmlint.files.reading import Reader, Unreadable
from mmlint.model.facts import Language
from mmlint.project.platforms.project_config import (
    ADAPTERS,
    LISTENING,
    MANIFESTS,
    STACKS,
    listens,
    wraps,
)

LISTENS: Final = FREE
"""Flag of a file of which ``project_config.listens`` says so."""
WRAPS: Final = FREE * 2
"""Flag of a file of which ``project_config.wraps`` says so."""
STACKED: Final = FREE * 4
"""Flag of a file that holds one of ``project_config.STACKS``."""
BINARY: Final = FREE * 8
"""Flag of a file that holds a zero byte."""


def needle_table(modules: Iterable[str] = (), prefixes: Iterable[str] = ()) -> list[Needle]:
    """Return all that files are searched for. ``modules``, ``prefixes``: the configured Python SDK
    modules and public environment prefixes."""
    return [
        *needles(modules, prefixes),
        *(Needle(one, LISTENS, beside=_listens) for one in LISTENING),
        *(Needle(one, WRAPS, beside=_wraps) for one in ADAPTERS),
        *(exact(one, STACKED) for one in STACKS),
    ]


def _listens(data: bytes, _: bytes) -> bool:
    return listens(data)


def _wraps(data: bytes, _: bytes) -> bool:
    return wraps(data)


class Prefilter:
    """Knows what the files of one project hold, and reads each no more often than it must.

    ``files``, ``stamps``: as in a ``Listing``; a row is the number of a file in there. ``table``:
    what is searched for. ``cache``: where it is remembered what was seen.
    """

    def __init__(
        self,
        root: Path,
        files: Sequence[str],
        stamps: array[int],
        table: list[Needle],
        cache: Cache | None = None,
    ) -> None:
        self._reader = Reader(root)
        self.files = files
        self._stamps = stamps
        self._table = table
        self._needles: dict[int, Needles] = {}
        known = about(table, MANIFESTS) if cache is not None else ""
        self._imports = FileStampCache(cache, "imports", root, known, files, stamps)
        self._seen = FileStampCache(cache, "seen", root, known, files, stamps)
        self._odd: dict[str, Unreadable] = {}
        self._ready: dict[int, bytes] = {}
        self._sends = False
        self._last: tuple[str, bytes] = ("", b"")

    @cached_property
    def glances(self) -> PrefilterTable:
        """What is known of the files at a glance."""
        return PrefilterTable(self._seen)

    def row(self, path: str) -> int | None:
        """Return the row of a file, if it is one of the project's."""
        row = bisect_left(self.files, path)
        return row if row < len(self.files) and self.files[row] == path else None

    def flags_of(self, data: bytes, kind: Language | None) -> int:
        """Return the flags of a file with these bytes, as far as they matter in this language: most
        kinds of files are searched for a few needles only, which is much quicker."""
        flags = asked(kind)
        search = self._needles.get(flags)
        if search is None:
            search = Needles(one for one in self._table if one.flag & flags)
            self._needles[flags] = search
        return search.flags(data) | (BINARY if b"\0" in data else 0)

    def flags(self, row: int) -> int | Unreadable:
        """Return the flags of a file."""
        known = self.glances.flags(row)
        return self._look(row) if known is None else known

    def tells(self, words: Iterable[str]) -> bool:
        """Whether each of ``words`` says for itself that it may name a key, so that no file holds
        one as a word of which ``may_name_keys`` is false."""
        return all(self.flags_of(word.encode(), "typescript") & NAMES_KEY for word in words)

    def may_name_keys(self, path: str) -> bool:
        """Whether the file may say a name that says for itself that it holds a key."""
        row = self.row(path)
        if row is None or not asked(self.glances.name(row).language) & NAMES_KEY:
            return True
        flags = self.flags(row)
        return isinstance(flags, int) and bool(flags & NAMES_KEY)

    def imports(self, overlay: Mapping[str, bytes]) -> Imports:
        """Return what the project's code imports, with ``overlay`` (path to bytes) in place of its
        files; nothing of what cannot be read."""

        def lines(row: int) -> bytes | None:
            return None if self.files[row] in overlay else self._lines(row)

        code = {path: name_of(path) for path in overlay}
        return gathered(self._imports, lambda row: self.glances.name(row).imports, lines).but(
            {
                path: import_lines(overlay[path], name.language == "python")
                if name.imports
                else b""
                for path, name in code.items()
            }
        )

    def _lines(self, row: int) -> bytes | None:
        """Return the import lines of a file, None if it cannot be read."""
        if row in self._ready:
            return self._ready.pop(row)
        if self.glances.flags(row) is None:
            return None
        data = self.read(self.files[row])
        python = self.glances.name(row).language == "python"
        return None if isinstance(data, Unreadable) else import_lines(data, python)

    def _look(self, row: int) -> int | Unreadable:
        """Read the file and return its flags. Once there is code that may send, what other code
        imports is going to be asked for, and is taken down while its bytes are at hand."""
        data = self.read(self.files[row])
        if isinstance(data, Unreadable):
            return data
        name = self.glances.name(row)
        flags = self.flags_of(data, name.language)
        self.glances.saw(row, flags)
        if (self._sends or flags & (SPREADS | CALLS)) and name.imports:
            self._sends = True
            self._ready[row] = import_lines(data, name.language == "python")
        return flags

    def read(self, path: str) -> bytes | Unreadable:
        """Return the bytes of the file."""
        if self._last[0] == path:
            return self._last[1]
        if path in self._odd:
            return self._odd[path]
        data = self._reader.read(path)
        if isinstance(data, Unreadable):
            self._odd[path] = data
        else:
            self._last = (path, data)
        return data

    def close(self) -> None:
        """Let go of the folders and the bytes; what was seen in the files stays known."""
        self._reader.close()
        self._last = ("", b"")
        self._ready.clear()

    def save(self) -> None:
        """Remember for the next run what was seen."""
        if "glances" in self.__dict__:
            self.glances.save()
