"""Every tracked event of the project: SDK calls, plain HTTP, batch entries, calls of wrappers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Literal

import msgspec
from msgspec.structs import replace

from mmlint.model import syntax as s
from mmlint.model.limits import Limit
from mmlint.model.walk import inside
from mmlint.project.events.own_clients import written_event
from mmlint.project.http.requests import Request, request
from mmlint.project.platforms.handlers import last_name
from mmlint.project.platforms.sides import Side
from mmlint.project.semantic.arguments import passed_to
from mmlint.project.semantic.branches import Branches
from mmlint.project.semantic.closures import Closures
from mmlint.project.semantic.deferrals import Deferred, deferrals, deferred
from mmlint.project.semantic.entity import (
    NOTHING,
    BoundArgument,
    KnownValue,
    Parameter,
    PassedValue,
    ProjectFunction,
    SdkFunction,
    Substitution,
)
from mmlint.project.semantic.program import Call, Program, constructor
from mmlint.project.semantic.shape import Field, Shape, Shapes
from mmlint.project.semantic.unit import Site, Unit

MAX_WRAPPERS = 6
"""How many wrappers around each other are followed."""

MAX_SENDS = 50_000
"""How many sends one project may have, calls of wrappers included."""


MAX_PARTS = 12
"""How many choices and sums inside each other are looked into for a text."""


class EventName(msgspec.Struct, frozen=True):
    """A name that is certainly known, and the literal it is written as."""

    text: str
    unit: Unit
    literal: s.Literal


class Send(msgspec.Struct, frozen=True):
    """One tracked event.

    ``node``: what a finding points at (the call, or the entry of a batch).
    ``via``: the inner send, where this is the call of a wrapper.
    ``through``: how it is sent; ``queued`` sends need a flush.
    ``enqueued``: the call only puts a task into a queue, and it is the task that sends.
    ``decided_by_caller``: names of fields (``*`` for any) whose value a caller passes in.
    ``misshapen``: the call has the other SDK's form, so that its fields are unknown.
    ``given_back``: the call makes the function that sends and returns it; nothing is sent yet.
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
    misshapen: bool = False
    given_back: bool = False
    enqueued: bool = False

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

    def lacks(self, name: str) -> bool:
        """Whether the event certainly has no value for the field ``name``."""
        found = self.field(name)
        return not self.event.open if found is None else found.presence == "empty"


