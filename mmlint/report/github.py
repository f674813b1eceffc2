"""Workflow commands that GitHub Actions turns into annotations of a pull request.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from msgspec.structs import replace

from mmlint.model.finding import Related
from mmlint.model.report import Reported, Result
from mmlint.report.excerpt import clean, visible
from mmlint.report.places import Sources
from mmlint.report.view import View

_IN_MESSAGES = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTIES = _IN_MESSAGES | str.maketrans({":": "%3A", ",": "%2C"})


def render(result: Result, view: View) -> str:
    """Return one ``::error`` or ``::warning`` line per finding; nothing where there is none.

    Files are named from the workspace: GitHub knows them by no other path.
    """
    sources = Sources(replace(view, shown=view.annotated or view.shown))
    return "".join(_command(reported, sources) + "\n" for reported in result.findings)


def _command(reported: Reported, sources: Sources) -> str:
    finding = reported.finding
    located = sources.locate(finding.place)
    properties = {
        "file": visible(located.path),
        "line": str(located.start.line),
        "col": str(located.start.column),
        "endLine": str(located.end.line),
        "title": f"{finding.code} {finding.name}",
    }
    written = ",".join(f"{name}={v.translate(_IN_PROPERTIES)}" for name, v in properties.items())
    lines = [clean(finding.message), *(_related(one, sources) for one in finding.related)]
    message = "\n".join(lines).translate(_IN_MESSAGES)
    return f"::{finding.severity} {written}::{message}"


def _related(related: Related, sources: Sources) -> str:
    path, start, _ = sources.locate(related.place)
    return f"{visible(path)}:{start.line}:{start.column} {clean(related.message)}"
