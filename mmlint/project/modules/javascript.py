"""From a JavaScript or TypeScript specifier to the file it means, as Node and bundlers look it up.

What is not found in the project belongs to a package: None.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property

from mmlint.model.regex import regex
from mmlint.model.settings import SettingsFile
from mmlint.project.modules.aliases import Settings
from mmlint.project.modules.layers import OPT, Layers
from mmlint.project.modules.manifests import above, join
from mmlint.project.modules.packages import Package, Packages, split
from mmlint.project.modules.patterns import Hints

EXTENSIONS = (
    *(".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs"),
    *(".vue", ".svelte", ".astro"),
)
COMPILED = {
    ".js": (".ts", ".tsx", ".jsx"),
    ".mjs": (".mts",),
    ".cjs": (".cts",),
    ".jsx": (".tsx",),
}
"""TypeScript's own habit: an import names the file that will be emitted."""

DEFAULTS = {
    "@": ("src", "app", ""),
    "~": ("src", "app", ""),
    "~~": ("",),
    "@@": ("",),
    "$lib": ("src/lib",),
    "#shared": ("shared",),
}
"""What generators make of a first word where no settings file of the repository says it."""

_HERE = "."
"""What stands for the last name in a specifier that names a folder by its place alone."""
_PRIVATE = '"#'

_EMITTED = regex(r"(?:\.d)?\.[cm]?[jt]sx?\Z")
_FLAVOURS = frozenset(
    {"cjs", "commonjs", "dist", "es", "esm", "lib", "mjs", "module", "types", "umd"}
)
"""Folders inside a build result that the source does not have."""
_BEGINNINGS = ("src/index", "index", "src/main", "lib/index", "source/index")
"""Where a package's source begins when its fields name only build results."""


