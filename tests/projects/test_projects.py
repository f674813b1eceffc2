"""Whole repositories: what is found in them, every related place included; nothing once repaired.

Only here do workspaces, aliases, barrels, wrappers of several kinds and two languages meet.
"""

from __future__ import annotations

import re

import pytest

from mmlint.sdk.keys import find_key
from tests.projects.repositories import CASES, EVERY, expected, files, lint, listed

GAPS: dict[str, str] = {}
"""Case to the reason why its findings are not yet the expected ones."""

_LINE = re.compile(r"(?:  )?(?P<path>\S+):(?P<line>\d+):(?P<column>\d+)(?: MM\d{3})?")


@pytest.mark.parametrize("case", CASES)
def test_the_repaired_repository_is_silent(case: str) -> None:
    assert listed(lint(files(case, "clean"))) == ""


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, marks=pytest.mark.xfail(reason=GAPS[case])) if case in GAPS else case
        for case in CASES
    ],
)
def test_the_findings_are_exactly_the_expected_ones(case: str) -> None:
    assert listed(lint(files(case, "bad"))) == expected(case)


# --- the fixtures themselves ----------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES)
def test_what_is_expected_points_at_a_character(case: str) -> None:
    repository = files(case, "bad")
    for text in expected(case).splitlines():
        match = _LINE.fullmatch(text)
        assert match is not None, text
        line = repository[match["path"]].decode().split("\n")[int(match["line"]) - 1]
        assert line[int(match["column"]) - 1].strip(), text


@pytest.mark.parametrize("case", CASES)
def test_the_repair_changes_files_and_neither_adds_nor_removes_any(case: str) -> None:
    bad, clean = files(case, "bad"), files(case, "clean")
    assert bad.keys() == clean.keys()
    assert bad != clean


@pytest.mark.parametrize(("case", "version"), EVERY)
def test_no_fixture_holds_a_key(case: str, version: str) -> None:
    words = b"\n".join(files(case, version).values()).decode().split()
    found = [key for key in map(find_key, words) if key is not None]
    assert {key.shape for key in found} <= {"placeholder"}
