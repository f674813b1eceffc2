"""Whether code runs once for each row of some data: in loops, comprehensions, and callbacks of map.

A list that is written out is no data, and neither are retries (``range(3)``), endless loops and
queues, whose messages come one by one.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from mmlint.model import syntax as s
from mmlint.model.walk import inside
from mmlint.project.platforms.handlers import last_name
from mmlint.project.semantic.callee import (
    CHAINS,
    COMBINATORS,
    EACH,
    MAPPERS,
    TASKS,
    TIMERS,
    path_of,
)
from mmlint.project.semantic.entity import Parameter, ProjectFunction
from mmlint.project.semantic.program import Program, constructor
from mmlint.project.semantic.unit import Unit, pattern_names
from mmlint.sdk.environment import words

_MAPPING = frozenset({("map",), ("p-map", "default"), ("pmap", "default")})
"""Functions that take a function and rows."""
_CALLING_BACK = EACH | MAPPERS | CHAINS | {"submit", "apply_async", "to_thread"}
"""Methods that call what they are given, once or for each entry."""
_STARTING = TIMERS | {("Promise",)}
"""Globals that call what they are given once."""

_PAST = frozenset(
    {"BACKFILL", "BACKFILLS", "IMPORT", "IMPORTER", "MIGRATE", "MIGRATION", "REPLAY", "HISTORY"}
    | {"HISTORICAL", "REIMPORT", "RESTORE", "REINGEST"}
)
"""Words of scripts that send what happened before."""
_READERS = frozenset(
    {"findMany", "findAll", "find", "query", "select", "execute", "fetchall", "fetchmany"}
    | {"DictReader", "reader", "readFile", "readFileSync", "objects", "scan", "scalars", "cursor"}
    | {"iter_rows", "iterrows", "itertuples", "read_csv", "readLines", "splitlines", "$queryRaw"}
)
_ROWS = frozenset({"ROW", "ROWS", "RECORD", "RECORDS"})
_ARRIVING = frozenset(
    {"CONSUMER", "CONSUME", "SUBSCRIBE", "SUBSCRIBER", "SUBSCRIPTION", "PUBSUB"}
    | {"LISTEN", "LISTENER", "WATCH", "POLL"}
)
"""Words of what yields messages as they arrive, one at a time, for as long as the program runs."""

_Body = tuple[int, int, int, s.Value]
"""The function of a loop, the bytes that it runs again and again, and what it goes through."""


class Loops:
    """Answers about places in ``program``."""

    def __init__(self, program: Program) -> None:
        self.program = program

    def around(self, unit: Unit, start: int) -> bool:
        """Whether what stands at the byte ``start`` runs once for each row of data."""
        return next(self.rows(unit, start), None) is not None

    def is_backfill(self, unit: Unit, start: int) -> bool:
        """Whether the rows were certainly stored before: they are read from a database or a file,
        are called rows or records, or the script's name says that it makes up for the past."""
        index = unit.function_at(start)
        said = [unit.path.rpartition("/")[2], unit.module.functions[index].name or ""]
        if any(not _PAST.isdisjoint(words(one)) for one in said):
            return True
        return any(_is_stored(where, rows) for where, rows in self.rows(unit, start))

    def rows(self, unit: Unit, start: int) -> Iterator[tuple[Unit, s.Value]]:
        """Yield the data of each loop around the byte ``start``, and where that is written."""
        index = unit.function_at(start)
        at = start
        while True:
            for function, first, last, rows in self._bodies(unit):
                if function == index and first <= at < last:
                    yield unit, rows
            found = self._callbacks.get(ProjectFunction(unit, index)) if index else None
            if found is not None:
                yield found
            if index == 0 or not self._runs_in_place(unit, index):
                return
            declared = unit.module.functions[index]
            index, at = declared.parent, declared.start

    def _runs_in_place(self, unit: Unit, index: int) -> bool:
        """Whether function ``index`` runs each time the code around it does: it is called there, or
        by what it is handed to. A listener is only kept there, and its caller decides."""
        around = unit.module.functions[index].parent
        calls = self.program.callers.get(ProjectFunction(unit, index), ())
        if any(one.unit is unit and one.site.function == around for one in calls):
            return True
        takers = unit.takers.get(index)
        return takers is not None and self._calls_back(unit, takers[-1], index)

    def _calls_back(self, unit: Unit, taker: s.Call, index: int) -> bool:
        """Whether a call calls the function ``index`` that is written among its arguments."""
        numbers = [
            number
            for number, one in enumerate(taker.arguments)
            if isinstance(one.value, s.Lambda) and one.value.function == index
        ]
        callee = constructor(self.program.resolve(unit, taker.callee))
        if isinstance(callee, ProjectFunction):
            given = self.program.substitution(unit, taker, callee)
            return any(
                passed is not None
                and key in self._called_parameters
                and isinstance(passed.value, s.Lambda)
                and passed.value.function == index
                for key, passed in given
            )
        if not numbers:
            return False
        if last_name(taker.callee) in _CALLING_BACK or path_of(callee) in _STARTING:
            return True
        said = words(last_name(taker.callee))
        return (taker.start, taker.end) in self._awaited(unit) and _ARRIVING.isdisjoint(said)

    @cached_property
    def _called_parameters(self) -> set[tuple[int, int, int]]:
        """The parameters that their function calls itself: unit (its id), function, number."""
        return {
            (id(one.callee.unit), one.callee.function, one.callee.number)
            for one in self.program.call_graph.of(Parameter)
            if isinstance(one.callee, Parameter)
            and not one.callee.path
            and one.unit is one.callee.unit
            and one.site.function == one.callee.function
        }

    def _awaited(self, unit: Unit) -> set[tuple[int, int]]:
        """The bytes of every call whose end ``unit`` waits for: it is awaited or returned, by
        itself, as the object of a chain, or as an entry of ``Promise.all``."""
        if id(unit) not in self._waited:
            found = self._waited[id(unit)] = set()
            waiting: list[s.Value] = [one.value for one in unit.every(s.Await)]
            for one in unit.statements:
                if isinstance(one, s.Return) and one.value is not None:
                    waiting.append(one.value)
            while waiting:
                value = waiting.pop()
                if isinstance(value, s.Choice):
                    waiting += value.options
                elif isinstance(value, s.Sequence):
                    waiting += value.items
                if not isinstance(value, s.Call) or (value.start, value.end) in found:
                    continue
                found.add((value.start, value.end))
                callee = value.callee
                if isinstance(callee, s.Member) and callee.name in CHAINS:
                    waiting.append(callee.object)
                elif path_of(self.program.resolve(unit, callee)) in COMBINATORS | TASKS:
                    waiting += [one.value for one in value.arguments]
        return self._waited[id(unit)]

    @cached_property
    def _waited(self) -> dict[int, set[tuple[int, int]]]:
        return {}

    def _bodies(self, unit: Unit) -> list[_Body]:
        """The bytes that loops and comprehensions over data run again and again."""
        if id(unit) not in self._known:
            self._known[id(unit)] = list(_loops(unit))
        return self._known[id(unit)]

    @cached_property
    def _known(self) -> dict[int, list[_Body]]:
        return {}

    @cached_property
    def _callbacks(self) -> dict[ProjectFunction, tuple[Unit, s.Value]]:
        """The functions that are called back for each entry of a list, and that list."""
        found: dict[ProjectFunction, tuple[Unit, s.Value]] = {}
        for call in self.program.calls:
            callee, arguments = call.call.callee, call.call.arguments
            if len(arguments) == 0:
                continue
            given: s.Value | None = None
            rows: s.Value = call.call
            if isinstance(callee, s.Member) and callee.name in EACH | MAPPERS | {"map"}:
                rows = callee.object
                given = arguments[0].value
                if len(arguments) > 1 and call.unit.python:  # executor.map(send, rows)
                    rows = arguments[1].value
                if not _is_data(call.unit, rows):
                    continue
            elif len(arguments) > 1 and path_of(call.callee) in _MAPPING:
                given = arguments[0 if call.unit.python else 1].value
                rows = arguments[1 if call.unit.python else 0].value
            if isinstance(given, (s.Lambda, s.Name, s.Member)):
                meant = self.program.resolve(call.unit, given)
                if isinstance(meant, ProjectFunction):
                    found.setdefault(meant, (call.unit, rows))
        return found


