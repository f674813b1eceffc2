"""What each format promises, beyond its looks."""

from __future__ import annotations

import json
import string
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_samples import RUNS, Project, key, one, result, secret

from mmlint.model.finding import Finding, Fix, Place, Related
from mmlint.model.report import Reported, Result, Summary, TextEdit
from mmlint.report import FORMATS, View, render
from mmlint.report.wording import conclusion


def test_unknown_format_is_refused() -> None:
    with pytest.raises(ValueError, match=r"xml.*text, full, concise"):
        render("xml", *RUNS["clean"]())


@pytest.mark.parametrize("format", FORMATS)
def test_no_control_character_reaches_the_terminal(format: str) -> None:
    path = "a\x1b[2J\r\n.ts"
    rendered = render(format, *one(path, b"\x1b]0;title\x07\x9b", message="\x1b[1mm\x9b"))
    assert not any(c in rendered for c in "\x1b\x07\x9b\r")


@pytest.mark.parametrize("format", FORMATS)
def test_undecodable_paths_can_be_written(format: str) -> None:
    assert render(format, *one("\udcff\ud800.ts", b"x")).encode()


@pytest.mark.parametrize("format", FORMATS)
def test_files_that_are_gone_are_still_reported(format: str) -> None:
    finding = Finding("MM101", "unawaited-flush", "error", "gone", Place("gone.ts", 5, 9))
    assert "gone.ts" in render(format, result(Reported(finding)), Project().view())


@pytest.mark.parametrize("format", FORMATS)
def test_findings_of_unknown_rules_are_still_reported(format: str) -> None:
    finding = Finding("MM999", "new", "error", "m", Place("a.ts", 0, 1))
    project = Project({"a.ts": b"x"})
    assert "MM999" in render(format, result(Reported(finding)), project.view())


@pytest.mark.parametrize("format", FORMATS)
def test_equal_runs_give_equal_reports(format: str) -> None:
    run, view = RUNS["crowded"]()
    assert render(format, run, view) == render(format, run, view)


@pytest.mark.parametrize("format", FORMATS)
def test_keys_in_messages_are_masked(format: str) -> None:
    whole = key()
    place = Place("a.ts", 0, 1)
    finding = Finding(
        code="MM101",
        name="unawaited-flush",
        severity="error",
        message=f"found {whole}",
        place=place,
        related=(Related(place, f"and {whole}"),),
        evidence=(f"because of {whole}",),
        fix=Fix(f"drop {whole}", "safe", ()),
    )
    edits = (TextEdit("a.ts", 0, 1, f"'{whole}'"),)
    view = Project({"a.ts": b"x"}).view()
    assert whole[-8:] not in render(format, result(Reported(finding, edits)), view)


@given(
    before=st.text(max_size=150),
    after=st.text(max_size=150),
    path=st.sampled_from(["a.ts", ".env", "sub/.env.local"]),
    kind=st.sampled_from(["pk", "sk", "rk", "ak"]),
    prefix=st.text(string.ascii_lowercase + string.digits, min_size=8, max_size=8),
    tail=st.text("GHJKLMNPQRSTUVWXYZ_-", min_size=12, max_size=40),
    start=st.integers(0, 300),
    length=st.integers(0, 60),
)
def test_no_format_shows_six_characters_of_a_secret(
    before: str,
    after: str,
    path: str,
    kind: str,
    prefix: str,
    tail: str,
    start: int,
    length: int,
) -> None:
    before, after = before.lower(), after.lower()
    data = f"{before}{kind}_live_{prefix}_{tail}{after}".encode("utf-8", "replace")
    run, view = one(path, data, start, start + length)
    parts = [tail[at : at + 6] for at in range(len(tail) - 5)]
    parts = [part for part in parts if part.strip("_-")]
    for format in FORMATS:
        rendered = render(format, run, view)
        assert not any(part in rendered for part in parts)


@given(st.text("GHJKLMNPQRSTUVWXYZ0123456789+/=", min_size=12, max_size=60), st.integers(0, 5))
def test_no_format_shows_the_lines_of_a_quoted_env_value(value: str, line: int) -> None:
    value = f"Z9{value}"
    text = f'A="{value}\n{value}\nB={value}\n{value}"\nC={value}\n# D={value}'
    start = sum(len(one) + 1 for one in text.split("\n")[:line])
    run, view = one(".env", text.encode(), start, start + 3)
    for format in FORMATS:
        assert value[3:9] not in render(format, run, view)


# --- json -----------------------------------------------------------------------------------------


