"""Which further files must be parsed because the name of a sent event comes from there."""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.model import syntax as s
from mmlint.model.walk import inside
from mmlint.project.resolution import submodule
from mmlint.project.unit import Unit
from mmlint.project.view import Project

MAX_HOPS = 8


def wanted(project: Project) -> set[str]:
    """Return the unparsed project files that the unknown event names of sends are imported from."""
    found: set[str] = set()
    for send in project.sends:
        event = send.field("event")
        if send.name is not None or event is None or event.value is None:
            continue
        unit = event.unit
        for value in inside(event.value):
            for module, name in _origins(unit, value):
                language = unit.module.language
                found.update(_unparsed(project, unit.path, module, name, language))
    return found


def _origins(unit: Unit, value: s.Value) -> Iterator[tuple[str, str]]:
    """The modules (and the names in them) that a name was imported or required from."""
    if not isinstance(value, s.Name) or value.binding < 0:
        return
    one = unit.imports.get(value.binding)
    if one is not None:
        yield one.module, one.name
    for definition in unit.definitions.get(value.binding, ()):
        for made in inside(definition.value):
            if isinstance(made, s.Call) and isinstance(made.callee, s.Name):
                first = made.arguments[0].value if made.arguments else None
                if made.callee.name in ("require", "import") and isinstance(first, s.Literal):
                    yield str(first.value), definition.path[0] if definition.path else "*"


def _unparsed(
    project: Project, path: str, module: str, name: str, language: str, hops: int = 0
) -> Iterator[str]:
    """Follow ``name`` of ``module`` through parsed barrels to the file that is not parsed yet."""
    if hops > MAX_HOPS:
        return
    for specifier in (module, submodule(module, name)):
        target = project.program.resolution.find(path, specifier, language)
        if target is None:
            continue
        facts = project.files.get(target)
        if facts is None:
            yield target
            continue
        for export in (export for one in facts.modules for export in one.exports):
            if export.module is not None and export.name in (name, "*"):
                inner = export.imported if export.imported not in (None, "*") else name
                yield from _unparsed(
                    project, target, export.module, inner or name, language, hops + 1
                )
