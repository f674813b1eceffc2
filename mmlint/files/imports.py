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

_IMPORT = regex(rb"[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import\b([^\n]*)|import[ \t]+([\w.][^\n#;]*))")
_DOTTED = regex(rb"[\w.]+")
_WORD = regex(rb"\w+")
_COMMENT = regex(rb"#[^\n]*")
_CONTINUED = regex(rb"\\\r?\n")
_UNUSUAL = regex(rb"[(#\\]")
"""What makes a list of names more than the rest of its line."""
_FOLDERS = (b"", b".", b"..")
"""Last parts of specifiers that name a folder by its place alone."""
_LONGEST_LIST = 4000
"""Bytes of a Python import's list of names that are read."""


def import_lines(data: bytes, python: bool) -> bytes:
    """Return what a file's text imports as lines, each with a newline before it: the last name in
    a specifier, a zero byte, and the specifier in quotes; nothing for a file without imports.

    Code in comments and strings counts as well: who uses the answer resolves it, and parses. What
    looks like a key is left out, for the answer is kept between runs.
    """
    lines = dict.fromkeys(_python(data) if python else _javascript(data))
    joined = b"".join(lines)
    if KEY.search(joined) is None:
        return joined
    return b"".join(line for line in lines if KEY.search(line) is None)


def _javascript(data: bytes) -> Iterator[bytes]:
    for mark in _MARKS:
        pattern = _CALLED if mark == b"require" else _QUOTED
        at = data.find(mark)
        while at >= 0:
            at += len(mark)
            match = pattern.match(data, at)
            if match is not None and len(match[1]) <= LONGEST:
                last = match[1].partition(b"?")[0].rstrip(b"/").rpartition(b"/")[2]
                yield b'\n%b\0"%b"' % (b"." if last in _FOLDERS else last, match[1])
            at = data.find(mark, at)


def _python(data: bytes) -> Iterator[bytes]:
    """Lines for the modules that import statements name, and for those that may be among the names
    they take."""
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    text = data.removeprefix(b"\xef\xbb\xbf")
    at, end = text.find(b"import"), 0
    while at >= 0:
        match = _IMPORT.match(text, text.rfind(b"\n", 0, at) + 1) if at >= end else None
        at += len(b"import")
        if match is not None and match.end() >= at:
            end = match.end()
            yield from _imported(text, match)
        at = text.find(b"import", at)


def _imported(text: bytes, match: re.Match[bytes]) -> Iterator[bytes]:
    """The lines for one import statement."""
    module, names, modules = match.groups()
    for one in _modules(modules) if module is None else [module]:
        if len(one) > LONGEST:
            return
        yield b'\n%b\0"%b"' % (one.rpartition(b".")[2] or b".", one)
    if module is not None:
        outer = module if module.endswith(b".") else module + b"."
        if _UNUSUAL.search(names):
            names = _whole(text, match.start(2))
        for name in _WORD.findall(names):
            yield b'\n%b\0"%b%b"' % (name, outer, name)


def _modules(text: bytes) -> list[bytes]:
    """The modules between the commas that follow ``import``, without what they are called here."""
    words = (_DOTTED.match(one.lstrip(b" \t")) for one in text.split(b","))
    return [word[0] for word in words if word is not None]


def _whole(text: bytes, start: int) -> bytes:
    """The list that follows ``import`` over several lines or before a comment; what names are
    called here is a part of it."""
    rest = text[start : start + _LONGEST_LIST]
    rest = _COMMENT.sub(b"", _CONTINUED.sub(b" ", rest)).lstrip(b" \t")
    return rest.partition(b")" if rest.startswith(b"(") else b"\n")[0]
