"""Which settings files say how modules are found, and what their values and paths are."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from mmlint.frameworks import platforms

_SHARED_CONFIG = ("tsconfig", "typescript-config")
"""What the packages that hold a workspace's TypeScript settings have in their folder's name."""

_NAMES = frozenset(
    {
        "package.json",
        "pnpm-workspace.yaml",
        "pnpm-workspace.yml",
        "lerna.json",
        "pyproject.toml",
        "setup.cfg",
    }
)
_TEMPLATES = frozenset(name for one in platforms() for name in one.templates)
_ALIASING = frozenset(name for one in platforms() for name in one.aliasing)


def decides(path: str) -> bool:
    """Whether the file at the project-relative ``path`` may say how modules are found."""
    folders, _, name = path.rpartition("/")
    if not name.endswith(".json"):
        return name in _NAMES or name in _TEMPLATES or holds_aliases(name)
    if name in _NAMES or name in _TEMPLATES:
        return True
    if name.startswith(("tsconfig", "jsconfig")) or name.endswith("tsconfig.json"):
        return True
    return any(word in folders.rpartition("/")[2] for word in _SHARED_CONFIG)


def layer_templates(path: str) -> bool:
    """Whether ``path`` is a template that may say which folders are layers of functions."""
    return path.rpartition("/")[2] in _TEMPLATES


def holds_aliases(path: str) -> bool:
    """Whether ``path`` is a bundler's settings file, which may name aliases."""
    return path.rpartition("/")[2] in _ALIASING


def above(folder: str) -> Iterator[str]:
    """Yield ``folder``, the folders above it, and last the project's own, which is ``""``."""
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]
    yield ""


def join(folder: str, path: str) -> str:
    """Join two project-relative paths and take ``.`` and ``..`` out of the result."""
    joined = posixpath.normpath(posixpath.join(folder, path))
    return "" if joined == "." else joined


def texts(value: object) -> tuple[str, ...]:
    """Return the strings of a list, or the one string that ``value`` is."""
    if isinstance(value, str):
        return (value,)
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()
