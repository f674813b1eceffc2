"""An ignore comment without a reason.

A suppression is a decision, and the next reader wants to know why it was taken. Off by default; on
with `require-reason = true` (or `--select MM004`).

**Bad**

```toml mmlint.toml
require-reason = true
```

```ts app/api/ping/route.ts
import { track, flush } from "@millimetric/track-node";

export async function POST(request: Request) {
  const { anonymous_id } = await request.json();
  track({ event: "pinged", anonymous_id });
  flush(); /* mmlint: ignore[unawaited-flush] */ // !MM004
  return new Response();
}
```

**Good**: `// mmlint: ignore[unawaited-flush] the queue worker flushes for us`.

Source: mmlint itself.
"""

from __future__ import annotations

from mmlint.rules import Rule

RULE = Rule("MM004", "warning", enabled=False)
