"""Money that is sent with a fraction.

Most decimal fractions have no exact binary form, and thousands of them add up to revenue that is
off by some cents and that cannot be reconciled. Millimetric's guide wants integer cents under a
key that says so, together with the currency.

**Bad**

```ts src/orders.ts
import { track } from "@millimetric/track-node";

export function placed(order: { total: string }, anonymous_id: string) {
  track({
    event: "placed_order",
    anonymous_id,
    properties: {
      price: 19.99, // !MM611
      amount_cents: parseFloat(order.total), // !MM611
      currency: "eur",
    },
  });
}
```

```py services/orders.py
import millimetric

def placed(order, anonymous_id):
    millimetric.track(
        event="placed_order",
        anonymous_id=anonymous_id,
        properties={
            "amount_cents": order.cents / 100,  # !MM611
            "currency": "eur",
        },
    )
```

**Good**

```ts src/orders.ts
import { track } from "@millimetric/track-node";

export function placed(order: { total: string }, anonymous_id: string) {
  track({
    event: "placed_order",
    anonymous_id,
    properties: { amount_cents: Math.round(parseFloat(order.total) * 100), currency: "eur" },
  });
}
```

Found: `amount`, `price`, `revenue` or `total` with a fractional literal; a key that ends in
`_cents` with a fractional literal, `parseFloat`, `float()`, `toFixed` or `/ 100` that nothing
rounds.

**Fix**: none: only you know whether the number is in cents already.

**When to ignore it**: a currency whose smallest unit has fractions.

Source: docs.millimetric.ai, event naming: units and money.
"""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.project.dataflow.backward import Expression
from mmlint.project.events.payload import Key
from mmlint.project.project import Project
from mmlint.rules import Rule, Verdict
from mmlint.sdk.schema import MONEY_KEYS

RULE = Rule("MM611", "warning")


def check(project: Project) -> Iterator[Verdict]:
    for key in project.payloads.properties:
        if _is_float(project, key):
            yield Verdict(
                key.place,
                f'"{key.name}" is an amount with a fraction; send integer cents under a key that '
                "ends in _cents, and the currency",
                extent=project.extent(key.unit, key.place.start),
            )


def _is_float(project: Project, key: Key) -> bool:
    if key.field.value is None:
        return False
    value = Expression(key.unit, key.field.value, key.field.substitution)
    if key.name.endswith("_cents"):
        return project.values.unrounded(value)
    return key.name in MONEY_KEYS and project.values.fraction(value)
