"""The project as a rule sees it: sends, handlers, deliveries, environment entries, and places."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property

import msgspec

from mmlint.frameworks.pattern import Runtime
from mmlint.model import syntax as s
from mmlint.model.facts import EnvEntry, FileFacts
from mmlint.model.finding import Place, Related
from mmlint.project.delivery.analysis import Delivery, DeliveryAnalysis
from mmlint.project.delivery.reachability import Functions
from mmlint.project.events.clients import Setup, setups
from mmlint.project.events.duplicates import Duplicate, duplicates
from mmlint.project.events.hosts import Host, hosts
from mmlint.project.events.identity import identifications
from mmlint.project.events.loops import Loops
from mmlint.project.events.payload import Payloads
from mmlint.project.events.sends import Send, Sends
from mmlint.project.events.tags import Tagged, tags
from mmlint.project.events.values import Values
from mmlint.project.events.webhook_sends import WebhookSend, webhook_sends
from mmlint.project.modules.resolution import Resolution
from mmlint.project.platforms.cookies import RequestCookies
from mmlint.project.platforms.project_config import ProjectConfig
from mmlint.project.platforms.runtimes import Evidence, Handler, Runtimes
from mmlint.project.platforms.sides import Side, side
from mmlint.project.platforms.webhooks import Webhooks
from mmlint.project.semantic.entity import ProjectFunction
from mmlint.project.semantic.inlined import OwnPrefix, inlined, own_prefixes, within
from mmlint.project.semantic.program import Program
from mmlint.project.semantic.unit import Location, Unit
from mmlint.project.semantic.wrapping import FlushesAfter, Wrapper
from mmlint.sdk import surface
from mmlint.sdk.carriers import slots_of
from mmlint.sdk.environment import is_products, public_prefix


class Choices(msgspec.Struct, frozen=True):
    """What the configuration decides about the project, as rules and links read it.

    ``runtime_for``: path to the runtime that is fixed for it, or None. ``options``: rule name to
    its options.
    """

    python_modules: tuple[str, ...] = surface.PYTHON_MODULES
    public_prefixes: tuple[str, ...] = ()
    anonymous_id_source: str | None = None
    flush_fix: str = "copy"
    runtime_for: Callable[[str], Runtime | None] = lambda path: None
    options: Mapping[str, Mapping[str, object]] = msgspec.field(default_factory=dict)


class Carried(msgspec.Struct, frozen=True):
    """An environment entry and the file that carries it."""

    path: str
    entry: EnvEntry


class Written(msgspec.Struct, frozen=True):
    """A statement, and the function it stands in."""

    statement: s.Statement
    function: int


class Project:
    """Everything that is known, computed when it is first asked for.

    ``untracked``: the files that git does not track; None where there is no git to ask.
    ``asked``: the files that findings are asked for; None: all. What is known is known of all.
    """

    def __init__(
        self,
        files: Mapping[str, FileFacts],
        *,
        tests: frozenset[str] = frozenset(),
        untracked: frozenset[str] | None = None,
        asked: frozenset[str] | None = None,
        project_config: ProjectConfig | None = None,
        choices: Choices | None = None,
        resolution: Resolution | None = None,
    ) -> None:
        self.files = files
        self.tests = tests
        self.untracked = untracked
        self.asked = asked
        self.choices = choices or Choices()
        self.project_config = project_config or ProjectConfig()
        self.program = Program(
            files,
            tests=tests,
            python_modules=self.choices.python_modules,
            resolution=resolution,
        )
        self.flow = DeliveryAnalysis(self.program)

    @property
    def units(self) -> list[Unit]:
        """Every unit that is no test."""
        return [unit for unit in self.program.units if not unit.test]

    @property
    def focused_modules(self) -> list[Unit]:
        """Those of them that findings are asked for: for rules whose every finding, related places
        included, lies in the unit that it is found in."""
        asked = self.asked
        return [unit for unit in self.units if asked is None or unit.path in asked]

    def reaches_focus(self, function: ProjectFunction) -> bool:
        """Whether a path of ``function`` may lead through a file that findings are asked for: it
        lies there, or it calls what does, however far away."""
        if self.asked is None or function.unit.path in self.asked:
            return True
        return function.index in self._calling_into_asked.get(function.unit, ())

    @cached_property
    def _calling_into_asked(self) -> Functions:
        return self.flow.reachability.into(self.asked or ())

    @cached_property
    def runtimes(self) -> Runtimes:
        return Runtimes(self.program, self.project_config, self.choices.runtime_for)

    @cached_property
    def handlers(self) -> list[Handler]:
        return [one for one in self.runtimes.handlers if not one.function.unit.test]

    @cached_property
    def cookies(self) -> RequestCookies:
        """How code reads a cookie of the request that it answers."""
        return RequestCookies(self.program, self.project_config, self.handlers)

    @property
    def starts(self) -> list[ProjectFunction]:
        """The functions that something can begin with: the top level of files, and handlers."""
        top = [ProjectFunction(unit, 0) for unit in self.units]
        return top + [one.function for one in self.handlers]

    @cached_property
    def sends(self) -> tuple[Send, ...]:
        """Every send outside test files, calls of wrappers included, in path and source order."""
        found = Sends(self.program, self.side).all()
        return tuple(one for one in found if not one.unit.test)

    @property
    def focused_sends(self) -> list[Send]:
        """Those of them that findings are asked for: for rules whose every finding, related places
        included, lies in the unit of the send."""
        asked = self.asked
        return [one for one in self.sends if asked is None or one.unit.path in asked]

    @cached_property
    def identifications(self) -> tuple[Send, ...]:
        """Every identify call outside test files, as an event with its ids; ordered like sends."""
        return identifications(self.program)

    @cached_property
    def payloads(self) -> Payloads:
        """What the events say: their names, their own fields, their properties."""
        return Payloads(self.program, self.sends, self.identifications)

    @cached_property
    def values(self) -> Values:
        """What kind of value an expression is: a number, a path, a fraction, JSON in a text."""
        return Values(self.program)

    @cached_property
    def setups(self) -> tuple[Setup, ...]:
        """Every call that sets an SDK up, with its options."""
        return tuple(setups(self.program))

    @cached_property
    def hosts(self) -> tuple[Host, ...]:
        """Every address of Millimetric: in code, environments and script tags."""
        entries = ((one.path, one.entry) for one in self.entries)
        return tuple(hosts(self.program, self.setups, entries, self.tags))

    @property
    def host_variable(self) -> str:
        """The environment variable that holds Millimetric's host on servers, ``AOA_HOST`` unless
        the project has one of its own."""
        names = sorted(
            name
            for name in self.entries_of
            if is_products(name) and name.endswith("_HOST") and public_prefix(name) is None
        )
        return "AOA_HOST" if "AOA_HOST" in names or not names else names[0]

    @cached_property
    def duplicates(self) -> tuple[Duplicate, ...]:
        """Every browser's send of an event that the server sends too."""
        return tuple(duplicates(self.sends))

    def named_sends(self, side: str) -> Iterator[tuple[Send, str]]:
        """Yield the sends of one side (``browser``, ``server``) that decide what their event is
        called, with the name; those of duplicates, and of the other SDK's form, are left out."""
        twice = {one.name for one in self.duplicates}
        for send in self.sends:
            if send.side != side or send.name is None or send.misshapen:
                continue
            if send.names_event and send.name.text not in twice:
                yield send, send.name.text

    @cached_property
    def webhooks(self) -> Webhooks:
        """Which functions a provider's webhook runs."""
        return Webhooks(self.program)

    def webhook_sends(self, lacks: Callable[[Send], bool]) -> Iterator[WebhookSend]:
        """Yield the server's sends in webhooks' handlers that lack something: each once, where only
        webhooks reach it, else the wrapper's call there."""
        return webhook_sends(self.webhooks, self.sends, lacks)

    @cached_property
    def loops(self) -> Loops:
        """What runs once for each row of data."""
        return Loops(self.program)

    @cached_property
    def looped_sends(self) -> tuple[Send, ...]:
        """The server's sends that scripts make once for each row of data. Where the loop is around
        a wrapper's call, it is that call."""
        loops = self.loops
        found = [
            send
            for send in self.sends
            if send.side == "server"
            and not send.given_back
            and not send.enqueued
            and self.evidence(send.unit, send.unit.function_at(send.node.start)).runtime == "script"
            and loops.around(send.unit, send.node.start)
        ]
        looped = {id(one) for one in found}
        return tuple(one for one in found if one.via is None or id(one.via) not in looped)

    @cached_property
    def entries(self) -> tuple[Carried, ...]:
        """Every environment entry of every carrier, in path and source order; what configuration
        inlines is among them."""
        found = [
            Carried(path, entry)
            for path, facts in self.files.items()
            for entry in facts.entries
            if not entry.slots or not slots_of(path).isdisjoint(entry.slots)
        ]
        found += [Carried(one.path, one.entry) for one in inlined(self.program)]
        return tuple(sorted(found, key=lambda one: (one.path, one.entry.start)))

    @cached_property
    def entries_of(self) -> Mapping[str, tuple[Carried, ...]]:
        """Variable name to the entries that give it a value, in any file."""
        found: dict[str, list[Carried]] = {}
        for one in self.entries:
            found.setdefault(one.entry.name, []).append(one)
        return {name: tuple(entries) for name, entries in found.items()}

    @cached_property
    def _own_prefixes(self) -> tuple[OwnPrefix, ...]:
        return tuple(own_prefixes(self.program))

    def public_prefix(self, path: str, name: str) -> str | None:
        """Return the prefix that makes the variable ``name`` public where ``path`` lies, or None:
        a framework's, a configured one, or one that a bundler's configuration above it names."""
        own = (one.prefix for one in self._own_prefixes if within(path, one.folder))
        return public_prefix(name, (*self.choices.public_prefixes, *own))

    @cached_property
    def tags(self) -> tuple[Tagged, ...]:
        """Every tag that loads the snippet, in pages, components and JSX."""
        return tuple(tags(self.files, self.program))

    def side(self, unit: Unit) -> Side | None:
        """Return where the code of ``unit`` runs; a file that does not say runs where all files
        that import it do, if that is a server."""
        if id(unit) not in self._sides:
            self._sides[id(unit)] = None  # for files that import each other
            found = side(unit, self.runtimes.is_server(unit))
            if found is None:
                above = self.runtimes.importers(unit)
                if above and all(self.side(one) == "server" for one in above):
                    found = "server"
            self._sides[id(unit)] = found
        return self._sides[id(unit)]

    @cached_property
    def _sides(self) -> dict[int, Side | None]:
        return {}

    def evidence(self, unit: Unit, function: int) -> Evidence:
        return self.runtimes.of(unit, function)

    def delivery(self, unit: Unit, function: int) -> Delivery:
        key = (id(unit), function)
        if key not in self._deliveries:
            self._deliveries[key] = self.flow.delivery(unit, function)
        return self._deliveries[key]

    @cached_property
    def _deliveries(self) -> dict[tuple[int, int], Delivery]:
        return {}

    def covering(self, handler: Handler, wrapper: Wrapper) -> FlushesAfter:
        """Return whether ``wrapper``, which is around ``handler``, flushes what that has queued."""
        return self.flow.flushes_after(wrapper, handler.function.function.is_async)

    def option(self, rule: str, name: str) -> object | None:
        """Return an option of a rule from the configuration, or None."""
        return self.choices.options.get(rule, {}).get(name)

    # --- places ----------------------------------------------------------------------------------

    def place(self, unit: Unit, node: s.Node) -> Place:
        return Place(unit.path, node.start, node.end)

    def extent(self, unit: Unit, start: int) -> tuple[int, int]:
        """Return the bytes of the innermost statement that holds the byte ``start``."""
        found = self.statement(unit, start)
        return (found.statement.start, found.statement.end) if found else (start, start)

    def statement(self, unit: Unit, start: int) -> Written | None:
        """Return the innermost statement that holds the byte ``start``, and its function."""
        found = unit.statement_at(start)
        return Written(*found) if found is not None else None

    def in_scope(self, unit: Unit, offset: int, names: Iterable[str]) -> str | None:
        """Return the first of ``names`` that is declared and can be read at the byte ``offset``."""
        here = unit.function_at(offset)
        for name in names:
            for number in unit.named.get(name, ()):
                binding = unit.module.bindings[number]
                if binding.kind in ("import", "function", "class"):
                    continue
                seen = binding.scope_start <= offset < binding.scope_end
                owned = unit.is_inside(here, binding.owner)
                if seen and owned and (binding.start < offset or binding.kind == "parameter"):
                    return name
        return None


def place_at(location: Location) -> Place:
    return Place(location.unit.path, location.start, location.end)


def related(location: Location, message: str, *, cause: bool = False) -> Related:
    return Related(place_at(location), message, cause)


def lone(statement: s.Statement, node: s.Node) -> bool:
    """Whether ``node`` is all that the statement does (also under ``void`` or in a chain)."""
    if not isinstance(statement, s.ExpressionStatement):
        return False
    value: s.Value = statement.value
    if isinstance(value, s.Operation) and value.operator == "void":
        value = value.operands[0]
    while isinstance(value, s.Call) and (value.start, value.end) != (node.start, node.end):
        callee = value.callee
        if not isinstance(callee, s.Member) or callee.name not in ("catch", "then", "finally"):
            return False
        value = callee.object
    return (value.start, value.end) == (node.start, node.end)
