"""The server SDK is set up without a `host`.

In a browser `host` may be left out, because the page's own address is the default. A server has no
such address: without `host` the SDK does not know where to send, and nothing arrives.

**Bad**

```ts src/analytics.ts
import { init } from "@millimetric/track-node";

init({ key: process.env.AOA_SK! }); // !MM702
```

**Good**

```ts src/analytics.ts
import { init } from "@millimetric/track-node";

init({ key: process.env.AOA_SK!, host: process.env.AOA_HOST! });
```

**Fix**: adds `host` from the environment, from `AOA_HOST` or what the project calls it; needs
`--unsafe-fixes`, because the variable must be set wherever the code runs.

**When to ignore it**: never.

Source: docs.millimetric.ai, node SDK.
"""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.model.finding import AddEntry, Fix
from mmlint.project.events.clients import Setup
from mmlint.project.events.options import lacks_host
from mmlint.project.project import Project
from mmlint.project.semantic.variables import variable
from mmlint.rules import Rule, Verdict

RULE = Rule("MM702", "error", fixable="unsafe")


def check(project: Project) -> Iterator[Verdict]:
    for setup in project.setups:
        if lacks_host(setup):
            yield Verdict(
                project.place(setup.call.unit, setup.call.call),
                "the server SDK needs `host`; without it, no event is sent",
                extent=project.extent(setup.call.unit, setup.call.call.start),
                fix=_fix(project, setup),
            )


def _fix(project: Project, setup: Setup) -> Fix | None:
    literal = setup.options.literal
    if literal is None or not _reads_environment(project, setup):
        return None
    unit, options = literal
    language = project.files[unit.path].language
    value = f"process.env.{project.host_variable}"
    if language in ("typescript", "tsx"):
        value += "!"
    edit = AddEntry(unit.path, options.start, options.end, "host", value)
    return Fix(f"add host: {value}", "unsafe", (edit,))


def _reads_environment(project: Project, setup: Setup) -> bool:
    """Whether the set-up reads its key from the environment itself, or writes it down: what reads
    it through a module of its own (``env.AOA_SK``) reads the host there too."""
    key = setup.options.fields.get("key")
    if key is None or key.value is None:
        return True
    known = project.program.text(key.unit, key.value, key.substitution) is not None
    return known or variable(project.program, key.unit, key.value) is not None
