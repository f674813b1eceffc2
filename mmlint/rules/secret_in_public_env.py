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

**Fix**: needs `--unsafe-fixes`: renames the variable, without the prefix, in every file of the
project that says its name, all of them or none; `--diff` lists them. It is left alone where the
browser's code reads it (what it needs is a public key), and where the new name is taken. What no
file shows has to follow by hand: the host's dashboard and the pipeline's secrets.

**When to ignore it**: a value that only looks like a key.

Source: docs.millimetric.ai, API keys and server-side tracking.
"""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.model.finding import Fix, Related, RenameVariable
from mmlint.project.fixes.renaming import (
    Kept,
    is_first,
    is_read_in_browser,
    kept_elsewhere,
    new_name,
)
from mmlint.project.project import Project
from mmlint.project.secrets.environment import PublicSecret, public_secrets
from mmlint.rules import Rule, Verdict

RULE = Rule("MM201", "error", fixable="unsafe")


def check(project: Project) -> Iterator[Verdict]:
    for one in public_secrets(project):
        kept = _kept(project, one)
        yield Verdict(
            one.place,
            f"{one.name} {_holds(one)}, and {_is_public(project, one, kept)}",
            extent=(one.place.start, one.place.end),
            related=(
                *(Related(place, "the secret it refers to") for place in one.targets),
                *(Related(store.place, f"{store.spelled} is kept there") for store in kept),
            ),
            fix=_fix(project, one) if is_first(project, one) else None,
            state=one.state,
        )


def _fix(project: Project, one: PublicSecret) -> Fix | None:
    name = new_name(project, one)
    if name is None:
        return None
    edit = RenameVariable(one.place.path, one.place.start, one.place.end, one.name, name)
    return Fix(f"rename {one.name} to {name} everywhere", "unsafe", (edit,), reveals=True)


def _kept(project: Project, one: PublicSecret) -> tuple[Kept, ...]:
    """Where a pipeline's store has the same name, if that should follow."""
    if not one.prefix or is_read_in_browser(project, one.name):
        return ()
    return kept_elsewhere(project, one.name)


def _is_public(project: Project, one: PublicSecret, kept: tuple[Kept, ...]) -> str:
    if not one.prefix:
        return (
            "this is bundled into browser code. Remove it here and in your hosting dashboard, "
            "and rotate the secret"
        )
    public = f"{one.prefix}* is bundled into browser code"
    if is_read_in_browser(project, one.name):
        return (
            f"{public}, which reads it. Use a public key (pk_) here and in your hosting "
            "dashboard, and rotate this secret"
        )
    stores = "".join(f" and {one}" for one in sorted({one.spelled for one in kept}))
    places = f"in your hosting dashboard{stores}"
    by_hand = f"{places} by hand" if stores else places
    return f"{public}. Rename it without the prefix, also {by_hand}, and rotate this secret"


def _holds(one: PublicSecret) -> str:
    if one.key is not None:
        return f"holds a secret key ({one.key.shown})"
    if one.target:
        return f"refers to the secret {one.target}"
    return "says by its name that it holds a secret key"
