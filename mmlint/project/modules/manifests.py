"""Reads the settings files that say how modules are found; what does not parse says nothing."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

import msgspec

from mmlint.model.regex import regex
from mmlint.project.modules.literals import uncommented

_TRAILING_COMMA = regex(r'("[^"\\\n]*(?:\\.[^"\\\n]*)*"?)|,(?=\s*[}\]])')

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
_TEMPLATES = frozenset({"template.yaml", "template.yml", "serverless.yml", "serverless.yaml"})
_ALIASING = regex(r"(?:svelte|vite|nuxt|astro|vue)\.config\.[cm]?[jt]s")


def decides(path: str) -> bool:
    """Whether the file at the project-relative ``path`` may say how modules are found."""
    folders, _, name = path.rpartition("/")
    if not name.endswith(".json"):
        return name in _NAMES or name in _TEMPLATES or holds_aliases(name)
    if name in _NAMES:
        return True
    if name.startswith(("tsconfig", "jsconfig")) or name.endswith("tsconfig.json"):
        return True
    return any(word in folders.rpartition("/")[2] for word in _SHARED_CONFIG)


def layer_templates(path: str) -> bool:
    """Whether ``path`` is a template that may say which folders are layers of functions."""
    return path.rpartition("/")[2] in _TEMPLATES


def holds_aliases(path: str) -> bool:
    """Whether ``path`` is a bundler's settings file, which may name aliases."""
    name = path.rpartition("/")[2]
    return ".config." in name and _ALIASING.fullmatch(name) is not None


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


def table(value: object) -> dict[str, object]:
    """Return ``value`` where it is a table (names to values, in order), else an empty one."""
    if not isinstance(value, dict):
        return {}
    return {key: one for key, one in value.items() if isinstance(key, str)}


def texts(value: object) -> tuple[str, ...]:
    """Return the strings of a list, or the one string that ``value`` is."""
    if isinstance(value, str):
        return (value,)
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def read_json(data: bytes | None) -> dict[str, object]:
    """Return the table that JSON is, comments and trailing commas allowed; else an empty one."""
    if data is None:
        return {}
    data = data.removeprefix(b"\xef\xbb\xbf")
    return _decoded(data) or _decoded(_plain(data))


def _decoded(data: bytes) -> dict[str, object]:
    try:
        return table(msgspec.json.decode(data))
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return {}


def _plain(data: bytes) -> bytes:
    """Take comments and trailing commas out of JSON."""
    text = uncommented(data.decode("utf-8", "replace"))
    text = _TRAILING_COMMA.sub(lambda match: match[1] or " ", text)
    return text.encode("utf-8", "replace")


def pnpm_packages(data: bytes) -> tuple[str, ...]:
    """Return the list ``packages`` of a ``pnpm-workspace.yaml``.

    Only the shapes that pnpm documents are read: lines of ``- glob``, or one list in brackets.
    """
    lines = data.decode("utf-8", "replace").removeprefix("\ufeff").splitlines()
    for number, line in enumerate(lines):
        key, colon, rest = line.partition(":")
        if not colon or key.strip("\"'") != "packages":
            continue
        after = lines[number + 1 :]
        if rest.lstrip().startswith("["):
            written = "\n".join([rest.partition("[")[2], *after]).partition("]")[0]
            return tuple(_scalar(one) for one in written.split(",") if one.strip())
        return tuple(_block(after))
    return ()


def _block(lines: list[str]) -> Iterator[str]:
    """The items of a YAML block list, up to the first line that is none."""
    for line in lines:
        dash, _, item = line.strip().partition(" ")
        if dash == "-" and item:
            yield _scalar(item)
        elif dash and not dash.startswith("#"):
            return


def _scalar(item: str) -> str:
    """What a YAML scalar says, without its quotes or the comment after it."""
    item = item.strip()
    if item[:1] in ("'", '"'):
        return item[1:].partition(item[0])[0]
    return item.partition(" #")[0].strip()
