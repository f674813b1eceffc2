"""One line of source with a pointer under a part of it, fit for a terminal."""

from __future__ import annotations

import unicodedata

import msgspec

from mmlint.report.masking import mask, mask_path
from mmlint.report.places import Located, SourceText

WIDTH = 100
"""Columns of source that an excerpt takes at the most, without the marks of what is cut off."""

_LEAST = 20
"""Columns of source that an excerpt takes on the narrowest terminal."""
_MARKS = 2
"""Columns of the marks at both ends."""

_TAB = 4
_JOINERS = "\u200c\u200d"
"""Invisible, but part of how some scripts and emoji are written."""


class Excerpt(msgspec.Struct, frozen=True):
    """A line number (from 1), the line as shown, and what stands before and under the span."""

    number: int
    line: str
    indent: int
    width: int


class _Cell(msgspec.Struct, frozen=True):
    glyph: str
    width: int


def visible(text: str) -> str:
    """Return ``text`` with every character that could steer a terminal, or hide from the reader,
    replaced by a visible one of width 1."""
    if text.isprintable():
        return text
    return "".join(_visible_character(character) for character in text)


def clean(text: str) -> str:
    """Return ``text`` as one line that may be printed: masked, without control characters."""
    return visible(" ".join(mask(text).split()))


def clean_lines(text: str) -> str:
    """Return each line of ``text`` masked, without control characters, and indented as it was."""
    return "\n".join(visible(mask(line)) for line in text.split("\n"))


def clean_path(path: str) -> str:
    """Return the path of a file as it may be printed: without keys and control characters."""
    return visible(mask_path(path))


def fitting(columns: int | None) -> int:
    """Return the columns of source for an excerpt that has ``columns`` of a terminal to itself;
    None where its reader is none."""
    return WIDTH if columns is None else min(WIDTH, max(_LEAST, columns - _MARKS))


def excerpt(text: SourceText, located: Located, room: int = WIDTH) -> Excerpt:
    """Show the first line of ``located``, with its span to the end of that line at most. ``room``:
    the columns of source to show; a wide character takes two."""
    number = located.start.line
    line = text.line(number)
    start = line.column(located.start.column - 1)
    if located.end.line == number:
        end = line.column(located.end.column - 1)
    else:
        end = len(line.text.rstrip())
    return _cut(number, line.text, start, max(end, start + 1), room)


def _cut(number: int, line: str, start: int, end: int, room: int) -> Excerpt:
    """Keep at most ``room`` columns of ``line``, those around the character at ``start``."""
    # Far more characters than can be shown need not be measured: a line may be megabytes long.
    low, high = max(0, start - 2 * room), start + 2 * room
    cells = _cells(line[low:high])
    start, end = start - low, min(end, high) - low
    first, last = _window([cell.width for cell in cells], start, room)
    before = "…" if low or first else ""
    after = "…" if high < len(line) or last < len(cells) else ""
    shown = "".join(cell.glyph for cell in cells[first:last])
    indent = len(before) + sum(cell.width for cell in cells[first:start])
    width = sum(cell.width for cell in cells[start : min(end, last)])
    return Excerpt(number, (before + shown + after).rstrip(), indent, max(width, 1))


def _window(widths: list[int], start: int, room: int) -> tuple[int, int]:
    """Return the cells to show: from the line's beginning where that leaves room for the span,
    else from a third of the width before it."""
    first = 0
    column = sum(widths[:start])
    if sum(widths) > room and column > room * 2 // 3:
        while first < start and column > room // 3:
            column -= widths[first]
            first += 1
        while first < start and widths[first] == 0:
            first += 1
    last, used = first, 0
    while last < len(widths) and used + widths[last] <= room:
        used += widths[last]
        last += 1
    return first, last


def _cells(text: str) -> list[_Cell]:
    cells = []
    column = 0
    for character in text:
        if character == "\t":
            width = _TAB - column % _TAB
            cells.append(_Cell(" " * width, width))
        else:
            glyph = _visible_character(character)
            cells.append(_Cell(glyph, _width(glyph)))
        column += cells[-1].width
    return cells


def _width(character: str) -> int:
    if character.isascii():
        return 1
    if unicodedata.east_asian_width(character) in "WF":
        return 2
    combining = unicodedata.category(character) in ("Mn", "Me", "Cf")
    medial_jamo = "\u1160" <= character <= "\u11ff"
    return 0 if combining or medial_jamo else 1


def _visible_character(character: str) -> str:
    if character.isprintable() or character in _JOINERS:
        return character
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    return character if unicodedata.category(character) == "Zs" else "\ufffd"
