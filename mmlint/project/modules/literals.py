"""Reads literal values out of scripts that configure tools, by their text; nothing is executed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from mmlint.model.regex import regex

MAX_EXPRESSION = 5_000
"""Characters of an expression that are looked at."""
MAX_TIMES = 200
"""How often a name is looked for in one text."""

_COMMENT = regex(
    r"""("(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?|`(?:\\.|[^`\\])*`?)"""
    r"""|//[^\n]*|/\*.*?(?:\*/|\Z)""",
    re.S,
)
_STRING = regex(r"""(["'`])((?:(?!\1)[^\\\n$])*)\1""")
_OPENING = {"(", "[", "{"}
_CLOSING = {")", "]", "}"}


def uncommented(text: str) -> str:
    """Return JavaScript without its comments."""
    return _COMMENT.sub(lambda match: match[1] or " ", text)


def strings(text: str) -> list[str]:
    """Return the string literals of ``text`` that need no escapes and no holes, in order."""
    return [match[2] for match in _STRING.finditer(text)]


def expression(text: str, start: int, stops: str = ",;") -> str:
    """Return the expression that begins at the character ``start``: up to one of ``stops``, or the
    bracket that closes what surrounds it."""
    depth = 0
    quote = ""
    end = min(len(text), start + MAX_EXPRESSION)
    position = start
    while position < end:
        character = text[position]
        if quote:
            if character == "\\":
                position += 1
            elif character == quote:
                quote = ""
        elif character in "\"'`":
            quote = character
        elif character in _OPENING:
            depth += 1
        elif character in _CLOSING or character in stops:
            if depth == 0:
                break
            depth -= character in _CLOSING
        position += 1
    return text[start:position]


def named_expressions(text: str, name: str) -> Iterator[str]:
    """Yield what is given to the key or keyword ``name`` (``name: x``, ``"name": x``, ``name=x``),
    in order."""
    key = rf"""(?<![\w$.]){re.escape(name)}["']?\s*[:=](?!=)\s*"""
    for match in islice(re.finditer(key, text), MAX_TIMES):
        yield expression(text, match.end())


@lru_cache(maxsize=256)  # every file of a project asks the same
def script_values(text: str, name: str) -> tuple[str, ...]:
    """Return the strings that a script gives to the key ``name``, wherever it stands.

    What is no literal, or a list of literals, says nothing.
    """
    found: list[str] = []
    for written in named_expressions(text, name):
        value = re.sub(r"\s+as\s+const\s*\Z", "", written.strip())
        if _STRING.fullmatch(value) or re.fullmatch(r"\[[^()\[\]{}]*\]", value):
            found.extend(strings(value))
    return tuple(found)
