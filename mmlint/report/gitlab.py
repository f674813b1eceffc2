"""A Code Quality report, which GitLab shows in a merge request and in its changed lines.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

from mmlint.model.finding import Severity
from mmlint.model.report import Reported, Result
from mmlint.report.excerpt import clean
from mmlint.report.fingerprints import Fingerprints
from mmlint.report.json_text import json_text
from mmlint.report.masking import mask_path
from mmlint.report.places import Sources, encodable
from mmlint.report.view import View

_SEVERITIES: dict[Severity, str] = {"error": "major", "warning": "minor"}
"""GitLab's words for ours; it knows info, minor, major, critical and blocker."""

Json = dict[str, object]


def render(result: Result, view: View) -> str:
    """Return a JSON list with one entry per finding. Paths are relative to the project root, for
    GitLab knows no other."""
    sources = Sources(view)
    fingerprints = Fingerprints(sources)
    entries = [_entry(reported, sources, fingerprints) for reported in result.findings]
    return json_text(entries)


def _entry(reported: Reported, sources: Sources, fingerprints: Fingerprints) -> Json:
    finding = reported.finding
    located = sources.locate(finding.place)
    return {
        "description": f"{finding.name}: {clean(finding.message)}",
        "check_name": finding.code,
        "fingerprint": fingerprints.of(finding),
        "severity": _SEVERITIES[finding.severity],
        "location": {
            "path": mask_path(encodable(finding.place.path)),
            "lines": {"begin": located.start.line, "end": located.end.line},
        },
    }
