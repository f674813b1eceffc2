"""Where a value is made up, and which literal or variable a text comes from."""

from __future__ import annotations

import pytest

from mmlint.project.dataflow.origins import origins
from mmlint.project.dataflow.value_sources import Minting
from tests.project.linking import asked, program

TEXTS: dict[str, tuple[str, str, list[str | None]]] = {
    "a call of a package": ("a.ts", 'import x from "x"; ask(x());', []),
    "a number": ("a.ts", "ask(1);", []),
    "a literal": ("a.ts", 'const a = "x"; ask(a);', ["x"]),
    "both options": ("a.ts", 'ask(t ? "x" : process.env.A);', ["x", "$A"]),
    "a text that is trimmed": ("a.ts", 'ask("x".trim());', ["x"]),
    "every caller": ("a.ts", 'function f(a) { ask(a); } f("x"); f("y");', ["x", "y"]),
    "Python's fallback": ("a.py", 'import os\nask(os.getenv("A", "x"))\n', ["$A", "x"]),
}


@pytest.mark.parametrize("case", TEXTS)
def test_where_a_text_comes_from(case: str) -> None:
    path, text, expected = TEXTS[case]
    linked = program({path: text})
    found = [
        f"${one.variable}" if one.variable is not None else one.text
        for one in origins(linked, *asked(linked))
    ]
    assert found == expected


MINTED: dict[str, tuple[str, str, bool]] = {
    "a parameter": ("a.ts", "function f(a) { ask(a); }", False),
    "a random value on one path only": ("a.ts", "ask(t ? given : crypto.randomUUID());", False),
    "random": ("a.ts", "ask(crypto.randomUUID());", True),
    "random through a helper": (
        "a.ts",
        "const id = () => crypto.randomUUID(); const a = id(); ask(a);",
        True,
    ),
    "random in Python": ("a.py", "import uuid\nask(str(uuid.uuid4()))\n", True),
}


@pytest.mark.parametrize("case", MINTED)
def test_what_is_always_fresh(case: str) -> None:
    path, text, expected = MINTED[case]
    linked = program({path: text})
    assert Minting(linked).always(*asked(linked)) is expected
