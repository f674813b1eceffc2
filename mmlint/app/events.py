"""The verb ``events``: what a project sends, and what a branch changes in that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmlint.app.opening import open_session
from mmlint.app.request import Request, UsageError
from mmlint.app.session import Session
from mmlint.app.views import view

if TYPE_CHECKING:
    from mmlint.model.inventory import Inventory


def events(path: str, format_: str, revision: str | None = None, cache: bool = True) -> str:
    """Return the events of the project around ``path``, or what became of them since a revision.

    ``format_``: one of ``report.inventory.FORMATS``. Raises UsageError.
    """
    from mmlint.model.inventory import changes
    from mmlint.report.inventory import render, render_changes

    request = Request(paths=(path,), cache=cache)
    with open_session(request, None) as session:
        if session.missing:
            raise UsageError(session.missing[0].message)
        past = _before(session, revision) if revision is not None else None
        now = _gathered(session)
    seen = view(request, session)
    if past is None:
        return render(format_, now, seen)
    return render_changes(format_, changes(past, now), seen)


def _gathered(session: Session) -> Inventory:
    from mmlint.engine.analysis.inventory import inventory

    project = session.linked()
    session.close()
    return inventory(project)


def _before(session: Session, revision: str) -> Inventory:
    """The events that the project had at a revision: only what differs is read from git."""
    from mmlint.files.git import Failure, is_named
    from mmlint.files.revision import at
    from mmlint.files.root import work_tree

    if work_tree(session.root) is None and not is_named(session.root):
        raise UsageError(
            f"--diff {revision}: the project lies in no work tree of git; expected one, whose "
            "history has the revision. Leave --diff out, or run mmlint in a clone"
        )
    found = at(session.root, revision)
    if isinstance(found, Failure):
        if found.stuck:
            raise UsageError(
                f"--diff {revision}: git does not answer: {found.reason}; expected the files of "
                "that revision. Try: git ls-tree HEAD"
            )
        raise UsageError(
            f"--diff {revision}: {found.reason}; expected a commit, branch or tag of this "
            "repository. List them with: git log --oneline, git branch --all"
        )
    past = Session(
        session.root,
        session.settings,
        jobs=session.jobs,
        overlay=found.changed,
        cache=session.cache,
        only=found.files,
    )
    return _gathered(past)
