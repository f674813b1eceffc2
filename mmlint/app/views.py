"""What reports may ask of the run they report on."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from mmlint import __version__

if TYPE_CHECKING:
    from mmlint.app.audit import MultiProjectRun
    from mmlint.app.request import Request
    from mmlint.app.session import Session
    from mmlint.model.report import RuleInfo
    from mmlint.report import View


def view(request: Request, session: Session) -> View:
    """Return the view of what the session of one project has found."""
    from mmlint.files.kinds import language
    from mmlint.report import View

    here = os.getcwd()

    def shown(path: str) -> str:
        return os.path.relpath(session.root / path, here).replace(os.sep, "/")

    def source(path: str) -> bytes | None:
        observed = session.observed
        known = observed.sources.get(path) if observed else None
        return known if known is not None else session.read(path)

    return View(
        source=source,
        shown=shown,
        carriers=lambda path: language(path) == "dotenv",
        rules=_rules,
        version=__version__,
        color=request.color,
        hyperlinks=request.color and sys.stdout.isatty(),
        columns=_columns(request),
        root_uri=session.root.as_uri() + "/",
        annotated=_annotated(session.root, shown),
    )


def _columns(request: Request) -> int | None:
    """Return the width of the terminal that the report is printed on, None where it is none."""
    stream = sys.stderr if request.pipes else sys.stdout
    try:
        return os.get_terminal_size(stream.fileno()).columns or None
    except (OSError, ValueError):  # no terminal, or no file at all
        return None


def _annotated(base: Path, shown: Callable[[str], str]) -> Callable[[str], str]:
    """Return what names a file, whose path is relative to ``base``, to GitHub: by its path in
    ``GITHUB_WORKSPACE``, else in its git work tree, else as it is ``shown``."""
    named = os.environ.get("GITHUB_WORKSPACE")
    workspace = Path(os.path.realpath(named)) if named else None

    def path_of(path: str) -> str:
        from mmlint.files.root import work_tree

        place = Path(os.path.normpath(base / path))
        inside = workspace is not None and place.is_relative_to(workspace)
        top = workspace if inside else work_tree(place.parent)
        return shown(path) if top is None else place.relative_to(top).as_posix()

    return path_of


def _rules() -> Mapping[str, RuleInfo]:
    from mmlint.app.pages import rules_by_code

    return rules_by_code()


def view_of_all(request: Request, audit: MultiProjectRun) -> View:
    """Return the view of a result whose paths are those from where mmlint was started."""
    from mmlint.files.kinds import language
    from mmlint.report import View

    return View(
        source=audit.sources.get,
        shown=lambda path: path,
        carriers=lambda path: language(path) == "dotenv",
        rules=_rules,
        version=__version__,
        color=request.color,
        hyperlinks=request.color and sys.stdout.isatty(),
        columns=_columns(request),
        root_uri=audit.here.as_uri() + "/",
        annotated=_annotated(audit.here, lambda path: path),
    )
