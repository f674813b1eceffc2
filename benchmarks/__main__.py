"""``python -m benchmarks``: measure everything and write the table; ``--quick``: the small gate."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from importlib.metadata import version
from pathlib import Path

from benchmarks.agreement import Agreement, compare
from benchmarks.corpus import Corpus
from benchmarks.measure import Command, Failed, in_turns, peak
from benchmarks.peers import PEERS, Missing, Peer
from benchmarks.rows import COLD, GROUPS, LARGE, WARM, Ground, Group, Row
from benchmarks.senders import Planted
from benchmarks.table import Outcome, Results, machine, published, written_into

ROOT = Path(__file__).parent.parent
README = Path(__file__).with_name("README.md")
FOLDER = ROOT / ".cache/benchmarks"

OURS = "mmlint"
SLACK = 1.5
"""The gate fails on a ratio that is more than half again over its target, or over what the README
says where that misses the target already."""
NARROWLY = 2
"""What is over the gate by more than this factor is not measured again."""
QUICK_ROUNDS, QUICK_BUDGET = 9, 8
"""Of each group in the gate: rounds at the most, and seconds after which none begins."""


def main() -> int:
    """Return the exit code: 1 where the gate fails, or where mmlint itself misses a mistake."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="no other tools, nothing is written")
    parser.add_argument(
        "--only", action="append", metavar="GROUP", help="measure and print only this"
    )
    asked = parser.parse_args()
    _two_cores()
    ground = Ground(FOLDER)
    wanted = [group for group in GROUPS if not asked.only or group.name in asked.only]
    if not wanted:
        parser.error(f"--only takes one of {', '.join(group.name for group in GROUPS)}")
    if asked.quick:
        return gate([group for group in wanted if group.quick], ground)
    if asked.only:
        right = [shown(group, ground)[2] for group in wanted]
        return 0 if all(right) else 1
    return everything(ground)


