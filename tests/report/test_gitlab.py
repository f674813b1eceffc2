"""GitLab's Code Quality report: what it requires of an entry, and entries that stay themselves."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator
from report_samples import RUNS, Project, one, result

from mmlint.model.finding import Finding, Place
from mmlint.model.report import Reported
from mmlint.report import render

SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "pattern": r"^MM\d{3}$"},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": r"^(?!/|\./)."},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {
                            "begin": {"type": "integer", "minimum": 1},
                            "end": {"type": "integer", "minimum": 1},
                        },
                        "additionalProperties": False,
                    },
                },
                "additionalProperties": False,
            },
        },
        "additionalProperties": False,
    },
}
"""https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format, made strict."""


@pytest.mark.parametrize("run", RUNS)
def test_every_entry_has_what_gitlab_requires(run: str) -> None:
    Draft202012Validator(SCHEMA).validate(json.loads(render("gitlab", *RUNS[run]())))


def test_where_nothing_is_found_the_list_is_empty() -> None:
    assert json.loads(render("gitlab", *RUNS["clean"]())) == []


def test_a_path_is_the_project_s_wherever_mmlint_was_started() -> None:
    run, _ = one("web/a b.ts", b"x")
    view = Project({"web/a b.ts": b"x"}).view(shown=lambda path: f"../{path}")
    (entry,) = json.loads(render("gitlab", run, view))
    assert entry["location"] == {"path": "web/a b.ts", "lines": {"begin": 1, "end": 1}}


def _fingerprints(data: bytes) -> list[str]:
    places, at = [], data.find(b"flush()")
    while at >= 0:
        places.append(Place("a.ts", at, at + 7))
        at = data.find(b"flush()", at + 1)
    findings = [Reported(Finding("MM101", "n", "error", "m", place)) for place in places]
    view = Project({"a.ts": data}).view()
    return [entry["fingerprint"] for entry in json.loads(render("gitlab", result(*findings), view))]


def test_an_entry_stays_itself_when_lines_are_added_above() -> None:
    assert _fingerprints(b"flush();\n") == _fingerprints(b"// new\n\n  flush();\n")


def test_entries_alike_are_told_apart() -> None:
    assert len(set(_fingerprints(b"flush();\nflush();\n"))) == 2
