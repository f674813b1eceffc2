"""Runs mmlint as its users do, in a process of its own, on a project written for the occasion."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
"""This checkout."""

_CACHE = tempfile.TemporaryDirectory(prefix="mmlint-cache-")
"""Tests find nothing that somebody else has kept, and leave nothing behind."""


@dataclass(frozen=True)
class Done:
    """A finished run: its exit code and the bytes of both streams."""

    code: int
    out: bytes
    err: bytes

    @property
    def text(self) -> str:
        """Everything that was printed, as text."""
        return (self.out + self.err).decode("utf-8", "replace")


def mmlint(folder: Path, *words: str, stdin: bytes = b"", **variables: str) -> Done:
    """Run ``mmlint WORDS`` in ``folder``; ``stdin`` is what it may read, ``variables`` are added to
    its environment."""
    return program(folder, sys.executable, "-m", "mmlint", *words, stdin=stdin, **variables)


def program(folder: Path, *command: str, stdin: bytes = b"", **variables: str) -> Done:
    """Run any other program in the same way."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment(**variables),
        input=stdin,
        capture_output=True,
        check=False,
        timeout=120,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def environment(**more: str) -> dict[str, str]:
    """Return the environment of this process, with this checkout importable and a cache of its own,
    without what git sets for its hooks, in which these tests may run."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    for name in ("FORCE_COLOR", "NO_COLOR"):
        kept.pop(name, None)
    own = {"XDG_CACHE_HOME": _CACHE.name}
    quiet = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    return {**kept, **own, **quiet, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", **more}


def write(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write ``files`` (path to content) below ``root``, and return it."""
    for path, content in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root
