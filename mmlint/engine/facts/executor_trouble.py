"""Why an executor did not observe files, as one note for the user."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

SHOWN: Final = 3
"""Reasons that a note tells: a cluster may have hundreds of workers."""


class Trouble:
    """Counts the files that were observed here in place of an executor, by the reason."""

    def __init__(self) -> None:
        self._files: Counter[str] = Counter()

    def add(self, reason: str, files: int) -> None:
        """Take down a reason for so many files."""
        self._files[reason] += files

    def notes(self) -> list[str]:
        """Return one note about all of it, none where there was no trouble."""
        if not self._files:
            return []
        count = sum(self._files.values())
        files = "1 file was" if count == 1 else f"{count} files were"
        reasons = sorted(self._files)
        more = len(reasons) - SHOWN
        rest = [f"{more} more reasons of this kind"] if more > 0 else []
        why = ". ".join([*reasons[:SHOWN], *rest])
        return [f"{files} read on this machine instead: {why}"]


def failure(error: BaseException) -> str:
    """Return what went wrong in an executor. The text of most errors may quote a file; that of a
    missing module says what to install."""
    if type(error).__name__ == "CancelledError":  # of concurrent.futures, or the executor's own
        return "the executor gave up the work, or was lost; see that its scheduler and workers run"
    for cause in _causes(error):
        if isinstance(cause, ImportError) and cause.name:
            return f"a worker cannot import {cause.name}; install there what is installed here"
    return f"the executor failed ({type(error).__name__}); see the logs of its workers"


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    for _ in range(10):
        if cause is None:
            return
        yield cause
        cause = cause.__cause__ or cause.__context__


def other_versions(worker: str, theirs: Mapping[str, str], ours: Mapping[str, str]) -> str:
    """Return that a worker's answers do not count, for its versions (name to version) differ."""
    differ = [
        f"{name} {theirs.get(name, 'is missing')} (here {ours.get(name, 'missing')})"
        for name in sorted({*theirs, *ours}, key=lambda name: (name != "mmlint", name))
        if theirs.get(name) != ours.get(name)
    ]
    what = ", ".join(differ) if theirs else "an older mmlint"
    where = worker or "a machine without name"
    return (
        f"the worker on {where} has {what or 'other sources of mmlint'}; install there what is "
        "installed here"
    )
