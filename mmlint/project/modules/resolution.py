"""From a module specifier to the file of the project that it means."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType

from mmlint.model.settings import SettingsFile
from mmlint.project.modules.javascript import JavaScriptResolution
from mmlint.project.modules.layers import Layers
from mmlint.project.modules.patterns import Hints
from mmlint.project.modules.python import PythonResolution

MAX_SPECIFIER = 1000
"""Characters of the longest specifier that is looked up."""

_NOTHING: Mapping[str, SettingsFile] = MappingProxyType({})


def submodule(module: str, name: str) -> str:
    """Return the dotted name of ``name`` inside the Python package ``module`` (``.``, ``a.b``)."""
    return module + name if module.endswith(".") else f"{module}.{name}"


class Resolution:
    """Resolves specifiers among the known ``files`` (project-relative paths with ``/``).

    ``manifests``: the settings files, by path, that ``manifests.decides`` asks for; without
    them every name has the meaning that tools give it by default. Answers are memoised.
    """

    def __init__(
        self, files: frozenset[str], manifests: Mapping[str, SettingsFile] = _NOTHING
    ) -> None:
        self.files = files
        self._manifests = manifests
        self._memo: dict[tuple[bool, str, str], str | None] = {}

    def find(self, importer: str, specifier: str, language: str) -> str | None:
        """Return the file that ``specifier`` means in the file ``importer``, or None.

        None: it is no file of the project, or it cannot be known which.
        """
        python = language == "python"
        folder = posixpath.dirname(importer)
        key = (python, folder, specifier)
        if key not in self._memo:
            known = len(specifier) <= MAX_SPECIFIER
            finder = self._python if python else self._javascript
            self._memo[key] = finder.find(folder, specifier) if known else None
        return self._memo[key]

    def bundled_with(self, path: str) -> str:
        """Return the folder of the package that a script belongs to, or its own folder where there
        is no package: what is bundled together."""
        folder = posixpath.dirname(path)
        package = self._javascript.packages.nearest(folder)
        return folder if package is None else package.folder

    def hints(self, path: str) -> Hints:
        """Return what the specifiers that mean ``path`` look like: each has one of the hints."""
        finder = self._python if path.lower().endswith(".py") else self._javascript
        return finder.hints(path)

    @cached_property
    def _layers(self) -> Layers:
        return Layers(self.files, self._manifests)

    @cached_property
    def _javascript(self) -> JavaScriptResolution:
        return JavaScriptResolution(self.files, self._manifests, self._layers)

    @cached_property
    def _python(self) -> PythonResolution:
        return PythonResolution(self.files, self._manifests, self._layers)
