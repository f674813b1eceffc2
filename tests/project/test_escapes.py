"""Which parts of an event only the API reads, so that a fix may rename, move or remove them."""

from __future__ import annotations

import pytest

from mmlint.project.events.escapes import Escapes
from tests.project import linking

HEAD = 'import { track } from "@millimetric/track-node";\n'


def private(text: str, python: bool = False) -> bool:
    """Whether only the API reads the key ``plan`` of the last send."""
    whole = ("from millimetric import track\n" if python else HEAD) + text
    project = linking.project({"a.py" if python else "a.ts": whole})
    send = project.sends[-1]
    escapes = Escapes(project.program, project.sends)
    return escapes.is_private(send, send.unit, whole.index("plan"), "plan")


@pytest.mark.parametrize(
    "text",
    [
        "export const e = { plan: 1 }; track(e);",
        "const e = { plan: 1 }; save(e); track(e);",
        "const e = { plan: 1 }; log(e.plan); track(e);",
        "const e = { plan: 1 }; log(e.other); track(e);",
        "const e = { plan: 1 }; log(e[key]); track(e);",
        "function send(e) { track(e); } send({ plan: 1 });",
        "function made(plan) { return { plan }; } track(made(1));",
        "function f(e) { e.plan = 1; track(e); }",
    ],
)
def test_what_other_code_may_read_is_not_private(text: str) -> None:
    assert not private(text)


@pytest.mark.parametrize(
    "text",
    [
        "track({ event: 'a', plan: 1 });",
        "const e = { plan: 1 }; track(e);",
        "const e = { event: 'a' }; e.plan = 1; track(e);",
        "const e = {}; Object.assign(e, { plan: 1 }); track(e);",
        "const p = { plan: 1 }; const e = { properties: p }; track(e);",
    ],
)
def test_what_only_the_api_reads_is_private(text: str) -> None:
    assert private(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("e = {'plan': 1}\ntrack(e)\n", False),
        ("def f():\n    e = {'plan': 1}\n    track(e)\n", True),
        ("def f():\n    e = {}\n    e.update({'plan': 1})\n    track(e)\n", True),
    ],
)
def test_a_global_of_a_python_module_is_shared(text: str, expected: bool) -> None:
    assert private(text, python=True) is expected
