"""An event's name that is put together at run time.

Every value of the hole becomes an event of its own: hundreds of names with a few rows each, which
no report can list and no funnel can use. The vendor's guide reckons with thirty to fifty names.
What varies belongs into the properties.

**Bad**

```ts src/menu.ts
import { track } from "@millimetric/track";

export function opened(item: string) {
  track(`opened_${item}`); // !MM608
}
```

```py services/exports.py
import millimetric

def exported(kind, anonymous_id):
    millimetric.track(
        event=f"exported_{kind}",  # !MM608
        anonymous_id=anonymous_id,
    )
```

**Good**

```ts src/menu.ts
import { track } from "@millimetric/track";

export function opened(item: string) {
  track("opened_menu_item", { item });
}
```

Silent: a name that is a variable, for it may have a few known values; a choice between literals,
also inside a template; a template of constants.

**Fix**: none: only you know which name and which property it should be.

**When to ignore it**: a hole that takes two or three values, all of them in your tracking plan.

Source: docs.millimetric.ai, event naming.
"""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.model.finding import Place, Related
from mmlint.project.project import Project
from mmlint.rules import Rule, Verdict

RULE = Rule("MM608", "warning")


def check(project: Project) -> Iterator[Verdict]:
    for given in project.payloads.given_names:
        for option, made in project.values.dynamic_options(given):
            place = project.place(option.unit, option.value)
            origin = Place(made.unit.path, made.value.start, made.value.end)
            yield Verdict(
                place,
                "the event name is built at run time, so that every value makes an event of its "
                "own; use one name, and send the value as a property",
                extent=project.extent(option.unit, place.start),
                related=() if origin == place else (Related(origin, "it is built here"),),
            )
