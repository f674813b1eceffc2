"""A person's email address or telephone number is sent as `user_id`.

`user_id` stands in every row, in every export and in every log line, and Millimetric is no place
for personal data. Addresses change too: with the next one, the same person becomes another user.
Send the stable internal id, and keep the address in your own database under it.

**Bad**

```tsx src/account.tsx
import { identify } from "@millimetric/track";

export function signedIn(user: { id: string; email: string }) {
  identify(user.email, { plan: "pro" }); // !MM305
}
```

```py services/orders.py
import os
import requests

def send(order):
    event = {"event": "placed_order", "anonymous_id": order.aid}
    event["user_id"] = order.customer.phone.strip()  # !MM305
    requests.post(
        f"{os.environ['AOA_HOST']}/v1/track",
        headers={"Authorization": f"Bearer {os.environ['AOA_SK']}"},
        json=event,
        timeout=5,
    )
```

**Good**

```tsx src/account.tsx
import { identify } from "@millimetric/track";

export function signedIn(user: { id: string; email: string }) {
  identify(user.id, { plan: "pro", email: user.email });
}
```

What a value is called decides: `email`, `phone` and the like at the end of a name. `emailHash`,
`email_id` and what a hash function gives are something else.

**Fix**: none. Only you know the user's internal id.

**When to ignore it**: names that say address and hold none.

Source: docs.millimetric.ai, event schema and properties.
"""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.model.finding import Place
from mmlint.project.events.identity import alternatives, is_personal
from mmlint.project.project import Project
from mmlint.project.semantic.entity import Parameter
from mmlint.rules import Rule, Verdict

RULE = Rule("MM305", "warning")


def check(project: Project) -> Iterator[Verdict]:
    sends = [one for one in (*project.sends, *project.identifications) if not one.enqueued]
    wrapped = {id(send.via) for send in sends if send.via}
    seen: set[Place] = set()
    for send in sends:
        field = send.field("user_id")
        for value, at in alternatives(field) if field is not None else ():
            place = project.place(at.unit, at.value)
            if place in seen or not is_personal(project.program, value):
                continue
            found = project.program.resolve(at.unit, at.value, at.substitution)
            if id(send) in wrapped and isinstance(found, Parameter):
                continue  # the callers say what it is
            seen.add(place)
            yield Verdict(
                place,
                "the user_id is personal data (an email address or a telephone number); "
                "send a stable internal id",
                extent=project.extent(at.unit, place.start),
            )
