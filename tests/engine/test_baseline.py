"""What a baseline knows a finding by: layout moves nothing, an edit does, and no secret gets in."""

from __future__ import annotations

import random
import re
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from mmlint.app.opening import open_session
from mmlint.app.request import Request
from mmlint.engine.analysis.baseline import (
    MOST_TEXT,
    BadBaseline,
    Entry,
    entries_of,
    known,
    parse,
    pruned,
    render,
    stale,
    without_layout,
)
from mmlint.model.baseline import StaleEntry
from tests.projects.repositories import EVERY, Files, files, write
from tests.projects.test_metamorphic import (
    byte_order_mark,
    commented,
    crlf,
    double_spaced,
    flush_left,
    joined,
    tabs,
)

HEAD = '{"mmlint-baseline": 1}\n'


def entries(repository: Files) -> Counter[Entry]:
    """Return the baseline that would be written for a repository."""
    with tempfile.TemporaryDirectory() as folder:
        session = open_session(Request(), None, start=write(Path(folder), repository))
        findings = [one.finding for one in session.lint({})]
        assert session.observed is not None
        return Counter(entries_of(findings, session.observed.facts, session.observed.sources))


def route(body: str, name: str = "POST") -> dict[str, bytes]:
    return {
        "package.json": b'{"dependencies": {"next": "15.0.0"}}',
        "app/api/route.ts": (
            'import { track, flush } from "@millimetric/track-node";\n'
            f"export async function {name}(request: Request) {{\n"
            "  const { anonymous_id } = await request.json();\n"
            f"{body}"
            "  return Response.json({});\n"
            "}\n"
        ).encode(),
    }


# --- what stays the same --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "layout", [crlf, byte_order_mark, double_spaced, commented, tabs, flush_left, joined]
)
@pytest.mark.parametrize(("case", "version"), [one for one in EVERY if one[1] == "bad"])
def test_layout_changes_no_entry(case: str, version: str, layout: Callable[[Files], Files]) -> None:
    before = files(case, version)
    assert entries(before)
    assert entries(layout(before)) == entries(before)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "track({ event: 'a', b: [1, 2] })",
            'track({\n  "event": "a",\n  b: [\n    1,\n    2,\n  ],\n})',
        ),
        ("send(x => y)", "send((x) => y)"),
        ("a(1) // why\n", "a(1)"),
        ("a(/* first */ 1)", "a(1)"),
        ('a("http://b.example")', "a('http://b.example',)"),
        ("a('it\\'s')", 'a("it\'s")'),
    ],
)
def test_what_a_formatter_chooses_is_no_part_of_the_text(one: str, other: str) -> None:
    assert without_layout(one) == without_layout(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("track(a)", "track(b)"),
        ("track(a, b)", "track(ab)"),
        ("return a", "returna"),
        ('a("http://b.example")', 'a("http://c.example")'),
        ("a(1) // why\n", "a(2) // why\n"),
    ],
)
def test_other_code_is_another_text(one: str, other: str) -> None:
    assert without_layout(one) != without_layout(other)


def test_lines_above_and_a_move_within_the_file_change_nothing() -> None:
    before = route('  track({ event: "a", anonymous_id });\n')
    after = {path: b"\n\n// more\n" + text for path, text in before.items() if "route" in path}
    assert entries(before) == entries({**before, **after}) != Counter()


def test_an_edit_of_the_construct_is_another_entry() -> None:
    one = entries(route('  track({ event: "a", anonymous_id });\n'))
    other = entries(route('  track({ event: "b", anonymous_id });\n'))
    assert one.keys().isdisjoint(other)


def test_another_function_is_another_entry() -> None:
    body = '  track({ event: "a", anonymous_id });\n'
    [one], [other] = entries(route(body)), entries(route(body, name="PUT"))
    assert (one.scope, other.scope) == ("POST", "PUT")


def test_a_long_text_is_cut_and_still_tells_its_end() -> None:
    def long(end: str) -> Entry:
        listed = ", ".join(f"property_{number}: {number}" for number in range(40))
        body = f'  track({{ event: "a", anonymous_id, properties: {{ {listed}, {end} }} }});\n'
        [entry] = entries(route(body))
        return entry

    assert len(long("z: 1").text) == MOST_TEXT
    assert long("z: 1") != long("z: 2")


