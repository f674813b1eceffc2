"""What a program that lives on does when it is told to stop, and whether it flushes then.

Node's signal events: nodejs.org/api/process.html#signal-events. Fastify: ``onClose``; Nest: its
lifecycle methods; hapi: ``onPostStop``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property

import msgspec
from msgspec.structs import replace

from mmlint.model import syntax as s
from mmlint.model.regex import regex
from mmlint.project.project import Project
from mmlint.project.semantic.callee import ends_process, is_flush, path_of
from mmlint.project.semantic.entity import External, Global, Namespace, ProjectFunction
from mmlint.project.semantic.program import Call, Program, constructor
from mmlint.project.semantic.unit import Location, Unit

_LISTENERS = frozenset({"on", "once", "addListener", "prependListener", "addSignalListener"})
_PROCESS = frozenset({"process", "node:process", "Deno"})
_STOPS = regex(r"SIG[A-Z0-9]+|beforeExit")
_REGISTRARS = {
    "addHook": frozenset({"onClose", "preClose"}),
    "ext": frozenset({"onPreStop", "onPostStop"}),
}
"""Methods of frameworks that take a hook, with the events that come with the end."""

_METHODS = frozenset({"onModuleDestroy", "beforeApplicationShutdown", "onApplicationShutdown"})
_PACKAGES = regex(r"terminus|graceful|close-with-grace|exit-hook|shutdown|lightship")
_SERVER = regex(r"server|app|fastify|http", re.I)


class Hook(msgspec.Struct, frozen=True):
    """A function value that runs on the way down; what stands before ``after`` does not count."""

    unit: Unit
    value: s.Value
    after: int = -1


class Shutdowns:
    """Which programs of ``project`` flush when they are stopped."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.program = project.program

    def unflushed(self, unit: Unit) -> list[Unit]:
        """Return the entry files of the long-running programs that load ``unit`` and do not flush
        on their way down."""
        return [
            root for root in self._roots(unit) if self._flushing.isdisjoint(self._loaded_with(root))
        ]

    def flushes_at_exit(self, unit: Unit) -> bool:
        """Whether something that ``unit`` loads registers a flush that Python runs when the
        interpreter ends (``atexit.register``); a coroutine function is never awaited there."""
        loaded = set(_reach(unit, self._imports))
        return any(
            one.unit in loaded and self._flushes([hook])
            for one in self.program.call_graph.of(outside=_is_atexit)
            for hook in _at_exit(self.program, one)
        )

    def outlives(self, place: Location) -> bool:
        """Whether the call at ``place`` stands in a handler of a signal that does not end the
        process: with a handler, the signal itself does not either, so a promise has time."""
        unit = place.unit
        index = unit.function_at(place.start)
        while index > 0:
            if ProjectFunction(unit, index) in self._going_on:
                return True
            index = unit.module.functions[index].parent
        return False

    @cached_property
    def _going_on(self) -> frozenset[ProjectFunction]:
        """The handlers of signals in which nothing ends the process."""
        found: set[ProjectFunction] = set()
        for call in self.program.calls:
            arguments = [one.value for one in call.call.arguments]
            if call.unit.python or call.unit.test or not self._announces(call, arguments):
                continue
            for value in arguments[1:]:
                handler = self.program.resolve(call.unit, value)
                if isinstance(handler, ProjectFunction) and not self._ends(handler):
                    found.add(handler)
        return frozenset(found)

    def _ends(self, function: ProjectFunction) -> bool:
        """Whether a function, or one inside it, ends the process, or may by what it calls."""
        unit = function.unit
        for index in unit.family(function.index):
            for value in unit.values(index):
                if isinstance(value, s.Call):
                    callee = constructor(self.program.resolve(unit, value.callee))
                    if ends_process(callee) or isinstance(callee, ProjectFunction):
                        return True
        return False

    # --- programs --------------------------------------------------------------------------------

    def _roots(self, unit: Unit) -> list[Unit]:
        """The units that load ``unit``, live on by themselves, and are loaded by no such unit."""
        living = [
            one
            for one in _reach(unit, self._importers)
            if self.project.evidence(one, 0).runtime == "long-running"
        ]
        roots = [one for one in living if self._importers.get(one, set()).isdisjoint(living)]
        return roots or living or [unit]

    def _loaded_with(self, root: Unit) -> set[Unit]:
        """Everything that is loaded by ``root``, or by a unit that loads it."""
        above = _reach(root, self._importers)
        return {one for top in above for one in _reach(top, self._imports)}

    @cached_property
    def _imports(self) -> dict[Unit, set[Unit]]:
        found: dict[Unit, set[Unit]] = {}
        for unit in self.project.units:
            names = {one.module for one in unit.module.imports if not one.type_only}
            names |= {one.module for one in unit.module.exports if one.module is not None}
            targets = [self.program.module(unit, name) for name in sorted(names)]
            found[unit] = {one.unit for one in targets if isinstance(one, Namespace)}
        return found

    @cached_property
    def _importers(self) -> dict[Unit, set[Unit]]:
        found: dict[Unit, set[Unit]] = {}
        for unit, targets in self._imports.items():
            for target in targets:
                found.setdefault(target, set()).add(unit)
        return found

    # --- hooks -----------------------------------------------------------------------------------

    @cached_property
    def _flushing(self) -> frozenset[Unit]:
        """Units with a hook in which a flush is awaited."""
        by_unit: dict[Unit, list[Hook]] = {}
        for hook in self._hooks():
            by_unit.setdefault(hook.unit, []).append(hook)
        return frozenset(unit for unit, hooks in by_unit.items() if self._flushes(hooks))

    def _hooks(self) -> Iterator[Hook]:
        for unit in self.project.units:
            for declared in unit.module.classes:
                for member in declared.members:
                    if member.name in _METHODS and member.function >= 0:
                        yield _body(unit, member.function)
        for call in self.program.calls:
            if not call.unit.test and not call.unit.python:
                yield from self._registered(call)

    def _registered(self, call: Call) -> Iterator[Hook]:
        """The hooks that ``call`` registers, or that it is part of."""
        unit, made = call.unit, call.call
        arguments = [one.value for one in made.arguments]
        if self._announces(call, arguments):
            yield from (Hook(unit, value) for value in arguments[1:])
        elif isinstance(call.callee, External) and _PACKAGES.search(str(call.callee)):
            yield from (Hook(unit, value) for value in _functions(arguments))
        elif _closes_server(made):
            yield from (Hook(unit, value) for value in arguments)
            index = _outside_promise(unit, call.site.function)
            if index > 0:
                yield replace(_body(unit, index), after=made.start)

    def _announces(self, call: Call, arguments: list[s.Value]) -> bool:
        """Whether the first argument names an event that comes with the end. An event that is not
        known may be one: ``for (const signal of signals) process.on(signal, stop)``."""
        name = call.call.callee.name if isinstance(call.call.callee, s.Member) else ""
        known = self.program.text(call.unit, arguments[0]) if arguments else None
        event = known[0] if known else None
        if name in _LISTENERS and path_of(call.callee)[:1] and path_of(call.callee)[0] in _PROCESS:
            return event is None or _STOPS.fullmatch(event) is not None
        return event in _REGISTRARS.get(name, ())

    # --- flushes ---------------------------------------------------------------------------------

    def _flushes(self, hooks: list[Hook]) -> bool:
        """Whether a flush is awaited in one of the hooks, or in what they call."""
        queue: list[tuple[ProjectFunction, int]] = []
        for hook in hooks:
            found = self.program.resolve(hook.unit, hook.value)
            if is_flush(found):
                return True
            if isinstance(found, ProjectFunction):
                queue.append((found, hook.after))
        seen = set(queue)
        while queue:
            function, after = queue.pop()
            if not self.project.flow.mentions_flush(function):
                continue
            for index in function.unit.family(function.index):
                inner = ProjectFunction(function.unit, index)
                if self._waits_for_flush(inner, after):
                    return True
                reached = {(one, -1) for one in self._called(inner, after)}
                queue += reached - seen
                seen |= reached
        return False

    def _waits_for_flush(self, function: ProjectFunction, after: int) -> bool:
        unwaited = self.project.delivery(function.unit, function.index).unwaited
        return any(
            Location(function.unit, call.start, call.end) not in unwaited
            and any(is_flush(self.program.resolve(function.unit, one)) for one in _meant(call))
            for call in _calls(function, after)
        )

    def _called(self, function: ProjectFunction, after: int) -> Iterator[ProjectFunction]:
        """What the function calls or hands on, unless it ends the process over it."""
        cut_off = self.project.delivery(function.unit, function.index).cut_off
        for call in _calls(function, after):
            if Location(function.unit, call.start, call.end) in cut_off:
                continue
            for one in _meant(call):
                found = constructor(self.program.resolve(function.unit, one))
                if isinstance(found, ProjectFunction):
                    yield found


