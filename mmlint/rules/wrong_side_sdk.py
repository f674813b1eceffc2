"""An SDK imported on the side that it is not made for.

The browser SDK touches `localStorage` and `navigator`: on a server it throws, or mixes all visitors
into one. The server SDK needs a secret key, and whatever a browser's code needs is public.

**Bad**

```ts app/api/join/route.ts
import { track } from "@millimetric/track"; // !MM405

export async function POST() {
  track("joined");
  return new Response(null, { status: 204 });
}
```

```tsx components/join.tsx
"use client";
import { track } from "@millimetric/track-node"; // !MM405

export const joined = (aid: string) => track({ event: "tapped_join", anonymous_id: aid });
```

**Good**

```ts app/api/join/route.ts
import { track, flush } from "@millimetric/track-node";

export async function POST(request: Request) {
  const { anonymous_id } = await request.json();
  track({ event: "joined", anonymous_id });
  await flush();
  return new Response(null, { status: 204 });
}
```

Types alone, and what is loaded on demand (`import()`), may be imported anywhere. Files that both
sides run, such as a page with its loader, are left alone.

**Fix**: none; the two SDKs take different calls.

**When to ignore it**: never.

Source: docs.millimetric.ai, browser SDK, node SDK and SvelteKit.
"""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.project.platforms.importing import wrong_imports
from mmlint.project.project import Project
from mmlint.rules import Rule, Verdict

RULE = Rule("MM405", "error")

_ADVICE = {
    "browser": "the browser SDK cannot run on a server; use @millimetric/track-node",
    "node": "the server SDK needs a secret key, which must not reach browsers; "
    "use @millimetric/track",
}


def check(project: Project) -> Iterator[Verdict]:
    for one in wrong_imports(project.program, project.runtimes):
        yield Verdict(
            project.place(one.unit, one.statement),
            _ADVICE[one.sdk],
            extent=(one.statement.start, one.statement.end),
            evidence=(one.why,),
        )
