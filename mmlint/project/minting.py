"""Where a value is made up on the spot: randomness, the clock, constants, what requests share.

``Minting.origins`` follows an expression through variables, parameters, project functions and
conversions to the places that mint. What cannot be followed has no origin, so it stays silent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from mmlint.model import syntax as s
from mmlint.model.walk import inside, statements
from mmlint.project.callee import path_of
from mmlint.project.entity import (
    NOTHING,
    Entity,
    Environment,
    External,
    Global,
    Instance,
    Known,
    Passed,
    ProjectFunction,
)
from mmlint.project.program import Program
from mmlint.project.unit import Path, Unit

Kind = Literal["random", "clock", "constant", "address", "agent"]

MAX_DEPTH = 16
"""How many names, calls and parts are entered one after the other."""
MAX_STEPS = 400
"""How many expressions are looked at for one question."""
MAX_ALTERNATIVES = 6
"""How many choices, names and calls inside each other may all be fresh."""

MINTS: Final[Mapping[Path, Kind]] = {
    # JavaScript: the platform, node:crypto, and packages that make ids
    ("crypto", "randomUUID"): "random",
    ("crypto", "randomBytes"): "random",
    ("crypto", "randomInt"): "random",
    ("crypto", "getRandomValues"): "random",
    ("crypto", "webcrypto", "randomUUID"): "random",
    ("crypto", "webcrypto", "getRandomValues"): "random",
    ("Math", "random"): "random",
    ("Bun", "randomUUIDv7"): "random",
    ("nanoid",): "random",
    ("nanoid", "nanoid"): "random",
    ("nanoid", "customAlphabet", "()"): "random",
    ("nanoid", "non-secure", "nanoid"): "random",
    ("uuid",): "random",
    ("uuid", "v1"): "random",
    ("uuid", "v4"): "random",
    ("uuid", "v6"): "random",
    ("uuid", "v7"): "random",
    ("uuidv7", "uuidv7"): "random",
    ("@lukeed", "uuid"): "random",
    ("@lukeed", "uuid", "v4"): "random",
    ("short-uuid", "generate"): "random",
    ("shortid", "generate"): "random",
    ("cuid",): "random",
    ("@paralleldrive", "cuid2", "createId"): "random",
    ("@paralleldrive", "cuid2", "init", "()"): "random",
    ("ulid", "ulid"): "random",
    ("ulid", "monotonicFactory", "()"): "random",
    ("ulidx", "ulid"): "random",
    ("Date", "now"): "clock",
    ("performance", "now"): "clock",
    ("process", "hrtime"): "clock",
    ("process", "hrtime", "bigint"): "clock",
    # Python
    ("uuid", "uuid1"): "random",
    ("uuid", "uuid4"): "random",
    ("uuid", "uuid6"): "random",
    ("uuid", "uuid7"): "random",
    ("secrets", "token_hex"): "random",
    ("secrets", "token_urlsafe"): "random",
    ("secrets", "token_bytes"): "random",
    ("secrets", "randbelow"): "random",
    ("secrets", "randbits"): "random",
    ("secrets", "choice"): "random",
    ("random", "random"): "random",
    ("random", "randint"): "random",
    ("random", "randrange"): "random",
    ("random", "getrandbits"): "random",
    ("random", "randbytes"): "random",
    ("random", "uniform"): "random",
    ("random", "choice"): "random",
    ("random", "choices"): "random",
    ("random", "sample"): "random",
    ("os", "urandom"): "random",
    ("nanoid", "generate"): "random",
    ("shortuuid", "uuid"): "random",
    ("shortuuid", "random"): "random",
    ("ulid", "new"): "random",
    ("ulid", "ULID"): "random",
    ("cuid", "cuid"): "random",
    ("django", "utils", "crypto", "get_random_string"): "random",
    ("time", "time"): "clock",
    ("time", "time_ns"): "clock",
    ("time", "monotonic"): "clock",
    ("time", "perf_counter"): "clock",
    ("datetime", "datetime", "now"): "clock",
    ("datetime", "datetime", "utcnow"): "clock",
    ("datetime", "datetime", "today"): "clock",
    ("django", "utils", "timezone", "now"): "clock",
    # what many visitors share
    ("@vercel", "functions", "ipAddress"): "address",
    ("@vercel", "edge", "ipAddress"): "address",
    ("request-ip", "getClientIp"): "address",
    ("h3", "getRequestIP"): "address",
    ("getRequestIP",): "address",
    ("hono", "cloudflare-workers", "getConnInfo"): "address",
    ("hono", "bun", "getConnInfo"): "address",
    ("hono", "deno", "getConnInfo"): "address",
    ("@hono", "node-server", "conninfo", "getConnInfo"): "address",
    ("slowapi", "util", "get_remote_address"): "address",
    ("next", "server", "userAgent"): "agent",
}
"""Calls whose result is made up, by the words that lead to what is called."""

READS: Final[Mapping[Path, Kind]] = {
    ("req", "ip"): "address",
    ("request", "ip"): "address",
    ("ctx", "ip"): "address",
    ("context", "ip"): "address",
    ("req", "client", "host"): "address",
    ("request", "client", "host"): "address",
    ("websocket", "client", "host"): "address",
    ("remoteAddress",): "address",
    ("remote_addr",): "address",
    ("clientAddress",): "address",
    ("getClientAddress", "()"): "address",
    ("requestIP", "()"): "address",
    ("sourceIp",): "address",
    ("request", "user_agent"): "agent",
    ("http", "userAgent"): "agent",
    ("identity", "userAgent"): "agent",
}
"""Ends of expressions that read from a request what many visitors share."""

HEADERS: Final[Mapping[str, Kind]] = {
    "x-forwarded-for": "address",
    "x-vercel-forwarded-for": "address",
    "x-real-ip": "address",
    "x-client-ip": "address",
    "true-client-ip": "address",
    "cf-connecting-ip": "address",
    "fly-client-ip": "address",
    "fastly-client-ip": "address",
    "x-nf-client-connection-ip": "address",
    "remote-addr": "address",
    "user-agent": "agent",
}
"""Names of headers, in lower case; WSGI's ``HTTP_X_FORWARDED_FOR`` is read as one of them."""

