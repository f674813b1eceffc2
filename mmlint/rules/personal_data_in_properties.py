"""Personal or secret data in an event's properties.

Properties are kept in every row, are exported, and cannot be taken back one by one. The vendor's
terms keep addresses, names, telephone numbers, IP addresses, card numbers and passwords out of
them. Keep such data in your own database and send the `user_id`, which leads there.

**Bad**

```ts src/join.ts
import { track } from "@millimetric/track-node";

export function joined(user: { id: string; email: string }, anonymous_id: string) {
  track({
    event: "joined",
    anonymous_id,
    user_id: user.id,
    properties: {
      plan: "pro",
      email: user.email, // !MM610
    },
  });
}
```

```py services/join.py
import millimetric

def joined(request, anonymous_id):
    millimetric.track(
        event="joined",
        anonymous_id=anonymous_id,
        properties={"device": {"ip_address": request.remote_addr}},  # !MM610
    )
```

**Good**

```ts src/join.ts
import { track } from "@millimetric/track-node";

export function joined(user: { id: string; email: string }, anonymous_id: string) {
  const email_domain = user.email.split("@")[1];
  track({
    event: "joined",
    anonymous_id,
    user_id: user.id,
    properties: { plan: "pro", email_domain },
  });
}
```

Keys are compared as a whole, in snake_case, at any depth. Silent: the traits of `identify`, and a
key whose value is `true`, `false` or nothing.

**Fix**: none.

**When to ignore it**: a key that means something else in your project (`token` of a game).

Source: docs.millimetric.ai, properties; acceptable-use policy.
"""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.model import syntax as s
from mmlint.project.project import Project
from mmlint.rules import Rule, Verdict
from mmlint.sdk.schema import PERSONAL_KEYS

RULE = Rule("MM610", "warning")


def check(project: Project) -> Iterator[Verdict]:
    for key in project.payloads.properties:
        name = key.send.name
        if key.name not in PERSONAL_KEYS or (name is not None and name.text == "$identify"):
            continue
        if _says_nothing(key.field.value):
            continue
        yield Verdict(
            key.place,
            f'"{key.name}" must not be sent to Millimetric (personal or secret data); store it '
            "in your database, keyed by user_id",
            extent=project.extent(key.unit, key.place.start),
        )


def _says_nothing(value: s.Value | None) -> bool:
    return isinstance(value, s.Literal) and (value.value is None or isinstance(value.value, bool))
