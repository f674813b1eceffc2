"""Everything known about one line, and the chain that leads to a verdict or to silence."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from mmlint.engine.explain.delivery import DeliveryExplanation
from mmlint.engine.lines import Lines
from mmlint.model.finding import Finding
from mmlint.project.events.sends import Send
from mmlint.project.project import Project
from mmlint.project.semantic.entity import (
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
from mmlint.project.semantic.program import Call, constructor
from mmlint.project.semantic.unit import Location, Unit
from mmlint.report.masking import mask
from mmlint.report.places import SourceText

_SDK = {"browser": "the browser SDK", "node": "the server SDK"}
_FLUSHES = {
    "always": "flushes on every path",
    "sometimes": "flushes on some paths",
    "never": "never flushes",
}


class LineExplanation:
    """Tells of single lines of ``project``. ``sources``: path to the bytes that were observed."""

    def __init__(self, project: Project, sources: dict[str, bytes]) -> None:
        self.project = project
        self.sources = sources
        self._lines: dict[str, Lines] = {}
        self.fates = DeliveryExplanation(project, self._place)

    def of(
        self, path: str, line: int, findings: list[Finding], column: int | None = None
    ) -> list[str]:
        """Return what is known of ``line`` (from 1) of ``path``, a sentence or list item a line;
        with ``column`` (from 1, in characters as in reports), of the calls there alone, if there
        are any."""
        if path not in self.project.files:
            return [f"{path} holds nothing that mmlint looks for: it was not parsed."]
        told = self._told(path, line, findings, column) or [
            "No Millimetric call, key or handler on this line."
        ]
        return [mask(one) for one in told]

    def whole(self, path: str, findings: list[Finding]) -> list[tuple[int, list[str]]]:
        """Return each line (from 1) of ``path`` of which something is known, with what it is."""
        starts = {self._line(path, one.place.start) for one in findings if one.place.path == path}
        starts |= {line for place, line in self._calls if place == path}
        starts |= {line for place, line in self._functions if place == path}
        starts |= {
            self._line(path, one.entry.start) for one in self.project.entries if one.path == path
        }
        told = ((line, self._told(path, line, findings, None)) for line in sorted(starts))
        return [(line, lines) for line, lines in told if lines]

    def _told(self, path: str, line: int, findings: list[Finding], column: int | None) -> list[str]:
        told = list(self._code(path, line, column))
        for carried in self.project.entries:
            if carried.path == path and self._line(path, carried.entry.start) == line:
                key = carried.entry.key
                held = f"holds {key.shown}" if key else f"value: {carried.entry.value}"
                told.append(f"environment entry {carried.entry.name} ({held})")
        told += [
            f"finding {one.code} {one.name}: {one.message}"
            for one in findings
            if one.place.path == path and self._line(path, one.place.start) == line
        ]
        return told

    # --- one line --------------------------------------------------------------------------------

    @cached_property
    def _calls(self) -> dict[tuple[str, int], list[Call]]:
        """The calls that begin on a line of a file."""
        found: dict[tuple[str, int], list[Call]] = {}
        for call in self.project.program.calls:
            path = call.unit.path
            found.setdefault((path, self._line(path, call.call.start)), []).append(call)
        return found

    @cached_property
    def _functions(self) -> dict[tuple[str, int], list[ProjectFunction]]:
        """The functions that begin on a line of a file."""
        found: dict[tuple[str, int], list[ProjectFunction]] = {}
        for unit in self.project.program.units:
            for index, function in enumerate(unit.module.functions[1:], 1):
                place = unit.path, self._line(unit.path, function.start)
                found.setdefault(place, []).append(ProjectFunction(unit, index))
        return found

    @cached_property
    def _sends(self) -> dict[tuple[int, int], list[Send]]:
        """The sends at a node of a unit."""
        found: dict[tuple[int, int], list[Send]] = {}
        for send in self.project.sends:
            found.setdefault((id(send.unit), send.node.start), []).append(send)
        return found

    def _code(self, path: str, line: int, column: int | None) -> Iterator[str]:
        calls = self._calls.get((path, line), [])
        functions = self._functions.get((path, line), [])
        if not calls and not functions:
            calls = self._around(path, line)
        if column is not None:
            at = SourceText(self.sources[path], carrier=False).offset(line, column)
            calls = [one for one in calls if one.call.start <= at < one.call.end] or calls
        for function in functions:
            yield from self._function(function.unit, function.index)
        seen = {(one.unit, one.index) for one in functions}
        for call in calls:
            index = call.unit.function_at(call.call.start)
            if (call.unit, index) not in seen:
                seen.add((call.unit, index))
                yield from self._function(call.unit, index)
            yield from self._call(call)
            yield from self.fates.of(call)
            for send in self._sends.get((id(call.unit), call.call.start), ()):
                yield from self._send(send)

    def _around(self, path: str, line: int) -> list[Call]:
        """Return the innermost call of which ``line`` is a part, in the same function."""
        self._line(path, 0)
        lines = self._lines[path]
        text = lines.data[lines.start(line) : lines.end(line)]
        at = lines.start(line) + len(text) - len(text.lstrip())
        found = [
            call
            for call in self.project.program.calls
            if call.unit.path == path
            and call.call.start <= at < call.call.end
            and call.unit.function_at(at) == call.unit.function_at(call.call.start)
        ]
        return sorted(found, key=lambda one: one.call.end - one.call.start)[:1]

    def _function(self, unit: Unit, index: int) -> Iterator[str]:
        name = unit.module.functions[index].name or "a function"
        where = f"{name}()" if index else "the top level"
        evidence = self.project.evidence(unit, index)
        side = self.project.side(unit) or "unknown"
        yield f"in {where}: runtime {evidence}; side: {side}"

    def _call(self, call: Call) -> Iterator[str]:
        text = self._text(call.unit, call.call.callee.start, call.call.callee.end)
        yield f"{text}() → {self._entity(call.callee)}"
        callee = constructor(call.callee)
        if not isinstance(callee, ProjectFunction):
            return
        summary = self.project.flow.summary(callee)
        awaited = ", and its promise must be awaited" if summary.promised else ""
        place = self._place(callee.unit, callee.function.start)
        if self.project.flow.mentions_flush(callee):
            yield f"  {place} {_FLUSHES[summary.flushes]}{awaited}"
        elif summary.leaves is not None:
            yield f"  {place} {_FLUSHES['never']}"
        if summary.leaves is not None:
            origin = self.project.flow.origin(summary.leaves)
            yield f"  leaves an event queued, sent at {self._location(origin)}"

    def _send(self, send: Send) -> Iterator[str]:
        name = f'"{send.name.text}"' if send.name else "an event whose name is unknown"
        yield f"sends {name} from the {send.side}" + (" (queued)" if send.queued else "")
        if send.via is not None:
            inner = send.inner
            yield f"  through {self._place(inner.unit, inner.node.start)}"
        if send.side == "server":
            fields = ", ".join(
                f"{key} ({one.presence})" for key, one in sorted(send.event.fields.items())
            )
            more = "; more fields are possible, so nothing is said of missing ones"
            yield f"  fields: {fields or 'none known'}{more if send.event.open else ''}"

    # --- words -----------------------------------------------------------------------------------

    def _entity(self, entity: Resolved | None) -> str:
        if isinstance(entity, SdkFunction):
            return f"{entity.name} of {_SDK[entity.sdk]}"
        if isinstance(entity, SdkObject | SdkClass):
            return f"a client of {_SDK[entity.sdk]}"
        if isinstance(entity, ProjectFunction):
            name = entity.function.name or "a function"
            given = f", with {len(entity.given)} arguments given before" if entity.given else ""
            return f"{name} at {self._place(entity.unit, entity.function.start)}{given}"
        if isinstance(entity, BoundMethod):
            return f"{entity.name} of {self._entity(entity.function)}"
        if isinstance(entity, ProjectClass | Instance):
            declared = entity.unit.module.classes[entity.index]
            return f"class {declared.name} at {self._place(entity.unit, declared.start)}"
        if isinstance(entity, External):
            return f"{'.'.join(entity.path).replace('.()', '()') or 'all'} of {entity.module}"
        if isinstance(entity, Global):
            return f"the platform's {'.'.join(entity.path).replace('.()', '()')}"
        if isinstance(entity, Parameter):
            return "whatever the caller passes"
        if isinstance(entity, Namespace):
            return f"the module {entity.unit.path}"
        return "a value" if isinstance(entity, KnownValue) else "unknown"

    def _text(self, unit: Unit, start: int, end: int) -> str:
        text = self.sources[unit.path][start:end].decode("utf-8", "replace")
        text = mask(" ".join(text.split()))
        return text if len(text) <= 60 else text[:57] + "…"

    def _location(self, location: Location) -> str:
        return self._place(location.unit, location.start)

    def _place(self, unit: Unit, offset: int) -> str:
        return f"{unit.path}:{self._line(unit.path, offset)}"

    def _line(self, path: str, offset: int) -> int:
        if path not in self._lines:
            self._lines[path] = Lines(self.sources.get(path, b""))
        return self._lines[path].line(offset)


def handlers(project: Project, sources: dict[str, bytes]) -> list[tuple[str, int, str, str, str]]:
    """Return each handler: path, line (from 1), name, runtime, evidence; in source order."""
    found: list[tuple[str, int, str, str, str]] = []
    for handler in project.handlers:
        unit, function = handler.function.unit, handler.function.function
        line = Lines(sources.get(unit.path, b"")).line(function.start)
        evidence = project.evidence(unit, handler.function.index)
        name = function.name or "(anonymous)"
        found.append((unit.path, line, name, evidence.runtime, evidence.why))
    return found