_HEADER_READS = frozenset({"get", "header", "getHeader", "getRequestHeader", "getlist", "getAll"})
_GLOBAL_OBJECTS = frozenset({"globalThis", "window", "self", "global"})
_CONVERSIONS = frozenset(
    [
        ("String",),
        ("Number",),
        ("BigInt",),
        ("Math", "floor"),
        ("Math", "round"),
        ("Math", "trunc"),
        ("Buffer", "from"),
        ("btoa",),
        ("encodeURIComponent",),
        ("JSON", "stringify"),
        ("str",),
        ("int",),
        ("hex",),
        ("repr",),
        ("round",),
        ("uuid", "UUID"),
        ("crypto", "subtle", "digest"),
        ("md5",),
        ("object-hash",),
    ]
)
"""Functions whose result says no more than their arguments."""
_DIGESTS = "hashlib"
_CARRYING = frozenset({"join", "concat", "format", "update", "encode", "digest"})
"""Methods whose arguments go into the result."""
_ARITHMETIC = frozenset({"+", "-", "*", "/", "//", "%", "**", "|", "^", "&", "<<", ">>", ">>>"})
_ASSIGNMENTS = frozenset({"=", ":=", "??=", "||="})

Variable = tuple[Unit, int]
"""A binding of a unit."""


@dataclass(frozen=True)
class Origin:
    """A place that mints. ``trail``: the variables that its value passes on the way."""

    kind: Kind
    unit: Unit
    node: s.Node
    trail: tuple[Variable, ...] = ()


