"""A secret key in an environment variable that a bundler copies into the browser's code.

Every variable whose name begins with `NEXT_PUBLIC_`, `VITE_`, `PUBLIC_`, `REACT_APP_` and the like
is written into the JavaScript that everybody can download. A secret key there lets anybody write
and delete your data. Templates count as well: `NEXT_PUBLIC_AOA_SK=sk_live_...` in `.env.example`
teaches the leak to everybody who copies it.

**Bad**

```dotenv .env.example
NEXT_PUBLIC_AOA_SK=sk_live_... # !MM201
AOA_HOST=https://api.millimetric.ai
```

```ts scripts/setup.ts
process.env.VITE_MM_KEY = "{{sk}}"; // !MM201
```

**Good**

```dotenv .env.example
AOA_SK=sk_live_...
NEXT_PUBLIC_AOA_KEY=pk_live_...
```

A name that itself says that it is secret (`…_SK`, `…SECRET…` with the product's word) is reported
with an empty value too.

**The key must be rotated.** Whoever loaded the page may have it: mint a new key, put it under a
name without the public prefix, in the host's dashboard as well, and revoke the old one.

**Fix**: none here; renaming touches every reference.

**When to ignore it**: a value that only looks like a key.

Source: docs.millimetric.ai, API keys and server-side tracking.
"""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.model.finding import Place, Related
from mmlint.project.environment import PublicSecret, public_secrets
from mmlint.project.view import Project
from mmlint.rules import Rule, Verdict

RULE = Rule("MM201", "error")


def check(project: Project) -> Iterator[Verdict]:
    for one in public_secrets(project):
        yield Verdict(
            one.place,
            f"{one.name} {_holds(one)}, and {_is_public(one)}",
            extent=(one.place.start, one.place.end),
            related=tuple(_related(place) for place in one.targets),
        )


def _is_public(one: PublicSecret) -> str:
    if not one.prefix:
        return "this is copied into the browser's code: take it out and rotate the key"
    return (
        f"{one.prefix}* is copied into the browser's code: "
        f"rename it without the prefix and rotate the key"
    )


def _holds(one: PublicSecret) -> str:
    if one.key is not None:
        return f"holds a secret key ({one.key.shown})"
    if one.target:
        return f"refers to the secret {one.target}"
    return "says by its name that it holds a secret key"


def _related(place: Place) -> Related:
    return Related(place, "the secret it refers to")
