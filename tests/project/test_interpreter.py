"""What each statement of a function leaves queued: the dump of ``mmlint explain --states``."""

from __future__ import annotations

from textwrap import dedent

import pytest

from mmlint.languages import observe
from mmlint.project.delivery.analysis import DeliveryAnalysis
from mmlint.project.delivery.dump import dump, trace
from mmlint.project.semantic.program import Program

HEAD = 'import { track, flush } from "@millimetric/track-node";'


def states(body: str, *, more: str = "") -> list[str]:
    """Return the dump of an async function whose first statement stands on line 2."""
    inner = dedent(body).strip()
    text = f"{HEAD} {more} export async function f(r) {{\n{inner}\n}}\n"
    program = Program({"a.ts": observe(text.encode(), "typescript")})
    unit = program.units[0]
    index = next(n for n, one in enumerate(unit.module.functions) if one.name == "f")
    return dump(
        trace(DeliveryAnalysis(program), unit, index), lambda at: text.count("\n", 0, at) + 1
    )


TABLE: dict[str, tuple[str, list[str]]] = {
    "nothing is done": ("r.a();", ["end on line 3: the caller's events are queued"]),
    "a send is queued, the caller's events stay": (
        "track({});",
        [
            "line 2, expression: queued 2; the caller's events are queued",
            "end on line 3: queued 2; the caller's events are queued",
        ],
    ),
    "an awaited flush empties the queue": (
        "track({});\nawait flush();",
        [
            "line 2, expression: queued 2; the caller's events are queued",
            "line 3, expression: nothing is queued",
            "end on line 4: nothing is queued",
        ],
    ),
    "a flush that is stored is a promise to look after": (
        "const done = flush();\nr.a();\nawait done;",
        [
            "line 2, assignment: nothing is queued; stored promise 2",
            "line 4, expression: nothing is queued",
            "end on line 5: nothing is queued",
        ],
    ),
    "a branch splits, and forgets its condition where it is tested no more": (
        "if (r.a) track({});",
        [
            "line 2, expression: queued 2; the caller's events are queued",
            "line 2, if: queued 2; the caller's events are queued",
            "end on line 3: queued 2; the caller's events are queued",
        ],
    ),
    "two tests of one condition are two paths": (
        "if (r.a) track({});\nif (r.a) await flush();",
        [
            "line 2, expression: queued 2; the caller's events are queued; r.a is true",
            "line 2, if:",
            "  queued 2; the caller's events are queued; r.a is true",
            "  the caller's events are queued; r.a is false",
            "line 3, expression: nothing is queued; r.a is true",
            "line 3, if:",
            "  nothing is queued; r.a is true",
            "  the caller's events are queued; r.a is false",
            "end on line 4: nothing is queued",
            "end on line 4: the caller's events are queued",
        ],
    ),
    "an assignment forgets what was assumed": (
        "let a = r.a;\nif (a) track({});\na = r.b;\nif (a) await flush();",
        [
            "line 3, expression: queued 3; the caller's events are queued; a is true",
            "line 3, if:",
            "  queued 3; the caller's events are queued; a is true",
            "  the caller's events are queued; a is false",
            "line 4, assignment: queued 3; the caller's events are queued",
            "line 5, expression: nothing is queued",
            "line 5, if:",
            "  nothing is queued",
            "  queued 3; the caller's events are queued",
            "end on line 6: nothing is queued",
            "end on line 6: queued 3; the caller's events are queued",
        ],
    ),
    "a return leaves, and what follows is not reached by it": (
        "track({});\nif (r.a) return;\nawait flush();",
        [
            "line 2, expression: queued 2; the caller's events are queued",
            "line 3, return: unreachable",
            "line 4, expression: nothing is queued",
            "return on line 3: queued 2; the caller's events are queued",
            "end on line 5: nothing is queued",
        ],
    ),
    "finally is run by everything that leaves the try": (
        "try {\n  track({});\n  return;\n} finally {\n  await flush();\n}",
        [
            "line 3, expression: queued 3; the caller's events are queued",
            "line 4, return: unreachable",
            "line 6, expression: nothing is queued",
            "line 2, try: unreachable",
            "return on line 4: nothing is queued",
        ],
    ),
    "catch begins with what an explicit throw carries": (
        "try {\n  track({});\n  throw r;\n} catch {\n  r.a();\n}",
        [
            "line 3, expression: queued 3; the caller's events are queued",
            "line 4, throw: unreachable",
            "line 2, try:",
            "  nothing is queued",
            "  queued 3; the caller's events are queued",
            "end on line 8: nothing is queued",
            "end on line 8: queued 3; the caller's events are queued",
        ],
    ),
    "a process that ends loses the queue": (
        "track({});\nprocess.exit(1);",
        [
            "line 2, expression: queued 2; the caller's events are queued",
            "line 3, expression: unreachable",
            "process on line 3: queued 2; the caller's events are queued",
        ],
    ),
    "a callback of an array is run in place": (
        "r.items.forEach(() => track({}));\nawait flush();",
        [
            "line 2, return: unreachable",
            "line 2, expression: queued 2; the caller's events are queued",
            "line 3, expression: nothing is queued",
            "end on line 4: nothing is queued",
        ],
    ),
}


