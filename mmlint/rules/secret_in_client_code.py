"""A secret key in code that browsers load.

Whatever a browser runs, its visitor can read. With a secret key (`sk_`) anybody can write and
forget your data; with a read key (`rk_`, `ak_`) anybody can read it. The browser gets a public key
(`pk_`), which works from the pages on your allowlist alone.

**Bad**

```tsx app/analytics.tsx
"use client";
import { init } from "@millimetric/track";

init({ key: "{{sk}}" }); // !MM202
```

```vue src/Shop.vue
<script setup>
import { init } from "@millimetric/track";

init({ key: import.meta.env.AOA_SK }); // !MM202
</script>
```

```html index.html
<script async src="https://api.millimetric.ai/v1/a.js"
        data-key="{{rk}}"></script> <!-- !MM202 -->
```

**Good**

```tsx app/analytics.tsx
"use client";
import { init } from "@millimetric/track";

init({ key: process.env.NEXT_PUBLIC_AOA_KEY });
```

Such code is: files that import the browser's SDK or say `"use client"`, the scripts of pages and
components, and whatever is given to the browser's SDK or to the snippet, wherever it is written.

**The key must be rotated.** Whoever loaded the page may have it: mint a new key and revoke this
one.

**Fix**: none; the page needs a public key, which only you can mint.

**When to ignore it**: a page that is never served.

Source: docs.millimetric.ai, API keys.
"""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.project.project import Project
from mmlint.project.secrets.leaks import ClientSecret, client_secrets
from mmlint.rules import Rule, Verdict

RULE = Rule("MM202", "error")


def check(project: Project) -> Iterator[Verdict]:
    for one in client_secrets(project):
        yield Verdict(
            one.place,
            f"{_what(one)} is exposed to browsers; use a public key (pk_) and rotate the secret",
            extent=(one.place.start, one.place.end),
        )


def _what(one: ClientSecret) -> str:
    if one.key is not None:
        return f"a secret key ({one.key.shown})"
    return f"{one.name}, which holds a secret key,"
