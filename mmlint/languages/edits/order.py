"""In which order an import lists its names, and where one more belongs.

Import sorters disagree: what a list is already sorted by is what it stays sorted by.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from mmlint.model.regex import regex

_NUMBER = regex(r"(\d+)")

Key = tuple[Any, ...]


class Imported(msgspec.Struct, frozen=True):
    """One name of an import: as its module calls it, and as this file does. ``is_type``: it is
    marked as a type by itself."""

    name: str
    local: str
    is_type: bool = False


Order = Callable[[Imported], Key]


def place(
    order: Sequence[Order],
    names: Sequence[Imported],
    name: str,
    others: Sequence[Sequence[Imported]],
) -> int:
    """Return the number (from 0) that ``name`` shall have among ``names``: its sorted place where
    they are sorted in one of the orders, else the last. ``order``: the orders, the likeliest first.

    ``others``: the names of the file's other imports. They decide between orders, and whether a
    single name is the beginning of a sorted list.
    """
    evidence = [other for other in others if len(other) > 1]
    fitting = [one for one in order if _is_sorted(names, one)]
    scores = [sum(_is_sorted(other, one) for other in evidence) for one in fitting]
    if not fitting or (len(names) == 1 and 2 * max(scores) < len(evidence)):
        return len(names)
    best = fitting[scores.index(max(scores))]
    new = best(Imported(name, name))
    return sum(best(one) <= new for one in names)


def _is_sorted(names: Sequence[Imported], order: Order) -> bool:
    keys = [order(one) for one in names]
    return keys == sorted(keys)


# --- the orders -----------------------------------------------------------------------------------


def _natural(text: str) -> Key:
    """Numbers inside a name count as numbers."""
    parts = _NUMBER.split(text)
    return tuple((1, int(one)) if one.isdigit() else (0, one) for one in parts if one)


def _insensitive(text: str) -> Key:
    """Case decides between equals alone, upper case first."""
    return (*_natural(text.lower()), (-1, ""), text)


def _sensitive(text: str) -> Key:
    return (text,)


def _of(text: Callable[[Imported], str], key: Callable[[str], Key], types: int) -> Order:
    """``types``: whether marked types stand first (-1), last (1), or among the others (0)."""
    return lambda one: (types * one.is_type, *key(text(one)))


def _name(one: Imported) -> str:
    return one.name


def _local(one: Imported) -> str:
    return one.local


JAVASCRIPT: tuple[Order, ...] = tuple(
    _of(text, key, types)
    for types in (0, -1, 1)
    for key in (_insensitive, _sensitive)
    for text in (_name, _local)
)
"""Those of Biome, simple-import-sort and Perfectionist, and of ESLint's own ``sort-imports``."""


def _by_kind(one: Imported) -> Key:
    """Constants, then classes, then the rest: isort and ruff."""
    is_constant = one.name.isupper() and len(one.name) > 1
    kind = 0 if is_constant else 1 if one.name[:1].isupper() else 2
    return (kind, *_insensitive(one.name))


PYTHON: tuple[Order, ...] = (_by_kind, _of(_name, _insensitive, 0), _of(_name, _sensitive, 0))
