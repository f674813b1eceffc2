"""Finds the innermost of many spans that holds an offset."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from heapq import heappop, heappush


class Stretches:
    """The offsets, cut wherever one of ``spans`` (start, and end exclusive) begins or ends.

    Made in about linear time; then a question costs the logarithm of the number of spans.
    """

    __slots__ = ("_last", "_starts")

    def __init__(self, spans: Sequence[tuple[int, int]]) -> None:
        self._starts = sorted({offset for span in spans for offset in span})
        self._last: list[int] = []
        order = sorted(range(len(spans)), key=lambda number: spans[number][0], reverse=True)
        holding: list[int] = []  # a heap of the negated numbers of spans that began already
        for offset in self._starts:
            while order and spans[order[-1]][0] <= offset:
                heappush(holding, -order.pop())
            while holding and spans[-holding[0]][1] <= offset:
                heappop(holding)
            self._last.append(-holding[0] if holding else -1)

    def at(self, offset: int) -> int:
        """Return the number of the last span, in their order, that holds ``offset``; -1: none."""
        place = bisect_right(self._starts, offset) - 1
        return self._last[place] if place >= 0 else -1
