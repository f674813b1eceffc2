"""Whether a made-up value is put where the next request can read it: into a cookie, a session, an
entry of a store under a key of the visitor's, or a column of the visitor's own record."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mmlint.model import syntax as s
from mmlint.model.walk import inside
from mmlint.project.dataflow.backward import Variable
from mmlint.project.dataflow.value_sources import Origin, words
from mmlint.project.semantic.callee import path_of
from mmlint.project.semantic.entity import PassedValue, ProjectFunction
from mmlint.project.semantic.program import Program
from mmlint.project.semantic.unit import Unit
from mmlint.sdk import environment as names

MAX_FUNCTIONS = 12
"""How many functions that are handed the value are looked into."""

_COOKIE_KEYS = frozenset({"set-cookie", "cookies"})
_ASSIGNMENTS = frozenset({"=", "??=", "||="})
_SESSION_WRITES = frozenset({"set", "put", "save", "update", "setdefault", "assign"})


_KEYED_WRITES = frozenset({"set", "put", "setex", "setEx", "hset", "hSet", "setItem"})
_STORES = frozenset({"REDIS", "KV", "CACHE", "STORE", "STORAGE", "DB", "DATABASE"})
_RECORD_WRITES = frozenset(
    {"create", "insert", "upsert", "update", "save", "values", "set", "insertOne", "insert_one"}
    | {"updateOne", "update_one", "findOneAndUpdate", "find_one_and_update", "get_or_create"}
    | {"update_or_create", "findOrCreate", "find_or_create_by", "upsertOne"}
)
_ID_WORDS = frozenset({"ANONYMOUS", "ANON", "AID", "VISITOR", "DEVICE"})
"""Words of a column for the id of a visitor."""
_LOGS = frozenset(
    {"LOG", "LOGS", "LOGGER", "EVENT", "EVENTS", "AUDIT", "HISTORY", "METRIC", "METRICS"}
    | {"QUEUE", "JOB", "JOBS", "ANALYTICS", "CONSOLE", "VISIT", "VISITS", "VIEW", "VIEWS", "HIT"}
    | {"HITS", "PAGEVIEW", "PAGEVIEWS", "REQUEST", "REQUESTS", "ACTIVITY", "ACTIVITIES"}
)
"""Words of tables whose rows no later request looks up by its visitor."""
_PEOPLE = frozenset(
    {"USER", "VISITOR", "ACCOUNT", "CUSTOMER", "PROFILE", "MEMBER", "PERSON", "GUEST", "CONTACT"}
    | {"LEAD", "SUBSCRIBER"}
)


class _Kept(msgspec.Struct, frozen=True):
    """What a unit puts into cookies and sessions: variables, and the bytes of expressions."""

    bindings: frozenset[int]
    spans: frozenset[tuple[int, int]]


class PersistenceSinks:
    """Answers what is kept. Pure, apart from what it remembers of each unit."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._known: dict[int, _Kept] = {}

    def keeps(self, origin: Origin) -> bool:
        """Whether what ``origin`` mints is also put into a cookie or a session, so that the next
        request can read it there (the server owns the id then)."""
        if (origin.node.start, origin.node.end) in self._kept(origin.unit).spans:
            return True
        waiting, seen = list(origin.trail), set[Variable]()
        while waiting and len(seen) < MAX_FUNCTIONS:
            variable = waiting.pop()
            unit, binding = variable
            if binding in self._kept(unit).bindings:
                return True
            if variable not in seen:
                seen.add(variable)
                waiting += self._handed(unit, binding)
        return False

    def _handed(self, unit: Unit, binding: int) -> Iterator[Variable]:
        """The parameters of project functions that are handed a variable."""
        for call in unit.uses.get(binding, ()):
            callee = self.program.resolve(unit, call.callee)
            if not isinstance(callee, ProjectFunction):
                continue
            substitution = self.program.substitution(unit, call, callee)
            numbers = {key[2] for key, passed in substitution if _is(passed, binding)}
            for parameter, (function, number, _) in callee.unit.parameters.items():
                if function == callee.index and number in numbers:
                    yield callee.unit, parameter

    def _kept(self, unit: Unit) -> _Kept:
        if id(unit) not in self._known:
            self._known[id(unit)] = _kept(unit, list(_stores(self.program, unit)))
        return self._known[id(unit)]


def _is(passed: PassedValue | None, binding: int) -> bool:
    return (
        passed is not None
        and isinstance(passed.value, s.Name)
        and (passed.value.binding == binding)
    )


def _kept(unit: Unit, waiting: list[s.Value]) -> _Kept:
    """Everything that is part of what is stored, also through variables."""
    bindings: set[int] = set()
    spans: set[tuple[int, int]] = set()
    while waiting:
        for one in inside(waiting.pop()):
            spans.add((one.start, one.end))
            if isinstance(one, s.Name) and one.binding >= 0 and one.binding not in bindings:
                bindings.add(one.binding)
                definitions = unit.definitions.get(one.binding, ())
                waiting += [definition.value for definition in definitions]
    return _Kept(frozenset(bindings), frozenset(spans))


