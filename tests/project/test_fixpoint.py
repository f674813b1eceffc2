"""Answers that depend on each other: which ones do, and that they settle in a bounded number of
turns."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from mmlint.project.delivery.fixpoint import MAX_TURNS, Components, Fixpoint

Graph = dict[int, list[int]]

# An answer of these tests may grow once for each node, and a question has so many turns.
graphs = st.integers(1, MAX_TURNS // 2).flatmap(
    lambda size: st.lists(
        st.lists(st.integers(0, size - 1), max_size=4), min_size=size, max_size=size
    ).map(lambda rows: dict(enumerate(rows)))
)


def reachable(graph: Graph, start: int) -> set[int]:
    found, waiting = {start}, [start]
    while waiting:
        new = [one for one in graph[waiting.pop()] if one not in found]
        found.update(new)
        waiting += new
    return found


def _gives_up(node: int) -> None:
    raise AssertionError(f"{node} was given up")


def fixpoint(graph: Graph, turns: Counter[int]) -> Fixpoint[int, frozenset[int]]:
    """Which nodes does each node reach? Answered by asking its successors."""

    def compute(node: int) -> frozenset[int]:
        turns[node] += 1
        return frozenset({node}).union(*[answers.of(one) for one in graph[node]])

    components = Components(graph.__getitem__)
    answers = Fixpoint(components.of, compute, lambda node: frozenset({node}), _gives_up)
    return answers


@given(graphs)
def test_two_nodes_share_a_component_where_each_reaches_the_other(graph: Graph) -> None:
    components = Components(graph.__getitem__)
    for one in graph:
        for other in graph:
            together = other in reachable(graph, one) and one in reachable(graph, other)
            assert (components.of(one) == components.of(other)) == together


@given(graphs)
def test_the_answers_are_the_fixpoint(graph: Graph) -> None:
    answers = fixpoint(graph, Counter())
    for node in graph:
        assert answers.of(node) == reachable(graph, node)


def test_without_a_cycle_each_question_is_computed_once() -> None:
    turns: Counter[int] = Counter()
    graph = {n: [m for m in (n + 1, n + 2) if m < 40] for n in range(40)}
    fixpoint(graph, turns).of(0)
    assert set(turns.values()) == {1}


def test_where_all_depend_on_all_each_question_is_computed_a_few_times() -> None:
    turns: Counter[int] = Counter()
    graph = {n: list(range(60)) for n in range(60)}
    fixpoint(graph, turns).of(0)
    assert max(turns.values()) <= 3


def test_what_does_not_settle_is_given_up_and_told() -> None:
    told: list[str] = []
    turns: Counter[str] = Counter()

    def compute(question: str) -> int:
        turns[question] += 1
        return answers.of("a") + 1

    answers = Fixpoint(lambda _: 0, compute, lambda _: 0, told.append)
    assert answers.of("a") == 0
    assert told == ["a"]
    assert turns["a"] == MAX_TURNS


def test_a_question_that_raises_may_be_asked_again() -> None:
    failing = [True]

    def compute(question: str) -> int:
        if question == "a":
            return answers.of("b") + 1
        if failing.pop():
            raise RecursionError
        return 1

    answers = Fixpoint(lambda _: 0, compute, lambda _: 0, print)
    try:
        answers.of("a")
    except RecursionError:
        failing.append(False)
    assert answers.of("a") == 2
