"""What the project says outside its code: packages, dependencies, names bound in settings.

Read as data, never executed.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

MANIFESTS = (
    "package.json",
    "wrangler.toml",
    "wrangler.json",
    "wrangler.jsonc",
    "serverless.yml",
    "serverless.yaml",
    "template.yaml",
    "template.yml",
    "vercel.json",
)
"""Names of the files whose text ``Surroundings.read`` wants."""

LISTENING = (b".listen(", b"@hono/node-server", b"Bun.serve(")
"""Byte strings of which one stands in a program that serves requests by itself."""

WRAPPING = (
    b"serverless-http",
    b"@vendia/serverless-express",
    b"@codegenie/serverless-express",
    b"aws-serverless-express",
    b"@fastify/aws-lambda",
    b"from mangum",
    b"import mangum",
    b"apig_wsgi",
    b"serverless_wsgi",
    b"zappa",
)
"""Byte strings of which one stands where an app is wrapped into a serverless function."""

_HANDLER = re.compile(r"^\s*-?\s*[Hh]andler:\s*[\"']?([\w./\-]+)\.(\w+)[\"']?\s*(?:#.*)?$", re.M)


@dataclass(frozen=True)
class Bound:
    """A handler that a settings file names: file without extension, function, who says so."""

    stem: str
    name: str
    where: str


@dataclass
class Surroundings:
    """``packages``: folder of a ``package.json`` to what it depends on. ``commands``: folder to
    its npm scripts. ``wrangler``, ``vercel``: folders with such a settings file.
    ``listening``, ``wrapping``: files that hold such a byte string."""

    packages: dict[str, frozenset[str]] = field(default_factory=dict)
    commands: dict[str, str] = field(default_factory=dict)
    bound: list[Bound] = field(default_factory=list)
    wrangler: frozenset[str] = frozenset()
    vercel: frozenset[str] = frozenset()
    listening: tuple[str, ...] = ()
    wrapping: tuple[str, ...] = ()

    @classmethod
    def read(
        cls,
        texts: Mapping[str, bytes],
        *,
        listening: tuple[str, ...] = (),
        wrapping: tuple[str, ...] = (),
    ) -> Surroundings:
        """Read the manifests (path to bytes); what does not parse says nothing."""
        found = cls(listening=listening, wrapping=wrapping)
        wranglers: set[str] = set()
        vercel: set[str] = set()
        for path, data in sorted(texts.items()):
            folder, name = posixpath.split(path)
            if name == "package.json":
                found._package(folder, data)
            elif name.startswith("wrangler."):
                wranglers.add(folder)
            elif name == "vercel.json":
                vercel.add(folder)
            elif name.startswith(("serverless.", "template.")):
                found._handlers(path, folder, data)
        found.wrangler = frozenset(wranglers)
        found.vercel = frozenset(vercel)
        return found

    def _package(self, folder: str, data: bytes) -> None:
        try:
            manifest = msgspec.json.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return
        if not isinstance(manifest, dict):
            return
        names: set[str] = set()
        for section in ("dependencies", "devDependencies", "peerDependencies"):
            listed = manifest.get(section)
            if isinstance(listed, dict):
                names.update(str(name) for name in listed)
        self.packages[folder] = frozenset(names)
        scripts = manifest.get("scripts")
        if isinstance(scripts, dict):
            self.commands[folder] = "\n".join(str(one) for one in scripts.values())

    def _handlers(self, path: str, folder: str, data: bytes) -> None:
        text = data.decode("utf-8", "replace")
        roots = {"", *re.findall(r"^\s*CodeUri:\s*[\"']?([\w./\-]+)", text, re.M)}
        for match in _HANDLER.finditer(text):
            for root in sorted(roots):
                stem = posixpath.normpath(posixpath.join(folder, root, match[1]))
                self.bound.append(Bound(stem, match[2], path))

    def package_of(self, path: str) -> str | None:
        """Return the folder of the nearest ``package.json`` at or above ``path``, or None."""
        folder = posixpath.dirname(path)
        while True:
            if folder in self.packages:
                return folder
            if not folder:
                return None
            folder = posixpath.dirname(folder)

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
        return posixpath.relpath(path, folder) if folder else path

    def near(self, path: str, files: tuple[str, ...]) -> str | None:
        """Return the first of ``files`` that belongs to the same package as ``path``."""
        package = self.package_of(path)
        if package is None:
            top = path.split("/")[0] if "/" in path else ""
            return next((one for one in files if not top or one.startswith(top + "/")), None)
        return next((one for one in files if self.package_of(one) == package), None)
