"""What is said of a path that was named and is not there."""

from __future__ import annotations

import os
from pathlib import Path

from mmlint.model.report import Notice

COMMANDS = ("check", "events", "baseline", "explain", "rules", "runtimes", "config", "clean")


def is_there(path: Path, name: str, missing: list[Notice]) -> bool:
    """Return whether ``path``, which was called ``name``, exists; if not, add it to ``missing``."""
    if os.path.lexists(path):
        return True
    text = f"{name}: no such file or folder; expected a path to check.{_command(name)}"
    missing.append(Notice(text, failed=True))
    return False


def _command(word: str) -> str:
    """A misspelt command is taken for a path: say what may have been meant."""
    from mmlint.model.suggest import did_you_mean

    guess = did_you_mean(word, COMMANDS)
    return f' Did you mean "mmlint {guess}"?' if guess else " See: mmlint --help"
