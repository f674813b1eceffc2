"""The fix that takes a call out of the code."""

from __future__ import annotations

from mmlint.model import syntax as s
from mmlint.model.finding import Fix, RemoveStatement, Safety
from mmlint.project.project import Project
from mmlint.project.semantic.unit import Unit


def remove_call(
    project: Project, unit: Unit, call: s.Call, title: str, safety: Safety
) -> Fix | None:
    """Return the fix that removes ``call`` where it, awaited or not, is a statement of its own."""
    found = project.statement(unit, call.start)
    statement = found.statement if found else None
    if not isinstance(statement, s.ExpressionStatement):
        return None
    value = statement.value.value if isinstance(statement.value, s.Await) else statement.value
    if (value.start, value.end) != (call.start, call.end):
        return None
    edit = RemoveStatement(unit.path, statement.start, statement.end)
    return Fix(title, safety, (edit,))
