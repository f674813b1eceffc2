"""What absent values say of the others, and what is absent."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mmlint.languages import observe
from mmlint.project.semantic.absence import (
    agreed,
    does_nothing,
    functions_of,
    is_absent,
    is_nothing,
)
from mmlint.project.semantic.entity import External, KnownValue, Resolved, SdkObject
from mmlint.project.semantic.program import Program
from tests.project import linking

HEAD = 'import { MillimetricClient } from "@millimetric/track-node";\n'
CLIENT = "new MillimetricClient({})"


def meaning(text: str) -> Resolved | None:
    """What the first argument of ``asked`` means."""
    facts = observe((HEAD + text).encode(), "typescript")
    program = Program({"a.ts": facts})
    unit = program.units[0]
    call = next(one for _, one in unit.calls if getattr(one.callee, "name", "") == "asked")
    return program.resolve(unit, call.arguments[0].value)


PRESENT = [
    f"const get = () => on ? {CLIENT} : null; asked(get());",
    f"function get() {{ if (!on) return null; return {CLIENT}; }} asked(get());",
    f"function get() {{ if (!on) return undefined; return {CLIENT}; }} asked(get());",
    f"function get() {{ if (!on) return; return {CLIENT}; }} asked(get());",
    f"const get = () => {{ if (on) return {CLIENT}; return false; }}; asked(get());",
    f"const off = {{ track() {{}}, flush: async () => {{}} }}; asked(on ? off : {CLIENT});",
    f"class Off {{ track() {{}} flush() {{ return Promise.resolve(); }} }} "
    f"asked(on ? new Off() : {CLIENT});",
    f"let one = null; one = {CLIENT}; one = undefined; asked(one);",
]
"""A client, or nothing: what may be there is the client."""

UNKNOWN = [
    f"asked(on ? other() : {CLIENT}.flush);",
    "asked(on ? 'signup' : null);",
    "asked(on ? { plan: 1 } : null);",
    "class On { track() { return fetch('/a'); } } class Off { track() {} } "
    "asked(on ? new On() : on.b);",
]
"""A text or a plain object is something else beside nothing, and so are two things that differ."""


@pytest.mark.parametrize("text", UNKNOWN)
def test_unknown_stays_unknown(text: str) -> None:
    assert not isinstance(meaning(text), SdkObject | KnownValue)


@pytest.mark.parametrize("text", PRESENT)
def test_an_absent_client_says_nothing_against_the_present_one(text: str) -> None:
    assert meaning(text) == SdkObject("node")


def test_what_is_never_there_is_no_client() -> None:
    assert not isinstance(meaning("const get = () => null; asked(get());"), SdkObject | External)


# --- one value ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "absent"),
    [
        ("0", False),
        ("''", False),
        ("{}", False),
        ("missing", False),
        ("{ track() {}, plan: 1 }", False),
        ("{ track() { send(); } }", False),
        ("new (class { })()", False),
        ("null", True),
        ("undefined", True),
        ("false", True),
        ("() => {}", True),
        ("() => null", True),
        ("{ track() {}, flush: () => Promise.resolve() }", True),
    ],
)
def test_what_stands_for_nothing(value: str, absent: bool) -> None:
    assert is_absent(meaning(f"asked({value});")) is absent


@pytest.mark.parametrize(
    ("value", "nothing"),
    [("false", False), ("0", False), ("x", False), ("null", True), ("undefined", True)],
)
def test_what_is_written_as_nothing(value: str, nothing: bool) -> None:
    linked = linking.program({"a.ts": f"ask({value});"})
    assert is_nothing(linking.asked(linked)[1]) is nothing


def test_an_object_of_functions_alone_has_functions() -> None:
    linked = linking.program({"a.ts": "ask({ a() {}, b: 1 }); ask({ a() {}, b: () => 1 });"})
    mixed, whole = (functions_of(value) for _, value in linking.asked_each(linked))
    assert mixed == []
    assert len(whole) == 2


@pytest.mark.parametrize(
    ("body", "idle"),
    [
        ("return x;", False),
        ("send();", False),
        ("", True),
        ("return;", True),
        ("return {};", True),
        ("return [];", True),
        ('"use server"; return false;', True),
    ],
)
def test_which_bodies_do_nothing(body: str, idle: bool) -> None:
    linked = linking.program({"a.ts": f"function f() {{ {body} }}"})
    function = linking.function(linked, "a.ts", "f")
    assert does_nothing(function.unit, function.index) is idle


# --- several --------------------------------------------------------------------------------------


def test_what_differs_or_is_unknown_agrees_on_nothing() -> None:
    one, other = External("a", ("x",)), External("a", ("y",))
    assert agreed([]) is None
    assert agreed([one, other]) is None
    assert agreed([one, None]) is None
    assert agreed([one, one]) == one


def test_nothing_more_is_asked_once_two_differ() -> None:
    asked = 0

    def entities() -> Iterator[Resolved | None]:
        nonlocal asked
        for name in "abc":
            asked += 1
            yield External(name, ())

    assert agreed(entities()) is None
    assert asked == 2
