"""What specifiers look like: names with one star (``@/*``, ``./features/*.js``), globs, and hints,
which tell before any specifier is resolved whether it may mean a file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from fnmatch import translate
from functools import lru_cache
from typing import Generic, TypeVar

import msgspec

from mmlint.model.regex import regex

MAX_GLOBS = 64
"""Into how many a glob with braces is taken apart at the most."""

MAX_STARRED = 1000
"""How many patterns with a star one table may have; the rest stays unread."""

V = TypeVar("V")

_Step = Callable[[str], object] | None
"""Whether a folder's name is what a part of a glob stands for; None for ``**``, any number."""

_WILD = frozenset("*?[")

_BRACES = regex(r"\{([^{}]*)\}")


class Hints(msgspec.Struct, frozen=True):
    """``names``: the last name in a specifier is one of these, maybe followed by an extension; it
    is ``.`` where a folder is named by its place alone (``..``, ``./``). ``pieces``: or one of
    these stands in the specifier, which is written in double quotes."""

    names: frozenset[str]
    pieces: frozenset[str] = frozenset()


class Patterns(Generic[V]):
    """What to do with a specifier, by its pattern: an exact name first, then the longest prefix.

    So TypeScript reads ``paths``, and Node ``exports`` and ``imports``. A key that ends in ``/``
    stands for everything below it.
    """

    def __init__(self, entries: Mapping[str, V]) -> None:
        self._exact: dict[str, V] = {}
        starred: list[tuple[str, str, V]] = []
        for key, value in entries.items():
            before, star, after = (f"{key}*" if key.endswith("/") else key).partition("*")
            if star:
                starred.append((before, after, value))
            else:
                self._exact[key] = value
        del starred[MAX_STARRED:]
        self._starred = sorted(starred, key=lambda one: (-len(one[0]), -len(one[1])))

    def find(self, specifier: str) -> tuple[V, str, str] | None:
        """Return the value, what the star stands for, and the fixed text before the star."""
        if specifier in self._exact:
            return self._exact[specifier], "", specifier
        for before, after, value in self._starred:
            if len(specifier) < len(before) + len(after):
                continue
            if specifier.startswith(before) and specifier.endswith(after):
                return value, specifier[len(before) : len(specifier) - len(after)], before
        return None

    def items(self) -> Iterator[tuple[str, bool, V]]:
        """Yield the fixed text that a specifier must hold, whether a star follows, and the value
        of every pattern."""
        for key, value in self._exact.items():
            yield key, False, value
        for before, _, value in self._starred:
            yield before, True, value


def fill(target: str, star: str) -> str:
    """Put ``star`` in place of a target's stars; a target that ends in ``/`` is followed by it."""
    return target + star if target.endswith("/") else target.replace("*", star)


def chosen(folder: str, globs: tuple[str, ...]) -> bool:
    """Whether workspace globs choose ``folder``: one matches it, and none that begins in ``!``."""
    wanted = [one for one in globs if not one.startswith("!")]
    unwanted = [one[1:] for one in globs if one.startswith("!")]
    return _any(folder, wanted) and not _any(folder, unwanted)


def _any(folder: str, globs: list[str]) -> bool:
    parts = tuple(folder.split("/"))
    return any(_matches(parts, glob) for one in globs for glob in _parsed(one))


@lru_cache(maxsize=1024)
def _parsed(glob: str) -> tuple[tuple[_Step, ...], ...]:
    """The plain globs of one with braces, each as its steps."""
    return tuple(
        tuple(
            None if step == "**" else _step(step)
            for step in one.split("/")
            if step not in ("", ".")
        )
        for one in _unbraced(glob)
    )


def _step(step: str) -> Callable[[str], object]:
    if _WILD.isdisjoint(step):
        return step.__eq__
    try:
        return re.compile(translate(step)).match
    except re.error:  # a range such as [z-a]
        return step.__eq__


def _unbraced(glob: str) -> Iterator[str]:
    """Yield the globs that ``{a,b}`` stands for; those that would be too many stay unread."""
    waiting = [glob]
    made = 0
    while waiting and made < MAX_GLOBS:
        one = waiting.pop()
        match = _BRACES.search(one)
        if match is None:
            made += 1
            yield one
        else:
            options = match[1].split(",")[:MAX_GLOBS]
            waiting += [one[: match.start()] + each + one[match.end() :] for each in options]
            del waiting[MAX_GLOBS:]


def _matches(parts: tuple[str, ...], steps: tuple[_Step, ...]) -> bool:
    """Whether the steps of a glob lead through all parts of a path.

    ``reached`` holds how many parts may be behind us after each step: no backtracking.
    """
    reached = {0}
    for step in steps:
        if step is None:
            reached = set(range(min(reached), len(parts) + 1)) if reached else set()
        else:
            reached = {at + 1 for at in reached if at < len(parts) and step(parts[at])}
    return len(parts) in reached
