"""Which functions are handed other functions, and as which parameter."""

from __future__ import annotations

import pytest

from mmlint.project.semantic.wrapping import (
    calls_parameter,
    decorating,
    functions_in,
    parameter_of,
    wrappers_of,
)
from tests.project import linking


def wrappers(text: str) -> list[tuple[str | None, int]]:
    """The functions that the last statement's outermost call hands its arguments to."""
    linked = linking.program({"a.ts": text})
    (unit,) = linked.units
    call = max((call for _, call in unit.calls), key=lambda one: (one.end, -one.start))
    return [(one.function.function.name, one.number) for one in wrappers_of(linked, unit, call)]


def test_what_a_package_provides_is_no_wrapper_of_the_project() -> None:
    assert wrappers('import { wrap } from "lib"; wrap(() => {});') == []
    assert wrappers("unknown(() => {});") == []


def test_a_function_is_a_wrapper_of_what_it_is_handed() -> None:
    head = "function w(options, f) { return () => f(); }\n"
    assert wrappers(head + "w({}, () => {});") == [("w", 0), ("w", 1)]
    assert wrappers(head + "w();") == [("w", -1)]


def test_what_makes_the_wrapper_counts_as_one() -> None:
    head = "function w(options) { return test ? one(options) : two; }\n"
    assert wrappers(head + "w({})(() => {});") == [("w", -1)]
    assert wrappers("function w() { return (f) => f(); }\nw({})(() => {});") == [(None, 0)]


def test_hooks_of_an_object_run_around_the_handler() -> None:
    text = "const hooks = { before() {}, after: () => {}, name: 1 }; use(hooks);"
    assert [number for _, number in wrappers(text)] == [-1, -1]
    linked = linking.program({"a.ts": text})
    (unit,) = linked.units
    found = list(functions_in(linked, unit, unit.calls[-1][1].arguments[0].value))
    assert [one.function.kind for one in found] == ["method", "function"]


@pytest.mark.parametrize(
    ("body", "number", "calls"),
    [
        ("return f;", 0, False),
        ("other();", 0, False),
        ("f = other; other();", 0, False),
        ("f();", 1, False),
        ("f();", 0, True),
        ("return () => { f(); };", 0, True),
    ],
)
def test_whether_a_parameter_is_called(body: str, number: int, calls: bool) -> None:
    linked = linking.program({"a.ts": f"function w(f, g) {{ {body} }}"})
    assert calls_parameter(linked, linking.function(linked, "a.ts", "w"), number) is calls


def test_the_parameter_that_an_argument_becomes() -> None:
    linked = linking.program({"a.ts": "function w(f, g) {}\nw(one, two, three);"})
    call = linking.called(linked, "w")
    function = linking.function(linked, "a.ts", "w")
    numbers = [
        parameter_of(linked, call.unit, call.call, function, one.value)
        for one in call.call.arguments
    ]
    assert numbers == [0, 1, -1]


@pytest.mark.parametrize(
    ("decorator", "expected"),
    [
        ("@app.get('/')", None),
        ("@w", ("w", 0)),
        ("@partial(w, 1)", ("w", 1)),
        ("@made('x')", ("made", -1)),
        ("@Keep", ("__init__", 1)),
        ("@Keep()", ("__call__", 1)),
    ],
)
def test_what_a_decorator_hands_the_function_to(
    decorator: str, expected: tuple[str, int] | None
) -> None:
    text = (
        "from functools import partial\nimport app\n"
        "def w(f, g): ...\ndef made(name):\n    return a(name) if name else b\n"
        "class Keep:\n    def __init__(self, f=None): ...\n    def __call__(self, f): ...\n"
        f"{decorator}\ndef handler(): ...\n"
    )
    linked = linking.program({"a.py": text})
    handler = linking.function(linked, "a.py", "handler")
    found = decorating(linked, handler.unit, handler.function.decorators[0])
    named = (found.function.function.name, found.number) if found is not None else None
    assert named == expected
