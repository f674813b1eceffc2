"""A plain request to Millimetric that cannot work.

The API takes a POST of JSON with `Authorization: Bearer <key>`. Everything else is refused, or
never leaves the browser; and because events are sent on the side, the answer is not looked at.

**Bad**

```ts src/send.ts
export async function send(event: object) {
  await fetch("https://api.millimetric.ai/v1/track", { // !MM703
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(event),
  });
}
```

```py services/send.py
import os
import requests

def joined(aid):
    requests.post(  # !MM703
        f"{os.environ['AOA_HOST']}/v1/track",
        headers={"Authorization": f"Bearer {os.environ['AOA_SK']}"},
        data={"event": "joined", "anonymous_id": aid},
        timeout=5,
    )
```

**Good**

```py services/send.py
import os
import requests

def joined(aid):
    requests.post(
        f"{os.environ['AOA_HOST']}/v1/track",
        headers={"Authorization": f"Bearer {os.environ['AOA_SK']}"},
        json={"event": "joined", "anonymous_id": aid},
        timeout=5,
    )
```

Found: no `Authorization` in the headers, or no headers; GET; `mode: "no-cors"`; `sendBeacon`; a
body that is an object instead of text; in Python a dict as `data=`. A session or client that is
made elsewhere may carry the header, and is left alone.

**Fix**: safe for Python's `data=`: makes it `json=`. Else none.

**When to ignore it**: requests to a proxy of your own, which adds the key.

Source: docs.millimetric.ai, API overview and server-side tracking with HTTP.
"""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.model.finding import Fix, RenameKey
from mmlint.project.http.refusals import Refusals, Refused
from mmlint.project.project import Project
from mmlint.rules import Rule, Verdict

RULE = Rule("MM703", "error", fixable="safe")


def check(project: Project) -> Iterator[Verdict]:
    for one in Refusals(project.program).all():
        unit, call = one.call.unit, one.call.call
        yield Verdict(
            project.place(unit, call),
            f"Millimetric rejects this request: {one.why}",
            extent=project.extent(unit, call.start),
            fix=_fix(one),
        )


def _fix(one: Refused) -> Fix | None:
    keyword = one.keyword
    if keyword is None:
        return None
    edit = RenameKey(one.call.unit.path, keyword.start, keyword.end, "data", "json")
    return Fix("send json=", "safe", (edit,), reveals=True)
