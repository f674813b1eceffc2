"""Links small pieces of source code to a ``Program`` or a ``Project``, for tests of one module."""

from __future__ import annotations

from collections.abc import Mapping

from mmlint.languages import observe
from mmlint.model import syntax as s
from mmlint.model.facts import FileFacts
from mmlint.project.project import Project
from mmlint.project.semantic.entity import ProjectFunction
from mmlint.project.semantic.program import Call, Program
from mmlint.project.semantic.unit import Unit


def facts(files: Mapping[str, str]) -> dict[str, FileFacts]:
    """Return the facts of each file: Python where its name ends in ``.py``, else TypeScript."""
    return {
        path: observe(text.encode(), "python" if path.endswith(".py") else "typescript")
        for path, text in files.items()
    }


def program(files: Mapping[str, str]) -> Program:
    return Program(facts(files))


def project(files: Mapping[str, str]) -> Project:
    return Project(facts(files))


def unit(linked: Program, path: str) -> Unit:
    return next(one for one in linked.units if one.path == path)


def function(linked: Program, path: str, name: str) -> ProjectFunction:
    """Return the function ``name`` of a file."""
    found = unit(linked, path)
    names = [one.name for one in found.module.functions]
    return ProjectFunction(found, names.index(name))


def asked(linked: Program) -> tuple[Unit, s.Value]:
    """Return the argument of the only call of ``ask(…)``, and its unit."""
    (found,) = (
        (one, call.arguments[0].value)
        for one in linked.units
        for _, call in one.calls
        if isinstance(call.callee, s.Name) and call.callee.name == "ask"
    )
    return found


def asked_each(linked: Program) -> list[tuple[Unit, s.Value]]:
    """Return the argument of each call of ``ask(…)``, in path and source order."""
    return [
        (one, call.arguments[0].value)
        for one in linked.units
        for _, call in one.calls
        if isinstance(call.callee, s.Name) and call.callee.name == "ask"
    ]


def called(linked: Program, name: str) -> Call:
    """Return the only call of what is written ``name``."""
    (found,) = (one for one in linked.calls if getattr(one.call.callee, "name", None) == name)
    return found
