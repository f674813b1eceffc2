"""Who decides what belongs to the project: git's list, or the ignore files where there is none."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, Protocol

from mmlint.files import git, gitignore
from mmlint.files.reading import Unreadable, read
from mmlint.files.root import work_tree

IGNORE_FILE = ".gitignore"


class Chooser(Protocol):
    """Decides about one repository's part of the tree. Paths are relative to the project's root."""

    def takes(self, path: str) -> bool:
        """Whether the file belongs to the project."""

    def enters(self, path: str) -> bool:
        """Whether the folder may hold files of the project."""

    def leaves(self, path: str) -> bool:
        """Whether another decides in the folder, if it is a repository of its own."""

    def inside(self, folder: str, names: frozenset[str]) -> Chooser:
        """Return who decides about the entries of ``folder``, which are called ``names``."""


def chooser(root: Path, folder: str, notes: list[str]) -> Chooser:
    """Return who decides at the top of the project or of a repository in it (``folder``).

    What the user should know of it is added to ``notes``.
    """
    here = root / folder
    if work_tree(here) is None and not git.is_named(here):
        return _Unignored(root, ())
    answer = git.listed(here)
    if isinstance(answer, git.Failure):
        where = f" of {folder}" if folder else ""
        notes.append(
            f"git could not list the files{where} ({answer.reason}); the folders were searched "
            "instead, as their .gitignore files say"
        )
        return _Unignored(root, _outer_layers(root, folder))
    notes.extend(f"git: {warning}" for warning in answer.warnings)
    return _Listed(folder, answer.paths)


def folders_of(paths: Iterable[str]) -> set[str]:
    """Return every folder that holds one of ``paths``, however deep; the root is ``""``."""
    found = {""}
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return found


class _Listed:
    """Git has decided; ``paths`` are relative to ``folder``."""

    def __init__(self, folder: str, paths: Iterable[str]) -> None:
        prefix = folder + "/" if folder else ""
        self.paths = frozenset(prefix + path for path in paths)
        self.folders = folders_of(self.paths)

    def takes(self, path: str) -> bool:
        return path in self.paths

    def enters(self, path: str) -> bool:
        return path in self.folders or path in self.paths

    def leaves(self, path: str) -> bool:
        # Git lists a submodule, or a repository that lies beside, as if it were a file.
        return path in self.paths

    def inside(self, folder: str, names: frozenset[str]) -> Chooser:
        return self


class _Layer(NamedTuple):
    """An ignore file's patterns, and how a path from the root becomes one from its folder."""

    patterns: tuple[gitignore.Pattern, ...]
    drop: int
    prepend: str = ""


class _Unignored:
    """The ignore files decide; the deepest that has something to say is right."""

    def __init__(self, root: Path, layers: tuple[_Layer, ...]) -> None:
        self.root = root
        self.layers = layers

    def takes(self, path: str) -> bool:
        return not self._ignores(path, folder=False)

    def enters(self, path: str) -> bool:
        return not self._ignores(path, folder=True)

    def leaves(self, path: str) -> bool:
        return True

    def inside(self, folder: str, names: frozenset[str]) -> Chooser:
        if IGNORE_FILE not in names:
            return self
        prefix = folder + "/" if folder else ""
        layer = _Layer(_patterns(self.root, prefix + IGNORE_FILE), drop=len(prefix))
        return _Unignored(self.root, (layer, *self.layers))

    def _ignores(self, path: str, *, folder: bool) -> bool:
        for layer in self.layers:
            relative = layer.prepend + path[layer.drop :]
            ignored = gitignore.verdict(layer.patterns, relative, folder=folder)
            if ignored is not None:
                return ignored
        return False


def _outer_layers(root: Path, folder: str) -> tuple[_Layer, ...]:
    """Return what is said about ``folder`` from above it in its work tree, nearest first, and then
    in the list that the repository keeps to itself."""
    here = root / folder
    top = work_tree(here)
    if top is None:
        return ()
    drop = len(folder) + 1 if folder else 0
    above = [parent for parent in here.parents if parent.is_relative_to(top)]
    layers = [
        _Layer(_patterns(parent, IGNORE_FILE), drop, here.relative_to(parent).as_posix() + "/")
        for parent in above
    ]
    prepend = layers[-1].prepend if layers else ""
    layers.append(_Layer(_patterns(top, ".git/info/exclude"), drop, prepend))
    return tuple(layers)


def _patterns(folder: Path, path: str) -> tuple[gitignore.Pattern, ...]:
    # Git does not follow links here either.
    data = b"" if (folder / path).is_symlink() else read(folder, path)
    return () if isinstance(data, Unreadable) else gitignore.parse(os.fsdecode(data))
