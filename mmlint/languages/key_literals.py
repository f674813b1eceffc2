"""Finds complete keys in the bytes of any file, and says whether they stand in code or elsewhere.

Looking at bytes finds them wherever they hide: in strings of every kind, comments, docstrings,
markup. A key holds no character that any of these languages would escape.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Literal as Choices

from mmlint.languages.comments import Span
from mmlint.model.facts import KeyLiteral
from mmlint.sdk.keys import find_keys


def key_literals(
    data: bytes, salt: bytes, *, code: Iterable[Span] = (), comments: Iterable[Span] = ()
) -> tuple[KeyLiteral, ...]:
    """Return every four-segment key in ``data``, redacted, in order.

    ``code``, ``comments``: the bytes that are programs, and those that are comments (of which some
    may lie in programs). ``salt``: for the fingerprints.
    """
    programs, remarks = sorted(code), sorted(comments)

    def where(at: int) -> Choices["code", "comment", "text"]:
        if _within(remarks, at):
            return "comment"
        return "code" if _within(programs, at) else "text"

    return tuple(
        KeyLiteral(found.start, found.end, found.key, where(found.start))
        for found in find_keys(data, salt)
    )


def _within(spans: Sequence[Span], at: int) -> bool:
    """Whether the byte ``at`` lies in one of the sorted ``spans``."""
    index = bisect_right(spans, (at, float("inf"))) - 1
    return index >= 0 and spans[index][0] <= at < spans[index][1]
