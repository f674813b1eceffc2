"""A server that collects events into batches and loses the last one when it is stopped.

With `flushAt` above 1 the SDK keeps events until there are enough of them. A deploy or a scale-down
sends `SIGTERM`, the process ends, and what was still waiting goes with it: a few events an
instance, at every release.

**Bad**

```ts src/server.ts
import express from "express";
import { init, track } from "@millimetric/track-node";

init({
  key: process.env.AOA_SK!,
  host: process.env.AOA_HOST!,
  flushAt: 20, // !MM105
});

const app = express();
app.post("/votes", (req, res) => {
  track({ event: "voted", anonymous_id: req.cookies.aid });
  res.json({ ok: true });
});
app.listen(3000);
```

**Good**

```ts src/server.ts
import express from "express";
import { init, track, flush } from "@millimetric/track-node";

init({ key: process.env.AOA_SK!, host: process.env.AOA_HOST!, flushAt: 20 });

const app = express();
app.post("/votes", (req, res) => {
  track({ event: "voted", anonymous_id: req.cookies.aid });
  res.json({ ok: true });
});
const server = app.listen(3000);

process.on("SIGTERM", () => {
  server.close(async () => {
    await flush();
    process.exit(0);
  });
});
```

A hook is a listener for `SIGTERM`, `SIGINT` or `beforeExit`, Fastify's `onClose`, Nest's
`onModuleDestroy` and `onApplicationShutdown`, and what follows `server.close()`. A flush there
counts if it is awaited. Every program that loads the file with `flushAt` needs one.

**Fix**: none; a server has one order of things to close, and only its authors know it.

**When to ignore it**: where losing a batch now and then is fine.

Source: docs.millimetric.ai, node SDK: flush before a process exits.
"""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.model.finding import Place, Related
from mmlint.project.lifecycle.shutdown import Shutdowns
from mmlint.project.project import Project
from mmlint.project.semantic.unit import Unit
from mmlint.rules import Rule, Verdict

RULE = Rule("MM105", "warning")

_OPTION = "flushAt"


def check(project: Project) -> Iterator[Verdict]:
    shutdowns = Shutdowns(project)
    for setup in project.setups:
        found = setup.number(project.program, _OPTION) if setup.sdk == "node" else None
        if found is None or found[1] <= 1:
            continue
        unit, batches = setup.call.unit, found[0]
        evidence = project.evidence(unit, setup.call.site.function)
        if evidence.runtime != "long-running":
            continue
        programs = shutdowns.unflushed(unit)
        if not programs:
            continue
        yield Verdict(
            Place(batches.unit.path, batches.start, batches.start + len(_OPTION)),
            "queued events are lost at shutdown: they wait for a full batch, and no shutdown "
            "hook flushes them",
            extent=project.extent(batches.unit, batches.start),
            related=tuple(_program(one) for one in programs if one is not batches.unit),
            evidence=(str(evidence),),
        )


def _program(unit: Unit) -> Related:
    """The beginning of a program that has no such hook."""
    body = unit.module.functions[0].body
    place = Place(unit.path, body[0].start, body[0].end) if body else Place(unit.path, 0, 0)
    return Related(place, "this program is stopped without a flush", cause=True)
