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
