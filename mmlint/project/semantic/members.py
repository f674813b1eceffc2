"""What members of objects mean: of classes and their instances, of object literals and lists."""

from __future__ import annotations

from mmlint.model import syntax as s
from mmlint.model.walk import statements
from mmlint.project.semantic.absence import agreed, is_nothing
from mmlint.project.semantic.entity import (
    NOTHING,
    BoundMethod,
    External,
    Global,
    Instance,
    KnownValue,
    Namespace,
    Parameter,
    ProjectClass,
    ProjectFunction,
    Resolved,
    SdkClass,
    SdkFunction,
    SdkObject,
)
from mmlint.project.semantic.lookup import MAX_DEPTH, Lookup
from mmlint.project.semantic.modules import ModuleGraph
from mmlint.project.semantic.unit import Unit
from mmlint.sdk import surface
from mmlint.sdk.methods import OWN_CLIENT

_COMPUTED = frozenset({"property", "cached_property"})


class MemberLookup:
    """Looks into objects. ``lookup``: follows the names in them; ``modules``: what they export."""

    def __init__(self, lookup: Lookup, modules: ModuleGraph) -> None:
        self._lookup = lookup
        self._modules = modules

    def member(self, entity: Resolved | None, name: str, depth: int = 0) -> Resolved | None:
        """Return what ``entity.name`` means."""
        if entity is None:
            return None
        if depth > MAX_DEPTH:
            return self._lookup.stop()
        if isinstance(entity, SdkObject):
            return entity.member(name)
        if isinstance(entity, External):
            if entity.path[-2:] == (surface.CLIENT_CLASS, "()"):
                return SdkFunction("node", name)
            return External(entity.module, (*entity.path, name))
        if isinstance(entity, Global):
            snippet = (*entity.path, name) == ("window", surface.BROWSER_GLOBAL)
            return SdkObject("browser") if snippet else Global((*entity.path, name))
        if isinstance(entity, Parameter):
            return Parameter(entity.unit, entity.function, entity.number, (*entity.path, name))
        if isinstance(entity, Namespace):
            found = self._modules.exported(entity.unit, name, depth + 1)
            return self._modules.submodule(entity.unit, name) if found is None else found
        if isinstance(entity, Instance | ProjectClass):
            return self._class_member(entity, name, depth + 1)
        if isinstance(entity, KnownValue):
            return self._known_member(entity, name, depth + 1)
        if isinstance(entity, SdkFunction | ProjectFunction) and name in ("bind", "call", "apply"):
            return None if entity.given else BoundMethod(entity, name)
        return None

    # --- classes ---------------------------------------------------------------------------------

    def declared(self, unit: Unit, parameter: s.Parameter, depth: int) -> Resolved | None:
        """Return what a parameter's type or its default says that it is: a client, or an object of
        a class of the project."""
        if parameter.annotation is None and parameter.default is None:
            return None
        words = (parameter.annotation or "").removesuffix(" | None").strip("'\" ").split(".")
        if words[-1] == surface.CLIENT_CLASS:
            return SdkObject("node")
        index = unit.globals.get(words[0], -1)
        if index >= 0:
            found = self._lookup.binding(unit, index, NOTHING, depth + 1)
            for word in words[1:]:
                found = self.member(found, word, depth + 1)
            if isinstance(found, ProjectClass):
                return Instance(found.unit, found.index)
            if isinstance(found, SdkClass):
                return SdkObject(found.sdk)
        default = parameter.default
        if isinstance(default, s.Call | s.Name | s.Member):
            given = self._lookup.resolve(unit, default, NOTHING, depth + 1)
            if isinstance(given, SdkObject | Instance):
                return given
        return None

    def parent(self, unit: Unit, offset: int, depth: int) -> Resolved | None:
        """Return what ``super`` is at the byte ``offset``: an object of the first base class."""
        functions = unit.module.functions
        index = unit.function_at(offset)
        while index > 0 and functions[index].owner < 0:
            index = functions[index].parent
        owner = functions[index].owner
        bases = unit.module.classes[owner].bases if owner >= 0 else ()
        base = self._lookup.resolve(unit, bases[0], NOTHING, depth + 1) if bases else None
        return Instance(base.unit, base.index) if isinstance(base, ProjectClass) else None

    def _method(self, unit: Unit, index: int, depth: int) -> Resolved | None:
        """A method; or, where reading it calls it (a getter, a property), what it returns."""
        declared = unit.module.functions[index]
        if declared.kind != "getter" and not _COMPUTED & _decorators(declared):
            return ProjectFunction(unit, index)
        return agreed(
            self._lookup.resolve(unit, one.value, NOTHING, depth + 1)
            for one in statements(declared.body)
            if isinstance(one, s.Return) and one.value is not None
        )

    def _class_member(
        self, entity: Instance | ProjectClass, name: str, depth: int
    ) -> Resolved | None:
        declared = entity.unit.module.classes[entity.index]
        if name in OWN_CLIENT and _is_client(entity.unit, declared):
            method = next(one.function for one in declared.members if one.name == name)
            if name == "track" and _names_endpoint(entity.unit, method):
                return ProjectFunction(entity.unit, method)  # it sends at once: nothing is queued
            return SdkFunction("node", name, entity.unit.module.functions[method].is_async)
        members = entity.unit.members(entity.index, name)
        for member in members:
            if member.function >= 0:
                return self._method(entity.unit, member.function, depth)
        for member in members:
            if member.value is not None and not is_nothing(member.value):
                found = self._lookup.resolve(entity.unit, member.value, NOTHING, depth)
                if found is not None:
                    return found
        writes = entity.unit.field_writes.get((entity.index, name), [])
        found = self._lookup.variable(entity.unit, writes, NOTHING, depth)
        if found is not None:
            return found
        for parent in declared.bases:
            base = self._lookup.resolve(entity.unit, parent, NOTHING, depth)
            if isinstance(base, ProjectClass) and base != entity:
                inherited = (
                    self._class_member(Instance(base.unit, base.index), name, depth + 1)
                    if depth < MAX_DEPTH
                    else None
                )
                if inherited is not None:
                    return inherited
        return _parameter_property(entity, name)

    def _known_member(self, entity: KnownValue, name: str, depth: int) -> Resolved | None:
        """The part of a known object or list; unknown where a spread may have replaced it."""
        unit, value, substitution = entity.unit, entity.value, entity.substitution
        if isinstance(value, s.Object):
            for entry in unit.spread_out(value, name):
                if entry.key == name:
                    return self._lookup.resolve(unit, entry.value, substitution, depth)
                if entry.kind == "spread":
                    spread = self._lookup.resolve(unit, entry.value, substitution, depth)
                    found = self.member(spread, name, depth)
                    if found is not None:
                        return found
                    if not isinstance(spread, KnownValue):
                        return None
        if isinstance(value, s.Literal) and name == "value" and unit.python:
            return entity  # a member of an Enum
        if isinstance(value, s.Sequence) and name.isdigit() and int(name) < len(value.items):
            return self._lookup.resolve(unit, value.items[int(name)], substitution, depth)
        return None


