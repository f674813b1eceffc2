"""A key of an event that is none of its fields.

An event has ten fields, and everything of your own goes into `properties`. What stands beside
them is in no report: the documentation names no place where it would be kept.

**Bad**

```ts src/join.ts
import { track } from "@millimetric/track-node";

export function joined(anonymous_id: string) {
  track({
    event: "joined",
    anonymous_id,
    plan: "pro", // !MM603
  });
}
```

```py services/join.py
import millimetric

def joined(anonymous_id):
    millimetric.track(
        event="joined",
        anonymous_id=anonymous_id,
        plan="pro",  # !MM603
    )
```

**Good**

```ts src/join.ts
import { track } from "@millimetric/track-node";

export function joined(anonymous_id: string) {
  track({ event: "joined", anonymous_id, properties: { plan: "pro" } });
}
```

The fields: `event`, `event_id`, `timestamp`, `anonymous_id`, `user_id`, `session_id`, `url`,
`path`, `referrer`, `properties`.

**Fix**: needs `--unsafe-fixes`, for reports will see the key from then on: moves it into
`properties`, where the object that holds the key has them as a literal, or none at all. None in a
call of a function or class of your own, nor in an object that is used for more than the event.

**When to ignore it**: a field that is newer than this mmlint.

Source: docs.millimetric.ai, event schema.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from mmlint.model import syntax as s
from mmlint.model.finding import Edit, Fix, MoveEntry, WrapEntry
from mmlint.project.events.payload import Key
from mmlint.project.project import Project
from mmlint.rules import Rule, Verdict
from mmlint.sdk.schema import ENRICHED, FIELDS, MISNAMED

RULE = Rule("MM603", "warning", fixable="unsafe")


def check(project: Project) -> Iterator[Verdict]:
    for key in project.payloads.keys:
        if not _is_unknown(key):
            continue
        meant = MISNAMED.get(key.name)
        yield Verdict(
            key.place,
            f'unknown event field "{key.name}"; '
            + (f"`{meant}` is there already" if meant else "put custom data in `properties`"),
            extent=project.extent(key.unit, key.place.start),
            fix=_fix(key) if meant is None and project.payloads.is_private(key) else None,
        )


def _is_unknown(key: Key) -> bool:
    if key.name in FIELDS or key.name in ENRICHED:
        return False
    return key.name not in MISNAMED or MISNAMED[key.name] in key.send.event.fields


def _fix(key: Key) -> Fix | None:
    entry, path, event = key.field.entry, key.unit.path, key.send.event
    held = event.fields.get("properties")
    edit: Edit | None = None
    if entry is None or (key.field.literal is None and isinstance(entry, s.Entry)):
        return None
    if held is None:
        if _is_first(key) and not event.open:
            edit = WrapEntry(path, entry.start, entry.end, "properties")
    elif held.literal is key.field.literal and isinstance(held.value, s.Object):
        into = (held.value.start, held.value.end)
        edit = MoveEntry(path, entry.start, entry.end, into)
    return Fix("move it into properties", "unsafe", (edit,), reveals=True) if edit else None


def _is_first(key: Key) -> bool:
    """Whether the key is the first unknown one, in the event's own object, and nothing is called
    properties under another name: then it can make the properties, and others can follow."""
    event = key.send.event
    own = event.literal[1] if event.literal is not None else None
    if own is not key.field.literal or "properties" in map(MISNAMED.get, event.fields):
        return False
    unknown = (name for name in event.fields if _is_unknown(replace(key, name=name)))
    return next(unknown, None) == key.name
