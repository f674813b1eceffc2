"""Which functions a platform calls, how long their process lives, and what proves it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cached_property

import msgspec
from msgspec.structs import replace

from mmlint.frameworks import platforms
from mmlint.frameworks.pattern import Platform, Runtime
from mmlint.model import syntax as s
from mmlint.project.modules.resolution import submodule
from mmlint.project.platforms.configured_handlers import ConfiguredHandler
from mmlint.project.platforms.handlers import MAX_DELEGATION, Match, Matcher, last_name
from mmlint.project.platforms.project_config import ProjectConfig
from mmlint.project.semantic.entity import External, ProjectFunction
from mmlint.project.semantic.program import Program, constructor
from mmlint.project.semantic.unit import Unit
from mmlint.project.semantic.wrapping import Wrapper, decorating

_ORDER: dict[str, int] = {"serverless": 0, "long-running": 1, "script": 2, "unknown": 3}


class Evidence(msgspec.Struct, frozen=True):
    """How long the process of a function lives, and the sentence that proves it."""

    runtime: Runtime
    why: str

    def __str__(self) -> str:
        return f"{self.runtime}: {self.why}" if self.why else self.runtime


UNKNOWN = Evidence("unknown", "")


class Handler(msgspec.Struct, frozen=True):
    """A function that a platform calls once per request or event.

    ``wrappers``: project functions that were handed the handler and may do something after it.
    ``guess``: nothing but a name speaks for it. ``unattended``: no visitor waits for it.
    """

    function: ProjectFunction
    evidence: Evidence
    platform: str
    wrappers: tuple[Wrapper, ...] = ()
    guess: bool = False
    unattended: bool = False


class Served(msgspec.Struct, frozen=True):
    """A file that gives an app to a platform, and how long the app then lives."""

    path: str
    runtime: Runtime


_NOBODY = Served("", "unknown")


class Runtimes:
    """Finds handlers and spreads their runtimes to the helpers they reach.

    ``configured``: path to the runtime that the configuration fixes for it, or None.
    """

    def __init__(
        self,
        program: Program,
        project_config: ProjectConfig,
        configured: Callable[[str], Runtime | None] = lambda path: None,
    ) -> None:
        self.program = program
        self.project_config = project_config
        self.configured = configured
        self._matcher = Matcher(program, project_config)
        self._scripts: dict[Unit, str | None] = {}
        self._served: dict[tuple[str, bool], dict[str, Served]] = {}  # platform, certainty, home
        self._called_by_platform: dict[bool, list[ProjectFunction]] = {False: [], True: []}
        self.handlers = self._settle(self._all())
        self._evidence = self._spread()

    def of(self, unit: Unit, index: int) -> Evidence:
        """Return the runtime of function ``index`` of ``unit``; inner ones take the outer's."""
        fixed = self.configured(unit.path)
        if fixed is not None:
            return Evidence(fixed, "set in the configuration")
        while index > 0:
            found = self._evidence.get(ProjectFunction(unit, index))
            if found is not None:
                return found
            index = unit.module.functions[index].parent
        return self._program_of(unit)

    def is_unattended(self, unit: Unit, index: int) -> bool:
        """Whether only handlers that no visitor waits for reach function ``index`` of ``unit``."""
        while index > 0:
            function = ProjectFunction(unit, index)
            if function in self._waited_for or function in self._alone:
                return function not in self._waited_for
            index = unit.module.functions[index].parent
        return False

    def is_server(self, unit: Unit) -> bool:
        """Whether a platform calls functions of this file."""
        return id(unit) in self._with_handlers

    @cached_property
    def _with_handlers(self) -> set[int]:
        return {id(one.function.unit) for one in self.handlers}

    # --- finding ---------------------------------------------------------------------------------

    def _all(self) -> Iterator[Handler]:
        """Platforms that call functions come first: they may be handed the apps of the others."""
        matcher = self._matcher
        known = platforms()
        for platform in (one for one in known if not one.apps):
            for unit, match in matcher.matches(platform):
                settled = bool(self.project_config.nearest(unit.path, platform.settings))
                evidence = self._hosted(platform, unit, match.why)
                certain = settled or match.target.explicit
                yield from self._taken(matcher, match, evidence, platform.name, unit, certain)
        for bound, unit in self._bound():
            for match in matcher.bound(bound, unit):
                evidence = Evidence("serverless", match.why)
                yield from self._taken(matcher, match, evidence, bound.platform, unit, True)
        for platform in (one for one in known if one.apps):
            for unit, match in matcher.matches(platform):
                found = match.target.entity
                if isinstance(found, ProjectFunction):
                    evidence = self._routed(platform, unit, match.why)
                    wrappers = match.target.wrappers
                    yield Handler(
                        found, evidence, platform.name, wrappers, unattended=match.unattended
                    )

    def _taken(
        self,
        matcher: Matcher,
        match: Match,
        evidence: Evidence,
        platform: str,
        unit: Unit,
        certain: bool,
    ) -> Iterator[Handler]:
        """A handler; and note the app that it is, or to which it hands its request."""
        found = match.target.entity
        apps = [found] if isinstance(found, External) else matcher.apps_called(found)
        for app in apps:
            self._serve(app, Served(unit.path, evidence.runtime), certain)
        if isinstance(found, ProjectFunction):
            wrappers = match.target.wrappers
            yield Handler(found, evidence, platform, wrappers, match.guess, match.unattended)

    def _serve(self, app: External, served: Served, certain: bool) -> None:
        home = self.project_config.home(served.path)
        for platform in platforms():
            if any(f"{app.module}/".startswith((f"{one}/", f"{one}.")) for one in platform.apps):
                homes = self._served.setdefault((platform.name, certain), {})
                if _ORDER[served.runtime] < _ORDER[homes.get(home, _NOBODY).runtime]:
                    homes[home] = served

    def _bound(self) -> Iterator[tuple[ConfiguredHandler, Unit]]:
        """What settings name as handlers, with the units it may be in."""
        by_stem: dict[str, list[Unit]] = {}
        for unit in self.program.units:
            by_stem.setdefault(posixpath.splitext(unit.path)[0], []).append(unit)
        for bound in self.project_config.bound(by_stem):
            for unit in by_stem.get(bound.stem, ()):
                yield bound, unit

    def _hosted(self, platform: Platform, unit: Unit, why: str) -> Evidence:
        """A platform's runtime, unless the project's adapter or preset makes it a server."""
        stays = self._stays(platform, unit.path)
        return (
            Evidence("long-running", f"{why}, {stays}")
            if stays
            else (Evidence(platform.runtime, why))
        )

    def _stays(self, platform: Platform, path: str) -> str | None:
        around = self.project_config
        for said in platform.stays:
            place = around.says(path, said)
            if place is not None:
                return f"served by a process that stays, as {place} says"
        texts = [around.text(place) for place in around.nearest(path, platform.settings)]
        chosen = [name for name in platform.adapters if any(name in text for text in texts)]
        if not chosen:
            rivals = [name for name in platform.rivals if any(name in text for text in texts)]
            if rivals or around.depends(path, platform.rivals):
                return None
            chosen = [name for name in platform.adapters if around.depends(path, (name,))]
        return f"served by {chosen[0]}" if chosen else None

    def _routed(self, platform: Platform, unit: Unit, why: str) -> Evidence:
        """The runtime of what an app calls: the server of the app decides."""
        around = self.project_config
        wrapped = around.near(unit.path, self._wrapping) or next(
            filter(None, (around.says(unit.path, said) for said in platform.wrapped)), None
        )
        if wrapped is not None:
            return Evidence("serverless", f"{why}, wrapped for serverless in {wrapped}")
        certain, guessed = (
            around.near(unit.path, self._served.get((platform.name, one), {}))
            for one in (True, False)
        )
        if certain is not None and certain.runtime == "serverless":
            return _handed(certain, why)
        listens = around.near(unit.path, self._listening)
        if listens is not None:
            return Evidence("long-running", f"{why}, in a long-running server ({listens})")
        handed = certain or guessed
        if handed is not None:
            return _handed(handed, why)
        if platform.runtime == "long-running":
            why = f"{why}, in a long-running server (WSGI/ASGI)"
        return Evidence(platform.runtime, why)

    @cached_property
    def _wrapping(self) -> dict[str, str]:
        return self.project_config.by_home(self.project_config.wrapping)

    @cached_property
    def _listening(self) -> dict[str, str]:
        return self.project_config.by_home(sorted(self._servers))

    @cached_property
    def _servers(self) -> frozenset[str]:
        """The files of programs that serve requests by themselves."""
        called = [one.listens for one in platforms() if one.listens]
        paths = (
            calls[0].unit.path
            for pattern in called
            for calls in self.program.call_graph.matching(pattern).values()
        )
        return frozenset(paths).union(self.project_config.listening)

    # --- delegation and helpers ------------------------------------------------------------------

    def _settle(self, found: Iterable[Handler]) -> list[Handler]:
        """One entry a function: what is more than a guess, then the strongest runtime. A handler
        that only delegates is replaced by the function it delegates to."""
        best: dict[ProjectFunction, Handler] = {}
        every = [self._decorated(one) for one in found]
        handlers = {one.function for one in every}
        for called in every:
            self._called_by_platform[called.unattended].append(called.function)
            handler = self._delegate(called, handlers)
            known = best.get(handler.function)
            if known is None or _rank(handler) < _rank(known):
                best[handler.function] = handler
        return sorted(
            best.values(), key=lambda one: (one.function.unit.path, one.function.function.start)
        )

    def _decorated(self, handler: Handler) -> Handler:
        """A project's own decorator wraps the handler: it may do something after it."""
        function = handler.function
        found = []
        for decorator in function.function.decorators:
            wrapper = decorating(self.program, function.unit, decorator)
            if wrapper is not None:
                found.append(wrapper)
        return replace(handler, wrappers=(*handler.wrappers, *found)) if found else handler

    def _delegate(self, handler: Handler, handlers: Collection[ProjectFunction]) -> Handler:
        """The handler to which ``handler`` only passes on what it is given, if nothing else than
        ``handlers`` does."""
        found = handler
        passing = set(handlers)
        for _ in range(MAX_DELEGATION):
            target = self._delegated(found.function)
            if target is None or not self._called_only_by(target, passing):
                break
            passing.add(target)
            found = replace(found, function=target)
        if found is handler:
            return handler
        return replace(found, evidence=_reached_from(handler))

    def _called_only_by(
        self, function: ProjectFunction, callers: Collection[ProjectFunction]
    ) -> bool:
        return all(
            ProjectFunction(call.unit, call.site.function) in callers
            for call in self.program.callers.get(function, ())
            if not call.unit.test
        )

    def _delegated(self, function: ProjectFunction) -> ProjectFunction | None:
        """The function that ``function`` does nothing but call, with its own parameters as they
        are, and whose answer it gives."""
        body = function.function.body
        if len(body) != 1 or not isinstance(body[0], s.Return | s.ExpressionStatement):
            return None
        value = body[0].value
        if isinstance(value, s.Await):
            value = value.value
        answers = isinstance(body[0], s.Return)
        if isinstance(value, s.Call) and last_name(value.callee) == "respondWith":
            value = value.arguments[0].value if value.arguments else None
            answers = True
        if not answers or not isinstance(value, s.Call):
            return None
        if not all(_is_given(function, one.value) for one in value.arguments):
            return None
        found = constructor(self.program.resolve(function.unit, value.callee))
        if isinstance(found, ProjectFunction) and found != function and found.function.body:
            return found
        return None

    @cached_property
    def _waited_for(self) -> set[ProjectFunction]:
        return self._reached(self._called_by_platform[False])

    @cached_property
    def _alone(self) -> set[ProjectFunction]:
        return self._reached(self._called_by_platform[True])

    def _reached(self, roots: Iterable[ProjectFunction]) -> set[ProjectFunction]:
        found: set[ProjectFunction] = set()
        queue = list(roots)
        while queue:
            function = queue.pop()
            if function not in found:
                found.add(function)
                queue.extend(self._called.get(function, ()))
        return found

    def _spread(self) -> dict[ProjectFunction, Evidence]:
        """Give every function that a handler reaches the handler's runtime; serverless wins."""
        found: dict[ProjectFunction, Evidence] = {}
        for handler in sorted(self.handlers, key=lambda one: _ORDER[one.evidence.runtime]):
            if handler.evidence.runtime == "unknown":
                continue
            first = True
            queue = [handler.function]
            while queue:
                function = queue.pop()
                if function in found:
                    continue
                found[function] = handler.evidence if first else _reached_from(handler)
                first = False
                queue.extend(self._called.get(function, ()))
        return found

    @cached_property
    def _called(self) -> dict[ProjectFunction, list[ProjectFunction]]:
        found: dict[ProjectFunction, list[ProjectFunction]] = {}
        for call in self.program.call_graph.internal_calls:
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
        if unit.path in self._servers and unit.path not in self.project_config.wrapping:
            return Evidence("long-running", "in a long-running server")
        why = self._script(unit)
        if why:
            return Evidence("script", why)
        listens = self._parts.get(unit.path)
        if listens is not None:
            return Evidence("long-running", f"part of a program that listens ({listens})")
        return UNKNOWN

    def _script(self, unit: Unit) -> str | None:
        if unit not in self._scripts:
            self._scripts[unit] = _script(unit, self.project_config)
        return self._scripts[unit]

    @cached_property
    def _parts(self) -> dict[str, str]:
        """Files that only programs that listen import, with one that does."""
        listening = set(self._servers)
        scripts = {one.path for one in self.program.units if self._script(one)}
        handlers = (one for one in self.handlers if one.evidence.runtime == "serverless")
        serverless = {one.function.unit.path for one in handlers}
        shared = self._imported_by(
            serverless.union(self.project_config.wrapping, scripts - listening)
        )
        found = self._imported_by(listening)
        return {path: root for path, root in found.items() if path not in shared}

    def _imported_by(self, roots: set[str]) -> dict[str, str]:
        """File to one of ``roots`` that imports it, at any distance; the roots themselves too."""
        found: dict[str, str] = {}
        queue = [(root, root) for root in sorted(roots, reverse=True)]
        while queue:
            path, root = queue.pop()
            if path not in found:
                found[path] = root
                queue.extend((one, root) for one in self._imports.get(path, ()))
        return found

    def importers(self, unit: Unit) -> list[Unit]:
        """Return the units, tests left out, that import or re-export from the file of ``unit``."""
        return self._importers.get(unit.path, [])

    @cached_property
    def _importers(self) -> dict[str, list[Unit]]:
        found: dict[str, list[Unit]] = {}
        for one in self.program.units:
            for path in () if one.test else self._imports.get(one.path, ()):
                if path != one.path:
                    found.setdefault(path, []).append(one)
        return found

    @cached_property
    def _imports(self) -> dict[str, set[str]]:
        """File to the project's files that it imports or re-exports."""
        found: dict[str, set[str]] = {}
        for unit in self.program.units:
            names = {one.module for one in unit.module.imports}
            names |= {one.module for one in unit.module.exports if one.module is not None}
            if unit.python:
                names |= {submodule(one.module, one.name) for one in unit.module.imports}
            find, language = self.program.resolution.find, unit.module.language
            targets = (find(unit.path, name, language) for name in names)
            found.setdefault(unit.path, set()).update(filter(None, targets))
        return found


