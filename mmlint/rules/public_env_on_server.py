"""The server's key is read from a variable that is public.

A variable with a prefix such as `NEXT_PUBLIC_` or `VITE_` is copied into the browser's code. If it
holds a secret key, everybody has it; if it holds a public one, the API refuses it, for a server has
no page on the allowlist.

**Bad**

```ts app/api/order/route.ts
import { init } from "@millimetric/track-node";

init({ key: process.env.NEXT_PUBLIC_AOA_KEY!, host: process.env.AOA_HOST! }); // !MM205
```

```py jobs/send.py
import os
import requests
from jobs.events import event

requests.post(
    "https://api.millimetric.ai/v1/track",
    headers={"Authorization": "Bearer " + os.environ["NEXT_PUBLIC_AOA_KEY"]},  # !MM205
    json=event,
)
```

**Good**

```ts app/api/order/route.ts
import { init } from "@millimetric/track-node";

init({ key: process.env.AOA_SK!, host: process.env.AOA_HOST! });
```

The files that give the variable its value are shown beside the finding.

**Fix**: none; mint a secret key and put it under a name without the prefix.

**When to ignore it**: a name that only looks public.

Source: docs.millimetric.ai, server-side tracking and API keys.
"""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.project.project import Project
from mmlint.project.secrets.keys import carried, is_public, key_uses, place_of
from mmlint.rules import Rule, Verdict

RULE = Rule("MM205", "error")


def check(project: Project) -> Iterator[Verdict]:
    for use in key_uses(project):
        if not use.on_server or use.origin_header is not False or not is_public(project, use):
            continue
        place = place_of(project, use.origin)
        yield Verdict(
            place,
            f"the server reads its key from {use.origin.variable}, which is exposed to browsers; "
            "use an unprefixed variable such as AOA_SK",
            extent=(place.start, place.end),
            related=carried(project, use.origin),
        )
