"""Finds what the patterns of ``frameworks`` describe: the functions, and apps, of a program."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, Final, Literal, NamedTuple

import msgspec
from msgspec.structs import replace

from mmlint.frameworks import platforms
from mmlint.frameworks.pattern import (
    WORKERS,
    Attached,
    Callback,
    Component,
    Decorated,
    DefaultObject,
    Directive,
    Exported,
    Extends,
    Named,
    Pattern,
    Platform,
    Views,
)
from mmlint.model import syntax as s
from mmlint.model.walk import inside, statements
from mmlint.project.platforms.chains import Chains
from mmlint.project.platforms.configured_handlers import ConfiguredHandler
from mmlint.project.platforms.middleware import Middleware
from mmlint.project.platforms.prefilter import Candidates, Units
from mmlint.project.platforms.project_config import ProjectConfig
from mmlint.project.semantic.arguments import binds
from mmlint.project.semantic.call_graph import qualified_name
from mmlint.project.semantic.callee_matcher import callee_matcher
from mmlint.project.semantic.entity import (
    External,
    Global,
    Instance,
    KnownValue,
    ProjectClass,
    ProjectFunction,
    Resolved,
)
from mmlint.project.semantic.program import Call, Program
from mmlint.project.semantic.unit import Unit
from mmlint.project.semantic.wrapping import Wrapper, wrappers_of

MAX_DELEGATION = 5

_STARTED = [re.compile(one.started, re.M) for one in platforms() if one.started]


class Target(msgspec.Struct, frozen=True):
    """A function, or an app of a package (``express()``), that stands where a handler is expected.

    ``wrappers``: project functions that were handed it. ``explicit``: a call hands it over.
    """

    entity: ProjectFunction | External
    wrappers: tuple[Wrapper, ...] = ()
    explicit: bool = False


class Match(msgspec.Struct, frozen=True):
    """What a pattern found, and the sentence that says why.

    ``guess``: as in ``Exported``. ``name``: what the platform calls it: the method, the registering
    function, the kind of event. ``unattended``: as in ``Handler``.
    """

    target: Target
    why: str
    guess: bool = False
    name: str = ""
    unattended: bool = False


class Matcher:
    """Interprets patterns. ``program`` and ``project_config`` are all it knows."""

    def __init__(self, program: Program, project_config: ProjectConfig) -> None:
        self.program = program
        self.project_config = project_config

    @cached_property
    def _of_apps(self) -> dict[int, list[Call]]:
        """Unit (its id) to the calls of what a package has made: of an app, perhaps."""
        found: dict[int, list[Call]] = {}
        for call in self.program.call_graph.of(outside=lambda one: "()" in one.path):
            found.setdefault(id(call.unit), []).append(call)
        return found

    def matches(self, platform: Platform) -> Iterator[tuple[Unit, Match]]:
        """Yield what the platform's patterns find, unit by unit."""
        around = self._around(platform)
        for unit, match in self._found(platform, platform.patterns):
            outer = around.get(self.project_config.home(unit.path), ())
            found = match.target
            wrappers = (*found.wrappers, *(one for one in outer if one.function != found.entity))
            yield unit, replace(match, target=replace(found, wrappers=wrappers))

    def _around(self, platform: Platform) -> dict[str, list[Wrapper]]:
        """What runs around a platform's handlers, by where it is deployed."""
        found: dict[str, list[Wrapper]] = {}
        calls = [one for one in platform.around if isinstance(one, Callback)]
        others = tuple(one for one in platform.around if not isinstance(one, Callback))
        for call in (
            call
            for pattern in calls
            for every in self.program.call_graph.matching(pattern.callee).values()
            for call in every
        ):
            home = found.setdefault(self.project_config.home(call.unit.path), [])
            for argument in call.call.arguments:
                home.extend(self._chains.wrappers(call.unit, argument.value))
        for unit, match in self._found(platform, others):
            if isinstance(match.target.entity, ProjectFunction):
                home = found.setdefault(self.project_config.home(unit.path), [])
                home.append(Wrapper(match.target.entity))
        return found

    def _found(
        self, platform: Platform, every: tuple[Pattern, ...]
    ) -> Iterator[tuple[Unit, Match]]:
        patterns = [(pattern, self.units_of(pattern)) for pattern in every]
        some = frozenset[int]().union(*(units for _, units in patterns))
        for unit in self.program.units:
            if id(unit) in some and self._applies(platform, unit):
                for pattern, units in patterns:
                    for match in self._match(platform, pattern, unit) if id(unit) in units else ():
                        alone = (
                            re.fullmatch(platform.unattended, match.name) if match.name else None
                        )
                        yield unit, replace(match, unattended=alone is not None)

    @cached_property
    def _candidates(self) -> Candidates:
        return Candidates(self.program)

    def bound(self, one: ConfiguredHandler, unit: Unit) -> Iterator[Match]:
        """Yield what ``unit`` exports under the name that a settings file binds."""
        why = f"{one.platform} handler {one.name}, named in {one.where}"
        for target in self._export(unit, one.name):
            yield Match(replace(target, explicit=True), why)

    def apps_called(self, function: ProjectFunction) -> Iterator[External]:
        """Yield the apps to which a handler hands its request (``app.fetch(request)``)."""
        for call in self._of_apps.get(id(function.unit), ()):
            callee, inner = call.callee, call.site.function
            if isinstance(callee, External) and function.unit.is_inside(inner, function.index):
                yield callee

    def _applies(self, platform: Platform, unit: Unit) -> bool:
        if not platform.needs:
            return True
        if any(name in unit.packages for name in platform.needs):
            return True
        return self.project_config.depends(unit.path, platform.needs) is not False

    def units_of(self, pattern: Pattern) -> Units:
        """Return the units in which ``pattern`` may find something."""
        return _KINDS[type(pattern)].units(self._candidates, pattern)

    def _match(self, platform: Platform, pattern: Pattern, unit: Unit) -> Iterator[Match]:
        kind = _KINDS[type(pattern)]
        if kind.language is not None and unit.python != (kind.language == "python"):
            return
        if kind.server and (unit.module.side == "client" or "use client" in unit.module.directives):
            return
        yield from kind.match(self, platform, pattern, unit)

    # --- by file ---------------------------------------------------------------------------------

    def _placed(self, platform: Platform, pattern: str, unit: Unit) -> bool:
        """Whether the file lies where ``pattern`` says, once settings have moved it."""
        pattern = self.project_config.placed(pattern, unit.path, platform.moved)
        return re.search(pattern, self.project_config.relative(unit.path)) is not None

    def match_exported(self, platform: Platform, pattern: Exported, unit: Unit) -> Iterator[Match]:
        if unit.module.language != pattern.language or unit.module.side == "client":
            return
        if not self._placed(platform, pattern.path, unit):
            return
        if pattern.confirmed and not self.project_config.nearest(unit.path, platform.settings):
            return
        for name in pattern.names:
            if pattern.members:
                yield from self._members(self.program.exported(unit, name), pattern.why)
                continue
            for target in self._export(unit, name):
                if _meant(pattern, target.entity):
                    yield Match(target, pattern.why.format(name=name), pattern.guess)

    def _export(self, unit: Unit, name: str) -> Iterator[Target]:
        entity = self.program.exported(unit, name)
        names = {"default", *(one.name for one in unit.module.exports)}
        if isinstance(entity, External) and name not in names and not unit.python:
            return  # ``module.exports = app`` exports an app, not its members
        yield from self._targets(unit, entity, self._exported_value(unit, name))

    def _exported_value(self, unit: Unit, name: str) -> s.Value | None:
        """The expression behind an export, to look into calls that wrap the handler."""
        if unit.python:
            return self._bound_value(unit, unit.globals.get(name, -1))
        for export in unit.module.exports:
            if export.name == name or (export.name == "=" and name == "default"):
                if export.value is not None:
                    return self._definition(unit, export.value)
                return self._bound_value(unit, export.binding)
        return None

    def _bound_value(self, unit: Unit, binding: int) -> s.Value | None:
        definitions = unit.definitions.get(binding, [])
        if binding < 0 or len(definitions) != 1:
            return None
        return self._definition(unit, definitions[0].value)

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

    def _members(self, entity: Resolved | None, why: str) -> Iterator[Match]:
        if isinstance(entity, KnownValue) and isinstance(entity.value, s.Object):
            for entry in entity.value.entries:
                for target in self._argument(entity.unit, entry.value):
                    yield Match(target, f"{why} {entry.key}")

    def match_attached(self, platform: Platform, pattern: Attached, unit: Unit) -> Iterator[Match]:
        if not self._placed(platform, pattern.path, unit):
            return
        whole = self.program.exported(unit, "default")
        for name in pattern.names:
            why = pattern.why.format(name=name)
            for target in self._static(unit, whole, name):
                yield Match(target, why)

    def _static(self, unit: Unit, whole: Resolved | None, name: str) -> Iterator[Target]:
        """The static method ``name`` of a class, and what is assigned to the member ``name``."""
        if isinstance(whole, ProjectClass):
            method = self.program.member(whole, name)
            yield from self._targets(whole.unit, method, None)
        for binding, writes in unit.member_writes.items():
            if whole is None or self.program.binding(unit, binding) != whole:
                continue
            for write in writes:
                if isinstance(write.target, s.Member) and write.target.name == name:
                    yield from self._argument(unit, write.value)

    def match_component(
        self, platform: Platform, pattern: Component, unit: Unit
    ) -> Iterator[Match]:
        for index, function in enumerate(unit.module.functions):
            if function.is_async and (function.name or "")[:1].isupper() and _returns_jsx(function):
                why = pattern.why.format(name=function.name)
                yield Match(Target(ProjectFunction(unit, index)), why)

    def match_directive(
        self, platform: Platform, pattern: Directive, unit: Unit
    ) -> Iterator[Match]:
        for index, function in enumerate(unit.module.functions[1:], 1):
            if pattern.text in function.directives:
                yield Match(Target(ProjectFunction(unit, index)), pattern.why)
        if pattern.text in unit.module.directives:
            for export in unit.module.exports:
                for target in self._export(unit, export.name):
                    found = target.entity
                    if isinstance(found, ProjectFunction) and found.unit is unit:
                        yield Match(target, pattern.why)

    def match_default_object(
        self, platform: Platform, pattern: DefaultObject, unit: Unit
    ) -> Iterator[Match]:
        for entity, wrappers in self._default(unit):
            if self._bun_serves(unit, entity) != pattern.bun:
                continue
            if isinstance(entity, External) and entity.module in pattern.apps:
                yield Match(Target(entity), pattern.why.format(name="app"))
            if not isinstance(entity, (KnownValue, Instance)) or entity.unit is not unit:
                continue
            for name in pattern.methods:
                value = self._entry(entity, name)
                found = self.program.member(entity, name)
                for target in self._targets(unit, found, value):
                    every = (*wrappers, *target.wrappers)
                    why = pattern.why.format(name=name)
                    yield Match(replace(target, wrappers=every), why, name=name)
            for app in self._spread(entity):
                if app.module in pattern.apps:
                    yield Match(Target(app), pattern.why.format(name="app"))

    def _default(self, unit: Unit) -> Iterator[tuple[Resolved, tuple[Wrapper, ...]]]:
        """What a file exports by default; beside a Worker's settings also the objects that it wraps
        (``withSentry(…, {…})``), with the project's functions that are handed them."""
        entity = self.program.exported(unit, "default")
        if entity is not None:
            yield entity, ()
        if not self.project_config.nearest(unit.path, WORKERS):
            return
        value = self._exported_value(unit, "default")
        wrappers: tuple[Wrapper, ...] = ()
        for _ in range(MAX_DELEGATION):
            if not isinstance(value, s.Call):
                return
            wrappers = (*wrappers, *wrappers_of(self.program, unit, value))
            for argument in value.arguments:
                handed = self.program.resolve(unit, argument.value)
                if isinstance(handed, KnownValue):
                    yield handed, wrappers
            inner = (self._definition(unit, one.value) for one in value.arguments)
            value = next((one for one in inner if isinstance(one, s.Call)), None)

    def _entry(self, entity: KnownValue | Instance, name: str) -> s.Value | None:
        if isinstance(entity, KnownValue) and isinstance(entity.value, s.Object):
            for entry in entity.value.entries:
                if entry.key == name:
                    return self._definition(entity.unit, entry.value)
        return None

    def _spread(self, entity: KnownValue | Instance) -> Iterator[External]:
        """What packages provide for an object's spreads (``{ ...router }``)."""
        if isinstance(entity, KnownValue) and isinstance(entity.value, s.Object):
            spread = (one.value for one in entity.value.entries if one.kind == "spread")
            for value in spread:
                found = self.program.resolve(entity.unit, value)
                if isinstance(found, External):
                    yield found

    def _bun_serves(self, unit: Unit, entity: Resolved) -> bool:
        around = self.project_config
        if around.nearest(unit.path, WORKERS):
            return False
        if isinstance(entity, KnownValue) and self._entry(entity, "port") is not None:
            return True
        commands = around.commands.get(around.package_of(unit.path) or "", "")
        return any(one.search(commands) for one in _STARTED)

    # --- by what is handed over ------------------------------------------------------------------

    def _targets(
        self, unit: Unit, entity: Resolved | None, value: s.Value | None
    ) -> Iterator[Target]:
        """What an expression is, or what it wraps (``middy(fn)``, ``[guard, fn]``)."""
        if isinstance(entity, External) and "()" in entity.path:
            yield Target(entity)
        bound = isinstance(value, s.Call) and binds(self.program.resolve(unit, value.callee))
        if isinstance(value, s.Call) and not bound:
            yield from self._wrapped(unit, value, ())
        elif isinstance(value, s.Sequence):
            for item in value.items:
                yield from self._argument(unit, item)
        elif isinstance(entity, ProjectFunction):
            yield Target(entity)

    def _argument(self, unit: Unit, value: s.Value) -> Iterator[Target]:
        entity = self.program.resolve(unit, value)
        yield from self._targets(unit, entity, self._definition(unit, value))

    def _wrapped(
        self, unit: Unit, call: s.Call, wrappers: tuple[Wrapper, ...], depth: int = 0
    ) -> Iterator[Target]:
        if depth > MAX_DELEGATION:
            return
        wrappers = (*wrappers, *wrappers_of(self.program, unit, call))
        if isinstance(call.callee, s.Member):
            inner = self._definition(unit, call.callee.object)
            if isinstance(inner, s.Call):
                yield from self._wrapped(unit, inner, wrappers, depth + 1)
        for argument in call.arguments:
            found = self.program.resolve(unit, argument.value)
            if isinstance(found, External) and "()" in found.path:
                yield Target(found, wrappers, explicit=True)
            value = self._definition(unit, argument.value)
            if isinstance(value, s.Call):
                yield from self._wrapped(unit, value, wrappers, depth + 1)
            elif isinstance(found, ProjectFunction):
                yield Target(found, wrappers, explicit=True)

    def match_callback(self, platform: Platform, pattern: Callback, unit: Unit) -> Iterator[Match]:
        for call in self.program.call_graph.matching(pattern.callee).get(id(unit), ()):
            arguments = [one.value for one in call.call.arguments]
            first = arguments[0] if arguments else None
            text = first.value if isinstance(first, s.Literal) else ""
            if pattern.first and text not in pattern.first:
                continue
            name = str(text) if pattern.first else last_name(call.call.callee)
            why = pattern.why.format(first=text, name=name)
            chain = self._chains.around(unit, call.call, pattern.around) if pattern.around else ()
            if chain is None:
                continue
            for argument, beside in (
                *((one, ()) for one in arguments),
                *self._options(unit, arguments, pattern),
            ):
                for target in self._argument(unit, argument):
                    within = self._within(target, call)
                    every = (*within.wrappers, *chain, *beside)
                    found = replace(within, wrappers=tuple(dict.fromkeys(every)))
                    yield Match(found, why, name=name)

    def _within(self, target: Target, call: Call) -> Target:
        """A handler, together with what the app that calls it runs around it."""
        found = target.entity
        around: tuple[Wrapper, ...] = ()
        if isinstance(found, ProjectFunction):
            around = self._middleware.around(call.unit, call.call, found)
        return replace(target, explicit=True, wrappers=(*target.wrappers, *around))

    @cached_property
    def _middleware(self) -> Middleware:
        return Middleware(self.program, self.project_config)

    def _options(
        self, unit: Unit, arguments: list[s.Value], pattern: Callback
    ) -> Iterator[tuple[s.Value, tuple[Wrapper, ...]]]:
        """The values under the keys of the options among the arguments, with what the options say
        runs around them; of an object of functions there (``routes``), what it holds."""
        for argument in arguments if pattern.options else ():
            for keys in pattern.options:
                around: tuple[Wrapper, ...] = ()
                value: s.Value | None = argument
                for key in keys.split("."):
                    options = self._definition(unit, value) if value is not None else None
                    around = (*around, *self._beside(unit, options, pattern))
                    value = _entry_of(options, key)
                whole = self._definition(unit, value) if value is not None else None
                if isinstance(whole, s.Object):
                    yield from self._leaves(unit, whole, pattern, around)
                elif value is not None:
                    yield value, around

    def _leaves(
        self, unit: Unit, whole: s.Object, pattern: Callback, around: tuple[Wrapper, ...]
    ) -> Iterator[tuple[s.Value, tuple[Wrapper, ...]]]:
        """The values inside an object of objects."""
        queue: list[tuple[s.Value, tuple[Wrapper, ...]]] = [(whole, around)]
        while queue:
            one, outer = queue.pop()
            if isinstance(one, s.Object):
                outer = (*outer, *self._beside(unit, one, pattern))
                inner = (entry for entry in one.entries if entry.key not in pattern.around)
                queue.extend((entry.value, outer) for entry in inner)
            else:
                yield one, outer

    def _beside(self, unit: Unit, options: object, pattern: Callback) -> Iterator[Wrapper]:
        """What an object of options says runs around the functions in it."""
        for key in pattern.around:
            value = _entry_of(options, key)
            if value is not None:
                yield from self._chains.wrappers(unit, value)

    @cached_property
    def _chains(self) -> Chains:
        return Chains(self.program)

    # --- by declaration --------------------------------------------------------------------------

    def match_extends(self, platform: Platform, pattern: Extends, unit: Unit) -> Iterator[Match]:
        if unit.module.language != pattern.language:
            return
        if not self._placed(platform, pattern.path, unit):
            return
        named = self.project_config.values(unit.path, pattern.bound) if pattern.bound else ()
        for declared in unit.module.classes:
            names = {name for base in declared.bases for name in self._names(unit, base)}
            if names.isdisjoint(pattern.bases) and declared.name not in named:
                continue
            for member in declared.members:
                if member.name in pattern.methods and member.function >= 0:
                    why = pattern.why.format(name=member.name)
                    found = Target(ProjectFunction(unit, member.function))
                    yield Match(found, why, name=member.name)

    def _names(self, unit: Unit, base: s.Value) -> Iterator[str]:
        """What a base is called here, and in the package that it comes from."""
        yield last_name(base)
        found = self.program.resolve(unit, base)
        if isinstance(found, External) and found.path:
            yield found.path[-1]

    def match_decorated(
        self, platform: Platform, pattern: Decorated, unit: Unit
    ) -> Iterator[Match]:
        for one in self._candidates.decorators(pattern.decorator).get(id(unit), ()):
            name = last_name(one.decorator)
            why = pattern.why.format(name=name)
            found = ProjectFunction(unit, one.function)
            around: tuple[Wrapper, ...] = ()
            if isinstance(one.decorator, s.Call):
                around = self._middleware.around(unit, one.decorator, found)
            yield Match(Target(found, around), why, name=name)

    def match_top_level(
        self, platform: Platform, pattern: Named | Views, unit: Unit
    ) -> Iterator[Match]:
        if isinstance(pattern, Views) and not re.search(pattern.path, unit.path):
            return
        for index, function in enumerate(unit.module.functions):
            top = function.parent == 0 and function.kind == "function"
            if top and _signature(pattern, unit, function):
                why = pattern.why.format(name=function.name)
                yield Match(Target(ProjectFunction(unit, index)), why)


