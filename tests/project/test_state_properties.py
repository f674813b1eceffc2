"""Laws of the states of the delivery analysis, for any states."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mmlint.project.delivery.state import MAX_STATES, State, join, widen
from mmlint.project.semantic.unit import Location
from tests.project.linking import program

UNIT = program({"a.ts": ""}).units[0]
SENDS = [Location(UNIT, n, n + 1) for n in range(3)]
CONDITIONS = [("name", -1, f"c{n}") for n in range(7)]

STATES = st.frozensets(
    st.builds(
        lambda queued, before, assumed: State(
            queued, before=before, assumed=frozenset(assumed.items())
        ),
        st.frozensets(st.sampled_from(SENDS)),
        st.booleans(),
        st.dictionaries(st.sampled_from(CONDITIONS[:1]), st.booleans()),
    ),
    max_size=12,
)
LAST = st.dictionaries(st.sampled_from(CONDITIONS), st.integers(0, 20))


def queued(states: frozenset[State]) -> frozenset[Location]:
    return frozenset[Location]().union(*[one.queued for one in states])


@given(STATES)
def test_joining_again_changes_nothing(states: frozenset[State]) -> None:
    assert join(join(states)) == join(states)


@given(STATES, STATES)
def test_joining_in_parts_is_joining_at_once(
    one: frozenset[State], other: frozenset[State]
) -> None:
    assert join(join(one) | join(other)) == join(one | other)


@given(STATES)
def test_joining_loses_no_event_and_invents_none(states: frozenset[State]) -> None:
    assert queued(join(states)) == queued(states)


@given(st.lists(st.frozensets(st.sampled_from(SENDS)), min_size=128, max_size=128), LAST)
def test_widening_invents_no_queued_event(
    sends: list[frozenset[Location]], last: dict[tuple[object, ...], int]
) -> None:
    states = frozenset(
        State(
            one,
            assumed=frozenset(
                (condition, bool(bits >> n & 1)) for n, condition in enumerate(CONDITIONS)
            ),
        )
        for bits, one in enumerate(sends)
    )
    widened = widen(states, last)
    assert len(widened) <= MAX_STATES
    for one in widened:
        agreeing = [other for other in states if one.assumed <= other.assumed]
        assert agreeing
        assert all(one.queued <= other.queued for other in agreeing)
