"""Observes JavaScript and TypeScript: what a program says, without opinion.

Parsed with tree-sitter, which gives exact byte spans and reads on after a syntax error.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from mmlint.languages.javascript.repairs import Repair, repairs
from mmlint.languages.javascript.scope import COMMENTS
from mmlint.languages.trees import Endless, comments, parse
from mmlint.model.facts import SyntaxProblem
from mmlint.model.regex import regex
from mmlint.model.syntax import Module

if TYPE_CHECKING:
    from tree_sitter import Language as Grammar
    from tree_sitter import Node as Syntax

Dialect = Literal["javascript", "typescript", "tsx"]

_COMMENT_MARKS: Final = regex(rb"//|/\*|<!--|-->")
_MOST_OPEN_COMMENTS: Final = 1000
"""The parser reads to the end of the file for each comment that is never closed."""

_UNKNOWN: Final = sys.maxsize
"""Errors of what was not parsed yet."""

_CLOSERS: Final = {"(": ")", "[": "]", "{": "}", "${": "}", "`": "`"}
_SHOWN_TOKEN: Final = regex(r"[^\w\s\"'`]{1,3}|[a-z]{1,10}(?![\w-])")
"""Signs and words of the language. Anything else might be part of a secret."""


class Script(NamedTuple):
    """One observed program.

    ``comments``: the bytes of every comment, from its opening mark to its end, in order.
    ``problem``: the first syntax error, if there is one; the healthy rest is in ``module``.
    """

    module: Module
    comments: tuple[tuple[int, int], ...]
    problem: SyntaxProblem | None


def observe(
    data: bytes,
    dialect: Dialect,
    side: Literal["client", "server"] | None = None,
    salt: bytes = b"",
) -> Script:
    """Return what ``data`` says. Offsets are bytes of ``data``, from 0. Never raises.

    ``dialect``: ``javascript`` reads JSX as well, and what only TypeScript's grammar understands
    (type annotations in files for Flow). ``side``: where a component's script runs. ``salt``: for
    the fingerprints of keys.
    """
    from mmlint.languages.javascript.modules import Program

    if data.count(b"/*", data.rfind(b"*/") + 1) > _MOST_OPEN_COMMENTS:
        unread = SyntaxProblem(0, len(data), "too many comments that are never closed")
        return Script(Program(b"").module(_parse(b"", dialect), side), (), unread)
    try:
        root = _parse(data, dialect)
    except Endless:
        unread = SyntaxProblem(0, len(data), "too entangled to be read")
        return Script(Program(b"").module(_parse(b"", dialect), side), (), unread)
    if root.has_error:
        root = _read_again(data, dialect, root)
    program = Program(data, salt)
    module = program.module(root, side)
    problem = _first_problem(root, data)
    if problem is None and program.walk.too_deep is not None:
        problem = SyntaxProblem(*program.walk.too_deep, "nested too deeply to follow")
    return Script(module, comments(root, data, _COMMENT_MARKS, COMMENTS), problem)


def _parse(data: bytes, dialect: Dialect) -> Syntax:
    """Return the root of the tree. Raises Endless."""
    return parse(_grammar(dialect), data)


def _read_again(data: bytes, dialect: Dialect, root: Syntax) -> Syntax:
    """Return a tree of what else the text may be: with fewer errors than ``root``, else ``root``.

    Repairs are tried one by one, each on top of those that did no harm: what mends one place may
    break another.
    """
    dialects: list[Dialect] = [dialect]
    if dialect == "javascript":
        dialects.append("tsx")
    best, least = root, _errors(root)
    for other in dialects:
        text, fewest = data, _errors(root)
        tries: list[Repair] = [*repairs(data)]
        if other != dialect:
            tries.insert(0, bytes)
            fewest = _UNKNOWN
        for repair in tries:
            candidate = repair(text)
            try:
                again = _parse(candidate, other)
            except Endless:
                continue
            count = _errors(again)
            if count == 0:
                return again
            if count <= fewest:
                text, fewest = candidate, count
            if count < least:
                best, least = again, count
    return best


def _errors(root: Syntax) -> int:
    """Return how many errors a tree has, as a measure of how well the text was understood."""
    return sum(1 for node in lower_broken(root) if node.type != _INVENTED)


@cache
def _grammar(dialect: Dialect) -> Grammar:
    from tree_sitter import Language

    if dialect == "javascript":
        import tree_sitter_javascript

        return Language(tree_sitter_javascript.language())
    import tree_sitter_typescript

    if dialect == "tsx":
        return Language(tree_sitter_typescript.language_tsx())
    return Language(tree_sitter_typescript.language_typescript())


_INVENTED = "!"
"""The grammar invents a missing ``!`` in a tagged template with type arguments; no real mistake
lacks one."""

# --- syntax errors --------------------------------------------------------------------------------


def _first_problem(root: Syntax, data: bytes) -> SyntaxProblem | None:
    node = next((one for one in lower_broken(root) if one.type != _INVENTED), None)
    if node is None:
        return None
    if node.is_missing:
        what = "a name or value" if node.is_named else f'"{node.type}"'
        return SyntaxProblem(node.start_byte, node.end_byte, f"expected {what} here")
    return _unexpected(node, data)


def lower_broken(root: Syntax) -> Iterator[Syntax]:
    """Yield missing and unreadable nodes in source order, the innermost of those that nest."""
    stack = [root] if root.has_error else []
    while stack:
        node = stack.pop()
        inner = [] if node.is_missing else [one for one in node.children if one.has_error]
        stack += reversed(inner)
        if node.is_missing or not inner:
            yield node


def _unexpected(node: Syntax, data: bytes) -> SyntaxProblem:
    """Say what is wrong with an error node. One that goes on to the end wants something closed."""
    start, end = node.start_byte, node.end_byte
    opened = _unclosed(node) if end >= len(data.rstrip()) else None
    if opened is not None:
        return SyntaxProblem(opened.start_byte, opened.end_byte, f'"{opened.type}" is never closed')
    text = data[start : start + 64].decode("utf-8", "replace").lstrip()
    shown = _SHOWN_TOKEN.match(text)
    what = f'unexpected "{shown.group()}"' if shown else "unexpected text"
    return SyntaxProblem(start, end, what)


def _unclosed(node: Syntax) -> Syntax | None:
    """Return the innermost bracket among the children that nothing closes."""
    opened: list[Syntax] = []
    for child in node.children:
        if opened and child.type == _CLOSERS[opened[-1].type]:
            opened.pop()
        elif child.type in _CLOSERS:
            opened.append(child)
    return opened[-1] if opened else None
