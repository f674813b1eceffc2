"""A run that asks for keys alone parses less, and finds of keys what a full run finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmlint.app.opening import open_session
from mmlint.app.request import Request
from tests.cases import Case, load_cases

FIXTURES = Path(__file__).parent.parent / "fixtures"
KEYS = (
    "secret_in_public_env",
    "secret_in_client_code",
    "hardcoded_secret",
    "wrong_key_kind",
    "public_env_on_server",
    "malformed_key",
    "missing_flush",
)
CASES = [
    case
    for case in load_cases(FIXTURES / "rules", ("silent", "found"))
    if case.origin.split("/")[0] in KEYS
]


def findings(root: Path, *select: str) -> tuple[list[tuple[str, int, str, str]], int]:
    """Return what is found of keys, and how many files were parsed."""
    session = open_session(Request(select=select), None, start=root)
    found = [one.finding for one in session.lint({})]
    assert session.observed is not None
    mine = [
        (one.place.path, one.place.start, one.code, one.message)
        for one in found
        if one.code.startswith("MM2")
    ]
    return mine, len(session.observed.facts)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_the_findings_are_the_same(case: Case, tmp_path: Path) -> None:
    case.write(tmp_path)
    alone, few = findings(tmp_path, "MM2")
    all_, many = findings(tmp_path)
    assert alone == all_
    assert few <= many


def test_what_sends_without_naming_a_key_is_not_parsed(tmp_path: Path) -> None:
    (tmp_path / "a.ts").write_text(
        'import { track } from "@millimetric/track-node";\ntrack({ event: "a" });\n'
    )
    assert findings(tmp_path, "MM2")[1] == 0
    assert findings(tmp_path)[1] == 1
