"""A lexical look at Python bytes: where the comments are, and whether it nests too deeply to parse.

The native parser recurses on the machine's stack and dies with it, so depth is bounded beforehand.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from mmlint.model.regex import regex

NESTING: Final = 100
"""Open brackets at one place; CPython itself refuses more than 200."""

LINKS: Final = 1000
"""Operators, attributes, calls or joined strings in one chain: each is a level of the tree."""

PATTERN_NESTING: Final = 7
"""Open brackets in a ``case`` line: the native parser's time grows fourfold with each of them."""

_TOKEN = regex(
    rb"""
    (?P<comment> \#[^\r\n]*)
  | (?P<string>
        \"\"\" [^"\\]* (?:(?: \\. | "(?!"") ) [^"\\]*)* (?:\"\"\"|\Z)
      | ''' [^'\\]* (?:(?: \\. | '(?!'') ) [^'\\]*)* (?:'''|\Z)
      | " [^"\\\r\n]* (?: \\(?:\r\n|.) [^"\\\r\n]*)* "?
      | ' [^'\\\r\n]* (?: \\(?:\r\n|.) [^'\\\r\n]*)* '?
    )
  | (?P<open> [(\[{])
  | (?P<close> [)\]}])
  | (?P<newline> [\r\n])
  | (?P<separator> [,;])
  | (?P<clause> \b(?:lambda|for)\b)
  | (?P<link> \b(?:not|await|yield|if|or|and|in|is)\b | [-+*/%@&|^~<>.!]+)
  | (?P<joined> \\\r?\n)
    """,
    re.VERBOSE | re.DOTALL,
)
_BRANCH = regex(rb"^([ \t]*)(el)?if\b", re.MULTILINE)
_CASE = regex(rb"^[ \t\f]*case\b[^\r\n]*", re.MULTILINE)


class Outline(NamedTuple):
    """Byte spans of the comments, and the offset where the nesting passes what is bearable."""

    comments: tuple[tuple[int, int], ...]
    too_deep: int | None


def outline(data: bytes) -> Outline:
    """Scan ``data``. Offsets are bytes from 0. Any input is taken; a wrong one gives a guess."""
    comments: list[tuple[int, int]] = []
    found = _deep_expression(data, comments)
    if found is None:
        found = _deep_pattern(data)
    if found is None:
        found = _deep_branches(data)
    return Outline(tuple(comments), found)


def _deep_expression(data: bytes, comments: list[tuple[int, int]]) -> int | None:
    """Fill ``comments`` up to the first place that nests too deeply, and return that place."""
    links = [0]  # one count per open bracket; a separator starts the chain anew
    clauses = 0  # a lambda's or comprehension's own commas do not end it
    for match in _TOKEN.finditer(data):
        kind = match.lastgroup
        if kind == "comment":
            comments.append(match.span())
        elif kind == "separator":
            links[-1] = 0
        elif kind == "open":
            links[-1] += 1
            links.append(0)
        elif kind == "close":
            if len(links) > 1:
                links.pop()
        elif kind == "newline":
            if len(links) == 1:
                links[0] = clauses = 0
        elif kind == "clause":
            clauses += 1
        elif kind == "link":
            links[-1] += match.end() - match.start()
        elif kind == "string":
            links[-1] += 1
            if _holes_too_deep(data, match):
                return match.start()
        if len(links) > NESTING or links[-1] > LINKS or clauses > LINKS:
            return match.start()
    return None


def _holes_too_deep(data: bytes, match: re.Match[bytes]) -> bool:
    """Whether the string is an f-string whose expressions nest too deeply."""
    start = match.start()
    if data[start - 1 : start].lower() not in (b"f", b"t", b"r"):
        return False
    first = data.find(b"{", start, match.end())
    return first >= 0 and _deep_expression(data[first : match.end()], []) is not None


def _deep_pattern(data: bytes) -> int | None:
    for match in _CASE.finditer(data):
        depth = 0
        for byte in match.group():
            depth += (byte in b"([{") - (byte in b")]}")
            if depth > PATTERN_NESTING:
                return match.start()
    return None


def _deep_branches(data: bytes) -> int | None:
    """Return the place where a chain of ``elif`` at one indentation grows too long."""
    lengths: dict[bytes, int] = {}
    for match in _BRANCH.finditer(data):
        indentation, chained = match.groups()
        length = lengths.get(indentation, 0) + 1 if chained else 0
        if length > LINKS:
            return match.start()
        lengths[indentation] = length
    return None
