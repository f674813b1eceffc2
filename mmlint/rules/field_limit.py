"""A field that is empty, or longer than Millimetric takes.

The API answers 400 `invalid_payload` to the event, and to a whole batch that holds one such
event. Limits: `event`, `event_id`, `anonymous_id` and `session_id` 1 to 128 characters, `user_id`
1 to 256, `url`, `path` and `referrer` up to 2048, `properties` up to 8 KiB as JSON.

**Bad**

```ts src/join.ts
import { track } from "@millimetric/track-node";

export function joined(anonymous_id: string) {
  track({ event: "joined", anonymous_id, user_id: "" }); // !MM607
}
```

```py services/join.py
import millimetric

def joined(anonymous_id):
    millimetric.track(
        event="",  # !MM607
        anonymous_id=anonymous_id,
    )
```

**Good**

```ts src/join.ts
import { track } from "@millimetric/track-node";

export function joined(anonymous_id: string) {
  track({ event: "joined", anonymous_id });
}
```

Only what is written in the source is measured. Of `properties` the known part is counted; where
that alone is too much, the rest does not matter. An empty `anonymous_id` of a server's event is
`missing-anonymous-id`'s too, which can tell where the id is.

**Fix**: none.

**When to ignore it**: never.

Source: docs.millimetric.ai, event schema.
"""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.project.events.payload import Content
from mmlint.project.project import Project
from mmlint.rules import Rule, Verdict
from mmlint.sdk.schema import LIMITS, MAX_PROPERTIES, MAY_BE_EMPTY

RULE = Rule("MM607", "error")


def check(project: Project) -> Iterator[Verdict]:
    for content in project.payloads.values(*LIMITS, "properties"):
        said = _oversize(project, content) if content.name == "properties" else _text(content)
        if said is not None:
            yield Verdict(
                content.place,
                f"{content.name} {said}; Millimetric rejects the event",
                extent=project.extent(content.at.unit, content.place.start),
            )


def _text(content: Content) -> str | None:
    if content.text == "" and content.name not in MAY_BE_EMPTY:
        return "can be empty" if content.option else "is empty"
    most = LIMITS[content.name]
    if content.text is not None and len(content.text) > most:
        has = "can have" if content.option else "has"
        return f"{has} {len(content.text)} characters (limit {most})"
    return None


def _oversize(project: Project, content: Content) -> str | None:
    size = project.values.json_size(content.value)
    larger = "can be larger" if content.option else "is larger"
    return f"{larger} than {MAX_PROPERTIES} bytes as JSON" if size > MAX_PROPERTIES else None
