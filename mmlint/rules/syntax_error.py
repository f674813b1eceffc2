"""A file that mmlint needs cannot be parsed.

What stands in a file that does not parse cannot be judged. In JavaScript, TypeScript and components
the healthy rest of the file is still checked; a Python file is checked as a whole or not at all.

**Bad**

```py handler.py
import millimetric
def broken(:  # !MM001
    pass
```

**When to ignore it**: exclude files that are not meant to parse (templates of code, fixtures) with
`exclude`.

Source: mmlint itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.model.finding import Place
from mmlint.project.project import Project
from mmlint.rules import Rule, Verdict

RULE = Rule("MM001", "error")


def check(project: Project) -> Iterator[Verdict]:
    for path, facts in sorted(project.files.items()):
        problem = facts.problem
        if problem is not None and path not in project.tests:
            yield Verdict(
                Place(path, problem.start, problem.end), f"syntax error: {problem.message}"
            )
