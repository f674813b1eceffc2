"""`anonymous_id` and `user_id` get the same value.

`anonymous_id` is the device's, `user_id` the account's. Who puts the account's id into both fields
says nothing of the device: the event cannot be linked to the visits before the login, and the user
counts as one more visitor.

**Bad**

```ts app/api/upgrade/route.ts
import { track, flush } from "@millimetric/track-node";
import { currentUser } from "../../auth";

export async function POST(request: Request) {
  const user = await currentUser(request);
  track({
    event: "upgraded_plan",
    anonymous_id: user.id, // !MM304
    user_id: user.id,
  });
  await flush();
  return Response.json({ ok: true });
}
```

**Good**

```ts app/api/upgrade/route.ts
import { track, flush } from "@millimetric/track-node";
import { currentUser } from "../../auth";

export async function POST(request: Request) {
  const user = await currentUser(request);
  const { anonymous_id } = await request.json();
  track({ event: "upgraded_plan", anonymous_id, user_id: user.id });
  await flush();
  return Response.json({ ok: true });
}
```

Bodies of `/v1/identify` count too: there the pair is what links the visits to the account.

**Fix**: none. Only you know where the device's id can be read.

**When to ignore it**: devices that are accounts themselves, such as sensors.

Source: docs.millimetric.ai, identities.
"""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.model import syntax as s
from mmlint.model.finding import Place
from mmlint.project.dataflow.backward import Expression
from mmlint.project.events.identity import same, written
from mmlint.project.project import Project
from mmlint.project.semantic.shape import Field
from mmlint.project.semantic.unit import Unit
from mmlint.rules import Rule, Verdict

RULE = Rule("MM304", "warning")


def check(project: Project) -> Iterator[Verdict]:
    seen: set[Place] = set()
    for send in (*project.sends, *project.identifications):
        device, user = send.field("anonymous_id"), send.field("user_id")
        if device is None or user is None:
            continue
        ours, theirs = written(device), written(user)
        if ours is None or theirs is None or not same(project.program, ours, theirs):
            continue
        unit, node = _spot(project, device, user, ours)
        place = project.place(unit, node)
        if place in seen:
            continue
        seen.add(place)  # every caller of a wrapper leads here again
        yield Verdict(
            place,
            "anonymous_id and user_id are the same: the event cannot be linked to the visits "
            "before the login",
            extent=project.extent(unit, node.start),
        )


def _spot(project: Project, device: Field, user: Field, ours: Expression) -> tuple[Unit, s.Node]:
    """The key of the field; the caller's argument where only the caller makes the two the same."""
    here = [Expression(one.unit, one.value) for one in (device, user) if one.value]
    if ours.value is not device.value and not same(project.program, here[0], here[1]):
        return ours.unit, ours.value
    end = device.entry.end if device.entry else device.start
    return device.unit, s.Node(device.start, end)
