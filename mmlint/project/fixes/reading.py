"""How a literal in a program is replaced by a read of the environment, where that is certain."""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.model import syntax as s
from mmlint.model.finding import Edit, ImportModule, Place, Replace
from mmlint.model.regex import regex
from mmlint.model.walk import parts
from mmlint.project.semantic.unit import Unit
from mmlint.project.semantic.variables import ENVIRONMENT_READERS

_STAND_INS = frozenset({"default", "defaultvalue", "devdefault", "testdefault", "fallback"})
"""Keywords, keys and methods, in lower case without underscores, that take a value for when there
is no other."""
_VARIABLE = regex(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")
"""The name of an environment variable."""


def read_instead(unit: Unit, place: Place, name: str) -> tuple[Edit, ...]:
    """Return the edits that read the variable ``name`` in place of the text at ``place``: none
    where that is no expression of its own, or stands in for a variable already."""
    literal = _literal(unit, place)
    if literal is None:
        return ()
    if not unit.python:
        return (Replace(place.path, literal.start, literal.end, f"process.env.{name}"),)
    imports = _import_os(unit, place.path)
    if imports is None:
        return ()
    return (*imports, Replace(place.path, literal.start, literal.end, f'os.environ["{name}"]'))


def _literal(unit: Unit, place: Place) -> s.Literal | None:
    """Return the literal that is nothing but the text at ``place``, between two quotes."""
    start, end = place.start - 1, place.end + 1
    for holder, value in _values(unit):
        if (value.start, value.end) == (start, end) and isinstance(value, s.Literal):
            return None if _must_stay(unit, holder, value) else value
    return None


def _values(unit: Unit) -> Iterator[tuple[s.Value | s.Statement, s.Value]]:
    """Every value of the functions with what it stands in."""
    for function in range(len(unit.module.functions)):
        for statement, values in unit.walk.content(function):
            inside = {(part.start, part.end) for value in values for part in parts(value)}
            for value in values:
                if (value.start, value.end) not in inside:
                    yield statement, value
                for part in parts(value):
                    yield value, part


def _must_stay(unit: Unit, holder: s.Value | s.Statement, literal: s.Literal) -> bool:
    """Whether an expression cannot stand there (an attribute, a docstring), or should not: beside
    another value that the key stands in for. A read of the variable would be evaluated although
    that value is there, and raise where the variable is not set."""
    if isinstance(holder, s.Element | s.Template | s.ExpressionStatement | s.Switch):
        return True
    if isinstance(holder, s.Choice):
        return True
    if isinstance(holder, s.Assign):
        return _is_second_value(unit, holder)
    if isinstance(holder, s.Object):
        keys = [one.key or "" for one in holder.entries if one.value is literal]
        return any(_stands_in(key) or _VARIABLE.fullmatch(key) for key in keys)
    return isinstance(holder, s.Call) and _takes_stand_in(holder, literal)


def _is_second_value(unit: Unit, statement: s.Assign) -> bool:
    """Whether a variable gets other values too, or an environment variable gets this one."""
    target = statement.target
    if statement.operator != "=":
        return True
    if isinstance(target, s.Name):
        return len(unit.definitions.get(target.binding, ())) > 1
    table = target.object if isinstance(target, s.Member) else None
    return isinstance(table, s.Member | s.Name) and table.name in ("env", "environ")


def _takes_stand_in(call: s.Call, literal: s.Literal) -> bool:
    """Whether a call takes the literal for when there is nothing else: ``config("KEY", "sk_…")``,
    ``env("KEY", default="sk_…")``, ``z.string().default("sk_…")``."""
    name = call.callee.name if isinstance(call.callee, s.Member | s.Name) else ""
    if name in ENVIRONMENT_READERS or _stands_in(name):
        return True
    for one in call.arguments:
        if one.value is literal:
            if one.name is not None and _stands_in(one.name):
                return True
        elif isinstance(one.value, s.Literal) and _VARIABLE.fullmatch(str(one.value.value)):
            return True
    return False


def _stands_in(name: str) -> bool:
    return name.replace("_", "").lower() in _STAND_INS


def _import_os(unit: Unit, path: str) -> tuple[Edit, ...] | None:
    """Return the edit that imports ``os``; none where it is imported, None where it cannot be."""
    bindings = unit.module.bindings
    modules = {
        bindings[one.binding].name
        for one in unit.module.imports
        if one.module == "os" and one.name == "*" and one.binding >= 0
    }
    if "os" in modules:
        return ()
    if any(one.name == "os" for one in bindings):
        return None
    return (ImportModule(path, 0, 0, "os"),)