def _reached_from(handler: Handler) -> Evidence:
    """The evidence for what ``handler`` calls: what is said of the handler is not true of that."""
    function = handler.function
    name = function.function.name or "the handler"
    why = f"reached from {name} in {function.unit.path} ({handler.evidence.why})"
    return Evidence(handler.evidence.runtime, why)


def _rank(handler: Handler) -> tuple[bool, int]:
    guess = handler.guess or handler.evidence.runtime == "unknown"
    return guess, _ORDER[handler.evidence.runtime]


def _handed(one: Served, why: str) -> Evidence:
    return Evidence(one.runtime, f"{why}, of an app that is handed over in {one.path}")


def _script(unit: Unit, around: ProjectConfig) -> str | None:
    """Why a file is a script: where it lies, who starts it, or a ``__main__`` guard."""
    folder = re.search(r"(^|/)(scripts|bin|jobs|management/commands)/", unit.path)
    if folder:
        return f"under {folder[2]}/"
    if posixpath.splitext(unit.path)[0] in around.started:
        return "started by package.json"
    if unit.module.executable:
        return "its first line names what runs it (#!)"
    for statement in unit.module.functions[0].body if unit.python else ():
        test = statement.test if isinstance(statement, s.If) else None
        operands = test.operands if isinstance(test, s.Operation) else ()
        if any(isinstance(one, s.Name) and one.name == "__name__" for one in operands):
            return 'run as a program (if __name__ == "__main__")'
    return None


def _is_given(function: ProjectFunction, value: s.Value) -> bool:
    """Whether ``value`` is a parameter of the function, or a member of one."""
    while isinstance(value, s.Member | s.Spread):
        value = value.object if isinstance(value, s.Member) else value.value
    if not isinstance(value, s.Name):
        return False
    place = function.unit.parameters.get(value.binding)
    return (place is not None and place[0] == function.index) or value.name in ("this", "self")
