"""What a suppression comment hides, and how much work many of them are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmlint.engine.analysis import ignores
from mmlint.engine.analysis.ignores import Ignores
from mmlint.languages import observe
from mmlint.model.finding import Finding, Place
from mmlint.model.suggest import did_you_mean

NAMES = {"MM101": "unawaited-flush", "MM605": "event-name-style"}


def written(lines: list[str]) -> Ignores:
    data = "\n".join(lines).encode()
    return Ignores({"a.ts": observe(data, "typescript")}, NAMES, {"a.ts": data}.get)


def at(found: Ignores, code: str, first: int, last: int) -> Finding:
    """A finding whose statement takes these lines (from 1)."""
    lines = found.lines("a.ts")
    start, end = lines.start(first), lines.end(last)
    place = Place("a.ts", start, start + 1)
    return Finding(code, NAMES[code], "error", "", place, (start, max(end - 1, start + 1)))


def idle(found: Ignores) -> int:
    return len(list(found.unused(lambda path, code: True)))


def test_a_comment_hides_on_its_lines_and_on_the_one_below_where_it_is_alone() -> None:
    found = written(
        ["a();", "// mmlint: ignore[MM101] x", "b();", "c(); // mmlint: ignore[MM101] x"]
    )
    hidden = [line for line in range(1, 5) if found.hides(at(found, "MM101", line, line))]
    assert hidden == [2, 3, 4]
    assert not found.hides(at(found, "MM605", 3, 3))


def test_every_comment_on_the_lines_of_a_statement_counts_as_used() -> None:
    found = written(
        ["a(", *["  b, // mmlint: ignore[MM101] x"] * 3, ");", "c(); // mmlint: ignore[MM101]"]
    )
    assert found.hides(at(found, "MM101", 1, 5))
    assert idle(found) == 1
    assert found.hides(at(found, "MM101", 2, 3))


def test_a_comment_for_the_file_hides_everywhere() -> None:
    found = written(["// mmlint: ignore-file[MM101] x", "a();", "b();"])
    assert all(found.hides(at(found, "MM101", line, line)) for line in (2, 3))
    assert idle(found) == 0


_LINES = st.sampled_from(
    ["a();", "b(); // mmlint: ignore[MM101] x", "// mmlint: ignore[MM605, MM101] x"]
)
_FINDINGS = st.tuples(st.sampled_from(sorted(NAMES)), st.integers(1, 8), st.integers(0, 4))


@given(st.lists(_LINES, min_size=12, max_size=12), st.lists(_FINDINGS, max_size=6))
def test_the_index_answers_as_a_look_at_each_comment_does(
    lines: list[str], findings: list[tuple[str, int, int]]
) -> None:
    found = written(lines)
    used: set[tuple[int, str]] = set()
    for code, first, more in findings:
        hiding = {
            number
            for number, line in enumerate(lines, 1)
            if code in line
            and (first <= number <= first + more or (line.startswith("//") and number + 1 == first))
        }
        assert found.hides(at(found, code, first, first + more)) == bool(hiding)
        used |= {(number, code) for number in hiding}
    marks = found.marks.get("a.ts", [])
    assert {(mark.first, code) for mark in marks for code in mark.used} == used


def test_the_work_grows_with_the_comments_and_the_findings(monkeypatch: pytest.MonkeyPatch) -> None:
    def steps(count: int) -> int:
        """Comments that are looked at while each finding has all comments on its lines."""
        looked = 0
        ask = ignores._Row._unused

        def counted(self: ignores._Row, at: int) -> int:
            nonlocal looked
            looked += 1
            return ask(self, at)

        found = written(["a(", *["  b, // mmlint: ignore[MM101] x"] * count, ");"])
        with monkeypatch.context() as patch:
            patch.setattr(ignores._Row, "_unused", counted)
            for _ in range(count):
                assert found.hides(at(found, "MM101", 1, count + 2))
        return looked

    assert steps(80) <= 2 * steps(40) + 2


BLOCK = """\
a:
  # mmlint: ignore[MM101] x
  run: |
    # mmlint: ignore[MM101] the script's own

    two
  other: three
  # mmlint: ignore[MM101] y
  list: >- # folded
    four
"""


def test_a_comment_above_the_key_of_a_block_of_text_hides_what_is_in_it() -> None:
    """No comment can be written inside, where ``#`` is text."""
    data = BLOCK.encode()
    found = Ignores({"a.ts": observe(data, "yaml")}, NAMES, {"a.ts": data}.get)
    hidden = [line for line in range(1, 11) if found.hides(at(found, "MM101", line, line))]
    assert hidden == [2, 3, 4, 5, 6, 8, 9, 10]
    assert not found.hides(at(found, "MM605", 6, 6))
    assert idle(found) == 0


@pytest.mark.parametrize(
    ("written_name", "hint"),
    [
        ("MM1", "name each rule that is meant: MM101"),
        ("mm", "name each rule that is meant: MM101, MM605"),
        ("MM999", "see: mmlint rules"),
        ("MM102", "see: mmlint rules"),
        ("MM1011", 'did you mean "MM101"?'),
        ("unawaited-flsh", 'did you mean "unawaited-flush"?'),
    ],
)
def test_what_is_suggested_for_an_unknown_name_is_a_rule_that_may_be_meant(
    written_name: str, hint: str
) -> None:
    found = written([f"a(); // mmlint: ignore[{written_name}] x"])
    (one,) = found.unknown(did_you_mean)
    assert one.message == f'unknown rule "{written_name}"; {hint}'


@pytest.mark.parametrize(("before", "removed"), [("a();\n", True), ("a();\r", False)])
def test_a_comment_stays_where_two_line_breaks_would_become_one(before: str, removed: bool) -> None:
    data = f"{before}// mmlint: ignore[MM101] x\n\nb();\n".encode()
    found = Ignores({"a.ts": observe(data, "typescript")}, NAMES, {"a.ts": data}.get)
    (unused,) = found.unused(lambda path, code: True)
    assert (unused.fix is not None) is removed
