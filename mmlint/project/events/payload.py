"""What events say, as rules ask for it: names, own fields and properties, where they are written.

What several sends share (all calls of a wrapper lead to its body) is yielded for each of them, at
one and the same place. Events in the wrong SDK's form say nothing: their fields are unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import islice

import msgspec

from mmlint.model import syntax as s
from mmlint.model.finding import Edit, Place, Related, RenameKey, Replace
from mmlint.project.dataflow.backward import (
    Edge,
    Expression,
    Walk,
    argument,
    lone_definition,
    options,
)
from mmlint.project.events.escapes import Escapes
from mmlint.project.events.identity import alternatives
from mmlint.project.events.own_clients import method
from mmlint.project.events.sends import Send
from mmlint.project.http.requests import requests
from mmlint.project.semantic.entity import KnownValue, ProjectFunction
from mmlint.project.semantic.program import Call, Program
from mmlint.project.semantic.shape import Field, Shape, Shapes
from mmlint.project.semantic.unit import Unit

MAX_DEPTH = 6
"""How many objects and lists inside each other are entered."""

MAX_KEYS = 2_000
"""How many keys of one event's properties are looked at."""


class Key(msgspec.Struct, frozen=True):
    """A key of an event or of its properties, where it is written."""

    send: Send
    name: str
    field: Field

    @property
    def unit(self) -> Unit:
        return self.field.unit

    @property
    def place(self) -> Place:
        quotes = 2 if self.unit.python and isinstance(self.field.entry, s.Entry) else 0
        end = self.field.start + len(self.name.encode()) + quotes
        return Place(self.unit.path, self.field.start, end)

    def renamed(self, name: str) -> Edit | None:
        """The edit that calls the key ``name``; a shorthand is written out."""
        entry, start = self.field.entry, self.field.start
        if isinstance(entry, s.Entry) and entry.kind == "method":
            return None
        if isinstance(entry, s.Entry) and entry.kind == "shorthand":
            return Replace(self.unit.path, start, start, f"{name}: ")
        end = entry.end if entry is not None else start
        return RenameKey(self.unit.path, start, end, self.name, name)


class EventText(msgspec.Struct, frozen=True):
    """An event's name that is certainly known. ``given``: where it is given to the send."""

    text: str
    given: Expression
    unit: Unit
    literal: s.Literal

    @property
    def place(self) -> Place:
        return Place(self.given.unit.path, self.given.value.start, self.given.value.end)

    @property
    def related(self) -> tuple[Related, ...]:
        """Where the literal stands, if that is somewhere else."""
        place = Place(self.unit.path, self.literal.start, self.literal.end)
        return () if place == self.place else (Related(place, "the name is written here"),)


class Content(msgspec.Struct, frozen=True):
    """A value of a field: as the event has it, and where it is written (a caller's argument).

    ``own``: it stands in the event of ``send`` itself, alone.
    ``text``: the text that it certainly is, as far as it may be shown.
    ``option``: it is one of several values that the field may have, as a fallback is.
    """

    name: str
    value: Expression
    at: Expression
    own: bool
    text: str | None
    send: Send
    option: bool

    @property
    def place(self) -> Place:
        return Place(self.at.unit.path, self.at.value.start, self.at.value.end)


