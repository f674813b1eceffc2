"""Byte positions of LibCST nodes: the tree written out once, following the file instead of writing.

LibCST keeps no positions; its own provider copies the tree and encodes every token. Measured:
parsing runs at 0.6 MB/s, this at 2, ``ByteSpanPositionProvider`` at 0.2.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from itertools import accumulate
from types import TracebackType

import libcst as cst
from libcst._nodes.internal import CodegenState

Span = tuple[int, int]

_LAYOUT = frozenset(
    (cst.SimpleWhitespace, cst.Newline, cst.TrailingWhitespace, cst.EmptyLine, cst.Comma)
)
"""Nodes that are never asked for; leaving them out keeps the table small."""

_LOST = frozenset(" \t\f\r\n\\\ufeff")
"""Characters that LibCST reads and does not write back at a few places: page breaks and
continuations before a statement, byte order marks."""


class Lost(ValueError):
    """The tree does not say what the file says, so that nothing in it has a known place."""


class Spans:
    """Where the nodes of one module stand, as byte offsets of its text in UTF-8."""

    def __init__(self, module: cst.Module, text: str) -> None:
        """Raise ``Lost`` where ``text`` is not what ``module`` was parsed from."""
        follower = _Follower(module, text)
        module._codegen(follower)  # noqa: SLF001  # what LibCST's own providers call
        self._inner = follower.inner
        self._outer = follower.outer
        self._bytes: list[int] | None = None
        if not text.isascii():
            self._bytes = [0, *accumulate(len(character.encode()) for character in text)]
        self.comments = tuple(map(self._measured, follower.comments))

    def of(self, node: cst.CSTNode) -> Span:
        """Start and end of ``node`` without the parentheses around it (a tuple keeps its own)."""
        return self._measured(self._inner[node])

    def whole(self, node: cst.CSTNode) -> Span:
        """Start and end of an expression with its parentheses."""
        return self._measured(self._outer.get(node) or self._inner[node])

    def _measured(self, span: Span) -> Span:
        """Turn characters into bytes."""
        if self._bytes is None:
            return span
        return self._bytes[span[0]], self._bytes[span[1]]


class _Follower(CodegenState):
    """Takes the tokens that LibCST would write and walks over them in the text, in characters."""

    def __init__(self, module: cst.Module, text: str) -> None:
        super().__init__(
            default_indent=module.default_indent, default_newline=module.default_newline
        )
        self.position = 0
        self.inner: dict[cst.CSTNode, Span] = {}
        self.outer: dict[cst.CSTNode, Span] = {}
        self.comments: list[Span] = []
        self.starts: list[int] = []  # of everything that has begun and not ended
        self._text = text

    def add_indent_tokens(self) -> None:
        for token in self.indent_tokens:
            self.add_token(token)

    def add_token(self, value: str) -> None:
        if not self._text.startswith(value, self.position):
            self._find(value)
        self.position += len(value)

    def _find(self, value: str) -> None:
        """Step over what was lost, and let everything that begins here begin after it."""
        position, size = self.position, len(self._text)
        while not self._text.startswith(value, position):
            if position == size:
                self.position = size - len(value)  # a line break that the last line does not have
                return
            if self._text[position] not in _LOST:
                raise Lost(f"{value!r} expected at character {position}")
            position += 1
        for index in range(len(self.starts) - 1, -1, -1):
            if self.starts[index] != self.position:
                break
            self.starts[index] = position
        self.position = position

    def before_codegen(self, node: cst.CSTNode) -> None:
        self.starts.append(self.position)

    def after_codegen(self, node: cst.CSTNode) -> None:
        span = (self.starts.pop(), self.position)
        kind = type(node)
        if kind in _LAYOUT:
            return
        known = self.inner.get(node)
        if known is None:
            self.inner[node] = span
            if kind is cst.Comment:
                self.comments.append(span)
        elif known == span:
            pass
        elif kind is cst.Tuple or kind is cst.GeneratorExp:
            self.inner[node] = span  # their parentheses are their own
        else:
            self.outer[node] = span

    def record_syntactic_position(  # type: ignore[override]  # a plain class is twice as fast
        self,
        node: cst.CSTNode,
        *,
        start_node: cst.CSTNode | None = None,
        end_node: cst.CSTNode | None = None,
    ) -> AbstractContextManager[None]:
        return _Recording(self, node, start_node, end_node)


class _Recording(AbstractContextManager[None]):
    """Notes where the tokens of one node begin and end, without the layout around them."""

    __slots__ = ("_first", "_follower", "_last", "_node")

    def __init__(
        self,
        follower: _Follower,
        node: cst.CSTNode,
        first: cst.CSTNode | None,
        last: cst.CSTNode | None,
    ) -> None:
        self._follower = follower
        self._node = node
        self._first = first
        self._last = last

    def __enter__(self) -> None:
        self._follower.starts.append(self._follower.position)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None:
            return
        start, end = self._follower.starts.pop(), self._follower.position
        known = self._follower.inner
        if self._first is not None:
            start = known[self._first][0]
        if self._last is not None:
            end = known[self._last][1]
        known[self._node] = (start, end)
