"""Which files import which, read from their text alone and kept as one searchable text.

Parsing every file to learn what it imports would cost more than all the rest. So the specifiers of
the project are written one beneath the other, the words that an import of some files must hold
are looked for in all of them at once, and only the hits are resolved.
"""

from __future__ import annotations

import os
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping

from mmlint.files.needles import KEY, automaton
from mmlint.project.resolution import MAX_SPECIFIER, Resolution, submodule

_MARKS = (b"from", b"import", b"require")
_QUOTED = re.compile(rb"""(?:\s*\()?\s*["']([^"'\n]+)["']""")
_CALLED = re.compile(rb"""\s*\(\s*\(?\s*["']([^"'\n]+)["']""")

_MODULE = re.compile(
    rb"(?:\xef\xbb\xbf)?[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import\b|import[ \t]+([\w.]+))"
)
_WORD = re.compile(rb"\w+")
_COMMENT = re.compile(rb"#[^\n]*")
_CONTINUED = re.compile(rb"\\\r?\n")
_LONGEST_LIST = 4000
"""Bytes of a Python import's list of names that are read."""


def import_lines(data: bytes, python: bool) -> bytes:
    """Return what a file's text imports as lines, each with a newline before it: the last name in
    a specifier, a zero byte, and the specifier in quotes; nothing for a file without imports.

    Code in comments and strings counts as well: who uses the answer resolves it, and parses. What
    looks like a key is left out, for the answer is kept between runs.
    """
    found = _python(data) if python else _javascript(data)
    lines = (
        b'\n%b\0"%b"' % (_last(one, python), one)
        for one in dict.fromkeys(found)
        if KEY.search(one) is None
    )
    return b"".join(lines)


def _javascript(data: bytes) -> Iterator[bytes]:
    for mark in _MARKS:
        pattern = _CALLED if mark == b"require" else _QUOTED
        at = data.find(mark)
        while at >= 0:
            at += len(mark)
            match = pattern.match(data, at)
            if match is not None and len(match[1]) <= MAX_SPECIFIER:
                yield match[1]
            at = data.find(mark, at)


def _python(data: bytes) -> Iterator[bytes]:
    at = data.find(b"import")
    while at >= 0:
        start = max(data.rfind(b"\n", 0, at), data.rfind(b"\r", 0, at)) + 1
        match = _MODULE.match(data, start)
        if match is not None and match.end() >= at + len(b"import"):
            yield from _modules(data, match)
        at = data.find(b"import", at + len(b"import"))


def _modules(data: bytes, match: re.Match[bytes]) -> Iterator[bytes]:
    """The module that an import statement names, and those that may be among its names."""
    module = match[1] or match[2]
    if len(module) > MAX_SPECIFIER:
        return
    yield module
    if match[1] is not None:
        names = _names(data[match.end() : match.end() + _LONGEST_LIST])
        outer = os.fsdecode(module)
        yield from (submodule(outer, name.decode("ascii")).encode() for name in names)


def _names(rest: bytes) -> Iterator[bytes]:
    """The words of the list that follows ``import``; what they are called here is among them."""
    rest = _COMMENT.sub(b"", _CONTINUED.sub(b" ", rest)).lstrip(b" \t")
    statement = rest.partition(b")")[0] if rest.startswith(b"(") else rest.partition(b"\n")[0]
    yield from (match[0] for match in _WORD.finditer(statement))


def _last(specifier: bytes, python: bool) -> bytes:
    """The last name in a specifier; a dot for a folder that is named by its place alone."""
    if python:
        return specifier.rpartition(b".")[2] or b"."
    last = specifier.partition(b"?")[0].rstrip(b"/").rpartition(b"/")[2]
    return b"." if last in (b"", b".", b"..") else last


class Imports:
    """All that a project's code imports. ``lines``: path to its ``import_lines``."""

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
