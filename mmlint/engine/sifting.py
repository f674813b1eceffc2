"""Sorts the files of a project by what their names and bytes say, before any is parsed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from mmlint.engine.cache import Cache
from mmlint.engine.recall import Recall, about
from mmlint.files.imports import import_lines
from mmlint.files.needles import FREE, Needle, Needles, exact, needles
from mmlint.files.reading import Reader, Unreadable
from mmlint.project.surroundings import ADAPTERS, LISTENING, STACKS, listens, wraps

LISTENS: Final = FREE
"""Flag of a file of which ``surroundings.listens`` says so."""
WRAPS: Final = FREE * 2
"""Flag of a file of which ``surroundings.wraps`` says so."""
STACKED: Final = FREE * 4
"""Flag of a file that holds one of ``surroundings.STACKS``."""
BINARY: Final = FREE * 8
"""Flag of a file that holds a zero byte."""


def needle_table(modules: Iterable[str] = (), prefixes: Iterable[str] = ()) -> list[Needle]:
    """Return all that files are searched for. ``modules``, ``prefixes``: the configured Python SDK
    modules and public environment prefixes."""
    return [
        *needles(modules, prefixes),
        *(Needle(one, LISTENS, lambda data, *_: listens(data)) for one in LISTENING),
        *(Needle(one, WRAPS, lambda data, *_: wraps(data)) for one in ADAPTERS),
        *(exact(one, STACKED) for one in STACKS),
    ]


class Sieve:
    """Knows what the files of one project hold, and reads each no more often than it must.

    ``stamps``: path to stamp, as in a ``Listing``. ``table``: what is searched for. ``cache``:
    where it is remembered what was seen.
    """

    def __init__(
        self,
        root: Path,
        stamps: Mapping[str, int],
        table: list[Needle],
        cache: Cache | None = None,
    ) -> None:
        self._reader = Reader(root)
        self._stamps = stamps
        self._needles = Needles(table)
        known = about(table) if cache is not None else ""
        self._flags = Recall(cache, "seen", root, known, 0)
        self._lines = Recall(cache, "imports", root, known, b"")
        self._odd: dict[str, Unreadable] = {}
        self._now: dict[str, int] = {}
        self._last: tuple[str, bytes] = ("", b"")

    def flags_of(self, data: bytes) -> int:
        """Return the flags of a file with these bytes."""
        return self._needles.flags(data) | (BINARY if b"\0" in data else 0)

    def flags(self, path: str) -> int | Unreadable:
        """Return the flags of the file at ``path``."""
        known = self._now.get(path)
        if known is None:
            known = self._flags.find(path, self._stamps.get(path, 0))
        if known is None:
            data = self.read(path)
            if isinstance(data, Unreadable):
                return data
            known = self.flags_of(data)
            self._flags.keep(path, self._stamps.get(path, 0), known)
            self._now[path] = known
        return known

    def lines(self, path: str, python: bool) -> bytes:
        """Return what the file imports, as ``import_lines`` does; nothing if it cannot be read."""
        stamp = self._stamps.get(path, 0)
        known = self._lines.find(path, stamp)
        if known is None:
            data = self.read(path)
            known = b"" if isinstance(data, Unreadable) else import_lines(data, python)
            self._lines.keep(path, stamp, known)
        return known

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
        """Let go of the folders and the bytes; what was seen stays known."""
        self._reader.close()
        self._last = ("", b"")

    def save(self) -> None:
        """Remember for the next run what was seen."""
        self._flags.save(self._stamps.keys())
        self._lines.save(self._stamps.keys())
