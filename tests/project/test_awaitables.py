"""How promises and responses are used: awaited, stored, dropped, or handed to something unknown."""

from __future__ import annotations

import pytest

from mmlint.project.delivery.awaitables import STORED, Awaitables, lives_on, respond
from mmlint.project.delivery.state import (
    ENTRY,
    UNREACHABLE,
    Answer,
    Disposition,
    Requests,
    State,
    StoredIn,
)
from mmlint.project.semantic.entity import Global, Parameter
from mmlint.project.semantic.unit import Location
from tests.project.running import Source

UNIT = Source("f();").unit
ONE, OTHER = Location(UNIT, 0, 1), Location(UNIT, 1, 2)
QUEUED = frozenset({State(queued=frozenset({ONE}))})


def test_where_no_path_comes_by_nothing_is_followed() -> None:
    noted = Awaitables()
    assert noted.enqueue(ONE, UNREACHABLE) == UNREACHABLE
    assert noted.defer(ONE, UNREACHABLE) == UNREACHABLE
    assert noted.use_flush(ONE, UNREACHABLE, Disposition.AWAITED, "") == UNREACHABLE
    assert noted.followed == {}


def test_what_is_unknown_of_a_promise_is_no_fault() -> None:
    noted = Awaitables()
    assert noted.use_flush(ONE, QUEUED, Disposition.UNKNOWN, "why") == frozenset({State()})
    noted.use_request(OTHER, QUEUED, Disposition.UNKNOWN, "why")
    assert noted.unwaited == noted.dropped == {}
    assert not noted.promised
    assert noted.followed == {ONE: False}


def test_an_awaited_flush_must_be_awaited_by_the_callers_too() -> None:
    noted = Awaitables()
    assert noted.use_flush(ONE, QUEUED, Disposition.AWAITED, "why") == frozenset({State()})
    assert noted.promised
    assert noted.unwaited == {}


def test_a_dropped_promise_is_told_with_its_first_reason() -> None:
    noted = Awaitables()
    noted.use_flush(ONE, QUEUED, Disposition.DROPPED, "first")
    noted.use_flush(ONE, QUEUED, Disposition.DROPPED, "second")
    noted.use_request(OTHER, QUEUED, Disposition.DROPPED, "request")
    assert noted.unwaited == {ONE: "first"}
    assert noted.dropped == {OTHER: "request"}


def test_a_stored_promise_is_told_only_where_the_function_is_left_with_it() -> None:
    noted = Awaitables()
    states = noted.use_flush(ONE, ENTRY, StoredIn(3), "why")
    states = noted.use_request(OTHER, states, StoredIn(4), "why", "the thread")
    (state,) = states
    assert (state.holds(3), state.holds(4), state.holds(5)) == (True, True, False)
    assert noted.unwaited == noted.dropped == {}
    noted.leave(state)
    assert noted.unwaited == {ONE: STORED}
    assert noted.dropped == {OTHER: "the thread"}


@pytest.mark.parametrize(
    ("use", "requests"),
    [
        (Disposition.UNKNOWN, Requests.NEVER),
        (StoredIn(1), Requests.WAITED),
        (Disposition.AWAITED, Requests.PROMISED),
    ],
)
def test_what_the_callers_must_do_for_a_request(use: Disposition, requests: Requests) -> None:
    noted = Awaitables()
    noted.use_request(ONE, ENTRY, use, "why")
    assert noted.requests is requests


def test_awaiting_what_is_stored_is_a_promise_of_the_function() -> None:
    noted = Awaitables()
    noted.use_request(ONE, ENTRY, StoredIn(1), "why")
    noted.awaits(frozenset({ONE}))
    assert noted.requests is Requests.PROMISED
    assert not noted.promised
    noted.awaits(frozenset({OTHER}))
    assert noted.promised


# --- responses ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "through", [None, Global(("res",)), Parameter(UNIT, 1, 0, ("app",))], ids=str
)
def test_only_a_parameter_itself_is_a_response(through: Global | Parameter | None) -> None:
    assert respond(ONE, through, ENTRY) == ENTRY


def test_the_first_response_counts() -> None:
    response = Parameter(UNIT, 1, 0, ())
    states = respond(OTHER, response, respond(ONE, response, ENTRY))
    assert {one.response_sent for one in states} == {Answer(1, 0, ONE)}


def test_a_flush_behind_the_response_comes_late_where_something_is_queued() -> None:
    response = Parameter(UNIT, 1, 0, ())
    noted = Awaitables()
    noted.use_flush(OTHER, respond(ONE, response, frozenset({State()})), Disposition.AWAITED, "")
    assert noted.late == {}
    noted.use_flush(OTHER, respond(ONE, response, ENTRY), Disposition.AWAITED, "")
    assert noted.late == {(OTHER, Answer(1, 0, ONE)): False}
    noted.use_flush(OTHER, respond(ONE, response, QUEUED), Disposition.AWAITED, "")
    assert noted.late == {(OTHER, Answer(1, 0, ONE)): True}


@pytest.mark.parametrize(
    ("text", "python", "lives"),
    [
        ("main(); process.exit();", False, False),
        ("main()\n", True, False),
        ("main();", False, True),
        ("main().then(() => process.exit());", False, True),
    ],
)
def test_a_module_lives_until_its_chains_settle(text: str, python: bool, lives: bool) -> None:
    source = Source(text, python=python)
    assert lives_on(source.program, source.unit) is lives
