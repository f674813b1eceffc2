"""Which calls send an event, what it is called, and through what it goes."""

from __future__ import annotations

import pytest

from tests.project.linking import project

NODE = 'import { track } from "@millimetric/track-node";\n'
WEB = 'import { track } from "@millimetric/track";\n'

Said = tuple[str, str, str | None]

TABLE: dict[str, tuple[str, str, list[Said]]] = {
    "a function of one's own": ("a.ts", 'function track() {} track({ event_name: "a" });', []),
    "another package": ("a.ts", 'import { track } from "x"; track({ event_name: "a" });', []),
    "another host": ("a.ts", 'fetch("https://example.com/v1/track", { method: "POST" });', []),
    "a server's send": ("a.ts", NODE + 'track({ event: "a" });', [("server", "sdk", "a")]),
    "a browser's send": ("a.ts", WEB + 'track("a");', [("browser", "sdk", "a")]),
    "a name that is not known": (
        "a.ts",
        NODE + "track({ event: read() });",
        [("server", "sdk", None)],
    ),
    "a wrapper, and its call": (
        "a.ts",
        NODE + 'function w(event) { track({ event }); } w("a");',
        [("server", "sdk", None), ("server", "sdk", "a")],
    ),
}


@pytest.mark.parametrize("case", TABLE)
def test_what_is_sent(case: str) -> None:
    path, text, expected = TABLE[case]
    found = project({path: text}).sends
    assert [
        (one.side, one.through, one.name.text if one.name else None) for one in found
    ] == expected


LOOPS: dict[str, tuple[str, bool]] = {
    "no loop": ("mark();", False),
    "a list that is written out": ("for (const x of [1, 2]) mark();", False),
    "a function that is only declared in the loop's file": (
        "for (const x of rows) other(); mark();",
        False,
    ),
    "data": ("for (const x of rows) { mark(); }", True),
    "a callback": ("rows.forEach((x) => { mark(); });", True),
}


@pytest.mark.parametrize("case", LOOPS)
def test_what_runs_for_each_row(case: str) -> None:
    text, expected = LOOPS[case]
    linked = project({"a.ts": text})
    assert linked.loops.around(linked.units[0], text.index("mark")) is expected
