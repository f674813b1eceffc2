"""A serverless handler that queues an event and can end without flushing it.

On a serverless host the process is frozen once the handler has answered. What `track()` has queued
by then, and no `flush()` has sent, never arrives. `flushAt: 1` does not help: the request is under
way, without an `await`. mmlint follows every path of the handler: branches, early returns,
loops, `try`/`finally`, calls of your own helpers.

**Bad**

```ts app/api/orders/route.ts
import { track, flush } from "@millimetric/track-node";

export async function POST(request: Request) {
  const { anonymous_id, draft } = await request.json();
  track({ event: "placed_order", anonymous_id }); // !MM102
  if (draft) {
    return Response.json({ draft: true });
  }
  await flush();
  return Response.json({ ok: true });
}
```

**Fixed**

```ts app/api/orders/route.ts fixed
import { track, flush } from "@millimetric/track-node";

export async function POST(request: Request) {
  const { anonymous_id, draft } = await request.json();
  track({ event: "placed_order", anonymous_id }); // !MM102
  if (draft) {
    await flush();
    return Response.json({ draft: true });
  }
  await flush();
  return Response.json({ ok: true });
}
```

**Good**

```ts app/api/orders/route.ts
import { track, flush } from "@millimetric/track-node";

export async function POST(request: Request) {
  const { anonymous_id } = await request.json();
  try {
    track({ event: "placed_order", anonymous_id });
    return Response.json({ ok: true });
  } finally {
    await flush();
  }
}
```

**Fix**: `await flush()` before each exit that misses it, and `flush` added to the import. Safe
where the handler is async and these exits are its own returns or its end.

**When to ignore it**: where the platform runs the function in a process that stays alive; say so
with `runtime = "server"`.

Source: docs.millimetric.ai, server-side tracking: the instance freezes after the response.
"""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.model.finding import Related
from mmlint.project.delivery.analysis import Exit
from mmlint.project.delivery.state import EXITS
from mmlint.project.fixes.repair import flush_behind
from mmlint.project.project import Project, place_at, related
from mmlint.project.semantic.unit import Location
from mmlint.project.semantic.wrapping import FlushesAfter
from mmlint.rules import Rule, Verdict

RULE = Rule("MM102", "error", fixable="safe")

_LATER = {
    "pause": ", and goes on in another process",
    "step": ", and the next may run in another process",
}


def check(project: Project) -> Iterator[Verdict]:
    for handler in project.handlers:
        unit, index = handler.function.unit, handler.function.index
        if not handler.wrappers and not project.reaches_focus(handler.function):
            continue
        evidence = project.evidence(unit, index)
        if evidence.runtime != "serverless" or not project.flow.mentions_send(handler.function):
            continue
        around = [project.covering(handler, one) for one in handler.wrappers]
        if any(one.flushes is not False for one in around):
            continue
        delivery = project.delivery(unit, index)
        if not delivery.unsent:
            continue
        first = min(delivery.unsent, key=lambda location: location.start)
        origin = project.flow.origin(first)
        inner = (_queued(origin),) if origin != first else ()
        yield Verdict(
            place_at(first),
            "this event can be lost: the handler can exit before `flush()`",
            extent=project.extent(unit, first.start),
            related=(*inner, *map(_related, delivery.exits), *_wrappers(around)),
            evidence=(str(evidence),),
            fix=flush_behind(project, unit, index, delivery, handler.platform),
        )


def _queued(send: Location) -> Related:
    """The send inside the helper that the handler calls."""
    return related(send, "the event is queued here", cause=True)


def _wrappers(around: list[FlushesAfter]) -> Iterator[Related]:
    """Where the functions around the handler let its events go."""
    gaps = dict.fromkeys(gap for one in around for gap in one.gaps)
    return (related(gap, "what is wrapped around the handler does not flush here") for gap in gaps)


def _related(one: Exit) -> Related:
    return related(
        one.location, f"{EXITS[one.kind]} here without a flush{_LATER.get(one.kind, '')}"
    )
