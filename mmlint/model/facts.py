"""What one file says, without opinion: plain data, cacheable by content."""

from __future__ import annotations

from typing import Literal as Choices

import msgspec

from mmlint.model.key import Key
from mmlint.model.syntax import Module, Node

Language = Choices[
    "javascript",
    "typescript",
    "tsx",
    "python",
    "html",
    "vue",
    "svelte",
    "astro",
    "dotenv",
    "json",
    "yaml",
    "toml",
    "dockerfile",
    "shell",
    "markdown",
    "notebook",
    "text",
]
"""``json`` may hold comments and trailing commas. ``text`` is any other text: keys only."""


class Reference(Node, frozen=True):
    """The name of a variable inside a value: ``NAME`` of ``${NAME}``. The span is the name's.

    ``store``: the pipeline's own store that keeps it, out of all files: ``secrets`` or ``vars``.
    """

    name: str
    store: Choices["", "secrets", "vars"] = ""


class EnvEntry(Node, frozen=True):
    """One ``NAME=value`` of a carrier of configuration. The span is the name's, without quotes, so
    that other bytes in their place rename it.

    ``value``: what kind of thing the value is; the text itself is never kept. ``unknown``: it
    comes from somewhere that the project does not show (a secret store, an expression).
    ``value_start``/``value_end``: the value's bytes, without quotes; both equal ``end`` where there
    is no value. ``quoted``: it stands in quotes. ``key``: the key it holds, redacted.
    ``references``: names it refers to (``$NAME``, ``${NAME}``, ``${{ secrets.NAME }}``), in order.
    ``inlined``: it reaches the browser whatever its name (Next's ``env``, Vite's ``define``).
    ``shorthand``: name and value are one word (``{ NAME }``, or ``- NAME`` in a compose file).
    ``address``: the value, where all of it is an address of a host of Millimetric.
    ``slots``: where in a settings file it stands, as ``sdk.carriers`` spells it; whether the file's
    name makes one of them an environment is for the project to say. Empty where all of a file is.
    """

    name: str
    value: Choices["empty", "key", "placeholder", "reference", "unknown", "other"]
    value_start: int
    value_end: int
    key: Key | None = None
    references: tuple[Reference, ...] = ()
    quoted: bool = False
    inlined: bool = False
    shorthand: bool = False
    slots: tuple[str, ...] = ()
    address: str | None = None


class KeyLiteral(Node, frozen=True):
    """A complete four-segment key anywhere in a file. The span is the key's own bytes.

    ``where``: ``code`` is inside a program (a whole script, or the scripts of a page), ``comment``
    in a comment of any language, ``text`` everywhere else: markup, data, prose.
    """

    key: Key
    where: Choices["code", "comment", "text"]


class Connection(Node, frozen=True):
    """A bearer that some client is set up to show to a server of Millimetric's. The span is the
    token's, without the words before it.

    ``part``: of the API, which the address leads to; the address itself is not kept. ``key``: the
    key it is, redacted. ``references``: names of variables that it is put together from.
    """

    part: Choices["mcp", "mcp/account"]
    key: Key | None = None
    references: tuple[Reference, ...] = ()


class TagAttribute(Node, frozen=True):
    """An attribute of a tag. The span is the whole attribute's, with its value and quotes.

    ``name``: lower case, as HTML has it. ``value``: the redacted text, "" where none is given;
    None where it is not known before run time (bound, templated).
    ``value_start``/``value_end``: the value's bytes without quotes. ``key``: the key it holds.
    """

    name: str
    value: str | None
    value_start: int
    value_end: int
    key: Key | None = None


class ScriptTag(Node, frozen=True):
    """A tag of a page or component that loads a script with a ``data-key``, or Millimetric's own.
    The span is the opening tag's, from ``<`` to behind ``>``.

    ``component``: it is ``<Script>``, an import of the file, rather than the plain element.
    ``name_end``: the byte behind the tag's name, where an attribute can be added.
    ``open``: at run time it may have attributes that cannot be seen (a spread, a template's tag).
    """

    attributes: tuple[TagAttribute, ...]
    name_end: int
    component: bool = False
    open: bool = False


class IgnoreComment(Node, frozen=True):
    """A suppression comment. The span is the whole comment, from its opening mark to its end.

    ``codes``: codes and names as written, each with its byte offset in ``code_starts``.
    ``scope``: ``line`` or ``file``. ``alone``: nothing else stands on its line.
    ``style``: ``mmlint`` for ``mmlint: ignore[…]``, ``noqa`` for Python's ``# noqa: MM101``.
    ``leading``: it stands in the first comment block of the file. ``reach``: the end of the text
    block that the line below it begins, whose every line it speaks of; 0 for none.

    One of style ``missed`` hides nothing: another spelling, which may mean a suppression if its
    words name rules. ``written``: where that begins, and the end of its list in brackets, 0 for
    words without. ``fits``: where it stands, the right spelling would do what it says.
    """

    codes: tuple[str, ...]
    code_starts: tuple[int, ...]
    scope: Choices["line", "file"]
    alone: bool
    reason: str
    style: Choices["mmlint", "noqa", "missed"] = "mmlint"
    leading: bool = False
    reach: int = 0
    written: tuple[int, int] = (0, 0)
    fits: bool = True


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
    keys: tuple[KeyLiteral, ...] = ()
    tags: tuple[ScriptTag, ...] = ()
    connections: tuple[Connection, ...] = ()
