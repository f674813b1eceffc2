"""One JSON object per line: each finding, then the summary, for streams and log collectors."""

from __future__ import annotations

import msgspec

from mmlint.model.report import Result
from mmlint.report.json_format import finding_record, summary_record
from mmlint.report.places import Sources
from mmlint.report.view import View


def render(result: Result, view: View) -> str:
    """Return the findings as in the JSON report, a line each, and ``{"summary": …}`` last."""
    sources = Sources(view)
    encode = msgspec.json.Encoder().encode
    lines = [encode(finding_record(reported, sources, view)) for reported in result.findings]
    lines.append(encode({"summary": summary_record(result.summary)}))
    return "".join(line.decode() + "\n" for line in lines)
