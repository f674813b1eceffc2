"""A script that sends stored rows as events of this moment.

An event without `timestamp` happened when it arrives. Rows of last year, sent today, become a peak
of today: the history that was to be filled in stays empty, and today's numbers are wrong.

**Bad**

```ts scripts/backfill.ts
import { init, track, flush } from "@millimetric/track-node";

init({ key: process.env.AOA_SK!, host: process.env.AOA_HOST!, flushAt: 500 });

export async function backfill(rows: { aid: string; user: string; at: Date }[]) {
  for (const row of rows) {
    track({ event: "ordered", anonymous_id: row.aid, user_id: row.user }); // !MM505
  }
  await flush();
}
```

**Good**

```ts scripts/backfill.ts
import { init, track, flush } from "@millimetric/track-node";

init({ key: process.env.AOA_SK!, host: process.env.AOA_HOST!, flushAt: 500 });

export async function backfill(rows: { aid: string; user: string; at: Date }[]) {
  for (const row of rows) {
    const timestamp = row.at.toISOString();
    track({ event: "ordered", anonymous_id: row.aid, user_id: row.user, timestamp });
  }
  await flush();
}
```

Rows are stored ones if they are read from a database or a file, are called rows or records, or if
the script's name says backfill, import, migration or replay. A job that does something for each of
today's accounts is right to send now.

**Fix**: none; only you know which column holds the time.

**When to ignore it**: jobs whose events do happen as they run, such as reminders.

Source: docs.millimetric.ai, event schema: timestamp, and rate limits: backfills.
"""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.project.project import Project
from mmlint.rules import Rule, Verdict

RULE = Rule("MM505", "warning")


def check(project: Project) -> Iterator[Verdict]:
    for send in project.looped_sends:
        if not send.lacks("timestamp"):
            continue
        if not project.loops.is_backfill(send.unit, send.node.start):
            continue
        evidence = project.evidence(send.unit, send.site.function)
        yield Verdict(
            project.place(send.unit, send.node),
            "historical row without `timestamp`; it will be recorded as happening now",
            extent=project.extent(send.unit, send.call.start),
            evidence=(str(evidence),),
        )
