"""What each scanner says of the corpus, and how good that is."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.secrets.corpus import Planted

HERE = Path(__file__).parent
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
    """Ask detect-secrets, with all its detectors."""
    results = json.loads(_run([_found("detect-secrets"), "scan", "--all-files", "."], root))
    return {(path, one["line_number"]) for path, many in results["results"].items() for one in many}


def semgrep(root: Path) -> Said:
    """Ask Semgrep, with our own rules: it fetches none."""
    words = [
        "scan",
        "--config",
        str(HERE / "semgrep.yml"),
        "--json",
        "--metrics=off",
        "--no-git-ignore",
    ]
    out = _run([_found("semgrep"), *words, "--disable-version-check", "."], root)
    return {
        (one["path"].removeprefix("./"), one["start"]["line"]) for one in json.loads(out)["results"]
    }


TOOLS: dict[str, Callable[[Path], Said]] = {
    "mmlint": mmlint,
    "detect-secrets": detect_secrets,
    "semgrep": semgrep,
}


def installed(tool: str) -> bool:
    """Whether the tool can be asked."""
    return tool == "mmlint" or shutil.which(tool) is not None


def measure(tool: str, root: Path, planted: Sequence[Planted]) -> Score:
    """Ask one tool, with the clock running."""
    began = time.perf_counter()
    said = TOOLS[tool](root)
    return score(tool, said, planted, time.perf_counter() - began)


def _found(tool: str) -> str:
    return shutil.which(tool) or tool


def _run(words: Sequence[str], root: Path) -> str:
    done = subprocess.run(words, cwd=root, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode not in (0, 1):
        raise RuntimeError(
            f"{words[0]} ended with {done.returncode}; its errors: {done.stderr[-500:]}"
        )
    return done.stdout
