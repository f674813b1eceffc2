"""Which parts of an event only the API reads, so that a fix may rename, move or remove them.

A function of the project reads its arguments by their names: what stands in a call of one, or in a
variable that one is handed, is that function's own API.
"""

from __future__ import annotations

from collections.abc import Callable

from mmlint.model import syntax as s
from mmlint.model.stretches import Stretches
from mmlint.project.events.sends import Send
from mmlint.project.semantic.entity import ProjectClass, ProjectFunction, SdkFunction
from mmlint.project.semantic.program import Call, Program
from mmlint.project.semantic.unit import Unit

MAX_VARIABLES = 24
"""How many variables are followed from one to the next."""

_WRITERS = frozenset({"assign", "update", "setdefault"})
"""Methods that write into an object: JavaScript's ``Object.assign``, Python's of a dict."""


class Escapes:
    """Answers for the ``sends`` of ``program``."""

    def __init__(self, program: Program, sends: tuple[Send, ...]) -> None:
        self.program = program
        self._sent: dict[Unit, list[s.Call]] = {}
        for send in sends:
            if send.via is None:
                self._sent.setdefault(send.unit, []).append(send.call)
        self._own = self._by_unit(_is_own_call)
        self._stretches: dict[tuple[Unit, bool], Stretches] = {}
        self._names: dict[Unit, dict[int, list[s.Name]]] = {}
        self._read: dict[Unit, dict[int, s.Member | s.Index]] = {}

    def is_private(self, send: Send, unit: Unit, offset: int, name: str) -> bool:
        """Whether nothing but the API can read the key ``name`` of ``send``, which stands at the
        byte ``offset`` of ``unit``, or its value."""
        inner = send.inner
        around = unit.function_at(offset)
        if unit is not inner.unit or not unit.is_inside(inner.site.function, around):
            return False
        return self._is_sent(unit, offset, name, set())

    def _is_sent(self, unit: Unit, offset: int, name: str, seen: set[int]) -> bool:
        if self._in_own_call(unit, offset):
            return False
        if self._call_at(unit, offset, sent=True) is not None:
            return True
        found = unit.statement_at(offset)
        target = _target(found[0]) if found is not None else None
        return isinstance(target, s.Name) and self._is_kept(unit, target.binding, name, seen)

    def _is_kept(self, unit: Unit, binding: int, name: str, seen: set[int]) -> bool:
        """Whether the variable leads to sends alone, and nothing reads its key ``name``."""
        if binding in seen:
            return True
        seen.add(binding)
        if binding < 0 or len(seen) > MAX_VARIABLES or _is_shared(unit, binding):
            return False
        return all(
            self._is_harmless(unit, one, name, seen) for one in self._names_of(unit, binding)
        )

    def _is_harmless(self, unit: Unit, one: s.Name, name: str, seen: set[int]) -> bool:
        """Whether this mention of a variable writes to it, or sends it."""
        found = unit.statement_at(one.start)
        target = _target(found[0]) if found is not None else None
        if target is not None and (target.start, target.end) == (one.start, one.end):
            return True
        reader = self._readers(unit).get(one.start)
        if isinstance(reader, s.Index):
            return False
        if isinstance(reader, s.Member) and reader.name == name:
            return False
        return self._is_sent(unit, one.start, name, seen)

    # --- calls -----------------------------------------------------------------------------------

    def _in_own_call(self, unit: Unit, offset: int) -> bool:
        """Whether the byte stands among the arguments of a project function's call, other than in
        a function that is handed over."""
        call = self._call_at(unit, offset, sent=False)
        return call is not None and unit.function_at(call.start) == unit.function_at(offset)

    def _call_at(self, unit: Unit, offset: int, *, sent: bool) -> s.Call | None:
        """Return the innermost call whose arguments hold the byte: one that sends, or one of the
        project's functions."""
        calls = (self._sent if sent else self._own).get(unit, [])
        key = (unit, sent)
        if key not in self._stretches:
            self._stretches[key] = Stretches([(one.callee.end, one.end) for one in calls])
        at = self._stretches[key].at(offset)
        return calls[at] if at >= 0 else None

    def _by_unit(self, holds: Callable[[Call], bool]) -> dict[Unit, list[s.Call]]:
        found: dict[Unit, list[s.Call]] = {}
        for call in self.program.call_graph.of(ProjectFunction, ProjectClass, SdkFunction):
            if holds(call):
                found.setdefault(call.unit, []).append(call.call)
        return found

    # --- names -----------------------------------------------------------------------------------

    def _names_of(self, unit: Unit, binding: int) -> list[s.Name]:
        if unit not in self._names:
            found = self._names[unit] = {}
            for one in unit.every(s.Name):
                found.setdefault(one.binding, []).append(one)
        return self._names[unit].get(binding, [])

    def _readers(self, unit: Unit) -> dict[int, s.Member | s.Index]:
        """The start of each name that something is read of, to the expression that does so."""
        if unit not in self._read:
            members: list[s.Member | s.Index] = [*unit.every(s.Member), *unit.every(s.Index)]
            self._read[unit] = {
                one.object.start: one for one in members if isinstance(one.object, s.Name)
            }
        return self._read[unit]


def _is_own_call(call: Call) -> bool:
    """Whether a function or class of the project is called: also a method of a client class, which
    stands for the SDK's."""
    return not isinstance(call.callee, SdkFunction) or call.callee.awaitable is not None


def _target(statement: s.Statement) -> s.Value | None:
    """Return what a statement writes an object, or part of one, to."""
    if isinstance(statement, s.Assign):
        target = statement.target
        return target.object if isinstance(target, s.Member | s.Index) else target
    if isinstance(statement, s.ExpressionStatement) and isinstance(statement.value, s.Call):
        return _written_by(statement.value)
    return None


def _written_by(call: s.Call) -> s.Value | None:
    """Return the object that ``update``, ``setdefault`` or ``Object.assign`` writes to."""
    if not isinstance(call.callee, s.Member) or call.callee.name not in _WRITERS:
        return None
    if call.callee.name != "assign":
        return call.callee.object
    return call.arguments[0].value if call.arguments else None


def _is_shared(unit: Unit, binding: int) -> bool:
    """Whether other code may have the variable: it is exported, or a global of a Python module;
    or it is a parameter, or holds what something else gave to it."""
    declared = unit.module.bindings[binding]
    if declared.kind != "variable" or binding in unit.loop_bindings:
        return True
    if unit.python:
        return declared.owner == 0
    return any(one.binding == binding for one in unit.module.exports)
