"""A flush that comes only after the response is out.

A handler in Node's style answers through an object: `res.json(…)`, `res.end()`. To the host that is
the end of the work; it may freeze the process at once, and a flush on the next line runs never or
when the next request happens to wake the instance.

**Bad**

```ts pages/api/subscribe.ts
import type { NextApiRequest, NextApiResponse } from "next";
import { track, flush } from "@millimetric/track-node";

export default async function handler(req: NextApiRequest, res: NextApiResponse) {
  track({ event: "subscribed", anonymous_id: req.cookies.aid });
  res.status(200).json({ ok: true });
  await flush(); // !MM103
}
```

**Good**

```ts pages/api/subscribe.ts
import type { NextApiRequest, NextApiResponse } from "next";
import { track, flush } from "@millimetric/track-node";

export default async function handler(req: NextApiRequest, res: NextApiResponse) {
  track({ event: "subscribed", anonymous_id: req.cookies.aid });
  await flush();
  res.status(200).json({ ok: true });
}
```

A `finally` is no way out where the `try` before it has answered. `waitUntil(flush())` is one: it
may stand anywhere.

**Fix**: none; where the flush belongs depends on what the handler does in between.

**When to ignore it**: where the platform is known to wait for the handler's promise.

Source: docs.millimetric.ai, server-side tracking: flush before the function answers.
"""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.project.lifecycle.responses import responses
from mmlint.project.project import Project, place_at, related
from mmlint.project.semantic.unit import Location
from mmlint.rules import Rule, Verdict

RULE = Rule("MM103", "warning")


def check(project: Project) -> Iterator[Verdict]:
    seen: set[Location] = set()
    for (function, number), evidence in responses(project).items():
        unit = function.unit
        if unit.test or not project.flow.mentions_flush(function):
            continue
        for index in unit.family(function.index):
            for location, answer in project.delivery(unit, index).late.items():
                through = (answer.function, answer.parameter)
                if through != (function.index, number) or location in seen:
                    continue
                seen.add(location)
                yield Verdict(
                    place_at(location),
                    "the response is sent before this flush; the process may be frozen by then, so "
                    "flush first",
                    extent=project.extent(unit, location.start),
                    related=(related(answer.location, "the response is sent here"),),
                    evidence=(str(evidence),),
                )
