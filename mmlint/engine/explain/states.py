"""The states of the function around a line: how ``mmlint explain --states`` shows a delivery."""

from __future__ import annotations

from mmlint.engine.lines import Lines
from mmlint.project.delivery.dump import dump, trace
from mmlint.project.delivery.state import TooLong
from mmlint.project.project import Project
from mmlint.project.semantic.unit import Unit
from mmlint.report.masking import mask


def states(project: Project, path: str, line: int, source: bytes) -> list[str]:
    """Return the states of the innermost function on ``line`` (from 1) of ``path``: one text line a
    statement. ``source``: the bytes that were observed."""
    lines = Lines(source)
    text = source[lines.start(line) : lines.end(line)]
    offset = lines.start(line) + len(text) - len(text.lstrip())
    units = [one for one in project.program.units if one.path == path and _holds(one, offset)]
    if not units:
        return ["No function that mmlint follows is on this line."]
    [unit, *_] = units
    index = unit.function_at(offset)
    function = unit.module.functions[index]
    name = f"{function.name or 'a function'}()" if index else "the top level"
    head = f"{name}, lines {lines.line(function.start)} to {lines.line(function.body_end)}"
    try:
        told = dump(trace(project.flow, unit, index), lines.line)
    except (TooLong, RecursionError):
        told = ["its paths are more than can be followed: nothing is concluded from them"]
    return [mask(one) for one in (head, *told)]


def _holds(unit: Unit, offset: int) -> bool:
    return unit.module.start <= offset < max(unit.module.end, 1)
