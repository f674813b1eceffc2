"""Which functions a provider's webhook runs, and what proves it.

A path or a name says so, a signature is checked, a listener is registered; or a helper is called by
only such functions.
"""

from __future__ import annotations

import re
from functools import cached_property

import msgspec
from msgspec.structs import replace

from mmlint.model import syntax as s
from mmlint.model.finding import Place, Related
from mmlint.project.platforms.handlers import is_called, last_name
from mmlint.project.platforms.providers import PROVIDERS, Provider
from mmlint.project.semantic.closures import Closures
from mmlint.project.semantic.entity import External, Global, ProjectFunction, Resolved
from mmlint.project.semantic.program import Program
from mmlint.project.semantic.unit import Unit
from mmlint.sdk.environment import words

MAX_CALLS = 3
"""How many calls lie between a handler and the helper that checks for it, or that it runs."""

_WORDS = frozenset({"WEBHOOK", "WEBHOOKS"})
_OUTGOING = frozenset(
    {"CREATE", "UPDATE", "DELETE", "REMOVE", "ADD", "GET", "LIST", "FIND", "FETCH", "REGISTER"}
    | {"SEND", "DISPATCH", "DELIVER", "TRIGGER", "EMIT", "QUEUE", "ENQUEUE", "TEST", "ROTATE"}
    | {"ENABLE", "DISABLE", "SUBSCRIBE", "UNSUBSCRIBE", "EDIT", "SAVE"}
)
"""First words of functions that keep or call other people's webhooks."""
_ROUTES = frozenset(
    {"post", "put", "patch", "get", "all", "any", "use", "route", "controller", "api_route"}
    | {"add_url_rule", "add_api_route", "add_route", "path", "re_path", "url", "expose"}
)
"""Names, in lower case, of calls and decorators whose first argument is a route."""
_HEADER_METHODS = frozenset({"get", "header", "getHeader"})
_TELLING = frozenset({s.Call, s.Member, s.Index})
"""What a signature can be read or checked by."""
_SIGNED = {header: one for one in reversed(PROVIDERS) for header in one.headers}
"""The header of a signature to the first provider that has it."""


class Webhook(msgspec.Struct, frozen=True):
    """Why a function is a webhook's. ``place``: where that is written, unless in the path.
    ``through``: the name and the path of the function that it is said of, where that calls it.
    """

    why: str
    place: Place | None = None
    through: tuple[str, str] | None = None

    @property
    def evidence(self) -> str:
        """The sentence that proves it, wherever it is read."""
        if self.through is None:
            return self.why
        name, path = self.through
        return f"reached from {name} in {path} ({self.why})"

    @property
    def related(self) -> tuple[Related, ...]:
        return (Related(self.place, self.why),) if self.place is not None else ()


