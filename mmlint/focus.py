"""Whether the files that a hook was handed can take part in anything that mmlint reports.

Most commits do not touch analytics. A file without a needle that imports nothing with one has no
facts, whatever the rest of the project holds; so the project need not even be listed. What this
module cannot prove from these files and their neighbours it leaves to the run.
"""

from __future__ import annotations

import os
import posixpath
import re
import sys
from collections.abc import Callable, Iterator, Sequence

from mmlint.files.imports import import_lines
from mmlint.files.kinds import MAX_BYTES, is_test, language, skipped
from mmlint.files.needles import Needles, matters, needles
from mmlint.files.reading import Reader, Unreadable
from mmlint.model.regex import regex
from mmlint.model.regular import read_regular

MOST = 64
"""Files of code that are read at the most; a larger neighbourhood costs what a run does. Others
import nothing, and are read however many they are."""

_CODE = frozenset({"javascript", "typescript", "tsx", "python", "vue", "svelte", "astro"})
_TEXTS = _CODE | {"html", "markdown", "shell", "text"}
_EXTENSIONS = (
    *("", ".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs"),
    *(".vue", ".svelte", ".astro"),
)
_CONFIGURATIONS = ("mmlint.toml", ".mmlint.toml", "pyproject.toml", "package.json")
_BASELINE = ".mmlint-baseline"
_SETTINGS = regex(r"(?:[tj]sconfig.*\.json|.*\.config\.[cm]?[jt]s)\Z")


def idle(names: Sequence[str]) -> int | None:
    """Return how many files ``names`` (paths, relative to the current folder) are, if certainly no
    finding can speak of them and no configuration of mmlint's has a say; else None."""
    here = os.path.realpath(os.getcwd())
    paths = {os.path.normpath(os.path.join(here, name)) for name in names}
    tops = {_top(os.path.dirname(path)) for path in paths}
    top = tops.pop() if len(tops) == 1 else None
    if top is None or any(os.path.realpath(path) != path for path in paths):
        return None
    folders = {os.path.dirname(path) for path in paths}
    if here == top or here.startswith(os.path.join(top, "")):
        folders.add(here)
    if any(map(_is_configured, {one for folder in folders for one in _above(folder, top)})):
        return None
    found = _Neighbourhood(top)
    relative = [os.path.relpath(path, top).replace(os.sep, "/") for path in paths]
    if not all(map(found.is_idle, relative)) or any(map(_baselined(top), relative)):
        return None
    return len(paths)


def _baselined(top: str) -> Callable[[str], bool]:
    """Return whether a file may be in the project's baseline, where its entries are stale now."""
    try:
        data = read_regular(os.path.join(top, _BASELINE), MAX_BYTES)
    except FileNotFoundError:
        return lambda path: False
    except OSError:
        return lambda path: True
    return lambda path: not path.isascii() or f'["{path}", '.encode() in data


def _top(folder: str) -> str | None:
    """Return the top of the git work tree that ``folder`` (without links) lies in, or None."""
    while True:
        entry = os.path.join(folder, ".git")
        if os.path.isfile(os.path.join(entry, "HEAD")) or os.path.isfile(entry):
            return folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


def _above(folder: str, top: str) -> Iterator[str]:
    """Yield ``folder`` and the folders above it, up to ``top``."""
    while folder != top:
        yield folder
        folder = os.path.dirname(folder)
    yield top


def _is_configured(folder: str) -> bool:
    """Whether a file in ``folder`` may configure mmlint."""
    for name in _CONFIGURATIONS:
        try:
            data = read_regular(os.path.join(folder, name), MAX_BYTES)
            if "mmlint" in name or b"mmlint" in data:
                return True
        except FileNotFoundError:
            continue
        except OSError:
            return True
    return False


