"""The verbs of the baseline: write, prune and show it."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

from msgspec.structs import replace

from mmlint.app.baseline_file import place_of, shown
from mmlint.app.opening import open_session
from mmlint.app.request import Request, UsageError
from mmlint.app.session import Session


def write(request: Request, force: bool = False) -> str:
    """Write down every finding of the project that ``request`` is about; return what to say of it.

    A baseline that is there already is kept unless ``force`` is set. Raises UsageError.
    """
    from mmlint.engine.analysis.baseline import entries_of, render, replaceable

    session = _whole_project(replace(request, no_baseline=True))
    path, _ = place_of(request, session.settings, session.root)
    if os.path.lexists(path) and not force:
        raise UsageError(
            f"{shown(path)}: there is a baseline already; expected none. Drop what is gone with: "
            "mmlint baseline prune, or replace it, new findings included: "
            "mmlint baseline write --force"
        )
    plain = os.path.isfile(path) and not os.path.islink(path)  # links are refused on writing
    if plain and not replaceable(path.read_text("utf-8", "replace")):
        raise UsageError(
            f"{shown(path)}: is no baseline, and is not overwritten; expected the file of one. "
            "Name another with --baseline FILE"
        )
    findings = [one.finding for one in session.lint({})]
    _complete(session)
    assert session.observed is not None
    found = Counter(entries_of(findings, session.observed.facts, session.observed.sources))
    _save(session, request, path, render(found))
    return f"Wrote {_findings(len(findings))} to {shown(path)}\n"


def prune(request: Request) -> str:
    """Drop the entries whose findings are gone; return what to say of it. Raises UsageError."""
    from mmlint.engine.analysis.baseline import pruned, render

    session = _whole_project(request)
    path, _ = place_of(request, session.settings, session.root)
    _there(session, path)
    session.lint({})
    _complete(session)
    gone = session.stale()
    if not gone:
        return f"Nothing is stale in {shown(path)}\n"
    _save(session, request, path, render(pruned(session.baseline, gone)))
    count = sum(one.count for one in gone)
    return f"Dropped {count} of {sum(session.baseline.values())} findings from {shown(path)}\n"


def show(request: Request, format_: str) -> str:
    """Return the entries of the baseline as ``table`` or ``json``. Raises UsageError."""
    with _whole_project(request) as session:
        path, _ = place_of(request, session.settings, session.root)
        _there(session, path)
        counts = session.baseline
    if format_ == "json":
        from mmlint.report.json_text import json_text
        from mmlint.report.masking import mask, mask_path
        from mmlint.report.places import encodable

        records = [
            {
                "path": mask_path(encodable(one.path)),
                "code": one.code,
                "scope": mask(one.scope),
                "text": mask(one.text),
            }
            | ({"state": mask(one.state)} if one.state else {})
            | {"count": counts[one]}
            for one in sorted(counts)
        ]
        return json_text({"version": 1, "entries": records})
    from mmlint.report.excerpt import clean_path

    lines: list[str] = []
    before = ""
    for one in sorted(counts):
        if one.path != before:
            lines.append(clean_path(one.path))
        before = one.path
        times = f"  ×{counts[one]}" if counts[one] > 1 else ""
        scope = f" in {_plain(one.scope)}" if one.scope else ""
        state = f" ({_plain(one.state)})" if one.state else ""
        lines.append(f"  {_plain(one.code)}{scope}: {_plain(one.text)}{state}{times}")
    lines.append(f"{_findings(sum(counts.values()))} in {shown(path)}")
    return "".join(f"{line}\n" for line in lines)


def _findings(number: int) -> str:
    return "1 finding" if number == 1 else f"{number} findings"


def _plain(text: str) -> str:
    """What others wrote into the file commands no terminal and spells out no secret."""
    from mmlint.report.excerpt import clean

    return clean(text)


def _whole_project(request: Request) -> Session:
    session = open_session(request, None)
    if session.missing:
        raise UsageError(session.missing[0].message)
    session.focus = frozenset()
    return session


def _there(session: Session, path: Path) -> None:
    if not os.path.lexists(path):
        raise UsageError(
            f"{shown(path)}: there is no baseline; expected one; write it with: "
            "mmlint baseline write"
        )


def _complete(session: Session) -> None:
    """Raise UsageError if the last lint may have missed something."""
    session.close()
    failed = [one.message for one in session.notices if one.failed]
    if failed:
        raise UsageError(f"{failed[0]}. The baseline was not changed: it would miss findings")


def _save(session: Session, request: Request, path: Path, text: str) -> None:
    """Write the file in one step: all of it or nothing."""
    from mmlint.files.temporary import Temporary, remove_abandoned, undisturbed

    target = Path(os.path.realpath(path))
    if not request.baseline and not target.is_relative_to(session.root):
        raise UsageError(
            f"{shown(path)}: leads out of the project; expected a file in it; name any other "
            "with --baseline FILE"
        )
    folder = os.fspath(target.parent)
    try:
        with undisturbed():
            remove_abandoned(folder)
            temporary = Temporary(folder, text.encode())
            try:
                mode = target.stat().st_mode & 0o777 if target.is_file() else _usual_mode()
                os.chmod(temporary.path, mode)
                temporary.move(os.fspath(target))
            finally:
                temporary.close()
    except OSError as error:
        raise UsageError(
            f"{shown(path)}: cannot be written ({error.strerror}); expected a folder and a file "
            "that may be written to; correct the permissions and run the command again"
        ) from error


def _usual_mode() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
