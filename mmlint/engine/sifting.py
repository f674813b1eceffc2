"""Sorts the files of a project by what their names and bytes say, before any is parsed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from mmlint.engine.ahead import FEWEST, Ahead, Seen
from mmlint.engine.cache import Cache
from mmlint.engine.recall import Recall, about
from mmlint.files.imports import import_lines
from mmlint.files.kinds import is_test, language
from mmlint.files.needles import (
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
from mmlint.project.surroundings import ADAPTERS, LISTENING, STACKS, listens, wraps

LISTENS: Final = FREE
"""Flag of a file of which ``surroundings.listens`` says so."""
WRAPS: Final = FREE * 2
"""Flag of a file of which ``surroundings.wraps`` says so."""
STACKED: Final = FREE * 4
"""Flag of a file that holds one of ``surroundings.STACKS``."""
BINARY: Final = FREE * 8
"""Flag of a file that holds a zero byte."""

CODE: Final = frozenset({"javascript", "typescript", "tsx", "python", "vue", "svelte", "astro"})
"""Languages of files that import each other."""


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
        self._table = table
        self._needles: dict[int, Needles] = {}
        known = about(table) if cache is not None else ""
        self._flags = Recall(cache, "seen", root, known, 0)
        self._lines = Recall(cache, "imports", root, known, b"")
        self._odd: dict[str, Unreadable] = {}
        self._now: dict[str, int] = {}
        self._ready: dict[str, bytes] = {}
        self._sends = False
        self._last: tuple[str, bytes] = ("", b"")
        self._ahead: Ahead | None = None

    def flags_of(self, data: bytes, kind: Language | None) -> int:
        """Return the flags of a file with these bytes, as far as they matter in this language: most
        kinds of files are searched for a few needles only, which is much quicker."""
        flags = asked(kind)
        search = self._needles.get(flags)
        if search is None:
            search = Needles(one for one in self._table if one.flag & flags)
            self._needles[flags] = search
        return search.flags(data) | (BINARY if b"\0" in data else 0)

    def share(self, paths: Sequence[str], processes: int) -> None:
        """Be told that the flags of ``paths`` (sorted) will be asked for in turn, and have so many
        processes look at them, this one included, if there is enough that is not known."""
        if processes < 2 or len(paths) < 2 * FEWEST:
            return
        new = [path for path in paths if self._known(path) is None]
        processes = min(processes, len(new) // FEWEST)
        if processes > 1:
            self._ahead = Ahead(new, processes, self._look_at)

    def flags(self, path: str) -> int | Unreadable:
        """Return the flags of the file at ``path``."""
        known = self._known(path)
        if known is None and self._ahead is not None:
            self._collect(path)
            known = self._known(path)
        return self._look(path) if known is None else known

    def tells(self, words: Iterable[str]) -> bool:
        """Whether each of ``words`` says for itself that it may name a key, so that no file holds
        one as a word of which ``may_name_keys`` is false."""
        return all(self.flags_of(word.encode(), "typescript") & NAMES_KEY for word in words)

    def may_name_keys(self, path: str) -> bool:
        """Whether the file may say a name that says for itself that it holds a key."""
        if not asked(language(path)) & NAMES_KEY:
            return True
        flags = self.flags(path)
        return isinstance(flags, int) and bool(flags & NAMES_KEY)

    def lines(self, path: str, python: bool) -> bytes:
        """Return what the file imports, as ``import_lines`` does; nothing if it cannot be read."""
        ready = self._ready.pop(path, None)
        stamp = self._stamps.get(path, 0)
        known = self._lines.find(path, stamp) if ready is None else ready
        if known is None:
            data = self.read(path)
            known = b"" if isinstance(data, Unreadable) else import_lines(data, python)
            self._lines.keep(path, stamp, known)
        return known

    def _known(self, path: str) -> int | None:
        known = self._now.get(path)
        return self._flags.find(path, self._stamps.get(path, 0)) if known is None else known

    def _look(self, path: str) -> int | Unreadable:
        """Read the file and return its flags. Once there is code that may send, what other code
        imports is going to be asked for, and is taken down while its bytes are at hand."""
        data = self.read(path)
        if isinstance(data, Unreadable):
            return data
        kind = language(path)
        flags = self.flags_of(data, kind)
        self._saw(path, flags)
        if (self._sends or flags & SPREADS) and kind in CODE and not is_test(path):
            self._sends = True
            self._ready[path] = self.lines(path, kind == "python")
        return flags

    def _saw(self, path: str, flags: int) -> None:
        if not self._flags.keep(path, self._stamps.get(path, 0), flags):
            self._now[path] = flags

    def _look_at(self, part: Sequence[str]) -> Seen:
        flags = [self._look(path) for path in part]
        return Seen(
            [None if isinstance(one, Unreadable) else one for one in flags],
            {number: self._ready[path] for number, path in enumerate(part) if path in self._ready},
        )

    def _collect(self, path: str) -> None:
        """Take over what a copy of this process has seen in the part of the files with ``path``."""
        found = self._ahead.collect(path) if self._ahead is not None else None
        if found is None:
            return
        part, seen = found
        for one, flags in zip(part, seen.flags, strict=True):
            if flags is not None:
                self._saw(one, flags)
        for number, lines in seen.lines.items():
            self._ready[part[number]] = lines
            self._lines.keep(part[number], self._stamps.get(part[number], 0), lines)

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
        """Let go of the folders, the bytes, the copies, and the imports, which are a fifth of all
        that is in memory; what was seen in the files stays known."""
        if self._ahead is not None:
            self._ahead.stop()
            self._ahead = None
        self._reader.close()
        self._last = ("", b"")
        self._ready.clear()
        self._lines.release(self._stamps.keys())

    def save(self) -> None:
        """Remember for the next run what was seen."""
        self._flags.save(self._stamps.keys())
        self._lines.save(self._stamps.keys())
