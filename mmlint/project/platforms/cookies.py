"""How the code at a place reads a cookie of the request that it answers, as the platforms say."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from mmlint.frameworks import platforms
from mmlint.frameworks.pattern import Cookies
from mmlint.model import syntax as s
from mmlint.model.regex import regex
from mmlint.project.modules.packages import package_specifier
from mmlint.project.platforms.project_config import ProjectConfig
from mmlint.project.platforms.runtimes import Handler
from mmlint.project.semantic.call_graph import qualified_name
from mmlint.project.semantic.callee_matcher import callee_matcher
from mmlint.project.semantic.entity import External, Global, ProjectFunction, Resolved
from mmlint.project.semantic.program import Program
from mmlint.project.semantic.unit import Unit

_TYPE = regex(r"[\"']?([A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*)[\"']?(?:<.*)?", re.DOTALL)
_ANYTHING = frozenset({"any", "Any"})


class RequestCookies:
    """Answers for the functions of ``program``, of which platforms call the ``handlers``."""

    def __init__(
        self, program: Program, project_config: ProjectConfig, handlers: Collection[Handler]
    ) -> None:
        self.program = program
        self.project_config = project_config
        self._platforms = {one.function: one.platform for one in handlers}
        self._handed: dict[str, set[ProjectFunction]] = {}
        self._imported: dict[str, tuple[str, Cookies] | None] = {}

    def read(self, unit: Unit, offset: int, cookie: str) -> str | None:
        """Return the expression that reads ``cookie`` at the byte ``offset`` of ``unit``: from the
        request that a function around it is given, or that is imported; None where there is none,
        or where nothing is known of how it gives cookies."""
        index = unit.function_at(offset)
        while index > 0:
            function = ProjectFunction(unit, index)
            for number, parameter in enumerate(function.function.parameters):
                found = self._of_parameter(function, number, parameter)
                if found is not None:
                    return _written(unit, offset, (parameter.name, index), found, cookie)
            index = function.function.parent
        known = self._of_import(unit)
        return _written(unit, offset, (known[0], 0), known[1], cookie) if known else None

    def _of_parameter(
        self, function: ProjectFunction, number: int, parameter: s.Parameter
    ) -> Cookies | None:
        if parameter.annotation is None or parameter.annotation in _ANYTHING:
            return self._undeclared(function, number)
        return self._declared(function.unit, parameter.annotation)

    def _declared(self, unit: Unit, annotation: str) -> Cookies | None:
        """How a parameter of this type gives cookies."""
        match = _TYPE.fullmatch(annotation)
        first, *rest = match[1].split(".") if match else [""]
        index = unit.globals.get(first, -1)
        found = self.program.binding(unit, index) if index >= 0 else None
        for word in rest:
            found = self.program.member(found, word)
        known = self._known(unit) if found is not None else ()
        return next((one for _, one in known if _describes(one.types, found)), None)

    def _undeclared(self, function: ProjectFunction, number: int) -> Cookies | None:
        """How the first parameter of a function gives cookies, by what calls the function."""
        unit, declared = function.unit, function.function
        own = 1 if unit.python and declared.owner >= 0 else 0
        size = len(declared.parameters) - own
        for platform, one in self._known(unit) if number == own else ():
            if one.least <= size <= one.most and self._is_called(platform, one, function):
                return one
        return None

    def _is_called(self, platform: str, one: Cookies, function: ProjectFunction) -> bool:
        unit, declared = function.unit, function.function
        exported = one.exported and regex(one.exported).search(unit.path)
        if exported and self._platforms.get(function) == platform:
            return True
        around = declared.decorators
        if declared.owner >= 0:
            around = (*around, *unit.module.classes[declared.owner].bases)
        for value in around:
            called = value.callee if isinstance(value, s.Call) else value
            if _describes(one.handlers, self.program.resolve(unit, called)):
                return True
        return bool(one.handlers) and function in self._given_to(one.handlers)

    def _given_to(self, pattern: str) -> set[ProjectFunction]:
        """The functions that calls of what ``pattern`` describes are given."""
        if pattern not in self._handed:
            found = self._handed[pattern] = set()
            for calls in self.program.call_graph.matching(pattern).values():
                for call in calls:
                    for argument in call.call.arguments:
                        entity = self.program.resolve(call.unit, argument.value)
                        if isinstance(entity, ProjectFunction):
                            found.add(entity)
        return self._handed[pattern]

    def _of_import(self, unit: Unit) -> tuple[str, Cookies] | None:
        """The import that stands for the request, and how it gives cookies."""
        if unit.path not in self._imported:
            self._imported[unit.path] = next(self._imports(unit), None)
        return self._imported[unit.path]

    def _imports(self, unit: Unit) -> Iterator[tuple[str, Cookies]]:
        known = [one for _, one in self._known(unit) if one.imported]
        for name, index in unit.globals.items():
            if known and unit.module.bindings[index].kind == "import":
                found = self.program.binding(unit, index)
                yield from ((name, one) for one in known if _describes(one.imported, found))

    def _known(self, unit: Unit) -> Iterator[tuple[str, Cookies]]:
        for platform in platforms():
            for one in platform.cookies:
                if not one.needs or self._has(unit, one.needs):
                    yield platform.name, one

    def _has(self, unit: Unit, packages: tuple[str, ...]) -> bool:
        """Whether one of ``packages`` is used, as far as can be told."""
        for one in unit.module.imports:
            first = one.module.split(".")[0] if unit.python else package_specifier(one.module)
            if first in packages:
                return True
        return not unit.python and self.project_config.depends(unit.path, packages) is not False


def _written(
    unit: Unit, offset: int, request: tuple[str | None, int], found: Cookies, cookie: str
) -> str | None:
    """Write the expression. ``request``: its name, and the function that declares it; None where it
    has no name, or where that means something else at the byte ``offset``."""
    name, owner = request
    declared = [unit.module.bindings[number] for number in unit.named.get(name or "", ())]
    seen = [one for one in declared if one.scope_start <= offset < one.scope_end]
    inner = max(seen, key=lambda one: one.scope_start, default=None)
    if inner is None or inner.owner != owner or inner.kind not in ("parameter", "import"):
        return None
    return found.read.format(request=name, cookie=cookie)


def _describes(pattern: str, entity: Resolved | None) -> bool:
    if not pattern or not isinstance(entity, External | Global):
        return False
    return callee_matcher(pattern)(qualified_name(entity))
