"""The names that settings give to folders: TypeScript's ``paths``, and bundlers' ``alias``."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

import msgspec
from msgspec.structs import replace

from mmlint.model.regex import regex
from mmlint.model.settings import SettingsFile, Tree, table
from mmlint.project.modules.literals import expression, named_expressions, strings, uncommented
from mmlint.project.modules.manifests import above, holds_aliases, join, texts
from mmlint.project.modules.packages import Packages, split
from mmlint.project.modules.patterns import Patterns, fill

MAX_EXTENDS = 32
"""How many files one TypeScript configuration is put together from at the most."""

MAX_REFERENCES = 64
"""How many other configurations one is asked to refer to at the most."""

_CONFIG_FOLDER = "${configDir}"
_NAMES = ("tsconfig.json", "jsconfig.json")
_KEY = regex(r"""\s*(?:"([^"\n]*)"|'([^'\n]*)'|([\w$]+))\s*:""")


class Located(msgspec.Struct, frozen=True):
    """A path as a configuration file wrote it, and the folder of that file."""

    folder: str
    written: str


class Options(msgspec.Struct, frozen=True):
    """What a configuration says of modules, together with those it extends."""

    base: Located | None = None
    paths: Mapping[str, tuple[Located, ...]] = msgspec.field(default_factory=dict)


class Aliases(msgspec.Struct, frozen=True):
    """Names that settings define. ``patterns``: specifier patterns to places, which may hold a
    star. ``base``: the folder that other names are looked up in, or None."""

    patterns: Patterns[tuple[str, ...]]
    base: str | None = None

    def places(self, specifier: str) -> tuple[str, ...]:
        """Return the paths, without extension, that ``specifier`` may stand for, best first."""
        found = self.patterns.find(specifier)
        named = tuple(fill(place, found[1]) for place in found[0]) if found else ()
        return named if self.base is None else (*named, join(self.base, specifier))

    def claims(self, specifier: str) -> bool:
        """Whether the settings give this very name a meaning (``*`` alone does not)."""
        found = self.patterns.find(specifier)
        return found is not None and bool(found[2])


class Settings:
    """All settings of a project that name folders. ``manifests``: settings files by path."""

    def __init__(self, manifests: Mapping[str, SettingsFile], packages: Packages) -> None:
        self._files = manifests
        self._packages = packages
        self._found: dict[str, tuple[Aliases, ...]] = {}
        self._read: dict[str, Aliases] = {}
        self._bundlers: dict[str, list[str]] = {}
        for path in sorted(manifests):
            if holds_aliases(path):
                self._bundlers.setdefault(posixpath.dirname(path), []).append(path)

    def of(self, folder: str) -> tuple[Aliases, ...]:
        """Return the aliases that hold for code in ``folder``, those to ask first first."""
        if folder not in self._found:
            self._found[folder] = (*self._typescript(folder), *self._bundled(folder))
        return self._found[folder]

    def all(self) -> Iterator[Aliases]:
        """Yield the aliases of every settings file."""
        for path in sorted(self._files):
            if posixpath.basename(path).startswith(("tsconfig", "jsconfig")):
                yield self._aliases(path)
        for folder in self._bundlers:
            yield from self._bundled(folder)

    def _bundled(self, folder: str) -> Iterator[Aliases]:
        """The nearest bundlers' settings at or above ``folder``."""
        near = next((one for one in above(folder) if one in self._bundlers), None)
        if near is None:
            return
        for path in self._bundlers[near]:
            if path not in self._read:
                script = self._files[path].script
                self._read[path] = Aliases(Patterns(dict(_written(near, script))))
            yield self._read[path]

    def _typescript(self, folder: str) -> Iterator[Aliases]:
        """The nearest configuration at or above ``folder``, and those it only refers to."""
        candidates = (posixpath.join(one, name) for one in above(folder) for name in _NAMES)
        nearest = next((path for path in candidates if path in self._files), None)
        if nearest is None:
            return
        yield self._aliases(nearest)
        for path in self._references(nearest):
            home = posixpath.dirname(path)
            if not home or f"{folder}/".startswith(f"{home}/"):
                yield self._aliases(path)

    def _references(self, path: str) -> Iterator[str]:
        listed = self._json(path).get("references")
        folder = posixpath.dirname(path)
        for reference in listed[:MAX_REFERENCES] if isinstance(listed, list) else ():
            for written in texts(table(reference).get("path")):
                target = join(folder, written)
                found = self._config(target) or self._config(posixpath.join(target, _NAMES[0]))
                if found is not None and found != path:
                    yield found

    def _aliases(self, path: str) -> Aliases:
        if path not in self._read:
            home = posixpath.dirname(path)
            options = self._options(path)
            base = _place(home, options.base.folder, options.base.written) if options.base else None
            paths = {
                key: tuple(
                    _place(home, one.folder if base is None else base, one.written)
                    for one in targets
                )
                for key, targets in options.paths.items()
            }
            self._read[path] = Aliases(Patterns(paths), base)
        return self._read[path]

    def _options(self, path: str) -> Options:
        """Put together what ``path`` and the files it extends say: the last word counts."""
        found = Options()
        for one in self._lineage(path):
            home = posixpath.dirname(one)
            written = table(self._json(one).get("compilerOptions"))
            base = written.get("baseUrl")
            if isinstance(base, str):
                found = replace(found, base=Located(home, base))
            if isinstance(written.get("paths"), dict):
                paths = {
                    key: tuple(Located(home, target) for target in texts(targets))
                    for key, targets in table(written["paths"]).items()
                }
                found = replace(found, paths=paths)
        return found

    def _lineage(self, path: str) -> list[str]:
        """The files that ``path`` is put together from, the most general first."""
        order: list[str] = []
        waiting = [path]
        while waiting and len(order) < MAX_EXTENDS:
            one = waiting.pop()
            if one in order:
                continue
            order.append(one)
            extended = texts(self._json(one).get("extends"))[:MAX_EXTENDS]
            found = (self._extended(posixpath.dirname(one), each) for each in extended)
            waiting += [each for each in found if each is not None]
        return order[::-1]

    def _extended(self, folder: str, written: str) -> str | None:
        """The file that ``extends`` means: by its path, or inside a package of this project."""
        if written.startswith("."):
            return self._config(join(folder, written))
        name, subpath = split(written)
        package = self._packages.named(folder, name)
        if package is None:
            return None
        places = [subpath] if subpath else [package.type_config, _NAMES[0]]
        places += package.exported(f"./{subpath}" if subpath else ".")
        found = (self._config(join(package.folder, place)) for place in places if place)
        return next((one for one in found if one is not None), None)

    def _json(self, path: str) -> dict[str, Tree]:
        return self._files[path].table

    def _config(self, path: str) -> str | None:
        """``path`` or, as TypeScript allows, ``path`` without its extension."""
        candidates = (path, f"{path}.json")
        return next((one for one in candidates if one in self._files), None)


