"""Patterns in the style of ``.gitignore``, as git reads them (git-scm.com/docs/gitignore).

One matcher reads ignore files and the configuration. Its time is linear in the length of a name,
whatever the pattern is: no part of a name is tried twice for one star.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final

import msgspec

_ANY_FOLDERS: Final = None
"""The segment ``**``."""

_CLASSES = {
    "alnum": "a-zA-Z0-9",
    "alpha": "a-zA-Z",
    "blank": " \\t",
    "cntrl": "\\x00-\\x1f\\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": "!-/:-@\\[-`{-~",
    "space": " \\t\\n\\r\\f\\v",
    "upper": "A-Z",
    "xdigit": "0-9a-fA-F",
}


class Glob(msgspec.Struct, frozen=True):
    """What stands between the stars of a part of a pattern, each piece with the number of
    characters that it matches, which never varies. One piece: there is no star. ``least``: the
    characters that all of them match."""

    pieces: tuple[tuple[str | re.Pattern[str], int], ...]
    least: int


Segment = str | Glob | None
"""One part of a pattern between slashes: literal text, a glob, or any number of folders."""


class Pattern(msgspec.Struct, frozen=True):
    """One line. ``anchored``: it is about a path from its file's folder, else about any name."""

    segments: tuple[Segment, ...]
    negated: bool
    folders_only: bool
    anchored: bool


class Patterns:
    """The patterns of one ignore file, or of one list: of those that match, the last one decides.

    Paths are relative to the folder that the patterns are about, with ``/``.
    """

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self._last_first = tuple(patterns)[::-1]
        self._folders: dict[str, bool] = {"": False}
        # Numbers of patterns: by the one path or the one name that each can match, and the rest.
        self._by_path: dict[str, list[int]] = {}
        self._by_name: dict[str, list[int]] = {}
        self._others: list[int] = []
        for number, one in enumerate(self._last_first):
            texts = [part for part in one.segments if isinstance(part, str)]
            if one.anchored and len(texts) == len(one.segments):
                self._by_path.setdefault("/".join(texts), []).append(number)
            elif isinstance(one.segments[-1], str):
                self._by_name.setdefault(texts[-1], []).append(number)
            else:
                self._others.append(number)

    def verdict(self, path: str, *, folder: bool) -> bool | None:
        """Whether ``path`` is ignored; None where no pattern says so.

        ``folder``: it is one. Folders above it are not looked at.
        """
        parts = path.split("/")
        name = parts[-1:]
        for number in self._candidates(path, name[0]):
            one = self._last_first[number]
            if one.folders_only and not folder:
                continue
            if _matches(one.segments, parts if one.anchored else name):
                return not one.negated
        return None

    def _candidates(self, path: str, name: str) -> Iterable[int]:
        """Return the numbers of the patterns that may match, the last pattern first."""
        literal = [*self._by_path.get(path, ()), *self._by_name.get(name, ())]
        return sorted([*literal, *self._others]) if literal else self._others

    def covers(self, path: str) -> bool:
        """Whether a file, or a folder above it, is ignored. What is in an ignored folder is not
        taken back."""
        folder = path.rpartition("/")[0]
        if folder not in self._folders:
            self._enter(folder)
        return self._folders[folder] or bool(self.verdict(path, folder=False))

    def _enter(self, folder: str) -> None:
        """Decide about a folder, and about all above it."""
        ignored, end = False, 0
        while end < len(folder):
            end = folder.find("/", end + 1)
            end = len(folder) if end < 0 else end
            part = folder[:end]
            if part not in self._folders:
                self._folders[part] = ignored or bool(self.verdict(part, folder=True))
            ignored = self._folders[part]


def parse(text: str) -> Patterns:
    """Return the patterns of an ignore file; lines that can match nothing are none."""
    lines = text.removeprefix("\ufeff").split("\n")
    return Patterns(_read(line.removesuffix("\r") for line in lines))


def listed(lines: Iterable[str]) -> Patterns:
    """Return the patterns of a list; those that can match nothing are none."""
    return Patterns(_read(lines))


def pattern(line: str) -> Pattern:
    """Return the pattern that a line is.

    Raises ValueError for what can match nothing: a blank line, a comment, ``/``, an open bracket,
    a class of characters that is not there, a backslash at the end.
    """
    if line.startswith("#"):
        raise ValueError("a comment")
    line = _without_trailing_blanks(line)
    negated = line.startswith("!")
    line = line[1:] if negated else line
    folders_only = line.endswith("/")
    line = line[:-1] if folders_only else line
    anchored = "/" in line
    line = line.removeprefix("/")
    if not line:
        raise ValueError("it names nothing")
    return Pattern(tuple(_segments(line, anchored)), negated, folders_only, anchored)


# --- from lines to patterns -----------------------------------------------------------------------


def _read(lines: Iterable[str]) -> Iterator[Pattern]:
    for line in lines:
        try:
            yield pattern(line)
        except ValueError:
            continue


def _without_trailing_blanks(line: str) -> str:
    """Blanks at the end do not count, unless a backslash holds on to one."""
    stripped = line.rstrip(" ")
    escapes = len(stripped) - len(stripped.rstrip("\\"))
    return stripped + " " if escapes % 2 and stripped != line else stripped


def _segments(line: str, anchored: bool) -> Iterator[Segment]:
    for text in _split(line):
        if anchored and len(text) > 1 and not text.strip("*"):
            yield _ANY_FOLDERS
        else:
            yield segment(text)


