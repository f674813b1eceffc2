"""The JavaScript packages of a project: which there are, who sees whom, and where they begin."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property

import msgspec

from mmlint.model.regex import regex
from mmlint.model.settings import SettingsFile, Tree, table
from mmlint.project.modules.manifests import above, join, texts
from mmlint.project.modules.patterns import Patterns, chosen, fill

MAX_TARGETS = 256
"""How many targets of one entry of ``exports`` are read at the most."""

_MAINS = ("source", "module", "main", "types", "typings")
_PLATFORMS = frozenset(
    {"browser", "react-native", "react-server", "worker", "workerd", "edge-light", "electron"}
)
"""Conditions that hold in some runtimes only; what holds everywhere goes first."""

_LOCAL = regex(r"(?:file|link|portal|workspace):(.+)", re.DOTALL)


class Package(msgspec.Struct, frozen=True):
    """One ``package.json``. ``folder``: where it stands. ``mains``: what its fields name as its
    beginning. ``exports``, ``imports``: specifier patterns to what they lead to, None where it
    has none. ``links``: names to folders that it depends on by their path. ``workspaces``: globs
    over its members' folders."""

    folder: str
    name: str = ""
    mains: tuple[str, ...] = ()
    exports: Patterns[object] | None = None
    imports: Patterns[object] | None = None
    links: Mapping[str, str] = msgspec.field(default_factory=dict)
    workspaces: tuple[str, ...] = ()
    type_config: str = ""

    @classmethod
    def read(cls, folder: str, found: dict[str, Tree]) -> Package:
        """Return what the table of a ``package.json`` in ``folder`` says."""
        name = found.get("name")
        config = found.get("tsconfig")
        exports = found.get("exports")
        listed = found.get("workspaces")
        return cls(
            folder=folder,
            name=name if isinstance(name, str) else "",
            mains=tuple(one for key in _MAINS for one in texts(found.get(key))),
            exports=None if exports is None else Patterns(_subpaths(exports)),
            imports=Patterns(table(found["imports"])) if "imports" in found else None,
            links=dict(_links(folder, found)),
            workspaces=texts(table(listed).get("packages")) or texts(listed),
            type_config=config if isinstance(config, str) else "",
        )

    def exported(self, subpath: str) -> tuple[str, ...]:
        """Return the targets, best first, of ``.`` or ``./sub/path``; relative to the folder."""
        return _targets(self.exports, subpath)

    def imported(self, specifier: str) -> tuple[str, ...]:
        """Return the targets, best first, of a private specifier (``#internal/db``)."""
        return _targets(self.imports, specifier)


def _subpaths(exports: object) -> Mapping[str, object]:
    """``exports`` as a table of subpaths: conditions and plain targets are those of ``.``."""
    subpaths = table(exports)
    if any(key.startswith(".") for key in subpaths):
        return subpaths
    return {".": exports}


def _links(folder: str, manifest: dict[str, Tree]) -> Iterator[tuple[str, str]]:
    for section in ("devDependencies", "dependencies"):
        for name, version in table(manifest.get(section)).items():
            match = _LOCAL.fullmatch(version) if isinstance(version, str) else None
            if match:
                yield name, join(folder, match[1])


def _members(listed: Tree) -> tuple[str, ...]:
    """The globs of a workspace's own file, which lists them."""
    return texts(listed) if isinstance(listed, list) else ()


def _targets(patterns: Patterns[object] | None, specifier: str) -> tuple[str, ...]:
    found = patterns.find(specifier) if patterns else None
    if found is None:
        return ()
    value, star, _ = found
    leaves = sorted(_leaves(value), key=lambda leaf: leaf[0])
    return tuple(dict.fromkeys(fill(target, star) for _, target in leaves))


def _leaves(value: object) -> Iterator[tuple[bool, str]]:
    """Yield the targets that conditions and alternatives end in, in the order they are written,
    each with whether it is for one platform only."""
    waiting: list[tuple[bool, object]] = [(False, value)]
    for _ in range(MAX_TARGETS):
        if not waiting:
            return
        special, one = waiting.pop()
        if isinstance(one, str):
            yield special, one
        elif isinstance(one, list):
            waiting += [(special, each) for each in reversed(one)]
        else:
            inner = reversed(table(one).items())
            waiting += [(special or key in _PLATFORMS, each) for key, each in inner]


