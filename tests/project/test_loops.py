"""Whether code runs once for each row of data, and whether the rows were stored before."""

from __future__ import annotations

import pytest

from mmlint.project.events.loops import Loops
from tests.project import linking


def loops(text: str, path: str = "a.ts") -> tuple[bool, bool]:
    """Whether ``mark`` runs for each row, and whether it makes up for the past."""
    linked = linking.program({path: text})
    (unit,) = linked.units
    found = Loops(linked)
    at = text.index("mark")
    return found.around(unit, at), found.is_backfill(unit, at)


@pytest.mark.parametrize(
    "text",
    [
        "mark();",
        "for (const one of [1, 2, 3]) mark();",
        "while (true) { mark(); }",
        "for (let i = 0; i < 3; i++) mark();",
        "for (const row of rows) { button.on('click', () => mark()); }",
        "for (const row of rows) { function later() { mark(); } }",
        "consumer.subscribe((message) => mark());",
    ],
)
def test_what_runs_once_or_as_messages_come_is_no_loop_over_data(text: str) -> None:
    assert loops(text)[0] is False


@pytest.mark.parametrize("text", ["for _ in range(3):\n    mark()\n", "while True:\n    mark()\n"])
def test_python_retries_are_no_rows(text: str) -> None:
    assert loops(text, "a.py")[0] is False


@pytest.mark.parametrize(
    "text",
    [
        "for (const row of rows) mark();",
        "rows.forEach((row) => mark());",
        "await Promise.all(rows.map(async (row) => { mark(); }));",
        "for (const row of rows) { [1].forEach(() => { mark(); }); }",
        "for (const row of rows) { const send = () => mark(); send(); }",
        "for (const row of rows) { await retry(() => mark()); }",
    ],
)
def test_what_runs_for_each_row(text: str) -> None:
    assert loops(text)[0] is True


@pytest.mark.parametrize(
    "text",
    [
        "for row in rows:\n    mark()\n",
        "[mark() for row in rows]\n",
        "list(map(lambda r: mark(), rows))\n",
    ],
)
def test_python_rows(text: str) -> None:
    assert loops(text, "a.py")[0] is True


@pytest.mark.parametrize(
    ("text", "path", "past"),
    [
        ("for (const one of given) mark();", "a.ts", False),
        ("for (const one of await list()) mark();", "send.ts", False),
        ("for (const one of rows) mark();", "a.ts", True),
        ("const found = await db.findMany(); for (const one of found) mark();", "a.ts", True),
        ("for (const one of given) mark();", "scripts/backfill.ts", True),
        ("function sendAll(given) { for (const one of given) mark(); }", "a.ts", False),
        ("function importHistory(given) { for (const one of given) mark(); }", "a.ts", True),
    ],
)
def test_rows_that_were_stored_before(text: str, path: str, past: bool) -> None:
    assert loops(text, path)[1] is past


def test_the_data_of_every_loop_is_told_from_the_inside() -> None:
    text = "for (const a of outer) { for (const b of inner) { mark(); } }"
    linked = linking.program({"a.ts": text})
    (unit,) = linked.units
    rows = [one for _, one in Loops(linked).rows(unit, text.index("mark"))]
    assert {text[one.start : one.end] for one in rows} == {"inner", "outer"}
