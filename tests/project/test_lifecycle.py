"""What a program does when it is stopped, and which parameters are a handler's response."""

from __future__ import annotations

import pytest

from mmlint.project.lifecycle.responses import responses
from mmlint.project.lifecycle.shutdown import Shutdowns
from mmlint.project.project import Project
from mmlint.project.semantic.unit import Location
from tests.project import linking

SERVER = (
    'import { track, flush } from "@millimetric/track-node";\nimport express from "express";\n'
    "const app = express(); const server = app.listen(3000);\n"
)


def flushed(text: str, **more: str) -> bool:
    """Whether the program ``server.ts`` flushes when it is stopped."""
    project = linking.project({"server.ts": SERVER + text, **more})
    unit = linking.unit(project.program, "server.ts")
    return Shutdowns(project).unflushed(unit) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "process.on('SIGTERM', () => { server.close(); });",
        "process.on('message', async () => { await flush(); });",
        "process.on('SIGTERM', () => { flush(); process.exit(); });",
        "app.get('/', async () => { await flush(); });",
        "close(async () => { await flush(); });",
        "files.close(async () => { await flush(); });",
    ],
)
def test_a_program_that_does_not_flush_on_its_way_down(text: str) -> None:
    assert not flushed(text)


@pytest.mark.parametrize(
    "text",
    [
        "process.on('SIGTERM', async () => { await flush(); process.exit(); });",
        "process.on('SIGTERM', flush);",
        "process.once('SIGINT', stop); async function stop() { await flush(); }",
        "for (const one of signals) process.on(one, async () => { await flush(); });",
        "process.on('SIGTERM', () => server.close(async () => { await flush(); }));",
        "class A { async onModuleDestroy() { await flush(); } }",
    ],
)
def test_a_program_that_flushes_on_its_way_down(text: str) -> None:
    assert flushed(text)


def test_a_hook_counts_for_the_program_that_loads_it() -> None:
    hook = (
        'import { flush } from "@millimetric/track-node";\n'
        "process.on('SIGTERM', async () => { await flush(); });\n"
    )
    assert flushed('import "./stop";', **{"stop.ts": hook})
    assert not flushed("", **{"stop.ts": hook})


@pytest.mark.parametrize(
    ("text", "outlives"),
    [
        ("mark();", False),
        ("process.on('SIGTERM', () => { mark(); process.exit(); });", False),
        ("process.on('SIGTERM', () => { mark(); stop(); }); function stop() {}", False),
        ("process.on('SIGTERM', () => { mark(); });", True),
    ],
)
def test_a_handler_that_does_not_end_the_process_leaves_time(text: str, outlives: bool) -> None:
    project = linking.project({"a.ts": text})
    (unit,) = project.units
    at = text.index("mark")
    assert Shutdowns(project).outlives(Location(unit, at, at + len("mark()"))) is outlives


# --- responses ------------------------------------------------------------------------------------

PACKAGE = 'import { track } from "@millimetric/track-node";\n'


def found(text: str, path: str = "pages/api/a.ts") -> list[tuple[str | None, int]]:
    project: Project = linking.project({path: text})
    places = responses(project)
    return sorted((one.function.name, number) for one, number in places)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("export default function handler(req, res) {}", "lib/a.ts"),
        ("export default function handler(req) {}", "pages/api/a.ts"),
    ],
)
def test_only_a_node_style_handler_is_given_a_response(text: str, path: str) -> None:
    assert found(PACKAGE + text, path) == []


def test_the_second_parameter_is_the_response() -> None:
    assert found(f"{PACKAGE}export default function handler(req, res) {{}}") == [("handler", 1)]


def test_a_helper_that_is_passed_the_response_has_it_too() -> None:
    text = (
        f"{PACKAGE}export default function handler(req, res) "
        "{ send(res.body); answer(1, res); }\n"
        "function send(body) {} function answer(code, out) {}"
    )
    assert found(text) == [("answer", 1), ("handler", 1)]
