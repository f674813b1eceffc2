"""What the project says outside its code: packages, dependencies, names bound in settings.

Read as data, never executed.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

import msgspec

from mmlint.frameworks import platforms, settings_files
from mmlint.frameworks.pattern import SCRIPTS, Moved, Said, Setting
from mmlint.model.regex import regex
from mmlint.model.settings import SettingsFile, Tree, scalars, table, tables
from mmlint.project.modules.literals import script_values, uncommented
from mmlint.project.modules.manifests import above
from mmlint.project.platforms.configured_handlers import (
    BINDING_FILES,
    ConfiguredHandler,
    bound,
    sources,
)
from mmlint.project.platforms.npm_scripts import started

T = TypeVar("T")

_ROOT = regex(r"\A(?:\./|/|~+/|@+/)+")
_RUN = (*SCRIPTS, "tsx", "jsx", "py")

MANIFESTS = ("package.json", *sorted({*BINDING_FILES, *settings_files()}))
"""Names of the files that ``ProjectConfig.read`` wants."""

STACKS = tuple(word.encode() for one in platforms() for word in one.stacks)
"""Byte strings of which one stands in code that may name handlers; its text is wanted too."""

LISTENING = tuple(word.encode() for one in platforms() for word in one.listening)
"""Byte strings of which one stands in code that ``listens``."""
ADAPTERS = tuple(word.encode() for one in platforms() for word in one.serverless)
"""Byte strings of which one stands in code that ``wraps``."""
_BLANK = b" \t\r\xef\xbb\xbf"  # a byte order mark stands before the first line
_NAMES = b"|".join(map(re.escape, ADAPTERS))
_IMPORTED = regex(
    rb"^(from|import)\s+(%s)\b|\b(from|require\(|import\(?)\s*[\"'](%s)[\"'/]" % (_NAMES, _NAMES)
)


def listens(data: bytes) -> bool:
    """Whether code of this text serves requests by itself."""
    return any(_lines(data, LISTENING))


def wraps(data: bytes) -> bool:
    """Whether code of this text imports what makes a serverless function of an app."""
    return any(_IMPORTED.search(line) for line in _lines(data, ADAPTERS))


def _lines(data: bytes, marks: tuple[bytes, ...]) -> Iterator[bytes]:
    """The lines in which one of ``marks`` stands, without those that are comments."""
    for mark in marks:
        at = data.find(mark)
        while at >= 0:
            end = data.find(b"\n", at)
            end = len(data) if end < 0 else end
            line = data[data.rfind(b"\n", 0, at) + 1 : end].strip(_BLANK)
            if not line.startswith((b"//", b"/*", b"*", b"#")):
                yield line
            at = data.find(mark, end)


class ProjectConfig(msgspec.Struct):
    """``packages``: folder of a ``package.json`` to the packages it depends on. ``commands``: that
    folder to its npm scripts. ``started``: files, without extension, that scripts or ``bin`` name.
    ``settings``: settings files by path. ``listening``, ``wrapping``: files of which ``listens``
    and ``wraps`` say so."""

    packages: dict[str, frozenset[str]] = msgspec.field(default_factory=dict)
    commands: dict[str, str] = msgspec.field(default_factory=dict)
    started: set[str] = msgspec.field(default_factory=set)
    settings: dict[str, SettingsFile] = msgspec.field(default_factory=dict)
    listening: tuple[str, ...] = ()
    wrapping: tuple[str, ...] = ()
    _texts: dict[str, str] = msgspec.field(default_factory=dict)
    _nearest: dict[tuple[str, tuple[str, ...]], list[str]] = msgspec.field(default_factory=dict)

    @classmethod
    def read(
        cls,
        files: Mapping[str, SettingsFile],
        *,
        listening: tuple[str, ...] = (),
        wrapping: tuple[str, ...] = (),
    ) -> ProjectConfig:
        """Read the settings files, by path; what does not parse says nothing."""
        found = cls(listening=listening, wrapping=wrapping)
        for path, file in sorted(files.items()):
            folder, name = posixpath.split(path)
            if name != "package.json":
                found.settings[path] = file
            elif isinstance(file.tree, dict):
                found._package(folder, file.tree)
        return found

    def _package(self, folder: str, manifest: dict[str, Tree]) -> None:
        names: set[str] = set()
        for section in ("dependencies", "devDependencies", "peerDependencies"):
            listed = manifest.get(section)
            if isinstance(listed, dict):
                names.update(str(name) for name in listed)
        self.packages[folder] = frozenset(names)
        scripts = manifest.get("scripts")
        if isinstance(scripts, dict):
            self.commands[folder] = "\n".join(str(one) for one in scripts.values())
        programs = manifest.get("bin")
        named = programs.values() if isinstance(programs, dict) else (programs,)
        words = started(self.commands.get(folder, ""))
        for word in (*words, *(one for one in named if isinstance(one, str))):
            stem, extension = posixpath.splitext(word)
            if extension[1:] in _RUN:
                self.started.update(sources(folder, stem))

    def package_of(self, path: str) -> str | None:
        """Return the folder of the nearest ``package.json`` at or above ``path``, or None."""
        folder = path.rpartition("/")[0]
        while folder and folder not in self.packages:
            folder = folder.rpartition("/")[0]
        return folder if folder in self.packages else None

    def depends(self, path: str, names: tuple[str, ...]) -> bool | None:
        """Whether the package of ``path`` (or one above it) depends on one of ``names``; None where
        there is no manifest to ask."""
        folder = self.package_of(path)
        if folder is None:
            return None
        while folder is not None:
            if any(name in self.packages[folder] for name in names):
                return True
            folder = self.package_of(folder) if folder else None
        return False

    def relative(self, path: str) -> str:
        """Return ``path`` relative to its package."""
        folder = self.package_of(path)
        return path[len(folder) + 1 :] if folder else path

    def home(self, path: str) -> str:
        """Return the folder of what is deployed together: the package, else the top folder."""
        package = self.package_of(path)
        return path.rpartition("/")[0].partition("/")[0] if package is None else package

    def near(self, path: str, homes: Mapping[str, T]) -> T | None:
        """Return what ``homes`` has for the home of ``path``; for a file at the top of a project
        without packages, whatever it has first."""
        home = self.home(path)
        if home or home in self.packages:
            return homes.get(home)
        return next(iter(homes.values()), None)

    def by_home(self, files: Iterable[str]) -> dict[str, str]:
        """Return each home with the first of ``files`` in it."""
        found: dict[str, str] = {}
        for one in files:
            found.setdefault(self.home(one), one)
        return found

    # --- settings --------------------------------------------------------------------------------

    def bound(self, stems: Iterable[str]) -> Iterator[ConfiguredHandler]:
        """Yield the handlers that settings name, at least those in the files of ``stems`` (paths
        without extension). YAML names what lies below it, or says ``..``; the rest of it, which is
        slow to parse, is not read."""
        folders = {folder for stem in stems for folder in above(posixpath.dirname(stem))}
        for path, file in self.settings.items():
            elsewhere = posixpath.dirname(path) not in folders and b".." not in file.data
            if not (elsewhere and path.endswith((".yml", ".yaml"))):
                yield from bound(path, file)

    def nearest(self, path: str, names: tuple[str, ...]) -> list[str]:
        """Return the settings files of these names in the nearest folder at or above ``path``'s."""
        return self._at_or_above(path.rpartition("/")[0], names)

    def _at_or_above(self, folder: str, names: tuple[str, ...]) -> list[str]:
        """``nearest``, for a folder: all its files get one answer, and every platform asks."""
        key = (folder, names)
        if key not in self._nearest:
            places = (posixpath.join(folder, name) for name in names)
            found = [place for place in places if place in self.settings]
            if not found and folder:
                found = self._at_or_above(posixpath.dirname(folder), names)
            self._nearest[key] = found
        return self._nearest[key]

    def values(self, path: str, setting: Setting) -> tuple[str, ...]:
        """Return the strings that the settings nearest to ``path`` give to the first key set."""
        for place in self.nearest(path, setting.files):
            for key in setting.keys:
                found = self._given(place, key)
                if found:
                    return found
        return ()

    def _given(self, place: str, key: str) -> tuple[str, ...]:
        file = self.settings[place]
        last = key.rpartition(".")[2]
        if file.is_script:
            return script_values(self.text(place), last)
        if place.endswith(".toml"):
            return tuple(_at(file.tree, key.split(".")))
        given = (one[last] for one in tables(file.tree) if last in one)
        return tuple(text for value in given for text in _at(value, []))

    def text(self, place: str) -> str:
        """Return what a settings file says as text: a script without comments, of data the keys
        and texts, a line each."""
        if place not in self._texts:
            file = self.settings[place]
            said = uncommented(file.script) if file.is_script else "\n".join(scalars(file.tree))
            self._texts[place] = said
        return self._texts[place]

    def says(self, path: str, said: Said) -> str | None:
        """Return the settings file, or the ``package.json``, near ``path`` that says so."""
        for place in self.nearest(path, said.files):
            if not said.text or re.search(said.text, self.text(place)):
                return place
        folder = self.package_of(path) if "package.json" in said.files else None
        if folder is not None and re.search(said.text, self.commands.get(folder, "")):
            return posixpath.join(folder, "package.json")
        return None

    def placed(self, pattern: str, path: str, moved: tuple[Moved, ...]) -> str:
        """Return a path pattern with its marks replaced by what settings near ``path`` say."""
        for one in moved:
            if one.mark in pattern:
                values = [_ROOT.sub("", value) for value in self.values(path, one.setting)]
                words = "|".join(re.escape(value.rstrip("/")) for value in values if value)
                pattern = pattern.replace(one.mark, f"(?:{words or one.usual})")
        return pattern


def _at(value: Tree, keys: list[str]) -> Iterator[str]:
    """Yield the strings at the end of a path of keys; lists on the way are entered."""
    if isinstance(value, list):
        for item in value:
            yield from _at(item, keys)
    elif keys:
        yield from _at(table(value).get(keys[0]), keys[1:]) if isinstance(value, dict) else ()
    elif isinstance(value, str):
        yield value
