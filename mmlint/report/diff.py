"""What a fix would change, as a unified diff without secrets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from mmlint.report.excerpt import visible
from mmlint.report.masking import mask_lines, mask_path

_CONTEXT = 3
_HEADER = 2
"""Lines before the first range."""

_BOLD = "1"
_COLORS = {"@": "36", "-": "31", "+": "32"}
_NO_END = "\\ No newline at end of file"


class _Line(msgspec.Struct, frozen=True):
    raw: bytes
    shown: str


def unified(path_shown: str, before: bytes, after: bytes, carrier: bool) -> str:
    """Return the unified diff from ``before`` to ``after``; empty where they are equal.

    ``path_shown``: the path for the header. ``carrier``: the file is of the ``.env`` family.
    Lines are compared as they are and shown masked, so a changed secret shows as a changed line
    whose two sides may look alike. Carriage returns that end a line are kept, so that the diff of
    a file without secrets can be applied; every other control character is made visible. A path
    with a space in it ends in a tab, as git writes it, so that programs see where it ends.
    """
    if before == after:
        return ""
    from difflib import SequenceMatcher

    old, new = _lines(before, carrier), _lines(after, carrier)
    matcher = SequenceMatcher(None, [line.raw for line in old], [line.raw for line in new])
    path = visible(mask_path(path_shown))
    path += "\t" if any(map(str.isspace, path)) else ""
    written = [f"--- a/{path}", f"+++ b/{path}"]
    for group in matcher.get_grouped_opcodes(_CONTEXT):
        written.extend(_hunk(group, old, new))
    return "\n".join(written) + "\n"


def painted(diff: str) -> str:
    """Return the ``unified`` diff of one file in git's colours: the header bold, ranges cyan, old
    lines red and new ones green."""
    lines = diff.split("\n")
    header = [_paint(line, _BOLD) for line in lines[:_HEADER] if line]
    return "\n".join([*header, *(_paint(line, _COLORS.get(line[:1])) for line in lines[_HEADER:])])


def _paint(line: str, color: str | None) -> str:
    text, end = line.removesuffix("\r"), "\r" if line.endswith("\r") else ""
    return f"\x1b[{color}m{text}\x1b[0m{end}" if color else line


def _lines(data: bytes, carrier: bool) -> list[_Line]:
    raw = data.split(b"\n")
    ended, rest = raw[:-1], raw[-1]
    texts = [line.removesuffix(b"\r").decode("utf-8", "replace") for line in raw]
    shown = [_shown(text) for text in mask_lines(texts, carrier)]
    returns = ["\r" if line.endswith(b"\r") else "" for line in ended]
    lines = [
        _Line(line + b"\n", text + end)
        for line, text, end in zip(ended, shown, returns, strict=False)
    ]
    if rest:
        lines.append(_Line(rest, f"{shown[-1]}\n{_NO_END}"))
    return lines


def _shown(text: str) -> str:
    return "\t".join(visible(part) for part in text.split("\t"))


def _hunk(
    group: Sequence[tuple[str, int, int, int, int]], old: list[_Line], new: list[_Line]
) -> Iterator[str]:
    _, first_old, _, first_new, _ = group[0]
    _, _, last_old, _, last_new = group[-1]
    yield f"@@ -{_range(first_old, last_old)} +{_range(first_new, last_new)} @@"
    for tag, old_start, old_end, new_start, new_end in group:
        if tag == "equal":
            yield from (f" {line.shown}" for line in old[old_start:old_end])
            continue
        yield from (f"-{line.shown}" for line in old[old_start:old_end])
        yield from (f"+{line.shown}" for line in new[new_start:new_end])


def _range(start: int, end: int) -> str:
    """Return a hunk's range: the first line from 1 (the line before it where empty), the length."""
    length = end - start
    if length == 1:
        return str(start + 1)
    return f"{start + 1 if length else start},{length}"
