"""An event of your own whose name begins with `$`.

The dollar sign is the vendor's: the SDKs and the server send `$pageview` and `$identify`, and may
send more one day. An event of your own under such a name looks like one of theirs in every
report.

**Bad**

```ts src/search.ts
import { track } from "@millimetric/track";

export const searched = (hits: number) => track("$searched", { hits }); // !MM606
```

```py services/refunds.py
import os
import httpx

def refunded(order_id, anonymous_id):
    httpx.post(
        f"{os.environ['AOA_HOST']}/v1/track",
        headers={"Authorization": f"Bearer {os.environ['AOA_SK']}"},
        json={
            "event": "$refunded",  # !MM606
            "anonymous_id": anonymous_id,
            "properties": {"order_id": order_id},
        },
    )
```

**Good**

```ts src/search.ts
import { track } from "@millimetric/track";

export const searched = (hits: number) => track("searched", { hits });
```

**Fix**: none: a renamed event begins a new history.

**When to ignore it**: never for new events.

Source: docs.millimetric.ai, event naming.
"""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.project.project import Project
from mmlint.rules import Rule, Verdict
from mmlint.sdk.schema import OWN_NAMES

RULE = Rule("MM606", "error")


def check(project: Project) -> Iterator[Verdict]:
    for name in project.payloads.names:
        if not name.text.startswith("$") or name.text in OWN_NAMES:
            continue
        yield Verdict(
            name.place,
            f'"{name.text}" is a reserved kind of name; choose one without "$"',
            extent=project.extent(name.given.unit, name.place.start),
            related=name.related,
        )