def _two_cores() -> None:
    """Everything that is started from here shares two cores, so that the numbers compare."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])


# --- the gate ------------------------------------------------------------------------------------


def gate(groups: list[Group], ground: Ground) -> int:
    """Measure ``groups`` briefly. One that is narrowly over is measured again, and that counts."""
    failed = 0
    for group in groups:
        brief = replace(group, rounds=min(group.rounds, QUICK_ROUNDS), budget=QUICK_BUDGET)
        excess = _excess(brief, ground)
        if SLACK < excess < SLACK * NARROWLY:
            print(f"{group.name}: once more, for the machine may have been busy", flush=True)
            excess = _excess(brief, ground)
        failed += excess > SLACK
    print(f"{len(groups) - failed} groups within {SLACK:g} × of what is expected, {failed} not")
    return 1 if failed else 0


def _excess(group: Group, ground: Ground) -> float:
    """Print the rows of ``group``, and return by what factor the worst is over what is expected."""
    worst, before = 0.0, published(README.read_text("utf-8"))
    for row, value, outcome in measured(group, ground):
        excess = row.excess(value, before.get(row.what))
        print(outcome, "OVER THE GATE" if excess > SLACK else "", flush=True)
        worst = max(worst, excess)
    return worst


# --- the whole table -----------------------------------------------------------------------------


def everything(ground: Ground) -> int:
    """Measure all groups and write the table after each. Goes on with a run that did not end."""
    file = ground.folder / "results.json"
    results = _begun(file)
    wrong = False
    for group in GROUPS:
        if results.outcomes.get(group.name):
            print(f"{group.name}: measured before", flush=True)
            continue
        outcomes, notes, right = shown(group, ground)
        wrong |= not right
        results.outcomes[group.name], results.notes[group.name] = outcomes, notes
        results.keep(file)
        README.write_text(written_into(README.read_text("utf-8"), results.markdown()), "utf-8")
    results.finished = True
    results.keep(file)
    return 1 if wrong else 0


def _begun(file: Path) -> Results:
    """Return the results to go on with: kept ones of the same code that are not complete."""
    commit = _git("log", "-1", "--format=%h", "--", "mmlint")
    if _git("status", "--porcelain", "--", "mmlint"):
        commit += " with changes"
    results = Results.load(file)
    if results is None or results.commit != commit or results.finished:
        results = Results(commit, date.today().isoformat())
    results.versions = machine(
        [f"mmlint {version('mmlint')}", _git("version"), *(peer.version for peer in PEERS)]
    )
    return results


def shown(group: Group, ground: Ground) -> tuple[list[Outcome], list[str], bool]:
    """Measure and print ``group``. Return its rows, notes, and whether mmlint did what it has to.

    What cannot be measured becomes a note.
    """
    began = time.perf_counter()
    outcomes: list[Outcome] = []
    try:
        outcomes = [outcome for _, _, outcome in measured(group, ground)]
        agreements = list(agreement(group, ground))
        notes = [str(one) for one in agreements]
        right = all(one.agrees for one in agreements if one.tool == OURS)
    except Missing as error:
        notes, right = [f"{group.name} was not measured: {error}"], True
    except Failed as error:
        notes, right = [f"{group.name} was not measured: {error}"], OURS not in str(error)
    for line in (*outcomes, *notes, f"{group.name}: {time.perf_counter() - began:.0f} s"):
        print(line, flush=True)
    return outcomes, notes, right


def measured(group: Group, ground: Ground) -> Iterator[tuple[Row, float, Outcome]]:
    """Yield each row of ``group`` with its value. Raises Missing and Failed."""
    commands = _with_outputs(group, ground)
    if group.memory:
        for row in group.rows:
            value = peak(row.ours, commands[row.ours])
            shown = f"{value:.0f} MiB"
            yield (
                row,
                value,
                Outcome(row.what, "", shown, "", shown, row.aim, row.holds(value)),
            )
        return
    rounds = in_turns(commands, rounds=group.rounds, budget=group.budget, warm_up=group.warm_up)
    for row in group.rows:
        value = row.value(rounds)
        ours, theirs = (f"{rounds.typical(one):.2f} s" for one in (row.ours, row.theirs))
        shown = f"{value:.1f} ×" if row.faster else f"{value:.2f} ×"
        against = "" if row.theirs.startswith("mmlint") else f"`{row.theirs}`"
        yield (
            row,
            value,
            Outcome(row.what, against, ours, theirs, shown, row.aim, row.holds(value)),
        )


def _with_outputs(group: Group, ground: Ground) -> dict[str, Command]:
    return {
        label: replace(command, output=ground.folder / f"output-{number}.txt")
        for number, (label, command) in enumerate(group.commands(ground).items())
    }


# --- agreement -----------------------------------------------------------------------------------


def agreement(group: Group, ground: Ground) -> Iterator[Agreement]:
    """Compare what the last run of ``group`` printed with what was planted."""
    labels = list(group.commands(ground)) if group.peer or group.name == "senders" else []
    corpus = ground.corpus(LARGE)
    for number, label in enumerate(labels):
        output = (ground.folder / f"output-{number}.txt").read_bytes()
        if group.peer and label == group.peer.name:
            yield _peers(group.peer, corpus, output)
        elif label in (COLD, WARM) and group.name == "senders":
            yield _ours(corpus, output)


def _peers(peer: Peer, corpus: Corpus, output: bytes) -> Agreement:
    return compare(peer.name, peer.expected(corpus.planted), peer.places(output, corpus.root))


def _ours(corpus: Corpus, output: bytes) -> Agreement:
    from mmlint.rules import registry

    known = {rule.code for rule in registry()}
    found = {
        Planted(one["path"], one["line"], one["code"]) for one in json.loads(output)["findings"]
    }
    return compare(OURS, (one for one in corpus.planted if one.code in known), found)


def _git(*words: str) -> str:
    return subprocess.run(
        ["git", *words], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