class _Kind(NamedTuple):
    """How patterns of one kind are interpreted. ``units``: where one may find something.
    ``language``: the only one it is about. ``server``: it is about no code for browsers."""

    units: Callable[[Candidates, Any], Units]
    match: Callable[[Matcher, Platform, Any, Unit], Iterator[Match]]
    language: Literal["javascript", "python"] | None = None
    server: bool = False


# The table's key is the type of the pattern that is given, which a type checker cannot express.
_KINDS: Final[dict[type, _Kind]] = {
    Callback: _Kind(lambda has, one: has.calls(one.callee), Matcher.match_callback),
    Decorated: _Kind(lambda has, one: has.decorated(one.decorator), Matcher.match_decorated),
    Exported: _Kind(lambda has, one: has.exports(one.names, one.language), Matcher.match_exported),
    Extends: _Kind(lambda has, _: has.classes, Matcher.match_extends),
    Named: _Kind(lambda has, one: has.functions(one.names), Matcher.match_top_level, "python"),
    Views: _Kind(lambda has, _: has.functions(None), Matcher.match_top_level, "python"),
    DefaultObject: _Kind(lambda has, _: has.defaults, Matcher.match_default_object, "javascript"),
    Attached: _Kind(lambda has, _: has.defaults, Matcher.match_attached, "javascript", True),
    Component: _Kind(lambda has, _: has.components, Matcher.match_component, "javascript", True),
    Directive: _Kind(
        lambda has, one: has.directives(one.text), Matcher.match_directive, "javascript", True
    ),
}


