"""The server sends an event that only a browser can see.

Views, clicks and hovers happen in front of a person. A server that sends them counts requests:
those of robots, of prefetching, of health checks. The browser SDK sends `$pageview` on its own.

**Bad**

```ts app/api/plans/route.ts
import { track, flush } from "@millimetric/track-node";

export async function GET(request: Request) {
  const anonymous_id = request.headers.get("x-aid")!;
  track({ event: "viewed_plans", anonymous_id }); // !MM403
  await flush();
  return Response.json({ plans: [] });
}
```

```py services/plans.py
import os
import requests

def plans(anonymous_id):
    requests.post(  # !MM403
        f"{os.environ['AOA_HOST']}/v1/track",
        headers={"Authorization": f"Bearer {os.environ['AOA_SK']}"},
        json={"event": "$pageview", "anonymous_id": anonymous_id},
        timeout=5,
    )
```

**Good**

```ts src/plans.ts
import { track } from "@millimetric/track";

export const shown = () => track("viewed_plans");
```

**Fix**: none; the browser's call has to be written.

**When to ignore it**: pages without any script, such as a feed or an e-mail's pixel.

Source: docs.millimetric.ai, server-side tracking: who fires what.
"""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.project.project import Project
from mmlint.rules import Rule, Verdict
from mmlint.sdk.schema import BROWSER_EVENTS, is_among

RULE = Rule("MM403", "warning")


def check(project: Project) -> Iterator[Verdict]:
    for send, name in project.named_sends("server"):
        if is_among(name, BROWSER_EVENTS):
            yield Verdict(
                project.place(send.unit, send.node),
                f'"{name}" is sent from the server, which does not see the visitor; '
                "send it from the browser",
                extent=project.extent(send.unit, send.call.start),
            )
