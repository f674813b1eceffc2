"""Runs the acceptance cases of the rules, and tests the reader of their format."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmlint.app import check, fix
from mmlint.model.report import Result
from mmlint.sdk.keys import find_key
from tests.cases import BadCase, Case, Mark, load_cases, parse_cases

FIXTURES = Path(__file__).parent.parent / "fixtures"
FOLDERS = tuple(FIXTURES / name for name in ("rules", "platforms", "decided", "links"))

CHECKED = [case for folder in FOLDERS for case in load_cases(folder, ("silent", "found"))]
FIXED = [(case, unsafe) for case in load_cases(FOLDERS[0], ("fixed",)) for unsafe in case.levels()]


@pytest.mark.parametrize("case", CHECKED, ids=lambda case: case.id)
def test_findings_are_exactly_the_marked_ones(case: Case, tmp_path: Path) -> None:
    case.write(tmp_path)
    assert _found(check(tmp_path), case) == case.marks


@pytest.mark.parametrize(
    ("case", "unsafe"),
    FIXED,
    ids=[f"{case.id}{' (unsafe)' if unsafe else ''}" for case, unsafe in FIXED],
)
def test_fixes_write_exactly_the_expected_bytes(case: Case, unsafe: bool, tmp_path: Path) -> None:
    case.write(tmp_path)
    fix(tmp_path, unsafe)
    once = _tree(tmp_path, case)
    for path, expected in case.after(unsafe=unsafe).items():
        assert expected.accepts(once[path]), _difference(path, expected.text, once[path])
    fix(tmp_path, unsafe)
    assert _tree(tmp_path, case) == once, "a second run changed something"
    assert not _still_fixable(check(tmp_path), case, unsafe)


def _found(result: Result, case: Case) -> set[Mark]:
    places = [(reported.finding.place, reported.finding.code) for reported in result.findings]
    return {
        (place.path, _line(case.files[place.path], place.start), code)
        for place, code in places
        if code in case.rules
    }


def _line(text: str, offset: int) -> int:
    return text.encode()[:offset].count(b"\n") + 1


def _tree(root: Path, case: Case) -> dict[str, bytes]:
    return {path: (root / path).read_bytes() for path in case.files}


def _difference(path: str, wanted: str, found: bytes) -> str:
    return f"{path}\n--- wanted\n{wanted}--- found\n{found.decode(errors='replace')}"


def _still_fixable(result: Result, case: Case, unsafe: bool) -> list[str]:
    applied = {"safe", "unsafe"} if unsafe else {"safe"}
    findings = [reported.finding for reported in result.findings]
    return [
        finding.message
        for finding in findings
        if finding.name == case.rule and finding.fix and finding.fix.safety in applied
    ]


# --- the format itself ----------------------------------------------------------------------------


def _parse(*lines: str) -> list[Case]:
    return parse_cases("\n".join(lines), "some_rule/found")


def test_prose_and_marks_in_prose_belong_to_no_file() -> None:
    (case,) = _parse("# Heading", "## one", "Why `!MM101` is here.", "```ts a.ts", "go();", "```")
    assert case.files == {"a.ts": "go();\n"}
    assert case.marks == set()


def test_a_mark_is_path_line_and_code_and_stays_in_the_file() -> None:
    (case,) = _parse("## one", "```ts src/a.ts", "", "go(); // why !MM101 !MM102", "```")
    assert case.marks == {("src/a.ts", 2, "MM101"), ("src/a.ts", 2, "MM102")}
    assert case.files["src/a.ts"] == "\ngo(); // why !MM101 !MM102\n"
    assert (case.rule, case.id) == ("some-rule", "some_rule/found/one")


@pytest.mark.parametrize("comment", ["# !MM201", "// !MM201", "/* !MM201 */", "<!-- !MM201 -->"])
def test_every_comment_syntax_can_carry_a_mark(comment: str) -> None:
    (case,) = _parse("## one", "```text file", f"x {comment}", "```")
    assert case.marks == {("file", 1, "MM201")}


def test_several_fences_are_one_project_and_a_longer_fence_may_hold_a_shorter_one() -> None:
    (case,) = _parse("## one", "```ts a.ts", "```", "````md b.md", "```", "````")
    assert case.files == {"a.ts": "", "b.md": "```\n"}


def test_keys_are_made_the_same_for_every_fence_of_a_case_and_other_braces_stay() -> None:
    text = "{{sk}} {{pk}} {{rk}} {{ak}} {{stripe_sk}} style={{color}}"
    first, second = _parse(
        "## one", "```ts a", text, "```", "```ts a fixed", text, "```",
        "## two", "```ts a", text, "```",
    )  # fmt: skip
    *keys, stripe, rest = first.files["a"].split()
    shapes = [(key.kind, key.shape) for key in map(find_key, keys) if key]
    assert shapes == [("sk", "full"), ("pk", "full"), ("rk", "full"), ("ak", "full")]
    assert (stripe[:8], stripe.count("_"), rest) == ("sk_live_", 2, "style={{color}}")
    assert first.fixed["a"].text == first.files["a"] != second.files["a"]


def test_levels_and_results_of_a_fix() -> None:
    safe, unsafe, none = _parse(
        "## safe", "```ts a", "1", "```", "```ts a fixed", "2", "```", "```ts b", "1", "```",
        "## unsafe", "```ts a", "1", "```", "```ts a unsafe-fixed", "2", "```",
        "## none", "```ts a", "1", "```",
    )  # fmt: skip
    assert safe.levels() == (False,)
    assert unsafe.levels() == none.levels() == (False, True)
    assert {path: result.text for path, result in safe.after(unsafe=False).items()} == {
        "a": "2\n",
        "b": "1\n",
    }
    assert unsafe.after(unsafe=False)["a"].text == "1\n"
    assert unsafe.after(unsafe=True)["a"].text == "2\n"


def test_a_result_is_compared_by_bytes_unless_it_says_otherwise() -> None:
    (case,) = _parse(
        "## one", "```ts a", "```", "```ts b", "```",
        "```ts a fixed", "const {{any_name}} = f();", "return {{any_name}};", "```",
        "```ts b fixed any-layout", "if (x) { go(); }", "```",
    )  # fmt: skip
    strict, loose = case.fixed["a"], case.fixed["b"]
    assert strict.accepts(b"const body = f();\nreturn body;\n")
    assert not strict.accepts(b"const body = f();\nreturn other;\n")
    assert not strict.accepts(b"const body = f();\n  return body;\n")
    assert loose.accepts(b"if (x) {\n  go();\n}\n")
    assert not loose.accepts(b"if (x) go();\n")


def test_a_rules_line_narrows_the_file() -> None:
    (case,) = _parse("rules: MM101 MM002", "## one", "```ts a", "```")
    assert case.rules == {"MM101", "MM002"}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("```ts a.ts\n```", "before the first"),
        ("## one\n```ts a.ts\n", "never closed"),
        ("## one\n```ts\n```", "expected"),
        ("## one\n```ts a.ts maybe\n```", "expected"),
        ("## one\n```ts a.ts fixed any-layout more\n```", "expected"),
        ("## one\n```ts a.ts\n```\n```ts a.ts\n```", "second input"),
        ("## one\n```ts a.ts\n```\n```ts a.ts fixed\n```\n```ts a.ts fixed\n```", "second fixed"),
        ("## one\n```ts a.ts\n```\n```ts b.ts fixed\n```", "without an input"),
        ("## one\n```ts a.ts\nx = '!MM101'\n```", "not in a comment"),
        ("## one\n```ts a.ts\nx // !MM999\n```", "does not speak of"),
        ("## one", "has no file"),
    ],
)
def test_a_broken_case_file_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(BadCase, match=complaint):
        parse_cases(text, "some_rule/found")


def test_a_title_used_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "some_rule").mkdir()
    (tmp_path / "some_rule" / "found.md").write_text("## one\n```ts a\n```\n" * 2)
    with pytest.raises(BadCase, match="used twice"):
        load_cases(tmp_path, ("found",))
