"""What the parameters of a function stand for in one call, with what it was given before."""

from __future__ import annotations

import pytest

from mmlint.model import syntax as s
from mmlint.project.semantic.arguments import (
    binds,
    completed,
    direct,
    makes_partial,
    passed_to,
    substitution_of,
    takes_self,
    with_given,
)
from mmlint.project.semantic.entity import (
    NOTHING,
    BoundMethod,
    External,
    ProjectFunction,
    SdkObject,
)
from tests.project import linking


def given(text: str, python: bool = True) -> dict[str, str] | None:
    """What ``f`` gets in the last call of ``text``, as it is written; ``-``: nothing at all. None
    where nothing is known."""
    path = "a.py" if python else "a.ts"
    linked = linking.program({path: text})
    function = linking.function(linked, path, "f")
    call = linked.calls[-1]
    found = substitution_of(call.unit, call.call, function)
    if found == NOTHING:
        return None
    names = function.function.parameters
    return {
        names[number].name or "": "-" if one is None else text[one.value.start : one.value.end]
        for (_, _, number), one in found
    }


@pytest.mark.parametrize("call", ["f(*rest)", "f(1, *rest)", "f(**one, **other)", "f(*a, **b)"])
def test_what_is_spread_may_be_anything(call: str) -> None:
    assert given(f"def f(a, b=2): ...\n{call}\n") is None


def test_a_parameter_that_may_be_among_the_keywords_is_left_out() -> None:
    assert given("def f(a, b=2): ...\nf(1, **rest)\n") == {"a": "1"}


@pytest.mark.parametrize(
    ("signature", "call", "expected"),
    [
        ("a", "f()", {"a": "-"}),
        ("a, b=2", "f(1)", {"a": "1", "b": "2"}),
        ("a, b=2", "f(b=3, a=1)", {"a": "1", "b": "3"}),
        ("a, *, b", "f(1, 2)", {"a": "1", "b": "-"}),
        ("a, *rest", "f(1, 2)", {"a": "1"}),
        ("a", "f(1, 2)", {"a": "1"}),
    ],
)
def test_python_arguments_reach_their_parameters(
    signature: str, call: str, expected: dict[str, str]
) -> None:
    assert given(f"def f({signature}): ...\n{call}\n") == expected


@pytest.mark.parametrize(
    ("signature", "call", "expected"),
    [
        ("a, b", "f(1)", {"a": "1", "b": "-"}),
        ("a, b = 2", "f(1)", {"a": "1", "b": "2"}),
        ("a, ...rest", "f(1, 2, 3)", {"a": "1"}),
    ],
)
def test_javascript_arguments_reach_their_parameters(
    signature: str, call: str, expected: dict[str, str]
) -> None:
    assert given(f"function f({signature}) {{}}\n{call};\n", python=False) == expected


def test_keywords_that_no_parameter_takes_are_one_dict() -> None:
    text = "def f(a, **rest): ...\nf(1, b=2, **more)\n"
    linked = linking.program({"a.py": text})
    call = linked.calls[-1]
    found = substitution_of(call.unit, call.call, linking.function(linked, "a.py", "f"))
    rest = found[-1][1]
    assert rest is not None
    assert isinstance(rest.value, s.Object)
    assert [(one.key, one.kind) for one in rest.value.entries] == [("b", "pair"), (None, "spread")]


# --- self -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "takes"),
    [
        ("def f(self): ...", False),
        ("class A:\n    @staticmethod\n    def f(a): ...", False),
        ("class A:\n    def f(self): ...", True),
        ("class A:\n    @classmethod\n    def f(cls): ...", True),
    ],
)
def test_only_a_method_is_given_its_object(text: str, takes: bool) -> None:
    linked = linking.program({"a.py": text})
    assert takes_self(linking.function(linked, "a.py", "f")) is takes


# --- given before the call ------------------------------------------------------------------------


def test_only_functions_are_given_arguments() -> None:
    linked = linking.program({"a.ts": "ask(1);"})
    (unit,) = linked.units
    assert with_given(None, unit, (), NOTHING) is None
    assert with_given(SdkObject("node"), unit, (), NOTHING) is None


def test_what_was_given_before_comes_first() -> None:
    text = "from functools import partial\ndef f(a, b): ...\ng = partial(f, 1)\ng(2)\n"
    linked = linking.program({"a.py": text})
    call = linked.calls[-1]
    assert isinstance(call.callee, ProjectFunction)
    every = passed_to(call.unit, call.call, call.callee)
    assert [text[one.passed.value.start : one.passed.value.end] for one in every] == ["1", "2"]


def test_what_stands_in_another_file_does_not_complete_a_call() -> None:
    linked = linking.program({"a.py": "ask(2)\n", "b.py": "ask(1)\n"})
    here, there = linked.units
    (_, call), (_, other) = here.calls[0], there.calls[0]
    before = with_given(External("m", ("f",)), there, other.arguments, NOTHING)
    assert isinstance(before, External)
    assert completed(here, call, before) is call
    assert completed(there, other, before).arguments == other.arguments * 2


@pytest.mark.parametrize(
    ("module", "path", "partial"),
    [
        ("functools", ("wraps",), False),
        ("mine", ("partial",), False),
        ("functools", ("partial",), True),
        ("lodash/partial", ("default",), True),
    ],
)
def test_which_calls_return_the_rest_of_a_function(
    module: str, path: tuple[str, ...], partial: bool
) -> None:
    assert makes_partial(External(module, path)) is partial


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("f.bind(self, 1)", None),
        ("f.call(self, 1, 2)", ["1", "2"]),
        ("f.call()", []),
        ("f.apply(self, [1, 2])", ["1", "2"]),
        ("f.apply(self)", []),
        ("f.apply(self, all)", ["all"]),
    ],
)
def test_call_and_apply_pass_what_they_are_given(call: str, expected: list[str] | None) -> None:
    text = f"function f(a, b) {{}}\n{call};\n"
    linked = linking.program({"a.ts": text})
    (unit,) = linked.units
    (_, written) = unit.calls[0]
    assert isinstance(written.callee, s.Member)
    method = linked.resolve(unit, written.callee)
    assert isinstance(method, BoundMethod)
    assert binds(method) is (expected is None)
    found = direct(written, method)
    arguments = None if found is None else [text[x.start : x.end] for x in found.arguments]
    assert arguments == expected
