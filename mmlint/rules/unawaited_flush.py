"""A `flush()` of the server SDK whose promise is not awaited.

`flush()` sends what `track()` has queued and answers with a promise. When that is not awaited, a
serverless host freezes the process as soon as the handler's own promise settles, a script simply
ends, and the events are gone without an error anywhere.

**Bad**

```ts app/api/signup/route.ts
import { track, flush } from "@millimetric/track-node";

export async function POST(request: Request) {
  const { anonymous_id } = await request.json();
  track({ event: "signup", anonymous_id });
  flush(); // !MM101
  return Response.json({ ok: true });
}
```

**Good**

```ts app/api/signup/route.ts
import { track, flush } from "@millimetric/track-node";

export async function POST(request: Request) {
  const { anonymous_id } = await request.json();
  track({ event: "signup", anonymous_id });
  await flush();
  return Response.json({ ok: true });
}
```

Also accepted: returning the promise, `Promise.all([…, flush()])`, a chain that is itself awaited, a
promise stored and awaited later on the same path, and a platform that waits:
`ctx.waitUntil(flush())`, `after(() => flush())` of `next/server`.

**Fix**: safe where the function is async and the call is a statement of its own; needs
`--unsafe-fixes` where the function has to become async; none where awaiting here would not help
(a timer, a `forEach`). In a callback that a visitor's stream or a tool call waits for, `await`
would delay them: the call is handed to the `after` or `waitUntil` that the file uses already, with
`--unsafe-fixes`, or there is none.

**When to ignore it**: in code that only ever runs in a process that lives on. Tell mmlint so with
`runtime = "server"` for these paths rather than with a comment.

Source: docs.millimetric.ai, server-side tracking: always `await flush()` before a serverless
function returns.
"""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.project.fixes.repair import await_it
from mmlint.project.lifecycle.shutdown import Shutdowns
from mmlint.project.project import Project, place_at
from mmlint.project.semantic.unit import Location
from mmlint.rules import Rule, Verdict

RULE = Rule("MM101", "error", fixable="safe")


def check(project: Project) -> Iterator[Verdict]:
    seen: set[Location] = set()
    shutdowns = Shutdowns(project)
    for unit in project.focused_modules:
        for function in project.flow.leaving_flush(unit):
            delivery = project.delivery(unit, function.index)
            for location, why in sorted(delivery.unwaited.items(), key=_order):
                owner = unit.function_at(location.start)
                evidence = project.evidence(unit, owner)
                lives_on = evidence.runtime == "long-running" and location not in delivery.cut_off
                if lives_on or location in seen or shutdowns.outlives(location):
                    continue
                seen.add(location)
                yield Verdict(
                    place_at(location),
                    f"`flush()` is not awaited: {why}; queued events are lost when the process is "
                    "frozen or exits",
                    extent=project.extent(unit, location.start),
                    evidence=(str(evidence),) if evidence.why else (),
                    fix=await_it(project, location, function.index),
                )


def _order(item: tuple[Location, str]) -> int:
    return item[0].start
