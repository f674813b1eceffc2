"""An ignore comment names no rule.

Nothing is hidden by a name that does not exist, and a comment without a list hides nothing either:
mmlint asks for the rules by name, so that a suppression never covers more than was meant.

**Bad**

```ts app/api/ping/route.ts
// mmlint: ignore[unawaited-flsh] !MM003
export const dynamic = "force-dynamic"; // millimetric
```

**Good**: `mmlint: ignore[unawaited-flush] the response is streamed`.

A name in the configuration that is no rule ends the run with exit code 2 and the same suggestion.

Source: mmlint itself.
"""

from __future__ import annotations

from mmlint.rules import Rule

RULE = Rule("MM003", "error")
