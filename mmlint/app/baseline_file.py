"""The file of a project's baseline: where it is, and how it is read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mmlint.app.request import Request, UsageError

if TYPE_CHECKING:
    from mmlint.config import Settings
    from mmlint.model.baseline import Entry

MOST_BYTES: Final = 64 * 1024 * 1024


def loaded(request: Request, settings: Settings, root: Path) -> Mapping[Entry, int] | None:
    """Return the baseline that the run is about, None where there is none.

    One that is named must be there. Raises UsageError.
    """
    if request.no_baseline:
        return None
    path, named = place_of(request, settings, root)
    if not named and not os.path.lexists(path):
        return None
    return read_file(path, root)


def place_of(request: Request, settings: Settings, root: Path) -> tuple[Path, bool]:
    """Return where the baseline is, and whether an option or a setting names it."""
    from mmlint.model.baseline import FILE

    if request.baseline:
        return Path(os.path.abspath(request.baseline)), True
    if settings.baseline:
        return Path(settings.baseline), True
    return root / FILE, False


def read_file(path: Path, root: Path) -> dict[Entry, int]:
    """Return the entries of the file at ``path`` and how often each is there. Raises UsageError."""
    from mmlint.engine.analysis.baseline import BadBaseline, parse
    from mmlint.files.reading import Unreadable, read

    inside = root if path.is_relative_to(root) else path.parent
    data = read(inside, path.relative_to(inside).as_posix(), limit=MOST_BYTES)
    name = shown(path)
    if isinstance(data, Unreadable):
        raise UsageError(
            f"{name}: {data.reason}; expected a baseline; write one with: mmlint baseline write, "
            "or do without it: --no-baseline"
        )
    try:
        return parse(data.decode("utf-8-sig", "replace"))
    except BadBaseline as problem:
        raise UsageError(
            f"{name}:{problem.line}: {problem}; correct it, or write it anew with: "
            "mmlint baseline write --force"
        ) from problem


def shown(path: Path) -> str:
    """Return the path as it is told: from the current folder if it lies below it."""
    here = Path(os.path.realpath(os.getcwd()))
    from mmlint.report.excerpt import clean_path

    return clean_path((path.relative_to(here) if path.is_relative_to(here) else path).as_posix())