class Sends:
    """Finds the sends of ``program``; ``side_of`` says where a unit's code runs."""

    def __init__(self, program: Program, side_of: Callable[[Unit], Side | None]) -> None:
        self.program = program
        self.shapes = Shapes(program)
        self.side_of = side_of
        self._closures = Closures(program)
        self._branches = Branches(program)

    def all(self) -> tuple[Send, ...]:
        """Every send, wrappers' calls included, in path and source order."""
        found: list[Send] = []
        for call in self._candidates():
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

    def _candidates(self) -> Iterable[Call]:
        """The calls among which the direct sends are."""
        return self.program.outgoing

    # --- direct sends ----------------------------------------------------------------------------

    def _direct(self, call: Call, substitution: Substitution) -> Iterator[Send]:
        callee = call.callee
        if isinstance(callee, SdkFunction):
            if callee.does.tracks:
                yield self._sdk(call, callee, substitution)
            return
        made = request(self.program, call, substitution)
        if made is None or made.endpoint == "identify":
            return
        side = "server" if made.python else _SIDES.get(self.side_of(call.unit))
        if side is None:
            return
        if made.endpoint == "batch":
            yield from self._batch(call, made, side, substitution)
        else:
            shape = self._shape(call.unit, made.body, substitution)
            yield self._send(call, call.call, side, "http", shape, substitution)

    def _sdk(self, call: Call, callee: SdkFunction, substitution: Substitution) -> Send:
        arguments = passed_to(call.unit, call.call, callee, substitution)
        first = arguments[0].passed if arguments and arguments[0].argument.name is None else None
        if call.unit.python:
            shape = written_event(self.shapes, call.unit, call.call, substitution)
            shape = shape or self._python_arguments(call, arguments)
            return self._send(call, call.call, "server", "sdk", shape, substitution)
        side: Literal["browser", "server"] = "browser" if callee.sdk == "browser" else "server"
        names = first is not None and self._is_name(first.unit, first.value, first.substitution)
        if side == "browser" or names:
            shape = self._positional(arguments)
        elif first is None:
            shape = Shape(open=True)
        else:
            shape = self.shapes.of(first.unit, first.value, first.substitution)
        sent = self._send(call, call.call, side, "sdk", shape, substitution)
        if side == "server":
            misshapen = names
        else:
            misshapen = first is not None and self._is_object(
                first.unit, first.value, first.substitution
            )
        return replace(sent, misshapen=True) if misshapen else sent

    def _positional(self, arguments: list[BoundArgument]) -> Shape:
        """``track("x", {...})``: the name, and the properties; the SDK adds the other fields."""
        shape = Shape(open=True)
        for name, one in zip(("event", "properties"), arguments, strict=False):
            passed = one.passed
            if isinstance(passed.value, s.Spread):
                break
            shape.fields[name] = self.shapes.field(
                passed.unit, passed.value.start, passed.value, passed.substitution, one.argument
            )
        return shape

    def _is_name(
        self, unit: Unit, value: s.Value, substitution: Substitution, depth: int = 0
    ) -> bool:
        """Whether ``value`` is certainly a text: the place of an event's name, not of an object."""
        if depth > MAX_PARTS:
            return False
        if isinstance(value, s.Choice):
            return all(self._is_name(unit, o, substitution, depth + 1) for o in value.options)
        if isinstance(value, s.Operation) and value.operator in ("+", "%"):
            return any(self._is_name(unit, o, substitution, depth + 1) for o in value.operands)
        if isinstance(value, s.Call) and isinstance(value.callee, s.Member):
            formats = value.callee.name in ("format", "concat")
            return formats and self._is_name(unit, value.callee.object, substitution, depth + 1)
        found = self.program.resolve(unit, value, substitution)
        if isinstance(found, Parameter) and not found.path:
            declared = found.unit.module.functions[found.function].parameters[found.number]
            return declared.annotation == "string"
        if not isinstance(found, KnownValue):
            return False
        held = found.value
        return isinstance(held, s.Template) or (
            isinstance(held, s.Literal) and isinstance(held.value, str)
        )

    def _is_object(self, unit: Unit, value: s.Value | None, substitution: Substitution) -> bool:
        """Whether ``value`` is certainly an object literal."""
        found = self.program.resolve(unit, value, substitution) if value is not None else None
        return isinstance(found, KnownValue) and isinstance(found.value, s.Object)

    def _field(self, one: BoundArgument, entry: s.Argument | None = None) -> Field:
        passed = one.passed
        start = one.argument.start if entry is not None else passed.value.start
        return self.shapes.field(passed.unit, start, passed.value, passed.substitution, entry)

    def _python_arguments(self, call: Call, arguments: list[BoundArgument]) -> Shape:
        """``track(event="x", user_id=u)``, ``track("x", user_id=u)`` and ``track({...})``."""
        shape = Shape(call=(call.unit, call.call))
        for number, one in enumerate(arguments):
            argument, passed = one.argument, one.passed
            value = passed.value
            if argument.name is not None:
                shape.fields[argument.name] = self._field(one, argument)
            elif number == 0 and self._is_name(passed.unit, value, passed.substitution):
                shape.fields["event"] = self._field(one)
            elif number == 0 or isinstance(value, s.Spread):
                inner = value.value if isinstance(value, s.Spread) else value
                other = self.shapes.of(passed.unit, inner, passed.substitution)
                shape.absorb(other)
                if not isinstance(value, s.Spread):
                    shape.literal, shape.call = other.literal, other.call
            elif number == 1 and isinstance(value, s.Object):
                shape.fields.setdefault("properties", self._field(one))
            else:
                shape.open = True
        return shape

    def _shape(self, unit: Unit, value: s.Value | None, substitution: Substitution) -> Shape:
        return Shape(open=True) if value is None else self.shapes.of(unit, value, substitution)

    # --- batches ---------------------------------------------------------------------------------

    def _batch(
        self,
        call: Call,
        made: Request,
        side: Literal["browser", "server"],
        substitution: Substitution,
    ) -> Iterator[Send]:
        events = self._shape(call.unit, made.body, substitution).fields.get("events")
        if events is None or events.value is None:
            return
        found = list(self._entries(call, events.unit, events.value, side, substitution))
        yield from found
        if not found and events.unit is call.unit and _only_sent(call, events.value):
            for outer, passed in self._handed(call, events.value):
                yield from self._entries(
                    outer, passed.unit, passed.value, side, passed.substitution
                )

    def _entries(
        self,
        call: Call,
        held_by: Unit,
        events: s.Value,
        side: Literal["browser", "server"],
        substitution: Substitution,
    ) -> Iterator[Send]:
        for unit, entry in self.shapes.items(held_by, events, substitution):
            shape = self.shapes.of(unit, entry, substitution)
            if shape.fields or not shape.open:
                literal = shape.literal
                owner, node = literal if literal else (unit, entry)
                yield self._send(
                    replace(call, unit=owner), node, side, "batch", shape, substitution
                )

    def _handed(self, call: Call, events: s.Value) -> Iterator[tuple[Call, PassedValue]]:
        """The calls of the function around a batch request that hand it the list, and that list."""
        place = call.unit.parameters.get(events.binding) if isinstance(events, s.Name) else None
        if place is None or place[0] != call.site.function or place[2]:
            return
        for outer in self.program.callers.get(ProjectFunction(call.unit, place[0]), []):
            callee = constructor(outer.callee)
            recursive = outer.unit is call.unit and outer.site.function == place[0]
            if isinstance(callee, ProjectFunction) and not recursive:
                given = dict(self.program.substitution(outer.unit, outer.call, callee))
                passed = given.get((id(call.unit), *place[:2]))
                if passed is not None:
                    yield outer, passed

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
        for function, given_back in self._deciders(send):
            for one in self._callers(function):
                call = one.call
                if call.unit is send.unit and call.site.function == function.index:
                    continue  # recursion
                if send.goes_through(call.call):
                    continue
                substitution = self.program.substitution(call.unit, one.direct, one.function)
                for inner in self._again(send, substitution) if substitution else ():
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
                        inner.misshapen,
                        given_back or send.given_back,
                        one.enqueued or send.enqueued,
                    )

    def _callers(self, function: ProjectFunction) -> Iterator[Deferred]:
        """The calls of ``function``: those that are made at once, and those that come later."""
        for call in self.program.callers.get(function, []):
            callee = constructor(call.callee)
            if isinstance(callee, ProjectFunction):
                yield Deferred(call, callee, call.call, False)
        yield from deferrals(self.program).get(function, [])

    def _called(self, send: Send) -> tuple[ProjectFunction, s.Call] | None:
        """The function of the project that the call of a wrapper calls, at once or later."""
        callee = constructor(self.program.resolve(send.unit, send.call.callee))
        if isinstance(callee, ProjectFunction):
            return callee, send.call
        return deferred(self.program, send.unit, send.call)

    def _deciders(self, send: Send) -> Iterator[tuple[ProjectFunction, bool]]:
        """The functions whose parameters decide about fields of ``send``, the innermost first, and
        whether they only make what sends."""
        index = send.site.function if send.decided_by_caller else 0
        functions = send.unit.module.functions
        given_back = False
        while index > 0:
            function = ProjectFunction(send.unit, index)
            if functions[index].parameters and self._reads_parameters(send, index):
                yield function, given_back
            given_back = given_back or self._closures.is_given_back(function)
            index = functions[index].parent

    def _reads_parameters(self, send: Send, index: int) -> bool:
        return any(
            isinstance(value, s.Name) and send.unit.parameters.get(value.binding, (-1,))[0] == index
            for value in _sources(send.unit, send.call)
        )

    def _again(self, send: Send, substitution: Substitution) -> Iterator[Send]:
        """``send`` once more, now with the parameters standing for what a caller passed; nothing,
        where that keeps its branch from being taken."""
        if self._branches.excludes(send.unit, send.call.start, substitution):
            return
        if send.via is not None:
            called = self._called(send)
            if called is None:
                return
            passed = self.program.substitution(send.unit, called[1], called[0], substitution)
            yield from self._again(send.via, passed)
            return
        call = Call(
            send.unit, send.site, send.call, self.program.resolve(send.unit, send.call.callee)
        )
        for one in self._direct(call, substitution):
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
        substitution: Substitution,
    ) -> Send:
        event = shape.fields.get("event")
        name = (
            self._name(event.unit, event.value, event.substitution or substitution)
            if event is not None and event.value is not None
            else None
        )
        caller = self._caller(shape)
        if shape.passed:
            caller |= frozenset(("*",))
        return Send(call.unit, call.site, call.call, node, side, through, name, shape, caller)

    def _name(self, unit: Unit, value: s.Value, substitution: Substitution) -> EventName | None:
        found = self.program.text(unit, value, substitution)
        return EventName(*found) if found else None

    def _caller(self, shape: Shape) -> frozenset[str]:
        """The fields whose value is a parameter of an enclosing function."""
        return frozenset(
            key
            for key, one in shape.fields.items()
            if one.value is not None
            and isinstance(self.program.resolve(one.unit, one.value, one.substitution), Parameter)
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


def _only_sent(call: Call, events: s.Value | None) -> bool:
    """Whether the function does nothing with the list that it is given but count and send it: what
    goes through it may change its entries."""
    binding = events.binding if isinstance(events, s.Name) else -1
    counted = {
        one.start
        for value in call.unit.every_value()
        for one in _counted(value)
        if isinstance(one, s.Name)
    }
    places = {
        value.start
        for value in call.unit.every_value()
        if isinstance(value, s.Name) and value.binding == binding
    }
    return binding >= 0 and len(places - counted) == 1


def _counted(value: s.Value) -> Iterator[s.Value]:
    """Yield what ``value`` counts: ``events.length``, ``len(events)``."""
    if isinstance(value, s.Member) and value.name == "length":
        yield value.object
    elif isinstance(value, s.Call) and last_name(value.callee) == "len":
        yield from (one.value for one in value.arguments)
