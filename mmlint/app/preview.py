"""What fixes would change, for ``--diff``: nothing is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from mmlint.model.report import Reported

if TYPE_CHECKING:
    from mmlint.engine.fixer import Fixed
    from mmlint.report import View


class Preview(msgspec.Struct):
    """The changes of one project or of several.

    ``diffs``: path, as it is printed, to its unified diff. ``fixed``: the number of findings that
    would be fixed. ``left``: the findings that would still be reported.
    """

    diffs: dict[str, str] = msgspec.field(default_factory=dict)
    fixed: int = 0
    left: list[Reported] = msgspec.field(default_factory=list)

    def add(self, fixed: Fixed, view: View) -> None:
        """Take what the fixer did in memory; ``view`` is that of its project."""
        from mmlint.report.diff import unified

        for change in (one for group in fixed.groups for one in group):
            path = view.shown(change.path)
            carrier = view.carriers(change.path)
            self.diffs[path] = unified(path, change.before, change.after, carrier)
        self.fixed += len(fixed.applied)
        self.left += [one for one in fixed.findings if not one.baselined]

    def text(self, *, unsafe: bool, color: bool) -> str:
        """Return the diffs by path, and a last line that says how much they would fix.

        ``unsafe``: the unsafe fixes are among them. ``color``: in a terminal's colours.
        """
        from mmlint.report.diff import painted
        from mmlint.report.wording import forecast

        diffs = [self.diffs[path] for path in sorted(self.diffs)]
        line = forecast(self.fixed, len(diffs), self.left, unsafe=unsafe)
        return "".join([*(map(painted, diffs) if color else diffs), line, "\n"])
