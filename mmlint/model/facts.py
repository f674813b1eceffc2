"""What one file says, without opinion: plain data, cacheable by content."""

from __future__ import annotations

from typing import Literal as Choices

import msgspec

from mmlint.model.key import Key
from mmlint.model.syntax import Module, Node

Language = Choices[
    "javascript", "typescript", "tsx", "python", "html", "vue", "svelte", "astro", "dotenv"
]


class EnvEntry(Node, frozen=True):
    """One ``NAME=value`` of a carrier of configuration. The span is the name's.

    ``value``: what kind of thing the value is; the text itself is never kept.
    ``references``: names it refers to (``$NAME``, ``${NAME}``), in order.
    ``key``: the key it holds, redacted. ``value_start``/``value_end``: the value's bytes.
    """

    name: str
    value: Choices["empty", "key", "placeholder", "reference", "other"]
    value_start: int
    value_end: int
    key: Key | None = None
    references: tuple[str, ...] = ()


class IgnoreComment(Node, frozen=True):
    """A suppression comment. The span is the whole comment, from its opening mark to its end.

    ``codes``: codes and names as written, each with its byte offset in ``code_starts``.
    ``scope``: ``line`` or ``file``. ``alone``: nothing else stands on its line.
    ``style``: ``mmlint`` for ``mmlint: ignore[…]``, ``noqa`` for Python's ``# noqa: MM101``.
    ``leading``: it stands in the first comment block of the file.
    """

    codes: tuple[str, ...]
    code_starts: tuple[int, ...]
    scope: Choices["line", "file"]
    alone: bool
    reason: str
    style: Choices["mmlint", "noqa"] = "mmlint"
    leading: bool = False


class SyntaxProblem(Node, frozen=True):
    """The first place where a parser gave up."""

    message: str


class FileFacts(msgspec.Struct, frozen=True, array_like=True):
    """Everything mmlint knows of one file. No path: equal bytes of a language, equal facts."""

    language: Language
    modules: tuple[Module, ...] = ()
    entries: tuple[EnvEntry, ...] = ()
    ignores: tuple[IgnoreComment, ...] = ()
    problem: SyntaxProblem | None = None
