"""The report for people: what is told once, what is told of each place, and how wide it is."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace
from report_samples import Project, result
from test_excerpt import display_width

from mmlint.model.finding import Finding, Fix, Place, Related, Severity
from mmlint.model.report import Reported, TextEdit
from mmlint.report import View, render

SOURCE = b"".join(b"flush(%d);\n" % number for number in range(100, 120))
LINE = len(b"flush(100);\n")
PROJECT = Project({"a.js": SOURCE})


def found(
    line: int,
    message: str = "m",
    *,
    code: str = "MM101",
    severity: Severity = "error",
    title: str = "await it",
    related: tuple[Related, ...] = (),
    evidence: tuple[str, ...] = (),
    beyond: tuple[str, ...] = (),
) -> Reported:
    start = (line - 1) * LINE
    place = Place("a.js", start, start + len("flush"))
    finding = Finding(
        code, "name", severity, message, place, None, related, evidence, Fix(title, "safe", ())
    )
    return Reported(finding, (TextEdit("a.js", start, start, "await "),), beyond=beyond)


def text(*findings: Reported, format: str = "text", view: View | None = None) -> str:
    return render(format, result(*findings), view or PROJECT.view())


def heads(rendered: str) -> int:
    return rendered.count("help: mmlint explain")


# --- one header -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "other",
    [
        found(2, "another message"),
        found(2, code="MM201"),
        found(2, severity="warning"),
        found(2, title="take it out"),
        found(2, beyond=("b.js",)),
    ],
    ids=["message", "rule", "severity", "remedy", "files that the remedy edits"],
)
def test_findings_that_differ_in_what_to_do_have_their_own_headers(other: Reported) -> None:
    rendered = text(found(1), other)
    assert heads(rendered) == 2
    assert rendered == text(found(1), other, format="full")


def test_a_single_finding_is_told_as_ever() -> None:
    assert text(found(1)) == text(found(1), format="full")


def test_five_places_need_no_further_word() -> None:
    rendered = text(*map(found, range(1, 6)))
    assert heads(rendered) == 1
    assert rendered.count("^^^^^") == 5
    assert "more" not in rendered


def test_findings_that_say_the_same_share_their_header() -> None:
    assert text(*map(found, range(1, 8))) == (
        "error MM101 name: m\n"
        "  a.js:1:1\n  1 | flush(100);\n    | ^^^^^\n"
        "  a.js:2:1\n  2 | flush(101);\n    | ^^^^^\n"
        "  a.js:3:1\n  3 | flush(102);\n    | ^^^^^\n"
        "  a.js:4:1\n  4 | flush(103);\n    | ^^^^^\n"
        "  a.js:5:1\n  5 | flush(104);\n    | ^^^^^\n"
        "  and 2 more; --format full\n"
        "  fix: await it (--fix applies it)\n"
        "  help: mmlint explain MM101\n"
        "\n"
        "Found 7 errors in 42 files (7 fixable with --fix).\n"
    )


def test_what_stands_between_them_does_not_part_them() -> None:
    rendered = text(found(1), found(2, "another message"), found(3))
    assert heads(rendered) == 2
    assert rendered.index("a.js:3:1") < rendered.index("another message")


def test_what_is_known_of_one_place_stands_below_it() -> None:
    near = Related(Place("a.js", 2 * LINE, 2 * LINE + 5), "lost here")
    rendered = text(
        found(1, related=(near,), evidence=("a note on both", "a note on one")),
        found(2, evidence=("a note on both",)),
    )
    assert rendered.startswith(
        "error MM101 name: m\n"
        "  a.js:1:1\n  1 | flush(100);\n    | ^^^^^\n"
        "    a.js:3:1: lost here\n"
        "    note: a note on one\n"
        "  a.js:2:1\n  2 | flush(101);\n    | ^^^^^\n"
        "  note: a note on both\n"
        "  fix: await it (--fix applies it)\n"
    )


def test_full_tells_all_of_each() -> None:
    rendered = text(*map(found, range(1, 21)), format="full")
    assert heads(rendered) == rendered.count("^^^^^") == 20


@pytest.mark.parametrize("format", ["json", "jsonl", "gitlab", "sarif", "github", "concise"])
def test_what_programs_read_has_every_finding(format: str) -> None:
    rendered = text(*map(found, range(1, 21)), format=format)
    assert rendered.count("MM101") >= 20
    if format in ("json", "gitlab", "sarif"):
        assert json.loads(rendered)


# --- the width of the terminal --------------------------------------------------------------------

WIDE = "const 購入 = '" + "購入" * 200 + "'; flush(); const b = '" + "é購" * 200 + "';\n"


@pytest.mark.parametrize("source", [WIDE, "x" * 300 + ";flush();" + "y" * 300])
@pytest.mark.parametrize("columns", [40, 60, 80, 100, 300])
@pytest.mark.parametrize("before", [0, 99_999])
def test_an_excerpt_fits_the_terminal(source: str, columns: int, before: int) -> None:
    data = b"\n" * before + source.encode()
    start = data.index(b"flush()")
    finding = Finding("MM101", "n", "error", "m", Place("a.js", start, start + 7))
    view = replace(Project({"a.js": data}).view(), columns=columns)
    number, pointer = text(Reported(finding), view=view).splitlines()[2:4]
    assert max(map(display_width, (number, pointer))) <= columns
    assert pointer.count("^") == len("flush()")


def test_an_excerpt_that_fits_is_shown_whole() -> None:
    view = replace(PROJECT.view(), columns=40)
    assert text(found(1), view=view) == text(found(1))