class Webhooks:
    """Answers about the functions of ``program``."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._closures = Closures(program)
        self._found_events: dict[str, list[int]] = {}
        self._own: dict[ProjectFunction, Webhook | None] = {}
        self._reached: dict[ProjectFunction, Webhook | None] = {}
        self._checking: dict[ProjectFunction, Webhook | None] = {}
        self._calling: dict[ProjectFunction, list[ProjectFunction]] = {}
        self._listeners: dict[External, Provider | None] = {}
        self._verifiers: dict[External | Global, Provider | None] = {}

    def of(self, unit: Unit, index: int) -> Webhook | None:
        """Return why function ``index`` of ``unit`` stands in a webhook's handler, or None."""
        if _says(unit.path):
            return Webhook("a webhook's handler: its path says so")
        while index > 0:
            found = self._function(ProjectFunction(unit, index))
            if found is not None:
                return found
            index = unit.module.functions[index].parent
        return None

    def reaching(self, unit: Unit, index: int) -> Webhook | None:
        """Return the same, also of a helper that is called in webhooks' handlers only."""
        function = ProjectFunction(unit, index)
        if function not in self._reached:
            self._reach(function)
        return self._reached[function]

    def _reach(self, function: ProjectFunction) -> None:
        """Decide about ``function`` and all those that lead to it.

        One is reached by a webhook where all its callers are, or the function around it is: from
        those that are webhooks' themselves, this spreads along a worklist.
        """
        missing: dict[ProjectFunction, set[ProjectFunction]] = {}
        waiting: dict[ProjectFunction, list[ProjectFunction]] = {}
        unknown, reached = [function], list[ProjectFunction]()
        while unknown:
            one = unknown.pop()
            if one in self._reached:
                continue
            self._reached[one] = self.of(one.unit, one.index)
            if self._reached[one] is not None:
                reached.append(one)
                continue
            missing[one] = {*self._callers(one)}
            for before in (*missing[one], *self._around(one)):
                waiting.setdefault(before, []).append(one)
                if self._reached.get(before) is not None:
                    reached.append(before)
                unknown.append(before)
        while reached:
            before = reached.pop()
            for one in waiting.pop(before, ()):
                last = missing[one] == {before}
                missing[one].discard(before)
                if self._reached[one] is None and (last or before in self._around(one)):
                    self._reached[one] = self._through(before)
                    reached.append(one)

    def _through(self, before: ProjectFunction) -> Webhook | None:
        """What proves the functions that ``before`` leads to: it is said of the first one."""
        hook = self._reached[before]
        if hook is None or hook.through is not None:
            return hook
        return replace(hook, through=(before.function.name or "the handler", before.unit.path))

    def _callers(self, function: ProjectFunction) -> list[ProjectFunction]:
        calls = self.program.callers.get(function, ())
        return [ProjectFunction(x.unit, x.site.function) for x in calls if not x.unit.test]

    def _around(self, function: ProjectFunction) -> list[ProjectFunction]:
        parent = function.function.parent
        if self._closures.is_given_back(function):
            return []
        return [ProjectFunction(function.unit, parent)] if parent > 0 and function.index > 0 else []

    def event(self, unit: Unit, offset: int) -> str | None:
        """Return the variable in scope at the byte ``offset`` that holds the provider's verified
        event, if that has an ``id``."""
        bindings = unit.module.bindings
        here = unit.function_at(offset)

        def visible(number: int) -> bool:
            one = bindings[number]
            seen = one.scope_start <= offset < one.scope_end and one.start < offset
            return seen and unit.is_inside(here, one.owner)

        for number in self._events(unit):
            name = bindings[number].name
            if [one for one in unit.named[name] if visible(one)] == [number]:
                return name
        return None

    def _events(self, unit: Unit) -> list[int]:
        """The variables of a unit that hold verified events."""
        if unit.path not in self._found_events:
            numbers = range(len(unit.module.bindings))
            self._found_events[unit.path] = [one for one in numbers if self._is_event(unit, one)]
        return self._found_events[unit.path]

    def _is_event(self, unit: Unit, binding: int) -> bool:
        held = [
            one
            for one in unit.definitions.get(binding, [])
            if not (isinstance(one.value, s.Literal) and one.value.value is None)
        ]
        values = [one.value.value if isinstance(one.value, s.Await) else one.value for one in held]
        return bool(held) and all(
            not one.path and isinstance(value, s.Call) and self._identifies(unit, value)
            for one, value in zip(held, values, strict=True)
        )

    def _identifies(self, unit: Unit, call: s.Call) -> bool:
        provider = self._verifier(call)
        return provider is not None and provider.identified

    # --- one function ----------------------------------------------------------------------------

    def _function(self, function: ProjectFunction) -> Webhook | None:
        if function not in self._own:
            self._own[function] = self._named(function) or self._checked(function)
        return self._own[function]

    def _named(self, function: ProjectFunction) -> Webhook | None:
        """What the function's names say: its own, its class's, the route that it is given to."""
        unit, declared = function.unit, function.function
        owner = unit.module.classes[declared.owner] if declared.owner >= 0 else None
        names = [declared.name, owner.name if owner else None]
        for name in names:
            if name and _says(name) and words(name)[0] not in _OUTGOING:
                place = Place(unit.path, declared.start, declared.start)
                return Webhook(f"a webhook's handler: {name} says so", place)
        decorators = (*declared.decorators, *(owner.decorators if owner else ()))
        for one in decorators:
            callee = self.program.resolve(unit, one.callee) if isinstance(one, s.Call) else None
            found = self._route(unit, one, callee) if isinstance(one, s.Call) else None
            if found is not None:
                return found
        return self._registered.get(function)

    @cached_property
    def _registered(self) -> dict[ProjectFunction, Webhook]:
        """The functions that are given to a route, or to a provider's listeners."""
        found: dict[ProjectFunction, Webhook] = {}
        listening = {id(one.call) for one in self.program.call_graph.of(outside=self._listens)}
        for one in self.program.calls:
            if id(one.call) not in listening and not _may_route(one.call):
                continue
            route = self._route(one.unit, one.call, one.callee)
            for argument in one.call.arguments if route is not None else ():
                meant = self.program.resolve(one.unit, argument.value)
                if isinstance(meant, ProjectFunction) and route is not None:
                    found.setdefault(meant, route)
        return found

    def _route(self, unit: Unit, call: s.Call, callee: Resolved | None) -> Webhook | None:
        """Whether a call registers a route with the word in it, or a provider's listener."""
        listened = self._listened(callee) if isinstance(callee, External) else None
        if listened is not None:
            place = Place(unit.path, call.start, call.end)
            return Webhook(f"{listened.name} calls this listener", place)
        if not _may_route(call):
            return None
        known = self.program.text(unit, call.arguments[0].value)
        if known is not None and _says(known[0]):
            place = Place(unit.path, call.start, call.end)
            return Webhook(f"a webhook's route: {known[0]}", place)
        return None

    def _listened(self, callee: External) -> Provider | None:
        """The provider whose listener ``callee`` registers; each function of a package is held
        against the patterns once."""
        if callee not in self._listeners:
            called = (
                one for one in PROVIDERS if one.listeners and is_called(callee, one.listeners)
            )
            self._listeners[callee] = next(called, None)
        return self._listeners[callee]

    def _listens(self, callee: External | Global) -> bool:
        return isinstance(callee, External) and self._listened(callee) is not None

    def _verified(self, callee: External | Global) -> Provider | None:
        """The provider whose signature ``callee`` checks, just so."""
        if callee not in self._verifiers:
            called = (
                one for one in PROVIDERS if one.verifiers and is_called(callee, one.verifiers)
            )
            self._verifiers[callee] = next(called, None)
        return self._verifiers[callee]

    def _checked(self, function: ProjectFunction) -> Webhook | None:
        """Where the function checks a provider's signature, or calls what does: the nearest."""
        seen = {function}
        level = [function]
        for _ in range(MAX_CALLS + 1):
            for one in level:
                found = self._checks(one)
                if found is not None:
                    return found
            level = [inner for one in level for inner in self._called(one) if inner not in seen]
            level = [*dict.fromkeys(level)]
            seen.update(level)
        return None

    def _checks(self, function: ProjectFunction) -> Webhook | None:
        if function not in self._checking:
            self._checking[function] = self._check(function)
        return self._checking[function]

    def _check(self, function: ProjectFunction) -> Webhook | None:
        """Where the function itself checks a provider's signature."""
        unit = function.unit
        for parameter in function.function.parameters:
            provider = _provider((parameter.name or "").replace("_", "-"))
            if provider is not None:
                place = Place(unit.path, parameter.start, parameter.end)
                return Webhook(f"{provider.name}'s signature is read here", place)
        for value in unit.values(function.index):
            if type(value) not in _TELLING:
                continue
            provider = self._verifier(value) if isinstance(value, s.Call) else None
            if provider is not None:
                place = Place(unit.path, value.start, value.end)
                return Webhook(f"{provider.name}'s signature is checked here", place)
            provider = _provider(self._key(unit, value))
            if provider is not None:
                place = Place(unit.path, value.start, value.end)
                return Webhook(f"{provider.name}'s signature is read here", place)
        return None

    def _called(self, function: ProjectFunction) -> list[ProjectFunction]:
        """The project's functions that the function calls."""
        if function not in self._calling:
            found = (
                self.program.resolve(function.unit, value.callee)
                for value in function.unit.values(function.index)
                if isinstance(value, s.Call)
            )
            functions = dict.fromkeys(x for x in found if isinstance(x, ProjectFunction))
            self._calling[function] = [*functions]
        return self._calling[function]

    def _verifier(self, call: s.Call) -> Provider | None:
        name = call.callee.name if isinstance(call.callee, s.Member) else ""
        verified = self._verifying.get(id(call))
        return next((one for one in PROVIDERS if name in one.methods or one is verified), None)

    @cached_property
    def _verifying(self) -> dict[int, Provider | None]:
        """The calls of what checks a provider's signature."""
        found = self.program.call_graph.of(
            outside=lambda callee: self._verified(callee) is not None
        )
        return {
            id(one.site.value): self._verified(one.callee)
            for one in found
            if isinstance(one.callee, (External, Global))
        }

    def _key(self, unit: Unit, value: s.Value) -> str:
        """The name under which a value is read from something."""
        if isinstance(value, s.Member):
            return value.name
        key = value.index if isinstance(value, s.Index) else None
        if isinstance(value, s.Call) and last_name(value.callee) in _HEADER_METHODS:
            key = value.arguments[0].value if value.arguments else None
        known = self.program.text(unit, key) if key is not None else None
        return known[0] if known else ""


def _may_route(call: s.Call) -> bool:
    """Whether the call is named as one that takes a route."""
    return bool(call.arguments) and last_name(call.callee).lower() in _ROUTES


def _says(text: str) -> bool:
    if "webhook" not in text.lower():  # most do not, and to split them takes a while
        return False
    return any(not _WORDS.isdisjoint(words(part)) for part in re.split(r"[^\w.-]+", text))


def _provider(header: str) -> Provider | None:
    return _SIGNED.get(header.lower().replace("_", "-").removeprefix("http-"))
