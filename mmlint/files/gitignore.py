"""The patterns of ``.gitignore`` files, as git reads them (git-scm.com/docs/gitignore).

A walk asks about one folder level at a time and never enters what is ignored, so patterns here are
matched against the entry itself. That is what ``pathspec`` cannot be asked: it answers for a file
and all the folders above it at once, and so decides ``*`` followed by ``!a/`` in another way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

import msgspec

from mmlint.model.regex import regex

_ANY_FOLDERS = None
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

_NAMED_CLASS = regex(r"\[:([^\]]*):\]")

Segment = str | re.Pattern[str] | None
"""One part of a pattern between slashes: literal text, a glob, or any number of folders."""


class Pattern(msgspec.Struct, frozen=True):
    """One line. ``anchored``: it is about a path from its file's folder, else about any name."""

    segments: tuple[Segment, ...]
    negated: bool
    folders_only: bool
    anchored: bool


def parse(text: str) -> tuple[Pattern, ...]:
    """Return the patterns of a gitignore file, the last line first: the first match decides."""
    lines = text.removeprefix("\ufeff").split("\n")
    found = (_pattern(line.removesuffix("\r")) for line in lines)
    return tuple(pattern for pattern in found if pattern is not None)[::-1]


def verdict(patterns: Sequence[Pattern], path: str, *, folder: bool) -> bool | None:
    """Whether ``path`` (relative to the patterns' folder) is ignored; None where no line says so.

    ``folder``: it is one. Folders above it are not looked at.
    """
    parts = path.split("/")
    name = parts[-1:]
    for pattern in patterns:
        if pattern.folders_only and not folder:
            continue
        if _matches(pattern.segments, parts if pattern.anchored else name):
            return not pattern.negated
    return None


# --- from lines to patterns -----------------------------------------------------------------------


def _pattern(line: str) -> Pattern | None:
    if not line or line.startswith("#"):
        return None
    line = _without_trailing_blanks(line)
    negated = line.startswith("!")
    line = line[1:] if negated else line
    folders_only = line.endswith("/")
    line = line[:-1] if folders_only else line
    anchored = "/" in line
    line = line.removeprefix("/")
    if not line:
        return None
    try:
        segments = tuple(_segments(line, anchored))
    except ValueError:
        return None
    return Pattern(segments, negated, folders_only, anchored)


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
    """Return what one part of a pattern matches: the text itself, or a regular expression.

    Raises ValueError for what can match nothing: an open bracket, a backslash at the end.
    """
    pieces: list[str] = [""]
    literal, position = True, 0
    while position < len(text):
        character = text[position]
        position += 1
        if character == "*":
            literal = False
            pieces += [""] if pieces[-1] or len(pieces) == 1 else []
        elif character == "?":
            literal = False
            pieces[-1] += "."
        elif character == "[":
            literal = False
            translated, position = _bracket(text, position)
            pieces[-1] += translated
        else:
            if character == "\\":
                if position == len(text):
                    raise ValueError("nothing follows the backslash")
                character = text[position]
                position += 1
            pieces[-1] += re.escape(character)
    if literal:
        return re.sub(r"\\(.)", r"\1", text)
    return re.compile(_joined(pieces), re.DOTALL)


def _joined(pieces: list[str]) -> str:
    """Join what stands between stars. Each piece takes its first place and gives it up no more, so
    that a name with a thousand stars costs no more than one with two."""
    first, *rest = pieces
    if not rest:
        return first
    *middle, last = rest
    atoms = (f"(?=(?P<s{n}>.*?{piece}))(?P=s{n})" for n, piece in enumerate(middle))
    return f"{first}{''.join(atoms)}.*{last}"


def _bracket(text: str, position: int) -> tuple[str, int]:
    """Translate the set whose ``[`` ends at ``position``; return it and where it ends."""
    negated = text[position : position + 1] in ("!", "^")
    position += negated
    members: list[str] = []
    start = position
    while position == start or text[position : position + 1] != "]":
        if position >= len(text):
            raise ValueError("the bracket is never closed")
        named = _NAMED_CLASS.match(text, position)
        if named:
            if named[1] not in _CLASSES:
                raise ValueError("no such class of characters")
            members.append(_CLASSES[named[1]])
            position = named.end()
            continue
        low, position = _member(text, position)
        members.append(re.escape(low))
        if text[position : position + 1] == "-" and text[position + 1 : position + 2] not in "]":
            high, position = _member(text, position + 1)
            if low <= high:
                members.append(f"{re.escape(low)}-{re.escape(high)}")
    return f"[{'^' if negated else ''}{''.join(members)}]", position + 1


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


def _matches_one(one: Segment, part: str) -> bool:
    if isinstance(one, re.Pattern):
        return one.fullmatch(part) is not None
    return one == part
