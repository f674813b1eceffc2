"""``Unit.function_at`` answers from an index; it is what a search through all functions finds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mmlint.model import syntax as s
from mmlint.project.unit import Unit


def _unit(spans: list[tuple[int, int]]) -> Unit:
    functions = tuple(
        s.Function(start, end, None, "function", (), (), start, end, 0) for start, end in spans
    )
    top = s.Function(0, 100, None, "module", (), (), 0, 100, 0)
    return Unit("a.js", s.Module(0, 100, "javascript", None, (), (top, *functions), (), (), ()))


def _searched(spans: list[tuple[int, int]], offset: int) -> int:
    holding = [
        (end - start, index) for index, (start, end) in enumerate(spans, 1) if start <= offset < end
    ]
    return min(holding)[1] if holding else 0


spans = st.tuples(st.integers(0, 30), st.integers(0, 30)).map(lambda pair: tuple(sorted(pair)))


@given(st.lists(spans, max_size=8))
def test_the_innermost_function_is_found_at_every_offset(spans: list[tuple[int, int]]) -> None:
    unit = _unit(spans)
    for offset in range(32):
        assert unit.function_at(offset) == _searched(spans, offset)