class Minting:
    """Answers where values come from. Pure, apart from what it remembers of each unit."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._steps = 0
        self._fallbacks: dict[int, dict[int, list[s.Value]]] = {}

    def origins(
        self, unit: Unit, value: s.Value, environment: Environment = NOTHING
    ) -> list[Origin]:
        """Return every place that may mint ``value``; none where it cannot be known."""
        self._steps = 0
        return list(self._of(unit, value, environment, (), 0))

    def always(
        self, unit: Unit, value: s.Value, environment: Environment = NOTHING, depth: int = 0
    ) -> bool:
        """Whether ``value`` is random or the time whichever way the program goes."""
        if depth > MAX_ALTERNATIVES:
            return False
        if isinstance(value, s.Choice):
            return all(self.always(unit, one, environment, depth + 1) for one in value.options)
        passed = argument(unit, value, environment)
        if passed is not None:
            return self.always(passed.unit, passed.value, passed.environment, depth + 1)
        definitions = unit.definitions.get(value.binding, []) if isinstance(value, s.Name) else []
        if definitions:
            return all(
                not one.path and self.always(unit, one.value, environment, depth + 1)
                for one in definitions
            )
        callee = self._callee(unit, value, environment)
        if isinstance(callee, ProjectFunction) and isinstance(value, s.Call):
            inner = self.program.environment(unit, value, callee, environment)
            returned = list(_returned(callee))
            return bool(returned) and all(
                self.always(callee.unit, one, inner, depth + 1) for one in returned
            )
        found = self.origins(unit, value, environment)
        return any(one.kind in ("random", "clock") for one in found)

    def _callee(self, unit: Unit, value: s.Value, environment: Environment) -> Entity | None:
        if not isinstance(value, s.Call):
            return None
        return self.program.resolve(unit, value.callee, environment)

    def _of(
        self,
        unit: Unit,
        value: s.Value,
        environment: Environment,
        trail: tuple[Variable, ...],
        depth: int,
    ) -> Iterator[Origin]:
        self._steps += 1
        if depth > MAX_DEPTH or self._steps > MAX_STEPS:
            return
        kind = self._constant(unit, value, environment) or self._read(value)
        if kind is not None:
            yield Origin(kind, unit, value, trail)
        elif isinstance(value, s.Choice):
            for option in value.options:
                yield from self._of(unit, option, environment, trail, depth + 1)
        elif isinstance(value, s.Name):
            yield from self._name(unit, value, environment, trail, depth + 1)
        elif isinstance(value, s.Call):
            yield from self._call(unit, value, environment, trail, depth + 1)
        elif isinstance(value, s.Member):
            yield from self._member(unit, value, environment, trail, depth + 1)
        elif isinstance(value, s.Operation) and value.operator in _ASSIGNMENTS:
            held = value.operands[0]
            if isinstance(held, s.Name):
                trail = (*trail, (unit, held.binding))
            yield from self._of(unit, value.operands[-1], environment, trail, depth + 1)
        else:
            for part in _parts(value):
                yield from self._varying(unit, part, environment, trail, depth + 1)

    def _varying(
        self,
        unit: Unit,
        value: s.Value,
        environment: Environment,
        trail: tuple[Variable, ...],
        depth: int,
    ) -> Iterator[Origin]:
        """The origins of a part: constant parts say nothing of the whole."""
        for origin in self._of(unit, value, environment, trail, depth):
            if origin.kind != "constant":
                yield origin

    def _constant(self, unit: Unit, value: s.Value, environment: Environment) -> Kind | None:
        if isinstance(value, s.Template | s.Operation):
            parts = list(_parts(value))
            texts = [self.program.text(unit, part, environment) for part in parts]
            return "constant" if texts and all(texts) else None
        if isinstance(value, s.Choice) or self._changes(unit, value):
            return None
        found = self.program.text(unit, value, environment)
        return "constant" if found is not None and found[0] else None

    def _changes(self, unit: Unit, value: s.Value) -> bool:
        """Whether it is given several values: a name's are looked at one by one."""
        if isinstance(value, s.Name):
            return len(unit.definitions.get(value.binding, ())) > 1
        if not isinstance(value, s.Member):
            return False
        root = _root(value)
        if root is not None and self._written(unit, root, value.name):
            return True
        held = self.program.resolve(unit, value.object)
        return isinstance(held, Instance) and (held.index, value.name) in held.unit.field_writes

    def _read(self, value: s.Value) -> Kind | None:
        """What a request says, and many visitors share."""
        path = words(value)
        if isinstance(value, s.Call) and path[-2:-1] and path[-2] in _HEADER_READS:
            for argument in value.arguments:
                literal = argument.value
                if isinstance(literal, s.Literal) and isinstance(literal.value, str):
                    kind = HEADERS.get(_header(literal.value))
                    if kind is not None:
                        return kind
        return _shared(path)

    # --- names -----------------------------------------------------------------------------------

    def _name(
        self,
        unit: Unit,
        name: s.Name,
        environment: Environment,
        trail: tuple[Variable, ...],
        depth: int,
    ) -> Iterator[Origin]:
        if name.binding < 0 or (unit, name.binding) in trail:
            return
        trail = (*trail, (unit, name.binding))
        passed = argument(unit, name, environment)
        if passed is not None:
            yield from self._of(passed.unit, passed.value, passed.environment, trail, depth)
            return
        for definition in unit.definitions.get(name.binding, ()):
            if not definition.path:
                yield from self._of(unit, definition.value, environment, trail, depth)
                continue
            kind = _shared((*words(definition.value), *definition.path))
            if kind is not None:
                yield Origin(kind, unit, name, trail)
        for value in self._defaults(unit).get(name.binding, ()):
            yield from self._of(unit, value, environment, trail, depth)
        place = unit.parameters.get(name.binding)
        if place is not None and place[2]:
            kind = _shared(place[2])
            if kind is not None:
                yield Origin(kind, unit, name, trail)
        if name.binding in unit.imports:
            kind = _made(self.program.resolve(unit, name))
            if kind is not None:
                yield Origin(kind, unit, name, trail)

    def _defaults(self, unit: Unit) -> dict[int, list[s.Value]]:
        """Binding to the defaults that patterns and parameters give it."""
        if id(unit) not in self._fallbacks:
            found: dict[int, list[s.Value]] = {}
            for function in unit.module.functions:
                targets = [
                    one.target for one in statements(function.body) if isinstance(one, s.Bind)
                ]
                for parameter in function.parameters:
                    targets.append(parameter.target)
                    if parameter.default is not None and isinstance(parameter.target, s.Name):
                        found.setdefault(parameter.target.binding, []).append(parameter.default)
                for one in (part for target in targets for part in inside(target)):
                    if isinstance(one, s.Choice) and isinstance(one.options[0], s.Name):
                        found.setdefault(one.options[0].binding, []).append(one.options[-1])
            self._fallbacks[id(unit)] = found
        return self._fallbacks[id(unit)]

    # --- calls and members -----------------------------------------------------------------------

    def _call(
        self,
        unit: Unit,
        call: s.Call,
        environment: Environment,
        trail: tuple[Variable, ...],
        depth: int,
    ) -> Iterator[Origin]:
        callee = self._callee(unit, call, environment)
        path = _plain(callee)
        kind = MINTS.get(path)
        if path == ("Date",) and not call.arguments:
            kind = "clock"
        if kind is not None:
            yield Origin(kind, unit, call, trail)
        elif isinstance(callee, ProjectFunction):
            inner = self.program.environment(unit, call, callee, environment)
            for value in _returned(callee):
                yield from self._of(callee.unit, value, inner, trail, depth)
        else:
            yield from self._derived(unit, call, path, environment, trail, depth)

    def _derived(
        self,
        unit: Unit,
        call: s.Call,
        path: Path,
        environment: Environment,
        trail: tuple[Variable, ...],
        depth: int,
    ) -> Iterator[Origin]:
        """What a conversion, a hash, or a method of a minted value gives."""
        method = call.callee.name if isinstance(call.callee, s.Member) else ""
        if isinstance(call.callee, s.Member):
            held = call.callee.object
            yield from self._varying(unit, held, environment, trail, depth)
        if path in _CONVERSIONS or path[:1] == (_DIGESTS,) or method in _CARRYING:
            for one in call.arguments:
                yield from self._varying(unit, one.value, environment, trail, depth)

    def _member(
        self,
        unit: Unit,
        member: s.Member,
        environment: Environment,
        trail: tuple[Variable, ...],
        depth: int,
    ) -> Iterator[Origin]:
        """The entry of a known object; else a part of something minted (``uuid4().hex``)."""
        passed = argument(unit, member, environment)
        if passed is not None:
            yield from self._of(passed.unit, passed.value, passed.environment, trail, depth)
            return
        root = _root(member)
        if root is not None and self._written(unit, root, member.name):
            return
        found = self.program.resolve(unit, member.object, environment)
        if isinstance(found, Known):
            value = entry(found.value, member.name)
            if value is not None:
                if root is not None:
                    trail = (*trail, (unit, root.binding))
                yield from self._of(found.unit, value, found.environment, trail, depth)
            return
        yield from self._varying(unit, member.object, environment, trail, depth)

    def _written(self, unit: Unit, root: s.Name, name: str) -> bool:
        """Whether a member of that name is assigned to: its value is then unknown."""
        return any(
            not isinstance(bind.target, s.Member) or bind.target.name == name
            for bind in unit.member_writes.get(root.binding, ())
        )


