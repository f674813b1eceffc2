"""Parses with a tree-sitter grammar, without ever taking forever, and finds the comments."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING

from mmlint.languages.comments import Span

if TYPE_CHECKING:
    from tree_sitter import Language as Grammar
    from tree_sitter import Node as Syntax

_CHUNK = 65536
_STEPS = 5000
"""Steps allowed besides one a byte; ordinary code takes one in sixty bytes."""


class Endless(Exception):
    """The parser does not get on."""


def parse(grammar: Grammar, data: bytes) -> Syntax:
    """Return the root of the tree. Raises Endless for the few inputs, all of them hostile, on
    which a grammar tries readings without end: counted in steps, so that the answer never depends
    on the machine's speed."""
    from tree_sitter import Parser

    steps = 0

    def read(offset: int, position: object) -> bytes:
        return data[offset : offset + _CHUNK]

    def is_endless(offset: int, had_error: bool) -> bool:
        nonlocal steps
        steps += 1
        return steps > _STEPS + len(data)

    try:
        parser = Parser(grammar)
        return parser.parse(read, encoding="utf8", progress_callback=is_endless).root_node
    except ValueError:
        raise Endless from None


def comments(
    root: Syntax, data: bytes, marks: re.Pattern[bytes], kinds: Collection[str]
) -> tuple[Span, ...]:
    """Return the spans of all comments, visiting only nodes in which one may begin.

    ``marks``: what a comment begins with, maybe among others. ``kinds``: the types of its nodes.
    """
    found = iter(match.start() for match in marks.finditer(data))
    spans: list[Span] = []
    cursor = root.walk()
    mark = next(found, None)
    while mark is not None:
        node = cursor.node
        if node is None:
            break
        end = node.end_byte
        if end > mark >= node.start_byte and node.type not in kinds:
            if cursor.goto_first_child():
                continue
        elif end > mark >= node.start_byte:
            spans.append((node.start_byte, end))
        while mark is not None and mark < end:
            mark = next(found, None)
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return tuple(spans)
    return tuple(spans)