class Payloads:
    """Answers about ``sends`` and the bodies of ``identifications``."""

    def __init__(
        self, program: Program, sends: tuple[Send, ...], identifications: tuple[Send, ...]
    ) -> None:
        self.program = program
        self.shapes = Shapes(program)
        self.sends = tuple(send for send in sends if not send.misshapen)
        self.identifications = identifications
        self._every = sends

    @cached_property
    def events(self) -> tuple[Send, ...]:
        """The sends whose fields are written as the API knows them: not the browser SDK's, nor
        those by a client of the project's own, whose parameters have names of their own."""
        return tuple(
            send
            for send in self.sends
            if (send.side == "server" or send.through != "sdk") and not self.is_own(send)
        )

    @cached_property
    def keys(self) -> tuple[Key, ...]:
        """The own keys of every event that is written as the API knows it."""
        return tuple(
            Key(send, name, one)
            for send in self.sends
            if send.side == "server" or send.through != "sdk"
            for name, first in send.event.fields.items()
            for one in first.everywhere
            if one.entry is not None and not self._is_own_parameter(send, one)
        )

    @cached_property
    def escapes(self) -> Escapes:
        """Which parts of the events only the API reads."""
        return Escapes(self.program, self._every)

    def is_private(self, key: Key) -> bool:
        """Whether nothing but the API reads the key, so that a fix may rename, move or remove it:
        it stands in no call of a project function, and in no variable that something else reads."""
        return self.escapes.is_private(key.send, key.unit, key.field.start, key.name)

    def is_replaceable(self, content: Content) -> bool:
        """Whether replacing the value changes nothing but the event: only the API reads it."""
        at = content.at
        private = self.escapes.is_private
        return content.own and private(content.send, at.unit, at.value.start, content.name)

    @cached_property
    def properties(self) -> tuple[Key, ...]:
        """Every key in the properties of every event, also of objects and lists inside them."""
        found: list[Key] = []
        for send in self.sends:
            field = send.field("properties")
            if field is not None:
                keys = self._inside(send, field, 0)
                found += islice(keys, MAX_KEYS)
                if next(keys, None) is not None:
                    self._stop(send)
        return tuple(found)

    def _stop(self, send: Send) -> None:
        """What is left of the event's properties is not looked at."""
        place = (send.unit.path, send.unit.number, send.node.start)
        self.program.limits.hit("keys", place)

    @cached_property
    def names(self) -> tuple[EventText, ...]:
        """Every literal name that is given to a send; of a choice each option."""
        return tuple(name for send in self.sends for name in self.names_of(send))

    @cached_property
    def given_names(self) -> tuple[Expression, ...]:
        """The value that each send has as its name, known or not."""
        return tuple(given for send in self.sends for given in self._given_name(send))

    def names_of(self, send: Send) -> Iterator[EventText]:
        """Yield every literal name that is given to ``send``."""
        for given in self._given_name(send):
            yield from self.names_in(given)

    def names_in(self, given: Expression) -> Iterator[EventText]:
        """Yield every literal name among what ``given``, the name of a send, may be."""
        for option in possible(self.program, given):
            for at in Walk(self.program, option, _NAMED).ends():
                known = self.program.text(at.unit, at.value, at.substitution)
                if known is not None:
                    yield EventText(known[0], option, known[1], known[2])

    def property_keys(self, send: Send) -> tuple[str, ...]:
        """Return the keys that the properties of ``send`` are known to have on some path."""
        found = send.field("properties")
        if found is None or found.value is None:
            return ()
        return tuple(self.shapes.of(found.unit, found.value, found.substitution).fields)

    def have_same_properties(self, one: Send, other: Send) -> bool:
        """Whether two sends certainly give their events the same properties, by their keys."""
        ours, theirs = (self._property_shape(send) for send in (one, other))
        if ours is None or theirs is None:
            return ours is theirs
        return not ours.open and not theirs.open and ours.fields.keys() == theirs.fields.keys()

    def _property_shape(self, send: Send) -> Shape | None:
        """The properties of an event; None where it has none."""
        found = send.field("properties")
        if found is None or found.value is None:
            return Shape(open=True) if send.event.open and send.side == "server" else None
        return self.shapes.of(found.unit, found.value, found.substitution)

    def _given_name(self, send: Send) -> Iterator[Expression]:
        found = send.field("event")
        if found is not None and found.value is not None:
            yield Expression(found.unit, found.value, found.substitution)

    def values(self, *names: str) -> Iterator[Content]:
        """Yield every value that one of the own fields ``names`` certainly has on some path."""
        for send in (*self.sends, *self.identifications):
            for name in names:
                found = send.field(name)
                if found is None or self._is_own_parameter(send, found):
                    continue
                possible = tuple(alternatives(found))
                for value, at in possible:
                    own = send.via is None and at.value is value.value is found.value
                    known = self.program.text(value.unit, value.value, value.substitution)
                    whole = known is not None and known[2].key is None
                    text = known[0] if known and whole else None
                    yield Content(name, value, at, own, text, send, len(possible) > 1)

    @cached_property
    def empty_batches(self) -> tuple[Call, ...]:
        """The requests to ``/v1/batch`` whose list of events is written as an empty one."""
        found: list[Call] = []
        for call, made in requests(self.program):
            if made.endpoint != "batch" or made.body is None or call.unit.test:
                continue
            events = self.shapes.of(call.unit, made.body).fields.get("events")
            value = events.value if events is not None and events.certain else None
            if isinstance(value, s.Sequence) and not value.items:
                found.append(call)
        return tuple(found)

    def _inside(self, send: Send, field: Field, depth: int) -> Iterator[Key]:
        if field.value is None:
            return
        shape = self.shapes.of(field.unit, field.value, field.substitution)
        if depth > MAX_DEPTH:
            if shape.fields:
                self._stop(send)
            return
        for name, first in shape.fields.items():
            for one in first.everywhere:
                if one.entry is not None:
                    yield Key(send, name, one)
                yield from self._inside(send, one, depth + 1)
        for unit, item in self.shapes.items(field.unit, field.value, field.substitution):
            one = self.shapes.field(unit, item.start, item, field.substitution)
            yield from self._inside(send, one, depth + 1)

    def _is_own_parameter(self, send: Send, one: Field) -> bool:
        """Whether the key is a keyword of a method that the project wrote: what becomes of it is
        that method's business, unless it spreads its ``**keywords`` into the event."""
        inner = send.inner
        if (
            not isinstance(one.entry, s.Argument)
            or one.entry.name is None
            or inner.through != "sdk"
        ):
            return False
        direct = one.unit is inner.unit and inner.call.start <= one.start < inner.call.end
        method = self.method(inner) if direct else None
        if method is None:
            return False
        names = {parameter.name for parameter in method.function.parameters}
        return one.entry.name in names or not self.spreads_keywords(method)

    def spreads_keywords(self, method: ProjectFunction) -> bool:
        """Whether a method makes what its ``**keywords`` take fields of an event: it spreads them
        beside ``event``, in an object or a call, or updates an object that has that key."""
        held = {
            one.target.binding
            for one in method.function.parameters
            if one.kind == "keywords" and isinstance(one.target, s.Name)
        }
        spread = _beside_event(method.unit) if held else ()
        return any(isinstance(one, s.Name) and one.binding in held for one in spread)

    def method(self, send: Send) -> ProjectFunction | None:
        """The method that a call of the project's own Python client runs."""
        return method(self.program, send.unit, send.call)

    def is_own(self, send: Send) -> bool:
        """Whether the send calls the project's own client with keywords that it names itself."""
        fields = send.event.fields.values()
        return any(self._is_own_parameter(send, one) for one in fields)