def receiver(unit: Unit, function: int, number: int) -> Resolved | None:
    """Return what a method's first parameter is in Python: the object, or the class."""
    declared = unit.module.functions[function]
    if not unit.python or number or declared.owner < 0 or declared.kind == "function":
        return None
    names = _decorators(declared)
    if "staticmethod" in names:
        return None
    of_class = "classmethod" in names
    kind = ProjectClass if of_class else Instance
    return kind(unit, declared.owner)


def _is_client(unit: Unit, declared: s.Class) -> bool:
    """Whether a Python class is a client of its own: ``track`` and ``flush``, and a method that
    names the API's path. There is no official Python SDK, so teams write this class."""
    if not unit.python:
        return False
    methods = {one.name: one.function for one in declared.members if one.function >= 0}
    if not methods.keys() >= OWN_CLIENT:
        return False
    return declared.name == surface.CLIENT_CLASS or any(
        _names_endpoint(unit, index) for index in methods.values()
    )


def _parameter_property(entity: Instance | ProjectClass, name: str) -> Resolved | None:
    """``constructor(private client: MillimetricClient)`` declares a field (TypeScript)."""
    unit = entity.unit
    index = unit.constructors.get(entity.index)
    for parameter in unit.module.functions[index].parameters if index is not None else ():
        if parameter.name == name and parameter.annotation == surface.CLIENT_CLASS:
            return SdkObject("node")
    return None


def _names_endpoint(unit: Unit, function: int) -> bool:
    """Whether the path of the API that takes events is written in the function itself."""
    return any(
        isinstance(value, s.Literal) and str(value.value).endswith(surface.SEND_PATHS)
        for value in unit.values(function)
    )


def _decorators(function: s.Function) -> set[str]:
    return {one.name for one in function.decorators if isinstance(one, s.Name | s.Member)}
