"""Which functions a platform calls, how long their process lives, and what proves it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from mmlint.frameworks import platforms
from mmlint.frameworks.pattern import (
    Callback,
    Decorated,
    DefaultObject,
    Directive,
    Exported,
    Extends,
    Named,
    Pattern,
    Platform,
    Runtime,
    Views,
)
from mmlint.model import syntax as s
from mmlint.project.entity import (
    Entity,
    External,
    Global,
    Instance,
    Known,
    ProjectClass,
    ProjectFunction,
)
from mmlint.project.program import Program, constructor
from mmlint.project.surroundings import Surroundings
from mmlint.project.unit import Unit

_ORDER: dict[str, int] = {"serverless": 0, "long-running": 1, "script": 2, "unknown": 3}
MAX_DELEGATION = 5


@dataclass(frozen=True)
class Evidence:
    """How long the process of a function lives, and the sentence that proves it."""

    runtime: Runtime
    why: str

    def __str__(self) -> str:
        return f"{self.runtime}: {self.why}" if self.why else self.runtime


UNKNOWN = Evidence("unknown", "")


@dataclass(frozen=True)
class Handler:
    """A function that a platform calls once per request or event.

    ``wrappers``: project functions that were handed the handler and may do something after it.
    """

    function: ProjectFunction
    evidence: Evidence
    platform: str
    wrappers: tuple[ProjectFunction, ...] = ()


class Runtimes:
    """Finds handlers and spreads their runtimes to the helpers they reach.

    ``configured``: path to the runtime that the configuration fixes for it, or None.
    """

    def __init__(
        self,
        program: Program,
        surroundings: Surroundings,
        configured: Callable[[str], Runtime | None] = lambda path: None,
    ) -> None:
        self.program = program
        self.surroundings = surroundings
        self.configured = configured
        self.handlers = self._settle(self._all())
        self._evidence = self._spread()

    def of(self, unit: Unit, index: int) -> Evidence:
        """Return the runtime of function ``index`` of ``unit``; inner functions take the outer's."""
        fixed = self.configured(unit.path)
        if fixed is not None:
            return Evidence(fixed, "set in the configuration")
        while index > 0:
            found = self._evidence.get(ProjectFunction(unit, index))
            if found is not None:
                return found
            index = unit.module.functions[index].parent
        return self._program_of(unit)

    def is_server(self, unit: Unit) -> bool:
        """Whether a platform calls functions of this file."""
        return any(one.function.unit is unit for one in self.handlers)

    # --- finding ---------------------------------------------------------------------------------

    def _all(self) -> Iterator[Handler]:
        known = list(platforms())
        for unit in self.program.units:
            for platform in known:
                if self._applies(platform, unit):
                    for pattern in platform.patterns:
                        yield from self._match(platform, pattern, unit)
            yield from self._bound(unit)

    def _applies(self, platform: Platform, unit: Unit) -> bool:
        if not platform.needs:
            return True
        modules = {one.module.split("/")[0] for one in unit.module.imports}
        if any(name in modules for name in platform.needs):
            return True
        return self.surroundings.depends(unit.path, platform.needs) is not False

    def _match(self, platform: Platform, pattern: Pattern, unit: Unit) -> Iterator[Handler]:
        if isinstance(pattern, Exported):
            found = self._exported(pattern, unit)
        elif isinstance(pattern, Directive):
            found = self._directive(pattern, unit)
        elif isinstance(pattern, DefaultObject):
            found = self._default_object(pattern, unit)
        elif isinstance(pattern, Extends):
            found = self._extends(pattern, unit)
        elif isinstance(pattern, Callback):
            found = self._callback(pattern, unit)
        elif isinstance(pattern, Named):
            found = self._named(pattern, unit)
        elif isinstance(pattern, Decorated):
            found = self._decorated(pattern, unit)
        else:
            found = self._views(pattern, unit)
        served = getattr(pattern, "served", False) or platform.name == "Hono"
        for function, why, wrappers in found:
            evidence = self._judge(platform, unit, why, served)
            yield Handler(function, evidence, platform.name, wrappers)

    def _judge(self, platform: Platform, unit: Unit, why: str, served: bool) -> Evidence:
        """A platform's runtime, unless an adapter, a listener or a wrapper says otherwise."""
        around = self.surroundings
        for adapter in platform.adapters:
            if adapter != "@hono/node-server" and around.depends(unit.path, (adapter,)):
                return Evidence("long-running", f"{why}, served by {adapter}")
        if not served:
            return Evidence(platform.runtime, why)
        wrapped = around.near(unit.path, around.wrapping)
        if wrapped is not None:
            return Evidence("serverless", f"{why}, wrapped for serverless in {wrapped}")
        folder, _, rest = unit.path.rpartition("api/")
        if unit.python and rest and folder.rstrip("/") in around.vercel:
            return Evidence("serverless", f"{why}, a Vercel function under api/")
        listens = around.near(unit.path, around.listening)
        if platform.runtime == "serverless":
            runtime: Runtime = "long-running" if listens else "serverless"
            return Evidence(runtime, f"{why}, served in {listens}" if listens else why)
        if listens is not None or unit.python:
            return Evidence(
                "long-running", f"{why}, in a program that listens ({listens or 'WSGI/ASGI'})"
            )
        return Evidence("unknown", why)

    def _exported(self, pattern: Exported, unit: Unit) -> Iterator[_Found]:
        if unit.module.language != pattern.language or unit.module.side == "client":
            return
        if not re.search(pattern.path, self.surroundings.relative(unit.path)):
            return
        for name in pattern.names:
            entity = self.program.exported(unit, name)
            value = self._exported_value(unit, name)
            if pattern.members:
                yield from self._members(entity, pattern.why)
                continue
            for function, wrappers in self._functions(unit, entity, value):
                if pattern.only_async and not function.function.is_async:
                    continue
                yield function, pattern.why.format(name=name), wrappers

    def _exported_value(self, unit: Unit, name: str) -> s.Value | None:
        """The expression behind an export, to look into calls that wrap the handler."""
        for export in unit.module.exports:
            if export.name == name or (export.name == "=" and name == "default"):
                if export.value is not None:
                    return self._definition(unit, export.value)
                if export.binding >= 0:
                    definitions = unit.definitions.get(export.binding, [])
                    if len(definitions) == 1:
                        return self._definition(unit, definitions[0].value)
        return None

    def _definition(self, unit: Unit, value: s.Value) -> s.Value:
        """Follow a name to the one value it is bound to."""
        for _ in range(MAX_DELEGATION):
            if not isinstance(value, s.Name) or value.binding < 0:
                break
            definitions = unit.definitions.get(value.binding, [])
            if len(definitions) != 1 or definitions[0].path:
                break
            value = definitions[0].value
        return value

    def _functions(
        self, unit: Unit, entity: Entity | None, value: s.Value | None
    ) -> Iterator[tuple[ProjectFunction, tuple[ProjectFunction, ...]]]:
        """The function that an expression is, or the functions that it wraps (``middy(fn)``)."""
        if isinstance(value, s.Call):
            yield from self._wrapped(unit, value, ())
        elif isinstance(entity, ProjectFunction):
            yield entity, ()

    def _wrapped(
        self, unit: Unit, call: s.Call, wrappers: tuple[ProjectFunction, ...], depth: int = 0
    ) -> Iterator[tuple[ProjectFunction, tuple[ProjectFunction, ...]]]:
        if depth > MAX_DELEGATION:
            return
        callee = self.program.resolve(unit, call.callee)
        if isinstance(callee, ProjectFunction):
            wrappers = (*wrappers, callee)
        if isinstance(call.callee, s.Member):
            inner = self._definition(unit, call.callee.object)
            if isinstance(inner, s.Call):
                yield from self._wrapped(unit, inner, wrappers, depth + 1)
        for argument in call.arguments:
            value = self._definition(unit, argument.value)
            if isinstance(value, s.Call):
                yield from self._wrapped(unit, value, wrappers, depth + 1)
                continue
            found = self.program.resolve(unit, value)
            if isinstance(found, ProjectFunction):
                yield found, wrappers

    def _members(self, entity: Entity | None, why: str) -> Iterator[_Found]:
        if isinstance(entity, Known) and isinstance(entity.value, s.Object):
            for entry in entity.value.entries:
                found = self.program.resolve(entity.unit, entry.value)
                if isinstance(found, ProjectFunction):
                    yield found, f"{why} {entry.key}", ()

    def _directive(self, pattern: Directive, unit: Unit) -> Iterator[_Found]:
        functions = unit.module.functions
        for index, function in enumerate(functions[1:], 1):
            if pattern.text in function.directives:
                yield ProjectFunction(unit, index), pattern.why, ()
        if pattern.text in unit.module.directives:
            for export in unit.module.exports:
                entity = self.program.exported(unit, export.name)
                value = self._exported_value(unit, export.name)
                for one, wrappers in self._functions(unit, entity, value):
                    if one.unit is unit:
                        yield one, pattern.why, wrappers

    def _default_object(self, pattern: DefaultObject, unit: Unit) -> Iterator[_Found]:
        if unit.python:
            return
        entity = self.program.exported(unit, "default")
        if not isinstance(entity, Known | Instance) or entity.unit is not unit:
            return
        if self._runs_on_bun(unit):
            return
        if isinstance(entity, Known) and isinstance(entity.value, s.Object):
            if any(entry.key in pattern.unless for entry in entity.value.entries):
                return
        for name in pattern.methods:
            value = self._entry(entity, name)
            found = self.program.member(entity, name)
            for function, wrappers in self._functions(unit, found, value):
                yield function, pattern.why.format(name=name), wrappers

    def _entry(self, entity: Known | Instance, name: str) -> s.Value | None:
        if isinstance(entity, Known) and isinstance(entity.value, s.Object):
            for entry in entity.value.entries:
                if entry.key == name:
                    return self._definition(entity.unit, entry.value)
        return None

    def _runs_on_bun(self, unit: Unit) -> bool:
        package = self.surroundings.package_of(unit.path)
        if package is None or package in self.surroundings.wrangler:
            return False
        commands = self.surroundings.commands.get(package, "")
        return re.search(r"^bun\b(?! (x|install|build|test))", commands, re.M) is not None

    def _extends(self, pattern: Extends, unit: Unit) -> Iterator[_Found]:
        if unit.module.language != pattern.language:
            return
        for declared in unit.module.classes:
            names = {_last_name(base) for base in declared.bases}
            if names.isdisjoint(pattern.bases):
                continue
            for member in declared.members:
                if member.name in pattern.methods and member.function >= 0:
                    why = pattern.why.format(name=member.name)
                    yield ProjectFunction(unit, member.function), why, ()

    def _callback(self, pattern: Callback, unit: Unit) -> Iterator[_Found]:
        for call in self.program.calls:
            if call.unit is not unit or not _named(call.callee, pattern.callee):
                continue
            arguments = [one.value for one in call.call.arguments]
            first = arguments[0] if arguments else None
            text = first.value if isinstance(first, s.Literal) else ""
            if pattern.first and text not in pattern.first:
                continue
            if pattern.option:
                arguments = _options(arguments, pattern.option)
            why = pattern.why.format(first=text)
            for argument in arguments:
                value = self._definition(unit, argument)
                for function, wrappers in self._functions(
                    unit, self.program.resolve(unit, argument), value
                ):
                    yield function, why, wrappers

    def _named(self, pattern: Named, unit: Unit) -> Iterator[_Found]:
        if not unit.python:
            return
        for index, function in enumerate(unit.module.functions):
            top = function.parent == 0 and function.kind == "function"
            if top and function.name in pattern.names:
                if len(function.parameters) == pattern.parameters:
                    why = pattern.why.format(name=function.name)
                    yield ProjectFunction(unit, index), why, ()

    def _decorated(self, pattern: Decorated, unit: Unit) -> Iterator[_Found]:
        if not unit.python:
            return
        for index, function in enumerate(unit.module.functions):
            for decorator in function.decorators:
                value = decorator.callee if isinstance(decorator, s.Call) else decorator
                if _named(self.program.resolve(unit, value), pattern.decorator):
                    name = _last_name(value)
                    yield ProjectFunction(unit, index), pattern.why.format(name=name), ()

    def _views(self, pattern: Views, unit: Unit) -> Iterator[_Found]:
        if not unit.python or not re.search(pattern.path, unit.path):
            return
        for index, function in enumerate(unit.module.functions):
            if function.parent == 0 and function.kind == "function" and function.parameters:
                if function.parameters[0].name == pattern.first:
                    why = pattern.why.format(name=function.name)
                    yield ProjectFunction(unit, index), why, ()

    def _bound(self, unit: Unit) -> Iterator[Handler]:
        """Handlers that ``serverless.yml`` or a SAM template names."""
        stem = posixpath.splitext(unit.path)[0]
        for bound in self.surroundings.bound:
            names = {bound.stem, bound.stem.replace(".", "/")}
            if stem not in names:
                continue
            entity = self.program.exported(unit, bound.name)
            value = self._exported_value(unit, bound.name)
            for function, wrappers in self._functions(unit, entity, value):
                why = f"Lambda handler {bound.name}, named in {bound.where}"
                yield Handler(function, Evidence("serverless", why), "AWS Lambda", wrappers)

    # --- delegation and helpers ------------------------------------------------------------------

    def _settle(self, found: Iterator[Handler]) -> list[Handler]:
        """One entry a function (the strongest runtime); a handler that only delegates is replaced
        by the function it delegates to."""
        best: dict[ProjectFunction, Handler] = {}
        for handler in found:
            handler = self._delegate(handler)
            known = best.get(handler.function)
            if known is None or (_ORDER[handler.evidence.runtime] < _ORDER[known.evidence.runtime]):
                best[handler.function] = handler
        return sorted(
            best.values(), key=lambda one: (one.function.unit.path, one.function.function.start)
        )

    def _delegate(self, handler: Handler) -> Handler:
        for _ in range(MAX_DELEGATION):
            target = self._delegated(handler.function)
            if target is None:
                break
            handler = replace(handler, function=target)
        return handler

    def _delegated(self, function: ProjectFunction) -> ProjectFunction | None:
        body = function.function.body
        if len(body) != 1 or not isinstance(body[0], s.Return | s.Evaluate):
            return None
        value = body[0].value
        if isinstance(value, s.Await):
            value = value.value
        if isinstance(value, s.Call) and _last_name(value.callee) == "respondWith":
            value = value.arguments[0].value if value.arguments else None
        if not isinstance(value, s.Call) or any(
            isinstance(one.value, s.Lambda) for one in value.arguments
        ):
            return None
        found = constructor(self.program.resolve(function.unit, value.callee))
        if isinstance(found, ProjectFunction) and found != function and found.function.body:
            return found
        return None

    def _spread(self) -> dict[ProjectFunction, Evidence]:
        """Give every function that a handler reaches the handler's runtime; serverless wins."""
        found: dict[ProjectFunction, Evidence] = {}
        inside: dict[ProjectFunction, list[ProjectFunction]] = self._called()
        for handler in sorted(self.handlers, key=lambda one: _ORDER[one.evidence.runtime]):
            if handler.evidence.runtime == "unknown":
                continue
            first = True
            queue = [handler.function]
            while queue:
                function = queue.pop()
                if function in found:
                    continue
                why = handler.evidence.why
                if not first:
                    name = handler.function.function.name or "the handler"
                    why = f"reached from {name} in {handler.function.unit.path} ({why})"
                found[function] = Evidence(handler.evidence.runtime, why)
                first = False
                queue.extend(inside.get(function, ()))
        return found

    def _called(self) -> dict[ProjectFunction, list[ProjectFunction]]:
        found: dict[ProjectFunction, list[ProjectFunction]] = {}
        for call in self.program.calls:
            callee = constructor(call.callee)
            if not isinstance(callee, ProjectFunction):
                continue
            index = call.site.function
            while index > 0:
                found.setdefault(ProjectFunction(call.unit, index), []).append(callee)
                index = call.unit.module.functions[index].parent
        return found

    def _program_of(self, unit: Unit) -> Evidence:
        """Code outside handlers lives as long as its program, where that program listens."""
        around = self.surroundings
        listens = unit.path in around.listening and unit.path not in around.wrapping
        if listens and not unit.python:
            return Evidence("long-running", "in a program that listens")
        why = _script(unit, around)
        return Evidence("script", why) if why else UNKNOWN


