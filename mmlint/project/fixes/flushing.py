"""How one flushes in a file: what to call there, and what must be imported for it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec.structs import replace

from mmlint.model import syntax as s
from mmlint.model.finding import Edit, ImportName
from mmlint.project.delivery.analysis import Exit
from mmlint.project.fixes.receivers import is_guarded, is_visible, keeps, written
from mmlint.project.modules.packages import package_specifier
from mmlint.project.project import Project
from mmlint.project.semantic.entity import (
    Instance,
    KnownValue,
    Namespace,
    ProjectClass,
    ProjectFunction,
    Resolved,
    SdkFunction,
    SdkObject,
)
from mmlint.project.semantic.program import constructor
from mmlint.project.semantic.unit import Location, Unit
from mmlint.sdk import surface

_PACKAGE = "__init__.py"

Offer = ProjectFunction | SdkFunction
"""What can be called where something is taken from a module, an object or a class."""


class Flushing(msgspec.Struct, frozen=True):
    """``expression``: what to call. ``awaitable``: whether that gives something to wait for; None
    where the calling function decides (Python's configured modules).

    ``holder``: the client, as it is written where it sends. ``guarded``: whether the send asks
    first if the client is there. ``once``: the send, where its getter makes a client at each call,
    so that only the one that sent can flush.
    """

    expression: str
    edits: tuple[Edit, ...] = ()
    awaitable: bool | None = None
    holder: s.Value | None = None
    guarded: bool = False
    once: s.Call | None = None


def flush_here(
    project: Project, unit: Unit, index: int, location: Location, exits: list[Exit]
) -> Flushing | None:
    """Return how function ``index`` of ``unit`` flushes before ``exits`` what is sent at
    ``location``: by the client that sends; None where it is not known how that is written there."""
    for place in dict.fromkeys((location, project.flow.origin(location))):
        call = unit.call_at(place.start, place.end) if place.unit is unit else None
        if call is None or not isinstance(project.program.resolve(unit, call.callee), SdkFunction):
            continue
        if isinstance(call.callee, s.Member):
            found = _by_client(project, unit, index, call, call.callee, exits)
        else:
            found = _by_name(project, unit, call.callee)
        if found is not None:
            return found
        if place == location and isinstance(call.callee, s.Member):
            return None
    offered, origin = _offered(project, unit, location), project.flow.origin(location)
    if offered is None and origin != location and _is_bare(origin):
        return _by_name(project, unit, s.Unknown(0, 0))
    return offered


# --- the SDK itself -------------------------------------------------------------------------------


def _by_client(
    project: Project, unit: Unit, index: int, call: s.Call, callee: s.Member, exits: list[Exit]
) -> Flushing | None:
    """``client.track(…)``: the same client, as it is written there."""
    receiver = callee.object
    text = written(receiver)
    holder = project.program.resolve(unit, receiver)
    flush = project.program.member(holder, "flush")
    if text is None or not isinstance(flush, SdkFunction):
        return None
    if not is_visible(unit, index, receiver, [one.location.start for one in exits]):
        return None
    inner = receiver.value if isinstance(receiver, s.Await) else receiver
    if isinstance(inner, s.Call):
        getter = constructor(project.program.resolve(unit, inner.callee))
        if not isinstance(getter, ProjectFunction):
            return None
        if not keeps(project.program, getter):
            return Flushing(f"{text}.flush", (), flush.awaitable, receiver, once=call)
    plain = isinstance(receiver, (s.Name, s.Member))
    asserted = plain and callee.name_start - receiver.end == len("!.")
    absent = callee.optional or (asserted and not unit.python)
    guarded = is_guarded(unit, index, receiver, call.start)
    dot = "?." if absent else "."
    return Flushing(f"{text}{dot}flush", (), flush.awaitable, receiver, guarded)


def _by_name(project: Project, unit: Unit, callee: s.Value) -> Flushing | None:
    """``track(…)``: the ``flush`` of what the name is taken from, the SDK or a client."""
    start = _declared_at(unit, callee)
    taken = next((one for one in _destructured(unit) if one.start <= start < one.end), None)
    for name, binding, found in _module_names(project, unit):
        if isinstance(found, SdkFunction) and _is_flush(found):
            declared = unit.module.bindings[binding]
            if taken is None or taken.start <= declared.start < taken.end:
                return Flushing(name, awaitable=found.awaitable)
    statement: s.Node | None = taken or _import_statement(project, unit)
    return _added(unit, statement, Flushing("flush")) if statement is not None else None


def _declared_at(unit: Unit, name: s.Value) -> int:
    """The byte at which a name is declared, or -1."""
    if not isinstance(name, s.Name) or name.binding < 0:
        return -1
    return unit.module.bindings[name.binding].start


def _is_bare(location: Location) -> bool:
    """Whether the send is a call of the SDK's own function, not of a client."""
    call = location.unit.call_at(location.start, location.end)
    return call is not None and isinstance(call.callee, s.Name)


def _import_statement(project: Project, unit: Unit) -> s.Import | None:
    """The statement that imports names from the SDK and can take one more."""
    for one in unit.module.imports:
        package = package_specifier(one.module)
        sdk = package == surface.NODE_PACKAGE or package in project.program.python_modules
        if sdk and one.kind == "static" and not one.type_only and one.name not in ("*", "default"):
            return one
    return None


# --- what a wrapper offers ------------------------------------------------------------------------


def _offered(project: Project, unit: Unit, location: Location) -> Flushing | None:
    """The flush that the wrapper itself offers, where the file knows only the wrapper: of the same
    object, or of the same module."""
    call = unit.call_at(location.start, location.end)
    if call is None:
        return None
    if isinstance(call.callee, s.Member):
        name = written(call.callee.object)
        holder = project.program.resolve(unit, call.callee.object)
        found = _the_flush(project, _members(project, holder)) if name else None
        return found and replace(found, expression=f"{name}.{found.expression}")
    if not isinstance(call.callee, s.Name):
        return None
    one = unit.imports.get(call.callee.binding)
    if one is not None and one.kind == "static":
        statement: s.Node | None = one
        module = project.program.module(unit, one.module)
    else:
        start = unit.module.bindings[call.callee.binding].start
        held = (it for it in _destructured(unit) if it.start <= start < it.end)
        bound = next(held, None)
        statement = bound
        module = project.program.resolve(unit, bound.value) if bound is not None else None
    offers = _members(project, module)
    found = _the_flush(project, offers)
    if statement is None or found is None:
        return None
    for name, binding, entity in _module_names(project, unit):
        start = unit.module.bindings[binding].start
        same = isinstance(statement, s.Import) or statement.start <= start < statement.end
        if same and entity == offers[found.expression]:
            return replace(found, expression=name)
    return _added(unit, statement, found)


def _the_flush(project: Project, offers: dict[str, Offer]) -> Flushing | None:
    """The one of ``offers`` that only flushes: on every path, without needing an argument."""
    found: dict[Offer, Flushing] = {}
    for name, offer in offers.items():
        if offer in found:
            continue
        if isinstance(offer, SdkFunction):
            if _is_flush(offer):
                found[offer] = Flushing(name, awaitable=offer.awaitable)
        elif only_flushes(project, offer):
            found[offer] = Flushing(name, awaitable=offer.function.is_async)
    return next(iter(found.values())) if len(found) == 1 else None


def only_flushes(project: Project, one: ProjectFunction) -> bool:
    """Whether a call without arguments flushes on every path, and sends nothing."""
    needed = [given for given in one.function.parameters if given.default is None]
    own = 1 if one.unit.python and one.function.owner >= 0 else 0
    summary = project.flow.summary(one)
    return summary.flushes == "always" and summary.leaves is None and len(needed) == own


def _members(project: Project, holder: Resolved | None) -> dict[str, Offer]:
    """What can be taken from a module, an object or a class, by its name."""
    if isinstance(holder, Namespace):
        names = _exports(project, holder.unit)
    elif isinstance(holder, Instance | ProjectClass):
        static = isinstance(holder, ProjectClass)
        declared = holder.unit.module.classes[holder.index].members
        names = [one.name for one in declared if one.function >= 0 and one.static == static]
    elif isinstance(holder, KnownValue) and isinstance(holder.value, s.Object):
        names = [one.key for one in holder.value.entries if one.key is not None]
    else:
        return {}
    found = {one: project.program.member(holder, one) for one in names if _is_public(one)}
    return {
        name: entity
        for name, entity in found.items()
        if isinstance(entity, Offer) and _is_own(holder, entity)
    }


def _is_own(holder: Resolved | None, entity: Offer) -> bool:
    """Whether a module means to pass it on: a Python module's imports are its own affair, but for
    those of a package's file."""
    if not isinstance(holder, Namespace) or not holder.unit.python:
        return True
    here = isinstance(entity, ProjectFunction) and entity.unit is holder.unit
    return here or holder.unit.path.rpartition("/")[2] == _PACKAGE


def _exports(project: Project, unit: Unit) -> list[str]:
    """The names that a module exports, also through modules that it passes on as a whole."""
    if unit.python:
        return [*unit.globals, *_python_star_names(project, unit)]
    passed = project.program.stars(unit)
    names = [name for name in passed.holders if name != "="]
    for one in passed.open:
        whole = None if isinstance(one, SdkObject) else project.program.exported(one, "=")
        names += list(_members(project, whole)) if isinstance(whole, KnownValue) else []
    return names


def _python_star_names(project: Project, unit: Unit) -> list[str]:
    modules = (project.program.module(unit, one.module) for one in unit.everything)
    return [name for one in modules if isinstance(one, Namespace) for name in one.unit.globals]


def _is_public(name: str) -> bool:
    return name.isidentifier() and not name.startswith("_") and name != "default"


def _is_flush(one: SdkFunction) -> bool:
    return (one.sdk, one.name) == ("node", "flush")


# --- this file ------------------------------------------------------------------------------------


def _added(unit: Unit, statement: s.Node, found: Flushing) -> Flushing | None:
    """``found``, with its name added to an import; None where the name is taken."""
    if found.expression in unit.named:
        return None
    edit = ImportName(unit.path, statement.start, statement.end, found.expression)
    return replace(found, edits=(edit,))


def _module_names(project: Project, unit: Unit) -> Iterator[tuple[str, int, Resolved | None]]:
    """The names of the top level that hold something from elsewhere, their bindings, and what they
    mean."""
    for index, binding in enumerate(unit.module.bindings):
        if binding.owner == 0 and binding.kind in ("import", "variable"):
            yield binding.name, index, project.program.binding(unit, index)


def _destructured(unit: Unit) -> Iterator[s.Assign]:
    """``const { a, b } = …`` at the top level."""
    for statement in unit.module.functions[0].body:
        if isinstance(statement, s.Assign) and isinstance(statement.target, s.Object):
            yield statement
