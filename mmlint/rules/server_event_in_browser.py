"""The browser sends an event that only the server can vouch for.

A purchase is real when the money is, and only the server sees that. The browser reports it when a
page is shown: twice after a reload, never where the tab is closed first, and at will from the
console. Revenue that is counted there is wrong.

**Bad**

```ts src/thanks.ts
import { track } from "@millimetric/track";

export function thanks(order: { id: string; total_cents: number }) {
  track("purchase", { order_id: order.id, amount_cents: order.total_cents }); // !MM402
}
```

**Good**

```ts src/thanks.ts
import { track } from "@millimetric/track";

export function thanks(order: { id: string }) {
  track("viewed_receipt", { order_id: order.id });
}
```

Send the event from the server, on the transaction. Where the server sends it too, this is MM401.

**Fix**: none; the server's call has to be written.

**When to ignore it**: names that mean something else with you. The names are configurable:
`rules.server-event-in-browser.events = ["purchase", "invoice_*"]` in `mmlint.toml`.

Source: docs.millimetric.ai, server-side tracking: who fires what.
"""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.project.project import Project
from mmlint.rules import Rule, Verdict
from mmlint.sdk.schema import SERVER_ONLY, is_among

RULE = Rule("MM402", "warning", options=("events",))


def check(project: Project) -> Iterator[Verdict]:
    chosen = project.option("server-event-in-browser", "events")
    events = [str(one) for one in chosen] if isinstance(chosen, list) else SERVER_ONLY
    for send, name in project.named_sends("browser"):
        if is_among(name, events):
            yield Verdict(
                project.place(send.unit, send.node),
                f'"{name}" is sent from the browser, which cannot confirm that it happened; '
                "send it from the server",
                extent=project.extent(send.unit, send.call.start),
            )
