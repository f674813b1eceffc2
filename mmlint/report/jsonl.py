"""One JSON object per line: each finding, then the summary, for streams and log collectors."""

from __future__ import annotations

from mmlint.model.report import Result
from mmlint.report.json_format import finding_record, summary_record
from mmlint.report.json_text import json_text
from mmlint.report.places import Sources
from mmlint.report.view import View


def render(result: Result, view: View) -> str:
    """Return the findings as in the JSON report, a line each, and ``{"summary": …}`` last."""
    sources = Sources(view)
    lines = [
        json_text(finding_record(reported, sources, view), indent=False)
        for reported in result.findings
    ]
    return "".join(lines) + json_text({"summary": summary_record(result.summary)}, indent=False)
