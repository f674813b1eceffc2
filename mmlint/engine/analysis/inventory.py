"""Gathers the events of a linked project: who sends what, from where, and with which fields."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from mmlint.model.inventory import IDS, CallSite, Event, Inventory, Presence
from mmlint.project.events.sends import Send
from mmlint.project.project import Project
from mmlint.report.masking import mask
from mmlint.sdk.schema import FIELDS, canonical_side

_BUILT_IN = frozenset({"event", "properties", *IDS})

Has = Literal["yes", "no", "maybe"]


def inventory(project: Project) -> Inventory:
    """Return every event of ``project``, calls of wrappers in place of what the wrappers do."""
    wrapped = {id(send.via) for send in project.sends if send.via is not None}
    named: dict[str, list[Send]] = {}
    unnamed: list[CallSite] = []
    for send in project.sends:
        if id(send) in wrapped:
            continue
        names = {mask(one.text) for one in project.payloads.names_of(send)}
        for name in names:
            named.setdefault(name, []).append(send)
        if not names:
            unnamed.append(_site(project, send))
    events = (_event(project, name, sends) for name, sends in sorted(named.items()))
    return Inventory(tuple(events), tuple(sorted(unnamed)))


def _event(project: Project, name: str, sends: list[Send]) -> Event:
    anonymous, user, own = (_presence(_has(send, field) for send in sends) for field in IDS)
    return Event(
        name=name,
        sides=tuple(sorted({send.side for send in sends})),
        meant=canonical_side(name) or "",
        anonymous_id=anonymous,
        user_id=user,
        event_id=own,
        fields=_seen(key for send in sends for key in _other_fields(send)),
        properties=_seen(key for send in sends for key in project.payloads.property_keys(send)),
        sites=tuple(sorted(_site(project, send) for send in sends)),
    )


def _site(project: Project, send: Send) -> CallSite:
    evidence = project.evidence(send.unit, send.site.function)
    return CallSite(
        place=project.place(send.unit, send.node),
        side=send.side,
        through=send.through if send.via is None else "wrapper",
        handler=_handler(project, send),
        runtime=evidence.runtime,
        why=mask(evidence.why),
    )


def _handler(project: Project, send: Send) -> str:
    """The name of the innermost handler that ``send`` stands in, empty where there is none."""
    around = [
        one.function
        for one in project.handlers
        if one.function.unit is send.unit
        and send.unit.is_inside(send.site.function, one.function.index)
    ]
    if not around:
        return ""
    innermost = max(around, key=lambda one: one.function.start)
    return mask(innermost.function.name or "(anonymous)")


def _has(send: Send, field: str) -> Has:
    """Whether the event has the field. The browser's SDK adds the id of the device, and the user's
    once it knows it."""
    if send.side == "browser" and send.through == "sdk":
        added: dict[str, Has] = {"anonymous_id": "yes", "user_id": "maybe"}
        return added.get(field, "no")
    found = send.field(field)
    if found is None:
        return "maybe" if send.event.open or send.misshapen else "no"
    if found.presence == "empty":
        return "no"
    return "yes" if found.certain else "maybe"


def _presence(each: Iterable[Has]) -> Presence:
    seen = set(each)
    if seen == {"yes"}:
        return "always"
    return "never" if seen == {"no"} else "sometimes"


def _other_fields(send: Send) -> Iterable[str]:
    known = (field for field in send.event.fields if field in FIELDS)
    return () if send.misshapen else (field for field in known if field not in _BUILT_IN)


def _seen(keys: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({mask(key) for key in keys}))
