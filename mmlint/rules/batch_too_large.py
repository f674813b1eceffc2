"""More events at once than one request may hold.

`/v1/batch` takes 1000 events, and all or none of them: one event more, and the whole request is
refused. `flushAt` is the size of such a request too.

**Bad**

```ts scripts/backfill.ts
export async function backfill(events: object[]) {
  for (let i = 0; i < events.length; i += 5000) {
    await fetch(`${process.env.AOA_HOST}/v1/batch`, {
      method: "POST",
      headers: { Authorization: `Bearer ${process.env.AOA_SK}` },
      body: JSON.stringify({ events: events.slice(i, i + 5000) }), // !MM503
    });
  }
}
```

**Good**

```ts scripts/backfill.ts
export async function backfill(events: object[]) {
  for (let i = 0; i < events.length; i += 1000) {
    await fetch(`${process.env.AOA_HOST}/v1/batch`, {
      method: "POST",
      headers: { Authorization: `Bearer ${process.env.AOA_SK}` },
      body: JSON.stringify({ events: events.slice(i, i + 1000) }),
    });
  }
}
```

Looked at: `flushAt`; the sizes in `chunk(rows, n)` and its like, `slice`, `islice`, `batched`;
lists that are written out.

**Fix**: makes the number the limit, with the step of the loop around it; needs `--unsafe-fixes`,
because there are more requests then, and five a second are allowed.

**When to ignore it**: never. A lower limit can be set:
`rules.batch-too-large.limit = 500` in `mmlint.toml`.

Source: docs.millimetric.ai, batch API and rate limits.
"""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.model.finding import Fix, Place, Replace
from mmlint.project.events.sizes import Size, Sizes
from mmlint.project.project import Project
from mmlint.rules import Rule, Verdict
from mmlint.sdk.surface import MAX_BATCH

RULE = Rule("MM503", "error", fixable="unsafe", options=("limit",))


def check(project: Project) -> Iterator[Verdict]:
    chosen = project.option("batch-too-large", "limit")
    limit = chosen if isinstance(chosen, int) else MAX_BATCH
    seen: set[Place] = set()
    for size in Sizes(project.program).all(project.setups):
        if size.events <= limit or size.place in seen:
            continue
        seen.add(size.place)
        yield Verdict(
            size.place,
            f"{size.events:g} events in one request; the API rejects more than {limit}",
            fix=_fix(size, limit),
        )


def _fix(size: Size, limit: int) -> Fix | None:
    edits = tuple(Replace(one.path, one.start, one.end, str(limit)) for one in size.numbers)
    return Fix(f"send {limit} at once", "unsafe", edits) if edits else None
