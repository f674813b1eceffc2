"""An event without a name, a batch without events, an identify without both ids.

The API requires `event` in every event, at least one event in a batch, and both `anonymous_id` and
`user_id` in an identify. It answers 400, and a batch with one such event is refused as a whole.

**Bad**

```ts src/join.ts
import { track } from "@millimetric/track-node";

export function joined(anonymous_id: string) {
  track({ anonymous_id, properties: { plan: "pro" } }); // !MM614
}
```

```py services/join.py
import os
import requests

def known(user):
    requests.post(  # !MM614
        f"{os.environ['AOA_HOST']}/v1/identify",
        headers={"Authorization": f"Bearer {os.environ['AOA_SK']}"},
        json={"user_id": user.id},
        timeout=5,
    )
```

**Good**

```ts src/join.ts
import { track } from "@millimetric/track-node";

export function joined(anonymous_id: string) {
  track({ event: "joined", anonymous_id, properties: { plan: "pro" } });
}
```

Silent: an event that something unknown is spread into; `eventName` and `name`, which are
`misnamed-field`; an empty name, which is `field-limit`.

**Fix**: none: only you know what happened.

**When to ignore it**: never.

Source: docs.millimetric.ai, event schema; identify.
"""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.model import syntax as s
from mmlint.model.finding import Place
from mmlint.project.events.sends import Send
from mmlint.project.project import Project
from mmlint.project.semantic.unit import Unit
from mmlint.rules import Rule, Verdict
from mmlint.sdk.schema import MISNAMED

RULE = Rule("MM614", "error")

_NAMES = {"event", *(key for key, meant in MISNAMED.items() if meant == "event")}
_IDS = ("anonymous_id", "user_id")


def check(project: Project) -> Iterator[Verdict]:
    for send in project.payloads.events:
        if not send.event.open and _lacks(project, send, _NAMES):
            yield _verdict(project, send.unit, send.node, "the event has no name (`event`)")
    for batch in project.payloads.empty_batches:
        yield _verdict(project, batch.unit, batch.call, "the batch has no events")
    for one in project.identifications:
        if one.event.open or one.event.literal is None:
            continue
        missing = " and ".join(name for name in _IDS if _lacks(project, one, {name}))
        if missing:
            yield _verdict(project, one.unit, one.node, f"the identify has no {missing}")


def _verdict(project: Project, unit: Unit, node: s.Node, what: str) -> Verdict:
    place: Place = project.place(unit, node)
    return Verdict(place, f"{what}; Millimetric rejects it", project.extent(unit, node.start))


def _lacks(project: Project, send: Send, names: set[str]) -> bool:
    """Whether certainly none of ``names`` has a value, and this is the place to say so. An empty
    text is ``field-limit``'s."""
    if send.via is not None and not send.via.decided_by_caller & {*names, "*"}:
        return False
    found = [send.event.fields[name] for name in names & send.event.fields.keys()]
    return all(
        one.presence == "empty"
        and one.value is not None
        and project.program.text(one.unit, one.value, one.substitution) is None
        for one in found
    )
