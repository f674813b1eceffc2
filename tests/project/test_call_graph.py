"""What is looked up in an index is what a search through everything finds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mmlint.languages import observe
from mmlint.model import syntax as s
from mmlint.model.walk import Walk, inside, own_values, statements
from mmlint.project.semantic.call_graph import Call, CallGraph, qualified_name
from mmlint.project.semantic.callee import speaks_http
from mmlint.project.semantic.entity import External, Global, ProjectFunction, SdkFunction
from mmlint.project.semantic.program import Program
from tests.project import linking

LINES = (
    "fetch(url);",
    "console.log(a.b.c(x), [y ?? z()]);",
    "axios.create({ url: f(1) }).get(`/${g(h)}`);",
    "own(own(1));",
    "track({ event: `a${b}` });",
    "if (x.y(1)) { for (const one of list(2)) one.z(() => fetch(one)); }",
    "try { own(); } catch (e) { console.log(e); }",
    "const made = own() || fetch(own);",
)
HEAD = """import axios from "axios";
import { track } from "@millimetric/track";
function own(a) { return other.a.b(a); }
"""


def _program(lines: list[str]) -> Program:
    text = HEAD + "\n".join(lines)
    return Program({"a.ts": observe(text.encode(), "typescript")})


programs = st.lists(st.sampled_from(LINES), max_size=12).map(_program)


@given(programs)
def test_a_walk_holds_each_statement_with_the_values_in_it(program: Program) -> None:
    for unit in program.units:
        calls: list[tuple[int, s.Statement, s.Value]] = []
        for index, function in enumerate(unit.module.functions):
            every = list(statements(function.body))
            values = [[v for own in own_values(one) for v in inside(own)] for one in every]
            content = list(zip(every, values, strict=True))
            assert list(unit.walk.content(index)) == content
            assert unit.values(index) == [value for each in values for value in each]
            calls += [(index, x, v) for x, each in content for v in each if isinstance(v, s.Call)]
        assert list(unit.walk.calls()) == calls
        for kind in set(map(type, unit.walk.values)):
            assert unit.every(kind) == [one for one in unit.walk.values if type(one) is kind]
    assert list(Walk([(), ()]).calls()) == Walk([()]).inside(0) == []


@given(programs)
def test_calls_are_found_by_what_they_call(program: Program) -> None:
    every, found = program.calls, program.call_graph
    kinds = (SdkFunction, ProjectFunction, External)
    assert found.of(*kinds) == [one for one in every if isinstance(one.callee, kinds)]
    assert found.outgoing_calls == [
        one for one in every if isinstance(one.callee, SdkFunction) or speaks_http(one.callee)
    ]
    assert found.of(units=program.units) == every
    logs = [one for one in every if one.callee == Global(("console", "log"))]
    assert found.matching(r"^:console\.").get(id(program.units[0]), []) == logs


@given(programs)
def test_calls_stand_in_source_order_the_outer_one_first(program: Program) -> None:
    places = [(one.call.start, -one.call.end) for one in program.calls]
    assert places == sorted(places)


@given(programs)
def test_a_chain_of_members_means_at_each_place_what_it_means_by_itself(program: Program) -> None:
    for call in program.calls:
        for value in inside(call.call):
            alone = Program(program.files)
            before, by_itself = (one.resolve(one.units[0], value) for one in (program, alone))
            assert repr(before) == repr(by_itself)


# --- by hand --------------------------------------------------------------------------------------

CALLS = """import axios from "axios";
import { after } from "next/server";
import { track } from "@millimetric/track-node";
function own() {}
own();
missing.member();
track({});
axios.post("/a");
after(() => {});
"""


def _written(calls: list[Call]) -> list[str]:
    return [CALLS[one.call.callee.start : one.call.callee.end] for one in calls]


def test_what_calls_nothing_known_is_in_no_answer() -> None:
    graph = CallGraph([])
    (unit,) = linking.program({"a.ts": ""}).units
    assert graph.of(SdkFunction, outside=lambda _: True, units=[unit]) == []
    assert graph.matching("axios:.*") == {}
    assert graph.deferring(unit) == []


def test_calls_are_told_apart_by_what_they_call() -> None:
    linked = linking.program({"a.ts": CALLS})
    graph, (unit,) = CallGraph(linked.calls), linked.units
    assert _written(graph.internal_calls) == ["own"]
    assert _written(graph.outgoing_calls) == ["track", "axios.post"]
    assert _written(graph.deferring(unit)) == ["after"]
    assert _written(graph.of(units=[unit])) == _written(graph.every)
    found = graph.matching(r"axios:default\.post")
    assert list(map(_written, found.values())) == [["axios.post"]]


def test_the_full_name_of_what_is_called() -> None:
    assert qualified_name(Global(("console", "log"))) == ":console.log"
    assert qualified_name(External("axios", ("default", "post"))) == "axios:default.post"
