"""A page view that is counted by hand, beside the one that the SDK counts.

The browser SDK sends `$pageview` when a page loads and whenever the route changes. A hook that
sends another one doubles every page, and halves every rate that is computed from pages.

**Bad**

```tsx components/pages.tsx
"use client";
import { usePathname } from "next/navigation";
import { useEffect } from "react";
import { page } from "@millimetric/track";

export function Pages() {
  const path = usePathname();
  useEffect(() => {
    page(); // !MM404
  }, [path]);
  return null;
}
```

**Good**

```tsx components/pages.tsx
"use client";
import { page } from "@millimetric/track";

export const Help = () => <button onClick={() => page("help")}>Help</button>;
```

Found: `track("$pageview")`, and `page()` when the route changes: effects on `usePathname` or
`useLocation`, `router.events.on`, `afterEach`, `afterNavigate`, a `watch` of the route. Where the
project sets `autoPageView: false` anywhere, pages are counted by hand on purpose.

**Fix**: removes the call where it is a statement of its own; needs `--unsafe-fixes`, because only
you know which one to keep.

**When to ignore it**: never; set `autoPageView: false` instead.

Source: docs.millimetric.ai, browser SDK and Next.js.
"""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.project.events.navigation import Navigation, counts_by_itself
from mmlint.project.fixes.call_edits import remove_call
from mmlint.project.project import Project
from mmlint.project.semantic.program import Call
from mmlint.rules import Rule, Verdict

RULE = Rule("MM404", "warning", fixable="unsafe")


def check(project: Project) -> Iterator[Verdict]:
    if not counts_by_itself(project.program, project.setups):
        return
    for send, name in project.named_sends("browser"):
        if name == "$pageview" and send.through == "sdk":
            yield _verdict(project, Call(send.unit, send.site, send.call, None))
    seen: set[tuple[str, int]] = set()
    for call in Navigation(project.program).pages():
        if (call.unit.path, call.call.start) not in seen:
            seen.add((call.unit.path, call.call.start))
            yield _verdict(project, call)


def _verdict(project: Project, call: Call) -> Verdict:
    return Verdict(
        project.place(call.unit, call.call),
        "the browser SDK counts this page automatically, so that it is counted twice; remove the "
        "call",
        extent=project.extent(call.unit, call.call.start),
        fix=remove_call(project, call.unit, call.call, "remove the call", "unsafe"),
    )
