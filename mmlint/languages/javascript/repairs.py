"""Rewrites valid code that the grammars of JavaScript and TypeScript reject, without moving a byte.

Only the tree comes from the rewritten text: names and literals are read from the source, so that a
name may be replaced by another one of the same length.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from mmlint.model.regex import regex

Repair = Callable[[bytes], bytes]
_Become = Callable[[re.Match[bytes]], bytes]


def _rule(pattern: bytes, become: _Become) -> tuple[re.Pattern[bytes], _Become]:
    return regex(pattern), become


_TEMPLATE: Final = regex(rb"[\w$)\]>]`(?:[^`\\]|\\.)*", re.DOTALL)
"""A template behind what may be its tag, to the next backtick."""

_BAD_ESCAPE: Final = regex(
    rb"(\\\\)|\\(?:x(?![0-9a-fA-F]{2})|u(?![0-9a-fA-F]{4}|\{[0-9a-fA-F]+\})|[1-9]|0(?=[0-9]))"
)

_TABLE: Final[tuple[tuple[re.Pattern[bytes], _Become], ...]] = (
    # A NUL, which may stand in strings, templates, regular expressions and comments.
    _rule(rb"\0", lambda match: b" "),
    # `export type * from "x"`.
    _rule(rb"\b(export\s+)type(?=\s*\*)", lambda match: match[1] + b"    "),
    # `import defer * as a from "x"`, `import source a from "x"`.
    _rule(
        rb"\b(import\s+)(defer(?=\s*\*)|source(?=\s+(?!from\b)[\w$]+\s+from\b))",
        lambda match: match[1] + b" " * len(match[2]),
    ),
    # `export import a = require("x")`: whom the name is for is not known then.
    _rule(rb"\bexport(?=\s+import\s+[\w$]+\s*=)", lambda match: b"      "),
    # `typeof import("x")` among type arguments: some type.
    _rule(
        rb"""\btypeof\s+import\s*\(\s*["'][^"'\n]*["']\s*\)""",
        lambda match: b"X".ljust(len(match[0])),
    ),
    # `import("x").Table<T>` as a type: of a promise, code reads nothing but its methods.
    _rule(
        rb"""\bimport\s*\(\s*["'][^"'\n]*["']\s*\)(?=\s*\.\s*(?!then\b|catch\b|finally\b)\w)""",
        lambda match: b"X".ljust(len(match[0])),
    ),
    # In JSX, `?a=1&b=2` and `drag & drop` are taken for broken character references. `|` stands
    # wherever `&` may stand, and is read as plain text there.
    _rule(rb"(?<!&)&(?!&)", lambda match: b"|"),
    # A member of an interface that begins with `<`, or with a name that begins as an operator does,
    # on a line of its own after one without `;`.
    _rule(rb"(?<=[^\s;,{(<|&=])(\s*\n[ \t]*)[ \t](?=<\s*[A-Za-z])", lambda match: match[1] + b";"),
    _rule(
        rb"(?m)^([ \t]*)in(?=(?:stanceof)?(?:[_$\d]|\s*\??:))",
        lambda match: match[1] + b"__",
    ),
    # A member whose name is a word of the language, after one without `;`.
    _rule(
        rb"(?m)^([ \t]*)(abstract|accessor|as|asserts|async|declare|get|global|infer|is|keyof|"
        rb"module|namespace|of|out|override|readonly|satisfies|set|static|type|unique)(?=\s*\??:)",
        lambda match: match[1] + b"_" * len(match[2]),
    ),
    # `global { … }` in a module that is declared.
    _rule(rb"(?<![\w$.])(?<!declare )global(?=\s*\{)", lambda match: b"      "),
    # Words that the grammars take for keywords where they are names.
    _rule(rb"(?<=<)(\s*)unique(?=\s*[.\[);])", lambda match: match[1] + b"______"),
    _rule(rb"(?<![\w$.])using(?=\s*[(.=,;)}]|\s+from\b)", lambda match: b"_____"),
    _rule(rb"(?<=[\[,])(\s*(?:\.\.\.)?)this(?=\s*\??:)", lambda match: match[1] + b"____"),
    # `a<T>?.()`: the same as `a?.<T>()`.
    _rule(
        rb"(?<=[\w$\])])(<[^<>(){};=]*(?:<[^<>(){};=]*>[^<>(){};=]*)?>)\?\.(?=\s*\()",
        lambda match: b"?." + match[1],
    ),
)


def repairs(data: bytes) -> Iterator[Repair]:
    """Yield what may be done to ``data``, each by itself; each changes something in it."""
    for pattern, become in _TABLE:
        if pattern.search(data):
            yield partial(pattern.sub, become)
    if _tagged(data) != data:
        yield _tagged


def _tagged(data: bytes) -> bytes:
    """Replace the escapes that only templates with a tag may hold."""
    return _TEMPLATE.sub(
        lambda template: _BAD_ESCAPE.sub(
            lambda escape: escape[0] if escape[1] else b"\\a" + escape[0][2:], template[0]
        ),
        data,
    )
