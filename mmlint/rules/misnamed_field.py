"""A field of an event under a name that Millimetric does not know.

The API's fields are in snake_case. `userId` is no error, it is nothing: the event arrives without a
user, without an error.

**Bad**

```ts src/join.ts
import { track } from "@millimetric/track-node";

export function joined(anonymous_id: string, userId: string) {
  track({
    event: "joined",
    anonymous_id,
    userId, // !MM602
    props: { plan: "pro" }, // !MM602
  });
}
```

```py services/join.py
import os
import requests

def joined(anonymous_id, user):
    requests.post(
        f"{os.environ['AOA_HOST']}/v1/track",
        headers={"Authorization": f"Bearer {os.environ['AOA_SK']}"},
        json={
            "event": "joined",
            "anonymous_id": anonymous_id,
            "userId": user.id,  # !MM602
        },
        timeout=5,
    )
```

**Good**

```ts src/join.ts
import { track } from "@millimetric/track-node";

export function joined(anonymous_id: string, userId: string) {
  track({ event: "joined", anonymous_id, user_id: userId, properties: { plan: "pro" } });
}
```

Known slips: `anonymousId`, `anonId`, `userId`, `eventId`, `sessionId`, `eventName`, `name`,
`props`. Where the event has the right key as well, the wrong one is `unknown-field`.

**Fix**: safe: renames the key, and writes a shorthand out. None where something unknown is spread
into the event, for it may hold the right key, nor where other code reads the key: in a call of a
function or class of your own, or in an object that is used for more than the event.

**When to ignore it**: never.

Source: docs.millimetric.ai, event schema.
"""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.model.finding import Fix
from mmlint.project.events.payload import Key
from mmlint.project.project import Project
from mmlint.rules import Rule, Verdict
from mmlint.sdk.schema import MISNAMED

RULE = Rule("MM602", "error", fixable="safe")


def check(project: Project) -> Iterator[Verdict]:
    keys = [key for key in project.payloads.keys if key.name in MISNAMED]
    shared = {key.place for key in keys if MISNAMED[key.name] in key.send.event.fields}
    for key in keys:
        meant = MISNAMED[key.name]
        if meant in key.send.event.fields:
            continue
        yield Verdict(
            key.place,
            f'unknown event field "{key.name}"; use `{meant}`',
            extent=project.extent(key.unit, key.place.start),
            fix=_fix(project, key, meant) if key.place not in shared else None,
        )


def _fix(project: Project, key: Key, meant: str) -> Fix | None:
    event = key.send.event
    first = next((name for name in event.fields if MISNAMED.get(name) == meant), None)
    edit = key.renamed(meant)
    if event.open or first != key.name or edit is None or not project.payloads.is_private(key):
        return None
    return Fix(f"rename it to {meant}", "safe", (edit,), reveals=True)
