"""``--fix -i``: one fix at a time, shown before it is done, written as soon as it is accepted."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec.structs import replace

from mmlint.app.request import UsageError
from mmlint.app.session import Session
from mmlint.model.finding import Fix, Safety
from mmlint.model.report import Notice, Reported, Result

if TYPE_CHECKING:
    from mmlint.engine.fixer import FindingKey, Fixed, Parses
    from mmlint.report import View

Ask = Callable[[str], str | None]
"""From a question to the answer, without its line break; None at the end of the input."""

Say = Callable[[str], None]

HELP: Final = """\
y  yes, apply this fix
n  no, leave it
a  apply all fixes of this rule that are still to come, this one included
i  ignore the finding: write a comment that says why
q  quit; what was accepted stays
?  this list
"""


def need_terminal() -> None:
    """Raise UsageError where there is no terminal to answer from."""
    if not sys.stdin.isatty():
        raise UsageError(
            "--interactive asks about each fix, and stdin is no terminal; expected one to answer "
            "on. Run it in a terminal, or look with --diff and repair with --fix"
        )


def on_terminal(question: str) -> str | None:
    """Ask on the terminal; stdout is left to the report."""
    say_on_terminal(question)
    line = sys.stdin.readline()
    return line.rstrip("\r\n") if line else None


def say_on_terminal(text: str) -> None:
    """Print without a line break of its own."""
    sys.stderr.write(text.encode("utf-8", "backslashreplace").decode("utf-8"))
    sys.stderr.flush()


class Dialogue:
    """Goes through the fixes of one session. ``safeties``: those that may be offered.

    A fix is tried before it is shown: what would break something, or not end its finding, is
    never offered.
    """

    def __init__(
        self,
        session: Session,
        view: View,
        parses: Parses,
        safeties: Sequence[Safety],
        *,
        ask: Ask,
        say: Say,
    ) -> None:
        self.session = session
        self.view = replace(view, source=self._read)
        self.parses = parses
        self.safeties = safeties
        self.ask = ask
        self.say = say
        self.files: dict[str, bytes] = {}
        self.findings: list[Reported] = []
        self.fixed = 0
        self._answered: set[FindingKey] = set()
        self._all: set[str] = set()
        self._ended = False
        self._notices: list[Notice] = []

    def run(self) -> Result:
        """Ask until nothing is left to ask about; return what is left in the files."""
        self.findings = list(self.session.lint({}))
        while not self._ended and (waiting := self._waiting()):
            code = waiting[0].finding.code
            if code in self._all:
                self._apply_all([one for one in waiting if one.finding.code == code])
            else:
                self._offer(waiting[0])
        left = self.session.lint(self.files)
        self.session.close()
        result = self.session.result(left, fixed=self.fixed)
        return msgspec.structs.replace(result, notices=(*result.notices, *self._notices))

    def _waiting(self) -> list[Reported]:
        """Return what may be fixed and is not decided yet, in order."""
        from mmlint.engine.fixer import finding_key, may_fix

        found = (one for one in self.findings if may_fix(one, self.safeties))
        waiting = [one for one in found if finding_key(one) not in self._answered]
        return sorted(waiting, key=lambda one: one.finding.sort_key)

    # --- one fix ---------------------------------------------------------------------------------

    def _offer(self, one: Reported) -> None:
        trial = self._tried([one])
        if not trial.applied:
            self._leave([one])
            return
        self._show(one, trial)
        while True:
            answer = self.ask("Apply this fix? [y,n,a,i,q,?] ")
            word = "q" if answer is None else answer.strip().lower()[:1]
            if word == "y":
                self.fixed += self._accept(trial)
            elif word == "n":
                self._leave([one])
            elif word == "a":
                self._all.add(one.finding.code)
            elif word == "q":
                self._ended = True
            elif word != "i":
                self.say(HELP)
                continue
            elif not self._ignore(one):
                continue
            return

    def _apply_all(self, group: list[Reported]) -> None:
        trial = self._tried(group)
        self._leave([one.reported for one in trial.undone])
        if trial.applied:
            self.fixed += self._accept(trial)
        if not trial.applied and not trial.undone:
            self._leave(group)

    def _ignore(self, one: Reported) -> bool:
        """Write a comment that hides the finding; return whether that was done."""
        from mmlint.files.kinds import language
        from mmlint.languages.edits.suppressing import proposals

        reason = (self.ask("Why? ") or "").strip()
        if not reason:
            self.say("Nothing is ignored without a reason.\n")
            return False
        finding = one.finding
        kind, source = language(finding.place.path), self._read(finding.place.path)
        starts = dict.fromkeys(
            ((finding.extent or (finding.place.start, 0))[0], finding.place.start)
        )
        comment = msgspec.structs.replace(finding, fix=Fix("ignore it", "safe", ()))
        if kind is not None and source is not None:
            path = finding.place.path
            for edit in proposals(path, kind, source, tuple(starts), finding.name, reason):
                trial = self._tried([Reported(comment, (edit,))])
                if trial.applied:
                    self._accept(trial)
                    return True
        self.say("No comment can stand here that hides it; see: mmlint config, per-file-ignores.\n")
        return False

    def _tried(self, group: list[Reported]) -> Fixed:
        """Return what the fixes do to the files as they are now. Nothing is written."""
        from mmlint.engine.fixer import step

        def lint(overlay: dict[str, bytes]) -> list[Reported]:
            return self.session.lint({**self.files, **overlay})

        return step(lint, self._read, self.parses, self.findings, group)  # type: ignore[arg-type]

    def _accept(self, trial: Fixed) -> int:
        """Write the files; return how many findings that ends. It ends the dialogue where a file
        cannot be written."""
        from mmlint.engine.fixer import WriteError, shifted, write_files

        for group in trial.groups:
            try:
                write_files(self.session.root, group)
            except WriteError as error:
                self._notices.append(Notice(str(error), failed=True))
                self._ended = True
                return 0
            self.files |= {change.path: change.after for change in group}
        self.findings = list(trial.findings)
        self._answered = shifted(self._answered, trial.applied)
        return len(trial.applied)

    def _leave(self, group: list[Reported]) -> None:
        from mmlint.engine.fixer import finding_key

        self._answered |= {finding_key(one) for one in group}

    # --- what is shown ---------------------------------------------------------------------------

    def _show(self, one: Reported, trial: Fixed) -> None:
        from mmlint.report.diff import painted, unified
        from mmlint.report.text import paragraph

        changes = [change for group in trial.groups for change in group]
        diffs = [
            unified(self.view.shown(one.path), one.before, one.after, self.view.carriers(one.path))
            for one in changes
        ]
        shown = map(painted, diffs) if self.view.color else diffs
        self.say("\n" + paragraph(one, self.view) + "".join(shown))

    def _read(self, path: str) -> bytes | None:
        known = self.files.get(path)
        return known if known is not None else self.session.linted(path)
