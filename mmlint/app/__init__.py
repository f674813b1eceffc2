"""The verbs: check, fix, explain, list rules, show the configuration."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from mmlint import __version__
from mmlint.app.session import Request, Session, UsageError, load_settings, open_session
from mmlint.model.finding import Safety
from mmlint.model.report import Notice, Result, Summary
from mmlint.sdk.keys import redact

if TYPE_CHECKING:
    from mmlint.engine.fixer import Fixed
    from mmlint.report import View

NOTHING_READ = Summary(files=0, parsed=0, skipped={}, errors=0, warnings=0, ignored=0, fixable=0)

__all__ = ["Request", "UsageError", "check", "explain", "fix", "plain_error", "rules", "run"]


def run(request: Request, stdin: Callable[[], bytes] | None = None) -> int:
    """Carry out ``mmlint check``: print the reports, return the exit code (0, 1 or 2).

    ``stdin``: reads the file that ``--stdin-filename`` names. Raises nothing a user must not see.
    """
    try:
        session = open_session(request, stdin)
    except UsageError as error:
        return _fail(str(error))
    if session.missing and not session.focus:  # nothing that was named exists
        return _finish(request, session, Result((), NOTHING_READ))
    if request.show_files:
        return _show_files(session)
    if request.fix or request.diff:
        return _run_fixes(request, session)
    result = session.result(session.lint({}))
    return _finish(request, session, result)


def check(root: Path, paths: Sequence[str] = (), **settings: str) -> Result:
    """Lint the project at ``root`` as it is; ``settings`` as for ``--config key=value``."""
    pairs = tuple(f"{key.replace('_', '-')}={value}" for key, value in settings.items())
    request = Request(paths=tuple(paths), config=pairs)
    session = open_session(request, None, start=root)
    return session.result(session.lint({}))


def fix(root: Path, unsafe: bool = False) -> Result:
    """Fix the project at ``root`` and write the files; return what is left."""
    session = open_session(Request(), None, start=root)
    fixed = _fixed(session, unsafe)
    _write(session, fixed)
    return session.result(fixed.findings, fixed=len(fixed.applied))


def _finish(request: Request, session: Session, result: Result) -> int:
    from mmlint.report import render

    view = _view(request, session)
    notices = (*session.missing, *result.notices)
    outputs = [("-", request.format), *((file, name) for name, file in request.outputs)]
    failed = any(notice.failed for notice in notices)
    for file, format_ in outputs:
        plain = view if file == "-" else replace(view, color=False, hyperlinks=False)
        text = render(format_, result, plain)
        failed = not _emit(file, text) or failed
    if request.statistics:
        _emit("-", _statistics(result))
    for notice in dict.fromkeys(notices):
        _say(notice.message)
        if request.verbose and notice.detail:
            print(notice.detail, file=sys.stderr)
    if request.verbose:
        skipped = ", ".join(f"{count} {why}" for why, count in result.summary.skipped.items())
        counts = f"files read: {result.summary.files}, parsed: {result.summary.parsed}"
        _say(f"{counts}; skipped: {skipped or 'none'}")
    if failed:
        return 2
    return 1 if result.findings and not request.exit_zero else 0


def _emit(file: str, text: str) -> bool:
    """Write a report to stdout (``-``) or to a file; return whether that worked."""
    data = text.encode("utf-8", "backslashreplace")
    if file == "-":
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return True
    try:
        Path(file).write_bytes(data)
    except OSError as error:
        _say(f"{file}: cannot be written ({error.strerror})")
        return False
    return True


def _statistics(result: Result) -> str:
    counts: dict[tuple[str, str], int] = {}
    for one in result.findings:
        key = (one.finding.code, one.finding.name)
        counts[key] = counts.get(key, 0) + 1
    return "".join(f"{count:5d}  {code} {name}\n" for (code, name), count in sorted(counts.items()))


def _view(request: Request, session: Session) -> View:
    from mmlint.app.pages import rule_infos
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
        rules={one.code: one for one in rule_infos()},
        version=__version__,
        color=request.color,
        hyperlinks=request.color and sys.stdout.isatty(),
        root_uri=session.root.as_uri() + "/",
    )


def _show_files(session: Session) -> int:
    from mmlint.engine.observe import covers

    session.lint({})
    observed = session.observed
    assert observed is not None
    for path in sorted(observed.facts):
        if not session.focus or covers(session.focus, path):
            _emit("-", path + "\n")
    return 0


def _fail(message: str) -> int:
    _say(message)
    return 2


def _say(message: str) -> None:
    """Print a line about the run itself; what looks like a key in it (a mistyped path) is cut."""
    print(f"mmlint: {redact(message)}", file=sys.stderr)


# --- fixes --------------------------------------------------------------------------------------


def _fixed(session: Session, unsafe: bool) -> Fixed:
    from mmlint.engine.fixer import fix as repair

    safeties: tuple[Safety, ...] = ("safe", "unsafe") if unsafe else ("safe",)
    return repair(session.lint, session.read, _parses, safeties=safeties)


def _parses(data: bytes, path: str) -> bool:
    from mmlint.files.kinds import language
    from mmlint.languages import observe

    kind = language(path)
    return kind is not None and observe(data, kind).problem is None


def _write(session: Session, fixed: Fixed) -> list[Notice]:
    from mmlint.engine.fixer import WriteError, write_files

    notices: list[Notice] = []
    for group in fixed.groups:
        try:
            write_files(session.root, group)
        except WriteError as error:
            notices.append(Notice(str(error), failed=True))
    return notices


def _run_fixes(request: Request, session: Session) -> int:
    fixed = _fixed(session, request.unsafe_fixes)
    if request.diff:
        return _print_diff(request, session, fixed)
    notices = _write(session, fixed)
    # the findings that are left, in the files as they now are
    left = session.lint({} if not session.overlay else fixed.files)
    result = session.result(left, fixed=len(fixed.applied))
    return _finish(request, session, replace_notices(result, notices))


def replace_notices(result: Result, more: Sequence[Notice]) -> Result:
    """Return ``result`` with further notices."""
    return msgspec.structs.replace(result, notices=(*result.notices, *more))


def _print_diff(request: Request, session: Session, fixed: Fixed) -> int:
    from mmlint.files.kinds import language
    from mmlint.report.diff import unified

    view = _view(request, session)
    changes = sorted((one for group in fixed.groups for one in group), key=lambda one: one.path)
    for change in changes:
        carrier = language(change.path) == "dotenv"
        _emit("-", unified(view.shown(change.path), change.before, change.after, carrier))
    notices = (*session.missing, *session.notices)
    for notice in notices:
        _say(notice.message)
    if any(notice.failed for notice in notices):
        return 2
    return 1 if changes and not request.exit_zero else 0


# --- rules and settings -------------------------------------------------------------------------


def explain(word: str) -> str:
    """Return the page of a rule (by code or name), or the story of a line (``PATH:LINE``).

    Raises UsageError with a suggestion.
    """
    from mmlint.app.pages import explain as page_of

    path, colon, line = word.rpartition(":")
    if colon and line.isdigit():
        return _story(path, int(line))
    return page_of(word)


def _story(name: str, line: int) -> str:
    from mmlint.engine.story import Story

    session = open_session(Request(paths=(name,)), None)
    if session.missing:
        raise UsageError(session.missing[0].message)
    findings = [one.finding for one in session.lint({})]
    assert session.project is not None
    assert session.observed is not None
    [path, *_] = sorted(session.focus, key=len, reverse=True)
    told = Story(session.project, session.observed.sources).of(path, line, findings)
    return "\n".join((f"{path}:{line}", *(f"  {one}" for one in told))) + "\n"


def runtimes(name: str, format_: str) -> str:
    """Return every handler of the project around ``name`` with its runtime and the evidence."""
    from mmlint.engine.story import handlers

    session = open_session(Request(paths=(name,)), None)
    session.lint({})
    assert session.project is not None
    assert session.observed is not None
    found = handlers(session.project, session.observed.sources)
    if format_ == "json":
        keys = ("path", "line", "name", "runtime", "evidence")
        records = [dict(zip(keys, one, strict=True)) for one in found]
        return msgspec.json.format(msgspec.json.encode(records), indent=2).decode() + "\n"
    if not found:
        return "No handlers in the files that mmlint parsed.\n"
    return "".join(
        f"{path}:{line}  {name}  {runtime}: {why}\n" for path, line, name, runtime, why in found
    )


def rules(format_: str) -> str:
    """Return the list of all rules, as text or JSON."""
    from mmlint.app.pages import rules as listed

    return listed(format_)


def show_config(path: Path, overrides: tuple[str, ...], isolated: bool) -> str:
    """Return each resolved setting for ``path`` and where it comes from."""
    from mmlint.files.root import project_root

    here = path.absolute()
    folder = here if here.is_dir() else here.parent
    request = Request(config=overrides, isolated=isolated)
    settings = load_settings(request, folder, project_root(folder))
    return settings.describe()


def plain_error(error: Exception) -> str:
    """Return one line for an error that reached the top: no traceback, no content of files."""
    if isinstance(error, UsageError):
        return redact(str(error))
    return (
        f"internal error ({type(error).__name__}); please report it with the output of "
        "the same command and -v"
    )
