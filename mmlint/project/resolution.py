"""From a module specifier to the file it means."""

from __future__ import annotations

import posixpath

EXTENSIONS = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".vue", ".svelte")
COMPILED = {".js": (".ts", ".tsx"), ".mjs": (".mts",), ".cjs": (".cts",), ".jsx": (".tsx",)}
"""TypeScript's own habit: an import names the file that will be emitted."""


def submodule(module: str, name: str) -> str:
    """Return the dotted name of ``name`` inside the Python package ``module`` (``.``, ``a.b``)."""
    return module + name if module.endswith(".") else f"{module}.{name}"


class Resolution:
    """Resolves specifiers among the known ``files`` (project-relative paths with ``/``)."""

    def __init__(self, files: frozenset[str]) -> None:
        self.files = files

    def find(self, importer: str, specifier: str, language: str) -> str | None:
        """Return the file that ``specifier`` means in the file ``importer``, or None."""
        if language == "python":
            return self._python(importer, specifier)
        if specifier.startswith("."):
            return self._file(posixpath.join(posixpath.dirname(importer), specifier))
        for alias in ("@/", "~/"):
            if specifier.startswith(alias):
                return self._aliased(importer, specifier[len(alias) :])
        return None

    def _aliased(self, importer: str, rest: str) -> str | None:
        """``@/x`` and ``~/x`` mean the root of the package, or its ``src``, by the generators'
        defaults; the nearest folder above the importer that has such a file is the one."""
        folder = posixpath.dirname(importer)
        while True:
            for root in (folder, posixpath.join(folder, "src")):
                found = self._file(posixpath.join(root, rest))
                if found is not None:
                    return found
            if not folder:
                return None
            folder = posixpath.dirname(folder)

    def _file(self, path: str) -> str | None:
        path = posixpath.normpath(path)
        stem, extension = posixpath.splitext(path)
        candidates = [path]
        candidates += [stem + other for other in COMPILED.get(extension, ())]
        candidates += [path + other for other in EXTENSIONS]
        candidates += [posixpath.join(path, "index" + other) for other in EXTENSIONS]
        return next((one for one in candidates if one in self.files), None)

    def _python(self, importer: str, specifier: str) -> str | None:
        """Relative imports from the importer's package; absolute ones from any folder above it."""
        level = len(specifier) - len(specifier.lstrip("."))
        parts = specifier[level:].split(".") if specifier[level:] else []
        folder = posixpath.dirname(importer)
        if level:
            for _ in range(level - 1):
                folder = posixpath.dirname(folder)
            return self._python_file(folder, parts)
        while True:
            for root in (folder, posixpath.join(folder, "src")):
                found = self._python_file(root, parts)
                if found is not None:
                    return found
            if not folder:
                return None
            folder = posixpath.dirname(folder)

    def _python_file(self, folder: str, parts: list[str]) -> str | None:
        path = posixpath.join(folder, *parts)
        for candidate in (f"{path}.py", posixpath.join(path, "__init__.py")):
            if candidate in self.files:
                return candidate
        return None
