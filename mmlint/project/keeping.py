"""Whether a made-up value is put where the next request can read it: into a cookie or a session."""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.model import syntax as s
from mmlint.model.walk import inside, own_values, statements
from mmlint.project.callee import path_of
from mmlint.project.entity import ProjectFunction
from mmlint.project.minting import Origin, words
from mmlint.project.program import Program
from mmlint.project.unit import Unit
from mmlint.sdk import environment as names

MAX_HOPS = 4
"""How many variables, or functions that are handed the value, are followed."""

_ASSIGNMENTS = frozenset({"=", "??=", "||="})
_SESSION_WRITES = frozenset({"set", "put", "save", "update", "setdefault", "assign"})


def is_kept(program: Program, origin: Origin) -> bool:
    """Whether what ``origin`` mints is also put into a cookie or a session, so that the next
    request can read it there (the server owns the id then)."""
    variables = set(origin.trail)
    for unit in {origin.unit, *(unit for unit, _ in variables)}:
        bindings = {binding for owner, binding in variables if owner is unit}
        minted = origin.node if unit is origin.unit else None
        if _keeps(program, unit, bindings, minted):
            return True
    return False


def _keeps(
    program: Program, unit: Unit, bindings: set[int], minted: s.Node | None = None, hops: int = 0
) -> bool:
    """Whether ``unit`` puts one of its variables, or what ``minted`` gives, into a cookie or a
    session, itself or through functions it hands the value to."""
    if any(_holds(unit, value, bindings, minted) for value in _stores(program, unit)):
        return True
    if hops > MAX_HOPS:
        return False
    for _, call in unit.calls:
        if not any(_holds(unit, one.value, bindings, minted) for one in call.arguments):
            continue
        callee = program.resolve(unit, call.callee)
        if isinstance(callee, ProjectFunction):
            taken = _taken(program, unit, call, callee, bindings, minted)
            if taken and _keeps(program, callee.unit, taken, None, hops + 1):
                return True
    return False


def _taken(
    program: Program,
    unit: Unit,
    call: s.Call,
    callee: ProjectFunction,
    bindings: set[int],
    minted: s.Node | None,
) -> set[int]:
    """The parameters of ``callee`` (their bindings) that this call hands the value to."""
    numbers = {
        key[2]
        for key, passed in program.environment(unit, call, callee)
        if passed is not None and _holds(passed.unit, passed.value, bindings, minted)
    }
    return {
        binding
        for binding, (function, number, _) in callee.unit.parameters.items()
        if function == callee.index and number in numbers
    }


def _holds(
    unit: Unit, value: s.Value, bindings: set[int], minted: s.Node | None, hops: int = 0
) -> bool:
    """Whether one of the variables, or what is minted, is part of ``value``."""
    for one in inside(value):
        if minted is not None and (one.start, one.end) == (minted.start, minted.end):
            return True
        if not isinstance(one, s.Name) or one.binding < 0:
            continue
        if one.binding in bindings:
            return True
        if hops < MAX_HOPS and any(
            _holds(unit, definition.value, bindings, minted, hops + 1)
            for definition in unit.definitions.get(one.binding, ())
        ):
            return True
    return False


def _stores(program: Program, unit: Unit) -> Iterator[s.Value]:
    """Yield every value that code of ``unit`` puts into a cookie or a session."""
    for function in unit.module.functions:
        for statement in statements(function.body):
            if isinstance(statement, s.Bind) and _is_store(unit, statement.target):
                yield statement.value
            for value in own_values(statement):
                for one in inside(value):
                    yield from _stored(program, unit, one)


def _stored(program: Program, unit: Unit, value: s.Value) -> Iterator[s.Value]:
    """The values that ``value`` itself stores."""
    if isinstance(value, s.Call) and _stores_arguments(program, unit, value):
        for one in value.arguments:
            yield one.value
    elif isinstance(value, s.Object):
        for entry in value.entries:
            if entry.key is not None and _says_cookie(entry.key):
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


def _is_store(unit: Unit, target: s.Value) -> bool:
    """Whether an assignment to ``target`` is kept: a member of a session or of cookies."""
    if not isinstance(target, s.Member | s.Index):
        return False
    path = (*words(target), *_holder(unit, target.object))
    return any(_says_cookie(word) or _says_session(word) for word in path)


def _holder(unit: Unit, value: s.Value) -> tuple[str, ...]:
    """The words of an expression, and of the variable at its root: what made it says what it is."""
    found = list(words(value))
    root = value
    while isinstance(root, s.Member | s.Call | s.Await | s.Index):
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
