"""Which branches of a wrapper a call never takes, by what it passes."""

from __future__ import annotations

import pytest

from mmlint.languages import observe
from mmlint.project.project import Project
from mmlint.project.semantic.arguments import substitution_of
from mmlint.project.semantic.branches import Branches
from mmlint.project.semantic.entity import NOTHING
from tests.project import linking

BROWSER = 'import { track } from "@millimetric/track";\n'


def names(branches: str, call: str) -> list[str]:
    """The names of the events that ``call`` sends through a function of these ``branches``."""
    text = f"{BROWSER}function send(name, given) {{ {branches} }}\n{call};\n"
    project = Project({"src/a.ts": observe(text.encode(), "typescript")})
    return [one.name.text for one in project.sends if one.via is not None and one.name is not None]


@pytest.mark.parametrize("given", ["unknown", "load()", "a ? {} : null", "input.value"])
def test_what_is_not_known_excludes_nothing(given: str) -> None:
    both = "if (given) track(name + ''); track(name);"
    assert names("if (given) track(name);", f"send('a', {given})") == ["a"]
    assert names("if (!given) track(name);", f"send('a', {given})") == ["a"]
    assert names(both, f"send('a', {given})") == ["a"]


@pytest.mark.parametrize("given", ["{}", "[]", "'x'", "1", "true", "() => 1"])
def test_what_is_true_excludes_the_other_branch(given: str) -> None:
    call = f"send('a', {given})"
    assert names("if (given) track(name);", call) == ["a"]
    assert names("given && track(name);", call) == ["a"]
    assert names("if (!given) track(name);", call) == []
    assert names("if (given) {} else { if (more) track(name); }", call) == []
    assert names("given ? 0 : track(name);", call) == []


@pytest.mark.parametrize("given", ["null", "undefined", "''", "0", "false"])
def test_what_is_false_excludes_the_branch(given: str) -> None:
    call = f"send('a', {given})"
    assert names("if (!given) track(name);", call) == ["a"]
    assert names("if (given) track(name);", call) == []
    assert names("given && track(name);", call) == []


def test_a_parameter_that_is_assigned_anew_is_not_what_was_passed() -> None:
    assert names("given = load(); if (!given) track(name);", "send('a', {})") == ["a"]
    assert names("if (more) given = null; if (!given) track(name);", "send('a', {})") == ["a"]
    assert names("given.a = load(); if (!given.a) track(name);", "send('a', { a: 1 })") == ["a"]


@pytest.mark.parametrize(
    ("given", "excluded"),
    [
        ("unknown", set[str]()),
        ("{}", {"second", "fourth"}),
        ("null", {"first", "third"}),
    ],
)
def test_which_bytes_a_call_does_not_reach(given: str, excluded: set[str]) -> None:
    text = f"""
        function send(given) {{
            if (given) {{ first; }} else {{ second; }}
            given ? third : fourth;
            after;
        }}
        send({given});"""
    linked = linking.program({"a.ts": text})
    call = linking.called(linked, "send")
    under = substitution_of(call.unit, call.call, linking.function(linked, "a.ts", "send"))
    branches = Branches(linked)
    words = ("first", "second", "third", "fourth", "after")
    found = {one for one in words if branches.excludes(call.unit, text.index(one), under)}
    assert found == excluded
    assert not any(branches.excludes(call.unit, text.index(one), NOTHING) for one in words)
