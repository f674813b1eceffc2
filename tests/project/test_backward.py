"""The backward data flow: what is reached, where it ends, and when its budget is spent."""

from __future__ import annotations

import pytest

from mmlint.model import syntax as s
from mmlint.project.dataflow.backward import (
    MAX_STEPS,
    Budget,
    Expression,
    Walk,
    argument,
    assigned,
    awaited,
    definitions,
    known,
    known_literal,
    lone_definition,
    only_definition,
    options,
    results,
    settled,
)
from mmlint.project.semantic.program import Program
from tests.project.linking import asked, program

EDGES = (options, awaited, assigned, argument, known_literal, definitions, results)


def start(text: str, path: str = "a.ts") -> tuple[Program, Expression]:
    linked = program({path: text})
    return linked, Expression(*asked(linked))


def source(text: str, one: Expression) -> str:
    return text.encode()[one.value.start : one.value.end].decode()


ENDS: dict[str, tuple[str, list[str]]] = {
    "a call of a package": ('import x from "x"; ask(x());', ["x()"]),
    "a parameter that no caller is known of": ("function f(a) { ask(a); }", ["a"]),
    "a part that a pattern takes": ("const { a } = load(); ask(a);", ["a"]),
    "both options, in the order of the source": ("ask(t ? 1 : 2);", ["1", "2"]),
    "every value of a variable": ("let a = 1; if (t) a = g(); ask(a);", ["1", "g()"]),
    "what a function returns": (
        "function f() { if (t) return 1; return 2; } ask(f());",
        ["1", "2"],
    ),
    "an argument": ("const same = (x) => x; ask(same(g()));", ["g()"]),
    "a member of an argument": ("const id = (x) => x.id; ask(id({ id: g() }));", ["g()"]),
    "what is awaited": ("ask(await g());", ["g()"]),
    "what is assigned on the way": ("let a; ask(a ??= g());", ["g()"]),
    "functions that call each other, whose second turn is not known": (
        "const f = (x) => t ? g(x) : 1; const g = (x) => t ? f(x) : 2; ask(f(0));",
        ["f(x)", "2", "1"],
    ),
    "variables that are given each other": ("let a = b; let b = a; ask(a);", []),
}


@pytest.mark.parametrize("case", ENDS)
def test_where_a_walk_ends(case: str) -> None:
    text, expected = ENDS[case]
    linked, asked_for = start(text)
    walk = Walk(linked, asked_for, EDGES)
    ends = [source(text, one) for one in walk.ends()]
    assert (ends, walk.complete) == (expected, True)


def test_what_two_ways_lead_to_is_reached_once() -> None:
    text = "const a = g(); const b = t ? a : a; ask(t ? b : b);"
    linked, asked_for = start(text)
    reached = [source(text, one) for one in Walk(linked, asked_for, EDGES).reached()]
    assert reached == ["t ? b : b", "b", "t ? a : a", "a", "g()", "a", "b"]


def test_choices_of_choices_take_a_step_for_each_name() -> None:
    doubled = "".join(f"const n{n} = t ? n{n - 1} : n{n - 1};" for n in range(1, 100))
    linked, asked_for = start(f"const n0 = g();{doubled}ask(n99);")
    walk = Walk(linked, asked_for, EDGES)
    assert len(list(walk.ends())) == 1
    assert walk.complete


def test_a_walk_knows_the_variables_on_the_way() -> None:
    text = "const a = g(); const b = a; ask(t ? b : 1);"
    linked, asked_for = start(text)
    walk = Walk(linked, asked_for, EDGES)
    named = {
        source(text, end): [unit.module.bindings[one].name for unit, one in walk.variables(end)]
        for end in walk.ends()
    }
    assert named == {"g()": ["a", "b"], "1": []}


# --- the budget -----------------------------------------------------------------------------------


def chain(length: int) -> str:
    steps = "".join(f"let n{n} = n{n - 1};" for n in range(1, length))
    return f"let n0 = g();{steps}ask(n{length - 1});"


def test_a_walk_within_its_budget_tells_nothing() -> None:
    linked, asked_for = start(chain(MAX_STEPS - 1))
    walk = Walk(linked, asked_for, (definitions,))
    assert len(list(walk.ends())) == 1
    assert (walk.complete, linked.limits.counts()) == (True, {})


def test_a_walk_past_its_budget_is_told_and_not_complete() -> None:
    linked, asked_for = start(chain(MAX_STEPS + 10))
    walk = Walk(linked, asked_for, (definitions,))
    assert list(walk.ends()) == []
    assert (walk.complete, linked.limits.counts()) == (False, {"steps": 1})


def test_a_budget_counts_once_for_one_question() -> None:
    linked, asked_for = start("ask(1);")
    budget = Budget(linked, asked_for.unit, asked_for.value, steps=2)
    assert [budget.spend() for _ in range(4)] == [True, True, False, False]
    assert linked.limits.counts() == {"steps": 1}


# --- one certain value ----------------------------------------------------------------------------

CERTAIN: dict[str, tuple[str, str]] = {
    "one of two": ("let a = 1; a = 2; ask(a);", "a"),
    "a circle": ("let a = b; let b = a; ask(a);", "a"),
    "a constant": ("const a = g(); const b = a; ask(b);", "g()"),
    "up to a choice": ("const a = t ? 1 : 2; ask(a);", "t ? 1 : 2"),
}


@pytest.mark.parametrize("case", CERTAIN)
def test_what_a_value_certainly_is(case: str) -> None:
    text, expected = CERTAIN[case]
    linked, asked_for = start(text)
    assert source(text, settled(linked, asked_for, (only_definition, options))) == expected


def test_a_variable_that_is_counted_up_has_one_definition_and_is_no_constant() -> None:
    linked, asked_for = start("let a = 1; function f() { a++; } ask(a);")
    assert only_definition(linked, asked_for) is None
    assert lone_definition(linked, asked_for) is not None


def test_a_constant_of_another_file_is_known_where_it_is_written() -> None:
    files = {"b.ts": 'export const A = "x";', "a.ts": 'import { A } from "./b"; ask(A);'}
    linked = program(files)
    found = known(linked, Expression(*asked(linked)))
    assert found is not None
    assert [(one.unit.path, isinstance(one.value, s.Literal)) for one in found] == [("b.ts", True)]


def test_a_literal_stands_for_nothing_else() -> None:
    linked, asked_for = start("ask(1);")
    assert known(linked, asked_for) is None
