"""A script tag that loads Millimetric, and lacks what it needs.

The tag says which project the page belongs to (`data-key`, a public `pk_` key), and must not hold
the page up while it loads (`async`). Without a key nothing is counted; without `async` every
visitor waits.

**Bad**

```html public/index.html
<script src="https://api.millimetric.ai/v1/a.js" data-key="{{pk}}"></script> <!-- !MM704 -->
```

**Fixed**

```html public/index.html fixed
<script async src="https://api.millimetric.ai/v1/a.js" data-key="{{pk}}"></script> <!-- !MM704 -->
```

**Good**

```html public/index.html
<script async src="https://api.millimetric.ai/v1/a.js" data-key="{{pk}}"></script>
```

`next/script` loads without holding up the page, and needs no `async`; `defer` alone is not enough.
What a template fills in is not known, and left alone.

**Fix**: safe where only `async` is missing: adds it.

**When to ignore it**: never.

Source: docs.millimetric.ai, browser SDK: script tag.
"""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.model.facts import ScriptTag
from mmlint.model.finding import Fix, Place, Replace
from mmlint.project.events.tags import Tagged, is_loader
from mmlint.project.project import Project
from mmlint.rules import Rule, Verdict
from mmlint.sdk.keys import is_placeholder

RULE = Rule("MM704", "error", fixable="safe")

_KINDS = ("pk_", "sk_", "rk_", "ak_")
"""Beginnings of keys: a wrong kind is another rule's."""


def check(project: Project) -> Iterator[Verdict]:
    for one in project.tags:
        problems = list(_problems(one.tag)) if is_loader(one.tag) else []
        if problems:
            yield Verdict(
                Place(one.path, one.tag.start, one.tag.end),
                f"the tag that loads Millimetric {' and '.join(problems)}",
                extent=(one.tag.start, one.tag.end),
                fix=_fix(one) if problems == [_ASYNC] else None,
            )


_ASYNC = "lacks `async`, so it blocks page load"


def _problems(tag: ScriptTag) -> Iterator[str]:
    found = {one.name: one for one in tag.attributes}
    if tag.open:
        return
    key = found.get("data-key")
    if key is None or key.value == "":
        yield "lacks `data-key`, so nothing is counted"
    elif key.value is not None and key.key is None and not _may_be_key(key.value):
        yield "has a data-key that is no pk_ key"
    if "async" not in found and not tag.component:
        yield _ASYNC


def _may_be_key(text: str) -> bool:
    return text.startswith(_KINDS) or is_placeholder(text)


def _fix(one: Tagged) -> Fix:
    return Fix(
        "add async", "safe", (Replace(one.path, one.tag.name_end, one.tag.name_end, " async"),)
    )
