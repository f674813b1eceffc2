"""Where the project begins, seen from a file or folder in it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from mmlint.model.regular import IRREGULAR

MANIFESTS: Final = ("mmlint.toml", ".mmlint.toml", "pyproject.toml", "package.json")
"""Files that mark a project's root where there is no git repository."""

_READ_BY_NAME = (
    *MANIFESTS,
    *("setup.cfg", "tsconfig.json", "jsconfig.json", "lerna.json"),
    *("pnpm-workspace.yaml", "pnpm-workspace.yml"),
    ".git",
)


def project_root(start: Path, within: Path | None = None) -> Path:
    """Return the root of the project that ``start`` (a file or folder) belongs to, without links.

    The top of its git work tree; else the nearest folder upward with a manifest; else ``within``
    (a folder that was named, or in which mmlint was started) if ``start`` lies below it; else
    ``start`` itself (its folder, if it is a file).
    """
    start = Path(os.path.realpath(start))
    folder = start.parent if os.path.isfile(start) else start
    top = work_tree(folder)
    if top is not None:
        return top
    for candidate in (folder, *folder.parents):
        if any(os.path.isfile(candidate / name) for name in MANIFESTS):
            return candidate
    if within is not None:
        outer = Path(os.path.realpath(within))
        return outer if folder.is_relative_to(outer) else folder
    return folder


def work_tree(folder: Path) -> Path | None:
    """Return the top of the git work tree that ``folder`` lies in, or None."""
    for candidate in (folder, *folder.parents):
        if is_repository(candidate):
            return candidate
    return None


def is_repository(folder: Path) -> bool:
    """Whether git would take ``folder`` for the top of a work tree.

    ``.git`` is a file in submodules and linked work trees; a folder without ``HEAD`` is none.
    """
    entry = folder / ".git"
    return os.path.isfile(entry / "HEAD") or os.path.isfile(entry)


def odd_files(folder: Path, root: Path) -> Iterator[str]:
    """Yield a note for each name in ``folder``, and above it as far as ``root``, that would say
    something about the project if it were a file, and is a FIFO, a device or a folder. Links count
    as what they lead to."""
    for place in (folder, *folder.parents):
        for name in _READ_BY_NAME:
            path = os.path.join(place, name)
            try:
                mode = os.stat(path).st_mode
            except OSError:
                continue
            if not stat.S_ISREG(mode) and not (name == ".git" and stat.S_ISDIR(mode)):
                shown = os.path.relpath(path, root).replace(os.sep, "/")
                yield f"{shown}: {IRREGULAR}; it is not read"
        if place == root:
            return