def test_a_setting_is_known_by_its_key_path_and_name() -> None:
    workflow = b"jobs:\n  build:\n    env:\n      NEXT_PUBLIC_AOA_SK: ${{ secrets.AOA_SK }}\n"
    [one] = entries({".github/workflows/ci.yml": workflow})
    assert one.text == "NEXT_PUBLIC_AOA_SK"
    assert one.scope.endswith(".env")


# --- secrets --------------------------------------------------------------------------------------

SECRETS = st.integers(0, 10**6).map(
    lambda seed: "7" + "".join(random.Random(seed).choices("abcdefXYZ0123456789", k=24))
)


@given(secret=SECRETS, kind=st.sampled_from(["sk", "rk", "ak"]), where=st.integers(0, 4))
@settings(max_examples=60, deadline=None)
def test_no_secret_gets_into_a_text(secret: str, kind: str, where: int) -> None:
    key = f"{kind}_live_0a1b2c3d_{secret}"
    code = [
        f'track({{ event: "a", k: "{key}" }})',
        f"// {key}\ntrack(a)",
        f'f("{kind}_live_0a1b2c3d_" + "x", \'{key}\')',
        f"`\n  {key}\n`",
        f'clientSecret: \n  "{secret}"',
    ][where]
    assert secret not in without_layout(code)


def test_no_secret_gets_into_a_file() -> None:
    key = "_".join(("sk", "live", "0a1b2c3d", "Sup3rSecretTail99"))
    found = entries(
        {
            **route(f'  track({{ event: "a", anonymous_id, properties: {{ k: "{key}" }} }});\n'),
            ".env": f"NEXT_PUBLIC_AOA_SK={key}\n".encode(),
            "web/.env": f"# {key}\nVITE_AOA_SK='{key}'\n".encode(),
        }
    )
    assert {one.code for one in found} >= {"MM102", "MM201"}
    assert "Sup3rSecretTail99" not in render(found)


# --- the state of a value -------------------------------------------------------------------------


def written(prefix: str, secret: str = "7f" * 12) -> str:
    return "_".join(("sk", "live", prefix, secret))


FIRST, SECOND = written("0a1b2c3d"), written("9z8y7x6w")
PLACEHOLDER, REFERENCE = "sk_live_...", "$AOA_SK"


def carried(value: str) -> list[Entry]:
    """Return the entry of a public name with this value, as a run finds it."""
    target = f"AOA_SK={FIRST}\n" if value == REFERENCE else ""
    found = entries({".env": f"{target}NEXT_PUBLIC_AOA_SK={value}\n".encode()})
    return [one for one in found if one.code == "MM201"]


def test_the_state_of_a_value_is_written_and_no_secret() -> None:
    states = [carried(one)[0].state for one in (PLACEHOLDER, "", REFERENCE, FIRST)]
    assert states == ["placeholder", "placeholder", "reference", "key sk_live_0a1b2c3d_…"]


@pytest.mark.parametrize("after", [PLACEHOLDER, REFERENCE, ""])
@pytest.mark.parametrize("before", [PLACEHOLDER, REFERENCE, FIRST, None])
def test_a_stand_in_is_known_whatever_stood_there(before: str | None, after: str) -> None:
    """None: an entry of an older baseline, without a state."""
    old = [replace(one, state="") for one in carried(FIRST)] if before is None else carried(before)
    assert known(carried(after), Counter(old)) == [True]
    assert not stale(carried(after), Counter(old), lambda entry: True)


def test_the_same_key_is_known_although_its_secret_is_nowhere() -> None:
    assert known(carried(FIRST), Counter(carried(FIRST))) == [True]


@pytest.mark.parametrize("before", [PLACEHOLDER, REFERENCE, SECOND, None])
def test_a_real_key_is_new_where_another_value_stood(before: str | None) -> None:
    old = [replace(one, state="") for one in carried(FIRST)] if before is None else carried(before)
    assert known(carried(FIRST), Counter(old)) == [False]
    assert stale(carried(FIRST), Counter(old), lambda entry: True) == [StaleEntry(old[0], 1)]


