"""What tests split, what is joined behind them, and what is given up where states are too many."""

from __future__ import annotations

from mmlint.model import syntax as s
from mmlint.project.delivery.conditions import atom
from mmlint.project.delivery.splitting import Splitting
from mmlint.project.delivery.state import ENTRY, MAX_STATES, State, States, assume
from mmlint.project.semantic.unit import Location
from tests.project.running import Source


class Split:
    """A function with the tests of ``body``, and how often the limit was told."""

    def __init__(self, body: str) -> None:
        self.source = Source(f"function f(a, b) {{ {body} }}")
        self.stops = 0
        self.splitting = Splitting(self.source.unit, self.source.function("f"), self._stop)
        self.tests = [one.test for one in self.source.unit.statements if isinstance(one, s.If)]

    def _stop(self) -> None:
        self.stops += 1


def _assumed(states: States) -> list[bool]:
    return sorted(held for one in states for _, held in one.assumed)


def test_a_test_that_is_made_once_leaves_no_assumption() -> None:
    split = Split("if (a.b) x();")
    holds, fails = split.splitting.split(split.tests[0], ENTRY)
    assert holds == fails == ENTRY


def test_what_cannot_be_named_splits_nothing() -> None:
    split = Split("if (load()) x(); if (load()) y();")
    assert split.splitting.split(split.tests[0], ENTRY) == (ENTRY, ENTRY)


def test_a_test_that_comes_again_is_remembered_until_its_last_one() -> None:
    split = Split("if (a) x(); if (!a) y(); z();")
    first, second = split.tests
    holds, fails = split.splitting.split(first, ENTRY)
    assert (_assumed(holds), _assumed(fails)) == ([True], [False])
    start, end = second.start, len(split.source.text)
    assert _assumed(split.splitting.without_dead(holds, first.start, first.end)) == [True]
    assert _assumed(split.splitting.without_dead(holds, start, end)) == []


def test_a_state_takes_only_the_branch_that_it_assumes() -> None:
    split = Split("if (a) x(); if (a) y();")
    holds, _ = split.splitting.split(split.tests[0], ENTRY)
    again, never = split.splitting.split(split.tests[1], holds)
    assert again
    assert never == frozenset()


def test_a_condition_lives_until_its_last_test() -> None:
    split = Split("if (a) x(); if (a) y();")
    found = atom(split.tests[0])
    assert found is not None
    condition, _ = found
    assert split.splitting.is_live(condition, split.tests[0].end)
    assert not split.splitting.is_live(condition, split.tests[1].end)


def test_branches_that_do_the_same_are_one_path_behind_them() -> None:
    split = Split("if (a) x(); if (a) y();")
    holds, fails = split.splitting.split(split.tests[0], ENTRY)
    assert split.splitting.behind(split.tests[0], holds | fails) == ENTRY
    place = Location(split.source.unit, 0, 1)
    queued = frozenset({State(queued=frozenset({place}), assumed=next(iter(holds)).assumed)})
    assert len(split.splitting.behind(split.tests[0], queued | fails)) == 2


def test_too_many_states_are_widened_and_that_is_told() -> None:
    split = Split("if (a) x(); if (a) y();")
    few: States = frozenset({State()})
    assert split.splitting.widen(few, 0) == few
    assert split.stops == 0
    names = [atom(s.Name(0, 0, f"v{number}", number)) for number in range(7)]
    many: States = frozenset({State()})
    for number, found in enumerate(names):
        assert found is not None
        place = Location(split.source.unit, number, number)
        many = frozenset(
            state if not held else State(state.queued | {place}, assumed=state.assumed)
            for held in (True, False)
            for state in assume(many, found[0], held, live=True)
        )
    assert len(many) > MAX_STATES
    dead = split.splitting.widen(many, len(split.source.text))
    assert len(dead) <= MAX_STATES
    assert split.stops == 0


def test_where_nothing_ends_between_two_bytes_all_is_kept() -> None:
    split = Split("if (a) x(); y(); if (a) z();")
    holds, _ = split.splitting.split(split.tests[0], ENTRY)
    at = split.source.text.index("y()")
    assert split.splitting.without_dead(holds, at, at + 3) is holds
