"""Which parameters are a Node-style HTTP response that a serverless platform handed over."""

from __future__ import annotations

from mmlint.model import syntax as s
from mmlint.project.platforms.runtimes import Evidence
from mmlint.project.project import Project
from mmlint.project.semantic.entity import Parameter, ProjectFunction
from mmlint.project.semantic.program import constructor

NODE_STYLE = frozenset({"Next.js", "Vercel", "Vercel function", "Cloud functions", "Node server"})
"""Platforms that call ``(req, res)`` handlers, and freeze them once the response is out."""

Place = tuple[ProjectFunction, int]
"""A function and the number of one of its parameters."""


def responses(project: Project) -> dict[Place, Evidence]:
    """Return the response parameters of serverless handlers, and of the helpers they pass it to,
    each with what proves the runtime."""
    found: dict[Place, Evidence] = {}
    queue: list[tuple[Place, Evidence]] = []
    for handler in project.handlers:
        function = handler.function
        evidence = project.evidence(function.unit, function.index)
        number = _number(function.function)
        if handler.platform in NODE_STYLE and evidence.runtime == "serverless" and number:
            queue.append(((function, number), evidence))
    handed = _handed(project) if queue else {}
    while queue:
        place, evidence = queue.pop(0)
        if place not in found:
            found[place] = evidence
            queue += [(inner, evidence) for inner in handed.get(place, ())]
    return found


def _number(function: s.Function) -> int | None:
    """The second of ``(req, res, next)``; with an error in front of them the third."""
    count = len(function.parameters)
    if count < 2:
        return None
    return 2 if count == 4 else 1


def _handed(project: Project) -> dict[Place, list[Place]]:
    """Parameters to those that they are passed on as, in calls of project functions."""
    found: dict[Place, list[Place]] = {}
    for call in project.program.call_graph.internal_calls:
        callee = constructor(call.callee)
        if not isinstance(callee, ProjectFunction) or call.unit.python:
            continue
        for (_, _, number), given in project.program.substitution(call.unit, call.call, callee):
            passed = project.program.resolve(given.unit, given.value) if given else None
            if isinstance(passed, Parameter) and not passed.path:
                outer = (ProjectFunction(passed.unit, passed.function), passed.number)
                found.setdefault(outer, []).append((callee, number))
    return found
