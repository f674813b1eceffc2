"""The inventory of a project's events, as reports read it: who sends what, and from where."""

from __future__ import annotations

from typing import Literal as Choices

import msgspec

from mmlint.model.finding import Place

Presence = Choices["always", "sometimes", "never"]
"""How many of an event's sends have a field. What cannot be seen counts as ``sometimes``."""

Side = Choices["browser", "server"]

IDS = ("anonymous_id", "user_id", "event_id")
"""The fields whose presence is told for every event."""


class CallSite(msgspec.Struct, frozen=True, order=True):
    """One place that sends.

    ``handler``: the name of the handler it stands in, empty where it stands in none. ``why``: what
    proves the runtime, empty where it is unknown.
    """

    place: Place
    side: Side
    through: Choices["sdk", "http", "batch", "wrapper"]
    handler: str
    runtime: str
    why: str


class Event(msgspec.Struct, frozen=True):
    """One event, all of its sends together.

    ``sides``: where it is sent from. ``meant``: the side that the vendor's table names, empty
    where it names none. ``fields``: other own fields that were seen; ``properties``: the keys that
    were seen in its properties.
    """

    name: str
    sides: tuple[Side, ...]
    meant: str
    anonymous_id: Presence
    user_id: Presence
    event_id: Presence
    fields: tuple[str, ...]
    properties: tuple[str, ...]
    sites: tuple[CallSite, ...]


class Inventory(msgspec.Struct, frozen=True):
    """All events of a project by name, and the sends whose name is unknown."""

    events: tuple[Event, ...]
    unnamed: tuple[CallSite, ...] = ()


class Moved(msgspec.Struct, frozen=True):
    """An event that is sent from other sides than before."""

    name: str
    before: tuple[Side, ...]
    after: tuple[Side, ...]


class Changes(msgspec.Struct, frozen=True):
    """What became of the events between two states of a project."""

    added: tuple[Event, ...]
    dropped: tuple[Event, ...]
    moved: tuple[Moved, ...]


def changes(before: Inventory, after: Inventory) -> Changes:
    """Return what ``after`` adds, drops or sends from other sides, each by name."""
    old = {event.name: event for event in before.events}
    new = {event.name: event for event in after.events}
    return Changes(
        added=tuple(event for name, event in new.items() if name not in old),
        dropped=tuple(event for name, event in old.items() if name not in new),
        moved=tuple(
            Moved(name, old[name].sides, event.sides)
            for name, event in new.items()
            if name in old and old[name].sides != event.sides
        ),
    )
