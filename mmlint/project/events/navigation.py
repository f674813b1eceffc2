"""Calls that count a page by hand when the route changes, which the browser SDK does on its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property

from mmlint.frameworks import platforms
from mmlint.model import syntax as s
from mmlint.model.walk import inside
from mmlint.project.events.clients import Setup
from mmlint.project.events.options import wrong_options
from mmlint.project.platforms.handlers import last_name
from mmlint.project.semantic.entity import KnownValue, ProjectFunction, SdkFunction
from mmlint.project.semantic.program import Call, Program
from mmlint.project.semantic.shape import Field
from mmlint.project.semantic.unit import Unit

_HOOKS = frozenset(name for one in platforms() for name in one.route_hooks) | {
    "onRouteChange",
    "useRouteChange",
}
"""Calls that run their callback after each change of the route: those of platforms, and what teams
call their own."""
_LISTENERS = frozenset({"on", "addEventListener", "subscribe"})
_EVENTS = frozenset(name for one in platforms() for name in one.route_events) | {
    "turbo:load",
    "turbolinks:load",
    "popstate",
}
_EFFECTS = frozenset({"useEffect", "useLayoutEffect", "createEffect", "watch", "watchEffect"})
_ROUTES = frozenset(name for one in platforms() for name in one.route_readers)
_NAMES = frozenset(name for one in platforms() for name in one.route_names)


class Navigation:
    """Looks for pages that are counted by hand in ``program``."""

    def __init__(self, program: Program) -> None:
        self.program = program

    def pages(self) -> Iterator[Call]:
        """Yield every call of ``page()``, or of a function that does nothing else, that a change
        of the route makes."""
        for call in self.program.call_graph.of(SdkFunction):
            callee = call.callee
            if not isinstance(callee, SdkFunction) or not callee.does.counts_page or callee.given:
                continue
            if call.unit.test:
                continue
            if self._in_hook(call):
                yield call
            elif call.site.function > 0:
                around = ProjectFunction(call.unit, call.site.function)
                if around in self._callbacks:
                    yield call
                    continue
                callers = self.program.callers.get(around, [])
                yield from (one for one in callers if not one.unit.test and self._in_hook(one))

    def _in_hook(self, call: Call) -> bool:
        index = call.site.function
        while index > 0:
            if ProjectFunction(call.unit, index) in self._callbacks:
                return True
            index = call.unit.module.functions[index].parent
        return False

    @cached_property
    def _callbacks(self) -> frozenset[ProjectFunction]:
        """The functions that run when the route changes."""
        found: set[ProjectFunction] = set()
        for call in self.program.calls:
            if call.unit.python or not call.call.arguments or not self._follows(call):
                continue
            for argument in call.call.arguments:
                meant = self.program.resolve(call.unit, argument.value)
                if isinstance(meant, ProjectFunction):
                    found.add(meant)
        return frozenset(found)

    def _follows(self, call: Call) -> bool:
        name = last_name(call.call.callee)
        arguments = call.call.arguments
        if name in _HOOKS:
            return True
        if name in _LISTENERS:
            known = self.program.text(call.unit, arguments[0].value)
            return known is not None and known[0] in _EVENTS
        if name not in _EFFECTS:
            return False
        watched = arguments[0].value if name.startswith("watch") else None
        if watched is None and len(arguments) > 1:
            watched = arguments[1].value
        return watched is not None and self._is_route(call.unit, watched)

    def _is_route(self, unit: Unit, watched: s.Value) -> bool:
        """Whether what an effect watches is the route."""
        values = [watched]
        if isinstance(watched, s.Lambda):
            values = list(unit.values(watched.function))
        for value in values:
            for one in inside(value):
                if isinstance(one, (s.Name, s.Member)) and one.name in _NAMES:
                    return True
                if isinstance(one, s.Call) and last_name(one.callee) in _ROUTES:
                    return True
                if isinstance(one, s.Name) and one.binding >= 0:
                    definitions = unit.definitions.get(one.binding, ())
                    if any(_asks(definition.value) for definition in definitions):
                        return True
        return False


def _asks(value: s.Value) -> bool:
    return isinstance(value, s.Call) and last_name(value.callee) in _ROUTES - {"useRouter"}


def counts_by_itself(program: Program, setups: tuple[Setup, ...]) -> bool:
    """Whether the browser SDK certainly counts pages: no set-up switches that off, or may do so,
    be it under a name that was probably meant for the option."""
    for setup in setups:
        if setup.sdk != "browser":
            continue
        found = setup.options.fields.get("autoPageView")
        if found is None:
            meant = (one.field for one in wrong_options(setup) if one.meant == "autoPageView")
            if setup.options.open or any(not _says(program, one, bool) for one in meant):
                return False
        elif not _says(program, found, lambda value: value is True):
            return False
    return True


def _says(program: Program, field: Field, holds: Callable[[object], bool]) -> bool:
    """Whether an option is certainly a literal for which ``holds`` is true."""
    if field.value is None:
        return False
    known = program.resolve(field.unit, field.value, field.substitution)
    value = known.value if isinstance(known, KnownValue) else None
    return isinstance(value, s.Literal) and holds(value.value)
