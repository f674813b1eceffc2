"""The ``.env`` family: which names a file gives a value, where they stand, what kind it is.

Names, quotes, escapes and comments are those of python-dotenv, which the tests compare with. Where
name and value stand is read from the bytes, and a broken line harms no other.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from mmlint.languages.comments import Span, ignores
from mmlint.languages.key_literals import key_literals
from mmlint.languages.settings.entries import decoded, entry
from mmlint.model.facts import EnvEntry, FileFacts
from mmlint.model.regex import regex

_BOM = b"\xef\xbb\xbf"
_LINE_END = regex(rb"\r\n?|\n|\Z")
_COMMENT = regex(rb"[ \t\f\v]*(#)")
_NAME = regex(
    rb"[ \t\f\v]*(?:export[ \t\f\v]+)?(?P<quote>'?)(?P<name>[\w.\-\x80-\xff]+)(?P=quote)"
    rb"[ \t\f\v]*=[ \t\f\v]*"
)
_QUOTED = {
    b'"': regex(rb'"((?:[^"\\]|\\.)*)"', re.DOTALL),
    b"'": regex(rb"'((?:[^'\\]|\\.)*)'", re.DOTALL),
}
_ESCAPED = {'"': regex(r"\\([\\'\"abfnrtv])"), "'": regex(r"\\([\\'])")}
"""What a backslash changes between quotes; before any other character it is one itself."""
_MEANT = dict(zip("abfnrtv", "\a\b\f\n\r\t\v", strict=True))
_AFTER_QUOTES = regex(rb"[ \t\f\v]*(?:#[^\r\n]*)?(?=[\r\n]|\Z)")
_INLINE_COMMENT = regex(rb"[ \t\f\v]#")


class Statement(NamedTuple):
    """One assignment: byte offsets of its name, of its value without quotes, and of its end."""

    name: Span
    value: Span
    end: int
    quoted: bool


def observe(data: bytes, salt: bytes = b"") -> FileFacts:
    """Return the entries of an env file and its suppressions; offsets are bytes of ``data``.

    Only a comment line of its own can suppress: behind a value, ``#`` may belong to the value.
    Any bytes are fine; a line that assigns nothing is passed over.
    ``salt``: for the fingerprints of keys.
    """
    entries: list[EnvEntry | None] = []
    comments: list[Span] = []
    at = len(_BOM) if data.startswith(_BOM) else 0
    while at < len(data):
        line_end = _line_end(data, at)
        statement = None
        if comment := _COMMENT.match(data, at, line_end):
            comments.append((comment.start(1), line_end))
        elif statement := _statement(data, at, line_end):
            entries.append(_entry(data, statement, salt))
        at = _next_line(data, statement.end if statement else line_end)
    return FileFacts(
        language="dotenv",
        entries=tuple(one for one in entries if one),
        ignores=ignores(data, comments, "dotenv"),
        keys=key_literals(data, salt, comments=comments),
    )


def _line_end(data: bytes, at: int) -> int:
    match = _LINE_END.search(data, at)
    return match.start() if match else len(data)


def _next_line(data: bytes, at: int) -> int:
    match = _LINE_END.search(data, at)
    return match.end() if match and match.end() > match.start() else len(data)


def _statement(data: bytes, at: int, line_end: int) -> Statement | None:
    """Return the assignment that starts on the line, or None where there is none."""
    name = _NAME.match(data, at, line_end)
    if name is None:
        return None
    start = name.end()
    pattern = _QUOTED.get(data[start : start + 1])
    quoted = pattern.match(data, start) if pattern else None
    if quoted and (after := _AFTER_QUOTES.match(data, quoted.end())):
        return Statement(name.span("name"), quoted.span(1), after.end(), quoted=True)
    if pattern:
        # A quote that never closes is a character like any other, as bundlers read it.
        start += 1
    value = start, _unquoted_end(data, start, line_end)
    return Statement(name.span("name"), value, line_end, quoted=False)


def _unquoted_end(data: bytes, start: int, line_end: int) -> int:
    comment = _INLINE_COMMENT.search(data, start - 1, line_end)
    end = max(comment.start(), start) if comment else line_end
    while end > start and data[end - 1] in b" \t\f\v":
        end -= 1
    return end


def _entry(data: bytes, statement: Statement, salt: bytes) -> EnvEntry | None:
    start, end = statement.value
    quote = decoded(data[start - 1 : start])
    text = _unescaped(decoded(data[start:end]), quote) if statement.quoted else None
    return entry(data, statement.name, statement.value, salt, text=text, quoted=statement.quoted)


def _unescaped(written: str, quote: str) -> str:
    """Undo the escapes between these quotes. The text must not be kept."""
    return _ESCAPED[quote].sub(lambda match: _MEANT.get(match[1], match[1]), written)
