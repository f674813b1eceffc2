"""The verbs ``check`` and ``fix``: from a request to reports, written files and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import msgspec
from msgspec.structs import replace

from mmlint.app.audit import MultiProjectRun
from mmlint.app.opening import RunContext, by_project, open_session
from mmlint.app.plain import plain, plain_error, plain_traceback
from mmlint.app.preview import Preview
from mmlint.app.request import Request, UsageError
from mmlint.app.session import Session
from mmlint.app.views import view, view_of_all
from mmlint.model.finding import Safety
from mmlint.model.report import Notice, Reported, Result, Summary

if TYPE_CHECKING:
    from concurrent.futures import Executor
    from contextlib import AbstractContextManager

    from mmlint.engine.fixer import Fixed
    from mmlint.engine.timings import Timings
    from mmlint.report import View

NOTHING_READ = Summary(files=0, parsed=0, skipped={}, errors=0, warnings=0, ignored=0, fixable=0)


def run(request: Request, stdin: Callable[[], bytes] | None = None) -> int:
    """Carry out ``mmlint check``: print the reports, return the exit code (0, 1 or 2).

    ``stdin``: reads the file that ``--stdin-filename`` names. Raises nothing a user must not see.
    """
    from mmlint.app.progress import Progress
    from mmlint.engine.timings import Timings

    progress, clock = Progress(), Timings()
    try:
        with clock.measure("all"), _cluster(request.executor) as executor:
            run = _Run(
                request,
                RunContext(executor, clock, progress.read, progress.parsed, progress.listed),
                progress.close,
            )
            code = run.code(stdin)
    except UsageError as error:
        progress.close()
        return _fail(str(error))
    finally:
        progress.close()
    if request.timings:
        print(f"mmlint: {_timings(clock)}", file=sys.stderr)
    return code


def check(
    root: Path,
    paths: Sequence[str] = (),
    *,
    executor: Executor | None = None,
    cache: bool = False,
    **settings: str,
) -> Result:
    """Lint the project at ``root`` as it is; ``settings`` as for ``--config key=value``.

    ``executor``: reads the files in place of this process; the result does not depend on it.
    ``cache``: keep what was read for the next time, and use what was kept.
    """
    pairs = tuple(f"{key.replace('_', '-')}={value}" for key, value in settings.items())
    request = Request(paths=tuple(paths), config=pairs, cache=cache)
    session = open_session(request, None, start=root, means=RunContext(_lent(executor)))
    result = session.result(session.lint({}))
    session.close()
    return result


def _cluster(address: str) -> AbstractContextManager[Executor | None]:
    """Return the executor at ``address``; None for none, as in most runs, which need no network."""
    from contextlib import nullcontext

    if not address:
        return nullcontext()
    from mmlint.app.executor import opened

    return opened(address)


def _lent(executor: Executor | None) -> Executor | None:
    """Return the executor so that mmlint may do without it, and its owner goes on using it."""
    if executor is None:
        return None
    from mmlint.app.executor import Lent

    return Lent(executor)


def fix(root: Path, unsafe: bool = False) -> Result:
    """Fix the project at ``root`` and write the files; return what is left."""
    session = open_session(Request(), None, start=root)
    fixed = _fixed(session, unsafe)
    _, count = _write(session, fixed)
    return session.result(fixed.findings, fixed=count)


class _Run:
    """One call of ``mmlint check``. ``quiet``: ends what is shown while files are read."""

    def __init__(self, request: Request, means: RunContext, quiet: Callable[[], None]) -> None:
        self.request = request
        self.means = means
        self.quiet = quiet
        self._failed = False

    def code(self, stdin: Callable[[], bytes] | None) -> int:
        """Do it, and return the exit code."""
        if self.request.interactive:
            from mmlint.app.interactive import need_terminal

            need_terminal()
        parts = by_project(self.request)
        if len(parts) > 1:
            if self.request.baseline:
                raise UsageError(
                    "--baseline is about one project; expected paths of one. Let the configuration "
                    "of each project name its own, or drop the option"
                )
            return self._several(parts, stdin)
        request = self.request
        session = open_session(request, stdin, means=self.means)
        if session.is_lost:
            return self._finish(view(request, session), Result((), NOTHING_READ), session.missing)
        if request.show_files:
            self._list(_files(session))
            self._say_all(session.missing)
            return 2 if session.missing else 0
        if request.diff:
            preview = Preview()
            notices = self._foresee(session, preview, partial(self._also, view(request, session)))
            return self._print_preview(preview, [*session.missing, *notices])
        result = self._result(session)
        return self._finish(view(request, session), result, session.missing)

    def _several(self, parts: Sequence[Request], stdin: Callable[[], bytes] | None) -> int:
        """One project after the other, each with its own settings; one report."""
        audit = MultiProjectRun(Path(os.path.realpath(os.getcwd())))
        files: list[tuple[str, str]] = []
        preview = Preview()
        for part in parts:
            mine = stdin if "-" in part.paths else None
            try:
                session = open_session(part, mine, means=self.means)
                if session.is_lost:
                    audit.notices += session.missing
                elif part.show_files:
                    files += [(audit.prefix(session) + path, why) for path, why in _files(session)]
                elif part.diff:
                    notices = self._foresee(session, preview, partial(audit.add, session))
                    audit.notices += session.missing
                    audit.say(session, notices)
                else:
                    audit.add(session, self._result(session))
            except Exception as error:  # the others are checked all the same
                message = plain_error(error)
                named = message if isinstance(error, UsageError) else f"{part.paths[0]}: {message}"
                detail = "" if isinstance(error, UsageError) else plain_traceback(error)
                audit.notices.append(Notice(named, failed=True, detail=detail))
        if self.request.show_files:
            self._list(sorted(set(files)))
            self._say_all(audit.notices)
            return 2 if any(notice.failed for notice in audit.notices) else 0
        if self.request.diff:
            self._also(view_of_all(self.request, audit), audit.result())
            return self._print_preview(preview, audit.notices)
        return self._finish(view_of_all(self.request, audit), audit.result(), ())

    def _result(self, session: Session) -> Result:
        if self.request.interactive:
            return self._asked(session)
        if self.request.fix:
            return self._repaired(session)
        result = session.result(session.lint({}))
        session.close()
        return result

    def _asked(self, session: Session) -> Result:
        from mmlint.app.interactive import Dialogue, on_terminal, say_on_terminal

        self.quiet()
        seen = view(self.request, session)
        safeties = _safeties(self.request.unsafe_fixes)
        return Dialogue(
            session, seen, _parses, safeties, ask=on_terminal, say=say_on_terminal
        ).run()

    def _finish(self, view: View, result: Result, missing: Sequence[Notice]) -> int:
        from mmlint.report import FOR_PEOPLE, render

        self.quiet()
        request = self.request
        notices = (*missing, *result.notices)
        with self._measured("reports"):
            text = render(request.format, result, view)
        self._print(text)
        self._also(view, result)
        if request.statistics and request.format in FOR_PEOPLE:
            self._print(_statistics(result))
        elif request.statistics:  # a program reads the report: nothing may follow it
            print(_statistics(result), end="", file=sys.stderr)
        self._say_all(notices)
        if request.verbose:
            skipped = ", ".join(f"{count} {why}" for why, count in result.summary.skipped.items())
            counts = f"files read: {result.summary.files}, parsed: {result.summary.parsed}"
            _say(f"{counts}; skipped: {skipped or 'none'}")
        if self._failed or any(notice.failed for notice in notices):
            return 2
        wrong = bool(result.findings) or (request.strict and result.summary.stale > 0)
        return 1 if wrong and not request.exit_zero else 0

    def _also(self, view: View, result: Result) -> None:
        """Write the reports of ``--output``."""
        from mmlint.report import render

        away = replace(view, color=False, hyperlinks=False, columns=None)
        for format_, file in self.request.outputs:
            with self._measured("reports"):
                text = render(format_, result, view if file == "-" else away)
            if file == "-":
                self._print(text)
            else:
                self._failed = not _save(file, text) or self._failed

    def _print(self, text: str) -> None:
        """Print a part of the report: on stderr where stdout is for the fixed file."""
        _emit(
            text.encode("utf-8", "backslashreplace"),
            sys.stderr if self.request.pipes else sys.stdout,
        )

    def _measured(self, what: str) -> AbstractContextManager[None]:
        from contextlib import nullcontext

        clock = self.means.clock
        return clock.measure(what) if clock else nullcontext()

    def _say_all(self, notices: Sequence[Notice]) -> None:
        for notice in dict.fromkeys(notices):
            _say(notice.message)
            if self.request.verbose and notice.detail:
                print(plain(notice.detail.rstrip("\n")), file=sys.stderr)

    def _list(self, files: Sequence[tuple[str, str]]) -> None:
        from mmlint.report.excerpt import clean_path

        self.quiet()
        lines = (
            f"{clean_path(path)} (not read: {clean_path(why)})" if why else clean_path(path)
            for path, why in files
        )
        self._print("".join(f"{line}\n" for line in lines))

    def _foresee(
        self, session: Session, preview: Preview, report: Callable[[Result], None]
    ) -> list[Notice]:
        """Add to ``preview`` what the fixes would change; return the notices.

        ``report``: takes what is found in the files as they are, for ``--output``.
        """
        found = session.lint({})
        if self.request.outputs:
            report(session.result(found))
        fixed = _fixed(session, self.request.unsafe_fixes, found)
        session.close()
        preview.add(fixed, view(self.request, session))
        return session.notices

    def _print_preview(self, preview: Preview, notices: Sequence[Notice]) -> int:
        self.quiet()
        self._print(preview.text(unsafe=self.request.unsafe_fixes, color=self.request.color))
        self._say_all(notices)
        if self._failed or any(notice.failed for notice in notices):
            return 2
        return 1 if preview.diffs and not self.request.exit_zero else 0

    def _repaired(self, session: Session) -> Result:
        """Fix, write, and return what is left in the files as they are now. What came from stdin
        goes to stdout, changed or not."""
        fixed = _fixed(session, self.request.unsafe_fixes)
        if self.request.pipes:
            self.quiet()
            for path, data in session.given.items():
                after = fixed.files.get(path)
                _emit(data if after is None else _in_encoding_of(path, after, data), sys.stdout)
            left = session.lint(fixed.files)
            session.close()
            return session.result(left, fixed=len(fixed.applied))
        notices, count = _write(session, fixed)
        left = session.lint({})
        session.close()
        return replace_notices(session.result(left, fixed=count), notices)


def _in_encoding_of(path: str, text: bytes, original: bytes) -> bytes:
    """Return what fixes made of a file from stdin, or the file if its encoding cannot hold it."""
    from mmlint.model.encoding import encoded

    data = encoded(text, original)
    if data is not None:
        return data
    _say(
        f"{path}: cannot be written back in the encoding that it declares; expected one that "
        "writes unchanged text with the same bytes; printed unchanged. Save the file as UTF-8."
    )
    return original


def _emit(data: bytes, stream: TextIO) -> None:
    stream.flush()
    stream.buffer.write(data)
    stream.buffer.flush()


def _save(file: str, text: str) -> bool:
    """Write a report to a file; return whether that worked."""
    try:
        Path(file).write_bytes(text.encode("utf-8", "backslashreplace"))
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


def _files(session: Session) -> list[tuple[str, str]]:
    """Return the files that the run is about, and why each is not read (empty: it is)."""
    session.lint({})
    session.close()
    return list(session.looked_at().items())


_ORDER = ("listing", "needles", "cache", "adapter", "observing", "links", "rule", "reports", "all")


def _timings(clock: Timings) -> str:
    """Return where the time went, in milliseconds: adapters in whichever process they ran, so that
    they may come to more than the wait for them."""

    def place(row: tuple[str, float]) -> tuple[int, float]:
        return _ORDER.index(row[0].partition(" ")[0]), -row[1]

    rows = sorted(clock.seconds.items(), key=place)
    return "milliseconds\n" + "\n".join(f"{1000 * took:10.1f}  {what}" for what, took in rows)


def _fail(message: str) -> int:
    _say(message)
    return 2


def _say(message: str) -> None:
    """Print a line about the run itself, without what names of files may hold: keys, and characters
    that steer a terminal or begin a command of a workflow."""
    from mmlint.report.excerpt import clean

    print(f"mmlint: {clean(message)}", file=sys.stderr)


# --- fixes --------------------------------------------------------------------------------------


def _fixed(session: Session, unsafe: bool, findings: Sequence[Reported] | None = None) -> Fixed:
    from mmlint.engine.fixer import fix as repair

    safeties = _safeties(unsafe)
    return repair(session.lint, session.linted, _parses, safeties=safeties, findings=findings)


def _safeties(unsafe: bool) -> tuple[Safety, ...]:
    return ("safe", "unsafe") if unsafe else ("safe",)


def _parses(data: bytes, path: str) -> bool:
    from mmlint.files.kinds import language
    from mmlint.languages import observe

    kind = language(path)
    return kind is not None and observe(data, kind).problem is None


def _write(session: Session, fixed: Fixed) -> tuple[list[Notice], int]:
    """Write the files; return what could not be written, and how many findings were fixed."""
    from mmlint.engine.fixer import WriteError, write_files

    notices: list[Notice] = []
    failed: set[str] = set()
    for group in fixed.groups:
        try:
            write_files(session.root, group)
        except WriteError as error:
            notices.append(Notice(str(error), failed=True))
            failed |= {change.path for change in group}
    edited = ({edit.path for edit in one.edits or ()} for one in fixed.applied)
    return notices, sum(paths.isdisjoint(failed) for paths in edited)


def replace_notices(result: Result, more: Sequence[Notice]) -> Result:
    """Return ``result`` with further notices."""
    return msgspec.structs.replace(result, notices=(*result.notices, *more))


# --- rules and settings -------------------------------------------------------------------------
