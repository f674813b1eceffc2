"""A `timestamp` that is no ISO 8601 text.

Millimetric takes times as `2026-03-01T12:00:00Z`. A number of seconds or milliseconds, or a date
in the words of a language, is refused or read as another time.

**Bad**

```ts src/import.ts
import { track } from "@millimetric/track-node";

export function imported(anonymous_id: string) {
  track({
    event: "imported",
    anonymous_id,
    timestamp: Date.now(), // !MM613
  });
}
```

**Fixed**

```ts src/import.ts fixed
import { track } from "@millimetric/track-node";

export function imported(anonymous_id: string) {
  track({
    event: "imported",
    anonymous_id,
    timestamp: new Date().toISOString(), // !MM613
  });
}
```

**Bad**

```py jobs/imported.py
import time
import millimetric

def imported(anonymous_id):
    millimetric.track(
        event="imported",
        anonymous_id=anonymous_id,
        timestamp=time.time(),  # !MM613
    )
```

**Good**

```py jobs/imported.py
from datetime import datetime, timezone
import millimetric

def imported(anonymous_id):
    millimetric.track(
        event="imported",
        anonymous_id=anonymous_id,
        timestamp=datetime.now(timezone.utc).isoformat(),
    )
```

Found, also through variables and arithmetic: numbers; `Date.now()`, `getTime()`, `time.time()`,
`.timestamp()`; `toLocaleString()` and its like.

**Fix**: safe for `Date.now()` itself: `new Date().toISOString()`. Else none.

**When to ignore it**: never.

Source: docs.millimetric.ai, event schema.
"""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.model.finding import Fix, Replace
from mmlint.project.events.payload import Content
from mmlint.project.project import Project
from mmlint.rules import Rule, Verdict

RULE = Rule("MM613", "error", fixable="safe")


def check(project: Project) -> Iterator[Verdict]:
    for content in project.payloads.values("timestamp"):
        found = project.values.unfit_time(content.value)
        if found is not None:
            yield Verdict(
                content.place,
                f"timestamp is {found}; send ISO 8601, such as 2026-03-01T12:00:00Z",
                extent=project.extent(content.at.unit, content.place.start),
                fix=_fix(project, content),
            )


def _fix(project: Project, content: Content) -> Fix | None:
    if not project.payloads.is_replaceable(content) or not project.values.is_now(content.at):
        return None
    place = content.place
    edit = Replace(place.path, place.start, place.end, "new Date().toISOString()")
    return Fix("send new Date().toISOString()", "safe", (edit,))