# --- following what is passed ---------------------------------------------------------------------


def argument(unit: Unit, value: s.Value, environment: Environment) -> Passed | None:
    """Return what the caller wrote for ``value``, a parameter or a member of one; None where it is
    none, where the caller left it out, or where it is no part of an object that is at hand."""
    path: list[str] = []
    while isinstance(value, s.Member):
        path.insert(0, value.name)
        value = value.object
    place = unit.parameters.get(value.binding) if isinstance(value, s.Name) else None
    if place is None:
        return None
    function, number, inner = place
    passed = dict(environment).get((id(unit), function, number))
    default = unit.module.functions[function].parameters[number].default
    if passed is None or passed.value is default:
        return None
    return _part(passed, [key for key in (*inner, *path) if key != "?"])


def _part(passed: Passed, path: list[str]) -> Passed | None:
    for key in path:
        while isinstance(passed.value, s.Name):
            further = argument(passed.unit, passed.value, passed.environment)
            if further is None:
                break
            passed = further
        if isinstance(passed.value, s.Name):
            definitions = passed.unit.definitions.get(passed.value.binding, [])
            if len(definitions) != 1 or definitions[0].path:
                return None
            passed = Passed(passed.unit, definitions[0].value, passed.environment)
        value = entry(passed.value, key)
        if value is None:
            return None
        passed = Passed(passed.unit, value, passed.environment)
    return passed