def extended(files: Mapping[str, SettingsFile]) -> set[str]:
    """Return the places of what TypeScript configurations among ``files`` (by path) extend by its
    path, whatever its name, and what is not in there yet."""
    found: set[str] = set()
    for path, file in files.items():
        folder, name = posixpath.split(path)
        if not name.endswith(".json") or name == "package.json" or b"extends" not in file.data:
            continue
        written = texts(file.table.get("extends"))[:MAX_EXTENDS]
        places = [join(folder, one) for one in written if one.startswith(".")]
        found.update(one for place in places for one in (place, f"{place}.json"))
    return found - files.keys()


def _place(home: str, folder: str, written: str) -> str:
    """Return the project-relative path that is ``written`` in a file of ``folder``, for the sake
    of a configuration in ``home``."""
    if written.startswith(_CONFIG_FOLDER):
        return join(home, written[len(_CONFIG_FOLDER) :].lstrip("/"))
    return join(folder, written)


# --- bundlers -------------------------------------------------------------------------------------


def _written(folder: str, text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the aliases of a bundler's settings: ``alias`` as a table or as a list of pairs, and
    SvelteKit's folder for ``$lib``."""
    text = uncommented(text)
    for value in named_expressions(text, "alias"):
        for name, target in (*_table(value), *_pairs(value)):
            name = name.rstrip("/")
            if not target or target[0] in "~@#":
                continue  # no literal, or an alias of an alias
            place = join(folder, target.lstrip("/"))
            if name.endswith("*"):
                yield name, (place,)
            elif name:
                yield from ((name, (place,)), (f"{name}/*", (f"{place}/*",)))
    for value in named_expressions(text, "files"):
        for target in named_expressions(value, "lib"):
            for written in strings(target)[:1]:
                place = join(folder, written)
                yield from (("$lib", (place,)), ("$lib/*", (f"{place}/*",)))


def _table(value: str) -> Iterator[tuple[str, str]]:
    """``{ "@": path.resolve(__dirname, "src") }``: names to the strings of each value, joined."""
    position = 1 if value.startswith("{") else len(value)
    while position < len(value):
        entry = expression(value, position)
        position += len(entry) + 1
        match = _KEY.match(entry)
        if match:
            yield match[1] or match[2] or match[3], "/".join(strings(entry[match.end() :]))


def _pairs(value: str) -> Iterator[tuple[str, str]]:
    """``[{ find: "@", replacement: "/src" }]``."""
    if value.startswith("["):
        names = named_expressions(value, "find")
        targets = named_expressions(value, "replacement")
        for name, target in zip(names, targets, strict=False):
            yield "".join(strings(name)[:1]), "/".join(strings(target))