class JavaScriptResolution:
    """Resolves among ``files`` with what ``manifests`` (settings files by path) say of names."""

    def __init__(
        self, files: frozenset[str], manifests: Mapping[str, SettingsFile], layers: Layers
    ) -> None:
        self.files = files
        self.layers = layers
        self.packages = Packages(manifests)
        self.settings = Settings(manifests, self.packages)
        self._mains: dict[str, str | None] = {}

    def find(self, folder: str, specifier: str) -> str | None:
        """Return the file that ``specifier`` means for code in ``folder``, or None."""
        specifier = specifier.partition("?")[0]
        if specifier in (".", "..") or specifier.startswith(("./", "../")):
            return self._at(join(folder, specifier))
        if specifier.startswith(OPT):
            return self._layered(folder, specifier.removeprefix(OPT))
        if specifier.startswith("/"):
            package = self.packages.nearest(folder)
            return self._at(join(package.folder if package else "", specifier.lstrip("/")))
        return self._bare(folder, specifier) if specifier else None

    def hints(self, path: str) -> Hints:
        """Return what the specifiers that mean ``path`` look like: they end in its name or its
        folder's, or begin with a name that settings and packages give it."""
        folder, _, name = path.rpartition("/")
        stem = name[:1] + name[1:].partition(".")[0]
        names, pieces = {stem}, {_PRIVATE}
        if stem == "index":
            names.update((posixpath.basename(folder), _HERE))
            pieces.update(f'"{head}"' for head in DEFAULTS)
        if self.layers.holds(path):
            pieces.add(OPT)
        package = self.packages.nearest(folder)
        if package is not None:
            if self.packages.is_shared(package):
                pieces.add(f'"{package.name}')
            if self._main(package) == path:
                names.update((posixpath.basename(package.folder), _HERE))
        named, opened = self._renamed
        pieces.update(f'"{text}' for text in named.get(path, ()))
        pieces.update(f'"{text}' for text, before in opened if path.startswith(before))
        return Hints(frozenset(names - {""}), frozenset(pieces - {'"'}))

    @cached_property
    def _renamed(self) -> tuple[dict[str, set[str]], list[tuple[str, str]]]:
        """The fixed texts of aliases that lead to a file without ending in its name: by that file,
        and by how the path of every such file begins."""
        pairs = {
            (text, starred, place)
            for aliases in self.settings.all()
            for text, starred, places in aliases.patterns.items()
            for place in places
        }
        named: dict[str, set[str]] = {}
        opened: list[tuple[str, str]] = []
        for text, starred, place in pairs:
            before, _, after = place.partition("*")
            if starred and (after or not text.endswith("/")):
                opened.append((text, before))
            elif not starred:
                named.setdefault(self._at(place) or "", set()).add(text)
        return named, opened

    def _bare(self, folder: str, specifier: str) -> str | None:
        settings = self.settings.of(folder)
        for aliases in settings:
            found = _first(self._at, aliases.places(specifier))
            if found is not None:
                return found
        private = specifier.startswith("#")
        found = (self._private if private else self._of_package)(folder, specifier)
        if found is not None or any(one.claims(specifier) for one in settings):
            return found
        return self._default(folder, specifier)

    # --- files -----------------------------------------------------------------------------------

    def _at(self, path: str) -> str | None:
        """The file at ``path``: with or without extension, or what its folder begins with."""
        path = join("", path)
        package = self.packages.at(path)
        found = self._file(path)
        if found is None and package is not None and package.mains:
            found = self._main(package)
        return found or self._index(path)

    def _plain(self, path: str) -> str | None:
        path = join("", path)
        return self._file(path) or self._index(path)

    def _file(self, path: str) -> str | None:
        if not path:
            return None
        stem, extension = posixpath.splitext(path)
        candidates = [path]
        candidates += [stem + other for other in COMPILED.get(extension, ())]
        candidates += [path + other for other in EXTENSIONS]
        return next((one for one in candidates if one in self.files), None)

    def _index(self, folder: str) -> str | None:
        stem = posixpath.join(folder, "index")
        return next((stem + one for one in EXTENSIONS if stem + one in self.files), None)

    def _layered(self, folder: str, written: str) -> str | None:
        """``/opt/nodejs/a``: what a layer holds under that path."""
        head, _, rest = written.partition("/")
        if head != "nodejs":
            return None
        for group in self.layers.places(folder, "javascript"):
            found = {self._at(posixpath.join(one, rest)) for one in group} - {None}
            if found:
                return found.pop() if len(found) == 1 else None
        return None

    # --- packages --------------------------------------------------------------------------------

    def _private(self, folder: str, specifier: str) -> str | None:
        """``#internal/db``: what the ``imports`` of the nearest package make of it."""
        package = self.packages.nearest(folder)
        if package is None:
            return None
        targets = package.imported(specifier)
        own = tuple(one for one in targets if one.startswith("."))
        foreign = (one for one in targets if not one.startswith((".", "#", "/")))
        found = self._one_of(package, own)
        return found or _first(lambda one: self._of_package(package.folder, one), foreign)

    def _of_package(self, folder: str, specifier: str) -> str | None:
        name, subpath = split(specifier)
        package = self.packages.named(folder, name)
        return None if package is None else self._entry(package, subpath)

    def _entry(self, package: Package, subpath: str) -> str | None:
        """The file that a package shows to others as ``subpath``; empty: the package itself."""
        if package.exports is None:
            if not subpath:
                return self._main(package)
            return self._at(join(package.folder, subpath)) or self._source(package, subpath)
        targets = package.exported(f"./{subpath}" if subpath else ".")
        found = self._one_of(package, targets)
        return self._beginning(package) if found is None and targets and not subpath else found

    def _main(self, package: Package) -> str | None:
        if package.folder not in self._mains:
            found = self._one_of(package, package.mains) or self._beginning(package)
            self._mains[package.folder] = found
        return self._mains[package.folder]

    def _one_of(self, package: Package, targets: tuple[str, ...]) -> str | None:
        """The first target that is a file of the project, else the first whose source is one."""
        found = _first(lambda one: self._plain(join(package.folder, one)), targets)
        return found or _first(lambda one: self._source(package, one), targets)

    def _beginning(self, package: Package) -> str | None:
        return _first(lambda one: self._file(join(package.folder, one)), _BEGINNINGS)

    def _source(self, package: Package, target: str) -> str | None:
        """The file that the build result ``target`` is made from: ``dist/esm/a.js`` from
        ``src/a.ts``, or from ``a.ts``."""
        parts = _EMITTED.sub("", join("", target)).split("/")
        for rest in _without_build_folders(parts):
            for root in ("src", ""):
                place = posixpath.join(package.folder, root, *rest)
                found = self._file(place)
                if found is None and rest[-1] == "index" and len(rest) > 1:
                    found = self._file(posixpath.dirname(place))
                if found is not None:
                    return found
        return None

    # --- defaults --------------------------------------------------------------------------------

    def _default(self, folder: str, specifier: str) -> str | None:
        """``@/x``, ``~/x``, ``$lib/x``: in the nearest package, in the folder of it that the
        importer is in, before the others; else in the nearest folder above."""
        head, _, rest = specifier.partition("/")
        if head not in DEFAULTS:
            return None
        for root in self._roots(folder):
            places = [posixpath.join(root, one) for one in DEFAULTS[head]]
            places.sort(key=lambda place: not _within(folder, place))
            found = _first(self._plain, (posixpath.join(one, rest) for one in places))
            if found is not None:
                return found
        return None

    def _roots(self, folder: str) -> Iterator[str]:
        package = self.packages.nearest(folder)
        top = package.folder if package else ""
        if package is not None:
            yield top
        for one in above(folder):
            yield one
            if one == top:
                return


def _first(find: Callable[[str], str | None], places: Iterable[str]) -> str | None:
    return next((found for found in map(find, places) if found is not None), None)


def _within(folder: str, place: str) -> bool:
    return not place or f"{folder}/".startswith(place.rstrip("/") + "/")


def _without_build_folders(parts: list[str]) -> Iterator[list[str]]:
    """Yield the path as it is, without its first folder, and without the flavours after it."""
    yield parts
    for number in range(1, len(parts)):
        yield parts[number:]
        if parts[number] not in _FLAVOURS:
            break
    if "src" in parts[1:-1]:
        yield parts[parts.index("src", 1) :]