_Found = tuple[ProjectFunction, str, tuple[ProjectFunction, ...]]


def _script(unit: Unit, around: Surroundings) -> str | None:
    """Why a file is a script: where it lies, who starts it, or a ``__main__`` guard."""
    folder = re.search(r"(^|/)(scripts|bin|jobs|management/commands)/", unit.path)
    if folder:
        return f"under {folder[2]}/"
    relative = around.relative(unit.path)
    commands = around.commands.get(around.package_of(unit.path) or "", "")
    if re.search(rf"(^|[\s/]){re.escape(relative)}(\s|$)", commands, re.M):
        return "started by a script of package.json"
    for statement in unit.module.functions[0].body if unit.python else ():
        if isinstance(statement, s.Branch) and isinstance(statement.test, s.Operation):
            if any(
                isinstance(one, s.Name) and one.name == "__name__"
                for one in statement.test.operands
            ):
                return 'run as a program (if __name__ == "__main__")'
    return None


def _named(entity: Entity | None, pattern: str) -> bool:
    if isinstance(entity, External):
        return re.search(pattern, f"{entity.module}:{'.'.join(entity.path)}") is not None
    if isinstance(entity, Global):
        return re.search(pattern, f":{'.'.join(entity.path)}") is not None
    return False


def _last_name(value: s.Value) -> str:
    if isinstance(value, s.Call):
        return _last_name(value.callee)
    return value.name if isinstance(value, s.Name | s.Member) else ""


def _options(arguments: list[s.Value], key: str) -> list[s.Value]:
    return [
        entry.value
        for argument in arguments
        if isinstance(argument, s.Object)
        for entry in argument.entries
        if entry.key == key
    ]


__all__ = ["Evidence", "Handler", "ProjectClass", "Runtimes"]
