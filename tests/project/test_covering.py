"""Whether what a function has queued leaves with a flush, where it is handed to a wrapper."""

from __future__ import annotations

import pytest

from mmlint.project.delivery.covering import WrapperAnalysis
from mmlint.project.semantic.entity import ProjectFunction
from mmlint.project.semantic.wrapping import FlushesAfter, Wrapper
from tests.project.running import NODE, Source


def coverage(wrapper: str, *, number: int = 0, more: str = "") -> FlushesAfter:
    source = Source(f"{NODE}{wrapper}\n{more}")
    function = ProjectFunction(source.unit, source.function("w"))
    return WrapperAnalysis(source.flow).coverage(Wrapper(function, number), is_async=True)


RETURNS = "function w(f) {{ return async (r) => {{ {0} }}; }}"


@pytest.mark.parametrize(
    ("wrapper", "number"),
    [
        ("function w(f) { other(f); flush(); }", 0),
        ("function w(f) { flush(); }", 0),
        (RETURNS.format("await f(r); await flush();"), -1),
        ("function w(f) { f(); other(f); flush(); }", 0),
    ],
)
def test_what_becomes_of_the_function_may_be_unknown(wrapper: str, number: int) -> None:
    assert coverage(wrapper, number=number).flushes is None


@pytest.mark.parametrize(
    ("body", "gaps"),
    [
        ("await flush(); return f(r);", 1),
        ("await f(r); if (r.a) await flush();", 1),
        ("await f(r); if (r.a) return; if (r.b) return; await flush();", 2),
    ],
)
def test_a_path_without_a_flush_is_a_gap(body: str, gaps: int) -> None:
    found = coverage(RETURNS.format(body))
    assert found.flushes is False
    assert len(found.gaps) == gaps


def test_a_wrapper_that_names_no_flush_has_none() -> None:
    assert coverage(RETURNS.format("return f(r);")) == FlushesAfter(False)


@pytest.mark.parametrize(
    "body",
    [
        "await f(r); await flush();",
        "try { return await f(r); } finally { await flush(); }",
        "console.log(f); await f(r); await flush();",
    ],
)
def test_a_flush_on_every_path_covers_what_was_queued(body: str) -> None:
    assert coverage(RETURNS.format(body)) == FlushesAfter(True)


def test_a_wrapper_that_only_hands_on_does_what_the_other_does() -> None:
    inner = "function inner(f) { return async (r) => { await f(r); await flush(); }; }"
    assert coverage("function w(f) { return inner(f); }", more=inner) == FlushesAfter(True)


CLASS = """
class Keep:
    def __init__(self, f):
        self.f = f
    def __call__(self):
        return self.f()
    def stop(self):
        {stop}
class Other:
    def go(self):
        {other}
"""


@pytest.mark.parametrize(
    ("stop", "other", "gaps"), [("pass", "flush()", 0), ("flush()", "pass", 1)]
)
def test_only_a_class_that_may_flush_somewhere_is_looked_into(
    stop: str, other: str, gaps: int
) -> None:
    text = "from millimetric import flush\n" + CLASS.format(stop=stop, other=other)
    source = Source(text, python=True)
    constructor = ProjectFunction(source.unit, source.function("__init__"))
    found = WrapperAnalysis(source.flow).coverage(Wrapper(constructor, 1), is_async=False)
    assert (found.flushes, len(found.gaps)) == (False, gaps)


@pytest.mark.parametrize(("is_async", "flushes"), [(True, True), (False, False)])
def test_the_body_of_the_handlers_own_kind_counts(is_async: bool, flushes: bool) -> None:
    source = Source(
        f"{NODE}function w(f) {{ if (f.a) return async (r) => {{ await f(r); await flush(); }};\n"
        "return (r) => { f(r); }; }"
    )
    wrapper = Wrapper(ProjectFunction(source.unit, source.function("w")), 0)
    assert WrapperAnalysis(source.flow).coverage(wrapper, is_async).flushes is flushes


def test_a_call_deep_inside_is_part_of_what_runs_in_its_place() -> None:
    deep = "[1].forEach(() => { f(r); }); await flush();"
    assert coverage(RETURNS.format(deep)) == FlushesAfter(True)
