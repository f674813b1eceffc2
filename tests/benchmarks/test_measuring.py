"""The benchmark's arithmetic: turns, medians, targets, the gate. No clock is asked here."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import __main__ as bench
from benchmarks.measure import Command, Failed, Rounds, in_turns, peak
from benchmarks.rows import GROUPS, Ground, Group, Row
from benchmarks.table import Outcome

ROW = Row("something", "ours", "theirs", 2)
FASTER = Row("something", "ours", "theirs", 10, faster=True)


def python(text: str, cwd: Path) -> Command:
    return Command((sys.executable, "-c", text), cwd, dict(os.environ))


def test_a_slow_round_slows_both_sides_and_changes_no_ratio() -> None:
    rounds = Rounds({"ours": [1.0, 10.0, 1.2], "theirs": [0.5, 5.0, 0.6]})
    assert ROW.value(rounds) == 2.0


def test_a_faster_row_says_how_many_times() -> None:
    assert FASTER.value(Rounds({"ours": [1.0], "theirs": [25.0]})) == 25.0


@pytest.mark.parametrize(
    ("row", "value", "excess"), [(ROW, 2, 1), (ROW, 3, 1.5), (FASTER, 10, 1), (FASTER, 5, 2)]
)
def test_excess_is_one_at_the_target(row: Row, value: float, excess: float) -> None:
    assert row.excess(value) == excess


@pytest.mark.parametrize(
    ("row", "value", "reached", "excess"),
    [
        (ROW, 3, 1, 1.5),  # what is good once need not be that good again
        (ROW, 12, 8, 1.5),
        (ROW, 8, 8, 1),
        (FASTER, 5, 20, 2),
        (FASTER, 2, 4, 2),
    ],
)
def test_where_a_target_is_missed_what_was_reached_counts(
    row: Row, value: float, reached: float, excess: float
) -> None:
    assert row.excess(value, reached) == excess


def test_commands_run_in_turns_and_the_first_round_does_not_count(tmp_path: Path) -> None:
    log = "open('log', 'a').write('{}')"
    commands = {name: python(log.format(name), tmp_path) for name in "ab"}
    rounds = in_turns(commands, rounds=2, budget=60, warm_up=True)
    assert (tmp_path / "log").read_text() == "ababab"
    assert [len(rounds.seconds[name]) for name in "ab"] == [2, 2]


def test_without_a_budget_one_round_is_measured_all_the_same(tmp_path: Path) -> None:
    rounds = in_turns({"a": python("", tmp_path)}, rounds=9, budget=0, warm_up=False)
    assert len(rounds.seconds["a"]) == 1


def test_a_command_that_breaks_is_not_measured(tmp_path: Path) -> None:
    broken = python("raise SystemExit(7)", tmp_path)
    with pytest.raises(Failed, match="it ended with 7"):
        in_turns({"it": broken}, rounds=1, budget=1, warm_up=False)
    with pytest.raises(Failed, match="it ended with 7"):
        peak("it", broken)


def test_memory_grows_with_what_is_held(tmp_path: Path) -> None:
    hold = "import time; x = b'1' * {} * 1024**2; time.sleep(0.2)"
    little, much = (peak("it", python(hold.format(size), tmp_path)) for size in (1, 80))
    assert much - little > 60


def test_every_row_reads_labels_that_its_group_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmarks.rows.Ground.corpus", _small)
    monkeypatch.setattr("benchmarks.peers.Peer.install", lambda peer, folder: folder)
    monkeypatch.setattr("benchmarks.peers._detect_secrets_others", lambda program: [])
    ground = Ground(tmp_path)
    for group in GROUPS:
        commands = group.commands(ground)
        for row in group.rows:
            assert row.ours in commands, group.name
            assert row.theirs in commands or group.memory, group.name


def _small(ground: Ground, files: int, share: float = 0.01, use: str = "") -> object:
    from benchmarks.corpus import Corpus

    return Corpus(ground.folder, files, plain="a.ts", handler_ts="b.ts", handler_py="c.py")


# --- the gate ------------------------------------------------------------------------------------


def gate_over(values: list[float], monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    """Return the gate's exit code and how often it measured, if a ratio turns out as ``values``."""
    left = list(values)

    def measured(group: Group, ground: Ground) -> Iterator[tuple[Row, float, Outcome]]:
        value = left.pop(0)
        yield ROW, value, Outcome("it", "", "", "", str(value), ROW.aim, ROW.holds(value))

    monkeypatch.setattr(bench, "measured", measured)
    code = bench.gate([GROUPS[0]], None)  # type: ignore[arg-type]
    return code, len(values) - len(left)


@pytest.mark.parametrize(
    ("values", "code", "times"),
    [
        ([1.9], 0, 1),
        ([2.9], 0, 1),  # over the target, within the gate
        ([3.1, 2.9], 0, 2),  # the machine was busy
        ([3.1, 3.1], 1, 2),
        ([30.0], 1, 1),  # no noise explains this
    ],
)
def test_the_gate_stops_what_is_half_again_over_its_target(
    values: list[float], code: int, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert gate_over(values, monkeypatch) == (code, times)


def test_the_gate_runs_no_other_tools() -> None:
    assert [group.name for group in GROUPS if group.quick and group.peer] == []
    assert sum(group.quick for group in GROUPS) >= 5