def _loops(unit: Unit) -> Iterator[_Body]:
    for statement in unit.statements:
        if isinstance(statement, s.Loop) and statement.body and _over_data(unit, statement):
            rows = statement.iterable or statement.test
            if rows is not None:
                function = unit.function_at(statement.start)
                yield function, statement.body[0].start, statement.body[-1].end, rows
    for value in unit.every(s.Comprehension):
        sources = value.sources
        if sources and all(_is_data(unit, one) for one in sources):
            function = unit.function_at(value.start)
            yield function, value.element.start, value.element.end, sources[0]


def _over_data(unit: Unit, loop: s.Loop) -> bool:
    if loop.endless:
        return False
    if loop.kind == "each":
        return loop.iterable is not None and _is_data(unit, loop.iterable)
    counters = {
        name.binding
        for one in (*loop.head, *loop.update)
        if isinstance(one, s.Assign)
        for name, _ in pattern_names(one.target)
    }
    return any(  # for (let i = 0; …) … rows[i]
        isinstance(value.index, s.Name)
        and value.index.binding in counters
        and loop.start <= value.start < loop.end
        for value in unit.every(s.Index)
    )


def _is_data(unit: Unit, rows: s.Value, depth: int = 0) -> bool:
    """Whether ``rows`` may be many: neither a list that is written out nor a count."""
    if isinstance(rows, s.Sequence):
        return any(isinstance(one, s.Spread) for one in rows.items)
    if isinstance(rows, s.Name) and rows.binding >= 0 and depth < 3:
        definitions = unit.definitions.get(rows.binding, ())
        if len(definitions) == 1 and isinstance(definitions[0].value, (s.Sequence, s.Name)):
            filled = any(
                last_name(call.callee) in ("push", "append", "extend", "unshift")
                for call in unit.uses.get(rows.binding, ())
            )
            return filled or _is_data(unit, definitions[0].value, depth + 1)
    if _arrives(unit, rows):
        return False
    if isinstance(rows, s.Call) and last_name(rows.callee) == "range":
        return any(
            isinstance(one.value, s.Call) and last_name(one.value.callee) == "len"
            for one in rows.arguments
        )
    return not isinstance(rows, (s.Literal, s.Object))


def _arrives(unit: Unit, rows: s.Value) -> bool:
    """Whether the data is a queue's: ``KafkaConsumer("orders")``, ``redis.pubsub().listen()``."""
    source = rows
    if isinstance(rows, s.Name) and rows.binding >= 0:
        definitions = unit.definitions.get(rows.binding, ())
        source = definitions[0].value if len(definitions) == 1 else rows
    source = source.value if isinstance(source, s.Await) else source
    said = last_name(source.callee) if isinstance(source, s.Call) else last_name(source)
    return said is not None and not _ARRIVING.isdisjoint(words(said))


def _is_stored(unit: Unit, rows: s.Value) -> bool:
    """Whether the data is read from a store, or is called rows."""
    found = list(_names_in(rows))
    if isinstance(rows, s.Name) and rows.binding >= 0:
        for one in unit.definitions.get(rows.binding, ()):
            found += _names_in(one.value)
    return any(name in _READERS or not _ROWS.isdisjoint(words(name)) for name in found)


def _names_in(value: s.Value) -> Iterator[str]:
    """Yield every name in an expression."""
    for one in inside(value):
        if isinstance(one, (s.Name, s.Member)):
            yield one.name
