"""What the parts of one run share: places, where the process ends, and when it was too much."""

from __future__ import annotations

from mmlint.project.delivery.interpreter import Interpreter
from mmlint.project.delivery.run import Run
from mmlint.project.delivery.state import MAX_STATES, State, States
from mmlint.project.semantic.unit import Location
from tests.project.running import NODE, Source


def test_a_run_begins_with_nothing_found() -> None:
    source = Source("async function f() { return 1; }")
    run = Run(source.flow, source.unit, source.function("f"))
    assert run.exits == run.process_exits == run.pauses == run.throws == run.jumps == []
    assert not run.sends
    assert run.in_async
    assert run.inlined == [source.function("f")]


def test_a_node_stands_where_it_is_written() -> None:
    source = Source("function f() { g(); }")
    run = Run(source.flow, source.unit, source.function("f"))
    (_, call) = source.unit.calls[0]
    assert run.location(call) == Location(source.unit, call.start, call.end)
    assert source.written(call) == "g()"


def test_the_process_ends_in_a_call_or_inside_what_it_calls() -> None:
    source = Source("function f() { g(); }")
    run = Run(source.flow, source.unit, source.function("f"))
    call, inner = Location(source.unit, 1, 2), Location(source.unit, 5, 6)
    assert run.endings(call) == frozenset({call})
    run.ended_by[call] = frozenset({inner})
    assert run.endings(call) == frozenset({inner})


def test_every_statement_is_told_to_who_listens() -> None:
    source = Source(f"{NODE}async function f() {{ track({{}}); await flush(); }}")
    interpreter: Interpreter = source.interpreter("f")
    told: list[tuple[str, int]] = []
    interpreter.run.on_step = lambda one, before, after: told.append(
        (source.written(one), sum(len(state.queued) for state in after))
    )
    interpreter.exits()
    assert told == [("track({});", 1), ("await flush();", 0)]


def test_too_many_states_are_told_at_the_function() -> None:
    source = Source("function f() {}")
    run = Run(source.flow, source.unit, source.function("f"))
    places = [Location(source.unit, n, n) for n in range(MAX_STATES + 1)]
    many: States = frozenset(
        State(assumed=frozenset({(("name", n), True)}), queued=frozenset({place}))
        for n, place in enumerate(places)
    )
    run.splitting.is_live = lambda condition, position: True  # type: ignore[method-assign]
    assert len(run.splitting.widen(many, 0)) <= MAX_STATES
    assert source.program.limits.counts()["states"] == 1
