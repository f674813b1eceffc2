"""A field that Millimetric works out itself.

`source`, `medium`, `campaign`, `country`, `browser` and their like are computed when the event
arrives, from `url`, `referrer` and the request. What a client sends under these names is ignored.
To have a say in attribution, pass the page's `url` and `referrer`.

**Bad**

```ts src/join.ts
import { track } from "@millimetric/track-node";

export function joined(anonymous_id: string) {
  track({ event: "joined", anonymous_id, source: "newsletter" }); // !MM604
}
```

**Fixed**

```ts src/join.ts fixed
import { track } from "@millimetric/track-node";

export function joined(anonymous_id: string) {
  track({ event: "joined", anonymous_id }); // !MM604
}
```

**Good**

```ts src/join.ts
import { track } from "@millimetric/track-node";

export function joined(anonymous_id: string, url: string, referrer: string) {
  track({ event: "joined", anonymous_id, url, referrer });
}
```

```py services/join.py
import millimetric

def joined(anonymous_id):
    millimetric.track(
        event="joined",
        anonymous_id=anonymous_id,
        properties={"source": "invitation"},
    )
```

Keys inside `properties` are your own, whatever they are called.

**Fix**: safe where the value calls nothing: removes the entry. None in a call of a function or
class of your own, nor in an object that is used for more than the event.

**When to ignore it**: never.

Source: docs.millimetric.ai, events: fields added on ingest.
"""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.model import syntax as s
from mmlint.model.finding import Edit, Fix, RemoveEntry, RemoveStatement
from mmlint.project.events.payload import Key
from mmlint.project.project import Project
from mmlint.rules import Rule, Verdict
from mmlint.sdk.schema import ENRICHED

RULE = Rule("MM604", "warning", fixable="safe")


def check(project: Project) -> Iterator[Verdict]:
    for key in project.payloads.keys:
        if key.name in ENRICHED:
            yield Verdict(
                key.place,
                f"`{key.name}` is computed by Millimetric and ignored when it is sent; "
                "pass `url` and `referrer`",
                extent=project.extent(key.unit, key.place.start),
                fix=_fix(project, key),
            )


def _fix(project: Project, key: Key) -> Fix | None:
    entry = key.field.entry
    if entry is None or project.values.has_effect(entry.value):
        return None
    if not project.payloads.is_private(key):
        return None
    edit: Edit | None = RemoveEntry(key.unit.path, entry.start, entry.end)
    if isinstance(entry, s.Entry) and key.field.literal is None:
        edit = _assignment(project, key, entry)
    return Fix("remove it", "safe", (edit,)) if edit else None


def _assignment(project: Project, key: Key, entry: s.Entry) -> Edit | None:
    """``event.source = …``, where that is the whole statement."""
    written = project.statement(key.unit, entry.start)
    if written is None or not isinstance(written.statement, s.Assign):
        return None
    if written.statement.target.start != entry.start:
        return None
    return RemoveStatement(key.unit.path, written.statement.start, written.statement.end)
