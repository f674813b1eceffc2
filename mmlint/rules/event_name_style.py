"""An event's name that is not in snake_case.

Names are compared letter by letter. `Signed Up`, `signedUp` and `signed-up` are three events, and
a report that asks for `signed_up` finds none of them. Millimetric's naming guide wants
snake_case, past tense, without spaces, hyphens or capitals.

**Bad**

```tsx src/plans.tsx
import { track } from "@millimetric/track";

export function PlanButton() {
  return <button onClick={() => track("Picked Plan", { plan: "pro" })}>Pro</button>; // !MM605
}
```

```py services/plans.py
import millimetric

def picked(plan, anonymous_id):
    millimetric.track(
        event="pickedPlan",  # !MM605
        anonymous_id=anonymous_id,
        properties={"plan": plan},
    )
```

**Good**

```tsx src/plans.tsx
import { track } from "@millimetric/track";

export function PlanButton() {
  return <button onClick={() => track("picked_plan", { plan: "pro" })}>Pro</button>;
}
```

Constants, enum members and both halves of a choice are looked at, unless one half is put together
at run time, which is `dynamic-event-name`. The finding stands where the name is given to the send,
also where the text itself is written somewhere else.

**Fix**: none: a renamed event begins a new history, which only you can join to the old one.

**When to ignore it**: an old name that reports depend on.

Source: docs.millimetric.ai, event naming.
"""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.model.regex import regex
from mmlint.project.project import Project
from mmlint.rules import Rule, Verdict

RULE = Rule("MM605", "warning")

_WORD = regex(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_STYLE = regex(r"\$?[a-z][a-z0-9]*(_[a-z0-9]+)*")


def check(project: Project) -> Iterator[Verdict]:
    for given in project.payloads.given_names:
        if next(project.values.dynamic_options(given), None) is not None:
            continue  # the whole name is MM608's
        for name in project.payloads.names_in(given):
            if name.text and not _STYLE.fullmatch(name.text):
                yield Verdict(
                    name.place,
                    f'the event name "{name.text}" is not snake_case{_suggestion(name.text)}',
                    extent=project.extent(name.given.unit, name.place.start),
                    related=name.related,
                )


def _suggestion(name: str) -> str:
    """The name itself in snake_case, where it has words of ASCII letters and digits alone."""
    converted = "_".join(_WORD.findall(name)).lower()
    return f'; try "{converted}"' if name.isascii() and _STYLE.fullmatch(converted) else ""