@pytest.mark.parametrize("case", TABLE)
def test_states_behind_each_statement(case: str) -> None:
    body, expected = TABLE[case]
    assert states(body) == expected


def test_a_call_of_a_helper_leaves_what_its_summary_says() -> None:
    helper = "function paid() { track({}); }"
    assert states("paid();\nawait flush();", more=helper) == [
        "line 2, expression: queued 2; the caller's events are queued",
        "line 3, expression: nothing is queued",
        "end on line 4: nothing is queued",
    ]


LATE = "async function report(a) { await a.b(); track({}); }"


def test_what_runs_after_the_response_is_not_covered_by_a_flush_before_it() -> None:
    head = 'import { after } from "next/server";'
    assert states("after(() => { track({}); });\nawait flush();", more=head)[1:] == [
        "line 2, expression: deferred 2; the caller's events are queued",
        "line 3, expression: nothing is queued; deferred 2",
        "end on line 4: nothing is queued; deferred 2",
    ]


def test_a_later_callback_that_flushes_covers_the_earlier_ones() -> None:
    head = 'import { after } from "next/server";'
    body = "after(() => { track({}); });\nafter(() => flush());"
    assert states(body, more=head)[-1] == "end on line 4: nothing is queued; flushed later"


@pytest.mark.parametrize(
    ("call", "end"),
    [
        ("await report(r);", "nothing is queued"),
        ("report(r);", "nothing is queued; deferred 2"),
        ("r.waitUntil(report(r));", "nothing is queued"),
        ("ctx.waitUntil(report(r));", "nothing is queued; deferred 2"),
    ],
)
def test_what_is_sent_behind_the_first_await_comes_after_the_next_statement(
    call: str, end: str
) -> None:
    assert states(f"{call}\nawait flush();", more=LATE)[-1] == f"end on line 4: {end}"


def test_a_send_before_the_first_await_is_queued_by_the_call() -> None:
    early = "async function report(a) { track({}); await a.b(); }"
    assert (
        states("report(r);\nawait flush();", more=early)[-1] == "end on line 4: nothing is queued"
    )


def test_an_await_in_a_branch_may_not_be_passed() -> None:
    maybe = "async function report(a) { if (a.b) await a.b(); track({}); }"
    assert (
        states("report(r);\nawait flush();", more=maybe)[-1] == "end on line 4: nothing is queued"
    )


def test_a_helper_that_flushes_sometimes_makes_two_paths() -> None:
    helper = "async function done(a) { if (a) await flush(); }"
    assert states("track({});\nawait done(r);", more=helper)[1:] == [
        "line 3, expression:",
        "  nothing is queued",
        "  queued 2; the caller's events are queued",
        "end on line 4: nothing is queued",
        "end on line 4: queued 2; the caller's events are queued",
    ]
