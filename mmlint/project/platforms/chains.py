"""What a chain of calls runs around its last one: ``procedure.use(timed).mutation(handler)``."""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.model import syntax as s
from mmlint.project.semantic.entity import Namespace, ProjectFunction
from mmlint.project.semantic.program import Program
from mmlint.project.semantic.unit import Unit
from mmlint.project.semantic.wrapping import Wrapper

MAX_STEPS = 60
"""Calls, members and names of one chain."""

Origin = tuple[Unit, s.Value]
"""An expression, and the unit that it stands in."""


class Chains:
    """Follows chains from file to file, which the meaning of an expression alone does not tell."""

    def __init__(self, program: Program) -> None:
        self.program = program

    def around(
        self, unit: Unit, call: s.Call, methods: tuple[str, ...]
    ) -> tuple[Wrapper, ...] | None:
        """Return what the chain that ends in ``call`` hands to ``methods``, or None where the chain
        cannot be followed to a package."""
        found: list[Wrapper] = []
        at: Origin | None = (unit, call.callee)
        for _ in range(MAX_STEPS):
            if at is None:
                return None
            unit, value = at
            if isinstance(value, s.Call):
                name = value.callee.name if isinstance(value.callee, s.Member) else ""
                for argument in value.arguments if name in methods else ():
                    found.extend(self.wrappers(unit, argument.value))
                at = unit, value.callee
            elif isinstance(value, s.Member):
                at = unit, value.object
            elif isinstance(value, s.Await):
                at = unit, value.value
            elif isinstance(value, s.Name) and not self._project(unit, value):
                return tuple(found) if value.binding in unit.imports else None
            else:
                at = self._origin(unit, value)
        return None

    def wrappers(self, unit: Unit, value: s.Value) -> Iterator[Wrapper]:
        """Yield the project's functions that ``value`` is or holds, also behind calls of packages
        (``t.middleware(timed)``, ``createMiddleware().server(timed)``) and in objects that they
        return."""
        queue: list[Origin] = [(unit, value)]
        for _ in range(MAX_STEPS):
            if not queue:
                return
            unit, value = queue.pop()
            found = self.program.resolve(unit, value)
            if isinstance(found, ProjectFunction):
                yield Wrapper(found)
                body = found.function.body
                given = body[0].value if len(body) == 1 and isinstance(body[0], s.Return) else None
                if isinstance(given, s.Object):
                    queue.append((found.unit, given))
            elif isinstance(value, s.Call):
                queue.extend((unit, one.value) for one in value.arguments)
                if isinstance(value.callee, s.Member):
                    queue.append((unit, value.callee.object))
            elif isinstance(value, s.Sequence):
                queue.extend((unit, one) for one in value.items)
            elif isinstance(value, s.Object):
                queue.extend((unit, one.value) for one in value.entries)
            elif isinstance(value, s.Name):
                origin = self._origin(unit, value)
                if origin is not None:
                    queue.append(origin)

    def _project(self, unit: Unit, name: s.Name) -> bool:
        """Whether a name is one of the project's own, here or in the file it is imported from."""
        imported = unit.imports.get(name.binding)
        if imported is None:
            return name.binding >= 0
        return isinstance(self.program.module(unit, imported.module), Namespace)

    def _origin(self, unit: Unit, value: s.Value) -> Origin | None:
        """The one expression that a name is bound to, in whatever file of the project."""
        if not isinstance(value, s.Name):
            return None
        imported = unit.imports.get(value.binding)
        if imported is not None:
            return self._exported(unit, imported.module, imported.name)
        return _bound(unit, value.binding)

    def _exported(self, unit: Unit, specifier: str, name: str) -> Origin | None:
        for _ in range(MAX_STEPS):
            module = self.program.module(unit, specifier)
            holder = (
                self.program.holder(module.unit, name) if isinstance(module, Namespace) else None
            )
            if holder is None:
                return None
            export = holder.exports[name]
            if export.module is None:
                if export.value is not None:
                    return holder, export.value
                return _bound(holder, export.binding)
            unit, specifier, name = holder, export.module, export.imported or name
        return None


def _bound(unit: Unit, binding: int) -> Origin | None:
    definitions = unit.definitions.get(binding, [])
    return (unit, definitions[0].value) if binding >= 0 and len(definitions) == 1 else None
