"""What a file imports, read from its text alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from mmlint.files.needles import KEY
from mmlint.model.regex import regex

LONGEST: Final = 1000
"""Bytes of the longest specifier that is looked up."""

_MARKS = (b"from", b"import", b"require")
_QUOTED = regex(rb"""(?:\s*\()?\s*["']([^"'\n]+)["']""")
_CALLED = regex(rb"""\s*\(\s*\(?\s*["']([^"'\n]+)["']""")

_MODULE = regex(
    rb"(?:\xef\xbb\xbf)?[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import\b|import[ \t]+([\w.]+))"
)
_WORD = regex(rb"\w+")
_COMMENT = regex(rb"#[^\n]*")
_CONTINUED = regex(rb"\\\r?\n")
_UNUSUAL = regex(rb"[(#\\]")
"""What makes a list of names more than the rest of its line."""
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
            if match is not None and len(match[1]) <= LONGEST:
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
    if len(module) > LONGEST:
        return
    yield module
    if match[1] is not None:
        outer = module if module.endswith(b".") else module + b"."
        names = _names(data, match.end())
        yield from (outer + name for name in names)


def _names(data: bytes, start: int) -> list[bytes]:
    """The words of the list that follows ``import``; what they are called here is among them."""
    end = data.find(b"\n", start)
    line = data[start : end if end >= 0 else len(data)]
    if not _UNUSUAL.search(line):
        return _WORD.findall(line)
    rest = data[start : start + _LONGEST_LIST]
    rest = _COMMENT.sub(b"", _CONTINUED.sub(b" ", rest)).lstrip(b" \t")
    return _WORD.findall(rest.partition(b")" if rest.startswith(b"(") else b"\n")[0])


def _last(specifier: bytes, python: bool) -> bytes:
    """The last name in a specifier; a dot for a folder that is named by its place alone."""
    if python:
        return specifier.rpartition(b".")[2] or b"."
    last = specifier.partition(b"?")[0].rstrip(b"/").rpartition(b"/")[2]
    return b"." if last in (b"", b".", b"..") else last
