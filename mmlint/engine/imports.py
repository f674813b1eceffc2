"""Which files import which, read from their text alone and kept as one searchable text.

Parsing every file to learn what it imports would cost more than all the rest. So the specifiers of
the project are written one beneath the other, the words that an import of some files must hold
are looked for in all of them at once, and only the hits are resolved.
"""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping

from mmlint.files.needles import automaton
from mmlint.project.resolution import Resolution


class Imports:
    """All that a project's code imports. ``lines``: path to its ``import_lines``, as in
    ``files.imports``."""

    def __init__(self, lines: Mapping[str, bytes]) -> None:
        self._paths = [path for path, text in lines.items() if text]
        self._text = b"".join(lines[path] for path in self._paths)
        self._starts: list[int] = []
        end = 0
        for path in self._paths:
            self._starts.append(end)
            end += len(lines[path])

    def of(self, targets: Iterable[str], resolution: Resolution) -> set[str]:
        """Return the files that import one of ``targets``."""
        wanted = frozenset(targets)
        patterns = set(_patterns(wanted, resolution))
        if not patterns or not self._text:
            return set()
        found: set[str] = set()
        seen: set[int] = set()
        search = automaton(patterns)
        for _, start, _ in search.find_matches_as_indexes(self._text, overlapping=True):
            line = self._text.rfind(b"\n", 0, start + 1)
            if line in seen:
                continue
            seen.add(line)
            path = self._paths[bisect_right(self._starts, line) - 1]
            if path not in found and self._target(path, line, resolution) in wanted:
                found.add(path)
        return found

    def _target(self, path: str, line: int, resolution: Resolution) -> str | None:
        end = self._text.find(b"\n", line + 1)
        text = self._text[line : end if end > 0 else None].partition(b"\0")[2][1:-1]
        language = "python" if path.lower().endswith(".py") else "javascript"
        return resolution.find(path, text.decode("utf-8", "replace"), language)


def _patterns(targets: Iterable[str], resolution: Resolution) -> Iterator[bytes]:
    for path in targets:
        hints = resolution.hints(path)
        for name in hints.names:
            yield b"\n" + os.fsencode(name) + b"\0"
            yield b"\n" + os.fsencode(name) + b"."
        yield from map(os.fsencode, hints.pieces)
