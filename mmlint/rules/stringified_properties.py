"""Properties that are turned into text before they are sent.

The SDK, or the request, turns the whole event into JSON. Properties that are JSON already are
encoded twice: Millimetric gets one long text and no keys that a report could ask for.

**Bad**

```ts src/join.ts
import { track } from "@millimetric/track-node";

export function joined(anonymous_id: string) {
  track({
    event: "joined",
    anonymous_id,
    properties: JSON.stringify({ plan: "pro" }), // !MM609
  });
}
```

**Fixed**

```ts src/join.ts fixed
import { track } from "@millimetric/track-node";

export function joined(anonymous_id: string) {
  track({
    event: "joined",
    anonymous_id,
    properties: { plan: "pro" }, // !MM609
  });
}
```

**Good**

```py services/join.py
import os
import requests

def joined(anonymous_id):
    requests.post(
        f"{os.environ['AOA_HOST']}/v1/track",
        headers={"Authorization": f"Bearer {os.environ['AOA_SK']}"},
        json={"event": "joined", "anonymous_id": anonymous_id, "properties": {"plan": "pro"}},
        timeout=5,
    )
```

**Fix**: safe: takes the value out of `JSON.stringify` or `json.dumps`; none where a second argument
changes what is written, or where the text was put into a variable first.

**When to ignore it**: never.

Source: docs.millimetric.ai, properties.
"""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.model.finding import Fix, Rewrite
from mmlint.project.events.payload import Content
from mmlint.project.project import Project
from mmlint.rules import Rule, Verdict

RULE = Rule("MM609", "error", fixable="safe")

_LAYOUT = {"indent", "separators", "sort_keys", "ensure_ascii"}
"""Options of ``json.dumps`` that change the text, not what it says."""


def check(project: Project) -> Iterator[Verdict]:
    for content in project.payloads.values("properties"):
        if project.values.serialiser(content.value) is None:
            continue
        yield Verdict(
            content.place,
            "`properties` is a JSON text; send the object itself",
            extent=project.extent(content.at.unit, content.place.start),
            fix=_fix(project, content),
        )


def _fix(project: Project, content: Content) -> Fix | None:
    call = project.values.serialiser(content.value)
    if (
        not project.payloads.is_replaceable(content)
        or call is None
        or call is not content.at.value
        or not call.arguments
    ):
        return None
    first, *rest = call.arguments
    if first.name is not None or any(one.name not in _LAYOUT for one in rest):
        return None
    kept = (first.value.start, first.value.end)
    edit = Rewrite(content.at.unit.path, call.start, call.end, (kept,))
    return Fix("send the object itself", "safe", (edit,), reveals=True)
