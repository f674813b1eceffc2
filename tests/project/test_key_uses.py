"""Which values code hands to the SDK as a key, and to which SDK."""

from __future__ import annotations

import pytest

from mmlint.project.secrets.keys import key_uses
from tests.project.linking import project

NODE = 'import { init } from "@millimetric/track-node";\n'
WEB = 'import { init } from "@millimetric/track";\n'

TABLE: dict[str, tuple[str, list[tuple[str, str | None]]]] = {
    "another package's set-up": ('import { init } from "x"; init({ key: process.env.A });', []),
    "a server's set-up": (NODE + "init({ key: process.env.A });", [("node", "A")]),
    "a browser's set-up": (WEB + "init({ key: process.env.A });", [("browser", "A")]),
    "both options": (
        NODE + "init({ key: t ? process.env.A : process.env.B });",
        [("node", "A"), ("node", "B")],
    ),
}


@pytest.mark.parametrize("case", TABLE)
def test_which_variables_are_handed_over_as_a_key(case: str) -> None:
    text, expected = TABLE[case]
    found = key_uses(project({"a.ts": text}))
    assert [(one.taker, one.origin.variable) for one in found] == expected
