"""A path is sent as the event's `url`.

`url` is the whole address of the page, with its query: the server reads the source, the medium
and the campaign from it, and refuses what is no valid URL. A path belongs into `path`.

**Bad**

```ts src/orders.ts
import type { Request, Response } from "express";
import { track } from "@millimetric/track-node";

export function placed(req: Request, res: Response) {
  track({
    event: "placed_order",
    anonymous_id: req.cookies.aid,
    url: req.originalUrl, // !MM612
  });
  res.json({ ok: true });
}
```

```py services/orders.py
import millimetric
from flask import request

def placed():
    millimetric.track(
        event="placed_order",
        anonymous_id=request.cookies.get("aid"),
        url=request.path,  # !MM612
    )
```

**Good**

```py services/orders.py
import millimetric
from flask import request

def placed():
    millimetric.track(
        event="placed_order",
        anonymous_id=request.cookies.get("aid"),
        url=request.url,
        path=request.path,
    )
```

Found: texts that begin with `/`; `originalUrl`, and `url` or `path` of the request of `(req, res)`;
Flask's and Django's `request.path`; anybody's `pathname`. The `url` of the web's own `Request` is a
whole one, and silent.

**Fix**: needs `--unsafe-fixes`, for the whole address may be at hand: renames the key to `path`.

**When to ignore it**: never.

Source: docs.millimetric.ai, event schema.
"""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.model.finding import Fix
from mmlint.project.events.identity import alternatives
from mmlint.project.events.payload import Key
from mmlint.project.project import Project
from mmlint.rules import Rule, Verdict

RULE = Rule("MM612", "warning", fixable="unsafe")


def check(project: Project) -> Iterator[Verdict]:
    for key in project.payloads.keys:
        if key.name != "url":
            continue
        for value, at in alternatives(key.field):
            if not project.values.path(value):
                continue
            passed = at.unit is not key.unit or at.value is not key.field.value
            place = project.place(at.unit, at.value) if passed else key.place
            yield Verdict(
                place,
                "url is given a path; send the full address, or send it as `path`",
                extent=project.extent(at.unit, place.start),
                fix=None if passed or not project.payloads.is_private(key) else _fix(key),
            )


def _fix(key: Key) -> Fix | None:
    edit = key.renamed("path")
    if edit is None or key.send.event.open or "path" in key.send.event.fields:
        return None
    return Fix("send it as path", "unsafe", (edit,))