def report(run: Result, view: View) -> dict[str, object]:
    loaded: dict[str, object] = json.loads(render("json", run, view))
    return loaded


def test_json_columns_are_characters_and_edits_are_bytes() -> None:
    data = "/* 購入 */ flush();\n".encode()
    at = data.index(b"flush")
    finding = Finding(
        code="MM101",
        name="unawaited-flush",
        severity="error",
        message="m",
        place=Place("src/a.ts", at, at + 7),
        fix=Fix("await the call", "safe", ()),
    )
    run = result(Reported(finding, (TextEdit("src/a.ts", at, at, "await "),)))
    view = Project({"src/a.ts": data}).view(shown=lambda path: f"../{path}")
    (found,) = report(run, view)["findings"]  # type: ignore[misc]
    assert {name: found[name] for name in ("path", "line", "column", "end_line", "end_column")} == {
        "path": "../src/a.ts",
        "line": 1,
        "column": 10,
        "end_line": 1,
        "end_column": 17,
    }
    assert found["fix"] == {
        "safety": "safe",
        "title": "await the call",
        "edits": [{"path": "../src/a.ts", "start": at, "end": at, "text": "await "}],
    }


def test_json_fix_that_was_not_written_out_is_null() -> None:
    finding = Finding("MM101", "n", "error", "m", Place("a", 0, 1), fix=Fix("t", "safe", ()))
    (found,) = report(result(Reported(finding)), Project({"a": b"x"}).view())["findings"]  # type: ignore[misc]
    assert found["fix"] is None


def test_json_lines_say_the_same_as_json() -> None:
    for make in RUNS.values():
        run, view = make()
        whole = report(run, view)
        *findings, last = [json.loads(line) for line in render("jsonl", run, view).splitlines()]
        assert findings == whole["findings"]
        assert last == {"summary": whole["summary"]}


# --- github, concise, text ------------------------------------------------------------------------


def test_github_commands_are_one_line_each_and_escaped() -> None:
    run, view = RUNS["crowded"]()
    (line,) = render("github", run, view).splitlines()
    assert line.startswith("::warning file=web/a%3A b%2C100%25.js,line=1,")
    assert "%0Aserver/pay.js:1:1 also sent from the server here" in line


def test_github_says_nothing_where_nothing_was_found() -> None:
    assert render("github", *RUNS["clean"]()) == ""


def test_long_stories_are_listed_not_shown() -> None:
    rendered = render("text", *RUNS["crowded"]())
    assert rendered.count("also sent from the server here") == 3
    assert "and 6 more: server/pay.js:4, server/pay.js:5" in rendered


def test_text_is_plain_unless_asked() -> None:
    assert "\x1b" not in render("text", *RUNS["fixable"]())


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({}, "No findings in 42 files."),
        ({"files": 1}, "No findings in 1 file."),
        ({"errors": 1}, "Found 1 error in 42 files."),
        ({"warnings": 2}, "Found 2 warnings in 42 files."),
        (
            {"errors": 3, "warnings": 1, "fixable": 2},
            "Found 3 errors and 1 warning in 42 files (2 fixable with --fix).",
        ),
        ({"fixed": 2}, "Fixed 2 findings. No findings in 42 files."),
        (
            {"limits": {"paths": 2, "imports": 1}},
            "No findings in 42 files. Not followed to the end: 1 file too many imports away from "
            "the SDK, 2 functions with too many paths.",
        ),
    ],
)
def test_last_line(counts: dict[str, object], expected: str) -> None:
    base = {"files": 42, "parsed": 1, "errors": 0, "warnings": 0, "ignored": 0, "fixable": 0}
    summary = Summary(**{**base, **counts}, skipped={})  # type: ignore[arg-type]
    assert conclusion(Result((), summary)) == expected


def test_last_line_speaks_of_unsafe_fixes() -> None:
    run, _ = RUNS["secret"]()
    assert conclusion(run).endswith("(1 fixable with --unsafe-fixes).")


def test_importing_the_package_imports_no_format() -> None:
    code = (
        "import sys, mmlint.report; "
        "print([m for m in sys.modules if m.startswith('mmlint.report.') and m[14:] != 'view'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_thousands_of_findings_on_one_long_line_are_quick() -> None:
    data = b"flush();" * 50_000 + secret().encode()
    findings = tuple(
        Reported(Finding("MM101", "n", "error", "m", Place("a.js", at * 8, at * 8 + 7)))
        for at in range(0, 50_000, 100)
    )
    rendered = render("full", result(*findings), Project({"a.js": data}).view())
    assert rendered.count("^^^^^^^") == len(findings)
