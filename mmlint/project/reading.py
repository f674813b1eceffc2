"""How a literal in a program is replaced by a read of the environment, where that is certain."""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.model import syntax as s
from mmlint.model.finding import AddStatement, Edit, Place, Replace
from mmlint.model.walk import parts
from mmlint.project.unit import Unit
from mmlint.project.variables import ENVIRONMENT_READERS


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
            return None if _must_stay(holder) else value
    return None


def _values(unit: Unit) -> Iterator[tuple[s.Value | s.Statement, s.Value]]:
    """Every value with what it stands in, the module's own defaults and fields included."""
    for function in range(len(unit.module.functions)):
        for statement, values in unit.walk.content(function):
            inside = {(part.start, part.end) for value in values for part in parts(value)}
            for value in values:
                if (value.start, value.end) not in inside:
                    yield statement, value
                for part in parts(value):
                    yield value, part


def _must_stay(holder: s.Value | s.Statement) -> bool:
    """Whether an expression cannot stand there (an attribute, a docstring), or should not: beside
    a read of a variable, whose stand-in the key is."""
    if isinstance(holder, s.Element | s.Template | s.Evaluate):
        return True
    if isinstance(holder, s.Bind):
        table = holder.target.object if isinstance(holder.target, s.Member) else None
        return isinstance(table, s.Member | s.Name) and table.name in ("env", "environ")
    if isinstance(holder, s.Choice):
        return holder.operator in ("??", "||")
    if isinstance(holder, s.Call) and isinstance(holder.callee, s.Member | s.Name):
        return holder.callee.name in ENVIRONMENT_READERS
    return False


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
    first = _first_statement(unit)
    return None if first is None else (AddStatement(path, *first, "import os"),)


def _first_statement(unit: Unit) -> tuple[int, int] | None:
    """Return the bytes of the first statement that others may stand before."""
    module = unit.module
    top = [(one.start, one.end) for one in module.functions[0].body if not _is_docstring(one)]
    imports = [(one.start, one.end) for one in module.imports if one.module != "__future__"]
    future = max((one.end for one in module.imports if one.module == "__future__"), default=0)
    return min((one for one in (*imports, *top) if one[0] >= future), default=None)


def _is_docstring(statement: s.Statement) -> bool:
    value = statement.value if isinstance(statement, s.Evaluate) else None
    return isinstance(value, s.Literal) and isinstance(value.value, str)
