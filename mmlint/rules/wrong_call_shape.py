"""A `track` call in the other SDK's form.

The browser's SDK takes a name and properties, `track("joined", { plan })`; the server's takes one
object, `track({ event: "joined", properties: { plan } })`. In the other form the event has no
name, or a name that is an object, and Millimetric refuses it.

**Bad**

```ts src/join.ts
import { track } from "@millimetric/track-node";

export function joined(plan: string) {
  track("joined", { plan }); // !MM601
}
```

```tsx src/Join.tsx
import { track } from "@millimetric/track";

export function Join() {
  const join = () => track({ event: "clicked_join", properties: { plan: "pro" } }); // !MM601
  return <button onClick={join}>Join</button>;
}
```

**Good**

```ts src/join.ts
import { track } from "@millimetric/track-node";

export function joined(plan: string, anonymous_id: string) {
  track({ event: "joined", anonymous_id, properties: { plan } });
}
```

```tsx src/Join.tsx
import { track } from "@millimetric/track";

export function Join() {
  const join = () => track("clicked_join", { plan: "pro" });
  return <button onClick={join}>Join</button>;
}
```

As long as the form is wrong, no other rule speaks of the fields: their meaning is unknown.

**Fix**: safe where an object literal is at hand and nothing is lost. Server: properties stay
properties; fields of an event (`user_id`, …) become the event's own. Browser: `event` with
`properties`, or with keys that are no fields of an event and so were meant as properties.

**When to ignore it**: never.

Source: docs.millimetric.ai, browser SDK and Node SDK.
"""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.model import syntax as s
from mmlint.model.finding import Edit, Fix, MoveEntry, Replace, Rewrite
from mmlint.project.events.sends import Send
from mmlint.project.project import Project
from mmlint.rules import Rule, Verdict
from mmlint.sdk.schema import ENRICHED, FIELDS, MISNAMED

RULE = Rule("MM601", "error", fixable="safe")

_TELLING = {*FIELDS, *MISNAMED} - {"url", "path", "referrer", "event", "name", "eventName"}
"""Keys that properties hardly ever have, so that the object is meant as an event."""


def check(project: Project) -> Iterator[Verdict]:
    for send in project.sends:
        if not send.misshapen:
            continue
        inner = send.inner
        yield Verdict(
            project.place(inner.unit, inner.call),
            "the browser SDK's track takes a name and properties, not an event"
            if send.side == "browser"
            else "the server SDK's track takes one object, { event, …, properties }",
            extent=project.extent(inner.unit, inner.call.start),
            fix=_fix(inner),
        )


def _fix(send: Send) -> Fix | None:
    values = [one.value for one in send.call.arguments]
    edits = _browser(send, values) if send.side == "browser" else _server(send, values)
    return Fix("write the call in this SDK's form", "safe", edits, reveals=True) if edits else None


def _server(send: Send, values: list[s.Value]) -> tuple[Edit, ...] | None:
    path, first, last = send.unit.path, values[0], values[-1]
    opened = Replace(path, first.start, first.start, "{ event: ")
    closed = Replace(path, last.end, last.end, " }")
    if len(values) == 1:
        return (opened, closed)
    if len(values) > 2 or not isinstance(last, s.Object):
        return None
    keys = {entry.key for entry in last.entries}
    if not keys & _TELLING:
        return (opened, Replace(path, last.start, last.start, "properties: "), closed)
    if keys <= {*FIELDS, *MISNAMED} - {"event", "eventName", "name"}:
        return (MoveEntry(path, first.start, first.end, (last.start, last.end), "event"),)
    return None


def _browser(send: Send, values: list[s.Value]) -> tuple[Edit, ...] | None:
    event = values[0]
    if len(values) > 1 or not isinstance(event, s.Object):
        return None
    found = {one.key: one for one in event.entries if one.kind in ("pair", "shorthand")}
    if len(found) < len(event.entries) or "event" not in found:
        return None
    name, others = found["event"], found.keys() - {"event"}
    pieces: list[str | tuple[int, int]] = [(name.value.start, name.value.end)]
    if others == {"properties"}:
        pieces += [", ", (found["properties"].value.start, found["properties"].value.end)]
    elif others & {*FIELDS, *MISNAMED, *ENRICHED}:
        return None
    elif others:
        pieces += [", ", *_without(event, name)]
    return (Rewrite(send.unit.path, event.start, event.end, tuple(pieces)),)


def _without(event: s.Object, name: s.Entry) -> tuple[tuple[int, int], tuple[int, int]]:
    """The object's text before and after the entry: with the comma that divides it from others."""
    number = event.entries.index(name)
    if number == 0:
        return (event.start, name.start), (event.entries[1].start, event.end)
    return (event.start, event.entries[number - 1].end), (name.end, event.end)
