"""Near misses: the known word that may have been meant."""

from __future__ import annotations

from collections.abc import Iterable

_LONGEST = 60
"""Characters. Nobody misspells a longer word into one of ours, and comparing takes its square."""


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """Return the one of ``known`` that is spelled most like ``word``, or None if none is close.

    Case, and ``_`` for ``-``, make no difference.
    """
    if len(word) > _LONGEST:
        return None
    plain: dict[str, str] = {}
    for one in known:
        plain.setdefault(_plain(one), one)
    if _plain(word) in plain:
        return plain[_plain(word)]
    from difflib import get_close_matches

    close = get_close_matches(_plain(word), plain, n=1, cutoff=0.7)
    return plain[close[0]] if close else None


def _plain(word: str) -> str:
    return word.lower().replace("_", "-")
