"""One line per finding, for grep and for editors that read compiler output."""

from __future__ import annotations

from mmlint.model.report import Reported, Result
from mmlint.report.excerpt import clean, visible
from mmlint.report.places import Sources
from mmlint.report.view import View
from mmlint.report.wording import conclusion


def render(result: Result, view: View) -> str:
    """Return ``path:line:column: code message`` for each finding, and a last line that counts."""
    sources = Sources(view)
    lines = [_line(reported, sources) for reported in result.findings]
    return "\n".join([*lines, conclusion(result)]) + "\n"


def _line(reported: Reported, sources: Sources) -> str:
    finding = reported.finding
    path, start, _ = sources.locate(finding.place)
    message = clean(finding.message)
    return f"{visible(path)}:{start.line}:{start.column}: {finding.code} {message}"
