"""The edits that give an event's field a value where the event itself is written."""

from __future__ import annotations

from mmlint.model.finding import AddArgument, AddEntry, Edit, Place, Replace
from mmlint.project.sends import Send


def set_field(send: Send, name: str, value: str) -> tuple[Edit, ...] | None:
    """Return the edits that set the field ``name`` to the expression ``value`` in the event's own
    literal, or in the call's keywords; None where the event is written in another file."""
    at = written_at(send, name)
    if at is None:
        return None
    if send.field(name) is not None:
        return (Replace(at.path, at.start, at.end, value),)
    if send.event.literal is not None:
        return (AddEntry(at.path, at.start, at.end, name, value),)
    return (AddArgument(at.path, at.start, at.end, f"{name}={value}"),)


def written_at(send: Send, name: str) -> Place | None:
    """Return the value, literal or call that setting the field would change, or None."""
    found = send.field(name)
    if found is not None:
        if found.unit is not send.unit or found.entry is None:
            return None
        value = found.entry.value
        return Place(send.unit.path, value.start, value.end)
    for held in (send.event.literal, send.event.call):
        if held is not None and held[0] is send.unit:
            return Place(send.unit.path, held[1].start, held[1].end)
    return None
