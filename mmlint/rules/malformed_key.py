"""Something that begins like a key, and is none.

A key has four parts: its kind, its environment, 8 characters to look it up by, and the secret. The
API answers everything else with 401 `malformed_api_key`, often because a part was lost in copying,
or because the key is another vendor's.

**Bad**

```ts server/analytics.ts
import { init } from "@millimetric/track-node";

init({ key: "sk_live_a1b2", host: "https://api.millimetric.ai" }); // !MM206
```

**Good**

```ts server/analytics.ts
import { init } from "@millimetric/track-node";

init({ key: process.env.AOA_SK!, host: "https://api.millimetric.ai" });
```

Looked at are the key of the SDK and of the snippet, and the bearer of requests to Millimetric.
Stand-ins (`pk_live_...`, `sk_xxx`) and test files are silent.

**Fix**: none; copy the key again.

**When to ignore it**: a server of your own that takes other keys.

Source: docs.millimetric.ai, API keys and errors.
"""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.project.project import Project
from mmlint.project.secrets.keys import malformed_keys
from mmlint.rules import Rule, Verdict

RULE = Rule("MM206", "warning")


def check(project: Project) -> Iterator[Verdict]:
    for one in malformed_keys(project):
        yield Verdict(
            one.place,
            f"malformed Millimetric key: expected "
            f"{one.kind}_, the environment, 8 characters and the secret, joined by _",
            extent=(one.place.start, one.place.end),
        )
