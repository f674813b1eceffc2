"""Which files import which, read from their text alone and kept as one searchable text.

Parsing every file to learn what it imports would cost more than all the rest. So the specifiers of
the project are written one beneath the other, the words that an import of some files must hold
are looked for in all of them at once, and only the hits are resolved.
"""

from __future__ import annotations

import os
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from operator import le

from mmlint.engine.discovery.file_stamps import NUMBER, FileStampCache, Kept
from mmlint.files.needles import automaton
from mmlint.project.modules.resolution import Resolution


class Imports:
    """All that a project's code imports: one text of ``import_lines`` (``files.imports``), in which
    those of each of ``paths`` end where ``ends`` says."""

    def __init__(self, paths: Sequence[str], ends: array[int], text: bytes) -> None:
        self.paths = paths
        self.ends = ends
        self.text = text

    @classmethod
    def joined(cls, paths: Sequence[str], lines: Sequence[bytes]) -> Imports:
        """Return what ``paths`` import whose lines are ``lines``."""
        return cls(paths, array(NUMBER, accumulate(map(len, lines))), b"".join(lines))

    def but(self, lines: Mapping[str, bytes]) -> Imports:
        """Return the same, but for the files whose ``lines`` are given by their paths."""
        if not lines:
            return self
        kept = zip(self.paths, pieces(self.ends, self.text), strict=True)
        every = dict(kept) | dict(lines)
        return Imports.joined(list(every), list(every.values()))

    def of(self, targets: Iterable[str], resolution: Resolution) -> set[str]:
        """Return the files that import one of ``targets``."""
        wanted = frozenset(targets)
        patterns = set(_patterns(wanted, resolution))
        if not patterns or not self.text:
            return set()
        found: set[str] = set()
        seen: set[int] = set()
        search = automaton(patterns)
        for _, start, _ in search.find_matches_as_indexes(self.text, overlapping=True):
            line = self.text.rfind(b"\n", 0, start + 1)
            if line in seen:
                continue
            seen.add(line)
            path = self.paths[bisect_right(self.ends, line)]
            if path not in found and self._target(path, line, resolution) in wanted:
                found.add(path)
        return found

    def _target(self, path: str, line: int, resolution: Resolution) -> str | None:
        end = self.text.find(b"\n", line + 1)
        text = self.text[line : end if end > 0 else None].partition(b"\0")[2][1:-1]
        language = "python" if path.lower().endswith(".py") else "javascript"
        return resolution.find(path, text.decode("utf-8", "replace"), language)


def pieces(ends: array[int], text: bytes) -> list[bytes]:
    """Return the parts of ``text`` that end there, the first of which begins with it."""
    return [text[start:end] for start, end in zip((0, *ends), ends, strict=False)]


def gathered(
    recall: FileStampCache, asked: Callable[[int], bool], read: Callable[[int], bytes | None]
) -> Imports:
    """Return what the files that ``recall`` is about import, and keep it.

    ``asked``: whether the file in a row is code whose imports count. ``read``: its lines, None
    where they are not to be had; asked only where they are not known.
    """
    kept = recall.read()
    if kept is None or not _fits(kept):
        changed, lines = [*range(len(recall.files))], [b""] * len(recall.files)
    elif not kept.changed and kept.before is None:
        return Imports(recall.files, kept.numbers, kept.rest)
    else:
        changed, lines = kept.changed, pieces(kept.numbers, kept.rest)
        lines = lines if kept.before is None else [lines[row] for row in kept.before]
    found = {row: read(row) for row in changed if asked(row)}
    for row in changed:
        lines[row] = found.get(row) or b""
    unknown = [row for row, one in found.items() if one is None]
    new = sum(one is not None and recall.stamps[row] != 0 for row, one in found.items())
    imports = Imports.joined(recall.files, lines)
    recall.write(imports.ends, imports.text, new, unknown)
    return imports


def _fits(kept: Kept) -> bool:
    """Whether the numbers say where parts of the text end."""
    ends = kept.numbers
    return ends[-1] == len(kept.rest) and all(map(le, ends, ends[1:]))


def _patterns(targets: Iterable[str], resolution: Resolution) -> Iterator[bytes]:
    for path in targets:
        hints = resolution.hints(path)
        for name in hints.names:
            yield b"\n" + os.fsencode(name) + b"\0"
            yield b"\n" + os.fsencode(name) + b"."
        yield from map(os.fsencode, hints.pieces)
