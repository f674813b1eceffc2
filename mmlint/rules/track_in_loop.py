"""A script that sends its events one request at a time.

`/v1/track` takes 50 requests a second, and refuses the rest; a loop over a table soon sends more,
and what is refused is lost. `/v1/batch` takes 1000 events in one request.

**Bad**

```py scripts/backfill.py
import os
import requests

def backfill(rows):
    for row in rows:
        requests.post(  # !MM504
            f"{os.environ['AOA_HOST']}/v1/track",
            headers={"Authorization": f"Bearer {os.environ['AOA_SK']}"},
            json={"event": "ordered", "anonymous_id": row.aid, "timestamp": row.at.isoformat()},
            timeout=5,
        )
```

**Good**

```py scripts/backfill.py
import os
import requests

def backfill(rows):
    for i in range(0, len(rows), 1000):
        requests.post(
            f"{os.environ['AOA_HOST']}/v1/batch",
            headers={"Authorization": f"Bearer {os.environ['AOA_SK']}"},
            json={"events": [event(row) for row in rows[i : i + 1000]]},
            timeout=30,
        )

def event(row):
    return {"event": "ordered", "anonymous_id": row.aid, "timestamp": row.at.isoformat()}
```

With the server SDK, set `flushAt`: it sends every event at once by default. Loops over lists that
are written out, retries and endless loops are left alone.

**Fix**: none; the loop has to be cut into parts.

**When to ignore it**: a few rows.

Source: docs.millimetric.ai, rate limits, and node SDK: flushAt.
"""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.project.events.clients import Setup
from mmlint.project.events.sends import Send
from mmlint.project.project import Project
from mmlint.rules import Rule, Verdict

RULE = Rule("MM504", "warning")


def check(project: Project) -> Iterator[Verdict]:
    for send in project.looped_sends:
        if send.through == "batch" or not (send.through == "http" or _sends_at_once(project, send)):
            continue
        evidence = project.evidence(send.unit, send.site.function)
        yield Verdict(
            project.place(send.unit, send.node),
            "one request per row; the API rejects more than 50 per second. Use `/v1/batch`",
            extent=project.extent(send.unit, send.call.start),
            evidence=(str(evidence),),
        )


def _sends_at_once(project: Project, send: Send) -> bool:
    """Whether the client that sends is known to collect nothing: that of the file, else any."""
    if not send.queued or send.unit.python:
        return False
    known = [one for one in project.setups if one.sdk == "node"]
    setups = [one for one in known if one.call.unit is send.inner.unit] or known
    return bool(setups) and all(_is_single(project, one) for one in setups)


def _is_single(project: Project, setup: Setup) -> bool:
    size = setup.number(project.program, "flushAt")
    if "flushAt" not in setup.options.fields:
        return not setup.options.open
    return size is not None and size[1] <= 1
