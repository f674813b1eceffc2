"""Where the project begins, seen from a file or folder in it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

MANIFESTS: Final = ("mmlint.toml", ".mmlint.toml", "pyproject.toml", "package.json")
"""Files that mark a project's root where there is no git repository."""


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
