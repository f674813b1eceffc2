"""A key of a kind that the API refuses where it is used.

A public key (`pk_`) writes events from the pages on an allowlist, and is refused without a page
behind it. Only a secret key (`sk_`) may forget. A read key (`rk_`) reads one project, an account
key (`ak_`) all of them, through `/mcp/account`; neither writes anything.

**Bad**

```ts server/analytics.ts
import { init } from "@millimetric/track-node";

init({ key: "{{pk}}", host: "https://api.millimetric.ai" }); // !MM204
```

```py jobs/forget.py
import os
import requests

requests.post(
    "https://api.millimetric.ai/v1/forget",
    headers={"Authorization": f"Bearer {os.environ['MILLIMETRIC_RK']}"},  # !MM204
    json={"user_id": "u_1"},
)
```

```json .mcp.json
{
  "mcpServers": {
    "millimetric": {
      "url": "https://api.millimetric.ai/mcp",
      "headers": { "Authorization": "Bearer ${AOA_PK}" } // !MM204
    }
  }
}
```

**Good**

```ts server/analytics.ts
import { init } from "@millimetric/track-node";

init({ key: process.env.AOA_SK!, host: "https://api.millimetric.ai" });
```

What kind of key a variable holds is told by any file of the project that gives it a value, else by
its own name (`AOA_PK`, `MILLIMETRIC_RK`); where they disagree, nothing is said.

**Fix**: none; the right key has to be minted.

**When to ignore it**: a test that expects the refusal.

Source: docs.millimetric.ai, API keys, errors and MCP.
"""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.model.finding import Place, Related
from mmlint.model.key import Kind
from mmlint.project.project import Project
from mmlint.project.secrets.keys import (
    KeyUse,
    Taker,
    behind,
    given_by,
    is_public,
    key_uses,
    kinds,
    place_of,
    shown_by_settings,
)
from mmlint.rules import Rule, Verdict

RULE = Rule("MM204", "error")

_TAKES: dict[Taker, tuple[str, frozenset[Kind]]] = {
    "node": ("the server's SDK takes sk_", frozenset(("pk", "rk", "ak"))),
    "send": ("a server sends with sk_", frozenset(("pk", "rk", "ak"))),
    "forget": ("/v1/forget takes sk_", frozenset(("pk", "rk", "ak"))),
    "read": ("reading takes rk_ or sk_", frozenset(("pk",))),
    "mcp": ("/mcp takes rk_ or sk_", frozenset(("pk", "ak"))),
    "account": ("/mcp/account takes ak_", frozenset(("pk", "sk", "rk"))),
}
"""What each of them wants, and the kinds that it refuses."""


def check(project: Project) -> Iterator[Verdict]:
    for use in key_uses(project):
        found = kinds(project, use.origin)
        if use.taker not in _TAKES or (is_public(project, use) and use.on_server):
            continue
        if _refuses(use.taker, found) and _is_certain(use, found):
            place, name = place_of(project, use.origin), use.origin.variable
            yield _verdict(use.taker, found, place, name, behind(project, use.origin))
    for one in shown_by_settings(project):
        found = one.kinds(project)
        if _refuses(one.taker, found):
            related = given_by(project, one.name) if one.name else ()
            yield _verdict(one.taker, found, one.place, one.name, related)


def _refuses(taker: Taker, found: frozenset[Kind]) -> bool:
    return bool(found) and found <= _TAKES[taker][1]


def _verdict(
    taker: Taker,
    found: frozenset[Kind],
    place: Place,
    name: str | None,
    related: tuple[Related, ...],
) -> Verdict:
    wanted = _TAKES[taker][0]
    kind = " or ".join(f"{one}_" for one in sorted(found))
    return Verdict(
        place,
        f"{name} holds {kind}: {wanted}" if name else f"{kind} is refused here: {wanted}",
        extent=(place.start, place.end),
        related=related,
    )


def _is_certain(use: KeyUse, found: frozenset[Kind]) -> bool:
    """A page's own request may carry ``pk_``, and a secret in it is another rule's."""
    if "pk" in found and use.taker == "send":
        return use.on_server and use.origin_header is False
    return not use.in_browser or found == {"pk"}
