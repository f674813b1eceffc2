"""Behind which byte a caller has gone on: the first ``await`` that every path passes."""

from __future__ import annotations

import pytest

from mmlint.project.delivery.suspension import suspended_at
from tests.project.running import Source


@pytest.mark.parametrize(
    "body",
    [
        "f();",
        "if (a) await x;",
        "a && await x;",
        "if (a) return; await x;",
        "for (const one of all) await one;",
        "const g = async () => { await x; };",
        "return a ? await x : 1;",
    ],
)
def test_no_await_is_on_every_path(body: str) -> None:
    source = Source(f"async function f(a) {{ {body} }}")
    assert suspended_at(source.unit, source.function("f")) is None


def test_a_function_that_is_not_async_is_never_suspended() -> None:
    source = Source("function f() { return x; }")
    assert suspended_at(source.unit, source.function("f")) is None


@pytest.mark.parametrize(
    ("body", "first"),
    [
        ("await x; await y;", "await x"),
        ("g(await x);", "await x"),
        ("if (await x) return;", "await x"),
        ("(await x) ? await y : 1;", "await x"),
        ("try { await x; } catch {}", "await x"),
        ("const a = 1; return await x;", "await x"),
    ],
)
def test_the_first_await_on_every_path_suspends(body: str, first: str) -> None:
    source = Source(f"async function f() {{ {body} }}")
    assert suspended_at(source.unit, source.function("f")) == source.text.index(first) + len(first)
