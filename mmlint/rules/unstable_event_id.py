"""An `event_id` that is different every time.

The id is there to recognise the same event when it arrives twice: a retried request, a redelivered
webhook. One that is random, or the time, is new at every attempt and recognises nothing.

**Bad**

```ts app/api/orders/route.ts
import { track, flush } from "@millimetric/track-node";

export async function POST(request: Request) {
  const { order, anonymous_id } = await request.json();
  track({
    event: "ordered",
    event_id: crypto.randomUUID(), // !MM502
    anonymous_id,
  });
  track({
    event: "paid",
    event_id: `paid:${order}:${Date.now()}`, // !MM502
    anonymous_id,
  });
  await flush();
  return Response.json({ ok: true });
}
```

**Good**

```ts app/api/orders/route.ts
import { track, flush } from "@millimetric/track-node";

export async function POST(request: Request) {
  const { order, anonymous_id } = await request.json();
  track({ event: "ordered", event_id: `ordered:${order}`, anonymous_id });
  await flush();
  return Response.json({ ok: true });
}
```

A random id that is also stored, such as a new order's, is that order's id and fine. So is one that
only stands in where the provider sent none.

**Fix**: none. Only you know what identifies the event.

**When to ignore it**: events that can be counted twice without harm; but then leave the id out.

Source: docs.millimetric.ai, server-side tracking: webhooks and event_id.
"""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.model.finding import Place
from mmlint.project.dataflow.value_sources import Minting
from mmlint.project.events.identity import written
from mmlint.project.events.other_sinks import is_stored
from mmlint.project.project import Project
from mmlint.rules import Rule, Verdict

RULE = Rule("MM502", "warning")

_WHAT = {"random": "random", "clock": "the time"}


def check(project: Project) -> Iterator[Verdict]:
    minting = Minting(project.program)
    seen: set[Place] = set()
    for send in project.payloads.sends:
        field = send.field("event_id")
        at = written(field) if field is not None else None
        if field is None or at is None or field.value is None:
            continue
        whole = (field.unit, field.value, field.substitution)
        place = project.place(at.unit, at.value)
        if place in seen or not minting.always(*whole):
            continue
        origins = [one for one in minting.origins(*whole) if one.kind in _WHAT]
        if not origins or any(is_stored(send, one) for one in origins):
            continue
        seen.add(place)  # every caller of a wrapper leads here again
        yield Verdict(
            place,
            f"event_id is {_WHAT[origins[0].kind]}, so a retry gets a different id; derive it from "
            "what happened",
            extent=project.extent(at.unit, place.start),
        )
