"""What a call of a function does to the queue: ``DeliveryAnalysis.summary``, and may-effects."""

from __future__ import annotations

import pytest

from mmlint.model.limits import Limit
from mmlint.project.delivery.analysis import DeliveryAnalysis
from mmlint.project.delivery.interpreter import Interpreter
from mmlint.project.delivery.state import Summary
from mmlint.project.delivery.summaries import Summaries
from mmlint.project.semantic.entity import ProjectFunction
from mmlint.project.semantic.program import Program
from mmlint.project.semantic.unit import Location, Unit
from mmlint.project.semantic.wrapping import FlushesAfter, Wrapper
from tests.project.linking import function, program

NODE = 'import { track, flush } from "@millimetric/track-node";\n'

TABLE: dict[str, tuple[str, tuple[bool, str, bool]]] = {
    "nothing": ("async function f() {}", (False, "never", False)),
    "the flush of another vendor": (
        'import { flush as g } from "x"; async function f() { await g(); }',
        (False, "never", False),
    ),
    "a function inside that nothing calls": (
        "function f() { const g = () => track({}); }",
        (False, "never", False),
    ),
    "a send that is flushed": (
        "async function f() { track({}); await flush(); }",
        (False, "always", True),
    ),
    "a send": ("function f() { track({}); }", (True, "never", False)),
    "a send in a helper": (
        "function f() { g(); } function g() { track({}); }",
        (True, "never", False),
    ),
    "a flush on one path": (
        "async function f(x) { if (x) await flush(); }",
        (False, "sometimes", True),
    ),
    "a flush on every path": (
        "async function f(x) { if (x) { await flush(); return; } await flush(); }",
        (False, "always", True),
    ),
    "a flush in a helper": (
        "async function f() { await g(); } async function g() { await flush(); }",
        (False, "always", True),
    ),
    "functions that call each other": (
        "async function f(n) { if (n) await g(n); await flush(); } "
        "async function g(n) { await f(n - 1); }",
        (False, "always", True),
    ),
}


@pytest.mark.parametrize("case", TABLE)
def test_what_a_call_leaves(case: str) -> None:
    text, expected = TABLE[case]
    linked = program({"a.ts": NODE + text})
    found = DeliveryAnalysis(linked).summary(function(linked, "a.ts", "f"))
    assert (found.sends is not None, found.flushes, found.promised) == expected


def test_a_mention_reaches_through_calls_and_modules_but_not_back() -> None:
    linked = program(
        {
            "a.ts": 'import { g } from "./b"; export function f() { g(); } function other() {}',
            "b.ts": NODE + "export function g() { track({}); } function h() { flush(); }",
        }
    )
    flow = DeliveryAnalysis(linked)
    named = {
        name: function(linked, path, name)
        for path, name in (("a.ts", "f"), ("a.ts", "other"), ("b.ts", "g"), ("b.ts", "h"))
    }
    assert {name for name, one in named.items() if flow.mentions_send(one)} == {"f", "g"}
    assert {name for name, one in named.items() if flow.mentions_flush(one)} == {"h"}


# --- what the interpreter asks --------------------------------------------------------------------


class Given:
    """Answers with one summary for every function."""

    def __init__(self, program: Program, answer: Summary) -> None:
        self.program = program
        self.answer = answer
        self.requests: dict[Location, bool] = {}

    def summary(self, function: ProjectFunction) -> Summary:
        return self.answer

    def flushes_after(self, wrapper: Wrapper, is_async: bool) -> FlushesAfter:
        return FlushesAfter(None)

    def calls_back(self, function: ProjectFunction) -> bool:
        return False

    def mentions_flush(self, function: ProjectFunction) -> bool:
        return False

    def stop(self, limit: Limit, unit: Unit, place: int) -> None:
        raise AssertionError(limit)


@pytest.mark.parametrize(
    ("answer", "flushes"),
    [
        (Summary(), "never"),
        (Summary(flushes="sometimes"), "sometimes"),
        (Summary(flushes="always"), "always"),
    ],
)
def test_the_interpreter_believes_what_it_is_told(answer: Summary, flushes: str) -> None:
    linked = program({"a.ts": "function f() { g(); } function g() {}"})
    summaries: Summaries = Given(linked, answer)
    called = function(linked, "a.ts", "f")
    assert Interpreter(summaries, called.unit, called.index).summary().flushes == flushes
