"""A server event without `anonymous_id`.

The browser's visit and the server's event are joined by `anonymous_id`. When the server leaves it
out, Millimetric invents one, and the purchase can never again be linked to the visit, the campaign
or the referrer that led to it.

**Bad**

```ts app/api/orders/route.ts
import { track, flush } from "@millimetric/track-node";

export async function POST(request: Request) {
  track({ event: "placed_order", properties: { items: 3 } }); // !MM301
  await flush();
  return Response.json({ ok: true });
}
```

```py services/orders.py
import os
import requests

def send(order):
    requests.post(  # !MM301
        f"{os.environ['AOA_HOST']}/v1/track",
        headers={"Authorization": f"Bearer {os.environ['AOA_SK']}"},
        json={"event": "placed_order", "properties": {"items": order.items}},
        timeout=5,
    )
```

**Good**

```ts app/api/orders/route.ts
import { track, flush } from "@millimetric/track-node";

export async function POST(request: Request) {
  const { anonymous_id } = await request.json();
  track({ event: "placed_order", anonymous_id, properties: { items: 3 } });
  await flush();
  return Response.json({ ok: true });
}
```

Send `getAnonymousId()` with the browser's request, or mirror it in a cookie, and pass it on. With a
`user_id` the event can at least be joined to the user: the finding is a warning then, and silent in
webhooks, scripts and scheduled jobs, where no browser is at hand.

**Fix**: safe where a variable `anonymous_id`, `anonymousId` or `anonId` is in scope, also in a call
of a function of your own that has a parameter for it; needs
`--unsafe-fixes` where it can be read from the `aid` cookie of a request whose framework is known
(`anonymous-id-source` sets another expression).

**When to ignore it**: events that no visit leads to.

Source: docs.millimetric.ai, identities and server-side tracking.
"""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.project.events.sends import Send
from mmlint.project.fixes.attribution import add_anonymous_id, without_browser
from mmlint.project.project import Project
from mmlint.rules import Rule, Verdict

RULE = Rule("MM301", "error", fixable="safe")

_MISSPELT = ("anonymousId", "anonId")


def check(project: Project) -> Iterator[Verdict]:
    for send in project.focused_sends:
        if send.side != "server" or not _lacks(send):
            continue
        if send.name is not None and send.name.text == "$identify":
            continue
        user = send.field("user_id")
        known_user = user is not None and user.presence != "empty"
        if known_user and without_browser(project, send):
            continue
        empty = send.field("anonymous_id") is not None
        evidence = project.evidence(send.unit, send.site.function)
        yield Verdict(
            project.place(send.unit, send.node),
            f"the server-side event has {'an empty' if empty else 'no'} anonymous_id; "
            "it cannot be linked to the visit that led to it",
            extent=project.extent(send.unit, send.call.start),
            evidence=(str(evidence),) if evidence.why else (),
            fix=add_anonymous_id(project, send),
            severity="warning" if known_user else "error",
        )


def _lacks(send: Send) -> bool:
    """Whether the event certainly has no ``anonymous_id``, and this is the place to say so."""
    if send.via is not None and not send.via.decided_by_caller & {"anonymous_id", "*"}:
        return False
    if any(send.field(name) is not None for name in _MISSPELT):
        return False
    return send.lacks("anonymous_id")
