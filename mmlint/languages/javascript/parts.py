"""What the parts of the JavaScript lowering ask of each other; ``modules.Program`` joins them.

They hold each other directly, without a method in between: nested code is lowered by recursion,
and every frame counts against Python's limit.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal, Protocol

from mmlint.model import syntax as s

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

FunctionKind = Literal["function", "method", "getter", "setter", "constructor"]


class Bodies(Protocol):
    """Lowers functions and classes, which hold statements."""

    def function(
        self,
        node: Syntax,
        name: str | None = None,
        kind: FunctionKind = "function",
        owner: int = -1,
        decorators: tuple[s.Value, ...] = (),
    ) -> int:
        """Lower a function and return its index."""

    def class_value(self, node: Syntax, name: str | None) -> int:
        """Lower a class expression and return its index."""


class Expressions(Protocol):
    """Lowers expressions of every kind."""

    @property
    def bodies(self) -> Bodies:
        """What lowers the functions in them."""

    def value(self, node: Syntax) -> s.Value:
        """Lower an expression."""

    def values(self, nodes: Iterable[Syntax]) -> tuple[s.Value, ...]:
        """Lower expressions in order."""

    def named(self, node: Syntax, name: str | None, owner: int = -1) -> s.Value:
        """Lower what is stored under ``name``: a function or class without a name takes it."""

    def pieces(self, node: Syntax) -> s.Value:
        """Keep the expressions inside something that has no counterpart."""


class StatementKinds(Protocol):
    """Lowers statements of every kind."""

    def statement(self, node: Syntax, out: list[s.Statement]) -> None:
        """Lower one statement into ``out``; types, empty statements and the like leave nothing."""