def _reach(start: Unit, edges: dict[Unit, set[Unit]]) -> list[Unit]:
    """``start`` and all that the edges lead to from there."""
    found: dict[Unit, None] = {}
    queue = [start]
    while queue:
        one = queue.pop()
        if one not in found:
            found[one] = None
            queue += sorted(edges.get(one, ()), key=lambda unit: (unit.path, unit.number))
    return list(found)


def _is_atexit(callee: External | Global) -> bool:
    return isinstance(callee, External) and (callee.module, callee.path) == (
        "atexit",
        ("register",),
    )


def _at_exit(program: Program, call: Call) -> Iterator[Hook]:
    """The function that ``atexit.register`` is given, unless that is a coroutine function."""
    for one in call.call.arguments[:1]:
        found = program.resolve(call.unit, one.value)
        if not isinstance(found, ProjectFunction) or not found.function.is_async:
            yield Hook(call.unit, one.value)


def _body(unit: Unit, index: int) -> Hook:
    function = unit.module.functions[index]
    return Hook(unit, s.Lambda(function.start, function.end, index))


def _outside_promise(unit: Unit, index: int) -> int:
    """The function that waits: around ``new Promise((resolve) => server.close(resolve))``."""
    for site, call in unit.calls:
        promise = call.new and isinstance(call.callee, s.Name) and call.callee.name == "Promise"
        given = call.arguments[0].value if promise and call.arguments else None
        if isinstance(given, s.Lambda) and given.function == index:
            return site.function
    return index


def _functions(arguments: Iterable[s.Value]) -> Iterator[s.Value]:
    """Arguments, and the values of those that are options."""
    for value in arguments:
        yield value
        if isinstance(value, s.Object):
            yield from (entry.value for entry in value.entries)


def _closes_server(call: s.Call) -> bool:
    """``server.close(…)``: by the object's name, for it may come from anywhere."""
    target = call.callee
    if not isinstance(target, s.Member) or target.name != "close":
        return False
    holder = target.object
    return isinstance(holder, (s.Name, s.Member)) and _SERVER.search(holder.name) is not None


def _calls(function: ProjectFunction, after: int) -> Iterator[s.Call]:
    for value in function.unit.values(function.index):
        if isinstance(value, s.Call) and value.start > after:
            yield value


def _meant(call: s.Call) -> Iterator[s.Value]:
    """The functions that a call may run: the one it names, and those it is handed."""
    yield call.callee
    yield from (one.value for one in call.arguments if isinstance(one.value, (s.Name, s.Member)))
