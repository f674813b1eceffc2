"""Break up a line of Python that is too long, as Black and ruff do."""

from __future__ import annotations

import io
import tokenize
from itertools import pairwise

_OPEN = frozenset("([{")
_CLOSE = frozenset(")]}")


def broken(text: str, gap: str, step: str, width: int) -> str | None:
    """Return ``text``, a statement or an item on one line, over several lines: what stands between
    its last brackets goes on a line of its own, or item by item; None where that is not possible.

    ``gap``: a line break and the indentation of the text. ``width``: columns of a line.
    """
    if len(gap.lstrip("\r\n")) + len(text) <= width:
        return text
    found = _last_brackets(text)
    if found is None:
        return None
    opening, closing, commas = found
    body = text[opening + 1 : closing].strip()
    if not body or text[closing + 1 :].strip():
        return None
    inner = gap + step
    lines = [body]
    if body.endswith(",") or len(inner.lstrip("\r\n")) + len(body) > width:
        cuts = [opening, *commas, closing]
        items = [text[a + 1 : b].strip() for a, b in pairwise(cuts)]
        given = [one for one in items if one]
        if len(given) == 1 and " for " in given[0]:
            return None  # no comma may stand behind a generator
        lines = [f"{broken(one, inner, step, width - 1) or one}," for one in given]
    return f"{text[: opening + 1]}{inner}{inner.join(lines)}{gap}{text[closing:]}"


def _last_brackets(text: str) -> tuple[int, int, list[int]] | None:
    """Return where the last pair of brackets opens and closes, and the commas directly in it."""
    stack: list[tuple[int, list[int]]] = []
    last: tuple[int, int, list[int]] | None = None
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, SyntaxError, IndentationError):
        return None
    for token in tokens:
        if token.type != tokenize.OP:
            continue
        if token.string in _OPEN:
            stack.append((token.start[1], []))
        elif token.string in _CLOSE and stack:
            opening, commas = stack.pop()
            last = (opening, token.start[1], commas)
        elif token.string == "," and stack:
            stack[-1][1].append(token.start[1])
    return None if stack else last
