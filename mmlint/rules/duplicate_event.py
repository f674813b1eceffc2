"""The same event is sent from the browser and from the server.

Millimetric does not deduplicate. An event that both sides send is counted twice, with two different
times and often two different identities, and every funnel built on it is wrong. One side is the
source of truth: for sign-ups, payments and subscriptions it is the server, which alone knows that
they really happened.

**Bad**

```tsx components/signup.tsx
"use client";
import { track } from "@millimetric/track";

export function SignupButton() {
  return <button onClick={() => track("signup")}>Join</button>; // !MM401
}
```

```ts app/api/signup/route.ts
import { track, flush } from "@millimetric/track-node";

export async function POST(request: Request) {
  const { anonymous_id } = await request.json();
  track({ event: "signup", anonymous_id });
  await flush();
  return Response.json({ ok: true });
}
```

**Good**

```tsx components/signup.tsx
"use client";
import { track } from "@millimetric/track";

export function SignupButton() {
  return <button onClick={() => track("clicked_signup")}>Join</button>;
}
```

```ts app/api/signup/route.ts
import { track, flush } from "@millimetric/track-node";

export async function POST(request: Request) {
  const { anonymous_id } = await request.json();
  track({ event: "signup", anonymous_id });
  await flush();
  return Response.json({ ok: true });
}
```

Names are compared across the whole project and both languages; constants and enum members count.

**Fix**: removes the browser's call where it is a statement of its own and has the properties of the
server's; needs `--unsafe-fixes`, because only you know which side should stay. Where that would
leave an empty function, a guard or a comment behind, nothing is written.

**When to ignore it**: names that both sides send on purpose go into the rule's allow list:
`rules.duplicate-event.allow = ["feature_used"]` in `mmlint.toml`.

Source: docs.millimetric.ai, server-side tracking: pick one source of truth per event.
"""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.model.finding import Fix, Related
from mmlint.project.events.duplicates import Duplicate
from mmlint.project.events.sends import Send
from mmlint.project.fixes.call_edits import remove_call
from mmlint.project.project import Project
from mmlint.rules import Rule, Verdict
from mmlint.sdk.schema import canonical_side

RULE = Rule("MM401", "error", fixable="unsafe", options=("allow",))

_TITLE = "remove the browser's call"


def check(project: Project) -> Iterator[Verdict]:
    allowed = project.option("duplicate-event", "allow")
    servers: dict[str, tuple[Related, ...]] = {}
    for one in project.duplicates:
        name, send = one.name, one.send
        if isinstance(allowed, list) and name in allowed:
            continue
        if name not in servers:
            servers[name] = tuple(_related(project, server) for server in one.servers)
        yield Verdict(
            project.place(send.unit, send.node),
            f'"{name}" is sent from the browser here and from the server too; {_advice(name)}',
            extent=project.extent(send.unit, send.call.start),
            related=servers[name],
            fix=_fix(project, one),
        )


def _fix(project: Project, one: Duplicate) -> Fix | None:
    """Remove the browser's call, unless it has other properties than the server's: they would be
    lost."""
    same = project.payloads.have_same_properties
    if not any(same(one.send, server) for server in one.servers):
        return None
    return remove_call(project, one.send.unit, one.send.call, _TITLE, "unsafe")


def _advice(name: str) -> str:
    side = canonical_side(name)
    if side is None:
        return "it will be counted twice; keep one side"
    other = "this one" if side == "server" else "the server's"
    return f"it will be counted twice; keep the {side}-side call and remove {other}"


def _related(project: Project, send: Send) -> Related:
    place = project.place(send.unit, send.node)
    return Related(place, "also sent from the server here", cause=True)
