"""A run that is asked for some files finds in them what a run over all files finds there."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmlint.app import check
from mmlint.model.finding import Finding
from mmlint.model.report import Result
from tests.cases import Case, load_cases
from tests.projects.repositories import CASES as REPOSITORIES
from tests.projects.repositories import files

FIXTURES = Path(__file__).parents[1] / "fixtures"
ASKED = {"MM101", "MM102", "MM104", "MM106", "MM301"}
CASES = [
    case
    for folder in ("rules", "platforms", "links")
    for case in load_cases(FIXTURES / folder, ("found",))
    if case.rules & ASKED
]
HANDLER = """import { track, flush } from "@millimetric/track-node";
export async function POST(request) {
  track({ event: "joined", anonymous_id: request.aid });
  flush();COMMENT
}
"""


def of(result: Result, path: str | None = None) -> list[Finding]:
    """The findings of a run, or those of them that stand in the file ``path`` or whose cause may
    lie there."""

    def speaks(one: Finding) -> bool:
        causes = (related.place.path for related in one.related if related.cause)
        return path in (None, one.place.path, *causes)

    return [one.finding for one in result.findings if speaks(one.finding)]


def hold(root: Path) -> None:
    every = check(root)
    for path in sorted(one.relative_to(root).as_posix() for one in root.rglob("*")):
        if not (root / path).is_file():
            continue
        some = check(root, (path,))
        assert of(some) == of(every, path)
        assert some.summary.ignored == every.summary.ignored


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_cases(case: Case, tmp_path: Path) -> None:
    case.write(tmp_path)
    hold(tmp_path)


@pytest.mark.parametrize("name", REPOSITORIES[:3])
def test_repositories(name: str, tmp_path: Path) -> None:
    for path, data in files(name, "bad").items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    hold(tmp_path)


def test_what_comments_hide_elsewhere_is_counted(tmp_path: Path) -> None:
    for name, comment in (("a", " // mmlint: ignore[MM101] -- the host waits"), ("b", "")):
        folder = tmp_path / "app" / "api" / name
        folder.mkdir(parents=True)
        (folder / "route.ts").write_text(HANDLER.replace("COMMENT", comment))
    hold(tmp_path)
    assert check(tmp_path, ("app/api/b/route.ts",)).summary.ignored == 1
