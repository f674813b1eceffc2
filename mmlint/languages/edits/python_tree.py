"""A parsed file of Python, as edits need it: places, tokens, and lists in brackets.

The standard library's parser is used: an edit needs places, and it gives them in milliseconds. A
file it cannot read (newer syntax than the running Python's) gets no fixes.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

import msgspec

from mmlint.languages.edits import layout
from mmlint.languages.edits.layout import Listing, Span
from mmlint.model import finding as f

_BOM: Final = b"\xef\xbb\xbf"
_QUIET: Final = {tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
_OPEN: Final = {"(", "[", "{"}
_CLOSE: Final = {")", "]", "}"}

_Placed = ast.stmt | ast.expr | ast.alias
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Token(msgspec.Struct, frozen=True):
    start: int
    end: int
    text: str
    kind: int


class Script(msgspec.Struct, frozen=True):
    """A parsed file: its tree, its tokens without line breaks, and where its lines start."""

    source: bytes
    tree: ast.Module
    tokens: tuple[Token, ...]
    lines: tuple[int, ...]

    def start(self, node: _Placed) -> int:
        return self.lines[node.lineno - 1] + node.col_offset

    def end(self, node: _Placed) -> int:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self.lines[node.end_lineno - 1] + node.end_col_offset

    def first(self, statement: ast.stmt) -> int:
        """Where the statement starts with its decorators."""
        if isinstance(statement, Function | ast.ClassDef) and statement.decorator_list:
            return self.source.rfind(b"@", 0, self.start(statement.decorator_list[0]))
        return self.start(statement)

    def comments(self) -> list[Span]:
        return [(t.start, t.end) for t in self.tokens if t.kind == tokenize.COMMENT]


@lru_cache(maxsize=4)
def parse(source: bytes) -> Script | None:
    skipped = len(_BOM) if source.startswith(_BOM) else 0
    if re.search(rb"\r(?!\n)", source):
        return None
    try:
        text = source[skipped:].decode()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
        lines = _line_starts(source, skipped)
        return Script(source, tree, tuple(_tokens(text, lines)), lines)
    except (SyntaxError, ValueError, RecursionError, MemoryError, tokenize.TokenError):
        return None


def _line_starts(source: bytes, first: int) -> tuple[int, ...]:
    return (first, *(match.end() for match in re.finditer(rb"\n", source)))


def _tokens(text: str, lines: tuple[int, ...]) -> Iterator[Token]:
    rows = text.split("\n")
    for token in tokenize.generate_tokens(io.StringIO(text, newline="").readline):
        if token.type in _QUIET or not token.string:
            continue
        row, column = token.start
        start = lines[row - 1] + len(rows[row - 1][:column].encode())
        end = start + len(token.string.encode())
        yield Token(start, end, token.string, token.type)


def suites(tree: ast.AST) -> Iterator[tuple[ast.AST, list[ast.stmt]]]:
    """Yield every list of statements with what it belongs to, outer before inner."""
    for node in ast.walk(tree):
        for _, value in ast.iter_fields(node):
            if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
                yield node, value


def found(script: Script, edit: f.Edit) -> tuple[ast.stmt, list[ast.stmt], ast.AST] | None:
    """Return the statement at the span, its suite, and the suite's owner.

    A span inside a simple statement stands for that statement.
    """
    for owner, suite in suites(script.tree):
        for statement in suite:
            if script.first(statement) == edit.start and edit.end <= script.end(statement):
                return statement, suite, owner
            inside = script.first(statement) <= edit.start and edit.end <= script.end(statement)
            if inside and not _nests(statement):
                return statement, suite, owner
    return None


def _nests(statement: ast.stmt) -> bool:
    """Whether functions or other statements stand inside ``statement``."""
    inner = (node for node in ast.walk(statement) if node is not statement)
    return any(isinstance(node, ast.stmt | ast.Lambda) for node in inner)


def own_line(script: Script, statement: ast.stmt) -> bool:
    """Whether ``statement`` starts a line that does not continue the one above."""
    start = script.first(statement)
    above = script.source[: layout.line_start(script.source, start)].rstrip(b"\r\n")
    return layout.starts_line(script.source, start) and not above.endswith(b"\\")


def alone(script: Script, statement: ast.stmt) -> bool:
    """Whether no other code shares a line with ``statement`` (a comment behind it may)."""
    end = script.end(statement)
    rest = script.source[end : layout.line_end(script.source, end)].strip(layout.BLANKS)
    return own_line(script, statement) and (not rest or rest.startswith(b"#"))


def line_break(source: bytes, offset: int) -> str:
    """A newline and the indentation of the line of ``offset``."""
    return layout.newline(source, offset) + layout.indentation(source, offset)


def must_come_first(statement: ast.stmt) -> bool:
    """Whether ``statement`` loses its meaning behind another one: a docstring, a future import."""
    if isinstance(statement, ast.ImportFrom):
        return statement.module == "__future__"
    value = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def listing(script: Script, opening: int, closing: int) -> Listing:
    """Return what stands between the brackets at the offsets ``opening`` and ``closing``."""
    items: list[Span] = []
    comments: list[Span] = []
    waiting: list[Span] = []
    depth = 0
    fresh = True
    for token in script.tokens:
        if not opening < token.start < closing:
            continue
        span = (token.start, token.end)
        if token.kind == tokenize.COMMENT:
            waiting.extend([span] if depth == 0 else [])
            continue
        mark = token.text if token.kind == tokenize.OP else ""
        depth += (mark in _OPEN) - (mark in _CLOSE)
        divides = mark == "," and depth == 0
        if divides or fresh:
            comments.extend(waiting)
        waiting.clear()
        if not divides:
            items.append(span if fresh else (items.pop()[0], token.end))
        fresh = divides
    return Listing(opening + 1, closing, tuple(items), (*comments, *waiting))


def opening(script: Script, closing: int) -> int | None:
    """Return where the bracket opens that closes at ``closing``."""
    stack: list[int] = []
    for token in script.tokens:
        if token.kind != tokenize.OP:
            continue
        if token.text in _OPEN:
            stack.append(token.start)
        elif token.text in _CLOSE and stack:
            opened = stack.pop()
            if token.start == closing:
                return opened
    return None
