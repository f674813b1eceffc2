"""Scaffolds a rule: `make new-rule NAME=some-name CODE=MM615`.

What it writes passes `make ready` but for what only the author can fill in: the check, the examples
and the cases it must find, and every text that says TODO.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from mmlint.app.pages import CHAPTERS
from mmlint.rules import names

ROOT = Path(__file__).parent.parent
USAGE = "make new-rule NAME=some-name CODE=MM615"

_MODULE = '''"""TODO: say in one sentence what is wrong in the code.

TODO: say why it hurts.

**Bad**

```ts src/example.ts
import { track } from "@millimetric/track-node";

export function example(anonymous_id: string) {
  track({ event: "joined", anonymous_id }); // !CODE
}
```

**Good**

```ts src/example.ts
import { track } from "@millimetric/track-node";

export function example(anonymous_id: string) {
  track({ event: "joined", anonymous_id });
}
```

**Fix**: none: TODO: say why, or what it changes.

**When to ignore it**: TODO.

Source: TODO: where the fact is documented.
"""

from __future__ import annotations

from collections.abc import Iterator

from mmlint.project.project import Project
from mmlint.rules import Rule, Verdict

RULE = Rule("CODE", "error")


def check(project: Project) -> Iterator[Verdict]:
    yield from ()
'''

_SILENT = """# NAME: TODO: what is right

rules: CODE

## TODO: code that looks alike and is right

```ts src/example.ts
import { track } from "@millimetric/track-node";

export function example(anonymous_id: string) {
  track({ event: "joined", anonymous_id });
}
```
"""

_FOUND = """# NAME: TODO: what is wrong

rules: CODE

## TODO: the plainest form of the mistake

```ts src/example.ts
import { track } from "@millimetric/track-node";

export function example(anonymous_id: string) {
  track({ event: "joined", anonymous_id }); // !CODE
}
```
"""


class Refused(Exception):
    """No rule can be made of these words; the message says why, and what to do next."""


def new_rule(root: Path, name: str, code: str, taken: Mapping[str, str]) -> list[Path]:
    """Write a new rule into the repository at ``root``; return the files to fill in, in order.

    ``name``: words with hyphens. ``taken``: names of the existing rules by code. Raises Refused
    before anything is written.
    """
    _check(name, code, taken)
    stem = name.replace("-", "_")
    cases = root / "tests" / "fixtures" / "rules" / stem
    changelog, readme = root / "CHANGELOG.md", root / "README.md"
    new = {
        cases / "silent.md": _SILENT,
        cases / "found.md": _FOUND,
        root / "mmlint" / "rules" / f"{stem}.py": _MODULE,
    }
    texts = {path: text.replace("CODE", code).replace("NAME", name) for path, text in new.items()}
    texts[changelog] = _mentioned(changelog.read_text("utf-8"), name, code)
    to_fill_in = [*texts]
    texts[readme] = _counted(readme.read_text("utf-8"), [*taken, code], code[:3])
    cases.mkdir(parents=True)
    for path, text in texts.items():
        path.write_text(text, "utf-8", newline="\n")
    return to_fill_in


def _check(name: str, code: str, taken: Mapping[str, str]) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)+", name):
        raise Refused(f'"{name}" is not a name of a rule: expected words with hyphens. {USAGE}')
    if name in taken.values():
        raise Refused(f'there is a rule "{name}" already: choose another NAME')
    free = ", ".join(_next_free(chapter, taken) for chapter in CHAPTERS)
    if not re.fullmatch(r"MM\d{3}", code) or code[:3] not in CHAPTERS:
        raise Refused(f'"{code}" is not a code of a chapter: choose one of {free}. {USAGE}')
    if code in taken:
        raise Refused(f"{code} is {taken[code]} already: choose one of {free}")


def _next_free(chapter: str, taken: Mapping[str, str]) -> str:
    return f"MM{max(int(code[2:]) for code in taken if code.startswith(chapter)) + 1:03}"


def _mentioned(changelog: str, name: str, code: str) -> str:
    """The changelog with the rule under what is added next."""
    return changelog.replace("### Added\n\n", f"### Added\n\n- {code} `{name}`: TODO.\n", 1)


def _counted(readme: str, codes: list[str], chapter: str) -> str:
    """The README, whose table names the first and the last code of the chapter."""
    listed = sorted(code for code in codes if code.startswith(chapter))
    return re.sub(rf"\| {chapter}\d\d–{chapter}\d\d \|", f"| {listed[0]}–{listed[-1]} |", readme)


def main(words: list[str]) -> int:
    """Scaffold the rule that ``words`` name, and say what is next; return the exit code."""
    name, code = (*words, "", "")[:2]
    try:
        to_fill_in = new_rule(ROOT, name, code, names())
    except Refused as refused:
        print(f"new-rule: {refused}", file=sys.stderr)
        return 2
    subprocess.run([sys.executable, "-m", "mmlint.app.pages"], cwd=ROOT, check=True)
    print("Fill in what says TODO, in this order:")
    for path in to_fill_in:
        print(f"  {path.relative_to(ROOT).as_posix()}")
    print("then run: python -m mmlint.app.pages, and make ready")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