def _beside_event(unit: Unit) -> Iterator[s.Value]:
    for event in unit.every(s.Object):
        if _names_event(event):
            yield from (entry.value for entry in event.entries if entry.kind == "spread")
    for call in unit.every(s.Call):
        given = [one.value for one in call.arguments]
        if any(one.name == "event" for one in call.arguments):
            yield from (one.value for one in given if isinstance(one, s.Spread))
        if isinstance(call.callee, s.Member) and call.callee.name == "update":
            held = call.callee.object
            binding = held.binding if isinstance(held, s.Name) else -1
            if any(_names_event(one.value) for one in unit.definitions.get(binding, ())):
                yield from given


def _names_event(value: s.Value) -> bool:
    return isinstance(value, s.Object) and any(one.key == "event" for one in value.entries)


def possible(program: Program, at: Expression) -> Iterator[Expression]:
    """Yield what a value may be: the options of a choice, and what a caller passes."""
    return Walk(program, at, (argument, options)).ends()


def _text(program: Program, at: Expression) -> Sequence[Expression] | None:
    """The walk ends at a text."""
    return () if program.text(at.unit, at.value, at.substitution) is not None else None


def _iterated(program: Program, at: Expression) -> Sequence[Expression] | None:
    """The variable of a loop to each item of the list, where that is written."""
    name = at.value
    if not isinstance(name, s.Name) or name.binding not in at.unit.loop_bindings:
        return None
    items: list[Expression] = []
    for loop in at.unit.statements:
        if not isinstance(loop, s.Loop) or loop.iterable is None:
            continue
        if not isinstance(loop.target, s.Name) or loop.target.binding != name.binding:
            continue
        found = program.resolve(at.unit, loop.iterable, at.substitution)
        if isinstance(found, KnownValue) and isinstance(found.value, s.Sequence):
            items += [at.into(found.unit, one, found.substitution) for one in found.value.items]
    return items


_NAMED: tuple[Edge, ...] = (_text, _iterated, argument, options, lone_definition)
