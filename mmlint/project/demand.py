"""Which further files must be parsed because a sent event's name, an id or a key is from there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from mmlint.model import syntax as s
from mmlint.model.walk import inside
from mmlint.project.events.identity import resets, written
from mmlint.project.modules.resolution import submodule
from mmlint.project.project import Project
from mmlint.project.secrets.keys import handed_over
from mmlint.project.semantic.shape import Field
from mmlint.project.semantic.unit import Unit

MAX_HOPS = 8
MAX_VARIABLES = 12
"""How many variables are looked behind for one id."""


def demanded(project: Project, *, keys_alone: bool = False) -> set[str]:
    """Return the unparsed project files that the unknown event names of sends, the ids they send,
    and the keys they are sent with are imported from; ``keys_alone``: only those of keys."""
    search = _Search(project)
    unknown = _keys(project) if keys_alone else chain(_unknown(project), _keys(project))
    for unit, value in unknown:
        for module, name in _origins(unit, value):
            search.follow(unit.path, module, name, unit.module.language)
    return search.found


def _unknown(project: Project) -> Iterator[tuple[Unit, s.Value]]:
    """The values that decide about names and ids, and what they are made of."""
    for send in (*project.sends, *project.identifications):
        event = send.field("event")
        if send.name is None and event is not None and event.value is not None:
            yield from ((event.unit, value) for value in inside(event.value))
            for _, passed in event.substitution:  # a wrapper's parameter: what was passed
                if passed is not None:
                    yield from ((passed.unit, value) for value in inside(passed.value))
        ids = (send.field("anonymous_id"), send.field("user_id"))
        yield from _made_of([field for field in ids if field is not None])
    yield from _made_of([field for _, field in resets(project.program)])


def _keys(project: Project) -> Iterator[tuple[Unit, s.Value]]:
    for unit, given in handed_over(project):
        yield from ((unit, value) for value in inside(given))


def _made_of(ids: Iterable[Field]) -> Iterator[tuple[Unit, s.Value]]:
    for field in ids:
        at = written(field)
        if at is not None:
            yield from ((at.unit, value) for value in _behind(at.unit, at.value))


def _behind(unit: Unit, value: s.Value) -> Iterator[s.Value]:
    """What an id is made of: also behind variables, and the functions that are handed them."""
    waiting, seen = [value], set[int]()
    while waiting:
        for one in inside(waiting.pop()):
            yield one
            if not isinstance(one, s.Name) or one.binding < 0 or one.binding in seen:
                continue
            seen.add(one.binding)
            if len(seen) < MAX_VARIABLES:
                waiting += [each.value for each in unit.definitions.get(one.binding, ())]
                waiting += [each.callee for each in unit.uses.get(one.binding, ())]


def _origins(unit: Unit, value: s.Value) -> Iterator[tuple[str, str]]:
    """The modules (and the names in them) that a name was imported or required from."""
    if not isinstance(value, s.Name):
        return
    if value.binding < 0:
        yield from ((one.module, value.name) for one in unit.everything)
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


class _Search:
    """Follows names of modules through parsed barrels to the files that are not parsed yet.

    ``found``: those files. A name of a module is followed once, be there many ways that lead to it
    and many who ask; again only where it is nearer than before.
    """

    def __init__(self, project: Project) -> None:
        self.found: set[str] = set()
        self._project = project
        self._hops: dict[tuple[str, str, bool], int] = {}

    def follow(self, path: str, module: str, name: str, language: str, hops: int = 0) -> None:
        """Follow ``name`` of ``module``, as the file at ``path`` writes it."""
        if hops > MAX_HOPS:
            return
        for specifier in (module, submodule(module, name)):
            target = self._project.program.resolution.find(path, specifier, language)
            if target is None:
                continue
            key = target, name, specifier != module
            if self._hops.get(key, MAX_HOPS + 1) <= hops:
                continue
            self._hops[key] = hops
            if target not in self._project.files:
                self.found.add(target)
            else:
                self._through(target, name, specifier != module, language, hops)

    def _through(self, path: str, name: str, itself: bool, language: str, hops: int) -> None:
        """Follow ``name`` to where the parsed file at ``path`` has it from; ``itself``: the name is
        that of the file."""
        modules = self._project.files[path].modules
        for export in (export for one in modules for export in one.exports):
            if export.module is not None and export.name in (name, "*"):
                inner = export.imported if export.imported not in (None, "*") else name
                self.follow(path, export.module, inner or name, language, hops + 1)
        # a Python module passes on what it imports: this name, or any, where it is named itself
        for one in modules if language == "python" else ():
            for passed in one.imports:
                if passed.everything or (
                    passed.module.startswith(".") and (itself or passed.name == name)
                ):
                    inner = name if passed.everything else passed.name
                    self.follow(path, passed.module, inner, language, hops + 3)
