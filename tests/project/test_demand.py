"""Which further files must be parsed because a name, an id or a key comes from there."""

from __future__ import annotations

import pytest

from mmlint.languages import observe
from mmlint.project.demand import MAX_HOPS, demanded
from mmlint.project.modules.resolution import Resolution
from mmlint.project.project import Project

NODE = 'import { track, init } from "@millimetric/track-node";\n'
BROWSER = 'import { setAnonymousId } from "@millimetric/track";\n'


def demand(parsed: dict[str, str], *others: str, keys_alone: bool = False) -> set[str]:
    """The files, of ``others`` that are not parsed, which ``parsed`` asks for."""
    facts = {
        path: observe(text.encode(), "python" if path.endswith(".py") else "typescript")
        for path, text in parsed.items()
    }
    resolution = Resolution(frozenset({*parsed, *others}))
    return demanded(Project(facts, resolution=resolution), keys_alone=keys_alone)


@pytest.mark.parametrize(
    "text",
    [
        'import { name } from "./names"; track({ event: "a", plan: name });',
        'import { name } from "./names"; log(name); track({ event: "a" });',
        'import { name } from "pkg"; track({ event: name });',
        "track({ event: name });",
        'const { name } = load("./names"); track({ event: name });',
    ],
)
def test_what_decides_nothing_is_not_asked_for(text: str) -> None:
    assert demand({"a.ts": NODE + text}, "names.ts") == set()


@pytest.mark.parametrize(
    "text",
    [
        'import { name } from "./names"; track({ event: name });',
        'import { name } from "./names"; track({ event: `${name}_done` });',
        'import { name } from "./names"; function send(event) { track({ event }); } send(name);',
        'import { id } from "./names"; track({ event: "a", anonymous_id: id });',
        'import { id } from "./names"; const one = id(); track({ event: "a", user_id: one });',
        'import * as all from "./names"; track({ event: all.name });',
        'const { name } = require("./names"); track({ event: name });',
        'import { key } from "./names"; init({ key });',
    ],
)
def test_a_name_an_id_or_a_key_is_asked_for(text: str) -> None:
    assert demand({"a.ts": NODE + text}, "names.ts") == {"names.ts"}


def test_keys_may_be_asked_for_alone() -> None:
    text = (
        f'{NODE}import {{ name }} from "./names"; import {{ key }} from "./keys";\n'
        "track({ event: name }); init({ key });"
    )
    assert demand({"a.ts": text}, "names.ts", "keys.ts", keys_alone=True) == {"keys.ts"}


def test_an_id_that_the_browser_is_given() -> None:
    text = f'{BROWSER}import {{ id }} from "./ids"; setAnonymousId(id());'
    assert demand({"a.ts": text}, "ids.ts") == {"ids.ts"}


def test_python_names_come_from_modules_or_from_what_they_take() -> None:
    head = "from millimetric import track\n"
    assert demand({"a.py": f"{head}from names import NAME\ntrack(event=NAME)\n"}, "names.py") == {
        "names.py"
    }
    assert demand({"a.py": f"{head}from names import *\ntrack(event=NAME)\n"}, "names.py") == {
        "names.py"
    }


@pytest.mark.parametrize(("barrels", "found"), [(MAX_HOPS + 2, set[str]()), (3, {"end.ts"})])
def test_barrels_are_followed_up_to_a_limit(barrels: int, found: set[str]) -> None:
    parsed = {
        "a.ts": f'{NODE}import {{ name }} from "./b0"; track({{ event: name }});',
        **{f"b{n}.ts": f'export {{ name }} from "./b{n + 1}";' for n in range(barrels)},
        f"b{barrels}.ts": 'export { name } from "./end";',
    }
    assert demand(parsed, "end.ts") == found
