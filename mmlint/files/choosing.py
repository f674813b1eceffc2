"""What the ignore files of a tree say, where git does not say it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import msgspec

from mmlint.files.reading import VANISHED, Unreadable, read
from mmlint.files.root import work_tree
from mmlint.model import gitignore

IGNORE_FILE = ".gitignore"


def folders_of(paths: Iterable[str]) -> set[str]:
    """Return every folder that holds one of ``paths``, however deep; the root is ``""``."""
    found = {""}
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return found


class Layer(msgspec.Struct, frozen=True):
    """An ignore file's patterns, and how a path from the root becomes one from its folder."""

    patterns: gitignore.Patterns
    drop: int
    prepend: str = ""


class IgnoreFiles:
    """What ignore files say of one repository's part of the tree; the deepest that has something to
    say is right. Paths are relative to the project's root.

    ``notes``: is told of those that cannot be read.
    """

    def __init__(
        self, root: Path, layers: tuple[Layer, ...] = (), *, notes: list[str] | None = None
    ) -> None:
        self.root = root
        self.layers = layers
        self.notes = [] if notes is None else notes

    @classmethod
    def above(cls, root: Path, folder: str, notes: list[str] | None = None) -> IgnoreFiles:
        """Return what is said about ``folder`` from above it in its work tree."""
        notes = [] if notes is None else notes
        return cls(root, _outer_layers(root, folder, notes), notes=notes)

    def takes(self, path: str) -> bool:
        """Whether a file belongs to the project."""
        return not self._ignores(path, folder=False)

    def enters(self, path: str) -> bool:
        """Whether a folder may hold files of the project."""
        return not self._ignores(path, folder=True)

    def inside(self, folder: str, names: frozenset[str]) -> IgnoreFiles:
        """Return what is said of the entries of ``folder``, which are called ``names``."""
        if IGNORE_FILE not in names:
            return self
        prefix = folder + "/" if folder else ""
        patterns = _patterns(self.root, prefix + IGNORE_FILE, self.notes)
        layers = (Layer(patterns, drop=len(prefix)), *self.layers)
        return IgnoreFiles(self.root, layers, notes=self.notes)

    def _ignores(self, path: str, *, folder: bool) -> bool:
        for layer in self.layers:
            relative = layer.prepend + path[layer.drop :]
            ignored = layer.patterns.verdict(relative, folder=folder)
            if ignored is not None:
                return ignored
        return False


def _outer_layers(root: Path, folder: str, notes: list[str]) -> tuple[Layer, ...]:
    """Return what is said about ``folder`` from above it in its work tree, nearest first, and then
    in the list that the repository keeps to itself."""
    here = root / folder
    top = work_tree(here)
    if top is None:
        return ()
    drop = len(folder) + 1 if folder else 0
    above = [parent for parent in here.parents if parent.is_relative_to(top)]
    layers = [
        Layer(
            _patterns(parent, IGNORE_FILE, notes), drop, here.relative_to(parent).as_posix() + "/"
        )
        for parent in above
    ]
    prepend = layers[-1].prepend if layers else ""
    layers.append(Layer(_patterns(top, ".git/info/exclude", notes), drop, prepend))
    return tuple(layers)


def _patterns(folder: Path, path: str, notes: list[str]) -> gitignore.Patterns:
    # Git does not follow links here either.
    data = b"" if (folder / path).is_symlink() else read(folder, path)
    if isinstance(data, Unreadable) and data.reason != VANISHED:
        notes.append(f"{path}: {data.reason}; its patterns do not count")
    return gitignore.parse("" if isinstance(data, Unreadable) else os.fsdecode(data))
