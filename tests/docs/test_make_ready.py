"""`make ready` ends with a line that says what to do next, whichever of its steps fails."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = ("ruff", "mypy", "python", "mmlint", "properdocs")

pytestmark = pytest.mark.skipif(
    os.name == "nt" or shutil.which("make") is None, reason="needs make and a shell"
)


def ready(root: Path, failing: str) -> subprocess.CompletedProcess[str]:
    """Run ``make ready`` with tools that only fail, for words that begin with ``failing``."""
    tools = root / ".venv" / "bin"
    tools.mkdir(parents=True)
    shutil.copy(ROOT / "Makefile", root)
    (root / "pyproject.toml").touch()
    for name in TOOLS:
        script = f'#!/bin/sh\ncase "{name} $*" in "{failing}"*) exit 1;; esac\n'
        (tools / name).write_text(script, "utf-8")
        (tools / name).chmod(0o755)
    (root / ".venv" / "developed").touch()
    # The tests may themselves run under make, which tells the makes that it starts.
    env = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
    return subprocess.run(
        ["make", "ready"], cwd=root, env=env, capture_output=True, text=True, check=False
    )


def test_where_nothing_fails_the_next_thing_is_the_commit(tmp_path: Path) -> None:
    done = ready(tmp_path, "nothing")
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1].startswith("next: commit")


@pytest.mark.parametrize(
    ("failing", "told"),
    [
        ("ruff format", "run make format"),
        ("ruff check", "ruff rule CODE explains it"),
        ("mypy", "run .venv/bin/mypy"),
        ("python -m pytest", "pytest --last-failed"),
        ("mmlint", "silent.md"),
        ("properdocs", "run make docs"),
    ],
)
def test_the_step_that_fails_says_what_to_do_next(failing: str, told: str, tmp_path: Path) -> None:
    done = ready(tmp_path, failing)
    (last,) = [line for line in done.stderr.splitlines() if not line.startswith("make: ")]
    assert done.returncode == 2
    assert last.startswith("next: ")
    assert told in last
    assert "next: commit" not in done.stdout
