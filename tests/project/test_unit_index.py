"""Which function and which statement hold an offset is told by an index, as a search through all of
them would."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmlint.languages import observe
from mmlint.model import syntax as s
from mmlint.model import walk
from mmlint.model.stretches import Stretches
from mmlint.project.semantic.unit import Unit


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


@given(st.lists(spans, max_size=8))
def test_the_last_span_that_holds_an_offset_is_found(spans: list[tuple[int, int]]) -> None:
    found = Stretches(spans)
    for offset in range(-1, 32):
        holding = [number for number, (start, end) in enumerate(spans) if start <= offset < end]
        assert found.at(offset) == max(holding, default=-1)


_BLOCKS = (
    "a();",
    "if (a) { b(); } else c();",
    "for (const x of y) { z(() => { w(); }); }",
    "f = {",
)


@given(st.lists(st.sampled_from(_BLOCKS), max_size=6).map("\n".join))
def test_the_innermost_statement_is_found_at_every_offset(text: str) -> None:
    [module] = observe(text.encode(), "typescript").modules
    unit = Unit("a.ts", module)
    for offset in range(len(text) + 1):
        index: int | None = unit.function_at(offset)
        expected = None
        while index is not None and expected is None:
            function = module.functions[index]
            for one in walk.statements(function.body):
                if one.start <= offset < one.end:
                    expected = one, index
            index = function.parent if index else None
        assert unit.statement_at(offset) == expected


def test_many_questions_walk_a_module_once(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a();\n" * 100
    [module] = observe(text.encode(), "typescript").modules
    unit = Unit("a.ts", module)
    walked = 0
    statements = walk.statements

    def counted(body: tuple[s.Statement, ...]) -> object:
        nonlocal walked
        walked += 1
        return statements(body)

    monkeypatch.setattr(walk, "statements", counted)
    for offset in range(0, len(text), 5):
        assert unit.statement_at(offset) is not None
    assert walked == len(module.functions)


_ENTRIES = st.sampled_from(["a: 1", "b: 2", "...x", "[c]: 3", "a() {}", "'b': 4", "...y", "a"])


@given(st.lists(_ENTRIES, max_size=8).map(", ".join), st.sampled_from("abc"))
def test_what_may_say_an_entry_is_found_as_a_search_from_the_end_finds_it(
    text: str, name: str
) -> None:
    [module] = observe(f"const o = {{ {text} }};".encode(), "typescript").modules
    unit = Unit("a.ts", module)
    [value] = unit.every(s.Object)
    expected = list[s.Entry]()
    for entry in reversed(value.entries):
        if entry.key == name or entry.kind == "spread":
            expected.append(entry)
        if entry.key == name:
            break
    assert list(unit.spread_out(value, name)) == expected