def _split(line: str) -> Iterator[str]:
    """Yield what stands between slashes. A slash in a set of characters divides nothing, and can
    match nothing."""
    start = position = 0
    while position < len(line):
        character = line[position]
        position += 1
        if character == "[":
            _, position = _bracket(line, position)
        elif character == "\\" and line[position : position + 1] != "/":
            position += 1
        elif line.startswith("/", position - 1 + (character == "\\")):
            yield line[start : position - 1]
            position += character == "\\"
            start = position
    yield line[start:]


@lru_cache(maxsize=4096)
def segment(text: str) -> Segment:
    """Return what one part of a pattern matches: the text itself, or a glob.

    Raises ValueError for what can match nothing: an open bracket, a backslash at the end.
    """
    pieces = [_Piece()]
    position = 0
    while position < len(text):
        character = text[position]
        position += 1
        if character == "*":
            if pieces[-1].length or len(pieces) == 1:
                pieces.append(_Piece())
        elif character == "?":
            pieces[-1].add(".")
        elif character == "[":
            translated, position = _bracket(text, position)
            pieces[-1].add(translated)
        else:
            if character == "\\":
                if position == len(text):
                    raise ValueError("nothing follows the backslash")
                character = text[position]
                position += 1
            pieces[-1].add_literal(character)
    made = tuple((piece.made(), piece.length) for piece in pieces)
    only = made[0][0] if len(made) == 1 else None
    return only if isinstance(only, str) else Glob(made, sum(length for _, length in made))


class _Piece:
    """What stands between two stars, while it is read."""

    def __init__(self) -> None:
        self.length = 0
        self._expression: list[str] = []
        self._literal: list[str] = []

    def add(self, expression: str) -> None:
        """Add what matches one character."""
        self._expression.append(expression)
        self.length += 1

    def add_literal(self, character: str) -> None:
        self._literal.append(character)
        self.add(re.escape(character))

    def made(self) -> str | re.Pattern[str]:
        if len(self._literal) == self.length:
            return "".join(self._literal)
        return re.compile("".join(self._expression), re.DOTALL)


def _bracket(text: str, position: int) -> tuple[str, int]:
    """Translate the set whose ``[`` ends at ``position``; return it and where it ends."""
    negated = text[position : position + 1] in ("!", "^")
    position += negated
    members: list[str] = []
    start, closing = position, -1
    while position == start or text[position : position + 1] != "]":
        if position >= len(text):
            raise ValueError("the bracket is never closed")
        if text.startswith("[:", position):
            if closing < position + 2:  # looked for once, not at each of many brackets
                closing = text.find("]", position + 2)
                if closing < 0:
                    raise ValueError("the bracket is never closed")
            if closing > position + 2 and text[closing - 1] == ":":
                members.append(_named_class(text[position + 2 : closing - 1]))
                position = closing + 1
                continue
        low, position = _member(text, position)
        members.append(re.escape(low))
        if text[position : position + 1] == "-" and text[position + 1 : position + 2] not in "]":
            high, position = _member(text, position + 1)
            if low <= high:
                members.append(f"{re.escape(low)}-{re.escape(high)}")
    return f"[{'^' if negated else ''}{''.join(members)}]", position + 1


def _named_class(name: str) -> str:
    if name not in _CLASSES:
        raise ValueError("no such class of characters")
    return _CLASSES[name]


def _member(text: str, position: int) -> tuple[str, int]:
    escaped = text[position : position + 1] == "\\"
    position += escaped
    if position >= len(text):
        raise ValueError("the bracket is never closed")
    return text[position], position + 1


# --- from patterns to matches ---------------------------------------------------------------------


def _matches(segments: Sequence[Segment], parts: Sequence[str]) -> bool:
    """Whether the segments are the parts of a path, one by one; ``**`` takes any number of them.

    At the end of a pattern ``**`` stands for what lies below, so it takes one at least.
    """
    at = part = 0
    resume: tuple[int, int] | None = None
    while part < len(parts):
        if at < len(segments) and segments[at] is _ANY_FOLDERS:
            if at == len(segments) - 1:
                return True
            at += 1
            resume = (at, part)
        elif at < len(segments) and _matches_one(segments[at], parts[part]):
            at, part = at + 1, part + 1
        elif resume is not None:
            resume = (resume[0], resume[1] + 1)
            at, part = resume
        else:
            return False
    return at == len(segments)


def _matches_one(one: Segment, name: str) -> bool:
    if not isinstance(one, Glob):
        return one == name
    if len(name) < one.least:
        return False
    (first, position), *middle = one.pieces
    if not middle:
        return len(name) == position and _stands(first, name, 0)
    last, length = middle.pop()
    end = len(name) - length
    if not _stands(first, name, 0) or not _stands(last, name, end):
        return False
    # Each piece takes its first place and gives it up no more: a later one leaves less room.
    for piece, length in middle:
        position = _find(piece, name, position, end)
        if position < 0:
            return False
        position += length
    return True


def _stands(piece: str | re.Pattern[str], name: str, position: int) -> bool:
    if isinstance(piece, str):
        return name.startswith(piece, position)
    return piece.match(name, position) is not None


def _find(piece: str | re.Pattern[str], name: str, position: int, end: int) -> int:
    """Return where the piece first stands between the two positions, -1 if nowhere."""
    if isinstance(piece, str):
        return name.find(piece, position, end)
    found = piece.search(name, position, end)
    return -1 if found is None else found.start()
