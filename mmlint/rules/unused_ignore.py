"""An ignore comment that hides nothing.

A suppression that outlives its finding hides the next one. It is judged among the rules that ran:
with `--select` or `--ignore`, comments for the other rules are left alone.

**Bad**

```ts app/api/ping/route.ts
import { track, flush } from "@millimetric/track-node";

export async function POST(request: Request) {
  const { anonymous_id } = await request.json();
  track({ event: "pinged", anonymous_id });
  await flush(); // mmlint: ignore[MM101] historical !MM002
  return new Response();
}
```

**Fix**: safe: the comment, or the code in its list, is removed.

Source: mmlint itself.
"""

from __future__ import annotations

from mmlint.rules import Rule

RULE = Rule("MM002", "warning", fixable="safe")
