"""Answers about functions that depend on each other, computed to a fixpoint.

A question about a function is answered by running it, which asks about the functions that it calls.
Where these call each other, an answer depends on itself. Functions that reach each other are a
strongly connected component of the call graph (R. Tarjan, Depth-first search and linear graph
algorithms, 1972). Inside a component the answers start optimistic, and a worklist computes those
anew whose own questions have got other answers, each a bounded number of times.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from typing import Generic, TypeVar

MAX_TURNS = 8
"""How often one answer is computed before it counts as unknown."""

N = TypeVar("N", bound=Hashable)
Q = TypeVar("Q", bound=Hashable)
A = TypeVar("A")


class Components(Generic[N]):
    """The strongly connected components of a graph, which is explored as far as it is asked for.

    ``successors``: the nodes that a node leads to.
    """

    def __init__(self, successors: Callable[[N], Iterable[N]]) -> None:
        self._successors = successors
        self._component: dict[N, int] = {}
        self._found = 0

    def of(self, node: N) -> int:
        """Return the number of the component of ``node``."""
        if node not in self._component:
            self._explore(node)
        return self._component[node]

    def _explore(self, start: N) -> None:
        """Tarjan's algorithm with a stack of its own: ``low`` is the earliest node of the stack
        that a node reaches."""
        low: dict[N, int] = {start: 0}
        stack = [start]
        path = [(start, 0, iter(self._successors(start)))]
        while path:
            node, order, rest = path[-1]
            for inner in rest:
                if inner in self._component:
                    continue
                if inner not in low:
                    low[inner] = len(low)
                    stack.append(inner)
                    path.append((inner, low[inner], iter(self._successors(inner))))
                    break
                low[node] = min(low[node], low[inner])
            else:
                path.pop()
                if path:
                    outer = path[-1][0]
                    low[outer] = min(low[outer], low[node])
                if low[node] == order:
                    self._close(node, stack)

    def _close(self, node: N, stack: list[N]) -> None:
        """The nodes of the stack down to ``node`` are a component."""
        last = None
        while last != node:
            last = stack.pop()
            self._component[last] = self._found
        self._found += 1


class Fixpoint(Generic[Q, A]):
    """Answers to questions, each computed when it is first asked.

    ``component``: only questions with the same number may depend on each other. ``compute``:
    answers a question, and asks others meanwhile. ``optimistic``: the answer to begin with, and
    the answer to what does not settle. ``give_up``: is told what does not settle.
    """

    def __init__(
        self,
        component: Callable[[Q], int],
        compute: Callable[[Q], A],
        optimistic: Callable[[Q], A],
        give_up: Callable[[Q], None],
    ) -> None:
        self._component = component
        self._compute = compute
        self._optimistic = optimistic
        self._give_up = give_up
        self._answers: dict[Q, A] = {}
        self._running: list[_Worklist[Q]] = []

    def of(self, question: Q) -> A:
        """Return the answer to ``question``; inside ``compute``, what it is so far."""
        if question not in self._answers:
            number = self._component(question)
            mine = next((one for one in self._running if one.component == number), None)
            if mine is None:
                self._settle(question, number)
            else:
                self._begin(question, mine)
        if self._running and question in self._running[-1].questions:
            self._running[-1].read(question)
        return self._answers[question]

    def _begin(self, question: Q, worklist: _Worklist[Q]) -> None:
        self._answers[question] = self._optimistic(question)
        worklist.questions.add(question)
        worklist.put(question)

    def _settle(self, question: Q, number: int) -> None:
        """Answer ``question``, and those of its component that it leads to."""
        worklist = _Worklist[Q](number)
        self._running.append(worklist)
        self._begin(question, worklist)
        try:
            while worklist.waiting:
                one = worklist.take()
                answer = self._turn(one, worklist)
                if answer != self._answers[one]:
                    self._answers[one] = answer
                    worklist.changed(one)
        except BaseException:
            for one in worklist.questions:
                del self._answers[one]
            raise
        finally:
            self._running.pop()

    def _turn(self, question: Q, worklist: _Worklist[Q]) -> A:
        if worklist.turns[question] > MAX_TURNS:
            self._give_up(question)
            return self._optimistic(question)
        return self._compute(question)


class _Worklist(Generic[Q]):
    """The questions of a component that wait for their turn, and who has read which answer."""

    def __init__(self, component: int) -> None:
        self.component = component
        self.questions: set[Q] = set()
        self.waiting: dict[Q, None] = {}
        self.turns: Counter[Q] = Counter()
        self._readers: dict[Q, dict[Q, None]] = {}
        self._current: Q | None = None

    def put(self, question: Q) -> None:
        if self.turns[question] <= MAX_TURNS:
            self.waiting[question] = None

    def take(self) -> Q:
        first = next(iter(self.waiting))
        del self.waiting[first]
        self.turns[first] += 1
        self._current = first
        return first

    def read(self, question: Q) -> None:
        """The question whose turn it is has read the answer to another."""
        if self._current is not None:
            self._readers.setdefault(question, {})[self._current] = None

    def changed(self, question: Q) -> None:
        for reader in self._readers.get(question, ()):
            self.put(reader)
