"""Byte offsets as people count: lines and columns from 1, columns in characters."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from typing import NamedTuple

from mmlint.model.finding import Place
from mmlint.model.regex import regex
from mmlint.report.masking import Masked, lists_secrets, mask, mask_lines, mask_path
from mmlint.report.view import View

_LINE_END = regex(rb"\r\n|\n|\r")
_BOM = b"\xef\xbb\xbf"


class Position(NamedTuple):
    """Line and column, both from 1; the column counts characters."""

    line: int
    column: int


class Located(NamedTuple):
    """A place as it is printed. The end is exclusive."""

    path: str
    start: Position
    end: Position


class SourceText:
    """One file, asked about by byte offset or by line. No question raises, whatever the bytes."""

    def __init__(self, data: bytes, carrier: bool) -> None:
        self._data = data
        self._carrier = carrier
        self._masked: dict[int, Masked] = {}

    def position(self, offset: int) -> Position:
        """Return where byte ``offset`` stands. Offsets outside of the file mean its nearer end."""
        offset = min(max(offset, 0), len(self._data))
        line = bisect_right(self._starts, offset)
        start, end = self._extent(line)
        return Position(line, len(_decoded(self._data[start : min(offset, end)])) + 1)

    def offset(self, line: int, column: int) -> int:
        """Return the byte at which a character begins: the inverse of ``position``. A column past
        the end of the line, which must be one of the file's, means its end."""
        start, end = self._extent(line)
        offsets = range(start, end + 1)
        before = bisect_right(
            offsets, column - 1, key=lambda offset: len(_decoded(self._data[start:offset]))
        )
        return offsets[max(before - 1, 0)]

    def line(self, number: int) -> Masked:
        """Return line ``number`` (from 1), masked; a line that is not there is empty."""
        if not 1 <= number <= len(self._starts):
            return Masked("", "")
        if number not in self._masked:
            original = self._original(number)
            shown = self._lines[number - 1] if self._spans_lines else mask(original)
            self._masked[number] = Masked(original, shown)
        return self._masked[number]

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(match.end() for match in _LINE_END.finditer(self._data))]

    @cached_property
    def _spans_lines(self) -> bool:
        """Whether what is secret on one line may be said on another."""
        return self._carrier or lists_secrets(self._data)

    @cached_property
    def _lines(self) -> list[str]:
        numbers = range(1, len(self._starts) + 1)
        return mask_lines([self._original(number) for number in numbers], carrier=self._carrier)

    def _original(self, number: int) -> str:
        start, end = self._extent(number)
        return _decoded(self._data[start:end])

    def _extent(self, number: int) -> tuple[int, int]:
        """Return the bytes of a line: without the byte order mark, without its end."""
        start = self._starts[number - 1]
        end = self._starts[number] if number < len(self._starts) else len(self._data)
        if number < len(self._starts):
            end -= 2 if self._data[end - 2 : end] == b"\r\n" else 1
        if start == 0 and self._data.startswith(_BOM):
            start = len(_BOM)
        return start, end


class Sources:
    """The files a report looks at, each read and indexed once."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._texts: dict[str, SourceText | None] = {}

    def text(self, path: str) -> SourceText | None:
        """Return the file at project-relative ``path``, None where it cannot be read."""
        if path not in self._texts:
            data = self._view.source(path)
            carrier = self._view.carriers(path)
            self._texts[path] = None if data is None else SourceText(data, carrier)
        return self._texts[path]

    def locate(self, place: Place) -> Located:
        """Return where ``place`` is; in a file that cannot be read, its first character."""
        text = self.text(place.path)
        first = Position(1, 1)
        start = text.position(place.start) if text else first
        end = text.position(place.end) if text else first
        return Located(mask_path(encodable(self._view.shown(place.path))), start, max(start, end))


def encodable(text: str) -> str:
    """Return ``text`` fit for UTF-8: what stands for an undecodable byte of a path becomes ``?``'s
    Unicode counterpart."""
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def _decoded(data: bytes) -> str:
    return data.decode("utf-8", "replace")
