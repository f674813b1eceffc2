"""Computes the worked example of the glossary: what each stage of a run says of one handler."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from mmlint.app.opening import open_session
from mmlint.app.request import Request
from mmlint.model import syntax as s
from mmlint.project.delivery.dump import trace
from mmlint.project.delivery.state import ENTRY, Exit, State, States, Summary
from mmlint.project.project import Project
from mmlint.project.semantic.entity import ProjectFunction
from mmlint.project.semantic.unit import Location, Unit

PLACES = frozenset({"start", "end", "name_start", "key_start", "scope_start", "scope_end"})
"""Fields that only say where something stands, and are left out."""

WIDTH = 52
"""Characters of source that a line of the example quotes at the most."""


class Example:
    """One project with one handler. ``handler``: the function's name."""

    def __init__(self, root: Path, path: str, handler: str) -> None:
        with open_session(Request(), None, start=root) as session:
            self.reported = session.result(session.lint({})).findings
            self.project: Project = session.linked()
        (self.unit,) = (one for one in self.project.program.units if one.path == path)
        self.source = (root / path).read_bytes()
        names = [one.name for one in self.unit.module.functions]
        self.index = names.index(handler)

    def facts(self) -> str:
        """Return the imports, bindings and exports, and the lowered statements that send or flush,
        each value on a line below what holds it."""
        module = self.unit.module
        declared: list[msgspec.Struct] = [*module.imports, *module.bindings, *module.exports]
        body = [
            one
            for one in module.functions[self.index].body
            if isinstance(one, s.ExpressionStatement)
        ]
        return "".join(f"{line}\n" for node in [*declared, *body] for line in _tree(node))

    def resolved(self) -> str:
        """Return what each callee of the handler resolves to."""
        lines = []
        for value in self.unit.values(self.index):
            if isinstance(value, s.Call):
                found = self.project.program.resolve(self.unit, value.callee)
                callee = self.source[value.callee.start : value.callee.end].decode()
                lines.append(f"{self.line(value.start)}: {callee:<14} {_entity(found)}\n")
        return "".join(lines)

    def states(self) -> str:
        """Return the states after each statement of the handler, in the order they are run."""
        lines = [f"   {'on entry':<{WIDTH}} {self.shown(ENTRY)}\n"]
        for step in trace(self.project.flow, self.unit, self.index).steps:
            quoted = f"{self.line(step.statement.start):>2} {self.quoted(step.statement):<{WIDTH}}"
            lines.append(f"{quoted} {self.shown(step.after)}\n")
        return "".join(lines)

    def exits(self) -> str:
        """Return the exits at which an event is still queued."""
        found = self.project.flow.delivery(self.unit, self.index)
        return "".join(f"{self._exit(one)}\n" for one in found.exits)

    def summary(self) -> str:
        """Return what callers see of the handler: the fields that differ from their defaults."""
        found = self.project.flow.summary(ProjectFunction(self.unit, self.index))
        changed = {
            field: value
            for field in Summary.__struct_fields__
            if (value := getattr(found, field)) != getattr(Summary(), field)
        }
        return "".join(f"{field}: {self._value(value)}\n" for field, value in changed.items())

    def evidence(self) -> str:
        """Return the runtime of the handler, with what proves it."""
        return f"{self.project.runtimes.of(self.unit, self.index)}\n"

    def findings(self) -> str:
        """Return the findings, without the wording of their messages."""
        lines = []
        for one in (each.finding for each in self.reported):
            lines.append(f"{one.code} {one.name}: line {self.line(one.place.start)}\n")
            lines += [f"related: line {self.line(other.place.start)}\n" for other in one.related]
            lines += [f"evidence: {sentence}\n" for sentence in one.evidence]
            if one.fix is not None:
                edits = ", ".join(
                    f"{type(edit).__name__} at line {self.line(edit.start)}"
                    for edit in one.fix.edits
                )
                lines.append(f"fix: {one.fix.safety}, {edits}\n")
        return "".join(lines)

    def line(self, offset: int) -> int:
        return self.source[:offset].count(b"\n") + 1

    def quoted(self, one: s.Node) -> str:
        """Return the first line of a statement, cut to what the example has room for."""
        text = self.source[one.start : one.end].decode().partition("\n")[0]
        return text if len(text) <= WIDTH else f"{text[: WIDTH - 1]}…"

    def shown(self, states: States) -> str:
        return " | ".join(sorted(map(self._state, states))) or "unreachable"

    def _state(self, one: State) -> str:
        places = ", ".join(
            f"line {self.line(location.start)}" for location in sorted(one.queued, key=_at)
        )
        callers = ", callers' events" if one.before else ""
        return f"queued: {places or 'nothing'}{callers}"

    def _exit(self, one: Exit) -> str:
        return f"{one.kind} on line {self.line(one.location.start)}, {self._state(one.state)}"

    def _value(self, value: object) -> str:
        return f"line {self.line(value.start)}" if isinstance(value, Location) else repr(value)


def _at(location: Location) -> int:
    return location.start


def _entity(found: object) -> str:
    """Return something that a name resolves to, without the fields that have their defaults."""
    if not isinstance(found, msgspec.Struct):
        return "unknown"
    given = [
        f"{name}={value.path!r}" if isinstance(value, Unit) else f"{name}={value!r}"
        for name, value in _changed(found)
    ]
    return f"{type(found).__name__}({', '.join(given)})"


def _changed(node: msgspec.Struct) -> Iterator[tuple[str, object]]:
    for field in msgspec.structs.fields(node):
        value = getattr(node, field.name)
        if field.name not in PLACES and (field.required or value != field.default):
            yield field.name, value


def _tree(node: msgspec.Struct, label: str = "", depth: int = 0) -> Iterator[str]:
    """Yield a line for a node, and more deeply indented ones for the nodes inside it."""
    own: list[str] = []
    inner: list[tuple[str, msgspec.Struct]] = []
    for name, value in _changed(node):
        parts = value if isinstance(value, tuple) else (value,)
        nodes = [one for one in parts if isinstance(one, msgspec.Struct)]
        inner += [(name, one) for one in nodes]
        if not nodes and value != ():
            own.append(f"{name}={value!r}")
    start, end = getattr(node, "start"), getattr(node, "end")  # noqa: B009
    words = [f"{label}:" if label else "", type(node).__name__, f"{start}–{end}", *own]
    yield "  " * depth + " ".join(word for word in words if word)
    for name, one in inner:
        yield from _tree(one, name, depth + 1)
