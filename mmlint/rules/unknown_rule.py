"""An ignore comment names no rule.

Nothing is hidden by a name that does not exist, and a comment without a list hides nothing either:
mmlint asks for the rules by name, so that a suppression never covers more than was meant.

**Bad**

```ts app/api/ping/route.ts
// mmlint: ignore[unawaited-flsh] !MM003
export const dynamic = "force-dynamic"; // millimetric
```

A comment that begins as those of other linters do (`mmlint-disable-next-line MM102`,
`mmlint: disable=MM102`, `MMLINT: ignore[MM102]`) and names a rule hides nothing either.
Prose that mentions mmlint is left alone.

**Good**: `mmlint: ignore[unawaited-flush] the response is streamed`.

**Fix**: safe: another linter's spelling becomes `mmlint: ignore[MM102]`, which on a line of its
own counts for the construct below. A misspelt rule is left alone.

A name in the configuration that is no rule ends the run with exit code 2 and the same suggestion.

Source: mmlint itself.
"""

from __future__ import annotations

from mmlint.rules import Rule

RULE = Rule("MM003", "error", fixable="safe")
