"""Every tracked event of the project: SDK calls, plain HTTP, batch entries, calls of wrappers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from mmlint.model import syntax as s
from mmlint.model.limits import Limit
from mmlint.model.walk import inside
from mmlint.project.entity import (
    NOTHING,
    Environment,
    Known,
    Parameter,
    ProjectFunction,
    SdkFunction,
)
from mmlint.project.http import Request, request
from mmlint.project.program import Call, Program, constructor
from mmlint.project.shape import Field, Shape, Shapes
from mmlint.project.sides import Side
from mmlint.project.unit import Site, Unit

MAX_WRAPPERS = 6
"""How many wrappers around each other are followed."""

MAX_SENDS = 50_000
"""How many sends one project may have, calls of wrappers included."""


@dataclass(frozen=True)
class EventName:
    """A name that is certainly known, and the literal it is written as."""

    text: str
    unit: Unit
    literal: s.Literal


@dataclass(frozen=True)
class Send:
    """One tracked event.

    ``node``: what a finding points at (the call, or the entry of a batch).
    ``via``: the inner send, where this is the call of a wrapper.
    ``through``: how it is sent; ``queued`` sends need a flush.
    ``decided_by_caller``: names of fields (``*`` for any) whose value a caller passes in.
    """

    unit: Unit
    site: Site
    call: s.Call
    node: s.Node
    side: Literal["browser", "server"]
    through: Literal["sdk", "http", "batch"]
    name: EventName | None
    event: Shape
    decided_by_caller: frozenset[str]
    via: Send | None = None

    @property
    def queued(self) -> bool:
        return self.through == "sdk" and self.side == "server"

    @property
    def names_event(self) -> bool:
        """Whether the event's name is decided here, not already in the wrapper that is called."""
        return self.via is None or self.via.name is None

    @property
    def inner(self) -> Send:
        """The send that really happens: at the end of the chain of wrappers."""
        return self.via.inner if self.via else self

    def goes_through(self, call: s.Call) -> bool:
        """Whether this send is ``call``, or one inside it is."""
        return self.call is call or (self.via is not None and self.via.goes_through(call))

    def field(self, name: str) -> Field | None:
        return self.event.fields.get(name)


