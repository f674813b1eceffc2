"""`mmlint runtimes` on every platform: who is called, how long that process lives, and why."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TypedDict

import msgspec
import pytest

from mmlint import app
from mmlint.frameworks.pattern import Pattern
from mmlint.project.platforms.handlers import Matcher
from mmlint.project.platforms.prefilter import Units
from mmlint.project.platforms.project_config import listens, wraps
from tests.cases import Case, load_cases

FOLDER = Path(__file__).parent.parent / "fixtures" / "platforms"
FOUND = load_cases(FOLDER, ("found",))
SILENT = load_cases(FOLDER, ("silent",))


class Listed(TypedDict):
    """A handler as the JSON report has it."""

    path: str
    line: int
    name: str
    runtime: str
    evidence: str


def listed(case: Case, root: Path) -> list[Listed]:
    case.write(root)
    return msgspec.json.decode(app.runtimes(str(root), "json"), type=list[Listed])


@pytest.mark.parametrize("case", [*SILENT, *FOUND], ids=lambda case: case.id)
def test_every_handler_is_a_place_with_a_runtime_and_its_evidence(
    case: Case, tmp_path: Path
) -> None:
    handlers = listed(case, tmp_path)
    places = [(one["path"], one["line"]) for one in handlers]
    assert places == sorted(places)
    for one in handlers:
        assert 1 <= one["line"] <= case.files[one["path"]].count("\n")
        assert one["runtime"] in ("serverless", "long-running", "script", "unknown")
        assert bool(one["evidence"]) == (one["runtime"] != "unknown")


@pytest.mark.parametrize("case", [*SILENT, *FOUND], ids=lambda case: case.id)
def test_people_and_programs_are_told_the_same(case: Case, tmp_path: Path) -> None:
    handlers = listed(case, tmp_path)
    text = app.runtimes(str(tmp_path), "text")
    if not handlers:
        assert text.startswith("No handlers")
        return
    told = re.compile(
        r"(?P<path>.+):(?P<line>\d+)  (?P<name>\S+)  (?P<runtime>[\w-]+): (?P<why>.*)"
    )
    lines = [told.fullmatch(line) for line in text.splitlines()]
    assert [tuple(line.groups()) for line in lines if line is not None] == [
        (one["path"], str(one["line"]), one["name"], one["runtime"], one["evidence"])
        for one in handlers
    ]


@pytest.mark.parametrize("case", FOUND, ids=lambda case: case.id)
def test_where_an_event_is_lost_a_serverless_handler_is_listed_above_it(
    case: Case, tmp_path: Path
) -> None:
    handlers = listed(case, tmp_path)
    for path, line, code in case.marks:
        if code != "MM102":
            continue
        above = [one for one in handlers if one["path"] == path and one["line"] <= line]
        assert "serverless" in {one["runtime"] for one in above}, (path, line)


@pytest.mark.parametrize("case", SILENT, ids=lambda case: case.id)
def test_what_lives_on_is_said_to(case: Case, tmp_path: Path) -> None:
    """The silent cases hold no serverless code that sends, but for a wrapper that flushes."""
    runtimes = {one["runtime"] for one in listed(case, tmp_path)}
    assert "serverless" not in runtimes or "wrapper" in case.title


# --- what decides, in a line of code --------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "",
        "// import serverless from 'serverless-http';",
        " * handler = serverless-http",
        "# from mangum import Mangum",
        "Once this ran on zappa.",
        "import { x } from 'serverless-http-logger';",
        "from mangum_tools import x",
        "const name = 'serverless-http';",
    ],
)
def test_only_an_import_wraps_an_app(line: str) -> None:
    assert not wraps(f"x = 1\n{line}\ny = 2\n".encode())


@pytest.mark.parametrize(
    "line",
    [
        "import serverless from 'serverless-http';",
        '} from "@vendia/serverless-express";',
        "const adapter = require('aws-serverless-express/middleware');",
        'const { default: wrap } = await import("@fastify/aws-lambda");',
        "    from mangum.adapter import Mangum",
        "import serverless_wsgi",
    ],
)
def test_every_way_to_import_an_adapter_wraps(line: str) -> None:
    assert wraps(f"x = 1\n{line}\ny = 2\n".encode())
    assert wraps(line.encode())


@pytest.mark.parametrize(
    ("line", "serves"),
    [
        ("app.listen(3000)", True),
        ("  server = Bun.serve({ fetch })", True),
        ("// app.listen(3000)", False),
        ("# uvicorn.run(app)", False),
        ("app.listeners()", False),
    ],
)
def test_a_program_serves_by_its_code(line: str, serves: bool) -> None:
    assert listens(line.encode()) is serves


@pytest.mark.parametrize("case", [*SILENT, *FOUND], ids=lambda case: case.id)
def test_a_pattern_finds_nothing_outside_its_candidates(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    among_candidates = listed(case, tmp_path)

    def everywhere(self: Matcher, pattern: Pattern) -> Units:
        return frozenset(map(id, self.program.units))

    monkeypatch.setattr(Matcher, "units_of", everywhere)
    assert listed(case, tmp_path) == among_candidates
