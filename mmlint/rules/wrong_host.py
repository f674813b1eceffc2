"""An address of Millimetric that does not work, or not in production.

The host is `https://api.millimetric.ai`: without encryption the key travels in plain sight, and
pages that are served over https may not call it at all. The SDK appends `/v1/…` itself: a path in
the host leads nowhere. `localhost:8787` is the vendor's development server.

**Bad**

```ts src/analytics.ts
import { init } from "@millimetric/track-node";

init({ key: process.env.AOA_SK!, host: "http://api.millimetric.ai" }); // !MM705
```

**Fixed**

```ts src/analytics.ts fixed
import { init } from "@millimetric/track-node";

init({ key: process.env.AOA_SK!, host: "https://api.millimetric.ai" }); // !MM705
```

**Good**

```text .env.production
AOA_HOST=https://api.millimetric.ai
```

Looked at: hosts in code, in environment files of every kind, and `data-host`. A path counts in a
host option, and under names that say host or URL.

**Fix**: safe for `http://`: makes it `https://`. Else none.

**When to ignore it**: never.

Source: docs.millimetric.ai, API overview and node SDK.
"""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.model.finding import Fix, Place, Replace
from mmlint.project.events.hosts import Host
from mmlint.project.project import Project
from mmlint.rules import Rule, Verdict

RULE = Rule("MM705", "warning", fixable="safe")

_PLAIN = "http://"


def check(project: Project) -> Iterator[Verdict]:
    seen: set[Place] = set()
    for host in project.hosts:
        why = _why(host)
        if why is not None and host.place not in seen:
            seen.add(host.place)
            yield Verdict(host.place, why, fix=_fix(host))


def _why(host: Host) -> str | None:
    said = host.address
    if said.local:
        local = f"{said.host} is a development server; production needs https://api.millimetric.ai"
        return local if host.production else None
    if said.scheme == "http":
        return "the key and the events are sent without encryption; use https://"
    if host.is_base and said.path not in ("", "/"):
        return f"the host contains the path {said.path}; remove it, for paths are appended to it"
    return None


def _fix(host: Host) -> Fix | None:
    if not host.exact or host.address.scheme != "http" or host.address.local:
        return None
    path, start, _ = host.place.path, host.place.start, host.place.end
    edit = Replace(path, start, start + len(_PLAIN), "https://")
    return Fix("use https://", "safe", (edit,))
