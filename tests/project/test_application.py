"""What a call of a project function does to its caller's states, by the summary of the function."""

from __future__ import annotations

import pytest

from mmlint.project.delivery.application import Application, Applied
from mmlint.project.delivery.interpreter import Interpreter
from mmlint.project.delivery.state import (
    ENTRY,
    UNREACHABLE,
    Disposition,
    Requests,
    State,
    States,
    Use,
)
from mmlint.project.semantic.entity import ProjectFunction
from tests.project.running import NODE, Source


class Applying:
    """``caller``, whose only call is that of ``f``, which has this body."""

    def __init__(self, body: str, call: str = "f(r)", parameters: str = "r") -> None:
        self.source = Source(
            f"{NODE}export async function caller(r, res) {{ {call}; }}\n"
            f"async function f({parameters}) {{ {body} }}\n"
        )
        self.interpreter: Interpreter = self.source.interpreter("caller")
        self.run = self.interpreter.run
        self.noted = self.interpreter.awaitables
        self.application: Application = self.interpreter.calls.application

    def apply(
        self, states: States, use: Use = Disposition.AWAITED, *, goes_on: bool = False
    ) -> States:
        unit = self.source.unit
        caller = self.source.function("caller")
        call = next(call for site, call in unit.calls if site.function == caller)
        callee = ProjectFunction(unit, self.source.function("f"))
        return self.application.apply(Applied(call, callee, use, use, goes_on), states)


def test_a_function_that_does_nothing_changes_nothing() -> None:
    applying = Applying("return r.a;")
    assert applying.apply(ENTRY) == ENTRY
    assert applying.noted.followed == {}
    assert not applying.run.sends


def test_a_flush_that_is_not_certain_leaves_both() -> None:
    applying = Applying("if (r) await flush();")
    assert applying.apply(ENTRY) == ENTRY | {State()}


def test_a_flush_empties_the_queue_of_the_caller() -> None:
    applying = Applying("await flush();")
    assert applying.apply(ENTRY) == frozenset({State()})
    assert applying.noted.promised


def test_a_flush_that_is_not_awaited_is_told_at_the_call() -> None:
    applying = Applying("await flush();")
    applying.apply(ENTRY, Disposition.DROPPED)
    assert list(applying.noted.unwaited.values()) == ["f() flushes, and its promise is dropped"]


def test_a_send_is_queued_by_the_call() -> None:
    applying = Applying("track({});")
    (state,) = applying.apply(ENTRY)
    (place,) = state.queued
    assert applying.source.text[place.start : place.end] == "f(r)"
    origin = applying.run.origins[place]
    assert applying.source.text[origin.start : origin.end] == "track({})"


@pytest.mark.parametrize(("goes_on", "queued", "deferred"), [(False, 1, 0), (True, 0, 1)])
def test_a_send_behind_an_await_is_queued_only_where_the_call_is_awaited(
    goes_on: bool, queued: int, deferred: int
) -> None:
    applying = Applying("await r; track({});")
    (state,) = applying.apply(ENTRY, goes_on=goes_on)
    assert (len(state.queued), len(state.deferred)) == (queued, deferred)


def test_a_function_that_never_returns_ends_the_path() -> None:
    applying = Applying("throw r;")
    assert applying.apply(ENTRY) == UNREACHABLE
    assert [state for _, state in applying.run.throws] == list(ENTRY)


def test_a_function_that_may_end_the_process_loses_what_is_queued() -> None:
    applying = Applying("if (r) process.exit(1);")
    assert applying.apply(ENTRY) == ENTRY
    assert [one.kind for one in applying.run.process_exits] == ["process"]


SENT = "await fetch('https://api.millimetric.ai/v1/track', { method: 'POST', body: r });"


@pytest.mark.parametrize(
    ("body", "use", "requests"),
    [
        ("return 1;", Disposition.AWAITED, Requests.NEVER),
        (SENT, Disposition.UNKNOWN, Requests.NEVER),
        (SENT, Disposition.AWAITED, Requests.PROMISED),
    ],
)
def test_requests_are_waited_for_with_the_call(body: str, use: Use, requests: Requests) -> None:
    applying = Applying(body)
    applying.apply(ENTRY, use)
    assert applying.noted.requests is requests


def test_an_answer_in_the_function_is_one_of_the_caller() -> None:
    (state,) = Applying("res.end();", "f(res)", "res").apply(ENTRY)
    assert state.response_sent is not None
    assert state.response_sent.parameter == 1


def test_a_callback_that_is_called_is_run() -> None:
    (state,) = Applying("r();", "f(() => track({}))").apply(ENTRY)
    assert len(state.queued) == 1


def test_a_callback_that_outlives_the_flush_is_run_behind_it() -> None:
    (state,) = Applying("await flush(); r();", "f(() => track({}))").apply(ENTRY)
    assert len(state.queued) == 1
    (state,) = Applying("r(); await flush();", "f(() => track({}))").apply(ENTRY)
    assert state.queued == frozenset()