def split(specifier: str) -> tuple[str, str]:
    """Take a bare specifier apart: ``@acme/ui/button`` is ``@acme/ui`` and ``button``."""
    parts = specifier.split("/")
    length = 2 if specifier.startswith("@") else 1
    return "/".join(parts[:length]), "/".join(parts[length:])


_REMOTE = regex(
    r"(?:npm:/?|jsr:/?|https://(?:esm\.sh|cdn\.skypack\.dev|unpkg\.com)/)(@[^/@]+/[^/@]+|[^/@]+)(?:@[^/]*)?(/.*)?"
)


def package_specifier(specifier: str) -> str:
    """Return the plain package name of Deno's and the CDNs' specifiers (``npm:hono@4/cors``)."""
    match = _REMOTE.fullmatch(specifier)
    return f"{match[1]}{match[2] or ''}" if match else specifier


class Packages:
    """All packages of a project, found by folder or by name. ``manifests``: settings files by
    path."""

    def __init__(self, manifests: Mapping[str, SettingsFile]) -> None:
        self._files: dict[str, SettingsFile] = {}
        self._workspaces: dict[str, list[SettingsFile]] = {}
        for path, file in manifests.items():
            folder, _, name = path.rpartition("/")
            if name == "package.json":
                self._files[folder] = file
            elif name.startswith("pnpm-workspace.") or name == "lerna.json":
                self._workspaces.setdefault(folder, []).append(file)
        self._read: dict[str, Package] = {}
        self._members: dict[str, dict[str, Package]] = {}
        self._nearest: dict[str, Package | None] = {}

    def at(self, folder: str) -> Package | None:
        """Return the package whose ``package.json`` stands in ``folder``, or None."""
        if folder not in self._files:
            return None
        if folder not in self._read:
            self._read[folder] = Package.read(folder, self._files[folder].table)
        return self._read[folder]

    def nearest(self, folder: str) -> Package | None:
        """Return the package that ``folder`` belongs to, or None."""
        if folder not in self._nearest:
            found = next((one for one in above(folder) if one in self._files), None)
            self._nearest[folder] = None if found is None else self.at(found)
        return self._nearest[folder]

    def named(self, folder: str, name: str) -> Package | None:
        """Return the package of this project that code in ``folder`` imports as ``name``, or None:
        its own, a member of its workspace, or one it depends on by path."""
        own = self.nearest(folder)
        if own is not None and own.name == name:
            return own
        for root in above(folder):
            member = self._of_workspace(root).get(name)
            if member is not None:
                return member
        for one in above(folder):
            package = self.at(one)
            linked = self.at(package.links[name]) if package and name in package.links else None
            if linked is not None:
                return linked
        return None

    def is_shared(self, package: Package) -> bool:
        """Whether other code may import the package by its name."""
        if package.exports is not None or package.folder in self._linked:
            return True
        roots = map(self._of_workspace, above(package.folder))
        return any(members.get(package.name) is package for members in roots)

    @cached_property
    def _linked(self) -> frozenset[str]:
        """The folders that packages depend on by their path."""
        packages = (self.at(folder) for folder in self._files)
        return frozenset(link for one in packages if one for link in one.links.values())

    def _of_workspace(self, root: str) -> dict[str, Package]:
        """Name to member of the workspace that is declared in the folder ``root``."""
        if root not in self._members:
            globs = self._globs(root)
            self._members[root] = dict(self._chosen(root, globs)) if globs else {}
        return self._members[root]

    def _globs(self, root: str) -> tuple[str, ...]:
        package = self.at(root)
        files = self._workspaces.get(root, ())
        listed = [one for file in files for one in _members(file.table.get("packages"))]
        return (*listed, *(package.workspaces if package else ()))

    def _chosen(self, root: str, globs: tuple[str, ...]) -> Iterator[tuple[str, Package]]:
        """The members, outermost last: of two with one name the outer one counts."""
        start = f"{root}/" if root else ""
        for folder in sorted(self._files, reverse=True):
            if not folder.startswith(start) and folder != root:
                continue
            package = self.at(folder)
            member = folder == root or chosen(folder[len(start) :], globs)
            if package is not None and package.name and member:
                yield package.name, package
