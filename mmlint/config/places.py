"""Finds the line of a key in the text of a configuration file, for error messages and provenance.

The parsers keep no positions, so the text is searched; where that fails, a line above is named.
"""

from __future__ import annotations

from mmlint.config.problem import Keys
from mmlint.model.regex import regex

_KEY = r"(?:[\w-]+|\"[^\"]*\"|'[^']*')"
_KEYS = rf"{_KEY}(?:[ \t]*\.[ \t]*{_KEY})*"
_HEADER = regex(rf"[ \t]*(\[\[?)[ \t]*({_KEYS})[ \t]*\]")
_ASSIGNMENT = regex(rf"[ \t]*({_KEYS})[ \t]*=")
_PART = regex(_KEY)
_TRIPLE = regex(r'"""|\'\'\'')


def toml_line(text: str, keys: Keys, near: str | None = None) -> int:
    """Return the line (from 1) of what stands at ``keys`` in a TOML text; ``near``: text there."""
    found = _toml_lines(text)
    depth = len(keys)
    while keys[:depth] not in found and depth:
        depth -= 1
    line = found.get(keys[:depth], 1)
    names = [key for key in keys[depth:] if isinstance(key, str)]
    for word in (*names, near):
        line = _first(text, word, line) if word else line
    return line


def json_line(text: str, keys: Keys, near: str | None = None) -> int:
    """Return the line (from 1) of what stands at ``keys`` in a JSON text; ``near``: text there."""
    offset = 0
    for word in (*(f'"{key}"' for key in keys if isinstance(key, str)), near):
        found = text.find(word, offset) if word else -1
        offset = offset if found < 0 else found
    return text.count("\n", 0, offset) + 1


def _first(text: str, word: str, line: int) -> int:
    """Return the first line from ``line`` on that holds ``word``, or ``line``."""
    rest = text.splitlines()[line - 1 :]
    return next((number for number, one in enumerate(rest, line) if word in one), line)


def _toml_lines(text: str) -> dict[Keys, int]:
    """Return the line on which each table and key begins; the tables of an array are numbered."""
    found: dict[Keys, int] = {}
    table: Keys = ()
    quote = ""
    for number, line in enumerate(text.splitlines(), 1):
        if quote:
            pass
        elif header := _HEADER.match(line):
            table = _parts(header[2])
            if header[1] == "[[":
                count = sum(1 for keys in found if keys[:-1] == table and isinstance(keys[-1], int))
                found.setdefault(table, number)
                table = (*table, count)
            found.setdefault(table, number)
        elif assignment := _ASSIGNMENT.match(line):
            found.setdefault((*table, *_parts(assignment[1])), number)
        quote = _open_quote(line, quote)
    return found


def _parts(text: str) -> Keys:
    return tuple(part.strip("\"'") for part in _PART.findall(text))


def _open_quote(line: str, quote: str) -> str:
    """Return the triple quote that is open after ``line``, given the one that was open before."""
    for match in _TRIPLE.finditer(line):
        if not quote:
            quote = match[0]
        elif quote == match[0]:
            quote = ""
    return quote
