"""The linked project: follows a name to what it means, through bindings, imports and returns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property

from mmlint.model import syntax as s
from mmlint.model.facts import FileFacts
from mmlint.model.limits import Limits, Question
from mmlint.model.walk import parts, statements
from mmlint.project.modules.resolution import Resolution
from mmlint.project.semantic.absence import agreed, is_nothing
from mmlint.project.semantic.arguments import (
    completed,
    direct,
    makes_partial,
    substitution_of,
    with_given,
)
from mmlint.project.semantic.call_graph import Call as Call
from mmlint.project.semantic.call_graph import CallGraph
from mmlint.project.semantic.entity import (
    HERE,
    NOTHING,
    BoundMethod,
    External,
    Global,
    Instance,
    KnownValue,
    Namespace,
    Parameter,
    PassedValue,
    ProjectClass,
    ProjectFunction,
    Resolved,
    SdkClass,
    SdkFunction,
    SdkObject,
    Substitution,
)
from mmlint.project.semantic.foreign import speaks_of_snippet
from mmlint.project.semantic.lookup import MAX_DEPTH
from mmlint.project.semantic.members import MemberLookup, receiver
from mmlint.project.semantic.modules import ModuleGraph
from mmlint.project.semantic.stars import Stars
from mmlint.project.semantic.unit import Definition, Path, Unit
from mmlint.sdk import surface
from mmlint.sdk.keys import redact

MAX_STEPS = 500
"""How many expressions are looked at for the sake of one, before the answer is *unknown*."""


MAX_HANDED = 3
"""How many functions may hand a client on to each other."""


Key = int | str | tuple[int | str, ...]
"""An expression of a unit: a variable's binding, a global's name; either of them with the names of
members behind it, the last one first; or the bytes where anything else stands."""


class Program:
    """All units of a project. Answers are pure and memoised; nothing is read from disk.

    ``files``: path to facts. ``tests``: paths of test files (their sends are ignored).
    ``python_modules``: modules whose objects count as a Python SDK.
    """

    def __init__(
        self,
        files: Mapping[str, FileFacts],
        *,
        tests: frozenset[str] = frozenset(),
        python_modules: Iterable[str] = surface.PYTHON_MODULES,
        resolution: Resolution | None = None,
    ) -> None:
        self.files = files
        self.python_modules = frozenset(python_modules)
        self.units = [
            Unit(path, module, number, path in tests)
            for path, facts in sorted(files.items())
            for number, module in enumerate(facts.modules)
        ]
        self.resolution = resolution or Resolution(frozenset(files))
        self._modules = ModuleGraph(self, self.units, self.resolution, self.python_modules)
        self._members = MemberLookup(self, self._modules)
        self._known: defaultdict[Unit, dict[Key, Resolved | None]] = defaultdict(dict)
        self._globals: dict[Key, Resolved | None] = {}
        self.handed: dict[tuple[int, int, int], Resolved] = {}
        self.limits = Limits()
        self.looked_at = 0
        self._question: Question | None = None

    # --- all calls -------------------------------------------------------------------------------

    @property
    def calls(self) -> list[Call]:
        """Every call of every unit with its callee resolved, in path and source order."""
        return self.call_graph.every

    @cached_property
    def call_graph(self) -> CallGraph:
        """The calls by what they call. Once they are known, so is what parameters are always
        handed; that may tell more."""
        found = CallGraph(self._every_call())
        for _ in range(MAX_HANDED):
            handed = self._always_handed(found.internal_calls)
            if handed == self.handed:
                return found
            self.handed = handed
            self._known.clear()
            found = CallGraph(self._every_call())
        return found

    def _every_call(self) -> list[Call]:
        found: list[Call] = []
        for unit in self.units:
            for site, call in unit.calls:
                callee = self.resolve(unit, call.callee)
                if type(callee) in _INDIRECT or (type(callee) is External and callee.given):
                    callee, call = self.called(unit, call)
                found.append(Call(unit, site, call, callee))
        return found

    def _always_handed(self, calls: list[Call]) -> dict[tuple[int, int, int], Resolved]:
        """Parameters for which every call passes the same client, or an object of one class."""
        given: dict[tuple[int, int, int], list[PassedValue | None]] = {}
        for call in calls:
            callee = constructor(call.callee)
            if isinstance(callee, ProjectFunction) and not call.unit.test:
                for key, passed in self.substitution(call.unit, call.call, callee):
                    given.setdefault(key, []).append(passed)
        same = {key: agreed(map(self._object, every)) for key, every in given.items()}
        return {key: one for key, one in same.items() if one is not None}

    def _object(self, passed: PassedValue | None) -> Resolved | None:
        """What is passed, where that is a client or an object of a class."""
        if passed is None or not isinstance(passed.value, s.Name | s.Member | s.Call | s.Await):
            return None
        found = self.resolve(passed.unit, passed.value, passed.substitution)
        return found if isinstance(found, SdkObject | Instance) else None

    def called(
        self, unit: Unit, call: s.Call, substitution: Substitution = NOTHING, depth: int = 0
    ) -> tuple[Resolved | None, s.Call]:
        """Return what ``call`` calls, and the call as if it did so directly: ``fn.call(self, a)``
        is ``fn(a)``, and what a package's function was given before stands among the arguments."""
        found = self.resolve(unit, call.callee, substitution, depth)
        if isinstance(found, Namespace):
            found = self._modules.whole(found.unit, depth)
        if isinstance(found, BoundMethod):
            plain = direct(call, found)
            return (found, call) if plain is None else (found.function, plain)
        if isinstance(found, External) and found.given:
            return found, completed(unit, call, found)
        return found, call

    @property
    def outgoing(self) -> list[Call]:
        """The calls that may send something: those of the SDK, and of HTTP clients."""
        return self.call_graph.outgoing_calls

    @cached_property
    def callers(self) -> dict[ProjectFunction, list[Call]]:
        """Project function to the calls that reach it directly."""
        found: dict[ProjectFunction, list[Call]] = {}
        for call in self.call_graph.internal_calls:
            callee = constructor(call.callee)
            if isinstance(callee, ProjectFunction):
                found.setdefault(callee, []).append(call)
        return found

    # --- following names -------------------------------------------------------------------------

    def resolve(
        self, unit: Unit, value: s.Value, substitution: Substitution = NOTHING, depth: int = 0
    ) -> Resolved | None:
        """Return what ``value`` means, or None where it cannot be known."""
        asked, kind = self._question, type(value)
        if substitution or kind not in _NAMED:
            if asked is None and kind is s.Literal:
                return KnownValue(unit, value, substitution)
            if asked is not None:
                return self._within(asked, unit, value, substitution, depth)
            return self._asked(unit, value, substitution, depth)
        if asked is None and kind is s.Member:
            return self._chain(unit, value, depth)
        known, key = self._known[unit], _key(value)
        if asked is None and type(key) is str:
            return self._chain(unit, value, depth)
        if key in known:
            return known[key]
        if asked is None:
            found = known[key] = self._asked(unit, value, substitution, depth)
            return found
        known[key] = None  # a cycle is unknown
        found = known[key] = self._within(asked, unit, value, substitution, depth)
        if found is None and asked.stopped:
            del known[key]  # asked by itself, it may well be known
        return found

    def _chain(self, unit: Unit, value: s.Value, depth: int) -> Resolved | None:
        """What ``a.b.c`` means where it is asked for by itself.

        Most of a program's calls are of a few such chains, again and again: each is followed once
        for all its uses in a unit, and what begins with a global once for all units.
        """
        names: list[str] = []
        root = value
        while type(root) is s.Member:
            names.append(root.name)
            root = root.object
        first, known = _key(root), self._known[unit]
        key = _key(value) if isinstance(first, tuple) else (first, *names)
        if isinstance(first, str) and not unit.everything and _MINE.isdisjoint((first, *names)):
            known = self._globals
        if key in known:
            return known[key]
        asked = self._question = Question(unit.path, unit.number, value.start, value.end)
        asked.steps = len(names)
        deepest = depth + len(names)
        try:
            self._begin(unit, root, depth)
            near = deepest <= MAX_DEPTH
            found = self.resolve(unit, root, NOTHING, deepest) if near else self.stop()
            for number, name in enumerate(reversed(names)):
                found = self._modules.taken(unit, found, name, deepest - number)
        finally:
            self._question = None
        if not asked.stopped:  # which is told for each of the places
            known[key] = found
        return found

    def _asked(
        self, unit: Unit, value: s.Value, substitution: Substitution, depth: int
    ) -> Resolved | None:
        """Follow ``value`` as a question of its own."""
        self._question = Question(unit.path, unit.number, value.start, value.end)
        try:
            if not substitution:
                self._begin(unit, value, depth)
            return self._within(self._question, unit, value, substitution, depth)
        finally:
            self._question = None

    def _begin(self, unit: Unit, value: s.Value, depth: int) -> None:
        """Follow the beginnings of a long chain of calls, from its root on: where each is known
        from the one before, no depth is spent on the length of the chain."""
        links: list[s.Value] = []
        while isinstance(value, (s.Member, s.Call)):
            value = value.object if isinstance(value, s.Member) else value.callee
            links.append(value)
        for one in reversed(links[_LINKS::_LINKS]):
            self.resolve(unit, one, NOTHING, depth)

    def _within(
        self, asked: Question, unit: Unit, value: s.Value, substitution: Substitution, depth: int
    ) -> Resolved | None:
        """Follow ``value``, unless that would be too far or too much for one question."""
        asked.steps += 1
        self.looked_at += 1
        if depth > MAX_DEPTH or asked.steps > MAX_STEPS:
            return self.stop()
        return self._follow(unit, value, substitution, depth)

    def stop(self) -> Resolved | None:
        """Note that a limit ended the present question, and return its answer: unknown."""
        if self._question is not None:
            self._question.stopped = True
            self.limits.hit("names", self._question.place)
        return None

    def _follow(
        self, unit: Unit, value: s.Value, substitution: Substitution, depth: int
    ) -> Resolved | None:
        if type(value) in _WRITTEN:
            return KnownValue(unit, value, substitution)
        if isinstance(value, s.Name):
            return self._name(unit, value, substitution, depth + 1)
        if isinstance(value, s.Member):
            found = self.resolve(unit, value.object, substitution, depth + 1)
            return self._modules.taken(unit, found, value.name, depth + 1)
        if isinstance(value, s.Call):
            return self._result(unit, value, substitution, depth + 1)
        if isinstance(value, s.Await):
            return self.resolve(unit, value.value, substitution, depth + 1)
        if isinstance(value, s.Lambda):
            return ProjectFunction(unit, value.function)
        if isinstance(value, s.ClassValue):
            return ProjectClass(unit, value.index)
        if isinstance(value, s.Choice):
            return self._choice(unit, value, substitution, depth + 1)
        if isinstance(value, s.Operation) and value.operator in ("=", ":=", "??=", "||=", ","):
            return self.resolve(unit, value.operands[-1], substitution, depth + 1)
        if isinstance(value, s.Template) or _joins(value):
            text = self._joined(unit, value, substitution, depth + 1)
            if text is not None or isinstance(value, s.Template):
                return KnownValue(unit, text or value, substitution)
        return None

    def _choice(
        self, unit: Unit, value: s.Choice, substitution: Substitution, depth: int
    ) -> Resolved | None:
        """A choice is known where all options agree, or where it fills in a missing SDK client."""
        found: list[Resolved | None] = []
        for option in value.options:
            entity = self.resolve(unit, option, substitution, depth)
            if isinstance(entity, SdkObject | SdkFunction):
                return entity
            found.append(entity)
        return agreed(found)

    def _name(
        self, unit: Unit, name: s.Name, substitution: Substitution, depth: int
    ) -> Resolved | None:
        if name.binding < 0:
            if name.name == "super" and not unit.python:
                return self._members.parent(unit, name.start, depth)
            if name.name == "this":
                owner = unit.self_class(name, unit.function_at(name.start))
                if owner >= 0:
                    return Instance(unit, owner)
            if unit.everything:
                given = self._modules.from_star(unit, name.name, depth)
                return Global((name.name,)) if given is None else given
            mine = name.name == surface.BROWSER_GLOBAL and not unit.python
            if mine and not self._has_snippet:
                return None
            if mine:
                return self._modules.own_global(unit, SdkObject("browser"), Global(("window",)))
            return Global((name.name,))
        return self.binding(unit, name.binding, substitution, depth)

    @cached_property
    def _has_snippet(self) -> bool:
        """Whether the project loads the snippet or reads its ``window.mm`` anywhere: what nothing
        binds and is called ``mm`` is the snippet's only then."""
        tagged = any(facts.tags for facts in self.files.values())
        return tagged or any(speaks_of_snippet(unit) for unit in self.units if not unit.python)

    def binding(
        self, unit: Unit, index: int, substitution: Substitution = NOTHING, depth: int = 0
    ) -> Resolved | None:
        """Return what the binding ``index`` of ``unit`` holds."""
        if depth > MAX_DEPTH:
            return self.stop()
        binding = unit.module.bindings[index]
        if binding.kind == "import":
            return self._modules.imported(unit, unit.imports.get(index), depth)
        if binding.kind == "function":
            return ProjectFunction(unit, binding.target)
        if binding.kind == "class":
            return ProjectClass(unit, binding.target)
        if binding.kind == "parameter":
            return self._parameter(unit, index, substitution, depth)
        if binding.kind == "variable" and index not in unit.loop_bindings:
            return self.variable(unit, unit.definitions.get(index, []), substitution, depth)
        return None

    def variable(
        self, unit: Unit, definitions: list[Definition], substitution: Substitution, depth: int
    ) -> Resolved | None:
        """Return what a variable with these ``definitions`` means: it is known where every value
        that it is ever given means the same.

        Empty first values (``let client = null``) do not count: they wait for the real one.
        """
        waits = len(definitions) > 1
        return agreed(
            self._at(self.resolve(unit, one.value, substitution, depth), one.path, depth)
            for one in definitions
            if not (waits and is_nothing(one.value))
        )

    def _at(self, entity: Resolved | None, path: Path, depth: int) -> Resolved | None:
        for key in path:
            if key == "?":
                continue
            entity = self.member(entity, key, depth)
        return entity

    def _parameter(
        self, unit: Unit, index: int, substitution: Substitution, depth: int
    ) -> Resolved | None:
        place = unit.parameters.get(index)
        if place is None:
            return None
        function, number, path = place
        declared = unit.module.functions[function]
        key = (id(unit), function, number)
        for known, passed in substitution:
            if known == key:
                if passed is None:
                    return None
                entity = self.resolve(passed.unit, passed.value, passed.substitution, depth)
                return self._at(entity, path, depth)
        found = receiver(unit, function, number)
        if found is None:
            found = self._members.declared(unit, declared.parameters[number], depth)
        if found is None:
            found = self.handed.get(key)
        if found is not None:
            return self._at(found, path, depth)
        return Parameter(unit, function, number, path)

    def _joined(
        self, unit: Unit, value: s.Value, substitution: Substitution, depth: int
    ) -> s.Literal | None:
        """The one text that a template or ``a + b`` is, where all its parts are known texts."""
        texts: list[str] = []
        for part in parts(value):
            found = self.resolve(unit, part, substitution, depth)
            literal = found.value if isinstance(found, KnownValue) else None
            if not isinstance(literal, s.Literal) or not isinstance(literal.value, str):
                return None
            texts.append(literal.value)
        return s.Literal(value.start, value.end, redact("".join(texts)))

    # --- members and results ---------------------------------------------------------------------

    def member(self, entity: Resolved | None, name: str, depth: int = 0) -> Resolved | None:
        """Return what ``entity.name`` means."""
        return self._members.member(entity, name, depth)

    def _result(
        self, unit: Unit, call: s.Call, substitution: Substitution, depth: int
    ) -> Resolved | None:
        callee, call = self.called(unit, call, substitution, depth)
        if isinstance(callee, BoundMethod):
            return with_given(callee.function, unit, call.arguments[1:], substitution)
        if makes_partial(callee) and call.arguments:
            function = self.resolve(unit, call.arguments[0].value, substitution, depth)
            made = with_given(function, unit, call.arguments[1:], substitution)
            if made is not None:
                return made
        if isinstance(callee, SdkClass):
            return SdkObject(callee.sdk)
        if isinstance(callee, SdkFunction):
            return SdkObject(callee.sdk) if callee.makes_client(unit.python) else None
        if isinstance(callee, ProjectClass):
            return Instance(callee.unit, callee.index)
        if isinstance(callee, ProjectFunction):
            return self._returned(unit, call, callee, substitution, depth)
        if isinstance(callee, Global):
            return self._global_result(unit, call, callee, substitution, depth)
        if isinstance(callee, External):
            return External(callee.module, (*callee.path, "()"))
        return None

    def _global_result(
        self, unit: Unit, call: s.Call, callee: Global, substitution: Substitution, depth: int
    ) -> Resolved | None:
        first = call.arguments[0].value if call.arguments else None
        if callee.path in (("require",), ("import",)) and isinstance(first, s.Literal):
            return self.module(unit, str(first.value))
        if callee.path == ("super",) and unit.python:
            return self._members.parent(unit, call.start, depth)
        if callee.path in (("Object", "freeze"), ("Object", "seal")) and first is not None:
            return self.resolve(unit, first, substitution, depth)
        return Global((*callee.path, "()"))

    def _returned(
        self,
        unit: Unit,
        call: s.Call,
        callee: ProjectFunction,
        substitution: Substitution,
        depth: int,
    ) -> Resolved | None:
        """What a project function returns, where all its returns mean the same."""
        if callee.function.is_generator:
            return None
        inner = self.substitution(unit, call, callee, substitution)
        return agreed(
            self.resolve(callee.unit, statement.value, inner, depth + 1)
            for statement in statements(callee.function.body)
            if isinstance(statement, s.Return) and statement.value is not None
        )

    def substitution(
        self, unit: Unit, call: s.Call, callee: ProjectFunction, outer: Substitution = NOTHING
    ) -> Substitution:
        """Return what each parameter of ``callee`` stands for in ``call``."""
        return substitution_of(unit, call, callee, outer)

    # --- modules --------------------------------------------------------------------------------

    def module(self, unit: Unit, specifier: str) -> Resolved | None:
        """Return what the module ``specifier`` means when ``unit`` imports it."""
        return self._modules.module(unit, specifier)

    def exported(self, unit: Unit, name: str) -> Resolved | None:
        """Return what ``unit`` exports under ``name``."""
        return self._modules.exported(unit, name)

    def holder(self, unit: Unit, name: str) -> Unit | None:
        """Return the JavaScript unit that exports ``name`` by itself where ``unit`` exports it."""
        return self._modules.holder(unit, name)

    def stars(self, unit: Unit) -> Stars:
        """Return what the JavaScript ``unit`` passes on as a whole."""
        return self._modules.stars(unit)

    # --- small questions -------------------------------------------------------------------------

    def text(
        self, unit: Unit, value: s.Value, substitution: Substitution = NOTHING
    ) -> tuple[str, Unit, s.Literal] | None:
        """Return the string that ``value`` certainly is, and the literal it stands in."""
        found = self.resolve(unit, value, substitution)
        if isinstance(found, ProjectClass):
            return None
        literal = found.value if isinstance(found, KnownValue) else None
        if isinstance(found, KnownValue) and isinstance(literal, s.Literal):
            return (literal.value, found.unit, literal) if isinstance(literal.value, str) else None
        return None


_WRITTEN = frozenset({s.Literal, s.Object, s.Sequence})
"""What is what is written there."""

_LINKS = 4
"""How many links of a chain of calls are followed at once."""
_NAMED = frozenset({s.Name, s.Member, s.Call})
"""What is looked up once and remembered; everything else says itself what it is."""


_INDIRECT = frozenset({Namespace, BoundMethod})
"""What may stand for something else where it is called."""


_MINE = frozenset({surface.BROWSER_GLOBAL})


def _key(value: s.Value) -> Key:
    """A name means the same wherever it stands in a unit, unless it means what is around it."""
    if type(value) is s.Name and value.name not in HERE:
        return value.binding if value.binding >= 0 else value.name
    return value.start, value.end


def _joins(value: s.Value) -> bool:
    return isinstance(value, s.Operation) and value.operator == "+"


def constructor(entity: Resolved | None) -> Resolved | None:
    """Return a class's constructor for the class itself, and every other entity unchanged."""
    if isinstance(entity, ProjectClass):
        index = entity.unit.constructors.get(entity.index)
        return entity if index is None else ProjectFunction(entity.unit, index)
    return entity
