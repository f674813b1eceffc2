"""The browser's `anonymous_id` is thrown away.

The id links a visit to the sign-up, the purchase and the next visit. Millimetric knows no "reset on
logout": after `identify` the device keeps its `anonymous_id`. A new one, or a deleted one, makes
the same person a new visitor, and history is not rewritten.

**Bad**

```ts src/session.ts
import { setAnonymousId } from "@millimetric/track";

export function logOut() {
  setAnonymousId(crypto.randomUUID()); // !MM303
  localStorage.removeItem("mm_aid"); // !MM303
  location.assign("/");
}
```

**Good**

```ts src/session.ts
import { setAnonymousId } from "@millimetric/track";

export function start(page: { aid: string }) {
  setAnonymousId(page.aid);
}

export function logOut() {
  localStorage.removeItem("draft");
  location.assign("/");
}
```

`setAnonymousId` is made for an id that the server owns and gives to the page.

**Fix**: removes the call where it is a statement of its own; needs `--unsafe-fixes`, because what
else relies on the new id is not known.

**When to ignore it**: shared devices, such as kiosks, where the next person is certainly another.

Source: docs.millimetric.ai, anonymous to known.
"""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.project.dataflow.value_sources import Minting
from mmlint.project.events.identity import removals, resets, written
from mmlint.project.events.sends import Send
from mmlint.project.fixes.call_edits import remove_call
from mmlint.project.project import Project
from mmlint.rules import Rule, Verdict

RULE = Rule("MM303", "error", fixable="unsafe")


def check(project: Project) -> Iterator[Verdict]:
    minting = Minting(project.program)
    for call in removals(project.program):
        yield _verdict(project, call, "the device's anonymous_id is deleted")
    for call, field in resets(project.program):
        at = written(field)
        if at is not None and minting.always(at.unit, at.value, at.substitution):
            yield _verdict(project, call, "the device's anonymous_id is replaced by a fresh one")


def _verdict(project: Project, call: Send, what: str) -> Verdict:
    return Verdict(
        project.place(call.unit, call.node),
        f"{what}: the same person will look like a new visitor; keep the id, also after logout",
        extent=project.extent(call.unit, call.node.start),
        fix=remove_call(project, call.unit, call.call, "keep the anonymous_id", "unsafe"),
    )