class Sends:
    """Finds the sends of ``program``; ``side_of`` says where a unit's code runs."""

    def __init__(self, program: Program, side_of: Callable[[Unit], Side | None]) -> None:
        self.program = program
        self.shapes = Shapes(program)
        self.side_of = side_of

    def all(self) -> tuple[Send, ...]:
        """Every send, wrappers' calls included, in path and source order."""
        found: list[Send] = []
        for call in self.program.calls:
            found.extend(self._direct(call, NOTHING))
        wave = found
        for _ in range(MAX_WRAPPERS):
            wave = list(islice(self._around(wave), MAX_SENDS - len(found)))
            found = found + wave
            if len(found) >= MAX_SENDS:
                self._stop("chains", wave[-1:])
                break
        else:
            self._stop("wrappers", self._around(wave))
        found.sort(key=lambda one: (one.unit.path, one.unit.number, one.node.start, one.node.end))
        return tuple(found)

    # --- direct sends ----------------------------------------------------------------------------

    def _direct(self, call: Call, environment: Environment) -> Iterator[Send]:
        callee = call.callee
        if isinstance(callee, SdkFunction):
            if callee.name == "track":
                yield self._sdk(call, callee, environment)
            return
        made = request(self.program, call, environment)
        if made is None or made.endpoint == "identify":
            return
        side = "server" if made.python else _SIDES.get(self.side_of(call.unit))
        if side is None:
            return
        if made.endpoint == "batch":
            yield from self._batch(call, made, side, environment)
        else:
            shape = self._shape(call.unit, made.body, environment)
            yield self._send(call, call.call, side, "http", shape, environment)

    def _sdk(self, call: Call, callee: SdkFunction, environment: Environment) -> Send:
        arguments = call.call.arguments
        first = arguments[0].value if arguments and arguments[0].name is None else None
        if callee.sdk == "browser" and not call.unit.python:
            shape = Shape(open=True)
            if first is not None:
                shape.fields["event"] = self.shapes.field(
                    call.unit, first.start, first, environment
                )
            return self._send(call, call.call, "browser", "sdk", shape, environment)
        if call.unit.python:
            shape = self._python_arguments(call, environment)
        elif isinstance(first, s.Literal | s.Template):
            shape = Shape(open=True)
            shape.fields["event"] = self.shapes.field(call.unit, first.start, first, environment)
        else:
            shape = self._shape(call.unit, first, environment)
        return self._send(call, call.call, "server", "sdk", shape, environment)

    def _python_arguments(self, call: Call, environment: Environment) -> Shape:
        """``track(event="x", user_id=u)``, ``track("x", user_id=u)`` and ``track({...})``."""
        shape = Shape(call=(call.unit, call.call))
        for number, argument in enumerate(call.call.arguments):
            value = argument.value
            if argument.name is not None:
                shape.fields[argument.name] = self.shapes.field(
                    call.unit, argument.start, value, environment, argument
                )
            elif number == 0 and self._is_text(call.unit, value, environment):
                shape.fields["event"] = self.shapes.field(
                    call.unit, value.start, value, environment
                )
            elif number == 0 or isinstance(value, s.Spread):
                inner = value.value if isinstance(value, s.Spread) else value
                other = self.shapes.of(call.unit, inner, environment)
                shape.absorb(other)
                if not isinstance(value, s.Spread):
                    shape.literal, shape.call = other.literal, other.call
            elif number == 1 and isinstance(value, s.Object):
                shape.fields.setdefault(
                    "properties", self.shapes.field(call.unit, value.start, value, environment)
                )
            else:
                shape.open = True
        return shape

    def _is_text(self, unit: Unit, value: s.Value, environment: Environment) -> bool:
        found = self.program.resolve(unit, value, environment)
        return isinstance(found, Known) and isinstance(found.value, s.Literal | s.Template)

    def _shape(self, unit: Unit, value: s.Value | None, environment: Environment) -> Shape:
        return Shape(open=True) if value is None else self.shapes.of(unit, value, environment)

    # --- batches ---------------------------------------------------------------------------------

    def _batch(
        self,
        call: Call,
        made: Request,
        side: Literal["browser", "server"],
        environment: Environment,
    ) -> Iterator[Send]:
        events = self._shape(call.unit, made.body, environment).fields.get("events")
        if events is None or events.value is None:
            return
        for unit, entry in self._entries(events.unit, events.value, environment):
            shape = self.shapes.of(unit, entry, environment)
            if shape.fields or not shape.open:
                literal = shape.literal
                owner, node = literal if literal else (unit, entry)
                yield self._send(call._replace(unit=owner), node, side, "batch", shape, environment)

    def _entries(
        self, unit: Unit, value: s.Value, environment: Environment, depth: int = 0
    ) -> Iterator[tuple[Unit, s.Value]]:
        """The entries of a list literal, or the object that a map or comprehension yields."""
        if depth > 4:
            return
        if isinstance(value, s.Sequence):
            for item in value.items:
                if isinstance(item, s.Spread):
                    yield from self._entries(unit, item.value, environment, depth + 1)
                else:
                    yield unit, item
        elif isinstance(value, s.Comprehension):
            yield unit, value.element
        elif isinstance(value, s.Call):
            yield from self._mapped(unit, value, environment)
        elif isinstance(value, s.Name) and value.binding >= 0:
            definitions = unit.definitions.get(value.binding, [])
            if len(definitions) == 1 and not definitions[0].path:
                yield from self._entries(unit, definitions[0].value, environment, depth + 1)
            yield from self._pushed(unit, value)

    def _pushed(self, unit: Unit, name: s.Name) -> Iterator[tuple[Unit, s.Value]]:
        """``events.push({...})`` and ``events.append({...})`` add entries."""
        for _, call in unit.calls:
            callee = call.callee
            if isinstance(callee, s.Member) and callee.name in ("push", "append"):
                held = callee.object
                if isinstance(held, s.Name) and held.binding == name.binding:
                    for argument in call.arguments:
                        yield unit, argument.value

    def _mapped(
        self, unit: Unit, call: s.Call, environment: Environment
    ) -> Iterator[tuple[Unit, s.Value]]:
        callee = call.callee
        if not isinstance(callee, s.Member) or callee.name != "map" or not call.arguments:
            return
        mapper = self.program.resolve(unit, call.arguments[0].value, environment)
        if isinstance(mapper, ProjectFunction):
            for statement in mapper.function.body:
                if isinstance(statement, s.Return) and statement.value is not None:
                    yield mapper.unit, statement.value

    # --- wrappers --------------------------------------------------------------------------------

    def _around(self, wave: list[Send]) -> Iterator[Send]:
        return (outer for send in wave for outer in self._wrapped(send))

    def _stop(self, limit: Limit, left: Iterable[Send]) -> None:
        """What calls these is not followed any more."""
        for one in islice(left, MAX_SENDS):
            place = (one.unit.path, one.unit.number, one.node.start)
            self.program.limits.hit(limit, place)

    def _wrapped(self, send: Send) -> Iterator[Send]:
        """The calls of the functions around ``send`` that decide about its fields."""
        for function in self._deciders(send):
            for call in self.program.callers.get(function, []):
                if call.unit is send.unit and call.site.function == function.index:
                    continue  # recursion
                if send.goes_through(call.call):
                    continue
                environment = self.program.environment(call.unit, call.call, function)
                for inner in self._again(send, environment) if environment else ():
                    yield Send(
                        call.unit,
                        call.site,
                        call.call,
                        call.call,
                        send.side,
                        send.through,
                        inner.name,
                        inner.event,
                        inner.decided_by_caller,
                        send,
                    )

    def _deciders(self, send: Send) -> Iterator[ProjectFunction]:
        """The functions whose parameters decide about fields of ``send``, the innermost first."""
        index = send.site.function if send.decided_by_caller else 0
        functions = send.unit.module.functions
        while index > 0:
            if functions[index].parameters and self._reads_parameters(send, index):
                yield ProjectFunction(send.unit, index)
            index = functions[index].parent

    def _reads_parameters(self, send: Send, index: int) -> bool:
        return any(
            isinstance(value, s.Name) and send.unit.parameters.get(value.binding, (-1,))[0] == index
            for value in _sources(send.unit, send.call)
        )

    def _again(self, send: Send, environment: Environment) -> Iterator[Send]:
        """``send`` once more, now with the parameters standing for what a caller passed."""
        if send.via is not None:
            function = constructor(self.program.resolve(send.unit, send.call.callee))
            if not isinstance(function, ProjectFunction):
                return
            passed = self.program.environment(send.unit, send.call, function, environment)
            yield from self._again(send.via, passed)
            return
        call = Call(
            send.unit, send.site, send.call, self.program.resolve(send.unit, send.call.callee)
        )
        for one in self._direct(call, environment):
            if one.node.start == send.node.start and one.unit is send.unit:
                yield one

    # --- building --------------------------------------------------------------------------------

    def _send(
        self,
        call: Call,
        node: s.Node,
        side: Literal["browser", "server"],
        through: Literal["sdk", "http", "batch"],
        shape: Shape,
        environment: Environment,
    ) -> Send:
        event = shape.fields.get("event")
        name = (
            self._name(event.unit, event.value, event.environment or environment)
            if event is not None and event.value is not None
            else None
        )
        caller = self._caller(shape)
        if shape.passed:
            caller |= frozenset(("*",))
        return Send(call.unit, call.site, call.call, node, side, through, name, shape, caller)

    def _name(self, unit: Unit, value: s.Value, environment: Environment) -> EventName | None:
        found = self.program.text(unit, value, environment)
        return EventName(*found) if found else None

    def _caller(self, shape: Shape) -> frozenset[str]:
        """The fields whose value is a parameter of an enclosing function."""
        return frozenset(
            key
            for key, one in shape.fields.items()
            if one.value is not None
            and isinstance(self.program.resolve(one.unit, one.value, one.environment), Parameter)
        )


_SIDES: dict[Side | None, Literal["browser", "server"]] = {"client": "browser", "server": "server"}


def _sources(unit: Unit, call: s.Value) -> Iterator[s.Value]:
    """The values inside a call, and inside the variables it reads."""
    seen: set[int] = set()
    stack: list[s.Value] = [call]
    while stack:
        for value in inside(stack.pop()):
            yield value
            if isinstance(value, s.Name) and value.binding >= 0 and value.binding not in seen:
                seen.add(value.binding)
                stack += [one.value for one in unit.definitions.get(value.binding, [])]