def entry(value: s.Value, key: str) -> s.Value | None:
    """Return what an object literal certainly has under ``key``, else None."""
    if isinstance(value, s.Object):
        for one in reversed(value.entries):
            if one.key == key:
                return one.value
            if one.key is None:
                return None
    return None


# --- shapes of expressions ------------------------------------------------------------------------


def words(value: s.Value) -> Path:
    """Return the names that an expression is made of, from its root: ``req.get("a").b`` is
    ``("req", "get", "()", "b")``. What has no name at its root begins with its first member."""
    found: list[str] = []
    while True:
        if isinstance(value, s.Member):
            found.append(value.name)
            value = value.object
        elif isinstance(value, s.Call):
            found.append("()")
            value = value.callee
        elif isinstance(value, s.Await):
            value = value.value
        elif isinstance(value, s.Index):
            value = value.object
        else:
            break
    if isinstance(value, s.Name):
        found.append(value.name)
    return tuple(reversed(found))


def _shared(path: Path) -> Kind | None:
    """What the last words of an expression read."""
    if not path:
        return None
    header = HEADERS.get(_header(path[-1])) if len(path) > 1 else None
    if header is not None:
        return header
    return next((READS[path[-size:]] for size in (1, 2, 3) if path[-size:] in READS), None)


def _header(name: str) -> str:
    return name.lower().replace("_", "-").removeprefix("http-")


def _plain(callee: Entity | None) -> Path:
    """The words that lead to a callee, alike for every way to import it."""
    path = path_of(callee)
    if isinstance(callee, External):
        module = callee.module.removeprefix("node:")
        separator = "/" if "/" in module else "."
        path = (*module.split(separator), *callee.path)
    path = tuple(one for one in path if one != "default")
    return path[1:] if path[:1] and path[0] in _GLOBAL_OBJECTS else path


def _made(entity: Entity | None) -> Kind | None:
    """What an imported value was made by."""
    path = _plain(entity) if isinstance(entity, External | Global) else ()
    return MINTS.get(path[:-1]) if path[-1:] == ("()",) else None


def _parts(value: s.Value) -> Iterator[s.Value]:
    """The parts that an expression is put together from."""
    if isinstance(value, s.Template):
        yield from value.parts
    elif isinstance(value, s.Operation) and value.operator in _ARITHMETIC:
        yield from value.operands
    elif isinstance(value, s.Sequence):
        yield from value.items
    elif isinstance(value, s.Await | s.Spread):
        yield value.value
    elif isinstance(value, s.Index):
        yield value.object
    elif isinstance(value, s.Comprehension):
        yield value.element


def _returned(function: ProjectFunction) -> Iterator[s.Value]:
    for statement in statements(function.function.body):
        if isinstance(statement, s.Return) and statement.value is not None:
            yield statement.value


def _root(value: s.Value) -> s.Name | None:
    while isinstance(value, s.Member):
        value = value.object
    return value if isinstance(value, s.Name) and value.binding >= 0 else None
