"""How many events are sent at once, where that is written."""

from __future__ import annotations

import pytest

from mmlint.project.events.sizes import Sizes
from tests.project import linking

NODE = 'import { MillimetricClient } from "@millimetric/track-node";\n'
URL = "https://api.millimetric.ai/v1/batch"


def sizes(text: str, path: str = "a.ts") -> list[float]:
    project = linking.project({path: text})
    return [one.events for one in Sizes(project.program).all(project.setups)]


def batch(events: str, before: str = "") -> str:
    body = f"JSON.stringify({{ events: {events} }})"
    return f'{before} fetch("{URL}", {{ method: "POST", body: {body} }});'


@pytest.mark.parametrize(
    "text",
    [
        batch("load()"),
        batch("rows.map((r) => ({ event: r.a }))"),
        batch("[...rows]"),
        batch("rows.slice(at)"),
        batch("chunk(rows, size)"),
        f"{NODE}new MillimetricClient({{ flushAt: load() }});",
        'import { init } from "@millimetric/track"; init({ flushAt: 20 });',
    ],
)
def test_what_is_no_number_has_no_size(text: str) -> None:
    assert sizes(text) == []


@pytest.mark.parametrize(
    ("text", "events"),
    [
        (f"{NODE}new MillimetricClient({{ flushAt: 500 }});", 500),
        (batch("[{}, {}, {}]"), 3),
        (batch("rows.slice(0, 5000)"), 5000),
        (batch("rows.splice(0, 5000)"), 5000),
        (batch("part", "for (const part of chunk(rows, 5000))"), 5000),
        (batch("chunk(rows, SIZE)", "const SIZE = 5000;"), 5000),
    ],
)
def test_how_many_events_are_sent_at_once(text: str, events: float) -> None:
    assert sizes(text) == [events]


def test_a_slice_changes_with_the_step_of_its_loop() -> None:
    text = (
        "import requests\nfor at in range(0, len(rows), 5000):\n"
        f"    requests.post('{URL}', json={{'events': rows[at:at + 5000]}})\n"
    )
    project = linking.project({"a.py": text})
    (size,) = Sizes(project.program).all(project.setups)
    assert size.events == 5000
    assert [text[one.start : one.end] for one in size.numbers] == ["5000", "5000"]
