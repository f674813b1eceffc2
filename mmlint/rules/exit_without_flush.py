"""A script that queues an event and can end without flushing it.

The timer of the server SDK does not keep a process alive. A script that sends and then reaches its
end, or calls `process.exit()`, takes what is still queued with it: backfills and nightly jobs that
report success and send half of their events.

**Bad**

```ts scripts/renewals.ts
import { track } from "@millimetric/track-node";
import { dueRenewals } from "./db.js";

for (const one of await dueRenewals()) {
  track({ event: "renewed_plan", anonymous_id: one.anonymousId, user_id: one.userId }); // !MM104
}
```

**Fixed**

```ts scripts/renewals.ts fixed
import { flush, track } from "@millimetric/track-node";
import { dueRenewals } from "./db.js";

for (const one of await dueRenewals()) {
  track({ event: "renewed_plan", anonymous_id: one.anonymousId, user_id: one.userId }); // !MM104
}
await flush();
```

**Good**

```py scripts/renewals.py
from millimetric import MillimetricClient

client = MillimetricClient()


def main(due):
    for plan in due:
        client.track({"event": "renewed_plan", "anonymous_id": plan.aid, "user_id": plan.user})
    client.flush()


if __name__ == "__main__":
    main([])
```

What makes a file a script: it lies under `scripts/`, `bin/` or `jobs/`, `package.json` starts it,
its first line is `#!`, it has a `__main__` guard, or it is a Django management command. A program
that listens is none.

**Fix**: `await flush()` before the script ends, or ends itself. Safe at the top level of an ES
module and at the end of an async function; else it needs `--unsafe-fixes`.

**When to ignore it**: where something else flushes on exit.

Source: docs.millimetric.ai, node SDK: flush before a process exits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mmlint.model.finding import Fix, Related
from mmlint.project.delivery.analysis import Exit
from mmlint.project.fixes.repair import flush_before
from mmlint.project.lifecycle.shutdown import Shutdowns
from mmlint.project.project import Project, place_at, related
from mmlint.project.semantic.unit import Location, Unit
from mmlint.rules import Rule, Verdict

RULE = Rule("MM104", "error", fixable="safe")

_ENDS = {"process": "the process ends here", "throw": "the script throws here"}


def check(project: Project) -> Iterator[Verdict]:
    shutdowns = Shutdowns(project)
    for function in project.starts:
        if not project.flow.may_leave_send(function) or not project.reaches_focus(function):
            continue
        unit, index = function.unit, function.index
        evidence = project.evidence(unit, index)
        if evidence.runtime != "script":
            continue
        delivery = project.delivery(unit, index)
        unsent = [one for one in delivery.unsent if not _is_served(project, one)]
        if not unsent or shutdowns.flushes_at_exit(unit):
            continue
        calls = {project.flow.origin(one, within=unit): one for one in unsent}
        first = min(calls, key=lambda one: one.start)
        exits = delivery.exits_of(calls[first])
        yield Verdict(
            place_at(first),
            "this event can be lost: the script can exit before `flush()`",
            extent=project.extent(unit, first.start),
            related=(*_queued(project, first), *_ends(project, exits)),
            evidence=(str(evidence),),
            fix=_fix(project, unit, first),
        )


def _is_served(project: Project, send: Location) -> bool:
    """Whether a platform calls the function around ``send``: then the script only registers it."""
    return project.evidence(send.unit, send.unit.function_at(send.start)).runtime == "serverless"


def _queued(project: Project, send: Location) -> Iterator[Related]:
    """The send inside the helper that the script calls."""
    origin = project.flow.origin(send)
    if origin != send:
        yield related(origin, "the event is queued here", cause=True)


def _ends(project: Project, exits: Iterable[Exit]) -> Iterator[Related]:
    """Where the script ends before its last line."""
    ends = {
        end: _ENDS[one.kind] for one in exits if one.kind in _ENDS for end in _places(project, one)
    }
    for location, message in ends.items():
        yield related(location, message)


def _places(project: Project, one: Exit) -> list[Location]:
    return project.flow.endings(one.location) if one.kind == "process" else [one.location]


def _fix(project: Project, unit: Unit, send: Location) -> Fix | None:
    """Flush in the function that sends, where it ends."""
    holder = unit.function_at(send.start)
    exits = project.delivery(unit, holder).exits_of(send)
    return flush_before(project, unit, holder, send, exits) if exits else None
