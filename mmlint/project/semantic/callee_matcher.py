"""Whether something of a package, or a global, is what a pattern describes.

There are many patterns, and most are of packages that a project does not have: these are known by
how what they describe begins, and never compiled.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from mmlint.model.regex import regex

_TOKEN = regex(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.")
_SPECIAL = frozenset("^$.?*+{}()|")
_MAY_BE_LEFT_OUT = ("?", "*", "{")


@cache
def callee_matcher(pattern: str) -> Callable[[str], bool]:
    """Return the predicate that tells whether a qualified name (``module:path``) matches
    ``pattern``, a regular expression as in ``Callback.callee``."""
    begin, whole = beginnings(pattern), regex(pattern)

    def holds(text: str) -> bool:
        return text.startswith(begin) and whole.search(text) is not None

    return holds


def beginnings(pattern: str) -> tuple[str, ...]:
    """Return texts with one of which begins whatever ``pattern`` is found in; an empty one, with
    which everything does, where it does not say so at its own beginning."""
    found: list[str] = []
    for option in _options(_TOKEN.findall(pattern)):
        found += _fixed(option[1:]) if option[:1] == ["^"] else [""]
    return tuple(found)


def _fixed(tokens: Sequence[str]) -> list[str]:
    """How texts can begin of which a part of a pattern, anchored at its beginning, is found."""
    if tokens[:1] == ["("]:
        end = _end(tokens)
        if tokens[1] == "?" or tokens[end + 1 : end + 2] in (["?"], ["*"], ["{"]):
            return [""]
        return [text for one in _options(tokens[1:end]) for text in _fixed(one)]
    text = ""
    for token, after in zip(tokens, [*tokens[1:], ""], strict=False):
        plain = token[-1] if len(token) == 1 or not token[1].isalnum() else ""
        if token in _SPECIAL or token[0] == "[" or not plain or after in _MAY_BE_LEFT_OUT:
            break
        text += plain
    return [text]


def _options(tokens: Sequence[str]) -> list[Sequence[str]]:
    """The parts between the bars that stand in no group."""
    found: list[Sequence[str]] = []
    start = depth = 0
    for number, token in enumerate(tokens):
        depth += (token == "(") - (token == ")")
        if token == "|" and depth == 0:
            found.append(tokens[start:number])
            start = number + 1
    return [*found, tokens[start:]]


def _end(tokens: Sequence[str]) -> int:
    """Where the group ends that the first token opens."""
    depth = 0
    for number, token in enumerate(tokens):
        depth += (token == "(") - (token == ")")
        if depth == 0:
            return number
    return len(tokens)
