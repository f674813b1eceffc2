"""What imports and exports mean: the file behind a specifier, the value behind an exported name."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from mmlint.model import syntax as s
from mmlint.project.modules.packages import package_specifier
from mmlint.project.modules.resolution import Resolution, submodule
from mmlint.project.semantic.entity import (
    NOTHING,
    External,
    Global,
    Namespace,
    Resolved,
    SdkObject,
)
from mmlint.project.semantic.foreign import is_foreign
from mmlint.project.semantic.lookup import MAX_DEPTH, Lookup
from mmlint.project.semantic.stars import Stars, stars
from mmlint.project.semantic.unit import Unit
from mmlint.sdk import surface
from mmlint.sdk.methods import PYTHON_NAMES


class ModuleGraph:
    """The units of a project, linked by their imports and exports.

    ``lookup``: follows the names in them. ``python_modules``: modules whose objects count as a
    Python SDK.
    """

    def __init__(
        self,
        lookup: Lookup,
        units: Sequence[Unit],
        resolution: Resolution,
        python_modules: frozenset[str],
    ) -> None:
        self._lookup = lookup
        self._units = units
        self._resolution = resolution
        self._python_modules = python_modules
        self._first = {unit.path: unit for unit in reversed(units)}
        self._stars: dict[Unit, Stars] = {}

    def imported(self, unit: Unit, one: s.Import | None, depth: int) -> Resolved | None:
        """Return what a name means that ``unit`` imports by ``one``."""
        if one is None:
            return None
        module = self.module(unit, one.module)
        if one.name == "*":
            return module
        found = self.taken(unit, module, one.name, depth)
        if found is None and unit.python:
            return self.module(unit, submodule(one.module, one.name))
        return found

    def taken(self, unit: Unit, whole: Resolved | None, name: str, depth: int) -> Resolved | None:
        """Return what ``whole.name`` means in ``unit``: a member, or the module of that name where
        a Python package was not parsed."""
        if unit.python and isinstance(whole, External) and "()" not in whole.path:
            dotted = submodule(whole.module, ".".join((*whole.path, name)))
            path = self._resolution.find(unit.path, dotted, "python")
            if path in self._first:
                return Namespace(self._first[path])
        found = self._lookup.member(whole, name, depth)
        if name == surface.BROWSER_GLOBAL and isinstance(whole, Global):
            return self.own_global(unit, found, whole)
        return found

    def own_global(self, unit: Unit, found: Resolved | None, holder: Global) -> Resolved | None:
        """Return what ``window.mm`` is: ``found``, the SDK, or another product's where the package
        puts that there."""
        if not isinstance(found, SdkObject) or not self._is_foreign(unit):
            return found
        return Global((*holder.path, surface.BROWSER_GLOBAL))

    def _is_foreign(self, unit: Unit) -> bool:
        foreign = self._foreign
        return bool(foreign) and self._resolution.bundled_with(unit.path) in foreign

    @cached_property
    def _foreign(self) -> frozenset[str]:
        """The packages whose ``window.mm`` is another product's."""
        self.__dict__["_foreign"] = frozenset()  # what it is set to may use it
        units = [one for one in self._units if is_foreign(one, self._lookup.resolve)]
        return frozenset(self._resolution.bundled_with(one.path) for one in units)

    def module(self, unit: Unit, specifier: str) -> Resolved | None:
        """Return what the module ``specifier`` means when ``unit`` imports it."""
        if not unit.python:
            specifier = package_specifier(specifier)
        if not unit.python and specifier == surface.BROWSER_PACKAGE:
            return SdkObject("browser")
        if not unit.python and specifier == surface.NODE_PACKAGE:
            return SdkObject("node")
        if unit.python and specifier.split(".")[0] in self._python_modules:
            return SdkObject("node")
        path = self._resolution.find(unit.path, specifier, unit.module.language)
        if path is not None:
            if path in self._first:
                return Namespace(self._first[path])
            # a file that was not parsed imports nothing that sends or flushes, however far away
            return External(specifier, ())
        if specifier.startswith("."):
            return None
        return External(specifier, ())

    def exported(self, unit: Unit, name: str, depth: int = 0) -> Resolved | None:
        """Return what ``unit`` exports under ``name``."""
        if depth > MAX_DEPTH:
            return self._lookup.stop()
        if unit.python:
            index = unit.globals.get(name)
            if index is None:
                return self.from_star(unit, name, depth)
            return self._lookup.binding(unit, index, NOTHING, depth)
        holder = self.holder(unit, name)
        if holder is not None:
            return self._export(holder, holder.exports[name], depth)
        for one in self.stars(unit).open[:1]:
            if isinstance(one, SdkObject):
                return one.member(name)
            whole = self.whole(one, depth)
            return whole if name == "default" else self._lookup.member(whole, name, depth + 1)
        return None

    def holder(self, unit: Unit, name: str) -> Unit | None:
        """Return the JavaScript unit that says what ``unit`` exports as ``name``: itself, or one
        that it passes on as a whole."""
        return unit if name in unit.exports else self.stars(unit).holders.get(name)

    def stars(self, unit: Unit) -> Stars:
        """Return what the JavaScript ``unit`` passes on as a whole."""
        found = self._stars.get(unit)
        if found is None:
            found = self._stars[unit] = stars(unit, self.module)
        return found

    def _export(self, unit: Unit, export: s.Export, depth: int) -> Resolved | None:
        """What an export with a name of its own means."""
        if export.module is not None:
            module = self.module(unit, export.module)
            if export.imported == "*":
                return module
            return self._lookup.member(module, export.imported or export.name, depth + 1)
        if export.binding >= 0:
            return self._lookup.binding(unit, export.binding, NOTHING, depth + 1)
        if export.value is not None:
            return self._lookup.resolve(unit, export.value, NOTHING, depth + 1)
        return None

    def from_star(self, unit: Unit, name: str, depth: int) -> Resolved | None:
        """Return what ``name`` is where a ``from … import *`` of a Python module may bring it in:
        from there, or from what is brought in there in turn. Each module is asked once."""
        if depth > MAX_DEPTH:
            return self._lookup.stop()
        seen = {unit}
        waiting = self._everything(unit)
        while waiting:
            module = waiting.pop()
            if isinstance(module, SdkObject) and name in PYTHON_NAMES:
                return module.member(name)
            if not isinstance(module, Namespace) or not module.unit.gives_away(name):
                continue
            inner = module.unit
            if inner in seen:
                continue
            seen.add(inner)
            index = inner.globals.get(name)
            if index is None:
                found = self.submodule(inner, name)
                waiting += self._everything(inner)
            else:
                found = self._lookup.binding(inner, index, NOTHING, depth + 1)
            if found is not None:
                return found
        return None

    def _everything(self, unit: Unit) -> list[Resolved | None]:
        """The modules that a Python unit takes everything from, the one with the last word last."""
        return [self.module(unit, one.module) for one in reversed(unit.everything)]

    def submodule(self, unit: Unit, name: str) -> Resolved | None:
        """Return the module ``name`` inside a Python package that has no such name itself."""
        if not unit.python or name in unit.globals or not unit.path.endswith("__init__.py"):
            return None
        inner = self._resolution.find(unit.path, f".{name}", "python")
        return Namespace(self._first[inner]) if inner in self._first else None

    def whole(self, unit: Unit, depth: int) -> Resolved | None:
        """Return what ``module.exports = …`` makes of a whole file."""
        export = unit.exports.get("=")
        return self._export(unit, export, depth) if export is not None else None
