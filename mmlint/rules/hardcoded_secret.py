"""A secret key written into a file of the repository.

Everybody who can read the repository has the key, and so does everybody who ever gets a copy of
it: git keeps it after it has been deleted. This goes for source and tests, for settings, scripts,
notebooks and documentation, and for an `.env` file that git tracks.

**Bad**

```ts scripts/seed.ts
import { init } from "@millimetric/track-node";

init({ key: "{{sk}}", host: process.env.AOA_HOST! }); // !MM203
```

```json .mcp.json
{ "mcpServers": { "analytics": { "headers": { "Authorization": "Bearer {{rk}}" } } } } // !MM203
```

```md README.md
Call it with `Bearer {{sk}}`. <!-- !MM203 -->
```

**Good**

```ts scripts/seed.ts
import { init } from "@millimetric/track-node";

init({ key: process.env.AOA_SK!, host: process.env.AOA_HOST! });
```

```md README.md
Call it with `Bearer sk_live_...`.
```

Only keys of Millimetric's shape are meant; those of others, stand-ins (`sk_live_...`) and public
keys are silent. An `.env` file that git ignores is where secrets belong.

**The key must be rotated.** Mint a new one, keep it in the host's settings, and revoke this one.

**Fix**: needs `--unsafe-fixes`, for the variable must be set wherever the code runs: where the key
is an expression of its own in JavaScript, TypeScript or Python, it becomes `process.env.AOA_SK` or
`os.environ["AOA_SK"]` (`AOA_RK`, `AOA_AK` for the other kinds). None where it stands in for another
value: a default, a fallback, a second assignment.

**When to ignore it**: a key that was revoked, in a test that needs its shape.

Source: docs.millimetric.ai, API keys.
"""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.model.finding import Fix
from mmlint.project.fixes.reading import read_instead
from mmlint.project.project import Project
from mmlint.project.secrets.leaks import StraySecret, stray_secrets
from mmlint.rules import Rule, Verdict

RULE = Rule("MM203", "error", fixable="unsafe")


def check(project: Project) -> Iterator[Verdict]:
    for one in stray_secrets(project):
        yield Verdict(
            one.place,
            f"secret key ({one.key.shown}) in the source; read it from the environment and rotate "
            "it",
            extent=(one.place.start, one.place.end),
            fix=_fix(project, one),
        )


def _fix(project: Project, one: StraySecret) -> Fix | None:
    if one.unit is None or project.files[one.place.path].language not in _SOURCE:
        return None
    name = f"AOA_{one.key.kind.upper()}"
    edits = read_instead(one.unit, one.place, name)
    return Fix(f"read the key from {name}", "unsafe", edits) if edits else None


_SOURCE = frozenset({"javascript", "typescript", "tsx", "python"})