def _meant(pattern: Exported, found: ProjectFunction | External) -> bool:
    if isinstance(found, External):
        return True
    asynchronous = found.function.is_async or not pattern.only_async
    return asynchronous and pattern.language == "javascript"


def _signature(pattern: Named | Views, unit: Unit, function: s.Function) -> bool:
    first = function.parameters[0] if function.parameters else None
    if isinstance(pattern, Views):
        return first is not None and first.name == pattern.first
    if function.name not in pattern.names or len(function.parameters) != pattern.parameters:
        return False
    if not pattern.annotation:
        return True
    written = first.annotation if first is not None else None
    return written is not None and bool(re.search(pattern.annotation, _meaning(unit, written)))


def _meaning(unit: Unit, written: str) -> str:
    """A dotted name in full, if it begins with something imported (Python)."""
    head, dot, rest = written.strip("'\" ").partition(".")
    for one in unit.module.imports:
        if one.binding >= 0 and unit.module.bindings[one.binding].name == head:
            whole = one.module if one.name == "*" else f"{one.module}.{one.name}"
            return f"{whole}{dot}{rest}"
    return head + dot + rest


def _returns_jsx(function: s.Function) -> bool:
    return any(
        isinstance(value, s.Element)
        for statement in statements(function.body)
        if isinstance(statement, s.Return) and statement.value is not None
        for value in inside(statement.value)
    )


def _entry_of(options: object, key: str) -> s.Value | None:
    """What an object literal has under a key."""
    entries = options.entries if isinstance(options, s.Object) else ()
    return next((one.value for one in entries if one.key == key), None)


def is_called(entity: Resolved | None, pattern: str) -> bool:
    """Whether a callee is what ``Callback.callee`` describes."""
    outside = entity if isinstance(entity, (External, Global)) else None
    return outside is not None and callee_matcher(pattern)(qualified_name(outside))


def last_name(value: s.Value) -> str:
    """Return the name that an expression ends in (``a.b(c)``: ``b``), or an empty one."""
    if isinstance(value, s.Call):
        return last_name(value.callee)
    return value.name if isinstance(value, (s.Name, s.Member)) else ""