def _stores(program: Program, unit: Unit) -> Iterator[s.Value]:
    """Yield every value that code of ``unit`` puts into a cookie or a session."""
    for statement in unit.statements:
        if isinstance(statement, s.Assign) and _is_store(unit, statement.target):
            yield statement.value
    for kind in (s.Call, s.Object, s.Sequence, s.Operation):
        for value in unit.every(kind):
            yield from _stored(program, unit, value)


def _stored(program: Program, unit: Unit, value: s.Value) -> Iterator[s.Value]:
    """The values that ``value`` itself stores."""
    if isinstance(value, s.Call) and _stores_arguments(program, unit, value):
        for one in value.arguments:
            yield one.value
    elif isinstance(value, s.Call) and isinstance(value.callee, s.Member):
        yield from _recorded(unit, value, value.callee)
    elif isinstance(value, s.Object):
        for entry in value.entries:
            if entry.key is not None and entry.key.lower() in _COOKIE_KEYS:
                yield entry.value
    elif isinstance(value, s.Sequence):
        if value.items and _names_header(value.items[0]):
            yield from value.items[1:]
    elif isinstance(value, s.Operation) and value.operator in _ASSIGNMENTS:
        yield from value.operands[1:] if _is_store(unit, value.operands[0]) else ()


def _stores_arguments(program: Program, unit: Unit, call: s.Call) -> bool:
    """``res.cookie(…)``, ``jar.set(…)``, ``session.update(…)``, ``append("Set-Cookie", …)``."""
    path = words(call.callee)
    holder = _holder(unit, call.callee.object) if isinstance(call.callee, s.Member) else ()
    if any(_says_cookie(word) for word in (*path, *holder)):
        return True
    if path[-1:] and path[-1] in _SESSION_WRITES and any(map(_says_session, holder)):
        return True
    if call.arguments and _names_header(call.arguments[0].value):
        return True
    return any(_says_cookie(word) for word in path_of(program.resolve(unit, call.callee))[:1])


def _recorded(unit: Unit, call: s.Call, callee: s.Member) -> Iterator[s.Value]:
    """What ``kv.set(key, …)`` keeps under a key that is no constant, and what a write of a record
    that is no log puts into a column for a visitor's id."""
    holder = {word for name in _holder(unit, callee.object) for word in names.words(name)}
    keyed = callee.name in _KEYED_WRITES and not holder.isdisjoint(_STORES)
    if keyed and len(call.arguments) > 1 and not isinstance(call.arguments[0].value, s.Literal):
        yield from (one.value for one in call.arguments[1:])
    tables = {
        word
        for one in inside(callee)
        if isinstance(one, s.Name | s.Member)
        for word in names.words(one.name)
    }
    if callee.name in _RECORD_WRITES and (tables | holder).isdisjoint(_LOGS):
        for one in inside(call):
            if isinstance(one, s.Object):
                yield from (entry.value for entry in one.entries if _is_id(entry.key))
            elif isinstance(one, s.Call):
                yield from (argument.value for argument in one.arguments if _is_id(argument.name))


def _is_id(key: str | None) -> bool:
    return key is not None and not _ID_WORDS.isdisjoint(names.words(key))


def _is_store(unit: Unit, target: s.Value) -> bool:
    """Whether an assignment to ``target`` is kept: a member of a session or of cookies."""
    if not isinstance(target, (s.Member, s.Index)):
        return False
    path = (*words(target), *_holder(unit, target.object))
    if any(_says_cookie(word) or _says_session(word) for word in path):
        return True
    owner = {word for name in words(target.object) for word in names.words(name)}
    return isinstance(target, s.Member) and _is_id(target.name) and not owner.isdisjoint(_PEOPLE)


def _holder(unit: Unit, value: s.Value) -> tuple[str, ...]:
    """The words of an expression, and of the variable at its root: what made it says what it is."""
    found = list(words(value))
    root = value
    while isinstance(root, (s.Member, s.Call, s.Await, s.Index)):
        if isinstance(root, s.Call):
            root = root.callee
        else:
            root = root.value if isinstance(root, s.Await) else root.object
    if isinstance(root, s.Name) and root.binding >= 0:
        for definition in unit.definitions.get(root.binding, ()):
            found += (*words(definition.value), *definition.path)
    return tuple(found)


def _says_cookie(word: str) -> bool:
    return bool({"COOKIE", "COOKIES"} & set(names.words(word)))


def _says_session(word: str) -> bool:
    return names.words(word)[-1:] == ["SESSION"]


def _names_header(value: s.Value) -> bool:
    return (
        isinstance(value, s.Literal)
        and isinstance(value.value, str)
        and value.value.lower() == "set-cookie"
    )
