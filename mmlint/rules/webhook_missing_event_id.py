"""An event from a webhook that does not carry the provider's event id.

Providers deliver a webhook until it is answered, sometimes twice even then, and Millimetric does
not deduplicate. With the provider's id as `event_id` the copies can be told apart when you query,
and a row can be traced back to what caused it. Without it, a retried payment is two payments.

**Bad**

```ts app/api/webhooks/stripe/route.ts
import Stripe from "stripe";
import { track, flush } from "@millimetric/track-node";

const stripe = new Stripe(process.env.STRIPE_SECRET_KEY!);

export async function POST(request: Request) {
  const signature = request.headers.get("stripe-signature")!;
  const evt = stripe.webhooks.constructEvent(await request.text(), signature, process.env.WHSEC!);
  track({ event: "subscription_renewed", user_id: evt.account }); // !MM501
  await flush();
  return new Response(null, { status: 204 });
}
```

```py services/billing.py
import os
import requests
import stripe

def renewed(request):
    signature = request.headers["stripe-signature"]
    evt = stripe.Webhook.construct_event(request.body, signature, os.environ["WHSEC"])
    requests.post(  # !MM501
        f"{os.environ['AOA_HOST']}/v1/track",
        headers={"Authorization": f"Bearer {os.environ['AOA_SK']}"},
        json={"event": "subscription_renewed", "user_id": evt["account"]},
        timeout=5,
    )
```

**Fixed**

```ts app/api/webhooks/stripe/route.ts fixed
import Stripe from "stripe";
import { track, flush } from "@millimetric/track-node";

const stripe = new Stripe(process.env.STRIPE_SECRET_KEY!);

export async function POST(request: Request) {
  const signature = request.headers.get("stripe-signature")!;
  const evt = stripe.webhooks.constructEvent(await request.text(), signature, process.env.WHSEC!);
  track({ event: "subscription_renewed", event_id: evt.id, user_id: evt.account }); // !MM501
  await flush();
  return new Response(null, { status: 204 });
}
```

```py services/billing.py fixed
import os
import requests
import stripe

def renewed(request):
    signature = request.headers["stripe-signature"]
    evt = stripe.Webhook.construct_event(request.body, signature, os.environ["WHSEC"])
    requests.post(  # !MM501
        f"{os.environ['AOA_HOST']}/v1/track",
        headers={"Authorization": f"Bearer {os.environ['AOA_SK']}"},
        json={"event": "subscription_renewed", "event_id": evt["id"], "user_id": evt["account"]},
        timeout=5,
    )
```

A handler is a webhook's where its path, route or name has the word, where it checks or reads a
signature of Stripe, svix (Resend, Clerk), Slack or GitHub, or where only such handlers call it.
Where others call the function that sends as well, the finding stands at its call in the webhook.

**Fix**: safe where Stripe's verified event is a variable in scope; a function of your own must have
a parameter for it. Else none.

**When to ignore it**: events that no retry can repeat.

Source: docs.millimetric.ai, server-side tracking: webhooks.
"""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.model.finding import Edit, Fix, Related
from mmlint.project.events.sends import Send
from mmlint.project.fixes.call_edits import set_field, written_at
from mmlint.project.project import Project
from mmlint.rules import Rule, Verdict

RULE = Rule("MM501", "error", fixable="safe")


def check(project: Project) -> Iterator[Verdict]:
    for one in project.webhook_sends(_lacks_id):
        send, related = one.send, list(one.related)
        for other in one.alternatives:
            place = project.place(other.unit, other.node)
            related.append(Related(place, "the other arm has none either"))
        yield Verdict(
            project.place(send.unit, send.node),
            "webhook retries cannot be recognised; pass the provider's event id as `event_id`",
            extent=project.extent(send.unit, send.call.start),
            related=tuple(related),
            evidence=(one.hook.evidence,),
            fix=_fix(project, (send, *one.alternatives)),
        )


def _lacks_id(send: Send) -> bool:
    return send.lacks("event_id") and send.field("eventId") is None


def _fix(project: Project, sends: tuple[Send, ...]) -> Fix | None:
    """One edit for each arm: all of them, or none."""
    edits: list[Edit] = []
    for send in sends:
        at = written_at(send, "event_id") if send.via is None else None
        event = project.webhooks.event(send.unit, at.start if at is not None else send.call.start)
        if event is None:
            return None
        value = f'{event}["id"]' if send.unit.python else f"{event}.id"
        written = set_field(project, send, "event_id", value)
        if not written:
            return None
        edits += written
    return Fix(f"send {value} as event_id", "safe", tuple(edits))
