"""States: which ones are one and the same, what a branch splits, and what is given up."""

from __future__ import annotations

from mmlint.languages import observe
from mmlint.project.delivery.conditions import last_tests
from mmlint.project.delivery.state import (
    MAX_STATES,
    Condition,
    State,
    assume,
    havoc,
    join,
    rejoin,
    widen,
)
from mmlint.project.semantic.program import Program
from mmlint.project.semantic.unit import Location, Unit


def unit(text: str) -> Unit:
    return Program({"a.ts": observe(text.encode(), "typescript")}).units[0]


UNIT = unit("")
SEND, OTHER = Location(UNIT, 0, 1), Location(UNIT, 2, 3)


def name(text: str) -> Condition:
    return ("name", -1, text)


A, B = name("a"), name("b")


def state(*pending: Location, **assumed: bool) -> State:
    return State(frozenset(pending), assumed=frozenset((name(k), v) for k, v in assumed.items()))


# --- join -----------------------------------------------------------------------------------------


def test_states_with_other_assumptions_stay_apart() -> None:
    states = frozenset({state(SEND, a=True), state(a=False)})
    assert join(states) == states


def test_what_the_callers_queued_stays_apart_so_that_sometimes_is_not_never() -> None:
    states = frozenset({State(before=True), State(before=False)})
    assert join(states) == states


def test_what_is_queued_on_either_path_is_queued_on_one() -> None:
    assert join({state(SEND), state(OTHER), state()}) == {state(SEND, OTHER)}


# --- branches -------------------------------------------------------------------------------------


def test_a_condition_that_decided_something_is_remembered() -> None:
    states = frozenset({state(SEND, a=True), state(a=False)})
    assert rejoin(states, [A]) == states


def test_a_condition_that_decided_nothing_is_not() -> None:
    assert rejoin(frozenset({state(SEND, a=True), state(SEND, a=False)}), [A]) == {state(SEND)}


def test_both_conditions_of_a_test_go() -> None:
    split = frozenset({state(a=True, b=True), state(a=True, b=False), state(a=False)})
    assert rejoin(split, [B, A]) == {state()}


def test_a_path_that_found_it_true_does_not_take_the_other_branch() -> None:
    states = frozenset({state(SEND, a=True), state(a=False)})
    assert assume(states, A, False, live=False) == {state(a=False)}


def test_a_condition_that_is_not_tested_again_is_not_remembered() -> None:
    assert assume(frozenset({state()}), A, True, live=False) == {state()}
    assert assume(frozenset({state()}), A, True, live=True) == {state(a=True)}


def test_forgetting_joins() -> None:
    states = frozenset({state(SEND, a=True, b=True), state(a=False, b=True)})
    assert havoc(states, lambda one: one == A) == {state(SEND, b=True)}


# --- widening -------------------------------------------------------------------------------------


def test_widening_forgets_first_what_is_tested_soonest() -> None:
    names = [f"c{n}" for n in range(6)]
    last = {name(one): number for number, one in enumerate(names)}
    states = frozenset(
        state(**{one: bool(bits >> n & 1) for n, one in enumerate(names)}) for bits in range(64)
    )
    widened = widen(states, last)
    assert len(widened) <= MAX_STATES
    assert {fact[0] for one in widened for fact in one.assumed} == {name(one) for one in names[3:]}


def test_what_was_queued_under_a_forgotten_condition_is_unknown() -> None:
    names = [f"c{n}" for n in range(6)]
    states = frozenset(
        state(
            *([SEND] if bits & 1 else []),
            OTHER,
            **{one: bool(bits >> n & 1) for n, one in enumerate(names)},
        )
        for bits in range(64)
    )
    widened = widen(states, {})
    assert {frozenset(one.queued) for one in widened} == {frozenset({OTHER})}


# --- tests ----------------------------------------------------------------------------------------


def last(text: str) -> dict[str, int]:
    found = last_tests(unit(f"function f() {{ {text} }}"), 1)
    return {str(condition[2]): end for condition, end in found.items() if condition[0] == "name"}


def test_the_last_test_of_a_condition_counts() -> None:
    text = "if (a) x(); const y = a ? 1 : 2; z(b && c); d;"
    found = last(text)
    assert sorted(found) == ["a", "b"]
    assert found["a"] < found["b"]


def test_what_a_loop_tests_it_tests_until_its_end() -> None:
    found = last("while (more) { if (a) x(); y(); }")
    assert found["a"] == found["more"]


def test_tests_in_functions_inside_count() -> None:
    assert "a" in last("g(() => { if (a) x(); });")
