"""An option that the SDK does not take.

The two SDKs have different options: the browser's `flushBatchSize` is the server's `flushAt`. What
an SDK does not know it ignores, without saying that the setting has no effect.

**Bad**

```ts src/analytics.ts
import { init } from "@millimetric/track-node";

init({
  key: process.env.AOA_SK!,
  host: process.env.AOA_HOST!,
  flushIntervalMS: 500, // !MM701
  flushBatchSize: 50, // !MM701
});
```

**Good**

```ts src/analytics.ts
import { init } from "@millimetric/track-node";

init({ key: process.env.AOA_SK!, host: process.env.AOA_HOST!, flushIntervalMs: 500 });
```

Found: the other SDK's options, misspellings, and what other vendors call theirs. The name of the
browser's switch for "do not track" is not documented: names that resemble nothing are left alone.

**Fix**: safe for a misspelling: renames it.

**When to ignore it**: never.

Source: docs.millimetric.ai, browser SDK and node SDK.
"""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.model import syntax as s
from mmlint.model.finding import Fix, Place, RenameKey
from mmlint.project.events.clients import Setup
from mmlint.project.events.options import WrongOption, wrong_options
from mmlint.project.project import Project
from mmlint.rules import Rule, Verdict

RULE = Rule("MM701", "warning", fixable="safe")

_SDK = {"browser": "browser SDK", "node": "server SDK"}
_OTHER = {"browser": "server SDK", "node": "browser SDK"}


def check(project: Project) -> Iterator[Verdict]:
    seen: set[Place] = set()
    for setup in project.setups:
        for one in wrong_options(setup):
            start = one.field.start
            place = Place(one.field.unit.path, start, start + len(one.name.encode()))
            if place in seen:
                continue
            seen.add(place)  # several clients may be given the same options
            yield Verdict(
                place,
                _message(setup, one),
                extent=project.extent(one.field.unit, start),
                fix=_fix(setup, one),
            )


def _message(setup: Setup, one: WrongOption) -> str:
    what = f"unknown {_SDK[setup.sdk]} option `{one.name}`"
    if one.kind == "other":
        what = f"{one.name} is an option of the {_OTHER[setup.sdk]}, not of the {_SDK[setup.sdk]}"
    advice = f"did you mean {one.meant}?" if one.meant else "it has no effect; remove it"
    return f"{what}; {advice}"


def _fix(setup: Setup, one: WrongOption) -> Fix | None:
    entry = one.field.entry
    if one.kind != "slip" or one.meant is None or one.meant in setup.options.fields:
        return None
    if not isinstance(entry, s.Entry) or entry.kind != "pair":
        return None
    edit = RenameKey(one.field.unit.path, one.field.start, entry.end, one.name, one.meant)
    return Fix(f"rename to {one.meant}", "safe", (edit,))
