"""What an app runs around the handlers of its routes: ``app.use(…)``, hooks, middleware."""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.model import syntax as s
from mmlint.project.platforms.project_config import ProjectConfig
from mmlint.project.semantic.entity import External, ProjectClass, ProjectFunction
from mmlint.project.semantic.program import Call, Program, constructor
from mmlint.project.semantic.unit import Unit
from mmlint.project.semantic.wrapping import Wrapper, calls_parameter, functions_in

_ADDS = frozenset(
    {
        *("use", "addHook", "hook", "middleware", "add_middleware"),
        *("onAfterHandle", "onAfterResponse", "onResponse", "mapResponse", "after", "finally"),
    }
)
"""Methods of apps that are handed what runs around every handler."""

_DECORATES = frozenset({"middleware", "after_request", "after_app_request", "teardown_request"})
"""Decorators of Python's apps that make a function run around every handler."""

App = tuple[str, str, tuple[str, ...]]
"""Where it is deployed, its package, and the path to the app in there."""


class Middleware:
    """Finds, for the call that makes a route, the project's functions that run around it."""

    def __init__(self, program: Program, project_config: ProjectConfig) -> None:
        self.program = program
        self.project_config = project_config
        self._around: dict[App, list[Wrapper]] = {}
        for call in program.call_graph.of(outside=lambda one: last_of(one) in _ADDS):
            app = self._app(call.unit, call.callee)
            if app is not None:
                self._around.setdefault(app, []).extend(self._added(call))
        for unit in program.units:
            for index, function in enumerate(unit.module.functions):
                for decorator in function.decorators:
                    self._decorated(unit, index, decorator)

    def around(self, unit: Unit, call: s.Call, handler: ProjectFunction) -> tuple[Wrapper, ...]:
        """Return what runs around ``handler``, which ``call`` (``app.get(…)``) makes a route."""
        app = self._app(unit, self.program.resolve(unit, call.callee))
        found = [*self._around.get(app, ())] if app is not None else []
        for argument in call.arguments:
            before = self.program.resolve(unit, argument.value)
            if isinstance(before, ProjectFunction) and before != handler:
                number = len(before.function.parameters) - 1
                if number > 0 and calls_parameter(self.program, before, number):
                    found.append(Wrapper(before, number))
        return tuple(one for one in dict.fromkeys(found) if one.function != handler)

    def _app(self, unit: Unit, callee: object) -> App | None:
        if not isinstance(callee, External) or "()" not in callee.path:
            return None
        path = callee.path[: callee.path.index("()") + 1]
        return self.project_config.home(unit.path), callee.module, path

    def _added(self, call: Call) -> Iterator[Wrapper]:
        for argument in call.call.arguments:
            found = self.program.resolve(call.unit, argument.value)
            if isinstance(found, ProjectFunction):
                yield Wrapper(found, len(found.function.parameters) - 1)
            elif isinstance(found, ProjectClass):
                yield from self._of_class(found)
            else:
                for hook in functions_in(self.program, call.unit, argument.value):
                    yield Wrapper(hook)

    def _of_class(self, found: ProjectClass) -> Iterator[Wrapper]:
        """``dispatch(self, request, call_next)`` of Starlette, or an ASGI class of one's own."""
        dispatch = self.program.member(found, "dispatch")
        if isinstance(dispatch, ProjectFunction):
            yield Wrapper(dispatch, len(dispatch.function.parameters) - 1)
            return
        made = constructor(found)
        if isinstance(made, ProjectFunction):
            yield Wrapper(made, 1)

    def _decorated(self, unit: Unit, index: int, decorator: s.Value) -> None:
        value = decorator.callee if isinstance(decorator, s.Call) else decorator
        callee = self.program.resolve(unit, value)
        app = self._app(unit, callee)
        if app is None or last_of(callee) not in _DECORATES:
            return
        function = ProjectFunction(unit, index)
        number = len(function.function.parameters) - 1
        around = last_of(callee) == "middleware"
        self._around.setdefault(app, []).append(Wrapper(function, number if around else -1))


def last_of(callee: object) -> str:
    """Return the last step of the path to something of a package, or an empty string."""
    return callee.path[-1] if isinstance(callee, External) and callee.path else ""
