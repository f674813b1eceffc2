"""A server event whose `anonymous_id` is made up on the spot.

`anonymous_id` says which device an event belongs to. A fresh random id or a time stamp makes every
event a visitor of its own; a constant, an IP address or a user agent makes one visitor of many. The
field is filled, so nothing complains, and yet no event can be linked to the visit that led to it.

**Bad**

```ts app/api/orders/route.ts
import { randomUUID } from "node:crypto";
import { track, flush } from "@millimetric/track-node";

export async function POST(request: Request) {
  const { aid } = await request.json();
  track({
    event: "placed_order",
    anonymous_id: aid ?? randomUUID(), // !MM302
  });
  await flush();
  return Response.json({ ok: true });
}
```

```py services/orders.py
import os
import requests

def send(order):
    requests.post(
        f"{os.environ['AOA_HOST']}/v1/track",
        headers={"Authorization": f"Bearer {os.environ['AOA_SK']}"},
        json={"event": "placed_order", "anonymous_id": "backend"},  # !MM302
        timeout=5,
    )
```

**Good**

```ts app/api/orders/route.ts
import { cookies } from "next/headers";
import { track, flush } from "@millimetric/track-node";

export async function POST() {
  const jar = await cookies();
  const aid = jar.get("aid")?.value ?? crypto.randomUUID();
  jar.set("aid", aid, { maxAge: 31_536_000 });
  track({ event: "placed_order", anonymous_id: aid });
  await flush();
  return Response.json({ ok: true });
}
```

A server may own the id: one that is also put into a cookie or the session comes back with the next
request, and is fine. Else pass on what the browser's `getAnonymousId()` gives.

**Fix**: none. Only you know where the visitor's id can be read.

**When to ignore it**: events that no visit leads to.

Source: docs.millimetric.ai, identities.
"""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.model.finding import Place, Related
from mmlint.project.dataflow.persistence_sinks import PersistenceSinks
from mmlint.project.dataflow.value_sources import Minting, Origin
from mmlint.project.events.identity import alternatives
from mmlint.project.project import Project
from mmlint.rules import Rule, Verdict

RULE = Rule("MM302", "error")

_WHAT = {
    "random": "a fresh random id; each event will look like a new visitor",
    "clock": "the time; each event will look like a new visitor",
    "constant": "a constant; all visitors will look like one",
    "address": "the IP address; all visitors behind it will look like one",
    "agent": "the user agent; all visitors with that browser will look like one",
}


def check(project: Project) -> Iterator[Verdict]:
    minting, sinks = Minting(project.program), PersistenceSinks(project.program)
    seen: set[Place] = set()
    for send in project.sends:
        field = send.field("anonymous_id")
        if send.side != "server" or field is None or send.enqueued:
            continue
        for value, at in alternatives(field):
            origins = minting.origins(value.unit, value.value, value.substitution)
            origin = next((one for one in origins if not sinks.keeps(one)), None)
            place = project.place(at.unit, at.value)
            if origin is None or place in seen:
                continue
            seen.add(place)  # every caller of a wrapper leads here again
            yield Verdict(
                place,
                f"the anonymous_id is {_WHAT[origin.kind]}",
                extent=project.extent(at.unit, place.start),
                related=_related(project, origin, place),
            )


def _related(project: Project, origin: Origin, place: Place) -> tuple[Related, ...]:
    """Where it is minted, when that is elsewhere."""
    minted = project.place(origin.unit, origin.node)
    inside = minted.path == place.path and place.start <= minted.start < place.end
    return () if inside else (Related(minted, "made up here"),)
