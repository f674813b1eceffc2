"""A settings file as data: what ``languages`` reads and ``project`` asks, whatever its format."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TypeAlias

import msgspec


class Tagged(msgspec.Struct, frozen=True):
    """A YAML scalar with a tag of its own (``!Ref Name``). ``tag``: as written, with its mark."""

    tag: str
    text: str


Tree: TypeAlias = bool | int | float | str | Tagged | list["Tree"] | dict[str, "Tree"] | None
"""A value of a settings file. YAML's plain scalars are all texts; a list of documents stands for a
file of several. Parts can be shared, as YAML's aliases share them, but nothing contains itself."""


class SettingsFile(msgspec.Struct, frozen=True, dict=True):
    """The bytes of a settings file, and its tree, which is read when it is first asked for.

    ``parse``: the bytes to their tree, None where they say nothing; a script has no parser.
    """

    data: bytes
    parse: Callable[[bytes], Tree] | None

    @property
    def is_script(self) -> bool:
        return self.parse is None

    @cached_property
    def tree(self) -> Tree:
        return self.parse(self.data) if self.parse is not None else None

    @property
    def table(self) -> dict[str, Tree]:
        """The tree, where it is a table (names to values, in order), else an empty one."""
        return table(self.tree)

    @property
    def script(self) -> str:
        """The text of a script (``vite.config.ts``), which is no data; else an empty text."""
        return self.data.decode("utf-8", "replace") if self.is_script else ""


def table(value: object) -> dict[str, Tree]:
    """Return ``value`` where it is a table (names to values, in order), else an empty one."""
    return value if isinstance(value, dict) else {}


def tables(tree: Tree) -> Iterator[dict[str, Tree]]:
    """Yield every table of a tree, each once, in the order they are written in."""
    for one in _containers(tree):
        if isinstance(one, dict):
            yield one


def scalars(tree: Tree) -> Iterator[str]:
    """Yield every text of a tree, keys and tagged ones included."""
    for one in _containers([tree]):
        yield from one if isinstance(one, dict) else ()
        for value in one.values() if isinstance(one, dict) else one:
            text = text_of(value)
            if text is not None:
                yield text


def text_of(value: object) -> str | None:
    """Return the text that a value is, tagged or not; None for every other."""
    if isinstance(value, Tagged):
        return value.text
    return value if isinstance(value, str) else None


def _containers(tree: Tree) -> Iterator[dict[str, Tree] | list[Tree]]:
    seen: set[int] = set()
    waiting: list[Tree] = [tree]
    while waiting:
        one = waiting.pop()
        if not isinstance(one, (dict, list)) or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting.extend(reversed(list(one.values()) if isinstance(one, dict) else one))