class _Neighbourhood:
    """The files around those that were named, in the project at ``top``."""

    def __init__(self, top: str) -> None:
        self._top = top
        self._reader = Reader(top)
        self._needles = Needles(needles())
        self._seen: set[str] = set()
        self._code = 0
        self._foreign: dict[tuple[str, str], bool] = {}

    def is_idle(self, path: str) -> bool:
        """Whether neither the file nor anything that it leads to can have facts."""
        if language(path) not in _TEXTS or skipped(path) is not None:
            return False
        if posixpath.basename(path) == _BASELINE:
            return False
        waiting = [path]
        while waiting:
            one = waiting.pop()
            if one in self._seen:
                continue
            self._seen.add(one)
            self._code += language(one) in _CODE
            more = self._imports(one) if self._code <= MOST else None
            if more is None:
                return False
            waiting += more
        return True

    def _imports(self, path: str) -> list[str] | None:
        """Return the files that a file without facts may import; None if it may have some itself,
        or if what it imports cannot be told."""
        kind = language(path)
        data = self._reader.read(path)
        if kind is None or isinstance(data, Unreadable):
            return None
        if matters(self._needles.flags(data), kind) or b"\0" in data:
            return None  # a binary file is told by the run
        found: list[str] = []
        if kind not in _CODE or is_test(path):
            return found
        python = kind == "python"
        folder = posixpath.dirname(path)
        for line in import_lines(data, python).split(b"\n")[1:]:
            specifier = os.fsdecode(line.partition(b"\0")[2][1:-1])
            targets = (self._module if python else self._script)(folder, specifier)
            if targets is None:
                return None
            found += targets
        return found

    def _is_file(self, path: str) -> bool:
        return os.path.isfile(os.path.join(self._top, path))

    # --- Python ----------------------------------------------------------------------------------

    def _module(self, folder: str, specifier: str) -> list[str] | None:
        name = specifier.lstrip(".")
        level = len(specifier) - len(name)
        parts = name.split(".") if name else []
        if not level:
            return self._standard(folder, parts[0])
        for _ in range(level - 1):
            folder = posixpath.dirname(folder)
        place = posixpath.join(folder, *parts)
        candidates = [posixpath.join(place, "__init__.py"), f"{place}.py"]
        return [one for one in candidates if self._is_file(one)]

    def _standard(self, folder: str, word: str) -> list[str] | None:
        """Nothing, if ``word`` is a module of the interpreter's that no file here hides."""
        if word not in sys.stdlib_module_names:
            return None
        for place in _above(os.path.join(self._top, folder).rstrip(os.sep), self._top):
            for root in (place, os.path.join(place, "src")):
                whole = os.path.join(root, word)
                if os.path.exists(whole) or os.path.exists(f"{whole}.py"):
                    return None
        return []

    # --- JavaScript ------------------------------------------------------------------------------

    def _script(self, folder: str, specifier: str) -> list[str] | None:
        specifier = specifier.partition("?")[0]
        if specifier.startswith(("node:", "https://", "http://")):
            return []
        if specifier not in (".", "..") and not specifier.startswith(("./", "../")):
            return [] if self._is_foreign(folder, specifier) else None
        place = posixpath.normpath(posixpath.join(folder, specifier))
        if self._is_file(posixpath.join(place, "package.json")):
            return None
        stem, extension = posixpath.splitext(place)
        bases = [place, posixpath.join(place, "index")]
        bases += [stem] if extension in (".js", ".jsx", ".mjs", ".cjs") else []
        candidates = (base + other for base in bases for other in _EXTENSIONS)
        return [one for one in candidates if language(one) in _CODE and self._is_file(one)]

    def _is_foreign(self, folder: str, specifier: str) -> bool:
        """Whether a package that is installed, and no name of this project's, is meant."""
        parts = specifier.split("/")
        name = "/".join(parts[: 2 if specifier.startswith("@") else 1])
        key = folder, name
        if key not in self._foreign:
            self._foreign[key] = self._is_installed(folder, name)
        return self._foreign[key]

    def _is_installed(self, folder: str, name: str) -> bool:
        installed = False
        for place in _above(os.path.join(self._top, folder).rstrip(os.sep), self._top):
            package = os.path.join(place, "node_modules", name)
            if os.path.isdir(package):
                if os.path.realpath(package) != package:  # a package of the same workspace
                    return False
                installed = True
            if any(_may_rename(os.path.join(place, one), name) for one in _listed(place)):
                return False
        return installed


def _listed(folder: str) -> list[str]:
    return [one for one in os.listdir(folder) if _SETTINGS.match(one)]


def _may_rename(path: str, name: str) -> bool:
    """Whether a settings file may give ``name`` a meaning of its own."""
    try:
        data = read_regular(path, MAX_BYTES)
    except OSError:
        return True
    words = (b"baseUrl", os.fsencode(name.partition("/")[0]), b'"*"')
    if any(word in data for word in words):
        return True
    return re.search(rb'"extends"\s*:\s*(?:"[^.]|\[)', data) is not None