def test_an_entry_is_taken_by_its_own_value_before_a_stand_in_takes_it() -> None:
    baseline = Counter(carried(FIRST))
    assert known([*carried(PLACEHOLDER), *carried(FIRST)], baseline) == [False, True]


# --- counting -------------------------------------------------------------------------------------

A, B = Entry("a.ts", "MM101", "f", "flush"), Entry("a.ts", "MM102", "", "track a")


def test_nothing_is_known_without_a_baseline() -> None:
    assert known([A, B], {}) == [False, False]


def test_of_equal_findings_as_many_are_known_as_there_were() -> None:
    assert known([A, B, A, A], {A: 2}) == [True, False, True, False]


def test_what_cannot_be_judged_is_not_stale() -> None:
    assert stale([], {A: 1, B: 1}, lambda entry: entry.code == "MM101") == [StaleEntry(A, 1)]


def test_a_finding_too_few_makes_an_entry_stale_and_pruning_lowers_it() -> None:
    gone = stale([A], {A: 3, B: 1}, lambda entry: True)
    assert gone == [StaleEntry(A, 2), StaleEntry(B, 1)]
    assert pruned({A: 3, B: 1}, gone) == {A: 1}


# --- the file -------------------------------------------------------------------------------------

TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
BASELINES = st.dictionaries(
    st.builds(Entry, TEXTS, st.sampled_from(["MM101", "MM999"]), TEXTS, TEXTS, TEXTS),
    st.integers(1, 9),
    max_size=8,
)


@given(BASELINES)
def test_a_file_is_an_entry_a_line_sorted_and_reads_back(baseline: dict[Entry, int]) -> None:
    text = render(baseline)
    assert text.isascii()
    assert parse(text) == baseline
    head, *lines = text.splitlines(keepends=True)
    assert head == HEAD
    assert len(lines) == len(baseline)
    assert [parse(HEAD + line).popitem()[0] for line in lines] == sorted(baseline)


@given(BASELINES, st.randoms())
def test_the_order_of_writing_means_nothing(
    baseline: dict[Entry, int], chance: random.Random
) -> None:
    items = list(baseline.items())
    chance.shuffle(items)
    assert render(dict(items)) == render(baseline)
    lines = render(baseline).splitlines(keepends=True)[1:]
    chance.shuffle(lines)
    assert parse(HEAD + "".join(lines + lines[:1])) == baseline


def test_a_merge_of_two_counts_keeps_the_higher_one() -> None:
    both = render({A: 1}) + render({A: 3}).partition("\n")[2]
    assert parse(both) == {A: 3}


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 1, "no baseline of this mmlint"),
        ('{"mmlint-baseline": 2}\n', 1, "no baseline of this mmlint"),
        (HEAD + "<<<<<<< ours\n", 2, "a merge was not finished"),
        (HEAD + "\nhello\n", 3, "is no entry"),
        (HEAD + '["a", "MM101", "f"]\n', 2, "is no entry"),
        (HEAD + '["a", "MM101", "f", "t", 0]\n', 2, "is no entry"),
        (HEAD + '["a", "MM101", "f", "t", true]\n', 2, "is no entry"),
        (HEAD + '["a", 101, "f", "t"]\n', 2, "is no entry"),
        (HEAD + '["a", "MM201", "", "t", "key", 0]\n', 2, "is no entry"),
        (HEAD + '["a", "MM201", "", "t", "key", "more"]\n', 2, "is no entry"),
        (HEAD + '["a", "MM201", "", "t", 1, "key"]\n', 2, "is no entry"),
        (HEAD + "[" * 100_000 + "\n", 2, "is no entry"),
    ],
)
def test_what_is_no_baseline_says_where_and_why(text: str, line: int, said: str) -> None:
    with pytest.raises(BadBaseline, match=re.escape(said)) as caught:
        parse(text)
    assert caught.value.line == line
