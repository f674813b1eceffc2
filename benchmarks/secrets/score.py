"""What each scanner says of the corpus, and how good that is."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.peers import DETECT_SECRETS, SEMGREP
from benchmarks.secrets.corpus import Planted

HERE = Path(__file__).parent
FOLDER = HERE.parents[1] / ".cache/benchmarks/peers"
"""Where the other tools are installed."""
Said = set[tuple[str, int]]
"""Paths and lines (from 1)."""


class Score(NamedTuple):
    """``recall``: the share of what was planted that was found. ``precision``: the share of what
    was found that was planted. ``missed``: carriers."""

    tool: str
    recall: float
    precision: float
    seconds: float
    missed: tuple[str, ...]
    decoys: tuple[str, ...]


PEERS = {"detect-secrets": DETECT_SECRETS, "semgrep": SEMGREP}


def score(tool: str, said: Said, planted: Sequence[Planted], seconds: float) -> Score:
    """Hold what a tool said against what was planted."""
    wanted = {(one.path, one.line): one.carrier for one in planted if one.secret}
    lures = {(one.path, one.line): one.carrier for one in planted if not one.secret}
    found = said & wanted.keys()
    return Score(
        tool,
        recall=len(found) / len(wanted),
        precision=len(found) / len(said) if said else 1.0,
        seconds=seconds,
        missed=tuple(carrier for place, carrier in wanted.items() if place not in said),
        decoys=tuple(dict.fromkeys(lures[place] for place in sorted(said & lures.keys()))),
    )


def mmlint(root: Path) -> Said:
    """Ask this checkout's mmlint for its rules about keys."""
    words = ["check", "--select", "MM2", "--no-cache", "--format", "json"]
    out = _run([sys.executable, "-m", "mmlint", *words], root)
    return {(one["path"], one["line"]) for one in json.loads(out)["findings"]}


def detect_secrets(root: Path) -> Said:
    """Ask detect-secrets, with the same two rules that Semgrep is told."""
    more = ["--plugin", str(HERE / "detect_secrets_public.py"), "--all-files", "."]
    argv = DETECT_SECRETS.argv(DETECT_SECRETS.install(FOLDER))
    results = json.loads(_run([*argv, *more], root))
    return {(path, one["line_number"]) for path, many in results["results"].items() for one in many}


def semgrep(root: Path) -> Said:
    """Ask Semgrep, with our own two rules: it fetches none."""
    program = str(SEMGREP.install(FOLDER) / "bin/semgrep")
    words = ["scan", "--config", str(HERE / "semgrep.yml"), "--json", "--metrics=off"]
    out = _run([program, *words, "--no-git-ignore", "--disable-version-check", "."], root)
    return {
        (one["path"].removeprefix("./"), one["start"]["line"]) for one in json.loads(out)["results"]
    }


TOOLS: dict[str, Callable[[Path], Said]] = {
    "mmlint": mmlint,
    "detect-secrets": detect_secrets,
    "semgrep": semgrep,
}


def measure(tool: str, root: Path, planted: Sequence[Planted]) -> Score:
    """Ask one tool, with the clock running. Raises Missing where it cannot be installed."""
    if tool != "mmlint":
        PEERS[tool].install(FOLDER)
    began = time.perf_counter()
    said = TOOLS[tool](root)
    return score(tool, said, planted, time.perf_counter() - began)


def _run(words: Sequence[str], root: Path) -> str:
    done = subprocess.run(words, cwd=root, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode not in (0, 1):
        raise RuntimeError(
            f"{words[0]} ended with {done.returncode}; its errors: {done.stderr[-500:]}"
        )
    return done.stdout
