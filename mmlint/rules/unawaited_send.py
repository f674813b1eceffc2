"""A plain HTTP request to Millimetric, in a serverless handler, that is not awaited.

`fetch`, an asyncio task or a thread only starts the request. The host freezes the process once the
handler has answered, and a request that is still under way then is cut off: the event is lost, and
no error says so.

**Bad**

```ts app/api/invite/route.ts
export async function POST(request: Request) {
  const { anonymous_id } = await request.json();
  fetch(`${process.env.AOA_HOST}/v1/track`, { // !MM106
    method: "POST",
    headers: { authorization: `Bearer ${process.env.AOA_SK}` },
    body: JSON.stringify({ event: "sent_invite", anonymous_id }),
  });
  return Response.json({ ok: true });
}
```

**Fixed**

```ts app/api/invite/route.ts fixed
export async function POST(request: Request) {
  const { anonymous_id } = await request.json();
  await fetch(`${process.env.AOA_HOST}/v1/track`, { // !MM106
    method: "POST",
    headers: { authorization: `Bearer ${process.env.AOA_SK}` },
    body: JSON.stringify({ event: "sent_invite", anonymous_id }),
  });
  return Response.json({ ok: true });
}
```

**Good**

```py src/invite.py
import os
from concurrent.futures import ThreadPoolExecutor

import requests

URL = f"{os.environ['AOA_HOST']}/v1/track"
HEADERS = {"Authorization": f"Bearer {os.environ['AOA_SK']}"}


def lambda_handler(event, context):
    invite = {"event": "sent_invite", "anonymous_id": event["anonymous_id"]}
    with ThreadPoolExecutor() as pool:
        pool.submit(requests.post, URL, headers=HEADERS, json=invite)
    return {"statusCode": 204}
```

Waiting is what it is for `flush()`: `await`, `return`, `Promise.all`, `asyncio.gather`,
`waitUntil`, `after`; for a thread `join()`, for a future `result()` or leaving the executor's
`with`. A plain `requests.post(…)` waits by itself. Where a function of your own waits for the
request and is not awaited, its call is reported.

**Fix**: `await`, safe where the function is async and the call is a statement of its own; needs
`--unsafe-fixes` where the function has to become async; none for threads.

**When to ignore it**: in code whose process lives on. Tell mmlint so with `runtime = "server"` for
these paths rather than with a comment.

Source: docs.millimetric.ai, server-side tracking: the instance freezes after the response.
"""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.project.fixes.repair import await_it
from mmlint.project.project import Project, place_at
from mmlint.project.semantic.unit import Location
from mmlint.rules import Rule, Verdict

RULE = Rule("MM106", "error", fixable="safe")


def check(project: Project) -> Iterator[Verdict]:
    seen: set[Location] = set()
    for unit in project.focused_modules:
        for function in project.flow.leaving_request(unit):
            index = function.index
            evidence = project.evidence(unit, index)
            if index == 0 or evidence.runtime != "serverless":
                continue
            for location, why in sorted(project.delivery(unit, index).dropped.items(), key=_order):
                if location in seen:
                    continue
                seen.add(location)
                yield Verdict(
                    place_at(location),
                    f"the request is not awaited: {why}; the event is lost when the process "
                    "is frozen",
                    extent=project.extent(unit, location.start),
                    evidence=(str(evidence),),
                    fix=await_it(project, location, index),
                )


def _order(item: tuple[Location, str]) -> int:
    return item[0].start
